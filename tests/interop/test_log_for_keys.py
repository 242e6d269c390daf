"""Signatures by keys and certificates in a transparency log: recorded, checked at once, and verified later offline."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.domain.bundle import Bundle
from attest.errors import InputError, UndecidedError
from attest.operations.key import show
from attest.signing import Signer, SignerOptions, Trust, verify_bundle
from tests.interop.loopback_signing import PAYLOAD, contents, key_signer, read, root_of
from tests.simulators import keys, pki
from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.server import service_of
from tests.unit.conftest import SMALL, accepted, manifest, refused, write

KINDS = {1: keys.KINDS, 2: tuple(kind for kind in keys.KINDS if kind != "ed25519")}
LIES = ["wrong-root", "wrong-path", "wrong-checkpoint", "unsigned-checkpoint", "forged-checkpoint", "other-entry"]


def log_url(instance: LoopbackSigstore) -> str:
    return instance.url if instance.rekor_version == 1 else f"{instance.url}/api/v2"


def recording(instance: LoopbackSigstore, folder: Path, kind: str = "p256", **more: Any) -> Signer:
    """A signer whose key lies in `<kind>.pem`, made at first use, and which records in the instance's log."""
    path = folder / f"{kind}.pem"
    if not path.exists():
        pki.write_key(path, keys.generate(kind))
    root = instance.write_trust(folder / "trust").with_name("trusted_root.json")
    return key_signer(path, **{"log": log_url(instance), "trusted_root": str(root), **more})


def trust(instance: LoopbackSigstore, folder: Path, kind: str = "p256") -> Trust:
    found = Trust.of_keys([(show(str(folder / f"{kind}.pem")).pem, "the key")])
    return Trust(keys=found.keys, logs=root_of(instance).logs)


