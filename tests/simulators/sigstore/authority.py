"""Fulcio and its certificate transparency log: certificates for identities, with embedded SCTs (RFC 6962).

Faults of `fulcio`: `no-sct`, `wrong-sct` (signed by another key under the log's id), `unknown-sct` (by a log that
nobody knows), `other-key` (a certificate for another key than the request's).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.simulators import der, keys, pki
from tests.simulators.sigstore.claims import ARC, alternative_name, extension_values
from tests.simulators.sigstore.state import VALID_FROM, State, sha256

SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


@dataclass(slots=True, kw_only=True)
class Profile:
    """What issued certificates say. None as a value means: as Fulcio does; an empty `eku` or `alternatives`: left out.

    `omit` holds arcs of extensions to leave out; `raw` the exact bytes of extensions by their arcs, for example a value
    that is not wrapped in DER; `scts` is the number of SCTs, all different.
    """

    minutes: float = 10
    alternatives: list[x509.GeneralName] | None = None
    eku: tuple[x509.ObjectIdentifier, ...] = (pki.CODE_SIGNING,)
    eku_critical: bool = False
    usage: x509.KeyUsage | None = None
    ca: bool | None = None
    omit: set[int] = field(default_factory=set)
    raw: dict[int, bytes] = field(default_factory=dict)
    unknown_critical: bool = False
    scts: int = 1
    sct_extensions: bytes = b""
    subject: str = ""


class CertificateAuthority:
    """Issues short-lived certificates from an intermediate authority, and logs them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.profile = Profile()
        self.faults = state.active("fulcio")
        self.ct_key = state.key("ctlog")
        self.ct_id = sha256(keys.spki(self.ct_key.public_key()))
        root_key = state.key("fulcio-root", "p384")
        root = state.certificate(
            "fulcio-root",
            lambda: (
                pki.Authority.create("sigstore root", key=root_key, path_length=1, not_before=VALID_FROM).certificate
            ),
        )
        self.root = pki.Authority(key=root_key, certificate=root)
        self._key = state.key("fulcio-intermediate", "p384")
        certificate = state.certificate("fulcio-intermediate", lambda: self._make_intermediate().certificate)
        self.intermediate = pki.Authority(key=self._key, certificate=certificate, parent=self.root)
        self._original = self.intermediate

    def reset(self) -> None:
        """Knobs back to their defaults, and the first intermediate authority back in office."""
        self.profile = Profile()
        self.intermediate = self._original

    def renew_intermediate(self, not_before: datetime | None = None, not_after: datetime | None = None) -> None:
        """Replace the intermediate certificate by one of the same key with another validity."""
        self.intermediate = self._make_intermediate(not_before, not_after)

    def _make_intermediate(
        self, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> pki.Authority:
        return self.root.intermediate(
            "sigstore intermediate",
            key=self._key,
            path_length=0,
            eku=(pki.CODE_SIGNING,),
            not_before=not_before or VALID_FROM,
            not_after=not_after,
        )

    def issue(self, claims: dict[str, Any], csr: x509.CertificateSigningRequest) -> tuple[x509.Certificate, ...]:
        """The leaf for an identity, the intermediate and the root; ValueError for a bad request."""
        if not csr.is_signature_valid:
            raise ValueError("the signature of the request is invalid")
        key = keys.supported(csr.public_key())
        if "other-key" in self.faults:
            key = keys.generate("p256").public_key()
        extensions = self._extensions(claims)
        start, serial = self.state.now(), x509.random_serial_number()
        if "no-sct" not in self.faults:
            # An SCT covers the certificate without the SCT extension, which has to be the last.
            tbs = self._certify(key, start, serial, extensions).tbs_certificate_bytes
            extensions.append((self._sct_list(tbs), False))
        return (self._certify(key, start, serial, extensions), *self.intermediate.chain)

    def _certify(
        self, key: keys.PublicKey, start: datetime, serial: int, extensions: list[tuple[x509.ExtensionType, bool]]
    ) -> x509.Certificate:
        return pki.certify(
            subject=pki.name(self.profile.subject),
            public_key=key,
            issuer=self.intermediate.certificate.subject,
            issuer_key=self.intermediate.key,
            not_before=start,
            not_after=start + timedelta(minutes=self.profile.minutes),
            extensions=extensions,
            serial=serial,
        )

    def _extensions(self, claims: dict[str, Any]) -> list[tuple[x509.ExtensionType, bool]]:
        profile = self.profile
        listed: list[tuple[x509.ExtensionType, bool]] = []
        listed.append((profile.usage or pki.key_usage(digital_signature=True), True))
        if profile.eku:
            listed.append((x509.ExtendedKeyUsage(profile.eku), profile.eku_critical))
        if profile.ca is not None:
            listed.append((x509.BasicConstraints(ca=profile.ca, path_length=None), True))
        names = [alternative_name(claims)] if profile.alternatives is None else profile.alternatives
        if names:
            # Critical, because the subject is empty.
            listed.append((x509.SubjectAlternativeName(names), True))
        values = {**extension_values(claims), **profile.raw}
        for arc in sorted(values.keys() - profile.omit):
            oid = x509.ObjectIdentifier(ARC + str(arc))
            listed.append((x509.UnrecognizedExtension(oid, values[arc]), False))
        if profile.unknown_critical:
            listed.append((pki.UNKNOWN_CRITICAL, True))
        return listed

    def _sct_list(self, tbs: bytes) -> x509.UnrecognizedExtension:
        """The extension with one or more SCTs over a TBSCertificate (RFC 6962, 3.2 and 3.3)."""
        milliseconds = int(self.state.seconds() * 1000)
        entries = b""
        for number in range(self.profile.scts):
            sct = self._sct(tbs, milliseconds + number)
            entries += struct.pack("!H", len(sct)) + sct
        return x509.UnrecognizedExtension(SCT_LIST, der.octets(struct.pack("!H", len(entries)) + entries))

    def _sct(self, tbs: bytes, milliseconds: int) -> bytes:
        key, log_id = self.ct_key, self.ct_id
        if "wrong-sct" in self.faults or "unknown-sct" in self.faults:
            key = self.state.key("ctlog-forger")
        if "unknown-sct" in self.faults:
            log_id = sha256(keys.spki(key.public_key()))
        signed = (
            struct.pack("!BBQH", 0, 0, milliseconds, 1)
            + sha256(keys.spki(self.intermediate.key.public_key()))
            + len(tbs).to_bytes(3, "big")
            + tbs
            + (extensions := struct.pack("!H", len(self.profile.sct_extensions)) + self.profile.sct_extensions)
        )
        signature = keys.sign(key, signed, hashes.SHA256())
        head = b"\x00" + log_id + struct.pack("!Q", milliseconds) + extensions
        return head + b"\x04\x03" + struct.pack("!H", len(signature)) + signature
