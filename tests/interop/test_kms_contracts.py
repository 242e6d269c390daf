"""Keys in Google Cloud KMS and Azure Key Vault: contract tests, as neither has an emulator.

The client object of the service's own library is replaced by one that signs with a real key and checks what it is
asked. They prove our side, not the service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from attest.errors import InputError, KeyFileError, UndecidedError
from attest.signing.holders.kms_azure import open_azure
from attest.signing.holders.kms_gcp import open_gcp
from tests.interop.holders import signs
from tests.simulators import keys

GCP_NAME = "projects/acme/locations/global/keyRings/models/cryptoKeys/release/cryptoKeyVersions/1"


class GoogleClient:
    """In place of `KeyManagementServiceClient`: a real key, and requests that the library's own types accept."""

    def __init__(self, kind: str, algorithm: str) -> None:
        self.key = keys.generate(kind)
        self.algorithm = algorithm
        self.pem = b""
        self.failure: Exception | None = None
        self.signing = self.key

    def get_public_key(self, request: dict[str, Any]) -> Any:
        from google.cloud import kms

        asked = kms.GetPublicKeyRequest(request)
        assert asked.name == GCP_NAME
        if self.failure:
            raise self.failure
        pem = self.pem or keys.public_pem(self.key.public_key())
        return kms.PublicKey(public_key={"data": pem}, algorithm=self.algorithm)

    def asymmetric_sign(self, request: dict[str, Any]) -> Any:
        from google.cloud import kms

        asked = kms.AsymmetricSignRequest(request)
        assert asked.name == GCP_NAME
        assert not asked.data, "the message itself was sent"
        if self.failure:
            raise self.failure
        hash_ = keys.natural_hash(self.key)
        return kms.AsymmetricSignResponse(signature=_sign_digest(self.signing, getattr(asked.digest, hash_.name)))


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], GoogleClient]:
    def replace(kind: str, algorithm: str) -> GoogleClient:
        client = GoogleClient(kind, algorithm)
        monkeypatch.setattr("google.cloud.kms.KeyManagementServiceClient", lambda: client)
        return client

    return replace


@pytest.mark.parametrize(
    ("kind", "algorithm", "name"),
    [
        ("p256", "EC_SIGN_P256_SHA256", "ECDSA P-256"),
        ("p384", "EC_SIGN_P384_SHA384", "ECDSA P-384"),
        ("rsa", "RSA_SIGN_PKCS1_2048_SHA256", "RSA 2048"),
    ],
)
def test_gcp_contract(google: Callable[[str, str], GoogleClient], kind: str, algorithm: str, name: str) -> None:
    """Contract test: the client is replaced; this is not Google Cloud KMS."""
    google(kind, algorithm)
    signs(open_gcp(f"gcpkms:{GCP_NAME}"), name)


@pytest.mark.parametrize(
    ("kind", "algorithm", "reason"),
    [
        ("rsa", "RSA_SIGN_PSS_2048_SHA256", "signs by rsassa-pss-sha256"),
        ("rsa", "RSA_SIGN_PKCS1_4096_SHA512", "signs by rsa-pkcs1v15-sha512"),
        ("rsa", "RSA_DECRYPT_OAEP_2048_SHA256", "cannot sign here"),
        ("p256", "EC_SIGN_SECP256K1_SHA256", "cannot sign here"),
    ],
)
def test_gcp_keys_of_another_kind(
    google: Callable[[str, str], GoogleClient], kind: str, algorithm: str, reason: str
) -> None:
    """Contract test: the client is replaced; this is not Google Cloud KMS."""
    google(kind, algorithm)
    with pytest.raises(KeyFileError, match=reason):
        open_gcp(f"gcpkms:{GCP_NAME}")


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("NotFound", KeyFileError, "has no key"),
        ("PermissionDenied", KeyFileError, "does not permit"),
        ("Unauthenticated", KeyFileError, "no credentials that it accepts"),
        ("FailedPrecondition", KeyFileError, "cannot sign here"),
        ("ServiceUnavailable", UndecidedError, "cannot be reached"),
        ("DeadlineExceeded", UndecidedError, "cannot be reached"),
        ("InternalServerError", UndecidedError, "failed for the key"),
    ],
)
def test_gcp_errors(
    google: Callable[[str, str], GoogleClient], name: str, error: type[KeyFileError], reason: str
) -> None:
    """Contract test: the library's own exceptions, at reading and at signing."""
    from google.api_core import exceptions

    client = google("p256", "EC_SIGN_P256_SHA256")
    holder = open_gcp(f"gcpkms:{GCP_NAME}")
    client.failure = getattr(exceptions, name)("said the service")
    for act in (lambda: open_gcp(f"gcpkms:{GCP_NAME}"), lambda: holder.sign(b"data")):
        with pytest.raises(error, match=reason) as caught:
            act()
        assert "Google Cloud KMS" in caught.value.message
        assert GCP_NAME in caught.value.message
        assert "said the service" not in caught.value.message


