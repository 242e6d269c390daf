"""Fuzz the scanner with atheris: whatever a file holds, a scan ends, says no internal error, and keeps to its memory.

Run `scripts/fuzz SECONDS [FOLDER]`. It starts from the corpus of attacks and the real files, and from what earlier runs
kept in FOLDER (`.cache/fuzz` by default). An input that fails is written there and named; add it, made small, to
`fixtures/scan/fuzz`, where a test scans it for ever.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import resource
import sys
import time
from pathlib import Path

import atheris

from scripts.fuzz_names import NAMES

with atheris.instrument_imports(include=["attest.scanning", "attest.formats"], enable_loader_override=False):
    import attest.formats
    import attest.scanning
    from attest.scanning.allowlist import allowed
    from attest.scanning.budget import Limits
    from attest.scanning.observer import scan_file

    # Readers are imported when they are first needed, which would be too late to be watched.
    for package in (attest.formats, attest.scanning):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)

ROOT = Path(__file__).resolve().parent.parent
LIMITS = Limits(seconds=20, opcodes=200_000, stream_opcodes=100_000, unpacked=64 << 20, read=256 << 20)
MAX_SECONDS = 20
MAX_GROWTH = 400 << 10  # KiB of the largest size that the process may have beyond its start
MAX_SEED = 64 << 10
ALLOWED = allowed()
_begin = [0]


def scan(data: bytes) -> None:
    """Scan one input: its first byte chooses the name. Raises AssertionError for what must not happen."""
    if len(data) < 2:
        return
    name, content = NAMES[data[0] % len(NAMES)], data[1:]
    start = time.monotonic()
    found = scan_file(name, len(content), lambda offset, length: content[offset : offset + length], ALLOWED, LIMITS)
    wrong = [item.message for item in found.findings if item.rule == "scan.internal-error"]
    taken = time.monotonic() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - _begin[0]
    if wrong or taken > MAX_SECONDS or grown > MAX_GROWTH:
        raise AssertionError(f"{name}: {wrong or taken or grown} ({taken:.1f} s, {grown} KiB more)")


def seeds(folder: Path) -> int:
    """Write the corpus as seeds, each once for the name that it has; gives their number."""
    from tests.corpus.everything import cases

    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for case in cases():
        for name, data in case.files.items():
            if len(data) > MAX_SEED:
                continue
            ending = name.rpartition("/")[2]
            index = next((at for at, known in enumerate(NAMES) if known == ending), None)
            if index is None:
                extension = "." + ending.rpartition(".")[2]
                index = next((at for at, known in enumerate(NAMES) if known.endswith(extension)), 0)
            content = bytes([index]) + data
            (folder / hashlib.sha256(content).hexdigest()[:20]).write_bytes(content)
            count += 1
    return count


def main() -> None:
    """Fuzz for so many seconds."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / ".cache" / "fuzz")
    print(f"{seeds(folder / 'seeds')} seeds")
    (folder / "kept").mkdir(parents=True, exist_ok=True)
    _begin[0] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    atheris.Setup(
        [sys.argv[0], str(folder / "kept"), str(folder / "seeds"), f"-max_total_time={seconds}", "-max_len=65536",
         f"-timeout={2 * MAX_SECONDS}", "-rss_limit_mb=2048", f"-artifact_prefix={folder}/failed-",
         "-print_final_stats=1"],
        scan,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main()
