"""Trust policies: a closed, strictly checked language, and a pure function that evaluates it."""

from __future__ import annotations

from attest.policy.document import Policy, SignerKey, parse_policy
from attest.policy.evaluate import evaluate
from attest.policy.template import key_policy, release_policy

__all__ = ["Policy", "SignerKey", "evaluate", "key_policy", "parse_policy", "release_policy"]
