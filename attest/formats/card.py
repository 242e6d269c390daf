"""What a Hugging Face model card declares, as values; `front_matter` reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model card declares; absent is empty.

    `licenses` holds one value, or several when the card lists them, and none when one of them could not be read: half
    of a licence is not what was declared. `description` is the first paragraph of the prose
    as plain text, at most 1,000 characters. `ignored` names members whose values have a shape that the Hub does not
    define.
    """

    licenses: tuple[str, ...] = ()
    license_name: str = ""
    license_link: str = ""
    base_models: tuple[str, ...] = ()
    base_model_relation: str = ""
    datasets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    pipeline_tag: str = ""
    library_name: str = ""
    model_name: str = ""
    description: str = ""
    ignored: tuple[str, ...] = ()
