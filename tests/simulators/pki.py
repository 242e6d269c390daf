"""A private certificate authority: roots, intermediates and leaves, well made or wrong in one chosen way.

Every knob has the value of a well-made certificate as its default, so that a test names only what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.simulators import keys
from tests.simulators.tsa import TimestampAuthority

CODE_SIGNING = ExtendedKeyUsageOID.CODE_SIGNING
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
UNKNOWN_CRITICAL = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00")
ORGANIZATION = "attest tests"

Extensions = Sequence[tuple[x509.ExtensionType, bool]]
Oids = Iterable[x509.ObjectIdentifier]


def now() -> datetime:
    """The time, in whole seconds of UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def days(count: float) -> datetime:
    """So many days from now; negative for the past."""
    return now() + timedelta(days=count)


def name(common_name: str) -> x509.Name:
    """A distinguished name in the organization of the tests; an empty common name gives an empty name."""
    if not common_name:
        return x509.Name([])
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*, digital_signature: bool = False, ca: bool = False, other: bool = False) -> x509.KeyUsage:
    """Usages of a signer, of an authority, or (other) of neither: key encipherment."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=other,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def certify(
    *,
    subject: x509.Name,
    public_key: keys.PublicKey,
    issuer: x509.Name,
    issuer_key: keys.PrivateKey,
    not_before: datetime,
    not_after: datetime,
    extensions: Extensions,
    hash_name: str | None = None,
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate with exactly these extensions, in this order, and the two key identifiers before them."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        return builder.sign(issuer_key, None)
    return builder.sign(issuer_key, keys.HASHES[hash_name] if hash_name else keys.natural_hash(issuer_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority: its key, its certificate, and the authority above it unless it is a root."""

    key: keys.PrivateKey
    certificate: x509.Certificate
    parent: Authority | None = None

    @classmethod
    def create(
        cls,
        common_name: str = "root",
        *,
        key: keys.PrivateKey | str = "p384",
        parent: Authority | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        path_length: int | None = None,
        ca: bool = True,
        usage: x509.KeyUsage | None = None,
        eku: Oids = (),
        unknown_critical: bool = False,
        hash_name: str | None = None,
    ) -> Authority:
        """A root, or with a parent an intermediate. `ca=False` makes an authority that must not be one."""
        own = keys.generate(key) if isinstance(key, str) else key
        extensions = [
            (x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), True),
            (usage or key_usage(ca=True), True),
            *_optional(eku, unknown_critical=unknown_critical),
        ]
        certificate = certify(
            subject=name(common_name),
            public_key=own.public_key(),
            issuer=parent.certificate.subject if parent else name(common_name),
            issuer_key=parent.key if parent else own,
            not_before=not_before or days(-1),
            not_after=not_after or days(3650),
            extensions=extensions,
            hash_name=hash_name,
        )
        return cls(key=own, certificate=certificate, parent=parent)

    def intermediate(
        self,
        common_name: str = "intermediate",
        *,
        key: keys.PrivateKey | str = "p384",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        path_length: int | None = None,
        ca: bool = True,
        usage: x509.KeyUsage | None = None,
        eku: Oids = (),
        unknown_critical: bool = False,
        hash_name: str | None = None,
    ) -> Authority:
        """An authority below this one; the knobs are those of create()."""
        return Authority.create(
            common_name,
            key=key,
            parent=self,
            not_before=not_before,
            not_after=not_after,
            path_length=path_length,
            ca=ca,
            usage=usage,
            eku=eku,
            unknown_critical=unknown_critical,
            hash_name=hash_name,
        )

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates from this authority up to its root, both included."""
        return (self.certificate, *(self.parent.chain if self.parent else ()))

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """The chain without its root."""
        return self.chain[:-1]

    @property
    def root(self) -> x509.Certificate:
        """The root to trust."""
        return self.chain[-1]

    def leaf(
        self,
        key: keys.PrivateKey | keys.PublicKey,
        subject: str | x509.Name = "signer",
        *,
        emails: Iterable[str] = (),
        uris: Iterable[str] = (),
        names: Iterable[str] = (),
        eku: Oids = (CODE_SIGNING,),
        eku_critical: bool = False,
        usage: x509.KeyUsage | None = None,
        without_usage: bool = False,
        ca: bool | None = False,
        path_length: int | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        unknown_critical: bool = False,
        hash_name: str | None = None,
        extensions: Extensions = (),
    ) -> x509.Certificate:
        """A certificate for `key`.

        `names` are DNS names; `eku=()` leaves the extended key usage out, `without_usage` the key usage, `ca=None` the
        basic constraints; `hash_name` is the digest of the issuer's signature; `extensions` come last.
        """
        public = key if isinstance(key, keys.PublicKey) else key.public_key()
        alternatives: list[x509.GeneralName] = [x509.RFC822Name(item) for item in emails]
        alternatives += [x509.UniformResourceIdentifier(item) for item in uris]
        alternatives += [x509.DNSName(item) for item in names]
        subject_name = name(subject) if isinstance(subject, str) else subject
        listed: list[tuple[x509.ExtensionType, bool]] = []
        if ca is not None:
            listed.append((x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), True))
        if not without_usage:
            listed.append((usage or key_usage(digital_signature=True, ca=bool(ca)), True))
        if alternatives:
            # Critical exactly when the subject is empty (RFC 5280, 4.2.1.6).
            listed.append((x509.SubjectAlternativeName(alternatives), not list(subject_name)))
        listed += _optional(eku, eku_critical=eku_critical, unknown_critical=unknown_critical)
        return certify(
            subject=subject_name,
            public_key=public,
            issuer=self.certificate.subject,
            issuer_key=self.key,
            not_before=not_before or days(-1),
            not_after=not_after or days(365),
            extensions=[*listed, *extensions],
            hash_name=hash_name,
        )

    def timestamp_authority(
        self,
        *,
        key: keys.PrivateKey | str = "p256",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        eku: Oids = (TIME_STAMPING,),
        eku_critical: bool = True,
        usage: x509.KeyUsage | None = None,
    ) -> TimestampAuthority:
        """A timestamp authority whose certificate this authority issues; its other knobs are its attributes."""
        own = keys.generate(key) if isinstance(key, str) else key
        leaf = self.leaf(
            own,
            "timestamps",
            eku=eku,
            eku_critical=eku_critical,
            usage=usage,
            not_before=not_before,
            not_after=not_after or days(3000),
        )
        return TimestampAuthority(key=own, chain=(leaf, *self.chain))


def _optional(
    eku: Oids, *, eku_critical: bool = False, unknown_critical: bool = False
) -> list[tuple[x509.ExtensionType, bool]]:
    listed: list[tuple[x509.ExtensionType, bool]] = []
    usages = list(eku)
    if usages:
        listed.append((x509.ExtendedKeyUsage(usages), eku_critical))
    if unknown_critical:
        listed.append((UNKNOWN_CRITICAL, True))
    return listed


def timestamp_authority(
    *,
    key: keys.PrivateKey | str = "p256",
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    eku: Oids = (TIME_STAMPING,),
    eku_critical: bool = True,
    intermediate: bool = False,
) -> TimestampAuthority:
    """A timestamp authority below a private root of its own, with an intermediate between them if asked."""
    issuer = Authority.create("timestamp root")
    if intermediate:
        issuer = issuer.intermediate("timestamp intermediate")
    return issuer.timestamp_authority(
        key=key, not_before=not_before, not_after=not_after, eku=eku, eku_critical=eku_critical
    )


def pem(*certificates: x509.Certificate) -> bytes:
    """PEM blocks, in the order given."""
    return b"".join(item.public_bytes(Encoding.PEM) for item in certificates)


def write_pem(path: Path, *certificates: x509.Certificate) -> Path:
    """Write certificates as one PEM file; returns its path."""
    path.write_bytes(pem(*certificates))
    return path


def write_key(path: Path, key: keys.PrivateKey, password: bytes | None = None) -> Path:
    """Write a private key as PKCS#8 PEM for its owner alone; returns its path."""
    path.touch(mode=0o600)
    path.write_bytes(keys.private_pem(key, password))
    return path
