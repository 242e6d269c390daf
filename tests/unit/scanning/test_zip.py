"""Zip archives: what ordinary writers make passes, and whatever two readers could read differently does not."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.scanning.archives.zip import Zip, open_member, open_zip
from attest.scanning.budget import Limits
from attest.scanning.part import Part
from tests.unit.scanning.archive_parts import Item, Seen, deflate, end_record, look, names, zip_of
from tests.unit.scanning.scans import rules, scan_bytes

MIB = 1 << 20


def scan(part: Part) -> None:
    archive = open_zip(part)
    for member in archive.members:
        if not member.directory:
            try:
                source = open_member(part, archive, member)
            except DocumentError:
                continue
            part.inside(member.name, source)


def looked(data: bytes, limits: Limits | None = None) -> Seen:
    return look(data, scan, limits=limits)


def opened(data: bytes) -> tuple[Seen, Zip]:
    found: list[Zip] = []
    seen = look(data, lambda part: found.append(open_zip(part)))
    return seen, found[0]


def written(make: Callable[[zipfile.ZipFile], None], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        make(archive)
    return out.getvalue()


def extra(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def zip64(data: bytes, *, entries: int, offset: int, size: int, end: bytes | None = None) -> bytes:
    """An archive up to its directory, with both kinds of end record behind it."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, offset)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(data), 1)
    return data + record + locator + (end or end_record(entries, size, offset))


def without_end(data: bytes) -> tuple[bytes, int, int, int]:
    """An archive without its end record, and entries, size and offset of its directory."""
    count, size, offset = struct.unpack("<H2I", data[-12:-2])
    return data[:-22], count, size, offset


# What ordinary writers make.


class Pipe(io.RawIOBase):
    """A file that only goes forward."""

    def __init__(self) -> None:
        self.out = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.out += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archives_of_python_pass(method: int) -> None:
    def make(archive: zipfile.ZipFile) -> None:
        archive.mkdir("folder")
        archive.writestr("folder/ä.txt", "text" * 100)
        archive.writestr("w:0.npy", b"")
        with archive.open("wide.npy", "w", force_zip64=True) as member:
            member.write(b"x" * 1000)

    seen = looked(written(make, method))
    assert seen.rules == []
    assert seen.inside == {"folder/ä.txt": b"text" * 100, "w:0.npy": b"", "wide.npy": b"x" * 1000}


@pytest.mark.parametrize("wide", [False, True])
def test_archives_that_python_writes_to_a_pipe_pass(wide: bool) -> None:
    pipe = Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w", force_zip64=wide) as member,
    ):
        member.write(b"x" * 1000)
    seen = looked(bytes(pipe.out))
    assert (seen.rules, seen.inside) == ([], {"a": b"x" * 1000})


@pytest.mark.parametrize("options", [[], ["-0"], ["-9"], ["-fd"], ["-fz"], ["-D"]])
def test_archives_of_info_zip_pass(tmp_path: Path, options: list[str]) -> None:
    program = shutil.which("zip")
    if program is None:
        pytest.skip("there is no zip program")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("text" * 1000)
    (folder / "ä").write_text("")
    (folder / "empty").write_text("")
    subprocess.run([program, "-q", "-r", *options, "out.zip", "folder"], cwd=tmp_path, check=True, timeout=30)
    seen = looked((tmp_path / "out.zip").read_bytes())
    assert seen.rules == []
    assert len(seen.inside) == 3
    assert seen.inside["folder/a.txt"] == b"text" * 1000


def test_an_archive_as_torch_writes_it_passes() -> None:
    data = b"tensor" * 10
    descriptor = struct.pack("<4sI2Q", b"PK\7\x08", zlib.crc32(data), len(data), len(data))
    archive = zip_of(
        Item(b"m/data.pkl", b"N.", flags=0x808, local_extra=extra(0x4246, b"Z" * 30)),
        Item(b"m/data/0", data, flags=0x808, local_extra=extra(1, struct.pack("<2Q", 60, 60)), descriptor=descriptor),
        Item(b"m/data/1", b"", flags=0x800),
    )
    start, count, size, offset = without_end(archive)
    seen = looked(zip64(start, entries=count, offset=offset, size=size))
    assert seen.rules == []
    assert seen.inside["m/data/0"] == data


