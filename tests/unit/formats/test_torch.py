"""PyTorch files in all their layouts: tensors are found by following what would be built, and nothing is unpickled."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import torch_archive, torch_legacy, torch_tar, torch_tensors, zip_facts
from attest.formats.facts import Facts, TensorInfo
from attest.formats.source import Source
from tests.unit.formats.model_samples import CHECKPOINT, LEGACY, MODULE, SCRIPT, STATE
from tests.unit.formats.wire_builder import of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


# Opcodes put together by hand, as torch.save writes them.


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value) if -(1 << 31) <= value < 1 << 31 else b"\x8a\x08" + struct.pack("<q", value)


def numbers(*values: int) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def storage(key: str, kind: str = "torch\nFloatStorage", elements: int = 6, last: bytes = b"") -> bytes:
    head = b"(" + text("storage") + b"c" + kind.encode() + b"\n"
    return head + text(key) + text("cpu") + number(elements) + last + b"tQ"


def tensor(
    stored: bytes, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0, name: str = "_rebuild_tensor_v2"
) -> bytes:
    rest = b"\x89ccollections\nOrderedDict\n)R"
    head = b"ctorch._utils\n" + name.encode() + b"\n("
    return head + stored + number(offset) + numbers(*shape) + numbers(*strides) + rest + b"tR"


def called(name: str, *args: bytes) -> bytes:
    return b"c" + name.encode() + b"\n(" + b"".join(args) + b"tR"


def table(**items: bytes) -> bytes:
    """An ordered dictionary; a double underscore in a name stands for a point."""
    pairs = b"".join(text(name.replace("__", ".")) + item for name, item in items.items())
    return b"ccollections\nOrderedDict\n)R(" + pairs + b"u"


def plain_table(**items: bytes) -> bytes:
    return b"}(" + b"".join(text(name.replace("__", ".")) + item for name, item in items.items()) + b"u"


def module(name: str, **attributes: bytes) -> bytes:
    empty = {"_parameters": table(), "_buffers": table(), "_modules": table()}
    return b"c" + name.encode() + b"\n)\x81" + plain_table(**empty | attributes) + b"b"


def saved(
    root: bytes,
    data: dict[str, int] | None = None,
    members: dict[str, bytes] | None = None,
    method: int = zipfile.ZIP_STORED,
) -> bytes:
    """A zip archive with this object, storages of so many bytes by key, and other members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("m/data.pkl", b"\x80\x02" + root + b".")
        made.writestr("m/version", "3\n")
        for key, size in (data or {}).items():
            made.writestr(f"m/data/{key}", bytes(size))
        for name, member in (members or {}).items():
            made.writestr(f"m/{name}", member)
    return out.getvalue()


def facts(root: bytes, data: dict[str, int] | None = None, members: dict[str, bytes] | None = None) -> Facts:
    return of(zip_facts.read, saved(root, data, members))


def doubt(found: Facts) -> str:
    """Why nothing was counted."""
    assert found.parameters == ()
    return dict(found.properties)["pytorch:tensors"].removeprefix("not counted: ")


WEIGHT = tensor(storage("0"), (2, 3), (3, 1))
ONE = {"0": 24}


def test_a_state_dictionary() -> None:
    found = of(zip_facts.read, STATE)
    assert (found.format, found.title, found.framework) == ("pytorch", "PyTorch archive, version 3", "pytorch")
    assert (found.tensor_count, found.problems, found.architecture) == (4, (), "")
    assert found.parameters == (("bfloat16", 3), ("float32", 6), ("float8_e4m3fn", 5), ("int64", 1))
    assert found.tensors == (
        TensorInfo("w", "float32", (2, 3), 1024, 1048),
        TensorInfo("n", "int64", (), 1152, 1160),
        TensorInfo("h", "bfloat16", (3,), 1280, 1286),
        TensorInfo("f8", "float8_e4m3fn", (5,), 1408, 1413),
    )
    # The values that were saved: ones, and a four.
    assert struct.unpack("<6f", STATE[1024:1048]) == (1.0,) * 6
    assert struct.unpack("<q", STATE[1152:1160]) == (4,)
    assert dict(found.properties) == {
        "pytorch:byteorder": "little", "pytorch:content": "a state dictionary", "pytorch:format-version": "1",
        "pytorch:storage-alignment": "64", "pytorch:version": "3",
    }  # fmt: skip
    assert found.imports == (
        "collections.OrderedDict", "torch.BFloat16Storage", "torch.FloatStorage", "torch.LongStorage",
        "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3", "torch.float8_e4m3fn",
        "torch.storage.UntypedStorage",
    )  # fmt: skip


