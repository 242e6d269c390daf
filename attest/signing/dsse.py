"""DSSE 1.0: the pre-authentication encoding, which binds the payload to its type; and the one of OMS v0.2, for reading
alone."""

from __future__ import annotations


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: `DSSEv1 SP len(type) SP type SP len(body) SP body` (DSSE 1.0, protocol.md)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def legacy_pae(payload_type: str, payload: bytes) -> bytes:
    """What model-signing v0.2 signed instead: a text that holds Python's `repr` of the payload, with a capital V."""
    return f"DSSEV1 {len(payload_type)} {payload_type} {len(payload)} {payload!r}".encode()
