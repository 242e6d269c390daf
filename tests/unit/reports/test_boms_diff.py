"""Reports of what changed and who is kin: alarms first, narrow, and nothing in a text can act on a terminal."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from attest.domain.bom_diff import BomDiff, Change, Importance
from attest.domain.finding import Finding
from attest.domain.kinship import Kinship, Match, Tally, TensorChange
from attest.reports.boms_diff import (
    MAX_SHOWN,
    WIDTH,
    diff_json,
    diff_text,
    match_json,
    match_text,
)

NOTHING, SOME = Tally(), Tally(tensors=3, size=4096)
KINSHIP = Kinship(
    verdict="fine-tune-partial",
    evidence="shown",
    message="Consistent with a fine-tune that changed layers 2–3.",
    before=SOME,
    after=SOME,
    weighed_before=SOME,
    weighed_after=SOME,
    shared=SOME,
    unchanged=SOME,
    moved=NOTHING,
    changed=SOME,
    recast=NOTHING,
    resized=NOTHING,
    uncompared=NOTHING,
    only_before=NOTHING,
    only_after=SOME,
    changed_layers="2–3",
    unchanged_layers="0–1",
    changed_modules=("attention", "mlp"),
    changes=(TensorChange(what="changed", before="a", after="a", form_before="F32[1]", form_after="F32[1]"),),
    notes=("a note",),
)
HOSTILE = "x\x1b[2J\r\nalarm\u202e" + "y" * 500


def change(importance: Importance, subject: str = "m.pt", **texts: str) -> Change:
    fields = {"before": "old", "after": "new", "message": f"{subject} changed", **texts}
    return Change(kind="file", importance=importance, subject=subject, **fields)


def narrow(text: str) -> None:
    """Every line can be shown, and fits."""
    assert text.endswith("\n")
    for line in text.split("\n"):
        assert len(line) <= WIDTH, line
        assert line.isprintable()


def test_alarms_come_first_and_tensors_last() -> None:
    changes = (change("alarm"), change("notice", "n", before=""), change("detail", "d", after=""))
    text = diff_text(BomDiff(before="a@1", after="a@2", changes=changes, kinship=KINSHIP))
    assert text == (
        "a@1 → a@2\n"
        "\n"
        "look at this first: 1\n"
        "!! file: m.pt changed\n"
        "     - old\n"
        "     + new\n"
        "\n"
        "changed: 1\n"
        "!  file: n changed\n"
        "     + new\n"
        "\n"
        "details: 1\n"
        "   file: d changed\n"
        "     - old\n"
        "\n"
        "tensors: fine-tune-partial. Consistent with a fine-tune that changed layers 2–3.\n"
        "  3 unchanged, 3 changed, 3 only after\n"
        "  changed layers 2–3\n"
        "  unchanged layers 0–1\n"
        "  changed parts: attention, mlp\n"
        "  note: a note\n"
    )


def test_no_difference_is_said() -> None:
    assert diff_text(BomDiff(before="a", after="a", changes=())) == "a → a\nno difference in what the documents say\n"


def test_long_lists_are_cut_short_unless_all_is_asked_for() -> None:
    found = BomDiff(before="a", after="b", changes=tuple(change("notice", f"f{n}") for n in range(MAX_SHOWN + 5)))
    assert "   and 5 more; --format json names them" in diff_text(found)
    assert f"f{MAX_SHOWN + 4} " not in diff_text(found)
    assert f"f{MAX_SHOWN + 4} " in diff_text(found, everything=True)


def test_colours_mark_what_matters() -> None:
    found = BomDiff(before="a", after="b", changes=(change("alarm"), change("notice"), change("detail")))
    assert diff_text(found, color=True).count("\033[") == 4
    assert "\033" not in diff_text(found)


def test_for_machines_everything_is_there() -> None:
    found = BomDiff(before="a", after="b", changes=(change("alarm"),), kinship=KINSHIP)
    document = json.loads(diff_json(found))
    assert document["format"] == "attest/bom-diff/v1"
    assert document["alarms"] == 1
    assert document["changes"][0] == {
        "kind": "file",
        "subject": "m.pt",
        "before": "old",
        "after": "new",
        "importance": "alarm",
        "message": "m.pt changed",
    }
    kinship = document["kinship"]
    assert kinship["unchanged"] == {"tensors": 3, "size": 4096}
    assert kinship["changedLayers"] == "2–3"
    assert json.loads(diff_json(BomDiff(before="a", after="b", changes=())))["kinship"] is None


def match(name: str, size: int = 3000, **fields: object) -> Match:
    made = {
        "name": name,
        "evidence": "shown",
        "message": "much is the same",
        "shared": Tally(tensors=2, size=size),
        "model": SOME,
        "base": SOME,
        "same_names": 2,
        "same_structure": True,
        **fields,
    }
    return Match(**made)  # type: ignore[arg-type]


FINDING = Finding(rule="lineage.undeclared-base", severity="warning", file="", message="acme/base has most of it")


def test_matches_say_how_much_and_whether_they_were_declared() -> None:
    matches = (
        match("acme/base", declared=True),
        match("acme/x", 1, evidence="none"),
        match("acme/y", 0, evidence="structure"),
    )
    text = match_text("acme/mine", matches, (FINDING,), 1000)
    assert text == (
        "acme/mine: 1 of 1,000 known models have weights in common with it\n"
        "     73.2 %  acme/base (declared)\n"
        "             much is the same\n"
        "  less than 0.1 %  acme/x (NOT declared)\n"
        "             much is the same\n"
        "  structure  acme/y (NOT declared)\n"
        "             much is the same\n"
        "warning: acme/base has most of it [lineage.undeclared-base]\n"
        "That no weights are equal does not rule kinship out: training all of them, averaging or quantising\n"
        "changes every byte.\n"
    )


def test_matches_for_machines() -> None:
    document = json.loads(match_json("acme/mine", (match("acme/base", source="known/base.json"),), (FINDING,), 7))
    assert document["format"] == "attest/lineage-match/v1"
    assert (document["name"], document["known"]) == ("acme/mine", 7)
    assert document["matches"][0]["shared"] == {"tensors": 2, "size": 3000}
    assert document["matches"][0]["source"] == "known/base.json"
    assert document["findings"][0]["rule"] == "lineage.undeclared-base"


def test_nothing_steers_the_terminal_and_everything_fits() -> None:
    hostile = change("alarm", HOSTILE, before=HOSTILE, after=HOSTILE, message=HOSTILE)
    kinship = Kinship(
        **{
            **{name: getattr(KINSHIP, name) for name in KINSHIP.__slots__},
            "message": HOSTILE,
            "notes": (HOSTILE,),
            "changed_layers": HOSTILE,
        }
    )
    narrow(diff_text(BomDiff(before=HOSTILE, after=HOSTILE, changes=(hostile,), kinship=kinship)))
    finding = Finding(rule="r", severity="error", file="", message=HOSTILE)
    narrow(match_text(HOSTILE, (match(HOSTILE, message=HOSTILE),), (finding,), 1))


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None, max_examples=100)
def test_any_text_fits(one: str, other: str) -> None:
    narrow(diff_text(BomDiff(before=one, after=other, changes=(change("alarm", one, message=other, before=one),))))


def test_long_lists_of_matches_are_cut_short() -> None:
    text = match_text("m", tuple(match(f"m{n}") for n in range(MAX_SHOWN + 2)), (), 99)
    assert "  and 2 more; --format json names them" in text
