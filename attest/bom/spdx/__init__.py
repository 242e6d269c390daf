"""Bom → SPDX 3.0.1 in JSON-LD with the AI, Dataset, Build and Security profiles; and checks of anybody's document."""

from __future__ import annotations

from attest.bom.spdx.document import to_spdx, write_spdx

__all__ = ["to_spdx", "write_spdx"]
