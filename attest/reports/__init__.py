"""A result → terminal text or JSON. Nothing here decides anything."""

from __future__ import annotations

from attest.reports.machine import digest_json, verification_json
from attest.reports.text import digest_text, verification_text

__all__ = ["digest_json", "digest_text", "verification_json", "verification_text"]
