#include "ecg_monitor.h"

#include "ecg_monitor_registers.h"

#define REGISTER(name) ((uint8_t)(offsetof(ecg_monitor_t, name) / 4))
#define SEQUENCES (1u << ECG_MONITOR__EVENT__SEQUENCE_bw)
#define STUBBORN 3 /* times that a beat is acknowledged in vain */

/* What ecg_port.c looks at in every frame, and what ecg_monitor_read and ecg_monitor_lost read in one frame. */
typedef char ecg_monitor_present_is_in_its_place[ECG_PRESENT == ECG_MONITOR__STATUS__PRESENT_bm ? 1 : -1];
typedef char ecg_monitor_beat_follows_event[REGISTER(BEAT) == REGISTER(EVENT) + 1 ? 1 : -1];
typedef char ecg_monitor_samples_follow_beats[REGISTER(SAMPLES_LOST) == REGISTER(BEATS_LOST) + 1 ? 1 : -1];
typedef char ecg_monitor_sequence_is_a_byte[SEQUENCES == 256 ? 1 : -1];

static int usable(const ecg_monitor_port *port)
{
    return port && port->transport.select && port->transport.transfer && port->transport.wait && port->now;
}

static int is_open(const ecg_monitor *monitor)
{
    return monitor && usable(&monitor->port);
}

static ecg_result write_word(const ecg_monitor *monitor, uint8_t address, uint32_t word)
{
    return ecg_write_word(&monitor->port.transport, address, word);
}

static ecg_result read_words(const ecg_monitor *monitor, uint8_t first, uint32_t *words, size_t count)
{
    return ecg_read_words(&monitor->port.transport, first, words, count);
}

ecg_result ecg_monitor_open(ecg_monitor *monitor, const ecg_monitor_port *port)
{
    uint32_t words[4] = {0, 0, 0, 0}; /* ID, BUILD, NETWORK, RATE */
    ecg_result result;
    if (!monitor || !usable(port))
        return ECG_ERROR_ARGUMENT;
    *monitor = (ecg_monitor){.port = *port};
    if ((result = read_words(monitor, REGISTER(ID), words, 4)))
        return result;
    if (ECG_FIELD(words[0], ECG_MONITOR__ID__PRODUCT) != ECG_MONITOR__ID__PRODUCT_reset)
        return ECG_ERROR_NO_CHIP;
    if (ECG_FIELD(words[0], ECG_MONITOR__ID__MAJOR) != ECG_MONITOR__ID__MAJOR_reset)
        return ECG_ERROR_MAP_VERSION;
    monitor->depth = (uint8_t)ECG_FIELD(words[1], ECG_MONITOR__BUILD__DEPTH);
    monitor->network = words[2];
    monitor->millihertz = words[3];
    return ECG_OK;
}

ecg_result ecg_monitor_reset(ecg_monitor *monitor)
{
    if (!is_open(monitor))
        return ECG_ERROR_ARGUMENT;
    monitor->handed = 0;
    return write_word(monitor, REGISTER(CONTROL), ECG_MONITOR__CONTROL__RESET_bm);
}

ecg_result ecg_monitor_configure(ecg_monitor *monitor, const ecg_monitor_settings *settings)
{
    ecg_result result;
    if (!is_open(monitor) || !settings || settings->causes & ~(uint32_t)ECG_MONITOR__MASK__ENABLED_bm)
        return ECG_ERROR_ARGUMENT;
    const uint32_t limits = (uint32_t)settings->shortest << ECG_MONITOR__LIMITS__SHORTEST_bp |
                            (uint32_t)settings->longest << ECG_MONITOR__LIMITS__LONGEST_bp;
    if ((result = write_word(monitor, REGISTER(SETTINGS), settings->keep_newest ? ECG_MONITOR__SETTINGS__KEEP_NEWEST_bm : 0)))
        return result;
    if ((result = write_word(monitor, REGISTER(LIMITS), limits)))
        return result;
    return write_word(monitor, REGISTER(MASK), settings->causes << ECG_MONITOR__MASK__ENABLED_bp);
}

