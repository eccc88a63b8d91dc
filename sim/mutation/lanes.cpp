// A netlist of gates in 256 copies at once, a bit of a word each: every lane is a chip of its own. See lanes.py.
// Only gates and flip-flops are looked at of which an input has changed in some lane: in a cycle most rest.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

namespace {

constexpr int WORDS = 4;  // of 64 lanes
using Lanes = uint64_t __attribute__((vector_size(8 * WORDS)));
enum Op : int32_t { NOT, AND, OR, XOR, MUX };

struct Gate {
    Op op;
    int32_t a, b, s, y;
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

struct Fed {  // what nets feed: of net k, from begin[k] on
    std::vector<int32_t> begin, what;

    // pins: of each gate or flip-flop, the nets that feed it.
    template <typename Each, typename Pins>
    void connect(size_t nets, const std::vector<Each>& all, Pins pins) {
        begin.assign(nets + 1, 0);
        for (const Each& each : all)
            for (int32_t pin : pins(each)) begin[pin + 1]++;
        std::partial_sum(begin.begin(), begin.end(), begin.begin());
        what.resize(begin.back());
        std::vector<int32_t> at(begin);
        for (size_t k = 0; k < all.size(); k++)
            for (int32_t pin : pins(all[k])) what[at[pin]++] = int32_t(k);
    }
};

struct Due {  // a bit for each
    std::vector<uint64_t> bits;

    void all(size_t count) {
        bits.assign((count + 63) / 64, 0);
        for (size_t k = 0; k < count; k++) add(k);
    }
    void add(size_t k) { bits[k / 64] |= uint64_t(1) << k % 64; }
    void add(const Fed& fed, int32_t net) {
        for (int32_t i = fed.begin[net]; i < fed.begin[net + 1]; i++) add(fed.what[i]);
    }
    // Takes out one after the other, those too that come in behind the one that is visited.
    template <typename Visit>
    void take(Visit visit) {
        for (size_t word = 0; word < bits.size(); word++)
            while (bits[word]) {
                const size_t k = 64 * word + __builtin_ctzll(bits[word]);
                bits[word] &= bits[word] - 1;
                visit(k);
            }
    }
};

struct Chips {
    std::vector<Lanes> net, saved;
    std::vector<std::pair<int32_t, Lanes>> next;  // of flip-flops, while they are clocked
    std::vector<int32_t> waiting, group_of;       // flip-flops that stay due; of each, its group
    std::vector<Gate> gates;              // each after those that feed it
    std::vector<Flop> flops;
    Fed fed_gates, fed_flops;
    Due due_gates, due_flops;  // a flip-flop is due while it may not be what feeds it
    std::vector<Group> groups;
    std::vector<int32_t> inputs, outputs;
    std::vector<uint8_t> driven, saved_driven;  // the bits of the inputs
    int32_t request;  // the net without which the clock stands still, or -1

    void connect() {
        fed_gates.connect(net.size(), gates, [](const Gate& gate) { return std::array{gate.a, gate.b, gate.s}; });
        fed_flops.connect(net.size(), flops, [](const Flop& flop) { return std::array{flop.d}; });
        all_due();
    }

    void all_due() {
        due_gates.all(gates.size());
        due_flops.all(flops.size());
    }

    // Returns whether it was another.
    bool set(int32_t at, Lanes value) {
        if (!any(net[at] ^ value)) return false;
        net[at] = value;
        due_gates.add(fed_gates, at);
        due_flops.add(fed_flops, at);
        return true;
    }

    // Not by its clock.
    bool set_flop(int32_t i, Lanes value) {
        due_flops.add(i);
        return set(flops[i].q, value);
    }

    void power_on() {
        std::fill(driven.begin(), driven.end(), 0);
        for (size_t i = 0; i < flops.size(); i++) set_flop(i, Lanes{} - uint64_t(flops[i].init));
    }

