/* In place of the kernel, for ecg_linux.c: linked with --wrap=ioctl. The requests are those of the real headers. */
#include "ecg_port.h"

#include <linux/gpio.h>
#include <linux/spi/spidev.h>

ecg_transport wire; /* what is at the other end */
int line_file;      /* of the next line that is asked for */
unsigned hertz, offsets, flags;

int __wrap_ioctl(int file, unsigned long request, void *argument)
{
    struct spi_ioc_transfer *move = argument;
    struct gpio_v2_line_values *values = argument;
    struct gpio_v2_line_request *line = argument;
    (void)file;
    switch (request) {
    case SPI_IOC_WR_MODE: return *(uint8_t *)argument == SPI_MODE_0 ? 0 : -1;
    case SPI_IOC_MESSAGE(1):
        hertz = move->speed_hz;
        return wire.transfer(wire.context, (void *)(uintptr_t)move->tx_buf, (void *)(uintptr_t)move->rx_buf, move->len)
                   ? -1 : (int)move->len;
    case GPIO_V2_LINE_SET_VALUES_IOCTL: return wire.select(wire.context, (int)(values->bits & values->mask)) ? -1 : 0;
    case GPIO_V2_GET_LINE_IOCTL:
        line->fd = line_file;
        offsets = offsets << 8 | line->offsets[0];
        flags |= (unsigned)line->config.flags;
        return 0;
    }
    return -1;
}
