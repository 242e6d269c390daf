"""Makers of single changes: texts are cut short here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attest.domain.bom_diff import Change, ChangeKind, Importance

MAX_TEXT = 512


def change(
    kind: ChangeKind, importance: Importance, subject: str, message: str, before: str = "", after: str = ""
) -> Change:
    """One change."""
    return Change(
        kind=kind,
        subject=cut(subject),
        before=cut(before),
        after=cut(after),
        importance=importance,
        message=cut(message, 2 * MAX_TEXT),
    )


def cut(text: str, most: int = MAX_TEXT) -> str:
    """The text, or its beginning."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def values(
    kind: ChangeKind, importance: Importance, what: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Change]:
    """What differs between two tables of values; `what` names one of them in messages."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        label = f"{what} {cut(name, 120)}".strip()
        if old is None:
            yield change(kind, importance, name, f"{label} was added", after=new or "")
        elif new is None:
            yield change(kind, importance, name, f"{label} was taken away", before=old)
        else:
            yield change(kind, importance, name, f"{label} changed", old, new)


def members(kind: ChangeKind, importance: Importance, what: str, before: set[str], after: set[str]) -> Iterator[Change]:
    """What came and went between two sets of texts."""
    for text in sorted(after - before):
        yield change(kind, importance, text, f"{what} was added: {cut(text, 200)}", after=text)
    for text in sorted(before - after):
        yield change(kind, importance, text, f"{what} was taken away: {cut(text, 200)}", before=text)


def single(kind: ChangeKind, importance: Importance, what: str, before: str, after: str) -> Iterator[Change]:
    """One value that may have changed."""
    if before != after:
        word = "changed" if before and after else "was added" if after else "was taken away"
        yield change(kind, importance, what, f"the {what} {word}", before, after)
