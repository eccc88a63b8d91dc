// Simulated annealing of a placement that is legal at every moment: cells of whole sites in rows, none over another.
// Cost: the sum over nets of half the perimeter of the box around their pins, in nanometres; and so much for each site
// by which a bin of the core is fuller than it may be: wires need room between cells.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

const int64_t CROWD = 4000; // nanometres for a site too many

struct Problem {
    int32_t cells, nets, rows, sites;   // sites of a row
    int32_t site, row;                  // nanometres
    int32_t bins_up, bins_across;       // which the core is divided into
    int32_t most;                       // sites of a bin that may be taken
    const int32_t *width;               // of each cell, in sites
    const int32_t *first_pin;           // of each net, and one more
    const int32_t *pin_cell;            // -1: a port, whose place is fixed
    const int32_t *pin_x, *pin_y;       // from the cell's corner; of a port from that of the core
    const int32_t *first_net, *cell_net; // the nets of each cell
    int32_t *at_row, *at_site, *mirrored; // the placement
};

struct Random {
    uint64_t state;
    uint64_t next() { // splitmix64
        uint64_t z = (state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    int below(int limit) { return int((next() >> 32) * uint64_t(limit) >> 32); }
    double share() { return double(next() >> 11) * 0x1p-53; }
};

struct Placer {
    const Problem &p;
    std::vector<int32_t> owner; // cell on each site of each row, -1 for none
    std::vector<int64_t> length, fresh;
    std::vector<int32_t> seen, touched;
    std::vector<int32_t> moved, old_row, old_site, old_mirrored;
    int32_t stamp = 0;
    std::vector<int32_t> taken; // sites of each bin, by the middle of cells
    int64_t crowded = 0, crowded_before = 0; // sites too many in all bins
    int64_t cost = 0, fitted = 0, made = 0; // moves that were possible, moves that were made

    Placer(const Problem &problem)
        : p(problem), owner(size_t(p.rows) * p.sites, -1), length(p.nets), fresh(p.nets), seen(p.nets, 0),
          taken(size_t(p.bins_up) * p.bins_across, 0) {
        for (int cell = 0; cell < p.cells; cell++) paint(cell, cell);
        for (int net = 0; net < p.nets; net++) cost += length[net] = measure(net);
    }

    int32_t *row_of(int row) { return &owner[size_t(row) * p.sites]; }

    void paint(int cell, int value) {
        int32_t *row = row_of(p.at_row[cell]) + p.at_site[cell];
        std::fill(row, row + p.width[cell], value);
        int middle = p.at_site[cell] + p.width[cell] / 2;
        int32_t &bin = taken[p.at_row[cell] * p.bins_up / p.rows * p.bins_across + middle * p.bins_across / p.sites];
        crowded -= std::max(bin - p.most, 0);
        bin += value < 0 ? -p.width[cell] : p.width[cell];
        crowded += std::max(bin - p.most, 0);
    }

    int64_t measure(int net) const {
        int64_t left = INT64_MAX, right = INT64_MIN, low = INT64_MAX, high = INT64_MIN;
        for (int k = p.first_pin[net]; k < p.first_pin[net + 1]; k++) {
            int64_t x = p.pin_x[k], y = p.pin_y[k];
            if (int cell = p.pin_cell[k]; cell >= 0) {
                if (p.mirrored[cell]) x = int64_t(p.width[cell]) * p.site - x;
                if (p.at_row[cell] % 2) y = p.row - y; // every other row stands on its head
                x += int64_t(p.at_site[cell]) * p.site, y += int64_t(p.at_row[cell]) * p.row;
            }
            left = std::min(left, x), right = std::max(right, x), low = std::min(low, y), high = std::max(high, y);
        }
        return right - left + high - low;
    }

    void lift(int cell) {
        moved.push_back(cell), old_row.push_back(p.at_row[cell]);
        old_site.push_back(p.at_site[cell]), old_mirrored.push_back(p.mirrored[cell]);
        paint(cell, -1);
    }

    void put(int cell, int row, int site) {
        p.at_row[cell] = row, p.at_site[cell] = site;
        paint(cell, cell);
    }

    // The free sites around [from, to) of a row: their first, and the one behind their last.
    void widen(int row, int &from, int &to) {
        const int32_t *place = row_of(row);
        while (from > 0 && place[from - 1] < 0) from--;
        while (to < p.sites && place[to] < 0) to++;
    }

    // Takes `cell` to a place, and what is there to where it was. False where that does not fit: all is as before.
    bool exchange(int cell, int row, int site) {
        int width = p.width[cell], from = p.at_row[cell], home = p.at_site[cell];
        lift(cell);
        int gap = home, gap_end = home + width;
        widen(from, gap, gap_end);
        int need = 0;
        const int32_t *place = row_of(row);
        for (int k = std::max(site, 0); k < site + width; k++)
            if (place[k] >= 0) need += p.width[place[k]], lift(place[k]); // its other sites are empty from now on
        int span = site, span_end = site + width;
        widen(row, span, span_end);
        bool beside = row == from && span < gap_end && gap < span_end; // one stretch of sites
        if (!need) {
            put(cell, row, site);
            return true;
        }
        int at;
        if (beside) { // the others move up to one end of the place it leaves
            bool right = site > home;
            at = right ? home : home + width - need;
            if (right ? at + need + width > span_end : at - width < span) return restore();
            site = right ? std::clamp(site, at + need, span_end - width) : std::clamp(site, span, at - width);
        } else {
            if (need > gap_end - gap || width > span_end - span) return restore();
            at = std::clamp(home, gap, gap_end - need);
            site = std::clamp(site, span, span_end - width);
        }
        put(cell, row, site);
        for (size_t k = 1; k < moved.size(); at += p.width[moved[k]], k++) put(moved[k], from, at);
        return true;
    }

    bool restore() {
        for (size_t k = 0; k < moved.size(); k++)
            if (row_of(p.at_row[moved[k]])[p.at_site[moved[k]]] == moved[k]) paint(moved[k], -1);
        for (size_t k = 0; k < moved.size(); k++) {
            p.mirrored[moved[k]] = old_mirrored[k];
            put(moved[k], old_row[k], old_site[k]);
        }
        return false;
    }

    int64_t change() {
        touched.clear(), stamp++;
        int64_t delta = CROWD * (crowded - crowded_before);
        for (int cell : moved)
            for (int k = p.first_net[cell]; k < p.first_net[cell + 1]; k++) {
                int net = p.cell_net[k];
                if (seen[net] == stamp) continue;
                seen[net] = stamp, touched.push_back(net);
                delta += (fresh[net] = measure(net)) - length[net];
            }
        return delta;
    }

    void attempt(double temperature, double reach, Random &random) {
        moved.clear(), old_row.clear(), old_site.clear(), old_mirrored.clear();
        crowded_before = crowded;
        int cell = random.below(p.cells);
        if (random.below(8) == 0) {
            lift(cell);
            p.mirrored[cell] ^= 1;
            put(cell, p.at_row[cell], p.at_site[cell]);
        } else {
            int up = std::max(int(reach * p.rows), 1), along = std::max(int(reach * p.sites), 8);
            int row = std::clamp(p.at_row[cell] + random.below(2 * up + 1) - up, 0, p.rows - 1);
            int site = std::clamp(p.at_site[cell] + random.below(2 * along + 1) - along, 0, p.sites - p.width[cell]);
            if (!exchange(cell, row, site)) return;
        }
        fitted++;
        int64_t delta = change();
        if (delta > 0 && random.share() >= std::exp(-double(delta) / temperature)) {
            restore();
            return;
        }
        for (int net : touched) length[net] = fresh[net];
        cost += delta, made++;
    }
};

// Tries so many moves at a temperature (in nanometres), to places as far as `reach` (a share of the core). Returns the
// share that was made of those that fitted; the cost is left in `cost`.
extern "C" double anneal(const Problem *problem, double temperature, double reach, int64_t moves, uint64_t seed,
                         int64_t *cost) {
    Placer placer(*problem);
    Random random{seed};
    for (int64_t k = 0; k < moves; k++) placer.attempt(temperature, reach, random);
    *cost = placer.cost;
    return double(placer.made) / double(std::max<int64_t>(placer.fitted, 1));
}
