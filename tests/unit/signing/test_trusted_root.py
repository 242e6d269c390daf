"""Trusted roots: read strictly, each anchor with its window, and nothing that is damaged passed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attest.errors import DocumentError, InputError
from attest.signing.material.trusted_root import MAX_ENTRIES, Window, embedded_root, parse_trusted_root
from tests.simulators import keys, pki
from tests.simulators.sigstore.state import b64, sha256
from tests.simulators.sigstore.trust import TRUSTED_ROOT_TYPE, authority, log

Document = dict[str, Any]
CA = pki.Authority.create("ca").intermediate("issuer")
LOG_KEY = keys.generate().public_key()


def document() -> Document:
    return {
        "mediaType": TRUSTED_ROOT_TYPE,
        "tlogs": [log(LOG_KEY, b"id-of-the-log", "log.example:8080")],
        "certificateAuthorities": [authority("https://ca.example/x", CA.chain)],
        "ctlogs": [log(LOG_KEY, b"id-of-ct", "ct.example")],
        "timestampAuthorities": [authority("https://tsa.example", CA.chain)],
    }


def read(edit: Callable[[Document], object] = lambda found: None) -> Any:
    made = document()
    edit(made)
    return parse_trusted_root(json.dumps(made).encode())


def test_a_trusted_root() -> None:
    found = read()
    assert found.label == f"sha256:{sha256(json.dumps(document()).encode()).hex()}"
    assert [item.name for item in (*found.authorities, *found.timestamp_authorities)] == ["ca.example", "tsa.example"]
    assert [item.name for item in (*found.logs, *found.certificate_logs)] == ["log.example:8080", "ct.example"]
    assert found.logs[0].key_id == b"id-of-the-log"
    assert len(found.authorities[0].chain) == 2
    assert found.newest == datetime(2020, 1, 1, tzinfo=UTC)


def test_the_newest_anchor_says_how_old_a_copy_is() -> None:
    found = read(lambda d: d["ctlogs"][0]["publicKey"]["validFor"].update(start="2024-05-06T07:08:09Z"))
    assert found.newest == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert read(lambda d: [d.pop(name) for name in list(d) if name != "mediaType"]).newest.year == 1


def place(member: str) -> Callable[[Document], Document]:
    def found(root: Document) -> Document:
        item: Document = root[member][0]
        inner: Document = item.get("publicKey", item)
        return inner

    return found


MEMBERS = ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"]
TIMES: list[tuple[Any, str]] = [
    (None, "validFor is not an object"),
    ({}, "validFor.start is not a string"),
    ({"end": "2030-01-01T00:00:00Z"}, "validFor.start is not a string"),
    ({"start": None}, "validFor.start is not a string"),
    ({"start": 1577836800}, "validFor.start is not a string"),
    ({"start": ""}, "is no time"),
    ({"start": "yesterday"}, "is no time"),
    ({"start": "2020-01-01"}, "has no time zone"),
    ({"start": "2020-01-01T00:00:00"}, "has no time zone"),
    ({"start": "2020-01-01T00:00:00Z", "end": "2030-01-01T00:00:00"}, "has no time zone"),
    ({"start": "2020-01-01T00:00:00Z", "end": "never"}, "is no time"),
    ({"start": "2020-01-01T00:00:00Z", "end": 0}, "validFor.end is not a string"),
    ({"start": "2020-13-01T00:00:00Z"}, "is no time"),
    ({"start": "0001-01-01T00:00:00+14:00"}, "is no time"),
    ({"start": "9999-12-31T23:59:59-14:00"}, "is no time"),
]


@pytest.mark.parametrize(("value", "reason"), TIMES)
@pytest.mark.parametrize("member", MEMBERS)
def test_an_anchor_without_a_beginning_or_with_a_time_that_is_none(member: str, value: Any, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(lambda root: place(member)(root).update(validFor=value))
    assert reason in caught.value.message
    assert f"{member}[0]" in caught.value.message


def test_other_time_zones() -> None:
    found = read(lambda root: place("tlogs")(root).update(validFor={"start": "2020-01-01T02:00:00+02:00"}))
    assert found.logs[0].window == Window(start=datetime(2020, 1, 1, tzinfo=UTC))


def test_both_ends_of_a_window_are_inside() -> None:
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    bit = timedelta(microseconds=1)
    held = [Window(start=start, end=end).holds(at) for at in (start - bit, start, end, end + bit)]
    assert held == [False, True, True, False]
    assert Window(start=start).holds(datetime.max.replace(tzinfo=UTC))
    assert not Window(start=end, end=start).holds(start + (end - start) / 2)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d.update(mediaType="application/json"), "has the mediaType 'application/json'"),
        (lambda d: d.pop("mediaType"), "has the mediaType 'None'"),
        (lambda d: d.update(mediaType=[TRUSTED_ROOT_TYPE]), "has the mediaType"),
        (lambda d: d.update(tlogs={}), "tlogs is not an array"),
        (lambda d: d.update(tlogs=["x"]), "tlogs is not an object"),
        (lambda d: d.update(ctlogs=d["ctlogs"] * (MAX_ENTRIES + 1)), f"at most {MAX_ENTRIES} are read"),
        (lambda d: d["tlogs"][0].pop("publicKey"), "tlogs[0].publicKey is not an object"),
        (lambda d: d["tlogs"][0]["publicKey"].pop("rawBytes"), "tlogs[0].rawBytes is not a string"),
        (lambda d: d["tlogs"][0]["publicKey"].update(rawBytes="QQ"), "not standard base64"),
        (lambda d: d["tlogs"][0]["publicKey"].update(rawBytes="QQ=="), "public key cannot be read"),
        (lambda d: d["tlogs"][0].pop("logId"), "logId is not an object"),
        (lambda d: d["tlogs"][0]["logId"].update(keyId=""), "keyId is empty"),
        (lambda d: d["certificateAuthorities"][0].update(certChain=[]), "certChain is not an object"),
        (lambda d: d["certificateAuthorities"][0]["certChain"].update(certificates={}), "is not an array"),
        (lambda d: d["certificateAuthorities"][0]["certChain"]["certificates"].append({}), "is not a string"),
        (
            lambda d: d["certificateAuthorities"][0]["certChain"]["certificates"].append({"rawBytes": b64(b"junk")}),
            "certificateAuthorities[0]: a certificate cannot be read",
        ),
    ],
)
def test_damaged_roots(edit: Callable[[Document], object], reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(edit)
    assert reason in caught.value.message


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b'{"mediaType":1,"mediaType":2}', b"[" * 40, b" " * 5_000_000]
)
def test_what_is_no_root(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_trusted_root(data)


def test_weak_keys_of_logs() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    weak = ec.generate_private_key(ec.SECP256K1()).public_key()
    with pytest.raises(DocumentError, match="secp256k1"):
        read(lambda d: d["tlogs"][0]["publicKey"].update(rawBytes=b64(keys.spki(weak))))


def test_an_authority_without_certificates_is_left_out() -> None:
    for edit in (
        lambda d: d["timestampAuthorities"][0]["certChain"].update(certificates=[]),
        lambda d: d["timestampAuthorities"][0].pop("certChain"),
    ):
        assert read(edit).timestamp_authorities == ()


@pytest.mark.parametrize("instance", ["production", "staging"])
def test_the_embedded_roots(instance: str) -> None:
    found = embedded_root(instance)
    assert found.label == f"sigstore:{instance}"
    assert found.authorities
    assert found.logs
    assert found.certificate_logs


@pytest.mark.parametrize("instance", ["", "../production", "Production", "https://tuf-repo-cdn.sigstore.dev"])
def test_there_are_no_other_embedded_roots(instance: str) -> None:
    with pytest.raises(InputError):
        embedded_root(instance)
