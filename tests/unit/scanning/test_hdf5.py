"""HDF5 files: configurations wherever they are kept, data of other files, pickles of PyTables, and broken structure."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.keras.hdf5 import scan
from tests.unit.formats import hdf5_builder as build
from tests.unit.formats.hdf5_builder import UNDEFINED, File
from tests.unit.scanning import hdf5_samples as samples
from tests.unit.scanning.mutations import mutated
from tests.unit.scanning.parts import Scanned, run
from tests.unit.scanning.scans import rules, scan_bytes

MODELS = Path(__file__).parents[3] / ".cache" / "models"
CODE = "keras.code-layer"
EVIL = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {}}]}})
GOOD = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 1}}]}})
PICKLE = b"cposix\nsystem\n(S'true'\ntR."


def with_attributes(*attributes: tuple[int, bytes]) -> bytes:
    return File().finish(*attributes)


def text(name: str, value: bytes) -> tuple[int, bytes]:
    return build.attribute(name, build.fixed_text(len(value)), build.space(), value)


def on_dataset(*more: tuple[int, bytes]) -> bytes:
    file = File()
    kept = build.dataset(build.INT64, build.space(3))
    return file.finish(build.link("d", file.object(*kept, *more)))


# Configurations.


@pytest.mark.parametrize("name", ["model_config", "training_config"])
def test_configurations_are_judged(name: str) -> None:
    assert run(scan, with_attributes(build.text_attribute(name, EVIL))).rules == [CODE]
    assert not run(scan, with_attributes(build.text_attribute(name, GOOD))).rules


def test_a_configuration_is_told_by_the_decoded_text() -> None:
    hidden = EVIL.replace("Lambda", "\\u004c\\u0061mbda")
    assert run(scan, with_attributes(build.text_attribute("model_config", hidden))).rules == [CODE]


def test_a_configuration_under_another_name_is_judged() -> None:
    assert run(scan, with_attributes(build.text_attribute("architecture", EVIL))).rules == [CODE]


def test_texts_that_merely_look_alike_are_left_alone() -> None:
    values = ["{not json", '{"path": "/etc/passwd"}', "class_name: Lambda", '{"class": "Lambda"}']
    attributes = [build.text_attribute(f"a{index}", value) for index, value in enumerate(values)]
    assert not run(scan, with_attributes(*attributes)).rules


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe", b"\0" + EVIL.encode(), EVIL.encode()[:-1]])
def test_a_configuration_that_cannot_be_read_does_not_pass(value: bytes) -> None:
    scanned = run(scan, with_attributes(text("model_config", value + b" ")))
    assert scanned.outcome == "INCONCLUSIVE"


def test_a_configuration_that_is_no_text_does_not_pass() -> None:
    number = build.attribute("model_config", build.INT64, build.space(), bytes(8))
    assert run(scan, with_attributes(number)).rules == ["file.malformed"]
    several = build.attribute("model_config", build.fixed_text(4), build.space(2), b"{}  {}  ")
    assert run(scan, with_attributes(several)).rules == ["file.malformed"]


def test_an_attribute_that_stands_twice_does_not_pass() -> None:
    data = with_attributes(build.text_attribute("model_config", GOOD), build.text_attribute("model_config", EVIL))
    assert set(run(scan, data).rules) == {"file.malformed", CODE}


@pytest.mark.parametrize("name", ["MANY_ATTRIBUTES", "LONG_ATTRIBUTE", "OLD_GROUPS", "SHARED_TYPE"])
def test_configurations_are_found_wherever_the_library_keeps_them(name: str) -> None:
    assert run(scan, getattr(samples, name)).rules == [CODE]


@pytest.mark.parametrize("name", ["PLAIN_NEW", "PLAIN_OLD"])
def test_files_of_the_library_pass(name: str) -> None:
    data = getattr(samples, name)
    scanned = run(scan, data)
    assert not scanned.found.findings
    assert scanned.found.interpreted > 0


@pytest.mark.skipif(not MODELS.is_dir(), reason="run scripts/fixtures models first")
def test_a_real_model_passes() -> None:
    data = (MODELS / "deepcut" / "cnn_without_ne_ab.h5").read_bytes()
    found = scan_bytes("cnn.h5", data)
    assert (found.outcome, found.findings) == ("PASS", ())
    assert found.opaque > found.interpreted > 0


@pytest.mark.parametrize("size", [512, 1024, 4096, 16384])
def test_the_superblock_is_found_behind_a_user_block(size: int) -> None:
    data = bytes(size) + with_attributes(build.text_attribute("model_config", EVIL))
    assert run(scan, data).rules == [CODE]


# Data of other files.


@pytest.mark.parametrize("name", ["VIRTUAL", "EXTERNAL_STORAGE", "MANY_LINKS", "SPLIT_DRIVER"])
def test_data_of_other_files_is_reported(name: str) -> None:
    assert "hdf5.external" in run(scan, getattr(samples, name)).rules


def test_an_external_link_is_reported_with_its_file() -> None:
    scanned = run(scan, with_attributes(build.external_link("e", "/etc/passwd")))
    assert (scanned.rules, scanned.values) == (["hdf5.external"], {"/etc/passwd"})


def test_a_link_of_another_kind_is_reported() -> None:
    message = (0x06, struct.pack("<BBBB", 1, 8, 99, 1) + b"e" + struct.pack("<H", 2) + b"xy")
    assert run(scan, with_attributes(message)).rules == ["hdf5.external"]


def test_a_soft_link_is_fine() -> None:
    message = (0x06, struct.pack("<BBBB", 1, 8, 1, 1) + b"s" + struct.pack("<H", 2) + b"/x")
    assert not run(scan, with_attributes(message)).rules


def test_external_storage_is_reported() -> None:
    assert run(scan, on_dataset((0x07, bytes(24)))).rules == ["hdf5.external"]


def test_a_driver_is_reported() -> None:
    file = File()
    extension = file.object((0x14, bytes(16)))
    data = bytearray(file.finish())
    struct.pack_into("<Q", data, 20, extension)
    assert run(scan, bytes(data)).rules == ["hdf5.external"]


# Filters.


def filters(*numbers: int) -> tuple[int, bytes]:
    data = bytes([1, len(numbers)]) + bytes(6)
    return 0x0B, data + b"".join(struct.pack("<HHHH", number, 0, 0, 0) for number in numbers)


def test_known_filters_are_fine() -> None:
    assert not run(scan, on_dataset(filters(1, 2, 3, 32000, 32001, 32015))).rules


def test_an_unknown_filter_does_not_pass() -> None:
    scanned = run(scan, on_dataset(filters(1, 31337)))
    assert (scanned.outcome, scanned.rules) == ("INCONCLUSIVE", ["archive.unsupported"])


# Pickles of PyTables.


@pytest.mark.parametrize("value", [PICKLE, b"\x80\x04\x8c\x05posix\x8c\x06system\x93.", b"(lp0\nI1\na."])
def test_attributes_that_pytables_unpickles_are_scanned(value: bytes) -> None:
    scanned = run(scan, with_attributes(text("info", value)))
    assert scanned.members == {"@info": value}


@pytest.mark.parametrize("value", [b"A sentence.", b"1.", b"0.", b"..", b"GROUP", b"1.0", b"no stop\n"])
def test_other_texts_are_not(value: bytes) -> None:
    assert not run(scan, with_attributes(text("info", value))).members


def test_a_pickled_attribute_blocks() -> None:
    found = scan_bytes("store.h5", with_attributes(text("info", PICKLE)))
    assert found.outcome == "BLOCK"
    assert "pickle.name-not-allowed" in rules(found)


def test_rows_of_pickles_do_not_pass() -> None:
    scanned = run(scan, on_dataset(text("PSEUDOATOM", b"object")))
    assert (scanned.outcome, scanned.rules) == ("INCONCLUSIVE", ["file.unknown-format"])


# Structure.


def patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


BASE = with_attributes(build.text_attribute("model_config", GOOD))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty", b"\x89HDF\r\n\x1a\n"),
        ("version", patched(BASE, 8, b"\x09")),
        ("sizes", patched(BASE, 9, b"\x10")),
        ("no root", patched(BASE, 36, b"\xff" * 8)),
        ("root outside", patched(BASE, 36, struct.pack("<Q", 1 << 40))),
        ("root elsewhere", patched(BASE, 36, struct.pack("<Q", 8))),
        ("end", patched(BASE, 28, struct.pack("<Q", 1 << 40))),
        ("bogus", with_attributes((0x09, bytes(8)))),
        ("unknown message", with_attributes((0x44, bytes(8)))),
        ("layout", on_dataset((0x08, b"\x09\x01" + bytes(16)))),
        ("layout class", on_dataset((0x08, b"\x03\x07" + bytes(16)))),
        ("filters", on_dataset((0x0B, b"\x09\x01" + bytes(6)))),
        ("link version", with_attributes((0x06, b"\x07\x00\x01a" + bytes(8)))),
        ("dense link", with_attributes((0x02, b"\x00\x00" + struct.pack("<QQ", 8, 8)))),
        ("dense without names", with_attributes((0x02, b"\x00\x00" + struct.pack("<QQ", 8, UNDEFINED)))),
        ("dense attribute", with_attributes((0x15, b"\x00\x00" + struct.pack("<QQ", 8, 8)))),
        ("group", with_attributes((0x11, struct.pack("<QQ", 8, 8)))),
        ("attribute version", with_attributes((0x0C, b"\x09" + bytes(16)))),
        ("attribute cut off", with_attributes((0x0C, struct.pack("<BBHHHB", 3, 0, 900, 8, 8, 0)))),
        ("continuation", with_attributes((0x10, struct.pack("<QQ", UNDEFINED, 8)))),
        ("continuation outside", with_attributes((0x10, struct.pack("<QQ", 1 << 40, 8)))),
    ],
)
def test_broken_structure_does_not_pass(name: str, data: bytes) -> None:
    scanned = run(scan, data)
    assert scanned.outcome == "INCONCLUSIVE", name
    assert "scan.internal-error" not in scanned.rules


def test_one_broken_object_does_not_hide_another() -> None:
    file = File()
    evil = file.object(build.text_attribute("model_config", EVIL))
    data = file.finish(build.link("broken", 8), build.link("evil", evil))
    assert set(run(scan, data).rules) == {"file.malformed", CODE}


def test_circles_come_to_an_end() -> None:
    file = File()
    data = file.finish((0x06, b""), build.link("root", 48))
    assert not set(run(scan, data).rules) - {"file.malformed"}


def test_a_continuation_into_itself_comes_to_an_end() -> None:
    data = with_attributes((0x10, struct.pack("<QQ", 64, 24)))
    assert run(scan, data).outcome == "INCONCLUSIVE"


SEEDS = [BASE, samples.SHARED_TYPE, samples.LONG_ATTRIBUTE, samples.EXTERNAL_STORAGE, on_dataset(filters(1))]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_never_fails_whatever_the_bytes(data: bytes, changes: list[tuple[int, int]]) -> None:
    scanned = run(scan, mutated(data, changes))
    assert "scan.internal-error" not in scanned.rules


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_never_fails_behind_the_signature(data: bytes) -> None:
    scanned: Scanned = run(scan, b"\x89HDF\r\n\x1a\n" + data)
    assert "scan.internal-error" not in scanned.rules
