"""One model over time and under several names: releases again, single files, spellings of a path, names allowed."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

import attest
from attest.domain.verdict import Verification
from attest.errors import InputError
from attest.operations.replay import read_evidence, write_evidence
from attest.reports import verification_json
from tests.unit.conftest import manifest, signer, write
from tests.unit.operations.conftest import MODEL
from tests.unit.policy.build import document

# One claim a release is enough here; what the scan adds is tested elsewhere.
release = partial(attest.release, scanned=False)

BOM = "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"


def policy(folder: Path, rules: str) -> Path:
    return Path(shutil.move(write(folder, {"p.yaml": document(rules).encode()}) / "p.yaml", folder / "policy.yaml"))


def messages(verification: Verification, rule: str) -> list[str]:
    (found,) = [item for item in verification.results if item.rule == rule]
    return [reason.message for reason in found.reasons]


# Releases again


def test_a_change_between_two_releases(model: Path, keys: Path, tmp_path: Path) -> None:
    rules = policy(tmp_path, SIGNED + BOM)
    first = release(model, keys / "1.pem")
    (model / "config.json").write_bytes(b"{}\n")
    stale = attest.verify(model, policy=rules)
    assert messages(stale, "bom") == [
        "claims.jsonl:1 is about an earlier state of this artifact; since then changed: config.json"
    ]
    assert stale.evidence.attestations == ()
    second = release(model, keys / "1.pem")
    assert second.added
    assert second.digest != first.digest
    found = attest.verify(model, policy=rules)
    assert found.passed
    assert [(item.source, item.code) for item in found.evidence.rejected] == [("claims.jsonl:1", "other-artifact")]
    assert {item.source for item in found.evidence.attestations} == {"model.sig", "claims.jsonl:2"}


def test_back_to_an_earlier_state_its_claims_hold_again(model: Path, keys: Path, tmp_path: Path) -> None:
    rules = policy(tmp_path, BOM)
    release(model, keys / "1.pem")
    (model / "config.json").write_bytes(b"{}\n")
    release(model, keys / "1.pem")
    (model / "config.json").write_bytes(MODEL["config.json"])
    found = attest.verify(model, policy=rules)
    assert [item.source for item in found.evidence.attestations] == ["claims.jsonl:1"]
    assert found.passed  # the rules ask for no signature over the files
    assert not attest.verify(model, keys=[keys / "1.pub"]).passed
    assert release(model, keys / "1.pem").added is False
    assert attest.verify(model, keys=[keys / "1.pub"]).passed


def test_a_release_by_another_key_keeps_all_that_was_there(model: Path, keys: Path) -> None:
    release(model, keys / "1.pem")
    release(model, keys / "2.pem")
    found = attest.verify(model, keys=[keys / "1.pub", keys / "2.pub"]).evidence
    assert {(item.source, item.signer.id) for item in found.attestations} == {
        ("model.sig", signer(1).id),
        ("claims.jsonl:1", signer(1).id),
        ("claims.jsonl:2", signer(2).id),
        ("claims.jsonl:3", signer(2).id),
    }


def test_two_keys_attest_and_one_key_twice_is_one(model: Path, keys: Path, tmp_path: Path) -> None:
    text = document(BOM.replace("[release]", "[release], threshold: 2"), release=(1, 2))
    rules = write(tmp_path, {"p.yaml": text.encode()}) / "p.yaml"
    release(model, keys / "1.pem", name="a/b")
    release(model, keys / "1.pem", name="c/d")
    found = attest.verify(model, policy=rules)
    assert messages(found, "bom") == ["1 of 2 required signers attested it"]
    release(model, keys / "2.pem")
    assert attest.verify(model, policy=rules).passed


# A single file


@pytest.fixture
def file(model: Path, keys: Path, tmp_path: Path) -> Path:
    """A copy of `config.json` of a released directory, without evidence of its own."""
    release(model, keys / "1.pem")
    return Path(shutil.copy(model / "config.json", write(tmp_path / "alone", {}) / "config.json"))


def test_the_signature_of_a_directory_does_not_stand_for_one_of_its_files(model: Path, file: Path, keys: Path) -> None:
    shutil.copy(model / "model.sig", f"{file}.sig")
    found = attest.verify(file, keys=[keys / "1.pub"])
    assert (found.verdict, [item.code for item in found.evidence.rejected]) == ("FAILED", ["changed-files"])


def test_what_is_said_of_a_directory_is_not_said_of_each_file(model: Path, file: Path, keys: Path) -> None:
    """Or the bill of materials of one model would count for every empty file and every shared licence text."""
    shutil.copy(model / "claims.jsonl", f"{file}.claims.jsonl")
    found = attest.verify(file, keys=[keys / "1.pub"]).evidence
    assert (found.attestations, [item.code for item in found.rejected]) == ((), ["other-artifact"])


def test_a_file_whose_bytes_are_the_listing_of_the_directory(model: Path, keys: Path, tmp_path: Path) -> None:
    """Its SHA-256 is the directory's digest, and nothing that is said about the one holds for the other."""
    release(model, keys / "1.pem")
    lines = "".join(f"{item.sha256.hex()}  {item.name}\n" for item in manifest(MODEL).files)
    path = write(tmp_path / "alone", {"listing": lines.encode()}) / "listing"
    assert attest.digest(path).manifest.digest == attest.digest(model).manifest.digest
    shutil.copy(model / "claims.jsonl", f"{path}.claims.jsonl")
    found = attest.verify(path, keys=[keys / "1.pub"]).evidence
    assert (found.attestations, [item.code for item in found.rejected]) == ((), ["other-artifact"])
    for name in ("model.sig", "claims.jsonl"):
        (model / name).unlink()
    Path(f"{path}.claims.jsonl").unlink()
    release(path, keys / "1.pem")
    shutil.copy(f"{path}.claims.jsonl", model / "claims.jsonl")
    found = attest.verify(model, keys=[keys / "1.pub"]).evidence
    assert (found.attestations, [item.code for item in found.rejected]) == ((), ["other-artifact"])


