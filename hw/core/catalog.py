"""The datapaths that there are, and which of them is built where nobody says so."""

from __future__ import annotations

from typing import Any

from sparrow_ecg.hw.config import CoreConfig, option_names
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.picture import Picture
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network

DATAPATHS: dict[str, type[CoreConfig]] = {kind.datapath: kind for kind in (Tree, Mac, Serial)}
FOR_PICTURES: dict[str, type[CoreConfig]] = {Picture.datapath: Picture}
TREE_SYNAPSES = 1000  # that are not zero: up to here a tree takes seconds to build and simulate, not minutes


def choose(network: Network, datapath: str | None = None, top: str = "core", **options: Any) -> CoreConfig:
    """The core of a network: what is given, and the usual for the rest; options that are None are not given. Of any
    datapath, ``power_gated`` makes it a `Gated` one.

    Without a datapath it is the first that has what is asked for: in a monitor, whose core mostly waits, the one that
    leaks least, else the tree if the network is small enough for one. A network with convolutions has datapaths of its
    own. top: of the `Build` that it is for.
    Raises InputError for a datapath that there is not, for an option that it has not, and when it does not suit.
    """
    given = {name: value for name, value in options.items() if value is not None}
    gated = given.pop("power_gated", False)
    kinds = FOR_PICTURES if network.convolves else DATAPATHS
    if datapath is None:
        usual = Tree.datapath if network.nonzero_synapses <= TREE_SYNAPSES else Serial.datapath
        usual = Mac.datapath if top.startswith("monitor") else usual
        usual = usual if usual in kinds else next(iter(kinds))
        datapath = next((name for name in (usual, *kinds) if not _unknown(kinds[name], given)), usual)
    if datapath not in kinds:
        raise InputError(f"datapath {datapath}: for '{network.name}' give one of {', '.join(kinds)}")
    kind = kinds[datapath]
    if unknown := _unknown(kind, given):
        name, value = next(iter(unknown.items()))
        others = [other for other in kinds if not _unknown(kinds[other], given)]
        instead = f"give the datapath {' or '.join(others)}" if others else "leave it out"
        raise InputError(f"{name} = {value}: the datapath {datapath} has no such choice: {instead}")
    own = {name: value for name, value in given.items() if name in option_names(kind)}
    config = kind(**(kind.usual(network) | own))
    config.check(network)
    return Gated(config) if gated else config


def _unknown(kind: type[CoreConfig], given: dict[str, Any]) -> dict[str, Any]:
    """What a datapath cannot be built with: options that it has not, unless it always is as they say."""
    names = option_names(kind)
    return {name: value for name, value in given.items() if name not in names and getattr(kind, name, None) != value}


def from_dict(described: dict[str, Any]) -> CoreConfig:
    """What `CoreConfig.as_dict` gave."""
    options = dict(described)
    gated = options.pop("power_gated", False)
    config = (DATAPATHS | FOR_PICTURES)[options.pop("datapath")](**options)
    return Gated(config) if gated else config
