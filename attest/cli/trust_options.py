"""The options of a verification without a policy: who must have signed, what else is trusted, what is tolerated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from attest.errors import InputError

if TYPE_CHECKING:
    from attest.operations.expected import Expected

Keys = Annotated[
    list[str],
    typer.Option(
        "--key",
        metavar="FILE",
        help="A public key that must have signed; may be repeated.",
        show_default=False,
    ),
]
Identity = Annotated[
    str,
    typer.Option(
        "--identity", metavar="TEXT", help="The Sigstore identity that must have signed, whole.", show_default=False
    ),
]
IdentityPattern = Annotated[
    str,
    typer.Option(
        "--identity-pattern",
        metavar="^…$",
        help="Instead of --identity: an anchored pattern over the whole identity; needs --identity-type.",
        show_default=False,
    ),
]
IdentityType = Annotated[
    str, typer.Option("--identity-type", metavar="TYPE", help="email, uri, username or other.", show_default=False)
]
Issuer = Annotated[
    str,
    typer.Option("--issuer", metavar="URL", help="Who vouched for that identity (OIDC issuer).", show_default=False),
]
Claims = Annotated[
    list[str],
    typer.Option(
        "--claim",
        metavar="NAME=VALUE",
        help="What the CI provider must have said of the run, such as runnerEnvironment=github-hosted.",
        show_default=False,
    ),
]
Authorities = Annotated[
    list[str],
    typer.Option("--ca", metavar="FILE", help="The root certificate of a private authority (PEM).", show_default=False),
]
Subject = Annotated[
    str,
    typer.Option("--subject", metavar="DN", help="With --ca: the certificate's subject, RFC 4514.", show_default=False),
]
Names = Annotated[
    list[str],
    typer.Option(
        "--san",
        metavar="TYPE:VALUE",
        help="With --ca: an alternative name that the certificate must have (email, uri, dns).",
        show_default=False,
    ),
]
KeyId = Annotated[
    str,
    typer.Option("--key-id", metavar="sha256:…", help="With --ca: the certificate's key.", show_default=False),
]
TrustedRoot = Annotated[
    str,
    typer.Option(
        "--trusted-root",
        metavar="FILE",
        help="The Sigstore instance that counts: production (with --identity the default), staging, or a file.",
        show_default=False,
    ),
]
TimestampRoots = Annotated[
    list[str],
    typer.Option(
        "--timestamp-root",
        metavar="FILE",
        help="A timestamp authority for signatures by keys and by --ca (PEM, root last).",
        show_default=False,
    ),
]
Unsigned = Annotated[
    list[str],
    typer.Option(
        "--allow-unsigned",
        metavar="NAME",
        help="Accept this one file although nobody signed it; may be repeated.",
        show_default=False,
    ),
]
Ignored = Annotated[
    list[str],
    typer.Option(
        "--allow-ignored",
        metavar="PATH",
        help="Accept files below this path if the signature says that it leaves them out; `any` for all of them.",
        show_default=False,
    ),
]
IgnoreUnsigned = Annotated[
    bool,
    typer.Option("--ignore-unsigned-files", help="Accept every file that nobody signed; the report names them."),
]
Legacy = Annotated[
    bool, typer.Option("--allow-legacy", help="Accept signatures of OMS v0.2; the report says what is weak about them.")
]


def expected(
    key: Keys = [],  # noqa: B006 - typer reads the default and never changes it
    identity: Identity = "",
    identity_pattern: IdentityPattern = "",
    identity_type: IdentityType = "",
    issuer: Issuer = "",
    claim: Claims = [],  # noqa: B006
    ca: Authorities = [],  # noqa: B006
    subject: Subject = "",
    san: Names = [],  # noqa: B006
    key_id: KeyId = "",
    trusted_root: TrustedRoot = "",
    timestamp_root: TimestampRoots = [],  # noqa: B006
    allow_unsigned: Unsigned = [],  # noqa: B006
    allow_ignored: Ignored = [],  # noqa: B006
    ignore_unsigned_files: IgnoreUnsigned = False,
    allow_legacy: Legacy = False,
) -> Expected:
    """Who must have signed, as one value."""
    from attest.operations.expected import Expected

    return Expected(
        keys=tuple(key),
        identity=identity,
        identity_pattern=identity_pattern,
        identity_type=identity_type,
        issuer=issuer,
        claims=_pairs(claim, "--claim", "="),
        authorities=tuple(ca),
        subject=subject,
        names=_pairs(san, "--san", ":"),
        key_id=key_id,
        trusted_root=trusted_root,
        timestamp_roots=tuple(timestamp_root),
        allow_unsigned=tuple(allow_unsigned),
        allow_ignored=tuple(allow_ignored),
        ignore_unsigned=ignore_unsigned_files,
        allow_legacy=allow_legacy,
    )


def _pairs(texts: list[str], option: str, separator: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, between, value = text.partition(separator)
        if not between or not name or not value or name in found:
            raise InputError(f"{option} {text!r} is no new pair", hint=f"Write it as NAME{separator}VALUE, each once.")
        found[name] = value
    return found
