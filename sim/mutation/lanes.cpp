// A netlist of gates in 256 copies at once, a bit of a word each: every lane is a chip of its own. See lanes.py.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

constexpr int WORDS = 4;  // of 64 lanes
using Lanes = uint64_t __attribute__((vector_size(8 * WORDS)));
enum Op : uint8_t { NOT, AND, OR, XOR, MUX };

struct Gate {
    int32_t a, b, s, y;
};

struct Run {  // of gates of the same kind, none of which feeds another
    Op op;
    int32_t end;
};

bool any(Lanes x) { return x[0] | x[1] | x[2] | x[3]; }

struct Flop {
    int32_t d, q, init;
};

struct Group {           // of flip-flops
    int32_t end;         // of them
    int32_t clock;       // the input that clocks them, or -1: the clock that `tick` moves
    int32_t rising;      // whether at its rising edge
    int32_t reset;       // the net that resets them at once, or -1
    int32_t low, value;  // whether it does so while low; to what
};

struct Chips {
    std::vector<Lanes> net, saved, next;
    std::vector<Gate> gates;
    std::vector<Run> runs;
    std::vector<Flop> flops;
    std::vector<Group> groups;
    std::vector<int32_t> inputs, outputs;
    std::vector<uint8_t> driven, saved_driven;  // the bits of the inputs
    int32_t request;              // the net without which the clock stands still, or -1
    bool stale = false;           // flip-flops have changed since it was settled

    void power_on() {
        std::fill(driven.begin(), driven.end(), 0);
        for (const Flop& flop : flops) net[flop.q] = Lanes{} - uint64_t(flop.init);
    }

    template <typename Each>
    void each(const Group& group, Each visit) {
        const int32_t begin = &group == groups.data() ? 0 : (&group)[-1].end;
        for (int32_t i = begin; i < group.end; i++) visit(i, flops[i]);
    }

    // Inputs change: never those of a flip-flop in the row in which its clock does.
    void drive(const uint8_t* bits) {
        if (stale && std::any_of(groups.begin(), groups.end(), [](const Group& group) { return group.clock >= 0; }))
            settle();
        for (const Group& group : groups) {
            if (group.clock < 0 || driven[group.clock] == group.rising || bit(bits, group.clock) != group.rising) continue;
            each(group, [&](int32_t i, const Flop& flop) { next[i] = net[flop.d]; });
        }
        for (const Group& group : groups) {
            if (group.clock < 0 || driven[group.clock] == group.rising || bit(bits, group.clock) != group.rising) continue;
            each(group, [&](int32_t i, const Flop& flop) { net[flop.q] = next[i]; });
        }
        for (size_t i = 0; i < inputs.size(); i++) {
            driven[i] = bit(bits, i);
            net[inputs[i]] = Lanes{} - uint64_t(driven[i]);
        }
        settle();
    }

    static uint8_t bit(const uint8_t* bits, size_t i) { return bits[i / 8] >> i % 8 & 1; }

    void settle() {
        do evaluate();
        while (reset_at_once());
        stale = false;
    }

    bool reset_at_once() {
        bool changed = false;
        for (const Group& group : groups) {
            if (group.reset < 0) continue;
            const Lanes now = group.low ? ~net[group.reset] : net[group.reset];
            each(group, [&](int32_t, const Flop& flop) {
                const Lanes before = net[flop.q];
                net[flop.q] = group.value ? before | now : before & ~now;
                changed |= any(net[flop.q] ^ before);
            });
        }
        return changed;
    }

    void evaluate() {
        const Gate* gate = gates.data();
        Lanes* n = net.data();
        for (const Run& run : runs) {
            const Gate* end = gates.data() + run.end;
            switch (run.op) {
                case NOT: for (; gate < end; gate++) n[gate->y] = ~n[gate->a]; break;
                case AND: for (; gate < end; gate++) n[gate->y] = n[gate->a] & n[gate->b]; break;
                case OR: for (; gate < end; gate++) n[gate->y] = n[gate->a] | n[gate->b]; break;
                case XOR: for (; gate < end; gate++) n[gate->y] = n[gate->a] ^ n[gate->b]; break;
                case MUX:
                    for (; gate < end; gate++) n[gate->y] = (n[gate->a] & ~n[gate->s]) | (n[gate->b] & n[gate->s]);
                    break;
            }
        }
    }

    // Cycles of the clock in a settled chip, each lane's only while it asks for it; stops when none of these does.
    void tick(uint32_t count, Lanes lanes = ~Lanes{}) {
        for (; count; count--) {
            const Lanes clocked = request < 0 ? lanes : lanes & net[request];
            if (!any(clocked)) return;
            for (const Group& group : groups)
                if (group.clock < 0) each(group, [&](int32_t i, const Flop& flop) { next[i] = net[flop.d]; });
            for (const Group& group : groups)
                if (group.clock < 0)
                    each(group, [&](int32_t i, const Flop& flop) {
                        net[flop.q] = (net[flop.q] & ~clocked) | (next[i] & clocked);
                    });
            stale = true;
            if (count > 1) settle();
        }
    }
};

