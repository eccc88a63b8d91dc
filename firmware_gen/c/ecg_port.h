/* How bytes reach a chip, and what a call returns: the same for every chip. */
#ifndef ECG_PORT_H
#define ECG_PORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ECG_PRESENT 0x40u /* STATUS.present */
#define ECG_WRITE 0x80u   /* in the command of a frame */

typedef enum {
    ECG_OK = 0,
    ECG_ERROR_TRANSPORT,   /* a callback of the transport failed */
    ECG_ERROR_NO_CHIP,     /* no chip answers */
    ECG_ERROR_MAP_VERSION, /* the chip's registers are of another major version than this driver */
    ECG_ERROR_ARGUMENT,    /* what the chip cannot take, a length that is not its own, or a null pointer */
    ECG_ERROR_BUILT_IN,    /* the weights of this chip are built in: nothing can be loaded */
    ECG_ERROR_IMAGE_MAGIC, /* this is not a weight image */
    ECG_ERROR_IMAGE_VERSION,   /* the image has another format version */
    ECG_ERROR_IMAGE_GEOMETRY,  /* the image is for another geometry than this chip's */
    ECG_ERROR_IMAGE_LENGTH,    /* the image states a length that cannot be */
    ECG_ERROR_IMAGE_CRC,       /* bits of the image were changed */
    ECG_ERROR_IMAGE_TRUNCATED, /* the end of the image is missing */
    ECG_ERROR_NO_WEIGHTS,      /* the core was started without valid weights */
    ECG_ERROR_NO_RESULT,       /* there is no answer to fetch */
    ECG_ERROR_TIMEOUT,         /* no answer came */
    ECG_ERROR_CHIP,            /* the chip has set another cause: ask ecg_errors */
    ECG_ERROR_CLOCK            /* the host's clock failed */
} ecg_result;

/* How bytes reach the chip. Each callback returns 0, or anything else for a failure. */
typedef struct {
    /* Chip select low (selected = 1) or high. */
    int (*select)(void *context, int selected);
    /* Clock `length` bytes, mode 0, most significant bit first. Without `sent` zeros go out; without `received`
       what comes back is dropped. */
    int (*transfer)(void *context, const uint8_t *sent, uint8_t *received, size_t length);
    /* Let time pass between two looks at a chip: sleep, yield, or wait for its interrupt. Only a chip with a clock of its
       own is waited for: the monitor, not the classifier. */
    void (*wait)(void *context);
    void *context;
} ecg_transport;

/* A sentence for a result. */
const char *ecg_message(ecg_result result);

/* The value of a field of a register's word: its mask and its position, as the generated header has them. */
#define ECG_FIELD(word, field) (((word) & field##_bm) >> field##_bp)

/* For drivers. A frame is: begin, transfers, end. */

/* A frame up to its first word; `status` gets the status byte. */
ecg_result ecg_begin(const ecg_transport *transport, uint8_t command, uint8_t *status);

/* The end of a frame; `failed`: a transfer has failed. */
ecg_result ecg_end(const ecg_transport *transport, int failed, uint8_t status);

/* A frame of the status byte alone. */
ecg_result ecg_poll(const ecg_transport *transport, uint8_t *status);

/* A frame that reads registers from the first one on. */
ecg_result ecg_read_words(const ecg_transport *transport, uint8_t first, uint32_t *words, size_t count);

/* A frame that writes a word (if there is one), then more bytes, then zeros up to a whole word. */
ecg_result ecg_write_words(const ecg_transport *transport, uint8_t first, const uint32_t *word, const uint8_t *bytes,
                           size_t length);

/* A frame that writes a register. */
ecg_result ecg_write_word(const ecg_transport *transport, uint8_t address, uint32_t word);

/* The word in four bytes, the most significant first. */
uint32_t ecg_word_at(const uint8_t *bytes);

#ifdef __cplusplus
}
#endif
#endif
