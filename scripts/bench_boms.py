"""Rows of scripts/bench about bills of materials. They need scripts/setup bompeers and scripts/setup cdxgen.

Inputs are the real MiniLM of scripts/fixtures models, and files made here whose weights are holes: a reader of headers
does not notice, and a library that loads everything reads as many bytes as it would of real weights.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from scripts.bench import PYTHON, ROOT, Row, cpu, files, inside, peak

PEERS = ROOT / ".venvs" / "bompeers" / "bin"
CDXGEN = ROOT / ".venvs" / "cdxgen" / "node_modules" / ".bin" / "cdxgen"
OURS = ROOT / ".venv" / "bin" / "attest"
MINILM = ROOT / ".cache" / "models" / "minilm"
OUR_READER = (
    "import os\nfrom attest.formats.source import Source\nfrom attest.formats.{0} import read\n"
    "fd = os.open(sys.argv[1], os.O_RDONLY)\n"
    "source = Source('m', os.fstat(fd).st_size, lambda offset, length: os.pread(fd, length, offset))"
)
ENCODER = """
from attest.bom.cyclonedx import to_cyclonedx
from attest.domain.bom import Bom, FileRecord, Value
name = Value(text="m", origin="declared", source="the caller")
files = tuple(
    FileRecord(name=f"d/f{n:06}", sha256="a" * 64, sha512="b" * 128, size=n, format="text") for n in range(COUNT)
)
bom = Bom(name=name, digest="d" * 64, digest_kind="attest-tree/v1", files=files)
to_cyclonedx(Bom(name=name, digest="d" * 64, digest_kind="attest-tree/v1"), tool_version="1")
"""
LIBRARY = """
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
bom = Bom()
bom.components.update(
    Component(
        type=ComponentType.FILE,
        name=f"d/f{n:06}",
        bom_ref=f"ref#d/f{n:06}",
        hashes=[
            HashType(alg=HashAlgorithm.SHA_256, content="a" * 64),
            HashType(alg=HashAlgorithm.SHA_512, content="b" * 128),
        ],
        properties=[Property(name="attest:file:format", value="text"), Property(name="attest:file:size", value=str(n))],
    )
    for n in range(10_000)
)
"""


class BomBench:
    """The inputs, made once, and the rows over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "bom.json"

    def rows(self) -> list[Row]:
        """Every figure about bills of materials."""
        return [*self._whole(), *self._headers(), *self._documents()]

    def _ours(self, *options: str) -> float:
        return cpu(OURS, "bom", "model", MINILM, "--output", self.out, *options)

    def _whole(self) -> Iterator[Row]:
        toolkit = [PEERS / "toolkit-mlsbom", "generate", "--root", MINILM, "--include", "**/*", "--format", "cyclonedx"]
        theirs = self.folder / "theirs.json"
        yield Row(
            name="bom-minilm-toolkit",
            title="bom model of MiniLM (91 MB), both digests, whole process, against toolkit-mlsbom generate",
            ours=self._ours,
            peer=lambda: cpu(*toolkit, "--out", theirs),
            reach=1.0,
        )
        yield Row(
            name="bom-minilm-cdxgen",
            title="the same against cdxgen -t ai, which hashes nothing",
            ours=self._ours,
            peer=lambda: cpu(CDXGEN, "-t", "ai", "-o", theirs, MINILM),
            reach=1 / 5,
        )
        yield Row(
            name="bom-minilm-sha256",
            title="the same with SHA-256 alone against cdxgen -t ai",
            ours=lambda: self._ours("--no-sha512"),
            peer=lambda: cpu(CDXGEN, "-t", "ai", "-o", theirs, MINILM),
            reach=1 / 5,
        )

    def _headers(self) -> Iterator[Row]:
        yield Row(
            name="gguf-header",
            title="GGUF header with a vocabulary of 150,000, in process, against gguf.GGUFReader",
            ours=lambda: inside(PYTHON, OUR_READER.format("gguf"), "read(source)", self._gguf()),
            peer=lambda: inside(
                PEERS / "python", "from gguf import GGUFReader", "GGUFReader(sys.argv[1])", self._gguf()
            ),
            reach=1 / 50,
        )
        yield Row(
            name="onnx-header",
            title="bytes read of a 1.6 GB ONNX file with 24 initialisers, against its size",
            ours=lambda: self._bytes_read(self._onnx()),
            peer=lambda: float(self._onnx().stat().st_size),
            reach=1 / 1000,
            unit="bytes",
        )

    def _documents(self) -> Iterator[Row]:
        def ours(count: int) -> float:
            return inside(PYTHON, ENCODER.replace("COUNT", str(count)), "to_cyclonedx(bom, tool_version='1')")

        write = "make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()"
        yield Row(
            name="bom-10000",
            title="10,000 file components written, in process, against cyclonedx-python-lib's serialiser",
            ours=lambda: ours(10_000),
            peer=lambda: inside(PYTHON, LIBRARY, write),
            reach=1 / 50,
        )
        yield Row(
            name="bom-linear",
            title="50,000 components against 10,000, both ours, in process",
            ours=lambda: ours(50_000),
            peer=lambda: ours(10_000),
            reach=6,
        )
        yield Row(
            name="dataset-memory",
            title="peak memory, bom dataset of 1,000,000 files, against 1,024 MB",
            ours=lambda: peak(OURS, "bom", "dataset", self._million(), "--output", self.out, "--no-sha512"),
            peer=lambda: 1024.0,
            reach=1.0,
            unit="MB",
        )

    def _million(self) -> Path:
        path = self.folder / "million"
        return path if path.exists() else files(path, 1_000_000, 16)

    def _gguf(self) -> Path:
        path = self.folder / "vocabulary.gguf"
        if not path.exists():
            path.write_bytes(gguf(150_000))
        return path

    def _onnx(self) -> Path:
        path = self.folder / "large.onnx"
        if not path.exists():
            onnx(path, 24, 1_600_000_000)
        return path

    def _bytes_read(self, path: Path) -> float:
        count = (
            "taken = 0\n"
            "def read_at(offset, length):\n"
            "    global taken\n"
            "    taken += length\n"
            "    return os.pread(fd, length, offset)\n"
            "source = Source('m', os.fstat(fd).st_size, read_at)\n"
            "read(source)\n"
        )
        code = f"{OUR_READER.format('onnx')}\n{count}"
        # `inside` prints a time; here the count takes its place.
        return inside(PYTHON, code, "t = time.process_time() - taken", path)


