"""Keras 3 archives, the architecture as JSON, and the metadata beside a SavedModel."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.unit.formats.hdf5_builder import File
from tests.unit.scanning.messages import field, message
from tests.unit.scanning.scans import rules, scan_bytes

CODE, NAME = "keras.code-layer", "keras.name-not-allowed"
METADATA = {"keras_version": "3.15.1", "date_saved": "2026-11-01@10:00:00"}
DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}, "registered_name": None}
LAMBDA = DENSE | {"class_name": "Lambda"}
PICKLE = b"cposix\nsystem\n(S'true'\ntR."


def model(*layers: object) -> dict[str, object]:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": list(layers)}}


def weights() -> bytes:
    file = File()
    return file.finish()


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def archive(config: object, metadata: object = METADATA, **more: bytes) -> bytes:
    members = {
        "metadata.json": json.dumps(metadata).encode(),
        "config.json": json.dumps(config).encode(),
        "model.weights.h5": weights(),
    }
    return packed(members | {name.replace("__", "/"): data for name, data in more.items()})


def test_a_plain_archive_passes() -> None:
    scan = scan_bytes("model.keras", archive(model(DENSE)))
    assert (scan.outcome, scan.findings) == ("PASS", ())
    assert {"zip", "keras", "hdf5"} <= set(scan.formats)


def test_it_is_known_without_its_extension() -> None:
    assert rules(scan_bytes("model.bin", archive(model(LAMBDA)))) == [CODE]


def test_the_finding_names_the_member() -> None:
    (finding,) = scan_bytes("model.keras", archive(model(LAMBDA))).findings
    assert (finding.rule, finding.members, finding.value) == (CODE, ("config.json",), "Lambda")


def test_assets_are_scanned_for_what_they_are() -> None:
    assets = {"assets__layers__text__vocabulary.txt": b"a\nb\n"}
    assert scan_bytes("m.keras", archive(model(DENSE), **assets)).outcome == "PASS"
    assets = {"assets__layers__text__vocabulary.pkl": PICKLE}
    assert "pickle.name-not-allowed" in rules(scan_bytes("m.keras", archive(model(DENSE), **assets)))


def test_weights_are_scanned_as_hdf5() -> None:
    file = File()
    data = file.finish((0x06, b"\x01\x08\x40\x01e\x04\x00\x00/x\x00"))
    scan = scan_bytes("m.keras", archive(model(DENSE), **{"model.weights.h5": data}))
    assert rules(scan) == ["hdf5.external"]


@pytest.mark.parametrize("data", [PICKLE, b"I1\n.", b"\x80\x04K\x01.", b"junk", b"PK\x03\x04"])
def test_weights_of_another_kind_do_not_pass(data: bytes) -> None:
    for name in ("model.weights.h5", "model.weights.npz"):
        members = {"config.json": json.dumps(model()).encode(), "metadata.json": b"{}", name: data}
        assert scan_bytes("m.keras", packed(members)).outcome != "PASS"


def test_a_member_that_keras_does_not_write_does_not_pass() -> None:
    scan = scan_bytes("m.keras", archive(model(DENSE), **{"notes.txt": b"hello"}))
    assert (scan.outcome, rules(scan)) == ("INCONCLUSIVE", ["file.unknown-format"])


def test_a_broken_configuration_does_not_hide_the_rest() -> None:
    members = {"config.json": b"{", "metadata.json": b"{}", "assets/x.pkl": PICKLE}
    found = rules(scan_bytes("m.keras", packed(members)))
    assert {"file.malformed", "pickle.name-not-allowed"} <= set(found)


def test_an_archive_without_a_configuration_does_not_pass() -> None:
    assert scan_bytes("m.keras", packed({"metadata.json": b"{}"})).outcome != "PASS"


@pytest.mark.parametrize("metadata", [[], {"keras_version": "3", "loader": "os.system"}])
def test_odd_metadata_does_not_pass(metadata: object) -> None:
    assert rules(scan_bytes("m.keras", archive(model(DENSE), metadata))) == ["file.malformed"]


# An architecture in JSON.


def test_an_architecture_in_json() -> None:
    assert scan_bytes("model.json", json.dumps(model(DENSE)).encode()).outcome == "PASS"
    assert rules(scan_bytes("model.json", json.dumps(model(LAMBDA)).encode())) == [CODE]


@pytest.mark.parametrize("letter", "claso")
def test_an_architecture_behind_escapes(letter: str) -> None:
    hidden = json.dumps(model(LAMBDA)).replace("class_name", f"{'class_name'}".replace(letter, f"\\u00{ord(letter):x}"))
    text = hidden.replace("Lambda", "\\u004cambda")
    assert CODE in rules(scan_bytes("model.json", text.encode()))


def test_an_architecture_behind_much_else() -> None:
    text = json.dumps({"padding": "x" * 3_000_000} | model(LAMBDA))
    assert CODE in rules(scan_bytes("model.json", text.encode()))


@pytest.mark.parametrize(
    "document", [{"class_name": "Mine"}, [model(LAMBDA)], {"a": {"class_name": "X", "config": {}}}]
)
def test_other_documents_are_left_alone(document: object) -> None:
    assert not [rule for rule in rules(scan_bytes("data.json", json.dumps(document).encode())) if "keras" in rule]


# Metadata beside a SavedModel.


def metadata(*objects: object, identifier: str = "_tf_keras_layer", more: bytes = b"") -> bytes:
    nodes = (
        message((2, index), (3, f"root.{index}"), (4, identifier), (5, json.dumps(item))) + more
        for index, item in enumerate(objects)
    )
    return b"".join(field(1, node) for node in nodes)


PLAIN = {"class_name": "Dense", "name": "d", "trainable": True, "stateful": False, "config": {"units": 1},
         "input_spec": {"class_name": "InputSpec", "config": {"ndim": 2}}, "build_input_shape":
         {"class_name": "TensorShape", "items": [None, 3]}}  # fmt: skip


def test_metadata_passes() -> None:
    scan = scan_bytes("keras_metadata.pb", metadata(PLAIN, PLAIN))
    assert (scan.outcome, scan.findings) == ("PASS", ())


def test_code_in_metadata() -> None:
    assert rules(scan_bytes("keras_metadata.pb", metadata(PLAIN, PLAIN | {"class_name": "Lambda"}))) == [CODE]


def test_a_foreign_class_in_metadata_is_a_warning() -> None:
    scan = scan_bytes("keras_metadata.pb", metadata(PLAIN | {"class_name": "Mine"}))
    assert (scan.outcome, rules(scan)) == ("PASS", ["keras.custom-object"])


def test_a_foreign_module_in_metadata_blocks() -> None:
    assert rules(scan_bytes("keras_metadata.pb", metadata(PLAIN | {"module": "os"}))) == [NAME]


def test_a_foreign_identifier_in_metadata_blocks() -> None:
    assert rules(scan_bytes("keras_metadata.pb", metadata(PLAIN, identifier="_my_layer"))) == [NAME]


@pytest.mark.parametrize(
    "data", [field(9, 1), metadata(PLAIN, more=field(9, 1)), metadata(PLAIN)[:-9], field(1, field(5, "{"))]
)
def test_broken_metadata_does_not_pass(data: bytes) -> None:
    assert scan_bytes("keras_metadata.pb", data).outcome == "INCONCLUSIVE"


def test_metadata_inside_of_a_saved_model() -> None:
    objects = message(
        (1, message((4, message((1, "_tf_keras_layer"), (3, json.dumps({"class_name": "Lambda", "config": {}}))))))
    )
    graph = message((1, message((1, "x"), (2, "Placeholder"))))
    data = message((1, 1), (2, message((2, graph), (7, objects))))
    (finding,) = scan_bytes("saved_model.pb", data).findings
    assert (finding.rule, finding.members) == (CODE, ("keras_metadata.json",))
