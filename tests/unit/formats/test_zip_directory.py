"""The directory of zip archives: what every reader sees is read, and where readers differ it is said."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.formats.zip_directory import Archive, Member, open_member, read_archive, read_member
from attest.formats.zip_facts import read as read_facts

MEMBERS = {"a/one": b"1" * 100, "a/two": b"", "a/é": bytes(range(256)) * 40}


def archive(members: dict[str, bytes] | None = None, method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.comment = comment
        for name, data in (MEMBERS if members is None else members).items():
            made.writestr(name, data)
    return out.getvalue()


class Unseekable(io.RawIOBase):
    """A stream to write to, so that zipfile puts sizes behind the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: object) -> int:
        self.data += bytes(block)  # type: ignore[call-overload]
        return len(bytes(block))  # type: ignore[call-overload]


def of(data: bytes) -> Archive:
    return read_archive(Source.of_bytes("x.zip", data))


def member(name: str, data: bytes = b"x", /, **changes: int) -> tuple[bytes, bytes]:
    """A member's own header with its bytes, and its entry in the directory; `changes` go to the entry alone."""
    raw, crc = name.encode(), zlib.crc32(data)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0, crc, len(data), len(data), len(raw), 0) + raw + data
    values = {"flags": 0x800, "method": 0, "crc": crc, "packed": len(data), "size": len(data), "made": 20, "mode": 0}
    values |= {"at": 0, "disk": 0} | changes
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", values["made"], 20, values["flags"], values["method"], 0, 0, values["crc"],
        values["packed"], values["size"], len(raw), 0, 0, values["disk"], 0, values["mode"], values["at"],
    )  # fmt: skip
    return local, entry + raw


def put_together(locals_: bytes, entries: list[bytes], tail: bytes = b"") -> bytes:
    directory = b"".join(entries)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(locals_), 0)
    return locals_ + directory + end + tail


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"a comment", b"PK\5" * 100])
def test_members_are_those_of_zipfile(method: int, comment: bytes) -> None:
    data = archive(method=method, comment=comment)
    found = of(data)
    assert found.problems == ()
    assert [item.name for item in found.members] == list(MEMBERS)
    for item in found.members:
        assert read_member(found.source, item, 1 << 20) == MEMBERS[item.name]
        inside, begin = open_member(found.source, item, 1 << 20)
        assert inside.read(0, inside.size) == MEMBERS[item.name]
        assert begin == (-1 if method else item.data)
        if not method:
            assert data[item.data : item.data + item.size] == MEMBERS[item.name]


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_sizes_behind_the_data_are_compared(zip64: bool, method: int) -> None:
    out = Unseekable()
    with zipfile.ZipFile(out, "w", method) as made, made.open("a", "w", force_zip64=zip64) as file:
        file.write(b"data" * 10)
    found = of(bytes(out.data))
    assert (found.problems, read_member(found.source, found.members[0], 40)) == ((), b"data" * 10)
    out.data[out.data.index(b"PK\x07\x08") + 5] ^= 1
    assert of(bytes(out.data)).problems[0].endswith("belong to no member of the directory")


def test_sizes_of_64_bits() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open("a", "w", force_zip64=True) as file:
        file.write(b"data")
    found = of(out.getvalue())
    assert (found.problems, found.members[0].size) == ((), 4)
    # The directory may say them in 64 bits as well.
    local, entry = member("a", b"data", packed=0xFFFF_FFFF, size=0xFFFF_FFFF)
    extra = struct.pack("<2H2Q", 1, 16, 4, 4)
    entry = entry[:30] + struct.pack("<H", len(extra)) + entry[32:] + extra
    found = of(put_together(local, [entry]))
    assert (found.problems, found.members[0].size, found.members[0].packed) == ((), 4, 4)
    short = entry[:-20] + struct.pack("<2HQ", 1, 8, 4)
    with pytest.raises(DocumentError, match="lacks its size"):
        of(put_together(local, [short[:30] + struct.pack("<H", 12) + short[32:]]))


def with_zip64(count: int = 0xFFFF, **changes: int) -> bytes:
    """An archive with both end records: `count` is what the short one says, and `changes` go to the long one."""
    local, entry = member("a")
    values = {"members": 1, "size": len(entry), "offset": len(local), "length": 44, "at": len(local) + len(entry)}
    values |= changes
    return (
        local
        + entry
        + struct.pack("<4sQ2H2I", b"PK\6\6", values["length"], 45, 45, 0, 0)
        + struct.pack("<4Q", values["members"], values["members"], values["size"], values["offset"])
        + struct.pack("<4sIQI", b"PK\6\7", 0, values["at"], 1)
        + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, 0xFFFF_FFFF, 0xFFFF_FFFF, 0)
    )


