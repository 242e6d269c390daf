"""Core ML: `.mlmodel` files and the `model.mlmodel` of a package. Weights, in the file or beside it, are not read.

Source: `Model.proto` of coremltools 9; the numbers below are field numbers of the messages there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.coreml_parts import KINDS, Parts
from attest.formats.coreml_type import read_feature
from attest.formats.facts import Claims, Facts, PortInfo
from attest.formats.header_text import Problems, listing, paragraph, plain, property_key, tally
from attest.formats.protobuf import Wire, block, signed, varint
from attest.formats.source import Source

MAX_ENTRIES = 128
MAX_FUNCTIONS = 256
MAX_PORTS = 512
MAX_VALUE = 4096
_VERSION, _DESCRIPTION, _UPDATABLE = varint(1), block(2), varint(10)
_FIRST_KIND, _LAST_KIND = 200, 9999
_INPUT, _OUTPUT, _STATE, _FUNCTION, _DEFAULT, _METADATA = (
    block(1), block(10), block(13), block(20), block(21), block(100)
)  # fmt: skip
_FUNCTION_NAME, _FUNCTION_INPUT, _FUNCTION_OUTPUT = block(1), block(2), block(3)
_USER_DEFINED = block(100)
_CLAIMS = {block(1): "description", block(2): "version", block(3): "authors", block(4): "license"}
_CLAIM_KEYS = {
    "authors": "metadata/author", "description": "metadata/shortDescription", "license": "metadata/license",
    "version": "metadata/versionString",
}  # fmt: skip


def read(source: Source) -> Facts:
    """What a Core ML model says about itself.

    Inputs and outputs of a model with several functions are those of its default function, or of the first. Raises
    DocumentError when the file is no protobuf message, names no specification version or no kind of model, or is nested
    or filled beyond the limits.
    """
    model = _Model(source)
    model.walk()
    return model.facts()


@dataclass(slots=True)
class _Ports:
    inputs: list[PortInfo] = field(default_factory=list)
    outputs: list[PortInfo] = field(default_factory=list)


class _Model:
    """Gathers what the fields of a Model say, whatever their order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.wire = Wire(source)
        self.problems = Problems()
        self.parts = Parts(self.wire, self.problems)
        self.version = 0
        self.updatable = False
        self.kinds: list[str] = []
        self.ports = _Ports()
        self.states: list[PortInfo] = []
        self.functions: dict[str, _Ports] = {}
        self.default = ""
        self.claims: dict[str, str] = {}
        self.metadata: dict[str, str] = {}

    def walk(self) -> None:
        """Go over the fields of the model."""
        for tag, begin, end in self.wire.fields(0, self.source.size):
            if tag == _VERSION:
                self.version = signed(begin)
            elif tag == _DESCRIPTION:
                self._description(begin, end)
            elif tag == _UPDATABLE:
                self.updatable = begin != 0
            elif tag in KINDS:
                self.kinds.append(KINDS[tag])
                self.parts.model(tag, begin, end)
            elif block(_FIRST_KIND) <= tag <= block(_LAST_KIND) and tag == block(tag >> 3):
                self.kinds.append(f"type {tag >> 3}")
                self.problems.add(f"the kind of model with the number {tag >> 3} is not known and is not described")

    def _description(self, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _INPUT:
                self._port(self.ports.inputs, first, last)
            elif tag == _OUTPUT:
                self._port(self.ports.outputs, first, last)
            elif tag == _STATE:
                self._port(self.states, first, last)
            elif tag == _FUNCTION:
                self._function(first, last)
            elif tag == _DEFAULT:
                self.default = self.wire.text(first, last)
            elif tag == _METADATA:
                self._metadata(first, last)

    def _function(self, begin: int, end: int) -> None:
        name, ports = "", _Ports()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _FUNCTION_NAME:
                name = self.wire.text(first, last)
            elif tag == _FUNCTION_INPUT:
                self._port(ports.inputs, first, last)
            elif tag == _FUNCTION_OUTPUT:
                self._port(ports.outputs, first, last)
        if len(self.functions) >= MAX_FUNCTIONS:
            raise DocumentError(f"it has more than {MAX_FUNCTIONS} functions")
        self.functions[name] = ports

    def _port(self, ports: list[PortInfo], begin: int, end: int) -> None:
        if len(ports) >= MAX_PORTS:
            raise DocumentError(f"it has more than {MAX_PORTS} inputs or outputs")
        if port := read_feature(self.wire, begin, end):
            ports.append(port)
        else:
            self.problems.add("an input or output has no name that can be shown")

    def _metadata(self, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _USER_DEFINED:
                name, start, stop = self.wire.entry(first, last)
                if name and len(self.metadata) < MAX_ENTRIES:
                    self.metadata[name] = self.wire.text(start, stop, MAX_VALUE)
            elif tag in _CLAIMS:
                name = _CLAIMS[tag]
                self.claims[name] = self._prose(first, last) if name == "description" else self.wire.text(first, last)

    def _prose(self, begin: int, end: int) -> str:
        return paragraph(self.wire.raw(begin, end)) if end - begin <= MAX_VALUE else ""

    def facts(self) -> Facts:
        """What was gathered; raises DocumentError when it is not enough to be a Core ML model."""
        if self.version < 1 or not self.kinds:
            raise DocumentError("it names no specification version or no kind of model, so it is no Core ML model")
        if len(self.kinds) > 1:
            self.problems.add(f"the model is of several kinds: {plain(', '.join(self.kinds[:8]))}")
        ports = self.ports
        if self.functions and not ports.inputs:
            ports = self.functions.get(self.default) or next(iter(self.functions.values()))
        return Facts(
            format="coreml",
            title=f"Core ML, specification {self.version}",
            framework="coreml",
            inputs=tuple(ports.inputs),
            outputs=tuple(ports.outputs),
            properties=self._properties(),
            claims=self._claims(),
            refers_to=tuple(sorted(self.parts.locations)),
            problems=self.problems.texts(),
        )

    def _claims(self) -> Claims:
        found = self.claims
        author = found.get("authors", "")
        return Claims(
            version=found.get("version", ""),
            description=found.get("description", ""),
            authors=(author,) if author else (),
            license=found.get("license", ""),
            keys=tuple(sorted((name, _CLAIM_KEYS[name]) for name, text in found.items() if text)),
        )

    def _properties(self) -> tuple[tuple[str, str], ...]:
        parts = self.parts
        found = {
            "coreml:specification-version": str(self.version),
            "coreml:type": self.kinds[-1],
            "coreml:updatable": "true" if self.updatable else "",
            "coreml:pipeline": listing(parts.members),
            "coreml:custom-classes": listing(sorted(parts.custom)),
            "coreml:linked-models": listing(sorted(parts.linked)),
            "coreml:layers": str(parts.layers) if parts.layers else "",
            "coreml:operators": tally(parts.operators),
            "coreml:functions": listing(sorted(filter(None, self.functions))),
            "coreml:states": listing(f"{port.name}: {port.format}" for port in self.states),
        }
        entries = ((property_key(name), text) for name, text in sorted(self.metadata.items()))
        found |= {f"coreml:metadata:{name}": text for name, text in entries if name}
        return tuple(sorted((name, text) for name, text in found.items() if text))
