"""Files of two documents: what came, went, changed or has another name, and whether loading it became dangerous."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attest.bom.diff_make import change, cut
from attest.bom.file_kinds import WEIGHTS
from attest.bom.snapshot import FileSeen, Snapshot
from attest.domain.bom_diff import Change, Importance
from attest.domain.file_format import FORMATS

_RUNS = frozenset({"may-run-code", "code"})
_IMPORTS = "attest:pickle:globals"
_MORE_IMPORTS = "attest:pickle:more-globals"
_CUSTOM = "attest:model:custom-code"
_NOTICED = ("licen", "copying", "notice", "use_policy")


def file_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Everything about files."""
    old, new = before.files, after.files
    gone = {name: old[name] for name in old if name not in new}
    renamed = dict(_renamed(gone, [new[name] for name in new if name not in old]))
    formats = {seen.format for seen in old.values()}
    for name, seen in new.items():
        known = old.get(name) or renamed.get(name)
        if known is None:
            yield _added(name, seen, formats)
        else:
            yield from _both(name, known, seen)
    moved = {seen.name for seen in renamed.values()}
    for name, seen in gone.items():
        if name not in moved:
            importance = _importance(seen)
            yield change("file", importance, name, f"{cut(name, 200)} was taken away", before=_content(seen))
    yield from _weights(old.values(), new.values())
    yield from _imports(old.values(), new.values())
    yield from _custom_code(before, after)


def _renamed(gone: dict[str, FileSeen], added: list[FileSeen]) -> Iterator[tuple[str, FileSeen]]:
    """Names of new files with the old file whose content they have; each old file once."""
    held: dict[str, list[FileSeen]] = {}
    for seen in gone.values():
        if seen.digest:
            held.setdefault(seen.digest, []).append(seen)
    for seen in added:
        if found := held.get(seen.digest):
            yield seen.name, found.pop()


def _added(name: str, seen: FileSeen, formats: set[str]) -> Change:
    label = cut(name, 200)
    if seen.risk == "code":
        return change(
            "code", "alarm", name, f"{label} was added: {seen.title}, which loading may run", after=_content(seen)
        )
    if seen.risk in _RUNS:
        importance: Importance = "notice" if seen.format in formats else "alarm"
        text = f"{label} was added: {seen.title}, whose loader can be made to run code"
        return change("format", importance, name, text, after=_content(seen))
    return change("file", _importance(seen), name, f"{label} was added: {seen.title}", after=_content(seen))


def _both(name: str, old: FileSeen, new: FileSeen) -> Iterator[Change]:
    """A file that both documents list, maybe under another name."""
    label = cut(name, 200)
    if old.name != new.name:
        text = f"{cut(old.name, 200)} is now called {label}, with the same content"
        yield change("file", "notice" if new.format in WEIGHTS else "detail", name, text, old.name, new.name)
    same, contradiction = _same(old, new)
    if old.digest and not new.digest:
        yield change("evidence", "alarm", name, f"{label} has no digest any more", _content(old), _content(new))
    if contradiction:
        text = f"{label}: the documents agree on one digest and not on another"
        yield change("contradiction", "alarm", name, text, _content(old), _content(new))
    if old.format != new.format:
        yield from _format(name, old, new)
    if same is None and old.digest and new.digest:
        text = f"{label}: the documents use different algorithms, so the contents cannot be compared"
        yield change("file", _importance(new), name, text, _content(old), _content(new))
    elif same is False and not contradiction:
        yield _content_change(name, old, new)
    elif same and old.tensors and new.tensors and old.tensors != new.tensors:
        text = f"{label}: the same digest of the file, and other tensors in it: one of the documents is wrong"
        yield change("contradiction", "alarm", name, text)


def _same(old: FileSeen, new: FileSeen) -> tuple[bool | None, bool]:
    """Whether two contents are equal (None when no algorithm is common to both), and whether algorithms disagree."""
    common = old.digests.keys() & new.digests.keys()
    equal = {algorithm for algorithm in common if old.digests[algorithm] == new.digests[algorithm]}
    return (equal == common if common else None), bool(equal and equal != common)


def _format(name: str, old: FileSeen, new: FileSeen) -> Iterator[Change]:
    worse = new.risk in _RUNS and old.risk not in _RUNS
    runs = ", whose loader can be made to run code" if worse else ""
    text = f"{cut(name, 200)} was {old.title} and is {new.title}{runs}"
    yield change("format", "alarm" if worse else "notice", name, text, old.format, new.format)


def _content_change(name: str, old: FileSeen, new: FileSeen) -> Change:
    label = cut(name, 200)
    if new.risk == "code":
        text = f"{label} changed: {new.title}, which loading may run"
        return change("code", "alarm", name, text, _content(old), _content(new))
    only = old.tensors and old.tensors == new.tensors
    text = f"{label} changed{', and its tensors are the same' if only else ''}"
    return change("file", _importance(new), name, text, _content(old), _content(new))


def _importance(seen: FileSeen) -> Importance:
    base = seen.name.rpartition("/")[2].lower()
    return "notice" if seen.format in WEIGHTS or seen.risk in _RUNS or base.startswith(_NOTICED) else "detail"


def _content(seen: FileSeen) -> str:
    """Size and digest of a file as text."""
    size = f"{int(seen.size):,} bytes" if seen.size.isascii() and seen.size.isdigit() and len(seen.size) < 20 else ""
    return ", ".join(filter(None, (size, seen.digest or "no digest")))


def _weights(old: Iterable[FileSeen], new: Iterable[FileSeen]) -> Iterator[Change]:
    """Weights that no longer come in any format that only holds data."""
    before, after = ({seen.format for seen in side if seen.format in WEIGHTS} for side in (old, new))
    if after and _harmless(before) and not _harmless(after):
        text = (
            f"weights came as {_titles(_harmless(before))} and now come only as {_titles(after)}: loading may run code"
        )
        yield change("format", "alarm", "weights", text, ", ".join(sorted(before)), ", ".join(sorted(after)))


def _harmless(kinds: set[str]) -> set[str]:
    return {kind for kind in kinds if FORMATS[kind][1] == "data"}


def _titles(kinds: set[str]) -> str:
    return ", ".join(FORMATS[kind][0] for kind in sorted(kinds))


def _imports(old: Iterable[FileSeen], new: Iterable[FileSeen]) -> Iterator[Change]:
    """Names that pickles ask for and that none asked for before."""
    before, after = ({text for seen in side for text in seen.texts(_IMPORTS)} for side in (old, new))
    for text in sorted(after - before):
        yield change("imports", "alarm", text, f"a pickle asks for {cut(text, 200)}, which none did before", after=text)
    for text in sorted(before - after):
        yield change("imports", "detail", text, f"no pickle asks for {cut(text, 200)} any more", before=text)
    unlisted = [{seen.name for seen in side if seen.texts(_MORE_IMPORTS)} for side in (old, new)]
    for name in sorted(unlisted[1]):
        text = f"{cut(name, 200)} asks for more names than its document lists: new ones may be among them"
        yield change("imports", "notice" if name in unlisted[0] else "alarm", name, text)


def _custom_code(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = ((_CUSTOM, "true") in side.properties for side in (before, after))
    if new and not old:
        text = "loading the model now needs custom code of its own (trust_remote_code)"
        yield change("code", "alarm", "custom code", text, after="true")
    elif old and not new:
        yield change("code", "detail", "custom code", "loading the model needs no custom code any more", before="true")
