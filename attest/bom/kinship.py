"""Are two models kin, and how: a verdict with the numbers that it rests on.

Thresholds. Weights in common show kinship from three contents on, or when a single trained matrix makes up a hundredth
of the smaller model: what was trained does not come about twice, but one small tensor may have been copied, or computed
in a way that is not known here. Structure agrees when nine tenths of the tensors of either model have a partner of
their name. A kind of change is named only when nothing else changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attest.bom.kinship_case import Case
from attest.bom.kinship_words import message, notes
from attest.bom.tensor_pairs import Comparison, compare_tensors, tally
from attest.bom.tensor_text import form_text
from attest.domain.bom import TensorRecord
from attest.domain.kinship import Evidence, Kinship, TensorChange, Verdict

MAX_CHANGES = 200
MAX_NAME = 256


def compare(before: Sequence[TensorRecord], after: Sequence[TensorRecord]) -> Kinship:
    """Compare the tensors of two models; names are unique within each. Linear in the number of tensors."""
    comparison = compare_tensors(before, after)
    case = Case(before=tuple(before), after=tuple(after), comparison=comparison)
    verdict = next(verdict for verdict, holds in _RULES if holds(case))
    evidence = _evidence(case, verdict)
    return Kinship(
        verdict=verdict,
        evidence=evidence,
        message=message(case, verdict, evidence),
        before=tally(before),
        after=tally(after),
        weighed_before=comparison.weighed_before,
        weighed_after=comparison.weighed_after,
        shared=case.shared,
        unchanged=case.tally("unchanged"),
        moved=case.tally("moved"),
        changed=case.tally("changed"),
        recast=case.tally("recast"),
        resized=case.tally("resized"),
        uncompared=case.tally("uncompared"),
        only_before=case.tally("only-before"),
        only_after=case.tally("only-after"),
        changed_layers=case.changed_layers,
        unchanged_layers=case.unchanged_layers,
        changed_modules=case.changed_modules,
        changes=_changes(comparison),
        notes=notes(case),
    )


def _evidence(case: Case, verdict: Verdict) -> Evidence:
    if case.shown:
        return "shown"
    structural = verdict in {"requantised", "same-architecture"} or (verdict == "undecided" and case.agrees)
    return "structure" if structural else "none"


def _empty(case: Case) -> bool:
    return not case.before or not case.after


def _identical(case: Case) -> bool:
    whole = case.count("unchanged") == len(case.before) == len(case.after)
    return whole and not case.comparison.translated


def _repeated(case: Case) -> bool:
    old, new = case.layers
    return case.shown and case.only("moved") and 0 < len(old) < len(new) and len(case.after) > len(case.before)


def _renamed(case: Case) -> bool:
    other = case.comparison.translated or case.count("moved") > 0
    return case.shown and case.only("moved") and other


def _resized(case: Case, *, grown: bool) -> bool:
    rows = case.vocabulary
    return case.shown and case.only("resized") and rows is not None and (rows[1] > rows[0]) is grown


def _extended(case: Case) -> bool:
    return case.shown and case.only("moved", "only-after") and case.count("only-after") > 0


def _reduced(case: Case) -> bool:
    return case.shown and case.only("moved", "only-before") and case.count("only-before") > 0


def _dropped(case: Case) -> bool:
    old, new = case.layers
    return _reduced(case) and 0 < len(new) < len(old)


def _adapter(case: Case) -> bool:
    return case.shown and case.count("changed") > 0 and case.only("changed") and case.adapted and not case.reordered


def _requantised(case: Case) -> bool:
    """Whether most is stored in another type, or whether only what converters reorder differs."""
    if not case.agrees or case.count("resized"):
        return False
    if case.tally("recast").size * 2 >= tally(case.after).size:
        return case.count("recast") > 0 and (case.shown or case.reordered or not case.count("changed"))
    return case.shown and case.reordered and case.only("changed", "recast")


def _partial(case: Case) -> bool:
    return case.shown and case.half_paired


def _undecided(case: Case) -> bool:
    """Whether digests are missing on one side, or for most of what could be compared."""
    missing = not any(record.sha256 for record in case.before) or not any(record.sha256 for record in case.after)
    return missing or case.count("uncompared") > case.count("unchanged", "changed", "recast")


_RULES: tuple[tuple[Verdict, Callable[[Case], bool]], ...] = (
    ("undecided", _empty),
    ("identical", _identical),
    ("layers-repeated", _repeated),
    ("renamed", _renamed),
    ("vocabulary-extended", lambda case: _resized(case, grown=True)),
    ("vocabulary-reduced", lambda case: _resized(case, grown=False)),
    ("extended", _extended),
    ("layers-dropped", _dropped),
    ("reduced", _reduced),
    ("adapter-merged", _adapter),
    ("requantised", _requantised),
    ("fine-tune-partial", _partial),
    ("partly-shared", lambda case: case.shown),
    ("undecided", _undecided),
    ("same-architecture", lambda case: case.agrees),
    ("unrelated", lambda _: True),
)


def _changes(comparison: Comparison) -> tuple[TensorChange, ...]:
    """The first tensors that are not the same."""
    found = [pair for pair in comparison.pairs if pair.what != "unchanged"]
    return tuple(
        TensorChange(
            what=what,
            before=before.name[:MAX_NAME] if before else "",
            after=after.name[:MAX_NAME] if after else "",
            form_before=form_text(before)[:MAX_NAME] if before else "",
            form_after=form_text(after)[:MAX_NAME] if after else "",
        )
        for what, before, after in found[:MAX_CHANGES]
    )
