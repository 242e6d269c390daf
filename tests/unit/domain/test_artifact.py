"""Artifacts: where their evidence lies, and which sources are claims."""

from __future__ import annotations

import pytest

from attest.domain.artifact import Artifact, is_claim_source


@pytest.mark.parametrize(
    ("source", "claims"),
    [
        ("claims.jsonl", True),
        ("claims.jsonl:7", True),
        ("model.gguf.claims.jsonl:12", True),
        ("line\nfeed.claims.jsonl:1", True),
        ("model.sig", False),
        ("claims.jsonl.sig", False),
        ("claims.jsonl:", False),
        ("claims.jsonl:x", False),
        ("claims.jsonl:1\n", False),
        ("claims.jsonl:\u0663", False),
        ("other-claims.jsonl", False),
        ("claimsXjsonl", False),
        ("", False),
    ],
)
def test_claims_and_signatures_are_told_apart_by_source(source: str, claims: bool) -> None:
    assert is_claim_source(source) is claims


def test_evidence_of_a_folder_lies_inside_and_that_of_a_file_beside() -> None:
    folder = Artifact(root="/m", kind="directory", name="m")
    single = Artifact(root="/m", kind="file", name="m")
    assert (folder.signature_path, folder.claims_path) == ("/m/model.sig", "/m/claims.jsonl")
    assert (single.signature_path, single.claims_path) == ("/m.sig", "/m.claims.jsonl")
