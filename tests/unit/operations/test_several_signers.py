"""Several signers of one model, and one signer again: each says what it has to say once, and nobody is overwritten.

What lies there is verified by the signing layer directly.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.domain.attestation import Attestation
from attest.domain.bundle import Bundle, parse_bundle
from attest.domain.canonical import canonical
from attest.domain.recipe import Recipe
from attest.errors import DocumentError, InputError, KeyFileError, OutputError
from attest.hashing import locate
from attest.operations.key import generate
from attest.signing import Signer, SignerOptions, Trust, sign_statement, verify_bundle
from attest.signing.material.trusted_root import parse_trusted_root
from attest.stores import Beside
from tests.conftest import ROOT
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.conftest import signer, trust, write
from tests.unit.operations.conftest import MODEL

# One claim a release is enough here; what the scan adds is tested elsewhere.
release = partial(attest.release, scanned=False)

EVIDENCE = ("model.sig", "claims.jsonl")


def evidence(model: Path) -> dict[str, bytes]:
    return {name: (model / name).read_bytes() for name in EVIDENCE if (model / name).exists()}


def verified(model: Path, trusted: Trust) -> dict[str, Attestation]:
    """What holds beside the model, by the place it lies at."""
    found = attest.digest(model)
    outcomes = [verify_bundle(bundle, found.manifest, trusted) for bundle in beside(model)]
    return {item.source: item for item in outcomes if isinstance(item, Attestation)}


def beside(model: Path) -> Any:
    return Beside(artifact=locate(str(model))).read().bundles


def signers(model: Path, *scalars: int) -> dict[str, str]:
    return {source: item.signer.id for source, item in verified(model, trust(*scalars)).items()}


# The same signer again


def test_releasing_again_adds_nothing(model: Path, keys: Path) -> None:
    first = release(model, keys / "1.pem")
    before = evidence(model)
    again = release(model, keys / "1.pem")
    assert (first.added, first.signed, again.added, again.signed) == (True, True, False, False)
    assert evidence(model) == before
    assert (again.signer, again.signature_path) == (first.signer, first.signature_path)


def test_the_second_signer_again_adds_nothing(model: Path, keys: Path) -> None:
    """Its signature lies among the claims."""
    release(model, keys / "1.pem")
    second = release(model, keys / "2.pem")
    before = evidence(model)
    again = release(model, keys / "2.pem")
    assert (again.added, again.signed, again.signature_path) == (False, False, second.signature_path)
    assert second.signature_path == str(model / "claims.jsonl")
    for number in (1, 2):
        signed = attest.sign(model, keys / f"{number}.pem")
        assert (signed.added, signed.path) == (False, str(model / EVIDENCE[number - 1]))
    assert evidence(model) == before


@pytest.mark.parametrize("kind", ["Ed25519", "RSA-3072"])
def test_other_kinds_of_keys_again(model: Path, tmp_path: Path, kind: str) -> None:
    made = generate(str(tmp_path / "k.pem"), kind=kind)
    release(model, made.private)
    before = evidence(model)
    release(model, made.private)
    assert evidence(model) == before


def keyless(instance: LoopbackSigstore, tmp_path: Path, **options: Any) -> SignerOptions:
    config = str(instance.write_trust(tmp_path / "trust"))
    return SignerOptions(**{"trust_config": config, "identity_token": instance.mint(), **options})


def identities(instance: LoopbackSigstore) -> Trust:
    return Trust(identity_roots=(parse_trusted_root(json.dumps(instance.trusted_root()).encode()),))


def test_an_identity_again_logs_nothing(loopback_sigstore: LoopbackSigstore, model: Path, tmp_path: Path) -> None:
    """With a token and a certificate of its own, it is still the same signer; the log is for ever and public."""
    first = release(model, "sigstore:", options=keyless(loopback_sigstore, tmp_path))
    before, count = evidence(model), len(loopback_sigstore.log.tree)
    again = release(model, "sigstore:", options=keyless(loopback_sigstore, tmp_path))
    assert (again.added, again.signed, evidence(model)) == (False, False, before)
    assert len(loopback_sigstore.log.tree) == count
    assert again.signer == first.signer == f"email:dev@example.com via {loopback_sigstore.issuer}"
    assert set(verified(model, identities(loopback_sigstore))) == {"model.sig", "claims.jsonl:1"}


def test_an_identity_beside_a_key(loopback_rekor1: LoopbackSigstore, model: Path, keys: Path, tmp_path: Path) -> None:
    release(model, keys / "1.pem")
    before = evidence(model)
    release(model, "sigstore:", options=keyless(loopback_rekor1, tmp_path))
    assert evidence(model)["model.sig"] == before["model.sig"]
    assert evidence(model)["claims.jsonl"].startswith(before["claims.jsonl"])
    assert set(verified(model, identities(loopback_rekor1))) == {"claims.jsonl:2", "claims.jsonl:3"}
    assert set(signers(model, 1)) == {"model.sig", "claims.jsonl:1"}


def test_another_workflow_is_another_signer(loopback_rekor1: LoopbackSigstore, model: Path, tmp_path: Path) -> None:
    """Both tokens have one subject, and a policy that names a workflow tells them apart."""
    for name in ("release", "nightly"):
        token = loopback_rekor1.mint_github(workflow=f".github/workflows/{name}.yml")
        release(model, "sigstore:", options=keyless(loopback_rekor1, tmp_path, identity_token=token))
    found = verified(model, identities(loopback_rekor1))
    workflows = [item.signer.names[0][1].partition("@")[0].rpartition("/")[2] for item in found.values()]
    assert workflows == ["release.yml", "release.yml", "nightly.yml", "nightly.yml"]


# Another signer


def test_a_second_signer_stands_beside_the_first(model: Path, keys: Path) -> None:
    release(model, keys / "1.pem")
    before = evidence(model)
    second = release(model, keys / "2.pem")
    assert (second.added, second.signed) == (True, True)
    assert evidence(model)["model.sig"] == before["model.sig"]
    assert evidence(model)["claims.jsonl"].startswith(before["claims.jsonl"])
    one, two = signer(1).id, signer(2).id
    assert signers(model, 1, 2) == {
        "model.sig": one,
        "claims.jsonl:1": one,
        "claims.jsonl:2": two,
        "claims.jsonl:3": two,
    }
    # And the first one may come again.
    third = release(model, keys / "1.pem")
    assert (third.added, third.signed) == (False, False)


def test_sign_says_that_it_stands_beside(model: Path, keys: Path) -> None:
    assert not attest.sign(model, keys / "1.pem").beside
    second = attest.sign(model, keys / "2.pem")
    assert (second.beside, second.added, second.path) == (True, True, str(model / "claims.jsonl"))
    assert signers(model, 2) == {"claims.jsonl:1": signer(2).id}


def test_a_stale_signature_of_somebody_else_gives_way(model: Path, keys: Path) -> None:
    release(model, keys / "1.pem")
    (model / "config.json").write_bytes(b"{}\n")
    assert attest.sign(model, keys / "2.pem").path == str(model / "model.sig")
    assert signers(model, 1, 2) == {"model.sig": signer(2).id}
    # The claims stay: they may hold again, and are somebody's.
    assert len(evidence(model)["claims.jsonl"].splitlines()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda model: (model / "sub" / "w.bin").unlink(),
        lambda model: (model / "sub" / "w.bin").rename(model / "sub" / "v.bin"),
    ],
)
def test_a_signature_of_missing_files_is_stale(model: Path, keys: Path, change: Callable[[Path], object]) -> None:
    attest.sign(model, keys / "1.pem")
    change(model)
    assert not attest.sign(model, keys / "2.pem").beside


def test_a_signature_of_fewer_files_still_holds(model: Path, keys: Path) -> None:
    """Somebody else's is kept as long as each file that it lists is as it was."""
    attest.sign(model, keys / "1.pem")
    write(model, {"more.bin": b"more"})
    before = evidence(model)["model.sig"]
    assert attest.sign(model, keys / "2.pem").beside
    assert evidence(model)["model.sig"] == before
    # One's own is brought up to date.
    assert attest.sign(model, keys / "1.pem").path == str(model / "model.sig")
    assert evidence(model)["model.sig"] != before


