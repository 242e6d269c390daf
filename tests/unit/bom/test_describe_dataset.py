"""A dataset's own files → its bill of materials."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.describe_dataset import MAX_NOTES, describe_dataset
from attest.bom.license_links import stated_license
from attest.domain.bom import Bom, Conflict, Fact, Feature, Party, Reference, Relative, Split, Value
from attest.domain.manifest import FileEntry, Manifest, build_manifest
from attest.formats import prefix_wanted
from attest.formats.dataset_registry import observe_dataset
from attest.formats.facts import Facts, Table
from attest.formats.observers import Refused

Files = Mapping[str, bytes]
CSV = b"text,label\na,0\nb,1\n"
PARQUET = b"PAR1 pretended PAR1"
JPEG = b"\xff\xd8\xff\xe0 pretended"
COLUMNS = (("text", "string"), ("label", "int64"))


def table(rows: int | None, columns: tuple[tuple[str, str], ...] = COLUMNS) -> Facts:
    return Facts(format="parquet", table=Table(rows=rows, columns=columns, kinds=("tabular",)))


def observed(name: str, data: bytes) -> object:
    observer = observe_dataset(name, data[:8192], len(data))
    if observer is None:
        return None
    observer.update(memoryview(data))
    return observer.finish(lambda offset, length: data[offset : offset + length])


def manifest_of(files: Files) -> Manifest:
    entries = [
        FileEntry(name, hashlib.sha256(data).digest(), len(data), hashlib.sha512(data).digest())
        for name, data in files.items()
    ]
    return build_manifest(entries, kind="directory")


def describe(files: Files, facts: Mapping[str, object] | None = None, **identity: Any) -> Bom:
    """Describe files as the product does; `facts` stand in for what is not really Parquet."""
    seen = {name: found for name, data in files.items() if (found := observed(name, data)) is not None}
    seen |= facts or {}
    prefixes = {name: data[: prefix_wanted(name, data, len(data))] for name, data in files.items()}
    return describe_dataset(manifest_of(files), prefixes, seen, **identity)


def card(front_matter: str, body: str = "") -> bytes:
    return f"---\n{front_matter}\n---\n{body}".encode()


def splits(bom: Bom) -> list[tuple[str, str, int | None]]:
    return [(split.config, split.name, split.examples) for split in bom.data.splits]


def declared(text: str, source: str) -> Value:
    return Value(text=text, origin="declared", source=source)


# --- names and versions ---------------------------------------------------------------------------------------------


def croissant(**members: Any) -> bytes:
    document = {
        "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
                     "rai": "http://mlcommons.org/croissant/RAI/", "sc": "https://schema.org/"},
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
    }  # fmt: skip
    return json.dumps(document | members).encode()


def test_the_folder_is_the_last_resort_and_inferred() -> None:
    bom = describe({"a.csv": CSV}, folder="pairs")
    assert bom.subject == "dataset"
    assert bom.name == Value(text="pairs", origin="inferred", source="folder name")
    assert (bom.group, bom.version, bom.purl_type) == ("", "", "generic")
    assert bom.digest_kind == "attest-tree/v1"


def test_documents_name_it_better() -> None:
    files = {"README.md": card("pretty_name: Pretty Pairs"), "croissant.json": croissant(name="pairs", version="1.2")}
    bom = describe(files, folder="x")
    assert bom.name == declared("pairs", "croissant.json#/name")
    assert bom.version == "1.2"
    del files["croissant.json"]
    assert describe(files, folder="x").name == declared("Pretty Pairs", "README.md#/pretty_name")


def test_the_caller_and_the_hub_know_best() -> None:
    files = {"README.md": card("pretty_name: Pretty Pairs"), "croissant.json": croissant(name="pairs", version="1.2")}
    bom = describe(files, hub_repository="acme/pairs", hub_revision="abc", folder="x")
    assert (bom.group, bom.name.text, bom.version, bom.purl_type) == ("acme", "pairs", "abc", "huggingface")
    assert bom.manufacturer is not None
    assert bom.manufacturer.name.text == "acme"
    assert bom.supplier is not None
    assert bom.supplier.name.text == "Hugging Face Hub"
    bom = describe(files, name="other/name", version="3", hub_repository="acme/pairs")
    assert (bom.group, bom.name.text, bom.version) == ("other", "name", "3")
    assert bom.supplier is None


def test_a_version_of_the_hub_is_a_commit() -> None:
    bom = describe({"croissant.json": croissant(name="pairs", version="1.2")}, name="acme/pairs")
    assert bom.version == ""
    assert Fact(name="dataset:version", value=declared("1.2", "croissant.json#/version")) in bom.data.properties


# --- splits and rows ------------------------------------------------------------------------------------------------


def test_rows_of_shards_are_added_up() -> None:
    names = [f"data/train-0000{number}-of-00003.parquet" for number in range(3)]
    names.append("data/test-00000-of-00001.parquet")
    bom = describe(dict.fromkeys(names, PARQUET), {name: table(10) for name in names})
    size = len(PARQUET)
    assert bom.data.splits == (
        Split(name="test", examples=10, size=size, origin="observed", source="data/test-00000-of-00001.parquet"),
        Split(name="train", examples=30, size=3 * size, origin="observed",
              source="data/train-00000-of-00003.parquet and 2 more files"),
    )  # fmt: skip
    assert bom.data.rows == Value(text="40", origin="observed", source="4 data files, counted")
    assert bom.data.features == (
        Feature(name="text", type="string", origin="observed", source="data/test-00000-of-00001.parquet"),
        Feature(name="label", type="int64", origin="observed", source="data/test-00000-of-00001.parquet"),
    )
    assert bom.data.kinds == (Value(text="tabular", origin="observed", source="data/test-00000-of-00001.parquet"),)
    assert bom.unreadable == ()
    assert bom.conflicts == ()


def test_a_missing_shard_leaves_its_split_without_a_count() -> None:
    names = [
        "data/train-00000-of-00003.parquet",
        "data/train-00002-of-00003.parquet",
        "data/test-00000-of-00001.parquet",
    ]
    bom = describe(dict.fromkeys(names, PARQUET), {name: table(10) for name in names})
    assert splits(bom) == [("", "test", 10), ("", "train", None)]
    assert bom.data.rows is None
    assert bom.unreadable == (
        ("data/train-?????-of-00003.parquet", "2 of 3 files are here, so their rows are not counted"),
    )


def test_a_missing_shard_of_what_nothing_splits_leaves_no_count_either() -> None:
    bom = describe({"part-00000-of-00002.parquet": PARQUET}, {"part-00000-of-00002.parquet": table(10)})
    assert bom.data.splits == ()
    assert bom.data.rows is None
    assert len(bom.unreadable) == 1


def test_shards_in_several_configurations_are_all_there() -> None:
    text = "configs:\n- {config_name: a, data_files: '*.parquet'}\n- {config_name: b, data_files: 's-00000*'}\n"
    names = ["s-00000-of-00002.parquet", "s-00001-of-00002.parquet"]
    files = {"README.md": card(text)} | dict.fromkeys(names, PARQUET)
    assert splits(describe(files, {name: table(1) for name in names})) == [("a", "train", 2), ("b", "train", 1)]
    del files[names[1]]
    bom = describe(files, {names[0]: table(1)})
    assert splits(bom) == [("a", "train", None), ("b", "train", None)]
    assert bom.unreadable == (("s-?????-of-00002.parquet", "1 of 2 files are here, so their rows are not counted"),)


@pytest.mark.parametrize("found", [table(None), Refused("its footer is encrypted"), None])
def test_a_file_whose_rows_are_not_known_leaves_its_split_without_a_count(found: object) -> None:
    files = {"train/a.parquet": PARQUET, "train/b.parquet": PARQUET}
    bom = describe(files, {"train/a.parquet": table(10), "train/b.parquet": found})
    assert splits(bom) == [("", "train", None)]
    assert bom.data.rows is None
    assert bool(bom.unreadable) == isinstance(found, Refused)


def test_file_names_tell_splits_of_real_csv() -> None:
    bom = describe({"train.csv": CSV, "test.csv": CSV, "README.md": b"# Pairs\n"})
    assert splits(bom) == [("", "test", 2), ("", "train", 2)]
    assert [(item.name, item.type, item.origin) for item in bom.data.features] == [
        ("text", "string", "inferred"),
        ("label", "integer", "inferred"),
    ]
    about = {fact.name: fact.value.text for fact in bom.files[1].about}
    assert about["file:rows"] == "2"
    assert about["csv:records"] == "3"


def test_folders_of_configurations() -> None:
    names = ["en/train-00000-of-00001.parquet", "en/test-00000-of-00001.parquet", "fr/train-00000-of-00001.parquet"]
    bom = describe(dict.fromkeys(names, PARQUET), {name: table(5) for name in names})
    assert splits(bom) == [("en", "test", 5), ("en", "train", 5), ("fr", "train", 5)]
    assert bom.data.rows is None
    assert len(bom.data.features) == 2


def test_the_cards_patterns_win_over_names() -> None:
    text = (
        "configs:\n- config_name: main\n  data_files:\n  - {split: dev, path: 'train*.csv'}\n  - {split: x, path: no}\n"
    )
    bom = describe({"README.md": card(text), "train.csv": CSV, "test.csv": CSV})
    assert splits(bom) == [("main", "dev", 2)]


def test_what_the_card_calls_data_may_be_of_any_kind() -> None:
    text = "configs:\n- {config_name: default, data_files: [data.json, a.csv]}\n"
    bom = describe({"README.md": card(text), "data.json": b'{"a":\n 1}', "a.csv": CSV})
    assert splits(bom) == [("", "train", None)]


def test_shards_of_one_configuration_with_columns_of_two_types() -> None:
    names = ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]
    seen = {names[0]: table(1, (("a", "int64"),)), names[1]: table(1, (("a", "double"), ("b", "string")))}
    bom = describe(dict.fromkeys(names, PARQUET), seen)
    assert [(item.name, item.type) for item in bom.data.features] == [("a", "int64 | double"), ("b", "string")]
    assert bom.data.rows is not None


def test_configurations_with_columns_of_their_own() -> None:
    text = "configs:\n- {config_name: a, data_files: a.csv}\n- {config_name: b, data_files: b.jsonl}\n"
    bom = describe({"README.md": card(text), "a.csv": CSV, "b.jsonl": b'{"x": 1}\n{"x": 2}\n'})
    assert splits(bom) == [("a", "train", 2), ("b", "train", 2)]
    assert [item.name for item in bom.data.features] == ["a/text", "a/label", "b/x"]


def test_tables_that_nothing_puts_together_stay_apart() -> None:
    bom = describe({"a.csv": CSV, "b.csv": b"x,y\n1,2\n", "notes/c.txt": b"words"})
    assert bom.data.splits == ()
    assert bom.data.rows is None
    assert [item.name for item in bom.data.features] == ["a.csv: text", "a.csv: label", "b.csv: x", "b.csv: y"]


def test_one_table_alone() -> None:
    bom = describe({"a.csv": CSV, "LICENSE": b"x", "code.py": b"x", ".hidden/b.csv": CSV, "__x/c.csv": CSV})
    assert bom.data.rows == Value(text="2", origin="observed", source="1 data files, counted")
    assert [item.name for item in bom.data.features] == ["text", "label"]


def test_a_folder_of_pictures() -> None:
    files = {f"{split}/{label}/{number}.jpg": JPEG for split in ("train", "test") for label in ("cat", "dog")
             for number in range(2)}  # fmt: skip
    bom = describe(files)
    assert splits(bom) == [("", "test", 4), ("", "train", 4)]
    assert bom.data.classes == (("cat", 4), ("dog", 4))
    assert bom.data.kinds == (Value(text="image", origin="observed", source="test/cat/0.jpg"),)
    assert bom.data.rows == Value(text="8", origin="observed", source="8 data files, counted")


def test_metadata_beside_pictures_says_the_labels() -> None:
    files = {"cat/0.jpg": JPEG, "dog/1.jpg": JPEG, "metadata.csv": b"file_name,label\ncat/0.jpg,a\n"}
    bom = describe(files)
    assert bom.data.classes == ()
    assert bom.data.rows is not None
    assert bom.data.rows.text == "2"


def test_pictures_and_tables_in_one_split_are_not_added_up() -> None:
    bom = describe({"train/0.jpg": JPEG, "train/rows.csv": CSV})
    assert splits(bom) == [("", "train", None)]
    assert bom.data.rows is None


def test_videos_are_told_by_their_names() -> None:
    bom = describe({"clips/a.mp4": b"\0\0\0\x18ftypmp42", "clips/b.mp4": b"\0\0\0\x18ftypmp42"})
    assert bom.data.kinds == (Value(text="video", origin="inferred", source="name of clips/a.mp4"),)
    assert bom.data.rows is not None


def test_a_saved_dictionary_of_datasets() -> None:
    files = {
        "dataset_dict.json": b'{"splits": ["odd", "missing"]}',
        "odd/data-00000-of-00001.arrow": b"ARROW1\0\0",
        "odd/dataset_info.json": b"{}",
        "odd/state.json": b"{}",
    }
    bom = describe(files, {"odd/data-00000-of-00001.arrow": table(7)})
    assert splits(bom) == [("", "missing", None), ("", "odd", 7)]
    assert bom.data.splits[0].source == "dataset_dict.json#/splits"


def test_a_saved_dataset_says_its_split() -> None:
    state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "a", "_split": "odd[1]"}
    files = {"state.json": json.dumps(state).encode(), "data-00000-of-00001.arrow": b"ARROW1\0\0", "rest.csv": CSV}
    bom = describe(files, {"data-00000-of-00001.arrow": table(7)})
    assert splits(bom) == [("", "odd[1]", 7)]


def test_texts_beside_pictures_say_something_about_them() -> None:
    files = {f"{side}/{split}/{number}.{end}": data for split in ("train", "val") for number in range(3)
             for side, end, data in (("images", "jpg", JPEG), ("labels", "txt", b"0 0.5 0.5 1 1\n"))}  # fmt: skip
    bom = describe(files)
    assert splits(bom) == [("", "train", 3), ("", "validation", 3)]
    assert bom.data.classes == ()


def test_lines_of_texts_are_not_counted() -> None:
    bom = describe({"train.txt": b"one\ntwo\n", "test.txt": b"three\n", "test_log.txt": b"fine\n"})
    assert splits(bom) == [("", "test", None), ("", "train", None)]
    assert bom.data.kinds == (Value(text="text", origin="observed", source="test.txt"),)
    assert describe({"test_log.txt": b"fine\n"}).data.splits == ()


def test_packed_data_and_pointers_leave_counts_unknown() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n"
    bom = describe({"train.zip": b"PK\x03\x04" + bytes(30), "test.parquet": pointer})
    assert splits(bom) == [("", "test", None), ("", "train", None)]
    assert bom.unreadable == (("test.parquet", "a Git LFS pointer stands in place of the content"),)


# --- what documents declare -----------------------------------------------------------------------------------------

INFO = """
dataset_info:
  features:
  - {name: text, dtype: string}
  - name: label
    dtype: {class_label: {names: {'0': neg, '1': pos}}}
  splits:
  - {name: train, num_examples: 2, num_bytes: 99}
  - {name: test, num_examples: 9, num_bytes: 50}
  - {name: extra, num_examples: 1}
  download_size: 1000
"""


def test_counted_and_declared_numbers_that_differ_are_both_kept() -> None:
    bom = describe({"README.md": card(INFO), "train.csv": CSV, "test.csv": CSV})
    assert splits(bom) == [("", "extra", 1), ("", "test", 2), ("", "train", 2)]
    assert [split.origin for split in bom.data.splits] == ["declared", "observed", "observed"]
    assert bom.conflicts == (
        Conflict(
            about="split:test:num_examples",
            values=(
                Value(text="2", origin="observed", source="test.csv"),
                declared("9", "README.md#/dataset_info/splits"),
            ),
        ),
    )
    facts = {fact.name: fact.value.text for fact in bom.data.properties}
    assert facts == {"dataset:download-size": "1000", "dataset:labels:label": "neg, pos"}


def test_declared_numbers_stand_in_where_nothing_was_counted() -> None:
    bom = describe({"README.md": card(INFO)})
    assert splits(bom) == [("", "extra", 1), ("", "test", 9), ("", "train", 2)]
    assert [(item.name, item.type) for item in bom.data.features] == [("text", "string"), ("label", "ClassLabel(2)")]
    assert bom.data.rows is None
    assert bom.conflicts == ()


def test_documents_that_contradict_each_other() -> None:
    noted = {
        "features": {"text": {"dtype": "string", "_type": "Value"}},
        "citation": "",
        "splits": {"train": {"name": "train", "num_examples": 3}},
        "license": "mit",
        "version": {"version_str": "2.1.0"},
    }
    text = "license: apache-2.0\ndataset_info:\n  config_name: plain_text\n  splits: [{name: train, num_examples: 4}]"
    bom = describe(
        {"README.md": card(text), "dataset_infos.json": json.dumps({"plain_text": noted}).encode(), "train.csv": CSV}
    )
    assert bom.version == "2.1.0"
    assert splits(bom) == [("", "train", 2)]
    conflicts = {conflict.about: [value.text for value in conflict.values] for conflict in bom.conflicts}
    assert conflicts == {"license": ["Apache-2.0", "MIT"], "split:train:num_examples": ["2", "4", "3"]}
    assert [item.value.text for item in bom.licenses] == ["Apache-2.0", "MIT"]


def test_columns_that_differ_are_told() -> None:
    name = "data/train-00000-of-00001.parquet"
    text = "dataset_info:\n  features:\n  - {name: text, dtype: string}\n  - {name: answers, sequence: string}"
    seen = {name: table(1, (("text", "string"), ("answers.list.element", "string"), ("more", "int64")))}
    bom = describe({"README.md": card(text), name: PARQUET}, seen)
    assert bom.conflicts == (
        Conflict(
            about="features",
            values=(
                Value(text="answers, more, text", origin="observed", source=name),
                declared("answers, text", "README.md#/dataset_info/features"),
            ),
        ),
    )
    seen = {name: table(1, (("text", "string"), ("answers.list.element", "string")))}
    assert describe({"README.md": card(text), name: PARQUET}, seen).conflicts == ()


def test_columns_of_several_configurations_are_not_compared() -> None:
    text = """configs:
- {config_name: a, data_files: a.parquet}
- {config_name: b, data_files: b.parquet}
dataset_info:
- {config_name: a, features: [{name: text, dtype: string}]}
- {config_name: b, features: [{name: other, dtype: string}]}
"""
    seen = {name: table(1, (("text", "string"), ("other", "string"))) for name in ("a.parquet", "b.parquet")}
    bom = describe({"README.md": card(text)} | dict.fromkeys(seen, PARQUET), seen)
    assert [item.name for item in bom.data.features] == ["text", "other"]
    assert bom.conflicts == ()


@pytest.mark.parametrize(
    ("category", "differs"),
    [("n<1K", False), ("1K<n<10K", True), ("n>1T", True), ("unknown", False), ("n<1", True), ("2<n<3", False)],
)
def test_a_size_category_that_does_not_fit_is_told(category: str, differs: bool) -> None:
    bom = describe({"README.md": card(f"size_categories: ['{category}']"), "train.csv": CSV})
    assert [conflict.about for conflict in bom.conflicts] == (["size-category"] if differs else [])
    assert bom.data.size_category == declared(category, "README.md#/size_categories")


def test_several_configurations_that_are_declared() -> None:
    text = """dataset_info:
- config_name: en
  features: [{name: a, dtype: {class_label: {names: [x, y]}}}, {name: pic, dtype: image}]
  splits: [{name: train, num_examples: 1}]
  dataset_size: 7
