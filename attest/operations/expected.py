"""Who must have signed, said without a policy file: keys, one identity, or a certificate of a private authority.

It becomes a policy like any other, so there is one way to decide, and the report shows what was decided by.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attest.domain.manifest import name_fault
from attest.errors import DocumentError, InputError, KeyFileError
from attest.operations.public_keys import read_public_key
from attest.policy import (
    Pinned,
    SigstoreRoot,
    TrustSection,
    certificate_policy,
    identity_policy,
    key_policy,
)
from attest.policy.pem import MAX_SIZE, certificates, pem_text
from attest.policy.template import Options
from attest.stores.beside import read_bounded

FOREVER = "9999-12-31T23:59:59Z"
MAX_ROOT = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The signer that counts, and what else is trusted or tolerated.

    `keys` are files with public keys; or `identity` (or an anchored `identity_pattern` with `identity_type`) and
    `issuer` with `claims`; or `authorities`, files with root certificates, and `subject`, `names` or `key_id` of the
    certificate. `trusted_root` is `production`, `staging` or a file; `timestamp_roots` are files with the PEM chains of
    timestamp authorities. `ignore_unsigned` accepts every file that nobody signed, `allow_ignored` those below paths
    that the signature leaves out (`any` for all of them), `allow_unsigned` exact names.
    """

    keys: tuple[str, ...] = ()
    identity: str = ""
    identity_pattern: str = ""
    identity_type: str = ""
    issuer: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)
    authorities: tuple[str, ...] = ()
    subject: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    key_id: str = ""
    trusted_root: str = ""
    timestamp_roots: tuple[str, ...] = ()
    allow_unsigned: tuple[str, ...] = ()
    allow_ignored: tuple[str, ...] = ()
    ignore_unsigned: bool = False
    allow_legacy: bool = False

    @property
    def given(self) -> int:
        """How many kinds of signers are named; exactly one can be."""
        identity = bool(self.identity or self.identity_pattern or self.issuer or self.claims)
        certificate = bool(self.authorities or self.subject or self.names or self.key_id)
        return bool(self.keys) + identity + certificate


def expected_policy(expected: Expected, *, expires: str = FOREVER, release: str = "", beside: str = "") -> str:
    """The text of the policy that `expected` stands for.

    `release` asks for the policy of a released model, by a signer of that name; a trusted root that lies in the folder
    `beside` is named without it.

    Raises InputError for options that do not fit together, KeyFileError for a file that holds something else.
    """
    if expected.given != 1:
        raise InputError(
            "exactly one kind of signer must be named",
            hint="--key FILE, or --identity TEXT --issuer URL, or --ca FILE with --subject, --san or --key-id.",
        )
    for name in expected.allow_unsigned:
        if fault := name_fault(name):
            raise InputError(f"--allow-unsigned {name!r}: {fault}", hint="Give the exact relative name of one file.")
    ignored = tuple(dict.fromkeys(expected.allow_ignored))
    root = _root(expected.trusted_root, beside) if expected.trusted_root else None
    options: Options = {
        "allow_unsigned": tuple(dict.fromkeys(expected.allow_unsigned)),
        "allow_unsigned_any": expected.ignore_unsigned,
        "allow_ignored": "any" if "any" in ignored else ignored,
        "trust": TrustSection(
            timestamp_authorities=tuple(_chain(path) for path in expected.timestamp_roots),
            # An identity names its trusted root itself.
            trusted_roots=(root,) if root and (expected.keys or expected.authorities) else (),
            allow_legacy=expected.allow_legacy,
        ),
        "release": release,
    }
    if expected.keys:
        keys = {key.id: key for key in map(read_public_key, expected.keys)}
        return key_policy(list(keys.values()), expires=expires, **options)
    if expected.authorities or expected.subject or expected.names or expected.key_id:
        return _by_certificate(expected, expires, options)
    if not expected.issuer:
        raise InputError(
            "an identity means nothing without who vouched for it",
            hint="Give --issuer too, such as https://token.actions.githubusercontent.com",
        )
    return identity_policy(
        issuer=expected.issuer,
        expires=expires,
        subject=expected.identity,
        subject_pattern=expected.identity_pattern,
        subject_type=expected.identity_type,
        claims=expected.claims,
        trust_root=root or SigstoreRoot(instance="production"),
        **options,
    )


def _by_certificate(expected: Expected, expires: str, options: Options) -> str:
    if not expected.authorities:
        raise InputError("--subject, --san and --key-id need --ca", hint="Give the authority's root certificate.")
    if not (expected.subject or expected.names or expected.key_id):
        raise InputError(
            "an authority certifies many, and nothing says whom you mean",
            hint="Add --subject, --san or --key-id; attest inspect BUNDLE shows what the certificate says.",
        )
    return certificate_policy(
        roots=[text for path in expected.authorities for text in _roots(path)],
        expires=expires,
        subject=expected.subject,
        names=expected.names,
        key=expected.key_id,
        **options,
    )


def _root(name: str, beside: str) -> SigstoreRoot:
    if name in {"production", "staging"}:
        return SigstoreRoot(instance=name)
    data = _read(name, MAX_ROOT, "trusted root")
    path = os.path.abspath(name)
    if beside and os.path.dirname(path) == os.path.abspath(beside):
        path = os.path.basename(path)
    return SigstoreRoot(file=Pinned(file=path, sha256=hashlib.sha256(data).hexdigest()))


def _chain(path: str) -> Pinned:
    text = _read(path, MAX_SIZE, "timestamp authority").decode("utf-8", "replace")
    # Written anew, as the policy's text will hold it.
    plain = "".join(pem_text(der) for der in _certificates(text, path))
    return Pinned(pem=plain, sha256=hashlib.sha256(plain.encode("utf-8")).hexdigest())


def _roots(path: str) -> Sequence[str]:
    text = _read(path, MAX_SIZE, "root certificate").decode("utf-8", "replace")
    return [pem_text(der) for der in _certificates(text, path)]


def _certificates(text: str, path: str) -> tuple[bytes, ...]:
    try:
        return certificates(text)
    except DocumentError as error:
        raise KeyFileError(f"{path!r}: {error.message}", hint="Give PEM certificates.") from error


def _read(path: str, limit: int, what: str) -> bytes:
    data = read_bounded(path, limit)
    if data is None:
        raise KeyFileError(f"there is no {what} at {path!r}", hint="Check the path.")
    return data
