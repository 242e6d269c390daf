"""HDF5 files as h5py and Keras write them, and such as no library would."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import hdf5_file, hdf5_messages
from attest.formats.facts import Facts, PortInfo, TensorInfo
from attest.formats.hdf5 import read
from attest.formats.hdf5_file import Hdf5
from attest.formats.source import Source
from tests.unit.formats.hdf5_builder import (
    FLOAT32,
    INT64,
    UNDEFINED,
    VARIABLE_TEXT,
    File,
    attribute,
    dataset,
    external_link,
    fixed_text,
    header,
    link,
    space,
    text_attribute,
)
from tests.unit.formats.model_samples import HDF5_NEW, HDF5_OLD, KERAS_H5, KERAS_WEIGHTS
from tests.unit.formats.wire_builder import Watched, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


def parsed(data: bytes) -> Hdf5:
    return Hdf5(Source.of_bytes("x.h5", data))


@pytest.mark.parametrize(("data", "version", "at"), [(HDF5_OLD, 0, 8704), (HDF5_NEW, 3, 6144)], ids=["old", "new"])
def test_what_h5py_writes(data: bytes, version: int, at: int) -> None:
    found = of(read, data)
    assert (found.format, found.title, found.problems) == ("hdf5", "HDF5", ())
    # z is packed in pieces, and has no one place; its second name and the link to it add nothing.
    assert found.tensor_count == 3
    assert found.tensors == (
        TensorInfo("g/a", "float32", (2, 3), at, at + 24),
        TensorInfo("g/b", "int64", (4,), at + 24, at + 56),
    )
    assert struct.unpack("<6f", data[at : at + 24]) == (1.0,) * 6
    assert struct.unpack(">4q", data[at + 24 : at + 56]) == (0, 1, 2, 3)
    assert found.parameters == ()
    assert dict(found.properties) == {
        "hdf5:superblock": str(version),
        "hdf5:tensors": "not counted: it is not written by Keras",
    }
    assert found.refers_to == (("other.h5",) if version else ())


@pytest.mark.parametrize("data", [HDF5_OLD, HDF5_NEW], ids=["old", "new"])
def test_attributes(data: bytes) -> None:
    file = parsed(data)
    root = next(iter(file.nodes())).attributes
    assert sorted(root) == ["fixed", "num", "texts"]
    assert file.text(root["fixed"]) == "hello"
    assert file.texts(root["texts"]) == ["x", "yé"]
    assert (file.texts(root["num"]), file.text(root["texts"])) == ([], "")
    assert (root["num"].kind.name, root["num"].shape) == ("float64", ())


@pytest.mark.parametrize("data", [HDF5_OLD, HDF5_NEW], ids=["old", "new"])
def test_paths_and_shapes(data: bytes) -> None:
    nodes = {node.path: node.dataset for node in parsed(data).nodes()}
    assert set(nodes) <= {"", "g", "g/a", "g/b", "z", "hard"}
    packed = nodes.get("z") or nodes["hard"]
    assert packed is not None
    assert (packed.shape, packed.layout.kind, packed.filtered, packed.begin) == ((4, 4), "chunked", True, -1)


def test_a_keras_model() -> None:
    found = of(read, KERAS_H5)
    assert (found.format, found.title, found.architecture) == ("keras", "Keras 3.15.1, HDF5", "Sequential")
    assert (found.framework, found.framework_version) == ("keras", "3.15.1")
    # Not the two of the optimizer.
    assert (found.parameters, found.tensor_count) == ((("float32", 3),), 4)
    assert ("model_weights/dense/tiny/dense/kernel", "float32", (2, 1)) in [item[:3] for item in found.tensors]
    assert found.inputs == (PortInfo("input_layer", "float32[?,2]"),)
    assert dict(found.properties) == {
        "hdf5:superblock": "0", "keras:backend": "torch", "keras:class": "Sequential", "keras:layers": "2",
        "keras:layer-classes": "Dense=1, InputLayer=1", "keras:loss": "mse", "keras:name": "tiny",
        "keras:optimizer": "SGD",
    }  # fmt: skip


def test_weights_of_keras_alone() -> None:
    found = of(read, KERAS_WEIGHTS)
    assert (found.format, found.framework) == ("hdf5", "")
    assert (found.parameters, found.tensor_count) == ((("float32", 3),), 4)


def test_little_of_the_file_is_read() -> None:
    watched = Watched(KERAS_H5, 64 << 20)
    assert read(watched.source()).parameters == (("float32", 3),)
    assert watched.total < len(KERAS_H5) + 4096


# Files put together by hand.


def keras(file: File, **datasets: int) -> bytes:
    """A file of weights with these datasets; a double underscore stands for a point."""
    links = [link(name, address) for name, address in datasets.items()]
    return file.finish(attribute("layer_names", VARIABLE_TEXT, space(0), b""), *links)


def test_a_file_put_together() -> None:
    file = File()
    inner = file.object(link("w", file.numbers(FLOAT32, (2, 3))), link("n", file.numbers(INT64, (), 8)))
    data = keras(file, a=inner, b=file.numbers(FLOAT32, (0, 7)))
    found = of(read, data)
    assert found.problems == ()
    assert found.parameters == (("float32", 6), ("int64", 1))
    assert [(item.name, item.end - item.begin) for item in found.tensors] == [("b", 0), ("a/w", 24), ("a/n", 8)]


def test_what_is_no_plain_number_is_not_counted() -> None:
    for kind in (
        fixed_text(4),
        b"\x16\0\0\0" + struct.pack("<I", 4),
        b"\x1f\0\0\0" + struct.pack("<I", 4),
        INT64[:6] + b"\x07\0",
    ):
        file = File()
        data = keras(file, w=file.numbers(FLOAT32, (2,)), odd=file.object(*dataset(kind + bytes(12), space(2))))
        found = of(read, data)
        assert (found.parameters, found.tensor_count) == ((), 2)
        assert dict(found.properties)["hdf5:tensors"] == "not counted: dataset 'odd' holds no plain numbers"


def test_states_of_random_generators_and_optimizers_are_no_weights() -> None:
    file = File()
    numbers = file.object(link("0", file.numbers(FLOAT32, (5,))))
    layer = file.object(link("vars", numbers))
    drop = file.object(
        link("seed_generator_1", file.object(link("vars", file.object(link("0", file.numbers(INT64, (2,), 8))))))
    )
    other = file.object(link("x", file.numbers(FLOAT32, (9,))))
    optimizer = file.object(link("vars", file.object(link("0", file.numbers(FLOAT32, (7,))))))
    data = file.finish(link("layers", layer), link("dropout", drop), link("other", other), link("optimizer", optimizer))
    assert of(read, data).parameters == (("float32", 5),)


def test_datasets_that_do_not_fit() -> None:
    for address, size in ((48, 24), (1 << 40, 24), (48, 25)):
        file = File()
        data = keras(file, w=file.object(*dataset(FLOAT32, space(2, 3) if size == 24 else space(2), address, size)))
        found = of(read, data)
        if (address, size) == (48, 24):
            assert found.problems == ()
        else:
            assert found.problems == ("dataset 'w' does not fit into its place in the file",)
            assert found.tensors == ()
    file = File()
    assert of(read, keras(file, w=file.object(*dataset(FLOAT32, space(2), UNDEFINED, 0)))).tensors == ()


def test_versions_of_layouts() -> None:
    def layout(data: bytes) -> str:
        return hdf5_messages.layout(data, hdf5_messages.Sizes(8, 8)).kind

    for version in (1, 2):
        old = bytes([version, 1, 1]) + bytes(5) + struct.pack("<Q", 99)
        assert hdf5_messages.layout(old, hdf5_messages.Sizes(8, 8))[:2] == ("contiguous", 99)
        assert layout(bytes([version, 1, 0]) + bytes(5)) == "compact"
        assert layout(bytes([version, 1, 2]) + bytes(5)) == "chunked"
    assert [layout(bytes([4, kind]) + bytes(16)) for kind in range(5)] == [
        "compact", "contiguous", "chunked", "virtual", "unknown",
    ]  # fmt: skip
    assert layout(bytes([9, 1])) == "unknown"


def test_element_types() -> None:
    def named(data: bytes) -> tuple[str, bool]:
        found = hdf5_messages.datatype(data + bytes(24))
        return found.name, found.number

    def number(size: int, signed: bool, precision: int = 0) -> bytes:
        return bytes([0x10, 8 if signed else 0, 0, 0]) + struct.pack("<IHH", size, 0, precision or 8 * size)

    assert [named(number(size, True))[0] for size in (1, 2, 4, 8)] == ["int8", "int16", "int32", "int64"]
    assert named(number(1, False)) == ("uint8", True)
    assert named(number(4, True, 7)) == ("integer", False)
    assert named(number(3, True)) == ("integer", False)

    def fraction(size: int, exponent: int, mantissa: int) -> bytes:
        return b"\x11\x20\0\0" + struct.pack("<IHHBBBB", size, 0, 8 * size, mantissa, exponent, 0, mantissa)

    assert named(fraction(2, 5, 10)) == ("float16", True)
    assert named(fraction(2, 8, 7)) == ("bfloat16", True)
    assert named(fraction(8, 11, 52)) == ("float64", True)
    assert named(fraction(16, 15, 63)) == ("float", False)
    assert [named(bytes([0x10 | kind]))[0] for kind in (2, 4, 5, 6, 7, 8, 10, 11)] == [
        "time", "bits", "opaque", "compound", "reference", "enum", "array", "unknown",
    ]  # fmt: skip
    assert named(b"\x71")[0] == "unknown"


def test_links_to_other_files() -> None:
    found = of(read, File().finish(external_link("a", "sub/other.h5"), external_link("b", "x.h5")))
    assert (found.refers_to, found.problems) == (("sub/other.h5", "x.h5"), ())
    for name in ("/etc/passwd", "../x.h5", "a\x1b.h5"):
        found = of(read, File().finish(external_link("a", name)))
        assert found.refers_to == ()
        assert "leads out of its folder" in found.problems[0]


def test_what_is_not_read_is_said_and_nothing_is_counted() -> None:
    file = File()
    heap = struct.pack("<BBQQ", 0, 0, 99, UNDEFINED)
    outside = file.object(*dataset(FLOAT32, space(2)), (0x07, b""))
    data = file.finish(
        attribute("layer_names", VARIABLE_TEXT, space(0), b""),
        link("w", file.numbers(FLOAT32, (2,))), link("x", outside), (0x02, heap), (0x15, heap),
    )  # fmt: skip
    found = of(read, data)
    assert dict(found.properties)["hdf5:not-read"] == (
        "attributes in a fractal heap, datasets in other files, groups in a fractal heap"
    )
    assert dict(found.properties)["hdf5:tensors"] == "not counted: not everything in the file could be followed"
    assert (found.parameters, found.problems) == ((), ())


def test_the_same_path_or_attribute_twice() -> None:
    file = File()
    twice = file.finish(link("w", file.numbers(FLOAT32, (2,))), link("w", file.numbers(FLOAT32, (3,))))
    found = of(read, twice)
    assert found.problems == ("an object of the HDF5 file has the path of another one, or one that is too long",)
    assert [item.shape for item in found.tensors] == [(2,)]
    found = of(read, File().finish(text_attribute("keras_version", "1.0"), text_attribute("keras_version", "2.0")))
    assert (found.framework_version, found.problems) == (
        "1.0", ("an object of the HDF5 file has the attribute 'keras_version' twice",),
    )  # fmt: skip


def test_paths_that_are_not_fit_to_be_shown_are_counted_and_not_listed() -> None:
    file = File()
    found = of(read, keras(file, **{"a\nb": file.numbers(FLOAT32, (2,)), "w": file.numbers(FLOAT32, (3,))}))
    assert ([item.name for item in found.tensors], found.parameters) == (["w"], (("float32", 5),))


def test_circles_end() -> None:
    file = File()
    here = file.object(link("again", 0))
    file.data[-8:] = struct.pack("<Q", here)
    assert of(read, file.finish(link("a", here))).problems == ()
    deep = File()
    address = deep.numbers(FLOAT32, (2,))
    for _ in range(2000):
        address = deep.object(link("d", address))
    found = of(read, deep.finish(link("d", address)))
    assert "has the path of another one, or one that is too long" in found.problems[0]


def test_a_version_that_is_no_text() -> None:
    for value in ("3.0\x1b[31m", "x" * 300):
        assert of(read, File().finish(text_attribute("keras_version", value))).framework_version == ""
    assert of(read, File().finish(text_attribute("keras_version", "2.1"))).title == "Keras 2.1, HDF5"


def test_a_configuration_that_does_not_parse() -> None:
    found = of(read, File().finish(text_attribute("model_config", '{"a":1,"a":2}'), text_attribute("backend", "x")))
    assert (found.format, found.architecture) == ("keras", "")
    assert "stands twice" in found.problems[0]


HEAP_TEXT = struct.pack("<IQI", 5, 48, 1)


def with_heap(heap: bytes, reference: bytes = HEAP_TEXT) -> bytes:
    file = File()
    file.add(heap)
    return file.finish(attribute("keras_version", VARIABLE_TEXT, space(), reference))


def heap(*items: tuple[int, bytes], size: int | None = None) -> bytes:
    body = b"".join(
        struct.pack("<HHIQ", index, 1, 0, len(data)) + data + bytes(-len(data) % 8) for index, data in items
    )
    length = 16 + len(body) if size is None else size
    return b"GCOL\1\0\0\0" + struct.pack("<Q", length) + body


def test_texts_in_heaps() -> None:
    assert of(read, with_heap(heap((1, b"3.1.4")))).framework_version == "3.1.4"
    assert of(read, with_heap(heap((2, b"other"), (1, b"3.1.4"), (0, b"")))).framework_version == "3.1.4"
    assert of(read, with_heap(heap((1, b"x")), struct.pack("<IQI", 0, 48, 1))).framework_version == ""
    assert of(read, with_heap(heap((1, b"x")), struct.pack("<IQI", 5, UNDEFINED, 1))).framework_version == ""
    for broken, message in (
        (with_heap(b"GCOX" + bytes(40)), "is not where it should be"),
        (with_heap(heap((1, b"3.1"))), "is not where it should be, or is too long"),
        (with_heap(heap((3, b"3.1.4"))), "is not where it should be, or is too long"),
        (with_heap(heap((1, b"3.1.4"), size=1 << 40)), "more texts than are looked at"),
        (with_heap(heap((1, b"3.1.4"), size=8)), "is not where it should be"),
        (with_heap(heap((1, b"3.1.4"), size=35)), "cut off"),
        (with_heap(heap((1, b"x")), struct.pack("<IQI", 5, 1 << 50, 1)), "are not there"),
        (with_heap(b"GCOL\1\0\0\0" + struct.pack("<QHHIQ", 40, 1, 1, 0, 1 << 40)), "cut off"),
    ):
        with pytest.raises(DocumentError, match=message):
            of(read, broken)


def test_texts_that_are_asked_for_again_and_again_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5_file, "MAX_ALL_TEXTS", 100)
    file = File()
    file.add(heap((1, b"3.1.4")))
    data = file.finish(attribute("a", VARIABLE_TEXT, space(30), HEAP_TEXT * 30))
    got = parsed(data)
    value = next(iter(got.nodes())).attributes["a"]
    with pytest.raises(DocumentError, match="more texts than are looked at"):
        got.texts(value)


REFUSED = {
    "nothing": (b"", "no HDF5 signature"),
    "something else": (bytes(5000), "no HDF5 signature"),
    "only the signature": (HDF5_OLD[512:520], "version 255"),
    "version": (HDF5_NEW[:8] + b"\x04" + HDF5_NEW[9:], "version 4 of the HDF5 superblock"),
    "sizes": (HDF5_NEW[:9] + b"\x03\x08" + HDF5_NEW[11:], "sizes of numbers"),
    "no root": (HDF5_NEW[:36] + b"\xff" * 8 + HDF5_NEW[44:], "names no root group"),
    "root outside": (HDF5_NEW[:36] + struct.pack("<Q", 1 << 40) + HDF5_NEW[44:], "there is no HDF5 object"),
    "no object": (HDF5_NEW.replace(b"OHDR", b"OHDX"), "there is no HDF5 object"),
    "header version": (HDF5_NEW.replace(b"OHDR\x02", b"OHDR\x03"), "of a version that is not known"),
    "no tree": (HDF5_OLD.replace(b"TREE", b"TREX"), "leads nowhere"),
    "tree of chunks": (HDF5_OLD.replace(b"TREE\0", b"TREE\1"), "one of another kind"),
    "no leaves": (HDF5_OLD.replace(b"SNOD", b"SNOX"), "leads nowhere"),
    "no names": (HDF5_OLD.replace(b"HEAP", b"HEAX"), "has no names"),
    "shape": (File().finish((0x01, b"\x03\0\0\0"), (0x03, FLOAT32), (0x08, b"\3\1" + bytes(16))), "a shape"),
    "rank": (File().finish((0x01, b"\1\x21" + bytes(600)), (0x03, FLOAT32), (0x08, b"\3\1" + bytes(16))), "a shape"),
    "elements": (File().finish(*dataset(FLOAT32, space(1 << 40, 1 << 40))), "more elements than a file can hold"),
    "link version": (File().finish((0x06, b"\x02\0\1a" + bytes(8))), "a link"),
    "link cut off": (File().finish((0x06, b"\x01\x03\xff\xff\xff\xff\xff\xff\xff\x7f")), "cut off"),
    "continues nowhere": (File().finish((0x10, struct.pack("<QQ", 1 << 40, 8))), "are not there"),
    "continues at nothing": (File().finish((0x10, struct.pack("<QQ", UNDEFINED, 8))), "goes on where nothing is"),
    }  # fmt: skip


@pytest.mark.parametrize("fault", sorted(REFUSED))
def test_refuses(fault: str) -> None:
    data, message = REFUSED[fault]
    with pytest.raises(DocumentError, match=message):
        of(read, data)


def test_messages_that_leave_their_block() -> None:
    data = bytearray(File().finish(text_attribute("a", "b")))
    at = bytes(data).rindex(b"\x0c\0")
    data[at + 2 : at + 4] = b"\xff\xff"
    with pytest.raises(DocumentError, match="leaves its block"):
        of(read, bytes(data))


def test_headers_that_go_on_and_on() -> None:
    file = File()
    at = len(file.data)
    loop = header([(0x10, struct.pack("<QQ", at + 16, 24))])
    with pytest.raises(DocumentError, match=r"too many header messages|too long"):
        of(read, file.finish((0x10, struct.pack("<QQ", file.add(loop) + 16, 24))))


def test_more_objects_and_links_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5_file, "MAX_OBJECTS", 20)
    file = File()
    with pytest.raises(DocumentError, match="more than 20 objects"):
        of(read, file.finish(*(link(f"g{index}", file.object()) for index in range(30))))
    monkeypatch.setattr(hdf5_file, "MAX_LINKS", 2)
    with pytest.raises(DocumentError, match="more than 2 links"):
        of(read, HDF5_OLD)


def test_trees_that_go_round_in_circles() -> None:
    data = bytearray(HDF5_OLD)
    at = bytes(data).index(b"TREE")
    # The first child of the root's tree is the tree itself; addresses count from the end of the user block.
    data[at + 32 : at + 40] = struct.pack("<Q", at - 512)
    with pytest.raises(DocumentError, match="goes round in circles"):
        of(read, bytes(data))


def test_counts_that_lie() -> None:
    for mark in (b"TREE\0\0", b"SNOD\1\0"):
        data = bytearray(HDF5_OLD)
        at = bytes(data).index(mark)
        data[at + 6 : at + 8] = b"\xff\xff"
        start = time.perf_counter()
        with pytest.raises(DocumentError):
            of(read, bytes(data))
        assert time.perf_counter() - start < 5


SAMPLES = {"old": HDF5_OLD, "new": HDF5_NEW, "keras": KERAS_H5}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_truncation_gives_facts_or_a_refusal(name: str) -> None:
    data = SAMPLES[name]
    for length in range(0, len(data), 97):
        found = survives(read, data[:length])
        assert found is None or all(tensor.end <= length for tensor in found.tensors)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_any_change_gives_facts_or_a_refusal(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLES[name])
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 3, 6, 7, 8, 0x0B, 0x0C, 0x10, 0x11, 0x15]), st.binary(max_size=40)),
        max_size=6,
    )
)
def test_any_messages(messages: list[tuple[int, bytes]]) -> None:
    survives(read, File().finish(*messages))


@pytest.mark.model
def test_a_real_model() -> None:
    path = MODELS / "deepcut" / "cnn_without_ne_ab.h5"
    assert path.is_file(), "run scripts/fixtures models first"
    found: Facts = of(read, path.read_bytes())
    assert (found.title, found.framework, found.framework_version) == ("Keras 2.0.2, HDF5", "keras", "2.0.2")
    assert (found.parameters, found.tensor_count, found.problems) == ((("float32", 535_025),), 62, ())
    assert dict(found.properties) == {"hdf5:superblock": "0", "keras:backend": "tensorflow"}
    assert ("embedding_1/embedding_1/embeddings:0", "float32", (178, 32)) in [item[:3] for item in found.tensors]