def test_the_place_of_a_large_archives_header_may_stand_in_the_local_field() -> None:
    item = Item(b"a", b"text", flags=0x808, local_extra=extra(1, (0).to_bytes(8, "little")))
    assert looked(zip_of(item)).rules == []


def test_an_archive_as_go_writes_large_ones_passes() -> None:
    wide = extra(1, struct.pack("<3Q", 4, 4, 0))
    data = bytearray(zip_of(Item(b"a", b"text", flags=8, extra=wide)))
    entry = data.find(b"PK\1\2")
    data[entry + 20 : entry + 28] = b"\xff" * 8
    assert looked(bytes(data)).rules == []


@pytest.mark.parametrize(
    "fields",
    [
        extra(0x5455, b"\3" + bytes(8)) + extra(0x7875, b"\1\4" + bytes(9)),
        extra(0xCAFE, b""),
        extra(0x000A, bytes(32)),
        extra(0xD935, bytes(6)),
        bytes(3),
        bytes(40),
    ],
)
def test_extra_fields_without_a_meaning_for_the_content_pass(fields: bytes) -> None:
    assert looked(zip_of(Item(b"a", b"text", extra=fields, local_extra=fields))).rules == []


def test_folders_modes_and_one_line_of_comment_pass() -> None:
    archive = zip_of(
        Item(b"a/", attributes=0o42755 << 16 | 0x10),
        Item(b"b/", attributes=0o177777 << 16),
        Item(b"a/x", b"text", attributes=0o100755 << 16, comment=b"weights"),
        Item(b"c/", packed=deflate(b""), method=8),
        comment="Größe".encode(),
    )
    assert looked(archive).rules == []


def test_an_archive_inside_an_archive_passes() -> None:
    inner = zip_of(Item(b"x", b"text"))
    seen = looked(zip_of(Item(b"inner.zip", inner)))
    assert (seen.rules, seen.inside) == ([], {"inner.zip": inner})


def test_an_empty_archive_passes() -> None:
    seen, archive = opened(zip_of())
    assert (seen.rules, archive.members, archive.sound) == ([], (), True)


def test_a_member_is_described_with_its_places() -> None:
    data = zip_of(Item(b"first", b"1"), Item(b"second", b"text" * 9, method=8))
    seen, archive = opened(data)
    member = archive.by_name["second"]
    assert (seen.rules, archive.sound, names(archive.members)) == ([], True, ["first", "second"])
    assert (member.method, member.size, member.crc) == (8, 36, zlib.crc32(b"text" * 9))
    assert zlib.decompress(data[member.data : member.data + member.packed], -15) == b"text" * 9
    assert data[member.header : member.header + 4] == b"PK\3\4"


# What is refused. Each archive below is sound but for one thing.

