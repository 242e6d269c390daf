"""The cases of the Sigstore client conformance suite under its names, put to `scripts/conformance_sigstore.py`.

Nothing of the suite is here: a loopback instance signs, and each case changes what its name says. Every case is
verified twice, as in the suite: with the artifact's file and with its digest. Names that end in `_fail` are to be
refused, each for its own reason.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from scripts.conformance_sigstore import main
from tests.conftest import ROOT
from tests.interop.loopback_signing import CI_VARIABLES
from tests.simulators import keys, pki
from tests.simulators.sigstore import log_v1, log_v2, trust
from tests.simulators.sigstore.identity import PERSON
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64, sha256

ARTIFACT = b"what is signed\n"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
NEW, OLD = "application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version="
Json = dict[str, Any]


def statement(artifact: bytes = ARTIFACT, kind: str | None = "https://in-toto.io/Statement/v1") -> bytes:
    """An in-toto statement about an artifact; None leaves its type out."""
    other = {"name": "other", "digest": {"sha256": "0" * 64}}
    document: Json = {
        "subject": [other, {"name": "a", "digest": {"sha256": _hex(artifact)}}],
        "predicateType": "https://example.com/predicate/v1",
        "predicate": {},
    }
    return json.dumps(document if kind is None else {"_type": kind, **document}).encode()


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(kw_only=True)
class Setup:
    """What one case is made of.

    `version` is Rekor's; `kind` the log entry's; `payload` a statement that is signed instead of the artifact. `when`
    is the moment of signing in seconds since the epoch; `expects` are the options that say who must have signed.
    """

    instance: LoopbackSigstore
    version: int = 1
    kind: str = "hashedrekord"
    payload: bytes | None = None
    managed: bool = False
    hash_name: str = "sha256"
    key_kind: str = "p256"
    artifact: bytes = ARTIFACT
    when: int = 0
    media_type: str = NEW
    key: keys.PrivateKey = field(init=False)
    chain: tuple[x509.Certificate, ...] = field(init=False, default=())
    signature: bytes = field(init=False)
    entry: Json = field(init=False)
    root: Json = field(init=False)
    bundle: Json = field(init=False)
    expects: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.when = self.when or int(time.time())
        self.key = keys.generate(self.key_kind)
        self.expects = ["--certificate-identity", PERSON, "--certificate-oidc-issuer", self.instance.issuer]

    @property
    def verifier(self) -> bytes:
        """The certificate or public key as PEM."""
        return keys.public_pem(self.key.public_key()) if self.managed else pki.pem(self.chain[0])

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return self.artifact if self.payload is None else log_v1.pae(PAYLOAD_TYPE, self.payload)

    @property
    def log_entry(self) -> Json:
        """The log entry of the bundle."""
        (entry,) = self.bundle["verificationMaterial"]["tlogEntries"]
        found: Json = entry
        return found

    def sign(self) -> None:
        """Have it certified, signed, logged and stamped."""
        self.instance.clock = lambda: self.when
        if not self.managed:
            self.chain = self.instance.certify(self.key)
        self.signature = keys.sign(self.key, self.message, keys.HASHES[self.hash_name])
        self.entry = self.logged()
        self.root = self.instance.trusted_root()
        self.bundle = self.made()

    def envelope(self) -> Json:
        """The DSSE envelope."""
        assert self.payload is not None
        return {"payload": b64(self.payload), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": b64(self.signature)}]}

    def logged(self) -> Json:
        """A new entry of the log about the signature."""
        if self.version == 2:
            return self.instance.rekor2.add(self._request())
        if self.kind == "intoto":
            return self.instance.add_intoto(self.envelope(), self.verifier)
        if self.kind == "dsse":
            return log_v1.transparency_log_entry(self.instance.rekor1.add(log_v1.dsse(self.envelope(), self.verifier)))
        digest = hashlib.new(self.hash_name, self.message).hexdigest()
        proposed = log_v1.hashedrekord(self.message, self.signature, self.verifier)
        proposed["spec"]["data"]["hash"] = {"algorithm": self.hash_name, "value": digest}
        return log_v1.transparency_log_entry(self.instance.rekor1.add(proposed))

    def _request(self) -> Json:
        request = log_v2.hashedrekord(self.message, self.signature, self.key.public_key())
        if not self.managed:
            verifier = request["hashedRekordRequestV002"]["signature"]["verifier"]
            del verifier["publicKey"]
            verifier["x509Certificate"] = {"rawBytes": b64(self.chain[0].public_bytes(Encoding.DER))}
        return request

    def made(self) -> Json:
        """The bundle, as a client of the time would write it."""
        ders = [{"rawBytes": b64(item.public_bytes(Encoding.DER))} for item in self.chain[:1]]
        if self.managed:
            material: Json = {"publicKey": {"hint": b64(sha256(keys.spki(self.key.public_key())))}}
        elif self.media_type.endswith(("=0.1", "=0.2")):
            material = {"x509CertificateChain": {"certificates": ders}}
        else:
            material = {"certificate": ders[0]}
        material["tlogEntries"] = [self.entry]
        bundle: Json = {"mediaType": self.media_type, "verificationMaterial": material}
        if self.payload is None:
            digest = {
                "algorithm": f"SHA2_{self.hash_name[3:]}",
                "digest": b64(hashlib.new(self.hash_name, self.artifact).digest()),
            }
            bundle["messageSignature"] = {"messageDigest": digest, "signature": b64(self.signature)}
        else:
            bundle["dsseEnvelope"] = self.envelope()
        if self.version == 2 or self.managed:
            self.stamp(self.instance.tsa.stamp(self.signature, when=_moment(self.when)), bundle=bundle)
        return bundle

    def stamp(self, *tokens: bytes, bundle: Json | None = None) -> None:
        """Replace the timestamps."""
        stamps = [{"signedTimestamp": b64(token)} for token in tokens]
        material = (self.bundle if bundle is None else bundle)["verificationMaterial"]
        material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}

    def again(self, **changes: Any) -> Setup:
        """Another signature by the same signer, with its own log entry."""
        other = Setup(
            instance=self.instance,
            version=self.version,
            kind=self.kind,
            payload=changes.get("payload", self.payload),
            managed=self.managed,
            artifact=changes.get("artifact", self.artifact),
            when=self.when,
            media_type=self.media_type,
        )
        other.key, other.chain = changes.get("key", self.key), changes.get("chain", self.chain)
        other.signature = keys.sign(other.key, other.message, keys.HASHES["sha256"])
        other.entry, other.root = other.logged(), self.root
        other.bundle = other.made()
        return other


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _text(seconds: int) -> str:
    return _moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, kw_only=True)
class Case:
    """How a case differs: options of its setup, what is done to the instance before signing, and to the rest after.

    `why` stands in the reason for a no.
    """

    base: Json = field(default_factory=dict)
    before: Callable[[Setup], object] | None = None
    after: Callable[[Setup], object] | None = None
    why: str = ""


V2: Json = {"version": 2}
DSSE: Json = {"payload": statement(), "kind": "dsse"}
DSSE_HASHED: Json = {"payload": statement()}
DSSE_V2: Json = {"payload": statement(), "version": 2}
INTOTO: Json = {"payload": statement(), "kind": "intoto", "media_type": OLD + "0.2"}
MANAGED: Json = {"managed": True}


def knob(**values: object) -> Callable[[Setup], None]:
    """Turn knobs of the v2 log."""

    def before(setup: Setup) -> None:
        for name, value in values.items():
            setattr(setup.instance.rekor2, name, value)

    return before


def fault(service: str, name: str) -> Callable[[Setup], object]:
    return lambda setup: setup.instance.faults.update({service: name})


def checkpoint(change: Callable[[list[str]], list[str]]) -> Callable[[Setup], None]:
    """Change the lines of the checkpoint, whatever its signature says then."""

    def after(setup: Setup) -> None:
        note = setup.log_entry["inclusionProof"]["checkpoint"]
        note["envelope"] = "\n".join(change(note["envelope"].split("\n")))

    return after


def without_line(number: int) -> Callable[[Setup], None]:
    return checkpoint(lambda lines: lines[:number] + lines[number + 1 :])


def _signatures(lines: list[str]) -> tuple[list[str], list[str]]:
    at = lines.index("") + 1
    return lines[:at], lines[at:-1]


def log_signature_last(lines: list[str]) -> list[str]:
    head, signatures = _signatures(lines)
    return [*head, *signatures[1:], signatures[0], ""]


def second_signature(lines: list[str]) -> list[str]:
    """One more line under the log's name, by a key with another hint."""
    head, signatures = _signatures(lines)
    dash, name, text = signatures[0].split(" ")
    other = b64(b"\x01\x02\x03\x04" + base64.b64decode(text)[4:])
    return [*head, f"{dash} {name} {other}", *signatures, ""]


