"""The OMS predicate (`https://model_signing/signature/v1.0`): written deterministically, read strictly.

Source: OpenSSF Model Signing 1.0. The numbers in comments are the rows of the verification table in
`docs/verification.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attest.domain.artifact import CLAIMS_NAME, OMS_IGNORED, SIGNATURE_NAME, ignored_by_default
from attest.domain.attestation import MAX_LISTED, Changed, Differences
from attest.domain.canonical import canonical
from attest.domain.digest import is_hex_digest
from attest.domain.manifest import FileEntry, Manifest, name_fault, oms_root, printable
from attest.domain.statement import OMS_PREDICATE, Statement, build_statement
from attest.domain.strict_json import JsonObject, as_boolean, as_list, as_object, as_string, only
from attest.errors import DocumentError

_MAX_IGNORED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The signed list: (name, SHA-256 in hexadecimal) in listed order, and how the signer enumerated."""

    files: tuple[tuple[str, str], ...]
    allow_symlinks: bool
    ignore_paths: tuple[str, ...]


def signed_entries(manifest: Manifest) -> list[FileEntry]:
    """The files that an OMS signature over this manifest lists, in listed order."""
    whole = manifest.kind == "file"
    return [entry for entry in manifest.files if whole or not ignored_by_default(entry.name)]


def oms_payload(manifest: Manifest, name: str, *, compat: bool = False) -> bytes:
    """The statement bytes that sign `manifest`: canonical JSON, resources in name order.

    `compat` writes `.` as the name of a single file, as model-signing up to 1.1.1 expects.
    Raises DocumentError when the OMS rules leave no file to sign.
    """
    single = manifest.kind == "file"
    files = signed_entries(manifest)
    if not files:
        raise DocumentError(
            "there is no file to sign: OMS leaves out .git, .gitattributes, .github and .gitignore",
            hint="Sign the directory that holds the model's files.",
        )
    resources = [
        {
            "algorithm": "sha256",
            "digest": entry.sha256.hex(),
            "name": "." if single and compat else entry.name,
        }
        for entry in files
    ]
    evidence = () if single else (CLAIMS_NAME, SIGNATURE_NAME)
    predicate = {
        "resources": resources,
        "serialization": {
            "allow_symlinks": bool(manifest.links) or manifest.hub_links,
            "hash_type": "sha256",
            "ignore_paths": sorted((*OMS_IGNORED, *evidence)),
            "method": "files",
        },
    }
    root = oms_root(entry.sha256 for entry in files)
    return build_statement(
        subjects=[{"digest": {"sha256": root}, "name": name}],
        predicate_type=OMS_PREDICATE,
        predicate=canonical(predicate),
    )


def read_resources(statement: Statement) -> Resources:
    """Read the predicate of a statement whose signature verified.

    Raises DocumentError naming the first rule that it breaks.
    """
    if len(statement.subjects) != 1 or "sha256" not in statement.subjects[0].digest:  # 13
        raise DocumentError("an OMS statement has exactly one subject with a sha256 digest")
    predicate = statement.predicate
    only(predicate, ("resources", "serialization"), "predicate")
    serialization = as_object(predicate.get("serialization"), "serialization")
    allow_symlinks, ignored = _serialization(serialization)  # 14, 21
    resources = as_list(predicate.get("resources"), "resources")
    if not resources:  # 15
        raise DocumentError("the signed list of files is empty")
    files = tuple(_resource(as_object(item, "resources[]")) for item in resources)  # 16, 18
    _check_distinct([name for name, _ in files])  # 17
    if oms_root(bytes.fromhex(digest) for _, digest in files) != statement.subjects[0].digest["sha256"]:  # 20
        raise DocumentError("the subject is not the root digest of the listed files")
    return Resources(files=files, allow_symlinks=allow_symlinks, ignore_paths=ignored)


def _serialization(table: JsonObject) -> tuple[bool, tuple[str, ...]]:
    only(table, ("method", "hash_type", "allow_symlinks", "shard_size", "ignore_paths"), "serialization")
    method, hash_type = table.get("method"), table.get("hash_type")
    if method != "files" or hash_type != "sha256" or "shard_size" in table:
        raise DocumentError(
            f"the files were signed as method {str(method)[:20]!r} with {str(hash_type)[:20]!r}; "
            "this version reads method 'files' with 'sha256'"
        )
    ignored = as_list(table.get("ignore_paths", []), "ignore_paths")
    if len(ignored) > _MAX_IGNORED:
        raise DocumentError(f"more than {_MAX_IGNORED} ignored paths are recorded")
    paths = tuple(as_string(item, "ignore_paths[]") for item in ignored)
    if globbed := [path for path in paths if any(mark in path for mark in "*?[")]:
        raise DocumentError(f"the ignored path {printable(globbed[0])!r} is a pattern; OMS allows exact paths only")
    return as_boolean(table.get("allow_symlinks"), "allow_symlinks"), paths


def _resource(item: JsonObject) -> tuple[str, str]:
    name = as_string(item.get("name"), "resources[].name")
    if name != "." and (fault := name_fault(name)):
        raise DocumentError(f"the signed list holds the name {printable(name)[:200]!r}: {fault}")
    digest = as_string(item.get("digest"), "resources[].digest")
    if item.get("algorithm") != "sha256" or not is_hex_digest(digest):
        raise DocumentError(f"the signed entry of {printable(name)!r} is not a lower-case SHA-256 digest")
    return name, digest


def _check_distinct(names: Sequence[str]) -> None:
    known: set[str] = set()
    for name in names:
        if name in known:
            raise DocumentError(f"the signed list names {printable(name)!r} twice")
        known.add(name)
    if "." in known and len(names) > 1:
        raise DocumentError("the signed list names '.' beside other files")
    folders: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if both := known & folders:
        raise DocumentError(f"the signed list names {printable(min(both))!r} both as a file and as a directory")


def compare(resources: Resources, manifest: Manifest) -> tuple[Differences, tuple[str, ...]]:
    """The signed list against the files on disk, both ways: differences, and the names that the list leaves out."""
    files = dict(resources.files)
    if set(files) == {"."} and manifest.kind == "file":
        files = {manifest.files[0].name: files["."]}
    return compare_files(files, manifest)


def compare_files(files: Mapping[str, str], manifest: Manifest) -> tuple[Differences, tuple[str, ...]]:
    """The same for names with SHA-256 digests in hexadecimal, wherever they were signed."""
    found = {entry.name: entry.sha256.hex() for entry in (*manifest.evidence, *manifest.files)}
    changed = [
        Changed(name=name, signed=digest, found=found[name])
        for name, digest in files.items()
        if name in found and found[name] != digest
    ]
    missing = [name for name in files if name not in found]
    unsigned = tuple(entry.name for entry in manifest.files if entry.name not in files)
    elsewhere = {found[name]: name for name in reversed(unsigned)}
    differences = Differences(
        listed=len(files),
        changed=tuple(changed[:MAX_LISTED]),
        missing=tuple(missing[:MAX_LISTED]),
        changed_count=len(changed),
        missing_count=len(missing),
        renamed=tuple((name, elsewhere[files[name]]) for name in missing[:MAX_LISTED] if files[name] in elsewhere),
        unsigned=unsigned[:MAX_LISTED],
    )
    return differences, unsigned
