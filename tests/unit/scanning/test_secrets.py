"""Secrets left in files. Each one here is made up; pieces are joined so that no scanner takes this file for a leak."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.repository.secrets import MAX_TEXT, scan_secrets
from tests.unit.scanning.direct import direct, only, told

A36 = "a1B2c3D4e5F6" * 3
SECRETS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n",
    "an AWS access key": "AKIA" + "QWERTYUIOPASDFGH",
    "an AWS secret key": "aws_secret_access_key = '" + "wJalrXUtnFEMIK7MDENGbPxRfiCYq9ZtKEYLuvwx" + "'",
    "an Azure storage key": "AccountKey=" + "Ab3/" * 21 + "Ab==",
    "a GitHub token": "ghp_" + A36,
    "a GitLab token": "glpat-" + "aB3dE6gH9kL2nP5rS8uV",
    "a Slack token": "xoxb-" + "918273645011-8172635445362-aXcVbNmQwErT",
    "a Stripe key": "sk_" + "live_" + "a1B2c3D4e5F6g7H8i9J0k1L2",
    "a SendGrid key": "SG." + "a1B2c3D4e5F6g7H8i9J0k1." + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V",
    "a PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + "a1B2c3D4e5F6" * 7,
    "a Hugging Face token": "hf_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7",
    "an OpenAI key": "sk-" + "proj-" + "a1B2c3D4e5F6g7H8i9J0_k1L2m3N4o5P6q7R8s9T0u1V",
    "an Anthropic key": "sk-" + "ant-api03-" + "a1B2c3D4e5F6g7H8" * 6,
    "a Google API key": "AIza" + "SyA1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q",
    "an npm token": "npm_" + A36,
    "a JSON Web Token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjMifQ." + "c2lnbmF0dXJlLW9mLXRoaXM",
    "a password in an address": "https://bob:" + "hunter2hunter@host.internal/x",
}


@pytest.mark.parametrize("title", SECRETS)
def test_every_kind_is_found_with_its_line_and_never_shown(title: str) -> None:
    text = f"# first line\nvalue: {SECRETS[title]}\n"
    found = direct(scan_secrets, "config.yaml", text.encode())
    finding = only(found)
    assert finding.rule == "secret.found"
    assert finding.message == f"{title} in line 2"
    assert found.outcome == "PASS"
    shown = repr(finding)
    assert SECRETS[title].strip() not in shown
    assert SECRETS[title][-12:].strip() not in shown


def test_the_digest_is_that_of_the_secret() -> None:
    token = SECRETS["a GitHub token"]
    finding = only(direct(scan_secrets, ".env", f"T={token}".encode()))
    assert finding.value == f"sha256:{hashlib.sha256(token.encode()).hexdigest()[:8]}…"
    assert (finding.offset, finding.length) == (2, 40)
    assert only(direct(scan_secrets, "k", SECRETS["a private key"].encode())).value == ""


@pytest.mark.parametrize(
    "text",
    [
        "https://user:password@host/x",
        "https://user:<password>@host/x",
        "https://user:${PASSWORD}@host/x",
        "https://host:8080/a@b",
        "AKIAIOSFODNN7EXAMPLE",
        "MKASIAVLLQWERTYKKPASDFGHAAL",  # a protein
        "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hf_your_token_here",
        "xhf_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7",
        "ghp_" + A36 + "x",
        "eyJub3QiOiJhIHRva2VuIn0.bm90IGpzb24.x",
        "mask-detection-with-a-very-long-name-that-is-no-key",
        "sk-learn",
        "BEGIN PUBLIC KEY",
        "a draws 'ab' laws \"" + "z" * 39 + '"',
        "0123456789abcdef" * 4,
    ],
)
def test_what_only_looks_like_a_secret_is_left(text: str) -> None:
    assert told(direct(scan_secrets, "README.md", text.encode())) == []


def test_a_vocabulary_has_no_secrets() -> None:
    words = "\n".join(
        f"{prefix}{number}" for prefix in ("##ing", "AKIA", "eyJ", "hf_", "sk-") for number in range(9000)
    )
    assert told(direct(scan_secrets, "vocab.txt", words.encode())) == []


def test_all_are_found_wherever_they_stand() -> None:
    token = SECRETS["a Hugging Face token"]
    for shift in range(0, 3000, 37):
        finding = only(direct(scan_secrets, "a", b" " * (2000 + shift) + token.encode() + b" " * 3000))
        assert finding.offset == 2000 + shift


def test_many_are_found_up_to_a_limit() -> None:
    tokens = "\n".join(f"ghp_{number:036d}".replace("00000000", "aZbYcXdW") for number in range(200))
    assert len(direct(scan_secrets, "a", tokens.encode()).findings) == 50


def test_a_long_text_is_left_alone() -> None:
    assert told(direct(scan_secrets, "tokenizer.json", SECRETS["a GitHub token"].encode() + bytes(MAX_TEXT))) == []


def test_other_encodings_do_not_shift_places() -> None:
    finding = only(direct(scan_secrets, "a", "é\n".encode() + SECRETS["an npm token"].encode()))
    assert (finding.offset, finding.message) == (3, "an npm token in line 2")


def test_no_service_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    text = "\n".join(SECRETS.values()).encode()
    assert len(direct(scan_secrets, "a", text).findings) == len(SECRETS)


def test_the_library_is_imported_only_for_a_file_with_a_mark() -> None:
    code = (
        "import sys\n"
        "from tests.unit.scanning.direct import direct\n"
        "from attest.scanning.repository.secrets import scan_secrets\n"
        "direct(scan_secrets, 'README.md', b'# A model\\nsee https://example.org:443/a for laws and BEGIN\\n' * 100)\n"
        "assert 'detect_secrets' not in sys.modules\n"
        f"assert direct(scan_secrets, 'a', {SECRETS['a GitHub token'].encode()!r}).findings\n"
        "assert 'detect_secrets' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "unit",
    [b"eyJ", b"eyJ.", b"sk-", b"glagent-", b"aws'key'", b"://a:b@", b"://", b"ghp_", b"AKIA", b"BEGIN ", b"SG.", b"\n"],
)
@pytest.mark.timeout(60)
def test_time_is_bounded(unit: bytes) -> None:
    data = unit * (MAX_TEXT // len(unit) - 20) + b"'" + b"aB" * 20 + b"'"
    direct(scan_secrets, "a", data)


@given(st.binary(max_size=200), st.sampled_from(list(SECRETS.values())))
@settings(max_examples=100, deadline=None)
def test_nothing_raises_whatever_the_bytes(data: bytes, secret: str) -> None:
    found = direct(scan_secrets, "a", data + secret.encode() + data)
    assert {rule for rule, _ in told(found)} <= {"secret.found"}
