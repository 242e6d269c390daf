"""TensorFlow graphs: SavedModel, MetaGraphDef (`.meta`) and GraphDef, with the functions of each.

Source: `saved_model.proto`, `meta_graph.proto` and `graph.proto` of TensorFlow 2. A message does not say what it is, so
every reading that its fields allow is scanned; what any of them makes a loader run counts. Variables lie elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.protobuf import Wire, block, varint
from attest.formats.sniff import is_text
from attest.scanning.graphs.tf_graph import Place, Walk
from attest.scanning.graphs.tf_objects import Objects, read_objects
from attest.scanning.graphs.tf_operators import REACHES, operators
from attest.scanning.graphs.tf_trace import Bound, Tracer
from attest.scanning.part import Part

# SavedModel, MetaGraphDef, GraphDef, FingerprintDef: the fields of each.
_SAVED_MODEL = frozenset({varint(1), block(2)})
_META_GRAPH = frozenset(block(number) for number in range(1, 8))
_GRAPH = frozenset({block(1), block(2), varint(3), block(4), block(5)})
_FINGERPRINT = frozenset({*(varint(number) for number in range(1, 6)), block(6), block(7)})
_META, _NODES, _INNER_GRAPH, _ASSET, _OBJECTS = block(2), block(1), block(2), block(6), block(7)
_ASSET_TENSOR, _ASSET_FILE, _TENSOR_NAME = block(1), block(2), block(1)
_OPERATOR = re.compile(r"[A-Za-z_][A-Za-z0-9_.>/-]*")
_MAX_FINGERPRINT = 4096
_MAX_TEXT = 64 << 20
_TEXT_OPERATOR = re.compile(rb"""\bop\s{0,64}:\s{0,64}["']([A-Za-z0-9_>]{1,200})["']""")
# Which input of an operator is the name of a file, and whether it has to be an asset.
_NAMED = {
    "SaveV2": (0, False), "RestoreV2": (0, False), "Save": (0, False), "SaveSlices": (0, False),
    "Restore": (0, False), "RestoreSlice": (0, False), "InitializeTableFromTextFile": (1, True),
    "InitializeTableFromTextFileV2": (1, True), "CacheDataset": (1, True), "CacheDatasetV2": (1, True),
}  # fmt: skip
_CHECKPOINTS = "MergeV2Checkpoints"
# Attributes that may name a file, with the values that do not.
_ATTRIBUTES = {
    "PrintV2": ("output_stream", re.compile(rb"stderr|stdout|log\((?:info|warning|error)\)|")),
    "DecodeProtoV2": ("descriptor_source", re.compile(rb"local://|bytes://[\s\S]*+|")),
    "EncodeProto": ("descriptor_source", re.compile(rb"local://|bytes://[\s\S]*+|")),
    "FixedUnigramCandidateSampler": ("vocab_file", re.compile(rb"")),
}  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """What one reading of a message gives."""

    walk: Walk
    assets: list[tuple[str, str]] = field(default_factory=list)
    objects: list[Objects] = field(default_factory=list)
    fault: str = ""

    @property
    def sound(self) -> bool:
        """Whether the message plainly is of this kind."""
        return not self.fault and self.walk.count > 0 and all(map(_OPERATOR.fullmatch, self.walk.operators))


def scan(part: Part) -> None:
    """Scan one message. Raises DocumentError when it is none of TensorFlow's, or breaks off."""
    if is_text(part.source.up_to(0, 8192), part.size):
        _scan_text(part)
        return
    wire = Wire(part.source)
    tags = {tag for tag, _, _ in wire.fields(0, part.size)}
    if tags <= _FINGERPRINT and not tags <= _SAVED_MODEL and part.size <= _MAX_FINGERPRINT:
        part.interpreted(part.size)
        return
    readings = [_read(part, kind) for kind in (_SAVED_MODEL, _META_GRAPH, _GRAPH) if tags <= kind]
    if not readings:
        raise DocumentError("it is no graph of TensorFlow")
    opaque = min(part.size, max(reading.walk.opaque for reading in readings))
    part.interpreted(part.size - opaque)
    part.opaque(opaque)
    chosen = next((reading for reading in readings if reading.sound), None)
    for reading in readings:
        _judge(part, reading, strict=reading is chosen)
    if chosen is None:
        raise DocumentError(next((reading.fault for reading in readings if reading.fault), "the graph has no nodes"))


def _read(part: Part, kind: frozenset[int]) -> _Reading:
    """Read a message as one of a kind, as far as that goes."""
    wire = Wire(part.source)
    reading = _Reading(Walk(part, wire, operators().conditional))
    try:
        if kind is _GRAPH:
            reading.walk.graph(0, part.size)
        elif kind is _META_GRAPH:
            _meta_graph(reading, wire, 0, part.size)
        else:
            for tag, begin, end in wire.fields(0, part.size):
                if tag == _META:
                    _meta_graph(reading, wire, begin, end)
    except (DocumentError, IndexError) as error:
        reading.fault = error.message if isinstance(error, DocumentError) else "a message breaks off"
    return reading


def _meta_graph(reading: _Reading, wire: Wire, begin: int, end: int) -> None:
    for tag, first, last in wire.fields(begin, end):
        if tag == _INNER_GRAPH:
            reading.walk.graph(first, last)
        elif tag == _ASSET:
            reading.assets.append(_asset(reading.walk, wire, first, last))
        elif tag == _OBJECTS:
            reading.objects.append(read_objects(reading.walk, wire, first, last))


def _asset(walk: Walk, wire: Wire, begin: int, end: int) -> tuple[str, str]:
    """The node that gives an asset's path, and the asset's file name."""
    node = file = ""
    for tag, first, last in wire.fields(begin, end):
        if tag == _ASSET_FILE:
            file = walk.name(first, last)
        elif tag == _ASSET_TENSOR:
            for inner, start, stop in wire.fields(first, last):
                if inner == _TENSOR_NAME:
                    node = walk.name(start, stop).split(":", 1)[0]
    return node, file


def _judge(part: Part, reading: _Reading, *, strict: bool) -> None:
    """Report on one reading; only what is plainly a graph is told for operators that are on no list."""
    lists = operators()
    walk = reading.walk
    named = {call.function for call in walk.calls if call.function not in walk.functions}
    found = dict(walk.operators) | {name: -1 for name in sorted(named) if name not in walk.operators}
    unknown = []
    for name, offset in sorted(found.items()):
        if name in lists.outside and name not in lists.conditional:
            message = f"the graph {REACHES[lists.outside[name]]}"
            part.report("tf.operator", message, offset=offset, value=name)
        elif name not in lists.pure and name not in lists.outside and name not in walk.functions:
            unknown.append((name, offset))
    for name, offset in unknown if strict else ():
        part.report("tf.unknown-operator", "the graph has an operator that is on no list", offset=offset, value=name)
    _conditional(part, reading)
    if strict or reading.assets:
        _assets(part, (file for _, file in reading.assets))
    for objects in reading.objects:
        for begin, end in objects.metadata:
            part.inside("keras_metadata.json", part.window("keras_metadata.json", begin, end - begin))


def _conditional(part: Part, reading: _Reading) -> None:
    """Operators of which their inputs or attributes tell whether they reach outside."""
    bound: dict[str, tuple[str, ...]] = {}
    for objects in reading.objects:
        bound |= objects.bound
    tracer = Tracer(reading.walk, frozenset(node for node, file in reading.assets if node and file), Bound(bound))
    for place in reading.walk.places:
        part.budget.check_time()
        try:
            fault = _fault(reading.walk, tracer, place)
        except (DocumentError, IndexError):
            fault = "a node that cannot be read"
        if fault:
            part.report(
                "tf.operator",
                f"the graph uses {place.operator} with a name of its own choice",
                offset=place.begin,
                value=fault,
            )


def _fault(walk: Walk, tracer: Tracer, place: Place) -> str:
    """What is wrong with one such operator; empty when nothing is."""
    node = walk.node(place.begin, place.end)
    if place.operator in _ATTRIBUTES:
        key, harmless = _ATTRIBUTES[place.operator]
        text = walk.text(node, key)
        return "" if text is None or harmless.fullmatch(text) else text.decode("utf-8", "replace")
    inputs = [source for source in node.inputs if not source.startswith("^")]
    if place.operator == _CHECKPOINTS:
        faults = (tracer.fault(place.graph, source, assets=False) for source in inputs)
        return next(filter(None, faults), "")
    index, assets = _NAMED[place.operator]
    if index >= len(inputs):
        return "no name"
    return tracer.fault(place.graph, inputs[index], assets=assets)


def _assets(part: Part, names: Iterable[str]) -> None:
    """The files that tables are filled from: they lie in the folder `assets`."""
    folder = "" if part.members else part.file.rpartition("/")[0]
    for name in names:
        if not name or name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or ":" in name:
            part.report("archive.path-traversal", "an asset of the model lies outside its folder", value=name)
        elif not part.members:
            part.refers_to("/".join(filter(None, (folder, "assets", name))))


def _scan_text(part: Part) -> None:
    """A graph as text: the names in it are looked for, but it is not read as its reader does."""
    size = min(part.size, _MAX_TEXT)
    step, overlap = 1 << 20, 512
    lists = operators()
    found: set[str] = set()
    for begin in range(0, size, step):
        data = part.source.up_to(begin, min(step + overlap, size - begin))
        found |= {name.decode() for name in _TEXT_OPERATOR.findall(data)}
        part.budget.check_time()
    part.interpreted(size)
    for name in sorted(found & lists.outside.keys() - lists.conditional):
        part.report("tf.operator", f"the graph {REACHES[lists.outside[name]]}", value=name)
    part.report("file.unknown-format", "graphs of TensorFlow that are written as text are not read")