def test_gcp_without_credentials(google: Callable[[str, str], GoogleClient]) -> None:
    """Contract test: the library's own exception."""
    from google.auth import exceptions

    unknown: Any = exceptions.DefaultCredentialsError
    google("p256", "EC_SIGN_P256_SHA256").failure = unknown("none")
    with pytest.raises(KeyFileError, match="has no credentials"):
        open_gcp(f"gcpkms:{GCP_NAME}")


def test_gcp_answers_with_anothers_signature(google: Callable[[str, str], GoogleClient]) -> None:
    """Contract test: the client is replaced; this is not Google Cloud KMS."""
    google("p256", "EC_SIGN_P256_SHA256").signing = keys.generate("p256")
    with pytest.raises(UndecidedError, match="does not verify"):
        open_gcp(f"gcpkms:{GCP_NAME}").sign(b"data")


def test_gcp_answers_with_no_public_key(google: Callable[[str, str], GoogleClient]) -> None:
    """Contract test: the client is replaced; this is not Google Cloud KMS."""
    google("p256", "EC_SIGN_P256_SHA256").pem = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    with pytest.raises(UndecidedError, match="answered with no public key"):
        open_gcp(f"gcpkms:{GCP_NAME}")


@pytest.mark.parametrize(
    "uri",
    [
        "gcpkms:",
        "gcpkms:release",
        f"gcpkms://{GCP_NAME}",
        f"gcpkms:{GCP_NAME}/x",
        f"gcpkms:{GCP_NAME.rpartition('/')[0]}",
    ],
)
def test_gcp_uris(uri: str) -> None:
    with pytest.raises(InputError, match="no URI of a key there"):
        open_gcp(uri)


# Azure Key Vault

AZURE_VERSION = "0123456789abcdef0123456789abcdef"
AZURE_URI = "azurekms://acme.vault.azure.net/keys/release"


class AzureService:
    """In place of the two clients and the credential: a real key, which answers as Key Vault does (r and s)."""

    def __init__(self, kind: str) -> None:
        self.key = keys.generate(kind)
        self.signing = self.key
        self.host = "acme.vault.azure.net"
        self.failure: Exception | None = None

    def key_client(self, *, vault_url: str, credential: object) -> AzureService:
        assert vault_url == "https://acme.vault.azure.net/"
        return self

    def get_key(self, name: str) -> Any:
        from azure.keyvault.keys import KeyVaultKey

        assert name == "release"
        if self.failure:
            raise self.failure
        kid = f"https://{self.host}/keys/release/{AZURE_VERSION}"
        return KeyVaultKey(kid, _jwk(self.key, kid))

    def crypto_client(self, key_id: str, *, credential: object) -> AzureService:
        assert key_id == f"https://acme.vault.azure.net/keys/release/{AZURE_VERSION}"
        return self

    def sign(self, algorithm: str, digest: bytes) -> Any:
        from azure.keyvault.keys.crypto import SignatureAlgorithm, SignResult

        if self.failure:
            raise self.failure
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        bits = self.key.curve.key_size
        assert algorithm == {256: "ES256", 384: "ES384", 521: "ES512"}[bits]
        size = (bits + 7) // 8
        plain = b"".join(
            part.to_bytes(size, "big") for part in decode_dss_signature(_sign_digest(self.signing, digest))
        )
        return SignResult(key_id=None, algorithm=SignatureAlgorithm(algorithm), signature=plain)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AzureService]:
    def replace(kind: str) -> AzureService:
        service = AzureService(kind)
        module = "securesystemslib.signer._azure_signer"
        monkeypatch.setattr(f"{module}.KeyClient", service.key_client)
        monkeypatch.setattr(f"{module}.CryptographyClient", service.crypto_client)
        monkeypatch.setattr(f"{module}.DefaultAzureCredential", lambda: None)
        return service

    return replace