def other_hint(lines: list[str]) -> list[str]:
    head, _ = _signatures(lines)
    return [*head, _signatures(second_signature(lines))[1][0], ""]


def other_name(lines: list[str]) -> list[str]:
    head, signatures = _signatures(lines)
    dash, _, text = signatures[0].split(" ")
    return [*head, f"{dash} somebody.example {text}", ""]


def no_log_signature(lines: list[str]) -> list[str]:
    head, signatures = _signatures(lines)
    return [*head, *signatures[1:], ""]


def body(change: Callable[[Json], object]) -> Callable[[Setup], None]:
    """Change the entry's body, and the proof with it: the log holds this entry alone."""

    def after(setup: Setup) -> None:
        document = json.loads(base64.b64decode(setup.log_entry["canonicalizedBody"]))
        change(document["spec"])
        setup.log_entry["canonicalizedBody"] = b64(json.dumps(document).encode())

    return after


def swap_signature(setup: Setup) -> None:
    """Another signature by the same key over the same bytes, which the log never saw."""
    other = setup.again()
    if setup.payload is None:
        setup.bundle["messageSignature"] = other.bundle["messageSignature"]
    else:
        setup.bundle["dsseEnvelope"] = other.bundle["dsseEnvelope"]
    _take_times(setup, other)


def swap_envelope(setup: Setup) -> None:
    """Another statement about the same artifact by the same key."""
    other = setup.again(payload=statement().replace(b'"predicate": {}', b'"predicate": {"other": 1}'))
    setup.bundle["dsseEnvelope"] = other.bundle["dsseEnvelope"]
    _take_times(setup, other)


def _take_times(setup: Setup, other: Setup) -> None:
    if times := other.bundle["verificationMaterial"].get("timestampVerificationData"):
        setup.bundle["verificationMaterial"]["timestampVerificationData"] = times


def swap_entry(**changes: Any) -> Callable[[Setup], None]:
    """The log entry of another signature by the same signer."""

    def after(setup: Setup) -> None:
        setup.bundle["verificationMaterial"]["tlogEntries"] = [setup.again(**changes).entry]

    return after


