"""The OMS conformance suite's protocol (`sign-model`, `verify-model`) on the library of attest; exit code 0 is a yes.

The suite asks what the OMS specification says and knows no policy. So this signs with any certificate that fits the key
(the suite wants bundles that verification then refuses), takes the caller's `--ignore-paths` for exclusions, and
decides about unsigned files itself. `attest verify` is stricter in all three.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from attest.domain.artifact import CLAIMS_NAME, OMS_IGNORED, SIGNATURE_NAME, Artifact, below
from attest.domain.attestation import Rejected
from attest.domain.attestation import Signer as SignedBy
from attest.domain.bundle import MEDIA_TYPE, SIGNATURE_LIMITS, Bundle, parse_bundle
from attest.errors import AttestError, InputError, UndecidedError
from attest.hashing import HashOptions, hash_artifact
from attest.hashing.locate import locate
from attest.signing import SignerOptions, Trust, open_signer
from attest.signing.holders.key_file import open_key_file
from attest.signing.key_signer import KeySigner
from attest.signing.keys import PublicKey, as_public_key
from attest.signing.material.anchors import read_small, read_trusted_root, roots_of
from attest.signing.material.certificates import load_certificate, read_pem_certificates
from attest.signing.oms_write import check_ignored, listing_of, oms_payload
from attest.signing.signer import Signer
from attest.signing.trust import read_keys
from attest.signing.verify import Read, about, read_bundle, recipes
from attest.stores import write_atomic

MATERIALS = {"key": "publicKey", "certificate": "x509CertificateChain", "sigstore": "certificate"}


def sign_model(options: argparse.Namespace) -> None:
    """Sign the model and write the bundle. Raises AttestError."""
    artifact = locate(options.model_path)
    signer = _signer(options)
    ignored: list[str] = []
    if artifact.kind == "directory":
        ignored = _inside(artifact, [*options.ignore_paths, options.output_bundle])
        # Recorded for every model, so that released evidence may lie beside it; then nothing of the name is listed.
        ignored += [SIGNATURE_NAME, CLAIMS_NAME]
    manifest = hash_artifact(artifact).manifest
    payload = oms_payload(listing_of(manifest, ignored=check_ignored(ignored)), artifact.name)
    write_atomic(options.output_bundle, signer.bundle(payload) + b"\n")


def _signer(options: argparse.Namespace) -> Signer:
    if options.method == "sigstore":
        uri = "sigstore:staging" if options.use_staging else "sigstore:"
        return open_signer(uri, SignerOptions(identity_token=options.identity_token, trust_config=options.trust_config))
    holder = open_key_file(_given(options.private_key, "--private-key"), None)
    _only_oms(holder.public)
    if options.method == "key":
        return KeySigner(holder=holder)
    chain = [
        certificate
        for path in [_given(options.signing_cert, "--signing-cert"), *options.cert_chain]
        for certificate in read_pem_certificates(read_small(path), repr(path))
    ]
    if as_public_key(chain[0].public_key(), "the certificate's key").id != holder.public.id:
        raise InputError("--signing-cert is not the certificate of --private-key")
    return KeySigner(holder=holder, certificates=tuple(item.public_bytes(Encoding.DER) for item in chain))


def verify_model(options: argparse.Namespace) -> None:
    """Verify the bundle against the model. Raises AttestError when it does not hold."""
    artifact = locate(options.model_path)
    bundle = parse_bundle(read_small(options.bundle, SIGNATURE_LIMITS.size), options.bundle, SIGNATURE_LIMITS)
    if bundle.material != MATERIALS[options.method]:
        raise InputError(f"the bundle is signed by {bundle.material}, and what was asked for is {options.method}")
    if options.method != "sigstore" and bundle.media_type != MEDIA_TYPE:
        raise InputError(f"the bundle's mediaType is {bundle.media_type!r}, not {MEDIA_TYPE}")
    found = read_bundle(bundle, _trust(options))
    if isinstance(found, Rejected):
        raise InputError(found.reason)
    _check_signer(options, bundle, found.authentic.signer)
    _check_files(options, artifact, found)


def _trust(options: argparse.Namespace) -> Trust:
    if options.method == "key":
        path = _given(options.public_key, "--public-key")
        keys = read_keys([(read_small(path).decode("utf-8", "replace"), repr(path))])
        _only_oms(keys[0])
        return Trust(keys=keys, legacy=True)
    if options.method == "certificate":
        paths = options.cert_chain or [_given("", "--cert-chain")]
        roots = tuple(root for path in paths for root in roots_of(read_small(path), repr(path)))
        # The chains of the suite have no timestamps, and they count as long as they are valid.
        return Trust(certificate_roots=roots, legacy=True, at=datetime.now(UTC))
    name = options.trusted_root or ("staging" if options.use_staging else "production")
    return Trust(identity_roots=(read_trusted_root(name),), legacy=True)


def _check_signer(options: argparse.Namespace, bundle: Bundle, signer: SignedBy) -> None:
    if options.method == "certificate":
        leaf = load_certificate(bundle.certificates[0])
        try:
            usages = list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        except x509.ExtensionNotFound:
            usages = []
        # The suite demands the usage; the specification says nothing of a certificate without any.
        if ExtendedKeyUsageOID.CODE_SIGNING not in usages:
            raise InputError("the signing certificate is not for code signing")
    if options.method == "sigstore":
        identity = _given(options.identity, "--identity")
        issuer = _given(options.identity_provider, "--identity-provider")
        if signer.issuer != issuer or identity not in [value for _, value in signer.names]:
            raise InputError(f"it is signed by {signer.id}")


def _check_files(options: argparse.Namespace, artifact: Artifact, found: Read) -> None:
    """Every signed file is there unchanged, and every other one is excluded (OMS 1.0, section on manifests)."""
    resources = found.resources
    if resources is None:
        raise InputError(f"the statement is of the type {found.statement.predicate_type!r}, no signature over a model")
    hashed = hash_artifact(artifact, HashOptions(follow_links=resources.allow_symlinks, recipes=recipes([found])))
    result = about(found, hashed.manifest, hashed.others)
    if isinstance(result, Rejected):
        raise InputError(result.reason)
    excluded = {*OMS_IGNORED, *resources.ignore_paths, *_inside(artifact, [*options.ignore_paths, options.bundle])}
    unsigned = [name for name in result.unsigned if not below(name, excluded)]
    if unsigned and not options.ignore_unsigned_files:
        raise InputError(f"{len(unsigned)} files are not signed, {unsigned[0]!r} for one")


def _inside(artifact: Artifact, paths: Sequence[str]) -> list[str]:
    """The paths that lie inside the artifact, relative to it; a last component that is a link stays one."""
    found = []
    for path in paths:
        folder, name = os.path.split(os.path.abspath(path))
        place = os.path.relpath(os.path.join(os.path.realpath(folder), name), artifact.root)
        if place != ".." and not place.startswith("../"):
            found.append(place)
    return found


def _only_oms(key: PublicKey) -> None:
    if not key.oms:
        raise InputError(f"OMS takes ECDSA keys on P-256, P-384 and P-521, and this one is {key.kind}")


def _given(value: str, option: str) -> str:
    if not value:
        raise InputError(f"{option} is missing")
    return value


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance-oms", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    sign = commands.add_parser("sign-model", allow_abbrev=False)
    verify = commands.add_parser("verify-model", allow_abbrev=False)
    for command in (sign, verify):
        command.add_argument("--method", required=True, choices=sorted(MATERIALS))
        command.add_argument("--model-path", required=True)
        command.add_argument("--ignore-paths", nargs="+", action="extend", default=[])
        command.add_argument("--cert-chain", nargs="+", action="extend", default=[])
        command.add_argument("--use-staging", action="store_true")
    sign.add_argument("--output-bundle", required=True)
    for name in ("--private-key", "--signing-cert", "--identity-token"):
        sign.add_argument(name, default="")
    sign.add_argument("--trust-config", default="", help="another Sigstore instance; not part of the protocol")
    verify.add_argument("--bundle", required=True)
    verify.add_argument("--ignore-unsigned-files", action="store_true")
    for name in ("--public-key", "--identity", "--identity-provider"):
        verify.add_argument(name, default="")
    verify.add_argument("--trusted-root", default="", help="another Sigstore instance; not part of the protocol")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Run one command of the protocol; the reason for a no goes to standard error."""
    options = _options(argv)
    command: Callable[[argparse.Namespace], None] = sign_model if options.command == "sign-model" else verify_model
    try:
        command(options)
    except AttestError as error:
        print(f"{options.command}: {error.message}", file=sys.stderr)
        return 3 if isinstance(error, UndecidedError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
