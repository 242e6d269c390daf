"""What torch writes: state dictionaries, checkpoints, whole modules, TorchScript."""

# The frameworks stand in an environment of their own, so their types are not known here.
# mypy: disable-error-code="import-not-found,misc,no-untyped-call"

from __future__ import annotations

import argparse
import datetime
import random
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

DTYPES = (
    "float32", "float64", "float16", "bfloat16", "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8",
    "bool", "float8_e4m3fn", "float8_e5m2", "uint16", "uint32", "uint64",
)  # fmt: skip


class Net(nn.Module):
    """A small network."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x).flatten(1))


class Branching(nn.Module):
    """A network whose script has branches, loops and several types."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 3, batch_first=True)
        self.embedding = nn.Embedding(10, 4)
        self.scale = 0.5
        self.names = ["a", "b"]
        self.table = {"a": 1, "b": 2}

    def forward(self, x: torch.Tensor, times: int = 2) -> torch.Tensor:
        out, _state = self.rnn(self.embedding(x))
        for _step in range(times):
            out = torch.relu(out) if out.sum() > 0 else out * self.scale
        return out


def tensors() -> dict[str, Any]:
    """Tensors of every kind that belongs into a state dictionary."""
    base = torch.arange(6.0).reshape(2, 3)
    indices = torch.tensor([[0, 1], [1, 0]])
    return {
        "dtypes": {name: torch.zeros(3).to(getattr(torch, name)) for name in DTYPES},
        "views": {"whole": base, "row": base[1], "transposed": base.t(), "strided": base[:, ::2]},
        "parameter": nn.Parameter(torch.ones(2)),
        "buffer": OrderedDict(running=torch.zeros(2), count=torch.tensor(3)),
        "sparse": torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0]), (2, 2)),
        "sparse-csr": torch.eye(3).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(base, 0.1, 0, torch.qint8),
        "quantized-channel": torch.quantize_per_channel(
            base, torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.quint8
        ),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(1.5),
        "grad": torch.ones(2, requires_grad=True),
        "conj": torch.complex(torch.ones(2), torch.ones(2)).conj(),
        "meta": torch.empty(2, 2, device="meta"),
    }


def checkpoint(model: nn.Module) -> dict[str, Any]:
    """What training code stores beside the weights."""
    adam = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.zeros(2, 1, 6, 6)).sum().backward()
    adam.step()
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 10)
    return {
        "epoch": 3,
        "global_step": 1200,
        "state_dict": model.state_dict(),
        "optimizer": adam.state_dict(),
        "lr_schedulers": [schedule.state_dict()],
        "rng": {"torch": torch.get_rng_state(), "python": random.getstate(), "numpy": np.random.get_state()},
        "args": argparse.Namespace(lr=0.1, name="corpus", sizes=[1, 2]),
        "started": datetime.datetime(2026, 11, 1, 12, 0, tzinfo=datetime.UTC),
        "took": datetime.timedelta(seconds=5),
        "counts": Counter(a=1),
        "history": defaultdict(list, loss=[1.0, 0.5]),
        "best": np.float64(0.5),
        "matrix": np.eye(2),
        "path": Path("/tmp/corpus"),  # noqa: S108 - a value, no place
        "pytorch-lightning_version": "2.5.0",
        "hyper_parameters": {"lr": 1e-3, "layers": (1, 2), "words": {"os.system", "eval"}},
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"current": {"ready": 1}}}},
    }


def modules() -> dict[str, nn.Module]:
    """Whole modules that stand in torch itself."""
    encoder = nn.TransformerEncoderLayer(4, 2, dim_feedforward=8, batch_first=True)
    return {
        "linear": nn.Linear(3, 2),
        "mlp": nn.Sequential(nn.Linear(4, 4), nn.GELU(), nn.Dropout(0.1), nn.LayerNorm(4), nn.Linear(4, 2)),
        "convolution": nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(), nn.AvgPool2d(2)),
        "transformer": nn.TransformerEncoder(encoder, 1, enable_nested_tensor=False),
        "lstm": nn.LSTM(3, 2, num_layers=2),
        "lists": nn.ModuleDict({"a": nn.ModuleList([nn.Linear(2, 2)]), "b": nn.Embedding(4, 2)}),
    }


def _scripted(folder: Path, model: nn.Module) -> None:
    """TorchScript, by both ways."""
    example = torch.zeros(1, 1, 6, 6)
    torch.jit.save(torch.jit.trace(model, example), str(folder / "traced.pt"))
    torch.jit.save(torch.jit.script(model), str(folder / "scripted.pt"))
    torch.jit.save(torch.jit.script(Branching().eval()), str(folder / "branching.pt"))
    extra = {"labels.txt": "cat\ndog\n"}
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), str(folder / "extra-files.pt"), _extra_files=extra)
    torch.jit.freeze(torch.jit.script(model.eval())).save(str(folder / "frozen.pt"))


def _exported(folder: Path, model: nn.Module) -> None:
    """An exported program, which holds no code of its own."""
    torch.export.save(torch.export.export(model.eval(), (torch.zeros(1, 1, 6, 6),)), str(folder / "exported.pt2"))


class _Writes(nn.Module):
    """A script that would write a file."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "corpus.pt")
        return x


class _Reads(nn.Module):
    """A script that would read a file."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.from_file("corpus.bin", False, 4)


def write(root: Path) -> None:
    """Write all files of torch."""
    folder, hostile = root / "benign" / "torch", root / "hostile" / "torch"
    for place in (folder, hostile):
        place.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    random.seed(0)
    model = Net()
    for name, value in tensors().items():
        torch.save(value, folder / f"{name}.pt")
        if name not in {"meta", "conj"}:
            torch.save(value, folder / f"{name}-legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    torch.save(model.state_dict(), folder / "state-legacy.bin", _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        torch.save(model.state_dict(), folder / f"state-protocol-{protocol}.pth", pickle_protocol=protocol)
    torch.save(model.state_dict(), folder / "state-no-extension")
    torch.save(checkpoint(model), folder / "checkpoint.ckpt")
    torch.save(checkpoint(Net()), folder / "checkpoint-legacy.ckpt", _use_new_zipfile_serialization=False)
    for optimizer in (torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop):
        torch.save(optimizer(model.parameters(), lr=0.1).state_dict(), folder / f"optimizer-{optimizer.__name__}.pt")
    for name, module in modules().items():
        torch.save(module, folder / f"module-{name}.pt")
        torch.save(module.state_dict(), folder / f"module-{name}-state.pt")
    torch.save([torch.zeros(2), (torch.ones(1), "x")], folder / "list.pt")
    torch.save(torch.Size([1, 2]), folder / "size.pt")
    torch.save({"device": torch.device("cpu"), "dtype": torch.float16}, folder / "device.pt")
    _scripted(folder, model)
    _exported(folder, model)
    save_file({"w": torch.ones(2, 3), "b": torch.zeros(0)}, folder / "model.safetensors", metadata={"format": "pt"})
    plain = [name for name in DTYPES if "complex" not in name]
    save_file({name: torch.zeros(2).to(getattr(torch, name)) for name in plain}, folder / "dtypes.safetensors")
    torch.jit.save(torch.jit.script(_Writes()), str(hostile / "script-save.pt"))
    torch.jit.save(torch.jit.script(_Reads()), str(hostile / "script-from-file.pt"))
    torch.save(Net(), hostile / "user-class.pt")
    torch.save(Net(), hostile / "user-class-legacy.pt", _use_new_zipfile_serialization=False)
