/* A self-test: sends the samples of ecg_monitor_example.h, and compares with the beats that the golden model finds in
   them. The converter must be still meanwhile.
   Compiled with -DECG_MAIN it is a program: it tests the chip, and then shows beats for ever. It needs ecg_monitor_pins()
   and ecg_monitor_show() of your microcontroller (docs/MONITOR-HOST.md). */
#include "ecg_monitor_example.h"
#include "ecg_monitor.h"
#include "ecg_monitor_registers.h"

#define AT_ONCE 90 /* samples in a frame: there is never more than one beat in a quarter of a second */
#define ROOM 4

static int same(const ecg_monitor_beat *a, const ecg_monitor_beat *b)
{
    return a->peak == b->peak && a->previous == b->previous && a->klass == b->klass && a->judged == b->judged &&
           a->sequence == b->sequence;
}

/* Beats that were not as expected, or minus a result of the driver. */
int ecg_monitor_example(const ecg_monitor_port *port)
{
    ecg_monitor monitor;
    ecg_monitor_beat beats[ROOM];
    size_t found = 0, count;
    int wrong = 0;
    ecg_result result = ecg_monitor_open(&monitor, port);
    if (!result)
        result = ecg_monitor_reset(&monitor);
    /* Once more than there are samples: when the first look comes, the chip may still work on the last ones. */
    for (size_t sent = 0; sent < ECG_MONITOR_EXAMPLE_SAMPLES + AT_ONCE && !result; sent += AT_ONCE) {
        const size_t left = sent < ECG_MONITOR_EXAMPLE_SAMPLES ? ECG_MONITOR_EXAMPLE_SAMPLES - sent : 0;
        if ((result = ecg_monitor_send(&monitor, ecg_monitor_example_codes + sent, left < AT_ONCE ? left : AT_ONCE)))
            break;
        result = ecg_monitor_read(&monitor, beats, ROOM, &count);
        for (size_t k = 0; k < count; k++, found++)
            wrong += found >= ECG_MONITOR_EXAMPLE_BEATS || !same(&beats[k], &ecg_monitor_example_beats[found]);
    }
    if (found < ECG_MONITOR_EXAMPLE_BEATS)
        wrong += (int)(ECG_MONITOR_EXAMPLE_BEATS - found);
    if (!result)
        result = ecg_monitor_reset(&monitor);
    return result ? -(int)result : wrong;
}

#ifdef ECG_MAIN
#define SILENCE 5000 /* ms without a beat or an interrupt */

extern const ecg_monitor_port *ecg_monitor_pins(void);
/* A beat, or none; the causes of interrupts; and whether there was silence. */
extern void ecg_monitor_show(const ecg_monitor_beat *beat, uint32_t causes, int silent);

int main(void)
{
    const ecg_monitor_settings settings = {
        .causes = ECG_MONITOR__CAUSE__BEAT_bm | ECG_MONITOR__CAUSE__LEAD_OFF_bm | ECG_MONITOR__CAUSE__LEAD_ON_bm |
                  ECG_MONITOR__CAUSE__SAMPLE_LOST_bm | ECG_MONITOR__CAUSE__OVERFLOW_bm,
        .shortest = ECG_MONITOR_BLOCKS_A_MINUTE / 120, /* fast: over 120 beats a minute */
        .longest = ECG_MONITOR_BLOCKS_A_MINUTE / 40,   /* slow: under 40 */
        .keep_newest = 1,
    };
    const ecg_monitor_port *port = ecg_monitor_pins();
    ecg_monitor monitor;
    ecg_monitor_beat beats[ROOM];
    uint32_t causes;
    size_t count;
    if (ecg_monitor_example(port) || ecg_monitor_open(&monitor, port) || ecg_monitor_configure(&monitor, &settings))
        return 1;
    for (;;) {
        const ecg_result result = ecg_monitor_wait(&monitor, SILENCE);
        if (result && result != ECG_ERROR_TIMEOUT)
            return 2;
        /* First the causes, then the beats: one that comes between them sets its cause again. */
        if (ecg_monitor_causes(&monitor, &causes))
            return 2;
        ecg_monitor_show(NULL, causes, result == ECG_ERROR_TIMEOUT);
        do {
            if (ecg_monitor_read(&monitor, beats, ROOM, &count))
                return 2;
            for (size_t k = 0; k < count; k++)
                ecg_monitor_show(&beats[k], causes, 0);
        } while (count == ROOM);
    }
}
#endif
