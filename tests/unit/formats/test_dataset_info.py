"""What the `datasets` library notes, and documents of other tools under the same names."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.dataset_info import (
    MAX_CONFIGS,
    MAX_SPLITS,
    ConfigInfo,
    SavedState,
    SplitInfo,
    infos_of_card,
    read_dataset_dict,
    read_dataset_info,
    read_dataset_infos,
    read_state,
)
from attest.formats.feature_types import MAX_FEATURES, MAX_TYPE, json_features, yaml_features
from attest.formats.yaml_nodes import parse_nodes

SQUAD: dict[str, Any] = {
    "description": "Reading comprehension.\n",
    "citation": "@article{a, title={SQuAD}}",
    "homepage": "https://example.org/squad",
    "license": "cc-by-4.0",
    "features": {
        "id": {"dtype": "string", "id": None, "_type": "Value"},
        "label": {"num_classes": 2, "names": ["neg", "pos"], "_type": "ClassLabel"},
        "answers": {
            "feature": {
                "text": {"dtype": "string", "_type": "Value"},
                "answer_start": {"dtype": "int32", "_type": "Value"},
            },
            "length": -1,
            "_type": "Sequence",
        },
    },
    "post_processed": None,
    "supervised_keys": None,
    "builder_name": "squad",
    "config_name": "plain_text",
    "version": {"version_str": "1.0.0", "description": "", "major": 1, "minor": 0, "patch": 0},
    "splits": {
        "train": {"name": "train", "num_bytes": 79317110, "num_examples": 87599, "dataset_name": "squad"},
        "validation": {"name": "validation", "num_bytes": 10472653, "num_examples": 10570, "dataset_name": "squad"},
    },
    "download_checksums": {"https://example.org": {"num_bytes": 1, "checksum": "0"}},
    "download_size": 35142551,
    "post_processing_size": None,
    "dataset_size": 89789763,
    "size_in_bytes": 124932314,
}
READ = ConfigInfo(
    where="/plain_text",
    config="plain_text",
    description="Reading comprehension.",
    citation="@article{a, title={SQuAD}}",
    homepage="https://example.org/squad",
    license="cc-by-4.0",
    version="1.0.0",
    features=(
        ("id", "string"),
        ("label", "ClassLabel(2)"),
        ("answers", "list<struct<text: string, answer_start: int32>>"),
    ),
    labels=(("label", "neg, pos"),),
    splits=(SplitInfo("train", 87599, 79317110), SplitInfo("validation", 10570, 10472653)),
    download_size=35142551,
    dataset_size=89789763,
)


def dump(document: object) -> bytes:
    return json.dumps(document).encode()


def test_configurations_by_name() -> None:
    assert read_dataset_infos(dump({"plain_text": SQUAD})) == (READ,)


def test_a_saved_dataset() -> None:
    minimal = {"citation": "", "description": "", "features": {"a": {"dtype": "int64", "_type": "Value"}},
               "homepage": "", "license": ""}  # fmt: skip
    assert read_dataset_info(dump(minimal)) == ConfigInfo(where="", features=(("a", "int64"),))
    read = read_dataset_info(dump(SQUAD | {"dataset_name": "squad", "version": "0.0.0"}))
    assert read is not None
    assert (read.config, read.dataset_name, read.version) == ("plain_text", "squad", "")


VEGA = {"airports": {"description": "US airports."}, "iris": {"description": "Flowers.", "references": ["Fisher."]}}


@pytest.mark.parametrize(
    "document",
    [VEGA, {}, [], "text", 1, None, [SQUAD], {"a": {}}, {"a": SQUAD, "b": {"description": "x"}}, {"a": [SQUAD]},
     {"features": {}}, {"features": ["a"]}, {"features": {"a": 1}, "citation": ""}, {"splits": {}, "citation": ""}],
)  # fmt: skip
def test_documents_of_other_tools_are_nobodys(document: object) -> None:
    assert read_dataset_infos(dump(document)) is None
    assert read_dataset_info(dump(document)) is None


@pytest.mark.parametrize("read", [read_dataset_infos, read_dataset_info, read_state, read_dataset_dict])
@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 5000, b"\xef\xbb\xbf{}"]
)
def test_what_is_no_strict_json_is_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(DocumentError, match="json"):
        read(data)


@pytest.mark.parametrize(
    "number", [-1, 1.5, "87599", True, None, [], 2**53], ids=["less", "part", "text", "true", "null", "list", "much"]
)
def test_counts_that_are_none_are_absent(number: object) -> None:
    document = {"a": SQUAD | {"splits": {"train": {"num_examples": number, "num_bytes": 7}}, "download_size": number}}
    if number == 2**53:
        with pytest.raises(DocumentError, match="beyond"):
            read_dataset_infos(dump(document))
        return
    read = read_dataset_infos(dump(document))
    assert read is not None
    assert read[0].splits == (SplitInfo("train", None, 7),)
    assert read[0].download_size is None


def test_members_of_other_shapes_are_absent() -> None:
    odd = dict.fromkeys(["description", "citation", "homepage", "license", "config_name", "version"], 7)
    read = read_dataset_infos(dump({"x\x07": SQUAD | odd | {"splits": {"a": 1, "\x1b": {}, "b": {}}}}))
    assert read is not None
    assert read[0] == ConfigInfo(
        where="/",
        features=READ.features,
        labels=READ.labels,
        splits=(SplitInfo("b"),),
        download_size=READ.download_size,
        dataset_size=READ.dataset_size,
    )


def test_configurations_and_splits_are_bounded() -> None:
    splits = {f"s{number}": {"num_examples": 1} for number in range(MAX_SPLITS)}
    read = read_dataset_infos(dump({"a": SQUAD | {"splits": splits}, "b": SQUAD}))
    assert read is not None
    assert [len(info.splits) for info in read] == [MAX_SPLITS, 0]
    small = {"builder_name": "a", "dataset_size": 1}
    many = read_dataset_infos(dump({f"c{number}": small for number in range(MAX_CONFIGS + 1)}))
    assert many is not None
    assert len(many) == MAX_CONFIGS


def test_the_state_of_a_saved_dataset() -> None:
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}, {}, 1], "_fingerprint": "a", "_split": "train"}
    assert read_state(dump(state)) == SavedState(("data-00000-of-00001.arrow",), "train")
    assert read_state(dump(state | {"_split": None})) == SavedState(("data-00000-of-00001.arrow",), "")


@pytest.mark.parametrize("document", [{}, [], {"_fingerprint": "a"}, {"_data_files": []}, {"state": "on"}])
def test_other_states_are_nobodys(document: object) -> None:
    assert read_state(dump(document)) is None


def test_the_splits_of_a_saved_dictionary() -> None:
    assert read_dataset_dict(dump({"splits": ["train", "test", "train", 1]})) == ("train", "test")


@pytest.mark.parametrize("document", [{}, [], {"splits": {}}, {"splits": [], "more": 1}])
def test_other_dictionaries_are_nobodys(document: object) -> None:
    assert read_dataset_dict(dump(document)) is None


CARD = """
- config_name: plain_text
  features:
  - name: id
    dtype: string
  - name: label
    dtype:
      class_label:
        names: {'0': neg, '1': pos}
  - name: answers
    sequence:
    - name: text
      dtype: string
    - name: answer_start
      dtype: int32
  splits:
  - name: train
    num_bytes: 79317110
    num_examples: 87599
  - name: validation
    num_bytes: 10472653
    num_examples: 10570
  download_size: 35142551
  dataset_size: 89789763
