"""Bytes → facts about a model file. Nothing here opens a file, and nothing here ever runs what it reads.

The bytes are the leading bytes that hashing kept while it hashed the same file (`prefix_wanted` says how many), so
every fact is about the very bytes that the digest covers.
"""

from __future__ import annotations

from attest.formats.prefix import prefix_wanted
from attest.formats.sniff import sniff, sniff_all

__all__ = ["prefix_wanted", "sniff", "sniff_all"]
