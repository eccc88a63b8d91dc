"""Which block of a design each cell of its netlist belongs to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.gates.netlist.netlist import TOP_BLOCK, Instance
from sparrow_ecg.sim.tools import BuildError


class Blocks:
    """The blocks of a build that are told apart, by the paths of their instances: of a core its submodules, of a chip
    its parts.
    """

    def __init__(self, build: Build):
        alone = build.core_module == build.top
        paths = build.core.blocks if alone else [module.partition(".")[2] for module in build.apart]
        self.names = {path: path.rpartition(".")[2] for path in paths}

    def of(self, name: str) -> str:
        """``lane_3.potential`` belongs to ``lane_3``, in a chip ``controller.core.lane_3.potential`` to ``core``; what
        has no dot belongs to the top. What Yosys made up, from a ``$`` on, says nothing.

        Raises BuildError where the design has no such block.
        """
        *path, _ = re.sub(r"\.\$.*", ".", name.replace("\\", "")).split(".")
        if not path:
            return TOP_BLOCK
        for end in range(len(path), 0, -1):
            if (place := ".".join(path[:end])) in self.names:
                return self.names[place]
        raise BuildError(f"{name} is in none of the design's blocks: {', '.join(self.names)}")


def place(instances: Sequence[Instance], names: Mapping[str, Sequence[int]], blocks: Blocks) -> list[Instance]:
    """Each instance with the block of its own name, else of the name of what it drives, else with the block that most
    of what it drives belongs to. Mapping across blocks leaves gates that only the last rule can place.

    names: nets by public name.
    """
    of_net: dict[int, str] = {}
    for name, bits in sorted(names.items(), key=lambda item: -item[0].count(".")):  # the innermost name of a net
        block = blocks.of(name)
        for net in bits:
            of_net.setdefault(net, block)
    found = [_by_name(instance, of_net, blocks) for instance in instances]
    _by_sinks(instances, of_net, found)
    return [replace(instance, block=block) for instance, block in zip(instances, found, strict=True)]


def _by_name(instance: Instance, of_net: Mapping[int, str], blocks: Blocks) -> str:
    """Empty where no name tells: only flip-flops keep the names of what they drive."""
    if instance.name[:1] != "$" or "$flatten" in instance.name:
        return blocks.of(instance.name.removeprefix("$flatten\\"))
    return _driven(instance, of_net, "") if instance.cell.sequential else ""


def _driven(instance: Instance, of_net: Mapping[int, str], otherwise: str) -> str:
    return next((of_net[net] for net in instance.outputs if net in of_net), otherwise)


def _by_sinks(instances: Sequence[Instance], of_net: Mapping[int, str], found: list[str]) -> None:
    """Fill what is empty in ``found``, from the outputs of the design backwards."""
    sinks: dict[int, list[int]] = defaultdict(list)
    for k, instance in enumerate(instances):
        for net in instance.data_inputs:
            sinks[net].append(k)

    def settled(k: int) -> str:
        """Empty while something that it drives is."""
        reached = [found[sink] for net in instances[k].outputs for sink in sinks.get(net, ())]
        if not reached:
            return _driven(instances[k], of_net, TOP_BLOCK)
        return Counter(reached).most_common(1)[0][0] if all(reached) else ""

    pending = [k for k, block in enumerate(found) if not block]
    while pending:
        for k in pending:
            found[k] = settled(k)
        left = [k for k in pending if not found[k]]
        if len(left) == len(pending):  # only in loops through flip-flops without a name
            for k in left:
                found[k] = TOP_BLOCK
            left = []
        pending = left
