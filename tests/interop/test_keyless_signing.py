"""Signing as an identity, at a Sigstore instance on this machine: what is made verifies here and elsewhere, offline."""

from __future__ import annotations

import gc
import hashlib
import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from sigstore.dsse import Envelope
from sigstore.hashes import Hashed
from sigstore.models import Bundle as PeerBundle
from sigstore.models import ClientTrustConfig
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm

from attest.domain.attestation import Attestation
from attest.domain.bundle import parse_bundle
from attest.errors import DocumentError, InputError, UndecidedError
from attest.signing import SignerOptions, open_signer, verify_bundle
from attest.signing.authenticate import authenticate
from attest.signing.keyless import KeylessSigner
from attest.signing.keys import Message
from attest.signing.services.tuf_root import fetch_trusted_root
from tests.interop.loopback_signing import CI_VARIABLES, PAYLOAD, clock, identities, keyless, read, root_of
from tests.simulators.sigstore.identity import GITHUB_REQUEST_TOKEN, PERSON
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.conftest import accepted, claim_payload, manifest, signer, whole


@pytest.fixture(autouse=True)
def no_ambient_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wherever the tests run, the environment names nobody; the caches of the client lie in a folder of the test."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("id._internal.oidc.ambient._GCP_PRODUCT_NAME_FILE", str(tmp_path / "no-such-file"))
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


def attested(instance: LoopbackSigstore, bundle: bytes) -> Attestation:
    return accepted(verify_bundle(read(bundle), manifest(), identities(instance)))


def peer_verifies(instance: LoopbackSigstore, bundle: bytes, identity: str) -> bytes:
    """The payload that sigstore-python finds signed by this identity."""
    config = ClientTrustConfig.from_json(json.dumps(instance.trust_config()))
    expected = policy.AllOf([policy.Identity(identity=identity), policy.OIDCIssuerV2(instance.issuer)])
    kind, payload = Verifier(trusted_root=config.trusted_root).verify_dsse(PeerBundle.from_json(bundle), expected)
    assert kind == Envelope._TYPE
    return payload


# What is made


