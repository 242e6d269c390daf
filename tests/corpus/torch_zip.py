"""PyTorch's zip layout, and pickles of state dictionaries, from bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.corpus import assembler as a
from tests.corpus.zips import DESCRIPTOR, UTF8, Member, zip_file


def _members(pickle: bytes, storages: Mapping[str, bytes], root: str) -> list[Member]:
    """The members that torch writes."""
    files = {
        f"{root}/data.pkl": pickle,
        f"{root}/.format_version": b"1",
        f"{root}/.storage_alignment": b"64",
        f"{root}/byteorder": b"little",
        **{f"{root}/data/{key}": data for key, data in storages.items()},
        f"{root}/version": b"3\n",
        f"{root}/.data/serialization_id": b"0636457737946401051300000000000000000000",
    }
    return [Member(name=name, data=data, flags=DESCRIPTOR | UTF8) for name, data in files.items()]


def torch_zip(
    pickle: bytes,
    storages: Mapping[str, bytes] | None = None,
    *,
    root: str = "archive",
    more: Sequence[Member] = (),
    **options: Any,
) -> bytes:
    """What torch.save writes around a pickle and its storages."""
    return zip_file([*_members(pickle, storages or {}, root), *more], **options)


def storage(key: str, numel: int, kind: str = "FloatStorage", location: str = "cpu", protocol: int = 2) -> bytes:
    """The persistent id of a storage, and BINPERSID."""
    parts = (a.Raw(a.text("storage", protocol)), a.Raw(a.ref("torch", kind, protocol)), key, location, numel)
    return a.value(parts, protocol) + a.BINPERSID


def tensor(
    key: str, shape: Sequence[int], kind: str = "FloatStorage", *, numel: int | None = None, protocol: int = 2
) -> bytes:
    """The opcodes of a dense tensor."""
    count, strides = 1, []
    for size in reversed(shape):
        strides.append(count)
        count *= size
    numel = count if numel is None else numel
    hooks = a.Raw(a.call("collections", "OrderedDict", protocol=protocol))
    return a.call(
        "torch._utils", "_rebuild_tensor_v2",
        a.Raw(storage(key, numel, kind, protocol=protocol)), 0, tuple(shape), tuple(reversed(strides)), False, hooks,
        protocol=protocol,
    )  # fmt: skip


def state_dict(tensors: Mapping[str, bytes], protocol: int = 2) -> bytes:
    """The opcodes of an OrderedDict of tensors."""
    items = b"".join(a.text(name, protocol) + body for name, body in tensors.items())
    return a.call("collections", "OrderedDict", protocol=protocol) + a.MARK + items + a.SETITEMS


def weights() -> tuple[bytes, dict[str, bytes]]:
    """A state dictionary of two tensors: its pickle, and its storages."""
    body = state_dict({"linear.weight": tensor("0", (2, 3)), "linear.bias": tensor("1", (2,))})
    return a.pickle(body, 2), {"0": b"\0\0\x80?" * 6, "1": b"\0\0\0\0" * 2}