def test_a_file_under_another_name(file: Path, keys: Path, tmp_path: Path) -> None:
    release(file, keys / "1.pem")
    for ending in ("", ".sig", ".claims.jsonl"):
        Path(f"{file}{ending}").rename(f"{file.parent}/renamed.json{ending}")
    found = attest.verify(file.parent / "renamed.json", policy=policy(tmp_path, SIGNED + BOM))
    # The list names config.json; the claim is about the bytes.
    assert [item.rule for item in found.failed] == ["signed"]


def test_a_data_set_named_like_claims_gets_the_reason_of_its_signature(keys: Path, tmp_path: Path) -> None:
    """`train.jsonl.sig` is no line of claims: what is wrong with it is the signature rule's reason."""
    path = write(tmp_path / "data", {"train.jsonl": b"{}\n", "train.jsonl.sig": b"{}"}) / "train.jsonl"
    found = attest.verify(path, policy=policy(tmp_path, SIGNED + BOM))
    (signed,) = messages(found, "signed")
    assert signed.startswith("train.jsonl.sig does not count: ")
    (bom,) = messages(found, "bom")
    assert bom == "no cyclonedx attestation was found"


# Licences that could not be read whole


def test_a_licence_beside_a_document_that_could_not_be_read(model: Path, tmp_path: Path) -> None:
    """A gap is no evidence: what was read says MIT, and what could not be read may say more."""
    card = "---\nlicense: mit\nlicense_name: {a: b}\n---\n"
    (model / "README.md").write_text(card, encoding="utf-8")
    rules = policy(tmp_path, "  - id: l\n    licenses: {allow: [MIT]}\n")
    found = attest.verify(model, policy=rules)
    assert [gap.about for gap in found.evidence.gaps] == ["README.md#/license_name"]
    assert found.verdict == "FAILED"


# Spellings


def test_paths_are_texts_or_path_objects(model: Path, keys: Path, tmp_path: Path) -> None:
    for kind in (str, Path):
        release(kind(model), kind(keys / "1.pem"), bom=kind(tmp_path / "bom.json"))
        attest.attest(kind(model), kind(keys / "1.pem"), type_name="cyclonedx", predicate=kind(tmp_path / "bom.json"))
        attest.sign(kind(model), kind(keys / "1.pem"), signature=kind(tmp_path / "x.sig"))
        rules = policy(tmp_path, SIGNED + BOM)
        found = attest.verify(kind(model), policy=kind(rules), signature=kind(tmp_path / "x.sig"))
        assert found.passed
        write_evidence(found, kind(tmp_path / "evidence.json"))
        assert attest.replay(kind(tmp_path / "evidence.json"), kind(rules)).passed
        assert attest.digest(kind(model)).manifest.digest == manifest(MODEL).digest
        assert attest.bom_model(kind(model))
        assert attest.verify(kind(model), keys=[kind(keys / "1.pub")]).passed


