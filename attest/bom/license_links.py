"""Licences named by an address → their SPDX ids, where the address is that of one licence.

Sources: spdx.org, choosealicense.com (which the Hub's Croissant documents link), creativecommons.org, opensource.org,
apache.org and gnu.org.
"""

from __future__ import annotations

import re

from attest.bom.licenses import classify
from attest.domain.bom import License, Value
from attest.formats.prose import is_placeholder
from attest.formats.web_link import MAX_LINK, is_link

MAX_NAME = 128
_ID = r"([A-Za-z0-9][A-Za-z0-9.+\-]{0,63}?)"
_BY_ID = re.compile(
    rf"https?://(?:www\.)?(?:spdx\.org/licenses|choosealicense\.com/licenses|opensource\.org/licenses?)/{_ID}"
    r"(?:\.html|\.json|\.txt|\.php)?/?"
)
_CREATIVE = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)"
    r"(?:/(?:deed|legalcode)(?:\.[A-Za-z\-_]{2,10})?(?:\.txt)?)?/?"
)
_ZERO = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0(?:/(?:deed|legalcode)(?:\.[A-Za-z\-_]{2,10})?)?/?"
)
_APACHE = re.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-2\.0(?:\.html|\.txt)?/?")


def stated_license(text: str, source: str) -> License | None:
    """The licence that a document states by id, expression, name or address; None when it is a placeholder, or too long
    for a name."""
    text = text.strip()
    if len(text) > MAX_LINK or is_placeholder(text):
        return None
    linked = is_link(text)
    kind, spelled = classify(_id_of(text) if linked else text)
    if linked and kind == "name":
        spelled = text
    if kind == "name" and not linked and len(spelled) > MAX_NAME:
        return None
    value = Value(text=spelled, origin="declared", source=source)
    return License(kind=kind, value=value, url=text if linked and kind == "name" else "")


def _id_of(link: str) -> str:
    """The id that an address names, or the address itself."""
    if match := _BY_ID.fullmatch(link):
        return match[1]
    if match := _CREATIVE.fullmatch(link):
        return f"CC-{match[1]}-{match[2]}"
    if _ZERO.fullmatch(link):
        return "CC0-1.0"
    return "Apache-2.0" if _APACHE.fullmatch(link) else link
