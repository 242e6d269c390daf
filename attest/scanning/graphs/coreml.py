"""Core ML models: what they are made of, down to every layer and operation, and what they need from elsewhere.

Source: `Model.proto`, `NeuralNetwork.proto`, `CustomModel.proto`, `LinkedModel.proto` and `MIL.proto` of coremltools 9;
numbers below are field numbers there.
"""

from __future__ import annotations

import posixpath

from attest.errors import DocumentError
from attest.formats.coreml_parts import KINDS
from attest.formats.protobuf import Wire, block, varint
from attest.scanning.graphs.onnx_external import is_plain
from attest.scanning.part import Part

MAX_DEPTH = 128
_VERSION, _DESCRIPTION, _UPDATABLE = varint(1), block(2), varint(10)
_KNOWN = frozenset({_VERSION, _DESCRIPTION, _UPDATABLE}) | KINDS.keys()
_WRAPPERS, _PIPELINE, _ITEM = {block(200), block(201)}, block(202), block(1)
_CUSTOM_MODEL, _LINKED_MODEL, _PROGRAM, _PRIVATE = block(555), block(556), block(502), block(3000)
_NETWORKS = {block(303), block(403), block(500)}
_CUSTOM_LAYER, _CLASS_NAME = block(500), block(10)
_NESTED_NETWORKS = {block(605): {block(1), block(2)}, block(615): {block(3), block(4)}}
_FUNCTION, _VARIANT, _OPERATION, _OPERATOR = block(2), block(3), block(3), block(1)
_ARGUMENT, _NESTED_BLOCK, _ATTRIBUTE, _BINDING, _BOUND_VALUE = block(2), block(4), block(5), block(1), block(2)
_BLOB, _FILE_NAME = block(5), block(1)
_MODEL_PATH = "@model_path/"
_CUSTOM_PREFIX = "custom"
_MAX_TEXT = 4096
_MODEL, _NETWORK, _BLOCK = range(3)


def scan(part: Part) -> None:
    """Report what a model needs that is not in it. Raises DocumentError when it is no Core ML model."""
    walk = _Walk(part)
    walk.run()
    part.interpreted(part.size)


