// A monitor as a shared library: samples go in, and what came out goes back. See sim/rtl/monitor.py.
#include <cstdint>
#include <cstring>
#include <memory>

#include "Vharness.h"
#include "monitor_parameters.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Waves = VerilatedFstC;
#elif VM_TRACE
#include "verilated_vcd_c.h"
using Waves = VerilatedVcdC;
#endif

namespace {

constexpr uint64_t PATIENCE = 100000;  // cycles without progress

struct Simulator {
    VerilatedContext context;
    std::unique_ptr<Vharness> harness;
#if VM_TRACE
    Waves waves;
#endif
    uint32_t counts[INPUTS] = {};
    uint32_t counted = 0;
    uint32_t noise = 0;
    bool was_busy = false;
    bool shown = true;  // in the waveform

    explicit Simulator(const char* wave_path) {
        context.traceEverOn(wave_path != nullptr);
        harness = std::make_unique<Vharness>(&context);
#if VM_TRACE
        if (wave_path) {
            harness->trace(&waves, 99);
            waves.open(wave_path);
        }
#endif
        harness->reset = 1;
        tick();
        tick();
        harness->reset = 0;
    }

    ~Simulator() {
        harness->final();
#if VM_TRACE
        waves.close();
#endif
    }

    void edge(int clk) {
        harness->clk = clk;
        harness->eval();
#if VM_TRACE
        if (waves.isOpen() && shown) waves.dump(context.time());
        context.timeInc(1);
#endif
    }

    void tick() {
        edge(1);
        edge(0);
    }

    bool stalled(int bit) {
        if (!noise) return false;
        noise = noise * 1664525u + 1013904223u;
        return noise >> bit & 1;
    }
};

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void* monitor_open(const char* wave_path) { return new Simulator(wave_path); }

void monitor_close(void* handle) { delete static_cast<Simulator*>(handle); }

// Plays samples, and lets what they began come to its end. seed: of random stalls, 0 for none. shown_from: the first
// sample in the waveform.
// For each block: what the probes were after it, int32[blocks][PROBES]. For each beat: in which block it was told, its
// bits, uint32[beats][WORDS], and the counts that the core had taken since the last one, uint16[beats][INPUTS].
// longest: cycles of the longest work on a block. Returns whether it came to its end.
int monitor_run(void* handle, const uint16_t* codes, uint64_t samples, uint32_t seed, uint64_t shown_from,
                uint64_t most_blocks, uint64_t most_beats, int32_t* probes, int32_t* told_in, uint32_t* bits,
                uint16_t* counts, uint64_t* blocks, uint64_t* beats, uint64_t* clocks, uint64_t* longest) {
    auto& simulator = *static_cast<Simulator*>(handle);
    auto& harness = *simulator.harness;
    simulator.noise = seed;
    uint64_t idle = 0, busy = 0;
    bool offered = false;
    for (uint64_t sample = 0; sample < samples || harness.busy;) {
        simulator.shown = sample >= shown_from;
        harness.valid = sample < samples && (offered || !simulator.stalled(7));
        harness.code = sample < samples ? codes[sample] : 0;
        harness.take = !simulator.stalled(19);
        harness.eval();
        if (harness.counted) simulator.counts[simulator.counted++ % INPUTS] = harness.count;
        if (harness.told && harness.take) {
            if (*beats == most_beats) return 0;
            told_in[*beats] = int32_t(*blocks);
            std::memcpy(bits + *beats * WORDS, &harness.beat, WORDS * sizeof(uint32_t));
            for (int i = 0; i < INPUTS; i++) counts[*beats * INPUTS + i] = simulator.counts[i];
            simulator.counted = 0;
            ++*beats;
        }
        const bool taken = harness.valid && harness.ready;
        offered = harness.valid && !taken;
        sample += taken;
        simulator.tick();
        ++*clocks;
        if (simulator.was_busy && !harness.busy) {
            if (*blocks == most_blocks) return 0;
            std::memcpy(probes + *blocks * PROBES, &harness.probes[0], PROBES * sizeof(int32_t));
            ++*blocks;
        }
        simulator.was_busy = harness.busy;
        busy = harness.busy ? busy + 1 : 0;
        if (busy > *longest) *longest = busy;
        idle = taken ? 0 : idle + 1;
        if (idle > PATIENCE) return 0;
    }
    return 1;
}
}
#pragma GCC visibility pop
