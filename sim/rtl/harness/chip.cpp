// A chip as a shared library that is used through its SPI pins alone, of which sck is its clock. See sim/rtl/board.py.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "Vchip.h"
#include "verilated.h"

namespace {

struct Board {
    VerilatedContext context;
    std::unique_ptr<Vchip> chip{new Vchip(&context)};
    uint64_t clocks = 0;  // while selected

    Board() {
        chip->cs_n = 1;
        chip->sck = 0;
        chip->mosi = 0;
        reset();
    }

    ~Board() { chip->final(); }

    void reset() {
        chip->rst = 0;
        chip->eval();
        chip->rst = 1;
        chip->eval();
        chip->rst = 0;
        chip->eval();
    }

    int bit(int mosi) {
        chip->mosi = mosi;
        chip->eval();
        const int miso = chip->miso;
        chip->sck = 1;
        chip->eval();
        clocks += !chip->cs_n;
        chip->sck = 0;
        chip->eval();
        return miso;
    }
};

Board& board(void* handle) { return *static_cast<Board*>(handle); }

}  // namespace

extern "C" {

void* chip_open() { return new Board; }
void chip_close(void* handle) { delete static_cast<Board*>(handle); }
void chip_reset(void* handle) { board(handle).reset(); }
uint64_t chip_clocks(void* handle) { return board(handle).clocks; }

int chip_irq(void* handle) {
    board(handle).chip->eval();
    return board(handle).chip->irq;
}

// Sets the pins, and lets them have their effect.
void chip_pins(void* handle, int cs_n, int sck, int mosi) {
    auto& chip = *board(handle).chip;
    chip.cs_n = cs_n, chip.sck = sck, chip.mosi = mosi;
    chip.eval();
}

int chip_miso(void* handle) { return board(handle).chip->miso | board(handle).chip->miso_enable << 1; }

void chip_select(void* handle, int selected) {
    board(handle).chip->cs_n = !selected;
    board(handle).chip->eval();
}

void chip_bits(void* handle, const uint8_t* sent, uint8_t* received, uint64_t bits) {
    for (uint64_t i = 0; i < bits; i++) {
        const int shift = 7 - i % 8;
        const int miso = board(handle).bit(sent ? sent[i / 8] >> shift & 1 : 0);
        if (received) received[i / 8] = (received[i / 8] & ~(1 << shift)) | miso << shift;
    }
}

// One call for a whole frame.
void chip_frame(void* handle, const uint8_t* sent, uint8_t* received, uint64_t bits) {
    chip_select(handle, 1);
    chip_bits(handle, sent, received, bits);
    chip_select(handle, 0);
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

void ecg_board_wait(void*) {}
}