- config_name: fr
  features: [{name: b, dtype: string}]
  splits: [{name: train, num_examples: 2}]
"""
    data = describe({"README.md": card(text)}).data
    assert [(split.config, split.name, split.examples) for split in data.splits] == [
        ("en", "train", 1),
        ("fr", "train", 2),
    ]
    assert [(item.name, item.type) for item in data.features] == [
        ("en/a", "ClassLabel(2)"), ("en/pic", "image"), ("fr/b", "string"),
    ]  # fmt: skip
    assert [(fact.name, fact.value.text) for fact in data.properties] == [
        ("dataset:en:dataset-size", "7"),
        ("dataset:en:labels:a", "x, y"),
    ]
    assert data.kinds == (declared("image", "README.md#/dataset_info/0/features, pic"),)


def test_links_and_descriptions_that_the_library_noted() -> None:
    noted = {"features": {"a": {"dtype": "string", "_type": "Value"}}, "description": "Noted pairs.",
             "homepage": "https://home.example", "citation": "https://paper.example/1"}  # fmt: skip
    bom = describe({"dataset_info.json": json.dumps(noted).encode()})
    assert bom.description == declared("Noted pairs.", "dataset_info.json#/description")
    assert [(item.kind, item.url, item.comment) for item in bom.references] == [
        ("website", "https://home.example", "homepage"),
        ("documentation", "https://paper.example/1", "citation"),
    ]
    assert [(item.name, item.origin) for item in bom.data.features] == [("a", "declared")]


def test_a_citation_of_the_card_is_a_reference() -> None:
    body = "# D\n## Citation\n```\n@misc{a, title={D}, doi={10.1000/d}}\n```\n"
    assert describe({"README.md": card("license: mit", body)}).references == (
        Reference(kind="documentation", url="https://doi.org/10.1000/d", comment="citation: D"),
    )


def test_a_live_dataset() -> None:
    files = {"croissant.json": croissant(**{"cr:isLiveDataset": True}), "README.md": card("license_details: Ask.")}
    facts = {fact.name: fact.value.text for fact in describe(files).data.properties}
    assert facts == {"dataset:license-details": "Ask.", "dataset:croissant-version": "1.0", "dataset:live": "true"}


def test_the_card_says_the_rest() -> None:
    text = """
