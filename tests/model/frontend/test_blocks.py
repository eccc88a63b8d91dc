import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.frontend.blocks import BLOCK, LAG, TAPS, bend, bends, sums
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION

CODES = st.lists(st.integers(0, (1 << RESOLUTION) - 1), max_size=100)


@given(CODES)
def test_a_record_at_a_time_is_block_by_block(codes: list[int]) -> None:
    blocks = sums(np.array(codes, np.int64))
    assert blocks.tolist() == [sum(codes[i : i + BLOCK]) for i in range(0, len(codes) - BLOCK + 1, BLOCK)]
    last = [bend(blocks[k - TAPS + 1 : k + 1][::-1].tolist()) if k >= TAPS - 1 else 0 for k in range(len(blocks))]
    assert bends(blocks).tolist() == last
    assert bends(blocks).max(initial=0) < 1 << RESOLUTION + 4


def test_levels_and_slopes_do_not_bend() -> None:
    assert not bends(np.full(50, 4000)).any()
    assert not bends(100 * np.arange(50)).any()


def test_a_spike_bends_most_where_it_is() -> None:
    codes = np.full(400, 1000)
    codes[198:202] = 1400  # around the end of block 49
    assert int(bends(sums(codes)).argmax()) - LAG == 200 // BLOCK
