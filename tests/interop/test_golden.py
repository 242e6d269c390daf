"""Golden bundles: what a release signed must verify forever, offline, and only as what it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.operations.expected import Expected
from tests.conftest import FIXTURES

GOLDEN = FIXTURES / "golden"
PATHS = ("keys", "authorities", "timestamp_roots")


def cases() -> Iterator[tuple[Path, str]]:
    for listing in sorted(GOLDEN.glob("*/cases.json")):
        for name in sorted(json.loads(listing.read_text())):
            yield listing.parent, name


def expected(folder: Path, stored: dict[str, Any]) -> Expected:
    values: dict[str, Any] = dict(stored)
    for member in PATHS:
        values[member] = tuple(str(folder / path) for path in stored.get(member, ()))
    if "trusted_root" in stored:
        values["trusted_root"] = str(folder / stored["trusted_root"])
    return Expected(**values)


@pytest.fixture(params=list(cases()), ids=lambda case: f"{case[0].name}-{case[1]}")
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    folder, name = request.param
    copy = Path(shutil.copytree(folder, tmp_path / "golden"))
    return copy, json.loads((folder / "cases.json").read_text())[name]


def verify(golden: tuple[Path, dict[str, Any]]) -> Any:
    folder, case = golden
    return attest.verify(
        folder / case["target"], signature=folder / case["bundle"], expected=expected(folder, case["expected"])
    )


@pytest.mark.disable_socket
def test_a_golden_bundle_verifies(golden: tuple[Path, dict[str, Any]]) -> None:
    found = verify(golden)
    assert found.passed, found.failed
    (attestation,) = found.evidence.attestations
    wanted = golden[1]["expected"]
    timed = bool(wanted.get("timestamp_roots")) or "identity" in wanted
    assert bool(attestation.times) >= timed
    assert bool(attestation.logs) == ("trusted_root" in wanted)
    assert attestation.unchecked == ()


def test_a_golden_bundle_fails_for_another_byte(golden: tuple[Path, dict[str, Any]]) -> None:
    folder, case = golden
    target = folder / case["target"]
    file = target if target.is_file() else target / "config.json"
    file.write_bytes(file.read_bytes() + b" ")
    assert not verify(golden).passed


def test_every_kind_of_signature_has_a_golden_bundle() -> None:
    names = {name for folder, name in cases() if folder.name == attest.__version__}
    kinds = {"key-p-256", "key-p-384", "key-p-521", "key-ed25519", "key-rsa-3072", "key-blake2b", "key-blake3"}
    kinds |= {"key-sha256-shards", "key-file", "key-file-compat", "key-timestamp", "certificate-timestamp"}
    assert names == kinds | {"key-log-v1", "key-log-v2", "identity-v1", "identity-v2"}
