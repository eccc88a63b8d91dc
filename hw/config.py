"""How a core is built: what all datapaths have in common. Each is a file of `hw.core`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np

from sparrow_ecg.hw.geometry import Geometry, Weights
from sparrow_ecg.hw.ports import Core
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace

Host = Literal["spi", "apb"]


class CoreConfig(ABC):
    """A datapath and its options. Each kind is a frozen dataclass: what is equal builds equal cores.

    datapath: the name of the kind.
    weights:  ``rom`` (constants in logic) or ``ram`` (loaded at run time, another patient's network fits).
    neuron:   ``ssf``, or ``if``, the baseline that reads each weight T times.
    rest:     cycles after a result in which it takes no count, for it is about to be switched off.
    power_gated: whether it is switched off between beats.
    convolves: whether it runs networks with convolutions.
    """

    datapath: ClassVar[str]
    rest: ClassVar[int] = 0
    power_gated: ClassVar[bool] = False
    convolves: ClassVar[bool] = False
    weights: Weights
    neuron: Neuron

    @classmethod
    @abstractmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        """The options that are taken where none are given."""

    @classmethod
    @abstractmethod
    def samples(cls, network: Network, few: int) -> Iterator[Self]:
        """Configs for a network that between them have all that there is to check. few: lanes, or what is like them."""

    @abstractmethod
    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        """Clock cycles of each beat, int64[beats], from its first count to its result, without stalls: from the first
        cycle after `rest` in which it is offered.

        ``trace`` is the golden model's, of this config's kind of neuron.
        """

    @abstractmethod
    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        """Weights that are read from their table for each beat, int64[beats]: none where weights are wiring."""

    @abstractmethod
    def core(self, network: Network, hosted: bool = False) -> Core:
        """The hardware. hosted: with the ports that a host interface needs, see `core_ports`."""

    def tables(self, geometry: Geometry) -> dict[str, tuple[int, int]]:
        """Words, and bits in a word, of each table that the core reads; none where weights are wiring."""
        return {}

    @property
    @abstractmethod
    def built(self) -> dict[str, int]:
        """What the register BUILD says, by field of the register map; 0 for those that are not here."""

    @property
    @abstractmethod
    def words(self) -> str:
        """In words, for a table."""

    @abstractmethod
    def check(self, network: Network) -> None:
        """Raise InputError when it does not suit the network."""

    def geometry(self, network: Network) -> Geometry:
        """Raises InputError when it does not suit the network."""
        if network.convolves and not self.convolves:
            raise InputError(f"network '{network.name}' has convolutions: only the datapath picture computes them")
        self.check(network)
        return Geometry.of(network, self.weights, self.neuron)

    @property
    def loadable(self) -> bool:
        """Whether weights come in at run time."""
        return self.weights == "ram"

    def longest(self, network: Network) -> int:
        """Cycles of a beat whose every count is above zero, in every layer."""
        busy = tuple(np.ones((1, layer.inputs), dtype=np.int64) for layer in network.layers)
        potentials = tuple(np.zeros((1, layer.outputs), dtype=np.int64) for layer in network.layers)
        return int(self.cycles(network, Trace(busy, potentials))[0])

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; `hw.core.catalog.from_dict` reads it."""
        return {"datapath": self.datapath, **vars(self)}

    def options(self) -> str:
        """The options of the command line that give it."""
        words = [f"--datapath {self.datapath}"]
        for name, value in vars(self).items():
            option = name.replace("_", "-")
            words.append(
                f"--{option} {value}" if not isinstance(value, bool) else f"--{'' if value else 'no-'}{option}"
            )
        return " ".join(words)

    def slug(self, network: Network) -> str:
        """For the names of files: the datapath, and what is not usual about it, ``serial-ram-no_zero_skip``."""
        usual = self.usual(network)
        special = {name: value for name, value in vars(self).items() if value != usual[name]}
        return "-".join([self.datapath, *map(_slug, special.items())])

    def __str__(self) -> str:
        return self.words


def _slug(option: tuple[str, Any]) -> str:
    name, value = option
    if isinstance(value, bool):
        return name if value else f"no_{name}"
    return value if isinstance(value, str) else f"{name}{value}"


def choices(config: CoreConfig) -> None:
    """Raise InputError for an option that is not one of its type's literals."""
    for field, allowed in (("weights", get_args(Weights)), ("neuron", get_args(Neuron))):
        value = getattr(config, field)
        if value not in allowed:
            raise InputError(f"{field} = {value!r}: give one of {', '.join(allowed)}")


def option_names(kind: type[CoreConfig]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
