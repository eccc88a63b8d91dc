/* Function by function what model/frontend/ and model/network/golden.py compute; their comments are not repeated. */
#include "ecg_chain.h"

#include <stddef.h>

#include "ecg_chain_tables.h"

#define NO_SUM 0xFFFFu /* more than a block can sum up to */

static int32_t at_least(int32_t low, int32_t value)
{
    return value < low ? low : value;
}

/* `value >> bits`, floored: C leaves to the compiler what becomes of a negative one. */
static int32_t floored(int32_t value, int bits)
{
    return value < 0 ? ~(~value >> bits) : value >> bits;
}

static int32_t five_eighths(int32_t value)
{
    return floored(value, 1) + floored(value, 3);
}

/* ---- detector.py ---- */

static void forget(ecg_chain_detector *d)
{
    d->usual = (int32_t)ECG_CHAIN_USUAL << ECG_CHAIN_INTERVAL_LOG2;
    d->known = 0;
    d->age = d->height = d->highest = d->clear = d->held = d->held_at = 0;
}

static void start(ecg_chain_detector *d)
{
    d->beats = d->noise = d->learned = 0;
    forget(d);
}

static void doubt(ecg_chain_detector *d)
{
    d->beats = floored(d->beats, 1);
    d->noise = floored(d->noise, 1);
    forget(d);
}

static int32_t threshold(const ecg_chain_detector *d)
{
    return d->noise + floored(d->beats - d->noise, 2);
}

/* How many blocks ago the beat was; its interval, 0 if none is known. */
static int32_t found(ecg_chain_detector *d, int32_t height, int32_t at, int32_t *interval)
{
    const int32_t ago = d->age - at;
    *interval = 0;
    if (d->known) {
        d->usual += at - (d->usual >> ECG_CHAIN_INTERVAL_LOG2);
        *interval = at;
    }
    d->height = height;
    d->known = 1;
    d->held = 0;
    d->age = ago;
    return ago;
}

static int32_t judge(ecg_chain_detector *d, int32_t height, int32_t at, int32_t *interval)
{
    const int32_t usual = d->usual >> ECG_CHAIN_INTERVAL_LOG2;
    const int early = d->known && at < ECG_CHAIN_T_WAVE && height < five_eighths(d->height);
    int32_t over = threshold(d);
    if (d->known && at <= ECG_CHAIN_REFRACTORY)
        return 0;
    if (d->known && 4 * at > 3 * usual)
        over = five_eighths(over);
    if (height > at_least(ECG_CHAIN_FLOOR, over) && !early) {
        const int32_t most = d->beats << 2;
        d->beats += floored((height < most ? height : most) - d->beats, 2);
        return found(d, height, at, interval);
    }
    d->noise += floored(height - d->noise, 2);
    if (height > d->held && !early) {
        d->held = height;
        d->held_at = at;
    }
    return 0;
}

static int32_t look_back(ecg_chain_detector *d, int32_t *interval)
{
    const int32_t usual = d->usual >> ECG_CHAIN_INTERVAL_LOG2, height = d->held;
    if (!(d->known && height && d->age > usual + five_eighths(usual)))
        return 0;
    d->held = 0;
    if (height <= at_least(ECG_CHAIN_FLOOR, five_eighths(threshold(d))))
        return 0;
    d->beats += floored(height - d->beats, 2);
    return found(d, height, d->held_at, interval);
}

/* Blocks since the beat that is known with this block, or 0. */
static int32_t detect(ecg_chain_detector *d, int32_t bend, int32_t *interval)
{
    d->age++;
    if (d->learned < ECG_CHAIN_LEARNING) {
        d->learned++;
        d->beats = at_least(bend >> 1, d->beats);
    }
    if (bend > d->highest) {
        d->highest = bend;
        d->clear = 0;
    } else if (++d->clear == ECG_CHAIN_CLEAR) {
        const int32_t height = d->highest;
        int32_t ago;
        d->highest = d->clear = 0;
        ago = judge(d, height, d->age - ECG_CHAIN_CLEAR, interval);
        if (ago)
            return ago;
    }
    return look_back(d, interval);
}

/* ---- blocks.py ---- */

/* The sum so many blocks ago. */
static int32_t before(const ecg_chain *c, unsigned ago)
{
    return c->sums[c->newest >= ago ? c->newest - ago : c->newest + ECG_CHAIN_DEPTH - ago];
}

static int32_t bend(const ecg_chain *c)
{
    const int32_t middle = before(c, ECG_CHAIN_REACH) + before(c, ECG_CHAIN_REACH + 1);
    const int32_t bent = 2 * middle - before(c, 0) - before(c, 1) - before(c, 2 * ECG_CHAIN_REACH) -
                         before(c, 2 * ECG_CHAIN_REACH + 1);
    return bent < 0 ? -bent : bent;
}

/* ---- encoding.py ---- */