def foreign_signature(setup: Setup) -> None:
    """A signature over the same bytes by somebody else."""
    signature = b64(keys.sign(keys.generate(), setup.message))
    if setup.payload is None:
        setup.bundle["messageSignature"]["signature"] = signature
    else:
        setup.bundle["dsseEnvelope"]["signatures"][0]["sig"] = signature


def strangers_entry(setup: Setup) -> None:
    """An entry about these bytes by somebody with another certificate of the same instance."""
    key = keys.generate()
    setup.bundle["verificationMaterial"]["tlogEntries"] = [
        setup.again(key=key, chain=setup.instance.certify(key)).entry
    ]


def window(anchors: str, number: int = 0, **values: str) -> Callable[[Setup], None]:
    """Change when an anchor of the trusted root counts."""

    def after(setup: Setup) -> None:
        item = setup.root[anchors][number]
        item.get("publicKey", item)["validFor"].update(values)

    return after


def ends_at_signing(anchors: str, seconds: int = 0) -> Callable[[Setup], None]:
    return lambda setup: window(anchors, end=_text(setup.when + seconds))(setup)


def decoy(setup: Setup) -> None:
    """Before the real authority stands one whose intermediate has its very name and another key."""
    real = setup.instance.fulcio_intermediate
    other = pki.Authority.create("decoy root").intermediate(
        "sigstore intermediate", path_length=0, eku=(pki.CODE_SIGNING,)
    )
    assert other.certificate.subject == real.subject
    setup.root["certificateAuthorities"].insert(0, trust.authority("http://decoy", other.chain))


def stamped(**options: Any) -> Callable[[Setup], None]:
    """Another timestamp by the same authority: `seconds` off, over other `data`, with its certificate or without."""

    def after(setup: Setup) -> None:
        setup.instance.tsa.embed = options.get("embed")
        when = _moment(setup.when + options.get("seconds", 0))
        setup.stamp(setup.instance.tsa.stamp(options.get("data", setup.signature), when=when))

    return after


def stamped_by(make: Callable[[], Any], *, trusted: bool, embed: bool = True) -> Callable[[Setup], None]:
    """Replace the timestamp by one of another authority."""

    def after(setup: Setup) -> None:
        authority = make()
        authority.embed = embed
        setup.stamp(authority.stamp(setup.signature, when=_moment(setup.when)))
        if trusted:
            setup.root["timestampAuthorities"] = [trust.authority("http://tsa", authority.chain)]

    return after


def expired_authority() -> Any:
    """A timestamp authority all of whose certificates have run out since."""
    root = pki.Authority.create("old", not_before=pki.days(-30), not_after=pki.days(-5))
    return root.timestamp_authority(not_before=pki.days(-30), not_after=pki.days(-5))


def retired_leaf() -> Any:
    """One whose own certificate had run out when it signed."""
    return pki.Authority.create("new").timestamp_authority(not_before=pki.days(-30), not_after=pki.days(-20))


def two_timestamps(setup: Setup) -> None:
    tsa = setup.instance.tsa
    setup.stamp(*(tsa.stamp(setup.signature, when=_moment(setup.when + later)) for later in (0, 86_400)))


def borrowed_window(setup: Setup) -> None:
    ends_at_signing("timestampAuthorities", -60)(setup)
    setup.root["timestampAuthorities"].append(trust.authority("http://unrelated", []))


def canonical_only(setup: Setup) -> None:
    """No promise, no time, and no timestamp: a key needs none."""
    del setup.log_entry["inclusionPromise"]
    setup.log_entry["integratedTime"] = "0"
    del setup.bundle["verificationMaterial"]["timestampVerificationData"]


def key_alone(setup: Setup) -> None:
    """No evidence besides the signature, and a trusted root without any anchor."""
    setup.bundle["verificationMaterial"] = {"publicKey": setup.bundle["verificationMaterial"]["publicKey"]}
    setup.root = {"mediaType": setup.root["mediaType"]}


def late_log(setup: Setup) -> None:
    """The entry came an hour after the certificate had run out."""
    setup.instance.clock = lambda: setup.when + 3600
    setup.bundle["verificationMaterial"]["tlogEntries"] = [setup.logged()]


def other_ct_key(setup: Setup) -> None:
    setup.root["ctlogs"][0]["publicKey"]["rawBytes"] = b64(keys.spki(keys.generate().public_key()))


def forged_promise(setup: Setup) -> None:
    setup.log_entry["inclusionPromise"]["signedEntryTimestamp"] = b64(keys.sign(keys.generate(), b"promise"))


def corrupted_hash(setup: Setup) -> None:
    hashes = setup.log_entry["inclusionProof"]["hashes"]
    hashes[0] = b64(sha256(base64.b64decode(hashes[0])))


def material(setup: Setup) -> Json:
    found: Json = setup.bundle["verificationMaterial"]
    return found


def root_in_chain(setup: Setup) -> None:
    certificates = material(setup)["x509CertificateChain"]["certificates"]
    certificates += [{"rawBytes": b64(item.public_bytes(Encoding.DER))} for item in setup.chain[1:]]


