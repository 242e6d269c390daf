"""`verify` from end to end in memory of one process: wrong use is an error, everything else a verdict."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.domain.verdict import Verification
from attest.errors import ArtifactError, DocumentError, InputError, KeyFileError
from tests.conftest import ROOT
from tests.unit.conftest import claim, hashed, model_bundle, signer, write
from tests.unit.operations.conftest import MODEL
from tests.unit.policy.build import document


def failed(verification: Verification) -> dict[str, list[str]]:
    """The failed rules with the files that they name."""
    assert not verification.passed
    return {item.rule: [reason.file for reason in item.reasons] for item in verification.failed}


@pytest.fixture
def signed(model: Path, keys: Path) -> Path:
    attest.sign(model, keys / "1.pem")
    return model


def test_passed(signed: Path, keys: Path, tmp_path: Path) -> None:
    found = attest.verify(signed, keys=[keys / "1.pub"])
    assert (found.verdict, found.at_given, found.replayed) == ("PASSED", False, False)
    assert [item.signer.id for item in found.evidence.attestations] == [signer(1).id]
    assert found.evidence.manifest is not None
    assert found.evidence.manifest.files == hashed(write(tmp_path / "copy", MODEL)).files
    assert [item.name for item in found.evidence.manifest.evidence] == ["model.sig"]


@pytest.mark.parametrize("trusted", [["1.pub", "2.pub"], ["2.pub", "1.pub"], ["1.pub", "1.pub"]])
def test_one_of_several_keys_is_enough(signed: Path, keys: Path, trusted: list[str]) -> None:
    assert attest.verify(signed, keys=[keys / name for name in trusted]).passed


def test_another_key(signed: Path, keys: Path) -> None:
    found = attest.verify(signed, keys=[keys / "2.pub"])
    assert failed(found).keys() == {"signed", "all-files"}
    assert [item.code for item in found.evidence.rejected] == ["unknown-signer"]
    assert found.evidence.attestations == ()


def test_nothing_signed(model: Path, keys: Path) -> None:
    assert failed(attest.verify(model, keys=[keys / "1.pub"])).keys() == {"signed", "all-files"}


@pytest.mark.parametrize(
    ("change", "rule", "file"),
    [
        (lambda m: (m / "sub/w.bin").write_bytes(b"W\n"), "signed", "sub/w.bin"),
        (lambda m: (m / "sub/w.bin").unlink(), "signed", "sub/w.bin"),
        (lambda m: (m / "sub/w.bin").rename(m / "sub/v.bin"), "signed", "sub/w.bin"),
        (lambda m: (m / "extra").write_bytes(b""), "all-files", "extra"),
        (lambda m: write(m, {".git/evil.py": b"1"}), "all-files", ".git/evil.py"),
        (lambda m: write(m, {"sub/model.sig": b"1"}), "all-files", "sub/model.sig"),
        (lambda m: (m / "claims.jsonl").write_bytes(b"import os\n"), "all-files", "claims.jsonl"),
        (lambda m: (m / "model.sig").write_bytes(b"\x80\x04."), "signed", ""),
        (lambda m: os.mkfifo(m / "pipe"), "files", "pipe"),
        (lambda m: (m / "out").symlink_to("/etc/hostname"), "files", "out"),
        (lambda m: (m / "loop").symlink_to("loop"), "files", "loop"),
        (lambda m: (m / "line\nfeed").write_bytes(b""), "files", "line\\nfeed"),
        (lambda m: (m / "claims.jsonl").mkdir(), "", ""),
    ],
)
def test_every_change_ends_in_a_verdict_that_names_it(
    signed: Path, keys: Path, change: Any, rule: str, file: str
) -> None:
    change(signed)
    found = attest.verify(signed, keys=[keys / "1.pub"])
    if not rule:
        assert found.passed  # an empty folder is no file
    else:
        assert file in failed(found)[rule]


def test_links_inside_need_the_signers_permission(model: Path, keys: Path) -> None:
    attest.sign(model, keys / "1.pem")
    (model / "again").symlink_to("config.json")
    found = attest.verify(model, keys=[keys / "1.pub"])
    assert [item.code for item in found.evidence.rejected] == ["links"]
    attest.sign(model, keys / "1.pem", follow_links=True)
    assert attest.verify(model, keys=[keys / "1.pub"]).passed


def test_a_file_that_changes_meanwhile_is_a_gap(signed: Path, keys: Path) -> None:
    with (signed / "big").open("wb") as stream:
        stream.truncate(4 << 20)
    attest.sign(signed, keys / "1.pem")
    os.utime(signed / "big", (1, 1))
    todo = [b"!"]

    def progress(files: int, size: int) -> None:
        if not files and size and todo:
            with (signed / "big").open("ab") as stream:
                stream.write(todo.pop())

    found = attest.verify(signed, keys=[keys / "1.pub"], progress=progress)
    assert failed(found).keys() == {"files"}
    assert "'big' changed while it was read" in found.evidence.gaps[0].reason
    assert found.evidence.attestations == ()


def test_a_signature_kept_elsewhere(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.sign(model, keys / "1.pem", signature=tmp_path / "other.sig")
    assert not (model / "model.sig").exists()
    assert attest.verify(model, keys=[keys / "1.pub"], signature=tmp_path / "other.sig").passed
    assert not attest.verify(model, keys=[keys / "1.pub"]).passed


def test_names_that_may_be_unsigned(signed: Path, keys: Path) -> None:
    write(signed, {".gitattributes": b"1"})
    attest.sign(signed, keys / "1.pem")
    assert failed(attest.verify(signed, keys=[keys / "1.pub"])) == {"all-files": [".gitattributes"]}
    assert attest.verify(signed, keys=[keys / "1.pub"], allow_unsigned=[".gitattributes"]).passed


def test_a_single_file(model: Path, keys: Path) -> None:
    attest.sign(model / "config.json", keys / "1.pem")
    assert attest.verify(model / "config.json", keys=[keys / "1.pub"]).passed
    (model / "config.json").write_bytes(b"{}")
    assert failed(attest.verify(model / "config.json", keys=[keys / "1.pub"]))["signed"] == ["config.json"]


def test_a_policy_with_formats_and_licences(signed: Path, tmp_path: Path, keys: Path) -> None:
    policy = tmp_path / "p.yaml"
    rules = "  - id: s\n    signature: {signers: [release]}\n  - id: f\n    formats: {allow: [json, markdown]}\n"
    policy.write_text(document(rules + "  - id: l\n    licenses: {allow: [MIT]}\n"), encoding="utf-8")
    found = attest.verify(signed, policy=policy)
    assert failed(found) == {"f": ["sub/w.bin"]}
    assert found.evidence.licenses is not None
    assert [item.value.text for item in found.evidence.licenses] == ["MIT"]


@pytest.mark.parametrize("text", ["MIT OR ()", "MIT AND ()", "MIT()", "( OR )", "MIT OR", "((((", "MIT WITH"])
def test_a_licence_that_is_no_expression_ends_in_a_verdict(model: Path, tmp_path: Path, text: str) -> None:
    (model / "README.md").write_text(f'---\nlicense: "{text}"\n---\n', encoding="utf-8")
    policy = tmp_path / "p.yaml"
    policy.write_text(document("  - id: l\n    licenses: {allow: [MIT]}\n"), encoding="utf-8")
    assert failed(attest.verify(model, policy=policy)).keys() == {"l"}


LICENSES = "  - id: l\n    licenses: {allow: [MIT, Apache-2.0]}\n"


def judged(model: Path, tmp_path: Path, **texts: str) -> attest.Verification:
    for name, text in texts.items():
        (model / name).write_text(text, encoding="utf-8")
    policy = tmp_path / "licences.yaml"
    policy.write_text(document(LICENSES), encoding="utf-8")
    return attest.verify(model, policy=policy)


def test_a_licence_file_alone_is_a_licence_and_one_with_a_clause_more_is_none(model: Path, tmp_path: Path) -> None:
    (model / "README.md").unlink(missing_ok=True)
    text = (ROOT / "tests" / "data" / "MIT.txt").read_text("utf-8")
    assert judged(model, tmp_path, LICENSE=text).passed
    assert failed(judged(model, tmp_path, LICENSE=f"{text}\nYou must not use it on Sundays.\n")).keys() == {"l"}


def test_a_licence_file_that_contradicts_the_card_fails_although_both_are_allowed(model: Path, tmp_path: Path) -> None:
    text = (ROOT / "tests" / "data" / "MIT.txt").read_text("utf-8")
    card = {"README.md": "---\nlicense: apache-2.0\n---\n", "LICENSE": text}
    result = judged(model, tmp_path, **card)
    assert failed(result).keys() == {"l"}
    assert "different things about the licence" in str(result.failed)
    assert judged(model, tmp_path, **(card | {"README.md": "---\nlicense: mit\n---\n"})).passed


# Time


@pytest.mark.parametrize(
    ("at", "passed"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 1, tzinfo=UTC), False),
        (datetime(2027, 1, 1, 1, 59, 59, tzinfo=timezone(timedelta(hours=2))), True),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-1))), False),
    ],
)
def test_another_time(signed: Path, tmp_path: Path, at: datetime, passed: bool) -> None:
    (tmp_path / "p.yaml").write_text(document("  - id: s\n    signature: {signers: [release]}\n"), encoding="utf-8")
    found = attest.verify(signed, policy=tmp_path / "p.yaml", at=at)
    assert (found.passed, found.at_given) == (passed, True)
    assert found.at == at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_time_without_zone(signed: Path, keys: Path) -> None:
    with pytest.raises(InputError, match="has no time zone"):
        attest.verify(signed, keys=[keys / "1.pub"], at=datetime(2026, 1, 1))


# Wrong use


@pytest.mark.parametrize("options", [{}, {"policy": "p", "keys": ["k"]}, {"policy": "p", "allow_unsigned": ["a"]}])
def test_options_that_do_not_go_together(signed: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        attest.verify(signed, **options)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "..", "/a", "a\nb", "a\\b"])
def test_unsigned_names_that_no_file_has(signed: Path, keys: Path, name: str) -> None:
    with pytest.raises(InputError, match="--allow-unsigned"):
        attest.verify(signed, keys=[keys / "1.pub"], allow_unsigned=[name])


def test_what_is_missing(signed: Path, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="there is nothing at"):
        attest.verify(tmp_path / "none", keys=[keys / "1.pub"])
    with pytest.raises(KeyFileError, match="there is no key at"):
        attest.verify(signed, keys=[keys / "none.pub"])
    with pytest.raises(InputError, match="there is no policy at"):
        attest.verify(signed, policy=tmp_path / "none.yaml")
    with pytest.raises(InputError, match="there is no signature at"):
        attest.verify(signed, keys=[keys / "1.pub"], signature=tmp_path / "none.sig")
    with pytest.raises(InputError, match="there is no policy at"):
        attest.verify(signed, policy=tmp_path)


def test_a_private_key_is_no_public_one(signed: Path, keys: Path) -> None:
    with pytest.raises(KeyFileError, match="is a private key"):
        attest.verify(signed, keys=[keys / "1.pem"])


def test_an_empty_artifact(tmp_path: Path, keys: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "model.sig").write_bytes(model_bundle())
    with pytest.raises(ArtifactError, match="holds no file"):
        attest.verify(tmp_path / "empty", keys=[keys / "1.pub"])


def test_evidence_of_another_artifact_shows_no_claim(model: Path, keys: Path) -> None:
    (model / "claims.jsonl").write_bytes(claim(1) + b"\n" + claim(1, by=9) + b"\n")
    found = attest.verify(model, keys=[keys / "1.pub"]).evidence
    assert [(item.code, item.signer is not None, bool(item.predicate_type)) for item in found.rejected] == [
        ("other-artifact", True, True),
        ("unknown-signer", False, False),
    ]
    assert found.attestations == ()


def test_nothing_is_read_from_the_model_or_the_working_directory(signed: Path, keys: Path) -> None:
    policy = document("  - id: s\n    licenses: {allow: [MIT]}\n")
    write(signed, {"policy.yaml": policy.encode(), "attest.yaml": policy.encode(), ".attest/policy.yaml": b"x"})
    assert failed(attest.verify(signed, keys=[keys / "1.pub"])).keys() == {"all-files"}


def test_a_broken_policy_reports_every_problem(signed: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("name: X\nrules: []\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        attest.verify(signed, policy=tmp_path / "p.yaml")
    assert len(caught.value.problems) == 5


def test_expectations_are_said_once(model: Path, keys: Path) -> None:
    attest.sign(model, keys / "1.pem")
    other = attest.Expected(keys=(str(keys / "1.pub"),))
    assert attest.verify(model, expected=other).passed
    for more in ({"keys": [keys / "2.pub"]}, {"allow_unsigned": ["x"]}):
        with pytest.raises(InputError, match="given besides"):
            attest.verify(model, expected=other, **more)
