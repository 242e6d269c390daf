"""Could these bytes be JSON, as far as known? The tokens are looked at, not the grammar.

What must not pass is everything else that begins with a brace or a bracket: templates, JavaScript, YAML with tags, RTF.
"""

from __future__ import annotations

import re

# Nothing here backtracks.
_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*+"')
_OUTSIDE = re.compile(rb"(?:[ \t\r\n{}\[\],:]++|-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity)*+")
_WORD_START = re.compile(rb"-?[a-zA-Z]{0,7}")
_SPACE = b" \t\r\n"


def could_be_json(prefix: bytes, size: int) -> bool:
    """Whether the leading bytes `prefix` of a file of `size` bytes are tokens of JSON documents: objects or arrays."""
    if prefix.lstrip(_SPACE)[:1] not in {b"{", b"["}:
        return False
    cut_off = len(prefix) < size
    outside, quote, _ = _STRING.sub(b"", prefix).partition(b'"')
    if quote and not cut_off:
        return False
    rest = _OUTSIDE.sub(b"", outside, count=1)
    return not rest or (cut_off and not quote and _WORD_START.fullmatch(rest) is not None)
