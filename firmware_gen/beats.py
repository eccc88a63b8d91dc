"""A few beats with the golden model's answers, as a C header: what the example program runs."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.network.golden import Trace


def beats_header(counts: np.ndarray, answers: Trace, source: str) -> str:
    """counts: int64[beats, inputs], each below 256. source: where they come from, for the reader."""
    outputs = answers.outputs
    rows = [f"    {{{', '.join(map(str, beat))}}}" for beat in counts.tolist()]
    expected = [
        f"    {{{klass}, {{{', '.join(map(str, potentials))}}}}}"
        for klass, potentials in zip(answers.classes.tolist(), outputs.tolist(), strict=True)
    ]
    return "\n".join(
        [
            f"/* Beats from {source}, as counts, and the golden model's answers; generated. */",
            "#ifndef ECG_BEATS_H",
            "#define ECG_BEATS_H",
            "",
            "#include <stdint.h>",
            "",
            f"#define ECG_BEATS {len(counts)}",
            "",
            f"static const uint8_t ecg_beats[{counts.shape[0]}][{counts.shape[1]}] = {{",
            ",\n".join(rows),
            "};",
            "",
            "static const struct {",
            "    uint32_t klass;",
            f"    int32_t potentials[{outputs.shape[1]}];",
            f"}} ecg_answers[{len(counts)}] = {{",
            ",\n".join(expected),
            "};",
            "",
            "#endif",
            "",
        ]
    )
