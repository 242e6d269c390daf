"""Benchmarks: our figures beside the peers', in one run, as ratios of CPU seconds.

`scripts/bench [NAME ...] [--runs N]` prints one row per figure and ends with 1 when a wanted reach is missed. Both
sides of a row run in turn (A B A B ...) after one run of each that makes the input and warms the page cache; the
median counts, and `spread` is the lowest and the highest ratio of two neighbouring runs. CPU is user plus system time
of the whole process with its children, or, where a row says `in process`, of the call alone without start-up. A row
in `wall s` compares wall time, which needs an idle machine with two processors.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / ".venv" / "bin" / "attest"
PYTHON = ROOT / ".venv" / "bin" / "python"
PEERS = ROOT / ".venvs" / "peers" / "bin"
Measure = Callable[[], float]
SIGN_AS_IDENTITY = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from attest import sign
from attest.signing import SignerOptions
from tests.simulators.sigstore.instance import LoopbackSigstore
folder = Path(sys.argv[2])
with LoopbackSigstore(folder / "state", rekor_version=2) as instance:
    config = instance.write_trust(folder / "trust")
    options = SignerOptions(trust_config=str(config), identity_token=instance.mint())
    sign(folder / "model", "sigstore:", options=options)
    (folder / "issuer").write_text(instance.issuer)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: our side, the peer's, and the ratio that is wanted at most."""

    name: str
    title: str
    ours: Measure
    peer: Measure
    reach: float
    unit: str = "CPU s"


