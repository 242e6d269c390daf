"""What one case of the corpus is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Expectation = Literal["bad", "benign", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An artifact of one or more files.

    `klass` is its class in the taxonomy of attacks, `expect` what a scanner must make of it: "bad" must not pass,
    "benign" must pass, "warn" is a matter of policy and counts for neither. `code_execution` says that reading the
    artifact as usual could run code of the attacker's choice. `about` names the mechanism, with its public advisory
    where there is one.
    """

    name: str
    files: Mapping[str, bytes]
    klass: str
    expect: Expectation = "bad"
    code_execution: bool = False
    about: str


def attack(klass: str, name: str, files: Mapping[str, bytes], about: str) -> Case:
    """A case that could run code, and so must not pass."""
    return Case(name=f"{klass}/{name}", files=files, klass=klass, code_execution=True, about=about)


def hostile(klass: str, name: str, files: Mapping[str, bytes], about: str) -> Case:
    """A case that must not pass for another reason: damage, exhaustion, files read or written, or unclear content."""
    return Case(name=f"{klass}/{name}", files=files, klass=klass, about=about)


def benign(klass: str, name: str, files: Mapping[str, bytes], about: str) -> Case:
    """A case that must pass."""
    return Case(name=f"{klass}/{name}", files=files, klass=klass, expect="benign", about=about)


def warn(klass: str, name: str, files: Mapping[str, bytes], about: str) -> Case:
    """A case that the catalogue only warns of."""
    return Case(name=f"{klass}/{name}", files=files, klass=klass, expect="warn", about=about)


def noise(seed: int, size: int) -> bytes:
    """Bytes that look random and are the same at every run."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret
