"""TensorFlow, TFLite, ONNX and TorchScript: operators that reach out, and places to hide them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus import protos as p
from tests.corpus.case import Case, attack, benign, hostile, warn
from tests.corpus.keras_cases import LAMBDA, sequential
from tests.corpus.torch_zip import torch_zip, weights
from tests.corpus.zips import Member

TF, ONNX, SCRIPT, TFLITE = "tf", "onnx", "torchscript", "tflite"
OPERATORS = (
    "ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "PyFuncStateless", "EagerPyFunc", "DebugIdentityV2",
    "DebugIdentityV3", "TFRecordDataset", "TFRecordDatasetV2", "TextLineDataset", "FixedLengthRecordDatasetV2",
    "SaveDataset", "SaveDatasetV2", "LoadDataset", "DatasetToTFRecord", "WholeFileReaderV2", "ReaderReadV2",
    "CreateSummaryFileWriter", "CreateSummaryDbWriter", "DataServiceDataset", "SnapshotDatasetV2", "DeleteFile",
    "IO>ReadableOpen", "CacheDatasetV2", "RpcCall",
)  # fmt: skip
PLAIN = list(p.PLAIN_NODES)


def _saved_models() -> Iterator[tuple[str, bytes, str]]:
    """SavedModels with operators on the list."""
    for op in OPERATORS:
        if op in {"DeleteFile", "IO>ReadableOpen", "CacheDatasetV2", "RpcCall"}:
            continue
        yield f"node-{op.lower()}", p.tf_saved_model(p.tf_graph([*PLAIN, p.tf_node("n", op)])), f"{op} in the graph"
    for op in OPERATORS[:6]:
        library = [p.tf_function("f", PLAIN), p.tf_function("__inference_g", [p.tf_node("n", op)])]
        yield f"function-{op.lower()}", p.tf_saved_model(p.tf_graph(PLAIN, library)), f"{op} in a library function"
    good = p.tf_graph(PLAIN)
    evil = p.tf_graph([p.tf_node("n", "WriteFile")])
    yield "second-meta-graph", p.tf_saved_model(good, p.chunk(2, p.chunk(2, evil))), "in a second meta graph"
    yield "second-graph", p.tf_saved_model(good, meta=p.chunk(2, evil)), "a graph twice, which readers merge"
    yield (
        "op-twice",
        p.tf_saved_model(p.tf_graph([p.tf_node("n", "Relu", more=p.chunk(2, "WriteFile"))])),
        "an operator twice, the last counts",
    )
    yield (
        "op-long-varint",
        p.tf_saved_model(p.tf_graph([p.chunk(1, "n") + b"\x12\x89\x00WriteFile"])),
        "an overlong length",
    )
    yield (
        "function-in-second-library",
        p.tf_saved_model(good + p.chunk(2, p.chunk(1, p.tf_function("g", [p.tf_node("n", "WriteFile")])))),
        "a second library",
    )
    yield (
        "main-op",
        p.tf_saved_model(
            p.tf_graph([*PLAIN, p.tf_node("init", "WriteFile")]),
            meta=p.chunk(4, p.chunk(1, "saved_model_main_op") + p.chunk(2, p.chunk(1, p.chunk(1, "init")))),
        ),
        "run when the model is loaded",
    )


def _tf() -> Iterator[Case]:
    """TensorFlow."""
    for name, data, about in _saved_models():
        yield attack(TF, name, {"saved_model.pb": data}, about)
    good = p.tf_saved_model(p.tf_graph(PLAIN))
    yield hostile(TF, "truncated", {"saved_model.pb": good[:-6]}, "cut off")
    yield hostile(TF, "field-too-long", {"saved_model.pb": good + p.chunk(2, b"x", 1 << 40)}, "a length above the file")
    yield hostile(TF, "group", {"saved_model.pb": good + b"\x13\x14"}, "a group, which no writer uses")
    yield attack(
        TF, "frozen-graph", {"frozen_graph.pb": p.tf_graph([*PLAIN, p.tf_node("n", "WriteFile")])}, "a frozen graph"
    )
    text = 'saved_model_schema_version: 1\nmeta_graphs { graph_def { node { name: "n" op: "Write" "File" } } }\n'
    yield attack(TF, "text", {"saved_model.pbtxt": text.encode()}, "a SavedModel as text")
    metadata = p.chunk(
        1,
        p.number(2, 1)
        + p.chunk(3, "root")
        + p.chunk(4, "_tf_keras_sequential")
        + p.chunk(5, json.dumps(sequential(LAMBDA))),
    )
    yield attack(TF, "keras-metadata", {"keras_metadata.pb": metadata}, "a Lambda in Keras's metadata")
    yield attack(
        TF,
        "keras-metadata-model",
        {"saved_model.pb": good, "keras_metadata.pb": metadata},
        "a Lambda in Keras's metadata",
    )
    yield attack(
        TF,
        "assets-extra",
        {"saved_model.pb": good, "assets.extra/run.py": b"print('corpus')\n", "assets/x.pkl": a.pickle(a.command())},
        "a pickle among the assets",
    )
    yield warn(
        TF,
        "unknown-operator",
        {"saved_model.pb": p.tf_saved_model(p.tf_graph([p.tf_node("n", "CorpusOp")]))},
        "an operator on no list",
    )
    yield benign(TF, "saved-model", {"saved_model.pb": good}, "plain operators")
    yield benign(
        TF,
        "functions",
        {"saved_model.pb": p.tf_saved_model(p.tf_graph(PLAIN, [p.tf_function("f", PLAIN)]))},
        "plain operators in functions",
    )
    path = p.chunk(3, "saver_filename")
    restore = [
        *PLAIN,
        p.tf_node("saver_filename", "Placeholder"),
        p.tf_node("f", "ShardedFilename", more=path),
        p.tf_node("s", "SaveV2", more=p.chunk(3, "f")),
        p.tf_node("r", "RestoreV2", more=path),
    ]
    yield benign(
        TF,
        "checkpoint-operators",
        {"saved_model.pb": p.tf_saved_model(p.tf_graph(restore))},
        "the operators of checkpoints",
    )


LOCATIONS = (
    ("parent", "../../etc/hostname"), ("absolute", "/etc/hostname"), ("backslash", "..\\..\\corpus.bin"),
    ("drive", "C:\\corpus.bin"), ("drive-slash", "C:/corpus.bin"), ("url", "http://127.0.0.1:9/w.bin"),
    ("file-url", "file:///etc/hostname"), ("nul", "w.bin\0.txt"), ("inner-parent", "data/../../w.bin"),
    ("dot", "."), ("empty", ""), ("missing", "w.bin"), ("unc", "\\\\server\\w.bin"), ("home", "~/w.bin"),
)  # fmt: skip


def _onnx() -> Iterator[Case]:
    """ONNX."""
    for name, location in LOCATIONS:
        model = p.onnx_model(p.onnx_graph(tensors=[p.onnx_external(location)]))
        yield hostile(ONNX, f"external-{name}", {"model.onnx": model}, f"CVE-2022-25882: data at {name}")
    out = p.onnx_external("../../etc/hostname")
    constant = p.onnx_node("Constant", attributes=[p.onnx_attribute("value", 5, out, 4)])
    yield hostile(ONNX, "external-attribute", {"model.onnx": p.onnx_model(p.onnx_graph([constant]))}, "in an attribute")
    several = p.onnx_node("Constant", attributes=[p.onnx_attribute("values", 10, out, 9)])
    yield hostile(ONNX, "external-attributes", {"model.onnx": p.onnx_model(p.onnx_graph([several]))}, "in a list")
    inner = p.onnx_node("If", attributes=[p.onnx_attribute("then_branch", 6, p.onnx_graph(tensors=[out]), 5)])
    yield hostile(ONNX, "external-subgraph", {"model.onnx": p.onnx_model(p.onnx_graph([inner]))}, "in a sub-graph")
    function = p.chunk(25, p.chunk(1, "f") + p.chunk(7, constant) + p.chunk(10, "corpus"))
    yield hostile(ONNX, "external-function", {"model.onnx": p.onnx_model(more=function)}, "in a function")
    training = p.chunk(20, p.chunk(1, p.onnx_graph(tensors=[out])))
    yield hostile(ONNX, "external-training", {"model.onnx": p.onnx_model(more=training)}, "in training information")
    sparse = p.chunk(15, p.chunk(1, out) + p.chunk(2, p.onnx_tensor("i", (1,))) + p.number(3, 4))
    yield hostile(
        ONNX, "external-sparse", {"model.onnx": p.onnx_model(p.onnx_graph(more=sparse))}, "in a sparse tensor"
    )
    twice = p.onnx_external("w.bin", more=p.chunk(13, p.chunk(1, "location") + p.chunk(2, "../w.bin")))
    yield hostile(
        ONNX,
        "external-twice",
        {"model.onnx": p.onnx_model(p.onnx_graph(tensors=[twice])), "w.bin": bytes(16)},
        "two locations, the last counts",
    )
    second = p.chunk(7, p.onnx_graph(tensors=[out]))
    yield hostile(ONNX, "second-graph", {"model.onnx": p.onnx_model(more=second)}, "a graph twice, which readers merge")
    beyond = p.onnx_model(p.onnx_graph(tensors=[p.onnx_external("w.bin", offset="8", length="1000")]))
    yield hostile(
        ONNX, "external-beyond", {"model.onnx": beyond, "w.bin": bytes(16)}, "CVE-2026-34446: beyond the file"
    )
    pickled = p.onnx_model(p.onnx_graph(tensors=[p.onnx_external("w.pkl")]))
    yield attack(
        ONNX, "external-pickle", {"model.onnx": pickled, "w.pkl": a.pickle(a.command())}, "the data file is a pickle"
    )
    for domain, op in (
        ("com.microsoft", "PythonOp"),
        ("com.microsoft", "PythonOpGrad"),
        ("ai.onnx.contrib", "PyOp"),
        ("ai.onnx.contrib", "PyCustomOpDef"),
    ):
        model = p.onnx_model(p.onnx_graph([p.onnx_node(op, domain)]), domains=("", domain))
        make = warn if op == "PyCustomOpDef" else attack
        yield make(ONNX, f"python-{op.lower()}-{domain}", {"model.onnx": model}, "an operator in Python")
    nested = p.onnx_node(
        "Loop", attributes=[p.onnx_attribute("body", 6, p.onnx_graph([p.onnx_node("PythonOp", "com.microsoft")]), 5)]
    )
    yield attack(
        ONNX,
        "python-nested",
        {"model.onnx": p.onnx_model(p.onnx_graph([nested]), domains=("", "com.microsoft"))},
        "an operator in Python in a loop",
    )
    short = p.onnx_model(p.onnx_graph(tensors=[p.onnx_tensor(shape=(1 << 20, 1 << 20), raw=b"")]))
    yield hostile(ONNX, "tensor-short", {"model.onnx": short}, "a tensor without its data")
    yield hostile(ONNX, "truncated", {"model.onnx": p.onnx_model()[:-9]}, "cut off")
    yield hostile(
        ONNX, "trailing-pickle", {"model.onnx": p.onnx_model() + a.pickle(a.command())}, "a pickle after the model"
    )
    deep = p.onnx_graph()
    for _ in range(400):
        deep = p.onnx_graph([p.onnx_node("If", attributes=[p.onnx_attribute("then_branch", 6, deep, 5)])])
    yield hostile(ONNX, "deep", {"model.onnx": p.onnx_model(deep)}, "graphs four hundred deep")
    custom = p.onnx_model(p.onnx_graph([p.onnx_node("CorpusOp", "corpus.ops")]), domains=("", "corpus.ops"))
    yield warn(ONNX, "custom-domain", {"model.onnx": custom}, "an unknown domain")


def _onnx_benign() -> Iterator[Case]:
    """ONNX models that must pass."""
    yield benign(ONNX, "plain", {"model.onnx": p.onnx_model()}, "one matrix")
    relu = p.onnx_graph([p.onnx_node("MatMul"), p.onnx_node("Relu"), p.onnx_node("Softmax")])
    yield benign(ONNX, "three-nodes", {"model.onnx": p.onnx_model(relu)}, "three operators")
    branch = p.onnx_node("If", attributes=[p.onnx_attribute("then_branch", 6, p.onnx_graph(), 5)])
    yield benign(ONNX, "subgraph", {"model.onnx": p.onnx_model(p.onnx_graph([branch]))}, "a sub-graph")
    ml = p.onnx_graph([p.onnx_node("TreeEnsembleClassifier", "ai.onnx.ml")])
    yield benign(
        ONNX, "ml-domain", {"model.onnx": p.onnx_model(ml, domains=("", "ai.onnx.ml"))}, "the domain for trees"
    )
    props = p.chunk(14, p.chunk(1, "author") + p.chunk(2, "os.system('echo corpus')"))
    yield benign(ONNX, "metadata", {"model.onnx": p.onnx_model(more=props)}, "words that look like an attack")
    external = p.onnx_model(p.onnx_graph(tensors=[p.onnx_external("model.onnx.data")]))
    yield benign(ONNX, "external", {"model.onnx": external, "model.onnx.data": bytes(16)}, "external data in place")
    folder = p.onnx_model(p.onnx_graph(tensors=[p.onnx_external("weights/w.bin")]))
    yield benign(
        ONNX, "external-folder", {"model.onnx": folder, "weights/w.bin": bytes(16)}, "external data in a folder"
    )


CODE = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
{body}
    return x
"""


