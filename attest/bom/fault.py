"""One fault of a bill of materials, whatever format it is written in."""

from __future__ import annotations

from attest.domain.bom_result import Fault

__all__ = ["Fault"]
