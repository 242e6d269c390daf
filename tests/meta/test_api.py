"""The public API is a sorted list, and importing the package costs nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import attest
from tests.conftest import ROOT


def test_public_api() -> None:
    assert attest.__all__ == [
        "AttestError",
        "Expected",
        "SignerOptions",
        "Verification",
        "attest",
        "bom_dataset",
        "bom_environment",
        "bom_model",
        "check_bom",
        "diff_boms",
        "digest",
        "fetch_trust",
        "inspect_bundle",
        "match_model",
        "release",
        "replay",
        "scan",
        "score_bom",
        "show_trust",
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
    heavy = {"cyclonedx", "typer", "sigstore", "importlib.metadata", "requests", "rfc3161_client", "cryptography.x509"}
    assert not heavy & modules


def test_verifying_an_identity_needs_no_client_of_sigstore() -> None:
    golden = ROOT / "fixtures" / "golden" / "0.1.0"
    case = json.loads((golden / "cases.json").read_text())["identity-v2"]["expected"]
    case["trusted_root"] = str(golden / case["trusted_root"])
    model, bundle = str(golden / "model"), str(golden / "identity-v2.sig")
    wanted = f"expected=attest.Expected(**{case!r})"
    modules = imported(f"import attest; assert attest.verify({model!r}, signature={bundle!r}, {wanted}).passed")
    assert not {"sigstore.verify", "sigstore.models", "requests", "pydantic", "tuf"} & modules


def test_nobody_but_the_door_makes_attestations() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "attest").rglob("*.py")
        if re.search(r"(?<!class )\bAttestation\(", path.read_text("utf-8"))
    ]
    assert makers == ["attest/signing/verify.py"]
