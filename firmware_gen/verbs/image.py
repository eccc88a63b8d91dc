"""Write the weight image of a network, for a chip made for any one."""

from __future__ import annotations

from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.firmware_gen.image import write_image
from sparrow_ecg.firmware_gen.verbs.options import CHIP, ChipOption, images_of
from sparrow_ecg.hw.verbs.options import LanesOption, NeuronOption, ZeroSkipOption
from sparrow_ecg.model.console import out
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.verbs.options import NetworkOption, OutOption


def main(
    network: NetworkOption = "tiny",
    chip: ChipOption = CHIP,
    lanes: LanesOption = None,
    neuron: NeuronOption = None,
    zero_skip: ZeroSkipOption = None,
    folder: OutOption = FOLDER,
) -> None:
    net = Network.load(network)
    images = images_of(chip, lanes=lanes, neuron=neuron, zero_skip=zero_skip)
    for path in write_image(folder, images.of(net), net.name):
        out.print(f"{path}: {path.stat().st_size} bytes")