    // Flip-flops that are moved take what feeds them, all at once, in these lanes.
    template <typename Moved>
    void clock(Moved moved, Lanes lanes) {
        due_flops.take([&](size_t i) {
            if (moved(groups[group_of[i]])) next.push_back({int32_t(i), net[flops[i].d]});
            else waiting.push_back(int32_t(i));
        });
        for (const auto& [i, value] : next) {
            const Lanes before = net[flops[i].q];
            set(flops[i].q, (before & ~lanes) | (value & lanes));
            if (any((before ^ value) & ~lanes)) waiting.push_back(i);
        }
        for (int32_t i : waiting) due_flops.add(i);
        next.clear();
        waiting.clear();
    }

    // Inputs change: never those of a flip-flop in the row in which its clock does.
    void drive(const uint8_t* bits) {
        if (std::any_of(groups.begin(), groups.end(), [](const Group& group) { return group.clock >= 0; })) settle();
        const auto moved = [&](const Group& group) {
            return group.clock >= 0 && driven[group.clock] != group.rising && bit(bits, group.clock) == group.rising;
        };
        if (std::any_of(groups.begin(), groups.end(), moved)) clock(moved, ~Lanes{});
        for (size_t i = 0; i < inputs.size(); i++) {
            driven[i] = bit(bits, i);
            set(inputs[i], Lanes{} - uint64_t(driven[i]));
        }
        settle();
    }

    static uint8_t bit(const uint8_t* bits, size_t i) { return bits[i / 8] >> i % 8 & 1; }

    void settle() {
        do evaluate();
        while (reset_at_once());
    }

    bool reset_at_once() {
        bool changed = false;
        int32_t i = 0;
        for (const Group& group : groups) {
            if (group.reset < 0) {
                i = group.end;
                continue;
            }
            const Lanes now = group.low ? ~net[group.reset] : net[group.reset];
            for (; i < group.end; i++) {
                const Lanes before = net[flops[i].q];
                if (any(now)) changed |= set_flop(i, group.value ? before | now : before & ~now);
            }
        }
        return changed;
    }

    void evaluate() {
        due_gates.take([&](size_t k) { set(gates[k].y, value(gates[k])); });
    }

    Lanes value(const Gate& gate) const {
        const Lanes a = net[gate.a], b = net[gate.b], s = net[gate.s];
        switch (gate.op) {
            case NOT: return ~a;
            case AND: return a & b;
            case OR: return a | b;
            case XOR: return a ^ b;
            case MUX: return (a & ~s) | (b & s);
        }
        __builtin_unreachable();
    }

    // Cycles of the clock in a settled chip, each lane's only while it asks for it; stops when none of these does.
    void tick(uint32_t count, Lanes lanes = ~Lanes{}) {
        for (; count; count--) {
            const Lanes clocked = request < 0 ? lanes : lanes & net[request];
            if (!any(clocked)) return;
            clock([](const Group& group) { return group.clock < 0; }, clocked);
            if (count > 1) settle();
        }
    }
};

Chips& chips(void* handle) { return *static_cast<Chips*>(handle); }

}  // namespace

extern "C" {

void* lanes_open(int32_t nets, int32_t gates, const Gate* gate, int32_t flops, const Flop* flop, int32_t groups,
                 const Group* group, int32_t inputs, const int32_t* input, int32_t outputs, const int32_t* output,
                 int32_t request) {
    auto* made = new Chips;
    made->net.resize(nets);
    made->net[1] = ~Lanes{};
    made->gates.assign(gate, gate + gates);
    made->flops.assign(flop, flop + flops);
    made->groups.assign(group, group + groups);
    for (int k = 0; k < groups; k++) made->group_of.resize(group[k].end, k);
    made->inputs.assign(input, input + inputs);
    made->driven.resize(inputs);
    made->outputs.assign(output, output + outputs);
    made->request = request;
    made->connect();
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
    chips(handle).all_due();
}

// A net that nothing drives: its value in each lane.
void lanes_set(void* handle, int32_t net, const uint64_t* values) {
    Lanes given;
    std::memcpy(&given, values, sizeof given);
    chips(handle).set(net, given);
}

// Turns flip-flop `first + k` over in lane k.
void lanes_flip(void* handle, int32_t first, int32_t count) {
    auto& c = chips(handle);
    for (int k = 0; k < count; k++) {
        Lanes lane{};
        lane[k / 64] = uint64_t(1) << k % 64;
        c.set_flop(first + k, c.net[c.flops[first + k].q] ^ lane);
    }
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
