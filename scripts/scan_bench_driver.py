"""Runs one scanner over many paths in one process, and writes a word for each: scan_bench_driver.py TOOL < paths.

A line of output is the path's number, its word (FLAG, WARN, INC, CLEAN or ERR), and why. It uses the scanner's library
API, and nothing else but the standard library, so that it runs in any environment.
"""

# The scanners stand in an environment of their own.
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

SECONDS = 20
Verdict = tuple[str, str]
Scanner = Callable[[str], Verdict]


def attest() -> Scanner:
    """BLOCK flags, INCONCLUSIVE says that it cannot tell, PASS is clean, also with warnings: a gate lets it through."""
    from attest.operations.scan import scan

    words = {"BLOCK": "FLAG", "INCONCLUSIVE": "INC", "PASS": "CLEAN"}

    def run(path: str) -> Verdict:
        result = scan(path).scan
        return words[result.outcome], ",".join(sorted({finding.rule for finding in result.findings}))

    return run


def picklescan(strict: bool = False) -> Scanner:
    """Issues flag, an error says that it cannot tell."""
    from picklescan.scanner import scan_directory_path, scan_file_path

    def run(path: str) -> Verdict:
        result = (scan_directory_path if os.path.isdir(path) else scan_file_path)(path, strict=strict)
        if result.issues_count or result.infected_files:
            return "FLAG", str(result.issues_count)
        return ("INC", "error") if result.scan_err else ("CLEAN", "")

    return run


def modelscan() -> Scanner:
    """Issues flag from high on and warn below; what was skipped says that it cannot tell."""
    from modelscan.modelscan import ModelScan

    def run(path: str) -> Verdict:
        result = ModelScan().scan(path)
        summary = result["summary"]
        severities = summary["total_issues_by_severity"]
        if severities.get("CRITICAL") or severities.get("HIGH"):
            return "FLAG", str(severities)
        if summary["total_issues"]:
            return "WARN", str(severities)
        unread = result.get("errors") or not summary["scanned"]["total_scanned"]
        return ("INC", "skipped or error") if unread else ("CLEAN", "")

    return run


def fickling() -> Scanner:
    """Anything above "likely safe" flags; errors alone say that it cannot tell. Every file of a folder is scanned."""
    from fickling.analysis import Severity
    from fickling.loader import scan_file, scan_zip_archive

    def one(path: str) -> list[Any]:
        with open(path, "rb") as file:
            zipped = file.read(4) == b"PK\3\4"
        return list(scan_zip_archive(path, graceful=True).values()) if zipped else [scan_file(path, graceful=True)]

    def run(path: str) -> Verdict:
        files = [str(file) for file in sorted(Path(path).rglob("*")) if file.is_file()] or [path]
        results = [result for file in files for result in one(file)]
        analysed = [item for result in results for item in result.results]
        if any(item.severity > Severity.LIKELY_SAFE for item in analysed):
            return "FLAG", ""
        return ("INC", "errors") if not analysed or any(result.errors for result in results) else ("CLEAN", "")

    return run


def modelaudit_picklescan() -> Scanner:
    """Malicious flags, suspicious warns, unknown says that it cannot tell. Every file of a folder is scanned."""
    from modelaudit_picklescan import scan_file

    words = {"malicious": "FLAG", "suspicious": "WARN", "unknown": "INC", "clean": "CLEAN"}
    order = ("CLEAN", "INC", "WARN", "FLAG")

    def run(path: str) -> Verdict:
        files = [file for file in sorted(Path(path).rglob("*")) if file.is_file()] or [Path(path)]
        return max((words[scan_file(file).verdict.value] for file in files), key=order.index), ""

    return run


def modelaudit() -> Scanner:
    """Critical issues flag, warnings warn; no success, or nothing scanned, says that it cannot tell."""
    from modelaudit.core import scan_model_directory_or_file

    def run(path: str) -> Verdict:
        result = scan_model_directory_or_file(path)
        severities = {getattr(issue.severity, "value", str(issue.severity)) for issue in result.issues}
        if "critical" in severities:
            return "FLAG", ""
        if "warning" in severities:
            return "WARN", ""
        return ("INC", "incomplete") if not result.success or not result.files_scanned else ("CLEAN", "")

    return run


TOOLS: dict[str, Callable[[], Scanner]] = {
    "attest": attest,
    "picklescan": picklescan,
    "picklescan-strict": lambda: picklescan(strict=True),
    "modelscan": modelscan,
    "fickling": fickling,
    "modelaudit-picklescan": modelaudit_picklescan,
    "modelaudit": modelaudit,
}


def _late(*_: object) -> NoReturn:
    raise TimeoutError(f"over {SECONDS} s")


def judge(scanner: Scanner, path: str) -> Verdict:
    """One path, with whatever the scanner raises as an error."""
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return scanner(path)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a crash is a result
        return "ERR", f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


def _peak() -> int:
    """The most memory that this program had, in KiB. What the kernel keeps of its parent before it does not count."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def main() -> int:
    """Read numbered paths, and answer each; with a second argument, say the peak of memory at the end."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(1000)
    signal.signal(signal.SIGALRM, _late)
    answers = os.fdopen(os.dup(1), "w")
    scanner = TOOLS[sys.argv[1]]()
    for line in sys.stdin:
        number, path = line.rstrip("\n").split("\t")
        word, why = judge(scanner, path.encode().decode("unicode_escape"))
        answers.write(f"{number}\t{word}\t{why[:200]!r}\n")
        answers.flush()
    if len(sys.argv) > 2:
        answers.write(f"{_peak()}\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
