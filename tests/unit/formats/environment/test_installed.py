"""Installed environments, read as files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.environment import installed
from attest.formats.environment.installed import Interpreter, read_pyvenv
from attest.formats.environment.packages import Need, Package, Packages

METADATA = b"""Metadata-Version: 2.4
Name: Foo.Bar
Version: 1.0
Summary: A package
License-Expression: MIT OR Apache-2.0
Classifier: Programming Language :: Python
Classifier: License :: OSI Approved :: MIT License
Requires-Python: >=3.9
Requires-Dist: idna>=2.8
Requires-Dist: tomli>=2; python_version < "3.11"
Requires-Dist: PySocks!=1.5.7; extra == "socks"
Requires-Dist: win; 'socks' == extra and sys_platform == "win32"
Requires-Dist: ???
Provides-Extra: socks

Name: not a field any more
"""
INFO = "foo_bar-1.0.dist-info"


class Files:
    """A folder in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def names(self) -> Iterator[tuple[str, bool]]:
        tops = dict.fromkeys(path.partition("/")[0] for path in self.files)
        return ((top, f"{top}/" in "".join(f"{path}\n" for path in self.files)) for top in reversed(tops))

    def read(self, path: str, limit: int) -> bytes | None:
        data = self.files.get(path)
        return None if data is None else data[: limit + 1]


def hashed(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def distribution(
    name: str = INFO, metadata: bytes = METADATA, record: str | None = None, more: dict[str, bytes] | None = None
) -> dict[str, bytes]:
    listed = f"foo_bar/__init__.py,,\n{name}/METADATA,{hashed(metadata)},{len(metadata)}\n{name}/RECORD,,\n"
    files = {f"{name}/METADATA": metadata, f"{name}/RECORD": (listed if record is None else record).encode()}
    return {"foo_bar/__init__.py": b"", **files, **{f"{name}/{key}": data for key, data in (more or {}).items()}}


def read(files: dict[str, bytes], interpreter: Interpreter | None = None, **more: str) -> Packages:
    return installed.read(Files(files), "site-packages", interpreter, **more)


def gaps(found: Packages) -> list[tuple[str, str]]:
    return [(gap.about, gap.reason) for gap in found.gaps]


def test_reads_a_distribution() -> None:
    found = read(distribution())
    assert found.gaps == ()
    assert found.packages == (
        Package(
            name="Foo.Bar",
            version="1.0",
            where=f"site-packages/{INFO}/METADATA",
            observed=True,
            needs=(Need("idna", "", ">=2.8"), Need("tomli", "", ">=2", True)),
            license_expression="MIT OR Apache-2.0",
            classifiers=("License :: OSI Approved :: MIT License",),
        ),
    )


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ("License: BSD-3-Clause", "BSD-3-Clause"),
        ("License: Copyright (c) somebody\n        Permission is hereby granted", ""),
        ("License: " + "x" * 300, ""),
        ("License: UNKNOWN", "UNKNOWN"),
    ],
)
def test_a_licence_of_one_line_is_kept_and_a_whole_text_is_not(field: str, kept: str) -> None:
    metadata = f"Name: foo-bar\nVersion: 1.0\n{field}\n\n".encode()
    assert read(distribution(metadata=metadata)).packages[0].license == kept


def test_the_interpreter_is_told_without_running_it() -> None:
    found = read(distribution(), Interpreter(version="3.11.7", where="pyvenv.cfg"))
    assert found.packages[0] == Package(
        name="python", ecosystem="python", version="3.11.7", where="pyvenv.cfg", observed=True
    )
    found = read(distribution(), Interpreter(version="3.11", where="python3.11"))
    assert found.packages[0] == Package(name="python", ecosystem="python", constraint="==3.11.*", where="python3.11")


def test_packages_of_the_system_are_a_gap() -> None:
    found = read(distribution(), Interpreter(version="3.11.7", where="pyvenv.cfg", system_packages=True))
    assert [about for about, _ in gaps(found)] == ["pyvenv.cfg"]


