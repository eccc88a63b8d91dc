/* From ADC codes to the class of each heartbeat, for a microcontroller without the chip. C99, integers only: no heap,
   no globals but constants, no recursion, no division. docs/CHAIN.md says how to use it. */
#ifndef ECG_CHAIN_H
#define ECG_CHAIN_H

#include <stdint.h>

#include "ecg_chain_network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a sample brought: bits, or ECG_CHAIN_ERROR. */
#define ECG_CHAIN_BEAT 1     /* a beat is told */
#define ECG_CHAIN_OFF 2      /* from now on the lead is off, flat or saturated: no beat will be told */
#define ECG_CHAIN_ON 4       /* the lead is back */
#define ECG_CHAIN_ERROR (-1) /* a null pointer: nothing was done */

#define ECG_CHAIN_UNJUDGED 255 /* the class of a beat that may not be classified */

/* A beat. Times are in ticks: ECG_CHAIN_TICK_RATE a second, whatever the rate of the samples. */
typedef struct {
    uint32_t peak;                            /* of its R peak, from the first sample's, 0, on; wraps around */
    uint16_t previous;                        /* interval since the beat before; ECG_CHAIN_NO_BEAT: none, for so long */
    uint16_t following;                       /* until the beat after, likewise; 0 if the lead was lost before it */
    uint16_t mean;                            /* running mean of intervals; 0 before the first */
    uint8_t klass;                            /* index of its class, or ECG_CHAIN_UNJUDGED */
    int32_t potentials[ECG_CHAIN_OUTPUTS];    /* of each class; 0 if it may not be classified */
} ecg_chain_beat;

/* R peaks: model/frontend/detector.py says what each means. */
typedef struct {
    int32_t beats, noise, height;
    int32_t usual;
    int32_t age, learned;
    int32_t highest, clear;
    int32_t held, held_at;
    uint8_t known;
} ecg_chain_detector;

/* All that is kept between samples. It may be read; only ecg_chain.c writes it. */
typedef struct {
    ecg_chain_detector detector;
    uint32_t block; /* number of the next one */
    uint32_t peak;  /* of the beat that waits */
    uint32_t span;  /* of its shape */
    int32_t mean;
    uint16_t phase;
    uint16_t sum;   /* of the codes of this block */
    uint16_t newest, since;
    uint16_t sums[ECG_CHAIN_DEPTH];
    uint16_t waiting_previous, waiting_mean;
    uint8_t taken, railed;
    uint8_t bad, off;
    uint8_t waiting, shaped;
    ecg_chain_count counts[ECG_CHAIN_INPUTS]; /* of the beat that was told last: shape, then features */
} ecg_chain;

/* Before the first sample, and whenever all is to be forgotten. Returns 0, or ECG_CHAIN_ERROR. */
int ecg_chain_init(ecg_chain *chain);

/* Takes a sample: a code, ECG_CHAIN_HIGHEST at most (what is above counts as that). Returns what it brought;
   `beat` is written when a beat is told, and else left as it is. */
int ecg_chain_push(ecg_chain *chain, uint16_t code, ecg_chain_beat *beat);

#ifdef __cplusplus
}
#endif
#endif
