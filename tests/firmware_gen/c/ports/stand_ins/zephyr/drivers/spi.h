/* A stand-in: what ecg_zephyr.c uses of Zephyr, as its documentation has it. */
#ifndef STAND_IN_SPI_H
#define STAND_IN_SPI_H

#include <stddef.h>

struct spi_buf {
    void *buf;
    size_t len;
};
struct spi_buf_set {
    const struct spi_buf *buffers;
    size_t count;
};
struct spi_dt_spec {
    const void *bus;
};

int spi_transceive_dt(const struct spi_dt_spec *spec, const struct spi_buf_set *tx_bufs,
                      const struct spi_buf_set *rx_bufs);

#endif
