"""Facts → bill of materials. What the BOM says is neutral (`attest.domain.bom`); CycloneDX is a codec at the edge."""

from __future__ import annotations

from attest.bom.cyclonedx import to_cyclonedx
from attest.bom.describe import describe_model

__all__ = ["describe_model", "to_cyclonedx"]
