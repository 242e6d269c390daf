"""Archives and files that two readers open differently, or that hide what they hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus.case import Case, attack, hostile, noise, warn
from tests.corpus.tars import tar_file, tar_member
from tests.corpus.torch_zip import torch_zip, weights
from tests.corpus.zips import DESCRIPTOR, ENCRYPTED, Member, plain_zip, zip_file

ZIP, MIXED, TAR, PACKED, TORCH = "zip", "polyglot-and-extension", "tar", "compressed", "torch-zip"
EVIL2 = a.pickle(a.command(protocol=2), 2)
EVIL4 = a.pickle(a.command())
GOOD, STORAGES = weights()
MODEL = torch_zip(GOOD, STORAGES)
ELF = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0\1\0\0\0" + bytes(96)
SCRIPT = b"#!/bin/sh\necho corpus\n"


def gz(data: bytes) -> bytes:
    """One gzip member without a clock."""
    return gzip.compress(data, 6, mtime=0)


def _zip() -> Iterator[tuple[str, bytes, str]]:  # noqa: PLR0915 - a list
    """Archives that contradict themselves. Each also holds a payload."""
    pkl = Member(name="archive/data.pkl", data=EVIL2)
    good = Member(name="archive/data.pkl", data=GOOD)
    other = Member(name="archive/version", data=b"3\n")
    yield "prefix", zip_file([pkl, other], prefix=b"corpus"), "bytes before the archive"
    yield "prefix-counted", zip_file([pkl, other], prefix=b"corpus", shift=0), "bytes before, not counted"
    yield "suffix", zip_file([pkl, other], suffix=b"corpus"), "bytes after the archive"
    yield "suffix-long", zip_file([pkl, other], suffix=bytes(70_000)), "an end record that no reader finds"
    yield "comment", zip_file([pkl, other], comment=b"PK\5\6" + bytes(18)), "an end record in the comment"
    yield "two-ends", zip_file([good], comment=plain_zip({"archive/data.pkl": EVIL2})), "an archive in the comment"
    yield "concatenated", plain_zip({"archive/data.pkl": GOOD}) + plain_zip({"archive/data.pkl": EVIL2}), "two archives"
    yield "concatenated-evil-first", plain_zip({"archive/data.pkl": EVIL2}) + MODEL, "two archives, payload first"
    yield (
        "hidden-local",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, in_directory=False), good]),
        "a member only local headers show",
    )
    yield "hidden-gap", zip_file([good, Member(name="a", data=b"", before=EVIL2)]), "bytes between members"
    yield "hidden-before-directory", zip_file([good], between=EVIL2), "bytes before the directory"
    yield "duplicate", zip_file([good, pkl]), "one name twice"
    yield "duplicate-evil-first", zip_file([pkl, good]), "one name twice"
    yield "duplicate-case", zip_file([good, Member(name="archive/DATA.PKL", data=EVIL2)]), "names that differ in case"
    yield (
        "overlap",
        zip_file([pkl, Member(name="archive/x", data=EVIL2, offset=0, local=False)]),
        "members that overlap",
    )
    yield (
        "name-differs",
        zip_file([Member(name="archive/data.pkl", local_name="archive/data.txt", data=EVIL2)]),
        "names differ",
    )
    yield (
        "name-case",
        zip_file([Member(name="archive/data.pkl", local_name="archive/DATA.pkl", data=EVIL2)]),
        "names differ in case",
    )
    yield "name-nul", zip_file([Member(name=b"archive/data.pkl\0.txt", data=EVIL2)]), "a name with NUL"
    yield "name-backslash", zip_file([Member(name="archive\\data.pkl", data=EVIL2)]), "a name with backslashes"
    yield "name-control", zip_file([Member(name="archive/\x1b[2Jdata.pkl", data=EVIL2)]), "a name with an escape"
    yield (
        "name-unicode-path",
        zip_file(
            [
                Member(
                    name="archive/readme.txt",
                    data=EVIL2,
                    extra=b"up"
                    + struct.pack("<HB", 21, 1)
                    + struct.pack("<I", zlib.crc32(b"archive/readme.txt"))
                    + b"archive/data.pkl",
                )
            ]
        ),
        "an extra field with another name",
    )
    yield "name-latin", zip_file([Member(name=b"archive/d\xe4ta.pkl", data=EVIL2)]), "a name that is no UTF-8"
    yield "name-empty", zip_file([Member(name=b"", data=EVIL2)]), "a name without letters"
    yield "name-traversal", zip_file([Member(name="../../data.pkl", data=EVIL2)]), "a name that leads out"
    yield "name-absolute", zip_file([Member(name="/tmp/data.pkl", data=EVIL2)]), "an absolute name"
    yield "name-drive", zip_file([Member(name="C:/data.pkl", data=EVIL2)]), "a name with a drive"
    yield "method-differs", zip_file([Member(name="archive/data.pkl", data=EVIL2, local_method=8)]), "methods differ"
    yield "method-unknown", zip_file([Member(name="archive/data.pkl", data=EVIL2, method=99)]), "an unknown method"
    yield (
        "method-bzip2",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, method=12, packed=bz2.compress(EVIL2))]),
        "bzip2 in a zip",
    )
    yield (
        "method-lzma",
        zip_file(
            [
                Member(
                    name="archive/data.pkl",
                    data=EVIL2,
                    method=14,
                    packed=b"\x09\x04\x05\0" + lzma.compress(EVIL2, lzma.FORMAT_ALONE)[:5] + b"corpus",
                )
            ]
        ),
        "lzma in a zip",
    )
    yield (
        "size-small",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, size=4, packed_size=4)]),
        "sizes too small",
    )
    yield "size-local", zip_file([Member(name="archive/data.pkl", data=EVIL2, local_size=4)]), "sizes differ"
    yield (
        "size-packed-local",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, local_packed_size=4)]),
        "sizes differ",
    )
    yield (
        "size-huge",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, size=1 << 31, packed_size=1 << 31)]),
        "sizes above the file",
    )
    yield "crc", zip_file([Member(name="archive/data.pkl", data=EVIL2, crc=7)]), "a wrong checksum"
    yield "crc-local", zip_file([Member(name="archive/data.pkl", data=EVIL2, local_crc=7)]), "checksums differ"
    yield (
        "crc-good-content",
        zip_file([Member(name="archive/data.pkl", data=GOOD, crc=7), other]),
        "a wrong checksum, without a payload",
    )
    yield "encrypted", zip_file([Member(name="archive/data.pkl", data=noise(4, 80), flags=ENCRYPTED)]), "encrypted"
    yield (
        "encrypted-local",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, local_flags=ENCRYPTED)]),
        "flags differ",
    )
    yield "masked", zip_file([Member(name="archive/data.pkl", data=EVIL2, flags=1 << 13)]), "masked headers"
    yield "patch", zip_file([Member(name="archive/data.pkl", data=EVIL2, flags=1 << 5)]), "patch data"
    yield (
        "descriptor-lies",
        zip_file([Member(name="archive/data.pkl", data=EVIL2, flags=DESCRIPTOR, local_flags=0)]),
        "flags differ",
    )
    yield (
        "symlink",
        zip_file([Member(name="archive/data.pkl", data=b"/etc/hostname", attributes=0o120777 << 16)]),
        "a link",
    )
    yield "device", zip_file([Member(name="archive/data.pkl", data=b"", attributes=0o060666 << 16)]), "a device"
    yield "count-low", zip_file([good, pkl], count=1), "fewer members than there are"
    yield "count-high", zip_file([pkl], count=9), "more members than there are"
    yield "no-directory", zip_file([pkl])[: -22 - 46 - len("archive/data.pkl")], "no directory"
    yield "no-end", zip_file([pkl])[:-22], "no end record"
    yield "truncated", zip_file([pkl, other])[:-40], "cut off"
    yield (
        "deflate-tail",
        zip_file([Member(name="archive/data.pkl", data=GOOD, method=8, packed=_deflate(GOOD) + EVIL2)]),
        "bytes after the deflate stream",
    )
    yield (
        "stored-size-mismatch",
        zip_file([Member(name="archive/data.pkl", data=GOOD, packed=GOOD + EVIL2)]),
        "bytes after a stored member",
    )
    yield "directory-evil-local-good", _swapped(), "the two headers point at different members"
    yield "disk-split", zip_file([pkl]).replace(b"PK\5\6\0\0\0\0", b"PK\5\6\1\0\1\0"), "an archive of two disks"


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _swapped() -> bytes:
    """Two members of which the directory swaps the offsets."""
    first, second = Member(name="archive/data.pkl", data=GOOD), Member(name="archive/notes", data=EVIL2)
    start = len(GOOD) + 30 + len("archive/data.pkl")
    shown = [
        Member(name="archive/data.pkl", data=EVIL2, offset=start, local=False),
        Member(name="archive/notes", data=GOOD, offset=0, local=False),
    ]
    hidden = [
        Member(name=first.name, data=GOOD, in_directory=False),
        Member(name=second.name, data=EVIL2, in_directory=False),
    ]
    return zip_file([*hidden, *shown])


def _torch() -> Iterator[tuple[str, bytes, str]]:
    """PyTorch's zip layout."""

    def more(name: str, data: bytes) -> bytes:
        return torch_zip(GOOD, STORAGES, more=[Member(name=name, data=data)])

    yield "payload", torch_zip(EVIL2), "data.pkl is the payload"
    yield "payload-other-root", torch_zip(EVIL2, root="weights"), "another root folder"
    yield "two-roots", torch_zip(GOOD, STORAGES, more=[Member(name="other/data.pkl", data=EVIL2)]), "two root folders"
    yield "second-pickle", more("archive/extra.pkl", EVIL2), "another pickle"
    yield "second-pickle-no-extension", more("archive/extra", EVIL2), "another pickle without an extension"
    yield (
        "storage-is-pickle",
        torch_zip(GOOD, {"0": EVIL2 + bytes(24), "1": bytes(8)}),
        "a pickle as a storage of the wrong size",
    )
    yield "python-file", more("archive/model.py", b"print('corpus')\n"), "Python source"
    yield (
        "code-without-torchscript",
        more("archive/code/__torch__.py", b"print('corpus')\n"),
        "source in a folder of TorchScript",
    )
    yield "shared-library", more("archive/lib/corpus.so", ELF), "a shared library"
    yield "shared-library-as-storage", more("archive/data/7", ELF), "a shared library as an unused storage"
    yield "storage-missing", torch_zip(GOOD, {"0": bytes(24)}), "a storage is missing"
    yield "storage-short", torch_zip(GOOD, {"0": bytes(4), "1": bytes(8)}), "a storage is too small"
    yield "no-pickle", plain_zip({"archive/version": b"3\n", "archive/data/0": bytes(8)}), "no data.pkl"
    persid = a.value(("storage", 1, 2, 3, 4), 2) + a.BINPERSID
    yield "persistent-form", torch_zip(a.pickle(persid, 2), STORAGES), "a persistent id of another form"
    yield (
        "persistent-evil",
        torch_zip(
            a.pickle(a.value(("storage", a.Raw(a.command(protocol=2)), "0", "cpu", 6), 2) + a.BINPERSID, 2), STORAGES
        ),
        "a call inside a persistent id",
    )
    yield "persistent-text", torch_zip(a.pickle(a.persid("corpus"), 2), STORAGES), "a text as persistent id"
    yield (
        "storage-traversal",
        torch_zip(
            a.pickle(
                a.value(("storage", a.Raw(a.ref("torch", "FloatStorage", 2)), "../../x", "cpu", 6), 2) + a.BINPERSID, 2
            ),
            STORAGES,
        ),
        "a storage key that leads out",
    )
    yield "nested-torch", more("archive/inner.pt", torch_zip(EVIL2)), "a torch file inside"
    yield (
        "says-torchscript",
        torch_zip(
            a.pickle(a.call("__torch__.Net", "__new__", protocol=2), 2),
            more=[Member(name="archive/constants.pkl", data=a.pickle(a.EMPTY_TUPLE, 2))],
        ),
        "a TorchScript name without its code",
    )
    yield (
        "torch-package",
        plain_zip(
            {
                "m/.data/extern_modules": b"os\n",
                "m/.data/version": b"6\n",
                "m/model.pkl": EVIL2,
                "m/model.py": b"print('corpus')\n",
            }
        ),
        "torch.package",
    )


