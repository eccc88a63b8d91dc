// A monitor chip as a shared library: it is used through its SPI pins alone, and a converter plays a recording into it.
// See sim/rtl/monitor_board.py.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "Vchip.h"
#include "verilated.h"

namespace {

// Time goes in cycles of the core's clock, which stands still while the chip does not ask for it.
struct Board {
    VerilatedContext context;
    std::unique_ptr<Vchip> chip{new Vchip(&context)};
    uint32_t high = 2, low = 2;  // cycles for which sck is high and low
    uint32_t lead = 4;           // cycles from chip select to the first edge of sck, and from the last to its end
    uint32_t jitter = 0;         // a seed: each phase of sck is longer by 0 or 1 cycles
    uint32_t always = 0;         // the clock never stands still
    uint64_t cycles = 0, clocked = 0;
    std::vector<uint16_t> codes;  // of the recording
    size_t played = 0;
    uint64_t period = 0;  // cycles from sample to sample
    uint64_t next = 0;    // cycles until the next one
    bool converts = true;

    Board() {
        chip->cs_n = 1;
        chip->sck = 0;
        chip->mosi = 0;
        reset();
    }

    ~Board() { chip->final(); }

    void reset() {
        chip->rst = 1;
        run(3);
        chip->rst = 0;
        run(5);
    }

    void run(uint64_t count) {
        if (!converts) return still(count);
        while (played < codes.size() && count > next) {
            still(next);
            chip->sample = codes[played++];
            chip->sample_valid = 1;
            still(1);
            chip->sample_valid = 0;
            count -= next + 1;
            next = period - 1;
        }
        if (played < codes.size()) next -= count;
        still(count);
    }

    // The converter is still.
    void still(uint64_t count) {
        chip->eval();
        for (cycles += count; count && (always || chip->clock_request); count--) {
            clocked++;
            chip->clk = 1;
            chip->eval();
            chip->clk = 0;
            chip->eval();
        }
    }

    void phase(uint32_t length) {
        if (jitter) {
            jitter ^= jitter << 13;
            jitter ^= jitter >> 17;
            jitter ^= jitter << 5;
            length += jitter & 1;
        }
        run(length);
    }

    void bit(int mosi, int* miso) {
        chip->mosi = mosi;
        phase(low);
        *miso = chip->miso;
        chip->sck = 1;
        phase(high);
        chip->sck = 0;
    }
};

Board& board(void* handle) { return *static_cast<Board*>(handle); }

}  // namespace

extern "C" {

void* chip_open() { return new Board; }
void chip_close(void* handle) { delete static_cast<Board*>(handle); }
void chip_reset(void* handle) { board(handle).reset(); }
void chip_run(void* handle, uint64_t cycles) { board(handle).run(cycles); }
uint64_t chip_cycles(void* handle) { return board(handle).cycles; }
uint64_t chip_clocked(void* handle) { return board(handle).clocked; }

void chip_timing(void* handle, uint32_t high, uint32_t low, uint32_t lead, uint32_t jitter, uint32_t always) {
    auto& b = board(handle);
    b.high = high, b.low = low, b.lead = lead, b.jitter = jitter, b.always = always;
}

int chip_irq(void* handle) {
    board(handle).chip->eval();
    return board(handle).chip->irq;
}

int chip_clock_request(void* handle) {
    board(handle).chip->eval();
    return board(handle).chip->clock_request;
}

void chip_pins(void* handle, int cs_n, int sck, int mosi) {
    auto& chip = *board(handle).chip;
    chip.cs_n = cs_n, chip.sck = sck, chip.mosi = mosi;
}

void chip_select(void* handle, int selected) {
    auto& b = board(handle);
    if (!selected) b.run(b.lead);
    b.chip->cs_n = !selected;
    b.run(b.lead);
}

void chip_bits(void* handle, const uint8_t* sent, uint8_t* received, uint64_t bits) {
    for (uint64_t i = 0; i < bits; i++) {
        const int shift = 7 - i % 8;
        int miso;
        board(handle).bit(sent ? sent[i / 8] >> shift & 1 : 0, &miso);
        if (received) received[i / 8] = (received[i / 8] & ~(1 << shift)) | miso << shift;
    }
}

// Plays these codes, one every `period` cycles, the first after one.
void chip_play(void* handle, const uint16_t* codes, uint64_t samples, uint64_t period) {
    auto& b = board(handle);
    b.codes.assign(codes, codes + samples);
    b.played = 0;
    b.period = period;
    b.next = period - 1;
}

// Whether the converter runs, or stands still for now.
void chip_convert(void* handle, int converts) { board(handle).converts = converts; }

// The clock of the firmware's driver, in milliseconds: `now` of ecg_monitor_port.
int ecg_board_now(void* handle, uint32_t* milliseconds) {
    *milliseconds = static_cast<uint32_t>(board(handle).cycles * 1000 / CLOCK);
    return 0;
}

// Samples that are still to be played.
uint64_t chip_left(void* handle) { return board(handle).codes.size() - board(handle).played; }

// One call for a whole frame, in which the host stops after some bytes for some cycles.
void chip_frame(void* handle, const uint8_t* sent, uint8_t* received, uint64_t bits, uint64_t bytes, uint64_t cycles) {
    chip_select(handle, 1);
    chip_bits(handle, sent, received, 8 * bytes);
    board(handle).run(cycles);
    chip_bits(handle, sent + bytes, received + bytes, bits - 8 * bytes);
    chip_select(handle, 0);
}

// Waits until the chip needs no clock; returns the cycles that took, or `limit`.
uint64_t chip_settle(void* handle, uint64_t limit) {
    uint64_t waited = 0;
    for (; waited < limit && chip_clock_request(handle); waited++) board(handle).run(1);
    return waited;
}

// The transport of the firmware's driver: ecg_transport, with a board as its context.
int ecg_board_select(void* handle, int selected) {
    chip_select(handle, selected);
    return 0;
}

int ecg_board_transfer(void* handle, const uint8_t* sent, uint8_t* received, size_t length) {
    chip_bits(handle, sent, received, 8 * static_cast<uint64_t>(length));
    return 0;
}

void ecg_board_wait(void* handle) { board(handle).run(16); }
}
