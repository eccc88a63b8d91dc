/* Port for Zephyr: an SPI device without cs-gpios, and two GPIOs, from the device tree. */
#ifndef ECG_ZEPHYR_H
#define ECG_ZEPHYR_H

#include "ecg_monitor.h"

#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/spi.h>
#include <zephyr/kernel.h>

typedef struct {
    struct spi_dt_spec spi;     /* mode 0, 8 bits, a quarter of the chip's clock at most */
    struct gpio_dt_spec select; /* GPIO_ACTIVE_LOW */
    struct gpio_dt_spec irq;
    uint32_t lead;  /* microseconds to wait after chip select has moved: 4 cycles of the chip's clock, and its start */
    uint32_t sleep; /* milliseconds that a look for irq may take */
    struct gpio_callback callback;
    struct k_sem woken;
} ecg_zephyr;

/* Configures the pins; `spi`, `select`, `irq`, `lead` and `sleep` are set before. Returns 0, or Zephyr's error. */
int ecg_zephyr_open(ecg_zephyr *zephyr_port);

/* What the drivers take; for ecg_open its `transport` alone. */
ecg_monitor_port ecg_zephyr_port(ecg_zephyr *zephyr_port);

#endif