def test_a_statement_verifies_offline(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    loopback_sigstore.prefill(5)
    bundle = keyless(loopback_sigstore, tmp_path).bundle(PAYLOAD)
    services = [path for _, path in loopback_sigstore.requests]
    version = loopback_sigstore.rekor_version
    entries = "/api/v1/log/entries" if version == 1 else "/api/v2/log/entries"
    # The timestamp before the log entry, which cannot be taken back.
    assert services == ["/api/v2/signingCert", "/api/v1/timestamp", entries]
    request.getfixturevalue("no_network")
    found = attested(loopback_sigstore, bundle)
    assert found.signer.id == f"email:{PERSON} via {loopback_sigstore.issuer}"
    assert (found.signer.kind, found.signer.issuer) == ("sigstore", loopback_sigstore.issuer)
    assert found.logs[0].index >= 5
    sources = {time.source.partition(" ")[0] for time in found.times}
    assert sources == ({"timestamp", "entry"} if version == 1 else {"timestamp"})
    assert (found.unchecked, found.notes) == ((), ())
    assert peer_verifies(loopback_sigstore, bundle, PERSON) == PAYLOAD


@pytest.mark.parametrize(
    "payload",
    [
        b'{"predicateType":"https://e.com/x",  "subject": [{"digest":{"sha256":"' + b"0" * 64 + b'"},"name":"m"}],\n'
        b'"_type" : "https://in-toto.io/Statement/v1", "predicate": {"a": 1e2, "b": 0.10, "c": "\\u00e9\xc3\xa9"}}\n',
        json.dumps({**json.loads(PAYLOAD), "predicate": {"text": "x" * 300_000}}, indent=3).encode(),
    ],
    ids=["spelling", "large"],
)
def test_the_exact_bytes_are_signed(loopback_sigstore: LoopbackSigstore, tmp_path: Path, payload: bytes) -> None:
    bundle = keyless(loopback_sigstore, tmp_path).bundle(payload)
    assert read(bundle).payload == payload
    assert peer_verifies(loopback_sigstore, bundle, PERSON) == payload


def test_a_signature_outlives_its_certificate(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    """Made two hours ago with a certificate of ten minutes: it verifies now, at the times that were signed then."""
    with clock(loopback_sigstore, -7200):
        bundle = keyless(loopback_sigstore, tmp_path).bundle(PAYLOAD)
    assert PeerBundle.from_json(bundle).signing_certificate.not_valid_after_utc < datetime.now(UTC)
    assert attested(loopback_sigstore, bundle).signer.names == (("email", PERSON),)
    assert peer_verifies(loopback_sigstore, bundle, PERSON) == PAYLOAD


def test_one_certificate_for_several_bundles(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    by = keyless(loopback_sigstore, tmp_path)
    bundles = [by.bundle(claim_payload([whole()], f"https://example.org/{number}")) for number in range(3)]
    assert len({read(bundle).certificates for bundle in bundles}) == 1
    assert [path for _, path in loopback_sigstore.requests].count("/api/v2/signingCert") == 1
    assert len({attested(loopback_sigstore, bundle).logs[0].index for bundle in bundles}) == 3


def test_a_certificate_that_ran_out_while_files_were_hashed_is_renewed(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path
) -> None:
    by = keyless(loopback_sigstore, tmp_path)
    with clock(loopback_sigstore, 3600):
        first, second = by.bundle(PAYLOAD), by.bundle(PAYLOAD)
    assert read(first).certificates == read(second).certificates
    attested(loopback_sigstore, first)
    assert [path for _, path in loopback_sigstore.requests].count("/api/v2/signingCert") == 2


def test_a_certificate_that_runs_out_at_once(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    """The clock of this machine, or of that one, is wrong; asking again and again would not help."""
    loopback_rekor1.clock = lambda: time.time() - 3600
    with pytest.raises(UndecidedError, match="run out by the clock of this machine"):
        keyless(loopback_rekor1, tmp_path)
    assert len(loopback_rekor1.requests) == 1


def test_a_token_that_ran_out_meanwhile(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job's token is asked for again; a given one is not to be had again, and no certificate is asked for with it."""
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", loopback_rekor1.mint_gitlab())
    by, given = keyless(loopback_rekor1, tmp_path, identity_token=""), keyless(loopback_rekor1, tmp_path)
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", loopback_rekor1.mint_gitlab(job_id="43"))
    # As if an hour had passed.
    by.token._exp = given.token._exp = 0
    given.options = SignerOptions(identity_token=loopback_rekor1.mint(ttl=-600))
    with clock(loopback_rekor1, 3600):
        claims = dict(attested(loopback_rekor1, by.bundle(PAYLOAD)).signer.claims)
        assert claims["runInvocationUri"].endswith("/-/jobs/43")
        asked = len(loopback_rekor1.requests)
        with pytest.raises(InputError, match="out of its time"):
            given.bundle(PAYLOAD)
        assert len(loopback_rekor1.requests) == asked


def test_an_artifact_is_signed_by_its_digest(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"artifact").digest()
    data = keyless(loopback_sigstore, tmp_path).message_bundle(digest)
    config = ClientTrustConfig.from_json(json.dumps(loopback_sigstore.trust_config()))
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)
    Verifier(trusted_root=config.trusted_root).verify_artifact(
        hashed, PeerBundle.from_json(data), policy.Identity(identity=PERSON)
    )
    bundle = parse_bundle(data, "x", messages=True)
    authenticate(bundle, identities(loopback_sigstore), Message(data=b"artifact"))


@pytest.mark.parametrize("fault", ["wrong-root", "other-entry"])
def test_a_bundle_over_a_digest_that_does_not_verify_is_not_made(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, fault: str
) -> None:
    by = keyless(loopback_sigstore, tmp_path)
    loopback_sigstore.faults["rekor"] = fault
    with pytest.raises(UndecidedError, match="the transparency log"):
        by.message_bundle(bytes(32))


# Whose it is


def test_made_and_complete(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    by, again = (keyless(loopback_sigstore, tmp_path) for _ in range(2))
    other = keyless(loopback_sigstore, tmp_path, identity_token=loopback_sigstore.mint("eve@example.com"))
    bundle = read(by.bundle(PAYLOAD))
    for one in (by, again):
        assert one.made(bundle)
        assert one.complete(bundle)
    assert not other.made(bundle)
    assert not by.made(read(other.bundle(PAYLOAD)))
    assert not by.made(read(signer(1).bundle(PAYLOAD)))
    assert by.id == again.id == f"email:{PERSON} via {loopback_sigstore.issuer}"


def test_what_does_not_verify_is_nobodys(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    by = keyless(loopback_rekor1, tmp_path)
    document = json.loads(by.bundle(PAYLOAD))
    document["verificationMaterial"]["tlogEntries"] = []
    assert not by.made(read(json.dumps(document).encode()))
    with LoopbackSigstore(tmp_path / "elsewhere") as elsewhere:
        assert not by.made(read(keyless(elsewhere, tmp_path / "trust").bundle(PAYLOAD)))


def test_the_same_name_of_another_issuer_is_somebody_else(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    issuer = "https://other.example.com"
    loopback_rekor1.allowed_issuers.add(issuer)
    other = keyless(loopback_rekor1, tmp_path, identity_token=loopback_rekor1.mint(iss=issuer))
    assert not keyless(loopback_rekor1, tmp_path).made(read(other.bundle(PAYLOAD)))


def test_another_workflow_of_the_same_repository_is_somebody_else(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path
) -> None:
    """Both tokens have the same subject; the certified name, which policies compare, is the workflow."""
    mint = loopback_rekor1.mint_github
    release, again = (keyless(loopback_rekor1, tmp_path, identity_token=mint()) for _ in range(2))
    nightly = keyless(loopback_rekor1, tmp_path, identity_token=mint(workflow=".github/workflows/nightly.yml"))
    bundle = read(release.bundle(PAYLOAD))
    assert again.made(bundle)
    assert not nightly.made(bundle)


def test_one_job_in_other_circumstances(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    """Another run at another commit is the same signer; what policies tell apart is not."""
    mint = loopback_rekor1.mint_github
    bundle = read(keyless(loopback_rekor1, tmp_path, identity_token=mint()).bundle(PAYLOAD))
    for claims, same in (
        ({"run_id": "43", "sha": "0" * 40, "workflow_sha": "0" * 40, "job_workflow_sha": "0" * 40}, True),
        ({"runner_environment": "self-hosted"}, False),
        ({"sub": "repo:eve/models:ref:refs/heads/main", "repository": "eve/models"}, False),
        ({"event_name": "pull_request"}, False),
        ({"environment": "production"}, False),
    ):
        assert keyless(loopback_rekor1, tmp_path, identity_token=mint(**claims)).made(bundle) == same


def test_a_name_that_is_not_in_the_token(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    """Other CI providers' certificates name what the authority makes of the token."""
    loopback_rekor1.authority.profile.alternatives = [x509.UniformResourceIdentifier("https://ci.example/acme/models")]
    by, again = (keyless(loopback_rekor1, tmp_path) for _ in range(2))
    assert by.id == f"uri:https://ci.example/acme/models via {loopback_rekor1.issuer}"
    assert again.made(read(by.bundle(PAYLOAD)))


@pytest.mark.parametrize("names", [[], [x509.DNSName("a"), x509.DNSName("b")]])
def test_a_certificate_that_names_nobody(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, names: list[x509.GeneralName]
) -> None:
    loopback_rekor1.authority.profile.alternatives = names
    with pytest.raises(UndecidedError, match=r"the certificate authority .* does not count: .*alternative names"):
        keyless(loopback_rekor1, tmp_path)


@pytest.mark.parametrize("payload", [b"", b"{}", b"not JSON", b"[]"])
def test_what_is_no_statement(loopback_rekor1: LoopbackSigstore, tmp_path: Path, payload: bytes) -> None:
    by = keyless(loopback_rekor1, tmp_path)
    with pytest.raises(DocumentError, match="no in-toto statement"):
        by.bundle(payload)


# Where the identity comes from


def test_a_github_job(loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", loopback_sigstore.url + "/gha/token?api-version=2")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", GITHUB_REQUEST_TOKEN)
    found = attested(loopback_sigstore, keyless(loopback_sigstore, tmp_path, identity_token="").bundle(PAYLOAD))
    workflow = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
    assert found.signer.names == (("uri", workflow),)
    assert dict(found.signer.claims)["sourceRepositoryUri"] == "https://github.com/acme/models"


def test_a_gitlab_job(loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", loopback_sigstore.mint_gitlab())
    by = keyless(loopback_sigstore, tmp_path, identity_token="")
    bundle = by.bundle(PAYLOAD)
    found = attested(loopback_sigstore, bundle)
    assert found.signer.names == (("uri", "https://gitlab.com/acme/models//.gitlab-ci.yml@refs/heads/main"),)
    assert by.made(read(bundle))


def test_a_given_token_goes_before_the_jobs(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", loopback_rekor1.mint_gitlab())
    assert keyless(loopback_rekor1, tmp_path).id == f"email:{PERSON} via {loopback_rekor1.issuer}"


def test_nobody_is_an_error_before_anybody_is_asked(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no identity to sign as"):
        keyless(loopback_rekor1, tmp_path, identity_token="")
    assert loopback_rekor1.requests == []


def test_a_person_logs_in(loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browsers: list[threading.Thread] = []

    def browse(url: str, *_: Any) -> bool:
        browsers.append(threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 10}))
        browsers[-1].start()
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    by = keyless(loopback_sigstore, tmp_path, identity_token="", interactive=True)
    # A port that was left open would be an error here, as every warning is.
    gc.collect()
    for browser in browsers:
        browser.join()
    assert attested(loopback_sigstore, by.bundle(PAYLOAD)).signer.names == (("email", PERSON),)


# The instance


def test_two_files_instead_of_one(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    folder = loopback_sigstore.write_trust(tmp_path).parent
    options = SignerOptions(
        trusted_root=str(folder / "trusted_root.json"),
        signing_config=str(folder / "signing_config.json"),
        identity_token=loopback_sigstore.mint(),
    )
    attested(loopback_sigstore, open_signer("sigstore:", options).bundle(PAYLOAD))


def test_an_instance_known_by_its_trust_repository(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As production and staging are; the first root is in the client's own store here."""
    bootstrap = loopback_sigstore.build_tuf()
    data = fetch_trusted_root(loopback_sigstore.tuf_url, str(bootstrap), 30)
    assert json.loads(data) == json.loads(json.dumps(loopback_sigstore.trusted_root()))
    for name, uri in (("DEFAULT_TUF_URL", "sigstore:"), ("STAGING_TUF_URL", "sigstore:staging")):
        monkeypatch.setattr(f"sigstore.models.{name}", loopback_sigstore.tuf_url)
        by = open_signer(uri, SignerOptions(identity_token=loopback_sigstore.mint()))
        attested(loopback_sigstore, by.bundle(PAYLOAD))
        assert isinstance(by, KeylessSigner)
        assert by.instance.root.logs == root_of(loopback_sigstore).logs


@pytest.mark.parametrize(
    ("uri", "options", "message"),
    [
        ("sigstore:nowhere", {}, "there is no Sigstore instance 'nowhere'"),
        ("sigstore:staging", {"trust_config": "trust_config.json"}, "do not go together"),
        ("sigstore:", {"trusted_root": "trusted_root.json"}, "go together"),
        ("sigstore:", {"signing_config": "signing_config.json"}, "go together"),
        ("sigstore:", {"trust_config": "trust_config.json", "trusted_root": "trusted_root.json"}, "holds both"),
        ("sigstore:", {"trust_config": "trusted_root.json"}, "the trust configuration cannot be read"),
        ("sigstore:", {"trusted_root": "signing_config.json", "signing_config": "trusted_root.json"}, "cannot be read"),
        ("sigstore:", {"trust_config": "no-such-file"}, "cannot be read"),
        ("sigstore:", {"certificates": ("leaf.pem",)}, "go with keys"),
        ("sigstore:", {"timestamps": ("https://tsa.example",)}, "go with keys"),
        ("sigstore:", {"log": "https://rekor.example"}, "go with keys"),
    ],
)
def test_options_that_do_not_fit(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, uri: str, options: dict[str, Any], message: str
) -> None:
    """None is left aside silently: whoever names an instance signs there or not at all."""
    loopback_rekor1.write_trust(tmp_path)
    files: dict[str, Any] = {
        name: str(tmp_path / value) if isinstance(value, str) and "://" not in value else value
        for name, value in options.items()
    }
    with pytest.raises(InputError, match=message):
        open_signer(uri, SignerOptions(identity_token=loopback_rekor1.mint(), **files))
    assert loopback_rekor1.requests == []


@pytest.mark.parametrize(
    ("member", "value"),
    [("caUrls", []), ("rekorTlogUrls", []), ("rekorTlogConfig", {"selector": "EXACT", "count": 3}), ("mediaType", "x")],
)
def test_a_signing_configuration_that_names_no_service(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, member: str, value: Any
) -> None:
    path = loopback_rekor1.write_trust(tmp_path)
    document = loopback_rekor1.trust_config()
    document["signingConfig"][member] = value
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="cannot be read"):
        open_signer("sigstore:", SignerOptions(trust_config=str(path), identity_token=loopback_rekor1.mint()))


def test_a_log_without_time_needs_a_timestamp_authority(loopback_rekor2: LoopbackSigstore, tmp_path: Path) -> None:
    """Known before anything is logged, instead of after it."""
    path = loopback_rekor2.write_trust(tmp_path)
    document = loopback_rekor2.trust_config()
    document["signingConfig"]["tsaUrls"] = []
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="no timestamp authority"):
        open_signer("sigstore:", SignerOptions(trust_config=str(path), identity_token=loopback_rekor2.mint()))
    assert loopback_rekor2.requests == []


def test_a_given_token_needs_no_identity_provider(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    path = loopback_rekor1.write_trust(tmp_path)
    document = loopback_rekor1.trust_config()
    document["signingConfig"]["oidcUrls"] = []
    path.write_text(json.dumps(document))
    options: dict[str, Any] = {"trust_config": str(path)}
    by = open_signer("sigstore:", SignerOptions(**options, identity_token=loopback_rekor1.mint()))
    attested(loopback_rekor1, by.bundle(PAYLOAD))
    with pytest.raises(InputError, match="no identity provider"):
        open_signer("sigstore:", SignerOptions(**options, interactive=True))


def test_the_token_is_in_no_text_about_the_signer(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    token = loopback_rekor1.mint()
    by = keyless(loopback_rekor1, tmp_path, identity_token=token)
    assert token not in repr(by) + repr(by.options) + by.id
