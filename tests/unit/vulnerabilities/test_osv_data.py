"""A local copy of OSV data, read without network."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bom import Component
from attest.domain.gap import Gap
from attest.errors import InputError
from attest.vulnerabilities import Audit, AuditOptions, audit
from tests.simulators.osv import record

IDNA = Component(name="idna", version="3.6", purl="pkg:pypi/idna@3.6", origin="declared", source="test")
FIXED = record("GHSA-jjg7-2v4v-x38h", "idna", ("introduced", "0"), ("fixed", "3.7"), aliases=["CVE-2024-3651"])
OTHER = record("GHSA-2", "requests", ("introduced", "0"))


def look_up(data: Path, *components: Component) -> Audit:
    return audit(components or [IDNA], AuditOptions(advisories="data", osv_data=str(data), offline=True))


def write(folder: Path, *records: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for one in records:
        (folder / f"{one['id']}.json").write_text(json.dumps(one))
    return folder


def pack(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return path


def ids(found: Audit) -> list[str]:
    return [one.id for one in found.vulnerabilities]


def test_reads_a_folder_of_records(tmp_path: Path) -> None:
    found = look_up(write(tmp_path / "osv" / "PyPI", FIXED, OTHER))
    assert found.gaps == ()
    assert [(one.id, one.affects, one.fixed, one.source) for one in found.vulnerabilities] == [
        ("CVE-2024-3651", "pkg:pypi/idna@3.6", ("3.7",), "OSV")
    ]


def test_reads_the_archive_of_an_ecosystem_and_a_folder_that_holds_it(tmp_path: Path) -> None:
    archive = pack(tmp_path / "osv" / "PyPI" / "all.zip", FIXED, OTHER)
    assert look_up(archive) == look_up(tmp_path / "osv") == look_up(write(tmp_path / "loose", FIXED, OTHER))
    assert ids(look_up(archive)) == ["CVE-2024-3651"]


def test_a_release_that_no_record_is_about_has_none(tmp_path: Path) -> None:
    later = Component(name="idna", version="3.7", purl="pkg:pypi/idna@3.7", origin="declared", source="test")
    assert look_up(write(tmp_path, FIXED, OTHER), later) == Audit()


def test_names_are_compared_as_pypi_compares_them(tmp_path: Path) -> None:
    one = Component(name="Foo_Bar", version="1", purl="pkg:pypi/foo-bar@1", origin="declared", source="test")
    for number, spelled in enumerate(["foo-bar", "Foo.Bar", "FOO__bar"]):
        assert ids(look_up(write(tmp_path / str(number), record("GHSA-1", spelled, ("introduced", "0"))), one)) == [
            "GHSA-1"
        ]


def test_a_name_that_is_written_with_escapes_is_found(tmp_path: Path) -> None:
    text = json.dumps(FIXED).replace('"idna"', '"\\u0069dna"').replace('"PyPI"', '"P\\u0079PI"')
    text = text.replace('"name"', '"n\\u0061me"')
    (tmp_path / "one.json").write_text(text)
    assert ids(look_up(tmp_path)) == ["CVE-2024-3651"]


def test_withdrawn_records_are_skipped(tmp_path: Path) -> None:
    assert look_up(write(tmp_path, FIXED | {"withdrawn": "2024-06-01T00:00:00Z"})) == Audit()


def test_the_later_of_two_records_with_one_id_counts(tmp_path: Path) -> None:
    withdrawn = FIXED | {"withdrawn": "2024-06-01T00:00:00Z", "modified": "2024-06-01T00:00:00Z"}
    assert ids(look_up(write(write(tmp_path / "a", FIXED).parent / "b", withdrawn).parent)) == []
    assert ids(look_up(write(write(tmp_path / "c", withdrawn).parent / "d", FIXED).parent / "d")) == ["CVE-2024-3651"]


def test_what_cannot_be_judged_is_a_gap(tmp_path: Path) -> None:
    found = look_up(write(tmp_path, record("GHSA-1", "idna", ("introduced", "0"), ("fixed", "next"))))
    reason = "whether GHSA-1 is about it cannot be told from versions alone"
    assert found == Audit(gaps=(Gap(needed="vulnerabilities", about=IDNA.purl, reason=reason),))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"id":"GHSA-1","affected":[{"package":{"ecosystem":"PyPI","name":"idna"}},', "is not strict JSON"),
        (b'{"affected":[{"package":{"ecosystem":"PyPI","name":"idna"}}]}', "it has no id"),
        (b'{"id":"G","id":"H","a":{"ecosystem":"PyPI","name":"idna"}}', "stands twice"),
        (b'{"id":"G","a":{"ecosystem":"PyPI","name":"idna"},"b":' + b"[" * 90 + b"]" * 90 + b"}", "nested deeper"),
        (b"PK\x03\x04 cut off", "it is no zip archive"),
    ],
)
def test_damage_is_told_once_with_what_could_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, FIXED)
    (tmp_path / "damaged.json").write_bytes(content)
    found = look_up(tmp_path)
    assert ids(found) == ["CVE-2024-3651"]
    assert [(one.about, reason in one.reason, "damaged.json" in one.reason) for one in found.gaps] == [
        ("OSV data", True, True)
    ]


def test_damage_that_concerns_no_wanted_package_is_none(tmp_path: Path) -> None:
    write(tmp_path, FIXED)
    (tmp_path / "damaged.json").write_bytes(b'{"affected":[{"package":{"ecosystem":"PyPI","name":"other"}},')
    assert look_up(tmp_path).gaps == ()


def test_a_damaged_entry_of_an_archive_is_told(tmp_path: Path) -> None:
    archive = pack(tmp_path / "all.zip", OTHER, FIXED)
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    archive.write_bytes(data)
    found = look_up(archive)
    assert ids(found) == ["CVE-2024-3651"]
    assert [one.about for one in found.gaps] == ["OSV data"]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"all.zip": b"PK no archive"},
        {"npm.json": json.dumps(FIXED | {"affected": [{"package": {"ecosystem": "npm", "name": "idna"}}]}).encode()},
        {"escaped.json": b'{"id":"A-1","summary":"\\u003cb\\u003e"}'},
        {"note.txt": b"PyPI"},
    ],
)
def test_data_without_any_record_of_pypi_says_nothing_and_is_refused(tmp_path: Path, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match="no OSV record about PyPI") as refused:
        look_up(tmp_path)
    assert "all.zip" in refused.value.hint


def test_data_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no OSV data at"):
        look_up(tmp_path / "missing")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, FIXED)
    os.mkfifo(tmp_path / "pipe.json")
    found = look_up(tmp_path)
    assert [one.reason for one in found.gaps] == ["part of it cannot be read: pipe.json: it is no regular file"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "data", FIXED)
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data", target_is_directory=True)
    assert ids(look_up(tmp_path / "data")) == ["CVE-2024-3651"]


def test_depth_is_bounded(tmp_path: Path) -> None:
    write(tmp_path, FIXED)
    write(tmp_path.joinpath(*"abcdefghij"), OTHER)
    assert "lies deeper than 8 levels" in look_up(tmp_path).gaps[0].reason


def test_a_record_without_end_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, FIXED)
    with open(tmp_path / "huge.json", "wb") as stream:
        stream.truncate((16 << 20) + 1)
    assert "huge.json: it is larger than" in look_up(tmp_path).gaps[0].reason