PASS: dict[str, Case] = {
    "happy-path": Case(),
    "happy-path-v0.1": Case(base={"media_type": OLD + "0.1"}),
    "happy-path-v0.1 on P-384 with SHA-256": Case(base={"media_type": OLD + "0.1", "key_kind": "p384"}),
    "happy-path-v0.2": Case(base={"media_type": OLD + "0.2"}),
    "happy-path-v0.3": Case(base={"media_type": OLD + "0.3"}),
    "happy-path-v0.3-new-mediaType": Case(),
    "happy-path-intoto-in-dsse-v3": Case(base=DSSE),
    "dsse-with-hashedrekord-happy-path": Case(base=DSSE_HASHED),
    "bundle-with-sct-with-extensions": Case(
        before=lambda setup: setattr(setup.instance.authority.profile, "sct_extensions", b"\x00\x00\x05abcde")
    ),
    "sct-duplicate-intermediate-name": Case(after=decoy),
    "intoto-with-custom-trust-root": Case(base=INTOTO),
    # As private instances are deployed: nobody told the log the name of its own address.
    "intoto-with-custom-trust-root elsewhere": Case(
        base=INTOTO, after=lambda setup: setup.root["tlogs"][0].update(baseUrl="http://rekor.cluster.local:3000")
    ),
    "intoto-canonical-log-entry": Case(base={**INTOTO, **MANAGED, "media_type": NEW}, after=canonical_only),
    "managed-key-happy-path": Case(base=MANAGED),
    "managed-key-happy-path in rekor2": Case(base={**MANAGED, **V2}),
    "managed-key-happy-path with a statement": Case(base={**MANAGED, **DSSE}),
    "managed-key-and-trusted-root": Case(base=MANAGED, after=key_alone),
    "rekor2-happy-path": Case(base=V2),
    "rekor2-dsse-happy-path": Case(base=DSSE_V2),
    "rekor2-checkpoint-cosigned": Case(base=V2, before=knob(witnesses=1)),
    "rekor2-checkpoint-multiple-cosigs": Case(base=V2, before=knob(witnesses=3)),
    "rekor2-checkpoint-origin-not-first": Case(base=V2, before=knob(witnesses=2), after=checkpoint(log_signature_last)),
    "rekor2-checkpoint-two-sigs-cosigned": Case(base=V2, before=knob(witnesses=1), after=checkpoint(second_signature)),
    "rekor2-checkpoint-two-sigs-from-origin": Case(base=V2, after=checkpoint(second_signature)),
    "rekor2-timestamp-with-embedded-cert": Case(base=V2, after=stamped(embed=True)),
    "rekor2-timestamp-without-embedded-cert": Case(base=V2, after=stamped(embed=False)),
    "rekor2-timestamp-with-expired-cert-chain": Case(
        base={**V2, "when": int(time.time()) - 10 * 86_400}, after=stamped_by(expired_authority, trusted=True)
    ),
    "trust-root-tlog-validity-end-inclusive": Case(after=ends_at_signing("tlogs")),
    "trust-root-tsa-validity-end-inclusive": Case(base=V2, after=ends_at_signing("timestampAuthorities")),
}

