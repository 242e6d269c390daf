"""bom-refs: unique, stable, and made of names that stand in the document, never of machine paths or counters of a
run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from attest.bom.names import hub_id
from attest.domain.bom import Bom, Origin, Relative

_MAX_PURL = 2_048
_PREFIXES = {"model": "model", "dataset": "dataset", "environment": "environment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The document's bom-refs, each tuple in the order of the Bom's own.

    `purl` is empty when the subject's name cannot be written as one. A relative that the Bom names twice has one ref.
    """

    purl: str
    subject: str
    card: str
    tool: str
    base_models: tuple[str, ...]
    datasets: tuple[str, ...]
    components: tuple[str, ...]
    vulnerabilities: tuple[str, ...]


def references(bom: Bom) -> References:
    """Refs for every part of `bom` but its files, whose refs are `subject#path`.

    The subject's is its purl where there is one. No path begins with a slash, so the card's ref can be no file's. A
    ref that is taken gets a suffix.
    """
    purl = _purl(bom)
    subject = purl or f"{_PREFIXES[bom.subject]}:{quote(bom.name.text, safe='/')}"
    taken = {subject, "attest"}
    return References(
        purl=purl,
        subject=subject,
        card=f"{subject}#/modelCard",
        tool="attest",
        base_models=_relatives(bom.base_models, _base, taken),
        datasets=_relatives(bom.datasets, _dataset, taken),
        components=tuple([_free(component.purl, taken) for component in bom.components]),
        vulnerabilities=tuple([_free(f"{one.id}@{one.affects}", taken) for one in bom.vulnerabilities]),
    )


def _relatives(relatives: Iterable[Relative], ref_of: Callable[[Relative], str], taken: set[str]) -> tuple[str, ...]:
    """One ref for each name and version, however often it is named."""
    made: dict[tuple[str, str], str] = {}
    refs = []
    for kin in relatives:
        key = (kin.name, kin.version)
        if key not in made:
            made[key] = _free(ref_of(kin), taken)
        refs.append(made[key])
    return tuple(refs)


def _purl(bom: Bom) -> str:
    """The subject's purl if it reads back as what was written (a name such as `..` does not)."""
    # Imported here: an environment and a merge need no purl of their own.
    from packageurl import PackageURL

    if bom.subject == "environment":
        return ""
    group = f"datasets/{bom.group}" if bom.subject == "dataset" and bom.purl_type == "huggingface" else bom.group
    try:
        purl = PackageURL(bom.purl_type, group or None, bom.name.text, bom.version or None)
        # A name of slashes alone becomes no name at all, which only fails when it is written.
        text = str(purl) if purl.name == bom.name.text else ""
        return text if text and len(text) <= _MAX_PURL and PackageURL.from_string(text) == purl else ""
    except ValueError:
        return ""


def _base(kin: Relative) -> str:
    return base_purl(kin) or f"base-model:{quote(kin.name, safe='/')}{f'@{quote(kin.version)}' if kin.version else ''}"


def base_purl(kin: Relative) -> str:
    """The purl of a model that the Hub could hold under its name, or an empty text."""
    from packageurl import PackageURL

    parts = hub_id(kin.name)
    return str(PackageURL("huggingface", parts[0] or None, parts[1], kin.version or None)) if parts is not None else ""


def _dataset(kin: Relative) -> str:
    version = f"@{quote(kin.version)}" if kin.version else ""
    return f"pkg:huggingface/datasets/{quote(kin.name, safe='/')}{version}"


def _free(ref: str, taken: set[str]) -> str:
    candidate, number = ref, 2
    while candidate in taken:
        candidate, number = f"{ref}~{number}", number + 1
    taken.add(candidate)
    return candidate


def origin_text(origin: Origin, source: str) -> str:
    """How a value's origin is written: `declared: README.md#/license`."""
    return f"{origin}: {source}"
