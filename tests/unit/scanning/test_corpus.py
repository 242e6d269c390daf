"""The whole corpus: what must not pass does not, and what frameworks and packages really hold does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from attest.domain.scan import Outcome, Scan
from attest.operations.scan import Scanning, assemble, scan
from tests.corpus import everything, frameworks
from tests.corpus.case import Case
from tests.unit.scanning.scans import scan_bytes

# Each class of the taxonomy, and no fewer cases of it than there were when it was written down.
CLASSES = {
    "bombs": 18, "compressed": 31, "config": 29, "coreml": 2, "gguf": 30, "hf-repository": 34, "joblib": 12,
    "keras": 85, "numpy": 24, "onnx": 32, "other": 10, "pickle-broken-tail": 30, "pickle-built-names": 24,
    "pickle-calls": 55, "pickle-frames": 15, "pickle-hostile-arguments": 30, "pickle-memo-and-mark": 21,
    "pickle-names": 400, "pickle-odd-spelling": 31, "pickle-state": 40, "pickle-streams": 29,
    "polyglot-and-extension": 34, "published-bypasses": 32, "rds": 12, "safetensors": 34, "skops": 27, "tar": 22,
    "template": 80, "tf": 42, "tflite": 6, "torch-zip": 20, "torchscript": 20, "zip": 58,
}  # fmt: skip


def everything_there_is() -> Iterator[Case]:
    """All cases, those of frameworks among them."""
    return chain(everything.cases(), frameworks.cases())


def scanned(case: Case) -> Scan:
    """The scan of an artifact that lies in memory."""
    return assemble([scan_bytes(name, data) for name, data in case.files.items()], list(case.files), Scanning())


def unlike(cases: Iterable[Case], wanted: set[Outcome]) -> tuple[int, list[str]]:
    """How many cases there are, and what is said of each whose outcome is none of the wanted ones."""
    count, wrong = 0, []
    for case in cases:
        count += 1
        found = scanned(case)
        if found.outcome not in wanted:
            rules = sorted({finding.rule for finding in found.findings})
            wrong.append(f"{case.name} is {found.outcome} with {', '.join(rules) or 'no rule'}: {case.about}")
    return count, wrong


def test_names_are_unique_and_every_class_is_there() -> None:
    cases = [(case.klass, case.name, case.expect) for case in everything_there_is()]
    assert len({name for _, name, _ in cases}) == len(cases)
    counts = Counter(klass for klass, _, expect in cases if expect == "bad")
    assert {klass: counts[klass] for klass, least in CLASSES.items() if counts[klass] < least} == {}
    assert counts.total() >= 400
    assert sum(expect == "benign" for _, _, expect in cases) >= 150


def test_the_corpus_is_the_same_at_every_run() -> None:
    first, second = ([(case.name, dict(case.files)) for case in everything.cases()] for _ in range(2))
    assert first == second


def test_the_files_of_frameworks_are_those_of_the_manifest() -> None:
    manifest = json.loads(frameworks.PACKED.with_name("frameworks.json").read_bytes())
    found = {name: hashlib.sha256(data).hexdigest() for name, data in frameworks.packed_files().items()}
    assert found == manifest["files"]


@pytest.mark.parametrize("first", ["pickle", "other"])
def test_nothing_passes_that_could_run_code(first: str) -> None:
    """Two halves, so that two processes share them."""
    chosen = (
        case
        for case in everything_there_is()
        if case.expect == "bad" and case.code_execution and case.klass.startswith("pickle") == (first == "pickle")
    )
    count, wrong = unlike(chosen, {"BLOCK", "INCONCLUSIVE"})
    assert count >= 400
    assert not wrong, "\n".join(wrong)


def test_what_is_damaged_or_exhausting_does_not_pass() -> None:
    count, wrong = unlike(
        (case for case in everything_there_is() if case.expect == "bad" and not case.code_execution),
        {"BLOCK", "INCONCLUSIVE"},
    )
    assert count >= 200
    assert len(wrong) <= count * 0.005, "\n".join(wrong)


def test_benign_files_pass() -> None:
    count, wrong = unlike((case for case in everything_there_is() if case.expect == "benign"), {"PASS"})
    assert count >= 150
    assert len(wrong) <= count * 0.02, "\n".join(wrong)
    never = ("safetensors/", "onnx/", "gguf/", "real-torch/", "real-onnx/", "torch/")
    assert not [line for line in wrong if line.startswith(never) and "module-" not in line]


def test_real_models_pass() -> None:
    folders = frameworks.packages()
    assert len(folders) >= 15
    found = {folder.name: scan(folder).scan for folder in folders}
    wrong = [
        f"{name}: {finding.place} {finding.rule}: {finding.message} {finding.value}"
        for name, result in found.items()
        if result.outcome != "PASS"
        for finding in result.findings
        if finding.effect in {"block", "inconclusive"}
    ]
    assert not wrong, "\n".join(wrong)
