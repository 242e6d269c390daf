"""Hostile model and dataset files, put together byte by byte."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Iterable, Sequence

from tests.unit.formats.wire_builder import message

NOTHING = b"\xff" * 8
COLLIDING = (1 << 61) - 1
"""Python's hash of every multiple of this number is 0."""


def safetensors(header: bytes, data: bytes = b"") -> bytes:
    """A file with this header as it is."""
    return struct.pack("<Q", len(header)) + header + data


def string(data: bytes) -> bytes:
    """A text as GGUF writes it."""
    return struct.pack("<Q", len(data)) + data


def gguf(*pairs: bytes, tensors: Sequence[bytes] = (), count: int | None = None) -> bytes:
    """A GGUF file of version 3; `count` is what it claims to have of keys."""
    head = struct.pack("<IQQ", 3, len(tensors), len(pairs) if count is None else count)
    return b"GGUF" + head + b"".join(pairs) + b"".join(tensors)


def pair(name: bytes, kind: int, value: bytes) -> bytes:
    """One key of a GGUF file."""
    return string(name) + struct.pack("<I", kind) + value


def onnx(graph: bytes) -> bytes:
    """An ONNX model with this graph."""
    return message((1, 8), (7, graph))


def nested_graphs(count: int) -> bytes:
    """A graph in an attribute of a node of a graph, and so on."""
    graph = b""
    for _ in range(count):
        graph = message((1, message((4, "If"), (5, message((1, "b"), (6, graph), (20, 5))))))
    return graph


def long_integer(value: int) -> bytes:
    """LONG1 of a pickle."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def text(value: str) -> bytes:
    """BINUNICODE of a pickle."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def archive(members: Iterable[tuple[str, bytes]], *, packed: bool = False) -> bytes:
    """A zip archive, with members of one name if they are given so."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as made:
        warnings.simplefilter("ignore")
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)
    return stream.getvalue()


def torch(pickle: bytes, *more: tuple[str, bytes], packed: bool = False) -> bytes:
    """What `torch.save` writes, around this pickle and one storage of 64 bytes."""
    return archive([("m/data.pkl", pickle), ("m/data/0", bytes(64)), *more], packed=packed)


def keras(config: bytes) -> bytes:
    """A Keras 3 archive with this configuration."""
    return archive([("config.json", config), ("metadata.json", b'{"keras_version":"3.0.0"}')], packed=True)


def overlapping() -> bytes:
    """A zip archive whose directory names one member twice, under two names."""
    made = bytearray(torch(b"\x80\x02N."))
    at = made.index(b"PK\x01\x02")
    end = made.index(b"PK\x05\x06")
    entry = bytes(made[at : made.index(b"PK\x01\x02", at + 4)]).replace(b"m/data.pkl", b"m/evil.pkl")
    tail = bytearray(made[end:])
    count, size = struct.unpack_from("<H", tail, 10)[0] + 1, end - at + len(entry)
    struct.pack_into("<HHI", tail, 8, count, count, size)
    return bytes(made[:end]) + entry + bytes(tail)


def colliding_tensors(count: int) -> bytes:
    """A state dictionary of tensors with one element whose strides all have the same hash."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x10tQ"
    made = [
        b"\x80\x02" + storage + b"q\x000ctorch._utils\n_rebuild_tensor_v2\nq\x010" + long_integer(COLLIDING),
        b"q\x020K\x00q\x030(" + b"K\x01" * 17 + b"tq\x040ccollections\nOrderedDict\nq\x060h\x06)Rq\x050h\x06)R(",
    ]
    for number in range(count):
        strides = b"".join(b"h\x02" if number >> bit & 1 else b"h\x03" for bit in range(17))
        made.append(text(f"{number}.weight") + b"h\x01(h\x00K\x00h\x04(" + strides + b"t\x89h\x05tR")
    return b"".join([*made, b"u."])


