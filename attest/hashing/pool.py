"""Threads for large files: jobs are done in the order given, and the first error ends them all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")
Job = Callable[[threading.Event], Result]
"""Work of one thread; it ends early when the event is set, since then nobody waits for its result."""


def run_jobs(jobs: Sequence[Job[Result]], workers: int, keep: Callable[[Result], None]) -> None:
    """Do the jobs and hand over each result as it is done, on the calling thread."""
    stop = threading.Event()
    if workers < 2:
        for job in jobs:
            keep(job(stop))
        return
    # Imported here: small artifacts never need it, and it doubles the start-up of a short command.
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(workers) as pool:
        try:
            # As they are done: an error is known at once, and no result waits for a larger file.
            for done in as_completed({pool.submit(job, stop) for job in jobs}):
                keep(done.result())
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
