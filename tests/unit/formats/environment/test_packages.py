"""Names, versions, hashes and addresses as they are taken over."""

from __future__ import annotations

import pytest

from attest.domain.gap import Gap
from attest.errors import DocumentError
from attest.formats.environment import packages
from attest.formats.environment.packages import (
    Collector,
    Package,
    clean,
    digest,
    index_address,
    normalized,
    of_file,
    prefixed_digest,
    public_address,
    relative_folder,
)

SHA = "a" * 64


@pytest.mark.parametrize("name", ["Foo.Bar", "foo_bar", "FOO--bar", "foo-._bar"])
def test_names_are_compared_as_pypi_does(name: str) -> None:
    assert normalized(name) == "foo-bar"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://user:secret@host.test/a/b?token=secret#frag", "https://host.test/a/b"),
        ("https://token@host.test:8443/a", "https://host.test:8443/a"),
        ("ssh://git@host.test/a.git", "ssh://host.test/a.git"),
        ("http://[::1]:3141/simple", "http://[::1]:3141/simple"),
        ("HTTPS://Host.Test/A", "https://host.test/A"),
        ("file:///home/somebody/secret", ""),
        ("/home/somebody", ""),
        ("C:\\Users\\somebody", ""),
        ("git@host.test:a/b.git", ""),
        ("https://", ""),
        ("https://host:port/", ""),
        ("https://host.test/" + "a" * 2000, ""),
        ("https://host.test/a b", ""),
        ("https://host.test/é", ""),
        ("https://[bad", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_an_address_travels_without_secrets_and_a_path_not_at_all(address: str, public: str) -> None:
    assert public_address(address) == public


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("https://pypi.org/simple", ""),
        ("https://pypi.org/simple/", ""),
        ("https://user:x@pypi.org/simple", ""),
        ("https://pypi.org.evil.test/simple", "https://pypi.org.evil.test/simple"),
        ("https://download.pytorch.org/whl/cu121", "https://download.pytorch.org/whl/cu121"),
    ],
)
def test_pypi_itself_needs_no_address(address: str, index: str) -> None:
    assert index_address(address) == index


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://files.pythonhosted.org/packages/ab/x-1.0-py3-none-any.whl", ("index", "")),
        ("https://host.test/x-1.0-py3-none-any.whl", ("url", "https://host.test/x-1.0-py3-none-any.whl")),
        ("https://files.pythonhosted.org.evil.test/x.whl", ("url", "https://files.pythonhosted.org.evil.test/x.whl")),
        ("file:///home/somebody/x.whl", ("path", "")),
        ("x.whl", ("path", "")),
        ("", ("path", "")),
    ],
)
def test_a_file_that_pypi_serves_is_the_release(address: str, origin: tuple[str, str]) -> None:
    assert of_file(address) == origin


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("./lib", "lib"),
        ("a/b/", "a/b"),
        ("a\\b", "a/b"),
        ("../elsewhere", ""),
        ("a/../../b", ""),
        ("/abs", ""),
        ("~/x", ""),
        ("C:/x", ""),
        ("file:x", ""),
        ("a" * 600, ""),
    ],
)
def test_only_folders_inside_the_project_are_named(path: str, kept: str) -> None:
    assert relative_folder(path) == kept


@pytest.mark.parametrize(
    ("algorithm", "digits", "found"),
    [
        ("sha256", SHA.upper(), (("SHA-256", SHA),)),
        ("SHA512", "b" * 128, (("SHA-512", "b" * 128),)),
        ("md5", "c" * 32, (("MD5", "c" * 32),)),
        ("sha256", "a" * 63, ()),
        ("sha256", "g" * 64, ()),
        ("sha256", "a" * 63 + "\n", ()),
        ("crc32", "a" * 8, ()),
        ("", "", ()),
    ],
)
def test_a_hash_is_taken_when_it_is_one(algorithm: str, digits: str, found: tuple[tuple[str, str], ...]) -> None:
    assert digest(algorithm, digits) == prefixed_digest(f"{algorithm}:{digits}") == found


def test_texts_are_one_line_of_a_bounded_length() -> None:
    assert clean("a\r\n\x1b[31mb\u202ec") == "a   [31mb c"
    assert len(clean("x" * 9999)) == 512


@pytest.mark.parametrize("name", ["", "-x", "x-", "a b", "é", "a/b", "x" * 300, "a\n"])
def test_a_name_that_is_none_is_a_gap(name: str) -> None:
    out = Collector(source="f")
    out.add(Package(name=name, where="f:1"))
    assert [gap.about for gap in out.done().gaps] == ["f:1"]
    assert not out.packages


@pytest.mark.parametrize("version", ["1 0", "$(id)", "../1", "1" * 200, "1\n", "é"])
def test_a_version_that_is_none_is_a_gap(version: str) -> None:
    out = Collector(source="f")
    out.add(Package(name="x", version=version, where="f:1"))
    (gap,) = out.done().gaps
    assert isinstance(gap, Gap)
    assert (gap.needed, gap.about, "is no version of x" in gap.reason) == ("vulnerabilities", "f:1", True)


def test_conda_names_may_begin_with_an_underscore() -> None:
    out = Collector(source="f")
    out.add(Package(name="_libgcc_mutex", ecosystem="conda", where="f:1"))
    assert [package.key for package in out.packages] == ["_libgcc_mutex"]


def test_the_number_of_packages_and_gaps_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PACKAGES", 2)
    monkeypatch.setattr(packages, "_MAX_GAPS", 2)
    out = Collector(source="f")
    for _ in range(2):
        out.add(Package(name="x", where="f"))
        out.gap("f", "no")
    with pytest.raises(DocumentError, match="more than 2 packages"):
        out.add(Package(name="x", where="f"))
    with pytest.raises(DocumentError, match="more than 2 entries"):
        out.gap("f", "no")
