// Gate-level simulation of 64 beats at a time, one in each bit of a word. The netlist is data; FUNCTIONS, the
// functions of a library's cells, is generated code.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

typedef uint64_t word;
typedef word (*Function)(const word *net, const int32_t *pins);

#include "functions.h"

enum Kind { GATE, LATCH, FLIP_FLOP, CLOCK_GATE };
const int COUNTER = 8; // bits of the counter that delays a change

// What a row of the netlist does. Functions by number, -1 for none. `out` is a net; of a register it is where its
// state is kept, with the inverse behind it. Delays are in steps, of a rise and of a fall.
struct Op {
    int32_t kind, out, functions[4], rise, fall, pins[PINS];

    word value(int k, const word *net) const { return FUNCTIONS[functions[k]](net, pins); }
};

struct Ports {
    int32_t clock, reset, counts_valid, counts_ready, result_valid, result_ready, image_valid, image_ready;
    int32_t power, isolate; // the constants 1 and 0 where nothing is power gated
    int32_t inputs, outputs, input_bits, class_bits, potential_bits, image_bytes, layers, layer_bits, rest, switched;
    const int32_t *counts, *result, *image, *layer, *states; // states: where those of the switched domain are kept
};

struct Simulator {
    int nets, size; // nets proper, and all that is kept: states follow the nets
    std::vector<word> net, before;
    std::vector<Op> clocks, registers, shown, gates; // shown: outputs of flip-flops
    std::vector<word> active; // lanes whose toggles are counted, by what they are at, see `parts`
    std::vector<int> switched; // states that a power switch takes away, in the lanes `off`
    word off = 0, noise = 88172645463325252;

    // with delays
    bool delayed = false, clocked = false; // clocked: those of the clock, too
    struct Pending { word counter[COUNTER] = {}, clock = 0; bool queued = false; };
    std::vector<Op> timed; // shown and gates; where `clocked`, clocks and registers, too
    int64_t input_steps = 0; // where `clocked`: after the clock's edge at its pin, when the inputs change
    std::vector<Pending> pending;
    std::vector<std::vector<int>> readers;
    std::vector<int> queue, later;
    int64_t *rises = nullptr, *falls = nullptr, longest = 0;

    Simulator(const Op *ops, const int64_t *sizes)
        : nets(int(sizes[0])), size(int(sizes[1])), net(size), before(size) {
        std::vector<Op> *lists[] = {&clocks, &registers, &shown, &gates};
        for (int k = 0; k < 4; ops += sizes[2 + k], k++) lists[k]->assign(ops, ops + sizes[2 + k]);
        net[1] = ~word(0);
    }

    void set_state(const Op &op, word state) {
        if (op.functions[2] >= 0) state &= ~op.value(2, net.data());
        if (op.functions[3] >= 0) state |= op.value(3, net.data());
        net[op.out] = state, net[op.out + 1] = ~state;
    }

    void evaluate(const Op &op) {
        word *now = net.data();
        if (op.kind == GATE) now[op.out] = op.value(0, now);
        if (op.kind == LATCH) {
            word open = op.value(0, now);
            set_state(op, (open & op.value(1, now)) | (~open & now[op.out]));
        }
    }

    void lose_state() {
        for (int state : switched) {
            noise ^= noise << 13, noise ^= noise >> 7, noise ^= noise << 17;
            net[state] = (net[state] & ~off) | (noise & off), net[state + 1] = ~net[state];
        }
    }

    // A phase of the clock: flip-flops take what was at their inputs before, and `inputs` follow at the same time. Where
    // the clock has delays, flip-flops take what is there when it comes.
    template <class Inputs> void phase(word clock, int pin, Inputs inputs) {
        memcpy(before.data(), net.data(), size * sizeof(word));
        net[pin] = clock;
        if (clocked) {
            if (clock && off) lose_state();
            return settle(inputs);
        }
        for (const Op &op : clocks) if (op.kind == GATE) evaluate(op);
        for (const Op &op : registers) {
            word edge = op.value(0, net.data()) & ~op.value(0, before.data());
            set_state(op, (edge & op.value(1, before.data())) | (~edge & net[op.out]));
        }
        if (clock && off) lose_state();
        inputs();
        if (delayed) {
            settle([] {});
        } else {
            for (const Op &op : shown) evaluate(op);
            for (const Op &op : gates) evaluate(op);
        }
        for (const Op &op : clocks) // the latch in a clock gate is open while its clock is low
            if (op.kind == CLOCK_GATE) {
                word low = ~op.value(1, net.data());
                net[op.out] = (low & op.value(0, net.data())) | (~low & net[op.out]);
            }
    }

