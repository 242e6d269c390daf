"""The documents at the root of a dataset, read: its card, what `datasets` noted, and its Croissant description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from attest.bom.globs import escaped
from attest.bom.reading import Reading
from attest.domain.bom import Split
from attest.domain.manifest import printable
from attest.formats import dataset_info
from attest.formats.croissant import Croissant, read_croissant
from attest.formats.croissant_parts import CroissantFile
from attest.formats.dataset_card import DataFiles, DatasetCard, read_dataset_card
from attest.formats.dataset_info import ConfigInfo, SavedState

T = TypeVar("T")
CARD = "README.md"
CROISSANTS = ("croissant.json", "metadata.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What they say; absent is empty. `infos` are configurations with the document that each stands in."""

    card: DatasetCard
    infos: tuple[tuple[str, ConfigInfo], ...] = ()
    folders: tuple[str, ...] = ()
    state: SavedState | None = None
    croissant: Croissant | None = None
    croissant_name: str = ""

    def listed(self) -> tuple[CroissantFile, ...]:
        """The files that Croissant lists."""
        return self.croissant.files if self.croissant is not None else ()

    def data_files(self) -> tuple[DataFiles, ...]:
        """Which files documents assign to a split: the card, or what a saved dataset says of itself."""
        saved = self.state if self.state is not None and self.state.split else None
        if self.card.data_files or saved is None:
            return self.card.data_files
        return tuple(DataFiles("", saved.split, escaped(name)) for name in saved.files)

    def split_names(self) -> tuple[str, ...]:
        """Names of splits that documents give."""
        names = [split.name for _, info in self.infos for split in info.splits]
        names += self.folders
        names += self.croissant.splits if self.croissant is not None else ()
        return tuple(dict.fromkeys(names))

    def splits(self) -> Iterator[Split]:
        """Splits that documents declare, one for each statement."""
        for document, info in self.infos:
            for split in info.splits:
                yield Split(
                    name=split.name,
                    examples=split.examples,
                    size=split.size,
                    origin="declared",
                    source=f"{document}#{info.where}/splits",
                    config=info.config,
                )
        told = [(name, "dataset_dict.json#/splits") for name in self.folders]
        told += [
            (name, f"{self.croissant_name}#/recordSet") for name in (self.croissant.splits if self.croissant else ())
        ]
        for name, source in told:
            yield Split(name=name, examples=None, size=None, origin="declared", source=source)


def read_documents(reading: Reading) -> Documents:
    """Read what is there. What cannot be read is noted in `reading`; a document of another kind is passed over."""
    card = reading.document(CARD, read_dataset_card) or DatasetCard()
    reading.unreadable += [(f"{CARD}#/{member}", f"unexpected shape of {member}") for member in card.ignored]
    infos = [(CARD, info) for info in card.infos]
    found = _maybe(reading, "dataset_infos.json", b'"features"', dataset_info.read_dataset_infos)
    infos += [("dataset_infos.json", info) for info in found or ()]
    saved = _maybe(reading, "dataset_info.json", b'"features"', dataset_info.read_dataset_info)
    infos += [("dataset_info.json", saved)] if saved is not None else []
    croissant, named = None, ""
    for name in CROISSANTS:
        croissant = _maybe(reading, name, b"mlcommons.org", partial(read_croissant, what=name))
        if croissant is not None:
            named = name
            reading.unreadable += [(name, printable(problem)) for problem in croissant.problems]
            break
    return Documents(
        card=card,
        infos=tuple(infos),
        folders=_maybe(reading, "dataset_dict.json", b'"splits"', dataset_info.read_dataset_dict) or (),
        state=_maybe(reading, "state.json", b'"_fingerprint"', dataset_info.read_state),
        croissant=croissant,
        croissant_name=named,
    )


def _maybe(reading: Reading, name: str, mark: bytes, read: Callable[[bytes], T | None]) -> T | None:
    """A document under a name that others use too: looked at only when its bytes hold what makes it one."""
    return reading.document(name, read) if mark in reading.prefixes.get(name, b"") else None
