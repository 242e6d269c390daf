"""Web addresses that can stand in a document as they are.

Source: RFC 3986, narrowed to http and https with a host name in ASCII: no user, no brackets, complete percent escapes.
"""

from __future__ import annotations

import re

MAX_LINK = 1024
_CHARS = r"(?:[A-Za-z0-9._~:@!$&'()*+,;=/\-]|%[0-9A-Fa-f]{2})"
_LINK = re.compile(
    rf"https?://[A-Za-z0-9](?:[A-Za-z0-9.\-]{{0,251}}[A-Za-z0-9])?(?::\d{{1,5}})?"
    rf"(?:/{_CHARS}*)?(?:\?(?:{_CHARS}|\?)*)?(?:#(?:{_CHARS}|\?)*)?"
)


def is_link(text: str) -> bool:
    """Whether this is such an address, of at most 1,024 characters."""
    return len(text) <= MAX_LINK and _LINK.fullmatch(text) is not None
