"""An attestation that says no is no yes: what it states counts, not only its type and its signer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import attest
from tests.unit.policy.build import document

NEGATIVE: list[tuple[str, dict[str, Any]]] = [
    ("vsa", {"verificationResult": "FAILED"}),
    ("vsa", {}),
    ("test-result", {"result": "FAILED"}),
    ("test-result", {}),
]


@pytest.mark.parametrize(
    ("kind", "predicate"), NEGATIVE, ids=[f"{kind} {json.dumps(predicate)}" for kind, predicate in NEGATIVE]
)
def test_an_attestation_that_says_failed(
    model: Path, keys: Path, tmp_path: Path, kind: str, predicate: dict[str, Any]
) -> None:
    """Either the policy cannot ask for it (it would look like a check of the outcome), or the outcome is checked."""
    (tmp_path / "p.json").write_text(json.dumps(predicate), encoding="utf-8")
    rules = f"  - id: outcome\n    attestation: {{predicate: {kind}, signers: [release]}}\n"
    (tmp_path / "policy.yaml").write_text(document(rules), encoding="utf-8")
    try:
        attest.attest(model, keys / "1.pem", type_name=kind, predicate=tmp_path / "p.json")
        found = attest.verify(model, policy=tmp_path / "policy.yaml")
    except attest.AttestError:
        return
    assert "outcome" in {item.rule for item in found.failed}