def script_module(
    body: str = "    x = torch.relu(x)", *, klass: str = "Net", code: str = "", more: tuple[Member, ...] = ()
) -> bytes:
    """A TorchScript archive of one class."""
    state = a.value({"training": True, "_is_full_backward_hook": None}, 2)
    data = a.pickle(a.global_("__torch__", klass) + a.EMPTY_TUPLE + a.NEWOBJ + state + a.BUILD, 2)
    source = (code or CODE.format(body=body)).encode()
    members = (
        Member(name="archive/code/__torch__.py", data=source),
        Member(name="archive/code/__torch__.py.debug_pkl", data=a.pickle(a.EMPTY_TUPLE, 2)),
        Member(name="archive/constants.pkl", data=a.pickle(a.EMPTY_TUPLE, 2)),
        *more,
    )
    return torch_zip(data, {}, more=members)


def _torchscript() -> Iterator[Case]:
    """TorchScript."""
    for name, body, about in (
        ("save", '    torch.save(x, "corpus.pt")', "aten::save"),
        ("ops-save", '    ops.aten.save(x, "corpus.pt")', "aten::save by its full name"),
        ("from-file", '    x = torch.from_file("/etc/hostname", None, 4)', "aten::from_file"),
        ("ops-from-file", '    x = ops.aten.from_file("/etc/hostname")', "aten::from_file by its full name"),
        ("from-file-overload", '    x = ops.aten.from_file.out("/etc/hostname", None, 4, out=x)', "an overload"),
        ("custom-namespace", "    x = ops.corpus.run(x)", "an unknown namespace"),
        ("sparse-namespace", '    x = ops.profiler._record_function_enter_new("corpus")', "another namespace"),
        ("spaces", '    torch . save (x, "corpus.pt")', "spaces in a name"),
        ("line-break", '    torch.\\\n      save(x, "corpus.pt")', "a line break in a name"),
        ("alias", '    f = torch.save\n    f(x, "corpus.pt")', "a name before its use"),
        ("import", "    import os", "an import"),
        ("print", '    print("corpus")', "output"),
        ("dist", "    x = ops.c10d.allreduce_(x)", "the network"),
        ("warn-file", '    x = torch.load("corpus.pt")', "torch.load"),
    ):
        make = warn if name in {"print", "import"} else attack
        yield make(SCRIPT, name, {"model.pt": script_module(body)}, about)
    yield attack(SCRIPT, "class-not-defined", {"model.pt": script_module(klass="Other")}, "a class the code lacks")
    evil = Member(name="archive/extra/notes.pkl", data=a.pickle(a.command(protocol=2), 2))
    yield attack(SCRIPT, "extra-pickle", {"model.pt": script_module(more=(evil,))}, "a pickle among extra files")
    yield attack(
        SCRIPT,
        "extra-pickle-hidden",
        {"model.pt": script_module(more=(Member(name="archive/extra/notes", data=a.pickle(a.command())),))},
        "a pickle among extra files, without extension",
    )
    yield attack(
        SCRIPT,
        "name-in-comment",
        {"model.pt": script_module(klass="Other", code="# class Other(Module):\n" + CODE.format(body="    x = x"))},
        "a class defined in a comment",
    )
    yield attack(
        SCRIPT,
        "name-in-string",
        {"model.pt": script_module(klass="Other", code=CODE.format(body='    y = "\\nclass Other(Module):\\n"'))},
        "a class defined in a text",
    )
    constants = Member(
        name="archive/bytecode.pkl",
        data=a.pickle(
            a.value((3, ("__torch__.Net.forward", (("instructions", ()), ("operators", (("aten::save", "", 2),)))))), 2
        ),
    )
    yield attack(SCRIPT, "bytecode", {"model.ptl": script_module(more=(constants,))}, "aten::save in mobile bytecode")
    payload = a.pickle(a.command(protocol=2), 2)
    yield attack(
        SCRIPT,
        "data-payload",
        {
            "model.pt": torch_zip(
                payload,
                more=[
                    Member(name="archive/code/__torch__.py", data=CODE.format(body="    x = x").encode()),
                    Member(name="archive/constants.pkl", data=a.pickle(a.EMPTY_TUPLE, 2)),
                ],
            )
        },
        "a payload in an archive with both markers",
    )
    constants_evil = [
        Member(name="archive/code/__torch__.py", data=CODE.format(body="    x = x").encode()),
        Member(name="archive/constants.pkl", data=payload),
    ]
    yield attack(
        SCRIPT,
        "constants-payload",
        {"model.pt": torch_zip(a.pickle(a.NONE, 2), more=constants_evil)},
        "a payload as constants",
    )
    debug = [
        *constants_evil[:1],
        Member(name="archive/constants.pkl", data=a.pickle(a.EMPTY_TUPLE, 2)),
        Member(name="archive/code/__torch__.py.debug_pkl", data=payload),
    ]
    yield attack(
        SCRIPT,
        "debug-payload",
        {"model.pt": torch_zip(a.pickle(a.NONE, 2), more=debug)},
        "a payload as debug information",
    )
    yield benign(SCRIPT, "relu", {"model.pt": script_module()}, "one plain operator")


