/* A stand-in: what ecg_zephyr.c uses of Zephyr, as its documentation has it. */
#ifndef STAND_IN_KERNEL_H
#define STAND_IN_KERNEL_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t ticks;
} k_timeout_t;
struct k_sem {
    unsigned count, limit;
};

#define K_MSEC(ms) ((k_timeout_t){ms})
#define CONTAINER_OF(ptr, type, field) ((type *)(void *)((char *)(ptr) - offsetof(type, field)))

int k_sem_init(struct k_sem *sem, unsigned initial_count, unsigned limit);
int k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void k_sem_give(struct k_sem *sem);
void k_busy_wait(uint32_t usec_to_wait);
uint32_t k_uptime_get_32(void);

#endif
