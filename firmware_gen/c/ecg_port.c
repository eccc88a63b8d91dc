#include "ecg_port.h"

uint32_t ecg_word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

ecg_result ecg_begin(const ecg_transport *t, uint8_t command, uint8_t *status)
{
    const uint8_t sent[2] = {command, 0};
    uint8_t received[2] = {0, 0};
    if (t->select(t->context, 1) || t->transfer(t->context, sent, received, command & ECG_WRITE ? 1 : 2)) {
        (void)t->select(t->context, 0);
        return ECG_ERROR_TRANSPORT;
    }
    *status = received[0];
    return ECG_OK;
}

ecg_result ecg_end(const ecg_transport *t, int failed, uint8_t status)
{
    failed |= t->select(t->context, 0);
    if (failed)
        return ECG_ERROR_TRANSPORT;
    /* A pin that floats or is stuck reads as all ones or all zeros. */
    return (status & 0xC0u) == ECG_PRESENT ? ECG_OK : ECG_ERROR_NO_CHIP;
}

ecg_result ecg_poll(const ecg_transport *t, uint8_t *status)
{
    *status = 0;
    const int failed = t->select(t->context, 1) || t->transfer(t->context, NULL, status, 1);
    return ecg_end(t, failed, *status);
}

ecg_result ecg_read_words(const ecg_transport *t, uint8_t first, uint32_t *words, size_t count)
{
    uint8_t status, bytes[4];
    int failed = 0;
    ecg_result result = ecg_begin(t, first, &status);
    if (result)
        return result;
    for (size_t k = 0; k < count && !failed; k++) {
        failed = t->transfer(t->context, NULL, bytes, sizeof bytes);
        words[k] = ecg_word_at(bytes);
    }
    return ecg_end(t, failed, status);
}

ecg_result ecg_write_words(const ecg_transport *t, uint8_t first, const uint32_t *word, const uint8_t *bytes,
                           size_t length)
{
    const uint8_t padding[3] = {0, 0, 0};
    uint8_t status;
    int failed = 0;
    ecg_result result = ecg_begin(t, ECG_WRITE | first, &status);
    if (result)
        return result;
    if (word) {
        const uint8_t sent[4] = {(uint8_t)(*word >> 24), (uint8_t)(*word >> 16), (uint8_t)(*word >> 8),
                                 (uint8_t)*word};
        failed = t->transfer(t->context, sent, NULL, sizeof sent);
    }
    if (!failed && length)
        failed = t->transfer(t->context, bytes, NULL, length);
    if (!failed && length % 4)
        failed = t->transfer(t->context, padding, NULL, 4 - length % 4);
    return ecg_end(t, failed, status);
}

ecg_result ecg_write_word(const ecg_transport *t, uint8_t address, uint32_t word)
{
    return ecg_write_words(t, address, &word, NULL, 0);
}

const char *ecg_message(ecg_result result)
{
    switch (result) {
    case ECG_OK: return "ok";
    case ECG_ERROR_TRANSPORT: return "the transport failed: look at the port's select and transfer";
    case ECG_ERROR_NO_CHIP: return "no chip answers: check power, clock, chip select and MISO";
    case ECG_ERROR_MAP_VERSION: return "the chip has another register map: use the driver made for it";
    case ECG_ERROR_ARGUMENT: return "the chip does not take this value, or this many; or a pointer is null; or it was not opened";
    case ECG_ERROR_BUILT_IN: return "this chip's weights are built in: it takes no image";
    case ECG_ERROR_IMAGE_MAGIC: return "not a weight image";
    case ECG_ERROR_IMAGE_VERSION: return "the image has another format version: make it again";
    case ECG_ERROR_IMAGE_GEOMETRY: return "the image is for a chip of another geometry";
    case ECG_ERROR_IMAGE_LENGTH: return "the image states another length than it has";
    case ECG_ERROR_IMAGE_CRC: return "the image's CRC-32 does not match: some bits were changed";
    case ECG_ERROR_IMAGE_TRUNCATED: return "the end of the image is missing";
    case ECG_ERROR_NO_WEIGHTS: return "started without weights: load an image first";
    case ECG_ERROR_NO_RESULT: return "there is no answer: was a beat sent, and did its frame go on long enough?";
    case ECG_ERROR_TIMEOUT: return "no answer came: is the core's clock running?";
    case ECG_ERROR_CLOCK: return "the host's clock failed: look at the port's now";
    case ECG_ERROR_CHIP: return "the chip reports an error: its causes were read and cleared";
    }
    return "unknown result";
}