/* `rest * 2**ECG_CHAIN_INPUT_BITS / whole`, for rest < whole. */
static ecg_chain_count share(uint32_t rest, uint32_t whole)
{
    unsigned quotient = 0;
    for (int bit = 0; bit < ECG_CHAIN_INPUT_BITS; bit++) {
        rest <<= 1;
        quotient <<= 1;
        if (rest >= whole) {
            rest -= whole;
            quotient |= 1;
        }
    }
    return (ecg_chain_count)quotient;
}

/* Takes sums from the memory, which is a ring, on from `at`: as many as a block of the encoding has. */
static uint32_t together(const ecg_chain *c, unsigned *at)
{
    uint32_t sum = 0;
    for (int k = 0; k < ECG_CHAIN_TOGETHER; k++) {
        sum += c->sums[*at];
        *at = *at + 1 == ECG_CHAIN_DEPTH ? 0 : *at + 1;
    }
    return sum;
}

/* Counts of the shape of the oldest sums in the memory, and their range. */
static void encode(ecg_chain *c)
{
    const unsigned oldest = c->newest + 1u == ECG_CHAIN_DEPTH ? 0 : c->newest + 1u;
    uint32_t low = UINT32_MAX, high = 0;
    unsigned at = oldest;
    for (int k = 0; k < ECG_CHAIN_BLOCKS; k++) {
        const uint32_t sum = together(c, &at);
        low = sum < low ? sum : low;
        high = sum > high ? sum : high;
    }
    c->span = high - low;
    at = oldest;
    for (int k = 0; k < ECG_CHAIN_BLOCKS; k++)
        c->counts[k] = share(together(c, &at) - low, c->span + 1);
}

#if ECG_CHAIN_FEATURES
static void encode_features(ecg_chain *c, const ecg_chain_beat *beat)
{
    const int32_t most = (1 << ECG_CHAIN_INPUT_BITS) - 1;
    int32_t values[ECG_CHAIN_VALUES];
    values[ECG_CHAIN_PREVIOUS] = beat->previous;
    values[ECG_CHAIN_FOLLOWING] = beat->following;
    values[ECG_CHAIN_MEAN] = beat->mean;
    values[ECG_CHAIN_RANGE] = (int32_t)c->span;
    for (int k = 0; k < ECG_CHAIN_FEATURES; k++) {
        const ecg_chain_feature *feature = &ecg_chain_features[k];
        const int32_t count = at_least(0, values[feature->value] - feature->offset) >> feature->shift;
        c->counts[ECG_CHAIN_BLOCKS + k] = (ecg_chain_count)(count < most ? count : most);
    }
}
#endif

/* ---- golden.py ---- */

/* Bias and weighted sum of a neuron. An entry: in its low bits, how many counts have no weight before its own. */
static int32_t potential(int32_t sum, const ecg_chain_count *counts, const ecg_chain_entry *entry,
                         const ecg_chain_entry *end)
{
    while (entry != end) {
        const unsigned word = *entry++;
        counts += word & ((1u << ECG_CHAIN_GAP_BITS) - 1);
        sum += ((int32_t)(word >> ECG_CHAIN_GAP_BITS) - ECG_CHAIN_WEIGHT_ZERO) * *counts++;
    }
    return sum;
}

static ecg_chain_count fire(int32_t sum, int threshold_log2)
{
    const int32_t count = at_least(0, sum) >> threshold_log2;
    return (ecg_chain_count)(count < ECG_CHAIN_STEPS ? count : ECG_CHAIN_STEPS);
}

static void classify(const ecg_chain *c, ecg_chain_beat *beat)
{
    ecg_chain_count spikes[2][ECG_CHAIN_WIDEST];
    const ecg_chain_count *counts = c->counts;
    const ecg_chain_entry *entry = ecg_chain_entries, *end;
    unsigned neuron = 0;
    for (int layer = 0; layer < ECG_CHAIN_LAYERS - 1; layer++) {
        for (unsigned k = 0; k < ecg_chain_layers[layer].neurons; k++, neuron++, entry = end) {
            end = entry + ecg_chain_fan_in[neuron];
            spikes[layer & 1][k] =
                fire(potential(ecg_chain_biases[neuron], counts, entry, end), ecg_chain_layers[layer].threshold_log2);
        }
        counts = spikes[layer & 1];
    }
    beat->klass = 0;
    for (int k = 0; k < ECG_CHAIN_OUTPUTS; k++, neuron++, entry = end) {
        end = entry + ecg_chain_fan_in[neuron];
        beat->potentials[k] = potential(ecg_chain_biases[neuron], counts, entry, end);
        if (beat->potentials[k] > beat->potentials[beat->klass])
            beat->klass = (uint8_t)k;
    }
}

/* ---- frontend.py ---- */

