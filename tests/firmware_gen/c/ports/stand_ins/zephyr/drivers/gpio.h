/* A stand-in: what ecg_zephyr.c uses of Zephyr, as its documentation has it. */
#ifndef STAND_IN_GPIO_H
#define STAND_IN_GPIO_H

#include <stdint.h>

#define GPIO_INPUT (1u << 16)
#define GPIO_OUTPUT_INACTIVE (1u << 17 | 1u << 18)
#define GPIO_INT_EDGE_TO_ACTIVE (1u << 22)

typedef uint32_t gpio_flags_t;
struct device {
    const char *name;
};
struct gpio_dt_spec {
    const struct device *port;
    uint8_t pin;
    uint16_t dt_flags;
};
struct gpio_callback;
typedef void (*gpio_callback_handler_t)(const struct device *port, struct gpio_callback *cb, uint32_t pins);
struct gpio_callback {
    gpio_callback_handler_t handler;
    uint32_t pin_mask;
};

int gpio_pin_configure_dt(const struct gpio_dt_spec *spec, gpio_flags_t extra_flags);
int gpio_pin_set_dt(const struct gpio_dt_spec *spec, int value);
int gpio_pin_interrupt_configure_dt(const struct gpio_dt_spec *spec, gpio_flags_t flags);
void gpio_init_callback(struct gpio_callback *callback, gpio_callback_handler_t handler, uint32_t pin_mask);
int gpio_add_callback(const struct device *port, struct gpio_callback *callback);

#endif