PLAIN = Item(b"a", b"text")
UNICODE_PATH = extra(0x7075, b"\1" + zlib.crc32(b"a").to_bytes(4, "little") + b"b")
INCONSISTENT: dict[str, bytes] = {
    "something before": zip_of(PLAIN, prefix=b"#!/bin/sh\n"),
    "something behind": zip_of(PLAIN, tail=b"\0"),
    "zeros behind": zip_of(PLAIN, tail=bytes(512)),
    "two archives": zip_of(PLAIN) + zip_of(Item(b"b", b"other")),
    "two archives, the second counted from the start": zip_of(PLAIN) + zip_of(Item(b"b", b"x"), prefix=b""),
    "an archive as the comment": zip_of(PLAIN, comment=zip_of(Item(b"b", b"other"))),
    "a binary comment": zip_of(PLAIN, comment=b"\x80\4N."),
    "lines of comment": zip_of(PLAIN, comment=b"cos\nsystem\n"),
    "lines of comment on a member": zip_of(Item(b"a", b"text", comment=b"cos\nsystem\n")),
    "a comment that is cut off": zip_of(PLAIN, comment=b"text")[:-1],
    "a second end record": zip_of(PLAIN) + end_record(0, 0, 0),
    "bytes before the directory": zip_of(PLAIN, Item(b"", listed=False, present=False, before=b"text")),
    "bytes behind the directory": zip_of(PLAIN, before_end=b"text"),
    "bytes between members": zip_of(PLAIN, Item(b"b", b"x", before=b"0123")),
    "a member that is not listed": zip_of(PLAIN, Item(b"b", b"x", listed=False), Item(b"c", b"x")),
    "a listed member that is not there": zip_of(PLAIN, Item(b"b", present=False)),
    "two entries for one member": zip_of(PLAIN, Item(b"b", b"text", present=False, header=0)),
    "a name twice": zip_of(PLAIN, Item(b"a", b"other")),
    "a name twice but for case": zip_of(Item(b"m/data.pkl"), Item(b"m/Data.pkl")),
    "a name twice but for dots": zip_of(Item(b"m/x"), Item(b"m/./x")),
    "a file that is a folder": zip_of(Item(b"m"), Item(b"m/x")),
    "another name": zip_of(Item(b"a", b"text", local_name=b"b")),
    "another length of name": zip_of(Item(b"a", b"text", local_name=b"")),
    "no name": zip_of(Item(b"", b"text")),
    "a name with NUL": zip_of(Item(b"data.pkl\0.txt", b"text")),
    "a name with a control character": zip_of(Item(b"a\x1b[2J", b"text")),
    "a backslash": zip_of(Item(b"a\\b", b"text")),
    "a name that is not UTF-8": zip_of(Item(b"\xff", b"text", flags=0x800)),
    "a long name": zip_of(Item(b"a" * 5000, b"text")),
    "another Unicode path": zip_of(Item(b"a", b"text", extra=UNICODE_PATH)),
    "another Unicode path in front": zip_of(Item(b"a", b"text", local_extra=UNICODE_PATH)),
    "flags for patches": zip_of(Item(b"a", b"text", flags=0x20)),
    "flags that only the header has": zip_of(Item(b"a", b"text", local_flags=1)),
    "flags that only the directory has": zip_of(Item(b"a", b"text", flags=0x800, local_flags=0)),
    "another method in front": zip_of(Item(b"a", b"text", local_method=8)),
    "another method behind": zip_of(Item(b"a", b"text", method=8, local_method=0)),
    "another size in front": zip_of(Item(b"a", b"text", local_sizes=(5, 4))),
    "another packed size in front": zip_of(Item(b"a", b"text" * 20, method=8, local_sizes=(80, 4))),
    "another checksum in front": zip_of(Item(b"a", b"text", local_crc=7)),
    "sizes of zero without a descriptor": zip_of(Item(b"a", b"text", local_sizes=(0, 0), local_crc=0)),
    "no descriptor": zip_of(Item(b"a", b"text", flags=8, descriptor=b"")),
    "a wrong descriptor": zip_of(Item(b"a", b"text", flags=8, descriptor=b"PK\7\x08" + bytes(12))),
    "a descriptor without a flag": zip_of(Item(b"a", b"text", descriptor=b"PK\7\x08" + bytes(12))),
    "a long descriptor": zip_of(Item(b"a", b"text", flags=8, descriptor=bytes(25))),
    "two sizes of stored bytes": zip_of(Item(b"a", b"text", size=3)),
    "a folder with content": zip_of(Item(b"a/", b"text")),
    "a folder with packed content": zip_of(Item(b"a/", b"text", method=8, size=0)),
    "a folder with a checksum": zip_of(Item(b"a/", crc=1)),
    "a member for a reader of the future": zip_of(PLAIN).replace(b"PK\1\2\x1e\3\x14", b"PK\1\2\x1e\3\x40"),
    "a folder by its mode": zip_of(Item(b"a", b"text", attributes=0o40755 << 16)),
    "a folder by its attribute": zip_of(Item(b"a", b"text", attributes=0x10)),
    "an unknown extra field": zip_of(Item(b"a", b"text", extra=extra(0x756E, bytes(14)))),
    "an extra field twice": zip_of(Item(b"a", b"text", extra=extra(0xCAFE, b"") * 2)),
    "a broken extra field": zip_of(Item(b"a", b"text", extra=b"\xfe\xca\x09\0")),
    "something behind padding": zip_of(Item(b"a", b"text", local_extra=bytes(8) + b"x")),
    "other wide sizes": zip_of(Item(b"a", b"text", extra=extra(1, struct.pack("<2Q", 4, 5)))),
    "other wide sizes in front": zip_of(Item(b"a", b"text", local_extra=extra(1, struct.pack("<2Q", 4, 5)))),
    "other wide sizes beside a descriptor": zip_of(
        Item(b"a", b"text", flags=8, local_extra=extra(1, struct.pack("<2Q", 9, 4)))
    ),
    "bytes behind the packed ones": zip_of(Item(b"a", b"text", method=8, packed=deflate(b"text") + b"more")),
    "packed bytes that break off": zip_of(Item(b"a", b"text" * 99, method=8, packed=deflate(b"text" * 99)[:-2])),
    "packed bytes that are none": zip_of(Item(b"a", b"text", method=8, packed=b"\xff\xff\xff")),
    "a size that is too small": zip_of(Item(b"a", b"text" * 9, method=8, size=4)),
    "a size that is too large": zip_of(Item(b"a", b"text" * 9, method=8, size=40)),
}  # fmt: skip


