"""The upload of a release: after everything is written, with a secret that goes nowhere else, against a store that
misbehaves in every way there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from attest.errors import AttestError, InputError, UndecidedError
from attest.operations import upload
from attest.operations.release import Released, release
from attest.operations.upload import Destination, destination
from attest.settings import load_settings
from attest.signing import SignerOptions
from tests.conftest import EXAMPLE_KEY, ROOT, Run
from tests.simulators.loopback import LoopbackServer, Reply, Request

TOKEN = "t0p-s3cret"


class Store:
    """A store of files behind a bearer token; `fault` and `status` make it misbehave."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fault = ""
        self.status = 0
        self.server = LoopbackServer(self.answer, lambda path: self.fault or None)

    @property
    def url(self) -> str:
        """The address above the files."""
        return f"{self.server.url}/models/tiny"

    def answer(self, request: Request) -> Reply:
        """What an honest store does, unless a status was asked for."""
        if self.status:
            # The worst that a store can say: the request back again.
            return Reply(status=self.status, body=json.dumps(request.headers).encode())
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(status=401)
        self.files[request.path] = request.body
        return Reply(status=201)


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    with made.server:
        yield made
    assert not made.server.errors


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NETRC"):
        monkeypatch.delenv(name, raising=False)


def released(model: Path, store: Store, token: str = TOKEN, timeout: float = 10.0) -> Released:
    options = SignerOptions(timeout=timeout)
    return release(
        model, EXAMPLE_KEY, name="example/tiny", version="1", upload=store.url, upload_token=token, options=options
    )


def bare(model: Path) -> Path:
    """The model without evidence."""
    (model / "model.sig").unlink()
    (model / "claims.jsonl").unlink()
    return model


def test_both_files_arrive_as_they_are_and_the_signature_last(tiny: Path, store: Store) -> None:
    done = released(bare(tiny), store)
    assert done.uploaded == (f"{store.url}/claims.jsonl", f"{store.url}/model.sig")
    assert [method for method, _ in store.server.requests] == ["PUT", "PUT"]
    assert store.files == {f"/models/tiny/{n}": (tiny / n).read_bytes() for n in ("claims.jsonl", "model.sig")}
    assert list(store.files) == ["/models/tiny/claims.jsonl", "/models/tiny/model.sig"]


def test_again_uploads_again_and_signs_nothing(tiny: Path, store: Store) -> None:
    released(bare(tiny), store)
    before = dict(store.files)
    store.files.clear()
    again = released(tiny, store)
    assert (again.added, again.signed) == (False, False)
    assert store.files == before


def test_a_single_file_has_names_of_its_own(tiny: Path, store: Store) -> None:
    model = (tiny / "model.safetensors").rename(tiny.parent / "a model?.safetensors")
    released(model, store)
    assert list(store.files) == [
        "/models/tiny/a%20model%3F.safetensors.claims.jsonl",
        "/models/tiny/a%20model%3F.safetensors.sig",
    ]


