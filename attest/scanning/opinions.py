"""What other scanners print, read for the files that they call dangerous.

Only that verdict counts. Warnings do not, since most of these tools warn of most benign files; and a scanner that finds
nothing takes no finding of ours away. The output is that of a program which has just read hostile files: it is parsed
as any other untrusted document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from attest.domain.manifest import printable
from attest.domain.scan import WHOLE, ScanFinding
from attest.errors import DocumentError

MAX_OUTPUT = 32 << 20
MAX_FLAGS = 200
_MAX_MESSAGE = 400
_MAX_MEMBER = 200
_PICKLESCAN = re.compile(r"(?P<place>.*): dangerous import '(?P<name>.*)' FOUND")
_POSITION = re.compile(r" \(pos \d{1,20}\)$")
_FICKLING_SEVERITIES = frozenset({"LIKELY_UNSAFE", "LIKELY_OVERTLY_MALICIOUS", "OVERTLY_MALICIOUS"})
_MODELSCAN_SEVERITIES = frozenset({"CRITICAL", "HIGH"})


class Flag(NamedTuple):
    """A place that a scanner calls dangerous, in the scanner's own words; empty for no place in particular."""

    place: str
    message: str


def picklescan_flags(output: bytes) -> list[Flag]:
    """Flags in the lines that picklescan prints. Raises DocumentError when its summary is missing."""
    text = output.decode("utf-8", "replace")
    if "SCAN SUMMARY" not in text:
        raise DocumentError("picklescan printed no summary")
    found = (_PICKLESCAN.fullmatch(line) for line in text.splitlines())
    return [Flag(match["place"], f"dangerous import {match['name']}") for match in found if match]


def modelscan_flags(output: bytes) -> list[Flag]:
    """Flags in modelscan's JSON: issues of high or critical severity. Raises DocumentError for another shape."""
    issues = _table(_document(output)).get("issues")
    return [
        Flag(str(issue.get("source", "")), str(issue.get("description", "an issue")))
        for issue in _tables(issues)
        if issue.get("severity") in _MODELSCAN_SEVERITIES
    ]


def fickling_flags(output: bytes, place: str) -> list[Flag]:
    """Flags in fickling's JSON for one file: a document for each pickle in it. Raises DocumentError."""
    text = output.decode("utf-8", "replace")
    reader, position, flags, count = json.JSONDecoder(), 0, list[Flag](), 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        try:
            document, position = reader.raw_decode(text, position)
        except (ValueError, RecursionError):
            raise DocumentError("fickling wrote no JSON") from None
        count += 1
        result = _table(document)
        if result.get("severity") in _FICKLING_SEVERITIES:
            flags.append(Flag(place, str(result.get("analysis", "unsafe")).partition("\n")[0]))
    if not count:
        raise DocumentError("fickling wrote no result")
    return flags


def report_flags(output: bytes, expected: int) -> list[Flag]:
    """Flags in the reports of modelaudit-picklescan, a line of JSON for each file.

    Raises DocumentError when there are fewer than `expected`.
    """
    flags, count = list[Flag](), 0
    for line in output.splitlines():
        report = _table(_document(line))
        if not isinstance(report.get("verdict"), str):
            raise DocumentError("the output has another shape")
        count += 1
        if report["verdict"] == "malicious":
            findings = [item for item in _tables(report.get("findings")) if item.get("severity") == "critical"]
            message = str(findings[0].get("message", "")) if findings else "malicious"
            flags.append(Flag(str(report.get("path", "")), message))
    if count < expected:
        raise DocumentError(f"it answered for {count} of {expected} files")
    return flags


def sarif_flags(output: bytes) -> list[Flag]:
    """Flags in a SARIF log: results of level error. Raises DocumentError for another shape."""
    flags: list[Flag] = []
    for run in _tables(_table(_document(output)).get("runs")):
        for result in _tables(run.get("results")):
            if result.get("level") == "error":
                message = result.get("message")
                text = message.get("text") if isinstance(message, dict) else None
                flags.append(Flag(_sarif_place(result), str(text or result.get("ruleId", "an issue"))))
    return flags


def _sarif_place(result: dict[str, Any]) -> str:
    """The path of the first location, decoded."""
    value: Any = result.get("locations")
    for step in (0, "physicalLocation", "artifactLocation", "uri"):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return _POSITION.sub("", unquote(value).removeprefix("file://")) if isinstance(value, str) else ""


def _document(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise DocumentError("the output is no JSON") from None


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DocumentError("the output has another shape")
    return value


def _tables(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise DocumentError("the output has another shape")
    return [_table(item) for item in value]


def flagged(flags: Sequence[Flag], *, root: str, names: frozenset[str], by: str) -> tuple[ScanFinding, ...]:
    """The findings that the flags make.

    `root` is the folder that the names of files are relative to, `names` are all files of the artifact, and `by` is the
    scanner with its version. At most 200 are kept.
    """
    found = dict.fromkeys(_finding(flag, root, names, by) for flag in flags)
    return tuple(sorted(found)[:MAX_FLAGS])


def _finding(flag: Flag, root: str, names: frozenset[str], by: str) -> ScanFinding:
    file, member = _settle(flag.place, root, names)
    return ScanFinding(
        file=printable(file),
        members=(printable(member)[:_MAX_MEMBER],) if member else (),
        rule="scan.second-opinion",
        message=printable(flag.message)[:_MAX_MESSAGE],
        by=by,
    )


def missing(name: str, reason: str, file: str = WHOLE) -> ScanFinding:
    """The finding for a scanner that gave no answer, or none for one file."""
    return ScanFinding(file=printable(file), rule="scan.opinion-missing", message=f"{name}: {printable(reason)}")


def _settle(place: str, root: str, names: frozenset[str]) -> tuple[str, str]:
    """The file of the artifact that a place lies in, and the part inside it."""
    text = place.removeprefix(root.rstrip("/") + "/")
    for head, tail in _splits(text):
        if head in names:
            return head, tail
    return WHOLE, text


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Ways to cut a place into a file and a part of it, the longest file first; at most a few hundred."""
    yield text, ""
    cuts = [match.start() for match in re.finditer("[:!]", text[:4096])]
    for cut in reversed(cuts[-256:]):
        yield text[:cut], text[cut + 1 :].strip()
