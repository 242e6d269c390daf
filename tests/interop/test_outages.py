"""Services that fail, hang, lie or lead elsewhere while something is signed: an error that names the service, exit 3,
nothing written, and no secret in any text."""

from __future__ import annotations

import gc
import json
import logging
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import attest
from attest.errors import AttestError, InputError, UndecidedError
from attest.signing import SignerOptions, open_signer
from attest.signing.services.tuf_root import fetch_trusted_root
from tests.conftest import ROOT
from tests.interop.loopback_signing import CI_VARIABLES, PAYLOAD, contents, keyless
from tests.simulators import pki
from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request
from tests.simulators.sigstore.identity import GITHUB_REQUEST_TOKEN
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.conftest import SMALL, write

WAITING = {"hang", "drip"}
FAULTS = sorted(TRANSPORT_FAULTS)
pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def no_ambient_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("id._internal.oidc.ambient._GCP_PRODUCT_NAME_FILE", str(tmp_path / "no-such-file"))
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path / "small", SMALL)


def limit(fault: str) -> float:
    """Seconds to wait: soon over for a service that hangs, and enough for one that answers."""
    return 1 if fault in WAITING else 10


@pytest.fixture
def abandoned(tmp_path: Path) -> Iterator[LoopbackSigstore]:
    """An instance of the test's own: some clients ask again when nobody waits for them any more."""
    with LoopbackSigstore(tmp_path / "abandoned", rekor_version=1) as instance:
        yield instance


def strays(instance: LoopbackSigstore) -> list[Request]:
    """What arrives where redirects lead to, from now on."""
    seen = instance.server.elsewhere.seen
    seen.clear()
    return seen


class Watch:
    """Everything that was said, to look for secrets in."""

    def __init__(self, logs: pytest.LogCaptureFixture, streams: pytest.CaptureFixture[str]) -> None:
        logs.set_level(logging.DEBUG)
        self._logs, self._streams = logs, streams

    def free_of(self, *secrets: str, error: AttestError) -> None:
        """Assert that none of the secrets, nor its beginning, stands in the error, the logs or the streams."""
        streams = self._streams.readouterr()
        causes, cause = [], error.__cause__
        while cause:
            causes.append(str(cause))
            cause = cause.__cause__
        records = "".join(record.getMessage() for record in self._logs.records)
        text = "".join([error.message, error.hint, repr(error), *causes, records, streams.out, streams.err])
        for secret in secrets:
            assert secret[:40] not in text


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Watch:
    return Watch(caplog, capfd)


def fails(call: Callable[[], object], name: str) -> UndecidedError:
    """Assert that `call` ends undecided, and that the message begins with the service's name."""
    with pytest.raises(UndecidedError) as caught:
        call()
    assert caught.value.exit_code == 3
    assert caught.value.message.startswith(name), caught.value.message
    assert caught.value.hint
    return caught.value


# Outages of the instance's services


def name_of(instance: LoopbackSigstore, service: str) -> str:
    """How errors name a service of the instance."""
    return {
        "fulcio": f"the certificate authority {instance.url} ",
        "rekor": f"the transparency log {instance.url}/api/v{instance.rekor_version} ",
        "tsa": f"the timestamp service {instance.tsa_url} ",
    }[service]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("service", ["fulcio", "rekor", "tsa"])
def test_a_service_fails_while_an_identity_signs(
    loopback_sigstore: LoopbackSigstore, model: Path, tmp_path: Path, watch: Watch, service: str, fault: str
) -> None:
    token = loopback_sigstore.mint()
    config = str(loopback_sigstore.write_trust(tmp_path / "trust"))
    options = SignerOptions(trust_config=config, identity_token=token, timeout=limit(fault))
    before, elsewhere = contents(model), strays(loopback_sigstore)
    loopback_sigstore.faults[service] = fault
    error = fails(lambda: attest.release(model, "sigstore:", options=options), name_of(loopback_sigstore, service))
    watch.free_of(token, token.split(".")[1], error=error)
    assert contents(model) == before
    # Whoever is led elsewhere stays here, and so does the token.
    assert elsewhere == []
    if service == "tsa":
        assert not any("entries" in path for _, path in loopback_sigstore.requests)


