"""A comparison in words: what was seen, what it is consistent with, and what it does not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attest.bom.kinship_case import Case
from attest.bom.tensor_pairs import tally
from attest.domain.kinship import Evidence, Verdict, What, percent

_MAX_NAME = 80


def message(case: Case, verdict: Verdict, evidence: Evidence) -> str:
    """The verdict for people, in one to three sentences. A is the first model, B the second."""
    text = _WORDS[verdict](case)
    if verdict == "requantised" and evidence == "structure":
        text += " A conversion of A looks like this; that B comes from A is not shown."
    return text


def notes(case: Case) -> tuple[str, ...]:
    """What a reader must know besides the verdict."""
    found = []
    comparison = case.comparison
    if comparison.doubtful:
        found.append(
            f"{_tensors(comparison.doubtful, 'digest')} with two different sizes: a document contradicts itself or the "
            "other one, and these tensors do not count"
        )
    if case.shared.tensors and not case.shown:
        names = sorted(record.name for record in case.after if record.sha256 in comparison.shared)
        found.append(
            f"{_tensors(case.shared.tensors)} of {case.shared.size:,} bytes in common is too little to conclude "
            f"anything: {', '.join(name[:_MAX_NAME] for name in names[:3])}"
        )
    if comparison.translated:
        found.append("names were compared in one spelling, after the tables that convert models to GGUF")
    sides: tuple[tuple[What, str], ...] = (("only-before", "A"), ("only-after", "B"))
    for what, side in sides:
        minor = [record for record in case.of(what) if case.is_minor(record)]
        if minor:
            size = tally(minor).size
            found.append(f"small, constant or computed tensors that only {side} has: {len(minor):,}, {size:,} bytes")
    if case.count("uncompared"):
        found.append(f"{_tensors(case.count('uncompared'))} could not be compared: a digest is missing")
    return tuple(found)


def _identical(case: Case) -> str:
    what = f"The same tensors, by name and byte for byte: {len(case.after):,}."
    return what if case.shown else f"{what} They are too few, too small or too uniform to show kinship."


def _renamed(case: Case) -> str:
    moved = "" if case.comparison.translated else f" {case.count('moved'):,} of {_tensors(len(case.after))} moved."
    return f"The same weights under other names: all {_shared(case)} of B are A's.{moved}"


def _extended(case: Case) -> str:
    added = case.tally("only-after")
    return (
        f"B holds all weights of A, unchanged, and {_tensors(added.tensors)} of {added.size:,} bytes more"
        f"{_layers(', in layers ', case.changed_layers)}."
    )


def _reduced(case: Case) -> str:
    lost = case.tally("only-before")
    return f"All weights of B are A's, unchanged; {_tensors(lost.tensors)} of A, {lost.size:,} bytes, are missing."


def _dropped(case: Case) -> str:
    old, new = (len(side) for side in case.layers)
    return (
        f"All weights of B are A's, and B has {new} of A's {old} layers: layers were left out, nothing was retrained."
    )


def _repeated(case: Case) -> str:
    old, new = (len(side) for side in case.layers)
    return f"All weights of B are A's, and B has {new} layers where A has {old}: layers of A stand in B more than once."


def _vocabulary(case: Case) -> str:
    old, new = case.vocabulary or (0, 0)
    word = "grew" if new > old else "shrank"
    return f"The vocabulary {word} from {old:,} to {new:,} rows; everything else is the same."


def _adapter(case: Case) -> str:
    kinds = sorted({record.name.rpartition(".")[0].rpartition(".")[2] for record in case.of("changed")})
    return (
        f"Only matrices that adapters are made for changed ({', '.join(kinds[:8])}; layers {case.changed_layers}), and "
        "everything else is the same: consistent with a merged LoRA adapter. A fine-tune of just these matrices looks "
        "the same."
    )


def _partial(case: Case) -> str:
    same, whole = case.tally("unchanged"), tally(case.after).size
    return (
        f"{_changed(case)}. Unchanged: {same.tensors:,} of {_tensors(len(case.after))}, "
        f"{percent(same.size, whole)} of the bytes. B was made from A, A from B, or both from a third model."
    )


def _changed(case: Case) -> str:
    """What a partial fine-tune changed: layers, parts outside of layers, and what came and went."""
    layers = case.changed_layers
    parts = [f"layers {layers}"] if layers else []
    parts += [
        f"the {module}" for module in case.changed_modules if not layers or module in {"embeddings", "output head"}
    ]
    deeds = [f"changed {_listed(parts)}"] if parts else []
    deeds += [f"left out {_tensors(case.count('only-before'))}"] if case.count("only-before") else []
    deeds += [f"moved {_tensors(case.count('moved'))}"] if case.count("moved") else []
    return f"Consistent with a fine-tune that {_listed(deeds or ['changed no weights'])}"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _requantised(case: Case) -> str:
    recast, changed, same = case.count("recast"), case.count("changed"), case.count("unchanged")
    parts = ["Names and shapes agree"]
    if recast:
        parts.append(
            f"{_tensors(recast)} of {len(case.after):,} are of another type, so their bytes cannot be compared"
        )
    if changed and case.reordered:
        parts.append(
            f"{_tensors(changed)} are query and key matrices, whose rows converters to GGUF reorder: whether more "
            "happened to them is not told"
        )
    elif changed:
        parts.append(f"{_tensors(changed)} of one type differ")
    if same and case.shown:
        parts.append(f"{_tensors(same)} are the same byte for byte")
    return "; ".join(parts) + "."


def _partly(case: Case) -> str:
    shared = case.shared
    one, other = (
        percent(shared.size, side.size) for side in (case.comparison.weighed_before, case.comparison.weighed_after)
    )
    return f"{_shared(case)} of both are the same: {one} of A's bytes and {other} of B's."


def _architecture(case: Case) -> str:
    differ = case.tally("changed").size
    compared = differ + case.tally("unchanged").size
    recast = f", and {_tensors(case.count('recast'))} are of another type" if case.count("recast") else ""
    return (
        f"The same architecture: names and shapes agree, {percent(differ, compared)} of the comparable bytes differ"
        f"{recast}. Kinship is not shown: a fine-tune of all layers and a model trained from nothing look the same."
    )


def _unrelated(case: Case) -> str:
    less = "Too little is in common to conclude anything." if case.shared.tensors else "No weights are in common."
    return (
        f"{less} That does not make them strangers: a fine-tune of all layers or a quantisation leaves no equal bytes."
    )


def _undecided(case: Case) -> str:
    empty = [side for side, records in (("A", case.before), ("B", case.after)) if not records]
    if empty:
        return f"Nothing can be said: no tensors of {' and '.join(empty)} are known."
    agree = "Names and shapes agree" if case.agrees else "Names or shapes differ"
    return f"{agree}, and bytes cannot be compared: digests are missing."


def _shared(case: Case) -> str:
    return f"{case.shared.tensors:,} contents" if case.shared.tensors != 1 else "1 content"


def _tensors(count: int, noun: str = "tensor") -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _layers(lead: str, text: str) -> str:
    return f"{lead}{text}" if text else ""


_WORDS: Mapping[Verdict, Callable[[Case], str]] = {
    "identical": _identical,
    "renamed": _renamed,
    "extended": _extended,
    "reduced": _reduced,
    "layers-dropped": _dropped,
    "layers-repeated": _repeated,
    "vocabulary-extended": _vocabulary,
    "vocabulary-reduced": _vocabulary,
    "adapter-merged": _adapter,
    "fine-tune-partial": _partial,
    "requantised": _requantised,
    "partly-shared": _partly,
    "same-architecture": _architecture,
    "unrelated": _unrelated,
    "undecided": _undecided,
}
