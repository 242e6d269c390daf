"""What single files of a dataset folder are, and how large their images are."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.media import image_size, kind_of_extension, media_kind

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 320, 200)
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 0x4000 | 550, 368)
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (385 | 394 << 14).to_bytes(4, "little")
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (1023).to_bytes(3, "little") + (767).to_bytes(3, "little")
BMP = b"BM" + bytes(12) + struct.pack("<Iii", 40, 70, -50)
BMP_OLD = b"BM" + bytes(12) + struct.pack("<IHH", 12, 7, 5)


def jpeg(*before: bytes, marker: int = 0xC0) -> bytes:
    """A JPEG with these segments before its frame header of 1200 by 800 samples."""
    frame = bytes([0xFF, marker]) + struct.pack(">HBHH", 17, 8, 800, 1200)
    return b"\xff\xd8" + b"".join(before) + frame


def segment(marker: int, length: int) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", length) + bytes(length - 2)


JPEG = jpeg(segment(0xE0, 16), segment(0xE1, 4000), segment(0xC4, 20), b"\xff")

SIZES = [
    (PNG, (640, 480)),
    (GIF, (320, 200)),
    (GIF.replace(b"89a", b"87a"), (320, 200)),
    (WEBP_LOSSY, (550, 368)),
    (WEBP_LOSSLESS, (386, 395)),
    (WEBP_EXTENDED, (1024, 768)),
    (BMP, (70, 50)),
    (BMP_OLD, (7, 5)),
    (JPEG, (1200, 800)),
    (jpeg(b"\xff\xee\0\x02", marker=0xC2), (1200, 800)),
    (jpeg(b"\xff\xe0\0\x02\xff\x01", marker=0xCF), (1200, 800)),
]


@pytest.mark.parametrize(("first", "size"), SIZES)
def test_sizes_of_images(first: bytes, size: tuple[int, int]) -> None:
    assert image_size(first) == size
    assert image_size(first + bytes(100)) == size


@pytest.mark.parametrize(("first", "size"), SIZES)
def test_images_that_are_cut_off_have_no_size(first: bytes, size: tuple[int, int]) -> None:
    for end in range(len(first)):
        assert image_size(first[:end]) in {None, size}
    assert image_size(first[:-1]) is None


@pytest.mark.parametrize(
    "first",
    [
        b"",
        PNG.replace(b"IHDR", b"IDAT"),
        struct.pack(">8sI4sII", PNG[:8], 13, b"IHDR", 0, 480),
        GIF[:6] + bytes(4),
        WEBP_LOSSY.replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        WEBP_LOSSLESS.replace(b"\x2f", b"\x2e"),
        b"BM" + bytes(12) + struct.pack("<Iii", 41, 70, 50),
        b"BM" + bytes(12) + struct.pack("<Iii", 40, -70, 50),
        jpeg(marker=0xDA),
        jpeg(b"garbage"),
        jpeg(segment(0xE1, 9000))[:8192],
        b"\xff\xd8" + b"\xff" * 500,
        jpeg(*[segment(0xE0, 2)] * 100),
        b"RIFF\0\0\0\0WAVE",
    ],
)
def test_other_bytes_have_no_size(first: bytes) -> None:
    assert image_size(first) is None


KINDS = [
    ("a.png", PNG, "image"),
    ("a.jpg", JPEG, "image"),
    ("a.JPEG", JPEG, "image"),
    ("a.png", JPEG, "image"),
    ("a", JPEG, "image"),
    ("a.blob", GIF, "image"),
    ("a.webp", WEBP_LOSSY, "image"),
    ("a.bmp", BMP, "image"),
    ("a.tif", b"II*\0\x08\0\0\0", "image"),
    ("a.ppm", b"P6\n640 480\n255\n", "image"),
    ("a.avif", b"\0\0\0\x20ftypavif", "image"),
    ("a.heic", b"\0\0\0\x20ftypheic", "image"),
    ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n", "image"),
    ("a.wav", b"RIFF\0\0\0\0WAVEfmt ", "audio"),
    ("a.flac", b"fLaC\0\0\0\x22", "audio"),
    ("a.ogg", b"OggS\0\x02", "audio"),
    ("a.ogv", b"OggS\0\x02", "video"),
    ("a.mp3", b"ID3\x03\0\0", "audio"),
    ("a.mp3", b"\xff\xfb\x90\x64", "audio"),
    ("a.aac", b"\xff\xf1\x50\x80", "audio"),
    ("a.m4a", b"\0\0\0\x20ftypM4A ", "audio"),
    ("a.aiff", b"FORM\0\0\0\0AIFF", "audio"),
    ("a.avi", b"RIFF\0\0\0\0AVI LIST", "video"),
    ("a.mp4", b"\0\0\0\x20ftypisom", "video"),
    ("a.mov", b"\0\0\0\x14ftypqt  ", "video"),
    ("a.m4a", b"\0\0\0\x20ftypisom", "audio"),
    ("a.mkv", b"\x1aE\xdf\xa3\x01", "video"),
    ("a.webm", b"\x1aE\xdf\xa3\x01", "video"),
    ("a.weba", b"\x1aE\xdf\xa3\x01", "audio"),
    ("a.mpg", b"\0\0\1\xba!", "video"),
    ("a.txt", b"some words", "text"),
    ("a.md", b"# Title", "text"),
    ("a.txt", b"BM begins a word", "text"),
    ("a.jpg", PNG[:4], "image"),
]


@pytest.mark.parametrize(("name", "first", "kind"), KINDS)
def test_kinds_of_files(name: str, first: bytes, kind: str) -> None:
    assert media_kind(name, first) == kind
    assert media_kind(f"folder.x/{name}", first) == kind


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("a.jpg", b"not a picture"),
        ("a.jpg", b""),
        ("a.wav", PNG),
        ("a.png", b"RIFF\0\0\0\0WAVE"),
        ("a.txt", JPEG),
        ("a.txt", b"a\0b"),
        ("a.txt", b""),
        ("a", b"words"),
        ("a.py", b"print()"),
        ("a.mp3", b"\xff\xe0\0\0"),
        ("a.mp3", b"\xff\xff\xff\xff"),
        ("a.mp3", b"\xff"),
        ("a.png", b"\0\0\0\x20ftypisom"),
        ("a", b"OggS"),
        ("a", b"\0\0\0\x20ftypisom"),
        ("a", b"P7\n"),
        ("a", b"P"),
        ("jpg", b"words"),
        ("", b""),
    ],
)
def test_files_that_are_nothing_of_the_kind(name: str, first: bytes) -> None:
    assert media_kind(name, first) == ""


def test_extensions_promise_a_kind() -> None:
    assert [kind_of_extension(extension) for extension in ("jpg", "flac", "mp4", "txt", "csv", "")] == [
        "image", "audio", "video", "text", "", "",
    ]  # fmt: skip


def test_a_file_takes_a_few_microseconds() -> None:
    first = JPEG + bytes(4000)
    begin = time.process_time()
    for _ in range(10_000):
        media_kind("train/class/0001.jpg", first)
        image_size(first)
    assert time.process_time() - begin < 0.5


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([b"", *(first for first, _ in SIZES), b"\xff", b"\xff\xd8\xff", b"BM", b"RIFF\0\0\0\0WEBPVP8X"]),
    st.binary(max_size=60),
    st.integers(0, 60),
)
def test_any_bytes(begin: bytes, rest: bytes, end: int) -> None:
    first = begin[:end] + rest
    size = image_size(first)
    assert size is None or (size[0] > 0 and size[1] > 0)
    assert media_kind("a.jpg", first) in {"image", ""}
    assert media_kind("a", first) in {"image", "audio", "video", ""}
