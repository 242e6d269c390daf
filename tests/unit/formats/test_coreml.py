"""Core ML models: description, kind, and what their parts ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.coreml import read
from attest.formats.facts import PortInfo
from attest.formats.source import Source
from tests.unit.formats.wire_builder import FieldValue, Watched, field, message, number, of, packed, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
FLOAT32, FLOAT16, INT32 = 65568, 65552, 131104
NETWORK, PROGRAM = 500, 502


def feature(name: str, kind: bytes) -> bytes:
    return message((1, name), (2, "what it is"), (3, kind))


def array(kind: int, *sizes: int, more: bytes = b"") -> bytes:
    return field(5, message((1, packed(sizes)), (2, kind)) + more)


def image(*fields: tuple[int, FieldValue]) -> bytes:
    return field(4, message((1, 320), (2, 240), *fields))


def span(low: int, high: int) -> bytes:
    return message((1, low), (2, high))


def description(*fields: tuple[int, FieldValue]) -> tuple[int, bytes]:
    return 2, message(*fields)


def model(*fields: tuple[int, FieldValue], kind: int = NETWORK, body: bytes = b"") -> bytes:
    return message((1, 7), *fields, (kind, body))


METADATA = message(
    (1, "A classifier\nof pictures"),
    (2, "1.2"),
    (3, "Ann"),
    (4, "MIT"),
    (100, message((1, "com.github.apple.coremltools.source"), (2, "torch==2.1"))),
)


def blob(path: str) -> bytes:
    """A value in another file."""
    return field(5, message((1, path), (2, 64)))


def operation(op: str, *fields: tuple[int, FieldValue]) -> bytes:
    return message((1, op), *fields)


def program(*operations: bytes) -> bytes:
    block = message(*((3, item) for item in operations))
    function = message((2, "CoreML7"), (3, message((1, "CoreML7"), (2, block))))
    return message((1, 1), (2, message((1, "main"), (2, function))))


CONST = operation("const", (5, message((1, "val"), (2, blob("@model_path/weights/weight.bin")))))
GOOD = model(
    description(
        (1, feature("image", image((3, 20)))),
        (1, feature("x", array(FLOAT32, 1, 3, 224))),
        (10, feature("label", field(3, b""))),
        (10, feature("scores", field(6, field(2, b"")))),
        (100, METADATA),
    ),
    (10, 1),
    kind=PROGRAM,
    body=program(CONST, CONST, operation("conv")),
)


def test_a_whole_model() -> None:
    facts = of(read, GOOD)
    assert (facts.format, facts.title, facts.framework) == ("coreml", "Core ML, specification 7", "coreml")
    assert facts.inputs == (PortInfo("image", "image[240,320,rgb]"), PortInfo("x", "float32[1,3,224]"))
    assert facts.outputs == (PortInfo("label", "string"), PortInfo("scores", "map(string,float64)"))
    assert facts.properties == (
        ("coreml:metadata:com.github.apple.coremltools.source", "torch==2.1"),
        ("coreml:operators", "const=2, conv=1"),
        ("coreml:specification-version", "7"),
        ("coreml:type", "mlProgram"),
        ("coreml:updatable", "true"),
    )
    claims = facts.claims
    assert (claims.description, claims.version, claims.authors, claims.license) == (
        "A classifier of pictures", "1.2", ("Ann",), "MIT",
    )  # fmt: skip
    assert dict(claims.keys) == {
        "authors": "metadata/author",
        "description": "metadata/shortDescription",
        "license": "metadata/license",
        "version": "metadata/versionString",
    }
    assert (facts.refers_to, facts.problems) == (("weights/weight.bin",), ())


def ranges(*spans: bytes) -> bytes:
    return field(31, message(*((1, item) for item in spans)))


def shapes(*sizes: tuple[int, ...]) -> bytes:
    return field(21, message(*((1, field(1, packed(item))) for item in sizes)))


TYPES = {
    "int64": field(1, b""),
    "float64": field(2, b""),
    "string": field(3, b""),
    "float16[1,77]": array(FLOAT16, 1, 77),
    "float16": array(FLOAT16),
    "int32[2,3]": field(5, message((1, 2), (1, 3), (2, INT32))),
    "float64[1]": array(65600, 1),
    "int8[1]": array(131080, 1),
    "?[1]": array(5, 1),
    "float32[?,3]": array(FLOAT32, 1, 3, more=ranges(span(1, -1), span(3, 3))),
    "float32[?,4]": array(FLOAT32, 1, 3, more=shapes((1, 4), (2, 4), (3, 4))),
    "float32[7,?]": array(
        FLOAT32, more=field(21, field(1, message((1, 7), (1, 8))) + field(1, message((1, 7), (1, 9))))
    ),
    "float32[5,6]": array(FLOAT32, 1, 3, more=shapes((5, 6))),
    "float32": array(FLOAT32, 1, 3, more=shapes((1, 4), (2,))),
    "image[240,320]": image(),
    "image[240,320,bgr]": image((3, 30)),
    "image[?,?,grayscale]": image((3, 10), (21, b"")),
    "image[?,320,grayscale-float16]": image((3, 40), (31, message((1, span(320, 320)), (2, span(1, -1))))),
    "map(int64,float64)": field(6, field(1, b"")),
    "sequence(string)": field(7, field(3, b"")),
    "state(float16[1,2])": field(8, field(1, message((1, packed([1, 2])), (2, FLOAT16)))),
    "optional(int64)": field(1, b"") + field(1000, 1),
    "?": b"",
}


@pytest.mark.parametrize(("form", "kind"), TYPES.items(), ids=TYPES)
def test_types_of_features(form: str, kind: bytes) -> None:
    facts = of(read, model(description((1, feature("x", kind)), (10, feature("y", kind)))))
    assert (facts.inputs, facts.outputs) == ((PortInfo("x", form),), (PortInfo("y", form),))


def test_a_model_of_several_functions_has_the_ports_of_its_default() -> None:
    functions = [
        (20, message((1, name), (2, feature(f"in-{name}", field(1, b""))), (3, feature(f"out-{name}", field(2, b"")))))
        for name in ("prefill", "decode")
    ]
    facts = of(read, model(description(*functions, (21, "decode"))))
    assert (facts.inputs, facts.outputs) == ((PortInfo("in-decode", "int64"),), (PortInfo("out-decode", "float64"),))
    assert dict(facts.properties)["coreml:functions"] == "decode, prefill"
    assert of(read, model(description(*functions))).inputs == (PortInfo("in-prefill", "int64"),)


def test_states_are_told() -> None:
    facts = of(read, model(description((13, feature("cache", TYPES["state(float16[1,2])"])))))
    assert dict(facts.properties)["coreml:states"] == "cache: state(float16[1,2])"
    assert facts.inputs == ()


def test_foreign_classes_are_told_wherever_they_are() -> None:
    def layer(name: str) -> bytes:
        return field(1, message((1, "l"), (500, field(10, name))))

    branch = field(1, field(605, message((1, layer("InIf")), (2, layer("InElse")))))
    loop = field(1, field(615, message((3, layer("InCondition")), (4, layer("InBody")))))
    body = layer("Top") + branch + loop + field(1, field(500, b""))
    for kind in (303, 403, 500):
        found = dict(of(read, model(kind=kind, body=body)).properties)
        assert found["coreml:custom-classes"] == "?, InBody, InCondition, InElse, InIf, Top"
        assert found["coreml:layers"] == "8"
    facts = of(read, model(kind=555, body=field(10, "App.Model")))
    assert dict(facts.properties)["coreml:custom-classes"] == "App.Model"


def test_members_of_pipelines() -> None:
    bound = field(1, field(2, blob("w.bin")))
    members = [
        model(kind=403, body=field(1, field(500, field(10, "InPipeline")))),
        model(kind=610),
        model(kind=556, body=field(1, message((1, field(1, "Other.mlmodelc")), (2, field(1, "/lib"))))),
        model(kind=502, body=program(operation("const", (2, message((1, "x"), (2, bound)))))),
    ]
    pipeline = message(*((1, member) for member in members), (2, "first"))
    for kind, body in ((202, pipeline), (200, field(1, pipeline)), (201, field(1, pipeline))):
        facts = of(read, model(kind=kind, body=body))
        found = dict(facts.properties)
        assert found["coreml:pipeline"] == "neuralNetworkClassifier, nonMaximumSuppression, linkedModel, mlProgram"
        assert found["coreml:custom-classes"] == "InPipeline"
        assert found["coreml:linked-models"] == "Other.mlmodelc"
        assert found["coreml:type"].startswith("pipeline")
        assert facts.problems == ("data is to be read from 'w.bin', which is not inside the model's folder",)
        assert facts.refers_to == ("w.bin",)


def test_operations_within_operations_count() -> None:
    inner = message((3, operation("add")), (3, CONST))
    facts = of(read, model(kind=PROGRAM, body=program(operation("cond", (4, inner), (4, inner)))))
    assert dict(facts.properties)["coreml:operators"] == "add=2, cond=1, const=2"
    assert facts.refers_to == ("weights/weight.bin",)


@pytest.mark.parametrize("path", ["@model_path/../x", "/etc/passwd", "weights/weight.bin", "@model_path/", ""])
def test_values_in_files_elsewhere_are_reported(path: str) -> None:
    const = operation("const", (5, message((1, "val"), (2, blob(path)))))
    (problem,) = of(read, model(kind=PROGRAM, body=program(const))).problems
    assert problem == f"data is to be read from {path!r}, which is not inside the model's folder"


def test_an_unknown_kind_is_reported() -> None:
    facts = of(read, model(kind=3999))
    assert dict(facts.properties)["coreml:type"] == "type 3999"
    assert facts.problems == ("the kind of model with the number 3999 is not known and is not described",)


KINDS = {
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


def test_kinds_have_the_names_of_the_specification() -> None:
    for index, name in KINDS.items():
        assert dict(of(read, model(kind=index)).properties)["coreml:type"] == name


def test_several_kinds_in_one_model_are_reported() -> None:
    assert of(read, model((400, b""))).problems == ("the model is of several kinds: glmClassifier, neuralNetwork",)


def test_texts_that_cannot_be_shown_are_left_out() -> None:
    odd = message((1, b"\xff"), (2, "a\0b"), (3, "x" * 600), (100, message((1, "k"), (2, "a\0b"))))
    facts = of(read, model(description((1, feature("a\0b", b"")), (100, odd))))
    assert (facts.claims.keys, facts.claims.authors, facts.inputs) == ((), (), ())
    assert facts.problems == ("an input or output has no name that can be shown",)
    assert dict(facts.properties) == {"coreml:specification-version": "7", "coreml:type": "neuralNetwork"}


def nested_pipelines(levels: int) -> bytes:
    body = b""
    for _ in range(levels):
        body = field(1, model(kind=202, body=body))
    return body


def nested_networks(levels: int) -> bytes:
    body = b""
    for _ in range(levels):
        body = field(1, field(605, field(1, body)))
    return body


def nested_blocks(levels: int) -> bytes:
    item = operation("add")
    for _ in range(levels):
        item = operation("cond", (4, field(3, item)))
    return program(item)


REFUSED = {
    "empty": (b"", "no specification version or no kind"),
    "no kind": (field(1, 7), "no kind of model"),
    "no version": (field(500, b""), "no specification version"),
    "text": (b"<?xml version='1.0'?><plist></plist>", "wire type|leaves its message|no field"),
    "pipelines too deep": (model(kind=202, body=nested_pipelines(8)), "pipelines are nested deeper than 8"),
    "networks too deep": (model(body=nested_networks(33)), "networks are nested deeper than 32"),
    "operations too deep": (model(kind=PROGRAM, body=nested_blocks(33)), "operations are nested deeper than 32"),
    "too many dimensions": (model(description((1, feature("x", array(FLOAT32, *[1] * 65))))), "longer than 64"),
    "too many unpacked dimensions": (
        model(description((1, feature("x", field(5, message(*[(1, 1)] * 65)))))),
        "more than 64 dimensions",
    ),
    "too many ranges": (model(description((1, feature("x", array(1, more=ranges(*[b""] * 65)))))), "64 dimensions"),
    "too many sizes of a shape": (
        model(description((1, feature("x", array(1, more=field(21, field(1, message(*[(1, 1)] * 65)))))))),
        "64 dimensions",
    ),
    "too many shapes": (model(description((1, feature("x", array(1, more=shapes(*[(1,)] * 10_001)))))), "10000 shapes"),
    "too many ports": (model(description(*[(1, feature("x", b""))] * 513)), "more than 512 inputs"),
    "too many functions": (model(description(*[(20, field(1, f"f{index}")) for index in range(257)])), "256 functions"),
    "too many members": (model(kind=202, body=field(1, field(900, b"")) * 1001), "more than 1000 members"),
    "too many kinds of operations": (
        model(kind=PROGRAM, body=program(*(operation(f"op{index}") for index in range(10_001)))),
        "10000 kinds",
    ),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_model_or_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        of(read, data)


def test_nesting_within_the_bounds_is_read() -> None:
    assert of(read, model(kind=202, body=nested_pipelines(7))).problems == ()
    assert dict(of(read, model(body=nested_networks(32))).properties)["coreml:layers"] == "32"
    assert (
        dict(of(read, model(kind=PROGRAM, body=nested_blocks(32))).properties)["coreml:operators"] == "add=1, cond=32"
    )


def test_a_model_that_is_cut_off_anywhere_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(DocumentError):
            of(read, GOOD[:length])


def test_weights_are_not_read() -> None:
    weights = number(100 << 3 | 2) + number(1 << 30)
    layer = number(1 << 3 | 2) + number(len(weights) + (1 << 30)) + weights
    data = field(1, 5) + number(NETWORK << 3 | 2) + number(len(layer) + (1 << 30)) + layer
    watched = Watched(data, len(data) + (1 << 30))
    assert dict(read(watched.source()).properties)["coreml:layers"] == "1"
    assert watched.total <= 4096


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_good_model_with_other_bytes_in_it(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for position, byte in changes:
        data[position] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=120), st.sampled_from([2, 200, 202, 403, 500, 502, 555, 556]))
def test_any_bytes_as_parts_of_a_model(data: bytes, kind: int) -> None:
    survives(read, model(kind=kind, body=data))
    survives(read, data)


@pytest.mark.model
def test_a_real_package() -> None:
    path = MODELS / "basic-pitch" / "nmp.mlpackage" / "Data" / "com.apple.CoreML" / "model.mlmodel"
    assert path.is_file(), "run scripts/fixtures models first"
    facts = read(Source.of_bytes(path.name, path.read_bytes()))
    assert facts.title == "Core ML, specification 6"
    assert facts.inputs == (PortInfo("input_2", "float32[1,43844,1]"),)
    assert facts.outputs == (
        PortInfo("Identity", "float32[1,172,264]"),
        PortInfo("Identity_1", "float32[1,172,88]"),
        PortInfo("Identity_2", "float32[1,172,88]"),
    )
    found = dict(facts.properties)
    assert "const=358, conv=32" in found["coreml:operators"]
    assert found["coreml:metadata:com.github.apple.coremltools.source"] == "tensorflow==2.12.0"
    assert facts.refers_to == ("weights/weight.bin",)
    assert facts.problems == ()
