"""DSSE 1.0: the pre-authentication encoding, which binds the payload to its type."""

from __future__ import annotations


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: `DSSEv1 SP len(type) SP type SP len(body) SP body` (DSSE 1.0, protocol.md)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