def gguf(tokens: int) -> bytes:
    """A GGUF 3 file of a header alone: a few keys, a vocabulary, and one tensor of nothing but zeros."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    def entry(key: str, kind: int, value: bytes) -> bytes:
        return text(key) + struct.pack("<I", kind) + value

    words = b"".join(text(f"token{number:09}") for number in range(tokens))
    entries = [
        entry("general.architecture", 8, text("llama")),
        entry("llama.context_length", 4, struct.pack("<I", 4096)),
        entry("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, tokens) + words),
        entry("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, tokens) + bytes(4 * tokens)),
    ]
    tensor = text("token_embd.weight") + struct.pack("<IQQIQ", 2, 32, 32, 0, 0)
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(entries)) + b"".join(entries) + tensor
    return header + bytes(-len(header) % 32) + bytes(32 * 32 * 4)


def onnx(path: Path, count: int, size: int) -> None:
    """An ONNX model whose initialisers are holes of a sparse file."""

    def varint(number: int) -> bytes:
        made = bytearray()
        while number > 0x7F:
            made.append(number & 0x7F | 0x80)
            number >>= 7
        made.append(number)
        return bytes(made)

    def field(number: int, data: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(data)) + data

    each = size // count // 4 * 4
    before, spans = [], 0
    for number in range(count):
        head = (
            b"\x08"
            + varint(each // 4)
            + b"\x10\x01"
            + field(8, f"w{number}".encode())
            + varint(9 << 3 | 2)
            + varint(each)
        )
        initialiser = varint(5 << 3 | 2) + varint(len(head) + each) + head
        before.append(initialiser)
        spans += len(initialiser) + each
    node = field(1, field(1, b"x") + field(2, b"y") + field(4, b"Identity"))
    graph = len(node) + spans
    start = b"\x08\x08" + field(8, b"\x0a\x00\x10\x11") + varint(7 << 3 | 2) + varint(graph) + node
    with path.open("wb") as stream:
        stream.write(start)
        for initialiser in before:
            stream.write(initialiser)
            stream.seek(each, 1)
        stream.truncate(len(start) + spans)
