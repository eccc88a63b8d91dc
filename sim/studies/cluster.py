"""Workers, through dask.distributed: processes on all cores here, or whoever works for a scheduler elsewhere."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import spawn
from typing import Any

from sparrow_ecg.model.console import err, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.rtl.verilator import script

PATIENCE = 30  # s, for the scheduler and its first worker
SLOW = "Creating scratch directories is taking"  # so says dask of a busy machine; nobody can do anything about it
WORKER = """#!/bin/sh
trap '' INT
exec {python} -W {ignored} "$@"
"""


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Any]:
    """A `distributed.Client`. Raises InputError without the scheduler, or a worker of it.

    workers: of the local cluster; by default one for each core that this process may use.
    """
    from distributed import Client, LocalCluster  # of the extra `cluster`

    warnings.filterwarnings("ignore", SLOW, UserWarning)
    if scheduler is None:
        cores = workers or len(os.sched_getaffinity(0))
        options = {"dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL, "memory_limit": 0}
        with ExitStack() as stack:
            with working("starting workers"), _undisturbed():
                cluster = stack.enter_context(LocalCluster(n_workers=cores, threads_per_worker=1, **options))
                client = stack.enter_context(Client(cluster))
                client.run(_leave_it_to_tools)
            err.print(f"{cores} workers on this machine")
            yield client
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(f"no scheduler at {scheduler} ({error}): start one with `dask scheduler`") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError(f"no worker at {scheduler}: start some with `dask worker {scheduler}`") from None
        err.print(f"{len(client.scheduler_info()['workers'])} workers at {scheduler}")
        yield client


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until this is over: half a cluster cannot be closed. Workers that start meanwhile never hear of it,
    from their first import on: they end with this process, and would only say that they were interrupted.
    """
    waiting: list[int] = []
    usual = spawn.get_executable(), signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    spawn.set_executable(
        str(script("worker", WORKER.format(python=shlex.quote(sys.executable), ignored=shlex.quote(f"ignore:{SLOW}"))))
    )
    try:
        yield
    finally:
        spawn.set_executable(usual[0])
        signal.signal(signal.SIGINT, usual[1])
        if waiting:
            signal.raise_signal(signal.SIGINT)


def _leave_it_to_tools() -> None:
    """In a worker: Ctrl-C still is nothing to it, but ends the tools that it starts."""
    signal.signal(signal.SIGINT, lambda *_: None)
