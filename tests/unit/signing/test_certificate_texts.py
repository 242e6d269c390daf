"""What is no certificate, keys that may not sign, and names: read in one way or refused."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.bundle import parse_bundle, serialize_bundle
from attest.signing.authentic import Refused
from attest.signing.authenticate import authenticate
from attest.signing.material.certificates import MAX_CERTIFICATE, CertificateFault, load_certificate, utf8_string
from tests.simulators import der as asn1
from tests.simulators import pki
from tests.unit.signing.certified import DAY, KEY, NOW, ROOT, accepted, bundle_of, refused, trusting
from tests.unit.signing.material import PAYLOAD, der

# Certificates that are none


def edited_der(certificate: x509.Certificate, old: bytes, new: bytes) -> bytes:
    data = der(certificate)
    assert old in data
    return data.replace(old, new, 1)


V3 = b"\xa0\x03\x02\x01\x02"
LEAF = ROOT.leaf(KEY)
BROKEN = {
    "nothing like it": b"junk",
    "empty sequence": b"\x30\x00",
    "bytes after it": der(LEAF) + b"\0",
    "cut short": der(LEAF)[:-1],
    "twice": der(LEAF) * 2,
    "in PEM": LEAF.public_bytes(Encoding.PEM),
    "of version 4": edited_der(LEAF, V3, b"\xa0\x03\x02\x01\x03"),
    "of version 9": edited_der(LEAF, V3, b"\xa0\x03\x02\x01\x08"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_certificate(data: bytes) -> None:
    with pytest.raises(CertificateFault):
        load_certificate(data)
    refused("", bundle_of(data))
    refused("", bundle_of(LEAF, data))


def test_a_certificate_longer_than_any_is() -> None:
    """A good one, but for its size: nothing is parsed without bounds."""
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), asn1.octets(bytes(MAX_CERTIFICATE)))
    refused("bytes long; at most 65536 are read", bundle_of(ROOT.leaf(KEY, extensions=[(padding, False)])))


def test_a_certificate_of_version_1_that_has_extensions_or_lacks_them() -> None:
    refused("", bundle_of(edited_der(LEAF, V3, b"\xa0\x03\x02\x01\x00")))


def test_an_extension_that_stands_twice() -> None:
    raw = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    twin = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.5"), b"\x05\x00")
    leaf = ROOT.leaf(KEY, extensions=[(raw, False), (twin, False)])
    refused("cannot be read", bundle_of(edited_der(leaf, asn1.oid("1.2.3.5"), asn1.oid("1.2.3.4"))))


def test_an_odd_serial_number_says_nothing_on_standard_error() -> None:
    """The library warns of them; warnings are errors here."""
    serial = asn1.integer(LEAF.serial_number)
    load_certificate(edited_der(LEAF, serial, asn1.element(asn1.INTEGER, b"\x80" + bytes(len(serial) - 3))))


KEYS = {
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "RSA of 1024 bits": lambda: rsa.generate_private_key(65537, 1_024),  # noqa: S505
    "DSA": lambda: dsa.generate_private_key(2_048),
}


@pytest.mark.parametrize("make", KEYS.values(), ids=KEYS)
def test_keys_that_may_not_sign(make: Callable[[], Any]) -> None:
    key = make()
    leaf = (
        x509.CertificateBuilder()
        .subject_name(pki.name("weak"))
        .issuer_name(ROOT.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(ROOT.key, hashes.SHA384())
    )
    signature = key.sign(b"x", hashes.SHA256()) if "DSA" in type(key).__name__ else b"x"
    data = serialize_bundle(payload=PAYLOAD, signature=signature or b"x", certificates=[der(leaf)])
    refused("the signing certificate's key is", parse_bundle(data, "x"))


def test_a_key_of_a_kind_that_nobody_knows() -> None:
    refused("", bundle_of(edited_der(LEAF, asn1.oid("1.2.840.10045.2.1"), asn1.oid("1.2.840.10045.2.9"))))
    refused("", bundle_of(edited_der(LEAF, asn1.oid("1.2.840.10045.3.1.7"), asn1.oid("1.2.840.10045.3.1.99"))))


def test_a_certificate_signed_with_a_weak_hash() -> None:
    root = pki.Authority.create("r", key="rsa")
    sha1_with_rsa, sha256_with_rsa = asn1.oid("1.2.840.113549.1.1.5"), asn1.oid("1.2.840.113549.1.1.11")
    data = der(root.leaf(KEY)).replace(sha256_with_rsa, sha1_with_rsa)
    refused("", bundle_of(data), trusting(root.root))


# Names


def test_alternative_names_of_every_kind() -> None:
    alternatives = x509.SubjectAlternativeName(
        [
            x509.RFC822Name("a@example.org"),
            x509.IPAddress(ipaddress.ip_address("10.0.0.1")),
            x509.DirectoryName(pki.name("d")),
            x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
            x509.OtherName(x509.ObjectIdentifier("1.2.3"), asn1.utf8("x")),
            x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7"), asn1.utf8("alice")),
        ]
    )
    names = accepted(ROOT.leaf(KEY, extensions=[(alternatives, False)])).signer.names
    assert [kind for kind, _ in names] == ["email", "other", "other", "other", "other", "username"]
    assert ("username", "alice") in names


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\x0c\x00", ""), (b"\x0c\x01a", "a"), (asn1.utf8("é" * 100), "é" * 100), (asn1.utf8("x" * 300), "x" * 300)],
)
def test_utf8_strings(data: bytes, text: str) -> None:
    assert utf8_string(data) == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x0c",
        b"a",
        b"alice",
        b"\x0c\x05alic",
        b"\x0c\x05alicex",
        b"\x13\x01a",
        b"\x0c\x81\x01a",  # a longer length than DER allows
        b"\x0c\x82\x00\x81" + b"a" * 0x81,
        b"\x0c\x80a\x00\x00",
        b"\x0c\x83\x00\x00\x01a",
        b"\x0c\x84",
        b"\x0c\x01\xff",
        b"\x0c\x02a\n",
        asn1.utf8("a\u202eb"),
        asn1.utf8("\u200b"),
        asn1.utf8("x" * 4_097),
    ],
)
def test_what_is_no_utf8_string(data: bytes) -> None:
    with pytest.raises(CertificateFault):
        utf8_string(data)


def test_a_name_with_control_characters_stays_out_of_the_reason() -> None:
    odd = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a\x1b[2J")])
    leaf = ROOT.leaf(KEY, odd, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    with pytest.raises(Refused) as caught:
        authenticate(bundle_of(leaf), trusting(ROOT.root))
    assert caught.value.reason.isprintable()
