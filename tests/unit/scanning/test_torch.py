"""Torch's layouts: archives, TorchScript, exported programs, and the layout before 1.6."""

from __future__ import annotations

import struct

import pytest

from attest.domain.scan import FileScan
from tests.corpus import assembler as a
from tests.corpus.torch_zip import state_dict, storage, tensor, torch_zip, weights
from tests.corpus.zips import Member
from tests.unit.scanning.scans import rules, scan_bytes

PROGRAM = b"class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return torch.add(x, x)\n"


def saved(pickle: bytes, storages: dict[str, bytes] | None = None, **files: bytes) -> FileScan:
    """The scan of an archive with these further members, `__` standing for a slash."""
    more = [Member(name=f"archive/{name}", data=data) for name, data in files.items()]
    return scan_bytes("pytorch_model.bin", torch_zip(pickle, storages, more=more))


def script(code: bytes, pickle: bytes | None = None, **more: bytes) -> FileScan:
    """The scan of a TorchScript archive whose only file of code is this."""
    members = [
        Member(name="archive/code/__torch__.py", data=code),
        Member(name="archive/constants.pkl", data=a.pickle(a.EMPTY_TUPLE, 2, framed=False)),
        *(Member(name=f"archive/{name}", data=data) for name, data in more.items()),
    ]
    made = a.ref("__torch__", "Net", 2) + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD
    return scan_bytes("model.pt", torch_zip(pickle or a.pickle(made, 2), {}, more=members))


def test_weights_pass_and_are_counted_as_opaque() -> None:
    pickle, storages = weights()
    found = saved(pickle, storages)
    assert (found.outcome, rules(found)) == ("PASS", [])
    assert found.opaque == sum(map(len, storages.values()))
    assert "torch-weights" in found.profiles
    assert "torch-zip" in found.formats


def test_a_payload_in_the_archive_blocks() -> None:
    found = saved(a.pickle(a.command()))
    finding = next(item for item in found.findings if item.rule == "pickle.name-not-allowed")
    assert finding.members == ("archive/data.pkl",)
    assert found.outcome == "BLOCK"


def test_every_pickle_member_is_judged() -> None:
    pickle, storages = weights()
    assert saved(pickle, storages, **{"other.pkl": a.pickle(a.command())}).outcome == "BLOCK"
    assert saved(pickle, storages, **{"extra/hidden": a.pickle(a.command())}).outcome == "BLOCK"


@pytest.mark.parametrize(
    ("numel", "storages", "message"),
    [
        (6, {}, "not in the archive"),
        (6, {"0": bytes(20)}, "smaller than"),
    ],
)
def test_a_tensor_needs_its_storage(numel: int, storages: dict[str, bytes], message: str) -> None:
    body = state_dict({"w": tensor("0", (2, 3), numel=numel)})
    found = saved(a.pickle(body, 2), storages)
    assert any(message in item.message for item in found.findings if item.rule == "torch.storage-mismatch")
    assert found.outcome == "BLOCK"


def test_a_tensor_stays_inside_its_storage() -> None:
    body = state_dict({"w": tensor("0", (1 << 20, 1 << 10), numel=6)})
    found = saved(a.pickle(body, 2), {"0": bytes(24)})
    assert "pickle.call-form" in rules(found)


@pytest.mark.parametrize(
    "pid",
    [
        a.value(("storage", "FloatStorage", "0", "cpu", 6), 2),
        a.value(("storage", a.Raw(a.ref("torch", "FloatStorage", 2)), "0", "cpu", -6), 2),
        a.value(("module", a.Raw(a.ref("torch", "FloatStorage", 2)), "0", "cpu", 6), 2),
        a.binunicode("0"),
    ],
)
def test_only_torchs_own_ids_are_explained(pid: bytes) -> None:
    found = saved(a.pickle(pid + a.BINPERSID, 2), {"0": bytes(24)})
    assert "pickle.persistent-id" in rules(found)
    assert found.outcome != "PASS"


def test_source_beside_weights_blocks() -> None:
    pickle, storages = weights()
    assert "torch.source-code" in rules(saved(pickle, storages, **{"model/net.py": b"import os\n"}))
    assert "torch.source-code" in rules(saved(pickle, storages, **{"kernel.cubin": b"\x7fELF"}))


def test_what_no_layout_explains_is_scanned() -> None:
    pickle, storages = weights()
    assert saved(pickle, storages, **{"unknown.dat": b"\x01\x02\xff\xfe" * 40}).outcome == "INCONCLUSIVE"


def test_behind_the_pickle_of_an_archive_nothing_stands() -> None:
    pickle, storages = weights()
    assert "pickle.trailing-data" in rules(saved(pickle + a.pickle(a.command()), storages))


def test_a_program_passes_with_a_note() -> None:
    found = script(PROGRAM)
    assert (found.outcome, rules(found)) == ("PASS", ["torchscript.code"])