def test_nobody_listens(loopback_rekor1: LoopbackSigstore, model: Path, tmp_path: Path, watch: Watch) -> None:
    with LoopbackSigstore(tmp_path / "gone") as gone:
        config = str(gone.write_trust(tmp_path / "trust"))
        token = gone.mint()
    options = SignerOptions(trust_config=config, identity_token=token, timeout=5)
    error = fails(lambda: attest.sign(model, "sigstore:", options=options), name_of(gone, "fulcio"))
    watch.free_of(token, error=error)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_identity_provider_fails_before_the_login(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, fault: str
) -> None:
    elsewhere = strays(loopback_rekor1)
    loopback_rekor1.faults["oidc"] = fault
    call = lambda: keyless(loopback_rekor1, tmp_path, identity_token="", interactive=True, timeout=limit(fault))  # noqa: E731
    fails(call, f"the identity provider {loopback_rekor1.issuer} ")
    assert elsewhere == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_identity_provider_fails_during_the_login(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The person consented, and the code cannot be turned into a token."""
    browsers: list[threading.Thread] = []
    elsewhere = strays(loopback_rekor1)

    def consent(url: str) -> None:
        requests.get(url, timeout=10)

    def browse(url: str, *_: Any) -> bool:
        # The consent page itself is up; only then the service fails.
        answer = requests.get(url, timeout=10, allow_redirects=False)
        page = requests.get(answer.headers["Location"], timeout=10, allow_redirects=False)
        loopback_rekor1.faults["oidc"] = fault
        browsers.append(threading.Thread(target=consent, args=(page.headers["Location"],)))
        browsers[-1].start()
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    call = lambda: keyless(loopback_rekor1, tmp_path, identity_token="", interactive=True, timeout=limit(fault))  # noqa: E731
    with warnings.catch_warnings():
        # The client leaves the socket that it listened on to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        fails(call, f"the login at {loopback_rekor1.issuer} ")
        gc.collect()
    for browser in browsers:
        browser.join()
    assert elsewhere == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_ci_providers_service_fails(
    abandoned: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch, fault: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", abandoned.url + "/gha/token?api-version=2")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", GITHUB_REQUEST_TOKEN)
    elsewhere = strays(abandoned)
    abandoned.faults["oidc"] = fault
    call = lambda: keyless(abandoned, tmp_path, identity_token="", timeout=limit(fault))  # noqa: E731
    watch.free_of(GITHUB_REQUEST_TOKEN, error=fails(call, "the CI provider's identity service "))
    assert not any("signingCert" in path for _, path in abandoned.requests)
    assert all("authorization" not in request.headers for request in elsewhere)


def test_a_job_that_may_not_ask_for_a_token(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    error = fails(lambda: keyless(loopback_rekor1, tmp_path, identity_token=""), "the CI provider's identity service ")
    assert "permissions" in error.message


@pytest.mark.parametrize("url", ["http://ci.example/token", "ftp://ci.example", "https://user:pass@ci.example"])
def test_the_jobs_secret_travels_encrypted_or_not_at_all(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch, url: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url)
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", GITHUB_REQUEST_TOKEN)
    with pytest.raises(InputError, match="the CI provider's identity service") as caught:
        keyless(loopback_rekor1, tmp_path, identity_token="")
    watch.free_of(GITHUB_REQUEST_TOKEN, error=caught.value)


def test_an_answer_that_repeats_the_request_shows_no_secret(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """Proxies like to show the request that they refuse, with its headers."""

    def echo(request: Request) -> Reply:
        return Reply(status=403, body=str(request.headers).encode(), content_type="text/plain")

    token = loopback_rekor1.mint()
    with LoopbackServer(echo) as proxy:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{proxy.url}/token?a=b")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a-secret-of-the-runner")
        call = lambda: keyless(loopback_rekor1, tmp_path, identity_token="")  # noqa: E731
        error = fails(call, "the CI provider's identity service ")
        assert "403" in error.message
        watch.free_of("a-secret-of-the-runner", error=error)
        loopback_rekor1.url = proxy.url
        try:
            call = lambda: keyless(loopback_rekor1, tmp_path, identity_token=token)  # noqa: E731
            error = fails(call, f"the certificate authority {proxy.url} ")
        finally:
            loopback_rekor1.url = loopback_rekor1.server.url
        assert proxy.seen[-1].headers["authorization"] == f"Bearer {token}"
        watch.free_of(token, error=error)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_trust_repository_fails(
    abandoned: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    bootstrap = str(abandoned.build_tuf())
    abandoned.faults["tuf"] = fault
    url = abandoned.tuf_url
    monkeypatch.setattr("sigstore.models.DEFAULT_TUF_URL", url)
    options = SignerOptions(identity_token=abandoned.mint(), timeout=limit(fault))
    with warnings.catch_warnings():
        # The client leaves a connection that it gives up to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        fails(lambda: fetch_trusted_root(url, bootstrap, limit(fault)), f"the trust repository {url} ")
        fails(lambda: open_signer("sigstore:", options), "Sigstore's trust repository ")
        gc.collect()


# Lies


@pytest.mark.parametrize("fault", ["no-sct", "wrong-sct", "unknown-sct", "other-key"])
def test_a_certificate_that_does_not_count(loopback_sigstore: LoopbackSigstore, model: Path, fault: str) -> None:
    before = contents(model)
    loopback_sigstore.faults["fulcio"] = fault

    def sign() -> None:
        attest.sign(model, keyless(loopback_sigstore, model.parent / "trust"))

    error = fails(sign, "the ")
    # A key of somebody else is the log's to notice first: it checks what it records.
    expected = "the transparency log" if fault == "other-key" else name_of(loopback_sigstore, "fulcio")
    assert error.message.startswith(expected), error.message
    assert contents(model) == before


@pytest.mark.parametrize(
    "fault", ["wrong-imprint", "wrong-nonce", "no-nonce", "rejection", "no-token", "wrong-signature"]
)
def test_a_timestamp_that_does_not_count(
    loopback_sigstore: LoopbackSigstore, model: Path, tmp_path: Path, fault: str
) -> None:
    """With Rekor v1 too, whose own time would do: what is there must verify. Nothing is logged."""
    before = contents(model)
    loopback_sigstore.faults["tsa"] = fault
    by = keyless(loopback_sigstore, tmp_path / "trust")
    fails(lambda: attest.sign(model, by), name_of(loopback_sigstore, "tsa"))
    assert contents(model) == before
    assert not any("entries" in path for _, path in loopback_sigstore.requests)


def test_a_timestamp_of_another_authority(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    by = keyless(loopback_sigstore, tmp_path)
    loopback_sigstore.tsa = pki.timestamp_authority()
    fails(lambda: by.bundle(PAYLOAD), name_of(loopback_sigstore, "tsa"))


LIES = ["wrong-root", "wrong-path", "wrong-checkpoint", "unsigned-checkpoint", "forged-checkpoint", "other-entry"]


@pytest.mark.parametrize("fault", LIES)
def test_a_log_that_lies(loopback_sigstore: LoopbackSigstore, model: Path, tmp_path: Path, fault: str) -> None:
    before = contents(model)
    loopback_sigstore.prefill(3)
    by = keyless(loopback_sigstore, tmp_path / "trust")
    loopback_sigstore.faults["rekor"] = fault
    fails(lambda: attest.sign(model, by), name_of(loopback_sigstore, "rekor"))
    assert contents(model) == before


def test_a_log_whose_promise_is_forged(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    by = keyless(loopback_rekor1, tmp_path)
    loopback_rekor1.faults["rekor"] = "forged-set"
    fails(lambda: by.bundle(PAYLOAD), name_of(loopback_rekor1, "rekor"))


# The token


@pytest.mark.parametrize(
    "make",
    [
        lambda instance: instance.mint(ttl=-600),
        lambda instance: instance.mint(nbf=4_000_000_000),
        lambda instance: instance.mint(iat=4_000_000_000),
        lambda instance: instance.mint(aud="another"),
        lambda instance: instance.mint()[:-200],
        lambda instance: instance.mint().rpartition(".")[0],
        lambda instance: instance.mint().replace(".", ".\n", 1),
        lambda instance: instance.mint() + "\r\nX-Other: header",
        lambda instance: "eyJmarker" + "A" * 40,
        lambda instance: "a.b.c",
        lambda instance: "\u00e9" * 60,
        lambda instance: "eyJ" + "x" * 1_000_000,
    ],
)
def test_a_token_that_cannot_be_used(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, watch: Watch, make: Callable[[LoopbackSigstore], str]
) -> None:
    token = make(loopback_rekor1)
    with pytest.raises(InputError, match=r"the identity token is .*another audience") as caught:
        keyless(loopback_rekor1, tmp_path, identity_token=token)
    watch.free_of(token, error=caught.value)
    assert loopback_rekor1.requests == []


def test_a_token_that_the_authority_refuses(loopback_rekor1: LoopbackSigstore, tmp_path: Path, watch: Watch) -> None:
    token = loopback_rekor1.mint(iss="https://other.example.com")
    call = lambda: keyless(loopback_rekor1, tmp_path, identity_token=token)  # noqa: E731
    error = fails(call, name_of(loopback_rekor1, "fulcio"))
    assert "untrusted issuer" in error.message  # what the service said
    watch.free_of(token, error=error)


@pytest.mark.parametrize("service", ["caUrls", "oidcUrls"])
@pytest.mark.parametrize(
    "url", ["http://sigstore.example", "http://127.0.0.1.example", "http://user:pass@127.0.0.1", "ftp://127.0.0.1"]
)
def test_the_token_travels_encrypted_or_not_at_all(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, watch: Watch, service: str, url: str
) -> None:
    path = loopback_rekor1.write_trust(tmp_path)
    document = loopback_rekor1.trust_config()
    document["signingConfig"][service][0]["url"] = url
    path.write_text(json.dumps(document))
    token = loopback_rekor1.mint()
    with pytest.raises(InputError) as caught:
        open_signer("sigstore:", SignerOptions(trust_config=str(path), identity_token=token))
    watch.free_of(token, error=caught.value)
    assert "pass" not in caught.value.message
    assert loopback_rekor1.requests == []


@pytest.mark.parametrize("member", ["authorization_endpoint", "token_endpoint"])
def test_an_identity_provider_that_would_send_the_code_in_the_clear(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    discovery = loopback_rekor1.identity._discovery()
    monkeypatch.setattr(loopback_rekor1.identity, "_discovery", lambda: {**discovery, member: "http://idp.example/x"})
    with pytest.raises(InputError, match="is not encrypted"):
        keyless(loopback_rekor1, tmp_path, identity_token="", interactive=True)
    assert asked == []


def test_what_is_on_this_machine_needs_no_proxy_and_no_password(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would see the token in the clear, and ~/.netrc would take its place."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password of-the-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    token = loopback_sigstore.mint()
    with LoopbackServer(lambda request: Reply.of({})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        keyless(loopback_sigstore, tmp_path, identity_token=token)
        assert proxy.requests == []
    sent = [request.headers.get("authorization") for request in loopback_sigstore.server.seen]
    assert sent == [f"Bearer {token}"]


# The end


HANG = """
import sys
from attest.errors import UndecidedError
from attest.signing import SignerOptions, open_signer
options = SignerOptions(trust_config=sys.argv[1], identity_token=sys.argv[2], timeout=1)
try:
    open_signer("sigstore:", options).bundle(sys.argv[3].encode())
except UndecidedError as error:
    print(error.message)
"""


@pytest.mark.parametrize("service", ["fulcio", "rekor", "tsa"])
@pytest.mark.parametrize("fault", ["hang", "drip", "huge"])
def test_a_process_ends_at_once_and_quietly(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, service: str, fault: str
) -> None:
    """What still waits for an answer keeps no process alive, and leaves no complaint behind."""
    loopback_rekor1.faults[service] = fault
    arguments = [str(loopback_rekor1.write_trust(tmp_path)), loopback_rekor1.mint(), PAYLOAD.decode()]
    # Libraries leave warnings of their own when they are imported; what is asked for here are resources.
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", HANG, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(re.escape(name_of(loopback_rekor1, service)), done.stdout)
