"""What we sign, judged by npm's `@sigstore/verify`: an implementation of another language and other people.

It takes the bundles of identities, and those of keys whose signature was logged. A key's bundle without any evidence of
time is refused there on principle, and so is one whose only evidence is a timestamp, as it wants a log entry.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attest.errors import DocumentError
from attest.signing.authentic import Refused
from attest.signing.authenticate import authenticate
from tests.conftest import ROOT
from tests.interop.conftest import KeyPair
from tests.interop.loopback_signing import CI_VARIABLES, PAYLOAD, identities, key_signer, keyless, read
from tests.simulators.missing import missing
from tests.simulators.sigstore.identity import PERSON
from tests.simulators.sigstore.instance import LoopbackSigstore

pytestmark = pytest.mark.peer
PACKAGES = Path(os.environ.get("ATTEST_NODE_PEERS", ROOT / ".venvs" / "node"))
Json = dict[str, Any]
Verify = Callable[..., Json]


@pytest.fixture(scope="module")
def verify() -> Iterator[Verify]:
    """The library in one process of node; a peer that is not there is a failure, unless scripts/test said so."""
    node = os.environ.get("ATTEST_NODE") or shutil.which("node")
    if node is None or not (PACKAGES / "node_modules").is_dir():
        missing("node", f"there is no node, or no package in {PACKAGES}; run `scripts/setup node`")
    command = [node, str(Path(__file__).with_name("verify.mjs")), str(PACKAGES)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.__stderr__, text=True)

    def call(bundle: Json, root: Json, **more: object) -> Json:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"bundle": bundle, "root": root, **more}) + "\n")
        process.stdin.flush()
        answer: Json = json.loads(process.stdout.readline())
        return answer

    with process:
        yield call
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture(autouse=True)
def no_ambient_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def flipped(text: str, at: int = -8) -> str:
    """Base64 of the same bytes with one bit changed."""
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1
    return base64.b64encode(data).decode("ascii")


def _entry(bundle: Json) -> Json:
    entry: Json = bundle["verificationMaterial"]["tlogEntries"][0]
    return entry


def _stamp(bundle: Json) -> Json:
    stamp: Json = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]
    return stamp


TAMPERING: dict[str, Callable[[Json], object]] = {
    "payload": lambda bundle: bundle["dsseEnvelope"].update(payload=flipped(bundle["dsseEnvelope"]["payload"])),
    "signature": lambda bundle: bundle["dsseEnvelope"]["signatures"][0].update(
        sig=flipped(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    ),
    "body": lambda bundle: _entry(bundle).update(canonicalizedBody=flipped(_entry(bundle)["canonicalizedBody"], 30)),
    "no checkpoint": lambda bundle: _entry(bundle)["inclusionProof"].pop("checkpoint"),
    "checkpoint": lambda bundle: _entry(bundle)["inclusionProof"]["checkpoint"].update(
        envelope=_entry(bundle)["inclusionProof"]["checkpoint"]["envelope"].replace("\n", "\n1", 1)
    ),
    "proof": lambda bundle: _entry(bundle)["inclusionProof"]["hashes"].append("A" * 43 + "="),
    "timestamp": lambda bundle: _stamp(bundle).update(signedTimestamp=flipped(_stamp(bundle)["signedTimestamp"])),
}


def test_an_identitys_statement(loopback_sigstore: LoopbackSigstore, tmp_path: Path, verify: Verify) -> None:
    loopback_sigstore.prefill(3)
    bundle = json.loads(keyless(loopback_sigstore, tmp_path).bundle(PAYLOAD))
    root, issuer = loopback_sigstore.trusted_root(), loopback_sigstore.issuer
    assert verify(bundle, root, identity=PERSON, issuer=issuer) == {"ok": True, "identity": PERSON}
    assert not verify(bundle, root, identity=PERSON[1:], issuer=issuer)["ok"]
    assert not verify(bundle, root, identity=PERSON, issuer=issuer + "/")["ok"]
    assert not verify(bundle, {**root, "tlogs": []}, identity=PERSON, issuer=issuer)["ok"]


@pytest.mark.parametrize("change", TAMPERING)
def test_a_tampered_statement(loopback_sigstore: LoopbackSigstore, tmp_path: Path, verify: Verify, change: str) -> None:
    bundle = json.loads(keyless(loopback_sigstore, tmp_path).bundle(PAYLOAD))
    root, issuer = loopback_sigstore.trusted_root(), loopback_sigstore.issuer
    assert verify(bundle, root, identity=PERSON, issuer=issuer)["ok"]
    TAMPERING[change](bundle)
    assert not verify(bundle, root, identity=PERSON, issuer=issuer)["ok"]
    with pytest.raises((DocumentError, Refused)):
        authenticate(read(json.dumps(bundle).encode()), identities(loopback_sigstore))


def test_an_identitys_message(loopback_sigstore: LoopbackSigstore, tmp_path: Path, verify: Verify) -> None:
    artifact = b"an artifact"
    signer = keyless(loopback_sigstore, tmp_path)
    bundle = json.loads(signer.message_bundle(hashlib.sha256(artifact).digest()))
    root, issuer = loopback_sigstore.trusted_root(), loopback_sigstore.issuer
    for data, yes in ((artifact, True), (b"another", False)):
        given = base64.b64encode(data).decode("ascii")
        assert verify(bundle, root, identity=PERSON, issuer=issuer, artifact=given)["ok"] == yes


def _known(pair: KeyPair, bundle: Json) -> dict[str, str]:
    lines = pair.public.read_text("ascii").splitlines()
    return {bundle["verificationMaterial"]["publicKey"]["hint"]: "".join(lines[1:-1])}


@pytest.mark.parametrize("evidence", ["log", "log and timestamp"])
def test_a_logged_signature_by_a_key(
    loopback_sigstore: LoopbackSigstore, tmp_path: Path, verify: Verify, key: KeyPair, evidence: str
) -> None:
    version = loopback_sigstore.rekor_version
    folder = loopback_sigstore.write_trust(tmp_path).parent
    options: Json = {
        "log": loopback_sigstore.url + ("" if version == 1 else "/api/v2"),
        "trusted_root": str(folder / "trusted_root.json"),
    }
    if "timestamp" in evidence:
        options["timestamps"] = (loopback_sigstore.tsa_url,)
    bundle = json.loads(key_signer(key.private, **options).bundle(PAYLOAD))
    root = loopback_sigstore.trusted_root()
    found = verify(bundle, root, keys=_known(key, bundle))
    # A log of version 2 says no time, and without any the library accepts nothing.
    assert found["ok"] == (version == 1 or "timestamp" in evidence), found
    assert not verify(bundle, root)["ok"]
    TAMPERING["payload"](bundle)
    assert not verify(bundle, root, keys=_known(key, bundle))["ok"]


def test_a_key_alone_is_no_evidence_there(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, verify: Verify, key: KeyPair
) -> None:
    bundle = json.loads(key_signer(key.private).bundle(PAYLOAD))
    found = verify(bundle, loopback_rekor1.trusted_root(), keys=_known(key, bundle))
    assert found == {"ok": False, "reason": "TIMESTAMP_ERROR: expected 1 timestamps, got 0"}
    folder = loopback_rekor1.write_trust(tmp_path).parent
    stamped = key_signer(
        key.private, timestamps=(loopback_rekor1.tsa_url,), trusted_root=str(folder / "trusted_root.json")
    )
    bundle = json.loads(stamped.bundle(PAYLOAD))
    found = verify(bundle, loopback_rekor1.trusted_root(), keys=_known(key, bundle))
    assert found == {"ok": False, "reason": "TLOG_ERROR: expected 1 tlog entries, got 0"}
