"""ONNX: the graph and what the model says about itself, without a byte of its weights.

Source: `onnx.proto` and `IR.md` of ONNX 1.23; the numbers below are field numbers of the messages there. Weights are
initialisers; a model without any (Paddle and some others write those) keeps them in nodes of the type Constant.
"""

from __future__ import annotations

from collections.abc import Callable

from attest.errors import DocumentError
from attest.formats.facts import Claims, Facts, PortInfo
from attest.formats.header_text import Problems, listing, paragraph, plain, property_key, tally
from attest.formats.onnx_graph import Graphs, operator_domain
from attest.formats.onnx_tensor import parameters, tensor_infos
from attest.formats.protobuf import Wire, block, signed, varint
from attest.formats.source import Source

MAX_ENTRIES = 128
MAX_PORTS = 512
MAX_VALUE = 4096
_IR_VERSION, _PRODUCER_NAME, _PRODUCER_VERSION, _DOMAIN = varint(1), block(2), block(3), block(4)
_MODEL_VERSION, _DOC, _GRAPH, _OPSET, _METADATA = varint(5), block(6), block(7), block(8), block(14)
_TRAINING, _FUNCTION = block(20), block(25)
_OPSET_DOMAIN, _OPSET_VERSION = block(1), varint(2)
_TEXTS = {_PRODUCER_NAME: "producer-name", _PRODUCER_VERSION: "producer-version", _DOMAIN: "domain"}
_KNOWN_DOMAINS = frozenset({
    "", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training", "com.microsoft",
})  # fmt: skip
# `IR.md` names the first key of each; exporters such as Ultralytics write the second.
_CLAIMS = {
    "authors": ("model_author", "author"),
    "license": ("model_license", "license"),
    "description": ("description",),
}


def read(source: Source) -> Facts:
    """What an ONNX model says about itself; `tensors` are the main graph's initialisers whose bytes lie in this file.

    Raises DocumentError when it is no protobuf message, holds no graph, or is nested or filled beyond the limits.
    """
    model = _Model(source)
    model.walk()
    return model.facts()


class _Model:
    """Gathers what the fields of a ModelProto say, whatever their order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.wire = Wire(source)
        self.problems = Problems()
        self.graphs = Graphs(self.wire, self.problems)
        self.properties: dict[str, str] = {}
        self.ir_version = 0
        self.opsets: dict[str, int] = {}
        self.metadata: dict[str, str] = {}
        self.graph_count = self.trainings = 0

    def walk(self) -> None:
        """Go over the fields of the model."""
        places: dict[int, Callable[[int, int], None]] = {
            _GRAPH: self._graph,
            _OPSET: self._opset,
            _METADATA: self._entry,
            _FUNCTION: self.graphs.function,
            _TRAINING: self._training,
        }
        for tag, begin, end in self.wire.fields(0, self.source.size):
            if tag in places:
                places[tag](begin, end)
            elif tag in _TEXTS:
                self.properties[f"onnx:{_TEXTS[tag]}"] = self.wire.text(begin, end)
            elif tag == _DOC:
                self.properties["onnx:doc-string"] = self._doc(begin, end)
            elif tag == _IR_VERSION:
                self.ir_version = signed(begin)
            elif tag == _MODEL_VERSION:
                self.properties["onnx:model-version"] = str(signed(begin)) if begin else ""

    def _graph(self, begin: int, end: int) -> None:
        self.graph_count += 1
        self.graphs.main(begin, end)

    def _training(self, begin: int, end: int) -> None:
        self.trainings += 1
        self.graphs.training(begin, end)

    def _doc(self, begin: int, end: int) -> str:
        if end - begin <= MAX_VALUE:
            return paragraph(self.wire.raw(begin, end))
        # Cut off, perhaps within a character.
        return paragraph(self.wire.raw(begin, begin + MAX_VALUE).decode("utf-8", "ignore"))

    def _opset(self, begin: int, end: int) -> None:
        domain, version = "", 0
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OPSET_DOMAIN:
                domain = self.wire.text(first, last)
            elif tag == _OPSET_VERSION:
                version = signed(first)
        if len(self.opsets) < MAX_ENTRIES:
            self.opsets[domain or "ai.onnx"] = version

    def _entry(self, begin: int, end: int) -> None:
        name, first, last = self.wire.entry(begin, end)
        if len(self.metadata) < MAX_ENTRIES and name:
            self.metadata[name] = self.wire.text(first, last, MAX_VALUE)

    def facts(self) -> Facts:
        """What was gathered; raises DocumentError when there was no graph."""
        if not self.graph_count:
            raise DocumentError("it holds no graph, so it is no ONNX model")
        if self.graph_count > 1:
            self.problems.add("the model holds more than one graph, which readers merge")
        graphs = self.graphs
        weights = graphs.weights()
        main = graphs.main_initialisers
        names = frozenset(tensor.name for tensor in main)
        if len(names) != len(main):
            self.problems.add("two initialisers of the graph have the same name, so no tensor is told by its name")
        inputs = self._ports(graphs.inputs, names)
        outputs = self._ports(graphs.outputs, frozenset())
        return Facts(
            format="onnx",
            title=f"ONNX, IR {self.ir_version}" if self.ir_version > 0 else "ONNX",
            framework="onnx",
            parameters=parameters(weights),
            tensor_count=len(weights),
            tensors=tensor_infos(main) if len(names) == len(main) else (),
            inputs=inputs,
            outputs=outputs,
            properties=self._properties(),
            claims=self._claims(),
            refers_to=tuple(sorted(graphs.locations)),
            problems=self.problems.texts(),
        )

    def _ports(self, ports: list[PortInfo], initialised: frozenset[str]) -> tuple[PortInfo, ...]:
        """Before IR version 4, initialisers were listed as inputs too: they are defaults, nobody has to give them."""
        found = [port for port in ports if port.name not in initialised]
        if len(found) > MAX_PORTS:
            self.problems.add(f"of {len(found)} inputs or outputs only the first {MAX_PORTS} are described")
        return tuple(found[:MAX_PORTS])

    def _properties(self) -> tuple[tuple[str, str], ...]:
        graphs = self.graphs
        found = self.properties | {
            "onnx:ir-version": str(self.ir_version) if self.ir_version > 0 else "",
            "onnx:opset-import": tally(self.opsets),
            "onnx:graph-name": graphs.name,
            "onnx:operators": tally(graphs.operators),
            "onnx:functions": listing(sorted(graphs.functions)),
            "onnx:custom-domains": listing(sorted(self._custom_domains())),
            "onnx:training-info": str(self.trainings) if self.trainings else "",
        }
        entries = ((property_key(name), text) for name, text in sorted(self.metadata.items()))
        found |= {f"onnx:metadata:{name}": text for name, text in entries if name}
        return tuple(sorted((name, text) for name, text in found.items() if text))

    def _custom_domains(self) -> set[str]:
        """Domains that no ONNX runtime brings along and no function of this model defines: a library has to."""
        defined = self.graphs.functions
        return {
            domain
            for name in self.graphs.operators
            if name not in defined and (domain := operator_domain(name)) not in _KNOWN_DOMAINS
        }

    def _claims(self) -> Claims:
        found = {
            member: next(((name, text) for name in names if (text := self.metadata.get(name, ""))), ("", ""))
            for member, names in _CLAIMS.items()
        }
        author = plain(found["authors"][1])
        return Claims(
            description=paragraph(found["description"][1]),
            authors=(author,) if author else (),
            license=plain(found["license"][1]),
            keys=tuple(sorted((member, f"metadata_props/{name}") for member, (name, _) in found.items() if name)),
        )
