"""Key holder: a key in Google Cloud KMS, through securesystemslib's signer. Credentials are the application default."""

from __future__ import annotations

import re

from attest.errors import KeyFileError
from attest.signing.holders.kms import LIMIT, KmsKey, Service, Trouble, name_in, needs, opened, public_of

FORM = "gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N"
_WORD = r"[A-Za-z0-9_-]{1,63}"
_URI = re.compile(
    rf"gcpkms:(projects/[a-z0-9.:-]{{1,63}}/locations/{_WORD}/keyRings/{_WORD}"
    rf"/cryptoKeys/{_WORD}/cryptoKeyVersions/[0-9]{{1,10}})"
)
# RSA with PSS, or with another hash than SHA-256, is not what an in-toto verifier expects.
_SCHEMES = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "rsa-pkcs1v15-sha256")


def open_gcp(uri: str, *, limit: float = LIMIT) -> KmsKey:
    """Open the key version that `gcpkms:…` names; each call to the service takes at most `limit` seconds.

    Raises InputError for the URI or a missing package, KeyFileError when the service says no or the key is of a kind
    that cannot sign here, UndecidedError when the service cannot be reached.
    """
    name = name_in(uri, _URI, FORM)[1]
    with needs("gcpkms"):
        import google.cloud.kms  # noqa: F401 - securesystemslib looks for it only when it is used
        from securesystemslib.signer import GCPSigner
    service = Service(
        name="Google Cloud KMS",
        credentials="Set GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth application-default login",
        trouble=_trouble,
    )
    imported = service.ask(name, lambda: GCPSigner.import_(name)[1], limit)
    if imported.scheme not in _SCHEMES:
        raise KeyFileError(
            f"the key {name!r} of Google Cloud KMS signs by {imported.scheme}, and signatures here need one of "
            f"{', '.join(_SCHEMES)}",
            hint="Make a key for EC_SIGN_P256_SHA256.",
        )
    public = public_of(imported, service, name)
    signer = service.ask(name, lambda: GCPSigner(name, imported), limit)
    return opened(service, name, signer, public, limit)


def _trouble(error: Exception) -> tuple[Trouble, str]:
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError, TransportError
    from securesystemslib.exceptions import UnsupportedAlgorithmError

    code = type(error).__name__
    match error:
        case exceptions.NotFound():
            return "unknown", code
        case exceptions.Forbidden():
            return "forbidden", code
        case exceptions.ServiceUnavailable() | exceptions.GatewayTimeout() | exceptions.RetryError():
            return "unreachable", code
        case TransportError() | OSError():
            return "unreachable", code
        case exceptions.Unauthorized() | GoogleAuthError():
            return "credentials", code
        case exceptions.BadRequest():
            return "unusable", code
        case UnsupportedAlgorithmError():
            return "unusable", "no signing algorithm that is known here"
        case _:
            return "failed", code