def test_of_a_checkpoint_only_the_model_is_counted() -> None:
    found = of(zip_facts.read, CHECKPOINT)
    assert (found.parameters, found.tensor_count) == ((("float32", 3),), 4)
    assert [item.name for item in found.tensors] == [
        "state_dict.weight", "state_dict.bias",
        "optimizer.state.0.momentum_buffer", "optimizer.state.1.momentum_buffer",
    ]  # fmt: skip
    assert dict(found.properties)["pytorch:content"] == "a checkpoint"


def test_of_a_module_what_it_registered_is_counted_once() -> None:
    found = of(zip_facts.read, MODULE)
    # The shared weight of 6 and the buffer of 2; not the buffer of 7 that is not saved, nor the plain tensor of 11.
    assert (found.parameters, found.tensor_count, found.architecture) == ((("float32", 8),), 3, "Tied")
    assert [(item.name, item.begin) for item in found.tensors] == [("b", 2240), ("e.weight", 2368), ("o.weight", 2368)]
    assert "models.Tied" in found.imports


def test_torchscript() -> None:
    found = of(zip_facts.read, SCRIPT)
    assert (found.format, found.title, found.architecture) == ("torchscript", "TorchScript, version 3", "Linear")
    assert (found.parameters, found.tensor_count) == ((("float32", 3),), 2)
    assert [(item.name, item.shape) for item in found.tensors] == [("weight", (1, 2)), ("bias", (1,))]
    assert "__torch__.torch.nn.modules.linear.Linear" in found.imports


def test_the_legacy_layout() -> None:
    found = of(torch_legacy.read, LEGACY)
    assert (found.format, found.title, found.problems) == ("pytorch", "PyTorch, legacy layout", ())
    assert found.parameters == (("float32", 3),)
    assert found.tensors == (
        TensorInfo("weight", "float32", (1, 2), 525, 533),
        TensorInfo("bias", "float32", (1,), 513, 517),
    )
    # The same numbers as in the checkpoint, which was saved with this state dictionary.
    places = {item.name: CHECKPOINT[item.begin : item.end] for item in of(zip_facts.read, CHECKPOINT).tensors}
    assert (LEGACY[525:533], LEGACY[513:517]) == (places["state_dict.weight"], places["state_dict.bias"])


# What counts and what does not.


def test_tensors_that_share_a_storage_are_counted_once() -> None:
    halves = {"a": tensor(storage("0"), (3,), (1,)), "b": tensor(storage("0"), (3,), (1,), 3)}
    assert facts(table(**halves), ONE).parameters == (("float32", 6),)
    assert facts(table(a=WEIGHT, b=WEIGHT), ONE).parameters == (("float32", 6),)
    turned = tensor(storage("0"), (3, 2), (1, 3))
    found = facts(table(a=WEIGHT, b=turned, c=halves["a"]), ONE)
    assert (found.parameters, found.tensor_count) == ((("float32", 6),), 3)
    # What is turned has no bytes in its own order, so it is not listed.
    assert [item.name for item in found.tensors] == ["a", "c"]


def test_empty_tensors_and_dimensions_of_one() -> None:
    found = facts(
        table(
            a=tensor(storage("0"), (0, 5), (5, 1)),
            b=tensor(storage("1", elements=1), (), ()),
            c=tensor(storage("2", elements=2), (1, 2, 1), (99, 1, 7)),
        ),
        {"0": 0, "1": 4, "2": 8},
    )
    assert found.parameters == (("float32", 3),)
    assert [(item.name, item.end - item.begin) for item in found.tensors] == [("a", 0), ("b", 4), ("c", 8)]


def test_packed_storages_are_counted_and_have_no_place() -> None:
    found = of(zip_facts.read, saved(table(a=WEIGHT), ONE, method=zipfile.ZIP_DEFLATED))
    assert (found.parameters, found.tensor_count, found.tensors) == ((("float32", 6),), 1, ())


@pytest.mark.parametrize("size", [0, 23])
def test_storages_that_are_too_short_or_not_there(size: int) -> None:
    found = facts(table(a=WEIGHT), {"0": size} if size else {})
    assert doubt(found).startswith("tensor 'a'")
    assert found.tensors == ()
    assert found.problems == (doubt(found),)


