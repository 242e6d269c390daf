"""Asking other scanners: each in a process of its own, for findings that are added to ours and never taken away.

A scanner gets the path of the artifact, an environment without anything of the caller's (no proxy, no token, an empty
home, telemetry off), no standard input, and limits. What it writes is read within a limit. A scanner that is missing,
fails, hangs or writes nonsense is a finding that leaves the outcome open: the caller asked for an opinion and has none.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from attest.domain.scan import ScanFinding
from attest.errors import DocumentError, InputError
from attest.formats import extensions
from attest.formats.pickle_shape import disguised
from attest.operations.inspect_files import StrPath
from attest.scanning import opinions as read

VARIABLE = "ATTEST_OPINION_"
"""The beginning of the environment's variables that say where a scanner is: `ATTEST_OPINION_MODELSCAN`."""
_CONFINED = Path(__file__).with_name("confined.py")
_MAX_MISSING = 20
_POLL = 0.02
# Prints one line of JSON for each file that is named on a line of its own in the file of the first argument.
_REPORTS = """
import json, sys
from modelaudit_picklescan import scan_file
for line in open(sys.argv[1], encoding="utf-8"):
    path = json.loads(line)
    try:
        report = scan_file(path).to_dict()
        answer = {name: report[name] for name in ("verdict", "status", "findings")}
    except Exception as error:
        answer = {"verdict": "unknown", "error": type(error).__name__}
    print(json.dumps(answer | {"path": path}, default=str), flush=True)
"""


class NoAnswerError(Exception):
    """A scanner gave no answer; the message says why."""


class Ended(NamedTuple):
    """How a program ended, and what it wrote to its standard output."""

    code: int
    output: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """One artifact, as every scanner gets it.

    `path` is absolute, `root` the folder that the `names` of its files are relative to, `place` the folder for what the
    scanner writes, `deadline` the moment of the monotonic clock at which its time is over, `most` the bytes that it may
    write to one file. `failed` takes files for which there is no answer, with the reason.
    """

    path: Path
    root: Path
    names: tuple[str, ...]
    place: Path
    deadline: float
    most: int
    failed: list[tuple[str, str]] = field(default_factory=list)

    def run(self, *command: str) -> Ended:
        """Run a program. Raises NoAnswerError when it cannot be started or takes too long."""
        return _run(command, self.place, self.deadline - time.monotonic(), self.most)

    def written(self, name: str) -> bytes:
        """What a program wrote to a file; empty when it wrote none."""
        path = self.place / name
        if path.is_symlink() or not path.is_file():
            return b""
        with path.open("rb") as file:
            data = file.read(read.MAX_OUTPUT + 1)
        return _within(data)


@dataclass(frozen=True, slots=True)
class Tool:
    """A scanner: the package whose version counts, and how to ask it. `python` when its program is an interpreter."""

    package: str
    ask: Callable[[str, Asked], list[read.Flag]]
    python: bool = False


def _picklescan(program: str, asked: Asked) -> list[read.Flag]:
    ended = asked.run(program, "-p", str(asked.path))
    flags = read.picklescan_flags(ended.output)
    return flags or ([read.Flag("", "dangerous imports")] if ended.code == 1 else [])


def _modelscan(program: str, asked: Asked) -> list[read.Flag]:
    asked.run(program, "-p", str(asked.path), "-r", "json", "-o", str(asked.place / "modelscan.json"))
    return read.modelscan_flags(asked.written("modelscan.json"))


def _modelaudit(program: str, asked: Asked) -> list[read.Flag]:
    out = asked.place / "modelaudit.sarif"
    asked.run(
        program, "scan", str(asked.path), "--format", "sarif", "--output", str(out), "--no-cache", "--no-whitelist"
    )
    return read.sarif_flags(asked.written(out.name))


def _fickling(program: str, asked: Asked) -> list[read.Flag]:
    """Fickling takes one pickle at a time; what it cannot parse is no verdict of its."""
    flags: list[read.Flag] = []
    for number, name in enumerate(name for name in asked.names if _is_for_unpicklers(asked.root / name)):
        out = f"fickling-{number}.json"
        ended = asked.run(program, "--check-safety", "--json-output", str(asked.place / out), str(asked.root / name))
        try:
            if ended.code in {0, 1}:
                flags += read.fickling_flags(asked.written(out), name)
            elif ended.code != 2:
                raise DocumentError(_ended(ended.code))
        except DocumentError as error:
            asked.failed.append((name, error.message))
    return flags


def _reports(program: str, asked: Asked) -> list[read.Flag]:
    paths = [str(asked.root / name) for name in asked.names]
    (asked.place / "paths").write_text("".join(json.dumps(path) + "\n" for path in paths), encoding="utf-8")
    ended = asked.run(program, "-I", "-c", _REPORTS, str(asked.place / "paths"))
    if ended.code and not ended.output:
        raise DocumentError(_ended(ended.code))
    return read.report_flags(ended.output, len(paths))


TOOLS: Mapping[str, Tool] = {
    "fickling": Tool("fickling", _fickling),
    "modelaudit": Tool("modelaudit", _modelaudit),
    "modelaudit-picklescan": Tool("modelaudit_picklescan", _reports, python=True),
    "modelscan": Tool("modelscan", _modelscan),
    "picklescan": Tool("picklescan", _picklescan),
}
"""The scanners that can be asked, by name."""


