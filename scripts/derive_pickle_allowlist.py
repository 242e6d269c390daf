"""Derives the library-dependent profiles of attest/scanning/data/pickle_allowlist.json, and merges them into it.

    python -m scripts.derive_pickle_allowlist installed > derived-1.json
    python -m scripts.derive_pickle_allowlist source WHEEL... > derived-2.json
    python -m scripts.derive_pickle_allowlist merge derived-*.json
    python -m scripts.derive_pickle_allowlist check

`installed` imports the libraries of the interpreter that runs it (Python 3.7 or later; nothing of this project is
needed); `source` reads the wheels' Python source and imports nothing. `merge` takes the union: a name leaves the list
only by hand. `check` says whether the file is written the way `merge` writes it. See docs/pickle-allowlist.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Python 3.7, on which the oldest releases run, has no TypeAlias.
    from collections.abc import Iterable
    from typing import TypeAlias

ALLOWLIST = Path(__file__).resolve().parent.parent / "attest" / "scanning" / "data" / "pickle_allowlist.json"
PACKAGES = {
    "catboost": "catboost",
    "imbalanced-learn": "imblearn",
    "lightgbm": "lightgbm",
    "numpy": "numpy",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "torch": "torch",
    "xgboost": "xgboost",
}
"""The libraries whose versions an environment is known by, with the names they are imported by."""
OPERATIONS = ("ref", "new", "call")
WIDTH = 110
"""A list or object that fits in a line of this length stands in one line."""

Pair: TypeAlias = "tuple[str, str]"
Derived: TypeAlias = "dict[str, Any]"


def installed() -> Derived:
    """The names that the libraries of this interpreter give."""
    from scripts.derive_pickle_allowlist_classes import derive, ufuncs
    from scripts.derive_pickle_allowlist_wanted import WANTED

    profiles: dict[str, dict[str, set[Pair]]] = {}
    left_out: dict[str, list[str]] = {}
    for wanted in WANTED:
        found = derive(wanted)
        profiles[wanted.profile] = {"new": found.new, "ref": found.ref - found.new}
        left_out.update(found.left_out)
    profiles["numpy"] = {"new": set(), "ref": set(ufuncs())}
    return derived({"python": platform.python_version(), **versions()}, profiles, left_out)


def source(wheels: Iterable[str]) -> Derived:
    """The names that stand in the source of wheels."""
    from scripts.derive_pickle_allowlist_source import read

    profiles: dict[str, dict[str, set[Pair]]] = {}
    left_out: dict[str, list[str]] = {}
    environment = {"read from": "source"}
    for wheel in wheels:
        name, version = Path(wheel).name.split("-")[:2]
        environment[name] = version
        for profile, found in read(wheel).items():
            profiles.setdefault(profile, {"new": set(), "ref": set()})["new"].update(found.new)
            left_out.update(found.left_out)
    return derived(environment, profiles, left_out)


def versions() -> dict[str, str]:
    """The versions of the libraries of this interpreter."""
    from scripts.derive_pickle_allowlist_classes import load

    modules = {name: load(package) for name, package in PACKAGES.items()}
    return {name: str(vars(module)["__version__"]) for name, module in modules.items() if module is not None}


def derived(
    environment: dict[str, str], profiles: dict[str, dict[str, set[Pair]]], left_out: dict[str, list[str]]
) -> Derived:
    """The document that one run prints."""
    tables = {
        profile: {operation: table(pairs) for operation, pairs in found.items() if pairs}
        for profile, found in sorted(profiles.items())
    }
    return {
        "environment": environment,
        "profiles": {profile: found for profile, found in tables.items() if found},
        "left_out": dict(sorted(left_out.items())),
    }


def table(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """Names by module, sorted."""
    out: dict[str, list[str]] = {}
    for module, name in sorted(set(pairs)):
        out.setdefault(module, []).append(name)
    return out


def pairs_of(profile: dict[str, Any], operation: str) -> set[Pair]:
    """The pairs of a profile under one operation."""
    return {(module, name) for module, names in profile.get(operation, {}).items() for name in names}


def merge(allowlist: Derived, documents: Iterable[Derived]) -> Derived:
    """The allowlist with the names of the derived documents added, but for those that are excluded or stand elsewhere.

    Raises KeyError for a profile that the allowlist lacks: a person writes what it is about first.
    """
    profiles = allowlist["profiles"]
    listed = {
        pair for profile in profiles.values() for operation in OPERATIONS for pair in pairs_of(profile, operation)
    }
    refused = {(entry["module"], entry["name"]) for entry in allowlist["excluded"]}
    environments = {json.dumps(entry, sort_keys=True): entry for entry in allowlist["derivation"]["environments"]}
    for document in documents:
        entry = document["environment"]
        environments.setdefault(json.dumps(entry, sort_keys=True), entry)
        for name, found in document["profiles"].items():
            for operation in ("new", "ref"):
                added = pairs_of(found, operation) - listed - refused
                listed |= added
                profiles[name][operation] = table(pairs_of(profiles[name], operation) | added)
    allowlist["derivation"]["environments"] = list(environments.values())
    return allowlist


def written(value: Any, depth: int = 0) -> str:
    """JSON with one line for each module, rule and sentence, so that a change of the list reads well as a diff."""
    flat = json.dumps(value, ensure_ascii=False)
    names = isinstance(value, list) and all(isinstance(item, str) and " " not in item for item in value)
    if not isinstance(value, (dict, list)) or not value or (depth > 1 and (names or len(flat) <= WIDTH)):
        return flat
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        lines = [f"{pad}{json.dumps(key)}: {written(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{end}}}"
    return "[\n" + ",\n".join(pad + written(item, depth + 1) for item in value) + f"\n{end}]"


def main(arguments: list[str]) -> int:
    """Runs one command. The exit code is 1 when `check` finds the file written otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=("installed", "source", "merge", "check"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(arguments)
    if options.command in ("installed", "source"):
        document = installed() if options.command == "installed" else source(options.files)
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
        return 0
    text = ALLOWLIST.read_text(encoding="utf-8")
    documents = [json.loads(Path(file).read_text(encoding="utf-8")) for file in options.files]
    new = written(merge(json.loads(text), documents)) + "\n"
    if options.command == "check":
        return int(new != text)
    ALLOWLIST.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