def multiplying_records(width: int, depth: int) -> bytes:
    """An array as joblib writes it, whose element type is records of records, each made once and used often."""
    made = [b"\x80\x04cnumpy\ndtype\nq\x00", text("f8"), b"\x85Rq\x010"]
    for _ in range(depth):
        fields = b"".join(text(f"a{at}") + b"h\x01K\x00\x86" for at in range(width))
        made += [b"h\x00", text("V8"), b"\x85R(K\x03", text("|"), b"N)}(", fields, b"uK\x08K\x01K\x10tbq\x010"]
    state = text("shape") + b"K\x01\x85" + text("dtype") + b"h\x01"
    return b"".join([*made, b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(", state, b"ub", bytes(8), b"."])


class Hdf5:
    """An HDF5 file whose root group has its header at 48; `put` writes anywhere behind it."""

    def __init__(self, *root: tuple[int, bytes]) -> None:
        head = struct.pack("<4B4QI", 2, 8, 8, 0, 0, COLLIDING, 0, 48, 0)
        self._data = bytearray(b"\x89HDF\r\n\x1a\n" + head)
        self.put(48, header(*root))

    def put(self, at: int, data: bytes) -> Hdf5:
        """Write; what lies between is zeros."""
        self._data += bytes(max(0, at + len(data) - len(self._data)))
        self._data[at : at + len(data)] = data
        return self

    def made(self) -> bytes:
        """The file."""
        return bytes(self._data)


def header(*messages: tuple[int, bytes]) -> bytes:
    """An object header of version 1: kinds and bytes of its messages."""
    padded = [(kind, data + bytes(-len(data) % 8)) for kind, data in messages]
    body = b"".join(struct.pack("<HHB3x", kind, len(data), 0) + data for kind, data in padded)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def link(name: bytes, address: int) -> bytes:
    """A link message."""
    return bytes([1, 0, len(name)]) + name + struct.pack("<Q", address)


def group_of_long_names(count: int, length: int) -> bytes:
    """A group of `count` links whose names are all the same `length` bytes of its heap."""
    heap, leaf = 0x2000, 0x3000 + length
    made = Hdf5((0x11, struct.pack("<QQ", 0x1000, heap)))
    made.put(0x1000, b"TREE\0\0" + struct.pack("<H", 1) + 2 * NOTHING + struct.pack("<QQQ", 0, leaf, 0))
    made.put(heap, b"HEAP" + bytes(4) + struct.pack("<QQQ", length, 0, heap + 0x40) + bytes(32))
    made.put(heap + 0x40, b"a" * (length - 1) + b"\0")
    return made.put(leaf, b"SNOD\1\0" + struct.pack("<H", count) + struct.pack("<QQII16x", 0, 48, 0, 0) * count).made()


def multiplying_links(count: int) -> bytes:
    """Objects that all share one block of links to all of them, below a long path."""
    block, objects = 0x100000, 0x10000
    body = b"".join(struct.pack("<HHB3x", 6, 16, 0) + link(b"o", objects + 64 * at) + bytes(4) for at in range(count))
    shared = header((0x10, struct.pack("<QQ", block, len(body))))
    made = Hdf5((6, link(b"x" * 250, 0x2000))).put(block, body)
    for step in range(3):
        made.put(0x2000 + 0x1000 * step, header((6, link(b"x" * 250, 0x3000 + 0x1000 * step))))
    made.put(0x5000, shared)
    for at in range(count):
        made.put(objects + 64 * at, shared)
    return made.made()


def npy(head: bytes) -> bytes:
    """A NumPy array of version 1 with this header."""
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head


def tflite(*words: int) -> bytes:
    """A buffer of 32-bit numbers behind the identifier of TensorFlow Lite; the first is the distance to the root."""
    return struct.pack("<I", words[0]) + b"TFL3" + struct.pack(f"<{len(words) - 1}I", *words[1:])


def tar_member(name: bytes, size: int = 0, kind: bytes = b"0") -> bytes:
    """The header of one member of a tar archive."""
    head = bytearray(512)
    head[: len(name)] = name
    head[124:136] = b"%011o\0" % size
    head[156:157] = kind
    head[257:265] = b"ustar\x0000"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def parquet(footer: bytes) -> bytes:
    """A Parquet file that is a footer alone."""
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