@pytest.mark.parametrize("way", [".", "..", "link", "slashes"])
def test_another_spelling_of_the_path(
    model: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    release(model, keys / "1.pem")
    (tmp_path / "link").symlink_to(model)
    path = {"link": f"{tmp_path}/link", "slashes": f"{model}//"}.get(way, way)
    with monkeypatch.context() as patch:
        patch.chdir(model if way == "." else model / "sub")
        found = attest.verify(path, keys=[keys / "1.pub"])
    assert found.passed
    assert (found.evidence.reference, found.evidence.name) == (path, "link" if way == "link" else "small")
    assert found.evidence.manifest == attest.verify(model, keys=[keys / "1.pub"]).evidence.manifest


def test_a_key_beside_the_policy_is_found_from_any_folder(
    model: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(model, keys / "1.pem")
    text = (
        document(SIGNED).split("      - pem")[0] + f"      - file: 1.pub\n        id: {signer(1).id}\nrules:\n{SIGNED}"
    )
    write(keys, {"p.yaml": text.encode()})
    with monkeypatch.context() as patch:
        patch.chdir(keys)
        assert attest.verify(model, policy="p.yaml").passed
        patch.chdir(model)
        assert attest.verify(model, policy="../keys/p.yaml").passed


@pytest.mark.parametrize(
    "name",
    [
        "a b", "a  b", " a", "a ", "a\tb", "é", "e\u0301", 'a"b', "a'b", "a#b", "a: b", "-", "~", "null", "12", "{a}",
        "*", "[", "&a", "!a", "%a", "a\u2028b", "a\u2029b", "a\u00a0b", "\ufeffa",
    ],
)  # fmt: skip
def test_a_name_that_may_be_unsigned_is_that_name_and_no_other(model: Path, keys: Path, name: str) -> None:
    attest.sign(model, keys / "1.pem")
    (model / name).write_bytes(b"more")
    assert not attest.verify(model, keys=[keys / "1.pub"]).passed
    assert attest.verify(model, keys=[keys / "1.pub"], allow_unsigned=[name]).passed
    (model / name).rename(model / "another")
    assert not attest.verify(model, keys=[keys / "1.pub"], allow_unsigned=[name]).passed


def test_a_name_with_a_line_break_of_old_yaml_allows_no_other_name(model: Path, keys: Path) -> None:
    """U+0085 goes through the text of a policy; it must come back, or be refused, and never become a space."""
    attest.sign(model, keys / "1.pem")
    (model / "a b").write_bytes(b"more")
    try:
        found = attest.verify(model, keys=[keys / "1.pub"], allow_unsigned=["a\u0085b"])
    except InputError:
        return
    assert not found.passed


# Times at the edges


def test_a_time_that_utc_cannot_hold_is_wrong_use(model: Path, keys: Path) -> None:
    early = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))
    late = datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))
    for at in (early, late):
        with pytest.raises(InputError):
            attest.verify(model, keys=[keys / "1.pub"], at=at)


@pytest.mark.parametrize("year", [1, 999, 1000, 9999])
def test_evidence_of_any_year_can_be_replayed(model: Path, keys: Path, tmp_path: Path, year: int) -> None:
    release(model, keys / "1.pem")
    rules = policy(tmp_path, SIGNED)
    at = datetime(year, 2, 3, 4, 5, 6, tzinfo=UTC)
    found = attest.verify(model, policy=rules, at=at)
    assert found.at == at.isoformat().replace("+00:00", "Z")
    write_evidence(found, tmp_path / "evidence.json")
    assert read_evidence(str(tmp_path / "evidence.json"))[1] == at
    again = attest.replay(tmp_path / "evidence.json", rules, at=at)
    assert verification_json(again).replace('"replayed": true', '"replayed": false') == verification_json(found)
