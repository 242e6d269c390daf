"""TensorFlow SavedModel: signatures, operators and versions of `saved_model.pb`. Variables and assets are not read.

Source: `saved_model.proto`, `meta_graph.proto`, `graph.proto`, `function.proto`, `node_def.proto`, `tensor_shape.proto`
and `types.proto` of TensorFlow 2; the numbers below are field numbers of the messages there. Maps have no order, so
that signatures and their inputs are sorted by name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.facts import Facts, PortInfo
from attest.formats.header_text import Problems, listing, neighbour, plain, tally
from attest.formats.protobuf import Wire, block, signed, varint
from attest.formats.source import Source

MAX_GRAPHS = 64
MAX_SIGNATURES = 256
MAX_PORTS = 512
MAX_ASSETS = 10_000
MAX_OPERATORS = 10_000
MAX_DIMENSIONS = 64
_SCHEMA_VERSION, _META_GRAPH = varint(1), block(2)
_INFO, _GRAPH, _SIGNATURE, _ASSET = block(1), block(2), block(5), block(6)
_TAG, _TF_VERSION = block(4), block(5)
_NODE, _LIBRARY, _FUNCTION, _FUNCTION_NODE, _OPERATOR = block(1), block(2), block(1), block(3), block(2)
_INPUT, _OUTPUT = block(1), block(2)
_FILE_NAME = block(2)
_DTYPE, _SHAPE, _SPARSE, _COMPOSITE = varint(2), block(3), block(4), block(5)
_DIMENSION, _UNKNOWN_RANK, _SIZE = block(2), varint(3), varint(1)
_SERVING, _SERVE = "serving_default", "serve"
_OWN_SIGNATURE = "__saved_model_"
_UNKNOWN = "?"
_REFERENCE = 100  # added to the type of a reference in graphs of TensorFlow 1
_TYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16",
    17: "uint16", 18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
    24: "float8e5m2", 25: "float8e4m3fn", 26: "float8e4m3fnuz", 27: "float8e4m3b11fnuz", 28: "float8e5m2fnuz",
    29: "int4", 30: "uint4", 31: "int2", 32: "uint2", 33: "float4e2m1fn",
}  # fmt: skip
_VARIABLES = frozenset({"VarHandleOp", "Variable", "VariableV2"})
# Operators that read or write files, open connections or call Python when the graph runs. What every SavedModel has
# for loading and saving its own variables is not among them.
_SIDE_EFFECTS = frozenset({
    "CacheDataset", "CacheDatasetV2", "CreateSummaryDbWriter", "CreateSummaryFileWriter", "DataServiceDataset",
    "DataServiceDatasetV2", "DataServiceDatasetV3", "DataServiceDatasetV4", "DatasetToTFRecord", "DebugIdentity",
    "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount", "DebugNumericSummary", "DebugNumericSummaryV2",
    "DistributedSave", "EagerPyFunc", "ExperimentalDatasetToTFRecord", "ExperimentalLMDBDataset",
    "ExperimentalMatchingFilesDataset", "ExperimentalSqlDataset", "FileSystemSetConfiguration",
    "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "FixedLengthRecordReader", "FixedLengthRecordReaderV2",
    "InitializeTableFromTextFile", "InitializeTableFromTextFileV2", "LMDBDataset", "LMDBReader",
    "ListSnapshotChunksDataset", "LoadAndRemapMatrix", "LoadDataset", "MatchingFiles", "MatchingFilesDataset",
    "PrintV2", "PyFunc", "PyFuncStateless", "ReadFile", "ReaderReadV2", "RegisterDataset", "RegisterDatasetV2",
    "RpcCall", "RpcClient", "RpcServer", "SaveDataset", "SaveDatasetV2", "ShellExec", "SnapshotDataset",
    "SnapshotDatasetV2", "SqlDataset", "TFRecordDataset", "TFRecordDatasetV2", "TFRecordReader", "TFRecordReaderV2",
    "TextLineDataset", "TextLineReader", "TextLineReaderV2", "WholeFileReader", "WholeFileReaderV2", "WriteFile",
})  # fmt: skip


def read(source: Source) -> Facts:
    """What a `saved_model.pb` says about itself.

    Inputs and outputs are those of the signature `serving_default`, or of the first one by name that users call, of the
    graph with the tag `serve`, or of the first graph. Raises DocumentError when the file is no protobuf message, holds
    no graph, or is filled beyond the limits.
    """
    model = _Model(source)
    model.walk()
    return model.facts()


@dataclass(slots=True)
class _MetaGraph:
    tags: list[str] = field(default_factory=list)
    version: str = ""
    signatures: dict[str, tuple[list[PortInfo], list[PortInfo]]] = field(default_factory=dict)


class _Model:
    """Gathers what the fields of a SavedModel say, whatever their order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.wire = Wire(source)
        self.problems = Problems()
        self.schema_version = 0
        self.graphs: list[_MetaGraph] = []
        self.operators: Counter[str] = Counter()
        self.assets: dict[str, None] = {}

    def walk(self) -> None:
        """Go over the fields of the model."""
        for tag, begin, end in self.wire.fields(0, self.source.size):
            if tag == _SCHEMA_VERSION:
                self.schema_version = signed(begin)
            elif tag == _META_GRAPH:
                if len(self.graphs) >= MAX_GRAPHS:
                    raise DocumentError(f"it holds more than {MAX_GRAPHS} graphs")
                self.graphs.append(self._meta_graph(begin, end))

    def _meta_graph(self, begin: int, end: int) -> _MetaGraph:
        found = _MetaGraph()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _INFO:
                self._info(found, first, last)
            elif tag == _GRAPH:
                self._graph(first, last)
            elif tag == _SIGNATURE:
                self._signature(found, first, last)
            elif tag == _ASSET:
                self._asset(first, last)
        return found

    def _info(self, found: _MetaGraph, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _TAG and len(found.tags) < MAX_SIGNATURES:
                found.tags.append(self.wire.text(first, last))
            elif tag == _TF_VERSION:
                found.version = self.wire.text(first, last)

    def _graph(self, begin: int, end: int) -> None:
        """Count the operators of a GraphDef and of its function library."""
        names: Counter[bytes] = Counter()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _NODE:
                self._node(names, first, last)
            elif tag == _LIBRARY:
                self._library(names, first, last)
        for name, count in names.items():
            self.operators[plain(name) or _UNKNOWN] += count
        if len(self.operators) > MAX_OPERATORS:
            raise DocumentError(f"it uses more than {MAX_OPERATORS} kinds of operators")

    def _library(self, names: Counter[bytes], begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _FUNCTION:
                for inner, start, stop in self.wire.fields(first, last):
                    if inner == _FUNCTION_NODE:
                        self._node(names, start, stop)

    def _node(self, names: Counter[bytes], begin: int, end: int) -> None:
        name = b""
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OPERATOR:
                name = self.wire.raw(first, last)
        if name not in names and len(names) >= MAX_OPERATORS:
            raise DocumentError(f"it uses more than {MAX_OPERATORS} kinds of operators")
        names[name] += 1

    def _asset(self, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _FILE_NAME:
                path, inside = neighbour(self.wire.text(first, last))
                if not inside:
                    self.problems.add(f"the asset {path!r} is not inside the model's folder")
                elif len(self.assets) < MAX_ASSETS:
                    self.assets[f"assets/{path}"] = None

    def _signature(self, found: _MetaGraph, begin: int, end: int) -> None:
        name, first, last = self.wire.entry(begin, end)
        if not name:
            self.problems.add("a signature has no name that can be shown")
        elif len(found.signatures) >= MAX_SIGNATURES:
            raise DocumentError(f"it has more than {MAX_SIGNATURES} signatures")
        else:
            found.signatures[name] = self._ports(first, last)

    def _ports(self, begin: int, end: int) -> tuple[list[PortInfo], list[PortInfo]]:
        """Inputs and outputs of a SignatureDef."""
        ports: dict[int, list[PortInfo]] = {_INPUT: [], _OUTPUT: []}
        for tag, first, last in self.wire.fields(begin, end):
            if tag in ports:
                name, start, stop = self.wire.entry(first, last)
                if len(ports[tag]) >= MAX_PORTS:
                    raise DocumentError(f"a signature has more than {MAX_PORTS} inputs or outputs")
                ports[tag].append(PortInfo(name or _UNKNOWN, _form(self.wire, start, stop)))
        return sorted(ports[_INPUT]), sorted(ports[_OUTPUT])

    def facts(self) -> Facts:
        """What was gathered; raises DocumentError when there was no graph."""
        if not self.graphs:
            raise DocumentError("it holds no graph, so it is no SavedModel")
        graph = next((graph for graph in self.graphs if _SERVE in graph.tags), self.graphs[0])
        called = sorted(name for name in graph.signatures if not name.startswith(_OWN_SIGNATURE))
        chosen = _SERVING if _SERVING in graph.signatures else next(iter(called), "")
        inputs, outputs = graph.signatures.get(chosen, ([], []))
        return Facts(
            format="saved-model",
            title=f"TensorFlow SavedModel {self.schema_version}" if self.schema_version else "TensorFlow SavedModel",
            framework="tensorflow",
            framework_version=graph.version,
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            properties=self._properties(chosen),
            refers_to=self._refers_to(),
            problems=self.problems.texts(),
        )

    def _properties(self, chosen: str) -> tuple[tuple[str, str], ...]:
        tags = (", ".join(sorted(filter(None, graph.tags))) for graph in self.graphs)
        signatures = {name for graph in self.graphs for name in graph.signatures}
        effects = {name: count for name, count in self.operators.items() if name in _SIDE_EFFECTS}
        found = {
            "tf:tags": plain("; ".join(filter(None, tags))),
            "tf:signature": chosen,
            "tf:signatures": listing(sorted(signatures)),
            "tf:operators": tally(self.operators),
            "tf:side-effect-ops": tally(effects),
            "tf:meta-graphs": str(len(self.graphs)) if len(self.graphs) > 1 else "",
        }
        return tuple(sorted((name, text) for name, text in found.items() if text))

    def _refers_to(self) -> tuple[str, ...]:
        """Assets by name; of the variables the index, which names its shards."""
        index = ("variables/variables.index",) if not _VARIABLES.isdisjoint(self.operators) else ()
        return tuple(sorted((*self.assets, *index)))


def _form(wire: Wire, begin: int, end: int) -> str:
    """A TensorInfo as text such as `float32[?,224,224,3]`; a shape of unknown rank is left out."""
    element, shape, wrapper = _UNKNOWN, "", ""
    for tag, first, last in wire.fields(begin, end):
        if tag == _DTYPE:
            element = _TYPES.get(first - _REFERENCE if first > _REFERENCE else first, _UNKNOWN)
        elif tag == _SHAPE:
            shape = _shape(wire, first, last)
        elif tag in {_SPARSE, _COMPOSITE}:
            wrapper = "sparse" if tag == _SPARSE else "composite"
    return f"{wrapper}({element}{shape})" if wrapper else element + shape


def _shape(wire: Wire, begin: int, end: int) -> str:
    sizes: list[str] = []
    unknown = False
    for tag, first, last in wire.fields(begin, end):
        if tag == _UNKNOWN_RANK:
            unknown = first != 0
        elif tag == _DIMENSION:
            if len(sizes) >= MAX_DIMENSIONS:
                raise DocumentError(f"an input or output has more than {MAX_DIMENSIONS} dimensions")
            size = 0
            for inner, value, _ in wire.fields(first, last):
                size = signed(value) if inner == _SIZE else size
            sizes.append(str(size) if size >= 0 else _UNKNOWN)
    return "" if unknown else f"[{','.join(sizes)}]"