@pytest.mark.parametrize("by", [1, 2])
def test_a_signature_by_another_tool_is_kept(model: Path, keys: Path, by: int) -> None:
    """The same list spelt in another order of members; of somebody else it stays, of the same key it is replaced."""
    attest.sign(model, keys / "1.pem", signature=model.parent / "ours.sig")
    (ours,) = read_one(model.parent / "ours.sig")
    document = json.loads(ours)
    spelt = json.dumps({name: document[name] for name in ("predicateType", "subject", "predicate", "_type")}, indent=1)
    theirs = sign_statement(spelt.encode(), signer(by)) + b"\n"
    (model / "model.sig").write_bytes(theirs)
    found = attest.sign(model, keys / "1.pem")
    if by == 2:
        assert (found.beside, evidence(model)["model.sig"]) == (True, theirs)
        assert signers(model, 1, 2) == {"model.sig": signer(2).id, "claims.jsonl:1": signer(1).id}
    else:
        assert (found.beside, found.added) == (False, True)
        assert signers(model, 1) == {"model.sig": signer(1).id}


def read_one(path: Path) -> tuple[bytes]:
    return (parse_bundle(path.read_bytes(), "x").payload,)


def test_somebody_elses_evidence_of_another_form_is_kept(model: Path, keys: Path) -> None:
    """What cannot be compared is not known to be stale."""
    odd = sign_statement(
        canonical({"_type": "https://in-toto.io/Statement/v1", "predicateType": "x:y", "predicate": {}, "subject": []}),
        signer(2),
    )
    for theirs in (odd, shards(model, keys)):
        (model / "model.sig").write_bytes(theirs)
        assert attest.sign(model, keys / "1.pem").beside
        assert evidence(model)["model.sig"] == theirs
        (model / "claims.jsonl").unlink()