ODD = {
    "steps": (tensor(storage("0"), (3,), (2,)), "takes only some of the elements"),
    "repeated": (tensor(storage("0"), (6, 6), (0, 1)), "takes only some of the elements"),
    "overlapping": (tensor(storage("0"), (2, 2), (1, 1)), "takes only some of the elements"),
    "past the end": (tensor(storage("0"), (2, 3), (3, 1), 1), "goes past the end of its storage"),
    "other key": (tensor(storage("1"), (2, 3), (3, 1)), "a storage that is not in the file"),
    "negative": (tensor(storage("0"), (-2, 3), (3, 1)), "not described in the usual way"),
    "negative stride": (tensor(storage("0"), (2, 3), (-3, 1)), "not described in the usual way"),
    "huge": (tensor(storage("0"), (1 << 40, 1 << 40), (1, 1)), "not described in the usual way"),
    "too many dimensions": (tensor(storage("0"), (1,) * 65, (1,) * 65), "not described in the usual way"),
    "fewer strides": (tensor(storage("0"), (2, 3), (1,)), "not described in the usual way"),
    "unknown type": (tensor(storage("0", "torch\nFooStorage"), (2, 3), (3, 1)), "not described in the usual way"),
    "other module": (tensor(storage("0", "evil\nFloatStorage"), (2, 3), (3, 1)), "not described in the usual way"),
    "no type": (tensor(storage("0", "torch.storage\nUntypedStorage"), (6,), (1,)), "not described in the usual way"),
    "view": (tensor(storage("0", last=numbers(1)), (2, 3), (3, 1)), "not described in the usual way"),
    "no storage": (tensor(b"N", (2, 3), (3, 1)), "not described in the usual way"),
    "other id": (tensor(b"(" + text("module") + b"NNNNtQ", (2, 3), (3, 1)), "not described in the usual way"),
    "sparse": (called("torch._utils\n_rebuild_sparse_tensor", b"N", WEIGHT), "makes"),
    "bare storage": (storage("0"), "a storage that is no tensor"),
    "something outside": (b"NQ", "something outside of the pickle"),
    "bytes": (called("torch.storage\n_load_from_bytes", b"N"), "pickles within the pickle"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(ODD))
def test_one_odd_tensor_and_nothing_is_counted(what: str) -> None:
    item, message = ODD[what]
    found = facts(table(w__weight=WEIGHT, odd=item), ONE)
    assert message in doubt(found) or "no part of which is plainly the model" in doubt(found)
    assert "w.weight" in [place.name for place in found.tensors]
    if what not in {"bare storage", "something outside", "bytes", "sparse"}:
        assert message in doubt(found)


def test_the_same_storage_in_two_ways() -> None:
    other = tensor(storage("0", "torch\nIntStorage"), (2, 3), (3, 1))
    assert "is described in two ways" in doubt(facts(table(a=WEIGHT, b=other), ONE))

    def read_as(name: str) -> bytes:
        head = b"ctorch._utils\n_rebuild_tensor_v3\n(" + storage("1", "torch.storage\nUntypedStorage", 4) + number(0)
        return head + numbers(2) + numbers(1) + b"\x89}" + b"ctorch\n" + name.encode() + b"\ntR"

    assert facts(table(a=read_as("uint16")), {"1": 4}).parameters == (("uint16", 2),)
    assert "read the same bytes as different types" in doubt(
        facts(table(a=read_as("uint16"), b=read_as("float16")), {"1": 4})
    )
    assert "not described in the usual way" in doubt(facts(table(a=read_as("uint17")), {"1": 4}))


@pytest.mark.parametrize(
    "wrapped",
    [
        called("torch._utils\n_rebuild_parameter", WEIGHT, b"\x88", b"N"),
        called("torch._utils\n_rebuild_parameter_with_state", WEIGHT, b"\x88", b"N", b"N"),
        called("torch._tensor\n_rebuild_from_type_v2", b"ctorch._utils\n_rebuild_tensor_v2\n", b"cmine\nSub\n",
               WEIGHT[len(b"ctorch._utils\n_rebuild_tensor_v2\n") : -1], b"}"),
        tensor(storage("0"), (2, 3), (3, 1), name="_rebuild_tensor"),
    ],
    ids=["parameter", "parameter with state", "subclass", "oldest"],
)  # fmt: skip
def test_wrapped_tensors(wrapped: bytes) -> None:
    found = facts(table(a=wrapped), ONE)
    assert found.parameters == (("float32", 6),)
    assert found.tensors[0][:3] == ("a", "float32", (2, 3))


def test_quantised_tensors_count_as_they_are_stored() -> None:
    item = tensor(storage("0", "torch\nQInt8Storage"), (2, 3), (3, 1), name="_rebuild_qtensor")
    assert facts(table(a=item), {"0": 6}).parameters == (("qint8", 6),)


def test_shapes_within_torch_size() -> None:
    size = called("torch\nSize", numbers(2, 3))
    item = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage("0") + number(0) + size + numbers(3, 1) + b"\x89NtR"
    assert facts(table(a=item), ONE).parameters == (("float32", 6),)


def test_which_dictionaries_are_models() -> None:
    assert facts(plain_table(a__weight=WEIGHT), ONE).parameters == (("float32", 6),)
    assert facts(plain_table(bias=WEIGHT, epoch=number(3), note=text("x")), ONE).parameters == (("float32", 6),)
    pairs = b"ccollections\nOrderedDict\n(](](" + text("a.b") + WEIGHT + b"eetR"
    assert facts(pairs, ONE).parameters == (("float32", 6),)  # as Python 2 wrote it
    for other in (
        plain_table(a=WEIGHT),
        b"](" + WEIGHT + b"e",
        WEIGHT,
        table(),
        called("mine\nThing", WEIGHT),
        table(a=WEIGHT, b=plain_table(weight=WEIGHT)),
        plain_table(state_dict=table(a=WEIGHT), model=table(a=WEIGHT)),
        plain_table(ema=table(a=WEIGHT)),
        b"}(K\x01" + WEIGHT + b"u",
    ):
        assert "no part of which is plainly the model" in doubt(facts(other, ONE))
    for key in ("state_dict", "model_state_dict", "model_state", "model"):
        found = facts(plain_table(**{key: table(a=WEIGHT), "other": table(b=WEIGHT)}), ONE)
        assert (found.parameters, found.tensor_count) == ((("float32", 6),), 2)


def test_names_are_paths() -> None:
    nested = plain_table(a=b"](" + WEIGHT + b"}(K\x05" + WEIGHT + b"ue", b=b"(" + WEIGHT + b"t")
    assert [item.name for item in facts(nested, ONE).tensors] == ["a.0", "a.1.5", "b.0"]
    odd = b"}(" + text("a\nb") + WEIGHT + text("x" * 600) + WEIGHT + b"(K\x01t" + WEIGHT + b"u"
    found = facts(odd, ONE)
    assert [item.name for item in found.tensors] == []
    assert found.parameters == ()


def test_a_module_in_a_checkpoint_and_modules_in_modules() -> None:
    inner = module("mine\nInner", _parameters=table(weight=WEIGHT), extra=WEIGHT)
    outer = module("mine\nOuter", _modules=table(inner=inner), _buffers=table(b=tensor(storage("1"), (2,), (1,))))
    found = facts(plain_table(model=outer, epoch=number(1)), ONE | {"1": 8})
    assert found.parameters == (("float32", 8),)
    assert facts(outer, ONE | {"1": 8}).architecture == "Outer"
    kept = module("mine\nOuter", _parameters=table(w=WEIGHT), _buffers=table(b=WEIGHT),
                  _non_persistent_buffers_set=called("__builtin__\nset", b"](" + text("b") + b"e"))  # fmt: skip
    assert [item.name for item in facts(kept, ONE).tensors] == ["w"]


CODE = b"""class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = ["mean", ]
  weight : Tensor
class Old(Module):
  __parameters__ = ["weight", ]
  weight : Tensor
class Pair(NamedTuple):
  a : int
"""


def script(root: bytes, others: dict[str, bytes] | None = None) -> Facts:
    members = {"constants.pkl": b"\x80\x02).", "code/__torch__/net.py": CODE} | (others or {})
    return facts(root, ONE | {"1": 8}, members)


def of_class(name: str, **attributes: bytes) -> bytes:
    return b"c__torch__.net\n" + name.encode() + b"\n)\x81" + plain_table(**attributes) + b"b"


def test_the_code_of_torchscript_tells_what_is_a_parameter() -> None:
    mean = tensor(storage("1"), (2,), (1,))
    found = script(of_class("Net", weight=WEIGHT, mean=mean, cache=mean, inner=of_class("Pair", a=number(1))))
    assert (found.parameters, found.architecture) == ((("float32", 8),), "Net")
    assert [item.name for item in found.tensors] == ["weight", "mean"]
    for name in ("Old", "Other"):
        assert f"does not tell the parameters of '__torch__.net.{name}'" in doubt(script(of_class(name, weight=WEIGHT)))


def test_other_members_of_torchscript() -> None:
    extra = {"extra/a.txt": b"", "extra/b": b"", "bytecode.pkl": b"\x80\x02N."}
    found = script(of_class("Net", weight=WEIGHT), extra)
    assert dict(found.properties)["torchscript:extra-files"] == "a.txt, b"
    assert dict(found.properties)["torchscript:mobile"] == "true"
    found = script(of_class("Net", weight=WEIGHT), {"code/__torch__/bad.py": b"\xff"})
    assert found.problems == ("the code 'code/__torch__/bad.py' cannot be read",)


def test_code_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_archive, "MAX_ALL_CODE", 10)
    assert "more than 10 bytes of code" in script(of_class("Net", weight=WEIGHT)).problems[0]


