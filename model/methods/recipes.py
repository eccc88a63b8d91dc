"""Which network, how long and how fast it trains, and by which methods it is converted, for each set of pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparrow_ecg.model.methods.activations import clamp, rectify, staircase
from sparrow_ecg.model.methods.graph import Fire
from sparrow_ecg.model.methods.integers import Coding
from sparrow_ecg.model.methods.neurons import Neuron


@dataclass(frozen=True)
class Method:
    """How a float network becomes a spiking one.

    steps, levels: T, and r; T spikes stand for a value of T/r.
    pooled:   fire behind each pooling, too.
    staged:   trained on with clamps and staircases; without, the network stays as the rectifier trained it, and each
              site's ceiling is the highest activation but for `OUTLIERS`.
    expanded: the picture comes in as its codes with r - 1, r and r + 1 levels (ICE).
    tuned:    thresholds of channels are tuned on training pictures, for IF to fire as often as SSF does (CQ+), or for
              SSF to fire as often as the float network does (VR).
    candidates: of T, where validation pictures choose it after training; else it is ``steps``.
    weight_bits: of weights, rounded without training.
    past:     the staircase's gradient goes on to the end of its highest step.
    effort:   each stage has so many times the recipe's epochs.
    settled:  one more stage with BatchNorm's statistics held as they will be: a neuron whose potential is at its
              threshold wherever a picture is dark fires there, or not, in training as it does afterwards.
    """

    text: str
    steps: int
    levels: int
    pooled: bool = False
    staged: bool = True
    coding: Coding = "analog"
    expanded: bool = False
    tuned: Neuron | None = None
    candidates: tuple[int, ...] = ()
    weight_bits: int = 9
    past: bool = False
    effort: int = 1
    settled: bool = False

    def at(self, steps: int) -> Method:
        """The same with another T: T spikes stand for what they stood for."""
        return self if steps == self.steps else replace(self, steps=steps, levels=self.levels * steps // self.steps)

    @property
    def ceiling(self) -> float:
        return self.steps / self.levels

    @property
    def stages(self) -> tuple[Fire, ...]:
        """What sites fire in each stage of training behind the first, which has rectifiers."""
        if not self.staged:
            return ()
        stairs = staircase(self.levels, self.ceiling, self.past)
        return (clamp(self.ceiling), stairs) if self.coding == "analog" else (stairs,)


FIRST: Fire = rectify
OUTLIERS = 0.001  # of activations of a site, above the ceiling of threshold balancing
LONGEST = 32  # steps to which accuracy against time is followed
LEVELS = 15  # of CQ


@dataclass(frozen=True)
class Recipe:
    """epochs, rates: of the float network, of each stage behind it, and of settling.

    crops: pixels by which a training picture is shifted at most, and mirrored half of the time; 0: neither.
    mixed: in bfloat16, channels last: half of the time.
    smoothing: of labels, the share that goes to all classes alike.
    turning: Muon trains convolutions, at so many times the rate; 0: AdamW trains all, with one cycle of cosines.
    headroom: the rectifiers' value that becomes a method's ceiling, so that clamps cut off little; 0: 1.
    """

    architecture: str
    epochs: tuple[int, ...]
    rates: tuple[float, ...]
    batch: int
    weight_decay: float
    crops: int
    methods: dict[str, Method]
    mixed: bool = False
    smoothing: float = 0.0
    turning: float = 0.0
    headroom: float = 0.0

    @property
    def training(self) -> str:
        """What decides a float network."""
        others = (self.smoothing, self.turning, self.headroom)
        return f"{self.architecture} {self.epochs} {self.rates} {self.batch} {self.weight_decay} {self.crops}" + (
            f" {others}" if any(others) else ""
        )


def _methods(
    pairs: tuple[tuple[int, int], ...], efforts: tuple[int, int], fine: int, candidates: tuple[int, ...]
) -> dict[str, Method]:
    """pairs: T and r of VR-encoding. efforts: CQ's and CQ+'s, and VR-encoding's. fine, candidates: levels that CQ+ is
    trained with, and for its T.
    """
    quantising, encoding = efforts
    vr = {
        f"vr-{t}-{r}": Method(
            f"VR-encoding, T = {t}, r = {r}",
            t,
            r,
            coding="spikes",
            expanded=True,
            tuned="ssf",
            past=True,
            effort=encoding,
            settled=True,
        )
        for t, r in pairs
    }
    cq = Method(f"CQ, {LEVELS} levels", LEVELS, LEVELS, past=True, effort=quantising)
    plus = Method(
        f"CQ+, {fine} levels", fine, fine, True, past=True, effort=quantising, tuned="if", candidates=candidates
    )
    return {"balanced": Method("threshold balancing", LONGEST, LONGEST, staged=False), "cq": cq, "cq+": plus, **vr}


RECIPES = {
    "mnist": Recipe(
        "digits",
        (3, 1, 2),
        (6e-3, 2e-2, 6e-3),
        128,
        1e-3,
        0,
        _methods(((1, 4), (4, 5)), (1, 3), LEVELS, (16, 32, 64)),
        mixed=True,
    ),
    "cifar10": Recipe(
        "compact",
        (8, 1, 1),
        (5e-3, 1.5e-3, 3e-4),
        128,
        0.0,
        2,
        _methods(((8, 10),), (2, 2), 64, (64, 128)),
        mixed=True,
        smoothing=0.1,
        turning=8.0,
        headroom=3.0,
    ),
}
VALIDATION = 5000  # training pictures that validate, the last ones
