"""The whole corpus that is made from bytes, some of them of real files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tests.corpus import (
    benign_cases,
    containers,
    graph_cases,
    hf_cases,
    keras_cases,
    malformed,
    native_cases,
    other_cases,
    pickle_bypasses,
    pickle_names,
    pickle_tricks,
    tampered,
)
from tests.corpus.case import Case


def cases() -> Iterator[Case]:
    """All cases, one after the other: some are megabytes."""
    return chain(
        pickle_names.cases(),
        pickle_bypasses.cases(),
        pickle_tricks.cases(),
        containers.cases(),
        malformed.cases(),
        keras_cases.cases(),
        keras_cases.benign_cases(),
        graph_cases.cases(),
        hf_cases.cases(),
        other_cases.cases(),
        native_cases.cases(),
        benign_cases.cases(),
        tampered.cases(),
    )
