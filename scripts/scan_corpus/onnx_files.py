"""What onnx, skl2onnx and torch's exporter write."""

# The frameworks stand in an environment of their own, so their types are not known here.
# mypy: disable-error-code="import-not-found,misc,no-untyped-call"

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn import ensemble, linear_model, pipeline, preprocessing

from scripts.scan_corpus.torch_files import Net


def _model() -> onnx.ModelProto:
    """A linear layer."""
    weights = numpy_helper.from_array(np.ones((4, 300), np.float32), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 300])
    return helper.make_model(helper.make_graph([node], "corpus", [x], [y], [weights]))


def write(root: Path) -> None:
    """Write all files of ONNX."""
    folder = root / "benign" / "onnx"
    (folder / "external").mkdir(parents=True, exist_ok=True)
    onnx.save(_model(), folder / "plain.onnx")
    onnx.save(_model(), folder / "external" / "model.onnx", save_as_external_data=True, location="model.onnx.data",
              size_threshold=0)  # fmt: skip
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    steps = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
    for name, model in (("logistic", steps), ("forest", ensemble.RandomForestClassifier(2, max_depth=2))):
        onnx.save(to_onnx(model.fit(x, y), x[:1]), folder / f"{name}.onnx")
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        example = torch.zeros(1, 1, 6, 6)
        torch.onnx.export(Net().eval(), (example,), str(folder / "torch.onnx"), dynamo=False)
