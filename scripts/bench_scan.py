"""Benchmarks of the scanner: what ours and the peers make of the same files in one run, and what it costs.

`scripts/bench scan [TOOL ...] [--small] [--large]` writes the corpus (tests/corpus, fixtures/scan, .cache/models) to a
folder and gives it to each scanner, one process for all files. Words: FLAG would block, WARN warns, INC says that it
cannot tell, CLEAN passes silently, ERR crashes or takes over 20 s. Costs are CPU seconds of the whole process; the
ratio is ours to the peer's. Payloads are never run: no scanner loads a file.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DRIVER = ROOT / "scripts" / "scan_bench_driver.py"
OURS = "attest"
TOOLS = (OURS, "picklescan", "picklescan-strict", "modelscan", "fickling", "modelaudit-picklescan", "modelaudit")
WORDS = ("FLAG", "WARN", "INC", "CLEAN", "ERR")
STALLED = 60
"""Seconds without an answer after which a scanner is ended; its alarm comes after 20, which native code may ignore."""
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True, slots=True)
class Item:
    """One artifact of the corpus on disk."""

    path: Path
    group: str
    bad: bool


@dataclass(slots=True)
class Answers:
    """What one scanner said, by the number of the item, and its CPU and wall seconds."""

    words: dict[int, str] = field(default_factory=dict)
    cpu: float = 0.0
    wall: float = 0.0


def write_corpus(folder: Path) -> list[Item]:
    """Write every case to a folder of its own; what the catalogue only warns of is left out."""
    from tests.corpus import everything, frameworks

    items = []
    for number, case in enumerate(chain(everything.cases(), frameworks.cases())):
        if case.expect == "warn":
            continue
        place = folder / f"{number:05}"
        for name, data in case.files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        shown = place if len(case.files) > 1 else place / next(iter(case.files))
        items.append(Item(shown, case.klass, case.expect == "bad"))
    for package in frameworks.packages() if frameworks.MODELS.is_dir() else []:
        items += [Item(path, "real models", bad=False) for path in sorted(package.rglob("*")) if _is_model(path)]
    return items


def _is_model(path: Path) -> bool:
    """Whether a file or folder out of a package is a model, not text beside it."""
    inert = {"", ".csv", ".json", ".md", ".py", ".txt", ".yml"}
    if any(parent.suffix == ".mlpackage" for parent in path.parents):
        return False  # the package is one model, and its parts are none
    return path.suffix == ".mlpackage" or (
        path.is_file() and path.suffix.lower() not in inert and not path.name.startswith(".")
    )


def _python(tool: str) -> Path:
    return (ROOT / ".venv" if tool == OURS else ROOT / ".venvs" / "scanpeers") / "bin" / "python"


def _environment(home: Path) -> dict[str, str]:
    """No telemetry, and a home that goes away."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPYCACHEPREFIX") if name in os.environ}
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "CI": "1", "NO_ANALYTICS": "1", "DO_NOT_TRACK": "1"}
    return {**kept, **quiet, "HOME": str(home), "PYTHONPATH": str(ROOT)}


def ask(tool: str, items: Sequence[Item], home: Path) -> Answers:
    """Give all items to a scanner; one that dies or stalls is started anew behind the item that it died of."""
    answers = Answers()
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    waiting = list(enumerate(items))
    while waiting:
        answered = _run(tool, waiting, home, answers)
        if answered < len(waiting):
            answers.words[waiting[answered][0]] = "ERR"
        waiting = waiting[answered + 1 :]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    answers.wall = time.monotonic() - started
    return answers


