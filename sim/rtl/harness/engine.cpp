// The harness as a shared library: a block of beats goes in, and what came out goes back. See sim/rtl/engine.py.
#include <cstdint>
#include <cstring>
#include <memory>

#include "Vharness.h"
#include "Vharness___024root.h"
#include "parameters.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Waves = VerilatedFstC;
#elif VM_TRACE
#include "verilated_vcd_c.h"
using Waves = VerilatedVcdC;
#endif

namespace {

struct Simulator {
    VerilatedContext context;
    std::unique_ptr<Vharness> harness;
#if VM_TRACE
    Waves waves;
#endif

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
        if (waves.isOpen()) waves.dump(context.time());
        context.timeInc(1);
#endif
    }

    void tick() {
        edge(1);
        edge(0);
    }
};

template <typename Memory, typename Item>
void copy_out(Item* target, Memory& source, size_t items) {
    static_assert(sizeof(source[0]) == sizeof(Item));
    std::memcpy(target, &source[0], items * sizeof(Item));
}

}  // namespace

#pragma GCC visibility push(default)  // all else is hidden, so that the compiler may inline it
extern "C" {

void* simulator_open(const uint8_t* image, const char* wave_path) {
    auto* simulator = new Simulator(wave_path);
#if IMAGE_BYTES
    std::memcpy(&simulator->harness->rootp->harness__DOT__image[0], image, IMAGE_BYTES);
#endif
    return simulator;
}

void simulator_close(void* handle) { delete static_cast<Simulator*>(handle); }

// Runs a block of at most BLOCK beats, for at most `limit` cycles. Returns how many beats gave a result.
uint32_t simulator_run(void* handle, const uint16_t* counts, uint32_t beats, uint32_t stall, uint64_t limit,
                       int32_t* classes, int64_t* potentials, int32_t* cycles, int64_t* activity, uint64_t* clocks) {
    auto& simulator = *static_cast<Simulator*>(handle);
    auto& harness = *simulator.harness;
    auto& root = *harness.rootp;
    std::memcpy(&root.harness__DOT__counts[0], counts, beats * INPUTS * sizeof(uint16_t));
    harness.go = 0;
    harness.size = beats;
    harness.seed = stall;
    simulator.tick();
    simulator.tick();
    harness.go = 1;
    uint64_t clock = 0;
    for (; clock < limit && !harness.done; clock++) simulator.tick();
    *clocks += clock;
    const uint32_t answered = root.harness__DOT__answered;
    copy_out(classes, root.harness__DOT__classes, answered);
    copy_out(potentials, root.harness__DOT__potentials, answered * OUTPUTS);
    copy_out(cycles, root.harness__DOT__cycles, answered);
#if PROBES
    copy_out(activity, root.harness__DOT__activity, answered * PROBES * LAYERS);
#endif
    return answered;
}

// The neurons that left the lanes in the last beat, in that order: int64[n][5], of at most 2 * NEURONS.
uint32_t simulator_left(void* handle, int64_t* left) {
#if WATCH
    auto& root = *static_cast<Simulator*>(handle)->harness->rootp;
    copy_out(left, root.harness__DOT__left, root.harness__DOT__leavers * 5);
    return root.harness__DOT__leavers;
#else
    return 0;
#endif
}
}
#pragma GCC visibility pop
