"""Runs what is not in the store yet, on all workers, and stores each result as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from rich.progress import BarColumn, TimeElapsedColumn, TimeRemainingColumn

from sparrow_ecg.model.console import display, err
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.studies.sources import sources
from sparrow_ecg.sim.studies.store import Store


class Task(Protocol):
    """What a sweep needs to know of a point.

    key:  of all that decides its result but the code, which the sweep adds.
    cost: how long it takes, about, in any unit.
    """

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def cost(self) -> float: ...
    def describe(self) -> dict[str, Any]: ...


def sweep(
    tasks: Sequence[Task],
    store: Store,
    work: Callable[..., dict[str, Any]],
    client: Any,
    *arguments: Any,
    title: str = "points",
    retry: bool = False,
) -> list[dict[str, Any]]:
    """The result of each task, in their order: what ``work(task, *arguments)`` gives and what the task is, or its
    ``error``. Only what the store has not, of this task by this code, is worked on; ``retry``: and what failed before.

    work: a function of a module, whose `sources` are this code; workers must have the same.

    A failure is a result, and is stored. An InputError is not: the user can mend that, and run again. Raises
    InputError when the workers are lost.
    """
    keys = {task.key: f"{task.key}-{sources(work)}" for task in tasks}
    known = {task: result for task, key in keys.items() if (result := store.read(key))}
    if retry:
        known = {task: result for task, result in known.items() if "error" not in result}
    left = sorted((task for task in tasks if task.key not in known), key=lambda task: -task.cost)
    if known:
        err.print(f"{len(known)} of {len(keys)} {title} were done before")
    if left:
        known |= _run(left, keys, store, work, client, arguments, title)
    return [known[task.key] for task in tasks]


def _run(
    tasks: Sequence[Task],
    keys: Mapping[str, str],
    store: Store,
    work: Callable,
    client: Any,
    arguments: tuple,
    title: str,
) -> dict[str, dict[str, Any]]:
    """Results by the key of their task. keys: of the store, by that of the task."""
    from distributed import as_completed

    code = sources(work)
    futures = {
        client.submit(_guarded, code, work, task, *arguments, priority=task.cost, pure=False): task for task in tasks
    }
    found: dict[str, dict[str, Any]] = {}
    with display(title, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(), speed_estimate_period=600) as bar:
        shown = bar.add_task(f"{title} 0/{len(tasks)}", total=sum(task.cost for task in tasks))
        for future in as_completed(futures):
            task = futures[future]
            if future.cancelled() or future.status == "lost":
                raise InputError("the workers are gone: run the same command again, what is done is kept")
            lost = future.exception()  # a worker that died, again and again
            result = {"error": f"{type(lost).__name__}: {lost}"} if lost else future.result()
            mendable = result.pop("mendable", False)
            key, result = keys[task.key], {"label": task.label, "point": task.describe(), "sources": code, **result}
            found[task.key] = {"key": key, **result} if mendable else store.write(key, result)
            future.release()
            bar.update(shown, advance=task.cost, description=f"{title} {len(found)}/{len(tasks)}")
    return found


def _guarded(code: str, work: Callable[..., dict[str, Any]], task: Task, *arguments: Any) -> dict[str, Any]:
    """In the worker: failures as results, so that they are reported once, and not by each worker's log."""
    try:
        if sources(work) != code:
            raise InputError("this worker has another version of the package: install the one that the sweep runs")
        return work(task, *arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "mendable": isinstance(error, InputError)}
