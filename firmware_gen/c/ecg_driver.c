#include "ecg_driver.h"

#include "ecg_image.h"
#include "ecg_registers.h"

#define REGISTER(name) ((uint8_t)(offsetof(ecg_chip_t, name) / 4))

/* What ecg_port.c looks at in every frame. */
typedef char ecg_present_is_in_its_place[ECG_PRESENT == ECG_CHIP__STATUS__PRESENT_bm ? 1 : -1];

static int usable(const ecg_transport *transport)
{
    return transport && transport->select && transport->transfer;
}

static int is_open(const ecg_chip *chip)
{
    return chip && usable(&chip->transport);
}

ecg_result ecg_open(ecg_chip *chip, const ecg_transport *transport)
{
    uint32_t words[3], size;
    ecg_result result;
    if (!chip || !usable(transport))
        return ECG_ERROR_ARGUMENT;
    *chip = (ecg_chip){.transport = *transport};
    if ((result = ecg_read_words(&chip->transport, REGISTER(ID), words, 3)))
        return result;
    if (ECG_FIELD(words[0], ECG_CHIP__ID__PRODUCT) != ECG_CHIP__ID__PRODUCT_reset)
        return ECG_ERROR_NO_CHIP;
    if (ECG_FIELD(words[0], ECG_CHIP__ID__MAJOR) != ECG_CHIP__ID__MAJOR_reset)
        return ECG_ERROR_MAP_VERSION;
    chip->loadable = (uint8_t)ECG_FIELD(words[1], ECG_CHIP__BUILD__RAM);
    chip->counts_spikes = !ECG_FIELD(words[1], ECG_CHIP__BUILD__TREE);
    chip->network = words[2];
    if (chip->loadable && (result = ecg_read_words(&chip->transport, REGISTER(GEOMETRY), &chip->geometry, 1)))
        return result;
    if ((result = ecg_read_words(&chip->transport, REGISTER(WIDTHS), words, 3))) /* and STEPS, LATENCY */
        return result;
    chip->input_bits = (uint8_t)ECG_FIELD(words[0], ECG_CHIP__WIDTHS__INPUT_BITS);
    chip->potential_bits = (uint8_t)ECG_FIELD(words[0], ECG_CHIP__WIDTHS__POTENTIAL_BITS);
    chip->latency = words[2];
    if ((result = ecg_read_words(&chip->transport, REGISTER(SHAPE), &chip->inputs, 1)))
        return result;
    size = ECG_FIELD(words[0], ECG_CHIP__WIDTHS__LAYERS);
    if ((result = ecg_read_words(&chip->transport, (uint8_t)(REGISTER(SHAPE) + size), &chip->outputs, 1)))
        return result;
    return chip->outputs <= ECG_MAX_OUTPUTS ? ECG_OK : ECG_ERROR_MAP_VERSION;
}

ecg_result ecg_reset(ecg_chip *chip)
{
    ecg_result result;
    if (!is_open(chip))
        return ECG_ERROR_ARGUMENT;
    result = ecg_write_word(&chip->transport, REGISTER(CONTROL), ECG_CHIP__CONTROL__RESET_bm);
    return result ? result : ecg_read_words(&chip->transport, REGISTER(NETWORK), &chip->network, 1);
}

