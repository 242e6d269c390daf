"""Keys in HashiCorp Vault, against a stand-in for its transit engine, which can misbehave."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from attest.errors import InputError, KeyFileError, UndecidedError
from attest.signing.holders.kms_vault import open_vault
from tests.interop.holders import signs
from tests.simulators import keys
from tests.simulators.vault import TOKEN, Vault

SHORT = 1.5
"""Seconds that a call may take where the service is silent."""


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Vault]:
    """A stand-in for Vault, which the environment names."""
    with Vault() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
        yield server


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("p256", "ECDSA P-256"),
        ("p384", "ECDSA P-384"),
        ("p521", "ECDSA P-521"),
        ("rsa", "RSA 2048"),
        ("ed25519", "Ed25519"),
    ],
)
def test_vault_signs(vault: Vault, kind: str, name: str) -> None:
    vault.make("release", kind)
    signs(open_vault("hv:release/1"), name)


def test_vault_gets_only_the_digest(vault: Vault) -> None:
    vault.make("release", "p256")
    open_vault("hv:release").sign(b"a long statement" * 1_000)
    (asked,) = (request.json() for request in vault.server.seen if request.method == "POST")
    assert len(base64.b64decode(asked["input"])) == 32
    assert asked["prehashed"] is True


def test_vault_takes_any_version_and_the_newest_by_number(vault: Vault) -> None:
    made = vault.make("release", *(["p256"] * 11))
    for uri, key in (("hv:release/2", made[1]), ("hv:release", made[10])):
        holder = open_vault(uri)
        assert holder.public.der == keys.spki(key.public_key())
        signs(holder, "ECDSA P-256")


def test_vault_has_no_such_key(vault: Vault) -> None:
    with pytest.raises(KeyFileError, match="Vault has no key 'nobody'"):
        open_vault("hv:nobody/1")


def test_vault_has_no_such_version(vault: Vault) -> None:
    vault.make("release", "p256", "p256")
    with pytest.raises(KeyFileError, match="has no version 3") as caught:
        open_vault("hv:release/3")
    assert caught.value.hint == "It has 1, 2."


def test_a_vault_key_for_encryption(vault: Vault) -> None:
    vault.keys["aes"] = [None]
    with pytest.raises(KeyFileError, match="is no key for signatures"):
        open_vault("hv:aes/1")


def test_vault_forbids(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.make("release", "p256")
    holder = open_vault("hv:release/1")
    monkeypatch.setenv("VAULT_TOKEN", "hvs.another")
    for act in (lambda: open_vault("hv:release/1"), lambda: holder.sign(b"data")):
        with pytest.raises(KeyFileError, match="Vault does not permit the use of the key 'release") as caught:
            act()
        assert "hvs.another" not in caught.value.message + caught.value.hint


FAULTS = {
    "sealed": "sealed or in maintenance",
    "down": "sealed or in maintenance",
    "refuse": "Vault cannot be reached",
    "garbage": "not that of a transit engine",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_vault_is_broken(vault: Vault, fault: str) -> None:
    vault.make("release", "p256")
    holder = open_vault("hv:release/1")
    vault.fault = fault
    for act in (lambda: open_vault("hv:release/1"), lambda: holder.sign(b"data")):
        with pytest.raises(UndecidedError, match=FAULTS[fault]):
            act()


@pytest.mark.parametrize("fault", ["other-version", "no-signature", "not-base64"])
def test_vault_answers_nonsense(vault: Vault, fault: str) -> None:
    vault.make("release", "p256")
    vault.fault = fault
    with pytest.raises(UndecidedError, match="not that of a transit engine"):
        open_vault("hv:release/1").sign(b"data")


@pytest.mark.parametrize("kind", ["p256", "ed25519"])
def test_vault_answers_with_a_signature_over_something_else(vault: Vault, kind: str) -> None:
    vault.make("release", kind)
    vault.fault = "other-signature"
    with pytest.raises(UndecidedError, match="does not verify with the key 'release/1'"):
        open_vault("hv:release/1").sign(b"data")


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_vault_is_silent(vault: Vault, fault: str) -> None:
    vault.make("release", "p256")
    holder = open_vault("hv:release/1", limit=SHORT)
    vault.fault = fault
    with pytest.raises(UndecidedError, match=r"Vault, .* did not answer within|Vault cannot be reached"):
        holder.sign(b"data")


@pytest.mark.parametrize("fault", ["redirect", "redirect-307"])
def test_the_token_follows_no_redirect(vault: Vault, fault: str) -> None:
    vault.make("release", "p256")
    holder = open_vault("hv:release/1")
    vault.fault = fault
    for act in (lambda: open_vault("hv:release/1"), lambda: holder.sign(b"data")):
        with pytest.raises(UndecidedError):
            act()
    assert vault.server.elsewhere.requests == []


def test_vault_is_not_there(vault: Vault) -> None:
    vault.make("release", "p256")
    holder = open_vault("hv:release/1")
    vault.server.stop()
    for act in (lambda: open_vault("hv:release/1"), lambda: holder.sign(b"data")):
        with pytest.raises(UndecidedError, match="Vault cannot be reached") as caught:
            act()
        assert TOKEN not in caught.value.message


def test_ed25519_in_vault_takes_no_endless_message(vault: Vault) -> None:
    vault.make("release", "ed25519")
    with pytest.raises(KeyFileError, match="too many for the Ed25519 key"):
        open_vault("hv:release/1").sign(bytes(16 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    "uri",
    ["hv:", "hv:a/", "hv:a/0", "hv:a/01", "hv:a/-1", "hv:a/1/2", "hv:../a", "hv:a b", "hv://a/1", "hv:a/1?x", "hv:é"],
)
def test_vault_uris(uri: str) -> None:
    with pytest.raises(InputError, match="no URI of a key there"):
        open_vault(uri)
