"""A result → terminal text or JSON. Nothing here decides anything."""

from __future__ import annotations

from attest.reports.claims import claims_json, claims_text
from attest.reports.machine import digest_json, release_json, verification_json
from attest.reports.text import digest_text, verification_text

__all__ = [
    "claims_json",
    "claims_text",
    "digest_json",
    "digest_text",
    "release_json",
    "verification_json",
    "verification_text",
]
