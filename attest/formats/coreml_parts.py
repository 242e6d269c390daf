"""What a Core ML model is made of: members of pipelines, layers of networks, operations of programs, foreign classes.

Source: `Model.proto`, `NeuralNetwork.proto`, `CustomModel.proto`, `LinkedModel.proto` and `MIL.proto` of coremltools 9.
"""

from __future__ import annotations

from collections import Counter

from attest.errors import DocumentError
from attest.formats.header_text import Problems, neighbour
from attest.formats.protobuf import MAX_DEPTH, Wire, block

MAX_NAMES = 1000
MAX_OPERATORS = 10_000
MAX_PIPELINES = 8
_TYPES = {
    200: "pipelineClassifier", 201: "pipelineRegressor", 202: "pipeline", 300: "glmRegressor",
    301: "supportVectorRegressor", 302: "treeEnsembleRegressor", 303: "neuralNetworkRegressor",
    304: "bayesianProbitRegressor", 400: "glmClassifier", 401: "supportVectorClassifier", 402: "treeEnsembleClassifier",
    403: "neuralNetworkClassifier", 404: "kNearestNeighborsClassifier", 500: "neuralNetwork",
    501: "itemSimilarityRecommender", 502: "mlProgram", 555: "customModel", 556: "linkedModel",
    560: "classConfidenceThresholding", 600: "oneHotEncoder", 601: "imputer", 602: "featureVectorizer",
    603: "dictVectorizer", 604: "scaler", 606: "categoricalMapping", 607: "normalizer", 609: "arrayFeatureExtractor",
    610: "nonMaximumSuppression", 900: "identity", 2000: "textClassifier", 2001: "wordTagger",
    2002: "visionFeaturePrint", 2003: "soundAnalysisPreprocessing", 2004: "gazetteer", 2005: "wordEmbedding",
    2006: "audioFeaturePrint", 3000: "serializedModel",
}  # fmt: skip
KINDS = {block(number): name for number, name in _TYPES.items()}
"""The tags of a Model's fields that hold what kind of model it is."""
_WRAPPERS, _PIPELINE, _ITEM = {block(200), block(201)}, block(202), block(1)
_CUSTOM_MODEL, _LINKED_MODEL, _PROGRAM = block(555), block(556), block(502)
_NETWORKS = {block(303), block(403), block(500)}
_CUSTOM_LAYER, _CLASS_NAME = block(500), block(10)
_NESTED_NETWORKS = {block(605): {block(1), block(2)}, block(615): {block(3), block(4)}}
_FUNCTION, _VARIANT, _OPERATION, _OPERATOR = block(2), block(3), block(3), block(1)
_ARGUMENT, _NESTED_BLOCK, _ATTRIBUTE, _BINDING, _BOUND_VALUE = block(2), block(4), block(5), block(1), block(2)
_BLOB, _FILE_NAME = block(5), block(1)
_MODEL_PATH = "@model_path/"


