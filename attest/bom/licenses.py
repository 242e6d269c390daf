"""Declared licences: the Hub's identifiers → SPDX, and names where SPDX has none (reference `ml-bom.md` section
9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attest.domain.bom import License, Value
from attest.formats.card import Card

_PLACEHOLDERS = frozenset({"unknown", "none", "n/a", "tbd", "todo", "noassertion"})
_OTHER = "other"
_MAX_EXPRESSION = 256
_EXPRESSION = re.compile(r"[A-Za-z0-9.+\-]+(?:(?: (?:AND|OR|WITH) |[()])[A-Za-z0-9.+\-()]+)+")
_OPERATORS = frozenset({"AND", "OR", "WITH"})
_MAX_LINK = 1024
_WEB = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~:/?#@!$&'()*+,;=%\-]*)?")
_RELATIVE = re.compile(r"[A-Za-z0-9._\-]+(?:/[A-Za-z0-9._\-]+)*")

SPDX_BY_HUB_ID: Mapping[str, str] = MappingProxyType(
    {
        known.lower(): known
        for known in [
            "AFL-3.0",
            "AGPL-3.0",
            "Apache-2.0",
            "Artistic-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "BSD-3-Clause-Clear",
            "BSL-1.0",
            "CC-BY-2.0",
            "CC-BY-2.5",
            "CC-BY-3.0",
            "CC-BY-4.0",
            "CC-BY-NC-2.0",
            "CC-BY-NC-3.0",
            "CC-BY-NC-4.0",
            "CC-BY-NC-ND-3.0",
            "CC-BY-NC-ND-4.0",
            "CC-BY-NC-SA-2.0",
            "CC-BY-NC-SA-3.0",
            "CC-BY-NC-SA-4.0",
            "CC-BY-ND-4.0",
            "CC-BY-SA-3.0",
            "CC-BY-SA-4.0",
            "CC0-1.0",
            "CDLA-Permissive-1.0",
            "CDLA-Permissive-2.0",
            "CDLA-Sharing-1.0",
            "ECL-2.0",
            "EPL-1.0",
            "EPL-2.0",
            "EUPL-1.1",
            "EUPL-1.2",
            "GPL-2.0",
            "GPL-3.0",
            "ISC",
            "LGPL-2.1",
            "LGPL-3.0",
            "LPPL-1.3c",
            "MIT",
            "MPL-2.0",
            "MS-PL",
            "NCSA",
            "OFL-1.1",
            "OSL-3.0",
            "OpenMDW-1.0",
            "PostgreSQL",
            "Unlicense",
            "WTFPL",
            "Zlib",
            "etalab-2.0",
        ]
    }
    | {
        "c-uda": "C-UDA-1.0",
        "lgpl-lr": "LGPLLR",
        "odbl": "ODbL-1.0",
        "odc-by": "ODC-By-1.0",
        "pddl": "PDDL-1.0",
    }
)
"""The Hub's licence ids (its documentation, "Licenses") that name one SPDX licence. Those without a version that
could be more than one (`bsd`, `cc`, `gpl`, `gfdl`, `lgpl`) and those that SPDX does not list stay names."""

_NAMES_BY_HUB_ID: Mapping[str, str] = MappingProxyType(
    {
        "bigcode-openrail-m": "BigCode Open RAIL-M v1 License Agreement",
        "bigscience-bloom-rail-1.0": "BigScience RAIL License v1.0",
        "bigscience-openrail-m": "BigScience Open RAIL-M License",
        "creativeml-openrail-m": "CreativeML Open RAIL-M",
        "deepseek": "DeepSeek License Agreement v1.0",
        "falcon-llm-license": "Falcon LLM License",
        "gemma": "Gemma Terms of Use",
        "llama2": "Llama 2 Community License Agreement",
        "llama3": "Llama 3 Community License Agreement",
        "llama3.1": "Llama 3.1 Community License Agreement",
        "llama3.2": "Llama 3.2 Community License Agreement",
        "llama3.3": "Llama 3.3 Community License Agreement",
        "llama4": "Llama 4 Community License Agreement",
        "nvidia-open-model-license": "NVIDIA Open Model License Agreement",
        "opt-175b": "OPT-175B License Agreement",
        "qwen": "Qwen License Agreement",
        "stabilityai-ai-community": "Stability AI Community License Agreement",
        "tongyi-qianwen": "Tongyi Qianwen License Agreement",
    }
)


def declared_licenses(card: Card) -> tuple[License, ...]:
    """The card's licences. A placeholder such as `unknown` alone counts as absent; among others it is one of them."""
    licenses = []
    for index, text in enumerate(card.licenses):
        pointer = "/license" if len(card.licenses) == 1 else f"/license/{index}"
        licenses.append(_license(text, f"README.md#{pointer}", card))
    if _PLACEHOLDERS.issuperset(text.casefold() for text in card.licenses):
        licenses = []
    if not licenses and card.license_name:
        licenses.append(_named(card.license_name, "README.md#/license_name", card))
    return tuple(licenses)


