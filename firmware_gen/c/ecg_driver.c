#include "ecg_driver.h"

#include "ecg_image.h"
#include "ecg_registers.h"

#define WRITE 0x80u
#define REGISTER(name) ((uint8_t)(offsetof(ecg_chip_t, name) / 4))
#define FIELD(word, field) (((word) & field##_bm) >> field##_bp)

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A frame up to its first word; `status` gets the status byte. */
static ecg_result begin(const ecg_chip *chip, uint8_t command, uint8_t *status)
{
    const ecg_transport *t = &chip->transport;
    const uint8_t sent[2] = {command, 0};
    uint8_t received[2] = {0, 0};
    if (t->select(t->context, 1) || t->transfer(t->context, sent, received, command & WRITE ? 1 : 2)) {
        (void)t->select(t->context, 0);
        return ECG_ERROR_TRANSPORT;
    }
    *status = received[0];
    return ECG_OK;
}

static ecg_result end(const ecg_chip *chip, int failed, uint8_t status)
{
    failed |= chip->transport.select(chip->transport.context, 0);
    if (failed)
        return ECG_ERROR_TRANSPORT;
    /* A pin that floats or is stuck reads as all ones or all zeros. */
    return (status & 0xC0u) == ECG_CHIP__STATUS__PRESENT_bm ? ECG_OK : ECG_ERROR_NO_CHIP;
}

static ecg_result read_words(const ecg_chip *chip, uint8_t first, uint32_t *words, size_t count)
{
    const ecg_transport *t = &chip->transport;
    uint8_t status, bytes[4];
    int failed = 0;
    ecg_result result = begin(chip, first, &status);
    if (result)
        return result;
    for (size_t k = 0; k < count && !failed; k++) {
        failed = t->transfer(t->context, NULL, bytes, sizeof bytes);
        words[k] = word_at(bytes);
    }
    return end(chip, failed, status);
}

/* A word, then more bytes, then zeros up to a whole word. */
static ecg_result write_words(const ecg_chip *chip, uint8_t first, const uint32_t *word, const uint8_t *bytes,
                              size_t length)
{
    const ecg_transport *t = &chip->transport;
    const uint8_t padding[3] = {0, 0, 0};
    uint8_t status;
    int failed = 0;
    ecg_result result = begin(chip, WRITE | first, &status);
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
    return end(chip, failed, status);
}

static ecg_result write_word(const ecg_chip *chip, uint8_t address, uint32_t word)
{
    return write_words(chip, address, &word, NULL, 0);
}

ecg_result ecg_open(ecg_chip *chip, const ecg_transport *transport)
{
    uint32_t words[3], widths, size;
    ecg_result result;
    if (!chip || !transport)
        return ECG_ERROR_ARGUMENT;
    *chip = (ecg_chip){.transport = *transport};
    if ((result = read_words(chip, REGISTER(ID), words, 3)))
        return result;
    if (FIELD(words[0], ECG_CHIP__ID__PRODUCT) != ECG_CHIP__ID__PRODUCT_reset)
        return ECG_ERROR_NO_CHIP;
    if (FIELD(words[0], ECG_CHIP__ID__MAJOR) != ECG_CHIP__ID__MAJOR_reset)
        return ECG_ERROR_MAP_VERSION;
    chip->loadable = (uint8_t)FIELD(words[1], ECG_CHIP__BUILD__RAM);
    chip->counts_spikes = !FIELD(words[1], ECG_CHIP__BUILD__TREE);
    chip->network = words[2];
    if (chip->loadable && (result = read_words(chip, REGISTER(GEOMETRY), &chip->geometry, 1)))
        return result;
    if ((result = read_words(chip, REGISTER(WIDTHS), &widths, 1)))
        return result;
    chip->input_bits = (uint8_t)FIELD(widths, ECG_CHIP__WIDTHS__INPUT_BITS);
    if ((result = read_words(chip, REGISTER(SHAPE), &chip->inputs, 1)))
        return result;
    size = FIELD(widths, ECG_CHIP__WIDTHS__LAYERS);
    if ((result = read_words(chip, (uint8_t)(REGISTER(SHAPE) + size), &chip->outputs, 1)))
        return result;
    return chip->outputs <= ECG_MAX_OUTPUTS ? ECG_OK : ECG_ERROR_MAP_VERSION;
}

ecg_result ecg_reset(ecg_chip *chip)
{
    ecg_result result = write_word(chip, REGISTER(CONTROL), ECG_CHIP__CONTROL__RESET_bm);
    return result ? result : read_words(chip, REGISTER(NETWORK), &chip->network, 1);
}

ecg_result ecg_set(ecg_chip *chip, uint32_t settings)
{
    return write_word(chip, REGISTER(SETTINGS), settings);
}