FAIL: dict[str, Case] = {
    "bundle-empty-certificate-chain_fail": Case(
        base={"media_type": OLD + "0.1"},
        after=lambda setup: material(setup)["x509CertificateChain"].update(certificates=[]),
        why="the chain has 0 certificates",
    ),
    "bundle-invalid-base64-signature_fail": Case(
        after=lambda setup: setup.bundle["messageSignature"].update(signature="not*base64="),
        why="messageSignature.signature is not standard base64",
    ),
    "bundle-negative-log-index_fail": Case(
        after=lambda setup: setup.log_entry.update(logIndex="-1"), why="logIndex is no 64-bit number"
    ),
    "bundle-unknown-version_fail": Case(
        after=lambda setup: setup.bundle.update(mediaType=OLD + "99.9"), why="mediaType .*99.9' is unknown"
    ),
    "bundle-with-root-cert_fail": Case(
        base={"media_type": OLD + "0.1"}, after=root_in_chain, why="a root certificate stands in the bundle"
    ),
    "checkpoint-bad-keyhint_fail": Case(after=checkpoint(other_hint), why="the checkpoint is not signed by the log"),
    "checkpoint-wrong-roothash_fail": Case(
        before=fault("rekor", "wrong-checkpoint"), why="the root of the inclusion proof is not the one"
    ),
    "cve-2022-36056-swapped-tlog-entry_fail": Case(after=strangers_entry, why="another signature"),
    "cve-2022-36056-swapped-tlog-entry_fail by the same key": Case(after=swap_entry(), why="another signature"),
    "dsse-invalid-sig_fail": Case(base=DSSE, after=foreign_signature, why="the signature does not verify"),
    "dsse-mismatch-envelope_fail": Case(base=DSSE, after=swap_envelope, why="about another statement"),
    "dsse-mismatch-sig_fail": Case(base=DSSE, after=swap_signature, why="another signature"),
    "dsse-statement-missing-type_fail": Case(
        base={**MANAGED, **DSSE, "payload": statement(kind=None)}, why="_type is 'None'"
    ),
    "dsse-statement-unknown-type_fail": Case(
        base={**MANAGED, **DSSE, "payload": statement(kind="https://in-toto.io/Statement/v0.9")}, why="Statement/v0.9"
    ),
    "dsse-with-hashedrekord-invalid-sig_fail": Case(
        base=DSSE_HASHED, after=foreign_signature, why="the signature does not verify"
    ),
    "dsse-with-hashedrekord-mismatch-envelope_fail": Case(
        base=DSSE_HASHED, after=swap_envelope, why="about other bytes"
    ),
    "dsse-with-hashedrekord-mismatch-sig_fail": Case(base=DSSE_HASHED, after=swap_signature, why="another signature"),
    "dsse about another artifact": Case(
        base={**DSSE, "payload": statement(b"another")}, why="the artifact is no subject of the statement"
    ),
    "inclusion-proof-corrupted-hash_fail": Case(after=corrupted_hash, why="does not lead to its root"),
    "incorrect-public-key_fail": Case(
        after=body(
            lambda spec: spec["signature"]["publicKey"].update(
                content=b64(keys.public_pem(keys.generate().public_key()))
            )
        ),
        why="does not lead to its root",
    ),
    "integrated-time-in-future_fail": Case(after=late_log, why="expired at"),
    "intoto-expired-certificate_fail": Case(
        base=INTOTO, after=ends_at_signing("certificateAuthorities", -60), why="no authority of .* is trusted for"
    ),
    "intoto-log-entry-mismatch_fail": Case(
        base=INTOTO, after=swap_entry(payload=statement(b"another")), why="about another statement"
    ),
    "intoto-missing-inclusion-proof_fail": Case(
        base=INTOTO, after=lambda setup: setup.log_entry.pop("inclusionProof"), why="inclusionProof is not an object"
    ),
    "intoto-set-outside-signing-cert-validity_fail": Case(base=INTOTO, after=late_log, why="expired at"),
    "intoto-tsa-timestamp-outside-cert-validity_fail": Case(
        base=INTOTO, after=stamped(seconds=86_400), why="expired at"
    ),
    "invalid-checkpoint-signature_fail": Case(
        before=fault("rekor", "forged-checkpoint"), why="signature on the checkpoint does not verify"
    ),
    "invalid-ct-key_fail": Case(after=other_ct_key, why="the signed certificate timestamp does not verify"),
    "invalid-inclusion-proof_fail": Case(
        after=lambda setup: setup.log_entry["inclusionProof"].pop("checkpoint"), why="checkpoint is not an object"
    ),
    "invalid-inclusion-proof_fail of another entry": Case(
        after=lambda setup: setup.log_entry.update(inclusionProof=setup.again().entry["inclusionProof"]),
        why="does not lead to its root",
    ),
    "managed-key-no-key_fail": Case(
        base=MANAGED,
        after=lambda setup: setup.expects.__setitem__(
            slice(None), ["--certificate-identity", PERSON, "--certificate-oidc-issuer", setup.instance.issuer]
        ),
        why="no key is trusted here",
    ),
    "managed-key-with-unknown-log": Case(
        base=MANAGED, after=lambda setup: setup.root.pop("tlogs"), why="nobody to vouch for 1 log entries"
    ),
    "message-digest-mismatch_fail": Case(
        after=lambda setup: setup.bundle["messageSignature"]["messageDigest"].update(digest=b64(bytes(32))),
        why="message digest is not the artifact's",
    ),
    "rekor2-checkpoint-missing-log-signature_fail": Case(
        base=V2, before=knob(witnesses=1), after=checkpoint(no_log_signature), why="is not signed by the log"
    ),
    "rekor2-checkpoint-missing-log-signature_fail and no other": Case(
        base=V2, after=checkpoint(no_log_signature), why="the checkpoint"
    ),
    "rekor2-checkpoint-missing-origin_fail": Case(base=V2, after=without_line(0), why="the checkpoint is malformed"),
    "rekor2-checkpoint-missing-root-hash_fail": Case(base=V2, after=without_line(2), why="the checkpoint is malformed"),
    "rekor2-checkpoint-missing-size_fail": Case(base=V2, after=without_line(1), why="the checkpoint is malformed"),
    "rekor2-checkpoint-no-matching-signature_fail": Case(
        base=V2, after=checkpoint(other_name), why="is not signed by the log"
    ),
    "rekor2-dsse-invalid-sig_fail": Case(base=DSSE_V2, after=foreign_signature, why="the signature does not verify"),
    "rekor2-dsse-mismatch-envelope_fail": Case(base=DSSE_V2, after=swap_envelope, why="about other bytes"),
    "rekor2-dsse-mismatch-sig_fail": Case(base=DSSE_V2, after=swap_signature, why="another signature"),
    "rekor2-multiple-timestamps-one-outside-cert-validity_fail": Case(base=V2, after=two_timestamps, why="expired at"),
    "rekor2-no-inclusion-proof_fail": Case(
        base=V2, after=lambda setup: setup.log_entry.pop("inclusionProof"), why="inclusionProof is not an object"
    ),
    "rekor2-no-timestamp_fail": Case(
        base=V2,
        after=lambda setup: material(setup).pop("timestampVerificationData"),
        why="nothing trusted says when it was signed",
    ),
    "rekor2-timestamp-outside-trust-root-tsa-validity_fail": Case(
        base=V2, after=ends_at_signing("timestampAuthorities", -1), why="is not trusted for its time"
    ),
    "rekor2-timestamp-outside-tsa-cert-validity_fail": Case(
        base=V2, after=stamped_by(retired_leaf, trusted=True), why="a timestamp does not count"
    ),
    "rekor2-timestamp-payload-mismatch_fail": Case(
        base=V2, after=stamped(data=b"another signature"), why="a timestamp does not count"
    ),
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": Case(
        base=V2, after=stamped_by(pki.timestamp_authority, trusted=False), why="a timestamp does not count"
    ),
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": Case(
        base=V2, after=stamped_by(pki.timestamp_authority, trusted=False, embed=False), why="a timestamp does not count"
    ),
    "rekor2-timestamp-with-incorrect-time_fail": Case(base=V2, after=stamped(seconds=86_400), why="expired at"),
    "rekor2-timestamp-wrong-tsa-validity-borrow_fail": Case(
        base=V2, after=borrowed_window, why="is not trusted for its time"
    ),
    "set-invalid-signature_fail": Case(after=forged_promise, why="promise of inclusion does not verify"),
    "signature-mismatch_fail": Case(after=foreign_signature, why="the signature does not verify"),
    "trust-root-tlog-missing-validity-start_fail": Case(
        after=lambda setup: setup.root["tlogs"][0]["publicKey"]["validFor"].pop("start"), why="validFor.start"
    ),
    "wrong-hashedrekord-artifact_fail": Case(after=swap_entry(artifact=b"another"), why="about other bytes"),
    "wrong-hashedrekord-cert-and-sig_fail": Case(after=strangers_entry, why="another signature"),
    "wrong-hashedrekord-entry_fail": Case(after=swap_entry(artifact=b"yet another"), why="about other bytes"),
    "wrong-material_fail": Case(
        after=lambda setup: setattr(setup, "artifact", b"another"), why="message digest is not the artifact's"
    ),
}


