"""Whatever is changed in a signed bundle, a statement, a model, a policy or stored evidence: never another meaning."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.attestation import Attestation, Rejected
from attest.domain.bundle import Bundle, parse_bundle
from attest.domain.evidence import Evidence
from attest.domain.manifest import build_manifest
from attest.domain.public_key import parse_public_key
from attest.domain.record import decode, encode
from attest.domain.strict_json import Limits, parse
from attest.errors import ArtifactError, DocumentError
from attest.policy import evaluate, parse_policy, release_policy
from attest.reports import verification_json, verification_text
from attest.signing import sign_model, verify_bundle
from tests.unit.conftest import (
    SMALL,
    accepted,
    claim,
    claim_payload,
    entry,
    manifest,
    model_bundle,
    oms_document,
    pem,
    sealed,
    signer,
    trust,
    whole,
)
from tests.unit.policy.build import NOW, attested, evidence, policy

BUNDLES = {"signature": model_bundle(), "claim": claim(1)}
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 2**53, 1.5, "", "x", ".", "..", "/", "sha256", "a" * 64, [], {}, [[]], [{}], ["a"], {"a": 1}]
)


def judged(bundle: Bundle) -> Attestation | Rejected:
    return verify_bundle(bundle, manifest(), trust())


def changed(data: bytes) -> Iterator[bytes]:
    """Every bundle that differs from `data` in one byte: changed, taken out, doubled, or put in."""
    for at in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            yield data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + data[at : at + 1] + data[at:]
        yield data[:at] + b"0" + data[at:]


@pytest.mark.parametrize("name", BUNDLES)
def test_a_byte_changed_anywhere_gives_no_other_attestation(name: str) -> None:
    good = parse_bundle(BUNDLES[name], "s")
    expected = accepted(judged(good))
    verified = 0
    for data in changed(BUNDLES[name]):
        try:
            bundle = parse_bundle(data, "s")
        except DocumentError:
            continue
        outcome = judged(bundle)
        if isinstance(outcome, Attestation):
            verified += 1
            assert bundle.payload == good.payload
            assert replace(outcome, bundle_digest=expected.bundle_digest) == expected
        else:
            assert (outcome.signer, outcome.predicate_type, outcome.differences) == (None, "", None)
    assert verified > 0  # white space and the hint mean nothing


@given(st.binary(max_size=30), st.integers(0, 3000), st.integers(0, 60))
def test_a_run_of_bytes_changed_anywhere(junk: bytes, at: int, width: int) -> None:
    data = BUNDLES["signature"]
    data = data[:at] + junk + data[at + width :]
    try:
        bundle = parse_bundle(data, "s")
    except DocumentError:
        return
    outcome = judged(bundle)
    assert isinstance(outcome, Rejected) or bundle.payload == parse_bundle(BUNDLES["signature"], "s").payload


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to every value of a JSON document."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """A copy of `value` with `junk` at `path`."""
    result = copy.deepcopy(value)
    place = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = junk
    return result


def replaced(value: Any) -> st.SearchStrategy[Any]:
    return st.builds(lambda path, junk: put(value, path, junk), st.sampled_from(list(places(value))), JUNK)


STATEMENT = json.loads(oms_document(lambda statement: None))
CLAIM = json.loads(claim_payload([whole(), {"name": "x", "digest": {"sha256": "a" * 64}}]))


@given(st.sampled_from([json.loads(data) for data in BUNDLES.values()]).flatmap(replaced))
def test_any_value_of_a_bundle_replaced(value: Any) -> None:
    try:
        bundle = parse_bundle(json.dumps(value).encode(), "s")
    except DocumentError:
        return
    assert judged(bundle).source == "s"


@given(replaced(STATEMENT))
def test_any_value_of_a_signed_list_replaced(value: Any) -> None:
    outcome = judged(sealed(json.dumps(value).encode()))
    if isinstance(outcome, Attestation) and value["predicateType"] == STATEMENT["predicateType"]:
        assert value["predicate"]["resources"] == STATEMENT["predicate"]["resources"]
        assert value["subject"][0]["digest"]["sha256"] == STATEMENT["subject"][0]["digest"]["sha256"]


@given(replaced(CLAIM))
def test_any_value_of_a_claim_replaced(value: Any) -> None:
    outcome = judged(sealed(json.dumps(value).encode()))
    if isinstance(outcome, Attestation):
        assert whole()["digest"] in [item["digest"] for item in value["subject"]]


FILES = st.dictionaries(
    st.sampled_from(["a", "a-b", "d/b", "d.b", "b", ".git/x", "é", "e\u0301"]),
    st.sampled_from([b"", b"1", b"2"]),
    min_size=1,
)


@given(FILES, FILES)
def test_a_signature_and_a_claim_hold_for_one_set_of_files_only(
    signed: dict[str, bytes], found: dict[str, bytes]
) -> None:
    ours, here = manifest(signed), manifest(found)
    assert (ours.digest == here.digest) is (signed == found)
    about = verify_bundle(parse_bundle(claim(base=ours), "s"), here, trust())
    assert isinstance(about, Attestation) is (signed == found)
    try:
        bundle = parse_bundle(sign_model(ours, "m", signer()), "s")
    except DocumentError:
        assert signed.keys() == {".git/x"}
        return
    listed = {name: data for name, data in signed.items() if name != ".git/x"}
    outcome = verify_bundle(bundle, here, trust())
    assert isinstance(outcome, Attestation) is (listed.items() <= found.items())
    if isinstance(outcome, Attestation):
        assert set(outcome.unsigned) == found.keys() - listed.keys()


TEXT = release_policy(parse_public_key(pem(), "k"), signer="release", expires="2030-01-01T00:00:00Z")


@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 20),
    st.text(max_size=4) | st.text(" \n:-[]{}&*!|>'\"#%@`,?\t\0é~0", max_size=6),
)
def test_a_policy_changed_anywhere_is_read_or_refused(at: int, width: int, junk: str) -> None:
    data = (TEXT[:at] + junk + TEXT[at + width :]).encode("utf-8", "surrogatepass")
    try:
        found = parse_policy(data, "p")
    except DocumentError:
        return
    assert found.rules
    assert evaluate(found, evidence(), NOW).verdict == "FAILED"


@given(st.binary(max_size=60) | st.text(" \n:-[]{}&*!|>'\"#%@`,?\tab01", max_size=60).map(str.encode))
def test_garbage_is_no_policy(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_policy(data, "p")


RULES = policy(
    "  - id: s\n    signature: {signers: [release]}\n"
    "  - id: f\n    formats: {allow: [text]}\n"
    "  - id: l\n    licenses: {allow: [MIT]}\n"
    "  - id: b\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
)
STORED = encode(
    evidence(
        attested(),
        attested("https://cyclonedx.org/bom"),
        formats=tuple((name, "text") for name in SMALL),
        rejected=(Rejected(source="claims.jsonl:1", code="malformed", reason="why"),),
    )
)


@given(replaced(json.loads(json.dumps(STORED))))
def test_any_value_of_stored_evidence_replaced(value: Any) -> None:
    try:
        data = json.dumps(value).encode()
        found = decode(Evidence, parse(data, Limits(size=1 << 20, depth=32), "e"), "e")
    except DocumentError:
        return
    verification = evaluate(RULES, found, NOW)
    assert verification.verdict == "FAILED"  # no licence was found
    assert verification_text(verification)
    assert verification_json(verification)


@given(st.lists(st.tuples(st.text(max_size=4), st.binary(max_size=2)), max_size=4))
def test_a_manifest_is_built_or_refused(files: list[tuple[str, bytes]]) -> None:
    try:
        found = build_manifest([entry(name, data) for name, data in files], kind="directory")
    except ArtifactError:
        return
    assert [item.name.encode() for item in found.files] == sorted(name.encode() for name, _ in files)