ecg_result ecg_set(ecg_chip *chip, uint32_t settings)
{
    return is_open(chip) ? ecg_write_word(&chip->transport, REGISTER(SETTINGS), settings) : ECG_ERROR_ARGUMENT;
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
    if (!is_open(chip) || !image)
        return ECG_ERROR_ARGUMENT;
    if (!chip->loadable)
        return ECG_ERROR_BUILT_IN;
    if (length < ECG_IMAGE_OVERHEAD)
        return ECG_ERROR_IMAGE_TRUNCATED;
    if (ecg_word_at(image + ECG_IMAGE_MAGIC_OFFSET) != ECG_IMAGE_MAGIC)
        return ECG_ERROR_IMAGE_MAGIC;
    if (ecg_word_at(image + ECG_IMAGE_VERSION_OFFSET) != ECG_IMAGE_VERSION)
        return ECG_ERROR_IMAGE_VERSION;
    if (ecg_word_at(image + ECG_IMAGE_GEOMETRY_OFFSET) != chip->geometry)
        return ECG_ERROR_IMAGE_GEOMETRY;
    stated = ecg_word_at(image + ECG_IMAGE_LENGTH_OFFSET);
    if (length < stated)
        return ECG_ERROR_IMAGE_TRUNCATED;
    if (length > stated || stated % 4)
        return ECG_ERROR_IMAGE_LENGTH;
    return crc32(image, length - 4) == ecg_word_at(image + length - 4) ? ECG_OK : ECG_ERROR_IMAGE_CRC;
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
    if (!is_open(chip) || !image)
        return ECG_ERROR_ARGUMENT;
    if (!chip->loadable)
        return ECG_ERROR_BUILT_IN;
    if ((result = ecg_write_word(&chip->transport, REGISTER(CONTROL), ECG_CHIP__CONTROL__LOAD_bm)))
        return result;
    if ((result = ecg_write_words(&chip->transport, REGISTER(WEIGHTS), NULL, image, length)))
        return result;
    if ((result = ecg_read_words(&chip->transport, REGISTER(STATUS), words, 3)))
        return result;
    if (words[0] & ECG_CHIP__STATUS__WEIGHTS_VALID_bm)
        return ecg_read_words(&chip->transport, REGISTER(NETWORK), &chip->network, 1);
    chip->network = 0;
    if (words[0] & ECG_CHIP__STATUS__IMAGE_OPEN_bm)
        return ECG_ERROR_IMAGE_TRUNCATED;
    /* What came after the refusal was dropped as an overflow. */
    result = ecg_write_word(&chip->transport, REGISTER(ERROR), ECG_CHIP__ERROR__IMAGE_bm | ECG_CHIP__ERROR__OVERFLOW_bm);
    return result ? result : image_result(ECG_FIELD(words[2], ECG_CHIP__IMAGE__CAUSE));
}

ecg_result ecg_load(ecg_chip *chip, const uint8_t *image, size_t length)
{
    ecg_result result = ecg_check_image(chip, image, length);
    return result ? result : ecg_send_image(chip, image, length);
}

ecg_result ecg_status(ecg_chip *chip, uint8_t *status)
{
    return is_open(chip) && status ? ecg_poll(&chip->transport, status) : ECG_ERROR_ARGUMENT;
}

ecg_result ecg_errors(ecg_chip *chip, uint32_t *causes)
{
    ecg_result result;
    if (!is_open(chip) || !causes)
        return ECG_ERROR_ARGUMENT;
    *causes = 0;
    result = ecg_read_words(&chip->transport, REGISTER(ERROR), causes, 1);
    return result || !*causes ? result : ecg_write_word(&chip->transport, REGISTER(ERROR), *causes);
}

/* The counts of a beat, each in as few bits as the chip takes, without gaps. */
static int send_counts(const ecg_chip *chip, const uint8_t *counts)
{
    const ecg_transport *t = &chip->transport;
    uint8_t packed[16];
    uint32_t bits = 0, length = 0, waiting = 0; /* low bits that wait, and how many */
    for (uint32_t k = 0; k < chip->inputs; k++) {
        bits = bits << chip->input_bits | counts[k];
        waiting += chip->input_bits;
        if (k + 1 == chip->inputs && waiting % 8) {
            bits <<= 8 - waiting % 8;
            waiting += 8 - waiting % 8;
        }
        while (waiting >= 8)
            packed[length++] = (uint8_t)(bits >> (waiting -= 8));
        if (length + 2 > sizeof packed || k + 1 == chip->inputs) {
            if (t->transfer(t->context, packed, NULL, length))
                return 1;
            length = 0;
        }
    }
    return 0;
}

