"""Skops files: a zip with `schema.json`, a tree of nodes that say which loader makes what, and arrays beside it.

Source: `skops/io` of release 0.16 (`_audit.py`, `_general.py`, `_numpy.py`, `_scipy.py`, `_sklearn.py`, and `old/`).
Every object of the document that has a loader is judged, wherever it stands, so that no reading of the tree by any
release leaves one out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.scanning.archives.zip import Zip, ZipMember, open_member
from attest.scanning.part import Part
from attest.scanning.pickles.skops_names import BIT_GENERATORS, BY_LIST, CLASSES, CONSTRUCTED, NATIVE_OBJECTS

SCHEMA = "schema.json"
MAX_SCHEMA = 128 << 20
_LIMITS = Limits(size=MAX_SCHEMA, depth=1000, nodes=4_000_000, string=64 << 20)
_MAX_PROTOCOL = 2
_NATIVE = "sklearn-native"
_FILES = {"NdArrayNode": ".npy", "SparseMatrixNode": ".npz", "BytesNode": ".bin", "BytearrayNode": ".bin"}
_REFUSED = {
    "MethodNode": "a method of an object is fetched by a name from the file",
    "OperatorFuncNode": "a function of the operator module is made by a name from the file",
    "PartialNode": "a function is bound to arguments from the file",
    "QuantileForestNode": "a type outside of the trusted ones is made",
}
_HELD = frozenset({"BytesNode", "BytearrayNode"})
_ARRAYS = ("numpy", "json")

Pair = tuple[str, str]


@dataclass(slots=True)
class _Seen:
    """What was met so far: nodes by their id, and members that a node reads."""

    ids: dict[int | str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def scan_skops(part: Part, archive: Zip) -> None:
    """Judge every node of the schema, and scan every other member for what it is.

    Raises DocumentError when the schema is missing, no strict JSON, or of a protocol that is not known.
    """
    part.format("skops")
    seen = _Seen()
    try:
        _schema(part, archive, seen)
    finally:
        for member in archive.members:
            if member.name != SCHEMA:
                _member(part, archive, member, seen)


def _schema(part: Part, archive: Zip, seen: _Seen) -> None:
    member = archive.by_name.get(SCHEMA)
    if member is None:
        raise DocumentError(f"it has no {SCHEMA}")
    schema = as_object(parse(_text(part, archive, member), _LIMITS, SCHEMA), SCHEMA)
    protocol = schema.get("protocol")
    if type(protocol) is not int or not 0 <= protocol <= _MAX_PROTOCOL:
        raise DocumentError(f"{SCHEMA} has no protocol between 0 and {_MAX_PROTOCOL}")
    if not isinstance(schema.get("__loader__"), str):
        raise DocumentError(f"{SCHEMA} has no loader at its root")
    for count, node in enumerate(_nodes(schema)):
        if not count % 4096:
            part.budget.check_time()
        _judge(part, node, seen)
    for name in seen.files:
        if name not in archive.by_name:
            part.report("file.malformed", "a node reads a member that is not there", value=name)


def _text(part: Part, archive: Zip, member: ZipMember) -> bytes:
    if member.size > MAX_SCHEMA:
        raise DocumentError(f"{SCHEMA} is longer than {MAX_SCHEMA} bytes")
    source = open_member(part, archive, member)
    part.interpreted(source.size)
    return source.read(0, source.size)


def _nodes(schema: JsonObject) -> Iterator[JsonObject]:
    """Every object that names a loader, each before what it holds."""
    waiting: list[Json] = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("__loader__"), str):
                yield value
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _judge(part: Part, node: JsonObject, seen: _Seen) -> None:
    loader, module, name = str(node["__loader__"]), node.get("__module__"), node.get("__class__")
    if loader == "CachedNode":
        _check_cached(part, node, seen)
        return
    if not isinstance(module, str) or not isinstance(name, str):
        raise DocumentError(f"a node with the loader {loader[:80]!r} names no module and class")
    _check_id(part, node, (loader, module, name), seen)
    shown = f"{module}:{name}"
    if loader in _REFUSED:
        part.report("skops.loader", f"{_REFUSED[loader]} ({loader})", value=shown)
    elif loader not in CLASSES and loader not in BY_LIST:
        part.report("skops.loader", "a node names a loader that skops does not have", value=loader)
    else:
        _check_class(part, loader, (module, name))
        _check_content(part, loader, node, seen)


def _check_class(part: Part, loader: str, pair: Pair) -> None:
    """A pair must be one that skops trusts for this loader, or be on the list for pickles for such a use."""
    listed = part.allowed.find(*pair)
    shown = f"{pair[0]}:{pair[1]}"
    if listed is not None:
        part.found.profiles.add(listed.profile)
        if not part.allowed.allows(listed):
            part.report(
                "skops.loader", "the file names something of a profile that is not allowed here",
                value=shown, profile=listed.profile,
            )  # fmt: skip
            return
    native = loader == "ObjectNode" and pair in NATIVE_OBJECTS
    filled = native or (loader in {"TreeNode", "LossNode"} and pair in CLASSES[loader])
    if filled and listed is not None and listed.profile == _NATIVE:
        part.report("pickle.native-state", "native data is filled from the file", value=shown, profile=_NATIVE)
    if native or pair in CLASSES.get(loader, ()):
        return
    if loader == "ConstructorFromReduceNode":
        known = pair in CONSTRUCTED
    else:
        known = listed is not None and listed.operation in BY_LIST.get(loader, ())
    if not known:
        part.report("skops.loader", f"the file names something outside of the trusted types ({loader})", value=shown)


def _check_content(part: Part, loader: str, node: JsonObject, seen: _Seen) -> None:
    if loader in _FILES and (loader != "NdArrayNode" or node.get("type") == "numpy"):
        _check_file(part, loader, node.get("file"), seen)
    if loader == "NdArrayNode" and node.get("type") not in _ARRAYS:
        raise DocumentError("an array is of no kind that is known")
    if loader == "FunctionNode" and "content" in node:
        _check_old_function(part, node["content"])
    elif loader == "RandomGeneratorNode":
        _check_generator(part, node)
    elif loader == "ObjectNode":
        _check_state(part, node)


def _check_file(part: Part, loader: str, name: Json, seen: _Seen) -> None:
    if not isinstance(name, str):
        raise DocumentError("an array or text of bytes names no member that holds it")
    if not name.endswith(_FILES[loader]) or "/" in name or "\\" in name:
        part.report("skops.loader", f"a node reads a member of another kind than {_FILES[loader]}", value=name)
    if seen.files.setdefault(name, loader) != loader:
        part.report("skops.loader", "two loaders read one member", value=name)


def _check_old_function(part: Part, content: Json) -> None:
    """Protocol 0 takes the function from here, and not from the node's own names."""
    if not isinstance(content, dict):
        raise DocumentError("a function's content is no object")
    module, name = content.get("module_path"), content.get("function")
    if not isinstance(module, str) or not isinstance(name, str):
        raise DocumentError("a function's content names no function")
    _check_class(part, "FunctionNode", (module, name))


