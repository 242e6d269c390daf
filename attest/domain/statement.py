"""The in-toto Statement v1, read from the exact signed bytes by one strict reader, and written canonically.

The numbers in comments are the rules of `docs/verification.md`, section "Statements".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from attest.domain.canonical import canonical
from attest.domain.digest import HEX_LENGTHS, is_hex_digest
from attest.domain.manifest import TREE_DIGEST_KIND, Manifest
from attest.domain.strict_json import Json, JsonObject, Limits, as_list, as_object, as_string, only, parse
from attest.errors import DocumentError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
OMS_PREDICATE = "https://model_signing/signature/v1.0"
LEGACY_PREDICATE = "https://model_signing/Digests/v0.1"
_OMS = re.compile(r"https://model_signing/signature/v1\.(0|[1-9][0-9]{0,3})")

# The short names that people type, and every spelling that names the same predicate; the first one is written.
PREDICATE_TYPES: Mapping[str, tuple[str, ...]] = {
    "cyclonedx": ("https://cyclonedx.org/bom",),
    "spdx": ("https://spdx.dev/Document/v3",),
    "slsa-provenance": ("https://slsa.dev/provenance/v1",),
    "vsa": ("https://slsa.dev/verification_summary/v1",),
    "test-result": ("https://in-toto.io/attestation/test-result/v0.1",),
    "vulns": ("https://in-toto.io/attestation/vulns/v0.2",),
    "scai": ("https://in-toto.io/attestation/scai/v0.3",),
    "model-scan": ("urn:attest:scan:v1",),
    "link": ("https://in-toto.io/attestation/link/v0.3",),
}

STATEMENT_LIMITS = Limits(size=64 << 20, depth=64)
MAX_SUBJECTS = 10_000
MAX_FILE_SUBJECTS = 2_000
GIVEN = "given"
_VERSION = re.compile(r"/v[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a statement speaks about: a label and digests by algorithm (in-toto ResourceDescriptor)."""

    name: str
    digest: Mapping[str, str]
    annotations: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A parsed statement. `digest` is the SHA-256 of the payload bytes, in hexadecimal."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: JsonObject
    digest: str


def predicate_type(name: str) -> str:
    """The predicate type for a short name such as `cyclonedx`, or the URI itself.

    Raises DocumentError when `name` is neither.
    """
    if name in PREDICATE_TYPES:
        return PREDICATE_TYPES[name][0]
    if "://" in name:
        return name
    raise DocumentError(
        f"{name!r} is no known predicate type",
        hint=f"Use one of {', '.join(PREDICATE_TYPES)}, or the type's whole URI.",
    )


def same_predicate_type(wanted: str, found: str) -> bool:
    """True when both spell one predicate type; CycloneDX also has a versioned spelling (`…/bom/v1.6`)."""
    cyclonedx = PREDICATE_TYPES["cyclonedx"][0]
    return wanted == found or (
        wanted == cyclonedx and found.startswith(cyclonedx) and _VERSION.fullmatch(found, len(cyclonedx)) is not None
    )


def is_model_signature(predicate_type: str) -> bool:
    """True for an OMS signature over files: any minor version of v1, and the form of OMS v0.2."""
    return predicate_type == LEGACY_PREDICATE or _OMS.fullmatch(predicate_type) is not None


def parse_statement(payload: bytes, limits: Limits = STATEMENT_LIMITS) -> Statement:
    """Read a statement from the bytes that were signed.

    Raises DocumentError when a rule of the format is broken.
    """
    table = as_object(parse(payload, limits, "the statement"), "the statement")
    if table.get("_type") != STATEMENT_TYPE:  # 7
        raise DocumentError(f"the statement's _type is {str(table.get('_type'))[:80]!r}, not {STATEMENT_TYPE}")
    kind = as_string(table.get("predicateType"), "predicateType")  # 8
    if not kind:
        raise DocumentError("predicateType is empty")
    if is_model_signature(kind):  # OMS allows nothing else, in-toto at large ignores what it does not know
        only(table, ("_type", "subject", "predicateType", "predicate"), "the statement")
    subjects = as_list(table.get("subject"), "subject")  # 9
    if not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise DocumentError(f"the statement has {len(subjects)} subjects; 1 to {MAX_SUBJECTS} are allowed")
    return Statement(
        subjects=tuple(_subject(as_object(item, f"subject[{n}]"), f"subject[{n}]") for n, item in enumerate(subjects)),
        predicate_type=kind,
        predicate=as_object(table.get("predicate"), "predicate"),  # 13
        digest=hashlib.sha256(payload).hexdigest(),
    )


def _subject(table: JsonObject, where: str) -> Subject:
    digests = as_object(table.get("digest"), f"{where}.digest")
    if not digests:
        raise DocumentError(f"{where}.digest is empty")
    values: dict[str, str] = {}
    for algorithm, value in digests.items():
        text = as_string(value, f"{where}.digest.{algorithm[:40]}")
        if algorithm in HEX_LENGTHS and not is_hex_digest(text, algorithm):  # 10
            raise DocumentError(
                f"{where}.digest.{algorithm} is not {HEX_LENGTHS[algorithm]} lower-case hexadecimal digits"
            )
        values[algorithm] = text
    annotations = table.get("annotations")
    return Subject(
        name=as_string(table.get("name", ""), f"{where}.name"),
        digest=values,
        annotations=as_object(annotations, f"{where}.annotations") if annotations is not None else {},
    )


def artifact_subjects(manifest: Manifest, name: str, *, given: bool = False) -> list[JsonObject]:
    """The subjects of a statement about a whole artifact: its digest first, then its files while they are few.

    `given` marks a digest that whoever signs did not compute from the bytes.
    """
    annotations: JsonObject = {"digestKind": manifest.digest_kind}
    whole: JsonObject = {
        "name": name,
        "digest": {"sha256": manifest.digest},
        "annotations": annotations | ({"digestSource": GIVEN} if given else {}),
    }
    if manifest.kind == "file" or len(manifest.files) > MAX_FILE_SUBJECTS:
        return [whole]
    files: list[JsonObject] = [
        {"name": entry.name, "digest": {"sha256": entry.sha256.hex()}} for entry in manifest.files
    ]
    return [whole, *files]


def digests_given(statement: Statement) -> bool:
    """True when the statement says that its signer did not compute the digests."""
    return any(subject.annotations.get("digestSource") == GIVEN for subject in statement.subjects)


def speaks_about(statement: Statement, manifest: Manifest) -> bool:
    """True when a subject is exactly this artifact: the same digest, made the same way.

    The kind matters: the listing behind a tree digest, saved as a file, has that digest as its own. Beside a whole tree
    the other subjects are its files, and what is said of the tree is not said of each of them alone.
    """
    kinds = [subject.annotations.get("digestKind") for subject in statement.subjects]
    unmarked = manifest.kind == "file" and TREE_DIGEST_KIND not in kinds
    return any(
        subject.digest.get("sha256") == manifest.digest
        and (subject.annotations.get("digestKind", manifest.digest_kind if unmarked else "") == manifest.digest_kind)
        for subject in statement.subjects
    )


def build_statement(*, subjects: list[JsonObject], predicate_type: str, predicate: bytes) -> bytes:
    """The bytes of a statement, ready to be signed; `predicate` is a strict JSON object and stands in it as it is."""
    parts = (
        b'{"_type":',
        canonical(STATEMENT_TYPE),
        b',"predicate":',
        predicate.strip(),
        b',"predicateType":',
        canonical(predicate_type),
        b',"subject":',
        canonical(subjects),
        b"}",
    )
    return b"".join(parts)
