"""Core ML models: what needs an application's code, what lies elsewhere, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.graphs.coreml import scan
from tests.unit.scanning.messages import field, message
from tests.unit.scanning.parts import Scanned, run

REAL = Path(__file__).parents[3] / ".cache/models/basic-pitch/nmp.mlpackage/Data/com.apple.CoreML/model.mlmodel"
SCALER = (604, b"")


def model(*kinds: tuple[int, bytes]) -> bytes:
    return message((1, 4), (2, b""), *(kinds or (SCALER,)))


def layer(*fields: tuple[int, bytes]) -> bytes:
    return message((1, "layer"), *fields)


def program(operation: bytes) -> bytes:
    block = field(3, operation)
    function = message((1, "x"), (3, message((1, "CoreML5"), (2, block))))
    return message((1, 1), (2, message((1, "main"), (2, function))))


def constant(path: str) -> bytes:
    return message((1, "const"), (5, message((1, "val"), (2, field(5, message((1, path), (2, 64)))))))


def check(data: bytes, name: str = "m.mlpackage/Data/model.mlmodel") -> Scanned:
    return run(scan, data, name)


CUSTOM_LAYER = layer((500, message((10, "EvilLayer"))))
CUSTOM = {
    "custom model": model((555, message((10, "EvilLayer")))),
    "layer": model((500, field(1, CUSTOM_LAYER))),
    "layer of a classifier": model((403, field(1, CUSTOM_LAYER))),
    "layer in a loop": model((500, field(1, layer((615, field(4, field(1, CUSTOM_LAYER))))))),
    "layer in a branch": model((500, field(1, layer((605, field(2, field(1, CUSTOM_LAYER))))))),
    "in a pipeline": model((202, field(1, model((500, field(1, CUSTOM_LAYER)))))),
    "in a pipeline classifier": model((200, field(1, field(1, model((555, message((10, "EvilLayer")))))))),
    "pipeline in a pipeline": model((202, field(1, model((202, field(1, model((555, message((10, "EvilLayer")))))))))),
    "second kind": model(SCALER, (555, message((10, "EvilLayer")))),
}  # fmt: skip


@pytest.mark.parametrize("place", CUSTOM)
def test_custom_parts_warn_wherever_they_stand(place: str) -> None:
    scanned = check(CUSTOM[place])
    assert scanned.rules == ["coreml.custom"]
    assert scanned.values == {"EvilLayer"}


def test_a_linked_model_warns() -> None:
    linked = field(1, message((1, field(1, "other.mlmodelc")), (2, field(1, "../..:/tmp"))))
    scanned = check(model((556, linked)))
    assert scanned.rules == ["coreml.custom"]
    assert scanned.values == {"other.mlmodelc, ../..:/tmp"}


def test_an_operation_of_the_application_warns() -> None:
    assert check(model((502, program(message((1, "custom_op")))))).rules == ["coreml.custom"]
    assert check(model((502, program(message((1, "conv")))))).rules == []


def test_weights_beside_the_model_are_named() -> None:
    scanned = check(model((502, program(constant("@model_path/weights/weight.bin")))))
    assert scanned.outcome == "PASS"
    assert scanned.found.refers_to == {"m.mlpackage/Data/weights/weight.bin"}


@pytest.mark.parametrize("path", ["/etc/passwd", "@model_path/../../x", "weights.bin", "@model_path/"])
def test_weights_elsewhere_block(path: str) -> None:
    assert check(model((502, program(constant(path))))).outcome == "BLOCK"


@pytest.mark.parametrize("kind", [(777, b""), (3000, b"private"), (11, b"x")])
def test_unknown_fields_are_inconclusive(kind: tuple[int, bytes]) -> None:
    assert check(model(SCALER, kind)).rules == ["file.unknown-format"]


@pytest.mark.parametrize("data", [b"", b"\x08\x04", message((604, b"")), b"text", model()[:-1] + b"\xff"])
def test_what_is_no_model_is_malformed(data: bytes) -> None:
    assert "file.malformed" in check(data).rules


def test_nesting_is_bounded() -> None:
    data = model()
    for _ in range(140):
        data = model((202, field(1, data)))
    assert check(data).rules == ["file.malformed"]


def test_a_real_model_passes() -> None:
    scanned = check(REAL.read_bytes())
    assert scanned.rules == []
    assert scanned.found.refers_to == {"m.mlpackage/Data/weights/weight.bin"}


@given(st.sampled_from(sorted(CUSTOM)), st.integers(0, 60), st.binary(max_size=10), st.integers(0, 10))
def test_no_bytes_make_it_raise(name: str, at: int, junk: bytes, removed: int) -> None:
    data = CUSTOM[name]
    assert "scan.internal-error" not in check(data[:at] + junk + data[at + removed :]).rules