ecg_result ecg_monitor_status(ecg_monitor *monitor, uint8_t *status)
{
    return is_open(monitor) && status ? ecg_poll(&monitor->port.transport, status) : ECG_ERROR_ARGUMENT;
}

ecg_result ecg_monitor_causes(ecg_monitor *monitor, uint32_t *causes)
{
    ecg_result result;
    if (!is_open(monitor) || !causes)
        return ECG_ERROR_ARGUMENT;
    *causes = 0;
    result = read_words(monitor, REGISTER(CAUSE), causes, 1);
    return result || !*causes ? result : write_word(monitor, REGISTER(CAUSE), *causes);
}

/* The next frame of a reading: EVENT and BEAT, or what lets them go. Returns its length; 0: all is read. */
static size_t next_frame(ecg_monitor_reading *r)
{
    uint8_t *const sent = r->sent;
    for (size_t k = 0; k < sizeof r->sent; k++)
        sent[k] = 0;
    if (r->acknowledges) {
        sent[0] = ECG_WRITE | REGISTER(DONE);
        sent[4] = r->monitor->last;
        return 5;
    }
    sent[0] = REGISTER(EVENT);
    return r->more && r->count < r->room ? 10 : 0;
}

/* What came back for it. */
static ecg_result take_frame(ecg_monitor_reading *r)
{
    ecg_monitor *const monitor = r->monitor;
    const uint32_t event = ecg_word_at(r->received + 2), beat = ecg_word_at(r->received + 6);
    const uint8_t sequence = (uint8_t)ECG_FIELD(event, ECG_MONITOR__EVENT__SEQUENCE);
    if ((r->received[0] & 0xC0u) != ECG_PRESENT)
        return ECG_ERROR_NO_CHIP;
    if (r->acknowledges) {
        r->acknowledges = 0;
        return ECG_OK;
    }
    r->more = ECG_FIELD(event, ECG_MONITOR__EVENT__WAITING) > 1;
    if (!(event & ECG_MONITOR__EVENT__VALID_bm))
        return ECG_OK;
    if (!monitor->handed || sequence != monitor->last) {
        r->beats[r->count++] = (ecg_monitor_beat){
            .peak = ECG_FIELD(beat, ECG_MONITOR__BEAT__PEAK),
            .previous = (uint8_t)ECG_FIELD(beat, ECG_MONITOR__BEAT__PREVIOUS),
            .klass = (uint8_t)ECG_FIELD(event, ECG_MONITOR__EVENT__KLASS),
            .judged = (event & ECG_MONITOR__EVENT__JUDGED_bm) != 0,
            .sequence = sequence,
        };
        monitor->handed = 1;
        monitor->last = sequence;
        r->again = 0;
    } else if (++r->again > STUBBORN) { /* handed out already, but it has not gone */
        return ECG_ERROR_CHIP;
    } else {
        r->more = 1;
    }
    r->acknowledges = 1;
    return ECG_OK;
}

ecg_result ecg_monitor_read(ecg_monitor *monitor, ecg_monitor_beat *beats, size_t room, size_t *count)
{
    ecg_monitor_reading r = {.monitor = monitor, .beats = beats, .room = room, .more = 1};
    ecg_result result = ECG_OK;
    size_t length;
    if (count)
        *count = 0;
    if (!is_open(monitor) || !count || (!beats && room))
        return ECG_ERROR_ARGUMENT;
    const ecg_transport *t = &monitor->port.transport;
    while (!result && (length = next_frame(&r))) {
        int failed = t->select(t->context, 1) || t->transfer(t->context, r.sent, r.received, length);
        failed |= t->select(t->context, 0);
        result = failed ? ECG_ERROR_TRANSPORT : take_frame(&r);
        *count = r.count;
    }
    return result;
}

ecg_result ecg_monitor_start_reading(ecg_monitor_reading *reading, ecg_monitor *monitor, ecg_monitor_beat *beats,
                                     size_t room)
{
    if (!reading || !reading->begin || !reading->finished || !is_open(monitor) || !beats || !room)
        return ECG_ERROR_ARGUMENT;
    reading->monitor = monitor;
    reading->beats = beats;
    reading->room = room;
    reading->count = 0;
    reading->more = 1;
    reading->again = reading->acknowledges = 0;
    const size_t length = next_frame(reading);
    return reading->begin(reading->context, reading->sent, reading->received, length) ? ECG_ERROR_TRANSPORT : ECG_OK;
}