static int receive_potentials(const ecg_chip *chip, int32_t *potentials)
{
    const ecg_transport *t = &chip->transport;
    const uint32_t sign = (uint32_t)1 << (chip->potential_bits - 1);
    uint8_t byte = 0, left = 0; /* bits of it */
    for (uint32_t k = 0; k < chip->outputs; k++) {
        uint32_t value = 0;
        for (uint32_t bit = 0; bit < chip->potential_bits; bit++) {
            if (!left) {
                if (t->transfer(t->context, NULL, &byte, 1))
                    return 1;
                left = 8;
            }
            value = value << 1 | (byte >> --left & 1u);
        }
        value = (value ^ sign) - sign;
        potentials[k] = value >> 31 ? -(int32_t)~value - 1 : (int32_t)value;
    }
    return 0;
}

/* A frame that begins a beat, or without counts looks for the answer of the last one. Without potentials it ends behind
   the class. */
static ecg_result beat(const ecg_chip *chip, const uint8_t *counts, uint32_t *klass, int32_t *potentials)
{
    const ecg_transport *t = &chip->transport;
    const uint8_t answered = 0x80;
    uint32_t looks = chip->latency / 8 + 2; /* bytes in which the answer has surely come */
    uint8_t status, byte = 0;
    ecg_result result = ecg_begin(t, (uint8_t)(REGISTER(BEAT) | (counts ? ECG_WRITE : 0)), &status);
    if (result)
        return result;
    int failed = counts && send_counts(chip, counts);
    while (!failed && !(byte & answered) && looks--)
        failed = t->transfer(t->context, NULL, &byte, 1);
    *klass = byte & (answered - 1u);
    if (!failed && byte & answered && potentials)
        failed = receive_potentials(chip, potentials);
    if ((result = ecg_end(t, failed, status)))
        return result;
    return byte & answered ? ECG_OK : ECG_ERROR_NO_RESULT;
}

static ecg_result classify(ecg_chip *chip, const uint8_t *counts, size_t count, uint32_t *klass, int32_t *potentials)
{
    uint32_t causes;
    if (!is_open(chip) || !counts || count != chip->inputs)
        return ECG_ERROR_ARGUMENT;
    for (uint32_t k = 0; k < chip->inputs; k++)
        if (counts[k] >> chip->input_bits)
            return ECG_ERROR_ARGUMENT;
    ecg_result result = beat(chip, counts, klass, potentials);
    if (result != ECG_ERROR_NO_RESULT)
        return result;
    if ((result = ecg_errors(chip, &causes)))
        return result;
    return causes & ECG_CHIP__ERROR__NO_WEIGHTS_bm ? ECG_ERROR_NO_WEIGHTS : ECG_ERROR_NO_RESULT;
}

ecg_result ecg_classify(ecg_chip *chip, const uint8_t *counts, size_t count, ecg_answer *answer)
{
    return answer ? classify(chip, counts, count, &answer->klass, answer->potentials) : ECG_ERROR_ARGUMENT;
}

ecg_result ecg_class(ecg_chip *chip, const uint8_t *counts, size_t count, uint32_t *klass)
{
    return klass ? classify(chip, counts, count, klass, NULL) : ECG_ERROR_ARGUMENT;
}

ecg_result ecg_fetch(ecg_chip *chip, ecg_answer *answer)
{
    if (!is_open(chip) || !answer)
        return ECG_ERROR_ARGUMENT;
    return beat(chip, NULL, &answer->klass, answer->potentials);
}

ecg_result ecg_drop(ecg_chip *chip)
{
    if (!is_open(chip))
        return ECG_ERROR_ARGUMENT;
    return ecg_write_word(&chip->transport, REGISTER(STATUS), ECG_CHIP__STATUS__RESULT_VALID_bm);
}

ecg_result ecg_read_activity(ecg_chip *chip, ecg_activity *activity, int clear)
{
    uint32_t words[4] = {0, 0, 0, 0};
    ecg_result result;
    if (!is_open(chip) || !activity)
        return ECG_ERROR_ARGUMENT;
    result = ecg_read_words(&chip->transport, REGISTER(BEATS), words, chip->counts_spikes ? 4 : 2);
    if (result)
        return result;
    *activity = (ecg_activity){words[0], words[1], words[2], words[3]};
    return clear ? ecg_write_word(&chip->transport, REGISTER(CONTROL), ECG_CHIP__CONTROL__CLEAR_bm) : ECG_OK;
}