# Archives.


def test_every_pickle_of_the_archive_is_looked_at() -> None:
    others = {"sub/other.pkl": b"cos\nsystem\n.", "x.pkl": b"cposix\nsystem\n.more", "bad.pkl": b"csys\nexit\n\xff"}
    found = facts(table(a=WEIGHT), ONE, others)
    assert {"os.system", "posix.system", "sys.exit"} <= set(found.imports)
    assert found.problems == (
        "4 bytes stand behind the pickle 'm/x.pkl'",
        "the pickle 'm/bad.pkl' breaks off: there is no opcode 0xff (before 11)",
    )
    assert found.parameters == (("float32", 6),)


def test_members_outside_of_the_folder() -> None:
    out = io.BytesIO(saved(table(a=WEIGHT), ONE))
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("other/data.pkl", b"cos\nsystem\n.")
        made.writestr("loose", b"")
    found = of(zip_facts.read, out.getvalue())
    assert "os.system" in found.imports
    assert found.problems == ("2 members lie outside of the archive's folder, the first is 'other/data.pkl'",)


def test_a_second_data_pkl_is_looked_at_and_nothing_is_counted() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile does not like it either
        made.writestr("m/data.pkl", b"\x80\x02" + table(a=WEIGHT) + b".")
        made.writestr("m/data.pkl", b"cos\nsystem\n.")
        made.writestr("m/data/0", bytes(24))
    found = of(zip_facts.read, out.getvalue())
    assert "os.system" in found.imports
    assert found.problems == ("two members have the name 'm/data.pkl'",)
    assert doubt(found) == "readers of the archive may see different members"


