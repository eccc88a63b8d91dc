from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = """
import contextlib, os, signal, sys, warnings
import distributed, distributed.core
from sparrow_ecg.model import console
from sparrow_ecg.sim.studies.cluster import connect

run = distributed.Client.run
def interrupted(*arguments):
    os.killpg(0, signal.SIGINT)  # as a terminal does: to this process and its workers, which have just started
    return run(*arguments)
distributed.Client.run = interrupted

@contextlib.contextmanager
def busy(duration, message):  # as on a machine that has much else to do
    yield
    warnings.warn(message.format(duration=1.1), stacklevel=2)
distributed.core.warn_on_duration = busy

def work():
    with connect(workers=1):
        pass

if __name__ == "__main__":
    sys.exit(console.run(work))
"""


def test_interrupted_workers_say_nothing(tmp_path):
    pytest.importorskip("distributed", reason="no distributed: pip install -e .[cluster]")
    (tmp_path / "script.py").write_text(INTERRUPTED)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, start_new_session=True
    )
    assert done.returncode == 130
    assert done.stderr.splitlines() == ["starting workers ...", "interrupted"]
