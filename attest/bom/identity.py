"""What the subject is called, by whoever says it best; a folder name is the last resort and marked inferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attest.bom.names import hub_id
from attest.domain.bom import Value
from attest.domain.manifest import Manifest, printable
from attest.formats.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Owner (may be empty), bare name, and whether this is a Hub repository."""

    group: str
    name: Value
    hub: bool

    @property
    def full(self) -> str:
        """`owner/name`, or the bare name."""
        return f"{self.group}/{self.name.text}" if self.group else self.name.text


def identity(
    manifest: Manifest,
    *,
    name: str,
    hub_repository: str,
    folder: str,
    card_name: str = "",
    facts: Mapping[str, Facts] | None = None,
) -> Identity:
    """The caller's name, else the Hub's cache folder, else the card's, else a single header's, else the place's."""
    if name:
        parts = hub_id(name)
        owner, bare = parts if parts is not None else ("", printable(name))
        return Identity(group=owner, name=Value(text=bare, origin="declared", source="the caller"), hub=owner != "")
    if hub_repository:
        owner, _, bare = hub_repository.rpartition("/")
        return Identity(
            group=owner, name=Value(text=bare, origin="declared", source="Hugging Face cache folder"), hub=True
        )
    if card_name:
        value = Value(text=card_name, origin="declared", source="README.md#/model-index/0/name")
        return Identity(group="", name=value, hub=False)
    if claimed := _claimed(facts or {}):
        return Identity(group="", name=claimed, hub=False)
    return Identity(group="", name=_place(manifest, folder), hub=False)


def _claimed(facts: Mapping[str, Facts]) -> Value | None:
    """The name that headers give, when all that give one agree."""
    names = {found.claims.name: file for file, found in facts.items() if found.claims.name}
    if len(names) != 1:
        return None
    text, file = next(iter(names.items()))
    key = dict(facts[file].claims.keys).get("name", "")
    return Value(text=text, origin="declared", source=f"{file}#{key}" if key else file)


def _place(manifest: Manifest, folder: str) -> Value:
    """The name of the place where the artifact lies; nothing better is known."""
    if manifest.kind == "file":
        return Value(text=printable(manifest.files[0].name), origin="inferred", source="file name")
    return Value(text=printable(folder) or "unnamed", origin="inferred", source="folder name")