def test_an_archive_that_is_none_of_torch() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a/version", b"3")
        made.writestr("b/data.pkl", b"N.")
    with pytest.raises(DocumentError, match=r"no data\.pkl in the folder of its first member"):
        of(torch_archive.read, out.getvalue())
    with pytest.raises(DocumentError):
        of(torch_archive.read, b"PK\5\6" + bytes(18))


def test_pickles_that_cannot_be_read() -> None:
    data = bytearray(saved(table(a=WEIGHT), ONE))
    data[data.index(b"OrderedDict")] ^= 1
    found = of(zip_facts.read, bytes(data))
    assert found.problems == ("member 'm/data.pkl' does not have the checksum that the directory gives",)
    assert (found.imports, found.tensor_count) == ((), 0)


def test_too_many_pickles() -> None:
    found = facts(table(a=WEIGHT), ONE, {f"p{index}.pkl": b"N." for index in range(70)})
    assert found.problems == ("the archive has 71 pickles, of which 64 were looked at",)


def test_pickles_are_unpacked_up_to_a_bound_and_the_main_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_archive, "MAX_PICKLES", 2000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("a", "b", "c"):
            made.writestr(f"m/{name}.pkl", b"cos\n" + name.encode() + b"\n0" + b"N0" * 400 + b"N.")
        made.writestr("m/data.pkl", b"\x80\x02" + table(a=WEIGHT) + b".")
        made.writestr("m/data/0", bytes(24))
    found = of(zip_facts.read, out.getvalue())
    assert found.parameters == (("float32", 6),)
    assert {"os.a", "os.b"} <= set(found.imports)
    assert "os.c" not in found.imports
    assert "member 'm/c.pkl' has 809 bytes" in found.problems[0]


