"""Many calls at once, each within a time limit and all within another, into libraries that have neither."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds for one call, seconds for all of them, and how many run at once."""

    each: float = 30.0
    total: float = 300.0
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class Late:
    """A call that was not waited for, and why."""

    reason: str


class _Run(Generic[J, R]):
    """One call on a thread of its own."""

    def __init__(self, job: J, call: Callable[[J], R], done: queue.SimpleQueue[_Run[J, R]], limit: float) -> None:
        self.job = job
        self.ends = time.monotonic() + limit
        self.results: list[R] = []
        self.error: BaseException | None = None
        self._call, self._done = call, done
        threading.Thread(target=self._run, daemon=True, name="look up vulnerabilities").start()

    def _run(self) -> None:
        try:
            self.results.append(self._call(self.job))
        except BaseException as error:  # noqa: BLE001 - raised again, on the caller's thread
            self.error = error
        self._done.put(self)


def each_within(jobs: Iterable[J], call: Callable[[J], R], patience: Patience) -> dict[J, R | Late]:
    """Job → its result, or why there is none.

    A call that hangs is left behind on a daemon thread: nothing can stop it, and nothing waits for it. What a call
    raises is raised here.
    """
    waiting = deque(jobs)
    found: dict[J, R | Late] = {}
    running: dict[J, _Run[J, R]] = {}
    done: queue.SimpleQueue[_Run[J, R]] = queue.SimpleQueue()
    end = time.monotonic() + patience.total
    while (waiting or running) and time.monotonic() < end:
        while waiting and len(running) < patience.at_once:
            job = waiting.popleft()
            running[job] = _Run(job, call, done, patience.each)
        nearest = min(run.ends for run in running.values())
        _collect(done, running, found, min(nearest, end))
        for run in [run for run in running.values() if run.ends <= time.monotonic()]:
            del running[run.job]
            found[run.job] = Late(f"there was no whole answer within {patience.each:g} seconds")
    left = Late(f"the {patience.total:g} seconds for all answers were over before its own")
    return {**dict.fromkeys([*running, *waiting], left), **found}


def _collect(
    done: queue.SimpleQueue[_Run[J, R]], running: dict[J, _Run[J, R]], found: dict[J, R | Late], until: float
) -> None:
    """Wait for one call to end; one that was given up before ends unheard."""
    try:
        run = done.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        return
    if running.get(run.job) is not run:
        return
    del running[run.job]
    if run.error is not None:
        raise run.error
    found[run.job] = run.results[0]
