from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = """
import os, signal, sys
import distributed
from sparrow_ecg.model import console
from sparrow_ecg.sim.studies.cluster import connect

run = distributed.Client.run
def interrupted(*arguments):
    os.killpg(0, signal.SIGINT)  # as a terminal does: to this process and its workers, which have just started
    return run(*arguments)
distributed.Client.run = interrupted

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
