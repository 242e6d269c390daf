"""The Sigstore client conformance suite's protocol (`verify-bundle`, `sign-bundle`) on the library of attest.

Exit code 0 is a yes. Verification is offline, with the given trusted root or the embedded one of production or staging.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence

from attest.domain.bundle import CLAIM_LIMITS, Bundle, parse_bundle
from attest.domain.canonical import canonical
from attest.domain.statement import parse_statement
from attest.domain.strict_json import Json, parse
from attest.errors import AttestError, InputError, UndecidedError
from attest.signing import SignerOptions, Trust
from attest.signing.authentic import Authentic, Refused
from attest.signing.authenticate import authenticate
from attest.signing.keyless import open_keyless
from attest.signing.keys import Message
from attest.signing.material.anchors import read_small, read_trusted_root
from attest.signing.trust import read_keys
from attest.stores import write_atomic

MAX_ARTIFACT = 1 << 30
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


def verify_bundle(options: argparse.Namespace) -> None:
    """Verify a bundle about an artifact. Raises InputError or Refused when it does not hold."""
    bundle = _read_bundle(options.bundle)
    data, digest = _artifact(options.artifact)
    message = None
    if bundle.message_digest is not None:
        algorithm, signed = bundle.message_digest
        message = Message(data=data, digests={"sha256": digest}, hash_name=algorithm)
        if message.digest(algorithm) != signed:
            raise InputError("the bundle's message digest is not the artifact's")
    elif not bundle.payload_type:
        message = Message(data=data, digests={"sha256": digest})
    authentic = authenticate(bundle, _trust(options, bundle), message)
    if authentic.unchecked:
        raise InputError(f"the trusted root has nobody to vouch for {' and '.join(authentic.unchecked)}")
    _check_signer(options, authentic)
    if bundle.payload_type:
        statement = parse_statement(bundle.payload)
        if digest.hex() not in [subject.digest.get("sha256") for subject in statement.subjects]:
            raise InputError("the artifact is no subject of the statement")


def _read_bundle(path: str) -> Bundle:
    data = read_small(path, CLAIM_LIMITS.size)
    document = parse(data, CLAIM_LIMITS, "the bundle")
    # Other clients skip line ends within base64, and some timestamps of the suite were wrapped by hand.
    for stamp in _stamps(document):
        if isinstance(text := stamp.get("signedTimestamp"), str) and "\n" in text:
            stamp["signedTimestamp"] = text.replace("\n", "")
            data = canonical(document)
    return parse_bundle(data, path, messages=True)


def _stamps(document: Json) -> list[dict[str, Json]]:
    for name in ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps"):
        document = document.get(name) if isinstance(document, dict) else None
    return [item for item in document if isinstance(item, dict)] if isinstance(document, list) else []


def _artifact(name: str) -> tuple[bytes | None, bytes]:
    """The artifact's bytes, unless only its digest is given, and its SHA-256."""
    match = _DIGEST.fullmatch(name)
    if match and not os.path.lexists(name):
        return None, bytes.fromhex(match[1])
    data = read_small(name, MAX_ARTIFACT)
    return data, hashlib.sha256(data).digest()


def _trust(options: argparse.Namespace, bundle: Bundle) -> Trust:
    root = read_trusted_root(options.trusted_root or ("staging" if options.staging else "production"))
    identity = options.certificate_identity or options.certificate_oidc_issuer
    if bool(options.key) == bool(identity):
        raise InputError("give either --key, or --certificate-identity and --certificate-oidc-issuer")
    if not options.key:
        return Trust(identity_roots=(root,))
    if bundle.material != "publicKey":
        raise InputError("the bundle is not signed with a key")
    keys = read_keys([(read_small(options.key).decode("utf-8", "replace"), repr(options.key))])
    return Trust(keys=keys, timestamp_authorities=root.timestamp_authorities, logs=root.logs)


def _check_signer(options: argparse.Namespace, authentic: Authentic) -> None:
    signer = authentic.signer
    if options.key:
        return
    if not options.certificate_identity or signer.issuer != options.certificate_oidc_issuer:
        raise InputError(f"it is signed by {signer.id}")
    if options.certificate_identity not in [value for _, value in signer.names]:
        raise InputError(f"it is signed by {signer.id}")


def sign_bundle(options: argparse.Namespace) -> None:
    """Sign an artifact, or with `--in-toto` the statement that the file holds. Raises AttestError."""
    data = read_small(options.artifact, MAX_ARTIFACT)
    if options.in_toto:
        parse_statement(data)
    signer = open_keyless(
        "sigstore:staging" if options.staging else "sigstore:",
        SignerOptions(
            identity_token=options.identity_token,
            trusted_root=options.trusted_root,
            signing_config=options.signing_config,
        ),
    )
    made = signer.bundle(data) if options.in_toto else signer.message_bundle(hashlib.sha256(data).digest())
    write_atomic(options.bundle, made + b"\n")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance-sigstore", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    sign = commands.add_parser("sign-bundle", allow_abbrev=False)
    verify = commands.add_parser("verify-bundle", allow_abbrev=False)
    for command in (sign, verify):
        command.add_argument("--staging", action="store_true")
        command.add_argument("--bundle", required=True)
        command.add_argument("--trusted-root", default="")
        command.add_argument("artifact")
    sign.add_argument("--in-toto", action="store_true")
    sign.add_argument("--identity-token", required=True)
    sign.add_argument("--signing-config", default="")
    for name in ("--certificate-identity", "--certificate-oidc-issuer", "--key"):
        verify.add_argument(name, default="")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Run one command of the protocol; the reason for a no goes to standard error."""
    options = _options(argv)
    command: Callable[[argparse.Namespace], None] = sign_bundle if options.command == "sign-bundle" else verify_bundle
    try:
        command(options)
    except Refused as refused:
        print(f"{options.command}: {refused.reason}", file=sys.stderr)
        return 1
    except AttestError as error:
        print(f"{options.command}: {error.message}", file=sys.stderr)
        return 3 if isinstance(error, UndecidedError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