def test_an_end_record_of_64_bits() -> None:
    for count in (1, 0xFFFF):
        assert [item.name for item in of(with_zip64(count)).members] == ["a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (with_zip64(2), "two end records of the archive disagree"),
        (with_zip64(offset=0), "does not end where its end record begins"),
        (with_zip64(size=1 << 60), "does not end where its end record begins"),
        (with_zip64(at=1 << 40), "leads nowhere"),
        (with_zip64(at=0), "no zip64 end record where its locator leads"),
        (with_zip64(length=45), "no zip64 end record where its locator leads"),
        (with_zip64().replace(b"PK\6\6", b"PK\6\5"), "no zip64 end record where its locator leads"),
        (with_zip64().replace(b"PK\6\7", b"PK\6\5"), "does not end where its end record begins"),
        (with_zip64()[-22:], "another one that is not there"),
        (with_zip64(members=1 << 40), "claims 1099511627776 members"),
    ],
)
def test_refuses_an_end_record_of_64_bits(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        of(data)


def test_a_name_that_is_there_twice() -> None:
    first, entry = member("a")
    second, other = member("a", b"y", at=len(first))
    found = of(put_together(first + second, [entry, other]))
    assert found.problems == ("two members have the name 'a'",)
    assert [item.data for item in found.members] == [31, 63]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"flags": 0x801}, "encrypted"),
        ({"flags": 0x840}, "encrypted"),
        ({"method": 12}, "packed with method 12"),
        ({"method": 8}, "the header of member 'a' and the directory disagree"),
        ({"crc": 1}, "the header of member 'a' and the directory disagree"),
        ({"size": 2}, "the header of member 'a' and the directory disagree"),
        ({"made": 3 << 8, "mode": 0o120777 << 16}, "a link or a special file"),
    ],
)
def test_an_entry_that_says_something_else(changes: Any, problem: str) -> None:
    local, entry = member("a", **changes)
    assert any(problem in text for text in of(put_together(local, [entry])).problems)


def test_plain_files_and_folders_of_unix_are_fine() -> None:
    for mode in (0o100644, 0o040755, 0):
        local, entry = member("a", made=3 << 8, mode=mode << 16)
        assert of(put_together(local, [entry])).problems == ()


def test_another_name_in_the_own_header() -> None:
    local, entry = member("a")
    assert of(put_together(local.replace(b"ax", b"bx"), [entry])).problems == (
        "member 'a' has another name in its own header",
    )


@pytest.mark.parametrize("name", ["/a", "../a", "a/../b", "a\\b", "C:a", "a\0b", "a\nb"])
def test_names_that_lead_away(name: str) -> None:
    local, entry = member(name)
    assert "leads out of the archive or holds control characters" in of(put_together(local, [entry])).problems[0]


def test_a_name_that_is_no_text() -> None:
    local, entry = member("ab")
    data = put_together(local.replace(b"ab", b"\xff\xfe"), [entry.replace(b"ab", b"\xff\xfe")])
    assert "is not UTF-8 text" in of(data).problems[0]


def test_extra_fields() -> None:
    local, entry = member("a")

    def built(extra: bytes) -> tuple[str, ...]:
        return of(put_together(local, [entry[:30] + struct.pack("<H", len(extra)) + entry[32:] + extra])).problems

    assert built(struct.pack("<2H", 0x9999, 0)) == ()
    assert "a second name in an extra field" in built(struct.pack("<2H", 0x7075, 0))[0]
    assert "an extra field twice" in built(struct.pack("<2H", 9, 0) * 2)[0]
    assert "a broken extra field" in built(struct.pack("<2H", 9, 7))[0]


def test_bytes_that_no_member_has() -> None:
    local, entry = member("a")
    hidden, _ = member("hidden")
    for data in (put_together(local + hidden, [entry]), put_together(hidden + local, [member("a", at=len(hidden))[1]])):
        assert f"{len(hidden)} bytes at" in of(data).problems[0]
    assert "is not its comment" in of(put_together(local, [entry], b"more")).problems[0]
    assert "belong to no entry" in of(put_together(local, [entry + b"rest"])).problems[0]


def test_members_that_overlap() -> None:
    local, entry = member("a", b"x" * 60)
    inner, other = member("b", b"y" * 10, at=35)
    data = bytearray(put_together(local, [entry, other]))
    data[35 : 35 + len(inner)] = inner
    assert "member 'b' overlaps another one" in of(bytes(data)).problems


def alone(local: bytes, entry: bytes) -> bytes:
    return put_together(local, [entry])


REFUSED = {
    "nothing": (b"", "no end record"),
    "something else": (b"PK\3\4" + bytes(100), "no end record"),
    "cut off in the end record": (archive()[:-5], "no end record"),
    "something before it": (b"before" + archive(), "does not end where its end record begins"),
    "two archives in a row": (archive() + archive({"b": b""}), "does not end where its end record begins"),
    "parts": (alone(*member("a", disk=2)), "several parts"),
    "member outside": (alone(*member("a", at=1 << 30)), "past the members' end"),
    "member too long": (
        alone(*member("a", packed=99, size=99)),
        "leaves its place",
    ),
    "no header": (put_together(b"\0" * 40, [member("a")[1]]), "has no header"),
}


