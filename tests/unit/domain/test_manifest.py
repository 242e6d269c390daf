"""Manifests: the published vectors, the tree digest by an independent implementation, names, collisions."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.digest import is_hex_digest, short
from attest.domain.manifest import (
    MAX_PARTS,
    FileEntry,
    build_manifest,
    check_names,
    collisions,
    name_fault,
    name_problems,
    oms_root,
    printable,
    tree_digest,
)
from attest.errors import ArtifactError, UnsafeArtifactError
from tests.unit.conftest import SMALL, entry, manifest

# OMS reference vectors, section 13.1: name → SHA-256, in specification order.
VECTORS = {
    "config.json": "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",
    "empty": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sub-x": "b2dbaf376a088e720078d1c245336d66fe6d1be61e1efeb8d21f1747b5bdd358",
    "sub/w.bin": "cf945b5236e101dbe0471d5200f28b1ae64f21c1f35bf55fcf40cd0fe42cd8e7",
    "é.txt": "edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2",
}
SPECIFICATION_ROOT = "331bab3bd1be4db83ca7f95d9e94a0e508a562fe76b4ffcb810084d6de7dd329"
REFERENCE_TOOL_ROOT = "c0d6b9bed4a170b74cc28239360afe57bbbb638e60baaea4621969767d00d230"
SINGLE_ROOT = "1174e121f6acd43dff812f7365151d33484ab1f2e289999f7341f70df7a659db"

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\\\0/")
PARTS = st.text(LETTERS, min_size=1, max_size=6).filter(lambda part: part not in {".", ".."})
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


def test_vectors_come_in_specification_order() -> None:
    found = manifest()
    assert {item.name: item.sha256.hex() for item in found.files} == VECTORS
    assert [item.name for item in found.files] == list(VECTORS)
    assert oms_root(item.sha256 for item in found.files) == SPECIFICATION_ROOT


def test_root_follows_the_listed_order() -> None:
    order = ["config.json", "empty", "sub/w.bin", "sub-x", "é.txt"]
    assert oms_root(bytes.fromhex(VECTORS[name]) for name in order) == REFERENCE_TOOL_ROOT


def test_single_file_vector() -> None:
    single = manifest({"config.json": SMALL["config.json"]}, kind="file")
    assert single.digest == VECTORS["config.json"]
    assert single.digest_kind == "file"
    assert oms_root(item.sha256 for item in single.files) == SINGLE_ROOT


@given(st.dictionaries(NAMES, st.binary(max_size=4), min_size=1, max_size=8))
def test_tree_digest_by_an_independent_implementation(files: dict[str, bytes]) -> None:
    listing = b""
    for name, content in sorted((name.encode(), content) for name, content in files.items()):
        listing += hashlib.sha256(content).hexdigest().encode() + b"  " + name + b"\n"
    found = manifest(files)
    assert found.digest == hashlib.sha256(listing).hexdigest()
    assert [item.name.encode() for item in found.files] == sorted(name.encode() for name in files)
    assert (found.size, found.digest_kind) == (sum(map(len, files.values())), "attest-tree/v1")
    assert found.by_name().keys() == files.keys()


@given(st.dictionaries(NAMES, st.binary(max_size=4), min_size=2, max_size=6), st.randoms())
def test_order_of_discovery_does_not_matter(files: dict[str, bytes], random: object) -> None:
    entries = [entry(name, content) for name, content in files.items()]
    assert build_manifest(reversed(entries), kind="directory") == build_manifest(entries, kind="directory")


def test_names_are_in_the_digest_and_not_in_the_root() -> None:
    one, other = manifest({"a.bin": b"1", "b": b"2"}), manifest({"c.bin": b"1", "d": b"2"})
    assert one.digest != other.digest
    assert oms_root(item.sha256 for item in one.files) == oms_root(item.sha256 for item in other.files)


def test_whole_names_are_sorted_and_not_folder_by_folder() -> None:
    assert [item.name for item in manifest({"a/b": b"", "a-b": b"", "a.b": b""}).files] == ["a-b", "a.b", "a/b"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "has an empty, '.' or '..' component"),
        (".", "has an empty, '.' or '..' component"),
        ("..", "has an empty, '.' or '..' component"),
        ("a/../b", "has an empty, '.' or '..' component"),
        ("../b", "has an empty, '.' or '..' component"),
        ("a/..", "has an empty, '.' or '..' component"),
        ("./a", "has an empty, '.' or '..' component"),
        ("a/./b", "has an empty, '.' or '..' component"),
        ("a//b", "has an empty, '.' or '..' component"),
        ("a/", "has an empty, '.' or '..' component"),
        ("/a", "is absolute"),
        ("/", "is absolute"),
        ("a\nb", "line feed, a carriage return, a backslash or a zero byte"),
        ("a\rb", "line feed, a carriage return, a backslash or a zero byte"),
        ("a\\b", "line feed, a carriage return, a backslash or a zero byte"),
        ("C:\\a", "line feed, a carriage return, a backslash or a zero byte"),
        ("a\0", "line feed, a carriage return, a backslash or a zero byte"),
        ("a\udcff", "is not valid UTF-8"),
        ("é\ud800/b", "is not valid UTF-8"),
    ],
)
def test_names_without_one_canonical_form(name: str, fault: str) -> None:
    assert fault in name_fault(name)
    with pytest.raises(UnsafeArtifactError) as caught:
        build_manifest([entry("good", b""), entry(name, b"")], kind="directory")
    assert [problem.where for problem in caught.value.problems] == [printable(name)]
    assert fault in caught.value.problems[0].message


@pytest.mark.parametrize(
    "name", ["a", "...", ".a", "..a", "a..", "a/.b", "a b", "-", "a:0:3", "\u2028", "e\u0301", "é"]
)
def test_names_that_are_fine(name: str) -> None:
    assert name_fault(name) == ""
    check_names([name, "other"])


@given(st.lists(st.text(max_size=6), min_size=1, max_size=5))
def test_the_fast_check_agrees_with_the_check_of_each_name(names: list[str]) -> None:
    faulty = [printable(name) for name in names if name_fault(name)]
    assert [problem.where for problem in name_problems(names)] == faulty


@pytest.mark.parametrize("part", ["a", "long-part"])
@pytest.mark.parametrize("before", [[], ["other"]])
def test_the_number_of_components_is_bounded(part: str, before: list[str]) -> None:
    most = "/".join([part] * MAX_PARTS)
    assert name_problems([*before, most]) == []
    (problem,) = name_problems([*before, f"{most}/x"])
    assert (problem.where, problem.message) == (f"{most}/x", name_fault(f"{most}/x"))
    assert problem.message == "the name has more than 256 components"


@given(st.lists(st.text("/a.\\", min_size=500, max_size=530).map(lambda text: f"a{text}a"), min_size=1, max_size=3))
def test_the_fast_check_agrees_about_long_names_too(names: list[str]) -> None:
    assert [problem.where for problem in name_problems(names)] == [name for name in names if name_fault(name)]


@given(st.integers(1, 2 * MAX_PARTS), st.integers(1, 3))
def test_the_fast_check_agrees_about_many_components(parts: int, length: int) -> None:
    name = "/".join(["b" * length] * parts)
    assert bool(name_problems(["a", name])) is bool(name_fault(name)) is (parts > MAX_PARTS)


def test_all_faulty_names_are_reported_at_once() -> None:
    with pytest.raises(UnsafeArtifactError) as caught:
        check_names(["ok", "a\nb", "/etc", "x/../y", "é\udcff"])
    assert len(caught.value.problems) == 4


def test_empty_artifact() -> None:
    with pytest.raises(ArtifactError, match="holds no file"):
        build_manifest([], kind="directory")


@pytest.mark.parametrize(
    "group",
    [
        ("Model.bin", "model.bin"),
        ("STRASSE", "straße"),
        ("\u00e9.txt", "e\u0301.txt"),
        ("\u00c9.txt", "e\u0301.txt"),
        ("K", "\u212a"),
        ("\u0390", "\u03aa\u0301"),  # folding takes a composed letter apart, so it is composed again after folding
        ("d/A", "d/a", "D/a"),
    ],
)
def test_collisions(group: tuple[str, ...]) -> None:
    assert collisions(["x", *group, "y"]) == [group]


def test_no_collisions() -> None:
    assert collisions(["a", "b", "a/b", "é", "e", "ab"]) == []


@given(st.lists(NAMES, unique=True, max_size=6))
def test_collision_groups_are_distinct_names_of_the_list(names: list[str]) -> None:
    grouped = [name for group in collisions(names) for name in group]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= set(names)


@pytest.mark.parametrize("hostile", ["a\x1b[2Jb", "a\nb", "a\u202eb", "a\x00", "a\udcffb", "\u200b", "a\tb"])
def test_printable_is_harmless_on_a_terminal(hostile: str) -> None:
    shown = printable(hostile)
    assert shown.isprintable()
    assert shown.isascii()
    assert shown != hostile


@given(st.text(max_size=8), st.text(max_size=8))
def test_printable_never_makes_one_name_of_two(one: str, other: str) -> None:
    if not one.isprintable() and not other.isprintable() and one != other:
        assert printable(one) != printable(other)


def test_sizes_and_order_of_the_rest() -> None:
    found = manifest(links=["b", "a"], hard_links=["d", "c"], evidence=[entry("model.sig", b"1")], hub_links=True)
    assert (found.links, found.hard_links, found.hub_links) == (("a", "b"), ("c", "d"), True)
    assert [item.name for item in found.evidence] == ["model.sig"]
    assert found.digest == manifest().digest


def test_tree_digest_of_nothing_but_lines() -> None:
    line = b"%b  a\n" % hashlib.sha256(b"").hexdigest().encode()
    assert tree_digest([FileEntry("a", hashlib.sha256(b"").digest(), 0)]) == hashlib.sha256(line).hexdigest()


@pytest.mark.parametrize(
    ("text", "algorithm", "good"),
    [
        ("a" * 64, "sha256", True),
        ("A" * 64, "sha256", False),
        ("a" * 63, "sha256", False),
        ("a" * 65, "sha256", False),
        ("a" * 63 + "\n", "sha256", False),
        ("a" * 63 + "g", "sha256", False),
        ("٣" * 64, "sha256", False),
        ("a" * 128, "sha512", True),
        ("a" * 64, "sha512", False),
    ],
)
def test_hexadecimal_digests(text: str, algorithm: str, good: bool) -> None:
    assert is_hex_digest(text, algorithm) is good


def test_short_digests_are_for_people() -> None:
    assert short("0123456789abcdef") == "0123456789ab…"
