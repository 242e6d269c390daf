"""A scan as people read it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from attest.domain.scan import WHOLE, FileScan, ScanFinding
from attest.domain.scan_rules import RULES
from attest.errors import InputError
from attest.reports.scan_rule import ordered, rule_list_text, rule_text
from attest.reports.scan_text import WIDTH, scan_text
from tests.unit.reports.scans import CALL, CLEAN, FILES, HOSTILE, SCAN, file_scan, scan


def test_the_outcome_comes_first_and_pass_is_never_called_safe() -> None:
    lines = scan_text(CLEAN).splitlines()
    assert lines[0] == "PASS: nothing outside the lists was found by the readers named below"
    assert lines[1] == "1 file, 1.0 kB; no findings"
    assert "safe" not in scan_text(CLEAN).lower()
    assert scan_text(SCAN).startswith("BLOCK: ")


def test_files_come_from_worst_to_best_with_their_findings() -> None:
    text = scan_text(SCAN)
    heads = re.findall(r"^(?:BLOCK|INCONCLUSIVE|PASS)  (\S+)", text, re.MULTILINE)
    assert heads == ["weights/model.pt", "nested.tar.gz", "config.json"]
    assert (
        "  critical  pickle.name-not-allowed  archive/data.pkl @ 1,234\n"
        "            the pickle refers to a name that is on no list\n"
        "            value: os:system\n"
    ) in text
    assert "dangerous: posix system (by picklescan 1.0.5)" in text
    assert "the profile sklearn-native would allow it" in text
    assert "  high      secret.found  @ 7\n" in text
    assert "  and 3 more, which count and were not kept" in text
    assert "findings: 2 blocking, 1 left open, 2 warnings, 1 note, 3 that were not kept" in text


def test_what_to_do_is_said_once_for_each_rule_what_blocks_first() -> None:
    twice = scan(file_scan("a", "BLOCK", replace(CALL, file="a"), replace(CALL, file="a", offset=9, value="b:c")))
    text = scan_text(twice)
    assert text.count(" ".join(RULES[CALL.rule].mend.split()[:6])) == 1
    assert f"  {CALL.rule} (2 times)\n" in text
    steps = scan_text(SCAN).partition("what to do\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in steps.splitlines() if re.fullmatch(r"  \S+", line)] == [
        "pickle.name-not-allowed",
        "scan.second-opinion",
        "archive.unsupported",
        "secret.found",
        "pickle.native-state",
    ]


def test_readers_profiles_gaps_and_limits_are_told() -> None:
    text = scan_text(SCAN)
    assert "  pickle      2 files: plain.pkl, weights/model.pt\n" in text
    assert "  profiles needed: python-data, sklearn-native, torch-weights\n" in text
    assert "  names added: my_package.layers:Gate\n" in text
    assert "  second opinions: picklescan 1.0.5\n" in text
    assert "what could not be read\n  nested.tar.gz!nested.tar!inner.7z: archives of the kind 7z" in text
    assert "2.4 kB read as structure, 400 bytes" in text
    assert "limit.depth" not in text
    assert "  limit.depth = 8\n" in scan_text(SCAN, everything=True)


def test_profiles_are_listed_when_they_are_not_the_default_ones() -> None:
    assert "  profiles allowed: the 1 default ones\n" in scan_text(SCAN)
    narrowed = replace(SCAN, profiles_allowed=("python-data", "torch-weights"), asked_profiles=("torch-weights",))
    assert "  profiles allowed: python-data, torch-weights\n" in scan_text(narrowed)


def test_what_concerns_no_file_stands_for_the_whole() -> None:
    gone = ScanFinding(file=WHOLE, rule="scan.opinion-missing", message="modelscan: it is not there")
    text = scan_text(scan(FILES[3], FileScan(file=WHOLE, size=0, outcome="INCONCLUSIVE", findings=(gone,))))
    assert "1 file, 1.0 kB;" in text
    assert "INCONCLUSIVE  the artifact as a whole\n" in text
    assert "what could not be read\n  modelscan: it is not there\n" in text
    assert "no reader" not in text


def test_notes_and_files_without_findings_are_shown_on_request() -> None:
    assert "pickle.present" not in scan_text(SCAN)
    everything = scan_text(SCAN, everything=True)
    assert "pickle.present" in everything
    assert "PASS  README.md  text" in everything


def test_long_lists_are_cut_with_their_counts() -> None:
    many = tuple(replace(CALL, file="a", offset=number) for number in range(40))
    files = [file_scan(f"f{number:03}", "BLOCK", replace(CALL, file=f"f{number:03}")) for number in range(30)]
    text = scan_text(scan(file_scan("a", "BLOCK", *many), *files))
    assert "  and 28 more (--all shows them)\n" in text
    assert "and 11 files more to look at (--all shows them)" in text
    assert "--all" not in scan_text(scan(file_scan("a", "BLOCK", *many), *files), everything=True)


def test_text_from_files_cannot_act_on_the_terminal() -> None:
    hostile = replace(CALL, file=HOSTILE, members=(HOSTILE,), message=HOSTILE, value=HOSTILE, by=HOSTILE)
    shown = replace(scan(file_scan(HOSTILE, "BLOCK", hostile)), tool_version=HOSTILE, second_opinions=(HOSTILE,))
    for text in (scan_text(shown), scan_text(shown, everything=True)):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_colours_change_nothing_else() -> None:
    plain = re.sub(r"\x1b\[\d+m", "", scan_text(SCAN, color=True))
    assert plain == scan_text(SCAN)
    assert "\x1b[31mBLOCK" in scan_text(SCAN, color=True)


def test_lines_stay_within_their_width() -> None:
    long = replace(CALL, file="a", message="word " * 79, value="x" * 200)
    assert max(map(len, scan_text(scan(file_scan("a", "BLOCK", long))).splitlines())) <= WIDTH


def test_a_rule_is_explained() -> None:
    text = rule_text("pickle.build-on-global")
    assert text.startswith("pickle.build-on-global: ")
    assert "severity    critical\neffect      blocks: " in text
    assert "what to do\n" in text
    assert rule_text("pickle.build-on-global", color=True).startswith("\x1b[1mpickle")


def test_an_unknown_rule_brings_up_the_ones_like_it() -> None:
    with pytest.raises(InputError, match=r"no rule 'pickle\.name'") as caught:
        rule_text("pickle.name")
    assert "pickle.name-not-allowed" in caught.value.hint
    with pytest.raises(InputError) as caught:
        rule_text("\x1b")
    assert "\x1b" not in caught.value.message


def test_the_list_has_every_rule_once() -> None:
    lines = rule_list_text().splitlines()
    assert [line.split()[0] for line in lines] == sorted(RULES) == [rule.id for rule in ordered()]


def test_every_rule_can_be_reported() -> None:
    findings = [replace(CALL, file="a", rule=rule) for rule in RULES]
    text = scan_text(scan(file_scan("a", "BLOCK", *findings)), everything=True)
    assert all(f"  {rule}  archive/data.pkl" in text for rule in RULES)
    assert FILES
