"""A stranger's model against known ones: which weights it has in common with which, and whether it says so.

What is in common is a fact. What is not proves nothing: the findings say which of the two they rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attest.bom.kinship_case import ENOUGH
from attest.bom.tensor_names import canonical_names, is_learned
from attest.bom.tensor_pairs import Content, in_common, weighable
from attest.bom.tensor_sizes import constant_digests
from attest.domain.bom import Relative, TensorRecord
from attest.domain.finding import Finding, Severity
from attest.domain.kinship import Evidence, Match, Tally, percent

CONTRADICTED = "lineage.contradicted-base"
UNDECLARED = "lineage.undeclared-base"
UNCONFIRMED = "lineage.unconfirmed-base"
# Below one part in so many of the model, weights in common are reported as matches and make no finding, unless they are
# half of the base: padding does not hide it.
_SMALLEST_PART, _HALF = 20, 2
# A declared base is called contradicted outright when another one has so large a part: one in so many.
_LARGE_PART = 2
_SILENCE = "a fine-tune of all layers, a merge by averaging or a quantisation leaves no equal bytes"
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class _Model:
    """What every base is compared with."""

    contents: Mapping[str, Content]
    constant: frozenset[str]
    names: frozenset[tuple[str, str]]
    learned: frozenset[str]
    structure: frozenset[tuple[str, tuple[int, ...]]]


def match(model: Sequence[TensorRecord], bases: Mapping[str, Sequence[TensorRecord]]) -> tuple[Match, ...]:
    """The bases that have weights in common with `model`, the largest share of the model first, then those that agree
    in names and shapes alone.

    Each base is looked up in the model's contents: linear in the number of tensors of all bases together.
    """
    constant = constant_digests(model)
    me = _Model(
        contents=_telling(model, constant),
        constant=constant,
        names=frozenset((record.name, record.sha256) for record in model),
        learned=frozenset(record.sha256 for record in model if is_learned(record.name)),
        structure=_structure(model),
    )
    found = [made for name, records in bases.items() if (made := _match(me, name, records)) is not None]
    return tuple(sorted(found, key=_rank))


def _telling(records: Sequence[TensorRecord], constant: frozenset[str]) -> dict[str, Content]:
    return {digest: content for digest, content in weighable(records)[0].items() if digest not in constant}


def _rank(found: Match) -> tuple[int, int, int, str]:
    place = {"shown": 0, "none": 1, "structure": 2}[found.evidence]
    return place, -found.shared.size, found.base.size, found.name


def _structure(records: Iterable[TensorRecord]) -> frozenset[tuple[str, tuple[int, ...]]]:
    """Names in one spelling with dimensions in one order: GGUF writes them in reverse."""
    shapes = {record.name: record.shape for record in records}
    spelled = canonical_names(shapes)
    return frozenset((spelled[name], min(shape, shape[::-1])) for name, shape in shapes.items())


def _match(me: _Model, name: str, records: Sequence[TensorRecord]) -> Match | None:
    theirs = _telling(records, me.constant)
    shared = in_common(me.contents, theirs)
    structure = _structure(records)
    agrees = len(me.structure & structure) * 10 >= 9 * max(len(me.structure), len(structure), 1)
    if not shared and not agrees:
        return None
    total = Tally(tensors=len(shared), size=sum(shared.values()))
    mine, base = _weight(me.contents, shared), _weight(theirs, shared)
    evidence: Evidence = "structure" if agrees and not shared else "none"
    smaller = min(mine.size, base.size)
    learned = {record.sha256 for record in records if record.sha256 in shared and is_learned(record.name)} & me.learned
    if len(shared) >= ENOUGH or any(shared[one] * 100 >= smaller for one in learned):
        evidence = "shown"
    return Match(
        name=name,
        evidence=evidence,
        message=_message(evidence, total, mine, base),
        shared=total,
        model=mine,
        base=base,
        same_names=sum((record.name, record.sha256) in me.names for record in records if record.sha256 in shared),
        same_structure=agrees,
    )


def _weight(contents: Mapping[str, Content], shared: Mapping[str, int]) -> Tally:
    sizes = [content.size for digest, content in contents.items() if digest in shared or not content.buffer]
    return Tally(tensors=len(sizes), size=sum(sizes))


def _message(evidence: Evidence, shared: Tally, mine: Tally, base: Tally) -> str:
    if evidence == "structure":
        return f"Names and shapes agree, and no bytes: kinship is possible and not shown ({_SILENCE})."
    if evidence == "none":
        return f"{shared.size:,} bytes in common are too little to conclude anything."
    one, other = percent(shared.size, mine.size), percent(shared.size, base.size)
    return f"{one} of the model's bytes are the base's, and {other} of the base's are in the model."


def base_findings(
    declared: Sequence[Relative], matches: Sequence[Match], known: Mapping[str, str], *, itself: str = ""
) -> tuple[Finding, ...]:
    """What the matches say about the base models that are declared.

    `known` gives the model's name for each base that was matched and has digests, by the name of its match; `itself` is
    the model's own name, under which it may be known too.
    """
    others = [found for found in matches if not (itself and same_model(known.get(found.name, found.name), itself))]
    claims = {kin.name: kin for kin in declared if not (itself and same_model(kin.name, itself))}
    return tuple(_Claims(claims, others, known).findings())


class _Claims:
    """Declared base models beside the matches of all others than the model itself."""

    def __init__(self, claims: Mapping[str, Relative], matches: Sequence[Match], known: Mapping[str, str]) -> None:
        self.claims, self.known, self.matches = claims, known, matches
        self.shown = [found for found in matches if found.evidence == "shown"]
        self.telling = [found for found in self.shown if _is_telling(found)]
        self.confirmed = [found for found in self.shown if any(self._is(found, name) for name in claims)]

    def _is(self, found: Match, name: str) -> bool:
        return same_model(self.known.get(found.name, found.name), name)

    def _is_known(self, name: str) -> bool:
        return any(same_model(name, other) for other in self.known.values())

    def findings(self) -> Iterator[Finding]:
        """What does not fit together."""
        best = self.telling[0] if self.telling else None
        if best is not None and not self.claims:
            yield _finding(UNDECLARED, "warning", f"{_of(best)}, and no base model is declared")
        elif best is not None and not self.confirmed:
            yield from (self._rival(kin, best) for kin in self.claims.values())
        elif best is not None and best.shared.size > self.confirmed[0].shared.size:
            # A few tensors of the declared one, put in on purpose, do not excuse the silence about another.
            severity: Severity = "note" if self.confirmed[0] in self.telling else "warning"
            yield _finding(UNDECLARED, severity, f"{_of(best)} and is not declared; {_of(self.confirmed[0])} and is")
        elif not self.confirmed:
            yield from self._unconfirmed()

    def _rival(self, kin: Relative, best: Match) -> Finding:
        """A base that the bytes show and nobody declares, while none that is declared is to be seen in them."""
        name = _name(kin.name)
        if not self._is_known(kin.name):
            text = f"the tensors of the declared {name}, which may come from it, are not known here"
            return _finding(UNDECLARED, "note", f"{_of(best)} and is not declared; {text}")
        if kin.relation == "adapter":
            return _finding(UNDECLARED, "warning", f"{_of(best)} and is not declared; {name} is")
        large = best.shared.size * _LARGE_PART >= best.model.size
        return _finding(
            CONTRADICTED,
            "error" if large else "warning",
            f"declares {name}, but {self._silence(kin.name)}, whose digests are known, and has "
            f"{percent(best.shared.size, best.model.size)} of its bytes in common with {_name(best.name)}; "
            f"what is missing alone would show nothing: {_SILENCE}",
        )

    def _silence(self, name: str) -> str:
        faint = any(found.shared.tensors and self._is(found, name) for found in self.matches)
        return "shares too little to count with it" if faint else "shares no tensor with it"

    def _unconfirmed(self) -> Iterator[Finding]:
        for name, kin in self.claims.items():
            if kin.relation != "adapter" and self._is_known(name):
                text = f"declares {_name(name)}, but {self._silence(name)}, whose digests are known; {_SILENCE}"
                yield _finding(UNCONFIRMED, "note", text)


def _is_telling(found: Match) -> bool:
    size = found.shared.size
    return size * _SMALLEST_PART >= found.model.size or size * _HALF >= found.base.size


def _of(found: Match) -> str:
    share, own = percent(found.shared.size, found.model.size), percent(found.shared.size, found.base.size)
    return f"{_name(found.name)} has {share} of the model's bytes ({own} of its own)"


def _name(name: str) -> str:
    return name[:_MAX_NAME]


def _finding(rule: str, severity: Severity, message: str) -> Finding:
    return Finding(rule=rule, severity=severity, file="", message=message)


def same_model(left: str, right: str) -> bool:
    """Whether two names mean one model; an owner that one of them leaves out is no difference."""
    one, other = left.casefold(), right.casefold()
    if "/" in one and "/" in other:
        return one == other
    return one.rpartition("/")[2] == other.rpartition("/")[2]
