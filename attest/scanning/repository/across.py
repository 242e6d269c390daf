"""What only the files of an artifact together show: references to files that are missing, and files that are explained
by a reference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from attest.domain.scan import FileScan, ScanFinding, outcome_of, worst
from attest.scanning.repository.hf_files import is_plain

EXTERNAL = "external-data"
"""The format of a file that another one takes its data from."""
_UNKNOWN = "file.unknown-format"


def across(files: Sequence[FileScan], names: Collection[str]) -> tuple[FileScan, ...]:
    """The scans with what their references say; `names` are those of all files, from the artifact's root.

    A reference that leaves the artifact or leads to nothing is a finding of the file that refers. A file that another
    one takes its data from needs no format of its own.
    """
    present = frozenset(names)
    wanted = {name for file in files for name in file.refers_to if name != file.file}
    sizes = {file.file: file.size for file in files}
    return tuple(_explained(_checked(file, present, sizes), wanted) for file in files)


def _checked(file: FileScan, present: frozenset[str], sizes: Mapping[str, int]) -> FileScan:
    found = [finding for name in file.refers_to if (finding := _reference(file, name, present)) is not None]
    found += [_short(file, name) for name, size in file.needs if name in present and sizes.get(name, 0) < size]
    if not found:
        return file
    findings = tuple(sorted({*file.findings, *found}))
    return replace(file, findings=findings, outcome=worst((file.outcome, outcome_of(_effects(findings)))))


def _reference(file: FileScan, name: str, present: frozenset[str]) -> ScanFinding | None:
    if not is_plain(name):
        message, rule = "a file outside of the model is referred to", "hf.index-path"
    elif name not in present:
        message, rule = "a file that will be loaded is missing", "hf.missing-file"
    else:
        return None
    return ScanFinding(file=file.file, rule=rule, message=message, value=name)


def _short(file: FileScan, name: str) -> ScanFinding:
    message = "a file that data is read from ends before that data does"
    return ScanFinding(file=file.file, rule="file.malformed", message=message, value=name)


def _explained(file: FileScan, wanted: Collection[str]) -> FileScan:
    """Without the finding that its format is unknown, if that is all there is against it."""
    against = {finding.rule for finding in file.findings if finding.effect in {"block", "inconclusive"}}
    if file.file not in wanted or against != {_UNKNOWN} or file.left_out or file.outcome == "BLOCK":
        return file
    findings = tuple(finding for finding in file.findings if finding.rule != _UNKNOWN)
    formats = (*file.formats, EXTERNAL)
    return replace(
        file,
        findings=findings,
        formats=formats,
        opaque=max(file.opaque, file.size),
        outcome=outcome_of(_effects(findings)),
    )


def _effects(findings: tuple[ScanFinding, ...]) -> list[str]:
    return [finding.effect for finding in findings]
