"""Sigstore bundles made in process with the simulators' services, and the one door they are tried at.

Bundles are plain JSON documents, so that a test can change one thing in them. Nothing here opens a connection.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.attestation import RejectCode
from attest.domain.bundle import Bundle, parse_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.signing.authentic import Authentic, Refused
from attest.signing.authenticate import authenticate
from attest.signing.keys import Message
from attest.signing.material.trusted_root import TrustedRoot, parse_trusted_root
from attest.signing.trust import Trust
from tests.simulators import keys
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.log_v1 import dsse, hashedrekord, pae, transparency_log_entry
from tests.simulators.sigstore.state import b64, sha256

Document = dict[str, Any]
Edit = Callable[[Document], object]
V03 = "application/vnd.dev.sigstore.bundle.v0.3+json"
V02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
V01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
PERSON = "dev@example.com"
ARTIFACT = b"an artifact"
PAYLOAD = json.dumps(
    {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": "a" * 64}}],
        "predicateType": "https://example.org/claim/v1",
        "predicate": {},
    }
).encode()


def unchanged(_: Document) -> None:
    """An edit that leaves a document as it is."""


def der(certificate: x509.Certificate) -> bytes:
    """A certificate as bytes."""
    return certificate.public_bytes(Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM)


def entry_of(document: Document) -> Document:
    """The first log entry of a bundle."""
    found: Document = document["verificationMaterial"]["tlogEntries"][0]
    return found


def proof_of(document: Document) -> Document:
    """The inclusion proof of the first log entry."""
    found: Document = entry_of(document)["inclusionProof"]
    return found


def note_of(document: Document) -> str:
    """The checkpoint of the first log entry."""
    return str(proof_of(document)["checkpoint"]["envelope"])


def set_note(document: Document, note: str) -> None:
    """Replace that checkpoint."""
    proof_of(document)["checkpoint"]["envelope"] = note


def stamps_of(document: Document) -> list[Document]:
    """The timestamps of a bundle."""
    found: list[Document] = document["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    return found


def flipped(text: str, at: int = -1) -> str:
    """Base64 text of the same bytes with one bit changed."""
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return b64(bytes(raw))


@dataclass(slots=True, kw_only=True)
class Maker:
    """Signs as a Sigstore client does, at the moment that the instance's clock shows."""

    instance: LoopbackSigstore
    claims: Document = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        # Proofs have a path only when there are neighbours.
        self.instance.prefill(3)

    @property
    def version(self) -> int:
        """The version of Rekor."""
        return self.instance.rekor_version or 2

    def issue(self) -> tuple[x509.Certificate, ...]:
        """A certificate for the key, with its chain."""
        csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(self.key, keys.HASHES["sha256"])
        claims = {"iss": "https://issuer.example", "sub": PERSON, **self.claims}
        return self.instance.authority.issue(claims, csr)

    def statement(
        self,
        payload: bytes = PAYLOAD,
        *,
        chain: Sequence[x509.Certificate] = (),
        kind: str = "",
        stamps: int = 1,
        media_type: str = V03,
    ) -> Document:
        """A bundle over a statement, recorded as dsse or hashedrekord (by default as clients do)."""
        certificate = (chain or self.issue())[0]
        signature = keys.sign(self.key, pae(PAYLOAD_TYPE, payload))
        envelope = {
            "payload": b64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(signature), "keyid": ""}],
        }
        tokens = [self.instance.tsa.stamp(signature) for _ in range(stamps)]
        entry = self.record(envelope, certificate, kind or ("dsse" if self.version == 1 else "hashedrekord"))
        return {
            "mediaType": media_type,
            "verificationMaterial": self.material(certificate, [entry], tokens),
            "dsseEnvelope": envelope,
        }

    def message(self, data: bytes = ARTIFACT, *, stamps: int = 1) -> Document:
        """A bundle with a message signature."""
        certificate = self.issue()[0]
        signature = keys.sign(self.key, data)
        tokens = [self.instance.tsa.stamp(signature) for _ in range(stamps)]
        entry = self.hashed(data, signature, certificate)
        return {
            "mediaType": V03,
            "verificationMaterial": self.material(certificate, [entry], tokens),
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": b64(sha256(data))},
                "signature": b64(signature),
            },
        }

    def material(self, certificate: x509.Certificate, entries: Sequence[Document], tokens: Sequence[bytes]) -> Document:
        """The verification material."""
        made: Document = {"certificate": {"rawBytes": b64(der(certificate))}, "tlogEntries": list(entries)}
        if tokens:
            listed = [{"signedTimestamp": b64(token)} for token in tokens]
            made["timestampVerificationData"] = {"rfc3161Timestamps": listed}
        return made

    def record(self, envelope: Document, certificate: x509.Certificate, kind: str) -> Document:
        """Put an envelope into the log as an entry of this kind."""
        signature = base64.b64decode(envelope["signatures"][0]["sig"])
        if kind == "hashedrekord":
            signed = pae(envelope["payloadType"], base64.b64decode(envelope["payload"]))
            return self.hashed(signed, signature, certificate)
        if kind == "intoto":
            return self.instance.add_intoto(envelope, pem(certificate))
        if self.version == 1:
            return transparency_log_entry(self.instance.rekor1.add(dsse(envelope, pem(certificate))))
        return self.instance.rekor2.add(
            {"dsseRequestV002": {"envelope": envelope, "verifiers": [verifier(certificate)]}}
        )

    def hashed(self, data: bytes, signature: bytes, certificate: x509.Certificate) -> Document:
        """Put a signature over `data` into the log as a hashedrekord."""
        if self.version == 1:
            return transparency_log_entry(self.instance.rekor1.add(hashedrekord(data, signature, pem(certificate))))
        signed = {"content": b64(signature), "verifier": verifier(certificate)}
        return self.instance.rekor2.add({"hashedRekordRequestV002": {"digest": b64(sha256(data)), "signature": signed}})

    def logged(self, body: bytes, kind: str = "hashedrekord") -> Document:
        """An entry with any body at all, in the tree and signed by the log."""
        if self.version == 1:
            log = self.instance.rekor1
            return transparency_log_entry(log.entry(log.append(body) + log.index_offset))
        return self.instance.rekor2._entry(kind, self.instance.rekor2.append(body), body)

    def relogged(self, document: Document, edit: Edit) -> Document:
        """The bundle with its entry's body changed, and that body honestly logged."""
        body = json.loads(base64.b64decode(entry_of(document)["canonicalizedBody"]))
        edit(body)
        entry = self.logged(json.dumps(body).encode(), str(body["kind"]))
        document["verificationMaterial"]["tlogEntries"] = [entry]
        return document

    def root(self, edit: Edit = unchanged) -> TrustedRoot:
        """The instance's trusted root, changed by `edit`."""
        document = self.instance.trusted_root()
        edit(document)
        return parse_trusted_root(json.dumps(document).encode(), "sigstore:loopback")

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.instance.clock = moment.timestamp


