"""An identity is compared whole and exactly, with everything that gives it meaning; what a policy leaves open is
refused when the policy is read.

Keys, certificates and identities never stand for each other, however much their names look alike.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.attacks.world import EMAIL, KINDS, WORKFLOW, Json, World, encoded, failed_rules, oms
from tests.simulators import der, keys, pki
from tests.simulators.sigstore.claims import ARC

PAYLOAD = encoded(oms())
OTHER_ISSUER = "https://accounts.example.com"


def by(world: World, signer: str, **definition: str) -> Path:
    """The mixed policy, whose one rule asks for this signer; `definition` replaces what the policy says of somebody."""
    rules = f"  - {{id: signed, signature: {{signers: [{signer}]}}}}\n"
    return world.policy(rules, signers={**world.definitions(), **definition})


def identity(world: World, **members: Any) -> str:
    """The definition of the trusted identity with other members."""
    values: Json = {"issuer": world.sigstore.issuer, "subject": WORKFLOW, "subjectType": "uri", **members}
    stated = ", ".join(f"{name}: {json.dumps(value)}" for name, value in values.items() if value is not None)
    return f"{{kind: sigstore, {stated}, trustRoot: {world.pin('trusted_root.json')}}}"


def certificate(world: World, **members: Any) -> str:
    """The definition of the holder of a private certificate, by these pins."""
    stated = ", ".join(f"{name}: {json.dumps(value)}" for name, value in members.items())
    return f"{{kind: certificate, roots: [{world.pin('root.pem')}], {stated}}}"


def as_run(world: World, **claims: Any) -> None:
    """Sign as a CI run with these claims."""
    world.put(world.by_identity(PAYLOAD, token=world.sigstore.mint_github(**claims)))


def certified(world: World, **leaf: Any) -> None:
    """Sign with a new certificate of the trusted authority."""
    made = world.authority.leaf(world.leaf_key, **leaf)
    world.put(world.by_certificate(PAYLOAD, chain=(made, *world.authority.intermediates)))


def stranger(world: World, policy: Path, near: str = "") -> Json:
    """The report that the signer of good evidence is somebody else; `near` says what kept it from counting."""
    report = world.failed("does not stand for", policy=policy)
    assert "signed" in failed_rules(report)
    assert near in json.dumps(report["rules"])
    return report


def refused_policy(world: World, text: str, **definition: str) -> None:
    """The policy is wrong use, whatever the evidence says."""
    world.put(world.by_identity(PAYLOAD))
    result, _ = world.verify(policy=world.policy(signers={**world.definitions(), **definition}))
    assert result.code == 2, result.out
    assert text in result.err


# What a policy must say


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"issuer": None}, "'issuer' is missing"),
        ({"issuer": ""}, "issuer"),
        ({"subject": ""}, "subject"),
        ({"subject": None}, "either `subject`"),
        ({"subjectPattern": "^https://github\\.com/acme/x$"}, "either `subject`"),
        ({"subject": f" {WORKFLOW}"}, "subject"),
        ({"subject": f"{WORKFLOW}\n"}, "subject"),
        ({"subjectType": "any"}, "subjectType"),
        ({"claims": {"buildTriger": "push"}}, "did you mean 'buildTrigger'?"),
        ({"claims": {}}, "claims"),
        ({"claims": {"buildTrigger": ""}}, "buildTrigger"),
    ],
)
def test_identity_that_leaves_something_open(world: World, members: Json, problem: str) -> None:
    refused_policy(world, problem, identity=identity(world, **members))


@pytest.mark.parametrize(
    "pattern",
    [
        "https://github\\.com/acme/models/x@refs/heads/main",
        "^https://github\\.com/acme/",
        "https://github\\.com/acme/.*$",
        "^https://github.com/acme/models/x$",
        "^https://github\\.com/acme.*$",
        "^https://github\\.com/acme/.*$",
        "^.*$",
        "^https://[^/]+/acme/models/x$",
        "^https://github\\.com/acme/a$|^https://github\\.com/evil/b$",
        "^(https://github\\.com/acme/a|.+)$",
        "^https://github\\.com/acme/(?i)models$",
        "",
    ],
)
def test_loose_pattern(world: World, pattern: str) -> None:
    """What would also match `acme-evil`, `github-com` or any text around it is refused when the policy is read."""
    refused_policy(world, "identity", identity=identity(world, subject=None, subjectPattern=pattern))
    options = ("--issuer", world.sigstore.issuer, "--identity-type", "uri", "--identity-pattern", pattern or "^$")
    assert world.run("verify", world.model, *options).code == 2


def test_pattern_means_the_whole_identity(world: World) -> None:
    pattern = "^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/heads/main$"
    policy = by(world, "identity", identity=identity(world, subject=None, subjectPattern=pattern))
    as_run(world)
    world.accepted(policy=policy)
    for claims in (
        {"repository": "acme/models-evil"},
        {"repository": "acme-evil/models"},
        {"ref": "refs/heads/main2"},
        {"ref": "refs/heads/main\n"},
        {"job_workflow_ref": "evil/x/https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"},
    ):
        as_run(world, **claims)
        assert world.verify(policy=policy)[0].code == 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--identity", WORKFLOW), "who vouched for it"),
        (("--issuer", OTHER_ISSUER), ""),
        (("--identity", "", "--issuer", OTHER_ISSUER), ""),
        (("--identity", WORKFLOW, "--issuer", f"{OTHER_ISSUER} "), ""),
        (("--identity", WORKFLOW, "--issuer", OTHER_ISSUER, "--key", "key.pub"), "exactly one kind"),
        (("--identity", WORKFLOW, "--issuer", OTHER_ISSUER, "--ca", "root.pem", "--san", "email:x@y"), "exactly one"),
        (("--ca", "root.pem"), "whom you mean"),
        (("--ca", "root.pem", "--san", "mail:x@example.com"), ""),
        (("--ca", "root.pem", "--key-id", "sha256:abc"), ""),
        (("--subject", "CN=release"), "need --ca"),
        (("--identity", WORKFLOW, "--issuer", OTHER_ISSUER, "--claim", "buildTrigger"), "no new pair"),
        (("--policy", "policy.yaml", "--identity", WORKFLOW, "--issuer", OTHER_ISSUER), "either a policy"),
        (("--policy", "policy.yaml", "--allow-legacy"), "stands in the policy"),
        ((), "either a policy"),
    ],
)
def test_options_that_leave_something_open(
    world: World, options: tuple[str, ...], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(world.by_identity(PAYLOAD))
    world.policy()
    monkeypatch.chdir(world.folder)
    result = world.run("verify", "small", *options)
    assert result.code == 2, result.out
    assert problem in result.err


# CI identities


@pytest.mark.parametrize(
    "claims",
    [
        {"ref": "refs/heads/dev"},
        {"ref": "refs/pull/1/merge"},
        {"ref": "refs/tags/main"},
        {"ref": "refs/heads/Main"},
        {"ref": "refs/heads/main "},
        {"ref": "refs/heads/main/x"},
        {"repository": "acme-evil/models"},
        {"repository": "acme/models-evil"},
        {"repository": "Acme/models"},
        {"workflow": ".github/workflows/release.yml "},
        {"workflow": ".github/workflows/other.yml"},
        {"workflow": ".github/workflows/release.yml@refs/heads/main#"},
    ],
)
def test_another_run_than_the_named_one(world: World, claims: dict[str, str]) -> None:
    as_run(world, **claims)
    stranger(world, by(world, "identity"), "its identity is not uri")


@pytest.mark.parametrize(
    ("claim", "wanted", "member", "found"),
    [
        ("buildTrigger", "push", "event_name", "pull_request_target"),
        ("buildTrigger", "push", "event_name", "workflow_run"),
        ("sourceRepositoryOwnerIdentifier", "99", "repository_owner_id", "100"),
        ("sourceRepositoryIdentifier", "1234", "repository_id", "12345"),
        ("runnerEnvironment", "github-hosted", "runner_environment", "self-hosted"),
        ("sourceRepositoryRef", "refs/heads/main", "ref", "refs/heads/main"),
        ("deploymentEnvironment", "production", "environment", "staging"),
    ],
)
def test_claims_that_are_required(world: World, claim: str, wanted: str, member: str, found: str) -> None:
    """Another trigger, an account made again by somebody else, another runner: the same words, and not the same."""
    policy = by(world, "identity", identity=identity(world, claims={claim: wanted}))
    good = {"environment": "production"} if member == "environment" else {}
    as_run(world, **good)
    world.accepted(policy=policy)
    if found != wanted:
        as_run(world, **{member: found})
        stranger(world, policy, f"its claim {claim} is")
    # A certificate without the claim says nothing of it.
    from attest.domain.claims import CLAIMS

    world.sigstore.authority.profile.omit = {CLAIMS[claim]}
    as_run(world, **good)
    stranger(world, policy, f"it has no claim {claim}")


def test_claim_in_its_deprecated_place(world: World) -> None:
    """Arcs 1 to 6 are not read: what stands there decides nothing."""
    policy = by(world, "identity", identity=identity(world, claims={"buildTrigger": "push"}))
    world.sigstore.authority.profile.raw = {2: b"push"}
    as_run(world, event_name="pull_request")
    stranger(world, policy, "its claim buildTrigger is")


def test_trusted_workflow_called_by_a_strangers_repository(world: World) -> None:
    """A reusable workflow has its own name in the certificate; who called it is a claim, and can be pinned."""
    policy = by(
        world, "identity", identity=identity(world, claims={"sourceRepositoryUri": "https://github.com/acme/models"})
    )
    trusted = "acme/models/.github/workflows/release.yml@refs/heads/main"
    as_run(world, repository="evil/models", job_workflow_ref=trusted)
    stranger(world, policy, "its claim sourceRepositoryUri is")


# Issuers and types of names


def test_another_issuer(world: World) -> None:
    for issuer in (OTHER_ISSUER, f"{world.sigstore.issuer}/", f"{world.sigstore.issuer}.evil.example"):
        world.sigstore.allowed_issuers.add(issuer)
        as_run(world, iss=issuer)
        stranger(world, by(world, "identity"), "its issuer is")


def test_issuer_in_its_deprecated_place(world: World) -> None:
    """The trusted issuer in extension .1 beside another one in .8, and in .1 alone."""
    profile = world.sigstore.authority.profile
    world.sigstore.allowed_issuers.add(OTHER_ISSUER)
    profile.raw = {1: world.sigstore.issuer.encode()}
    as_run(world, iss=OTHER_ISSUER)
    stranger(world, by(world, "identity"), "its issuer is")
    profile.omit = {8}
    as_run(world)
    world.refused("bad-certificate", "does not name its OIDC issuer", policy=by(world, "identity"))


@pytest.mark.parametrize(
    "raw",
    [
        b"https://issuer.example",
        b"\x0c\x05https://issuer.example",
        der.utf8("https://issuer.example") + b"\x00",
        der.utf8("https://issuer.example\n"),
        der.utf8("\x1b[2J"),
        der.utf8(""),
        b"\x0c\x81\x05hello",
        b"\x16\x05hello",
    ],
)
def test_issuer_that_is_not_one_text(world: World, raw: bytes) -> None:
    world.sigstore.authority.profile.raw = {8: raw}
    as_run(world)
    world.refused("bad-certificate", policy=by(world, "identity"))


@pytest.mark.parametrize(
    "name",
    [
        x509.RFC822Name("release@github.com"),
        x509.DNSName(WORKFLOW),
        x509.OtherName(x509.ObjectIdentifier(ARC + "7"), der.utf8(WORKFLOW)),
        x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), der.utf8(WORKFLOW)),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, WORKFLOW[:64])])),
        x509.UniformResourceIdentifier(WORKFLOW + "/"),
        x509.UniformResourceIdentifier(WORKFLOW.upper()),
        x509.UniformResourceIdentifier(WORKFLOW.replace("github.com", "github.com.")),
        x509.UniformResourceIdentifier(WORKFLOW.replace("/acme", "/%61cme")),
    ],
)
def test_the_same_text_as_another_type_of_name(world: World, name: x509.GeneralName) -> None:
    world.sigstore.authority.profile.alternatives = [name]
    as_run(world)
    stranger(world, by(world, "identity"), "its identity is not uri")


@pytest.mark.parametrize(
    "names",
    [
        [],
        [x509.UniformResourceIdentifier(WORKFLOW), x509.UniformResourceIdentifier("https://evil.example/x")],
        [x509.RFC822Name("mallory@example.com"), x509.UniformResourceIdentifier(WORKFLOW)],
    ],
    ids=["none", "two", "two-types"],
)
def test_identity_with_another_number_of_names_than_one(world: World, names: list[x509.GeneralName]) -> None:
    world.sigstore.authority.profile.alternatives = names
    as_run(world)
    world.refused("bad-certificate", "an identity has one", policy=by(world, "identity"))


@pytest.mark.parametrize("text", [f"{WORKFLOW}\0.evil.example", f"{WORKFLOW}\n", f"{WORKFLOW}\x1b[31m"])
def test_name_with_something_invisible(world: World, text: str) -> None:
    """What a C string or a terminal would cut off or hide is part of the name, and refused."""
    world.sigstore.authority.profile.alternatives = [x509.UniformResourceIdentifier(text)]
    as_run(world)
    report = world.refused("bad-certificate", policy=by(world, "identity"))
    assert "\x1b" not in json.dumps(report, ensure_ascii=False)


@pytest.mark.parametrize("email", ["Dev@example.com", "dev@example.com.evil", "dev+x@example.com", "xdev@example.com"])
def test_another_email(world: World, email: str) -> None:
    person = identity(world, subject="dev@example.com", subjectType="email")
    world.put(world.by_identity(PAYLOAD, token=world.sigstore.mint("dev@example.com")))
    world.accepted(policy=by(world, "identity", identity=person))
    world.put(world.by_identity(PAYLOAD, token=world.sigstore.mint(email)))
    stranger(world, by(world, "identity", identity=person), "its identity is not email")


def test_email_that_the_provider_did_not_verify(world: World) -> None:
    """Then the certificate names a user, and that is another type of name."""
    person = identity(world, subject="dev@example.com", subjectType="email")
    token = world.sigstore.mint("7", email="dev@example.com", email_verified=False)
    world.put(world.by_identity(PAYLOAD, token=token))
    stranger(world, by(world, "identity", identity=person), "its identity is not email")


# Private certificates


@pytest.mark.parametrize(
    ("pins", "leaf"),
    [
        ({"subject": "CN=release,O=attest tests"}, {"subject": "release2"}),
        ({"subject": "CN=release,O=attest tests"}, {"subject": ""}),
        ({"subject": "CN=release"}, {"subject": "release"}),
        ({"names": {"email": EMAIL}}, {"emails": ["release@example.com.evil"]}),
        ({"names": {"email": EMAIL}}, {"emails": ["Release@example.com"]}),
        ({"names": {"email": EMAIL}}, {"names": [EMAIL]}),
        ({"names": {"uri": "https://a.example/x"}}, {"names": ["https://a.example/x"]}),
        ({"names": {"email": EMAIL, "dns": "release.example"}}, {"emails": [EMAIL]}),
        ({"names": {"dns": "release.example"}}, {"names": ["*.example"]}),
        ({"issuer": "CN=Other issuing,O=attest tests", "names": {"email": EMAIL}}, {"emails": [EMAIL]}),
        ({"key": "sha256:" + "0" * 64}, {"emails": [EMAIL]}),
    ],
)
def test_certificate_of_another_holder(world: World, pins: Json, leaf: dict[str, Any]) -> None:
    certified(world, **leaf)
    stranger(world, by(world, "certificate", certificate=certificate(world, **pins)))


def test_subject_that_spells_another_one(world: World) -> None:
    """Commas and equals signs inside a value do not become parts of the name."""
    forged = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "release,O=attest tests")])
    certified(world, subject=forged)
    stranger(world, by(world, "certificate", certificate=certificate(world, subject="CN=release,O=attest tests")))
    parts = [("CN", "release"), ("O", "attest tests")]
    kinds = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME}
    backwards = x509.Name([x509.NameAttribute(kinds[kind], value) for kind, value in parts])
    certified(world, subject=backwards)
    stranger(world, by(world, "certificate", certificate=certificate(world, subject="CN=release,O=attest tests")))
    certified(world, subject="release")
    world.accepted(policy=by(world, "certificate", certificate=certificate(world, subject="CN=release,O=attest tests")))


def test_all_pins_hold_together(world: World) -> None:
    key_id = f"sha256:{hashlib.sha256(keys.spki(world.leaf_key.public_key())).hexdigest()}"
    pins: Json = {
        "subject": "CN=release,O=attest tests",
        "issuer": "CN=Acme issuing,O=attest tests",
        "names": {"email": EMAIL},
        "key": key_id,
    }
    certified(world, subject="release", emails=[EMAIL])
    world.accepted(policy=by(world, "certificate", certificate=certificate(world, **pins)))
    for name, wrong in (
        ("subject", "CN=other"),
        ("issuer", "CN=other"),
        ("names", {"email": "x@y.example"}),
        ("key", "sha256:" + "1" * 64),
    ):
        stranger(world, by(world, "certificate", certificate=certificate(world, **pins | {name: wrong})))


def test_authority_with_the_trusted_ones_name(world: World) -> None:
    """Names of authorities are free; only the certificate that the policy pins is one."""
    mine = pki.Authority.create("Acme root").intermediate("Acme issuing")
    key = keys.generate()
    leaf = mine.leaf(key, "release", emails=[EMAIL])
    for chain in ((leaf, *mine.intermediates), (leaf, *world.authority.intermediates), (leaf,)):
        world.put(world.by_certificate(PAYLOAD, chain=chain, key=key))
        world.refused("bad-certificate", "does not chain to a trusted authority", policy=by(world, "certificate"))


def test_two_authorities_each_for_its_own(world: World) -> None:
    """A holder under one trusted root does not stand for the same name under another one."""
    mine = pki.Authority.create("Other root")
    pki.write_pem(world.folder / "root2.pem", mine.certificate)
    second = f"{{kind: certificate, roots: [{world.pin('root2.pem')}], names: {{email: '{EMAIL}', dns: a.example}}}}"
    key = keys.generate()
    leaf = mine.leaf(key, "release", emails=[EMAIL], names=["a.example"])
    world.put(world.by_certificate(PAYLOAD, chain=(leaf,), key=key))
    world.accepted(policy=by(world, "second", second=second))
    stranger(world, by(world, "certificate", second=second), "it chains to none of its roots")


# Kinds do not stand for each other


def test_private_certificate_that_imitates_an_identity(world: World) -> None:
    """Under a trusted private root, with the identity as subject, as URI, and with Fulcio's own extensions."""
    extensions = [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier(ARC + str(arc)), value), False)
        for arc, value in ((1, world.sigstore.issuer.encode()), (8, der.utf8(world.sigstore.issuer)))
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"uri:{WORKFLOW[:50]}")])
    leaf = world.authority.leaf(
        world.leaf_key, subject, emails=[EMAIL], uris=[WORKFLOW], extensions=extensions, not_after=pki.days(0.005)
    )
    chain = (leaf, *world.authority.intermediates)
    bundle = world.by_certificate(PAYLOAD, chain=chain)
    world.put(bundle)
    report = stranger(world, by(world, "identity"))
    assert {item["signer"]["kind"] for item in report["attestations"]} == {"certificate"}
    # In the place where identities stand it is no identity either.
    material = bundle["verificationMaterial"]
    material["certificate"] = material.pop("x509CertificateChain")["certificates"][0]
    world.put(world.logged(bundle))
    world.refused("", policy=by(world, "identity"))
    world.refused("", policy=by(world, "certificate"))


