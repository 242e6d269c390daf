"""A Sigstore trusted root: the authorities, logs and timestamp authorities of one instance, each with its time.

It is an argument of every verification and never found in a bundle. Production and staging come from the installed
`sigstore` package, which ships them as data; reading them imports nothing of it but its empty root.
Source: Sigstore protobuf specifications, `trustroot/v1`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from attest.domain.bundle import decode_base64
from attest.domain.strict_json import Json, JsonObject, Limits, as_list, as_object, as_string, parse
from attest.errors import AttestError, DocumentError, InputError
from attest.signing.keys import PublicKey, as_public_key
from attest.signing.material.certificates import CertificateFault, load_certificate

T = TypeVar("T")
LIMITS = Limits(size=4 << 20, depth=32, nodes=20_000)
MAX_ENTRIES = 100
MEDIA_TYPES = (
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
)
INSTANCES = {
    "production": "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev",
    "staging": "https%3A%2F%2Ftuf-repo-cdn.sigstage.dev",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When an anchor counts, both ends inside; `end` is None while it has none."""

    start: datetime
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """True when `at` lies inside."""
        return self.start <= at and (self.end is None or at <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate or timestamp authority: its chain as listed, the root last."""

    name: str
    chain: tuple[x509.Certificate, ...]
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A transparency log: its name (the host in its address), its key, and the identifier that entries carry."""

    name: str
    key_id: bytes
    key: PublicKey
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot:
    """One instance. `label` names it in policies and evidence: `sigstore:production`, or `sha256:` and the digest of
    its file. `newest` is when its latest anchor started: how old the copy is at least."""

    label: str
    authorities: tuple[Authority, ...]
    logs: tuple[LogKey, ...]
    certificate_logs: tuple[LogKey, ...]
    timestamp_authorities: tuple[Authority, ...]

    @property
    def newest(self) -> datetime:
        """The latest start of any anchor."""
        windows = [item.window for item in (*self.authorities, *self.timestamp_authorities)]
        windows += [item.window for item in (*self.logs, *self.certificate_logs)]
        return max((window.start for window in windows), default=datetime.min.replace(tzinfo=UTC))


def embedded_root(instance: str) -> TrustedRoot:
    """The copy of `production` or `staging` that came with the installed sigstore package.

    Raises InputError for another name, DocumentError when the copy cannot be read.
    """
    if instance not in INSTANCES:
        raise InputError(f"there is no embedded trusted root {instance!r}", hint="Use production, staging or a file.")
    data = resources.files("sigstore").joinpath("_store", INSTANCES[instance], "trusted_root.json").read_bytes()
    return parse_trusted_root(data, f"sigstore:{instance}", what=f"the embedded trusted root of {instance}")


def parse_trusted_root(data: bytes, label: str = "", *, what: str = "the trusted root") -> TrustedRoot:
    """Read a `trusted_root.json`. Raises DocumentError when it is none, or an anchor in it is damaged."""
    table = as_object(parse(data, LIMITS, what), what)
    if table.get("mediaType") not in MEDIA_TYPES:
        raise DocumentError(
            f"{what} has the mediaType {str(table.get('mediaType'))[:80]!r}",
            hint="Give a trusted_root.json, as `sigstore trust-instance` or an instance's TUF repository has it.",
        )
    return TrustedRoot(
        label=label or f"sha256:{hashlib.sha256(data).hexdigest()}",
        authorities=_each(table, "certificateAuthorities", _authority, what),
        logs=_each(table, "tlogs", _log, what),
        certificate_logs=_each(table, "ctlogs", _log, what),
        timestamp_authorities=_each(table, "timestampAuthorities", _authority, what),
    )


def _each(table: JsonObject, member: str, read: Callable[[JsonObject, str], T | None], what: str) -> tuple[T, ...]:
    value = table.get(member)
    items = [] if value is None else as_list(value, f"{what}: {member}")
    if len(items) > MAX_ENTRIES:
        raise DocumentError(f"{what} lists {len(items)} {member}; at most {MAX_ENTRIES} are read")
    found = [read(as_object(item, member), f"{what}: {member}[{at}]") for at, item in enumerate(items)]
    return tuple(item for item in found if item is not None)


def _authority(item: JsonObject, where: str) -> Authority | None:
    chain = as_object(item.get("certChain", {}), f"{where}.certChain")
    window = _window(item.get("validFor"), where)
    ders = [
        decode_base64(as_object(one, where).get("rawBytes"), f"{where}.rawBytes")
        for one in as_list(chain.get("certificates", []), f"{where}.certificates")
    ]
    if not ders:  # it can vouch for nothing
        return None
    try:
        certificates = tuple(load_certificate(der) for der in ders)
    except CertificateFault as fault:
        raise DocumentError(f"{where}: {fault}") from fault
    return Authority(name=_host(item.get("uri")), chain=certificates, window=window)


def _log(item: JsonObject, where: str) -> LogKey | None:
    material = as_object(item.get("publicKey"), f"{where}.publicKey")
    window = _window(material.get("validFor"), where)
    raw = decode_base64(material.get("rawBytes"), f"{where}.rawBytes")
    key_id = decode_base64(as_object(item.get("logId"), f"{where}.logId").get("keyId"), f"{where}.keyId")
    try:
        key = as_public_key(serialization.load_der_public_key(raw), where)
    except UnsupportedAlgorithm:
        return None  # a key that cannot be used here verifies nothing
    except (ValueError, AttestError) as error:
        raise DocumentError(f"{where}: its public key cannot be read: {error}") from error
    return LogKey(name=_host(item.get("baseUrl")), key_id=key_id, key=key, window=window)


def _window(value: Json, where: str) -> Window:
    # An anchor without a beginning would have vouched for all the past.
    table = as_object(value, f"{where}.validFor")
    end = table.get("end")
    return Window(
        start=_moment(table.get("start"), f"{where}.validFor.start"),
        end=None if end is None else _moment(end, f"{where}.validFor.end"),
    )


def _moment(value: Json, where: str) -> datetime:
    text = as_string(value, where)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DocumentError(f"{where} {text[:40]!r} is no time") from None
    if moment.tzinfo is None:
        raise DocumentError(f"{where} {text[:40]!r} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise DocumentError(f"{where} {text[:40]!r} is no time") from None


def _host(value: Json) -> str:
    text = value if isinstance(value, str) else ""
    return text.partition("://")[2].partition("/")[0] or text or "unnamed"