void ecg_monitor_completed(ecg_monitor_reading *reading, int failed)
{
    const ecg_result result = failed ? ECG_ERROR_TRANSPORT : take_frame(reading);
    const size_t length = result ? 0 : next_frame(reading);
    if (!length)
        reading->finished(reading->context, result, reading->count);
    else if (reading->begin(reading->context, reading->sent, reading->received, length))
        reading->finished(reading->context, ECG_ERROR_TRANSPORT, reading->count);
}

ecg_result ecg_monitor_wait(ecg_monitor *monitor, uint32_t milliseconds)
{
    uint32_t begun, now;
    uint8_t status;
    ecg_result result;
    if (!is_open(monitor))
        return ECG_ERROR_ARGUMENT;
    void *context = monitor->port.transport.context;
    if (monitor->port.now(context, &begun))
        return ECG_ERROR_CLOCK;
    for (;;) {
        if ((result = ecg_poll(&monitor->port.transport, &status)))
            return result;
        if (status & (ECG_MONITOR__STATUS__EVENT_bm | ECG_MONITOR__STATUS__INTERRUPT_bm))
            return ECG_OK;
        if (monitor->port.now(context, &now))
            return ECG_ERROR_CLOCK;
        if (now - begun >= milliseconds)
            return ECG_ERROR_TIMEOUT;
        monitor->port.transport.wait(context);
    }
}

ecg_result ecg_monitor_time(ecg_monitor *monitor, uint32_t *block)
{
    ecg_result result;
    if (!is_open(monitor) || !block)
        return ECG_ERROR_ARGUMENT;
    if (!(result = read_words(monitor, REGISTER(TIME), block, 1)))
        *block = ECG_FIELD(*block, ECG_MONITOR__TIME__BLOCK);
    return result;
}

ecg_result ecg_monitor_lost(ecg_monitor *monitor, uint32_t *beats, uint32_t *samples, int clear)
{
    uint32_t words[2] = {0, 0}; /* BEATS_LOST, SAMPLES_LOST */
    ecg_result result;
    if (!is_open(monitor) || !beats || !samples)
        return ECG_ERROR_ARGUMENT;
    if ((result = read_words(monitor, REGISTER(BEATS_LOST), words, 2)))
        return result;
    *beats = words[0];
    *samples = words[1];
    return clear ? write_word(monitor, REGISTER(CONTROL), ECG_MONITOR__CONTROL__CLEAR_bm) : ECG_OK;
}

ecg_result ecg_monitor_send(ecg_monitor *monitor, const uint16_t *codes, size_t count)
{
    uint8_t status;
    int failed = 0;
    ecg_result result;
    if (!is_open(monitor) || (!codes && count))
        return ECG_ERROR_ARGUMENT;
    for (size_t k = 0; k < count; k++)
        if (codes[k] > ECG_MONITOR_HIGHEST)
            return ECG_ERROR_ARGUMENT;
    const ecg_transport *t = &monitor->port.transport;
    if ((result = ecg_begin(t, ECG_WRITE | REGISTER(SAMPLE), &status)))
        return result;
    for (size_t k = 0; k < count && !failed; k++) {
        const uint8_t sent[4] = {0, 0, (uint8_t)(codes[k] >> 8), (uint8_t)codes[k]};
        failed = t->transfer(t->context, sent, NULL, sizeof sent);
    }
    return ecg_end(t, failed, status);
}

uint32_t ecg_monitor_rate(uint8_t interval)
{
    return interval ? ECG_MONITOR_BLOCKS_A_MINUTE / interval : 0;
}

const char *ecg_monitor_class(const ecg_monitor_beat *beat)
{
    static const char *const names[ECG_MONITOR_CLASSES] = ECG_MONITOR_CLASS_NAMES;
    return beat && beat->judged && beat->klass < ECG_MONITOR_CLASSES ? names[beat->klass] : "?";
}
