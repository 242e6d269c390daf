"""Whoever signed and whoever verifies: what was changed afterwards fails on both sides, and we name the file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from attest.operations.key import generate
from tests.conftest import Run
from tests.interop.conftest import KeyPair, Peer

pytestmark = pytest.mark.peer

Change = Callable[[Path], object]
Edit = Callable[[dict[str, Any]], object]


def swap(model: Path) -> None:
    first, second = model / "config.json", model / "sub" / "w.bin"
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


def folder_for_file(model: Path) -> None:
    (model / "sub-x").unlink()
    (model / "sub-x").mkdir()
    (model / "sub-x" / "f").write_bytes(b"")


# What was done, and the name that our report must hold.
CHANGES: Mapping[str, tuple[Change, str]] = {
    "flipped byte": (lambda model: (model / "sub" / "w.bin").write_bytes(b"v\n"), "sub/w.bin"),
    "longer": (lambda model: (model / "config.json").write_bytes(b'{"a":1}\n\n'), "config.json"),
    "emptied": (lambda model: (model / "sub-x").write_bytes(b""), "sub-x"),
    "filled": (lambda model: (model / "empty").write_bytes(b"\0"), "empty"),
    "added": (lambda model: (model / "extra.py").write_bytes(b"import os\n"), "extra.py"),
    "added empty": (lambda model: (model / "sub" / "__init__.py").write_bytes(b""), "sub/__init__.py"),
    "removed": (lambda model: (model / "é.txt").unlink(), "é.txt"),
    "removed empty": (lambda model: (model / "empty").unlink(), "empty"),
    # The next two keep every digest and their order, so the root says nothing.
    "renamed": (lambda model: (model / "sub-x").rename(model / "sub-y"), "sub-y"),
    "other normalisation": (lambda model: (model / "é.txt").rename(model / "e\u0301.txt"), "e\u0301.txt"),
    "swapped": (swap, "config.json"),
    "moved": (lambda model: (model / "sub" / "w.bin").rename(model / "w.bin"), "w.bin"),
    "a folder for a file": (folder_for_file, "sub-x/f"),
}


@pytest.mark.parametrize("signer", ["ours", "theirs"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_model_fails_on_both_sides(
    run: Run, peer: Peer, key: KeyPair, small: Path, signer: str, name: str
) -> None:
    if signer == "ours":
        assert run("sign", small, "--key", key.private).code == 0
    else:
        peer.sign(small, key)
    assert (run("verify", small, "--key", key.public).code, peer.verify(small, key).code) == (0, 0)
    change, named = CHANGES[name]
    change(small)
    ours, theirs = run("verify", small, "--key", key.public), peer.verify(small, key)
    assert (ours.code, theirs.code) == (1, 1), ours.out + theirs.output
    assert shown(named) in ours.out


def shown(name: str) -> str:
    """A name as our reports print it."""
    return name if name.isprintable() else name.encode("unicode_escape").decode("ascii")


def flip(text: str) -> str:
    """The base64 text of the same bytes but for one bit of the last."""
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return base64.b64encode(data).decode("ascii")


def envelope(bundle: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = bundle["dsseEnvelope"]
    return inner


def less_files(bundle: dict[str, Any]) -> None:
    """Take one file off the signed list and mend the root, as somebody without the key would."""
    inner = envelope(bundle)
    statement = json.loads(base64.b64decode(inner["payload"]))
    resources = statement["predicate"]["resources"]
    resources.pop()
    root = hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources)).hexdigest()
    statement["subject"][0]["digest"]["sha256"] = root
    inner["payload"] = base64.b64encode(json.dumps(statement).encode()).decode("ascii")


EDITS: Mapping[str, Edit] = {
    "a bit of the signature": lambda bundle: envelope(bundle)["signatures"][0].update(
        sig=flip(envelope(bundle)["signatures"][0]["sig"])
    ),
    "a bit of the payload": lambda bundle: envelope(bundle).update(payload=flip(envelope(bundle)["payload"])),
    "another payload type": lambda bundle: envelope(bundle).update(payloadType="application/json"),
    "no signature": lambda bundle: envelope(bundle).update(signatures=[]),
    "a shorter list": less_files,
    "an unknown member": lambda bundle: bundle.update(extra=1),
    "another media type": lambda bundle: bundle.update(mediaType="application/json"),
}


@pytest.mark.parametrize("signer", ["ours", "theirs"])
@pytest.mark.parametrize("name", EDITS)
def test_a_changed_bundle_fails_on_both_sides(
    run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path, signer: str, name: str
) -> None:
    path = tmp_path / "bundle.sig"
    if signer == "ours":
        assert run("sign", small, "--key", key.private, "--signature", path).code == 0
    else:
        peer.sign(small, key, signature=path)
    bundle = json.loads(path.read_bytes())
    EDITS[name](bundle)
    path.write_text(json.dumps(bundle), encoding="utf-8")
    ours = run("verify", small, "--key", key.public, "--signature", path)
    theirs = peer.verify(small, key, signature=path)
    assert (ours.code, theirs.code) == (1, 1), ours.out + ours.err + theirs.output


@pytest.mark.parametrize("hint", ["kept", "forged"])
def test_a_signature_of_another_key_fails_on_both_sides(
    run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path, hint: str
) -> None:
    """The hint is only a hint: neither side takes another key's signature because it claims ours."""
    files = generate(str(tmp_path / "other.pem"))
    other = KeyPair(private=Path(files.private), public=Path(files.public))
    peer.sign(small, other)
    if hint == "forged":
        shown_key = json.loads(run("key", "show", key.public, "--format", "json").out)
        bundle = json.loads((small / "model.sig").read_bytes())
        bundle["verificationMaterial"]["publicKey"]["hint"] = shown_key["hint"]
        (small / "model.sig").write_text(json.dumps(bundle), encoding="utf-8")
    assert peer.verify(small, key).code == 1
    result = run("verify", small, "--key", key.public)
    assert result.code == 1
    reason = "the signature does not verify" if hint == "forged" else "not signed by any of the trusted keys"
    assert reason in result.out


def test_a_signature_of_another_model_fails_on_both_sides(
    run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "weights.bin").write_bytes(b"other")
    bundle = peer.sign(other, key, signature=tmp_path / "other.sig")
    assert peer.verify(small, key, signature=bundle).code == 1
    result = run("verify", small, "--key", key.public, "--signature", bundle)
    assert result.code == 1
    assert "another artifact" in result.out