def built(case: Case, instance: LoopbackSigstore, folder: Path) -> Setup:
    setup = Setup(instance=instance, **case.base)
    if setup.managed:
        (folder / "key.pub").write_bytes(keys.public_pem(setup.key.public_key()))
        setup.expects = ["--key", str(folder / "key.pub")]
    if case.before:
        case.before(setup)
    setup.sign()
    if case.after:
        case.after(setup)
    return setup


def verify(setup: Setup, folder: Path, artifact: object, *, root: bool = True) -> int:
    (folder / "bundle.sigstore.json").write_text(json.dumps(setup.bundle), encoding="utf-8")
    (folder / "trusted_root.json").write_text(json.dumps(setup.root), encoding="utf-8")
    trusted = ["--trusted-root", folder / "trusted_root.json"] if root else []
    fixed = ["verify-bundle", "--bundle", folder / "bundle.sigstore.json"]
    return main([str(item) for item in (*fixed, *setup.expects, *trusted, artifact)])


@pytest.fixture(params=["file", "digest"])
def artifact_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Setup], object]:
    """The artifact as the client gets it."""

    def argument(setup: Setup) -> object:
        if request.param == "digest":
            return f"sha256:{_hex(setup.artifact)}"
        (tmp_path / "a.txt").write_bytes(setup.artifact)
        return tmp_path / "a.txt"

    return argument