static uint32_t crc32(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    while (length--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

ecg_result ecg_check_image(const ecg_chip *chip, const uint8_t *image, size_t length)
{
    uint32_t stated;
    if (!image)
        return ECG_ERROR_ARGUMENT;
    if (!chip->loadable)
        return ECG_ERROR_BUILT_IN;
    if (length < ECG_IMAGE_OVERHEAD)
        return ECG_ERROR_IMAGE_TRUNCATED;
    if (word_at(image + ECG_IMAGE_MAGIC_OFFSET) != ECG_IMAGE_MAGIC)
        return ECG_ERROR_IMAGE_MAGIC;
    if (word_at(image + ECG_IMAGE_VERSION_OFFSET) != ECG_IMAGE_VERSION)
        return ECG_ERROR_IMAGE_VERSION;
    if (word_at(image + ECG_IMAGE_GEOMETRY_OFFSET) != chip->geometry)
        return ECG_ERROR_IMAGE_GEOMETRY;
    stated = word_at(image + ECG_IMAGE_LENGTH_OFFSET);
    if (length < stated)
        return ECG_ERROR_IMAGE_TRUNCATED;
    if (length > stated || stated % 4)
        return ECG_ERROR_IMAGE_LENGTH;
    return crc32(image, length - 4) == word_at(image + length - 4) ? ECG_OK : ECG_ERROR_IMAGE_CRC;
}

static ecg_result image_result(uint32_t cause)
{
    switch (cause) {
    case ECG_IMAGE_CAUSE_MAGIC: return ECG_ERROR_IMAGE_MAGIC;
    case ECG_IMAGE_CAUSE_VERSION: return ECG_ERROR_IMAGE_VERSION;
    case ECG_IMAGE_CAUSE_GEOMETRY: return ECG_ERROR_IMAGE_GEOMETRY;
    case ECG_IMAGE_CAUSE_LENGTH: return ECG_ERROR_IMAGE_LENGTH;
    case ECG_IMAGE_CAUSE_CRC: return ECG_ERROR_IMAGE_CRC;
    default: return ECG_ERROR_IMAGE_TRUNCATED;
    }
}

ecg_result ecg_send_image(ecg_chip *chip, const uint8_t *image, size_t length)
{
    uint32_t words[3] = {0, 0, 0}; /* STATUS, ERROR, IMAGE */
    ecg_result result;
    if (!chip->loadable)
        return ECG_ERROR_BUILT_IN;
    if ((result = write_word(chip, REGISTER(CONTROL), ECG_CHIP__CONTROL__LOAD_bm)))
        return result;
    if ((result = write_words(chip, REGISTER(WEIGHTS), NULL, image, length)))
        return result;
    if ((result = read_words(chip, REGISTER(STATUS), words, 3)))
        return result;
    if (words[0] & ECG_CHIP__STATUS__WEIGHTS_VALID_bm)
        return read_words(chip, REGISTER(NETWORK), &chip->network, 1);
    chip->network = 0;
    if (words[0] & ECG_CHIP__STATUS__BUSY_bm)
        return ECG_ERROR_BUSY;
    if (words[0] & ECG_CHIP__STATUS__IMAGE_OPEN_bm)
        return ECG_ERROR_IMAGE_TRUNCATED;
    /* What came after the refusal was dropped as an overflow. */
    result = write_word(chip, REGISTER(ERROR), ECG_CHIP__ERROR__IMAGE_bm | ECG_CHIP__ERROR__OVERFLOW_bm);
    return result ? result : image_result(FIELD(words[2], ECG_CHIP__IMAGE__CAUSE));
}

ecg_result ecg_load(ecg_chip *chip, const uint8_t *image, size_t length)
{
    ecg_result result = ecg_check_image(chip, image, length);
    return result ? result : ecg_send_image(chip, image, length);
}

ecg_result ecg_start(ecg_chip *chip, const uint8_t *counts)
{
    const uint32_t start = ECG_CHIP__CONTROL__START_bm;
    for (uint32_t k = 0; k < chip->inputs; k++)
        if (counts[k] >> chip->input_bits)
            return ECG_ERROR_ARGUMENT;
    return write_words(chip, REGISTER(CONTROL), &start, counts, chip->inputs);
}

ecg_result ecg_status(ecg_chip *chip, uint8_t *status)
{
    const ecg_transport *t = &chip->transport;
    *status = 0;
    const int failed = t->select(t->context, 1) || t->transfer(t->context, NULL, status, 1);
    return end(chip, failed, *status);
}

ecg_result ecg_errors(ecg_chip *chip, uint32_t *causes)
{
    ecg_result result = read_words(chip, REGISTER(ERROR), causes, 1);
    return result || !*causes ? result : write_word(chip, REGISTER(ERROR), *causes);
}

ecg_result ecg_wait(ecg_chip *chip, uint32_t looks)
{
    uint32_t causes;
    uint8_t status;
    ecg_result result;
    while (looks--) {
        if ((result = ecg_status(chip, &status)))
            return result;
        if (status & ECG_CHIP__STATUS__RESULT_VALID_bm)
            return ECG_OK;
        if (status & ECG_CHIP__STATUS__ERROR_bm) {
            if ((result = ecg_errors(chip, &causes)))
                return result;
            if (causes & ECG_CHIP__ERROR__NO_WEIGHTS_bm)
                return ECG_ERROR_NO_WEIGHTS;
            return causes & ECG_CHIP__ERROR__BUSY_bm ? ECG_ERROR_BUSY : ECG_ERROR_CHIP;
        }
        chip->transport.wait(chip->transport.context);
    }
    return ECG_ERROR_TIMEOUT;
}

ecg_result ecg_fetch(ecg_chip *chip, ecg_answer *answer)
{
    const ecg_transport *t = &chip->transport;
    uint8_t status, bytes[4];
    uint32_t word;
    ecg_result result = begin(chip, REGISTER(RESULT), &status);
    if (result)
        return result;
    int failed = t->transfer(t->context, NULL, bytes, sizeof bytes);
    word = word_at(bytes);
    answer->klass = FIELD(word, ECG_CHIP__RESULT__KLASS);
    if (!failed && word & ECG_CHIP__RESULT__VALID_bm)
        for (uint32_t k = 0; k < chip->outputs && !failed; k++) {
            failed = t->transfer(t->context, NULL, bytes, sizeof bytes);
            const uint32_t raw = word_at(bytes);
            answer->potentials[k] = raw >> 31 ? -(int32_t)(UINT32_MAX - raw) - 1 : (int32_t)raw;
        }
    if ((result = end(chip, failed, status)))
        return result;
    return word & ECG_CHIP__RESULT__VALID_bm ? ECG_OK : ECG_ERROR_NO_RESULT;
}

ecg_result ecg_acknowledge(ecg_chip *chip)
{
    return write_word(chip, REGISTER(STATUS), ECG_CHIP__STATUS__RESULT_VALID_bm);
}

ecg_result ecg_classify(ecg_chip *chip, const uint8_t *counts, uint32_t looks, ecg_answer *answer)
{
    ecg_result result = ecg_start(chip, counts);
    if (!result)
        result = ecg_wait(chip, looks);
    return result ? result : ecg_fetch(chip, answer);
}

ecg_result ecg_read_activity(ecg_chip *chip, ecg_activity *activity, int clear)
{
    uint32_t words[4] = {0, 0, 0, 0};
    ecg_result result = read_words(chip, REGISTER(BEATS), words, chip->counts_spikes ? 4 : 2);
    if (result)
        return result;
    *activity = (ecg_activity){words[0], words[1], words[2], words[3]};
    return clear ? write_word(chip, REGISTER(CONTROL), ECG_CHIP__CONTROL__CLEAR_bm) : ECG_OK;
}

const char *ecg_message(ecg_result result)
{
    switch (result) {
    case ECG_OK: return "ok";
    case ECG_ERROR_TRANSPORT: return "the transport failed: look at the port's select and transfer";
    case ECG_ERROR_NO_CHIP: return "no chip answers: check power, clock, chip select and MISO";
    case ECG_ERROR_MAP_VERSION: return "the chip has another register map: use the driver made for it";
    case ECG_ERROR_ARGUMENT: return "a count is beyond what the chip takes, or a pointer is null";
    case ECG_ERROR_BUILT_IN: return "this chip's weights are built in: it takes no image";
    case ECG_ERROR_IMAGE_MAGIC: return "not a weight image";
    case ECG_ERROR_IMAGE_VERSION: return "the image has another format version: make it again";
    case ECG_ERROR_IMAGE_GEOMETRY: return "the image is for a chip of another geometry";
    case ECG_ERROR_IMAGE_LENGTH: return "the image states another length than it has";
    case ECG_ERROR_IMAGE_CRC: return "the image's CRC-32 does not match: some bits were changed";
    case ECG_ERROR_IMAGE_TRUNCATED: return "the end of the image is missing";
    case ECG_ERROR_NO_WEIGHTS: return "started without weights: load an image first";
    case ECG_ERROR_BUSY: return "the core was busy: wait for its answer";
    case ECG_ERROR_NO_RESULT: return "there is no answer to fetch";
    case ECG_ERROR_TIMEOUT: return "no answer came: is the core's clock running?";
    case ECG_ERROR_CHIP: return "the chip reports an error: its causes were read and cleared";
    }
    return "unknown result";
}
