"""Who may sign: keys, certificates of a private PKI, Sigstore identities. Whatever is left open is refused."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from attest.domain.attestation import Signer
from attest.domain.claims import CLAIMS
from attest.errors import DocumentError
from attest.policy import (
    CertificateDefinition,
    KeyDefinition,
    Pinned,
    Policy,
    SignerDefinition,
    SigstoreDefinition,
    SigstoreRoot,
    TrustSection,
    parse_policy,
)
from attest.policy.pem import MAX_CERTIFICATES, certificates, pem_text
from tests.unit.conftest import pem, signer
from tests.unit.policy.build import (
    CERTIFIED,
    IDENTITY,
    ISSUER,
    ROOT_DER,
    ROOT_ID,
    ROOT_PEM,
    TAGS,
    WORKFLOW,
    attested,
    certified,
    document,
    evidence,
    identity,
    judge,
    messages,
    policy,
    problems,
    rule,
)

RULES = "  - id: r\n    signature: {signers: [a]}\n"
HEX = "c" * 64
TAG = "https://ci.example.org/acme/models/release.yml@refs/tags/v7"


def definition(text: str | tuple[int, ...]) -> SignerDefinition:
    return policy(RULES, a=text).signers["a"]


def sigstore(more: str = "", subject: str = f"subject: '{WORKFLOW}'") -> str:
    return f"{{kind: sigstore, issuer: '{ISSUER}', {subject}{', ' if more and subject else ''}{more}}}"


def certificate(more: str, roots: str = f"[{{file: root.pem, sha256: {ROOT_ID}}}]") -> str:
    return f"{{kind: certificate, roots: {roots}, {more}}}"


def refused(text: str) -> list[str]:
    return problems(document(RULES, a=text))


# Keys


def test_keys_match_keys_only() -> None:
    found = definition((1, 2))
    assert isinstance(found, KeyDefinition)
    assert found.stands_for(Signer(kind="key", id=signer(1).id))
    assert not found.stands_for(Signer(kind="key", id=signer(3).id))
    assert not found.stands_for(Signer(kind="key", id=""))
    # A certificate for a trusted key was vouched for by somebody else.
    assert not found.stands_for(certified(1))
    assert not found.stands_for(Signer(kind="sigstore", id=signer(1).id))


# Sigstore identities


def test_an_identity_is_read() -> None:
    found = definition(sigstore("claims: {runnerEnvironment: github-hosted, buildTrigger: push}, trustRoot: staging"))
    assert found == SigstoreDefinition(
        issuer=ISSUER,
        subject_type="uri",
        subject=WORKFLOW,
        claims=(("buildTrigger", "push"), ("runnerEnvironment", "github-hosted")),
        trust_root=SigstoreRoot(instance="staging"),
    )
    assert found.stands_for(
        identity(
            anchors=("sigstore:staging",),
            claims=(("runnerEnvironment", "github-hosted"), ("buildTrigger", "push"), ("tokenSubject", "x")),
        )
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"issuer": ISSUER + "/"}, "its issuer is"),
        ({"issuer": ISSUER.upper()}, "its issuer is"),
        ({"issuer": ""}, "its issuer is ''"),
        ({"names": (("uri", WORKFLOW + "\n"),)}, "its identity is not uri"),
        ({"names": (("uri", WORKFLOW.replace("main", "Main")),)}, "its identity is not uri"),
        ({"names": (("uri", WORKFLOW[:-1]),)}, "its identity is not uri"),
        ({"names": (("uri", ""),)}, "its identity is not uri"),
        ({"names": ()}, "its identity is not uri"),
        # The same text as another type of name is another identity.
        ({"names": (("email", WORKFLOW),)}, "its identity is not uri"),
        ({"names": (("other", WORKFLOW),)}, "its identity is not uri"),
        # The same identity of another instance, or of none, is another identity.
        ({"anchors": ("sigstore:staging",)}, "it was not verified against sigstore:production"),
        ({"anchors": (f"sha256:{HEX}",)}, "it was not verified against sigstore:production"),
        ({"anchors": ()}, "it was not verified against sigstore:production"),
    ],
)
def test_an_identity_is_compared_whole(change: dict[str, Any], why: str) -> None:
    found = definition(IDENTITY)
    one = identity(**change)
    assert found.stands_for(one) is (not why)
    assert found.mismatch(one).startswith(why)


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_only_sigstore_signers_have_identities(kind: Any) -> None:
    names, anchors = (("uri", WORKFLOW),), ("sigstore:production",)
    assert not definition(IDENTITY).stands_for(
        Signer(kind=kind, id=signer(1).id, issuer=ISSUER, names=names, anchors=anchors)
    )


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ((("sourceRepositoryOwnerIdentifier", "99"),), ""),
        ((("sourceRepositoryOwnerIdentifier", "99"), ("buildTrigger", "push")), ""),
        ((("sourceRepositoryOwnerIdentifier", "98"),), "its claim sourceRepositoryOwnerIdentifier is '98'"),
        ((("sourceRepositoryOwnerIdentifier", "099"),), "its claim sourceRepositoryOwnerIdentifier is '099'"),
        ((("sourceRepositoryOwnerIdentifier", ""),), "its claim sourceRepositoryOwnerIdentifier is ''"),
        ((("sourceRepositoryIdentifier", "99"),), "it has no claim sourceRepositoryOwnerIdentifier"),
        ((), "it has no claim sourceRepositoryOwnerIdentifier"),
        # Stored evidence can say a thing twice.
        (
            (("sourceRepositoryOwnerIdentifier", "98"), ("sourceRepositoryOwnerIdentifier", "99")),
            "its claim sourceRepositoryOwnerIdentifier is '98'",
        ),
    ],
)
def test_the_owner_of_a_workflow_can_be_pinned_by_number(claims: tuple[tuple[str, str], ...], why: str) -> None:
    found = definition(sigstore("claims: {sourceRepositoryOwnerIdentifier: '99'}"))
    assert found.mismatch(identity(claims=claims)) == why
    assert found.stands_for(identity(claims=claims)) is (not why)


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_can_be_asked_for(claim: str) -> None:
    found = definition(sigstore(f"claims: {{{claim}: x}}"))
    assert found.stands_for(identity(claims=((claim, "x"),)))
    assert not found.stands_for(identity(claims=((claim, "y"),)))


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("https://x.example/y", "uri"),
        ("spiffe://x.example/y@z", "uri"),
        ("alice@example.com", "email"),
        ("alice", "username"),
    ],
)
def test_the_type_of_an_exact_subject_is_inferred(subject: str, kind: str) -> None:
    found = definition(sigstore(subject=f"subject: '{subject}'"))
    assert isinstance(found, SigstoreDefinition)
    assert found.subject_type == kind
    assert found.stands_for(identity(names=((kind, subject),)))
    stated = definition(sigstore("subjectType: other", f"subject: '{subject}'"))
    assert not stated.stands_for(identity(names=((kind, subject),)))
    assert stated.stands_for(identity(names=(("other", subject),)))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (TAG, True),
        (TAG + "\n", False),
        (TAG + "x", False),
        (WORKFLOW, False),
        (TAG.replace("acme", "acme-evil"), False),
    ],
)
def test_an_identity_by_pattern(subject: str, expected: bool) -> None:
    assert definition(TAGS).stands_for(identity(subject)) is expected
    assert not definition(TAGS).stands_for(identity(names=(("email", subject),)))
    assert not definition(TAGS).stands_for(identity(subject, issuer="https://evil.example"))


def test_a_trusted_root_in_a_file_is_pinned() -> None:
    found = definition(sigstore(f"trustRoot: {{file: trusted_root.json, sha256: {HEX}}}"))
    assert isinstance(found, SigstoreDefinition)
    assert found.trust_root == SigstoreRoot(file=Pinned(file="trusted_root.json", sha256=HEX))
    assert found.trust_root.label == f"sha256:{HEX}"
    assert found.stands_for(identity(anchors=(f"sha256:{HEX}",)))
    assert not found.stands_for(identity())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{{kind: sigstore, subject: '{WORKFLOW}'}}", "signers.a: the key 'issuer' is missing"),
        (sigstore().replace(ISSUER, ""), "signers.a.issuer: a text is needed here"),
        (sigstore().replace(ISSUER, ISSUER + " "), "signers.a.issuer: no certificate says this"),
        (sigstore(subject=""), "an identity has either `subject` (the whole text) or `subjectPattern`"),
        (sigstore("subjectPattern: '^https://a/b$', subjectType: uri"), "an identity has either `subject`"),
        (sigstore(subject="subject: ''"), "signers.a.subject: a text is needed here"),
        (sigstore(subject=r'subject: "https://a/b\n"'), "signers.a.subject: no certificate says this"),
        (sigstore(subject=f"subject: 'https://a/{'b' * 2_000}'"), "signers.a.subject: no certificate says this"),
        (sigstore(subject="subject: [x]"), "signers.a.subject: a text is needed here"),
        (sigstore(subject="subject: 5"), "signers.a.subject: a text is needed here; put quotes around it"),
        (sigstore(subject="subjectPattern: '^https://a/b$'"), "a pattern needs its `subjectType`: one of email, uri"),
        (
            sigstore("subjectType: uri", "subjectPattern: 'https://a/b$'"),
            "signers.a.subjectPattern: the pattern must start with ^",
        ),
        (sigstore("subjectType: uri", "subjectPattern: '^https://a/b'"), "the pattern must end with $"),
        (sigstore("subjectType: uri", "subjectPattern: '^https://a/.*$'"), r"write \. for a dot"),
        (sigstore("subjectType: uri", "subjectPattern: ''"), "signers.a.subjectPattern: a text is needed here"),
        (sigstore("subjectType: url"), "signers.a.subjectType: one of email, uri, username, other is needed here"),
        (sigstore("subjectType: dns"), "signers.a.subjectType: one of email, uri, username, other is needed here"),
        (sigstore("claims: {}"), "signers.a.claims: a mapping with some of buildSignerUri,"),
        (sigstore("claims: [x]"), "signers.a.claims: a mapping with some of"),
        (
            sigstore("claims: {sourceRepositoryOwnerIdentifer: '99'}"),
            "there is no 'sourceRepositoryOwnerIdentifer' here; did you mean 'sourceRepositoryOwnerIdentifier'?",
        ),
        (sigstore("claims: {zzz: '99'}"), "there is no 'zzz' here; known are buildSignerUri,"),
        (
            sigstore("claims: {sourceRepositoryOwnerIdentifier: 99}"),
            "claims.sourceRepositoryOwnerIdentifier: a text is needed here; put quotes around it",
        ),
        (sigstore("claims: {buildTrigger: true}"), "claims.buildTrigger: a text is needed here; put quotes around it"),
        (sigstore("claims: {buildTrigger: [push]}"), "claims.buildTrigger: a text is needed here"),
        (sigstore("claims: {buildTrigger: ' push'}"), "claims.buildTrigger: no certificate says this"),
        (sigstore("trustRoot: prod"), "signers.a.trustRoot: one of production, staging is needed here"),
        (sigstore("trustRoot: [production]"), "signers.a.trustRoot: one of production, staging is needed here"),
        (sigstore("trustRoot: {file: x}"), "signers.a.trustRoot: the key 'sha256' is missing"),
        (sigstore(f"trustRoot: {{sha256: {HEX}}}"), "signers.a.trustRoot: the key 'file' is missing"),
        (sigstore(f"trustRoot: {{file: x, sha256: '{HEX[:-1]}'}}"), "trustRoot.sha256: a digest is 64 lower-case"),
        (sigstore(f"trustRoot: {{file: x, sha256: 'sha256:{HEX}'}}"), "trustRoot.sha256: a digest is 64 lower-case"),
        (sigstore(f"trustRoot: {{file: x, sha256: '{HEX.upper()}'}}"), "trustRoot.sha256: a digest is 64 lower-case"),
        (sigstore("roots: []"), "unknown key 'roots'"),
        (sigstore("subjectRegex: x"), "unknown key 'subjectRegex'"),
    ],
)
def test_identities_that_leave_something_open(text: str, message: str) -> None:
    found = refused(text)
    assert any(message in line and line.startswith("line 6, ") for line in found), found


# Certificates


def test_a_certificate_is_read() -> None:
    key = signer(1).id
    names = "names: {uri: 'spiffe://acme/x', email: a@b, dns: c.example}"
    found = definition(certificate(f"subject: 'CN=release,O=Acme', issuer: CN=Acme CA, {names}, key: '{key}'"))
    assert found == CertificateDefinition(
        roots=(Pinned(file="root.pem", sha256=ROOT_ID),),
        subject="CN=release,O=Acme",
        issuer="CN=Acme CA",
        names=(("dns", "c.example"), ("email", "a@b"), ("uri", "spiffe://acme/x")),
        key=key,
    )
    held = (("dns", "c.example"), ("dns", "d.example"), ("email", "a@b"), ("uri", "spiffe://acme/x"))
    assert found.stands_for(certified(1, names=held))
    for at in (0, 2, 3):
        assert found.mismatch(certified(1, names=held[:at] + held[at + 1 :])).startswith("it has not the name")


@pytest.mark.parametrize(
    ("pins", "change", "why"),
    [
        ("subject: 'CN=release,O=Acme'", {}, ""),
        ("subject: 'CN=release,O=Acme'", {"by": 2}, ""),
        ("subject: 'CN=release,O=Acme'", {"subject": "CN=release"}, "its subject is 'CN=release'"),
        ("subject: 'CN=release,O=Acme'", {"subject": "CN=Release,O=Acme"}, "its subject is"),
        ("subject: 'CN=release,O=Acme'", {"subject": ""}, "its subject is ''"),
        ("subject: 'CN=release,O=Acme'", {"anchors": ()}, "it chains to none of its roots"),
        ("subject: 'CN=release,O=Acme'", {"anchors": (f"sha256:{HEX}",)}, "it chains to none of its roots"),
        ("subject: 'CN=release,O=Acme'", {"anchors": (ROOT_ID,)}, "it chains to none of its roots"),
        ("subject: 'CN=release,O=Acme'", {"anchors": (f"sha256:{HEX}", f"sha256:{ROOT_ID}")}, ""),
        ("subject: 'CN=release,O=Acme', issuer: CN=Acme CA", {}, ""),
        ("subject: 'CN=release,O=Acme', issuer: CN=Acme CA", {"issuer": "CN=Acme CA 2"}, "its issuer is"),
        (f"key: '{signer(1).id}'", {}, ""),
        (f"key: '{signer(1).id}'", {"subject": ""}, ""),
        (f"key: '{signer(1).id}'", {"by": 2}, "its key is sha256:"),
        ("names: {email: a@b}", {"names": (("email", "a@b"),)}, ""),
        ("names: {email: a@b}", {"names": (("uri", "a@b"),)}, "it has not the name email:a@b"),
        ("names: {email: a@b}", {"names": (("email", "A@b"),)}, "it has not the name email:a@b"),
        ("names: {email: a@b}", {}, "it has not the name email:a@b"),
    ],
)
def test_every_pin_of_a_certificate_holds(pins: str, change: dict[str, Any], why: str) -> None:
    found, one = definition(certificate(pins)), certified(**change)
    assert found.mismatch(one).startswith(why)
    assert found.stands_for(one) is (not why)


@pytest.mark.parametrize("kind", ["key", "sigstore"])
def test_only_certificates_are_certified(kind: Any) -> None:
    one = Signer(kind=kind, id=signer(1).id, subject="CN=release,O=Acme", anchors=(f"sha256:{ROOT_ID}",))
    assert not definition(CERTIFIED).stands_for(one)
    assert not definition(certificate(f"key: '{signer(1).id}'")).stands_for(one)


def test_a_definition_without_a_pin_stands_for_nobody() -> None:
    """The reader refuses it; should one ever be made, authorities still do not vouch for everybody."""
    assert not CertificateDefinition(roots=(Pinned(sha256=ROOT_ID),)).stands_for(certified())
    assert not SigstoreDefinition(issuer=ISSUER, subject_type="uri").stands_for(identity(names=(("uri", ""),)))


def in_block(pem_lines: str, more: str = "subject: CN=a") -> str:
    """A policy whose signer has a root as text."""
    indented = "".join(f"            {line}\n" for line in pem_lines.splitlines())
    block = f"\n    kind: certificate\n    {more}\n    roots:\n      - pem: |\n{indented}"
    return document(RULES, a=block)


def test_a_root_as_text_is_fingerprinted() -> None:
    found = parse_policy(in_block(ROOT_PEM).encode(), "p").signers["a"]
    assert isinstance(found, CertificateDefinition)
    assert found.roots == (Pinned(sha256=ROOT_ID, pem=ROOT_PEM),)
    assert found.roots[0].sha256 == hashlib.sha256(ROOT_DER).hexdigest()
    assert found.stands_for(certified(subject="CN=a"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROOT_PEM * 2, "a root is one certificate; make one entry of each"),
        ("nothing", "only PEM certificates may stand here"),
        (pem(1), "only PEM certificates may stand here"),
        (pem(1).replace("PUBLIC", "PRIVATE"), "this is a private key, and a certificate is needed here"),
        (ROOT_PEM + "# trusted\n", "only PEM certificates may stand here"),
        ("subject=x\n" + ROOT_PEM, "only PEM certificates may stand here"),
        (ROOT_PEM.replace("-----END CERTIFICATE-----\n", ""), "1 to 10 whole PEM certificates are needed here"),
        (ROOT_PEM.replace("MAAB", "M!AB"), "a PEM certificate is damaged"),
        (pem_text(b"\x31" + bytes(99)), "a PEM certificate holds no certificate"),
        (pem_text(b"\x30"), "a PEM certificate holds no certificate"),
    ],
)
def test_texts_that_are_no_root(text: str, message: str) -> None:
    found = problems(in_block(text))
    assert any("signers.a.roots[0].pem: " in line and message in line for line in found), found


def test_many_certificates_are_read_and_too_many_are_not() -> None:
    assert certificates(ROOT_PEM * MAX_CERTIFICATES) == (ROOT_DER,) * MAX_CERTIFICATES
    cut = ROOT_PEM + ROOT_PEM.removesuffix("-----END CERTIFICATE-----\n")
    for text in ("", cut, ROOT_PEM + "-----BEGIN CERTIFICATE-----", ROOT_PEM * (MAX_CERTIFICATES + 1)):
        with pytest.raises(DocumentError, match="1 to 10 whole PEM certificates are needed here"):
            certificates(text)
    with pytest.raises(DocumentError, match="is longer than 262144 characters"):
        certificates(ROOT_PEM + " " * (1 << 20))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{kind: certificate, subject: CN=a}", "signers.a: the key 'roots' is missing"),
        (certificate("issuer: CN=Acme CA"), "one of `subject`, `names` or `key` must say whom you mean"),
        (certificate("").replace(", }", "}"), "one of `subject`, `names` or `key` must say whom you mean"),
        (certificate("subject: ''"), "signers.a.subject: a text is needed here"),
        (certificate("subject: ' CN=a'"), "signers.a.subject: no certificate says this"),
        (certificate("issuer: ' CN=a', subject: CN=a"), "signers.a.issuer: no certificate says this"),
        (certificate("names: {}"), "signers.a.names: a mapping with some of email, uri, dns"),
        (certificate("names: {mail: a@b}"), "there is no 'mail' here; did you mean 'email'?"),
        (certificate("names: {ip: 127.0.0.1}"), "there is no 'ip' here; known are email, uri, dns"),
        (certificate("names: {email: [a@b]}"), "signers.a.names.email: a text is needed here"),
        (certificate("key: abc"), "signers.a.key: a key id is sha256: and 64 lower-case hexadecimal digits"),
        (certificate("subject: CN=a", "[]"), "signers.a.roots: a list of 1 to 20 anchors is needed here"),
        (certificate("subject: CN=a", "x"), "signers.a.roots: a list of 1 to 20 anchors is needed here"),
        (certificate("subject: CN=a", "[x]"), "signers.a.roots[0]: a mapping is needed here"),
        (
            certificate("subject: CN=a", f"[{', '.join(f'{{file: r, sha256: c{n:063x}}}' for n in range(21))}]"),
            "signers.a.roots: a list of 1 to 20 anchors is needed here",
        ),
        (certificate("subject: CN=a", "[{file: r}]"), "signers.a.roots[0]: a file needs its `sha256`"),
        (certificate("subject: CN=a", f"[{{sha256: {HEX}}}]"), "this is either `pem` (the text itself) or `file`"),
        (certificate("subject: CN=a", f"[{{file: r, pem: x, sha256: {HEX}}}]"), "this is either `pem`"),
        (certificate("subject: CN=a", "[{}]"), "this is either `pem`"),
        (certificate("subject: CN=a", "[{file: r, sha256: ''}]"), "roots[0].sha256: a text is needed here"),
        (certificate("subject: CN=a", "[{file: r, sha256: abc}]"), "roots[0].sha256: a digest is 64 lower-case"),
        (
            certificate("subject: CN=a", f"[{{file: r, sha256: {HEX}}}, {{file: s, sha256: {HEX}}}]"),
            "signers.a.roots: one root stands twice in the list",
        ),
        (certificate("subject: CN=a, subjectPattern: ^CN=a$"), "unknown key 'subjectPattern'"),
    ],
)
def test_certificates_that_leave_something_open(text: str, message: str) -> None:
    found = refused(text)
    assert any(message in line for line in found), found


def test_a_root_whose_digest_is_another() -> None:
    found = problems(in_block(ROOT_PEM).replace("      - pem: |", f"      - sha256: {HEX}\n        pem: |"))
    assert [line.split("roots[0]")[1] for line in found] == [f".sha256: the digest is {ROOT_ID}"]


# Names


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ((1,), certificate(f"key: '{signer(1).id}'"), "the key sha256:"),
        (
            certificate(f"key: '{signer(1).id}'"),
            certificate(f"key: '{signer(1).id}', subject: CN=b"),
            "the key sha256:",
        ),
        (IDENTITY, IDENTITY, "this signer belongs to 'a' already"),
        (IDENTITY, sigstore("subjectType: uri"), "this signer belongs to 'a' already"),
        (CERTIFIED, CERTIFIED, "this signer belongs to 'a' already"),
    ],
)
def test_one_signer_under_two_names(first: Any, second: Any, message: str) -> None:
    found = problems(document(RULES, a=first, b=second))
    assert any("signers.b: " in line and message in line for line in found), found


def test_identities_that_differ_may_have_two_names() -> None:
    test = sigstore("claims: {deploymentEnvironment: test}")
    assert policy(RULES, a=IDENTITY, b=test, c=sigstore("trustRoot: staging"), d=TAGS).signers.keys() == set("abcd")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{kind: identity, issuer: x}", "signers.a.kind: one of keys, certificate, sigstore is needed here"),
        ("{kind: [keys]}", "signers.a.kind: one of keys, certificate, sigstore is needed here"),
        ("{kind: ~}", "signers.a.kind: one of keys, certificate, sigstore is needed here"),
        ("{issuer: x}", "signers.a: the key 'kind' is missing"),
        ("x", "signers.a: a mapping is needed here"),
        ("[x]", "signers.a: a mapping is needed here"),
    ],
)
def test_kinds_of_signers(text: str, message: str) -> None:
    found = refused(text)
    assert any(message in line for line in found), found
    # One mistake is one problem: the rule that names this signer is in order.
    assert len(found) == 1


# Trust


def trusting(section: str) -> str:
    return document(RULES, a=(1,)).replace("rules:", f"trust: {section}\nrules:")


def trust_of(section: str) -> TrustSection:
    found: Policy = parse_policy(trusting(section).encode(), "p")
    return found.trust


def test_trust_is_read() -> None:
    assert policy(RULES, a=(1,)).trust == trust_of("{}") == TrustSection()
    assert trust_of(
        f"{{timestampAuthorities: [{{file: tsa.pem, sha256: {HEX}}}], "
        f"trustedRoots: [production, staging, {{file: root.json, sha256: {HEX}}}], allowLegacy: true}}"
    ) == TrustSection(
        timestamp_authorities=(Pinned(file="tsa.pem", sha256=HEX),),
        trusted_roots=(
            SigstoreRoot(instance="production"),
            SigstoreRoot(instance="staging"),
            SigstoreRoot(file=Pinned(file="root.json", sha256=HEX)),
        ),
        allow_legacy=True,
    )
    assert trust_of("{allowLegacy: false}") == TrustSection()


def test_a_timestamp_authority_as_text_is_its_whole_chain() -> None:
    chain = ROOT_PEM * 2
    lines = "".join(f"        {line}\n" for line in chain.splitlines())
    (found,) = trust_of(f"\n  timestampAuthorities:\n    - pem: |\n{lines}").timestamp_authorities
    assert found == Pinned(pem=chain, sha256=hashlib.sha256(chain.encode()).hexdigest())


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("x", "trust: a mapping is needed here"),
        ("[x]", "trust: a mapping is needed here"),
        ("{timestampAuthority: []}", "unknown key 'timestampAuthority'; did you mean 'timestampAuthorities'?"),
        ("{timestampAuthorities: []}", "trust.timestampAuthorities: a list of 1 to 20 anchors is needed here"),
        ("{timestampAuthorities: [{file: x}]}", "timestampAuthorities[0]: a file needs its `sha256`"),
        ("{timestampAuthorities: [{pem: x}]}", "timestampAuthorities[0].pem: only PEM certificates may stand here"),
        ("{timestampAuthorities: [production]}", "timestampAuthorities[0]: a mapping is needed here"),
        (
            f"{{timestampAuthorities: [{{file: x, sha256: {HEX}}}, {{file: y, sha256: {HEX}}}]}}",
            "trust.timestampAuthorities: one anchor stands twice in the list",
        ),
        ("{trustedRoots: []}", "trust.trustedRoots: a list of 1 to 20 anchors is needed here"),
        ("{trustedRoots: production}", "trust.trustedRoots: a list of 1 to 20 anchors is needed here"),
        ("{trustedRoots: [prod]}", "trust.trustedRoots[0]: one of production, staging is needed here"),
        ("{trustedRoots: [{file: x}]}", "trust.trustedRoots[0]: the key 'sha256' is missing"),
        ("{trustedRoots: [staging, staging]}", "trust.trustedRoots: one anchor stands twice in the list"),
        ("{allowLegacy: yes}", "trust.allowLegacy: true or false is needed here"),
        ("{allowLegacy: 1}", "trust.allowLegacy: true or false is needed here"),
        ("{allowLegacy: ~}", "trust.allowLegacy: true or false is needed here"),
    ],
)
def test_trust_that_is_wrong(section: str, message: str) -> None:
    found = problems(trusting(section))
    assert any(message in line for line in found), found


# In rules


def test_an_identity_signs() -> None:
    found = rule(judge(RULES, evidence(attested(signer=identity())), a=IDENTITY), "r")
    assert (found.verdict, found.summary) == ("PASSED", "signed by 1 of 1 required signers of a")
    assert found.looked_at[0].startswith(f"by-1 by uri:{WORKFLOW} via {ISSUER} (statement sha256:")


def test_a_certificate_signs() -> None:
    found = rule(judge(RULES, evidence(attested(signer=certified())), a=CERTIFIED), "r")
    assert found.verdict == "PASSED"
    assert found.looked_at[0].startswith(f"by-1 by CN=release,O=Acme ({signer(1).id[:19]}…) (statement sha256:")


@pytest.mark.parametrize(
    ("one", "named", "message"),
    [
        (
            identity(issuer="https://evil.example"),
            {"a": IDENTITY},
            f"by-1 is by uri:{WORKFLOW} via https://evil.example, which does not stand for a "
            "(for a, its issuer is 'https://evil.example')",
        ),
        (
            identity(claims=(("runnerEnvironment", "self-hosted"),)),
            {"a": sigstore("claims: {runnerEnvironment: github-hosted}")},
            f"by-1 is by uri:{WORKFLOW} via {ISSUER}, which does not stand for a "
            "(for a, its claim runnerEnvironment is 'self-hosted')",
        ),
        (
            certified(subject="CN=b"),
            {"a": CERTIFIED},
            f"by-1 is by CN=b ({signer(1).id[:19]}…), which does not stand for a (for a, its subject is 'CN=b')",
        ),
        (certified(), {"a": (1,)}, f"by-1 is by CN=release,O=Acme ({signer(1).id[:19]}…), which does not stand for a"),
        (
            Signer(kind="key", id=signer(9).id),
            {"a": IDENTITY},
            f"by-1 is by {signer(9).id[:19]}…, which does not stand for a",
        ),
    ],
)
def test_the_reason_says_what_is_not_as_the_policy_has_it(one: Signer, named: dict[str, Any], message: str) -> None:
    found = rule(judge(RULES, evidence(attested(signer=one)), **named), "r")
    assert messages(found) == [message]


@pytest.mark.parametrize(
    ("named", "option"), [((1,), "--key KEY"), (IDENTITY, "--signer URI"), (CERTIFIED, "--signer URI")]
)
def test_the_way_to_mend_fits_the_signers(named: Any, option: str) -> None:
    rules = RULES + "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [a]}\n"
    result = judge(rules, evidence(), a=named)
    assert rule(result, "r").reasons[0].mend.endswith(f"attest sign MODEL {option}")
    assert rule(result, "bom").reasons[0].mend.endswith(f"--predicate FILE {option}")
    uncovered = judge(rules, evidence(attested(signer=identity(), unsigned=("x",))), a=IDENTITY)
    assert rule(uncovered, "coverage").reasons[0].mend.endswith("attest release MODEL --signer URI")