@pytest.fixture
def instance(loopback_rekor2: LoopbackSigstore) -> LoopbackSigstore:
    """Its log is never that of one leaf, whose proof would be empty."""
    for log in (loopback_rekor2.rekor1, loopback_rekor2.rekor2):
        if len(log.tree) < 2:
            log.prefill(5)
    return loopback_rekor2


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", PASS)
def test_verify(name: str, instance: LoopbackSigstore, tmp_path: Path, artifact_of: Callable[[Setup], object]) -> None:
    setup = built(PASS[name], instance, tmp_path)
    assert verify(setup, tmp_path, artifact_of(setup)) == 0


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", FAIL)
def test_verify_fail(
    name: str,
    instance: LoopbackSigstore,
    tmp_path: Path,
    artifact_of: Callable[[Setup], object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without what the case changes, it would have been a yes."""
    case = FAIL[name]
    if case.after:
        same = built(Case(base=case.base), instance, tmp_path)
        if not name.startswith(("dsse-statement", "dsse about")):
            assert verify(same, tmp_path, artifact_of(same)) == 0
    setup = built(case, instance, tmp_path)
    capsys.readouterr()
    assert verify(setup, tmp_path, artifact_of(setup)) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.search(case.why, captured.err), captured.err


# What is not a change of one bundle


@pytest.mark.parametrize("staging", [True, False])
def test_bundle_from_wrong_instance_fail(instance: LoopbackSigstore, tmp_path: Path, staging: bool) -> None:
    """Without a trusted root it is the embedded one of the public instance that counts."""
    setup = built(Case(), instance, tmp_path)
    (tmp_path / "a.txt").write_bytes(setup.artifact)
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 0
    setup.expects += ["--staging"] if staging else []
    assert verify(setup, tmp_path, tmp_path / "a.txt", root=False) == 1


@pytest.mark.parametrize("content", ["{", "", "[]", '{"mediaType": "x", "mediaType": "y"}', "\x00"])
def test_bundle_malformed_json_fail(instance: LoopbackSigstore, tmp_path: Path, content: str) -> None:
    setup = built(Case(), instance, tmp_path)
    digest = f"sha256:{_hex(setup.artifact)}"
    assert verify(setup, tmp_path, digest) == 0
    (tmp_path / "broken").write_text(content, encoding="utf-8")
    assert main(["verify-bundle", "--bundle", str(tmp_path / "broken"), *setup.expects, digest]) == 1


def test_managed_key_wrong_key_fail(instance: LoopbackSigstore, tmp_path: Path) -> None:
    setup = built(Case(base=MANAGED), instance, tmp_path)
    digest = f"sha256:{_hex(setup.artifact)}"
    assert verify(setup, tmp_path, digest) == 0
    (tmp_path / "key.pub").write_bytes(keys.public_pem(keys.generate().public_key()))
    assert verify(setup, tmp_path, digest) == 1


def test_managed_key_and_client_identity_fail(instance: LoopbackSigstore, tmp_path: Path) -> None:
    """Two kinds of signers at once are nobody, and so is none."""
    identity = ["--certificate-identity", PERSON, "--certificate-oidc-issuer", instance.issuer]
    for base in (MANAGED, {}):
        setup = built(Case(base=base), instance, tmp_path)
        digest = f"sha256:{_hex(setup.artifact)}"
        assert verify(setup, tmp_path, digest) == 0
        (tmp_path / "key.pub").write_bytes(keys.public_pem(setup.key.public_key()))
        for expects in ([*identity, "--key", str(tmp_path / "key.pub")], [], identity[:2], identity[2:]):
            setup.expects = expects
            assert verify(setup, tmp_path, digest) == 1
        setup.expects = ["--key", str(tmp_path / "key.pub")]
        assert verify(setup, tmp_path, digest) == (0 if base else 1)


@pytest.mark.parametrize("base", [{}, V2, DSSE, DSSE_V2])
def test_another_identity_or_issuer_fail(instance: LoopbackSigstore, tmp_path: Path, base: Json) -> None:
    setup = built(Case(base=base), instance, tmp_path)
    digest, issuer = f"sha256:{_hex(setup.artifact)}", instance.issuer
    assert verify(setup, tmp_path, digest) == 0
    for expected in ((PERSON.upper(), issuer), (PERSON[1:], issuer), (PERSON, issuer + "/"), (PERSON, issuer[:-1])):
        setup.expects = ["--certificate-identity", expected[0], "--certificate-oidc-issuer", expected[1]]
        assert verify(setup, tmp_path, digest) == 1


def test_a_digest_is_a_path_when_there_is_such_a_file(
    instance: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    setup = built(Case(), instance, tmp_path)
    digest = f"sha256:{_hex(setup.artifact)}"
    assert verify(setup, tmp_path, digest) == 0
    assert [verify(setup, tmp_path, text) for text in (digest.upper(), digest[:-1], digest[7:], "none")] == [1] * 4
    (tmp_path / digest).write_bytes(b"another")
    assert verify(setup, tmp_path, digest) == 1
    (tmp_path / digest).write_bytes(setup.artifact)
    assert verify(setup, tmp_path, digest) == 0


def test_a_rekor2_log_speaks_under_its_own_name(
    instance: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name is part of its identifier; the origin of a v1 log is whatever its host was called."""
    for log in (instance.rekor1, instance.rekor2):
        monkeypatch.setattr(log, "name", "host-5f7d")
        monkeypatch.setattr(log, "origin", "host-5f7d - 12" if log is instance.rekor1 else "host-5f7d")
    results = []
    for base in ({}, V2):
        setup = built(Case(base=base), instance, tmp_path)
        for anchor, name in zip(setup.root["tlogs"], (log_v1.NAME, log_v2.NAME), strict=True):
            anchor["baseUrl"] = f"https://{name}"
        results.append(verify(setup, tmp_path, f"sha256:{_hex(setup.artifact)}"))
    assert results == [0, 1]
    assert "the checkpoint is of the log 'host-5f7d'" in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "hash_name"), [("p384", "sha384"), ("p521", "sha512"), ("rsa", "sha512")])