def verifier(certificate: x509.Certificate) -> Document:
    """A certificate as Rekor v2 takes it."""
    details = keys.key_details(keys.supported(certificate.public_key()))
    return {"x509Certificate": {"rawBytes": b64(der(certificate))}, "keyDetails": details}


def parsed(document: Document, *, messages: bool = False) -> Bundle:
    """The bundle as the product reads it."""
    return parse_bundle(json.dumps(document).encode(), "claims.jsonl:1", messages=messages)


def trusting(*roots: TrustedRoot) -> Trust:
    """Trust in Sigstore instances alone."""
    return Trust(identity_roots=roots, at=datetime.now(UTC))


def authentic(document: Document, trust: Trust, message: bytes | None = None) -> Authentic:
    """Verify a bundle that must count."""
    about = None if message is None else Message(data=message)
    return authenticate(parsed(document, messages=message is not None), trust, about)


def refusal(document: Document, trust: Trust, message: bytes | None = None) -> Refused:
    """Verify a bundle that must not count, and give the reason."""
    try:
        found = authentic(document, trust, message)
    except Refused as refused:
        return refused
    raise AssertionError(f"accepted: {found.signer}")


def check_refused(
    document: Document, trust: Trust, code: RejectCode, reason: str, message: bytes | None = None
) -> None:
    """Assert that a bundle is refused with this code, for a reason that holds this text."""
    found = refusal(document, trust, message)
    assert (found.code, reason in found.reason) == (code, True), (found.code, found.reason)