@pytest.mark.parametrize("case", INCONSISTENT)
def test_what_two_readers_could_read_differently_is_refused(case: str) -> None:
    seen = looked(INCONSISTENT[case])
    assert "archive.inconsistent" in seen.rules
    assert seen.outcome == "BLOCK"


@pytest.mark.parametrize("case", sorted(set(INCONSISTENT) - {"packed bytes that are none"} - {
    case for case in INCONSISTENT if "name" in case or "folder" in case or "backslash" in case
}))  # fmt: skip
def test_what_it_holds_is_looked_at_all_the_same(case: str) -> None:
    assert any(b"text" in content for _, content in looked(INCONSISTENT[case]).members)


@pytest.mark.parametrize(
    ("data", "other"),
    [
        (zip_of(PLAIN) + zip_of(Item(b"b", b"other")), b"other"),
        (zip_of(PLAIN, comment=zip_of(Item(b"b", b"other"))), b"other"),
        (zip_of(PLAIN, Item(b"b", b"other", listed=False)), b"other"),
        (zip_of(PLAIN, Item(b"b", b"other", flags=8, listed=False)), b"other"),
        (zip_of(PLAIN, Item(b"b", b"other", method=8, flags=8, listed=False)), b"other"),
        (zip_of(PLAIN, prefix=zip_of(Item(b"b", b"other"))), b"other"),
        (zip_of(Item(b"a", deflate(b"other"), local_method=8, local_sizes=(5, len(deflate(b"other"))))), b"other"),
        (zip_of(PLAIN, Item(b"b", b"other"))[:-30], b"other"),
    ],
)
def test_members_that_only_some_readers_see_are_looked_at(data: bytes, other: bytes) -> None:
    seen = looked(data)
    assert seen.outcome == "BLOCK"
    assert any(content.startswith(other) for _, content in seen.members)


def test_a_name_that_only_the_header_has_is_known() -> None:
    seen, archive = opened(zip_of(Item(b"notes.txt", b"text", local_name=b"m/data.pkl")))
    assert not archive.sound
    assert set(archive.by_name) == {"notes.txt", "m/data.pkl"}
    assert seen.rules == ["archive.inconsistent"]


@pytest.mark.parametrize(
    "name",
    [
        b"../x",
        b"a/../../x",
        b"/etc/passwd",
        b"C:/x",
        b"C:x.dll",
        b"..\\x",
        b"a\\..\\x",
        b"\\\\host\\x",
        b"a/.. /x",
        b"...",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: bytes) -> None:
    assert looked(zip_of(Item(name, b"text"))).rules == ["archive.path-traversal"]


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010644, 0o140755, 0o104755, 0o102755])
def test_links_devices_and_rights_of_others_are_refused(mode: int) -> None:
    assert looked(zip_of(Item(b"a", b"text", attributes=mode << 16))).rules == ["archive.link"]


