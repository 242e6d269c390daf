"""Supply-chain attestation for machine-learning models: may these bytes be trusted, and how do we know?

The functions here mirror the command line; each is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attest.domain.verdict import Verification
    from attest.errors import AttestError
    from attest.operations.bom_documents import check_bom, score_bom
    from attest.operations.compare import diff_boms, match_model
    from attest.operations.datasets import bom_dataset
    from attest.operations.describe import bom_model
    from attest.operations.digest import digest
    from attest.operations.environment import bom_environment
    from attest.operations.expected import Expected
    from attest.operations.inspect_bundle import inspect_bundle
    from attest.operations.release import release
    from attest.operations.replay import replay
    from attest.operations.scan import scan
    from attest.operations.sign import attest, sign
    from attest.operations.trust import fetch_trust, show_trust
    from attest.operations.verify import verify
    from attest.signing.options import SignerOptions

__version__ = "0.1.0"

__all__ = [
    "AttestError",
    "Expected",
    "SignerOptions",
    "Verification",
    "attest",
    "bom_dataset",
    "bom_environment",
    "bom_model",
    "check_bom",
    "diff_boms",
    "digest",
    "fetch_trust",
    "inspect_bundle",
    "match_model",
    "release",
    "replay",
    "scan",
    "score_bom",
    "show_trust",
    "sign",
    "verify",
]

_HOMES = {
    "AttestError": "attest.errors",
    "Expected": "attest.operations.expected",
    "SignerOptions": "attest.signing.options",
    "Verification": "attest.domain.verdict",
    "attest": "attest.operations.sign",
    "bom_dataset": "attest.operations.datasets",
    "bom_environment": "attest.operations.environment",
    "bom_model": "attest.operations.describe",
    "check_bom": "attest.operations.bom_documents",
    "diff_boms": "attest.operations.compare",
    "digest": "attest.operations.digest",
    "fetch_trust": "attest.operations.trust",
    "inspect_bundle": "attest.operations.inspect_bundle",
    "match_model": "attest.operations.compare",
    "release": "attest.operations.release",
    "replay": "attest.operations.replay",
    "scan": "attest.operations.scan",
    "score_bom": "attest.operations.bom_documents",
    "show_trust": "attest.operations.trust",
    "sign": "attest.operations.sign",
    "verify": "attest.operations.verify",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import attest` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'attest' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
