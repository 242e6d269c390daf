"""Measure a bill of materials against a profile: what it says, what it leaves out, and how to fill that.

A score is about the document alone; how elements add up to it is the matter of `tally`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from attest.bom.answers import Reader, Unit, answers, is_meaningful, is_stated_unknown
from attest.bom.check import form_of
from attest.bom.norms import DEFAULT_PROFILE, Element, Profile, profile
from attest.bom.paths import Found, Path
from attest.bom.places import Json
from attest.bom.tally import MAX_OFFENDERS, passed, tallies, totals
from attest.domain.bom_result import Result, Score, Status
from attest.errors import DocumentError

MAX_POINTERS = 5
_ABOUT = "A score tells what the document says, not whether it is true; passing one is no legal conformity."
_UNVERIFIED = "This profile was written from general knowledge and has not been checked against the text of the norm."
_NEEDS = {
    "system": "it is asked of AI systems, and the subject is a single model or dataset, or a root without content",
    "systemic-risk": "it is asked of models with systemic risk, and no document says whether a model has it",
}


def score(document: Json, profile_id: str = DEFAULT_PROFILE, *, outside: Collection[str] = ()) -> Score:
    """Measure raw JSON of anybody's CycloneDX or SPDX 3 document.

    `outside` names elements that are proved beyond the document, such as a signature over it. Raises InputError for a
    profile that does not exist, DocumentError for a format that is not read, here or by the peer whose grades are
    asked for.
    """
    chosen = profile(profile_id)
    form = form_of(document)
    if form.partition(" ")[0] not in chosen.reads:
        raise DocumentError(f"the document is {form}, and {chosen.title} grades {' and '.join(chosen.reads)} alone")
    if chosen.kind == "scorer":
        from attest.bom.score_peers import peer_score

        return peer_score(document, chosen, form)
    return _Scoring(chosen, _reader(document, form), frozenset(outside)).score()


def _reader(document: Json, form: str) -> Reader:
    if form.startswith("SPDX"):
        from attest.bom.score_spdx import SpdxReader

        return SpdxReader(document, form)
    from attest.bom.score_cyclonedx import CycloneDxReader

    return CycloneDxReader(document, form)


class _Scoring:
    def __init__(self, chosen: Profile, reader: Reader, outside: frozenset[str]) -> None:
        self.profile = chosen
        self.reader = reader
        self.outside = outside
        self.system = reader.is_system()
        self.untyped = reader.untyped_model()
        self.shared: dict[tuple[str, str], str] = {}

    def score(self) -> Score:
        """Every element, and what they come to."""
        results = tuple(map(self._result, self.profile.elements))
        satisfied, applicable = totals(results)
        return Score(
            profile=self.profile.id,
            title=self.profile.title,
            verified=self.profile.verified,
            form=self.reader.form,
            subject=self.reader.subject,
            results=results,
            tallies=tallies(results),
            satisfied=satisfied,
            applicable=applicable,
            passed=passed(results) and self._is_about(results),
            grade=_grade(self.profile, results),
            notes=tuple(self._notes()),
        )

    def _is_about(self, results: Collection[Result]) -> bool:
        """Whether the document has anything that the profile makes demands of, beyond the document itself."""
        things = [element.id for element in self.profile.elements if element.applies_to != ("bom",)]
        asked = {result.id for result in results if result.total}
        return not things or not asked.isdisjoint(things)

    def _notes(self) -> Iterator[str]:
        if self.untyped:
            yield f"untyped model: {self.untyped} looks like a model and is not typed as one"
        if not self.profile.verified:
            yield _UNVERIFIED
        if any(element.scope == "every-component" for element in self.profile.elements):
            yield "Files count as parts of their component: what is asked of every component is not asked of files."
        yield f"The norm: {self.profile.status}."
        yield _ABOUT

    def _result(self, element: Element) -> Result:
        if element.id in self.outside and element.outside:
            return _plain(element, "present", f"proved outside the document: {element.outside}")
        if element.condition and not (element.condition == "system" and self.system):
            return _plain(element, "not-applicable", _NEEDS[element.condition])
        if not self.reader.paths(element):
            kind = self.reader.form.partition(" ")[0]
            besides = f"; it may be proved outside: {element.outside}" if element.outside else ""
            return _plain(element, "not-applicable", f"{kind} has no place for it{besides}")
        units = self.reader.units(element)
        if not units:
            return self._without_units(element)
        if element.level == "must-not":
            return self._forbidden(element, units)
        return self._asked(element, units)

    def _without_units(self, element: Element) -> Result:
        if self.untyped and element.applies_to == ("model",):
            result = _plain(element, "missing", f"untyped model: {self.untyped} is not typed as a model")
            return replace(result, total=1, offenders=(self.untyped,), hint=self._hint(element))
        named = {"every-file": "file", "every-component": "component", "subject": "subject"}
        thing = named.get(element.scope) or element.applies_to[0]
        return _plain(element, "not-applicable", f"the document has no {thing}")

    def _forbidden(self, element: Element, units: list[Unit]) -> Result:
        there = [
            one.pointer
            for unit in units
            for path in self.reader.paths(element)
            for one in islice(self.reader.found(element, path, unit), MAX_POINTERS)
            if is_meaningful(one.value)
        ]
        if not there:
            return _plain(element, "present", "as it must be: there is none in the document", satisfied=1, total=1)
        result = _plain(element, "violated", "the norm wants this kept out of the document", total=1)
        return replace(result, pointers=tuple(there[:MAX_POINTERS]), hint="keep it in a document of its own")

    def _asked(self, element: Element, units: list[Unit]) -> Result:
        pointers: list[str] = []
        offenders: list[str] = []
        satisfied, unknown = 0, 0
        for unit in units:
            there, is_unknown = self._one(element, unit)
            if there:
                satisfied += 1
                unknown += is_unknown
                pointers += there[: MAX_POINTERS - len(pointers)]
            elif len(offenders) < MAX_OFFENDERS and unit.kind != "document":
                offenders.append(unit.label)
        status: Status = "missing"
        if satisfied == len(units):
            status = "explicit-unknown" if unknown else "present"
        return Result(
            id=element.id,
            name=element.name,
            level=element.level,
            status=status,
            group=element.group,
            pointers=tuple(dict.fromkeys(pointers)),
            satisfied=satisfied,
            total=len(units),
            offenders=tuple(offenders),
            hint=self._hint(element) if status == "missing" else "",
        )

    def _one(self, element: Element, unit: Unit) -> tuple[list[str], bool]:
        """Pointers to what satisfies the element for one unit, and whether that only says that it is unknown."""
        paths = self.reader.paths(element)
        match = element.spdx_match if self.reader.form.startswith("SPDX") else element.match
        there = [self._first(element, path, unit) for path in paths]
        if all(there) if match == "all" else any(there):
            return [pointer for pointer in there if pointer], False
        if element.unknown != "state":
            return [], False
        stated = [
            one.pointer
            for path in paths
            for one in islice(self.reader.found(element, path, unit), MAX_POINTERS)
            if is_stated_unknown(one.value)
        ]
        if not stated and (gap := self.reader.states_gap(element, unit)):
            stated = [gap]
        return stated[:1], bool(stated)

    def _first(self, element: Element, path: Path, unit: Unit) -> str:
        """The pointer to the first value at a path that answers, or an empty text; looked for once where it is the
        same for every unit."""
        key = (element.id, path.text)
        shared = not self.reader.depends(element, path, unit)
        if shared and key in self.shared:
            return self.shared[key]
        found: Iterator[Found] = self.reader.found(element, path, unit)
        first = next((one.pointer for one in found if answers(element, path, one)), "")
        if shared:
            self.shared[key] = first
        return first

    def _hint(self, element: Element) -> str:
        """How to fill it: the best path, what belongs there, and what else is accepted."""
        best = self.reader.paths(element)[0].text
        every = self.reader.paths(element) if element.match == "all" else ()
        where = " and ".join(path.text for path in every) if every else best
        values = element.accept.get(best)
        closed = f" One of {', '.join(sorted(values))}." if values else ""
        stated = " If it is not known, say so." if element.unknown == "state" else ""
        besides = f" Or prove it outside: {element.outside}." if element.outside else ""
        return f"fill {where}: {element.description}{closed}{stated}{besides}"


def _plain(element: Element, status: Status, reason: str, *, satisfied: int = 0, total: int = 0) -> Result:
    if status == "present" and not total:
        satisfied = total = 1
    return Result(
        id=element.id,
        name=element.name,
        level=element.level,
        status=status,
        group=element.group,
        satisfied=satisfied,
        total=total,
        reason=reason,
    )


def _grade(chosen: Profile, results: Collection[Result]) -> str:
    """The openness class that the parts allow (MOF 1.0); each class includes those before it in the scale."""
    ranks = {element.id: element.rank for element in chosen.elements if element.rank and element.level == "must"}
    if not ranks:
        return ""
    missing = {ranks[result.id] for result in results if result.id in ranks and result.status != "present"}
    reached = ""
    for rank, name in chosen.scale.items():
        if rank in missing:
            break
        reached = f"class {rank}, {name}"
    return f"{reached or 'no class'}, by its parts alone: whether each licence is open is not judged"
