"""`verify`: may these bytes be trusted? The steps are numbered as in `docs/verification.md`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attest.domain.artifact import Artifact
from attest.domain.attestation import Attestation, Rejected
from attest.domain.evidence import Evidence
from attest.domain.gap import Gap
from attest.domain.license import License
from attest.domain.manifest import printable
from attest.domain.scan import FileScan, Scan
from attest.domain.verdict import Verification
from attest.errors import InputError, UnsafeArtifactError, UnstableFileError
from attest.formats import prefix_wanted, sniff_all
from attest.hashing import Hashed, HashOptions, hash_artifact, locate
from attest.hashing.recipes import MAX_RECIPES
from attest.hashing.stream import Observe, Progress
from attest.operations.expected import Expected
from attest.operations.inspect_files import Inspected, StrPath, findings
from attest.operations.policy import TrustedPolicy, load_policy, moment, policy_for
from attest.policy import Policy, evaluate
from attest.signing.verify import about, read_bundle, recipes, within
from attest.stores import Beside, Found

if TYPE_CHECKING:
    from attest.operations.scan import Scanning

# What a card may say badly without saying anything about licences; everything else of it counts.
_OTHER_MEMBERS = frozenset(
    f"README.md#/{member}"
    for member in (
        "base_model",
        "base_model_relation",
        "datasets",
        "language",
        "library_name",
        "model-index",
        "pipeline_tag",
        "tags",
    )
)


def verify(
    path: StrPath,
    *,
    policy: StrPath = "",
    keys: StrPath | Sequence[StrPath] = (),
    expected: Expected | None = None,
    signature: StrPath = "",
    allow_unsigned: Sequence[str] = (),
    at: datetime | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Verify the artifact at `path` under the policy file `policy`, or with public key files `keys` alone.

    `expected` says more than `keys` and `allow_unsigned`: identities, certificates, what is trusted and tolerated.
    `signature` is an OMS bundle kept elsewhere; `at` evaluates at another time and such a verdict admits nothing.
    Raises InputError for wrong use (no policy, no artifact, a key that is none); whatever the artifact or its evidence
    holds ends in a verdict.
    """
    named = [keys] if isinstance(keys, str | os.PathLike) else keys
    if expected is not None and (named or allow_unsigned):
        raise InputError("`expected` says all of it, and `keys` and `allow_unsigned` are given besides")
    wanted = expected or Expected(keys=tuple(os.fspath(key) for key in named), allow_unsigned=tuple(allow_unsigned))
    trusted = _trusted_policy(os.fspath(policy), wanted)
    moment_now = moment(at) if at else datetime.now(UTC)
    # (1) Resolve the reference.
    reference = os.fspath(path)
    artifact = locate(reference)
    # (3) Gather what is claimed; before hashing, since evidence files that parse are not part of the tree.
    found = Beside(artifact=artifact).read(os.fspath(signature))
    # (2) Hash every file once.
    trust = replace(trusted.trust, at=moment_now)
    evidence = _evidence(artifact, reference, found, TrustedPolicy(policy=trusted.policy, trust=trust), progress)
    # (6) Evaluate: pure.
    return evaluate(trusted.policy, evidence, moment_now, at_given=at is not None)


def _trusted_policy(policy: str, expected: Expected) -> TrustedPolicy:
    if bool(policy) == bool(expected.given):
        raise InputError(
            "a verification needs either a policy or one who must have signed",
            hint="attest verify MODEL --policy FILE, or attest verify MODEL --key signer.pub, "
            "or attest verify MODEL --identity TEXT --issuer URL",
        )
    if not policy:
        return policy_for(expected)
    if expected != Expected():
        raise InputError(
            "what is tolerated or trusted besides stands in the policy, when there is one",
            hint="coverage.allowUnsigned, coverage.allowIgnored and trust in the policy say it.",
        )
    return load_policy(policy)


