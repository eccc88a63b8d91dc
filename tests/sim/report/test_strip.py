import matplotlib.image
import numpy as np

from sparrow_ecg.model.signals.ecg.beats import CLASSES
from sparrow_ecg.sim.report.strip import SECONDS, draw


def test_strips_show_the_richest_parts_of_different_records(synthetic_beats, tmp_path):
    shown = []

    def classify(beats):
        shown.append(beats)
        return beats.label

    path = draw(synthetic_beats, classify, tmp_path / "beats.png", "title")
    assert matplotlib.image.imread(path).shape[2] == 4
    assert [p.name for p in tmp_path.iterdir()] == ["beats.png"]
    assert len({str(beats.record[0]) for beats in shown}) == 3
    for beats in shown:
        assert len(set(beats.record)) == 1
        assert np.ptp(beats.peak) < SECONDS * 360
        assert len(set(beats.label)) >= 3, f"only {[CLASSES[k] for k in set(beats.label)]}"


def test_an_answer_beyond_the_classes_is_drawn_as_other(synthetic_beats, tmp_path):
    draw(synthetic_beats, lambda beats: beats.label + len(CLASSES), tmp_path / "beats.png", "title", rows=1)
    assert (tmp_path / "beats.png").exists()
