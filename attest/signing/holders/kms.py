"""What the key services share: a time limit, one set of errors, and a check of every answer.

Invariants: no call outlasts its limit, whatever the service's library does; a signature leaves only if it verifies with
the public key that was read at the start; the name of the key is in errors and nowhere else, above all in no bundle;
no error holds a library's own text, which may quote a request. Secrets come from each service's usual environment.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from attest.errors import AttestError, InputError, KeyFileError, UndecidedError
from attest.signing.keys import PublicKey, as_public_key
from attest.signing.services.deadline import within

if TYPE_CHECKING:
    from securesystemslib.signer import Signer, SSlibKey

T = TypeVar("T")
LIMIT = 30.0
"""Seconds that one call may take, with all that its library does in it: credentials, retries, name look-up."""
MAX_NAME = 2_048
_NOWHERE = logging.NullHandler()
Trouble = Literal["unreachable", "credentials", "forbidden", "unknown", "unusable", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A key service: `name` for people, `credentials` where its secrets come from, `trouble` reads its exceptions.

    `trouble` answers with the sort of trouble and a short code that is safe to show, such as a class or error name.
    """

    name: str
    credentials: str
    trouble: Callable[[Exception], tuple[Trouble, str]]

    def ask(self, key: str, question: Callable[[], T], limit: float) -> T:
        """What `question` returns, within `limit` seconds.

        Raises UndecidedError when the service is out of reach, silent or broken; KeyFileError when it says no.
        """
        try:
            # No library of these bounds the whole of a call.
            return within(limit, f"{self.name}, asked for the key {key!r},", question)
        except AttestError:
            raise
        except Exception as error:
            kind, code = self.trouble(error)
            raise self._explained(kind, key, code) from error

    def _explained(self, kind: Trouble, key: str, code: str) -> AttestError:
        match kind:
            case "unreachable":
                return UndecidedError(
                    f"{self.name} cannot be reached for the key {key!r} ({code})",
                    hint="Check the network and the service's address, then run this again.",
                )
            case "credentials":
                return KeyFileError(
                    f"{self.name} has no credentials that it accepts for the key {key!r} ({code})",
                    hint=self.credentials,
                )
            case "forbidden":
                return KeyFileError(
                    f"{self.name} does not permit the use of the key {key!r} ({code})",
                    hint="Let this identity read the public key and sign with it.",
                )
            case "unknown":
                return KeyFileError(f"{self.name} has no key {key!r} ({code})", hint="Check the name and the region.")
            case "unusable":
                return KeyFileError(
                    f"the key {key!r} of {self.name} cannot sign here ({code})",
                    hint="Use an enabled signing key: ECDSA on P-256 or P-384, or RSA with PKCS #1 v1.5 and SHA-256.",
                )
            case _:
                return UndecidedError(f"{self.name} failed for the key {key!r} ({code})", hint="Run this again later.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsKey:
    """A key in a service; see `attest.signing.signer.KeyHolder`. `remote` signs a message, with ECDSA in ASN.1 DER."""

    public: PublicKey
    service: Service
    name: str
    remote: Callable[[bytes], bytes]
    limit: float

    def sign(self, data: bytes) -> bytes:
        """See `KeyHolder.sign`. Raises UndecidedError, too, when the answer does not verify."""
        signature = self.service.ask(self.name, lambda: self.remote(data), self.limit)
        if not self.public.verifies(signature, data):
            raise UndecidedError(
                f"{self.service.name} answered with a signature that does not verify with the key {self.name!r}",
                hint="The key may have been rotated just now; run this again.",
            )
        return signature


def opened(service: Service, name: str, signer: Signer, public: PublicKey, limit: float) -> KmsKey:
    """A key holder over a signer of securesystemslib, which hashes here and sends the digest."""
    return KmsKey(
        public=public,
        service=service,
        name=name,
        remote=lambda data: bytes.fromhex(signer.sign(data).signature),
        limit=limit,
    )


def public_of(key: SSlibKey, service: Service, name: str) -> PublicKey:
    """The public key that securesystemslib imported.

    Raises KeyFileError for a kind that cannot verify here, UndecidedError when it cannot be read.
    """
    try:
        loaded = serialization.load_pem_public_key(str(key.keyval["public"]).encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UndecidedError(f"{service.name} answered with no public key for the key {name!r}") from error
    return as_public_key(loaded, f"the key {name!r} of {service.name}")


def name_in(uri: str, pattern: re.Pattern[str], form: str) -> re.Match[str]:
    """The parts of a key service's URI, which must match whole. Raises InputError that shows the form."""
    found = pattern.fullmatch(uri) if len(uri) <= MAX_NAME else None
    if found is None:
        raise InputError(f"{uri[:200]!r} is no URI of a key there", hint=f"Write it as {form}")
    return found


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Imports inside belong to an optional extra: when one is missing, InputError says what to install."""
    try:
        yield
    except ImportError as error:
        raise InputError(
            f"signing with this key service needs packages that are not installed ({error.name})",
            hint=f"Install them: pip install 'attest-ml[{extra}]'",
        ) from error
    for library in ("securesystemslib", "azure", "google", "botocore"):
        # Without a handler of the application, Python prints their warnings to standard error.
        logging.getLogger(library).addHandler(_NOWHERE)
