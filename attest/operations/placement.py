"""Where new bundles go: once each, beside what others signed, and never over a signature that still holds."""

from __future__ import annotations

import os
from dataclasses import replace

from attest.domain.artifact import Artifact
from attest.domain.bundle import Bundle
from attest.domain.manifest import Manifest
from attest.domain.recipe import WHOLE
from attest.domain.statement import is_model_signature, parse_statement
from attest.errors import DocumentError
from attest.operations.inspect_files import StrPath
from attest.signing import Signer, SignerOptions, open_signer
from attest.signing.oms import compare, read_resources
from attest.signing.signer import Password
from attest.signing.verify import OMS_LIMITS
from attest.stores import Beside, Found


def opened(signer: StrPath | Signer, password: Password | None, options: SignerOptions | None) -> Signer:
    """The signer behind a path, a URI, or one that is open already."""
    if not isinstance(signer, str | os.PathLike):
        return signer
    options = options or SignerOptions()
    return open_signer(os.fspath(signer), replace(options, password=password or options.password))


def named(signer: StrPath | Signer) -> str:
    """The path or URI of a signer, empty for one that is open already."""
    return os.fspath(signer) if isinstance(signer, str | os.PathLike) else ""


def already(found: Found, payload: bytes, signer: Signer) -> Bundle | None:
    """The bundle by this signer over these very bytes, with all that it would add now, if it lies there already."""
    same = (bundle for bundle in found.bundles if bundle.payload == payload)
    return next((bundle for bundle in same if signer.made(bundle) and signer.complete(bundle)), None)


def place_of(artifact: Artifact, bundle: Bundle) -> str:
    """The path of the evidence file that holds a bundle found beside the artifact."""
    return os.path.join(os.path.dirname(artifact.signature_path), bundle.source.partition(":")[0])


def put_signature(artifact: Artifact, manifest: Manifest, signer: Signer, bundle: bytes) -> tuple[str, bool]:
    """Write an OMS bundle: to `model.sig`, or to the claims when somebody else's signature there still holds.

    Returns the path, and whether it stands beside another one.
    """
    store = Beside(artifact=artifact)
    # Asked when it is written: hashing and signing take long, and somebody else may have signed meanwhile.
    if store.write_signature(bundle, keep=lambda one: not signer.made(one) and _still_holds(one, manifest)):
        return artifact.signature_path, False
    store.append(bundle)
    return artifact.claims_path, True


def _still_holds(bundle: Bundle, manifest: Manifest) -> bool:
    """True unless the bundle's list is plainly of other files; nothing here is trusted, only kept."""
    try:
        statement = parse_statement(bundle.payload, OMS_LIMITS)
        if not is_model_signature(statement.predicate_type):
            return True
        resources = read_resources(statement)
    except DocumentError:
        return True
    if resources.recipe != WHOLE:
        return True
    differences, _ = compare(resources, manifest)
    return differences.matched == differences.listed


def put_claim(artifact: Artifact, found: Found, payload: bytes, signer: Signer) -> bool:
    """Sign a statement and add it to the claims, unless it stands there already; returns whether it was added."""
    if already(found, payload, signer):
        return False
    return Beside(artifact=artifact).append(signer.bundle(payload))
