"""The rules that a policy can state: one module each, with its shape, its reader and its check.

A module has `Rule` (what the policy says), `read(reader, node, where, id)` and `check(rule, context) -> RuleResult`.
A rule passes only if evidence shows that it holds; anything missing, foreign or undecided fails it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from attest.policy.rules import attestation, coverage, formats, licenses, scan, signature

AnyRule = signature.Rule | coverage.Rule | attestation.Rule | formats.Rule | licenses.Rule | scan.Rule

KINDS: Mapping[str, ModuleType] = MappingProxyType(
    {
        "signature": signature,
        "coverage": coverage,
        "attestation": attestation,
        "formats": formats,
        "licenses": licenses,
        "scan": scan,
    }
)
