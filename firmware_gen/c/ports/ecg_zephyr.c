#include "ecg_zephyr.h"

/* The drivers hold chip select over several transfers, so that it is a pin of their own. */
static int drive_select(void *context, int selected)
{
    const ecg_zephyr *port = context;
    if (!selected)
        k_busy_wait(port->lead);
    const int failed = gpio_pin_set_dt(&port->select, selected);
    k_busy_wait(port->lead);
    return failed;
}

static int transfer(void *context, const uint8_t *sent, uint8_t *received, size_t length)
{
    const ecg_zephyr *port = context;
    /* Zephyr sends zeros for a buffer without bytes, and drops what comes back for one. */
    const struct spi_buf out = {.buf = (void *)(uintptr_t)sent, .len = length}, in = {.buf = received, .len = length};
    const struct spi_buf_set outs = {.buffers = &out, .count = 1}, ins = {.buffers = &in, .count = 1};
    return spi_transceive_dt(&port->spi, &outs, &ins);
}

static void sleep_until_irq(void *context)
{
    ecg_zephyr *port = context;
    (void)k_sem_take(&port->woken, K_MSEC(port->sleep));
}

static int now(void *context, uint32_t *milliseconds)
{
    (void)context;
    *milliseconds = k_uptime_get_32();
    return 0;
}

static void wake(const struct device *device, struct gpio_callback *callback, uint32_t pins)
{
    ecg_zephyr *port = CONTAINER_OF(callback, ecg_zephyr, callback);
    (void)device;
    (void)pins;
    k_sem_give(&port->woken);
}

int ecg_zephyr_open(ecg_zephyr *p)
{
    int failed = k_sem_init(&p->woken, 0, 1);
    if (!failed)
        failed = gpio_pin_configure_dt(&p->select, GPIO_OUTPUT_INACTIVE);
    if (!failed)
        failed = gpio_pin_configure_dt(&p->irq, GPIO_INPUT);
    if (failed)
        return failed;
    gpio_init_callback(&p->callback, wake, 1u << p->irq.pin);
    failed = gpio_add_callback(p->irq.port, &p->callback);
    return failed ? failed : gpio_pin_interrupt_configure_dt(&p->irq, GPIO_INT_EDGE_TO_ACTIVE);
}

ecg_monitor_port ecg_zephyr_port(ecg_zephyr *p)
{
    return (ecg_monitor_port){{drive_select, transfer, sleep_until_irq, p}, now};
}
