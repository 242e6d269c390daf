"""Signatures of formats that say what they are in their first bytes.

Sources: the formats' own specifications, as collected by the IANA media type registry and PRONOM.
"""

from __future__ import annotations

_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "executable"),
    (b"\xfe\xed\xfa\xce", "executable"),
    (b"\xfe\xed\xfa\xcf", "executable"),
    (b"\xce\xfa\xed\xfe", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"),
    (b"\xca\xfe\xba\xbe", "executable"),  # Java class, or a fat Mach-O
    (b"\xca\xfe\xba\xbf", "executable"),
    (b"\0asm", "executable"),
    (b"dex\n", "executable"),
    (b"BC\xc0\xde", "executable"),  # LLVM bitcode
    (b"#!", "script"),
    (b"%!PS", "script"),  # viewers and image tools run PostScript, whatever the file is called
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x04\x22\x4d\x18", "archive"),  # LZ4 frame
    (b"!<arch>\n", "archive"),
    (b"PAR1", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"fLaC", "audio"),
    (b"OggS\0", "audio"),
    (b"ID3", "audio"),
    (b"%PDF-", "pdf"),
)
_FIRST_BYTES = frozenset(prefix[0] for prefix, _ in _PREFIXES) | frozenset(b"MPGRTv\xff\x5d\x78")
_HDF5_OFFSETS = (512, 1024, 2048)
_MAX_ZIP_MEMBERS = 64
_MAX_POINTER = 1024
_GGUF_VERSIONS = (1, 2, 3)
_ZIP_NAME, _TAR_MAGIC = slice(26, 28), slice(257, 262)


def by_signature(data: bytes, size: int) -> str:
    """The format that the first bytes of a file of `size` bytes announce, or an empty string."""
    if data[0] in _FIRST_BYTES:
        for prefix, kind in _PREFIXES:
            if data.startswith(prefix):
                return kind
        if special := _special(data, size):
            return special
    if data[_TAR_MAGIC] == b"ustar":
        return "archive"
    if any(data[offset : offset + 8] == b"\x89HDF\r\n\x1a\n" for offset in _HDF5_OFFSETS):
        return "hdf5"
    return ""


def _special(data: bytes, size: int) -> str:
    """Signatures that are more than a prefix."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if data.startswith(b"MZ") and b"\0" in data:
        return "executable"
    if data.startswith(b"GGUF"):
        versions = int.from_bytes(data[4:8], "little"), int.from_bytes(data[4:8], "big")
        return "gguf" if any(version in _GGUF_VERSIONS for version in versions) else ""
    if data.startswith(b"RIFF"):
        return {b"WAVE": "audio", b"WEBP": "image"}.get(data[8:12], "")
    if is_lfs_pointer(data, size):
        return "lfs-pointer"
    return ""


def is_lfs_pointer(data: bytes, size: int) -> bool:
    """Whether the file is a Git LFS pointer (git-lfs `docs/spec.md`: a version line first, under 1,024 bytes)."""
    known = data.startswith((b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/"))
    return known and size < _MAX_POINTER and b"\noid sha256:" in data


def zip_members(data: bytes) -> list[str]:
    """Names in the local file headers that lie in `data`, found by their signatures: hints, not a directory."""
    names: list[str] = []
    position = 0
    while len(names) < _MAX_ZIP_MEMBERS and (position := data.find(b"PK\x03\x04", position)) >= 0:
        length = int.from_bytes(data[position:][_ZIP_NAME], "little")
        names.append(data[position + 30 : position + 30 + length].decode("utf-8", "replace"))
        position += 4
    return names


def mp3_frame(data: bytes) -> bool:
    """Whether an MPEG audio layer III frame begins here (ISO 11172-3 section 2.4.2.3)."""
    return data.startswith((b"\xff\xf2", b"\xff\xf3", b"\xff\xfa", b"\xff\xfb"))