class _Walk:
    """Goes over models, networks and blocks with a list of those that are still to be visited."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.wire = Wire(part.source)
        self.waiting: list[tuple[int, int, int, int]] = [(_MODEL, 0, part.size, 0)]

    def run(self) -> None:
        """Visit everything."""
        visit = {_MODEL: self._model, _NETWORK: self._network, _BLOCK: self._block}
        while self.waiting:
            kind, begin, end, depth = self.waiting.pop()
            if depth > MAX_DEPTH:
                raise DocumentError(f"models or blocks are nested deeper than {MAX_DEPTH} levels")
            self.part.budget.check_time()
            visit[kind](begin, end, depth)

    def _model(self, begin: int, end: int, depth: int) -> None:
        version = kinds = 0
        for tag, first, last in self.wire.fields(begin, end):
            version |= first if tag == _VERSION else 0
            kinds += tag in KINDS
            if tag not in _KNOWN or tag == _PRIVATE:
                self.part.report(
                    "file.unknown-format", f"a model has field {tag >> 3}, which is not known", offset=first
                )
            elif tag in KINDS:
                self._kind(tag, first, last, depth)
        if not version or not kinds:
            raise DocumentError("it names no specification version or no kind of model, so it is no Core ML model")

    def _kind(self, tag: int, begin: int, end: int, depth: int) -> None:
        """Go into a field of a Model that holds what kind it is."""
        if tag in _WRAPPERS:
            for inner, first, last in self.wire.fields(begin, end):
                if inner == _ITEM:
                    self._pipeline(first, last, depth)
        elif tag == _PIPELINE:
            self._pipeline(begin, end, depth)
        elif tag == _CUSTOM_MODEL:
            self._custom("a model is a class of the application", begin, end)
        elif tag == _LINKED_MODEL:
            self.part.report(
                "coreml.custom", "a model is a link to another one", offset=begin, value=self._link(begin, end)
            )
        elif tag in _NETWORKS:
            self.waiting.append((_NETWORK, begin, end, depth + 1))
        elif tag == _PROGRAM:
            self._program(begin, end, depth)

    def _pipeline(self, begin: int, end: int, depth: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _ITEM:
                self.waiting.append((_MODEL, first, last, depth + 1))

    def _custom(self, what: str, begin: int, end: int) -> None:
        names = [self._text(first, last) for tag, first, last in self.wire.fields(begin, end) if tag == _CLASS_NAME]
        self.part.report("coreml.custom", what, offset=begin, value=", ".join(names))

    def _link(self, begin: int, end: int) -> str:
        """The name and the search path of a LinkedModelFile: each a text as a default value."""
        texts: list[str] = []
        for tag, first, last in self.wire.fields(begin, end):
            for inner, start, stop in self.wire.fields(first, last) if tag == _ITEM else ():
                if inner in {block(1), block(2)}:
                    texts += [self._text(*place[1:]) for place in self.wire.fields(start, stop) if place[0] == _ITEM]
        return ", ".join(texts)

    def _network(self, begin: int, end: int, depth: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag != _ITEM:
                continue
            for inner, start, stop in self.wire.fields(first, last):
                if inner == _CUSTOM_LAYER:
                    self._custom("a layer is a class of the application", start, stop)
                elif inner in _NESTED_NETWORKS:
                    self.waiting += [
                        (_NETWORK, low, high, depth + 1)
                        for kind, low, high in self.wire.fields(start, stop)
                        if kind in _NESTED_NETWORKS[inner]
                    ]

    def _program(self, begin: int, end: int, depth: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag != _FUNCTION:
                continue
            for start, stop in self._values(first, last):
                for inner, low, high in self.wire.fields(start, stop):
                    if inner == _VARIANT:
                        self.waiting += [(_BLOCK, *place, depth + 1) for place in self._values(low, high)]

    def _values(self, begin: int, end: int) -> list[tuple[int, int]]:
        """The values of a map's entry: one, unless it was made to be read in two ways."""
        return [(first, last) for tag, first, last in self.wire.fields(begin, end) if tag == block(2)]

    def _block(self, begin: int, end: int, depth: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OPERATION:
                self._operation(first, last, depth)

    def _operation(self, begin: int, end: int, depth: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OPERATOR:
                name = self._text(first, last)
                if name.startswith(_CUSTOM_PREFIX):
                    self.part.report("coreml.custom", "an operation is the application's own", offset=first, value=name)
            elif tag == _ATTRIBUTE:
                for place in self._values(first, last):
                    self._value(*place)
            elif tag == _ARGUMENT:
                self._argument(first, last)
            elif tag == _NESTED_BLOCK:
                self.waiting.append((_BLOCK, first, last, depth + 1))

    def _argument(self, begin: int, end: int) -> None:
        for start, stop in self._values(begin, end):
            for tag, first, last in self.wire.fields(start, stop):
                if tag == _BINDING:
                    for place in self._values(first, last):
                        self._value(*place)

    def _value(self, begin: int, end: int) -> None:
        """A value may lie in another file, below the folder of this one."""
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _BLOB:
                for inner, start, stop in self.wire.fields(first, last):
                    if inner == _FILE_NAME:
                        self._refer(self._text(start, stop), start)

    def _refer(self, name: str, offset: int) -> None:
        location = name.removeprefix(_MODEL_PATH)
        if location == name or not is_plain(location):
            self.part.report("file.external-path", "data is to be read from elsewhere", offset=offset, value=name)
        elif not self.part.members:
            folder = posixpath.dirname(self.part.file)
            self.part.refers_to(posixpath.normpath(posixpath.join(folder, location)))

    def _text(self, begin: int, end: int) -> str:
        return self.wire.raw(begin, min(end, begin + _MAX_TEXT)).decode("utf-8", "surrogateescape")