class Parts:
    """What the models in one file are made of, added up over a pipeline's members."""

    def __init__(self, wire: Wire, problems: Problems) -> None:
        self.members: list[str] = []
        self.custom: set[str] = set()
        self.linked: set[str] = set()
        self.layers = 0
        self.operators: Counter[str] = Counter()
        self.locations: dict[str, None] = {}
        self._wire = wire
        self._problems = problems

    def model(self, tag: int, begin: int, end: int, depth: int = 0) -> None:
        """Go into a field of a Model that holds what kind it is."""
        if tag in _WRAPPERS:
            for inner, first, last in self._wire.fields(begin, end):
                if inner == _ITEM:
                    self._pipeline(first, last, depth)
        elif tag == _PIPELINE:
            self._pipeline(begin, end, depth)
        elif tag == _CUSTOM_MODEL:
            self._custom(begin, end)
        elif tag == _LINKED_MODEL:
            self._linked(begin, end)
        elif tag in _NETWORKS:
            self._network(begin, end, 0)
        elif tag == _PROGRAM:
            self._program(begin, end)

    def _pipeline(self, begin: int, end: int, depth: int) -> None:
        if depth >= MAX_PIPELINES:
            raise DocumentError(f"pipelines are nested deeper than {MAX_PIPELINES} levels")
        for tag, first, last in self._wire.fields(begin, end):
            if tag != _ITEM:
                continue
            for inner, start, stop in self._wire.fields(first, last):
                if inner in KINDS:
                    self._note(self.members, KINDS[inner])
                    self.model(inner, start, stop, depth + 1)

    def _custom(self, begin: int, end: int) -> None:
        """A class of the application that the model or a layer asks for."""
        name = ""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _CLASS_NAME:
                name = self._wire.text(first, last)
        if len(self.custom) < MAX_NAMES:
            self.custom.add(name or "?")

    def _linked(self, begin: int, end: int) -> None:
        """A LinkedModelFile: name and search path, each a text with a default."""
        texts = []
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _ITEM:
                texts += [self._default(*place[1:]) for place in self._wire.fields(first, last) if place[0] == _ITEM]
        self.linked.update(texts[:MAX_NAMES] or ["?"])

    def _default(self, begin: int, end: int) -> str:
        text = ""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _ITEM:
                text = self._wire.text(first, last)
        return text or "?"

    def _network(self, begin: int, end: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise DocumentError(f"networks are nested deeper than {MAX_DEPTH} levels")
        for tag, first, last in self._wire.fields(begin, end):
            if tag != _ITEM:
                continue
            self.layers += 1
            for inner, start, stop in self._wire.fields(first, last):
                if inner == _CUSTOM_LAYER:
                    self._custom(start, stop)
                elif inner in _NESTED_NETWORKS:
                    for part, low, high in self._wire.fields(start, stop):
                        if part in _NESTED_NETWORKS[inner]:
                            self._network(low, high, depth + 1)

    def _program(self, begin: int, end: int) -> None:
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _FUNCTION:
                _, start, stop = self._wire.entry(first, last)
                for inner, low, high in self._wire.fields(start, stop):
                    if inner == _VARIANT:
                        self._block(*self._wire.entry(low, high)[1:], 0)

    def _block(self, begin: int, end: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise DocumentError(f"operations are nested deeper than {MAX_DEPTH} levels")
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _OPERATION:
                self._operation(first, last, depth)

    def _operation(self, begin: int, end: int, depth: int) -> None:
        name = ""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _OPERATOR:
                name = self._wire.text(first, last)
            elif tag == _ATTRIBUTE:
                self._value(*self._wire.entry(first, last)[1:])
            elif tag == _ARGUMENT:
                self._argument(*self._wire.entry(first, last)[1:])
            elif tag == _NESTED_BLOCK:
                self._block(first, last, depth + 1)
        self.operators[name or "?"] += 1
        if len(self.operators) > MAX_OPERATORS:
            raise DocumentError(f"it uses more than {MAX_OPERATORS} kinds of operations")

    def _argument(self, begin: int, end: int) -> None:
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _BINDING:
                for inner, start, stop in self._wire.fields(first, last):
                    if inner == _BOUND_VALUE:
                        self._value(start, stop)

    def _value(self, begin: int, end: int) -> None:
        """A value may lie in another file, below the folder of this one."""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _BLOB:
                for inner, start, stop in self._wire.fields(first, last):
                    if inner == _FILE_NAME:
                        self._refer(self._wire.text(start, stop))

    def _refer(self, name: str) -> None:
        location, inside = neighbour(name.removeprefix(_MODEL_PATH))
        if not name.startswith(_MODEL_PATH) or not inside:
            self._problems.add(f"data is to be read from {name!r}, which is not inside the model's folder")
        if location and len(self.locations) < MAX_NAMES:
            self.locations[location] = None

    def _note(self, names: list[str], name: str) -> None:
        if len(names) >= MAX_NAMES:
            raise DocumentError(f"a pipeline has more than {MAX_NAMES} members")
        names.append(name)
