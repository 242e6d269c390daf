"""Digests as text: lower-case hexadecimal of the algorithm's exact length."""

from __future__ import annotations

import re

HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 128, "blake3": 64}
_HEX = re.compile(r"[0-9a-f]+")


def is_hex_digest(text: str, algorithm: str = "sha256") -> bool:
    """True when `text` is a digest of `algorithm` as we write it."""
    return len(text) == HEX_LENGTHS[algorithm] and _HEX.fullmatch(text) is not None


def short(digest: str) -> str:
    """The first twelve digits, for people; never for comparison."""
    return f"{digest[:12]}…"
