"""The weight image as files that a toolchain takes: binary, C array, and words for a simulator's or ROM's memory."""

from __future__ import annotations

from pathlib import Path

from sparrow_ecg.model.files import write_atomic


def write_image(folder: Path, image: bytes, network: str) -> list[Path]:
    """``ecg_weights.bin``, ``.h`` (C array), ``.mem`` ($readmemh) and ``.hex`` (Intel), all with the same bytes."""
    rows = [", ".join(f"0x{byte:02x}" for byte in image[k : k + 16]) for k in range(0, len(image), 16)]
    header = (
        f"/* Weight image of network '{network}', generated. */\n"
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
    """Intel HEX from address 0: rows of 16 bytes, an extended address before each 64 KiB, and the end record."""

    def record(kind: int, address: int, payload: bytes) -> str:
        row = bytes([len(payload), address >> 8 & 255, address & 255, kind]) + payload
        return f":{row.hex().upper()}{-sum(row) % 256:02X}\n"

    rows = []
    for address in range(0, len(content), 16):
        if address % 0x10000 == 0 and address:
            rows.append(record(4, 0, (address >> 16).to_bytes(2, "big")))
        rows.append(record(0, address % 0x10000, content[address : address + 16]))
    return "".join([*rows, record(1, 0, b"")])
