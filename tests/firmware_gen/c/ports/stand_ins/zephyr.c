/* In place of Zephyr, for ecg_zephyr.c. Each sleep takes all its time, unless an edge has come. */
#include "ecg_zephyr.h"

ecg_transport wire; /* what is at the other end */
uint32_t microseconds;
struct gpio_callback *edge; /* whom an edge of irq calls */
ecg_zephyr board = {.select = {.pin = 3}, .irq = {.pin = 5}, .lead = 200, .sleep = 20};

int k_sem_init(struct k_sem *sem, unsigned initial_count, unsigned limit)
{
    *sem = (struct k_sem){initial_count, limit};
    return 0;
}

int k_sem_take(struct k_sem *sem, k_timeout_t timeout)
{
    const unsigned had = sem->count;
    sem->count = 0;
    microseconds += had ? 0u : (uint32_t)timeout.ticks * 1000u;
    return had ? 0 : -11;
}

void k_sem_give(struct k_sem *sem) { sem->count = sem->limit; }
void k_busy_wait(uint32_t usec_to_wait) { microseconds += usec_to_wait; }
uint32_t k_uptime_get_32(void) { return microseconds / 1000u; }

int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, gpio_flags_t extra_flags)
{
    return extra_flags == (spec->pin == 3 ? GPIO_OUTPUT_INACTIVE : GPIO_INPUT) ? 0 : -22;
}

int gpio_pin_set_dt(const struct gpio_dt_spec *spec, int value)
{
    return spec->pin == 3 ? wire.select(wire.context, value) : -22;
}

int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, gpio_flags_t flags)
{
    return spec->pin == 5 && flags == GPIO_INT_EDGE_TO_ACTIVE ? 0 : -22;
}

void gpio_init_callback(struct gpio_callback *callback, gpio_callback_handler_t handler, uint32_t pin_mask)
{
    *callback = (struct gpio_callback){handler, pin_mask};
}

int gpio_add_callback(const struct device *port, struct gpio_callback *callback)
{
    (void)port;
    edge = callback;
    return callback->pin_mask == 1u << 5 ? 0 : -22;
}

int spi_transceive_dt(const struct spi_dt_spec *spec, const struct spi_buf_set *tx_bufs,
                      const struct spi_buf_set *rx_bufs)
{
    (void)spec;
    return wire.transfer(wire.context, tx_bufs->buffers->buf, rx_bufs->buffers->buf, tx_bufs->buffers->len);
}

void irq_rises(void) { edge->handler(board.irq.port, edge, edge->pin_mask); }
