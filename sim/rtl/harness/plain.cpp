// The yardstick: a core alone in a loop that toggles its clock, offers counts and takes results, nothing else.
// plain COUNTS BEATS: plays the uint16 counts of a file, and prints clock cycles, seconds and a sum of the classes.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "Vcore.h"
#include "parameters.h"
#include "verilated.h"

#define PORT(stream, wire) stream##___05F##wire  // Verilator's name of stream__wire

int main(int argc, char** argv) {
    const size_t beats = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0;
    std::vector<uint16_t> counts(beats * INPUTS + 1);
    FILE* file = beats ? std::fopen(argv[1], "rb") : nullptr;
    if (!file || std::fread(counts.data(), 2, beats * INPUTS, file) != beats * INPUTS) return 1;

    Vcore core;
    core.rst = 1;
    core.clk = 0;
    core.eval();
    core.clk = 1;
    core.eval();
    core.rst = 0;
    core.PORT(result, ready) = 1;
    uint64_t clocks = 0, classes = 0;
    size_t next = 0, answered = 0;
    const auto start = std::chrono::steady_clock::now();
    while (answered < beats) {
        core.PORT(counts, valid) = next < beats * INPUTS;
        core.PORT(counts, payload) = counts[next];
        core.clk = 0;
        core.eval();
        next += core.PORT(counts, valid) && core.PORT(counts, ready);
        if (core.PORT(result, valid)) {
            answered++;
            classes += CLASS_OF(core.PORT(result, payload));
        }
        core.clk = 1;
        core.eval();
        clocks++;
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%llu %.6f %llu\n", (unsigned long long)clocks, time.count(), (unsigned long long)classes);
}
