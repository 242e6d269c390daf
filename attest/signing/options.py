"""Signer URIs, and what goes with a signer."""

from __future__ import annotations

from dataclasses import dataclass, field

from attest.signing.signer import Password

SCHEMES = {
    "file": "file:PATH, or just the path: a private key in PEM form",
    "pkcs11": "pkcs11:token=…;object=…?module-path=…: a key on a token (RFC 7512)",
    "awskms": "awskms:KEY: a key in AWS KMS, by id, ARN or alias",
    "gcpkms": "gcpkms:projects/…/cryptoKeyVersions/N: a key in Google Cloud KMS",
    "azurekms": "azurekms://VAULT/keys/NAME/VERSION: a key in Azure Key Vault",
    "hv": "hv:NAME/VERSION: a key in HashiCorp Vault's transit engine",
    "sigstore": "sigstore: or sigstore:staging: an identity (CI job, token or browser), no key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerOptions:
    """What goes with a signer.

    `certificates` are PEM files (the signing certificate first, then its chain); `timestamps` URLs of RFC 3161
    services with `timestamp_roots`, PEM files of their authorities; `log` the URL of a Rekor instance. `trusted_root`
    and `signing_config` are files of a Sigstore instance, `trust_config` both in one. `identity_token` is an OIDC
    token, `interactive` allows a login in the browser. `timeout` bounds each service, in seconds.
    """

    password: Password | None = None
    certificates: tuple[str, ...] = ()
    timestamps: tuple[str, ...] = ()
    timestamp_roots: tuple[str, ...] = ()
    log: str = ""
    trusted_root: str = ""
    signing_config: str = ""
    trust_config: str = ""
    identity_token: str = field(default="", repr=False)
    interactive: bool = False
    timeout: float = 30.0


def file_of(uri: str) -> str:
    """The path of a signer that is a file, else an empty text."""
    if scheme_of(uri) != "file":
        return ""
    return uri.removeprefix("file:").removeprefix("//") if uri.startswith("file:") else uri


def scheme_of(uri: str) -> str:
    """The scheme of a signer's URI; a path has none and is a file."""
    scheme, separator, _ = uri.partition(":")
    return scheme if separator and "/" not in scheme else "file"
