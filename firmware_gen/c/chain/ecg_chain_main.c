/* An example to run on a computer: codes in decimal on standard input, a line for each beat and each change of the lead
   on standard output. On a microcontroller the loop is the same; docs/CHAIN.md shows it. */
#include <stdio.h>

#include "ecg_chain.h"

static ecg_chain chain;

int main(void)
{
    static const char *const classes[] = ECG_CHAIN_CLASS_NAMES;
    ecg_chain_beat beat;
    unsigned code;
    ecg_chain_init(&chain);
    for (unsigned long sample = 0; scanf("%u", &code) == 1; sample++) {
        const int brought = ecg_chain_push(&chain, (uint16_t)(code < UINT16_MAX ? code : UINT16_MAX), &beat);
        if (brought & ECG_CHAIN_BEAT)
            printf("%lu beat peak %lu rr %u class %s\n", sample, (unsigned long)beat.peak, (unsigned)beat.previous,
                   beat.klass == ECG_CHAIN_UNJUDGED ? "unjudged" : classes[beat.klass]);
        if (brought & ECG_CHAIN_OFF)
            printf("%lu lead off\n", sample);
        if (brought & ECG_CHAIN_ON)
            printf("%lu lead on\n", sample);
    }
    return 0;
}