FAULTS = {
    "hang": "did not answer within 0.5 seconds",
    "drip": "did not answer within 0.5 seconds",
    "refuse": "cannot be reached: ConnectionError",
    "huge": "answers without end",
    "redirect": "redirects elsewhere",
    "redirect-307": "redirects elsewhere",
    "down": "does not take the file: status 503",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_misbehaves_is_named_and_the_evidence_stays(tiny: Path, store: Store, fault: str) -> None:
    store.fault = fault
    with pytest.raises(UndecidedError, match=FAULTS[fault]) as caught:
        released(bare(tiny), store, timeout=0.5 if fault in {"hang", "drip"} else 20)
    assert f"the evidence store {store.url}" in caught.value.message
    assert "is written and stays beside the model" in caught.value.hint
    assert TOKEN not in caught.value.message + caught.value.hint
    assert (tiny / "model.sig").is_file()
    assert (tiny / "claims.jsonl").is_file()
    assert not store.server.elsewhere.requests
    store.fault = ""
    assert len(released(tiny, store).uploaded) == 2


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "refuses the token"), (403, "refuses the token"), (500, "does not take"), (404, "does not take")],
)
def test_a_refusal_is_no_success_and_what_it_says_is_not_repeated(
    tiny: Path, store: Store, status: int, said: str
) -> None:
    store.status = status
    with pytest.raises(UndecidedError, match=f"{said}.*: status {status}$") as caught:
        released(bare(tiny), store)
    assert TOKEN in store.server.seen[0].headers["authorization"]
    assert TOKEN not in caught.value.message + caught.value.hint
    assert (tiny / "model.sig").is_file()
    assert len(store.server.seen) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://store.example/models", "is not encrypted"),
        ("ftp://store.example/models", "is no web address"),
        ("models", "is no web address"),
        ("https://[::1", "is no web address"),
        ("https://user:hidden@store.example/", "holds credentials"),
        ("https://store.example/?key=hidden", "has a query"),
        ("https://store.example/?", "has a query"),
        ("https://store.example/#hidden", "has a query or a fragment"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_signed(tiny: Path, url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        release(bare(tiny), EXAMPLE_KEY, upload=url, upload_token=TOKEN)
    assert "hidden" not in caught.value.message + caught.value.hint
    assert not (tiny / "model.sig").exists()


@pytest.mark.parametrize("token", ["a b", "a\r\nX-Other: 1", "a\n", "ä", "\0"])
def test_a_token_that_is_none_is_refused_and_not_quoted(token: str) -> None:
    with pytest.raises(InputError, match="ATTEST_UPLOAD_TOKEN holds") as caught:
        destination("https://store.example/", f"hidden{token}")
    assert "hidden" not in caught.value.message + caught.value.hint


def test_without_a_token_none_is_sent(tiny: Path, store: Store) -> None:
    with pytest.raises(UndecidedError, match="status 401"):
        released(tiny, store, token="")
    assert "authorization" not in store.server.seen[0].headers


def test_credentials_of_the_machine_do_not_replace_the_token(
    tiny: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert len(released(tiny, store).uploaded) == 2


def test_a_token_in_the_clear_passes_no_proxy(tiny: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with LoopbackServer(lambda request: Reply(status=201)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert len(released(tiny, store).uploaded) == 2
        assert not proxy.requests


def test_evidence_past_its_limit_is_not_sent_cut_short(
    tiny: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MAX_CLAIMS_SIZE", 10)
    with pytest.raises(UndecidedError, match="is too large"):
        released(tiny, store)
    assert not store.server.requests


def test_the_secret_is_not_shown() -> None:
    assert TOKEN not in repr(Destination(url="https://x", token=TOKEN))
    found = load_settings({"ATTEST_UPLOAD_TOKEN": TOKEN})
    assert found.upload_token == TOKEN
    assert TOKEN not in repr(found)


def test_the_command_line(run: Run, tiny: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTEST_UPLOAD_TOKEN", TOKEN)
    argv = ("release", tiny, "--key", EXAMPLE_KEY, "--name", "example/tiny", "--model-version", "1")
    text = run(*argv, "--upload", store.url)
    assert (text.code, text.out.count("(uploaded)")) == (0, 2)
    machine = json.loads(run(*argv, "--upload", f"{store.url}/", "--format", "json").out)
    schema = json.loads((ROOT / "schemas" / "release-v1.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(machine)
    assert machine["uploaded"] == [f"{store.url}/claims.jsonl", f"{store.url}/model.sig"]
    assert (machine["added"], machine["signed"]) == (False, False)
    assert machine["signaturePath"] == str(tiny / "model.sig")
    store.status = 500
    failed = run(*argv, "--upload", store.url)
    assert (failed.code, failed.out) == (UndecidedError.exit_code, "")
    assert "status 500" in failed.err
    assert "stays beside the model" in failed.err
    assert TOKEN not in failed.err


def test_an_outage_is_never_a_yes() -> None:
    assert (AttestError.exit_code, UndecidedError.exit_code, InputError.exit_code) == (3, 3, 2)
