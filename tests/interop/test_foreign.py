"""Signatures that earlier releases of model_signing made, each by the release itself (scripts/make_foreign.py)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.domain.verdict import Verification
from attest.operations.expected import Expected
from tests.conftest import FIXTURES

FOREIGN = FIXTURES / "foreign"
RELEASES = {"0.2.0", "0.3.1", "1.0.0", "1.0.1", "1.1.0"}


def bundles() -> Iterator[Path]:
    yield from sorted(FOREIGN.glob("*/*.sig"))


def verify(bundle: Path, **more: Any) -> Verification:
    folder = bundle.parent
    method, curve = bundle.stem.split("-")
    signer: dict[str, Any] = {"keys": (str(folder / f"{curve}.pub"),)}
    if method == "certificate":
        signer = {"authorities": (str(folder / "ca.pem"),), "names": {"email": "release@example.org"}}
    target = folder / "model" / "config.json" if method == "file" else folder / "model"
    return attest.verify(target, signature=bundle, expected=Expected(**signer, **more))


def old(bundle: Path) -> bool:
    return bundle.parent.name == "0.2.0"


@pytest.fixture(params=list(bundles()), ids=lambda path: f"{path.parent.name}-{path.stem}")
def bundle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One bundle in a copy of its release's folder."""
    source: Path = request.param
    return Path(shutil.copytree(source.parent, tmp_path / source.parent.name)) / source.name


def test_every_release_is_there() -> None:
    assert {path.parent.name for path in bundles()} == RELEASES
    assert len(list(bundles())) >= 30


def test_what_a_release_signed_verifies(bundle: Path) -> None:
    found = verify(bundle, allow_legacy=old(bundle))
    assert found.passed, found.failed
    (attestation,) = found.evidence.attestations
    assert bool(attestation.notes) is old(bundle)


def test_no_flag_is_needed_but_for_the_oldest(bundle: Path) -> None:
    found = verify(bundle)
    assert found.passed is not old(bundle)
    if old(bundle):
        (rejected,) = found.evidence.rejected
        assert rejected.code == "legacy"
        assert "Python's spelling" in rejected.reason
        assert rejected.signer is None


def test_a_changed_byte_fails(bundle: Path) -> None:
    file = bundle.parent / "model" / "config.json"
    file.write_bytes(file.read_bytes() + b" ")
    assert not verify(bundle, allow_legacy=True).passed


def test_an_added_file_fails(bundle: Path) -> None:
    if bundle.stem.startswith("file"):
        pytest.skip("a single file has no neighbours")
    (bundle.parent / "model" / "more.py").write_bytes(b"print()\n")
    assert not verify(bundle, allow_legacy=True).passed


def test_another_releases_key_fails(bundle: Path, tmp_path: Path) -> None:
    other = FOREIGN / ("1.0.0" if bundle.parent.name != "1.0.0" else "1.0.1")
    for name in ("p256.pub", "p384.pub", "p521.pub", "ca.pem"):
        shutil.copy(other / name, bundle.parent / name)
    assert not verify(bundle, allow_legacy=True).passed
