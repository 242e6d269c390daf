"""Reading the OMS predicate, strictly: `https://model_signing/signature/v1.x`, and `Digests/v0.1` of OMS v0.2.

Source: OpenSSF Model Signing 1.0. The numbers in comments are the rows of the verification table in
`docs/verification.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attest.domain.attestation import MAX_LISTED, Changed, Differences
from attest.domain.digest import is_hex_digest
from attest.domain.manifest import Manifest, name_fault, oms_root, printable
from attest.domain.recipe import WHOLE, HashName, Recipe, RecipeDigests
from attest.domain.statement import LEGACY_PREDICATE, OMS_PREDICATE, Statement
from attest.domain.strict_json import JsonObject, as_boolean, as_integer, as_list, as_object, as_string, only
from attest.errors import DocumentError

_MAX_IGNORED = 10_000
_HASHES: Mapping[str, HashName] = {"sha256": "sha256", "blake2b": "blake2b", "blake3": "blake3"}
_SHARD = re.compile(r"(.+):(0|[1-9][0-9]{0,18}):([1-9][0-9]{0,18})", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The signed list: (name, digests in hexadecimal one after the other) in listed order, and how they were made.

    With shards a file has one digest per shard, and `sizes` says how many bytes of each file were signed.
    """

    files: tuple[tuple[str, str], ...]
    allow_symlinks: bool
    ignore_paths: tuple[str, ...]
    recipe: Recipe = WHOLE
    sizes: Mapping[str, int] | None = None


def read_resources(statement: Statement) -> Resources:
    """Read the signed list of a statement whose signature verified.

    Raises DocumentError naming the first rule that it breaks.
    """
    if statement.predicate_type == LEGACY_PREDICATE:
        return _legacy(statement)
    if len(statement.subjects) != 1 or "sha256" not in statement.subjects[0].digest:  # 13
        raise DocumentError("an OMS statement has exactly one subject with a sha256 digest")
    predicate = statement.predicate
    serialization = as_object(predicate.get("serialization"), "serialization")
    if statement.predicate_type == OMS_PREDICATE:  # later minor versions may add members, this one has no others
        only(predicate, ("resources", "serialization"), "predicate")
        only(serialization, ("method", "hash_type", "allow_symlinks", "shard_size", "ignore_paths"), "serialization")
    recipe = _recipe(serialization)  # 14
    listed = as_list(predicate.get("resources"), "resources")
    if not listed:  # 15
        raise DocumentError("the signed list of files is empty")
    resources = [_resource(as_object(item, "resources[]"), recipe) for item in listed]  # 16, 18
    if oms_root(bytes.fromhex(digest) for _, digest in resources) != statement.subjects[0].digest["sha256"]:  # 20
        raise DocumentError("the subject is not the root digest of the listed files")
    files, sizes = (_assembled(resources, recipe.shard_size)) if recipe.shard_size else (tuple(resources), None)  # 19
    _check_names([name for name, _ in files])  # 16, 17
    return Resources(
        files=files,
        allow_symlinks=as_boolean(serialization.get("allow_symlinks"), "allow_symlinks"),
        ignore_paths=_ignored(serialization),  # 21
        recipe=recipe,
        sizes=sizes,
    )


def _legacy(statement: Statement) -> Resources:
    """OMS v0.2: the files are the subjects, and nothing says how they were enumerated."""
    only(statement.predicate, ("unused",), "predicate")
    files = []
    for subject in statement.subjects:
        method = subject.annotations.get("actual_hash_algorithm", "file-sha256")
        if set(subject.digest) != {"sha256"} or method != "file-sha256":
            raise DocumentError(f"the signed entry of {printable(subject.name)!r} is not one SHA-256 digest")
        files.append((subject.name, subject.digest["sha256"]))
    _check_names([name for name, _ in files])
    return Resources(files=tuple(files), allow_symlinks=False, ignore_paths=())


def _recipe(table: JsonObject) -> Recipe:
    method, hash_type = table.get("method"), table.get("hash_type")
    name = _HASHES.get(hash_type) if isinstance(hash_type, str) else None
    if method not in ("files", "shards") or name is None:  # a tuple: what was signed need not be hashable
        raise DocumentError(
            f"the files were signed as method {str(method)[:20]!r} with {str(hash_type)[:20]!r}; known are the methods "
            "'files' and 'shards' with 'sha256', 'blake2b' and 'blake3'"
        )
    if method == "files":
        if "shard_size" in table:
            raise DocumentError("the files were signed whole, and the signed list has a shard_size")
        return Recipe(hash_name=name)
    size = as_integer(table.get("shard_size"), "shard_size")
    if size < 1:
        raise DocumentError("shard_size is not positive")
    return Recipe(hash_name=name, shard_size=size)


