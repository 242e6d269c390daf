"""Trust policies: a closed, strictly checked language, and a pure function that evaluates it."""

from __future__ import annotations

from attest.policy.anchors import Pinned, SigstoreRoot, TrustSection
from attest.policy.document import Policy, parse_policy
from attest.policy.evaluate import evaluate
from attest.policy.signers import (
    CertificateDefinition,
    KeyDefinition,
    SignerDefinition,
    SignerKey,
    SigstoreDefinition,
)
from attest.policy.template import certificate_policy, identity_policy, key_policy, release_policy

__all__ = [
    "CertificateDefinition",
    "KeyDefinition",
    "Pinned",
    "Policy",
    "SignerDefinition",
    "SignerKey",
    "SigstoreDefinition",
    "SigstoreRoot",
    "TrustSection",
    "certificate_policy",
    "evaluate",
    "identity_policy",
    "key_policy",
    "parse_policy",
    "release_policy",
]