def tflite(custom: str) -> bytes:
    """A TFLite model of one custom operator."""
    name = custom.encode() + b"\0"
    out = bytearray(struct.pack("<I", 0) + b"TFL3")
    out += struct.pack("<HHHH", 8, 12, 4, 8)  # the model's table of fields: version, operator codes
    model = len(out)
    out += struct.pack("<iIi", model - 8, 3, 0)
    vector = len(out)
    struct.pack_into("<i", out, model + 8, vector - (model + 8))
    out += struct.pack("<Ii", 1, 0)
    table = len(out)
    out += struct.pack("<HHHHHH", 12, 16, 4, 8, 12, 0)  # the code's: deprecated code, custom code, version
    code = len(out)
    struct.pack_into("<i", out, vector + 4, code - (vector + 4))
    out += struct.pack("<ibxxxii", code - table, 32, 0, 1)
    text = len(out)
    struct.pack_into("<i", out, code + 8, text - (code + 8))
    out += struct.pack("<I", len(name) - 1) + name
    struct.pack_into("<I", out, 0, model)
    return bytes(out + bytes(-len(out) % 4))


def _tflite() -> Iterator[Case]:
    """TFLite."""
    for op in ("FlexWriteFile", "FlexPyFunc", "FlexReadFile", "FlexMatchingFiles"):
        yield attack(TFLITE, op.lower(), {"model.tflite": tflite(op)}, f"{op}, an operator of TensorFlow")
    yield warn(TFLITE, "custom", {"model.tflite": tflite("CorpusOp")}, "a custom operator")
    good = tflite("CorpusOp")
    yield hostile(TFLITE, "offset", {"model.tflite": struct.pack("<I", 1 << 30) + good[4:]}, "a root beyond the file")
    yield hostile(TFLITE, "truncated", {"model.tflite": good[:40]}, "cut off")
    zipped = good + torch_zip(
        weights()[0],
        {"0": bytes(24), "1": bytes(8)},
        more=[Member(name="archive/evil.pkl", data=a.pickle(a.command()))],
    )
    yield attack(TFLITE, "metadata-zip", {"model.tflite": zipped}, "a pickle in the metadata archive")


def cases() -> Iterator[Case]:
    """All cases."""
    yield from _tf()
    yield from _onnx()
    yield from _onnx_benign()
    yield from _torchscript()
    yield from _tflite()