/* The beat that waits, if any, with the interval after it in blocks. lost: it may not be classified. */
static int tell(ecg_chain *c, int32_t following, int lost, ecg_chain_beat *beat)
{
    if (!c->waiting)
        return 0;
    c->waiting = 0;
    beat->peak = c->peak;
    beat->previous = c->waiting_previous;
    beat->following = (uint16_t)(ECG_CHAIN_BLOCK * following);
    beat->mean = c->waiting_mean;
    if (c->shaped && !lost) {
#if ECG_CHAIN_FEATURES
        encode_features(c, beat);
#endif
        classify(c, beat);
    } else {
        beat->klass = ECG_CHAIN_UNJUDGED;
        for (int k = 0; k < ECG_CHAIN_OUTPUTS; k++)
            beat->potentials[k] = 0;
    }
    return ECG_CHAIN_BEAT;
}

/* The beat that was found waits for the next. interval: in blocks, 0 for none. */
static void take(ecg_chain *c, int32_t ago, int32_t interval)
{
    const int32_t previous = ECG_CHAIN_BLOCK * (interval ? interval : ECG_CHAIN_LONGEST);
    if (interval && c->mean)
        c->mean += previous - (c->mean >> ECG_CHAIN_MEAN_LOG2);
    else if (interval)
        c->mean = previous << ECG_CHAIN_MEAN_LOG2;
    c->waiting = 1;
    c->shaped = 0;
    c->peak = ECG_CHAIN_BLOCK * (c->block - (uint32_t)ago - ECG_CHAIN_LAG);
    c->waiting_previous = (uint16_t)previous;
    c->waiting_mean = (uint16_t)(c->mean >> ECG_CHAIN_MEAN_LOG2);
}

/* Whether the lead is off, this block included, and whether that is new. */
static int quality(ecg_chain *c, int bad)
{
    const uint8_t was = c->off;
    if (bad && c->bad < ECG_CHAIN_BAD)
        c->bad++;
    else if (!bad && c->bad)
        c->bad--;
    c->off = c->bad == ECG_CHAIN_BAD || (was && c->bad);
    return c->off == was ? 0 : was ? ECG_CHAIN_ON : ECG_CHAIN_OFF;
}

static int end_of_block(ecg_chain *c, ecg_chain_beat *beat)
{
    ecg_chain_detector *d = &c->detector;
    const int bad = c->railed || c->sum == c->sums[c->newest];
    int32_t ago, interval;
    int events = quality(c, bad);
    c->newest = (uint16_t)(c->newest + 1 == ECG_CHAIN_DEPTH ? 0 : c->newest + 1);
    c->sums[c->newest] = c->sum;
    if (c->off) {
        events |= tell(c, 0, 1, beat);
        start(d);
        c->since = 0;
        c->mean = 0;
        return events;
    }
    if (c->since < ECG_CHAIN_DEPTH)
        c->since++;
    ago = detect(d, c->since >= ECG_CHAIN_TAPS ? bend(c) : 0, &interval);
    if (ago) {
        events |= tell(c, interval ? interval : ECG_CHAIN_LONGEST, 0, beat);
        take(c, ago, interval);
    } else if (d->age == ECG_CHAIN_LONGEST) {
        events |= tell(c, ECG_CHAIN_LONGEST, 0, beat);
        doubt(d);
    } else if (c->waiting && d->age == ECG_CHAIN_WAIT && c->since == ECG_CHAIN_DEPTH) {
        encode(c);
        c->shaped = 1;
    }
    return events;
}

/* ---- stream.py ---- */

static int tick(ecg_chain *c, uint16_t code, ecg_chain_beat *beat)
{
    int events;
    c->sum = (uint16_t)(c->sum + code);
    c->railed |= code == 0 || code == ECG_CHAIN_HIGHEST;
    if (++c->taken < ECG_CHAIN_BLOCK)
        return 0;
    events = end_of_block(c, beat);
    c->block++;
    c->sum = 0;
    c->taken = c->railed = 0;
    return events;
}

int ecg_chain_init(ecg_chain *chain)
{
    if (!chain)
        return ECG_CHAIN_ERROR;
    *chain = (ecg_chain){.phase = 0};
    chain->sums[0] = NO_SUM;
    start(&chain->detector);
    return 0;
}

int ecg_chain_push(ecg_chain *chain, uint16_t code, ecg_chain_beat *beat)
{
    int events = 0;
    if (!chain || !beat)
        return ECG_CHAIN_ERROR;
    if (code > ECG_CHAIN_HIGHEST)
        code = ECG_CHAIN_HIGHEST;
    chain->phase = (uint16_t)(chain->phase + ECG_CHAIN_TICKS);
    for (; chain->phase >= ECG_CHAIN_SAMPLES; chain->phase = (uint16_t)(chain->phase - ECG_CHAIN_SAMPLES))
        events |= tick(chain, code, beat);
    return events;
}
