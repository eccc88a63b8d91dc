from sparrow_ecg.model.frontend.quality import OFF, Quality


def test_off_after_a_run_of_bad_blocks_and_back_after_as_many_good_ones() -> None:
    quality = Quality()
    assert [quality.push(True) for _ in range(OFF)] == [False] * (OFF - 1) + [True]
    assert quality.push(True)  # the count does not grow
    assert [quality.push(False) for _ in range(OFF)] == [True] * (OFF - 1) + [False]


def test_a_few_bad_blocks_are_forgiven() -> None:
    quality = Quality()
    assert not any(quality.push(bad) for _ in range(100) for bad in [True] * 9 + [False] * 9)
    assert any(quality.push(bad) for _ in range(100) for bad in [True] * 9 + [False] * 8)
