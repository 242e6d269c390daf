"""Could these bytes be JSON, as far as known? The tokens are looked at, not the grammar.

What must not pass is everything else that begins with a brace or a bracket: templates, JavaScript, YAML with tags, RTF.
"""

from __future__ import annotations

import re

# Matched once from the start: nothing follows the outer repetition that could fail, so nothing is tried twice.
_OPEN_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*'
_TOKENS = re.compile(
    rb"(?:[ \t\r\n{}\[\],:]++|" + _OPEN_STRING + rb'"|-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity)*'
)
_CUT_OFF = re.compile(_OPEN_STRING + rb"\\?|-?[a-zA-Z]{0,7}")
_SPACE = b" \t\r\n"
_NEAR = 64 * 1024


def could_be_json(prefix: bytes, size: int) -> bool:
    """Whether the leading bytes `prefix` of a file of `size` bytes are tokens of JSON documents: objects or arrays.

    At most 64 KiB are looked at.
    """
    near = prefix[:_NEAR]
    if near.lstrip(_SPACE)[:1] not in {b"{", b"["}:
        return False
    tokens = _TOKENS.match(near)
    end = tokens.end() if tokens else 0
    return end == len(near) or (len(near) < size and _CUT_OFF.fullmatch(near, end) is not None)
