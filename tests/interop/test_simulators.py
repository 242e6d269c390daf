"""The simulators behave as their originals do, in the eyes of sigstore-python and of openssl."""

from __future__ import annotations

import base64
import gc
import http.client
import json
import threading
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography import x509
from sigstore.dsse import Statement
from sigstore.errors import CertValidationError, TUFError, VerificationError
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import IdentityToken, Issuer, detect_credential
from sigstore.sign import SigningContext
from sigstore.verify import Verifier, policy

from tests.simulators import der, keys
from tests.simulators.sigstore.claims import ARC
from tests.simulators.sigstore.identity import GITHUB_REQUEST_TOKEN
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.tree import Tree, leaf_hash, node_hash

IDENTITY = "dev@example.com"


@pytest.fixture
def trust(loopback_sigstore: LoopbackSigstore) -> ClientTrustConfig:
    return trust_of(loopback_sigstore)


@pytest.fixture
def verifier(trust: ClientTrustConfig) -> Verifier:
    return Verifier(trusted_root=trust.trusted_root)


@pytest.fixture
def identity(loopback_sigstore: LoopbackSigstore) -> policy.Identity:
    return policy.Identity(identity=IDENTITY, issuer=loopback_sigstore.issuer)


@pytest.fixture
def signed(loopback_sigstore: LoopbackSigstore, trust: ClientTrustConfig) -> tuple[str, str]:
    """An artifact bundle and a DSSE bundle; requested before no_network, so made online."""
    loopback_sigstore.prefill(5)
    with SigningContext.from_trust_config(trust).signer(IdentityToken(loopback_sigstore.mint())) as signer:
        return signer.sign_artifact(b"x").to_json(), signer.sign_dsse(statement()).to_json()


def trust_of(instance: LoopbackSigstore) -> ClientTrustConfig:
    return ClientTrustConfig.from_json(json.dumps(instance.trust_config()))


def statement() -> Statement:
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": "0" * 64}}],
        "predicateType": "https://example.com/predicate/1",
        "predicate": {},
    }
    return Statement(contents=json.dumps(document).encode())


def sign(trust: ClientTrustConfig, token: str, data: bytes = b"x") -> Bundle:
    with SigningContext.from_trust_config(trust).signer(IdentityToken(token)) as signer:
        return signer.sign_artifact(data)


def extension(certificate: x509.Certificate, arc: int) -> str:
    found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(ARC + str(arc))).value
    assert isinstance(found, x509.UnrecognizedExtension)
    return der.read(found.value)[0].content.decode()