language: [en]
tags: [pairs]
license: other
license_name: acme-terms
license_link: https://acme.example/terms
task_categories: [text-classification]
task_ids: [natural-language-inference]
source_datasets: [original, wikipedia, extended|snli, extended|other-web]
annotations_creators: [crowdsourced]
pretty_name: Acme
paperswithcode_id: acme
extra_gated_prompt: Ask.
"""
    body = """# Acme
Pairs of sentences that were made for tests.

- **Curated by:** Acme
- **Shared by:** Hub
- **Paper:** https://paper.example/1

## Uses
Testing.
## Source data
From books.
## Annotations
By experts.
## Personal and sensitive information
Names of people.

It does not hold addresses.
## Discussion of biases
Only English.
"""
    bom = describe({"README.md": card(text, body)})
    data = bom.data
    assert bom.description == declared("Pairs of sentences that were made for tests.", "README.md, first paragraph")
    assert (bom.licenses[0].value.text, bom.licenses[0].url) == ("acme-terms", "https://acme.example/terms")
    assert data.tasks == ("text-classification", "natural-language-inference")
    assert data.kinds == (Value(text="text", origin="inferred", source="README.md#/task_categories"),)
    assert data.classification == declared("gated", "README.md, members extra_gated")
    assert (data.languages, data.tags) == (("en",), ("pairs",))
    assert data.use_cases == (declared("Testing.", 'README.md, section "Uses"'),)
    assert data.collection == (declared("From books.", 'README.md, section "Source data"'),)
    assert data.annotation == (declared("By experts.", 'README.md, section "Annotations"'),)
    assert data.biases == (declared("Only English.", 'README.md, section "Discussion of biases"'),)
    privacy = 'README.md, section "Personal and sensitive information"'
    assert data.sensitive == (declared("Names of people.", privacy),)
    assert Fact(name="dataset:sensitive-statement", value=declared("It does not hold addresses.", privacy)) in (
        data.properties
    )
    assert [party.name.text for party in (*data.owners, *data.custodians)] == ["Acme", "Hub"]
    assert bom.datasets == tuple(
        Relative(name=name, relation="derived-from", origin="declared", source="README.md#/source_datasets")
        for name in ("wikipedia", "snli", "web")
    )
    assert bom.references == (Reference(kind="documentation", url="https://paper.example/1", comment="paper"),)
    assert {fact.name for fact in data.properties} == {
        "dataset:annotations-creator", "dataset:pretty-name", "dataset:paperswithcode-id",
        "dataset:sensitive-statement",
    }  # fmt: skip


def test_croissant_says_the_rest() -> None:
    members = {
        "description": "Pairs.",
        "url": "https://example.org/pairs",
        "sameAs": "https://example.org/same",
        "license": "https://choosealicense.com/licenses/mit/",
        "creator": {"@type": "sc:Person", "name": "Jane", "email": "jane@example.org"},
        "publisher": {"@type": "sc:Organization", "name": "Press", "url": "https://press.example"},
        "datePublished": "2020-07-25T00:00:00Z",
        "dateCreated": "2019",
        "dateModified": "2021-01-02",
        "citeAs": "@misc{a, title={Pairs}, doi={10.1000/pairs}}",
        "keywords": ["pairs"],
        "inLanguage": "en",
        "isBasedOn": "https://huggingface.co/datasets/acme/base",
        "rai:dataCollection": "By hand.",
        "rai:dataCollectionType": "Experiments",
        "rai:dataCollectionTimeframe": ["2019", "2020"],
        "rai:dataPreprocessingProtocol": "Cleaned.",
        "rai:dataImputationProtocol": "Zeros.",
        "rai:dataAnnotationProtocol": "Labelled.",
        "rai:annotationsPerItem": "3",
        "rai:dataBiases": "Some.",
        "rai:dataLimitations": "Small.",
        "rai:dataUseCases": "Tests.",
        "rai:personalSensitiveInformation": "None",
        "rai:dataSocialImpact": "Little.",
        "rai:dataReleaseMaintenancePlan": "Yearly.",
        "cr:recordSet": {"@id": "r", "cr:field": [{"@id": "r/pic", "cr:dataType": "sc:ImageObject"}]},
    }
    bom = describe({"metadata.json": croissant(**members)}, folder="x")
    data = bom.data
    at = "metadata.json#/"
    jane = Party(name=declared("Jane", f"{at}creator"), email="jane@example.org")
    press = Party(name=declared("Press", f"{at}publisher"), url="https://press.example")
    assert (bom.authors, bom.manufacturer, bom.supplier) == ((jane,), jane, press)
    assert (data.owners, data.custodians) == ((jane,), (press,))
    assert bom.description == declared("Pairs.", f"{at}description")
    assert bom.released == declared("2020-07-25T00:00:00Z", f"{at}datePublished")
    assert data.created == declared("2019", f"{at}dateCreated")
    assert data.modified == declared("2021-01-02", f"{at}dateModified")
    assert (bom.licenses[0].kind, bom.licenses[0].value) == ("id", declared("MIT", f"{at}license"))
    assert [value.text for value in data.collection] == [
        "By hand.", "type: Experiments", "time frame: 2019", "time frame: 2020",
    ]  # fmt: skip
    assert [value.text for value in data.preprocessing] == ["Cleaned.", "imputation: Zeros."]
    assert [value.text for value in data.annotation] == ["Labelled.", "annotations per item: 3"]
    assert data.biases == (declared("Some.", f"{at}rai:dataBiases"),)
    assert [value.text for value in (*data.limitations, *data.use_cases, *data.social_impact, *data.maintenance)] == [
        "Small.", "Tests.", "Little.", "Yearly.",
    ]  # fmt: skip
    assert data.sensitive == (declared("None", f"{at}rai:personalSensitiveInformation"),)
    assert data.features == (
        Feature(name="pic", type="sc:ImageObject", origin="declared", source=f"{at}cr:recordSet/cr:field/0"),
    )
    assert data.kinds == (declared("image", f"{at}recordSet"),)
    assert (data.languages, data.tags) == (("en",), ("pairs",))
    assert [(item.kind, item.url) for item in bom.references] == [
        ("website", "https://example.org/pairs"),
        ("website", "https://example.org/same"),
        ("documentation", "https://doi.org/10.1000/pairs"),
    ]
    assert [(kin.name, kin.url) for kin in bom.datasets] == [("acme/base", "https://huggingface.co/datasets/acme/base")]
    assert {fact.name for fact in data.properties} == {"dataset:croissant-version", "dataset:published"}


def test_a_day_is_no_moment_of_release() -> None:
    bom = describe({"croissant.json": croissant(datePublished="2020-07-25")})
    assert bom.released is None
    assert [fact.value.text for fact in bom.data.properties] == ["1.0", "2020-07-25"]


def item(**members: Any) -> dict[str, Any]:
    return {"@type": "cr:FileObject", "@id": "f", "encodingFormat": "text/csv"} | members


SHA = hashlib.sha256(CSV).hexdigest()
OTHER = "ab" * 32


@pytest.mark.parametrize(
    "told",
    [
        item(contentUrl="data/a.csv"),
        item(contentUrl="./data/a.csv"),
        item(**{"@id": "data/a.csv", "contentUrl": "https://example.org/x"}),
        item(name="data/a.csv", contentUrl="https://example.org/x"),
        item(contentUrl="https://huggingface.co/datasets/acme/pairs/resolve/main/data/a.csv"),
        item(contentUrl="data/a.csv", containedIn={"@id": "repo"}),
    ],
)
def test_digests_of_files_are_compared(told: dict[str, Any]) -> None:
    repo = item(**{"@id": "repo", "encodingFormat": "git+https", "contentUrl": "https://example.org", "sha256": OTHER})
    files = {"data/a.csv": CSV, "croissant.json": croissant(distribution=[repo, told | {"sha256": OTHER}])}
    (conflict,) = describe(files).conflicts
    assert conflict.about == "file:data/a.csv"
    assert [(value.text, value.origin) for value in conflict.values] == [
        (f"sha256:{SHA}", "observed"),
        (f"sha256:{OTHER}", "declared"),
    ]
    assert conflict.values[1].source == "croissant.json#/distribution/1/sha256"
    files["croissant.json"] = croissant(distribution=[repo, told | {"sha256": SHA, "contentSize": f"{len(CSV)} B"}])
    assert describe(files).conflicts == ()


def test_sizes_of_files_are_compared() -> None:
    told = item(contentUrl="a.csv", contentSize="7 B")
    (conflict,) = describe({"a.csv": CSV, "croissant.json": croissant(distribution=told)}).conflicts
    assert [value.text for value in conflict.values] == [f"{len(CSV)} bytes", "7 bytes"]


@pytest.mark.parametrize(
    "told",
    [
        item(contentUrl="a.csv", containedIn={"@id": "archive.zip"}),
        item(contentUrl="https://elsewhere.example/a.csv"),
        item(contentUrl="b.csv"),
        item(contentUrl="../a.csv"),
        item(**{"@type": "cr:FileSet", "includes": "a.csv"}),
    ],
)
def test_what_may_be_another_file_is_not_compared(told: dict[str, Any]) -> None:
    bom = describe({"a.csv": CSV, "croissant.json": croissant(distribution=[told | {"sha256": OTHER}])})
    assert bom.conflicts == ()


def test_files_that_are_elsewhere_are_references() -> None:
    told = item(**{"@id": "z", "contentUrl": "https://example.org/z.zip", "sha256": OTHER})
    bom = describe({"a.csv": CSV, "croissant.json": croissant(distribution=told)})
    assert bom.references == (
        Reference(kind="distribution", url="https://example.org/z.zip", comment="z", sha256=OTHER),
    )


def test_what_croissant_says_of_a_file_stands_with_it() -> None:
    told = item(name="a.csv", contentUrl="https://example.org/a.csv")
    bom = describe({"a.csv": CSV, "croissant.json": croissant(distribution=told)})
    about = {fact.name: fact.value for fact in bom.files[0].about}
    assert about["file:content-url"] == declared("https://example.org/a.csv", "croissant.json#/distribution/contentUrl")
    assert about["file:encoding-format"].text == "text/csv"


# --- documents that cannot be read, and those of others -------------------------------------------------------------


def test_documents_of_other_tools_are_passed_over() -> None:
    files = {
        "dataset_info.json": b'{"airports": {"description": "US airports.", "features": []}}',
        "dataset_infos.json": b"{ not json",
        "metadata.json": b'[{"file_name": "a.jpg"}, NaN]',
        "state.json": b"off",
        "dataset_dict.json": b"{}",
        "a.csv": CSV,
    }
    bom = describe(files, folder="x")
    assert bom.unreadable == ()
    assert bom.name.text == "x"


def test_documents_that_should_be_read_and_cannot_are_told() -> None:
    files = {
        "README.md": b"---\na: &b 1\n---\n",
        "dataset_infos.json": b'{"a": {"features": NaN}}',
        "croissant.json": b'{"conformsTo": "http://mlcommons.org/croissant/1.0"',
        "state.json": b'{"_fingerprint": "a", "_fingerprint": "b"}',
    }
    names = [name for name, _ in describe(files).unreadable]
    assert names == ["README.md", "croissant.json", "dataset_infos.json", "state.json"]


def test_members_of_other_shapes_are_told() -> None:
    files = {"README.md": card("pretty_name: [a]"), "croissant.json": croissant(name=["a", "b"])}
    assert [name for name, _ in describe(files).unreadable] == ["README.md#/pretty_name", "croissant.json"]


def test_the_licence_text_is_looked_at_too() -> None:
    bom = describe(
        {"README.md": card("license: mit"), "LICENSE": b"SPDX-License-Identifier: Apache-2.0\n", "a.csv": CSV}
    )
    assert [conflict.about for conflict in bom.conflicts] == ["license"]


def test_notes_are_bounded() -> None:
    files = {f"{number}.parquet": PARQUET for number in range(MAX_NOTES + 7)}
    bom = describe(files, {name: Refused("it is damaged") for name in files})
    assert len(bom.unreadable) == MAX_NOTES + 1
    assert ("more files", "7 files beyond these could not be read") in bom.unreadable
    bom = describe(files, {name: Facts(format="parquet", problems=("odd",)) for name in files})
    assert len(bom.findings) == MAX_NOTES


def test_series_that_miss_files_are_bounded() -> None:
    names = [f"data/s{number:03d}-00000-of-00002.parquet" for number in range(150)]
    bom = describe(dict.fromkeys(names, PARQUET), {name: table(1) for name in names})
    assert len(bom.unreadable) == 101
    assert ("more files", "files are missing of 50 more series like these") in bom.unreadable
    assert {split.examples for split in bom.data.splits} == {None}


def test_pointers_are_bounded() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n"
    bom = describe({f"{number}.parquet": pointer for number in range(MAX_NOTES + 3)})
    assert len(bom.unreadable) == MAX_NOTES + 1
    assert bom.unreadable[-1][1] == "Git LFS pointers stand in place of the content of 3 files beyond these"


def test_formats_may_be_told() -> None:
    manifest = manifest_of({"a": JPEG, "b.csv": CSV})
    bom = describe_dataset(manifest, {}, {}, kinds={"a": "image", "b.csv": "csv"}, folder="x")
    assert [record.format for record in bom.files] == ["image", "csv"]
    assert [value.text for value in bom.data.kinds] == ["image"]


def test_many_files_cost_little() -> None:
    names = [f"train/{'cat' if number % 2 else 'dog'}/{number:06d}.jpg" for number in range(50_000)]
    files = tuple(FileEntry(name, bytes(32), 10) for name in sorted(names))
    kinds = dict.fromkeys(names, "image")
    bom = describe_dataset(Manifest(kind="directory", files=files, digest="0" * 64), {}, {}, kinds=kinds)
    assert splits(bom) == [("", "train", 50_000)]
    assert bom.data.classes == (("cat", 25_000), ("dog", 25_000))
    assert len(bom.files) == 50_000


# --- licences by address --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mit", ("id", "MIT", "")),
        ("MIT OR Apache-2.0", ("expression", "MIT OR Apache-2.0", "")),
        ("https://spdx.org/licenses/CC-BY-4.0.html", ("id", "CC-BY-4.0", "")),
        ("https://choosealicense.com/licenses/gpl-3.0/", ("id", "GPL-3.0", "")),
        ("https://opensource.org/licenses/BSD-3-Clause", ("id", "BSD-3-Clause", "")),
        ("https://opensource.org/license/mit/", ("id", "MIT", "")),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0", ("id", "CC-BY-NC-SA-4.0", "")),
        ("https://creativecommons.org/licenses/by/3.0/deed.en", ("id", "CC-BY-3.0", "")),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", ("id", "CC0-1.0", "")),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", ("id", "Apache-2.0", "")),
        (
            "https://creativecommons.org/licenses/by/3.0/us/",
            ("name", "https://creativecommons.org/licenses/by/3.0/us/"),
        ),
        ("https://acme.example/terms", ("name", "https://acme.example/terms", "https://acme.example/terms")),
        ("Acme terms", ("name", "Acme terms", "")),
    ],
)
def test_licences_by_address(text: str, expected: tuple[str, ...]) -> None:
    found = stated_license(text, "x")
    assert found is not None
    assert (found.kind, found.value.text, found.url)[: len(expected)] == expected


@pytest.mark.parametrize("text", ["", "long words " * 20, "x" * 2000, "unknown", "N/A", " "])
def test_prose_is_no_licence(text: str) -> None:
    assert stated_license(text, "x") is None


# --- anything -------------------------------------------------------------------------------------------------------

NAMES = st.lists(
    st.builds(
        "/".join,
        st.lists(st.sampled_from(["train", "test", "data", "cat", "dog", "en", "a-b", "x.y"]), max_size=3),
    ),
    max_size=6,
)
BASES = st.sampled_from(
    ["a.csv", "train-00000-of-00002.parquet", "0.jpg", "b.jsonl", "test.parquet", "metadata.csv", "x.txt", "c.zip"]
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(NAMES, BASES), min_size=1, max_size=8), st.sampled_from(["", INFO, "configs: [a]"]))
def test_any_tree_is_described(tree: list[tuple[list[str], str]], text: str) -> None:
    files = {"/".join(filter(None, [*folders, base])): CSV if base.endswith("csv") else JPEG for folders, base in tree}
    bom = describe(files | {"README.md": card(text)})
    assert [record.name for record in bom.files] == sorted(files | {"README.md": b""})
    assert sum(count for _, count in bom.data.classes) <= len(files)
    assert len({(split.config, split.name) for split in bom.data.splits}) == len(bom.data.splits)
