"""Git LFS pointers: the one form that is believed, and texts that only look like one."""

from __future__ import annotations

import pytest

from attest.domain.lfs_pointer import MAX_POINTER, Pointer, parse_pointer
from attest.errors import DocumentError

HEX = "ab" * 32
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{HEX}\nsize 12345\n"


@pytest.mark.parametrize("size", [0, 1, 12345, 2**63 - 1])
def test_a_pointer(size: int) -> None:
    assert parse_pointer(POINTER.replace("12345", str(size)).encode()) == Pointer(bytes.fromhex(HEX), size)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version",
        "version 1\n",
        "Version https://git-lfs.github.com/spec/v1\n",
        f" {POINTER}",
        f"\ufeff{POINTER}",
        f"oid sha256:{HEX}\nsize 1\n",
        POINTER + "x" * MAX_POINTER,
    ],
)
def test_files(text: str) -> None:
    assert parse_pointer(text.encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        POINTER[:-1],
        POINTER.replace("\n", "\r\n"),
        POINTER + "\n",
        POINTER + "x 1\n",
        POINTER.replace("/v1", "/v2"),
        POINTER.replace("git-lfs", "hawser"),
        POINTER.replace("sha256:", "sha512:"),
        POINTER.replace("sha256:", "md5:"),
        POINTER.replace(HEX, HEX.upper()),
        POINTER.replace(HEX, HEX[1:]),
        POINTER.replace(HEX, HEX + "0"),
        POINTER.replace("12345", "012345"),
        POINTER.replace("12345", "-1"),
        POINTER.replace("12345", "1.0"),
        POINTER.replace("12345", ""),
        POINTER.replace("12345", "٣"),
        POINTER.replace("12345", str(2**63)),
        POINTER.replace("12345", "9" * 30),
        POINTER.replace("oid", f"ext-0-a sha256:{HEX}\noid"),
        POINTER + f"oid sha256:{HEX}\n",
        "version https://git-lfs.github.com/spec/v1\n",
        "version https://git-lfs.github.com/spec/",
        f"version https://git-lfs.github.com/spec/v1\nsize 12345\noid sha256:{HEX}\n",
    ],
)
def test_texts_that_begin_as_a_pointer_and_are_none(text: str) -> None:
    with pytest.raises(DocumentError, match="begins as a Git LFS pointer"):
        parse_pointer(text.encode())


def test_what_is_as_long_as_a_file_is_a_file() -> None:
    text = POINTER + "x" * (MAX_POINTER - len(POINTER))
    assert parse_pointer(text.encode()) is None
    with pytest.raises(DocumentError):
        parse_pointer(text[:-1].encode())
