"""Bom → CycloneDX JSON 1.6 and 1.7: canonical bytes, the same for the same Bom wherever and whenever they are made."""

from __future__ import annotations

from attest.bom.cyclonedx.document import SERIAL_NAMESPACE, Encoding, to_cyclonedx, write_cyclonedx

__all__ = ["SERIAL_NAMESPACE", "Encoding", "to_cyclonedx", "write_cyclonedx"]