def _mixed() -> Iterator[tuple[str, dict[str, bytes], str]]:  # noqa: PLR0915 - a list
    """Names that promise another format, and two formats in one file."""
    yield "pickle-as-json", {"config.json": EVIL4}, "a pickle called .json"
    yield "pickle-double-extension", {"model.safetensors.pkl": EVIL4}, "a double extension"
    yield "pickle-hidden-extension", {"model.pkl.safetensors": EVIL4}, "a double extension"
    yield "pickle-as-npy", {"data.npy": EVIL4}, "numpy.load reads a pickle"
    yield "pickle-as-npz-member", {"data.npz": plain_zip({"a.npy": EVIL4})}, "a member without the magic"
    yield "pickle-as-vocab", {"vocab.txt": a.pickle(a.command(protocol=0), 0)}, "a pickle of text"
    yield "pickle-upper", {"MODEL.PKL": EVIL4}, "an extension in capitals"
    yield "pickle-trailing-dot", {"model.pkl.": EVIL4}, "an extension with a dot"
    yield "zip-as-safetensors", {"model.safetensors": torch_zip(EVIL2)}, "a torch file called .safetensors"
    yield "zip-as-bin", {"pytorch_model.bin": torch_zip(EVIL2)}, "a torch file called .bin"
    yield "zip-as-png", {"image.png": torch_zip(EVIL2)}, "a torch file called .png"
    yield (
        "png-and-zip",
        {"image.png": b"\x89PNG\r\n\x1a\n" + zip_file([Member(name="archive/data.pkl", data=EVIL2)])},
        "an image before an archive",
    )
    yield "pickle-and-zip", {"model.pt": a.dumps({"a": 1}, 2) + torch_zip(EVIL2)}, "a pickle before an archive"
    yield (
        "zip-in-pickle-bytes",
        {"model.pkl": a.pickle(a.value(b"PK") + a.POP + a.short_binbytes(plain_zip({"a": EVIL2})[:200]))},
        "the end of an archive in a constant",
    )
    header = struct.pack("<Q", 2) + b"{}"
    yield "safetensors-and-zip", {"model.safetensors": header + torch_zip(EVIL2)}, "an archive after a header"
    yield "safetensors-and-pickle", {"model.safetensors": header + EVIL4}, "a pickle after a header"
    yield "numpy-and-pickle", {"a.npy": _npy() + EVIL4}, "a pickle after an array"
    yield "numpy-and-zip", {"a.npy": _npy() + plain_zip({"a.npy": EVIL4})}, "an archive after an array"
    yield (
        "gguf-and-pickle",
        {"model.gguf": b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(8) + EVIL4},
        "a pickle after GGUF",
    )
    yield (
        "tar-and-zip",
        {"model.tar": tar_file([tar_member("a.txt", b"corpus")]) + plain_zip({"data.pkl": EVIL4})},
        "an archive after a tar",
    )
    yield "pickle-and-tar", {"model.pt": _pickle_tar()}, "a pickle that is also a tar"
    yield "hdf5-and-pickle", {"model.h5": b"\x89HDF\r\n\x1a\n" + EVIL4}, "a pickle after the mark of HDF5"
    yield "pdf-and-pickle", {"paper.pkl": b"%PDF-1.4\n" + EVIL4}, "a pickle after the mark of PDF"
    yield "elf", {"model.bin": ELF}, "a program called .bin"
    yield "elf-safetensors", {"model.safetensors": ELF}, "a program called .safetensors"
    yield "elf-no-name", {"model": ELF}, "a program"
    yield (
        "pe",
        {"model.dll": b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86" + bytes(200)},
        "a program of Windows",
    )
    yield "macho", {"model.dylib": b"\xcf\xfa\xed\xfe\7\0\0\1" + bytes(200)}, "a program of macOS"
    yield "class-file", {"Model.class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(100)}, "a class of Java"
    yield "wasm", {"model.wasm": b"\0asm\1\0\0\0" + bytes(20)}, "WebAssembly"
    yield "script", {"postinstall": SCRIPT}, "a shell script"
    yield "script-as-bin", {"model.bin": SCRIPT}, "a shell script called .bin"
    yield "site-hook", {"corpus.pth": b"import os; print('corpus')\n"}, "a file that Python's site module runs"
    yield "marshal", {"model.pyc": b"\xa7\r\r\n" + bytes(12) + b"N"}, "compiled Python"
    yield "raw-bytes-bin", {"model.bin": noise(5, 4096)}, "bytes of no known format"
    yield "raw-bytes-pt", {"model.pt": noise(6, 4096)}, "bytes of no known format"
    yield "empty-pt", {"model.pt": b""}, "no bytes"
    yield "empty-pkl", {"model.pkl": b""}, "no bytes"
    yield (
        "lfs-pointer",
        {"model.safetensors": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"},
        "a pointer instead of the file",
    )


def _npy() -> bytes:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(8)


def _pickle_tar() -> bytes:
    """A tar whose first member's name is the beginning of a pickle."""
    start = a.proto(2) + b"X" + struct.pack("<I", 503)
    member = bytearray(tar_member(start.decode("latin1") + "x", b"", raw_name=start + b"x"))
    return bytes(member) + EVIL4[2:] + bytes(1024)


def _tar() -> Iterator[tuple[str, bytes, str]]:
    """Tar archives."""
    evil = tar_member("data.pkl", EVIL4)
    yield "payload", tar_file([tar_member("readme.txt", b"corpus"), evil]), "a pickle inside"
    yield "payload-no-extension", tar_file([tar_member("weights", EVIL4)]), "a pickle without extension inside"
    yield "traversal", tar_file([tar_member("../../corpus.txt", b"corpus")]), "a name that leads out"
    yield "absolute", tar_file([tar_member("/tmp/corpus.txt", b"corpus")]), "an absolute name"
    yield "symlink", tar_file([tar_member("a", b"", kind=b"2", link="/etc/hostname")]), "a symbolic link"
    yield (
        "symlink-inside",
        tar_file([tar_member("a", b"", kind=b"2", link="b"), tar_member("a/c", b"corpus")]),
        "a member below a link",
    )
    yield "hardlink", tar_file([tar_member("a", b"", kind=b"1", link="../../etc/hostname")]), "a hard link"
    yield "device", tar_file([tar_member("a", b"", kind=b"3")]), "a device"
    yield "fifo", tar_file([tar_member("a", b"", kind=b"6")]), "a pipe"
    yield "duplicate", tar_file([tar_member("data.pkl", a.dumps({"a": 1})), evil]), "one name twice"
    yield "after-end", tar_file([tar_member("readme.txt", b"corpus")]) + evil, "a member after the end"
    yield "no-end", tar_member("readme.txt", b"corpus") + evil, "no end mark"
    yield "bad-checksum", tar_file([tar_member("readme.txt", b"x", checksum=1), evil]), "a wrong checksum"
    yield "size-negative", tar_file([tar_member("data.pkl", EVIL4, size=b"-0000000001\0")]), "a negative size"
    yield (
        "size-binary",
        tar_file([tar_member("data.pkl", EVIL4, size=b"\x80" + bytes(3) + b"\xff" * 8)]),
        "a size of 2**64",
    )
    yield (
        "size-hides",
        tar_file([tar_member("readme.txt", b"x" * 10, size=b"00000004000\0"), evil]),
        "a size that swallows a member",
    )
    pax = _pax("path", "../../corpus.txt")
    yield (
        "pax-path",
        tar_file([tar_member("x", pax, kind=b"x"), tar_member("readme.txt", b"corpus")]),
        "a pax header renames",
    )
    yield (
        "pax-size",
        tar_file([tar_member("x", _pax("size", "0"), kind=b"x"), tar_member("readme.txt", EVIL4)]),
        "a pax header resizes",
    )
    yield (
        "gnu-long-name",
        tar_file([tar_member("././@LongLink", b"../../corpus.txt\0", kind=b"L"), tar_member("readme.txt", b"corpus")]),
        "a long name leads out",
    )
    yield (
        "torch-old",
        tar_file(
            [
                tar_member("sys_info", a.dumps({"a": 1}, 2)),
                tar_member("pickle", EVIL2),
                tar_member("storages", a.dumps(0, 2)),
                tar_member("tensors", a.dumps(0, 2)),
            ]
        ),
        "the oldest layout of torch",
    )
    yield "executable", tar_file([tar_member("run.sh", SCRIPT)]), "a script inside"
    yield "nested", tar_file([tar_member("inner.tar", tar_file([evil]))]), "a tar inside"


def _pax(key: str, text: str) -> bytes:
    body = f" {key}={text}\n"
    length = len(body) + 2
    while len(f"{length}{body}") != length:
        length += 1
    return f"{length}{body}".encode()


def _packed() -> Iterator[tuple[str, dict[str, bytes], str]]:
    """Compressed streams."""
    yield "gzip", {"model.pkl.gz": gz(EVIL4)}, "gzip"
    yield "gzip-joblib", {"model.joblib": gz(EVIL4)}, "gzip, as joblib reads it"
    yield "zlib-joblib", {"model.joblib": zlib.compress(EVIL4)}, "zlib, as joblib reads it"
    yield "zlib-pkl", {"model.pkl": zlib.compress(EVIL4, 9)}, "zlib under another extension"
    yield "bzip2", {"model.pkl.bz2": bz2.compress(EVIL4)}, "bzip2"
    yield "xz", {"model.joblib": lzma.compress(EVIL4)}, "xz"
    yield "lzma", {"model.joblib": lzma.compress(EVIL4, lzma.FORMAT_ALONE)}, "lzma"
    yield "lz4", {"model.joblib": _lz4(EVIL4)}, "lz4, which cannot be opened"
    yield "zstd", {"model.pkl.zst": _zstd(EVIL4)}, "zstandard, raw block"
    yield (
        "old-joblib",
        {"model.joblib": b"ZF0x" + f"{len(EVIL4):<17x}".encode()[:17].ljust(17) + zlib.compress(EVIL4)},
        "joblib before 0.9.3",
    )
    yield "gzip-two-members", {"model.pkl.gz": gz(a.dumps({"a": 1})) + gz(EVIL4)}, "two gzip members"
    yield "gzip-tail", {"model.pkl.gz": gz(a.dumps({"a": 1})) + EVIL4}, "a pickle after gzip"
    yield "gzip-nested", {"model.pkl.gz": gz(gz(gz(EVIL4)))}, "gzip three times"
    yield (
        "gzip-header-name",
        {"model.gz": b"\x1f\x8b\x08\x08\0\0\0\0\0\xff../../x.pkl\0" + gz(EVIL4)[10:]},
        "a name in gzip that leads out",
    )
    yield "gzip-crc", {"model.pkl.gz": gz(EVIL4)[:-8] + bytes(8)}, "a wrong checksum"
    yield "gzip-truncated", {"model.pkl.gz": gz(EVIL4 + noise(7, 400))[:-60]}, "cut off"
    yield "zlib-truncated", {"model.joblib": zlib.compress(EVIL4 + noise(8, 400))[:-60]}, "cut off"
    yield "tar-gz", {"model.tar.gz": gz(tar_file([tar_member("data.pkl", EVIL4)]))}, "a pickle in tar in gzip"
    yield (
        "tar-gz-traversal",
        {"model.tar.gz": gz(tar_file([tar_member("../../corpus.txt", b"x")]))},
        "a name that leads out",
    )
    yield "tar-gz-torch", {"model.tar.gz": gz(tar_file([tar_member("w.pt", torch_zip(EVIL2))]))}, "four levels"
    yield "zip-in-zip", {"models.zip": plain_zip({"inner.zip": plain_zip({"data.pkl": EVIL4})})}, "a zip in a zip"
    yield (
        "zip-in-zip-deflated",
        {"models.zip": plain_zip({"inner.zip": plain_zip({"data.pkl": EVIL4}, 8)}, 8)},
        "deflated twice",
    )
    yield "gz-in-zip", {"models.zip": plain_zip({"data.pkl.gz": gz(EVIL4)})}, "gzip in a zip"
    deep = EVIL4
    for level in range(12):
        deep = plain_zip({f"{level}.zip" if level else "data.pkl": deep})
    yield "deep", {"models.zip": deep}, "twelve archives deep"
    yield "sevenzip", {"model.7z": b"7z\xbc\xaf\x27\x1c\0\4" + noise(9, 200)}, "7z, which cannot be opened"
    yield "sevenzip-as-bin", {"model.bin": b"7z\xbc\xaf\x27\x1c\0\4" + noise(9, 200)}, "7z called .bin"
    yield "rar", {"model.rar": b"Rar!\x1a\7\1\0" + noise(10, 200)}, "rar, which cannot be opened"
    yield "rar-as-pt", {"model.pt": b"Rar!\x1a\7\1\0" + noise(10, 200)}, "rar called .pt"
    yield "compress-z", {"model.pkl.Z": b"\x1f\x9d\x90" + noise(11, 100)}, "compress, which cannot be opened"
    yield "cab", {"model.cab": b"MSCF" + noise(12, 100)}, "a cabinet"
    yield "cpio", {"model.cpio": b"070701" + b"0" * 104 + b"x\0"}, "cpio"
    yield (
        "ar",
        {
            "model.a": b"!<arch>\ndata.pkl/      0           0     0     644     "
            + f"{len(EVIL4):<10}`\n".encode()
            + EVIL4
        },
        "ar",
    )


def _lz4(data: bytes) -> bytes:
    """An lz4 frame of one stored block."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(data) | 1 << 31) + data + bytes(4)


def _zstd(data: bytes) -> bytes:
    """A zstandard frame of one raw block."""
    block = struct.pack("<I", len(data) << 3 | 1)[:3] + data
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(data) & 255]) + block


def cases() -> Iterator[Case]:
    """All cases."""
    damaged = {"truncated", "crc-good-content", "no-directory", "no-end", "count-low", "encrypted", "device", "symlink"}
    for name, data, about in _zip():
        make = hostile if name in damaged else attack
        yield make(ZIP, name, {"model.pt": data}, about)
        if name in {"prefix", "duplicate", "hidden-local", "concatenated", "overlap", "name-differs"}:
            yield make(ZIP, f"{name}-npz", {"model.npz": data}, about)
    for name, data, about in _torch():
        make = hostile if name in {"storage-is-pickle", "storage-missing", "storage-short"} else attack
        yield make(TORCH, name, {"model.pt": data}, about)
    for name, files, about in _mixed():
        policy = name == "raw-bytes-bin" or name.startswith("empty")
        make = warn if policy else hostile if name.startswith(("raw", "lfs", "pdf")) else attack
        yield make(MIXED, name, files, about)
    for name, data, about in _tar():
        yield attack(TAR, name, {"model.tar": data}, about)
    for name, files, about in _packed():
        yield attack(PACKED, name, files, about)
