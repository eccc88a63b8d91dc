"""Workers, through dask.distributed: processes on all cores here, or whoever works for a scheduler elsewhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sparrow_ecg.model.console import err
from sparrow_ecg.model.errors import InputError

PATIENCE = 30  # s, for the scheduler and its first worker


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Any]:
    """A `distributed.Client`. Raises InputError without the package, the scheduler, or a worker of it.

    workers: of the local cluster; by default one for each core that this process may use.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError:
        raise InputError("no package distributed: install the extra, `pip install -e .[cluster]`") from None
    if scheduler is None:
        cores = workers or len(os.sched_getaffinity(0))
        options = {"dashboard_address": "127.0.0.1:0", "silence_logs": logging.ERROR, "memory_limit": 0}
        with LocalCluster(n_workers=cores, threads_per_worker=1, **options) as cluster, Client(cluster) as client:
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
