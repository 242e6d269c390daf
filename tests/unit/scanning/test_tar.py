"""Tar archives: what ordinary writers make passes, and whatever two readers could read differently does not."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.archives.tar import TarMember, read_members, scan
from attest.scanning.budget import Limits
from tests.unit.scanning.archive_parts import look, pax, tar_header, tar_member, tar_of

LONG = "folder/" + "n" * 140 + ".txt"
A, B = tar_member(b"a", b"text"), tar_member(b"b", b"other")


def written(form: int, content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o2755
        archive.addfile(folder)
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1.5 if form == tarfile.PAX_FORMAT else 1
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_python_pass(form: int) -> None:
    content = {"folder/a.txt": b"text" * 1000, "folder/empty": b"", "m" * 90 + "/" + "n" * 60: b"long"}
    if form != tarfile.USTAR_FORMAT:
        content |= {LONG: b"long", "folder/ä": b"other", "folder/" + "ü" * 100: b"x", "x/" * 150 + "deep": b"y"}
    seen = look(written(form, content), scan)
    assert (seen.rules, seen.inside) == ([], content)


@pytest.mark.parametrize("form", ["v7", "ustar", "gnu", "oldgnu", "posix"])
def test_archives_of_gnu_tar_pass(tmp_path: Path, form: str) -> None:
    program = shutil.which("tar")
    if program is None:
        pytest.skip("there is no tar program")
    name = "n" * 60 if form == "v7" else "n" * 90
    folder = tmp_path / "folder" / name if form == "v7" else tmp_path / "folder" / name / ("m" * 60)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"text" * 1000)
    subprocess.run([program, f"--format={form}", "-cf", "out.tar", "./folder"], cwd=tmp_path, check=True, timeout=30)
    seen = look((tmp_path / "out.tar").read_bytes(), scan)
    assert seen.rules == []
    assert list(seen.inside.values()) == [b"text" * 1000]


def test_members_are_told_with_their_places() -> None:
    data = tar_of(A, tar_member(b"folder/", kind=b"5"), B)
    found: list[TarMember] = []
    seen = look(data, lambda part: found.extend(read_members(part)))
    assert seen.rules == []
    assert found == [TarMember("a", 512, 4), TarMember("b", 2048, 5)]
    assert data[2048:2053] == b"other"


@pytest.mark.parametrize(
    "data",
    [
        tar_of(A, end=b""),
        tar_of(A, end=bytes(20 * 512)),
        tar_of(tar_member(b"./", kind=b"5"), tar_member(b"./a", b"text")),
        tar_of(tar_member(b"a", b"text", magic=bytes(8))),
        tar_of(tar_member(b"a", b"text", magic=b"ustar  \0", told=b"\x80" + (4).to_bytes(11, "big"))),
        tar_of(tar_member(b"a", b"text", kind=b"\0")),
        tar_of(tar_member(b"folder/", kind=b"0"), A),
        tar_of(tar_member(b"folder/", kind=b"5"), tar_member(b"folder/", kind=b"5"), A),
        tar_of(pax(b"g", comment=b"0123"), A),
        tar_of(pax(mtime=b"1.5", SCHILY__xattr__user=b"x", path=b"a"), A),
        tar_of(pax(size=b"4"), A),
        tar_of(tar_member(b"x.txt", b"text", prefix=b"folder")),
    ],
)
def test_forms_that_mean_one_thing_pass(data: bytes) -> None:
    seen = look(data, scan)
    assert seen.rules == []
    assert b"text" in seen.inside.values()


GNU_LONG = tar_member(b"././@LongLink", b"n" * 120 + b"\0", b"L")
INCONSISTENT: dict[str, bytes] = {
    "something behind the end": tar_of(A) + b"text" + bytes(508),
    "an archive behind the end": tar_of(A) + tar_of(B),
    "a member behind one empty block": A + bytes(512) + tar_of(B),
    "a wrong checksum": tar_of(A, tar_member(b"b", b"other", sum=b"0000000\0")),
    "another size in the extended header": tar_of(pax(size=b"3"), A),
    "a size that is no number": tar_of(pax(size=b"4x"), A),
    "a size in octal that is none": tar_of(A, tar_member(b"b", b"", told=b"0o000000004\0")),
    "a negative size": tar_of(A, tar_member(b"b", b"", told=b"\xff" * 12)),
    "another name in the extended header": tar_of(A, pax(path=b"c"), B),
    "a name in the header for all": tar_of(pax(b"g", path=b"c"), A),
    "a size in the header for all": tar_of(pax(b"g", size=b"0"), A),
    "a long name that is another": tar_of(A, GNU_LONG, B),
    "a long name that goes on": tar_of(A, tar_member(b"x", b"b\0/../c", b"L"), B),
    "two extended headers": tar_of(pax(mtime=b"1"), pax(mtime=b"2"), A),
    "extended headers of two kinds": tar_of(GNU_LONG, pax(size=b"4"), tar_member(b"n" * 100, b"text")),
    "an extended header before nothing": tar_of(A, pax(mtime=b"1")),
    "broken records": tar_of(tar_member(b"x", b"99 path=b\n", b"x"), A),
    "a record twice": tar_of(tar_member(b"x", b"10 path=a\n10 path=a\n", b"x"), A),
    "a long extended header": tar_of(tar_member(b"x", bytes(2 << 20), b"x"), A),
    "no kind of tar": tar_of(tar_member(b"a", b"text", magic=b"ustar\x0099")),
    "a prefix that is none": tar_of(tar_member(b"a", b"text", magic=b"ustar  \0", prefix=b"folder")),
    "bytes behind the last field": tar_of(tar_member(b"a", b"text", rest=b"x")),
    "an unknown type": tar_of(A, tar_member(b"b", b"other", b"Z")),
    "a name twice": tar_of(A, tar_member(b"a", b"other")),
    "a name twice but for case": tar_of(A, tar_member(b"A", b"other")),
    "a file that is a folder": tar_of(A, tar_member(b"a/b", b"other")),
    "no name": tar_of(A, tar_member(b"", b"other")),
    "a control character": tar_of(A, tar_member(b"b\x1b[2J", b"other")),
    "a backslash": tar_of(A, tar_member(b"b\\c", b"other")),
    "a folder with content": tar_of(A, tar_member(b"b", b"other", b"5")),
    "a file with a folder's name": tar_of(A, tar_member(b"b/", b"other")),
    "a body that breaks off": (A + tar_member(b"b", b"other" * 500))[:-1000],
    "an end within a block": tar_of(A, end=bytes(100)),
    "half a block behind the end": tar_of(A) + bytes(99) + b"x",
}  # fmt: skip


@pytest.mark.parametrize("case", INCONSISTENT)
def test_what_two_readers_could_read_differently_is_refused_and_looked_at(case: str) -> None:
    seen = look(INCONSISTENT[case], scan)
    assert seen.rules == ["archive.inconsistent"]
    if "another size" not in case:
        assert b"text" in [content for _, content in seen.members]


@pytest.mark.parametrize("case", ["an archive behind the end", "a member behind one empty block"])
def test_what_only_some_readers_see_is_looked_at(case: str) -> None:
    assert look(INCONSISTENT[case], scan).inside == {"a": b"text", "b": b"other"}


@pytest.mark.parametrize("name", [b"../x", b"a/../../x", b"/etc/passwd", b"C:\\x", b"C:/x", b"..\\x"])
def test_names_that_lead_elsewhere_are_refused(name: bytes) -> None:
    assert look(tar_of(B, tar_member(name, b"other")), scan).rules == ["archive.path-traversal"]
    extended = look(tar_of(B, pax(path=name), tar_member(name, b"other")), scan)
    assert extended.rules == ["archive.path-traversal"]


def test_a_short_name_that_leads_elsewhere_under_a_long_one_is_refused() -> None:
    name = b"x" * 200
    assert "archive.path-traversal" in look(tar_of(pax(path=name), tar_member(b"../x", b"text")), scan).rules


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"6"])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    seen = look(tar_of(tar_member(b"b", kind=kind, link=b"/etc/passwd"), A), scan)
    assert (seen.rules, seen.inside) == (["archive.link"], {"a": b"text"})


def test_the_rights_of_the_owner_are_refused() -> None:
    assert look(tar_of(tar_member(b"a", b"text", mode=b"0004755\0")), scan).rules == ["archive.link"]


@pytest.mark.parametrize(
    "data",
    [
        tar_of(pax(GNU__sparse__major=b"1", GNU__sparse__minor=b"0"), A),
        tar_of(tar_member(b"a", b"text", b"S", magic=b"ustar  \0")),
    ],
)
def test_sparse_files_are_not_passed(data: bytes) -> None:
    seen = look(data, scan)
    assert (seen.rules, seen.outcome) == (["archive.unsupported"], "INCONCLUSIVE")
    assert seen.inside == {"a": b"text"}


def test_the_number_of_members_is_limited() -> None:
    data = tar_of(*(tar_member(b"%d" % index) for index in range(50)))
    assert look(data, scan, limits=Limits(members=49)).rules == ["scan.budget"]


def test_what_is_no_tar_is_malformed() -> None:
    assert look(b"x" * 1024, scan).rules == ["file.malformed"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.integers(0, 3000), st.binary(max_size=6))
def test_no_bytes_make_it_fail(data: bytes, at: int, change: bytes) -> None:
    sound = tar_of(A, pax(path=b"b", mtime=b"1"), B, GNU_LONG, tar_member(b"n" * 100, b"x"))
    for archive in (data, tar_of(A) + data, tar_header(data[:100], 4) + data, sound[:at] + change + sound[at:]):
        assert "scan.internal-error" not in look(archive, scan).rules


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 3), st.integers(0, 511), st.sampled_from([b"\0", b"5", b"L", b"x", b"\xff", b" ", b"a/", b"-"]))
def test_what_passes_after_a_change_reads_the_same_for_python(which: int, at: int, change: bytes) -> None:
    """A field of a header is changed, and its checksum put right."""
    pieces = [A, tar_member(b"folder/", kind=b"5"), tar_member(b"folder/x", b"x" * 600, magic=b"ustar  \0"), B]
    block = bytearray(pieces[which])
    block[at : at + len(change)] = change
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    pieces[which] = bytes(block)
    data = tar_of(*pieces)
    seen = look(data, scan)
    if seen.outcome == "PASS":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            content = [file.read() for item in archive if (file := archive.extractfile(item)) is not None]
        assert content == [body for _, body in seen.members]


def test_numbers_that_some_readers_stop_at_are_refused() -> None:
    for field in ("mode", "uid", "gid", "mtime"):
        data = tar_of(tar_member(b"a", b"text", **{field: b"000x000\0"}), B)
        assert look(data, scan).rules == ["archive.inconsistent"]


def test_no_changed_byte_of_a_header_changes_what_is_read_without_a_finding() -> None:
    sound = tar_of(A, B)
    for at in (*range(512), *range(1024, 1536)):
        for bit in (0, 3, 7):
            changed = bytearray(sound)
            changed[at] ^= 1 << bit
            seen = look(bytes(changed), scan)
            assert seen.outcome != "PASS" or seen.inside == {"a": b"text", "b": b"other"}, at