@pytest.mark.parametrize(
    "item",
    [
        Item(b"a", b"text", flags=0x01),
        Item(b"a", b"text", flags=0x41),
        Item(b"a", b"text", flags=0x2000),
        Item(b"a", b"text", method=99),
        Item(b"a", b"text", extra=extra(0x9901, bytes(7))),
        Item(b"a", b"text", extra=extra(0x0017, bytes(8))),
    ],
)
def test_encrypted_members_are_refused(item: Item) -> None:
    """CVE-2025-1945: one bit of the flags made a scanner give up, and torch does not look at it."""
    seen = looked(zip_of(item))
    assert (seen.rules, seen.outcome) == (["archive.encrypted"], "BLOCK")


@pytest.mark.parametrize("method", [1, 6, 9, 12, 14, 93, 95])
def test_members_packed_in_another_way_are_not_passed(method: int) -> None:
    seen = looked(zip_of(Item(b"a", b"text", method=method), Item(b"b", b"other")))
    assert (seen.rules, seen.outcome) == (["archive.unsupported"], "INCONCLUSIVE")
    assert seen.inside == {"b": b"other"}


@pytest.mark.parametrize("method", [0, 8])
def test_a_wrong_checksum_is_refused_and_the_content_looked_at(method: int) -> None:
    """CVE-2025-10156: a wrong checksum made a scanner give up, and torch goes on."""
    seen = looked(zip_of(Item(b"a", b"text", method=method, crc=1)))
    assert (seen.rules, seen.inside) == (["archive.crc"], {"a": b"text"})


def test_a_name_that_differs_from_the_directorys_is_refused_and_the_content_looked_at() -> None:
    """CVE-2025-1944: the scanner went by one name, torch by the other."""
    seen = looked(zip_of(Item(b"m/data.pkx", b"cos\nsystem\n.", local_name=b"m/data.pkl")))
    assert (seen.rules, set(seen.inside)) == (["archive.inconsistent"], {"m/data.pkx", "m/data.pkl"})


# The end records.


@pytest.mark.parametrize(
    "end",
    [
        end_record(1, 47, 0),
        end_record(2, 47, 34),
        end_record(0, 0, 0),
        end_record(1, 0xFFFF_FFFF, 34),
        struct.pack("<4s4H2IH", b"PK\5\6", 1, 0, 1, 1, 47, 35, 0),
        struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 1, 47, 35, 0),
    ],
)
def test_an_end_record_that_does_not_fit_is_refused_and_the_member_found(end: bytes) -> None:
    start, *_ = without_end(zip_of(PLAIN))
    seen = looked(start + end)
    assert "archive.inconsistent" in seen.rules
    assert ("a", b"text") in seen.members


def test_two_end_records_that_disagree_are_refused() -> None:
    start, count, size, offset = without_end(zip_of(PLAIN, Item(b"b", b"other")))
    good = zip64(start, entries=count, offset=offset, size=size)
    assert looked(good).rules == []
    for end in (end_record(1, size, offset), end_record(count, size, offset - 1)):
        bad = zip64(start, entries=count, offset=offset, size=size, end=end)
        assert looked(bad).rules == ["archive.inconsistent"]


def test_a_zip64_end_record_elsewhere_is_refused() -> None:
    start, count, size, offset = without_end(zip_of(PLAIN))
    data = zip64(start, entries=count, offset=offset, size=size)
    at = data.rfind(b"PK\6\7")
    assert looked(data[: at + 8] + (5).to_bytes(8, "little") + data[at + 16 :]).rules == ["archive.inconsistent"]
    assert looked(data[:at] + bytes(4) + data[at:]).outcome == "BLOCK"


def test_an_end_record_within_the_end_record_is_refused() -> None:
    """Searching backward, a reader may take the number of the directory's place for a mark."""
    data = zip_of(PLAIN)
    assert looked(data[:-6] + b"PK\5\6" + b"\0\0").outcome == "BLOCK"


def test_an_archive_behind_something_known_passes_only_when_that_is_said() -> None:
    prefix = b"\x1c\0\0\0TFL3" + bytes(100)
    for data in (zip_of(PLAIN, prefix=prefix), prefix + zip_of(PLAIN)):
        assert looked(data).outcome == "BLOCK"
    found: list[Zip] = []
    data = zip_of(PLAIN, prefix=prefix)
    seen = look(data, lambda part: found.append(open_zip(part, embedded=True)))
    assert (seen.rules, found[0].sound, names(found[0].members)) == ([], True, ["a"])


