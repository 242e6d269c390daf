"""Bounds of what a signed statement may cost, also when the key behind it is trusted."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from attest.domain.attestation import Attestation, Rejected
from attest.domain.bundle import CLAIM_LIMITS, SIGNATURE_LIMITS, parse_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.errors import DocumentError
from attest.signing import sign_statement, verify_bundle
from attest.signing.dsse import pae
from tests.unit.conftest import (
    SMALL,
    accepted,
    base64_text,
    claim_payload,
    edited,
    manifest,
    model_bundle,
    oms_document,
    refused,
    sealed,
    signer,
    trust,
    whole,
)

DIGEST = hashlib.sha256(b"").hexdigest()


def judged(edit: Callable[[dict[str, Any]], object]) -> Attestation | Rejected:
    return verify_bundle(sealed(oms_document(edit)), manifest(), trust())


def ignoring(*paths: str) -> Attestation | Rejected:
    return judged(lambda s: s["predicate"]["serialization"].update(ignore_paths=list(paths)))


def test_a_megabyte_of_ignored_paths_is_read_and_changes_nothing() -> None:
    paths = tuple(f"folder/{number:05}/{'x' * 100}" for number in range(10_000))
    assert sum(map(len, paths)) > 1 << 20
    found = accepted(ignoring(*paths))
    assert found.ignore_paths == paths
    assert found.unsigned == ()


def test_one_ignored_path_of_a_megabyte_is_refused() -> None:
    refused(ignoring("x" * ((1 << 20) + 1)), "bad-statement", "holds a string of 1048577 characters")


@pytest.mark.parametrize("path", ["", ".", "..", "/", "../../other", "/abs", "a//b", "a\\b", "\0", "a/", "./a"])
def test_ignored_paths_that_match_nothing_ignore_nothing(path: str) -> None:
    """Other signers record such entries; they widen nothing, whatever they say."""
    outcome = judged(lambda s: s["predicate"]["serialization"].update(ignore_paths=[path]))
    if isinstance(outcome, Rejected):
        assert outcome.code == "bad-statement"
        return
    more = manifest({**SMALL, "evil.py": b"1"})
    payload = oms_document(lambda s: s["predicate"]["serialization"].update(ignore_paths=[path]))
    assert accepted(verify_bundle(sealed(payload), more, trust())).unsigned == ("evil.py",)


def one_name(name: str) -> Callable[[dict[str, Any]], object]:
    def edit(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"] = [{"name": name, "digest": DIGEST, "algorithm": "sha256"}]
        statement["subject"][0]["digest"]["sha256"] = hashlib.sha256(bytes.fromhex(DIGEST)).hexdigest()

    return edit


def test_a_name_of_thousands_of_folders_costs_little() -> None:
    """A name has as many prefixes as folders; keeping each whole would cost the square of its length."""
    bundle = sealed(oms_document(one_name("a/" * 6_000 + "a")))
    tracemalloc.start()
    try:
        outcome = verify_bundle(bundle, manifest(), trust())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, Rejected)
    assert peak < 4 << 20


def test_names_longer_than_any_file_has_are_no_files_here() -> None:
    outcome = judged(one_name("x" * 100_000))
    assert isinstance(outcome, Rejected)
    assert len(outcome.reason) < 1_000


@pytest.mark.parametrize("depth", [33, 200, 100_000])
def test_a_deep_list_is_refused(depth: int) -> None:
    payload = oms_document(lambda s: None).replace(
        b'"subject":', b'"more":' + b"[" * depth + b"]" * depth + b',"subject":'
    )
    refused(verify_bundle(sealed(payload), manifest(), trust()), "bad-statement", "nested deeper than 32 levels")


def test_a_claim_may_be_deeper_than_a_list_up_to_its_own_bound() -> None:
    for depth, good in ((60, True), (63, False)):
        nested = json.loads("[" * depth + "]" * depth)
        outcome = verify_bundle(sealed(claim_payload([whole()], predicate={"a": nested})), manifest(), trust())
        assert isinstance(outcome, Attestation) is good


@pytest.mark.parametrize("number", ["9007199254740993", "-9007199254740993", "0." + "1" * 100, "1" * 5_000])
def test_numbers_that_readers_disagree_about(number: str) -> None:
    payload = claim_payload([whole()], predicate={"n": "N"}).replace(b'"N"', number.encode())
    outcome = verify_bundle(sealed(payload), manifest(), trust())
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.predicate_type) == ("bad-statement", "")


def test_many_subjects_up_to_the_bound() -> None:
    subjects = [{"name": "x", "digest": {"sha256": "a" * 64}}] * 9_999
    accepted(verify_bundle(sealed(claim_payload([*subjects, whole()])), manifest(), trust()))


def test_a_statement_past_its_size_is_refused_before_it_is_parsed() -> None:
    payload = claim_payload([whole()]) + b" " * (64 << 20)
    signature = signer().sign(pae(PAYLOAD_TYPE, payload))
    bundle = replace(sealed(b"{}"), payload=payload, signature=signature)
    refused(verify_bundle(bundle, manifest(), trust()), "bad-statement", "the limit is 67108864")


def test_the_limits_of_a_bundle() -> None:
    assert (CLAIM_LIMITS.size, SIGNATURE_LIMITS.size) == (88 << 20, 256 << 20)
    data = model_bundle()
    for edit in (
        lambda b: b["verificationMaterial"].update(tlogEntries=[{"a": json.loads("[" * 40 + "]" * 40)}]),
        lambda b: b["verificationMaterial"].update(tlogEntries=[{}] * 20_001),
        lambda b: b["verificationMaterial"].update(
            timestampVerificationData={"rfc3161Timestamps": [{"signedTimestamp": base64_text(b"1")}] * 33}
        ),
    ):
        with pytest.raises(DocumentError):
            parse_bundle(edited(data, edit), "s")


def test_where_the_library_cannot_sign_without_chance_it_signs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ec.ECDSA

    def only_random(algorithm: Any, deterministic_signing: bool = False) -> ec.ECDSA:
        if deterministic_signing:
            raise UnsupportedAlgorithm("not here")
        return real(algorithm)

    monkeypatch.setattr(ec, "ECDSA", only_random)
    by = signer()
    one, two = sign_statement(b"{}", by), sign_statement(b"{}", by)
    assert one != two
    assert parse_bundle(one, "s").payload == parse_bundle(two, "s").payload
    assert accepted(verify_bundle(sealed(oms_document(lambda s: None)), manifest(), trust())).signer.id == by.id