def test_identity_with_the_name_of_a_private_holder(world: World) -> None:
    world.put(world.by_identity(PAYLOAD, token=world.sigstore.mint(EMAIL)))
    report = stranger(world, by(world, "certificate"))
    assert {item["signer"]["kind"] for item in report["attestations"]} == {"sigstore"}


def test_identity_or_certificate_for_a_trusted_key(world: World) -> None:
    """Whoever certifies the trusted key does not turn the certificate's bundle into one by the key."""
    chain = world.sigstore.certify(world.key, world.sigstore.mint("mallory@example.com"))
    world.put(world.by_identity(PAYLOAD, key=world.key, chain=chain))
    stranger(world, by(world, "key"))
    leaf = world.authority.leaf(world.key, "release", emails=[EMAIL])
    world.put(world.by_certificate(PAYLOAD, chain=(leaf, *world.authority.intermediates), key=world.key))
    stranger(world, by(world, "key"))


def test_key_of_a_certificate_used_bare(world: World) -> None:
    """Without its certificate the key is nobody, even when the certificate's holder is trusted."""
    world.put(world.by_key(PAYLOAD, world.leaf_key))
    world.refused("bad-signature", policy=by(world, "certificate"))
    bundle = world.by_key(PAYLOAD, world.leaf_key)
    bundle["verificationMaterial"]["publicKey"]["hint"] = EMAIL
    world.put(bundle)
    report = world.refused("unknown-signer", policy=by(world, "certificate"))
    assert EMAIL not in json.dumps(report["rejected"])


