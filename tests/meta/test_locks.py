"""The locks agree with each other, with the declared dependencies, and pin every file by its hash."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.name for path in REQUIREMENTS.glob("*.lock"))


def read_entries(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def read_pins(lock: str) -> set[str]:
    """Name and version of each entry, without markers (which differ with the company) and hashes."""
    return {entry.split(" ")[0] for entry in read_entries(lock)}


def test_there_is_a_lock_for_every_environment() -> None:
    environments = ["bompeers", "build", "dev", "fuzz", "opinions", "peers", "run", "scancorpus", "scanpeers"]
    assert sorted(f"{name}.lock" for name in (*environments, "models", "torch-cpu")) == LOCKS


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_pins_one_version_by_hash(lock: str) -> None:
    entries = read_entries(lock)
    assert entries
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( ; [^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry


@pytest.mark.parametrize("lock", ["run.lock", "build.lock"])
def test_the_tests_run_against_the_versions_of_the_other_locks(lock: str) -> None:
    assert read_pins(lock) <= read_pins("dev.lock")


def test_run_in_repeats_the_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (REQUIREMENTS / "run.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == project["dependencies"]


def test_the_lock_of_the_javascript_peers_pins_every_package_by_hash() -> None:
    declared = json.loads((REQUIREMENTS / "node" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((REQUIREMENTS / "node" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == declared
    assert (
        declared.items()
        <= {place.removeprefix("node_modules/"): item["version"] for place, item in packages.items()}.items()
    )
    for place, item in packages.items():
        assert item["integrity"].startswith("sha512-"), place