def flip(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[0] ^= 1
    return base64.b64encode(bytes(raw)).decode()


def test_bundles_verify_without_network(
    signed: tuple[str, str], verifier: Verifier, identity: policy.Identity, no_network: None
) -> None:
    artifact, envelope = signed
    verifier.verify_artifact(b"x", Bundle.from_json(artifact), identity)
    payload_type, payload = verifier.verify_dsse(Bundle.from_json(envelope), identity)
    assert payload_type == "application/vnd.in-toto+json"
    assert json.loads(payload)["subject"][0]["name"] == "m"


def test_other_data_identities_and_roots_are_rejected(
    signed: tuple[str, str],
    verifier: Verifier,
    identity: policy.Identity,
    loopback_sigstore: LoopbackSigstore,
    tmp_path: Path,
) -> None:
    bundle = Bundle.from_json(signed[0])
    with pytest.raises(VerificationError):
        verifier.verify_artifact(b"y", bundle, identity)
    for wrong in (
        policy.Identity(identity="other@example.com", issuer=loopback_sigstore.issuer),
        policy.Identity(identity=IDENTITY, issuer="https://other.example.com"),
        policy.OIDCIssuerV2("https://other.example.com"),
    ):
        with pytest.raises(VerificationError):
            verifier.verify_artifact(b"x", bundle, wrong)
    other = LoopbackSigstore(tmp_path)
    other.stop()
    with pytest.raises(VerificationError):
        Verifier(trusted_root=trust_of(other).trusted_root).verify_artifact(b"x", bundle, identity)


def test_a_changed_payload_or_proof_is_rejected(
    signed: tuple[str, str], verifier: Verifier, identity: policy.Identity
) -> None:
    document = json.loads(signed[1])
    document["dsseEnvelope"]["payload"] = flip(document["dsseEnvelope"]["payload"])
    with pytest.raises(VerificationError):
        verifier.verify_dsse(Bundle.from_json(json.dumps(document)), identity)

    document = json.loads(signed[1])
    proof = document["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    proof["hashes"][0] = flip(proof["hashes"][0])
    with pytest.raises(VerificationError):
        verifier.verify_dsse(Bundle.from_json(json.dumps(document)), identity)


def test_a_github_job_signs_with_its_ambient_token(
    loopback_rekor2: LoopbackSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", loopback_rekor2.url + "/gha/token?api-version=2")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", GITHUB_REQUEST_TOKEN)
    token = detect_credential()
    assert token is not None
    certificate = sign(trust_of(loopback_rekor2), token).signing_certificate
    policy.AllOf(
        [
            policy.OIDCIssuerV2(loopback_rekor2.issuer),
            policy.OIDCSourceRepositoryURI("https://github.com/acme/models"),
            policy.GitHubWorkflowRepository("acme/models"),
            policy.OIDCBuildTrigger("push"),
        ]
    ).verify(certificate)
    assert extension(certificate, 24) == "repo:acme/models:ref:refs/heads/main"


def test_a_gitlab_job_signs_with_its_ambient_token(
    loopback_rekor2: LoopbackSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", loopback_rekor2.mint_gitlab())
    token = detect_credential()
    assert token is not None
    certificate = sign(trust_of(loopback_rekor2), token).signing_certificate
    policy.OIDCSourceRepositoryRef("refs/heads/main").verify(certificate)
    policy.OIDCRunInvocationURI("https://gitlab.com/acme/models/-/jobs/42").verify(certificate)
    workflow = "https://gitlab.com/acme/models//.gitlab-ci.yml@refs/heads/main"
    policy.Identity(identity=workflow).verify(certificate)


def test_a_deployment_environment_stands_in_the_certificate(loopback_rekor2: LoopbackSigstore) -> None:
    token = loopback_rekor2.mint_github(environment="production")
    certificate = sign(trust_of(loopback_rekor2), token).signing_certificate
    assert extension(certificate, 23) == "production"


def test_a_token_of_another_issuer_or_audience_gets_no_certificate(loopback_rekor2: LoopbackSigstore) -> None:
    trust = trust_of(loopback_rekor2)
    token = loopback_rekor2.mint(iss="https://other.example.com")
    with pytest.raises(Exception):  # noqa: B017, PT011 (the client's own error, which names nothing)
        sign(trust, token)
    loopback_rekor2.allowed_issuers.add("https://other.example.com")
    sign(trust, token)


@pytest.mark.parametrize(
    ("claims", "kind", "value"),
    [
        ({"sub": "dev@example.com"}, x509.RFC822Name, "dev@example.com"),
        ({"sub": "1", "email": "a@example.com", "email_verified": True}, x509.RFC822Name, "a@example.com"),
        ({"sub": "1", "email": "a@example.com", "email_verified": False}, x509.OtherName, der.utf8("1")),
        ({"sub": "spiffe://example.com/x"}, x509.UniformResourceIdentifier, "spiffe://example.com/x"),
        ({"sub": "alice"}, x509.OtherName, der.utf8("alice")),
    ],
)
def test_the_kind_of_identity_decides_the_kind_of_name(
    loopback_rekor2: LoopbackSigstore, claims: dict[str, Any], kind: type[x509.GeneralName], value: object
) -> None:
    leaf = loopback_rekor2.certify(keys.generate(), loopback_rekor2.mint(**claims))[0]
    (found,) = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert type(found) is kind
    assert found.value == value


def test_tokens_verify_with_the_published_keys(loopback_rekor2: LoopbackSigstore) -> None:
    discovery = requests.get(f"{loopback_rekor2.issuer}/.well-known/openid-configuration", timeout=10).json()
    (jwk,) = requests.get(discovery["jwks_uri"], timeout=10).json()["keys"]
    minted = requests.get(f"{loopback_rekor2.issuer}/mint?sub=alice", timeout=10).json()["token"]
    claims = jwt.decode(minted, jwt.PyJWK(jwk), algorithms=["ES256"], audience="sigstore")
    assert (claims["iss"], claims["sub"]) == (discovery["issuer"], "alice")


def test_a_login_needs_the_verifier_of_its_challenge(loopback_rekor2: LoopbackSigstore) -> None:
    query = {"state": "s", "redirect_uri": "http://127.0.0.1:1/", "code_challenge": "of another verifier"}
    consent = requests.get(f"{loopback_rekor2.issuer}/auth", query, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(consent.headers["Location"]).query)["code"][0]
    form = {"code": code, "code_verifier": "v"}
    assert requests.post(f"{loopback_rekor2.issuer}/token", form, timeout=10).status_code == 400


@pytest.mark.parametrize("path", ["/gha/token", "/oidc/x", "/x", "/tuf/../oidc.key.pem", "/api/v1/log/x"])
def test_other_requests_get_nothing(loopback_rekor2: LoopbackSigstore, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", loopback_rekor2.server.port, timeout=10)
    connection.request("GET", path)
    assert connection.getresponse().status in (401, 404)
    connection.close()


def test_written_trust_is_the_trust(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    path = loopback_rekor1.write_trust(tmp_path / "trust")
    config = ClientTrustConfig.from_json(path.read_text())
    Verifier(trusted_root=config.trusted_root).verify_artifact(
        b"x", sign(config, loopback_rekor1.mint()), policy.Identity(identity=IDENTITY, issuer=loopback_rekor1.issuer)
    )
    assert json.loads((path.parent / "trusted_root.json").read_text()) == loopback_rekor1.trusted_root()
    assert json.loads((path.parent / "signing_config.json").read_text()) == loopback_rekor1.signing_config()


def test_a_signature_outlives_its_certificate_but_none_is_made_after_it(
    loopback_sigstore: LoopbackSigstore, trust: ClientTrustConfig, verifier: Verifier, identity: policy.Identity
) -> None:
    token = IdentityToken(loopback_sigstore.mint())
    with SigningContext.from_trust_config(trust).signer(token) as signer:
        loopback_sigstore.clock = lambda: time.time() + 3600
        late = signer.sign_artifact(b"x")
    with pytest.raises(CertValidationError):
        verifier.verify_artifact(b"x", late, identity)

    loopback_sigstore.clock = lambda: time.time() - 3600
    loopback_sigstore.certificate_minutes = 120
    with SigningContext.from_trust_config(trust).signer(token) as signer:
        early = signer.sign_artifact(b"x")
    verifier.verify_artifact(b"x", early, identity)


def test_tuf_distributes_the_trust_and_a_person_logs_in(
    loopback_rekor2: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    config = ClientTrustConfig.from_tuf(loopback_rekor2.tuf_url, bootstrap_root=loopback_rekor2.build_tuf())
    assert config.trusted_root.get_fulcio_certs()[0] == loopback_rekor2.fulcio_intermediate

    browsers = []

    def browse(url: str, *args: object, **kwargs: object) -> bool:
        browsers.append(threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 10}))
        browsers[-1].start()
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    with warnings.catch_warnings():
        # The client leaves the socket that it listened on to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        token = Issuer(config.signing_config.get_oidc_url()).identity_token()
        gc.collect()
    for browser in browsers:
        browser.join()
    assert (token.identity, token.issuer) == (IDENTITY, loopback_rekor2.issuer)


def test_an_older_tuf_repository_is_rejected(
    loopback_rekor2: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    bootstrap = loopback_rekor2.build_tuf(version=2)
    ClientTrustConfig.from_tuf(loopback_rekor2.tuf_url, bootstrap_root=bootstrap)
    loopback_rekor2.build_tuf(version=1)
    with pytest.raises(TUFError):
        ClientTrustConfig.from_tuf(loopback_rekor2.tuf_url, bootstrap_root=bootstrap)


def test_an_expired_tuf_repository_is_rejected(
    loopback_rekor2: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    bootstrap = loopback_rekor2.build_tuf(days=-1)
    with pytest.raises(TUFError):
        ClientTrustConfig.from_tuf(loopback_rekor2.tuf_url, bootstrap_root=bootstrap)


def test_logs_survive_a_restart(tmp_path: Path) -> None:
    entries = []
    for expected in (0, 1):
        with LoopbackSigstore(tmp_path, rekor_version=1) as running:
            bundle = sign(trust_of(running), running.mint(), b"run %d" % expected)
            entries += json.loads(bundle.to_json())["verificationMaterial"]["tlogEntries"]
            assert len(running.rekor1.tree) == expected + 1
            answer = requests.get(f"{running.url}/api/v1/log/entries?logIndex=0", timeout=10).json()
            (stored,) = answer.values()
            assert stored["integratedTime"] == int(entries[0]["integratedTime"])
            assert stored["body"] == entries[0]["canonicalizedBody"]


def test_nothing_answers_after_the_end(tmp_path: Path) -> None:
    with LoopbackSigstore(tmp_path) as running, requests.Session() as session:
        assert session.get(f"{running.url}/api/v1/log", timeout=10).status_code == 200
        running.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{running.url}/api/v1/log", timeout=10)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 1000])
def test_inclusion_proofs_lead_to_the_root(size: int) -> None:
    tree = Tree()
    for number in range(size):
        tree.append(0, b"%d" % number)
    for index in {0, 1 % size, size // 2, size - 1}:
        verify_path(index, size, leaf_hash(b"%d" % index), tree.path(index), tree.root())
    # A proof in an older tree stays the one that was given then.
    assert tree.root(1) == leaf_hash(b"0")


def verify_path(index: int, size: int, node: bytes, path: list[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2, which walks the other way than the tree under test."""
    last = size - 1
    for sibling in path:
        assert last > 0
        if index % 2 or index == last:
            node = node_hash(sibling, node)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    assert last == 0
    assert node == root