def _run(tool: str, waiting: Sequence[tuple[int, Item]], home: Path, answers: Answers) -> int:
    """One process of a scanner; returns how many items it answered."""
    paths = home / "paths"
    shown = (f"{number}\t{str(item.path).encode('unicode_escape').decode()}\n" for number, item in waiting)
    paths.write_text("".join(shown))
    with paths.open() as feed, (home / "answers").open("w") as out:
        process = subprocess.Popen(
            [str(_python(tool)), str(DRIVER), tool],
            stdin=feed,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=_environment(home),
        )
        size, seen = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.2)
            now = (home / "answers").stat().st_size
            if now != size:
                size, seen = now, time.monotonic()
            elif time.monotonic() - seen > STALLED:
                process.kill()
    lines = (home / "answers").read_text(errors="replace").splitlines()
    for line in lines:
        number, word, _ = line.split("\t", 2)
        answers.words[int(number)] = word
    return len(lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def print_totals(items: Sequence[Item], found: dict[str, Answers]) -> None:
    """The table of all items, one scanner a line."""
    bad, good = sum(item.bad for item in items), sum(not item.bad for item in items)
    print(f"\n{bad} artifacts that must not pass, {good} benign ones")
    head = "".join(f"{word:>6}" for word in WORDS)
    print(
        f"{'scanner':22}{head} {'detected':>9} {'not clean':>9} {'silent':>7} |{head} {'false +':>8} {'not clean':>9}"
    )
    for tool, answers in found.items():
        counts = {
            side: Counter(answers.words[n] for n, item in enumerate(items) if item.bad is side)
            for side in (True, False)
        }
        hostile, benign = counts[True], counts[False]
        print(
            f"{tool:22}" + "".join(f"{hostile[word]:6}" for word in WORDS)
            + f" {_share(hostile['FLAG'] + hostile['WARN'], bad):>9} {_share(bad - hostile['CLEAN'], bad):>9}"
            + f" {hostile['CLEAN']:7} |" + "".join(f"{benign[word]:6}" for word in WORDS)
            + f" {_share(benign['FLAG'] + benign['WARN'], good):>8} {_share(good - benign['CLEAN'], good):>9}"
        )  # fmt: skip


def print_groups(items: Sequence[Item], found: dict[str, Answers]) -> None:
    """Flagged or warned / passed silently, by group; benign groups show those not clean."""
    for bad in (True, False):
        groups: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(items):
            if item.bad is bad:
                groups[item.group].append(number)
        print("\n" + ("must not pass: detected/silent" if bad else "benign: flagged or warned/unscanned or error"))
        print(f"{'group':26}{'n':>5}" + "".join(f"{tool[:15]:>16}" for tool in found))
        for group in sorted(groups):
            row = f"{group:26}{len(groups[group]):5}"
            for answers in found.values():
                words = Counter(answers.words[number] for number in groups[group])
                other = words["CLEAN"] if bad else words["INC"] + words["ERR"]
                row += f"{words['FLAG'] + words['WARN']:>11}/{other:<4}"
            print(row)


def print_costs(found: dict[str, Answers]) -> None:
    """CPU of the whole run, and ours as a ratio."""
    ours = found.get(OURS)
    print(f"\n{'scanner':22}{'CPU s':>9}{'wall s':>9}{'ours / its CPU':>16}")
    for tool, answers in found.items():
        ratio = f"{ours.cpu / answers.cpu:.2f}" if ours and answers.cpu else "-"
        print(f"{tool:22}{answers.cpu:9.1f}{answers.wall:9.1f}{ratio:>16}")


def large_torch(path: Path, size: int = 2 << 30) -> None:
    """A torch zip of one storage of zeros, as a sparse file."""
    from tests.corpus import assembler as a
    from tests.corpus.torch_zip import state_dict, tensor
    from tests.corpus.zips import plain_zip

    crc, block = 0, bytes(1 << 20)
    for _ in range(size >> 20):
        crc = zlib.crc32(block, crc)
    pickle = a.pickle(state_dict({"w": tensor("0", (size // 4,))}), 2)
    files = {
        "archive/data.pkl": pickle,
        "archive/byteorder": b"little",
        "archive/version": b"3\n",
        "archive/data/0": b"",
    }
    small = plain_zip(files)
    local, directory = small.rindex(b"PK\3\4"), small.index(b"PK\1\2")
    entry = small.rindex(b"PK\1\2")
    head = bytearray(small[:directory])
    struct.pack_into("<III", head, local + 14, crc, size, size)
    tail = bytearray(small[directory:])
    struct.pack_into("<III", tail, entry - directory + 16, crc, size, size)
    struct.pack_into("<I", tail, len(tail) - 6, directory + size)
    _sparse(path, bytes(head), size, bytes(tail))


def large_safetensors(path: Path, size: int = 2 << 30) -> None:
    """A safetensors file of one tensor of zeros, as a sparse file."""
    from tests.corpus.protos import safetensors, st_entry

    _sparse(path, safetensors({"w": st_entry("F32", [size // 4], 0, size)}), size, b"")


def _sparse(path: Path, head: bytes, hole: int, tail: bytes) -> None:
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) + hole)
        file.write(tail)
        file.truncate(len(head) + hole + len(tail))


def many_opcodes(path: Path) -> None:
    """A pickle of twelve million opcodes."""
    path.write_bytes(b"\x80\x04" + b"N0" * 6_000_000 + b"N.")


LARGE = {"2 GiB torch zip": ("big.pt", large_torch), "2 GiB safetensors": ("big.safetensors", large_safetensors),
         "12 million opcodes": ("many.pkl", many_opcodes)}  # fmt: skip


def one_file(tool: str, path: Path, home: Path) -> tuple[str, float, float, float]:
    """The word, CPU and wall seconds, and peak memory in MB of one process that scans one file, start-up included."""
    command = [str(_python(tool)), str(DRIVER), tool, "peak"]
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(home),
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    if path.name:
        process.stdin.write(f"0\t{path}\n")
    process.stdin.close()
    said = process.stdout.read().splitlines()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    word = said[0].split("\t")[1] if said and "\t" in said[0] else "ERR"
    peak = int(said[-1]) if said and said[-1].isdecimal() else usage.ru_maxrss
    return word, usage.ru_utime + usage.ru_stime, time.monotonic() - started, peak / 1000


def print_large(tools: Iterable[str], folder: Path, home: Path) -> None:
    """Every scanner on every large file; `start` is the same process without a file."""
    heads = ("word", "CPU s", "wall s", "peak MB", "start CPU s", "start MB")
    print(f"\n{'large file':20}{'scanner':22}" + "".join(f"{head:>13}" for head in heads))
    for title, (name, write) in LARGE.items():
        write(folder / name)
        for tool in tools:
            _, empty, _, base = one_file(tool, Path(), home)
            word, cpu, wall, peak = one_file(tool, folder / name, home)
            figures = f"{word:>13}{cpu:13.2f}{wall:13.2f}{peak:13.0f}{empty:13.2f}{base:13.0f}"
            print(f"{title:20}{tool:22}{figures}", flush=True)
        (folder / name).unlink()


def wanted_tools(names: Sequence[str]) -> Iterator[str]:
    """The scanners that are asked for and set up, ours first."""
    for tool in TOOLS:
        if names and tool not in names and tool != OURS:
            continue
        if _python(tool).exists():
            yield tool
        else:
            print(f"{tool} is left out; run scripts/setup scanpeers")


def main() -> int:
    """Parse the arguments and run both parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"scanners to run; all by default: {', '.join(TOOLS)}")
    parser.add_argument("--small", action="store_true", help="the corpus only")
    parser.add_argument("--large", action="store_true", help="the large files only")
    options = parser.parse_args()
    if unknown := set(options.tools) - set(TOOLS):
        parser.error(f"no such scanner: {', '.join(sorted(unknown))}")
    tools = list(wanted_tools(options.tools))
    folder = Path(tempfile.mkdtemp(prefix="attest-scan-"))
    try:
        home = folder / "home"
        home.mkdir()
        if not options.large:
            items = write_corpus(folder / "corpus")
            found = {}
            for tool in tools:
                found[tool] = ask(tool, items, home)
                print(f"{tool}: {found[tool].cpu:.1f} CPU s", flush=True)
            print_totals(items, found)
            print_groups(items, found)
            print_costs(found)
        if not options.small:
            print_large(tools, folder, home)
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
