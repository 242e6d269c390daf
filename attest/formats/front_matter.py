"""The Hugging Face model card: `README.md` with YAML front matter between two lines of three dashes.

Source: the Hub documentation, "Model Cards" and "Displaying carbon emissions for your model". The YAML is read in the
narrowest way that real cards need (see `yaml_nodes`).
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.card import Card, Emissions
from attest.formats.card_prose import read_model_prose
from attest.formats.members import MAX_ITEMS, MAX_TEXT, Members, short
from attest.formats.model_index import index_name, index_results
from attest.formats.prose import first_paragraph
from attest.formats.yaml_nodes import MAX_DEPTH, MAX_NODES, Node, parse_nodes
from attest.formats.yaml_nodes import MAX_SIZE as MAX_FRONT_MATTER

__all__ = [
    "MAX_DEPTH",
    "MAX_FRONT_MATTER",
    "MAX_ITEMS",
    "MAX_NODES",
    "MAX_TEXT",
    "Node",
    "parse_front_matter",
    "read_card",
    "split_card",
]

_WHAT = "the front matter of README.md"
_EMISSIONS = "co2_eq_emissions"
_GRAMS = re.compile(r"\d{1,12}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?")


def read_card(data: bytes) -> Card:
    """Read a whole README.md. Raises DocumentError when it is not UTF-8, or its front matter is refused."""
    members, body = split_card(data)
    reader = Members(members)
    return Card(
        licenses=reader.texts("license", partly=False),
        license_name=reader.text("license_name"),
        license_link=reader.text("license_link"),
        base_models=reader.texts("base_model"),
        base_model_relation=reader.text("base_model_relation"),
        new_version=reader.text("new_version"),
        datasets=reader.texts("datasets"),
        languages=reader.texts("language"),
        tags=reader.texts("tags"),
        pipeline_tag=reader.text("pipeline_tag"),
        library_name=reader.text("library_name"),
        model_name=index_name(reader),
        metrics=reader.texts("metrics"),
        results=index_results(reader),
        emissions=_emissions(reader),
        gated=reader.begins("extra_gated_"),
        description=first_paragraph(body),
        prose=read_model_prose(body),
        ignored=tuple(reader.ignored),
    )


def split_card(data: bytes) -> tuple[dict[str, Node], str]:
    """The members of a README's front matter, and its body.

    Raises DocumentError when it is not UTF-8, or its front matter is refused.
    """
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"README.md is not UTF-8 text (byte {error.start})") from None
    header, body = _split(text)
    return (parse_front_matter(header) if header.strip() else {}), body


def _split(text: str) -> tuple[str, str]:
    """Front matter and body."""
    opening, line_feed, rest = text.partition("\n")
    if opening.rstrip() != "---" or not line_feed:
        return "", text
    end = 0
    while end <= MAX_FRONT_MATTER and end < len(rest):
        after = rest.find("\n", end) + 1 or len(rest)
        if rest[end:after].rstrip() == "---":
            return rest[:end], rest[after:]
        end = after
    raise DocumentError(f"{_WHAT} does not end within {MAX_FRONT_MATTER} bytes")


def parse_front_matter(text: str) -> dict[str, Node]:
    """The members of one YAML mapping. Raises DocumentError for anything outside the subset above."""
    root = parse_nodes(text, _WHAT, first_line=2)
    if root is None:
        return {}
    if not isinstance(root, dict):
        raise DocumentError(f"{_WHAT} is not a mapping")
    return root


def _emissions(reader: Members) -> Emissions:
    """A number of grams, or a mapping with it and with how it came about."""
    node = reader.members.get(_EMISSIONS)
    table: dict[str, Node] = node if isinstance(node, dict) else {"emissions": node}
    grams = short(table.get("emissions"))
    known = _GRAMS.fullmatch(grams) is not None
    if isinstance(node, list) or (not known and table.get("emissions") is not None):
        reader.ignore(_EMISSIONS)
    return Emissions(
        grams=grams if known else "",
        alone=known and not isinstance(node, dict),
        source=short(table.get("source")),
        training_type=short(table.get("training_type")),
        location=short(table.get("geographical_location")),
        hardware=short(table.get("hardware_used")),
    )
