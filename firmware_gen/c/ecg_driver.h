/* Driver of the ECG heartbeat classifier, C99: no heap, no globals, no floating point. docs/HOST.md says how to port it. */
#ifndef ECG_DRIVER_H
#define ECG_DRIVER_H

#include "ecg_port.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ECG_MAX_OUTPUTS 64

/* A chip, as ecg_open found it. */
typedef struct {
    ecg_transport transport;
    uint32_t network;  /* first 32 bits of the SHA-256 of the network inside, 0 for none */
    uint32_t geometry; /* what an image must name, 0 where weights are built in */
    uint32_t inputs;   /* counts in a beat */
    uint32_t outputs;  /* classes */
    uint32_t latency;  /* clocks from the last count of a beat to its answer, at most */
    uint8_t input_bits;
    uint8_t potential_bits;
    uint8_t loadable; /* weights come from an image */
    uint8_t counts_spikes; /* has counters of spikes and weight reads */
} ecg_chip;

typedef struct {
    uint32_t klass;
    int32_t potentials[ECG_MAX_OUTPUTS]; /* of the first `outputs` classes */
} ecg_answer;

typedef struct {
    uint32_t beats;
    uint32_t cycles;
    uint32_t spikes;
    uint32_t weight_reads;
} ecg_activity;

/* Every function refuses null pointers and a chip that was not opened, with ECG_ERROR_ARGUMENT and before anything is
   sent. */

/* Finds the chip and learns its sizes. */
ecg_result ecg_open(ecg_chip *chip, const ecg_transport *transport);

/* All is as after power-up; a loaded network is gone. */
ecg_result ecg_reset(ecg_chip *chip);

/* Bits of SETTINGS: ECG_CHIP__SETTINGS__INTERRUPT_RESULT_bm and others of ecg_registers.h. */
ecg_result ecg_set(ecg_chip *chip, uint32_t settings);

/* Whether these bytes are a whole image for this chip. Nothing is sent. */
ecg_result ecg_check_image(const ecg_chip *chip, const uint8_t *image, size_t length);

/* Sends an image, and asks the chip what it thinks of it. */
ecg_result ecg_send_image(ecg_chip *chip, const uint8_t *image, size_t length);

/* Checks an image, then sends it. */
ecg_result ecg_load(ecg_chip *chip, const uint8_t *image, size_t length);

/* The low byte of STATUS, by a frame of one byte. */
ecg_result ecg_status(ecg_chip *chip, uint8_t *status);

/* A beat, in one frame: `count` counts, which must be chip->inputs, each below 1 << chip->input_bits, go out, and the
   answer comes back. */
ecg_result ecg_classify(ecg_chip *chip, const uint8_t *counts, size_t count, ecg_answer *answer);

/* The same for the class alone: the frame ends behind it, which takes less energy. */
ecg_result ecg_class(ecg_chip *chip, const uint8_t *counts, size_t count, uint32_t *klass);

/* Reads the last answer again. It stays until it is dropped, or the next beat begins. */
ecg_result ecg_fetch(ecg_chip *chip, ecg_answer *answer);

/* Drops the answer, and so takes back the interrupt. */
ecg_result ecg_drop(ecg_chip *chip);

/* Reads the causes of errors, bits of ERROR, and clears them. */
ecg_result ecg_errors(ecg_chip *chip, uint32_t *causes);

/* Reads the activity counters, and clears them if asked to. They count while SETTINGS says so. */
ecg_result ecg_read_activity(ecg_chip *chip, ecg_activity *activity, int clear);

#ifdef __cplusplus
}
#endif
#endif
