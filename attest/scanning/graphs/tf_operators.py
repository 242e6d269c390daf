"""Operators of TensorFlow: which only compute, and which reach outside. The lists stand in `data/tf_operators.json`."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files

REACHES = {
    "files": "reads or writes files",
    "network": "talks to other processes",
    "process": "ends or controls the process",
    "python": "calls Python code",
}


@dataclass(frozen=True, slots=True)
class Operators:
    """Operators that only compute, those that reach outside with how, and those of which inputs or attributes tell."""

    pure: frozenset[str]
    outside: dict[str, str]
    conditional: frozenset[str]


@functools.cache
def operators() -> Operators:
    """The lists that come with this version."""
    document = json.loads(files("attest.scanning").joinpath("data/tf_operators.json").read_bytes())
    return Operators(
        pure=frozenset(document["pure"]),
        outside={name: how for how, names in document["outside"].items() for name in names},
        conditional=frozenset(document["conditional"]),
    )