@pytest.mark.parametrize(
    ("text", "version", "shared"),
    [
        ("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n", "3.11.7", False),
        ("version_info = 3.12.1.final.0\ninclude-system-site-packages = true\n", "3.12.1", True),
        ("version_info = 3.13.0\n", "3.13.0", False),
        ("version_info = 3.14.0.candidate.2\n", "", False),
        ("version = $(id)\n", "", False),
        ("", "", False),
    ],
)
def test_reads_pyvenv(text: str, version: str, shared: bool) -> None:
    assert read_pyvenv(text.encode()) == Interpreter(version=version, where="pyvenv.cfg", system_packages=shared)


def test_a_pyvenv_that_is_no_text_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"pyvenv\.cfg is not UTF-8"):
        read_pyvenv(b"version = \xff")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (
            {"url": "https://u:secret@x.test/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            ("vcs", "https://x.test/a.git", "git", "abc", ()),
        ),
        ({"url": "file:///home/somebody/a", "dir_info": {"editable": True}}, ("editable", "", "", "", ())),
        ({"url": "file:///home/somebody/a", "dir_info": {}}, ("path", "", "", "", ())),
        (
            {"url": "https://x.test/a.whl", "archive_info": {"hashes": {"sha256": "a" * 64}}},
            ("url", "https://x.test/a.whl", "", "", (("SHA-256", "a" * 64),)),
        ),
        (
            {"url": "file:///home/somebody/a.whl", "archive_info": {"hash": "sha256=" + "b" * 64}},
            ("path", "", "", "", (("SHA-256", "b" * 64),)),
        ),
        ({"url": "https://files.pythonhosted.org/a.whl", "archive_info": {}}, ("index", "", "", "", ())),
    ],
)
def test_the_origin_of_a_direct_installation_is_noted(origin: dict[str, object], expected: tuple[object, ...]) -> None:
    found = read(distribution(more={"direct_url.json": json.dumps(origin).encode()}))
    (package,) = found.packages
    assert (package.install, package.address, package.vcs, package.commit, package.hashes) == expected
    assert found.gaps == ()
    assert "somebody" not in repr(package)


def test_an_origin_that_cannot_be_read_is_a_gap_and_no_release() -> None:
    found = read(distribution(more={"direct_url.json": b"{"}))
    assert [about for about, _ in gaps(found)] == [f"site-packages/{INFO}"]
    assert found.packages[0].install == "path"


def test_metadata_that_was_changed_is_told() -> None:
    record = f"foo_bar/__init__.py,,\n{INFO}/METADATA,{hashed(b'another')},7\n"
    found = read(distribution(record=record))
    assert [(about, "was changed" in why) for about, why in gaps(found)] == [(f"site-packages/{INFO}", True)]


@pytest.mark.parametrize("written", ["", "sha256=%%%", "sha256=", "sha512=abc"])
def test_a_hash_of_another_kind_is_not_judged(written: str) -> None:
    found = read(distribution(record=f"foo_bar/__init__.py,,\n{INFO}/METADATA,{written},7\n"))
    assert bool(found.gaps) is written.startswith("sha256")


@pytest.mark.parametrize("metadata", [b"Name: other\nVersion: 1.0\n\n", b"Name: foo-bar\nVersion: 2.0\n\n"])
def test_metadata_of_another_package_is_told(metadata: bytes) -> None:
    assert [(about, "is not its own name" in why) for about, why in gaps(read(distribution(metadata=metadata)))] == [
        (f"site-packages/{INFO}", True)
    ]


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("foo_bar-1.0.dist-info", b"Name: Foo-Bar\nVersion: 1.0.0\n\n"),
        ("Foo.Bar-1.0.dist-info", b"Name: foo_bar\nVersion: 1.0\n\n"),
        ("foo_bar-2.3.0+cu121.dist-info", b"Name: foo-bar\nVersion: 2.3.0+cu121\n\n"),
        ("foo_bar-1!2.0.dist-info", b"Name: foo-bar\nVersion: 1!2.0\n\n"),
    ],
)
def test_spellings_of_one_name_and_version_agree(name: str, metadata: bytes) -> None:
    assert gaps(read(distribution(name=name, metadata=metadata))) == []


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (b"Name: foo-bar\n\n", "does not state one version"),
        (b"Version: 1.0\n\n", "does not state one name"),
        (b"Name: foo-bar\nName: other\nVersion: 1.0\n\n", "does not state one name"),
        (b"Name: foo-bar\nVersion: \xff\n\n", "is not UTF-8"),
        (b"X: y\n" * 20_001 + b"\n", "more than 20000 lines"),
        (b"Summary: " + b"x" * (9 << 20), "is larger than"),
    ],
)
def test_metadata_that_cannot_be_read_is_a_gap(metadata: bytes, reason: str) -> None:
    found = read(distribution(metadata=metadata))
    assert found.packages == ()
    assert [(about, reason in why) for about, why in gaps(found)] == [(f"site-packages/{INFO}", True)]


