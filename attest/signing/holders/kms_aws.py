"""Key holder: a key in AWS KMS, through securesystemslib's signer. Credentials and region come as boto3 finds them."""

from __future__ import annotations

import re

from attest.signing.holders.kms import LIMIT, KmsKey, Service, Trouble, name_in, needs, opened, public_of

FORM = "awskms:KEY, where KEY is a key id, key ARN, alias/NAME or alias ARN"
_URI = re.compile(r"awskms:([A-Za-z0-9][A-Za-z0-9:/_-]*)")
_CODES: dict[str, Trouble] = {
    "AccessDeniedException": "forbidden",
    "DependencyTimeoutException": "unreachable",
    "DisabledException": "unusable",
    "ExpiredTokenException": "credentials",
    "IncompleteSignature": "credentials",
    "InvalidArnException": "unknown",
    "InvalidClientTokenId": "credentials",
    "InvalidKeyUsageException": "unusable",
    "InvalidSignatureException": "credentials",
    "KMSInvalidStateException": "unusable",
    "KeyUnavailableException": "unreachable",
    "MissingAuthenticationToken": "credentials",
    "NotFoundException": "unknown",
    "UnrecognizedClientException": "credentials",
    "UnsupportedOperationException": "unusable",
    "ValidationException": "unusable",
}


def open_aws(uri: str, *, limit: float = LIMIT) -> KmsKey:
    """Open the key that `awskms:KEY` names; each call to the service takes at most `limit` seconds.

    Raises InputError for the URI or a missing package, KeyFileError when the service says no or the key is of a kind
    that cannot sign here, UndecidedError when the service cannot be reached.
    """
    name = name_in(uri, _URI, FORM)[1]
    with needs("awskms"):
        import boto3  # noqa: F401 - securesystemslib looks for it only when it is used
        from securesystemslib.signer import AWSSigner, SSlibKey
    service = Service(
        name="AWS KMS",
        credentials="Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its like, and AWS_REGION.",
        trouble=_trouble,
    )
    imported = service.ask(name, lambda: AWSSigner.import_(name)[1], limit)
    public = public_of(imported, service, name)
    if imported.keytype == "rsa":
        # The import prefers PSS, which no in-toto verifier expects.
        imported = SSlibKey.from_crypto(public.key, scheme="rsa-pkcs1v15-sha256")
    signer = service.ask(name, lambda: AWSSigner(name, imported), limit)
    return opened(service, name, signer, public, limit)


def _trouble(error: Exception) -> tuple[Trouble, str]:
    from botocore import exceptions
    from securesystemslib.exceptions import UnsupportedAlgorithmError

    match error:
        case exceptions.ClientError():
            code = str(error.response.get("Error", {}).get("Code", ""))[:64]
            return _CODES.get(code, "failed"), code
        case exceptions.HTTPClientError() | exceptions.ConnectionError() | OSError():
            return "unreachable", type(error).__name__
        case UnsupportedAlgorithmError() | KeyError() | TypeError():
            # A key for encryption has no list of signing algorithms.
            return "unusable", "no signing algorithm that is known here"
        case exceptions.BotoCoreError():
            return "credentials", type(error).__name__
        case _:
            return "failed", type(error).__name__