def _evidence(
    artifact: Artifact, reference: str, found: Found, trusted: TrustedPolicy, progress: Progress | None
) -> Evidence:
    base = Evidence(
        name=artifact.name, kind=artifact.kind, reference=printable(reference), manifest=None, rejected=found.rejected
    )
    looks_inside = trusted.policy.needs("formats", "licenses")
    how = _scanning(trusted.policy)
    # (4) Which claims are authentic; before hashing, since a signed list says how its files were hashed.
    read = within((read_bundle(bundle, trusted.trust) for bundle in found.bundles), MAX_RECIPES)
    options = HashOptions(
        evidence=found.evidence,
        # Links inside count as files; whether the signer allowed them is checked with the signature.
        follow_links=True,
        wanted=prefix_wanted if looks_inside else None,
        observe=_observe(how),
        recipes=recipes(read),
        progress=progress,
    )
    try:
        hashed = hash_artifact(artifact, options)
    except UnsafeArtifactError as error:
        gaps = tuple(Gap(needed="manifest", about=item.where, reason=item.message) for item in error.problems)
        return replace(base, gaps=gaps)
    except UnstableFileError as error:
        return replace(base, gaps=(Gap(needed="manifest", about="", reason=error.message),))
    # (4) And which of them are about these bytes.
    outcomes = [item if isinstance(item, Rejected) else about(item, hashed.manifest, hashed.others) for item in read]
    # (5) Describe what is inside, as far as the policy asks.
    plain = replace(hashed, seen={})  # what is seen here are scans, and no facts
    licenses, gaps = _licenses(Inspected(artifact=artifact, found=found, hashed=plain), trusted.policy)
    return replace(
        base,
        manifest=hashed.manifest,
        attestations=tuple(item for item in outcomes if isinstance(item, Attestation)),
        rejected=found.rejected + tuple(item for item in outcomes if isinstance(item, Rejected)),
        formats=_formats(hashed) if looks_inside else None,
        licenses=licenses,
        scan=_scan(hashed, how),
        findings=findings(hashed.manifest),
        gaps=gaps,
    )


def _scanning(policy: Policy) -> Scanning | None:
    """How the policy wants the files to be scanned. Imported here: most policies do without a scanner."""
    if policy.scan_rule is None:
        return None
    from attest.operations.scan import scanning_of

    return scanning_of(policy)


def _observe(how: Scanning | None) -> Observe | None:
    if how is None:
        return None
    from attest.scanning.observer import observing_scan

    return observing_scan(how.allowed(), how.limits)


def _scan(hashed: Hashed, how: Scanning | None) -> Scan | None:
    if how is None:
        return None
    from attest.operations.scan import assemble

    seen = [item for item in hashed.seen.values() if isinstance(item, FileScan)]
    return assemble(seen, [entry.name for entry in hashed.manifest.files], how)


_SOURCES = "these say different things about the licence"


def _formats(hashed: Hashed) -> tuple[tuple[str, str], ...]:
    return sniff_all(((entry.name, entry.size) for entry in hashed.manifest.files), hashed.prefixes)


def _licenses(inspected: Inspected, policy: Policy) -> tuple[tuple[License, ...] | None, tuple[Gap, ...]]:
    if not policy.needs("licenses"):
        return None, ()
    # Imported here: a policy without a licence rule needs no description.
    from attest.operations.describe import describe

    bom = describe(inspected)
    gaps = tuple(
        Gap(needed="licenses", about=name, reason=reason)
        for name, reason in bom.unreadable
        if name.startswith("README.md") and name not in _OTHER_MEMBERS
    )
    # What a licence file holds without one licence being concluded is no licence of the model; when it contradicts what
    # is declared, nobody knows which of the two holds.
    gaps += tuple(
        Gap(
            needed="licenses",
            about=", ".join(dict.fromkeys(value.source for value in conflict.values)),
            reason=_SOURCES,
        )
        for conflict in bom.conflicts
        if conflict.about == "license"
    )
    return tuple(item for item in bom.licenses if item.acknowledgement != "evidence"), gaps