    // The same gates with inertial delays: an output follows its function when that has held for the delay.
    void prepare(bool with_clock) {
        delayed = true, clocked = with_clock;
        if (clocked) timed = clocks, timed.insert(timed.end(), registers.begin(), registers.end());
        timed.insert(timed.end(), shown.begin(), shown.end());
        timed.insert(timed.end(), gates.begin(), gates.end());
        pending.resize(timed.size());
        readers.resize(size);
        for (size_t k = 0; k < timed.size(); k++) {
            for (int pin : timed[k].pins) if (pin > 1) readers[pin].push_back(int(k));
            pending[k].queued = true, later.push_back(int(k)); // nothing has been evaluated yet
        }
    }

    void follow(const Simulator &other) {
        net = other.net, off = other.off, noise = other.noise;
        for (size_t k = 0; k < timed.size(); k++) // a clock that is high has risen before
            if (timed[k].kind == FLIP_FLOP) pending[k].clock = timed[k].value(0, net.data());
    }

    void wake(int changed) {
        for (int k : readers[changed])
            if (!pending[k].queued) pending[k].queued = true, later.push_back(k);
    }

    void count(int changed, word difference) {
        for (size_t part = 0; part < active.size(); part++) {
            rises[part * nets + changed] += __builtin_popcountll(difference & net[changed] & active[part]);
            falls[part * nets + changed] += __builtin_popcountll(difference & ~net[changed] & active[part]);
        }
    }

    void wake_changed() {
        for (int k = 0; k < size; k++)
            if (net[k] != before[k]) {
                if (k < nets) count(k, net[k] ^ before[k]);
                wake(k);
            }
    }

    // What holds a state follows its pins at once; its outputs take their time.
    void store(const Op &op, Pending &p) {
        word old = net[op.out];
        if (op.kind == LATCH) evaluate(op);
        if (op.kind == CLOCK_GATE) {
            word low = ~op.value(1, net.data());
            set_state(op, (low & op.value(0, net.data())) | (~low & old));
        }
        if (op.kind == FLIP_FLOP) {
            word clock = op.value(0, net.data()), edge = clock & ~p.clock;
            set_state(op, (edge & op.value(1, net.data())) | (~edge & old));
            p.clock = clock;
        }
        if (net[op.out] != old) wake(op.out), wake(op.out + 1);
    }

    // Until nothing moves; `inputs` come when it is their time.
    template <class Inputs> void settle(Inputs inputs) {
        wake_changed();
        std::vector<std::pair<int, word>> fired;
        bool given = false;
        for (int64_t step = 1; !given || !later.empty(); step++) {
            if (!given && (later.empty() || step > input_steps)) {
                step = std::max(step, input_steps + 1);
                memcpy(before.data(), net.data(), size * sizeof(word));
                inputs();
                wake_changed();
                given = true;
                if (later.empty()) break;
            }
            if (step > longest) longest = step;
            queue.swap(later);
            later.clear();
            fired.clear();
            for (int k : queue) {
                const Op &op = timed[k];
                Pending &p = pending[k];
                p.queued = false;
                if (op.kind != GATE) {
                    store(op, p);
                    continue;
                }
                word value = op.value(0, net.data()), differs = value ^ net[op.out], carry = differs;
                word up = differs & value, down = differs & ~value;
                for (int b = 0; b < COUNTER; b++) {
                    word next = p.counter[b] & carry;
                    p.counter[b] = (p.counter[b] ^ carry) & differs;
                    carry = next;
                    up &= op.rise >> b & 1 ? p.counter[b] : ~p.counter[b];
                    down &= op.fall >> b & 1 ? p.counter[b] : ~p.counter[b];
                }
                word fires = up | down;
                for (int b = 0; b < COUNTER; b++) p.counter[b] &= ~fires;
                if (fires) fired.push_back({op.out, fires});
                if (differs & ~fires) p.queued = true, later.push_back(k);
            }
            for (auto &[changed, bits] : fired) {
                net[changed] ^= bits;
                count(changed, bits);
                wake(changed);
            }
        }
    }
};

static word bits(const uint16_t *values, int bit) {
    word all = 0;
    for (int lane = 0; lane < 64; lane++) all |= word(values[lane] >> bit & 1) << lane;
    return all;
}

// How far beats are, by lane.
struct Progress {
    int64_t sent[64], got[64], cycle = 0, silent = 0;
    int position[64] = {}, rested[64];
    uint16_t now[64] = {}, valid[64] = {};
    word busy = 0, finished = 0, begun = 0;
};

// Beats, a run of them in each lane: lane l takes beats starts[l] to starts[l + 1].
// A lane is active from the result of its first `warm` beats to its last result. What is power gated loses its state at
// each clock at which its switch is open.
struct Beats : Progress {
    Simulator s;
    const Ports &p;
    const uint16_t *counts;
    const int64_t *starts;
    int64_t warm;
    int32_t *classes, *cycles;
    int64_t *potentials;