def test_markers() -> None:
    found = facts(table(a=WEIGHT), ONE, {"byteorder": b"big", ".format_version": b"x" * 100})
    assert dict(found.properties)["pytorch:byteorder"] == "big"
    assert "the limit is 64" in found.problems[0]


def test_deep_and_wide_objects_end_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b"N" + b"\x85" * 100_000
    assert "nests them too deeply" in doubt(facts(deep))
    around = b"]q\0h\0a"
    assert facts(around).tensor_count == 0
    monkeypatch.setattr(torch_tensors, "MAX_VISITS", 100)
    assert "more values than are looked at" in doubt(facts(b"](" + b"N" * 200 + b"e"))
    start = time.perf_counter()
    doubled = b"](" + WEIGHT + b"e" + b"2\x86" * 10_000
    assert facts(doubled, ONE).parameters == ()
    assert time.perf_counter() - start < 5


# The legacy layout.


def legacy(root: bytes, keys: list[str], storages: bytes, *, little: bool = True, protocol: int = 1001) -> bytes:
    listed = b"](" + b"".join(map(text, keys)) + b"e"
    flag = b"\x88" if little else b"\x89"
    return b"".join(
        b"\x80\x02" + part + b"."
        for part in (
            b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19", number(protocol), plain_table(little_endian=flag), root, listed,
        )
    ) + storages  # fmt: skip


def raw(elements: int, width: int = 4, order: str = "<") -> bytes:
    return struct.pack(order + "q", elements) + bytes(elements * width)


OLD = tensor(storage("0", last=b"N"), (2, 3), (3, 1))


def test_a_legacy_file_put_together() -> None:
    data = legacy(table(a=OLD), ["0"], raw(6))
    found = of(torch_legacy.read, data)
    assert (found.parameters, found.problems) == ((("float32", 6),), ())
    assert found.tensors == (TensorInfo("a", "float32", (2, 3), len(data) - 24, len(data)),)
    big = of(torch_legacy.read, legacy(table(a=OLD), ["0"], raw(6, order=">"), little=False))
    assert (big.parameters, dict(big.properties)["pytorch:byteorder"]) == ((("float32", 6),), "big")
    held = module("mine\nNet", _parameters=table(w=OLD))
    assert of(torch_legacy.read, legacy(held, ["0"], raw(6))).architecture == "Net"


@pytest.mark.parametrize(
    ("keys", "storages", "problem"),
    [
        (["0"], raw(6)[:-1], "cut off within the storage '0'"),
        (["0"], b"", "cut off within the storage '0'"),
        (["0"], struct.pack("<q", -1), "cut off within the storage '0'"),
        (["0"], raw(6) + b"more", "4 bytes stand behind the last storage"),
        (["0"], raw(7), "has 7 elements, and its tensors say 6"),
        (["0", "0"], raw(6) * 2, "lists a storage twice, or one that no tensor"),
        (["1"], raw(6), "lists a storage twice, or one that no tensor"),
    ],
)
def test_storages_of_a_legacy_file_that_do_not_add_up(keys: list[str], storages: bytes, problem: str) -> None:
    found = of(torch_legacy.read, legacy(table(a=OLD), keys, storages))
    assert problem in found.problems[0]
    assert found.imports != ()


def test_a_legacy_file_that_breaks_off() -> None:
    found = of(torch_legacy.read, legacy(b"cos\nsystem\n\xff", [], b""))
    assert found.imports == ("os.system",)
    assert "its pickle of the object" in found.problems[0]
    for data in (b"\x80\x02K\x01.", b"", legacy(table(), [], b"", protocol=1002)):
        with pytest.raises(DocumentError, match=r"magic number|protocol"):
            of(torch_legacy.read, data)


# The first layout.


