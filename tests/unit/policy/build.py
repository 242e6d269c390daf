"""Policies as text, and evidence to judge under them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from attest.domain.attestation import Attestation, Signer
from attest.domain.evidence import Evidence
from attest.domain.statement import OMS_PREDICATE
from attest.domain.verdict import RuleResult, Verification
from attest.errors import DocumentError
from attest.policy import Policy, evaluate, parse_policy
from attest.policy.pem import pem_text
from attest.policy.signers import KeyDefinition
from tests.unit.conftest import manifest, pem, signer

NOW = datetime(2026, 9, 1, tzinfo=UTC)
Named = tuple[int, ...] | str

ISSUER = "https://token.example.org"
WORKFLOW = "https://ci.example.org/acme/models/release.yml@refs/heads/main"
IDENTITY = f"{{kind: sigstore, issuer: '{ISSUER}', subject: '{WORKFLOW}'}}"
TAGS = (
    f"{{kind: sigstore, issuer: '{ISSUER}', subjectType: uri, "
    r"subjectPattern: '^https://ci\.example\.org/acme/models/release\.yml@refs/tags/v[0-9]+$'}"
)
ROOT_DER = b"\x30" + bytes(range(99))
ROOT_ID = hashlib.sha256(ROOT_DER).hexdigest()
ROOT_PEM = pem_text(ROOT_DER)
CERTIFIED = f"{{kind: certificate, roots: [{{file: root.pem, sha256: {ROOT_ID}}}], subject: 'CN=release,O=Acme'}}"


def pem_key(scalar: int) -> str:
    """A key of a signer, as a policy states it."""
    return "- pem: |\n" + "".join(f"            {line}\n" for line in pem(scalar).splitlines())


def signers(**named: Named) -> str:
    """The `signers` block for names and the test keys behind them, or their definition as a flow mapping."""
    text = "signers:\n"
    for name, keys in named.items():
        if isinstance(keys, str):
            text += f"  {name}: {keys}\n"
            continue
        text += f"  {name}:\n    kind: keys\n    keys:\n"
        text += "".join(f"      {pem_key(scalar)}" for scalar in keys)
    return text


def document(rules: str, **named: Named) -> str:
    """A policy with these rules, one a line."""
    head = "apiVersion: attest/policy/v1\nname: test\nversion: 1\nexpires: 2027-01-01T00:00:00Z\n"
    return head + signers(**(named or {"release": (1,)})) + "rules:\n" + rules


def policy(rules: str, **named: Named) -> Policy:
    """The policy with these rules."""
    return parse_policy(document(rules, **named).encode(), "p.yaml")


def key_ids(found: Policy, name: str = "release") -> list[str]:
    """The ids of the keys behind a signer of this kind."""
    definition = found.signers[name]
    assert isinstance(definition, KeyDefinition)
    return [key.id for key in definition.keys]


def problems(text: str | bytes) -> list[str]:
    """The problems for which a policy is refused, as `place: message`."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(DocumentError) as caught:
        parse_policy(data, "p.yaml")
    assert caught.value.message.startswith("p.yaml ")
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems] or [caught.value.message]


def attested(kind: str = OMS_PREDICATE, by: int = 1, **more: Any) -> Attestation:
    """A verified attestation by a test key."""
    values: dict[str, Any] = {
        "source": f"by-{by}",
        "bundle_digest": "b" * 64,
        "statement_digest": "5" * 64,
        "signer": Signer(kind="key", id=signer(by).id),
        "predicate_type": kind,
        "signed_files": 5 if kind == OMS_PREDICATE else 0,
    }
    return Attestation(**(values | more))


def identity(subject: str = WORKFLOW, **more: Any) -> Signer:
    """A verified Sigstore identity."""
    values: dict[str, Any] = {"issuer": ISSUER, "names": (("uri", subject),), "anchors": ("sigstore:production",)}
    values |= more
    kind, value = (values["names"] or (("", ""),))[0]
    return Signer(kind="sigstore", id=f"{kind}:{value} via {values['issuer']}", **values)


def certified(by: int = 1, **more: Any) -> Signer:
    """The holder of a certificate for a test key, under the root of the tests."""
    values: dict[str, Any] = {
        "subject": "CN=release,O=Acme",
        "issuer": "CN=Acme CA",
        "anchors": (f"sha256:{ROOT_ID}",),
    }
    return Signer(kind="certificate", id=signer(by).id, **(values | more))


def evidence(*attestations: Attestation, **more: Any) -> Evidence:
    """Evidence about the small model."""
    values: dict[str, Any] = {"name": "small", "kind": "directory", "reference": "small", "manifest": manifest()}
    return Evidence(attestations=attestations, **(values | more))


def judge(rules: str, found: Evidence, now: datetime = NOW, **named: Named) -> Verification:
    """The verification of this evidence under a policy with these rules."""
    return evaluate(policy(rules, **named), found, now)


def rule(verification: Verification, rule_id: str) -> RuleResult:
    """The one result of a rule."""
    (found,) = [item for item in verification.results if item.rule == rule_id]
    return found


def messages(result: RuleResult) -> list[str]:
    """Why a rule failed."""
    return [f"{reason.file}: {reason.message}" if reason.file else reason.message for reason in result.reasons]
