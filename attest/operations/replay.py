"""`verify --evidence-out` and `policy replay`: evidence as a file, and the verdict that it gives."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime

from attest.domain.attestation import Attestation
from attest.domain.canonical import canonical
from attest.domain.evidence import Evidence
from attest.domain.manifest import build_manifest
from attest.domain.record import decode, encode
from attest.domain.strict_json import Limits, as_object, as_string, only, parse
from attest.domain.verdict import Verification
from attest.errors import DocumentError, InputError
from attest.operations.inspect_files import StrPath
from attest.operations.policy import load_policy, moment
from attest.policy import TrustSection, evaluate
from attest.stores import write_atomic
from attest.stores.beside import read_bounded

FORMAT = "attest/evidence/v1"
LIMITS = Limits(size=1 << 30, depth=32, nodes=64_000_000, string=96 << 20)


def write_evidence(verification: Verification, path: StrPath) -> None:
    """Write the evidence of a verification, with the time at which it was judged. Raises OutputError."""
    record = {"format": FORMAT, "at": verification.at, "evidence": encode(verification.evidence)}
    write_atomic(os.fspath(path), canonical(record) + b"\n")


def read_evidence(path: str) -> tuple[Evidence, datetime]:
    """Read evidence that `write_evidence` wrote, checking that its digests are consistent.

    The file is not signed: what it says is what whoever wrote it says. Raises InputError or DocumentError.
    """
    data = read_bounded(path, LIMITS.size)
    if data is None:
        raise InputError(
            f"there is no evidence at {path!r}",
            hint="Make it: attest verify MODEL --policy P --evidence-out FILE",
        )
    table = as_object(parse(data, LIMITS, repr(path)), repr(path))
    only(table, ("format", "at", "evidence"), repr(path))
    if table.get("format") != FORMAT:
        raise DocumentError(f"{path!r} is not of format {FORMAT}", hint="Give a file written by --evidence-out.")
    evidence = decode(Evidence, table.get("evidence"), "evidence")
    _check_consistent(evidence)
    try:
        at = datetime.strptime(as_string(table.get("at"), "at"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise DocumentError(f"the time of the evidence in {path!r} is no time") from None
    return evidence, at


def _check_consistent(evidence: Evidence) -> None:
    manifest = evidence.manifest
    if manifest is not None:
        again = build_manifest(manifest.files, kind=manifest.kind)
        if (again.digest, again.files) != (manifest.digest, manifest.files):
            raise DocumentError("the evidence is damaged: the artifact's digest is not that of its files")
        if len({entry.name for entry in manifest.files}) != len(manifest.files):
            raise DocumentError("the evidence is damaged: one file stands twice in its list")
    for item in evidence.attestations:
        if item.statement and hashlib.sha256(item.statement.encode("utf-8")).hexdigest() != item.statement_digest:
            raise DocumentError(f"the evidence is damaged: the statement of {item.source} does not have its digest")


def replay(path: StrPath, policy: StrPath, *, at: datetime | None = None) -> Verification:
    """The verdict that stored evidence gives under the policy file `policy`, at its own time or at `at`.

    Raises InputError, DocumentError or KeyFileError for wrong input.
    """
    evidence, then = read_evidence(os.fspath(path))
    judged_by = load_policy(os.fspath(policy)).policy
    return evaluate(
        judged_by,
        replace(evidence, attestations=tuple(_backed(item, judged_by.trust) for item in evidence.attestations)),
        moment(at) if at else then,
        at_given=at is not None,
        replayed=True,
    )


def _backed(item: Attestation, trust: TrustSection) -> Attestation:
    """Stored times and log entries count only where this policy names somebody for them.

    A Sigstore instance vouches for its own, and the policy's definition of the identity names the instance.
    """
    if item.signer.kind == "sigstore":
        return item
    times = item.times if trust.timestamp_authorities or trust.trusted_roots else ()
    return replace(item, times=times, logs=item.logs if trust.trusted_roots else ())