def programs(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where scanners are, by name, as the environment says: `ATTEST_OPINION_MODELSCAN=/opt/modelscan/bin/modelscan`.

    For modelaudit-picklescan, which has no program, it is the Python interpreter that has the package.
    """
    said = ((name, environ.get(VARIABLE + name.upper().replace("-", "_"))) for name in TOOLS)
    return {name: path for name, path in said if path}


def opinions(
    path: StrPath, names: Sequence[str], *, timeout: float = 300, where: Mapping[str, str] | None = None
) -> tuple[tuple[ScanFinding, ...], tuple[str, ...]]:
    """What other scanners say of the artifact at `path`: findings, and the scanners with their versions.

    `names` are those of TOOLS, `timeout` is in seconds for each of them, `where` says where programs are (see
    `programs`); the others are looked for beside Python and on the PATH. A finding's file is relative to the artifact,
    or `.` when it concerns no file in particular. Raises InputError for an unknown name.
    """
    for name in names:
        if name not in TOOLS:
            raise InputError(f"there is no scanner {name!r} to ask", hint=f"Use {', '.join(sorted(TOOLS))}.")
    known = programs() if where is None else where
    findings: list[ScanFinding] = []
    versions: list[str] = []
    target = Path(path).resolve()
    root = target if target.is_dir() else target.parent
    files = tuple(_files(target)) if target.is_dir() else (target.name,)
    for name in dict.fromkeys(names):
        program = _find(name, known)
        by = f"{name} {_version(program, TOOLS[name].package)}".strip() if program else name
        versions.append(by)
        findings += _ask(name, by, program, target, root, files, timeout)
    return tuple(findings), tuple(versions)


def _ask(
    name: str, by: str, program: str, target: Path, root: Path, files: tuple[str, ...], timeout: float
) -> Iterator[ScanFinding]:
    """The findings of one scanner, or the one that says why there are none."""
    if not program:
        yield read.missing(name, f"it is not there; install it, or set {VARIABLE}{name.upper().replace('-', '_')}")
        return
    with tempfile.TemporaryDirectory(prefix="attest-", ignore_cleanup_errors=True) as folder:
        # Some of them unpack archives into files.
        most = read.MAX_OUTPUT + 2 * sum((root / file).stat().st_size for file in files)
        asked = Asked(target, root, files, Path(folder), time.monotonic() + timeout, most)
        try:
            flags = TOOLS[name].ask(program, asked)
        except (NoAnswerError, DocumentError) as error:
            yield read.missing(by, str(error))
            return
    yield from read.flagged(flags, root=str(root), names=frozenset(files), by=by)
    for file, reason in asked.failed[:_MAX_MISSING]:
        yield read.missing(by, reason, file)


def _files(folder: Path) -> Iterator[str]:
    """The names of all regular files below a folder, sorted, without following links."""
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            place = Path(parent, name)
            if place.is_file() and not place.is_symlink():
                found.append(place.relative_to(folder).as_posix())
    yield from sorted(found)


def _is_for_unpicklers(path: Path) -> bool:
    if extensions.split_name(path.name)[1] in extensions.PICKLE:
        return True
    try:
        with path.open("rb") as file:
            return disguised(file.read(4096), path.stat().st_size) == "pickle"
    except OSError:
        return False


def _find(name: str, where: Mapping[str, str]) -> str:
    """The program of a scanner, empty when there is none: as said, beside Python, or on the PATH."""
    if name in where:
        return shutil.which(where[name]) or ""
    if TOOLS[name].python:
        return sys.executable if _version(sys.executable, TOOLS[name].package) else ""
    return shutil.which(str(Path(sys.executable).parent / name)) or shutil.which(name) or ""


def _version(program: str, package: str) -> str:
    """The version of the package that a program belongs to, read from the environment around it; empty if unknown."""
    for place in (Path(program), Path(program).resolve()):
        for info in sorted(place.parent.parent.glob(f"lib/python*/site-packages/{package}-*.dist-info")):
            return info.name.removesuffix(".dist-info").removeprefix(f"{package}-")
    return ""


def _environment(home: Path) -> dict[str, str]:
    """All that a scanner gets to know of the caller. Nothing listens at port 9, to which the proxies point."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "CI": "1",
        "DO_NOT_TRACK": "1",
        "NO_ANALYTICS": "1",
        "NO_COLOR": "1",
        "COLUMNS": "100000",
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    } | dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


def _run(command: Sequence[str], place: Path, seconds: float, most: int) -> Ended:
    """Run a program with limits and take in what it prints. Raises NoAnswerError."""
    if seconds <= 0:
        raise NoAnswerError("its time is over")
    # Threads add up: four of them may be busy all the time.
    limits = [str(4 * int(seconds + 1)), str(most)]
    out = place / "output"
    try:
        with out.open("wb") as stdout:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the program is what the caller named
                [sys.executable, "-I", str(_CONFINED), *limits, *command],
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL, cwd=place,
                env=_environment(place), start_new_session=True,
            )  # fmt: skip
    except OSError as error:
        raise NoAnswerError(f"it cannot be started: {error.strerror}") from error
    in_time = _wait(process.pid, seconds)
    # The program is not reaped yet, so its number still means its group and nobody else's.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    if not in_time:
        raise NoAnswerError(f"it took longer than {seconds:.0f} seconds")
    with out.open("rb") as file:
        return Ended(code, _within(file.read(read.MAX_OUTPUT)))


def _wait(pid: int, seconds: float) -> bool:
    """Whether a child ends within its time; it is not reaped."""
    deadline = time.monotonic() + seconds
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _within(data: bytes) -> bytes:
    if len(data) >= read.MAX_OUTPUT:
        raise NoAnswerError(f"it wrote {read.MAX_OUTPUT} bytes or more")
    return data


def _ended(code: int) -> str:
    return f"it was ended by signal {-code}" if code < 0 else f"it ended with code {code} and without a result"
