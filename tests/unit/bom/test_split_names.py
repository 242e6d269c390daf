"""Configurations and splits told from the card's patterns and from names."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.folder_classes import MAX_CLASSES, FolderClasses
from attest.bom.globs import fixed_start, matches
from attest.bom.split_names import Names, Part, Shards, by_patterns, is_split_word, shards_of
from attest.domain.manifest import FileEntry
from attest.formats.dataset_card import DataFiles


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("a.csv", "a.csv"),
        ("data/train-*", "data/train-00000-of-00001.parquet"),
        ("*.csv", "a.csv"),
        ("**", "a"),
        ("**", "a/b/c"),
        ("**/*.csv", "a.csv"),
        ("**/*.csv", "a/b/c.csv"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a/**", "a/b/c"),
        ("**/a/**/b", "x/a/a/y/b"),
        ("a?c", "abc"),
        ("[ab].csv", "b.csv"),
        ("[!a].csv", "b.csv"),
        ("[^a].csv", "b.csv"),
        ("[0-9][0-9].csv", "42.csv"),
        ("x[-a].csv", "x-.csv"),
        ("x[]a].csv", "x].csv"),
        ("x[.csv", "x[.csv"),
        ("*a*b*", "xxaxxbxx"),
        ("a***", "a"),
    ],
)
def test_patterns_that_match(pattern: str, name: str) -> None:
    assert matches(pattern, name)
    assert name.startswith(fixed_start(pattern))


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("a.csv", "b.csv"),
        ("*.csv", "a/b.csv"),
        ("data/*", "data/a/b"),
        ("a?c", "ac"),
        ("a?c", "a/c"),
        ("[!a].csv", "a.csv"),
        ("[0-9].csv", "42.csv"),
        ("a/**/b", "a/x"),
        ("**/a", "ab"),
        ("*a*b", "ab/b"),
        ("", "a"),
    ],
)
def test_patterns_that_do_not_match(pattern: str, name: str) -> None:
    assert not matches(pattern, name)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", min_size=1, max_size=8))
def test_one_part_matches_as_the_shell_does(pattern: str, name: str) -> None:
    if pattern and "**" not in pattern:
        assert matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


@pytest.mark.timeout(20)
def test_no_pattern_is_slow() -> None:
    assert not matches("*a" * 100 + "b", "a" * 4000)
    assert not matches("**/a/" * 60 + "b", "a/" * 250 + "c")


def entries(*names: str) -> tuple[FileEntry, ...]:
    return tuple(FileEntry(name, b"", 0) for name in sorted(names))


def test_the_cards_patterns_say_what_is_in_a_split() -> None:
    files = entries("data/test.csv", "data/train-0.csv", "data/train-1.csv", "other.csv")
    patterns = [
        DataFiles("default", "train", "data/train-*"),
        DataFiles("default", "train", "data/train-0.csv"),
        DataFiles("all", "everything", "**"),
        DataFiles("default", "none", "missing/*"),
    ]
    found = [(part, files[index].name) for part, index in by_patterns(files, patterns)]
    assert found == [
        (Part("default", "train"), "data/train-0.csv"),
        (Part("default", "train"), "data/train-1.csv"),
        *[(Part("all", "everything"), entry.name) for entry in files],
    ]


@pytest.mark.timeout(30)
def test_many_patterns_on_many_files_are_bounded() -> None:
    files = entries(*[f"{number}.csv" for number in range(100_000)])
    patterns = [DataFiles("c", f"s{number}", "*.jpg") for number in range(5000)]
    assert list(by_patterns(files, patterns)) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data/train-00000-of-00002.parquet", Shards("data/train-?????-of-00002.parquet", 0, 2)),
        ("train-00001-of-00002-abc.arrow", Shards("train-?????-of-00002-abc.arrow", 1, 2)),
        ("train-00002-of-00002.parquet", None),
        ("train-1-of-2.parquet", None),
        ("train-00000-of-00001", None),
    ],
)
def test_series_of_shards(name: str, expected: Shards | None) -> None:
    assert shards_of(name) == expected


NAMES = Names(["train_sft", "odd"])


@pytest.mark.parametrize(
    ("folder", "base", "expected"),
    [
        ("data", "train-00000-of-00001.parquet", Part("", "train")),
        ("data", "anything.x-00000-of-00001.parquet", Part("", "anything.x")),
        ("en", "test-00000-of-00001.parquet", Part("en", "test")),
        ("en", "train_sft-00000-of-00001.parquet", Part("en", "train_sft")),
        ("en", "anything-00000-of-00001.parquet", None),
        ("", "data-00000-of-00001.arrow", None),
        ("data", "train.parquet", None),
    ],
)
def test_shards_tell_their_split(folder: str, base: str, expected: Part | None) -> None:
    assert NAMES.sharded(folder, base) == expected


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("train", Part("", "train")),
        ("data/valid", Part("", "validation")),
        ("en/dev/x", Part("en", "validation")),
        ("database/test", Part("database", "test")),
        ("images/train2017", Part("images", "train")),
        ("my-eval-set", Part("", "test")),
        ("odd", Part("", "odd")),
        ("train/test", None),
        ("train-test", None),
        ("constraint", None),
        ("tests", None),
        ("", None),
    ],
)
def test_folders_tell_a_split(folder: str, expected: Part | None) -> None:
    assert NAMES.by_folder(folder) == expected
    assert NAMES.by_folder(folder) == expected


@pytest.mark.parametrize(
    ("folder", "base", "expected"),
    [
        ("", "train.csv", Part("", "train")),
        ("data", "my_train_file.csv", Part("", "train")),
        ("en", "test.csv", Part("en", "test")),
        ("", "val-1.csv", Part("", "validation")),
        ("", "odd.csv", Part("", "odd")),
        ("", "train_test.csv", None),
        ("", "training", None),
        ("", "strain.csv", None),
        ("", "data.csv", None),
    ],
)
def test_file_names_tell_a_split(folder: str, base: str, expected: Part | None) -> None:
    assert NAMES.by_file(folder, base) == expected


def test_words_of_splits() -> None:
    assert is_split_word("train")
    assert not is_split_word("trains")


def classes(*folders: str) -> tuple[tuple[str, int], ...]:
    found = FolderClasses()
    for folder in folders:
        found.add(folder)
    return found.found()


def test_folders_are_classes() -> None:
    assert classes("cat", "dog", "cat") == (("cat", 2), ("dog", 1))
    assert classes("train/cat", "test/cat", "test/dog") == (("cat", 2), ("dog", 1))
    assert classes("0", "1", "10") == (("0", 1), ("1", 1), ("10", 1))


@pytest.mark.parametrize(
    "folders",
    [
        (),
        ("cat",),
        ("", "cat"),
        ("cat", "a/dog"),
        ("train", "test"),
        ("images", "masks"),
        ("images", "cat"),
        ("000", "001"),
        ("a3", "ff"),
        ("part_1", "part_22"),
        ("cat\x07", "dog"),
        ("c" * 200, "dog"),
    ],
)
def test_folders_that_may_be_something_else_are_no_classes(folders: tuple[str, ...]) -> None:
    assert classes(*folders) == ()


def test_too_many_classes_are_none() -> None:
    assert classes(*[f"name{number}x" for number in range(MAX_CLASSES + 2)]) == ()
    found = FolderClasses()
    found.add("cat")
    found.refuse()
    found.add("dog")
    found.add("cat")
    assert found.found() == ()
