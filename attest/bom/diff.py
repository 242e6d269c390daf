"""Two CycloneDX documents, whoever wrote them → what changed, alarms first.

An alarm is a change that lets code in, takes evidence away, or cannot be true: a format that may run code, what a
pickle asks for, code of the model's own, a digest or a base model that is no longer named, a version that is not what
it was. What changed on purpose looks the same as what was slipped in, so nothing is left out; the order alone says what
to look at first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from attest.bom.diff_facts import fact_changes
from attest.bom.diff_files import file_changes
from attest.bom.diff_make import change, cut
from attest.bom.diff_software import software_changes
from attest.bom.kinship import compare
from attest.bom.snapshot import Snapshot, snapshot
from attest.bom.tensors import TensorList, snapshot_tensors
from attest.domain.bom_diff import BomDiff, Change, ChangeKind, Importance
from attest.domain.kinship import Kinship
from attest.domain.strict_json import JsonObject

_IMPORTANCE: Mapping[str, int] = {name: place for place, name in enumerate(get_args(Importance))}
_KIND: Mapping[str, int] = {name: place for place, name in enumerate(get_args(ChangeKind))}


def diff(before: JsonObject, after: JsonObject) -> BomDiff:
    """What changed from one document to the other. Linear in their sizes, but for sorting.

    Raises DocumentError when one is no CycloneDX document in JSON.
    """
    old, new = snapshot(before), snapshot(after)
    one, other = snapshot_tensors(old), snapshot_tensors(new)
    kinship = compare(one.records, other.records) if one.records or other.records else None
    found = [
        *file_changes(old, new),
        *fact_changes(old, new),
        *software_changes(old, new),
        *_tensor_changes(old, new, kinship),
        *_unreadable(one, other),
    ]
    found.sort(key=lambda item: (_IMPORTANCE[item.importance], _KIND[item.kind], item.subject, item.message))
    return BomDiff(before=cut(old.label), after=cut(new.label), changes=tuple(found), kinship=kinship)


def _tensor_changes(old: Snapshot, new: Snapshot, kinship: Kinship | None) -> Iterator[Change]:
    """The verdict on the tensors as one change; the numbers are in the kinship."""
    if kinship is None or kinship.verdict == "identical":
        return
    if kinship.verdict == "undecided":
        took = kinship.before.tensors and not kinship.after.tensors
        text = "the tensors are no longer listed" if took else kinship.message
        yield change("tensors", "notice", "tensors", text)
        return
    strangers = kinship.verdict == "unrelated" and old.name == new.name
    importance: Importance = "alarm" if strangers else "notice"
    besides = " Both documents give the model one name." if strangers else ""
    yield change("tensors", importance, "tensors", f"{kinship.verdict}: {kinship.message}{besides}")


def _unreadable(one: TensorList, other: TensorList) -> Iterator[Change]:
    if (one.unreadable, one.unlisted) == (other.unreadable, other.unlisted):
        return
    for side, found in (("first", one), ("second", other)):
        if found.unreadable:
            text = f"descriptions of tensors that cannot be read in the {side} document: {found.unreadable:,}"
            yield change("evidence", "notice", "tensors", text)
        if found.unlisted:
            text = f"tensors of its files that the {side} document leaves out: {found.unlisted:,}"
            yield change("evidence", "notice", "tensors", text)
