"""What the interoperability tests share: the real peer, keys on every curve, models with hard names."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attest.operations.key import generate
from tests.conftest import ROOT

PEERS = Path(os.environ.get("ATTEST_PEERS", ROOT / ".venvs" / "peers"))
DRIVER = Path(__file__).with_name("peer_driver.py")
CURVES = ("P-256", "P-384", "P-521")

# The small model of the OMS notes: an empty file, a name that sorts differently by component, a non-ASCII name.
SMALL: dict[str, bytes] = {
    "config.json": b'{"a":1}\n',
    "empty": b"",
    "sub-x": b"W2\n",
    "sub/w.bin": b"w\n",
    "é.txt": "é\n".encode(),
}
# Names that a shell, a sort or a parser of file lists may trip over.
AWKWARD: dict[str, bytes] = {
    " leading and trailing ": b"1",
    "-": b"2",
    "-rf": b"3",
    "--help/--version": b"4",
    "#comment": b"5",
    "$(id)": b"6",
    "'single' \"double\" `back`": b"7",
    "a": b"8",
    "a-b": b"9",
    "a.b/c": b"10",
    "a:0:3": b"11",
    "a b/c\td": b"12",
    "A": b"13",
    "ab/.git/config": b"14",
    "e\u0301.bin": b"15",
    "é.bin": b"16",
    "z/a/b/c/d/e/f/g": b"",
    "～": b"17",
    "😀.bin": b"18",
}
# A folder beside a file whose name continues with a character below the separator.
SEPARATOR: dict[str, bytes] = {"a-b": b"1", "a/b": b"2", "a0": b"3", "a/b-c/d": b"4", "a/b!": b"5"}


@dataclass(frozen=True)
class Outcome:
    """What one run of the peer gave."""

    code: int
    output: str


@dataclass(frozen=True)
class KeyPair:
    """The files of one key."""

    private: Path
    public: Path


class Peer:
    """model_signing in its own environment; each call is one command, as a person would type it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *argv: object, cwd: Path = ROOT) -> Outcome:
        """Run `model_signing ARGV`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"argv": [str(item) for item in argv], "cwd": str(cwd)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the peer's process ended; its own error is above"
        return Outcome(**json.loads(answer))

    def sign(self, model: Path, key: KeyPair, *options: object, signature: Path | None = None) -> Path:
        """Sign, which must succeed; returns the bundle's path, `model.sig` inside the model unless given."""
        bundle = signature or model / "model.sig"
        done = self("sign", "key", model, "--private_key", key.private, "--signature", bundle, *options)
        assert done.code == 0, done.output
        return bundle

    def verify(self, model: Path, key: KeyPair, *options: object, signature: Path | None = None) -> Outcome:
        """Verify; the code is 0 or 1."""
        bundle = signature or model / "model.sig"
        return self("verify", "key", model, "--public_key", key.public, "--signature", bundle, *options)


def need_peers() -> Path:
    """The interpreter of the peers' environment. A peer that is not there is a failure, never a skip."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        pytest.fail(f"there is no peer at {python}; run `scripts/setup peers`, or name another place in ATTEST_PEERS")
    return python


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    """The peer, started once per test process."""
    process = subprocess.Popen(
        [need_peers(), "-I", DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.__stderr__, text=True
    )
    with process:
        yield Peer(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def key_on(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], KeyPair]:
    """A key on a curve, made once: the same call gives the same key."""
    made: dict[str, KeyPair] = {}

    def key(curve: str) -> KeyPair:
        if curve not in made:
            files = generate(str(tmp_path_factory.mktemp("keys") / "signer.pem"), kind=curve)
            made[curve] = KeyPair(private=Path(files.private), public=Path(files.public))
        return made[curve]

    return key


@pytest.fixture(scope="session")
def key(key_on: Callable[[str], KeyPair]) -> KeyPair:
    """The usual key, on P-256."""
    return key_on("P-256")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small model, in a folder of that name."""
    return make_model(tmp_path / "small", SMALL)


def make_model(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write `files` below `folder`."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def envelope_of(bundle: bytes) -> tuple[bytes, bytes]:
    """Payload and signature of a bundle, read with nothing of ours."""
    envelope = json.loads(bundle)["dsseEnvelope"]
    (signature,) = envelope["signatures"]
    return base64.b64decode(envelope["payload"]), base64.b64decode(signature["sig"])


def statement_of(bundle: Path) -> dict[str, Any]:
    """The statement in a bundle file, read with nothing of ours."""
    statement: dict[str, Any] = json.loads(envelope_of(bundle.read_bytes())[0])
    return statement
