"""The options of every verb that signs: the signer, and what goes with it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.show import password, pin, settings
from attest.errors import InputError

if TYPE_CHECKING:
    from attest.signing import SignerOptions

Signer = Annotated[
    str,
    typer.Option(
        "--signer",
        "--key",
        metavar="URI",
        help="A private key's file, pkcs11:…, awskms:…, gcpkms:…, azurekms:…, hv:…, or sigstore: for an identity.",
        show_default=False,
    ),
]
Certificates = Annotated[
    list[str],
    typer.Option(
        "--certificate",
        metavar="FILE",
        help="The key's certificate (PEM), then its chain; `token:` takes it from the PKCS#11 token. May be repeated.",
        show_default=False,
    ),
]
Timestamps = Annotated[
    list[str],
    typer.Option("--timestamp", metavar="URL", help="Add an RFC 3161 timestamp; may be repeated.", show_default=False),
]
TimestampRoots = Annotated[
    list[str],
    typer.Option(
        "--timestamp-root",
        metavar="FILE",
        help="The timestamp service's authority (PEM, root last).",
        show_default=False,
    ),
]
Log = Annotated[
    str,
    typer.Option(
        "--log",
        metavar="URL",
        help="Record a key's signature in this Rekor log (v1; …/api/v2 for v2); needs --trusted-root.",
        show_default=False,
    ),
]
TrustedRoot = Annotated[
    str,
    typer.Option(
        "--trusted-root",
        metavar="FILE",
        help="The trusted root of the Sigstore instance: production, staging or a file.",
        show_default=False,
    ),
]
SigningConfig = Annotated[
    str,
    typer.Option(
        "--signing-config", metavar="FILE", help="The services of a Sigstore instance of your own.", show_default=False
    ),
]
TrustConfig = Annotated[
    str,
    typer.Option(
        "--trust-config", metavar="FILE", help="Trusted root and signing configuration in one.", show_default=False
    ),
]
TokenFile = Annotated[
    str,
    typer.Option(
        "--identity-token-file",
        metavar="FILE",
        help="An OIDC token for sigstore:, instead of SIGSTORE_ID_TOKEN or the CI job's own.",
        show_default=False,
    ),
]
Interactive = Annotated[bool, typer.Option("--interactive", help="With sigstore: log in with a browser.")]
Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Time limit for each service.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The signer's URI, and its options."""

    uri: str
    options: SignerOptions


def signing(
    signer: Signer,
    certificate: Certificates = [],  # noqa: B006 - typer reads the default and never changes it
    timestamp: Timestamps = [],  # noqa: B006
    timestamp_root: TimestampRoots = [],  # noqa: B006
    log: Log = "",
    trusted_root: TrustedRoot = "",
    signing_config: SigningConfig = "",
    trust_config: TrustConfig = "",
    identity_token_file: TokenFile = "",
    interactive: Interactive = False,
    timeout: Timeout = 30.0,
) -> Signing:
    """Everything about the signer as one value."""
    from attest.signing.options import SignerOptions, scheme_of

    if not 0 < timeout <= 3_600:
        raise InputError(f"--timeout {timeout:g} is no useful time", hint="Give seconds, up to an hour.")
    return Signing(
        uri=signer,
        options=SignerOptions(
            password=pin if scheme_of(signer) == "pkcs11" else password,
            certificates=tuple(certificate),
            timestamps=tuple(timestamp),
            timestamp_roots=tuple(timestamp_root),
            log=log,
            trusted_root=trusted_root,
            signing_config=signing_config,
            trust_config=trust_config,
            identity_token=_token(identity_token_file),
            interactive=interactive or (scheme_of(signer) == "sigstore" and sys.stdin.isatty()),
            timeout=timeout,
        ),
    )


def _token(path: str) -> str:
    if not path:
        return settings().identity_token or ""
    from attest.signing.holders.key_file import read_key_file

    return read_key_file(path).decode("ascii", "replace").strip()
