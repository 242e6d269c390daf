"""Trust anchors from files: roots of private authorities, timestamp authorities, Sigstore trusted roots."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime

from cryptography import x509

from attest.errors import KeyFileError
from attest.signing.material.certificates import fingerprint, read_pem_certificates
from attest.signing.material.trusted_root import (
    LIMITS,
    Authority,
    TrustedRoot,
    Window,
    embedded_root,
    parse_trusted_root,
)

_ALWAYS = Window(start=datetime(1970, 1, 1, tzinfo=UTC))


def read_small(path: str, limit: int = LIMITS.size) -> bytes:
    """The bytes of a small regular file. Raises KeyFileError."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no path"
        raise KeyFileError(f"{path!r} cannot be read: {reason}", hint="Check the path.") from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise KeyFileError(f"{path!r} is no regular file", hint="Check the path.")
    with os.fdopen(fd, "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise KeyFileError(f"{path!r} is larger than {limit} bytes")
    return data


def read_trusted_root(name: str) -> TrustedRoot:
    """The trusted root `production` or `staging`, or the one in a file."""
    if name in {"production", "staging"}:
        return embedded_root(name)
    return parse_trusted_root(read_small(name), what=f"the trusted root {name!r}")


def read_authority(path: str) -> Authority:
    """A timestamp authority from a PEM file; see `authority_of`."""
    return authority_of(read_small(path), repr(path))


def authority_of(pem: bytes, what: str) -> Authority:
    """A timestamp authority from a PEM chain: [its certificate,] [intermediates,] root last.

    It is trusted without an end: a PEM file has nothing to say about one. Raises KeyFileError.
    """
    chain = read_pem_certificates(pem, what)
    root = chain[-1]
    if root.subject != root.issuer:
        raise KeyFileError(f"{what} does not end with a root certificate", hint="Put the root last in the file.")
    name = chain[0].subject.rfc4514_string()[:200] or fingerprint(root)[:19]
    return Authority(name=name, chain=chain, window=_ALWAYS)


def roots_of(pem: bytes, what: str) -> tuple[x509.Certificate, ...]:
    """The root certificates of a PEM file. Raises KeyFileError."""
    return read_pem_certificates(pem, what)
