"""Tar archives of samples: headers in every dialect, samples as WebDataset groups them, and names that are no good."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import tar_headers, tar_samples
from attest.formats.facts import Facts
from attest.formats.observers import Refused
from attest.formats.source import Source
from attest.formats.tar_headers import BLOCK, TarHeaders
from attest.formats.tar_samples import TarObserver, read
from tests.unit.formats.wire_builder import Watched, of, survives

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def archive(*names: str, form: int = tarfile.USTAR_FORMAT, size: int = 3) -> bytes:
    """An archive of regular files with these names."""
    return packed([(name, tarfile.REGTYPE) for name in names], form, size)


def packed(members: list[tuple[str, bytes]], form: int = tarfile.USTAR_FORMAT, size: int = 3) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=form) as writer:
        for name, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "target" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
            info.size = size if kind == tarfile.REGTYPE else 0
            writer.addfile(info, io.BytesIO(b"x" * size))
    return data.getvalue()


def header(name: bytes, size: int = 0, kind: bytes = b"0", **fields: bytes) -> bytes:
    """One header block with a checksum; `fields` may hold `size_field`, `magic` and `prefix`."""
    block = bytearray(BLOCK)
    block[: len(name)] = name
    block[124:136] = fields.get("size_field", b"%011o\0" % size)
    block[156:157] = kind
    magic, prefix = fields.get("magic", b"ustar\x0000"), fields.get("prefix", b"")
    block[257:265] = magic.ljust(8, b"\0")
    block[345 : 345 + len(prefix)] = prefix
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def body(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def pax(**values: str) -> bytes:
    records = b""
    for keyword, value in values.items():
        rest = f" {keyword}={value}\n".encode()
        length = len(rest)
        while len(str(length)) + len(rest) != length:
            length = len(str(length)) + len(rest)
        records += str(length).encode() + rest
    return records


def properties(facts: Facts) -> dict[str, str]:
    return dict(facts.properties)


def rows(facts: Facts) -> int | None:
    assert facts.table is not None
    return facts.table.rows


END = bytes(2 * BLOCK)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_samples_are_files_of_one_name(form: str) -> None:
    names = [f"train/{index:05d}.{extension}" for index in range(3) for extension in ("JPG", "cls", "seg.png", "txt")]
    facts = of(read, archive(*names, form=FORMATS[form]))
    assert (facts.format, facts.title) == ("tar", "tar archive")
    assert facts.table is not None
    assert facts.table.rows == 3
    assert facts.table.columns == (("cls", "bytes"), ("jpg", "image"), ("seg.png", "image"), ("txt", "text"))
    assert (facts.table.kinds, facts.table.sampled) == (("image", "text"), False)
    assert facts.properties == (
        ("tar:extensions", "cls=3, jpg=3, seg.png=3, txt=3"),
        ("tar:members", "12"),
        ("tar:samples", "3"),
    )
    assert facts.problems == ()


def test_samples_may_lack_what_others_have() -> None:
    facts = of(read, archive("0.jpg", "0.txt", "1.jpg", "2.jpg", "2.cls"))
    assert rows(facts) == 3
    assert properties(facts)["tar:extensions"] == "cls=1, jpg=3, txt=1"


# As many samples as the package webdataset 1.0.2 makes of these names.
GROUPS = [
    (["a.jpg", "b.jpg", "a.cls"], 3),
    (["./a.jpg", "./a.cls", "b.jpg"], 2),
    (["d.x/a.jpg", "d.x/a.cls"], 1),
    (["a.jpg", "d/a.jpg"], 2),
    (["__meta__", "a.jpg", "__m__/x.json"], 1),
    (["__meta__.json", "a.jpg"], 2),
    (["README", "a.jpg"], 1),
    (["a b.jpg", "a b.cls"], 1),
    (["a.tar.gz", "a.tar.xz"], 1),
]


@pytest.mark.parametrize(("names", "count"), GROUPS)
def test_samples_are_grouped_as_webdataset_does(names: list[str], count: int) -> None:
    assert properties(of(read, archive(*names)))["tar:samples"] == str(count)


@pytest.mark.parametrize(
    "names",
    [
        ["a.csv"],
        ["README.md.gz", "data.parquet"],
        ["a.jpg", "b.png"],
        ["a.jpg", "b.cls"],
        ["model.bin", "config.yaml"],
        ["LICENSE"],
        [".hidden"],
        [],
    ],
)
def test_other_archives_have_no_rows(names: list[str]) -> None:
    facts = of(read, archive(*names))
    assert rows(facts) is None
    assert facts.table is not None
    assert facts.table.columns == ()


def test_directories_are_no_files() -> None:
    members = [("d", tarfile.DIRTYPE), ("d/a.jpg", tarfile.REGTYPE)]
    facts = of(read, packed(members))
    assert (rows(facts), facts.problems, properties(facts)["tar:members"]) == (1, (), "2")
    old = header(b"d/", kind=b"\0", magic=b"") + header(b"d/a.jpg", kind=b"\0", magic=b"") + END
    facts = of(read, old)
    assert (rows(facts), facts.problems) == (1, ())


def test_a_name_twice_in_a_sample_leaves_the_rows_unknown() -> None:
    facts = of(read, archive("a.jpg", "a.JPG", "b.jpg"))
    assert rows(facts) is None
    assert facts.problems == ("1 of its members have the name of another member of the same sample",)


@pytest.mark.parametrize("name", ["../x.jpg", "/etc/x.jpg", "a/../../x.jpg", "a\\..\\x.jpg", "\\x.jpg"])
def test_names_that_leave_the_folder_are_reported(name: str) -> None:
    data = header(b"0.jpg") + header(name.encode()) + header(name.encode()) + END
    assert of(read, data).problems[0] == (
        f"2 of its members leave the folder they are unpacked in; the first is {name}"
    )


def test_names_with_dots_that_lead_nowhere_are_fine() -> None:
    assert of(read, archive("a..b.jpg", "..a.jpg", "a/..b.jpg")).problems == ()


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "symbolic links"),
        (tarfile.LNKTYPE, "hard links"),
        (tarfile.CHRTYPE, "character devices"),
        (tarfile.BLKTYPE, "block devices"),
        (tarfile.FIFOTYPE, "FIFOs"),
    ],
)
def test_links_and_devices_are_reported(kind: bytes, what: str) -> None:
    facts = of(read, packed([("a.jpg", tarfile.REGTYPE), ("odd", kind), ("b.jpg", tarfile.REGTYPE)]))
    assert facts.problems == (f"1 of its members are {what}; the first is odd",)
    assert rows(facts) == 2


def test_unknown_kinds_of_members_are_reported() -> None:
    facts = of(read, header(b"x\x1b[2J", 600, b"V") + body(bytes(600)) + header(b"a.jpg") + END)
    assert facts.problems == ("1 of its members are of an unknown type",)
    assert rows(facts) == 1


def names_of(data: bytes) -> list[bytes]:
    return [member.name for member in TarHeaders(Source.of_bytes("x", data))]


def test_long_names_of_every_dialect() -> None:
    long = "folder/" * 30 + "0.jpg"
    assert names_of(archive(long, form=tarfile.GNU_FORMAT)) == [long.encode()]
    assert names_of(archive(long, form=tarfile.PAX_FORMAT)) == [long.encode()]
    split = "p" * 120 + "/" + "n" * 90 + ".jpg"
    assert names_of(archive(split)) == [split.encode()]
    assert names_of(header(b"n", prefix=b"p", magic=b"ustar  \0") + END) == [b"n"]
    link = header(b"L", 150, b"K") + body(b"t" * 150) + header(b"a", kind=b"2") + END
    assert names_of(link) == [b"a"]


def test_sizes_of_every_dialect() -> None:
    big = header(b"a.jpg", size_field=b"\x80" + (700).to_bytes(11, "big")) + body(bytes(700)) + header(b"b.jpg") + END
    assert names_of(big) == [b"a.jpg", b"b.jpg"]
    extended = pax(size="700", path="c.jpg", comment="x")
    data = header(b"x", len(extended), b"x") + body(extended) + header(b"a", 0) + body(bytes(700)) + header(b"b") + END
    assert names_of(data) == [b"c.jpg", b"b"]
    spaces = header(b"a", size_field=b"      1274 \0") + body(bytes(700)) + header(b"b") + END
    assert names_of(spaces) == [b"a", b"b"]


def test_what_pads_an_extended_header_and_an_empty_size() -> None:
    extended = pax(path="c.jpg") + bytes(40)
    data = header(b"x", len(extended), b"x") + body(extended) + header(b"a", size_field=bytes(12)) + END
    assert names_of(data) == [b"c.jpg"]


def test_a_global_header_counts_for_all_members() -> None:
    extended = pax(path="all.jpg")
    data = header(b"g", len(extended), b"g") + body(extended) + header(b"a") + header(b"b") + END
    assert names_of(data) == [b"all.jpg", b"all.jpg"]


def test_signed_checksums_of_old_writers_are_accepted() -> None:
    block = bytearray(header(b"\xff\xfe.jpg"))
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    block[148:156] = b"%06o\0 " % (total - 256 * sum(byte > 127 for byte in block))
    assert names_of(bytes(block) + END) == [b"\xff\xfe.jpg"]


def test_the_end_may_be_missing_and_padded() -> None:
    data = header(b"a.jpg")
    assert names_of(data) == names_of(data + bytes(BLOCK)) == names_of(data + bytes(10240)) == [b"a.jpg"]
    assert of(read, data + bytes(10240)).problems == ()


def test_what_lies_behind_the_end_is_reported() -> None:
    data = header(b"a.jpg") + END
    facts = of(read, data + data)
    assert rows(facts) == 1
    assert facts.problems == (f"{2 * len(data) - BLOCK} bytes lie behind its last member, where readers stop",)
    assert "lie behind" in of(read, data + bytes(100 * 1024)).problems[0]


FAULTS: dict[str, tuple[bytes, str]] = {
    "a wrong checksum": (header(b"a.jpg").replace(b"a", b"b", 1) + END, "wrong checksum"),
    "no checksum": (b"a" * BLOCK, "wrong checksum"),
    "half a header": (header(b"a.jpg") + header(b"b.jpg")[:300], "header at 512 is cut off"),
    "a member behind the end": (header(b"a.jpg", 600) + bytes(512), "leaves the file"),
    "a member of 2^88 bytes": (header(b"a.jpg", size_field=b"\x80" + b"\xff" * 11), "leaves the file"),
    "a negative size": (header(b"a.jpg", size_field=b"\xff" * 12), "size that is no number"),
    "a size that is a word": (header(b"a.jpg", size_field=b"12three\0\0\0\0\0"), "size that is no number"),
    "a size with an underscore": (header(b"a.jpg", size_field=b"1_0\0\0\0\0\0\0\0\0\0"), "size that is no number"),
    "a size that is not octal": (header(b"a.jpg", size_field=b"00000000009\0"), "size that is no number"),
    "a sparse file": (header(b"a.jpg", 0, b"S") + END, "sparse file"),
    "an extended header that is too long": (header(b"x", 2 << 20, b"x") + bytes(2 << 20), "longer than 1048576"),
    "an extended header without a length": (header(b"x", 8, b"x") + body(b"path=a\n\n") + END, "malformed"),
    "an extended header that lies about its length": (header(b"x", 9, b"x") + body(b"99 path=a") + END, "malformed"),
    "an extended header without a line feed": (header(b"x", 9, b"x") + body(b"9 path=ab") + END, "malformed"),
    "an extended header without a value": (header(b"x", 7, b"x") + body(b"7 path\n") + END, "malformed"),
    "an extended size that is negative": (
        header(b"x", 11, b"x") + body(b"11 size=-1\n") + header(b"a") + END, "no number",
    ),
    "an extended size that is huge": (
        header(b"x", len(pax(size="9" * 19)), b"x") + body(pax(size="9" * 19)) + header(b"a") + END, "leaves the file",
    ),
    "extended headers without end": ((header(b"L", 2, b"L") + body(b"a\0")) * 9 + header(b"a") + END, "more than 8"),
    "a text": (b"hello world" * 100, "wrong checksum"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        of(read, data)


def test_more_members_than_anybody_needs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_samples, "MAX_MEMBERS", 3)
    assert rows(of(read, archive("a.jpg", "b.jpg", "c.jpg"))) == 3
    with pytest.raises(DocumentError, match="more than 3 members"):
        of(read, archive("a.jpg", "b.jpg", "c.jpg", "d.jpg"))


def test_more_columns_than_anybody_needs_leave_the_rows_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_samples, "MAX_COLUMNS", 3)
    facts = of(read, archive(*(f"a.e{index}" for index in range(9)), "b.jpg", "b.e1"))
    assert rows(facts) is None
    assert len(properties(facts)["tar:extensions"].split(", ")) == 3


def test_bodies_are_not_read() -> None:
    size = 8 << 30
    watched = Watched(header(b"a.jpg", size - 2 * BLOCK), size)
    assert rows(read(watched.source())) == 1
    assert watched.total <= 3 * BLOCK


def test_the_observer_allows_more_reads_than_other_readers_may_make() -> None:
    data = header(b"a.jpg") * 1 + b"".join(header(b"%06d.jpg" % index) for index in range(1, 300)) + END
    observer = TarObserver("x.tar", len(data))
    observer.update(memoryview(b"ignored"))
    found = observer.finish(lambda offset, length: data[offset : offset + length])
    assert isinstance(found, Facts)
    assert rows(found) == 300
    assert (tar_samples.MAX_MEMBERS, tar_samples.MAX_READS) == (1_000_000, 2_100_000)
    assert observer.streaming is False


def test_the_observer_refuses_what_the_reader_refuses() -> None:
    found = TarObserver("x.tar", 512).finish(lambda offset, length: b"a" * length)
    assert isinstance(found, Refused)
    assert "wrong checksum" in found.reason


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(
        st.tuples(
            st.text(alphabet="ab./\u00fc", min_size=1, max_size=12).filter(lambda name: name.strip("/")),
            st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE]),
        ),
        max_size=5,
    ),
    st.sampled_from([0, 1, 512, 513, 1500]),
)
def test_members_are_those_of_tarfile(form: str, members: list[tuple[str, bytes]], size: int) -> None:
    data = packed(members, FORMATS[form], size)
    with tarfile.open(fileobj=io.BytesIO(data)) as reader:
        expected = [(info.name.encode().rstrip(b"/"), info.offset_data) for info in reader]
    found = TarHeaders(Source.of_bytes("x", data))
    assert [(member.name.rstrip(b"/"), member.offset) for member in found] == expected


SOUND = archive("long/" * 30 + "a.jpg", "a.cls", form=tarfile.PAX_FORMAT)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255), st.integers(0, len(SOUND)))
def test_changed_and_cut_archives(place: int, byte: int, end: int) -> None:
    data = bytearray(SOUND)
    data[place] = byte
    survives(read, bytes(data))
    survives(read, SOUND[:end])


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=100), st.sampled_from([b"x", b"g", b"L", b"K", b"0"]))
def test_any_extended_header(data: bytes, kind: bytes) -> None:
    survives(read, header(b"x", len(data), kind) + body(data) + header(b"a.jpg") + END)


def test_checksums_are_those_of_a_plain_sum() -> None:
    for block in (header(b"a"), header(b"\xff" * 100, prefix=b"\xff" * 155), header(b"")):
        blank = block[:148] + b" " * 8 + block[156:]
        assert tar_headers._octal(block[148:156]) == sum(blank)
        assert tar_headers._sum_fits(block)
        assert not tar_headers._sum_fits(block[:10] + bytes([block[10] ^ 1]) + block[11:])