- features: []
"""


def test_the_card_says_the_same() -> None:
    read = infos_of_card(parse_nodes(CARD, "x"))
    assert read == (
        ConfigInfo(
            where="/dataset_info/0",
            config="plain_text",
            features=READ.features,
            labels=READ.labels,
            splits=READ.splits,
            download_size=READ.download_size,
            dataset_size=READ.dataset_size,
        ),
        ConfigInfo(where="/dataset_info/1"),
    )


def test_one_configuration_of_a_card() -> None:
    read = infos_of_card({"splits": [{"name": "a", "num_examples": "-1", "num_bytes": "1e3"}, "b", {"name": []}]})
    assert read == (ConfigInfo(where="/dataset_info", splits=(SplitInfo("a"),)),)


@pytest.mark.parametrize("node", ["text", ["text"], [{}, []], None])
def test_other_shapes_in_a_card_are_none(node: Any) -> None:
    assert infos_of_card(node) is None


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ({"dtype": "timestamp[ns]", "_type": "Value"}, "timestamp[ns]"),
        ({"_type": "Image", "decode": True}, "Image"),
        ({"_type": "Audio", "sampling_rate": 16000}, "Audio(16000)"),
        ({"_type": "Audio", "sampling_rate": None}, "Audio"),
        ({"_type": "Array2D", "shape": [28, None], "dtype": "uint8"}, "Array2D(28x?, uint8)"),
        ({"_type": "Translation", "languages": ["de", "en"]}, "Translation(de, en)"),
        ({"_type": "ClassLabel", "num_classes": 1000}, "ClassLabel(1000)"),
        ({"_type": "ClassLabel", "names": [1]}, "ClassLabel"),
        ({"_type": "List", "feature": {"dtype": "int8", "_type": "Value"}}, "list<int8>"),
        ({"_type": "LargeList", "feature": {"a": {"dtype": "int8", "_type": "Value"}}}, "list<struct<a: int8>>"),
        ([{"dtype": "int8", "_type": "Value"}], "list<int8>"),
        ({"a": {"dtype": "int8", "_type": "Value"}, "_type": {"dtype": "x", "_type": "Value"}},
         "struct<a: int8, _type: x>"),
        ([], "?"),
        (7, "?"),
        ({"_type": "Value"}, "?"),
        ({"_type": "Value", "dtype": "a\x07"}, "?"),
        ({"_type": "\x07"}, "?"),
    ],
)  # fmt: skip
def test_types_of_features(feature: object, expected: str) -> None:
    assert json_features({"x": feature}).types == (("x", expected),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dtype: image", "image"),
        ("dtype: {audio: {sampling_rate: 16000}}", "Audio(16000)"),
        ("dtype: {array2_d: {shape: [28, 28], dtype: uint8}}", "Array2D(28x28, uint8)"),
        ("dtype: {translation: {languages: [de, en]}}", "Translation(de, en)"),
        ("dtype: {class_label: {names: [a, b, c]}}", "ClassLabel(3)"),
        ("list: int8", "list<int8>"),
        ("sequence: {sequence: float32}", "list<list<float32>>"),
        ("sequence: {class_label: {names: [a, b]}}", "list<ClassLabel(2)>"),
        ("struct: [{name: a, dtype: int8}, {name: b, list: string}]", "struct<a: int8, b: list<string>>"),
        ("dtype: {struct: [{name: a, dtype: int8}]}", "struct<a: int8>"),
        ("dtype: {odd: 1}", "?"),
        ("other: 1", "?"),
    ],
)
def test_types_of_features_in_a_card(text: str, expected: str) -> None:
    node = parse_nodes(f"- {{name: x, {text}}}", "x")
    assert yaml_features(node).types == (("x", expected),)


def test_types_are_bounded() -> None:
    deep: object = {"dtype": "int8", "_type": "Value"}
    for _ in range(20):
        deep = [deep]
    assert json_features({"x": deep}).types[0][1].count("list") == 9
    wide = {f"field{number}": {"dtype": "int8", "_type": "Value"} for number in range(500)}
    assert len(json_features({"x": wide}).types[0][1]) == MAX_TYPE
    many = json_features({f"x{number}": {"dtype": "int8", "_type": "Value"} for number in range(MAX_FEATURES + 5)})
    assert len(many.types) == MAX_FEATURES
    assert json_features({"\x07": {}, "y" * 200: {}}).types == ()
    labels = json_features({"x": {"_type": "ClassLabel", "names": [f"label{n}" for n in range(2000)]}}).labels
    assert labels[0][1].endswith("more")
    assert len(labels[0][1]) < 4200


def test_cut_off_anywhere_it_is_refused() -> None:
    data = dump({"plain_text": SQUAD})
    for end in range(len(data)):
        with pytest.raises(DocumentError):
            read_dataset_infos(data[:end])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["features", "splits", "_type", "dtype", "feature", "names", "shape", "name", "dataset_size",
                         "builder_name", "citation", "version", "train", "num_examples", "sequence", "struct"]),
        inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_any_document_is_read_or_refused(value: Any) -> None:
    for read in (read_dataset_infos, read_dataset_info, read_state, read_dataset_dict):
        with contextlib.suppress(DocumentError):
            read(dump(value))
    with contextlib.suppress(DocumentError):
        read_dataset_infos(dump({"plain_text": SQUAD | (value if isinstance(value, dict) else {"splits": value})}))
    infos_of_card(value)
    for name, kind in (*json_features(value).types, *yaml_features(value).types):
        assert name.isprintable()
        assert 0 < len(kind) <= MAX_TYPE
