"""argv → operation → report → exit code. No opinions here: each verb parses, calls one operation, shows, exits."""

from __future__ import annotations

from attest.cli.app import main

__all__ = ["main"]
