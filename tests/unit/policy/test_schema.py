"""The schema that editors use agrees with the reader on every policy that we ship, and on what it can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from attest.domain.claims import CLAIMS
from attest.policy import certificate_policy, identity_policy, parse_policy
from attest.policy.yaml_subset import Node, read_yaml
from tests.unit.conftest import ROOT
from tests.unit.policy.build import CERTIFIED, IDENTITY, ISSUER, ROOT_ID, ROOT_PEM, TAGS, document, problems

SCHEMA = json.loads((ROOT / "schemas" / "policy-v1.json").read_text("utf-8"))
RULES = "  - id: r\n    signature: {signers: [a]}\n"


def plain(node: Node) -> Any:
    if node.kind == "mapping":
        return {key: plain(value) for key, value in node.members.items()}
    return [plain(item) for item in node.items] if node.kind == "list" else node.scalar


def fits(text: str) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(plain(read_yaml(text.encode(), "p"))))


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.name)
def test_the_policies_that_we_ship_fit(path: Path) -> None:
    assert fits(path.read_text("utf-8"))


def test_the_policies_that_we_write_fit() -> None:
    end = "9999-12-31T23:59:59Z"
    assert fits(identity_policy(issuer=ISSUER, subject="a", claims={"buildTrigger": "push"}, expires=end))
    assert fits(certificate_policy(roots=[ROOT_PEM], names={"email": "a@b"}, expires=end, allow_unsigned_any=True))


@pytest.mark.parametrize(
    "text",
    [
        document(RULES, a=IDENTITY),
        document(RULES, a=TAGS),
        document(RULES, a=CERTIFIED),
        document(RULES.replace("[a]", "[a], threshold: 1, timestamps: 1, logs: 2, unchecked: deny"), a=IDENTITY),
        document(RULES, a=IDENTITY).replace(
            "rules:", f"trust: {{trustedRoots: [{{file: r, sha256: {ROOT_ID}}}]}}\nrules:"
        ),
        document("  - id: c\n    coverage: {signers: [a], allowUnsigned: any, allowIgnored: [x]}\n", a=(1,)),
    ],
)
def test_what_the_reader_takes_fits(text: str) -> None:
    assert parse_policy(text.encode(), "p").rules
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        document(RULES, a=f"{{kind: sigstore, issuer: '{ISSUER}'}}"),
        document(RULES, a="{kind: sigstore, subject: x}"),
        document(RULES, a=IDENTITY.replace("}", ", claims: {x: y}}")),
        document(RULES, a=TAGS.replace("subjectType: uri, ", "")),
        document(RULES, a=TAGS.replace("$", "")),
        document(RULES, a=CERTIFIED.replace(", subject: 'CN=release,O=Acme'", ", issuer: CN=x")),
        document(RULES, a=CERTIFIED.replace(f", sha256: {ROOT_ID}", "")),
        document(RULES.replace("[a]", "[a], logs: 11"), a=IDENTITY),
        document(RULES.replace("[a]", "[a], unchecked: no"), a=IDENTITY),
        document("  - id: c\n    coverage: {signers: [a], allowIgnored: all}\n", a=(1,)),
    ],
)
def test_what_the_reader_refuses_does_not_fit(text: str) -> None:
    assert problems(text)
    assert not fits(text)


def test_the_reference_names_every_claim() -> None:
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    assert [claim for claim in CLAIMS if f"`{claim}`" not in page] == []