def shards(model: Path, keys: Path) -> bytes:
    target = model.parent / "shards.sig"
    attest.sign(model, keys / "2.pem", signature=target, recipe=Recipe(hash_name="sha256", shard_size=4096))
    return target.read_bytes()


def test_a_forged_signature_in_ones_own_name_is_not_ones_own(model: Path, keys: Path) -> None:
    """Its hint names the key, and its signature is not the key's: nothing to rely on, and nothing to repeat for."""
    attest.sign(model, keys / "1.pem")
    document = json.loads(evidence(model)["model.sig"])
    other = json.loads(signer(2).bundle(read_one(model / "model.sig")[0]))
    document["dsseEnvelope"] = other["dsseEnvelope"]
    (model / "model.sig").write_bytes(json.dumps(document).encode())
    assert attest.sign(model, keys / "1.pem").added
    assert signer(1).id in signers(model, 1).values()


def test_many_releases_by_both_in_turn(model: Path, keys: Path) -> None:
    for _ in range(3):
        for number in (1, 2):
            release(model, keys / f"{number}.pem")
    assert len(evidence(model)["claims.jsonl"].splitlines()) == 3


def test_two_signers_at_the_same_time(model: Path, keys: Path) -> None:
    """Neither loses what the other wrote to the claims."""
    code = "import sys, attest; attest.release(sys.argv[1], sys.argv[2], scanned=False)"
    release(model, keys / "1.pem", name="before")
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(model), str(keys / f"{number}.pem")], cwd=ROOT)
        for number in (1, 2)
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    found = signers(model, 1, 2)
    assert sorted(found.values()).count(signer(1).id) == 3
    assert sorted(found.values()).count(signer(2).id) == 2


@dataclass(frozen=True, slots=True)
class Slow:
    """A signer that takes so long that somebody else signs meanwhile, after the model was hashed."""

    by: Signer
    meanwhile: Callable[[], object]

    @property
    def id(self) -> str:
        return self.by.id

    def bundle(self, payload: bytes) -> bytes:
        self.meanwhile()
        return self.by.bundle(payload)

    def made(self, bundle: Bundle) -> bool:
        return self.by.made(bundle)

    def complete(self, bundle: Bundle) -> bool:
        return self.by.complete(bundle)


def test_who_signs_meanwhile_is_not_overwritten(model: Path, keys: Path) -> None:
    slow = Slow(signer(1), lambda: attest.sign(model, keys / "2.pem"))
    found = attest.sign(model, slow)
    assert (found.beside, found.path) == (True, str(model / "claims.jsonl"))
    assert signers(model, 1, 2) == {"model.sig": signer(2).id, "claims.jsonl:1": signer(1).id}


def test_what_was_signed_meanwhile_about_other_files_is_stale(model: Path, keys: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"x": b"1"})
    attest.sign(other, keys / "2.pem")
    slow = Slow(signer(1), lambda: shutil.copy(other / "model.sig", model))
    assert attest.sign(model, slow).path == str(model / "model.sig")
    assert signers(model, 1, 2) == {"model.sig": signer(1).id}


# Cut short


@pytest.mark.parametrize("evidence_before", [False, True])
def test_a_release_cut_short_is_finished_by_the_next(
    model: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, evidence_before: bool
) -> None:
    """The claim is there, the signature is not: nothing claims to be a signed release, and again gives the same."""
    if evidence_before:
        release(model, keys / "1.pem")
        (model / "config.json").write_bytes(b"{}\n")
    before = evidence(model)

    def crash(self: Beside, bundle: bytes, keep: object = None) -> bool:
        raise OutputError("no space left on the device")

    with monkeypatch.context() as patch:
        patch.setattr(Beside, "write_signature", crash)
        with pytest.raises(OutputError):
            release(model, keys / "1.pem")
    assert evidence(model).get("model.sig") == before.get("model.sig")
    assert "model.sig" not in signers(model, 1)
    found = release(model, keys / "1.pem")
    assert (found.added, found.signed) == (False, True)
    assert list(signers(model, 1)) == ["model.sig", f"claims.jsonl:{2 if evidence_before else 1}"]
    assert not [name for name in os.listdir(model) if name not in {"README.md", "config.json", "sub", *EVIDENCE}]