def _license(text: str, source: str, card: Card) -> License:
    if text.casefold() == _OTHER and card.license_name:
        return _named(card.license_name, "README.md#/license_name", card)
    kind, spelled = classify(text)
    link = _link(card.license_link) if kind == "name" else ""
    return License(kind=kind, value=Value(text=spelled, origin="declared", source=source), url=link)


def _named(text: str, source: str, card: Card) -> License:
    value = Value(text=text, origin="declared", source=source)
    return License(kind="name", value=value, url=_link(card.license_link))


def classify(text: str) -> tuple[Literal["id", "expression", "name"], str]:
    """What kind of licence statement `text` is, and its SPDX spelling; a name stays as it was written."""
    if known := SPDX_BY_HUB_ID.get(text.casefold()):
        return "id", known
    # Imported here: most licences are in the table, and the list of SPDX ids is a file of its own.
    from cyclonedx.spdx import fixup_id

    if known := fixup_id(text):
        return "id", known
    if len(text) <= _MAX_EXPRESSION and _EXPRESSION.fullmatch(text) and _parses(text):
        return "expression", text
    return "name", text


def _parses(expression: str) -> bool:
    """Whether this is an SPDX expression (SPDX 2.3 annex D) over licences that SPDX lists."""
    from cyclonedx.spdx import is_supported_id
    from license_expression import ExpressionError, Licensing

    words = re.findall(r"[^ ()]+", expression)
    exceptions = {words[index + 1] for index, word in enumerate(words[:-1]) if word == "WITH"}
    known = all(
        word in _OPERATORS or word in exceptions or word.startswith("LicenseRef-") or is_supported_id(word.rstrip("+"))
        for word in words
    )
    try:
        return known and Licensing().parse(expression) is not None
    except (ExpressionError, RecursionError, LookupError, TypeError, ValueError, AssertionError):
        return False  # the parser of the library raises all of these for what is no expression


def _link(text: str) -> str:
    """A link that is safe to write as an IRI reference: a web address or a file of the model, else nothing."""
    short = len(text) <= _MAX_LINK
    return text if short and (_WEB.fullmatch(text) or _RELATIVE.fullmatch(text)) else ""


def license_name(text: str) -> str:
    """The name that a licence which SPDX does not list gives itself, from the Hub's id for it or from that name;
    empty when it is not known."""
    # Imported here: the table is a file of its own, and most licences are ids.
    from attest.formats.license_text import references

    name = _NAMES_BY_HUB_ID.get(text.casefold(), text)
    return name if name in references() or name != text else ""


def scancode_ref(text: str) -> str:
    """The `LicenseRef-scancode-…` of a licence that SPDX does not list, or an empty text."""
    from attest.formats.license_text import references

    return references().get(license_name(text), "")