@pytest.mark.parametrize("wanted", KINDS)
def test_each_kind_counts_for_its_own_rule(world: World, wanted: str) -> None:
    """All three signed something; a rule takes the one that it names."""
    world.put(world.signed(wanted, PAYLOAD))
    world.accepted(policy=by(world, wanted))
    others = [world.signed(kind, PAYLOAD) for kind in KINDS if kind != wanted]
    world.put(*others, name="claims.jsonl")
    world.accepted(policy=by(world, wanted))
    (world.model / "model.sig").unlink()
    stranger(world, by(world, wanted))


def test_text_in_a_bundle_is_nobodys_identity(world: World) -> None:
    """Hints, key ids and names in a bundle that proves nothing stand nowhere as a signer."""
    bundle = world.by_key(PAYLOAD, keys.generate())
    bundle["verificationMaterial"]["publicKey"]["hint"] = WORKFLOW
    bundle["dsseEnvelope"]["signatures"][0]["keyid"] = WORKFLOW
    world.put(bundle)
    report = world.refused("unknown-signer", policy=by(world, "identity"))
    assert WORKFLOW not in json.dumps({name: report[name] for name in ("rejected", "attestations", "artifact")})
    mine = pki.Authority.create("root")
    key = keys.generate()
    leaf = mine.leaf(key, "x", uris=[WORKFLOW])
    world.put(world.by_certificate(PAYLOAD, chain=(leaf,), key=key))
    report = world.refused("bad-certificate", policy=by(world, "identity"))
    assert WORKFLOW not in json.dumps({name: report[name] for name in ("rejected", "attestations", "artifact")})


def test_statement_that_names_its_own_signer(world: World) -> None:
    """What a statement says of its author is a claim like any other."""
    statement = oms()
    statement["subject"][0]["name"] = f"{WORKFLOW} via {world.sigstore.issuer}"
    world.put(world.by_identity(encoded(statement), token=world.sigstore.mint("mallory@example.com")))
    report = stranger(world, by(world, "identity"))
    (item,) = report["attestations"]
    assert item["signer"]["names"] == [["email", "mallory@example.com"]]
