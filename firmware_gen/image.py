"""The weight image as files that a toolchain takes: binary, C array, and words for a simulator's or ROM's memory."""

from __future__ import annotations

from pathlib import Path

from bincopy import BinFile

from sparrow_ecg.firmware_gen.text import in_comment
from sparrow_ecg.model.files import write_atomic

ROW = 16  # bytes in a line


def write_image(folder: Path, image: bytes, network: str) -> list[Path]:
    """``ecg_weights.bin``, ``.h`` (C array), ``.mem`` ($readmemh) and ``.hex`` (Intel), all with the same bytes."""
    rows = [", ".join(f"0x{byte:02x}" for byte in image[k : k + ROW]) for k in range(0, len(image), ROW)]
    header = (
        f"/* Weight image of network '{in_comment(network)}', generated. */\n"
        "#ifndef ECG_WEIGHTS_H\n#define ECG_WEIGHTS_H\n\n#include <stdint.h>\n\n"
        f"static const uint8_t ecg_weights[{len(image)}] = {{\n    " + ",\n    ".join(rows) + "\n};\n\n#endif\n"
    )
    words = "".join(f"{image[k : k + 4].hex()}\n" for k in range(0, len(image), 4))
    return [
        write_atomic(folder / "ecg_weights.bin", image),
        write_atomic(folder / "ecg_weights.h", header),
        write_atomic(folder / "ecg_weights.mem", words),
        write_atomic(folder / "ecg_weights.hex", intel_hex(image)),
    ]


def intel_hex(content: bytes) -> str:
    """Intel HEX from address 0, in rows of `ROW` bytes. content: at least one byte."""
    file = BinFile()
    file.add_binary(content)
    return file.as_ihex(number_of_data_bytes=ROW)