@pytest.mark.parametrize("fault", sorted(REFUSED))
def test_refuses(fault: str) -> None:
    data, message = REFUSED[fault]
    with pytest.raises(DocumentError, match=message):
        of(data)


def test_counts_that_the_directory_cannot_hold() -> None:
    local, entry = member("a")
    for count, message in ((2, "claims 2 members"), (0xFFFE, "claims 65534 members")):
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entry), len(local), 0)
        with pytest.raises(DocumentError, match=message):
            of(local + entry + end)
    with pytest.raises(DocumentError, match="entry 2 of the directory is not there"):
        of(put_together(local, [entry + b"x" * 50, b""]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flags": 1}, "is encrypted"),
        ({"method": 99}, "packed with method 99"),
        ({"size": 5}, "has 5 bytes; the limit is 4"),
        ({"packed": 1}, "stored, and yet its two sizes differ"),
        ({"crc": 0}, "does not have the checksum"),
        ({"method": 8}, "cannot be unpacked|does not unpack"),
    ],
)
def test_a_member_that_cannot_be_read(change: Any, message: str) -> None:
    data = b"PK" * 2
    item = Member("a", 0, 0, zlib.crc32(data), 4, 4, 0, 0)._replace(**change)
    with pytest.raises(DocumentError, match=message):
        read_member(Source.of_bytes("x", data), item, 4)


def deflated(data: bytes) -> bytes:
    return zlib.compress(data, 9, -15)


def test_what_is_packed_ends_where_it_says() -> None:
    packed = deflated(b"x" * 1000)
    item = Member("a", 8, 0, zlib.crc32(b"x" * 1000), 1000, len(packed), 0, 0)
    assert read_member(Source.of_bytes("x", packed), item, 1000) == b"x" * 1000
    for broken in (item._replace(size=999), item._replace(packed=len(packed) - 1), item._replace(size=1001)):
        with pytest.raises(DocumentError, match="does not unpack to"):
            read_member(Source.of_bytes("x", packed), broken, 2000)
    longer = packed + b"rest"
    with pytest.raises(DocumentError, match="does not unpack to"):
        read_member(Source.of_bytes("x", longer), item._replace(packed=len(longer)), 2000)


def test_what_is_packed_in_a_broken_way() -> None:
    item = Member("a", 8, 0, 0, 10, 4, 0, 0)
    with pytest.raises(DocumentError, match="cannot be unpacked"):
        read_member(Source.of_bytes("x", b"\xff\xff\xff\xff"), item, 100)


def test_a_bomb_is_unpacked_no_further_than_asked() -> None:
    packed = deflated(bytes(64 << 20))
    item = Member("bomb", 8, 0, 0, 1000, len(packed), 0, 0)
    start = time.perf_counter()
    with pytest.raises(DocumentError, match="does not unpack to"):
        read_member(Source.of_bytes("x", packed), item, 1000)
    inside, begin = open_member(Source.of_bytes("x", packed), item._replace(size=64 << 20), 5000)
    assert (inside.size, begin, inside.read(0, 5000)) == (64 << 20, -1, bytes(5000))
    with pytest.raises(DocumentError, match="could not be read"):
        inside.read(4999, 2)
    assert time.perf_counter() - start < 5


def test_an_archive_of_no_known_kind() -> None:
    facts = read_facts(Source.of_bytes("x.zip", archive()))
    assert (facts.format, facts.title, facts.properties) == ("zip", "zip archive", (("zip:members", "3"),))
    facts = read_facts(Source.of_bytes("x.pt2", archive({"m/archive_format": b"pt2", "m/models/model.json": b"{}"})))
    assert (facts.format, facts.framework) == ("torch-export", "pytorch")
    facts = read_facts(Source.of_bytes("x.zip", archive({})))
    assert (facts.format, facts.properties) == ("zip", (("zip:members", "0"),))


def test_many_members_are_read_quickly() -> None:
    data = archive({f"m/{index}": b"" for index in range(3000)})
    start = time.perf_counter()
    assert len(of(data).members) == 3000
    assert time.perf_counter() - start < 5


def test_every_truncation_is_refused() -> None:
    data = archive()
    for length in range(len(data)):
        with pytest.raises(DocumentError):
            of(data[:length])


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6), st.booleans())
def test_any_change_gives_an_archive_or_a_refusal(changes: list[tuple[int, int]], packed: bool) -> None:
    data = bytearray(archive({"a/one": b"1" * 40, "two": b"2"}, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED))
    for at, byte in changes:
        data[at % len(data)] = byte
    with contextlib.suppress(DocumentError):
        found = of(bytes(data))
        for item in found.members:
            assert 0 <= item.data <= item.data + item.packed <= len(data)
            read_member(found.source, item, 1000)
