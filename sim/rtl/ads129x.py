"""A monitor behind an ADS129x, under cocotb: its beats must be those that the golden models have of the same frames."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from amaranth.back import verilog

from sparrow_ecg.hw.frontend.monitor import beat_layout, compare, decode
from sparrow_ecg.hw.host.ads129x import BEGIN, DROPPED, WORD, Ads129x
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.rtl.regression import run_bench

CLOCK_HZ = 32_768
BENCH = "sparrow_ecg.sim.rtl.benches.ads129x_bench"
SEEN = "/*verilator public_flat_rw*/"


@dataclass(frozen=True)
class Chain:
    """Converters in a daisy chain. Each sends its status, then its channels."""

    devices: int = 1
    channels: int = 2

    def frames(self, samples: np.ndarray, adapter: Ads129x, off: np.ndarray, seed: int = 0) -> np.ndarray:
        """int64[samples, words]: samples in the channel that the adapter takes, anything in the others.

        off: bool[samples], where the bits of the first status say that a lead is off.
        """
        rng = np.random.default_rng(seed)
        words = rng.integers(-(1 << WORD - 1), 1 << WORD - 1, (len(samples), self.devices * (1 + self.channels)))
        words[:, :: 1 + self.channels] = BEGIN << WORD - 4
        words[:, 0] |= np.where(off, adapter.off, 0)
        words[:, adapter.word] = samples
        return words


def board(monitor: Ads129xMonitor) -> str:
    """Verilog of a board that stops the monitor's clock while it does not ask for it."""
    bits = beat_layout(monitor.monitor.core.geometry).size
    return f"""module board(
  input clk {SEEN}, input rst {SEEN}, input drdy_n {SEEN}, input dout {SEEN},
  output sck {SEEN}, output wrong {SEEN}, output lost {SEEN}, output beats__valid {SEEN},
  output [{bits - 1}:0] beats__payload {SEEN}
);
  wire clock_request;
  reg open = 1;
  always @(negedge clk) open <= clock_request | rst;
  monitor monitor(.clk(clk & open), .rst, .drdy_n, .dout, .sck, .wrong, .lost, .clock_request,
    .beats__valid, .beats__payload, .beats__ready(1'b1), .off(), .block());
endmodule
"""


def verify(monitor: Ads129xMonitor, frames: np.ndarray, clock_hz: int = CLOCK_HZ) -> dict[str, Any]:
    """Play frames, int64[samples, words], at the monitor's rate and that clock.

    Raises VerificationError when beats are not the golden models', or the adapter is too slow for the converter.
    """
    codes = monitor.adapter.compute(frames)
    dropped = int((codes == DROPPED).sum())
    text = board(monitor) + verilog.convert(monitor, name="monitor", emit_src=False)

    def make(folder: Path) -> None:
        (folder / "board.v").write_text(text)

    folder = cached("ads129x", [text], make)
    played = {
        "frames": frames.tolist(),
        "period": round(1e9 / monitor.monitor.front.front.rate),
        "clock": 2 * round(5e8 / clock_hz),
        "read": [WORD, WORD * (monitor.adapter.word + 1)],  # one that does not begin as it must is left
    }
    with tempfile.TemporaryDirectory() as made:
        job = Path(made) / "job.json"
        job.write_text(json.dumps(played))
        results = run_bench(folder, BENCH, settings={"ADS129X_JOB": str(job)}, top="board")
        for kind in ("failure", "error"):
            for fault in results.iter(kind):
                raise VerificationError(f"the bench failed: {fault.get('message') or fault.text}")
        seen = json.loads(job.read_text())["seen"]
    geometry = monitor.monitor.core.geometry
    bits = [[beat >> k & 1 for k in range(beat_layout(geometry).size)] for beat in seen.pop("beats")]
    fields = decode(geometry, np.array(bits, np.uint8).reshape(-1, beat_layout(geometry).size))
    told, wrong = compare(monitor.monitor, codes[codes != DROPPED], fields)
    if wrong or seen != {"wrong": dropped, "lost": 0, "broken": 0}:
        raise VerificationError(f"{wrong} of {told} beats differ; {dropped} frames are to be dropped: {seen}")
    return {"frames": len(frames), "dropped": dropped, "beats": told}