@pytest.mark.parametrize("kind", keys.KINDS)
def test_a_key(loopback_sigstore: LoopbackSigstore, tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    version = loopback_sigstore.rekor_version
    assert version is not None
    if kind not in KINDS[version]:
        with pytest.raises(InputError, match="a Rekor v2 log takes no Ed25519 keys"):
            recording(loopback_sigstore, tmp_path, kind)
        assert loopback_sigstore.requests == []
        return
    loopback_sigstore.prefill(3)
    by = recording(loopback_sigstore, tmp_path, kind)
    bundle = read(by.bundle(PAYLOAD))
    request.getfixturevalue("no_network")
    assert by.made(bundle)
    assert by.complete(bundle)
    assert not by.complete(read(key_signer(tmp_path / f"{kind}.pem").bundle(PAYLOAD)))
    found = accepted(verify_bundle(bundle, manifest(), trust(loopback_sigstore, tmp_path, kind)))
    assert (found.logs[0].log, found.logs[0].index >= 3) == (loopback_sigstore.log.name, True)
    # Only Rekor v1 promises a time.
    assert len(found.times) == (1 if version == 1 else 0)
    unknown = accepted(verify_bundle(bundle, manifest(), Trust(keys=trust(loopback_sigstore, tmp_path, kind).keys)))
    assert (unknown.logs, unknown.times, unknown.unchecked) == ((), (), ("1 log entries",))


def test_an_entry_of_another_log_does_not_count(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    bundle = read(recording(loopback_sigstore, tmp_path).bundle(PAYLOAD))
    other = LoopbackSigstore(tmp_path / "other")
    other.stop()
    found = Trust(keys=trust(loopback_sigstore, tmp_path).keys, logs=root_of(other).logs)
    refused(verify_bundle(bundle, manifest(), found), "bad-log-entry", "not trusted")


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa"])
def test_a_certificate(loopback_sigstore: LoopbackSigstore, tmp_path: Path, kind: str) -> None:
    authority = pki.Authority.create("signers").intermediate()
    key = keys.generate(kind)
    pki.write_key(tmp_path / f"{kind}.pem", key)
    chain = pki.write_pem(tmp_path / "chain.pem", authority.leaf(key), *authority.intermediates)
    by = recording(loopback_sigstore, tmp_path, kind, certificates=(str(chain),))
    bundle = read(by.bundle(PAYLOAD))
    found = Trust(certificate_roots=(authority.root,), logs=root_of(loopback_sigstore).logs, at=pki.now())
    assert len(accepted(verify_bundle(bundle, manifest(), found)).logs) == 1
    # The log holds the certificate, not the key alone.
    body = json.loads(base64.b64decode(str(bundle.log_entries[0]["canonicalizedBody"])))
    text = json.dumps(body)
    assert ("x509Certificate" in text) == (loopback_sigstore.rekor_version == 2)


def test_a_timestamp_and_an_entry(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    """The timestamp first: an entry cannot be taken back."""
    by = recording(loopback_sigstore, tmp_path, timestamps=(loopback_sigstore.tsa_url,))
    bundle = read(by.bundle(PAYLOAD))
    assert [service_of(path) for _, path in loopback_sigstore.requests] == ["tsa", "rekor"]
    assert by.complete(bundle)
    assert not by.complete(read(recording(loopback_sigstore, tmp_path).bundle(PAYLOAD)))
    count = len(loopback_sigstore.log.tree)
    loopback_sigstore.faults["tsa"] = "wrong-imprint"
    with pytest.raises(UndecidedError, match="the timestamp service"):
        by.bundle(PAYLOAD)
    assert len(loopback_sigstore.log.tree) == count


# Answers that do not count


@pytest.mark.parametrize("fault", LIES)
def test_a_log_that_lies(loopback_sigstore: LoopbackSigstore, tmp_path: Path, fault: str) -> None:
    loopback_sigstore.prefill(3)
    model = write(tmp_path / "small", SMALL)
    by = recording(loopback_sigstore, tmp_path)
    before = contents(model)
    loopback_sigstore.faults["rekor"] = fault
    for make in (attest.sign, attest.release):
        with pytest.raises(UndecidedError) as caught:
            make(model, by)
        expected = f"the transparency log {log_url(loopback_sigstore)} answered something that does not verify: "
        assert caught.value.message.startswith(expected)
        assert contents(model) == before


@pytest.mark.parametrize("fault", ["no-set", "forged-set"])
def test_a_log_without_its_promise(loopback_rekor1: LoopbackSigstore, tmp_path: Path, fault: str) -> None:
    by = recording(loopback_rekor1, tmp_path)
    loopback_rekor1.faults["rekor"] = fault
    with pytest.raises(UndecidedError, match="answered something that does not verify"):
        by.bundle(PAYLOAD)


@pytest.mark.parametrize("fault", sorted(TRANSPORT_FAULTS))
def test_a_log_that_fails(loopback_sigstore: LoopbackSigstore, tmp_path: Path, fault: str) -> None:
    elsewhere = loopback_sigstore.server.elsewhere.seen
    elsewhere.clear()
    by = recording(loopback_sigstore, tmp_path, timeout=1 if fault in {"hang", "drip"} else 10)
    loopback_sigstore.faults["rekor"] = fault
    with pytest.raises(UndecidedError) as caught:
        by.bundle(PAYLOAD)
    assert caught.value.message.startswith(f"the transparency log {log_url(loopback_sigstore)} ")
    assert elsewhere == []


def test_a_log_that_says_why(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    by = recording(loopback_rekor1, tmp_path, log=f"{loopback_rekor1.url}/nothing-here")
    with pytest.raises(UndecidedError, match=r"refused: status 404: .*not found"):
        by.bundle(PAYLOAD)


def test_a_log_needs_somebody_to_trust(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--log needs --trusted-root"):
        recording(loopback_rekor1, tmp_path, trusted_root="")
    for url in ("rekor.example", "ftp://rekor.example", "https://user:secret@rekor.example"):
        with pytest.raises(InputError) as caught:
            recording(loopback_rekor1, tmp_path, log=url)
        assert "secret" not in caught.value.message


# Answers in pieces, and twisted


def edited_answer(instance: LoopbackSigstore, edit: Callable[[dict[str, Any]], Any]) -> LoopbackServer:
    """A Rekor v1 log whose honest answers are changed on their way."""

    def answer(request: Request) -> Reply:
        found = instance.rekor1.add(request.json())
        (entry,) = found.values()
        changed = edit(entry)
        return Reply.of(found if changed is None else changed, 201)

    return LoopbackServer(answer)


def proof(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = entry["verification"]["inclusionProof"]
    return found


@pytest.mark.parametrize(
    "edit",
    [
        lambda entry: [],
        lambda entry: {},
        lambda entry: {"a": entry, "b": entry},
        lambda entry: {"a": []},
        lambda entry: entry.pop("body") and None,
        lambda entry: entry.update(body="A"),
        lambda entry: entry.update(body="!!!"),
        lambda entry: entry.update(body=base64.b64encode(b"[]").decode()),
        lambda entry: entry.update(body=base64.b64encode(b"\xff").decode()),
        lambda entry: entry.update(body=7),
        lambda entry: entry.update(logID="zz"),
        lambda entry: entry.update(logID=None),
        lambda entry: entry.update(logID="00" * 32),
        lambda entry: entry.update(logIndex=None),
        lambda entry: entry.update(logIndex=entry["logIndex"] + 1),
        lambda entry: entry.update(logIndex=-1),
        lambda entry: entry.update(integratedTime=entry["integratedTime"] + 1),
        lambda entry: entry.update(integratedTime=True),
        lambda entry: entry.update(integratedTime=10**18),
        lambda entry: entry.update(verification=None),
        lambda entry: entry["verification"].pop("inclusionProof") and None,
        lambda entry: entry["verification"].pop("signedEntryTimestamp") and None,
        lambda entry: proof(entry).update(hashes=None),
        lambda entry: proof(entry).update(hashes=[7]),
        lambda entry: proof(entry).update(hashes=["zz"]),
        lambda entry: proof(entry).update(hashes=["00" * 32] * 65),
        lambda entry: proof(entry).update(rootHash=""),
        lambda entry: proof(entry).update(treeSize=0),
        lambda entry: proof(entry).update(treeSize="1e3"),
        lambda entry: proof(entry).update(logIndex=10**30),
        lambda entry: proof(entry).update(checkpoint=None),
        lambda entry: proof(entry).update(checkpoint="x"),
    ],
)
def test_a_malformed_answer(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path, edit: Callable[[dict[str, Any]], Any]
) -> None:
    with edited_answer(loopback_rekor1, edit) as server:
        by = recording(loopback_rekor1, tmp_path, log=server.url)
        with pytest.raises(UndecidedError) as caught:
            by.bundle(PAYLOAD)
    assert caught.value.message.startswith(f"the transparency log {server.url} answered something that does not verify")


def test_an_untouched_answer_counts(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    with edited_answer(loopback_rekor1, lambda entry: None) as server:
        bundle = read(recording(loopback_rekor1, tmp_path, log=server.url + "/").bundle(PAYLOAD))
    accepted(verify_bundle(bundle, manifest(), trust(loopback_rekor1, tmp_path)))


# The same entry again


def forgetful(instance: LoopbackSigstore, location: Callable[[str], str | None]) -> LoopbackServer:
    """A Rekor v1 log that takes an entry, but says only that it has it, and where (HTTP 409)."""
    kept: dict[str, dict[str, Any]] = {}

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            found = kept.get(request.path.rpartition("/")[2])
            return Reply.of(found) if found else Reply.of({}, 404)
        entry = instance.rekor1.add(request.json())
        (uuid,) = entry
        kept[uuid] = entry
        where = location(uuid)
        headers = {} if where is None else {"Location": where}
        return Reply(status=409, body=b'{"code": 409, "message": "exists"}', headers=headers)

    return LoopbackServer(answer)


def test_an_entry_that_exists_is_fetched(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    with forgetful(loopback_rekor1, lambda uuid: f"/api/v1/log/entries/{uuid}") as server:
        bundle = read(recording(loopback_rekor1, tmp_path, log=server.url).bundle(PAYLOAD))
    accepted(verify_bundle(bundle, manifest(), trust(loopback_rekor1, tmp_path)))


def test_it_is_fetched_from_the_same_log_whatever_the_answer_says(
    loopback_rekor1: LoopbackSigstore, tmp_path: Path
) -> None:
    with LoopbackServer(lambda request: Reply.of({})) as stranger:
        location = f"{stranger.url}/api/v1/log/entries/"
        with forgetful(loopback_rekor1, lambda uuid: location + uuid) as server:
            read(recording(loopback_rekor1, tmp_path, log=server.url).bundle(PAYLOAD))
        assert stranger.requests == []


@pytest.mark.parametrize("location", [None, "", "/", "/api/v1/log", "/elsewhere", "//stranger.example/x"])
def test_a_log_that_does_not_say_where(loopback_rekor1: LoopbackSigstore, tmp_path: Path, location: str | None) -> None:
    with (
        forgetful(loopback_rekor1, lambda uuid: location) as server,
        pytest.raises(UndecidedError, match="has the entry already and does not say where"),
    ):
        recording(loopback_rekor1, tmp_path, log=server.url).bundle(PAYLOAD)


def test_the_fetched_entry_must_be_this_one(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    first = read(recording(loopback_rekor1, tmp_path, "p384").bundle(PAYLOAD))
    assert first.log_entries
    honest = loopback_rekor1.rekor1.entry(0)

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            return Reply.of(honest)
        return Reply(status=409, headers={"Location": "/api/v1/log/entries/x"})

    with LoopbackServer(answer) as server:
        by = recording(loopback_rekor1, tmp_path, log=server.url)
        with pytest.raises(UndecidedError, match="answered something that does not verify"):
            by.bundle(PAYLOAD)


def test_signing_again_records_nothing_again(loopback_sigstore: LoopbackSigstore, tmp_path: Path) -> None:
    model = write(tmp_path / "small", SMALL)
    recording(loopback_sigstore, tmp_path)
    options = SignerOptions(log=log_url(loopback_sigstore), trusted_root=str(tmp_path / "trust" / "trusted_root.json"))
    attest.release(model, tmp_path / "p256.pem", options=options)
    before, count = contents(model), len(loopback_sigstore.log.tree)
    again = attest.release(model, tmp_path / "p256.pem", options=options)
    assert (again.added, again.signed, contents(model)) == (False, False, before)
    assert len(loopback_sigstore.log.tree) == count


def test_what_was_recorded_is_found_in_the_bundle(loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    bundle: Bundle = read(recording(loopback_rekor1, tmp_path).bundle(PAYLOAD))
    (entry,) = bundle.log_entries
    assert entry["kindVersion"] == {"kind": "dsse", "version": "0.0.1"}
    assert bundle.material == "publicKey"