def test_nothing_that_can_be_listed_is_an_error() -> None:
    seen = looked(b"PK\3\4" + bytes(10))
    assert seen.outcome == "BLOCK"
    assert "file.malformed" in seen.rules


# Bombs and limits.


def test_a_member_that_unpacks_to_far_too_much_is_a_bomb() -> None:
    bomb = deflate(bytes(70 * MIB))
    seen = looked(zip_of(Item(b"a", packed=bomb, method=8, size=70 * MIB, crc=0)))
    assert "archive.bomb" in seen.rules


def test_what_all_members_unpack_to_is_limited() -> None:
    pack = deflate(bytes(2 * MIB))
    items = [Item(b"%d" % index, packed=pack, method=8, size=2 * MIB, crc=0) for index in range(5)]
    data = zip_of(*items)
    seen = looked(data, limits=Limits(unpacked=5 * MIB))
    assert {"archive.bomb", "scan.budget"} <= set(seen.rules)


def test_overlapping_members_are_refused() -> None:
    """One body for many members, as in the zip bombs of David Fifield."""
    items = [Item(b"%d" % index, b"text", present=False, header=0) for index in range(20)]
    assert looked(zip_of(Item(b"a", b"text"), *items)).outcome == "BLOCK"


def test_the_number_of_members_and_the_length_of_names_are_limited() -> None:
    data = zip_of(*(Item(b"%d" % index) for index in range(50)))
    assert looked(data, limits=Limits(members=49)).rules == ["scan.budget"]
    assert looked(data, limits=Limits(names=60)).rules == ["scan.budget"]


def test_tensors_are_not_read_when_nobody_asks() -> None:
    data = zip_of(Item(b"stored", b"s" * MIB, crc=1), Item(b"deflated", b"d" * 4 * MIB, method=8))
    reads: list[int] = []

    def lazy(part: Part) -> None:
        archive = open_zip(part)
        before = part.budget.unpacked
        sources = [open_member(part, archive, member, verify=False) for member in archive.members]
        reads.append(before - part.budget.unpacked)
        assert [source.size for source in sources] == [MIB, 4 * MIB]
        assert sources[1].read(10, 4) == b"dddd"
        reads.append(before - part.budget.unpacked)
        assert sources[1].read(4 * MIB - 2, 2) == b"dd"

    seen = look(data, lazy)
    assert seen.rules == []
    assert reads[0] == 0
    assert 0 < reads[1] <= MIB


def test_a_large_archive_is_listed_by_small_ranges() -> None:
    """A torch archive of two gigabytes: only headers, descriptors and the directory are read."""
    size, count = 20 << 20, 100
    image: dict[int, bytes] = {}
    directory, position = b"", 0
    for index in range(count):
        name = b"m/data/%d" % index
        head = struct.pack("<4s5H3I2H", b"PK\3\4", 0, 0x808, 0, 0, 0, 0, 0, 0, len(name), 0) + name
        image[position] = head
        image[position + len(head) + size] = struct.pack("<4s3I", b"PK\7\x08", 5, size, size)
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 0, 0, 0x808, 0, 0, 0, 5, size, size, len(name), 0, 0, 0, 0, 0, position
        ) + name  # fmt: skip
        position += len(head) + size + 16
    image[position] = directory + end_record(count, len(directory), position)
    total = position + len(image[position])
    read = [0]

    def read_at(offset: int, length: int) -> bytes:
        read[0] += length
        out = bytearray(length)
        for begin, data in image.items():
            low, high = max(begin, offset), min(begin + len(data), offset + length)
            if low < high:
                out[low - offset : high - offset] = data[low - begin : high - begin]
        return bytes(out)

    from attest.formats.source import Source

    found: list[Zip] = []
    seen = look(b"", lambda part: None)
    seen.part.source = Source("big.pt", total, read_at, max_bytes=1 << 62, max_reads=1 << 62)
    seen.part.attempt(lambda part: found.append(open_zip(part)))
    assert seen.rules == []
    assert (len(found[0].members), found[0].sound) == (count, True)
    assert read[0] < 2 * MIB


