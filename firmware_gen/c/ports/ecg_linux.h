/* Port for Linux: SPI by spidev, chip select and irq by GPIO lines. */
#ifndef ECG_LINUX_H
#define ECG_LINUX_H

#include "ecg_monitor.h"

typedef struct {
    int spi;         /* /dev/spidevB.C, opened and configured by ecg_linux_open */
    int select;      /* a line that is chip select */
    int irq;         /* a line whose rising edges are waited for */
    uint32_t hertz;  /* of sck: a quarter of the chip's clock at most */
    uint32_t lead;   /* microseconds to wait after chip select has moved: 4 cycles of the chip's clock, and its start */
    int sleep;       /* milliseconds that a look for irq may take */
} ecg_linux;

/* Opens devices, as "/dev/spidev0.0" and "/dev/gpiochip0", and two lines of the latter. `hertz`, `lead` and `sleep` are
   set before. Returns 0, or -1 with errno set and nothing left open. */
int ecg_linux_open(ecg_linux *linux_port, const char *spi, const char *chip, uint32_t select, uint32_t irq);

void ecg_linux_close(ecg_linux *linux_port);

/* What the drivers take; for ecg_open its `transport` alone. */
ecg_monitor_port ecg_linux_port(ecg_linux *linux_port);

#endif
