"""Command-line options that several verbs share, so that each is named and explained once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from sparrow_ecg.hw.build import Build, Top
from sparrow_ecg.hw.config import Host
from sparrow_ecg.hw.core.catalog import DATAPATHS, choose
from sparrow_ecg.hw.core.serial import USUAL_LANES
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.model.verbs.options import NetworkOption

TopOption = Annotated[
    Literal["core", "chip", "monitor"],
    typer.Option(help="The core alone; the chip: core, registers and host interface; or front end and core."),
]
HostOption = Annotated[Host, typer.Option(help="The chip's interface: SPI pins, or an APB3 slave.")]

DatapathOption = Annotated[
    str | None,
    typer.Option(
        help=f"Of {', '.join(DATAPATHS)}: a layer a cycle in adders, an input a cycle into lanes, or a weight a"
        " cycle through one multiplier, which leaks least; by default the tree, if the network is small enough, and"
        " in a monitor the last."
    ),
]
LanesOption = Annotated[
    int | None,
    typer.Option(
        help=f"Serial: neurons computed in parallel; by default the widest layer, at most {USUAL_LANES}. Picture:"
        " channels."
    ),
]
WeightsOption = Annotated[
    Weights | None, typer.Option(help="Constants in logic (rom, the default), or, serial, loaded at run time (ram).")
]
NeuronOption = Annotated[
    Neuron | None, typer.Option(help="Sum-Spikes-and-Fire (ssf, the default), or, serial, integrate-and-fire (if).")
]
ZeroSkipOption = Annotated[
    bool | None, typer.Option(help="Serial: inputs whose count is zero cost neither cycle nor weight read (default).")
]
PowerGatedOption = Annotated[
    bool | None, typer.Option("--power-gated", help="Switch the core off between beats; its weights are built in.")
]
SkipBitsOption = Annotated[
    int | None,
    typer.Option(help="Mac: bits of each word of the table of weights that say how many zeros are passed over."),
]
CORE = {  # what chooses a core; see `choose`
    "datapath": DatapathOption,
    "lanes": LanesOption,
    "weights": WeightsOption,
    "neuron": NeuronOption,
    "zero_skip": ZeroSkipOption,
    "power_gated": PowerGatedOption,
    "skip_bits": SkipBitsOption,
}


def core_options(
    *given: str, network: str | None = "tiny", top: Top = "core", **fixed: Any
) -> Callable[[Callable], Callable]:
    """A decorator: the verb's parameter ``core``, a `Build`, becomes options that choose one.

    given:   which of `CORE`; by default all that are not fixed.
    network: the default of ``--network``. None: the verb is given a function from a network, and further choices, to
             its core.
    top:     of the build, where the verb has no option ``--top``.
    fixed:   choices that the verb makes itself, as of `choose`.
    """
    names = given or tuple(name for name in CORE if name not in fixed)

    def decorate(verb: Callable) -> Callable:
        signature = inspect.signature(verb, eval_str=True)
        parameters = []
        for parameter in signature.parameters.values():
            if parameter.name != "core":
                parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
                continue
            if network is not None:
                parameters.append(_option("network", NetworkOption, network))
            parameters += [_option(name, CORE[name], None) for name in names]

        @functools.wraps(verb)
        def wrapper(**options: Any) -> Any:
            choice = fixed | {name: options.pop(name) for name in names}
            if network is None:
                return verb(core=lambda net, **more: Build(net, choose(net, **choice, **more)), **options)
            net, of = Network.load(options.pop("network")), options.get("top", top)
            return verb(core=Build(net, choose(net, top=of, **choice), of), **options)

        wrapper.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return wrapper

    return decorate


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
