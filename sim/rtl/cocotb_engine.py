"""The same harness under cocotb, with its clock in HDL: slower than `Engine`, and must give the same answers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import cocotb_tools.config
import numpy as np
from cocotb_tools.runner import get_results, get_runner

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.cache import plain
from sparrow_ecg.sim.rtl import harness
from sparrow_ecg.sim.rtl.engine import Hang, Result, patience
from sparrow_ecg.sim.rtl.verilator import build
from sparrow_ecg.sim.tools import BuildError

POLL = 0.2  # seconds between two looks at how far it is


class CocotbEngine:
    """A core, run by the cocotb bench `sim.rtl.benches.dataset`. As `Engine`, without activity."""

    def __init__(self, core: Build):
        self.network = core.network
        self.limit = patience(core)
        self.image = core.image()
        sources = harness.sources(core)
        sources["bench.sv"] = (harness.FOLDER / "bench.sv").read_text()
        sources["cocotb.cpp"] = (cocotb_tools.config.share_dir / "lib/verilator/verilator.cpp").read_text()
        libraries = plain(cocotb_tools.config.libs_dir)
        # As cocotb's own runner builds, save for --public-flat-rw, which would slow down every signal.
        flags = (
            *("--cc", "--exe", "--vpi", "--timing", "--prefix", "Vtop", "--top-module", "bench", "-O3"),
            *("--x-assign", "fast", "--x-initial", "fast", "--noassert", "-Wno-fatal", "-Wno-lint"),
            *("-LDFLAGS", f"-Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"),
        )
        self.path = build("cocotb", sources, flags, "bench")

    def run(self, counts: np.ndarray, progress: Callable[[int], None] = lambda beats: None, stall: int = 0) -> Result:
        """Run beats back to back, after a reset; parameters and result are those of `Engine.run`, of one worker."""
        answer = np.dtype([("class", ">i4"), ("cycles", ">i4"), ("potentials", ">i8", (self.network.outputs,))])
        job = {
            "block": harness.BLOCK,
            "stall": stall,
            "limit": self.limit * (16 if stall else 1),
            "image_bytes": len(self.image),
            "result_bytes": answer.itemsize,
        }
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            (folder / "job.json").write_text(json.dumps(job))
            (folder / "image.bin").write_bytes(self.image)
            np.save(folder / "counts.npy", np.asarray(counts, np.uint16))
            with ThreadPoolExecutor(1) as pool:
                running = pool.submit(self._simulate, folder)
                told = 0
                while not running.done():
                    wait([running], POLL)
                    done = int((folder / "progress").read_text() or 0) if (folder / "progress").exists() else 0
                    progress(done - told)
                    told = done
            clocks = running.result()
            found = np.fromfile(folder / "results.bin", answer)
        if len(found) < len(counts):
            raise Hang(len(found), self.limit)
        classes, potentials, cycles = (found[name].astype(np.int64) for name in ("class", "potentials", "cycles"))
        return Result(classes, potentials, cycles, clocks)

    def _simulate(self, folder: Path) -> int:
        """Run cocotb in a folder that holds a job; returns the clock cycles simulated."""
        log = folder / "log"
        try:
            results = get_runner("verilator").test(
                test_module="sparrow_ecg.sim.rtl.benches.dataset",
                hdl_toplevel="bench",
                hdl_toplevel_lang="verilog",
                build_dir=self.path.parent,
                test_dir=folder,
                results_xml=str(folder / "results.xml"),
                log_file=log,
            )
            failed = get_results(results)[1]
        except (RuntimeError, SystemExit) as error:
            raise BuildError(f"cocotb: {error}", log.read_text() if log.exists() else "") from None
        if failed:
            raise BuildError("cocotb: the bench failed", log.read_text())
        return int((folder / "clocks").read_text())
