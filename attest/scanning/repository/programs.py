"""Signatures of programs, libraries and code for machines of every kind.

Sources: the System V ABI (ELF), Microsoft's PE and COFF specification, Apple's `mach-o/loader.h` and `fat.h`, the JVM
specification (section 4.1), the WebAssembly core specification (section 5.5.16), Android's Dalvik executable format,
LLVM's bitcode file format, the SPIR-V specification (section 2.3), CPython's `importlib._bootstrap_external`.
"""

from __future__ import annotations

_MACH_O = "a Mach-O program or library"
_PREFIXES = (
    (b"\x7fELF", "an ELF program or library"),
    (b"\xfe\xed\xfa\xce", _MACH_O),
    (b"\xfe\xed\xfa\xcf", _MACH_O),
    (b"\xce\xfa\xed\xfe", _MACH_O),
    (b"\xcf\xfa\xed\xfe", _MACH_O),
    (b"\xca\xfe\xba\xbf", _MACH_O),
    (b"\0asm", "a WebAssembly module"),
    (b"dex\n", "Dalvik code"),
    (b"BC\xc0\xde", "LLVM bitcode"),
    (b"\xde\xc0\x17\x0b", "LLVM bitcode"),
    (b"\x50\xed\x55\xba", "CUDA code"),
    (b"\x03\x02\x23\x07", "SPIR-V code"),
    (b"MTLB", "a Metal library"),
    (b"\x1bLua", "Lua bytecode"),
    (b"\x1bLJ", "Lua bytecode"),
    (b"\x4c\0\0\0\x01\x14\x02\0", "a Windows shortcut"),
)
# A Java class names its version where a fat Mach-O file counts its architectures; class files begin with version 45.
_FIRST_JAVA = 45
_CODE_OBJECTS = (b"\xe3\0\0\0\0", b"c\0\0\0\0")


def kind_of(first: bytes) -> str:
    """What kind of program the first bytes announce, with its article; empty for none."""
    for prefix, kind in _PREFIXES:
        if first.startswith(prefix):
            return kind
    if first.startswith(b"\xca\xfe\xba\xbe"):
        return "a Java class" if int.from_bytes(first[6:8], "big") >= _FIRST_JAVA else _MACH_O
    if first.startswith(b"MZ") and b"\0" in first:
        return "a Windows or DOS program or library"
    return "Python bytecode" if is_bytecode(first) else ""


def is_bytecode(first: bytes) -> bool:
    """Whether the first bytes are those of a compiled Python module.

    That is a magic number that ends in a line break, a header of 8, 12 or 16 bytes by version (PEP 552 has the last),
    and a marshalled code object without arguments.
    """
    return first[2:4] == b"\r\n" and any(first[at : at + 5] in _CODE_OBJECTS for at in (8, 12, 16))