def cpu(*argv: object, stdin: bytes = b"") -> float:
    """CPU seconds of one process and its children, which must end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(map(str, argv)), input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak(*argv: object) -> float:
    """Peak resident memory of one process, in MB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([PYTHON, "-c", code, *map(str, argv)], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1000


def inside(python: Path, setup: str, call: str, *argv: object, clock: str = "process_time") -> float:
    """CPU seconds of one call in a fresh interpreter, imports excluded; wall seconds with the clock `perf_counter`."""
    code = f"import sys, time\n{setup}\nt = time.{clock}()\n{call}\nprint(time.{clock}() - t)"
    done = subprocess.run([python, "-c", code, *map(str, argv)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def our_hash(path: Path) -> float:
    """Our hashing of a tree or file: walk, digests, names, tree digest."""
    return inside(
        PYTHON, "from attest.hashing import hash_artifact, locate", "hash_artifact(locate(sys.argv[1]))", path
    )


def our_wall(path: Path, shard_size: int = 0) -> float:
    """Wall seconds of our hashing of whole files, or of their shards."""
    setup = "from attest.domain.recipe import Recipe\nfrom attest.hashing import *"
    options = f"HashOptions(whole=False, recipes=(Recipe(shard_size={shard_size}),))"
    call = f"hash_shards(model, {options})" if shard_size else "hash_artifact(model)"
    return inside(PYTHON, f"{setup}\nmodel = locate(sys.argv[1])", call, path, clock="perf_counter")


def peer_hash(path: Path) -> float:
    """model-signing's hashing of the same files."""
    setup = "from model_signing import hashing\nconfig = hashing.Config()"
    return inside(PEERS / "python", setup, "config.hash(sys.argv[1])", path)


def files(folder: Path, count: int, size: int) -> Path:
    """`count` files of `size` bytes in folders of 200; the same bytes at every run."""
    source = random.Random(7)  # noqa: S311 - test data
    for number in range(count):
        place = folder / f"d{number // 200:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"f{number % 200:03}.bin").write_bytes(source.randbytes(size))
    return folder


def single(path: Path, size: int, *, sparse: bool = False) -> Path:
    """One file of `size` bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    block = random.Random(8).randbytes(1 << 20)  # noqa: S311 - test data
    with path.open("wb") as stream:
        if sparse:
            stream.truncate(size)
        else:
            for _ in range(size >> 20):
                stream.write(block)
    return path


class Bench:
    """The inputs, made once, and the rows over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "signer.pem"
        cpu(OURS, "key", "generate", "--out", self.key, "--unencrypted")
        self.public = folder / "signer.pub"

    def rows(self) -> list[Row]:
        """Every figure; each makes its own input when it is first needed."""
        return [*self._hash_rows(), *self._process_rows(), *self._signature_rows(), *self._memory_rows()]

    def _many(self) -> Path:
        path = self.folder / "many"
        return path if path.exists() else files(path, 20_000, 4096)

    def _kilobytes(self, count: int) -> Path:
        path = self.folder / f"kilobytes-{count}"
        return path if path.exists() else files(path, count, 1024)

    def _large(self) -> Path:
        path = self.folder / "large.bin"
        return path if path.exists() else single(path, 1 << 30)

    def _huge(self) -> Path:
        path = self.folder / "huge"
        if not path.exists():
            single(path / "weights.bin", 4 << 30, sparse=True)
        return path

    def _small(self) -> Path:
        path = self.folder / "small"
        if not path.exists():
            files(path, 5, 1000)
            cpu(
                PEERS / "model_signing",
                "sign",
                "key",
                path,
                "--private_key",
                self.key,
                "--signature",
                path / "model.sig",
            )
        return path

    def _hash_rows(self) -> list[Row]:
        many, large = self._many, self._large
        listing = "import hashlib"
        whole = "with open(sys.argv[1], 'rb') as f: hashlib.file_digest(f, 'sha256')"
        find = "find . -type f -print0 | xargs -0 -P2 sha256sum"
        return [
            Row(
                name="digest-many",
                title="digest 20,000 x 4 KiB, in process, against model_signing",
                ours=lambda: our_hash(many()),
                peer=lambda: peer_hash(many()),
                reach=1 / 8,
            ),
            Row(
                name="digest-many-sha256sum",
                title="the same against find | xargs -P2 sha256sum",
                ours=lambda: our_hash(many()),
                peer=lambda: cpu("sh", "-c", f"cd '{many()}' && {find}"),
                reach=1 / 2.5,
            ),
            Row(
                name="digest-large-openssl",
                title="digest 1 GiB, in process, against openssl dgst -sha256",
                ours=lambda: our_hash(large()),
                peer=lambda: cpu("openssl", "dgst", "-sha256", large()),
                reach=1.05,
            ),
            Row(
                name="digest-large-hashlib",
                title="digest 1 GiB, both in process, against hashlib.file_digest (whose buffer may be misaligned)",
                ours=lambda: our_hash(large()),
                peer=lambda: inside(PYTHON, listing, whole, large()),
                reach=1.0,
            ),
            Row(
                name="linear",
                title="200,000 x 1 KiB against 20,000 x 1 KiB, both ours, in process",
                ours=lambda: our_hash(self._kilobytes(200_000)),
                peer=lambda: our_hash(self._kilobytes(20_000)),
                reach=11,
            ),
            Row(
                name="shards-4gib",
                title="wall time: hash 4 GiB (sparse) in shards of 10^9 bytes against whole, both ours, in process",
                ours=lambda: our_wall(self._huge(), 1_000_000_000),
                peer=lambda: our_wall(self._huge()),
                reach=1 / 1.7,
                unit="wall s",
            ),
        ]

    def _process_rows(self) -> list[Row]:
        peer = PEERS / "model_signing"
        theirs, small = self.folder / "theirs.sig", self.folder / "small" / "model.sig"
        return [
            Row(
                name="sign-many",
                title="sign 20,000 x 4 KiB, whole process",
                ours=lambda: cpu(
                    OURS, "sign", self._many(), "--key", self.key, "--signature", self.folder / "ours.sig"
                ),
                peer=lambda: cpu(peer, "sign", "key", self._many(), "--private_key", self.key, "--signature", theirs),
                reach=1 / 3,
            ),
            Row(
                name="verify-small",
                title="verify a small model with a key, whole process",
                ours=lambda: cpu(OURS, "verify", self._small(), "--key", self.public),
                peer=lambda: cpu(
                    peer, "verify", "key", self._small(), "--public_key", self.public, "--signature", small
                ),
                reach=1 / 2,
            ),
            Row(
                name="help",
                title="--help, whole process",
                ours=lambda: cpu(OURS, "--help"),
                peer=lambda: cpu(peer, "--help"),
                reach=1 / 3,
            ),
        ]

    def _signature_rows(self) -> list[Row]:
        peer, signature = PEERS / "model_signing", self.folder / "many.sig"

        def signed() -> Path:
            many = self._many()
            if not signature.exists():
                cpu(peer, "sign", "key", many, "--private_key", self.key, "--signature", signature)
            return many

        return [
            Row(
                name="verify-many",
                title="verify 20,000 x 4 KiB with a key, whole process, the peer's bundle",
                ours=lambda: cpu(OURS, "verify", signed(), "--key", self.public, "--signature", signature),
                peer=lambda: cpu(
                    peer, "verify", "key", signed(), "--public_key", self.public, "--signature", signature
                ),
                reach=1 / 3,
            ),
            Row(
                name="verify-identity",
                title="verify a small model by identity, whole process, against python -c 'import sigstore.verify'",
                ours=lambda: cpu(OURS, "verify", *self._identity()),
                peer=lambda: cpu(PYTHON, "-c", "import sigstore.verify"),
                reach=1.1,
            ),
        ]

    def _identity(self) -> tuple[object, ...]:
        """A small model signed by an identity of a loopback Sigstore, and the options that verify it."""
        folder = self.folder / "identity"
        if not folder.exists():
            files(folder / "model", 5, 1000)
            cpu(PYTHON, "-c", SIGN_AS_IDENTITY, ROOT, folder)
        issuer = (folder / "issuer").read_text()
        identity = ("--identity", "dev@example.com", "--issuer", issuer)
        return folder / "model", *identity, "--trusted-root", folder / "trust" / "trusted_root.json"

    def _memory_rows(self) -> list[Row]:
        ours, theirs = self.folder / "ours.sig", self.folder / "theirs.sig"

        def row(name: str, title: str, model: Callable[[], Path]) -> Row:
            peer = PEERS / "model_signing"
            return Row(
                name=name,
                title=title,
                ours=lambda: peak(OURS, "sign", model(), "--key", self.key, "--signature", ours),
                peer=lambda: peak(peer, "sign", "key", model(), "--private_key", self.key, "--signature", theirs),
                reach=1.0,
                unit="MB",
            )

        return [
            row("memory-large", "peak memory, sign one file of 4 GiB (sparse)", self._huge),
            row("memory-many", "peak memory, sign 20,000 x 4 KiB", self._many),
        ]


def measure(row: Row, runs: int) -> bool:
    """Run both sides in turn, print the row, and say whether the reach was met."""
    row.ours(), row.peer()  # makes the inputs, warms the page cache
    pairs = [(row.ours(), row.peer()) for _ in range(runs)]
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = ours / peer
    ratios = [one / other for one, other in pairs]
    met: bool = ratio <= row.reach
    word = "ok" if met else "MISSED"
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
    figures = f"{ours:9.3f} {peer:9.3f} {row.unit:6} {ratio:6.3f} {row.reach:6.3f} {spread:>11} {word:6}"
    print(f"{row.name:22} {figures} {row.title}", flush=True)
    return met


def first_line(*argv: object) -> str:
    """The first line of what a command prints, or how it failed: a fact is no reason to measure nothing."""
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, check=False)
    return next(iter(done.stdout.splitlines()), f"{argv[0]} ended with {done.returncode}")


def versions(python: Path, *packages: str) -> str:
    """The versions of an interpreter, its OpenSSL and some of its packages."""
    code = (
        "import platform, ssl, sys; from importlib.metadata import version;"
        "print('Python', platform.python_version(), '|', ssl.OPENSSL_VERSION, '|',"
        "', '.join(f'{name} {version(name)}' for name in sys.argv[1:]))"
    )
    return first_line(python, "-I", "-c", code, *packages)


def facts() -> str:
    """The machine and the versions, for whoever reads the figures later."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{model}, {len(os.sched_getaffinity(0))} processors, load {load}, {platform.platform()}\n"
        f"attest: {versions(PYTHON, 'attest-ml', 'cryptography', 'typer')}\n"
        f"peer: {versions(PEERS / 'python', 'model-signing', 'sigstore', 'cryptography', 'protobuf')}\n"
        f"tools: {first_line('openssl', 'version')}, {first_line('sha256sum', '--version')}\n"
    )


def bom_rows(folder: Path) -> list[Row]:
    """The rows about bills of materials, when their peers are set up."""
    sys.path.insert(0, str(ROOT))
    from scripts.bench_boms import CDXGEN, BomBench

    if not CDXGEN.exists() or not (ROOT / ".venvs" / "bompeers").exists():
        print("rows about bills of materials are left out; run scripts/setup bompeers and scripts/setup cdxgen")
        return []
    return BomBench(folder).rows()


def cache_bytecode(folder: Path) -> None:
    """Give both sides one bytecode cache, whatever the environment says.

    The peer's wheels are compiled when they are installed; an editable install would be compiled at every run.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")


def main() -> int:
    """Parse the arguments and run the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="rows to run; all by default")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each side; figures need 5")
    parser.add_argument("--quick", action="store_true", help="one run of each side: shows that it works, no figures")
    options = parser.parse_args()
    for program in (OURS, PEERS / "model_signing"):
        if not program.exists():
            parser.error(f"{program} is missing; run scripts/setup dev and scripts/setup peers")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the inputs, some gigabytes, go away in any case
    folder = Path(tempfile.mkdtemp(prefix="attest-bench-"))
    try:
        cache_bytecode(folder)
        rows = [*Bench(folder).rows(), *bom_rows(folder)]
        if unknown := set(options.names) - {row.name for row in rows}:
            parser.error(f"no such row: {', '.join(sorted(unknown))}; one of {', '.join(row.name for row in rows)}")
        print(facts())
        print(f"{'row':22} {'attest':>9} {'peer':>9} {'unit':6} {'ratio':>6} {'reach':>6} {'spread':>11}")
        wanted = [row for row in rows if not options.names or row.name in options.names]
        met = [measure(row, 1 if options.quick else options.runs) for row in wanted]
        print(f"\nload at the end {os.getloadavg()[0]:.2f}")
        return 0 if all(met) else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