def tarred(**members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


PARTS = {
    "sys_info": pickle.dumps({"protocol_version": 1000}, 2),
    "pickle": b"\x80\x02ccollections\nOrderedDict\n)R.",
    "storages": pickle.dumps(0, 2) + b"raw",
    "tensors": pickle.dumps(0, 2),
}


def test_the_tar_layout() -> None:
    found = of(torch_tar.read, tarred(**PARTS))
    assert (found.format, found.title) == ("pytorch", "PyTorch, tar layout")
    assert (found.imports, found.problems) == (("collections.OrderedDict",), ())
    broken = of(torch_tar.read, tarred(**PARTS | {"storages": b"cos\nsystem\n"}))
    assert broken.imports == ("collections.OrderedDict", "os.system")
    assert "the pickle in storages breaks off" in broken.problems[0]


def test_refuses_other_tar_archives() -> None:
    good = tarred(**PARTS)
    for data, message in (
        (tarred(a=b""), "it has no member sys_info"),
        (tarred(**{name: part for name, part in PARTS.items() if name != "tensors"}), "it has no member tensors"),
        (good[:600], "it has no member|is cut off"),
        (good[:512], "it is cut off|is cut off"),
        (b"x" * 512, "has no member at 0"),
        (good.replace(b"sys_info", b"sys_inf0"), "has no member at 0"),
        (tarred(**PARTS)[:1024] + tarred(**PARTS), "twice"),
        (tarred(**{f"m{index}": b"" for index in range(70)}), "more members than PyTorch writes"),
        (b"", "it has no member sys_info"),
    ):
        with pytest.raises(DocumentError, match=message):
            of(torch_tar.read, data)


# Hostile bytes.

SAMPLES = {"state": STATE, "checkpoint": CHECKPOINT, "module": MODULE, "script": SCRIPT}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_truncation_of_an_archive_is_refused(name: str) -> None:
    data = SAMPLES[name]
    for length in range(0, len(data), 7):
        with pytest.raises(DocumentError):
            of(zip_facts.read, data[:length])


def test_every_truncation_of_a_legacy_file_is_told() -> None:
    for length in range(len(LEGACY)):
        found = survives(torch_legacy.read, LEGACY[:length])
        assert found is None or found.problems


def test_every_truncation_of_a_tar_archive_is_told() -> None:
    whole = tarred(**PARTS)
    for length in range(0, len(whole), 64):
        survives(torch_tar.read, whole[:length])


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_any_change_of_an_archive(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLES[name])
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(zip_facts.read, bytes(data))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=5))
def test_any_change_of_the_pickle_itself(changes: list[tuple[int, int]]) -> None:
    root = bytearray(table(a=WEIGHT, b=module("mine\nNet", _parameters=table(w=WEIGHT))))
    for at, byte in changes:
        root[at % len(root)] = byte
    survives(zip_facts.read, saved(bytes(root), ONE))
    survives(torch_legacy.read, legacy(bytes(root), ["0"], raw(6)))


# Real models; the numbers are those that PyTorch 2.13 gives for them.


def model(*parts: str) -> Source:
    path = MODELS.joinpath(*parts)
    assert path.is_file(), "run scripts/fixtures models first"
    return Source.of_bytes(path.name, path.read_bytes())


@pytest.mark.model
def test_real_state_dictionaries() -> None:
    found = torch_legacy.read(model("lpips", "alex.pth"))
    assert (found.parameters, found.tensor_count, found.problems) == ((("float32", 1152),), 5, ())
    assert found.tensors[0] == TensorInfo("lin0.model.1.weight", "float32", (1, 64, 1, 1), 4721, 4977)
    found = torch_legacy.read(model("attacut", "model.pth"))
    assert (found.parameters, found.tensor_count) == ((("float32", 159_377), ("int64", 3)), 27)
    assert found.imports == (
        "collections.OrderedDict", "torch.FloatStorage", "torch.LongStorage", "torch._utils._rebuild_tensor_v2",
    )  # fmt: skip


@pytest.mark.model
def test_a_real_checkpoint_with_an_optimizer() -> None:
    found = torch_legacy.read(model("resemblyzer", "pretrained.pt"))
    assert (found.parameters, found.tensor_count, found.problems) == ((("float32", 1_423_618),), 48, ())
    assert dict(found.properties)["pytorch:content"] == "a checkpoint"
    assert ("model_state.lstm.weight_hh_l0", "float32", (1024, 256)) in [item[:3] for item in found.tensors]


@pytest.mark.model
def test_real_torchscript() -> None:
    found = zip_facts.read(model("silero", "silero_vad.jit"))
    assert (found.format, found.architecture) == ("torchscript", "VADRNNJITMerge")
    assert (found.parameters, found.tensor_count, found.problems) == ((("float32", 545_282),), 30, ())
    assert found.tensors[0][:3] == ("_model.stft.forward_basis_buffer", "float32", (258, 1, 256))
    assert len(found.imports) == 45
