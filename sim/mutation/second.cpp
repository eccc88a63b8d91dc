// The generated Verilog in Yosys' cxxrtl, by its pins: the same rows as of lanes.cpp, of one chip. See second.py.
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "design.cc"

namespace {

struct Port {
    uint32_t* value = nullptr;
    uint32_t bits = 0;
};

struct Chip {
    cxxrtl_design::DESIGN design;
    cxxrtl::debug_items items;
    std::vector<Port> inputs, outputs;
    Port clock, request;

    Port find(const char* name, uint32_t bits) { return {items.at(name).at(0).curr, bits}; }

    void edge(uint32_t level) {
        *clock.value = level;
        design.step();
    }
};

Chip& chip(void* handle) { return *static_cast<Chip*>(handle); }

}  // namespace

extern "C" {

// names of ports, inputs first; bits of each. clock and request: 0 for none.
void* second_open(uint32_t inputs, uint32_t outputs, const char** names, const uint32_t* bits, const char* clock,
                  const char* request) {
    auto* made = new Chip;
    made->design.debug_info(&made->items, nullptr, "");
    for (uint32_t i = 0; i < inputs + outputs; i++)
        (i < inputs ? made->inputs : made->outputs).push_back(made->find(names[i], bits[i]));
    if (clock) made->clock = made->find(clock, 1);
    if (request) made->request = made->find(request, 1);
    return made;
}

void second_close(void* handle) { delete &chip(handle); }

void second_row(void* handle, const uint8_t* in, uint32_t ticks, uint8_t* out) {
    auto& c = chip(handle);
    size_t at = 0;
    for (auto& port : c.inputs) {
        std::memset(port.value, 0, 4 * ((port.bits + 31) / 32));
        for (uint32_t k = 0; k < port.bits; k++, at++) port.value[k / 32] |= (in[at / 8] >> at % 8 & 1u) << k % 32;
    }
    c.design.step();
    at = 0;
    for (auto& port : c.outputs)
        for (uint32_t k = 0; k < port.bits; k++, at++) {
            if (at % 8 == 0) out[at / 8] = 0;
            out[at / 8] |= (port.value[k / 32] >> k % 32 & 1u) << at % 8;
        }
    for (; ticks && (!c.request.bits || *c.request.value); ticks--) {
        c.edge(1);
        c.edge(0);
    }
}
}
