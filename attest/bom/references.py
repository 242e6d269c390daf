"""bom-refs: unique, stable, and made of names that stand in the document, never of machine paths or counters of a
run."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from packageurl import PackageURL

from attest.bom.names import hub_id
from attest.domain.bom import Bom, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The document's bom-refs; `base_models`, `datasets` and `files` stand in the order of the Bom's tuples.

    `purl` is empty when the subject's name cannot be written as one.
    """

    purl: str
    subject: str
    card: str
    tool: str
    base_models: tuple[str, ...]
    datasets: tuple[str, ...]
    files: tuple[str, ...]


def references(bom: Bom) -> References:
    """Refs for every part of `bom`.

    The subject's is its purl where there is one. A file's is that purl with the file's path as subpath; no path
    begins with a slash, so the card's can be no file's. A ref that is taken gets a suffix.
    """
    purl = _purl(bom)
    subject = purl or f"model:{quote(bom.name.text, safe='/')}"
    taken = {subject, "attest"}
    bases = tuple(_free(_base(kin.name), taken) for kin in bom.base_models)
    datasets = tuple(_free(f"pkg:huggingface/datasets/{quote(kin.name, safe='/')}", taken) for kin in bom.datasets)
    # Names of files are unique, and only these refs hold `subject#`.
    files = tuple([f"{subject}#{quote(record.name, safe='/')}" for record in bom.files])
    return References(
        purl=purl,
        subject=subject,
        card=f"{subject}#/modelCard",
        tool="attest",
        base_models=bases,
        datasets=datasets,
        files=files,
    )


def _purl(bom: Bom) -> str:
    """The subject's purl if it reads back as what was written (a name such as `..` does not)."""
    try:
        purl = PackageURL(bom.purl_type, bom.group or None, bom.name.text, bom.version or None)
        # A name of slashes alone becomes no name at all, which only fails when it is written.
        return str(purl) if purl.name == bom.name.text and PackageURL.from_string(str(purl)) == purl else ""
    except ValueError:
        return ""


def _base(name: str) -> str:
    parts = hub_id(name)
    if parts is None:
        return f"base-model:{quote(name, safe='/')}"
    return str(PackageURL("huggingface", parts[0] or None, parts[1]))


def _free(ref: str, taken: set[str]) -> str:
    candidate, number = ref, 2
    while candidate in taken:
        candidate, number = f"{ref}~{number}", number + 1
    taken.add(candidate)
    return candidate


def origin_text(origin: Origin, source: str) -> str:
    """How a value's origin is written: `declared: README.md#/license`."""
    return f"{origin}: {source}"
