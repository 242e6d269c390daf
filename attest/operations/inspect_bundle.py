"""`inspect`: what bundles say, without verifying them."""

from __future__ import annotations

import os

from attest.domain.attestation import Rejected
from attest.domain.bundle import CLAIM_LIMITS, MAX_CLAIMS, SIGNATURE_LIMITS, parse_bundle
from attest.domain.claimed import ClaimedBundle
from attest.errors import DocumentError, InputError
from attest.hashing import locate
from attest.operations.inspect_files import StrPath
from attest.signing.claimed import claimed
from attest.stores import Beside
from attest.stores.beside import MAX_CLAIMS_SIZE, read_bounded


def inspect_bundle(path: StrPath) -> tuple[tuple[ClaimedBundle, ...], tuple[Rejected, ...]]:
    """What the bundles at `path` say: of a model with evidence beside it, of one bundle, or of one in each line.

    Also returns what could not be read as a bundle. Nothing is verified. Raises InputError when nothing is there.
    """
    reference = os.fspath(path)
    if os.path.isdir(reference):
        found = Beside(artifact=locate(reference)).read()
        if not found.bundles and not found.rejected:
            raise InputError(f"there is no bundle beside {reference!r}", hint="Give the bundle's own path.")
        return tuple(map(claimed, found.bundles)), found.rejected
    data = read_bounded(reference, MAX_CLAIMS_SIZE)
    if data is None:
        raise InputError(f"there is no bundle at {reference!r}", hint="Check the path.")
    name = os.path.basename(reference)
    lines = [line for line in data.split(b"\n") if line.strip()]
    many = len(lines) > 1 and all(line.startswith(b"{") for line in lines)
    parts = [(line, f"{name}:{number}") for number, line in enumerate(lines, 1)] if many else [(data, name)]
    if len(parts) > MAX_CLAIMS:
        raise InputError(f"{reference!r} holds {len(parts)} bundles; at most {MAX_CLAIMS} are read")
    bundles: list[ClaimedBundle] = []
    rejected: list[Rejected] = []
    for part, source in parts:
        try:
            limits = CLAIM_LIMITS if many else SIGNATURE_LIMITS
            bundles.append(claimed(parse_bundle(part, source, limits, messages=True)))
        except DocumentError as error:
            rejected.append(Rejected(source=source, code="malformed", reason=error.message))
    return tuple(bundles), tuple(rejected)