def test_a_record_without_metadata_is_a_gap() -> None:
    found = read({f"{INFO}/RECORD": b""})
    assert gaps(found) == [(f"site-packages/{INFO}", "it has no METADATA")]


@pytest.mark.parametrize("name", ["planted.py", "planted.pth", "planted.so", "planted/x.py", "old.egg", "a.egg-link"])
def test_code_that_no_package_records_is_a_gap(name: str) -> None:
    found = read(distribution() | {name: b""})
    assert gaps(found) == [
        (f"site-packages/{name.partition('/')[0]}", "no installed package records it, so nothing is known of it")
    ]


@pytest.mark.parametrize("name", ["__pycache__/x.pyc", "_virtualenv.py", "_virtualenv.pth", "README.txt", "notes.md"])
def test_what_every_environment_has_is_none(name: str) -> None:
    assert read(distribution() | {name: b""}).gaps == ()


def test_scripts_outside_of_the_folder_claim_nothing_inside() -> None:
    record = f"foo_bar/__init__.py,,\n../../../bin/planted.py,,\n{INFO}/METADATA,,\n"
    found = read(distribution(record=record) | {"planted.py": b""})
    assert [about for about, _ in gaps(found)] == ["site-packages/planted.py"]


def test_without_a_list_of_files_nothing_can_be_told_apart() -> None:
    files = distribution() | {"planted.py": b""}
    del files[f"{INFO}/RECORD"]
    found = read(files)
    assert [package.name for package in found.packages] == ["Foo.Bar"]
    assert [(about, "without a list of files" in why) for about, why in gaps(found)] == [("site-packages", True)]


@pytest.mark.parametrize("record", ['"unclosed\n' * 3, "\0", "a" * 200_000 + ","])
def test_a_record_that_cannot_be_read_is_a_gap(record: str) -> None:
    found = read(distribution(record=record))
    assert [package.name for package in found.packages] == ["Foo.Bar"]
    assert found.gaps


def test_old_records_are_read() -> None:
    files = {
        "old-1.0.egg-info/PKG-INFO": b"Name: old\nVersion: 1.0\n\n",
        "old-1.0.egg-info/top_level.txt": b"old\nold_more\n",
        "old/__init__.py": b"",
        "old_more.py": b"",
        "older-0.9.egg-info": b"Name: older\nVersion: 0.9\n",
    }
    found = read(files)
    assert [(package.name, package.version) for package in found.packages] == [("old", "1.0"), ("older", "0.9")]
    assert ["older-0.9.egg-info" in why for _, why in gaps(found)] == [True]
    del files["older-0.9.egg-info"]
    assert read(files).gaps == ()


def test_what_another_installer_records_itself_is_left_out() -> None:
    files = distribution(more={"INSTALLER": b"conda\n"})
    assert read(files, but_installer="conda").packages == ()
    assert [package.name for package in read(files).packages] == ["Foo.Bar"]
    assert read(distribution(more={"INSTALLER": b"pip\n"}), but_installer="conda").packages != ()


def test_a_folder_without_records_is_none() -> None:
    with pytest.raises(DocumentError, match="no record of an installed package"):
        read({"foo.py": b""})


def test_the_entries_of_a_folder_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_MAX_ENTRIES", 3)
    with pytest.raises(DocumentError, match="more than 3 entries"):
        read({f"{number}.py": b"" for number in range(4)})


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["METADATA", "RECORD", "direct_url.json", "INSTALLER"]), st.data())
def test_any_content_is_read_or_told(name: str, data: st.DataObject) -> None:
    good = {"METADATA": METADATA, "direct_url.json": b'{"url":"https://x.test/a.whl","archive_info":{"hashes":{}}}'}
    mutated = bytearray(good.get(name, b"a,b,c\n"))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated)))
        mutated[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=10))
    found = read(distribution() | {f"{INFO}/{name}": bytes(mutated)})
    assert found.packages or found.gaps
