#define _GNU_SOURCE
#include "ecg_linux.h"

#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/spi/spidev.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 4096u /* bytes: spidev's buffer, unless it was told otherwise */

/* spidev's own chip select rises between two transfers: a line is driven instead. */
static int drive_select(void *context, int selected)
{
    const ecg_linux *port = context;
    struct gpio_v2_line_values values = {.bits = selected ? 1u : 0u, .mask = 1u};
    const struct timespec lead = {.tv_sec = port->lead / 1000000, .tv_nsec = (long)(port->lead % 1000000) * 1000};
    if (!selected)
        (void)nanosleep(&lead, NULL);
    if (ioctl(port->select, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0)
        return -1;
    (void)nanosleep(&lead, NULL);
    return 0;
}

static int transfer(void *context, const uint8_t *sent, uint8_t *received, size_t length)
{
    const ecg_linux *port = context;
    for (size_t done = 0; done < length;) {
        const size_t now = length - done < AT_ONCE ? length - done : AT_ONCE;
        struct spi_ioc_transfer move = {
            .tx_buf = sent ? (uintptr_t)(sent + done) : 0, /* 0: zeros go out */
            .rx_buf = received ? (uintptr_t)(received + done) : 0,
            .len = (uint32_t)now,
            .speed_hz = port->hertz,
            .bits_per_word = 8,
        };
        if (ioctl(port->spi, SPI_IOC_MESSAGE(1), &move) != (int)now)
            return -1;
        done += now;
    }
    return 0;
}

static void sleep_until_irq(void *context)
{
    const ecg_linux *port = context;
    struct pollfd waited = {.fd = port->irq, .events = POLLIN};
    struct gpio_v2_line_event event;
    if (poll(&waited, 1, port->sleep) > 0)
        (void)!read(port->irq, &event, sizeof event);
}

static int now(void *context, uint32_t *milliseconds)
{
    struct timespec time;
    (void)context;
    if (clock_gettime(CLOCK_MONOTONIC, &time))
        return -1;
    *milliseconds = (uint32_t)((uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000);
    return 0;
}

static int line(const char *chip, uint32_t offset, uint64_t flags)
{
    struct gpio_v2_line_request request;
    const int file = open(chip, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return -1;
    memset(&request, 0, sizeof request);
    request.offsets[0] = offset;
    request.num_lines = 1;
    request.config.flags = flags;
    strcpy(request.consumer, "ecg");
    const int failed = ioctl(file, GPIO_V2_GET_LINE_IOCTL, &request) < 0;
    (void)close(file);
    return failed ? -1 : request.fd;
}

int ecg_linux_open(ecg_linux *p, const char *spi, const char *chip, uint32_t select, uint32_t irq)
{
    const uint8_t mode = SPI_MODE_0;
    p->select = p->irq = -1;
    p->spi = open(spi, O_RDWR | O_CLOEXEC);
    if (p->spi >= 0 && ioctl(p->spi, SPI_IOC_WR_MODE, &mode) >= 0) {
        p->select = line(chip, select, GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW);
        p->irq = line(chip, irq, GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING);
        if (p->select >= 0 && p->irq >= 0)
            return 0;
    }
    ecg_linux_close(p);
    return -1;
}

void ecg_linux_close(ecg_linux *p)
{
    int *const files[] = {&p->spi, &p->select, &p->irq};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        if (*files[k] >= 0)
            (void)close(*files[k]);
        *files[k] = -1;
    }
}

ecg_monitor_port ecg_linux_port(ecg_linux *p)
{
    return (ecg_monitor_port){{drive_select, transfer, sleep_until_irq, p}, now};
}
