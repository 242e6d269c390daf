"""Which predicates are OMS model signatures: every minor version of v1, read by the rules of v1.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attest.signing import verify_bundle
from tests.unit.conftest import SMALL, accepted, manifest, oms_document, refused, sealed, trust

V1 = "https://model_signing/signature/v1"


def judged(edit: Callable[[dict[str, Any]], object]) -> Any:
    return verify_bundle(sealed(oms_document(edit)), manifest(), trust())


@pytest.mark.parametrize("kind", [f"{V1}.1", f"{V1}.12", f"{V1}.9999"])
def test_later_minor_versions_are_read_by_the_same_rules(kind: str) -> None:
    found = judged(lambda s: s.update(predicateType=kind))
    assert (accepted(found).predicate_type, found.signed_files) == (kind, len(SMALL))

    def altered(statement: dict[str, Any]) -> None:
        statement["predicateType"] = kind
        statement["subject"][0]["digest"]["sha256"] = "a" * 64

    refused(judged(altered), "bad-statement", "the subject is not the root digest")
    changed = verify_bundle(
        sealed(oms_document(lambda s: s.update(predicateType=kind))), manifest({**SMALL, "empty": b"!"}), trust()
    )
    refused(changed, "changed-files", "1 of 5")


def test_later_minor_versions_may_say_more() -> None:
    def edit(statement: dict[str, Any]) -> None:
        statement["predicateType"] = f"{V1}.1"
        statement["predicate"]["more"] = 1
        statement["predicate"]["serialization"]["more"] = 1

    accepted(judged(edit))


@pytest.mark.parametrize(
    "kind",
    [
        "https://model_signing/signature/v2",
        "https://model_signing/signature/v2.0",
        f"{V1}",
        f"{V1}.01",
        f"{V1}.0.0",
        f"{V1}.0 ",
        f"{V1}.10000",
        f"{V1}.\u0661",
        "http://model_signing/signature/v1.0",
        "https://model_signing/Digests/v0.2",
    ],
)
def test_other_predicates_are_no_model_signature(kind: str) -> None:
    outcome = judged(lambda s: s.update(predicateType=kind))
    assert refused(outcome, "other-artifact", "its subject is").predicate_type == kind
