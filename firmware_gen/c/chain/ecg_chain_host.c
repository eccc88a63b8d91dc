/* Many samples at once, for a computer: how Python holds the chain against the golden model. No firmware needs it. */
#include <stddef.h>

#include "ecg_chain.h"

size_t ecg_chain_size(void)
{
    return sizeof(ecg_chain);
}

/* What is kept, as `PROBES` of model/frontend/frontend.py list it. */
void ecg_chain_state(const ecg_chain *chain, int32_t *state)
{
    const ecg_chain_detector *d = &chain->detector;
    const int32_t all[] = {d->beats,   d->noise, d->height, d->usual,   d->known,   d->age,     d->learned, d->highest,
                           d->clear,   d->held,  d->held_at, chain->bad, chain->off, chain->since, chain->mean};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        state[k] = all[k];
}

/* Takes samples, and writes what each brought to `events`, and of each beat that is told: at which sample, its peak,
   class, rhythm (previous, following, mean), potentials and counts. The caller has room for a beat a block. */
size_t ecg_chain_run(ecg_chain *chain, const uint16_t *codes, size_t samples, uint8_t *events, uint32_t *told,
                     uint32_t *peaks, uint8_t *classes, uint16_t (*rhythm)[3],
                     int32_t (*potentials)[ECG_CHAIN_OUTPUTS], uint16_t (*counts)[ECG_CHAIN_INPUTS])
{
    size_t beats = 0;
    ecg_chain_beat beat;
    for (size_t sample = 0; sample < samples; sample++) {
        const int brought = ecg_chain_push(chain, codes[sample], &beat);
        events[sample] = (uint8_t)brought;
        if (!(brought & ECG_CHAIN_BEAT))
            continue;
        told[beats] = (uint32_t)sample;
        peaks[beats] = beat.peak;
        classes[beats] = beat.klass;
        rhythm[beats][0] = beat.previous;
        rhythm[beats][1] = beat.following;
        rhythm[beats][2] = beat.mean;
        for (int k = 0; k < ECG_CHAIN_OUTPUTS; k++)
            potentials[beats][k] = beat.potentials[k];
        for (int k = 0; k < ECG_CHAIN_INPUTS; k++)
            counts[beats][k] = beat.klass == ECG_CHAIN_UNJUDGED ? 0 : chain->counts[k];
        beats++;
    }
    return beats;
}