def _ignored(table: JsonObject) -> tuple[str, ...]:
    ignored = as_list(table.get("ignore_paths", []), "ignore_paths")
    if len(ignored) > _MAX_IGNORED:
        raise DocumentError(f"more than {_MAX_IGNORED} ignored paths are recorded")
    paths = tuple(as_string(item, "ignore_paths[]") for item in ignored)
    if globbed := [path for path in paths if any(mark in path for mark in "*?[")]:
        raise DocumentError(f"the ignored path {printable(globbed[0])!r} is a pattern; OMS allows exact paths only")
    return paths


def _resource(item: JsonObject, recipe: Recipe) -> tuple[str, str]:
    name = as_string(item.get("name"), "resources[].name")
    digest = as_string(item.get("digest"), "resources[].digest")
    hash_name = recipe.hash_name
    sharded = f"{hash_name}-sharded-{recipe.shard_size}"  # as model-signing writes it
    known = item.get("algorithm") == hash_name or (recipe.shard_size and item.get("algorithm") == sharded)
    if not known or not is_hex_digest(digest, hash_name):
        raise DocumentError(f"the signed entry of {printable(name)!r} is not a lower-case {hash_name} digest")
    return name, digest


def _assembled(
    resources: Sequence[tuple[str, str]], shard_size: int
) -> tuple[tuple[tuple[str, str], ...], dict[str, int]]:
    """Shards as files: ranges that start at 0, follow each other without gap, and are full but for the last."""
    ranges: dict[str, list[tuple[int, int, str]]] = {}
    for resource, digest in resources:
        match = _SHARD.fullmatch(resource)  # the last two numbers: a path may hold colons
        if match is None:
            raise DocumentError(f"the signed entry {printable(resource)[:200]!r} names no shard")
        ranges.setdefault(match[1], []).append((int(match[2]), int(match[3]), digest))
    files, sizes = [], {}
    for name, found in ranges.items():
        found.sort()
        end = 0
        for number, (start, stop, _) in enumerate(found):
            full = stop - start == shard_size or (number == len(found) - 1 and 0 < stop - start < shard_size)
            if start != end or not full:
                raise DocumentError(f"the signed shards of {printable(name)!r} leave a gap, overlap or have odd sizes")
            end = stop
        files.append((name, "".join(digest for _, _, digest in found)))
        sizes[name] = end
    return tuple(files), sizes


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if name != "." and (fault := name_fault(name) if name else "the name is empty"):
            raise DocumentError(f"the signed list holds the name {printable(name)[:200]!r}: {fault}")
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


def compare(
    resources: Resources, manifest: Manifest, others: RecipeDigests | None = None
) -> tuple[Differences, tuple[str, ...]]:
    """The signed list against the files on disk, both ways: differences, and the names that the list leaves out.

    `others` holds the digests of the files when the list is not made of one SHA-256 per file.
    """
    files = dict(resources.files)
    alone = manifest.files[0].name if manifest.kind == "file" else ""
    if set(files) == {"."} and alone:
        files = {alone: files["."]}
    entries = (*manifest.evidence, *manifest.files)
    if resources.recipe == WHOLE:
        return _compared(files, {entry.name: entry.sha256.hex() for entry in entries}, manifest)
    made = (others or {})[resources.recipe]
    sizes = resources.sizes
    if sizes and alone and "." in sizes:
        sizes = {alone: sizes["."]}
    found = {
        entry.name: b"".join(made[entry.name]).hex()
        for entry in manifest.files
        # A file of another size than its shards say is changed, whatever their digests (row 19).
        if sizes is None or entry.name not in sizes or sizes[entry.name] == entry.size
    }
    found = {entry.name: found.get(entry.name, "another size") for entry in manifest.files}
    return _compared(files, found, manifest)


def compare_files(files: Mapping[str, str], manifest: Manifest) -> tuple[Differences, tuple[str, ...]]:
    """The same for names with SHA-256 digests in hexadecimal, wherever they were signed."""
    entries = (*manifest.evidence, *manifest.files)
    return _compared(files, {entry.name: entry.sha256.hex() for entry in entries}, manifest)


def _compared(
    files: Mapping[str, str], found: Mapping[str, str], manifest: Manifest
) -> tuple[Differences, tuple[str, ...]]:
    changed = [
        Changed(name=name, signed=digest[:128], found=found[name][:128])
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