@pytest.mark.parametrize(("kind", "name"), [("p256", "ECDSA P-256"), ("p384", "ECDSA P-384"), ("p521", "ECDSA P-521")])
@pytest.mark.parametrize("version", ["", f"/{AZURE_VERSION}"])
def test_azure_contract(azure: Callable[[str], AzureService], kind: str, name: str, version: str) -> None:
    """Contract test: the clients are replaced; this is not Azure Key Vault."""
    azure(kind)
    signs(open_azure(AZURE_URI + version), name)


def test_azure_reads_the_newest_version_only(azure: Callable[[str], AzureService]) -> None:
    """Contract test: a version that is not the newest is never replaced silently."""
    azure("p256")
    with pytest.raises(KeyFileError, match="only the newest signs") as caught:
        open_azure(f"{AZURE_URI}/{'f' * 32}")
    assert AZURE_VERSION in caught.value.hint


def test_azure_answers_with_another_key(azure: Callable[[str], AzureService]) -> None:
    """Contract test: the id of the key in the answer leads to no other host."""
    azure("p256").host = "evil.vault.azure.net"
    with pytest.raises(KeyFileError, match="another key"):
        open_azure(AZURE_URI)


def test_azure_rsa_keys(azure: Callable[[str], AzureService]) -> None:
    """Contract test: securesystemslib takes no RSA key there."""
    azure("rsa")
    with pytest.raises(KeyFileError, match="not an EC key"):
        open_azure(AZURE_URI)


@pytest.mark.parametrize(
    ("name", "status", "error", "reason"),
    [
        ("ResourceNotFoundError", 404, KeyFileError, "has no key"),
        ("ClientAuthenticationError", None, KeyFileError, "no credentials that it accepts"),
        ("HttpResponseError", 401, KeyFileError, "no credentials that it accepts"),
        ("HttpResponseError", 403, KeyFileError, "does not permit"),
        ("HttpResponseError", 500, UndecidedError, "failed for the key"),
        ("ServiceRequestError", None, UndecidedError, "cannot be reached"),
        ("ServiceResponseTimeoutError", None, UndecidedError, "cannot be reached"),
    ],
)
def test_azure_errors(
    azure: Callable[[str], AzureService], name: str, status: int | None, error: type[KeyFileError], reason: str
) -> None:
    """Contract test: the library's own exceptions, at reading and at signing."""
    from azure.core import exceptions

    service = azure("p256")
    holder = open_azure(AZURE_URI)
    failure = getattr(exceptions, name)("said the service")
    failure.status_code = status
    service.failure = failure
    for act in (lambda: open_azure(AZURE_URI), lambda: holder.sign(b"data")):
        with pytest.raises(error, match=reason) as caught:
            act()
        assert "Azure Key Vault" in caught.value.message
        assert "said the service" not in caught.value.message


def test_azure_answers_with_anothers_signature(azure: Callable[[str], AzureService]) -> None:
    """Contract test: the clients are replaced; this is not Azure Key Vault."""
    azure("p256").signing = keys.generate("p256")
    with pytest.raises(UndecidedError, match="does not verify"):
        open_azure(AZURE_URI).sign(b"data")


@pytest.mark.parametrize(
    "uri",
    [
        "azurekms:",
        "azurekms://acme.vault.azure.net/keys/",
        "azurekms:https://acme.vault.azure.net/keys/release",
        "azurekms://acme.vault.azure.net.evil.example/keys/release",
        "azurekms://evil.example/acme.vault.azure.net/keys/release",
        "azurekms://user@acme.vault.azure.net/keys/release",
        "azurekms://acme.vault.azure.net/secrets/release",
        f"{AZURE_URI}/latest",
    ],
)
def test_azure_uris(uri: str) -> None:
    with pytest.raises(InputError, match="no URI of a key there"):
        open_azure(uri)


def _sign_digest(key: keys.PrivateKey, digest: bytes) -> bytes:
    hash_ = keys.natural_hash(key)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), Prehashed(hash_))
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(digest, ec.ECDSA(Prehashed(hash_)))


def _jwk(key: keys.PrivateKey, kid: str) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kid": kid, "kty": "RSA", "n": numbers.n.to_bytes(256, "big"), "e": b"\1\0\1"}
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    point, size = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
    return {
        "kid": kid,
        "kty": "EC",
        "crv": f"P-{key.curve.key_size}",
        "x": point.x.to_bytes(size, "big"),
        "y": point.y.to_bytes(size, "big"),
    }