def test_an_identitys_release_cut_short_logs_no_claim_twice(
    loopback_rekor1: LoopbackSigstore, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(loopback_rekor1.log.tree)

    def crash(self: Beside, bundle: bytes, keep: object = None) -> bool:
        raise OutputError("no space left on the device")

    with monkeypatch.context() as patch:
        patch.setattr(Beside, "write_signature", crash)
        with pytest.raises(OutputError):
            release(model, "sigstore:", options=keyless(loopback_rekor1, tmp_path))
    assert len(loopback_rekor1.log.tree) == count + 2
    release(model, "sigstore:", options=keyless(loopback_rekor1, tmp_path))
    assert len(loopback_rekor1.log.tree) == count + 3


def test_a_key_that_cannot_be_opened_changes_nothing(model: Path, keys: Path) -> None:
    release(model, keys / "1.pem")
    before = evidence(model)
    for wrong in (keys / "1.pub", keys / "none.pem", "nonsense:x"):
        with pytest.raises(InputError):
            release(model, wrong)
    assert evidence(model) == before


# Paths left out


def test_paths_left_out_are_recorded(model: Path, keys: Path) -> None:
    write(model, {"logs/train.log": b"1", "logs/deep/x": b"2", "note.txt": b"3", "logs2/y": b"4"})
    found = attest.sign(model, keys / "1.pem", ignore_paths=["note.txt", "logs"])
    assert found.uncovered == ("logs/deep/x", "logs/train.log", "note.txt")
    (item,) = verified(model, trust(1)).values()
    assert {"logs", "note.txt"} < set(item.ignore_paths)
    assert set(item.unsigned) == set(found.uncovered)
    assert item.signed_files == len(MODEL) + 1
    # They may change without harm to the signature, which said so; what it lists may not.
    (model / "logs" / "train.log").write_bytes(b"changed")
    assert len(verified(model, trust(1))) == 1
    (model / "logs2" / "y").write_bytes(b"changed")
    assert verified(model, trust(1)) == {}


def test_other_exclusions_are_another_signature(model: Path, keys: Path) -> None:
    write(model, {"a.log": b"1", "b.log": b"2"})
    attest.sign(model, keys / "1.pem", ignore_paths=["a.log"])
    same = attest.sign(model, keys / "1.pem", ignore_paths=["a.log", "a.log"])
    assert not same.added
    found = attest.sign(model, keys / "1.pem", ignore_paths=["b.log"])
    assert (found.added, found.uncovered) == (True, ("b.log",))
    (item,) = verified(model, trust(1)).values()
    assert item.unsigned == ("b.log",)


@pytest.mark.parametrize(
    "path",
    ["*.log", "logs/*", "logs/**", "a?", "[ab]", "/etc/passwd", "/", "..", "../x", "a/../b", "a/..", ".", "./a", "",
     "a//b", "a/", "a\\b", "a\nb", "\x00", "a\rb"],
)  # fmt: skip
def test_paths_that_are_not_exact_and_inside(model: Path, keys: Path, path: str) -> None:
    with pytest.raises(InputError, match="--ignore-path"):
        attest.sign(model, keys / "1.pem", ignore_paths=[path])
    assert evidence(model) == {}


def test_everything_left_out_is_nothing_to_sign(model: Path, keys: Path) -> None:
    with pytest.raises(DocumentError, match="there is no file to sign"):
        attest.sign(model, keys / "1.pem", ignore_paths=["README.md", "config.json", "sub"])
    assert evidence(model) == {}


def test_a_path_that_is_not_there_leaves_nothing_out(model: Path, keys: Path) -> None:
    """It is recorded, as other tools do: a file of that name may come later."""
    assert attest.sign(model, keys / "1.pem", ignore_paths=["later.log"]).uncovered == ()
    write(model, {"later.log": b"1"})
    (item,) = verified(model, trust(1)).values()
    assert item.unsigned == ("later.log",)


# Order of checks


def test_cheap_checks_come_before_the_signer(tmp_path: Path, model: Path) -> None:
    """A certificate costs a request, and a token asks for a PIN."""

    class Never:
        def __fspath__(self) -> str:
            raise AssertionError("the signer was opened")

    with pytest.raises(InputError, match="--ignore-path"):
        attest.sign(model, Never(), ignore_paths=["*"])


def test_a_signer_that_is_open_already(model: Path) -> None:
    by: Signer = signer(1)
    assert release(model, by).signer == by.id
    with pytest.raises(KeyFileError):
        release(model, model / "config.json")
