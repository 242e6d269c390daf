"""The public API is a sorted list, and importing the package costs nothing."""

from __future__ import annotations

import re
import subprocess
import sys

import attest
from tests.conftest import ROOT


def test_public_api() -> None:
    assert attest.__all__ == [
        "AttestError",
        "Verification",
        "attest",
        "bom_model",
        "digest",
        "release",
        "replay",
        "sign",
        "verify",
    ]
    assert sorted(attest.__all__, key=lambda name: (name[0].islower(), name)) == attest.__all__
    for name in attest.__all__:
        assert getattr(attest, name).__doc__


def imported(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_is_lazy() -> None:
    heavy = {"cryptography", "cyclonedx", "yaml", "typer", "attest.operations.verify"}
    assert not heavy & imported("import attest")


def test_verifying_with_a_key_needs_no_bom_library() -> None:
    model, key = ROOT / "fixtures" / "models" / "tiny", ROOT / "fixtures" / "keys" / "example.pub"
    modules = imported(f"import attest; assert attest.verify({str(model)!r}, keys=[{str(key)!r}]).passed")
    assert not {"cyclonedx", "typer", "sigstore", "importlib.metadata"} & modules


def test_nobody_but_the_door_makes_attestations() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "attest").rglob("*.py")
        if re.search(r"(?<!class )\bAttestation\(", path.read_text("utf-8"))
    ]
    assert makers == ["attest/signing/verify.py"]
