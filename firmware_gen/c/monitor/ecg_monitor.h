/* Driver of the ECG heartbeat monitor, C99: no heap, no globals, no floating point. docs/MONITOR-HOST.md says how to use
   it. */
#ifndef ECG_MONITOR_H
#define ECG_MONITOR_H

#include "ecg_monitor_map.h"
#include "ecg_port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How bytes reach the chip, and what time it is. */
typedef struct {
    ecg_transport transport;
    /* Milliseconds of a clock that runs on, and may wrap. Returns 0, or anything else for a failure. Its context is the
       transport's. */
    int (*now)(void *context, uint32_t *milliseconds);
} ecg_monitor_port;

/* A chip, as ecg_monitor_open found it. */
typedef struct {
    ecg_monitor_port port;
    uint32_t network;    /* first 32 bits of the SHA-256 of the network inside */
    uint32_t millihertz; /* samples in 1000 seconds */
    uint8_t depth;       /* beats that it holds for a host that is late */
    uint8_t handed;      /* whether ecg_monitor_read has handed out a beat, */
    uint8_t last;        /* and its sequence number */
} ecg_monitor;

typedef struct {
    uint32_t causes;     /* that raise irq: bits of CAUSE, as ECG_MONITOR__CAUSE__V_bm */
    uint8_t shortest;    /* an interval of fewer blocks sets the cause `fast`; 0: none does */
    uint8_t longest;     /* one of more sets `slow`; ECG_MONITOR_LONGEST: none does */
    uint8_t keep_newest; /* when there is no room, older beats go (1), or the new one (0) */
} ecg_monitor_settings;

#define ECG_MONITOR_READING_BYTES 10u /* of its longest frame */

typedef struct {
    uint32_t peak;    /* the block that begins at its R peak, counted round from reset */
    uint8_t previous; /* blocks since the R peak before; ECG_MONITOR_LONGEST if there was none for so long */
    uint8_t klass;    /* ECG_MONITOR_CLASS_N and others, if it is judged */
    uint8_t judged;   /* 0: it could not be classified */
    uint8_t sequence; /* counted round: where numbers are missing, beats were dropped */
} ecg_monitor_beat;

/* Finds the chip. To be called again whenever the chip itself was reset or without power. */
ecg_result ecg_monitor_open(ecg_monitor *monitor, const ecg_monitor_port *port);

/* All is as after power-up: settings too, and the front end learns anew. */
ecg_result ecg_monitor_reset(ecg_monitor *monitor);

ecg_result ecg_monitor_configure(ecg_monitor *monitor, const ecg_monitor_settings *settings);

/* The low byte of STATUS, by a frame of one byte. */
ecg_result ecg_monitor_status(ecg_monitor *monitor, uint8_t *status);

/* Reads the causes of interrupts, bits of CAUSE, and clears those that it read. */
ecg_result ecg_monitor_causes(ecg_monitor *monitor, uint32_t *causes);

/* Takes beats, the oldest first: as many as there are, and `room` at most. `count` says how many are in `beats`, whatever
   is returned. None is handed out twice, and none is lost when a frame fails: call it again. */
ecg_result ecg_monitor_read(ecg_monitor *monitor, ecg_monitor_beat *beats, size_t room, size_t *count);

/* The same without waiting for the wire: frames that the port begins and that end later, by DMA for example. Nothing of
   the monitor is to be called meanwhile but these two. */
typedef struct ecg_monitor_reading ecg_monitor_reading;
struct ecg_monitor_reading {
    /* Begin a frame: chip select low, `length` bytes out and in, chip select high; then call ecg_monitor_completed, from
       an interrupt if you like. Both buffers stay until then. Returns 0, or anything else if it has not begun. */
    int (*begin)(void *context, const uint8_t *sent, uint8_t *received, size_t length);
    /* All is read, or a frame has failed: `count` beats are good. */
    void (*finished)(void *context, ecg_result result, size_t count);
    void *context; /* of both */
    ecg_monitor *monitor;
    ecg_monitor_beat *beats;
    size_t room, count;
    uint8_t sent[ECG_MONITOR_READING_BYTES], received[ECG_MONITOR_READING_BYTES];
    uint8_t again, more, acknowledges;
};

/* Begins to read: `begin`, `finished` and `context` are set by the caller. Returns ECG_OK if the first frame has begun,
   and then `finished` is called once. */
ecg_result ecg_monitor_start_reading(ecg_monitor_reading *reading, ecg_monitor *monitor, ecg_monitor_beat *beats,
                                     size_t room);

/* The frame that was begun has ended; `failed`: its bytes are not to be trusted. Begins the next one. */
void ecg_monitor_completed(ecg_monitor_reading *reading, int failed);

/* Waits until a beat can be read or irq is high. */
ecg_result ecg_monitor_wait(ecg_monitor *monitor, uint32_t milliseconds);

/* The time, in blocks: what beats' peaks are compared with. */
ecg_result ecg_monitor_time(ecg_monitor *monitor, uint32_t *block);

/* Beats and samples that were dropped, since these counters were cleared; then clears them, if asked to. */
ecg_result ecg_monitor_lost(ecg_monitor *monitor, uint32_t *beats, uint32_t *samples, int clear);

/* Sends samples, as if a converter did: for a chip without one, or to try it. A code is 0 to ECG_MONITOR_HIGHEST. */
ecg_result ecg_monitor_send(ecg_monitor *monitor, const uint16_t *codes, size_t count);

/* Beats a minute at an interval in blocks; 0 for one of 0. */
uint32_t ecg_monitor_rate(uint8_t interval);

/* "N", "S", "V", "F", or "?" if it was not judged. */
const char *ecg_monitor_class(const ecg_monitor_beat *beat);

#ifdef __cplusplus
}
#endif
#endif