Chips& chips(void* handle) { return *static_cast<Chips*>(handle); }

}  // namespace

extern "C" {

void* lanes_open(int32_t nets, int32_t gates, const Gate* gate, int32_t runs, const int32_t* run, int32_t flops,
                 const Flop* flop, int32_t groups, const Group* group, int32_t inputs, const int32_t* input,
                 int32_t outputs, const int32_t* output, int32_t request) {
    auto* made = new Chips;
    made->net.resize(nets);
    made->net[1] = ~Lanes{};
    made->gates.assign(gate, gate + gates);
    for (int i = 0; i < runs; i++) made->runs.push_back({Op(run[2 * i]), run[2 * i + 1]});
    made->flops.assign(flop, flop + flops);
    made->groups.assign(group, group + groups);
    made->next.resize(flops);
    made->inputs.assign(input, input + inputs);
    made->driven.resize(inputs);
    made->outputs.assign(output, output + outputs);
    made->request = request;
    made->power_on();
    return made;
}

void lanes_close(void* handle) { delete &chips(handle); }
void lanes_power_on(void* handle) { chips(handle).power_on(); }

void lanes_save(void* handle) {
    chips(handle).saved = chips(handle).net;
    chips(handle).saved_driven = chips(handle).driven;
}

void lanes_restore(void* handle) {
    chips(handle).net = chips(handle).saved;
    chips(handle).driven = chips(handle).saved_driven;
}

// A net that nothing drives: its value in each lane.
void lanes_set(void* handle, int32_t net, const uint64_t* values) {
    std::memcpy(&chips(handle).net[net], values, sizeof(Lanes));
}

// Turns flip-flop `first + k` over in lane k.
void lanes_flip(void* handle, int32_t first, int32_t count) {
    auto& c = chips(handle);
    for (int k = 0; k < count; k++) c.net[c.flops[first + k].q][k / 64] ^= uint64_t(1) << k % 64;
}

// One row: inputs are driven, outputs of lane 0 are read, then so many cycles go by.
void lanes_row(void* handle, const uint8_t* in, uint32_t ticks, uint8_t* out) {
    auto& c = chips(handle);
    c.drive(in);
    std::memset(out, 0, (c.outputs.size() + 7) / 8);
    for (size_t i = 0; i < c.outputs.size(); i++) out[i / 8] |= (c.net[c.outputs[i]][0] & 1) << i % 8;
    c.tick(ticks);
}

// The flip-flops of lanes 0 and 1 in each row, as bytes, one lane after the other.
void lanes_states(void* handle, uint64_t rows, const uint8_t* in, const uint32_t* ticks, uint8_t* states) {
    auto& c = chips(handle);
    const size_t in_bytes = (c.inputs.size() + 7) / 8;
    for (uint64_t row = 0; row < rows; row++) {
        c.drive(in + row * in_bytes);
        for (int lane = 0; lane < 2; lane++)
            for (const Flop& flop : c.flops) *states++ = c.net[flop.q][0] >> lane & 1;
        c.tick(ticks[row]);
    }
}

// Rows as they were recorded. An output bit that `mask` looks at and that differs is a difference of its lane: `first`
// gets the row of a lane's first one, or -1; `tags` gets bit t for one in a row whose tag is t. Stops when every lane
// of `wanted` has differed, if that is given; then those that have differed get no clock any more.
void lanes_replay(void* handle, uint64_t rows, const uint8_t* in, const uint32_t* ticks, const uint8_t* out,
                  const uint8_t* mask, const uint8_t* tag, const uint64_t* wanted, int64_t* first, uint8_t* tags) {
    auto& c = chips(handle);
    const size_t in_bytes = (c.inputs.size() + 7) / 8, out_bytes = (c.outputs.size() + 7) / 8;
    Lanes differed{}, left = ~Lanes{};
    if (wanted) std::memcpy(&left, wanted, sizeof left);
    for (int k = 0; k < 64 * WORDS; k++) first[k] = -1, tags[k] = 0;
    for (uint64_t row = 0; row < rows; row++) {
        c.drive(in + row * in_bytes);
        const uint8_t *expected = out + row * out_bytes, *looked = mask + row * out_bytes;
        Lanes differs{};
        for (size_t i = 0; i < c.outputs.size(); i++)
            if (looked[i / 8] >> i % 8 & 1)
                differs |= c.net[c.outputs[i]] ^ (Lanes{} - uint64_t(expected[i / 8] >> i % 8 & 1));
        if (any(differs))
            for (int k = 0; k < 64 * WORDS; k++)
                if (differs[k / 64] >> k % 64 & 1) {
                    tags[k] |= 1 << tag[row];
                    if (first[k] < 0) first[k] = int64_t(row);
                }
        differed |= differs;
        if (wanted && !any(left & ~differed)) return;
        c.tick(ticks[row], wanted ? left & ~differed : ~Lanes{});
    }
}
}