def test_other_digests_need_the_file(
    instance: LoopbackSigstore, tmp_path: Path, kind: str, hash_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundle says which hash was signed; from a SHA-256 alone no other one can be known."""
    setup = built(Case(base={**MANAGED, "key_kind": kind, "hash_name": hash_name}), instance, tmp_path)
    (tmp_path / "a.txt").write_bytes(setup.artifact)
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 0
    assert verify(setup, tmp_path, f"sha256:{_hex(setup.artifact)}") == 1
    setup.bundle["messageSignature"]["messageDigest"] = {"algorithm": "SHA2_256", "digest": b64(sha256(ARTIFACT))}
    capsys.readouterr()
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 1
    assert "the signature does not verify" in capsys.readouterr().err


def test_ed25519_signs_the_message_itself(instance: LoopbackSigstore, tmp_path: Path) -> None:
    setup = Setup(instance=instance, managed=True, key_kind="ed25519")
    (tmp_path / "key.pub").write_bytes(keys.public_pem(setup.key.public_key()))
    setup.expects = ["--key", str(tmp_path / "key.pub")]
    setup.signature, setup.entry, setup.root = keys.sign(setup.key, ARTIFACT), {}, instance.trusted_root()
    setup.bundle = setup.made()
    key_alone(setup)
    (tmp_path / "a.txt").write_bytes(ARTIFACT)
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 0
    assert verify(setup, tmp_path, f"sha256:{_hex(ARTIFACT)}") == 1
    setup.signature = keys.sign(setup.key, b"another")
    setup.bundle["messageSignature"]["signature"] = b64(setup.signature)
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 1


def test_timestamps_wrapped_by_hand(instance: LoopbackSigstore, tmp_path: Path) -> None:
    """Some timestamps of the suite went through a tool that breaks lines; other clients skip line ends in base64."""
    setup = built(Case(base=V2), instance, tmp_path)
    (stamp,) = material(setup)["timestampVerificationData"]["rfc3161Timestamps"]
    stamp["signedTimestamp"] = base64.encodebytes(base64.b64decode(stamp["signedTimestamp"])).decode("ascii")
    assert "\n" in stamp["signedTimestamp"]
    assert verify(setup, tmp_path, f"sha256:{_hex(setup.artifact)}") == 0
    stamp["signedTimestamp"] = stamp["signedTimestamp"].replace("\n", " ")
    assert verify(setup, tmp_path, f"sha256:{_hex(setup.artifact)}") == 1


# Signing


@pytest.fixture
def signs(loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options of `sign-bundle` at an instance with Rekor v1, and one with v2."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = loopback_sigstore.write_trust(tmp_path / "trust").parent
    instance = [
        "--trusted-root",
        str(folder / "trusted_root.json"),
        "--signing-config",
        str(folder / "signing_config.json"),
    ]
    return ["--identity-token", loopback_sigstore.mint(), "--bundle", str(tmp_path / "bundle.json"), *instance]


def signed_verifies(instance: LoopbackSigstore, folder: Path, artifact: object) -> int:
    trusted = ["--trusted-root", folder / "trust" / "trusted_root.json", "--bundle", folder / "bundle.json"]
    expects = ["--certificate-identity", PERSON, "--certificate-oidc-issuer", instance.issuer]
    return main([str(item) for item in ("verify-bundle", *trusted, *expects, artifact)])


def test_sign_verify(loopback_sigstore: LoopbackSigstore, tmp_path: Path, signs: list[str]) -> None:
    """`test_simple`, `test_sign_verify_rekor2` and `test_sign_does_not_produce_root`."""
    (tmp_path / "a.txt").write_bytes(ARTIFACT)
    assert main(["sign-bundle", *signs, str(tmp_path / "a.txt")]) == 0
    bundle = json.loads((tmp_path / "bundle.json").read_bytes())
    assert bundle["mediaType"] == NEW
    assert bundle["messageSignature"]["messageDigest"] == {"algorithm": "SHA2_256", "digest": b64(sha256(ARTIFACT))}
    assert "dsseEnvelope" not in bundle
    assert "x509CertificateChain" not in bundle["verificationMaterial"]
    leaf = x509.load_der_x509_certificate(base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"]))
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    kind = bundle["verificationMaterial"]["tlogEntries"][0]["kindVersion"]
    assert kind == {"kind": "hashedrekord", "version": f"0.0.{loopback_sigstore.rekor_version}"}
    assert signed_verifies(loopback_sigstore, tmp_path, tmp_path / "a.txt") == 0
    assert signed_verifies(loopback_sigstore, tmp_path, f"sha256:{_hex(ARTIFACT)}") == 0
    (tmp_path / "a.txt").write_bytes(b"another")
    assert signed_verifies(loopback_sigstore, tmp_path, tmp_path / "a.txt") == 1


def test_sign_verify_dsse(loopback_sigstore: LoopbackSigstore, tmp_path: Path, signs: list[str]) -> None:
    """The envelope holds the statement's file as it is, and the bundle is about the statement's subject."""
    text = statement()
    (tmp_path / "statement.json").write_bytes(text)
    assert main(["sign-bundle", "--in-toto", *signs, str(tmp_path / "statement.json")]) == 0
    bundle = json.loads((tmp_path / "bundle.json").read_bytes())
    assert "messageSignature" not in bundle
    assert base64.b64decode(bundle["dsseEnvelope"]["payload"]) == text
    assert signed_verifies(loopback_sigstore, tmp_path, f"sha256:{_hex(ARTIFACT)}") == 0
    assert signed_verifies(loopback_sigstore, tmp_path, tmp_path / "statement.json") == 1
    (tmp_path / "bundle.json").unlink()
    (tmp_path / "statement.json").write_bytes(b"no statement")
    assert main(["sign-bundle", "--in-toto", *signs, str(tmp_path / "statement.json")]) == 1
    assert not (tmp_path / "bundle.json").exists()


@pytest.mark.parametrize("service", ["fulcio", "rekor", "tsa"])
def test_nothing_is_written_when_a_service_fails(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, signs: list[str], service: str
) -> None:
    (tmp_path / "a.txt").write_bytes(ARTIFACT)
    loopback_sigstore.faults[service] = "down"
    assert main(["sign-bundle", *signs, str(tmp_path / "a.txt")]) == 3
    assert not (tmp_path / "bundle.json").exists()


@pytest.mark.parametrize(
    ("service", "name"), [("rekor", "other-entry"), ("rekor", "forged-checkpoint"), ("tsa", "wrong-imprint")]
)
def test_a_message_signature_is_verified_before_it_leaves(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, signs: list[str], service: str, name: str
) -> None:
    (tmp_path / "a.txt").write_bytes(ARTIFACT)
    loopback_sigstore.faults[service] = name
    assert main(["sign-bundle", *signs, str(tmp_path / "a.txt")]) == 3
    assert not (tmp_path / "bundle.json").exists()


# The entry point


@pytest.mark.slow
@pytest.mark.timeout(600)  # it may have to make the environment first
def test_the_entry_point_from_elsewhere(instance: LoopbackSigstore, tmp_path: Path) -> None:
    """By its absolute path, in another working directory; nothing is said on standard output."""
    setup = built(Case(base=V2), instance, tmp_path)
    (tmp_path / "a.txt").write_bytes(setup.artifact)
    assert verify(setup, tmp_path, tmp_path / "a.txt") == 0
    command = [str(ROOT / "scripts" / "conformance-sigstore"), "verify-bundle", "--bundle", "bundle.sigstore.json"]
    for root, code in ((["--trusted-root", "trusted_root.json"], 0), ([], 1)):
        done = subprocess.run(
            [*command, *setup.expects, *root, "a.txt"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
