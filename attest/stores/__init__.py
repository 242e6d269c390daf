"""Where evidence lies: the bundles beside an artifact, and writing files so that nothing half-written stays."""

from __future__ import annotations

from attest.stores.atomic import write_atomic, write_in_pieces
from attest.stores.beside import Beside, Found

__all__ = ["Beside", "Found", "write_atomic", "write_in_pieces"]