@pytest.mark.parametrize(
    "line",
    [
        b'torch.save(x, "f")',
        b'torch.from_file("/etc/passwd")',
        b"ops.aten.save(x)",
        b"ops.evil.run(x)",
        b"f = ops",
        b'getattr(torch, "save")(x)',
        b"y = torch",
        b"ops . evil . run(x)",
        b"torch\t.save(x)",
    ],
)
def test_operators_that_reach_outside_block(line: bytes) -> None:
    found = script(PROGRAM + b"  def g(self, x: Tensor) -> Tensor:\n    " + line + b"\n")
    assert "torchscript.operator" in rules(found)
    assert found.outcome == "BLOCK"


def test_text_in_code_is_no_operator() -> None:
    found = script(PROGRAM + b'  def g(self) -> str:\n    return "torch.save ops.evil.run"\n')
    assert found.outcome == "PASS"


def test_a_class_that_the_code_does_not_define_is_off_the_list() -> None:
    made = a.ref("__torch__", "Other", 2) + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD
    assert "pickle.name-not-allowed" in rules(script(PROGRAM, a.pickle(made, 2)))


def test_classes_need_both_marks_of_a_program() -> None:
    made = a.ref("__torch__", "Net", 2) + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD
    pickle = a.pickle(made, 2)
    assert "pickle.name-not-allowed" in rules(saved(pickle, {}, **{"code/__torch__.py": PROGRAM}))


def test_operators_in_byte_code() -> None:
    byte_code = a.pickle(a.value((("operators", (("evil::run", ""),)),), 2), 2)
    assert "torchscript.operator" in rules(script(PROGRAM, **{"bytecode.pkl": byte_code}))
    fine = a.pickle(a.value((("operators", (("aten::add", "Tensor"),)),), 2), 2)
    assert script(PROGRAM, **{"bytecode.pkl": fine}).outcome == "PASS"


def test_an_exported_program() -> None:
    def exported(target: str) -> FileScan:
        graph = b'{"graph": {"nodes": [{"target": "%s", "inputs": []}]}}' % target.encode()
        members = [
            Member(name="m/archive_format", data=b"pt2"),
            Member(name="m/models/model.json", data=graph),
            Member(name="m/data/weights/weight_0", data=bytes(64)),
        ]
        from tests.corpus.zips import zip_file

        return scan_bytes("m.pt2", zip_file(members))

    assert exported("torch.ops.aten.add.Tensor").outcome == "PASS"
    assert "torchscript.operator" in rules(exported("torch.ops.evil.run.default"))
    assert "torchscript.operator" in rules(exported("os.system"))


def legacy(body: bytes, keys: list[str], tail: bytes) -> bytes:
    """The layout before 1.6."""
    magic = a.proto(2) + a.long1(0x1950A86A20F9469CFC6C) + a.STOP
    return b"".join(
        [
            magic,
            a.pickle(a.value(1001, 2), 2),
            a.pickle(a.value({"protocol_version": 1001, "little_endian": True}, 2), 2),
            a.pickle(body, 2),
            a.pickle(a.value(keys, 2), 2),
            tail,
        ]
    )


def _legacy_tensor() -> bytes:
    pid = a.value((a.Raw(a.text("storage", 2)), a.Raw(a.ref("torch", "FloatStorage", 2)), "0", "cpu", 6, None), 2)
    hooks = a.Raw(a.call("collections", "OrderedDict", protocol=2))
    return a.call(
        "torch._utils", "_rebuild_tensor_v2", a.Raw(pid + a.BINPERSID), 0, (2, 3), (3, 1), False, hooks, protocol=2
    )


def test_the_old_layout_is_accounted_for_byte_by_byte() -> None:
    data = legacy(_legacy_tensor(), ["0"], struct.pack("<q", 6) + bytes(24))
    found = scan_bytes("old.pth", data)
    assert (found.outcome, rules(found)) == ("PASS", ["pickle.present"])
    assert found.opaque == 24
    more = scan_bytes("old.pth", data + a.pickle(a.command()))
    assert "pickle.trailing-data" in rules(more)
    assert more.outcome != "PASS"


@pytest.mark.parametrize(
    ("keys", "tail"),
    [
        (["0", "1"], struct.pack("<q", 6) + bytes(24)),
        ([], b""),
        (["0"], struct.pack("<q", 7) + bytes(28)),
        (["0"], struct.pack("<q", 6) + bytes(20)),
    ],
)
def test_keys_and_storages_must_agree(keys: list[str], tail: bytes) -> None:
    assert scan_bytes("old.pth", legacy(_legacy_tensor(), keys, tail)).outcome != "PASS"


def test_classes_with_their_source_in_the_old_layout() -> None:
    """Torch compares the source with its own; what counts is the class."""

    def module(module: str, name: str) -> FileScan:
        pid = a.value(("module", a.Raw(a.ref(module, name, 2)), "f.py", "class Linear: pass"), 2)
        made = pid + a.BINPERSID + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD
        return scan_bytes("old.pth", legacy(made, [], b""))

    assert module("torch.nn.modules.linear", "Linear").outcome == "PASS"
    assert {"torch.source-code", "pickle.name-not-allowed"} <= set(rules(module("acme", "Linear")))
    assert "torch.source-code" in rules(module("torch", "FloatStorage"))


def test_a_storage_is_named_like_torch_names_it() -> None:
    assert storage("0", 6).endswith(a.BINPERSID)
