"""Archives that are not unpacked here: RAR, and `ar`, the form of static libraries."""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.archives.names import name_fault
from attest.scanning.archives.sevenzip import scan_sevenzip
from attest.scanning.part import Part

__all__ = ["scan_ar", "scan_rar", "scan_sevenzip"]

_RAR4, _RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_RAR5_ENCRYPTION = 4
_RAR4_MAIN, _RAR4_PASSWORD = 0x73, 0x0080
_AR, _AR_END, _AR_HEADER = b"!<arch>\n", b"`\n", 60
_AR_SIZE = slice(48, 58)
_MAX_DIGITS = 10
# ELF, Mach-O in both byte orders and widths, COFF of x86 and ARM in 32 and 64 bits, LLVM bitcode.
_OBJECTS = (
    b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\x4c\x01",
    b"\x64\x86", b"\xc4\x01", b"\x64\xaa", b"\0\0\xff\xff", b"BC\xc0\xde",
)  # fmt: skip


def scan_rar(part: Part) -> None:
    """RAR has no reader here; only whether its headers are encrypted is looked at."""
    first = part.source.up_to(0, 64)
    if first.startswith(_RAR5):
        # Checksum, size of the header in one byte, type of the header.
        encrypted = first[13:14] == bytes([_RAR5_ENCRYPTION])
    elif first.startswith(_RAR4):
        flags = int.from_bytes(first[10:12], "little")
        encrypted = first[9:10] == bytes([_RAR4_MAIN]) and bool(flags & _RAR4_PASSWORD)
    else:
        raise DocumentError("it begins as a RAR archive and is none")
    part.interpreted(len(first))
    if encrypted:
        part.report("archive.encrypted", "the headers of the archive are encrypted")
    part.report("archive.unsupported", "RAR archives are not opened here")


def scan_ar(part: Part) -> None:
    """Walk the members of an `ar` archive (the man page ar(5)): object files make it a library of programs."""
    cursor = Cursor(part.source, 0, block=512)
    if cursor.take(len(_AR)) != _AR:
        raise DocumentError("it begins as an ar archive and is none")
    objects = others = 0
    while cursor.left:
        header = cursor.take(_AR_HEADER)
        digits = header[_AR_SIZE].rstrip(b" ")
        if header[-2:] != _AR_END or not digits.isdigit() or len(digits) > _MAX_DIGITS:
            raise DocumentError(f"the header at {cursor.position - _AR_HEADER} is none of an ar archive")
        part.budget.spend_member(header[:16])
        part.interpreted(_AR_HEADER)
        name, size, begin = header[:16].decode("latin-1").rstrip(" "), int(digits), cursor.position
        cursor.skip(size)
        if part.source.up_to(begin, 8).startswith(_OBJECTS):
            objects += 1
        elif not name.startswith(("/", "__.SYMDEF")):
            others += 1
            _ar_member(part, name, begin, size)
        cursor.skip(min(size % 2, cursor.left))
    if objects:
        part.report("file.executable", f"a library of {objects} object files")
    elif not others:
        part.report("archive.unsupported", "an ar archive without members")


def _ar_member(part: Part, name: str, begin: int, size: int) -> None:
    name = name.removesuffix("/") or "member"
    fault = name_fault(name)
    if fault is not None:
        part.report(fault.rule, fault.message, offset=begin, value=name)
    part.inside(name, part.window(name, begin, size))
