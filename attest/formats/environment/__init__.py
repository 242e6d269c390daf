"""What a training or serving environment is made of: one module per kind of lock file, list or installation.

Nothing here opens a file, asks an index or starts an interpreter. Markers are not evaluated: a lock speaks of several
platforms, and what it lists for each is listed.
"""

from __future__ import annotations

from attest.formats.environment.packages import Need, Package, Packages

__all__ = ["Need", "Package", "Packages"]