# Whatever the bytes.


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=4))
def test_no_bytes_make_it_fail(data: bytes, at: int, change: bytes) -> None:
    for archive in (data, b"PK\3\4" + data, data + end_record(1, 46, max(0, len(data) - 46))):
        assert "scan.internal-error" not in looked(archive).rules
    sound = zip_of(Item(b"a", b"text" * 9, method=8, flags=8), Item(b"b/c", b"other", extra=extra(0x5455, bytes(5))))
    changed = sound[:at] + change + sound[at + len(change) :]
    seen = looked(changed)
    assert "scan.internal-error" not in seen.rules


def test_no_changed_byte_changes_what_is_read_without_a_finding() -> None:
    """Every bit of a sound archive, turned: the archive is refused, or reads as before."""
    sound = zip_of(
        Item(b"a", b"text" * 9, method=8, flags=8), Item(b"b/c", b"other", local_extra=extra(0x5455, bytes(5)))
    )
    before = looked(sound)
    assert before.rules == []
    for at in range(len(sound)):
        for bit in range(8):
            changed = bytearray(sound)
            changed[at] ^= 1 << bit
            seen = looked(bytes(changed))
            if seen.outcome == "PASS":
                assert seen.inside == before.inside, (at, bit)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(st.sampled_from("abcxyz"), min_size=1, max_size=6), st.binary(max_size=2000), max_size=6),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_what_python_writes_is_read_back(content: dict[str, bytes], method: int) -> None:
    def make(archive: zipfile.ZipFile) -> None:
        for name, data in content.items():
            archive.writestr(name, data)

    seen = looked(written(make, method))
    assert (seen.rules, seen.inside) == ([], content)


MARKS = (b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\7\x08", bytes(4), b"\xff" * 4, b"\1\0\0\0")


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 500), st.integers(0, 60), st.sampled_from(MARKS) | st.binary(max_size=3), st.integers(0, 60))
def test_what_passes_after_a_change_reads_the_same_for_python(at: int, gone: int, put: bytes, copied: int) -> None:
    sound = zip_of(
        Item(b"a", b"text" * 9, method=8, flags=8),
        Item(b"b/", attributes=0o40755 << 16),
        Item(b"b/c", b"other", local_extra=extra(0x4246, bytes(9))),
    )
    changed = sound[:at] + put + sound[at + gone :] + sound[len(sound) - copied :]
    seen = looked(changed)
    if seen.outcome == "PASS":
        with zipfile.ZipFile(io.BytesIO(changed)) as archive:
            content = [(item.filename, archive.read(item)) for item in archive.infolist() if not item.is_dir()]
        assert content == seen.members


def test_archives_in_archives_end_at_a_depth() -> None:
    data = zip_of(Item(b"notes.txt", b"text"))
    for _ in range(7):
        data = zip_of(Item(b"inner.zip", data, method=8))
    assert scan_bytes("model.zip", data).outcome == "PASS"
    for _ in range(4):
        data = zip_of(Item(b"inner.zip", data, method=8))
    assert rules(scan_bytes("model.zip", data)) == ["scan.budget"]


def test_what_stands_before_a_fault_in_a_packed_member_is_looked_at() -> None:
    packed = bytearray(deflate(bytes(range(256)) * 40))
    good = zlib.decompressobj(-15).decompress(bytes(packed[:-20]))
    packed[-15:] = b"\xff" * 15
    seen = looked(zip_of(Item(b"a", bytes(range(256)) * 40, method=8, packed=bytes(packed))))
    assert seen.outcome == "BLOCK"
    assert seen.inside["a"].startswith(good[:200])


def test_a_source_outlives_the_call(tmp_path: Path) -> None:
    """What is large lies in an unnamed file, which goes with the last reference."""
    from attest.scanning.archives.spool import IN_MEMORY, Spool

    spool = Spool()
    for index in range(10):
        spool.write(bytes([index]) * MIB)
    assert spool.size > IN_MEMORY
    source = spool.source("big")
    spool_file: BinaryIO | None = spool._file
    assert spool_file is not None
    del spool
    assert source.read(3 * MIB - 1, 2) == b"\2\3"
    assert source.read(10 * MIB - 1, 1) == b"\t"
    assert not spool_file.closed
    del source
    assert spool_file.closed