def _check_generator(part: Part, node: JsonObject) -> None:
    """The name of the bit generator is called, though it looks like any text (skops before 0.14 did not look at it)."""
    content = node.get("content")
    state = content.get("bit_generator") if isinstance(content, dict) else None
    inner = state.get("content", state) if isinstance(state, dict) else None
    named = inner.get("bit_generator") if isinstance(inner, dict) else None
    text = named.get("content") if isinstance(named, dict) else json.dumps(named)
    try:
        name = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        name = None
    plain = isinstance(state, dict) and state.get("__loader__") in ("DictNode", None)
    if not plain or not isinstance(name, str) or name not in BIT_GENERATORS:
        part.report("skops.loader", "a random generator is made of something that is no bit generator", value=str(name))


def _check_state(part: Part, node: JsonObject) -> None:
    content = node.get("content")
    table = content.get("content") if isinstance(content, dict) else None
    for key in table if isinstance(table, dict) else ():
        if key.startswith("__") and key.endswith("__"):
            part.report("pickle.state-key", "the state of an object has a name that Python acts on", value=key)


def _check_id(part: Part, node: JsonObject, kind: tuple[str, str, str], seen: _Seen) -> None:
    """Skops gives the first node with an id for every other one, so that two of one id must be the same thing."""
    number = node.get("__id__")
    if not isinstance(number, int | str):
        return
    content = node.get("content")
    same: tuple[str, ...] = (*kind, content) if kind[0] == "JsonNode" and isinstance(content, str) else kind
    if kind[0] == "DictNode" and isinstance(content, dict):
        same = (*kind, *content)
    if seen.ids.setdefault(number, same) != same:
        part.report("skops.loader", "two nodes of different kinds have one id", value=str(number))


def _check_cached(part: Part, node: JsonObject, seen: _Seen) -> None:
    number = node.get("__id__")
    if not isinstance(number, int | str) or number not in seen.ids:
        part.report("skops.loader", "a node stands for another one that is not there", value=str(number))


def _member(part: Part, archive: Zip, member: ZipMember, seen: _Seen) -> None:
    """Arrays are scanned for what they are; bytes that a node holds are not read by anything."""
    loader = seen.files.get(member.name, "")
    if not loader:
        part.report("file.unknown-format", "no node of the schema reads this member", value=member.name)
    scanner = _held if loader in _HELD else part.scan
    try:
        part.child(member.name, open_member(part, archive, member), scanner)
    except DocumentError as error:
        part.report("archive.unsupported", error.message, value=member.name)


def _held(part: Part) -> None:
    part.format("bytes")
    part.opaque(part.size)


def is_skops(part: Part, archive: Zip) -> bool:
    """Whether an archive's `schema.json` is one of skops: its root has a loader. What cannot be read may be one."""
    member = archive.by_name.get(SCHEMA)
    if member is None:
        return False
    try:
        schema = parse(_text(part, archive, member), _LIMITS, SCHEMA)
    except DocumentError:
        return True
    return isinstance(schema, dict) and "__loader__" in schema
