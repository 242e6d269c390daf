"""The names that pickles may refer to, as data: exact pairs of module and name, by profile, with what each is good for.

The list stands in `data/pickle_allowlist.json`, with its derivation. A pair is compared whole, by code point; it is
never joined to one text. Nothing that is installed beside the scanner changes it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from attest.errors import InputError

Operation = Literal["ref", "new", "call"]
"""What a pair is good for: to be mentioned; also to be the class of an object without arguments that then gets its
state; or to be called by the rules of `calls`."""
Pair: TypeAlias = tuple[str, str]
OPERATIONS: tuple[Operation, ...] = ("ref", "new", "call")
EXTRA = "policy"
"""The profile of pairs that the caller listed himself."""
_IDENTIFIERS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")


class Listed(NamedTuple):
    """What the list says of a pair: the profile it stands in, and what it is good for there."""

    profile: str
    operation: Operation


@dataclass(frozen=True, slots=True, eq=False)
class Allowlist:
    """The whole list: pairs by profile and operation, the profiles that each one includes, and presets of profiles.

    Objects of `native` profiles fill native memory from the file.
    """

    digest: str
    pairs: Mapping[Pair, tuple[Listed, ...]]
    extends: Mapping[str, tuple[str, ...]]
    presets: Mapping[str, tuple[str, ...]]
    native: frozenset[str]

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Profiles with all that they include. Raises InputError for an unknown name."""
        waiting, found = list(names), set[str]()
        while waiting:
            name = waiting.pop()
            if name in self.presets and name not in self.extends:
                waiting += self.presets[name]
            elif name not in self.extends:
                raise InputError(
                    f"there is no profile {name!r}", hint=f"Use {', '.join((*self.presets, *self.extends))}."
                )
            elif name not in found:
                found.add(name)
                waiting += self.extends[name]
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The part of the list that one scan goes by; `extra` are pairs that a policy adds, which may only be `new`."""

    allowlist: Allowlist
    profiles: frozenset[str]
    extra: frozenset[Pair] = field(default_factory=frozenset)

    def find(self, module: str, name: str) -> Listed | None:
        """What the list says of a pair, whether or not its profile is allowed; None when it is on no list."""
        if (module, name) in self.extra:
            return Listed(EXTRA, "new")
        entries = self.allowlist.pairs.get((module, name), ())
        return next((entry for entry in entries if entry.profile in self.profiles), entries[0] if entries else None)

    def good_for(self, module: str, name: str, operation: Operation) -> bool:
        """Whether the pair may be used so, by an entry of a profile that is allowed; every entry is good for `ref`."""
        if (module, name) in self.extra:
            return operation != "call"
        return any(
            entry.profile in self.profiles and operation in {entry.operation, "ref"}
            for entry in self.allowlist.pairs.get((module, name), ())
        )

    def allows(self, listed: Listed) -> bool:
        """Whether the pair's profile is allowed here."""
        return listed.profile in self.profiles or listed.profile == EXTRA

    @property
    def digest(self) -> str:
        """The SHA-256 of the list with the pairs that were added, in hexadecimal."""
        if not self.extra:
            return self.allowlist.digest
        added = json.dumps(sorted(self.extra)).encode()
        return hashlib.sha256(self.allowlist.digest.encode() + added).hexdigest()


def list_bytes() -> bytes:
    """The list's file. Raises FileNotFoundError when the package is not whole."""
    data = pkgutil.get_data("attest.scanning", "data/pickle_allowlist.json")
    if data is None:
        raise FileNotFoundError("pickle_allowlist.json")
    return data


@functools.cache
def allowlist() -> Allowlist:
    """The list that comes with this version."""
    data = list_bytes()
    document = json.loads(data)
    pairs: dict[Pair, tuple[Listed, ...]] = {}
    profiles = document["profiles"]
    for profile, content in profiles.items():
        for operation in OPERATIONS:
            for module, names in content[operation].items():
                for name in names:
                    pairs[module, name] = (*pairs.get((module, name), ()), Listed(profile, operation))
    return Allowlist(
        digest=hashlib.sha256(data).hexdigest(),
        pairs=pairs,
        extends={name: tuple(content["extends"]) for name, content in profiles.items()},
        presets={name: tuple(value) for name, value in document["presets"].items()},
        native=frozenset(name for name, content in profiles.items() if content.get("native")),
    )


def allowed(profiles: Iterable[str] = (), extra: Iterable[Pair] = ()) -> Allowed:
    """The names that one scan allows: those of the given profiles or presets (all of the default ones without any), and
    `extra` pairs.

    Raises InputError for an unknown profile, and for a pair that is no plain module and name.
    """
    known = allowlist()
    added = frozenset(extra)
    for module, name in added:
        if not _IDENTIFIERS.fullmatch(module) or not name.isidentifier():
            raise InputError(
                f"{module}:{name} is no pair of a module and a name in it",
                hint="Write module:Name, such as my_package.layers:Gate; there are no patterns.",
            )
    return Allowed(known, known.closure(profiles or ("default",)), added)