    // input_steps: negative where the clock has no delays; delayed: whether gates have theirs.
    Beats(const Op *ops, const int64_t *sizes, const Ports *ports, const uint16_t *counts, const int64_t *starts,
          const uint8_t *image, int64_t warm, bool delayed, int64_t input_steps,
          int32_t *classes, int64_t *potentials, int32_t *cycles)
        : s(ops, sizes), p(*ports), counts(counts), starts(starts), warm(warm),
          classes(classes), cycles(cycles), potentials(potentials) {
        if (delayed) s.prepare(input_steps >= 0), s.input_steps = std::max<int64_t>(input_steps, 0);
        s.switched.assign(p.states, p.states + p.switched);
        for (int lane = 0; lane < 64; lane++) {
            rested[lane] = p.rest;
            sent[lane] = got[lane] = starts[lane];
            finished |= word(starts[lane] == starts[lane + 1]) << lane;
        }
        auto nothing = [] {};
        std::vector<word> &net = s.net;
        net[p.reset] = ~word(0);
        for (int k = 0; k < 4; k++) tick(nothing);
        tick([&] { net[p.reset] = 0; });
        for (int byte = 0; byte < p.image_bytes;) {
            byte += net[p.image_ready] & net[p.image_valid] & 1;
            tick([&] {
                uint16_t all[64];
                for (int lane = 0; lane < 64; lane++) all[lane] = byte < p.image_bytes ? image[byte] : 0;
                put(p.image, 8, all);
                net[p.image_valid] = byte < p.image_bytes ? ~word(0) : 0;
            });
        }
        tick([&] { offer(); });
    }

    template <class Inputs> void tick(Inputs inputs) {
        s.phase(0, p.clock, [] {});
        s.phase(~word(0), p.clock, inputs);
    }

    void put(const int32_t *nets, int width, const uint16_t *values) {
        for (int b = 0; b < width; b++) s.net[nets[b]] = bits(values, b);
    }

    void offer() {
        for (int lane = 0; lane < 64; lane++) {
            valid[lane] = sent[lane] < starts[lane + 1];
            if (valid[lane]) now[lane] = counts[sent[lane] * p.inputs + position[lane]];
        }
        put(p.counts, p.input_bits, now);
        s.net[p.counts_valid] = bits(valid, 0);
        s.net[p.result_ready] = ~word(0);
    }

    // Lanes by what the core is at in this cycle: taking inputs, a layer, waking up (or about to be switched off), without
    // supply.
    void say_active(word working) {
        const std::vector<word> &net = s.net;
        word on = net[p.power], running = working & on & ~net[p.isolate];
        s.active.assign(3 + p.layers, 0);
        s.active[0] = running & net[p.counts_ready];
        for (int layer = 0; layer < p.layers; layer++) {
            word here = running & ~net[p.counts_ready];
            for (int b = 0; b < p.layer_bits; b++) here &= layer >> b & 1 ? net[p.layer[b]] : ~net[p.layer[b]];
            s.active[1 + layer] = here;
        }
        s.active[1 + p.layers] = working & on & net[p.isolate];
        s.active[2 + p.layers] = working & ~on;
    }

    void take_result(int lane) {
        int64_t beat = got[lane]++;
        auto field = [&](int low, int width) {
            word value = 0;
            for (int b = 0; b < width; b++) value |= (s.net[p.result[low + b]] >> lane & 1) << b;
            return value;
        };
        classes[beat] = int32_t(field(0, p.class_bits));
        for (int i = 0; i < p.outputs; i++) {
            word value = field(p.class_bits + i * p.potential_bits, p.potential_bits);
            potentials[beat * p.outputs + i] = int64_t(value << (64 - p.potential_bits)) >> (64 - p.potential_bits);
        }
        cycles[beat] = int32_t(cycle) - cycles[beat] + 1;
        begun &= ~(word(1) << lane);
        rested[lane] = 0;
        if (got[lane] >= starts[lane] + warm) busy |= word(1) << lane;
        finished |= word(got[lane] == starts[lane + 1]) << lane;
    }

    // As `beats_play`.
    int64_t play(int64_t most, int64_t limit, word *snapshots, word *active, int64_t *rises, int64_t *falls) {
        std::vector<word> &net = s.net;
        s.rises = rises, s.falls = falls;
        auto keep = [&] {
            if (snapshots) memcpy(snapshots, net.data(), s.nets * sizeof(word)), snapshots += s.nets;
        };
        keep();
        int64_t played = 0;
        for (; ~finished && played < most; played++, cycle++) {
            word taken = net[p.counts_valid] & net[p.counts_ready], given = net[p.result_valid] & ~finished;
            for (int lane = 0; lane < 64; lane++) {
                bool rests = valid[lane] && sent[lane] == got[lane] && position[lane] == 0 && rested[lane] == p.rest;
                if (rests && ~begun >> lane & 1) begun |= word(1) << lane, cycles[sent[lane]] = int32_t(cycle);
                rested[lane] += rested[lane] < p.rest;
            }
            say_active(busy & ~finished);
            if (active) active = std::copy(s.active.begin(), s.active.end(), active);
            if (!rises) s.active.clear();
            for (int lane = 0; lane < 64; lane++) {
                if (taken >> lane & 1 && ++position[lane] == p.inputs) position[lane] = 0, sent[lane]++;
                if (given >> lane & 1) take_result(lane);
            }
            s.phase(0, p.clock, [] {});
            keep();
            s.off = ~net[p.power];
            s.phase(~word(0), p.clock, [&] { offer(); });
            keep();
            silent = given ? 0 : silent + 1;
            if (silent > limit) {
                for (int lane = 0; lane < 64; lane++)
                    if (~finished >> lane & 1) return -1 - got[lane];
            }
        }
        return played;
    }
};

// A netlist that is given beats, see `Beats`; all that is pointed to must outlive it.
extern "C" Beats *beats_open(const Op *ops, const int64_t *sizes, const Ports *ports, const uint16_t *counts,
                             const int64_t *starts, const uint8_t *image, int64_t warm, int64_t delayed,
                             int64_t input_steps, int32_t *classes, int64_t *potentials, int32_t *cycles) {
    return new Beats(ops, sizes, ports, counts, starts, image, warm, delayed, input_steps, classes, potentials, cycles);
}

extern "C" void beats_close(Beats *b) { delete b; }

// Goes on from where another one of the same beats is, with delays or without.
extern "C" void beats_follow(Beats *b, const Beats *other) {
    b->s.follow(other->s);
    static_cast<Progress &>(*b) = *other;
}

// The most steps that a phase has taken so far.
extern "C" int64_t beats_steps(const Beats *b) { return b->s.longest; }

// Plays on, up to `most` cycles.
// snapshots: null, or all nets before, and after both phases of each cycle: word[1 + 2 * most][nets].
// active: null, or the active lanes of each cycle by what the core is at, see `say_active`: word[most][3 + layers].
// rises, falls: null, or, where gates have delays, what toggles of each net in active lanes are added to, by the same:
// int64[3 + layers][nets].
// Returns the cycles played, fewer than `most` if all results are there; or minus one more than a beat that gave none in
// `limit` cycles.
extern "C" int64_t beats_play(Beats *b, int64_t most, int64_t limit, word *snapshots, word *active, int64_t *rises,
                              int64_t *falls) {
    return b->play(most, limit, snapshots, active, rises, falls);
}

// The same, with whoever drives the pins elsewhere: a netlist with its state, all of it 0 at first.
// delayed: 1 where gates have their delays, 2 where the clock's have, too.
extern "C" Simulator *gates_open(const Op *ops, const int64_t *sizes, int64_t delayed) {
    auto s = new Simulator(ops, sizes);
    if (delayed) s->prepare(delayed > 1);
    return s;
}

extern "C" void gates_close(Simulator *s) { delete s; }

// Takes over the state of another one of the same netlist, with delays or without.
extern "C" void gates_follow(Simulator *s, const Simulator *other) { s->follow(*other); }

// Plays cycles of the clock. In each the clock falls and the pins take their values, word[cycles][width of pins]; then
// the clock rises, in the lanes `running`, word[cycles]; without them, in those where the net `request` is then high.
// clocked: word[cycles], those lanes. seen: word[cycles][width of watched], nets at the end of each cycle.
// snapshots: null, or all nets before, and after both phases of each cycle: word[1 + 2 * cycles][nets].
// rises, falls: null, or int64[nets], to which the toggles in the lanes `counted` are added.
// Returns the most steps that a phase has taken so far.
extern "C" int64_t gates_play(Simulator *s, int32_t clock, int32_t request, const word *running, const int32_t *pins,
                              int64_t width, const word *values, int64_t cycles, const int32_t *watched, int64_t watches, word *clocked,
                              word *seen, word *snapshots, int64_t *rises, int64_t *falls, word counted) {
    auto keep = [&] {
        if (snapshots) memcpy(snapshots, s->net.data(), s->nets * sizeof(word)), snapshots += s->nets;
    };
    s->rises = rises, s->falls = falls;
    s->active.assign(rises ? 1 : 0, counted);
    keep();
    for (int64_t cycle = 0; cycle < cycles; cycle++) {
        s->phase(0, clock, [&] {
            for (int64_t k = 0; k < width; k++) s->net[pins[k]] = *values++;
        });
        keep();
        *clocked = running ? *running++ : s->net[request];
        s->phase(*clocked++, clock, [] {});
        keep();
        for (int64_t k = 0; k < watches; k++) *seen++ = s->net[watched[k]];
    }
    return s->longest;
}
