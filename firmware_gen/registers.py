"""What PeakRDL makes of the register map: C header, HTML, Markdown; and the C header of the image format."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from peakrdl_cheader.exporter import CHeaderExporter
from peakrdl_html import HTMLExporter
from peakrdl_markdown import MarkdownExporter
from systemrdl.node import AddrmapNode

from sparrow_ecg.hw.host.image import FIELDS, MAGIC, OVERHEAD, VERSION
from sparrow_ecg.hw.host.registers.map import image_causes
from sparrow_ecg.model.files import write_atomic


def c_header(top: AddrmapNode, name: str = "ecg_registers") -> str:
    """Offsets as a struct, and masks, positions and reset values of every field, for a file of this name.

    PeakRDL checks the struct's size by C11's ``static_assert``: here it is said in C99, without <assert.h>, which
    a compiler without a C library does not have.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.h"
        CHeaderExporter().export(top, str(path), generate_bitfields=False, reuse_typedefs=False)
        text = path.read_text().replace("#include <assert.h>\n", "")
    return re.sub(
        r"static_assert\((.*), \".*\"\);", rf"typedef char {top.inst_name}_map_is_packed[(\1) ? 1 : -1];", text
    )


def markdown(top: AddrmapNode) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registers.md"
        MarkdownExporter().export(top, str(path))
        return path.read_text()


def html(top: AddrmapNode, folder: Path) -> Path:
    """Pages that start at ``index.html``."""
    HTMLExporter().export(top, str(folder))
    return folder / "index.html"


def image_header(top: AddrmapNode) -> str:
    """The image format in C: where the fields of its header are, and why the chip refuses one."""
    lines = [
        "/* The weight image's format, generated. Words are 32 bits, most significant byte first. */",
        "#ifndef ECG_IMAGE_H",
        "#define ECG_IMAGE_H",
        "",
        f"#define ECG_IMAGE_MAGIC 0x{MAGIC:08x}u",
        f"#define ECG_IMAGE_VERSION {VERSION}u",
        f"#define ECG_IMAGE_OVERHEAD {OVERHEAD}u",
        *(f"#define ECG_IMAGE_{field.upper()}_OFFSET {4 * k}u" for k, field in enumerate(FIELDS)),
        "",
        "/* IMAGE.cause */",
        *(f"#define ECG_IMAGE_CAUSE_{name.upper()} {value}u" for name, value in image_causes(top).items()),
        "",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def write_registers(folder: Path, top: AddrmapNode) -> list[Path]:
    return [
        write_atomic(folder / "ecg_registers.h", c_header(top)),
        write_atomic(folder / "ecg_image.h", image_header(top)),
        write_atomic(folder / "registers.md", markdown(top)),
        html(top, folder / "html"),
    ]
