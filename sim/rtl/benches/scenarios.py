"""What the regression plays to each core. Each scenario begins with a reset, and raises `Fault`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np

from sparrow_ecg.model.network import Dense, Firing, Network
from sparrow_ecg.model.network.drawn import random_beats, worst_beats
from sparrow_ecg.sim.rtl.benches.player import CorePlayer

Scenario = Callable[[CorePlayer], Awaitable[None]]


async def full_rate(driver: CorePlayer) -> None:
    """Beats back to back, among them one of all zeros, one of all maxima, and one with a single input that is not zero:
    answers, and cycles as predicted.
    """
    await driver.reset()
    network = driver.member.network
    single = np.zeros((1, network.inputs), dtype=np.int64)
    single[0, driver.rng.integers(network.inputs)] = network.count_max(0)
    beats = np.concatenate([random_beats(driver.rng, network, 12), single])
    await driver.play(beats, image=driver.member.image())


async def bounds(driver: CorePlayer) -> None:
    """Beats that drive first-layer neurons to their lowest and highest sums."""
    await driver.reset()
    worst = worst_beats(driver.member.network)
    chosen = driver.rng.permutation(len(worst))[:5]
    await driver.play(worst[chosen], image=driver.member.image())


async def stalls(driver: CorePlayer) -> None:
    """Random stalls of the inputs, and back-pressure on the results, rare and frequent; and results that are not taken
    while the next counts wait.
    """
    await driver.reset()
    for often, pressure in ((0.2, 0.2), (0.8, 0.8), (0.0, 0.8)):
        beats = random_beats(driver.rng, driver.member.network, 5)
        await driver.play(beats, stalls=often, pressure=pressure, image=driver.member.image())


async def resets(driver: CorePlayer) -> None:
    """A reset in any cycle, of the image too; the next beat is as ever."""
    network, image = driver.member.network, driver.member.image()
    rng = driver.rng
    longest = int(driver.member.cycles(driver.member.golden(_full(network))).max())
    for start in (0, network.inputs // 2, network.inputs, longest // 2, longest - 1):
        if image:
            await driver.reset()
            await driver.play(_full(network), image=image, cycles=int(rng.integers(1, len(image) + 1)))
        await driver.reset(int(rng.integers(1, 3)))
        begun = len(image) + start + int(rng.integers(1, max(longest // 2 if start else network.inputs, 2)))
        await driver.play(random_beats(rng, network, 3), image=image, cycles=begun)
        await driver.reset()
        await driver.play(random_beats(rng, network, 1), image=image)
    if not image:  # counts that come slowly: a core that was switched off is awake before all of them are there
        await driver.play(_full(network), stalls=0.9, cycles=8 * network.inputs)
        await driver.reset()
        await driver.play(random_beats(rng, network, 1))


async def another_patient(driver: CorePlayer, thresholds: int = 4) -> None:
    """Other weights, biases and thresholds come while a ``ram`` core is at work, and are loaded between two beats.

    thresholds: about how many of all that the core knows are tried.
    """
    member, network = driver.member, driver.member.network
    if not member.images:
        return
    await driver.reset()
    image = member.image()
    known = member.geometry.thresholds
    for turn, threshold_log2 in enumerate(known[:: max(1, len(known) // thresholds)]):
        often = 0.4 if turn % 2 else 0.0
        following = shuffled(member.network, driver.rng, threshold_log2, silent=turn == 3)
        image, loaded = member.image(following), image
        await driver.play(random_beats(driver.rng, network, 3), stalls=often, image=loaded, network=network)
        await driver.play(random_beats(driver.rng, network, 2), waiting=image[0], pressure=often, network=network)
        network = following


async def endurance(driver: CorePlayer) -> None:
    """Many beats, many resets in any cycle, every threshold."""
    network, image = driver.member.network, driver.member.image()
    await driver.reset()
    await driver.play(random_beats(driver.rng, network, 400), image=image)
    longest = int(driver.member.cycles(driver.member.golden(_full(network))).max())
    for _ in range(40):
        await driver.reset()
        await driver.play(_full(network), image=image, cycles=len(image) + int(driver.rng.integers(1, longest)))
        await driver.reset()
        await driver.play(random_beats(driver.rng, network, 1), image=image)
    await another_patient(driver, thresholds=len(driver.member.geometry.thresholds))


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario for scenario in (full_rate, bounds, stalls, resets, another_patient)
}


def _full(network: Network) -> np.ndarray:
    return np.full((1, network.inputs), network.count_max(0))


def shuffled(network: Network, rng: np.random.Generator, threshold_log2: int, silent: bool = False) -> Network:
    """The network of another patient: the same shape, its numbers in another order, another first threshold.

    silent: its first layer never fires.
    """
    never = -network.inputs * network.count_max(0) << (network.weight_bits - 1)
    layers = []
    for k, layer in enumerate(network.layers):
        biases = np.full(layer.outputs, never) if silent and k == 0 else rng.permutation(layer.biases)
        firing = Firing(threshold_log2, network.steps) if layer.firing and k == 0 else layer.firing
        layers.append(Dense(rng.permuted(layer.weights), biases, firing))
    return replace(network, layers=tuple(layers))
