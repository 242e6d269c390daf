"""Stored evidence: it gives the verdict again, and is refused when it contradicts itself."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.errors import AttestError, DocumentError, InputError, KeyFileError
from attest.operations.policy import init_policy, load_policy
from attest.operations.public_keys import read_public_key
from attest.operations.replay import write_evidence
from attest.policy import KeyDefinition
from attest.reports import verification_json
from tests.unit.conftest import pem, signer, write
from tests.unit.policy.build import document

SIGNED = "  - id: s\n    signature: {signers: [release]}\n"
NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    rules = SIGNED + "  - id: b\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
    path.write_text(document(rules), encoding="utf-8")
    return path


@pytest.fixture
def stored(model: Path, keys: Path, policy: Path, tmp_path: Path) -> Path:
    attest.release(model, keys / "1.pem")
    write_evidence(attest.verify(model, policy=policy, at=NOW), tmp_path / "e.json")
    return tmp_path / "e.json"


def test_replay_gives_the_same_report(stored: Path, model: Path, policy: Path) -> None:
    original = json.loads(verification_json(attest.verify(model, policy=policy, at=NOW)))
    again = json.loads(verification_json(attest.replay(stored, policy)))
    assert (again.pop("replayed"), original.pop("replayed")) == (True, False)
    assert (again.pop("atGiven"), original.pop("atGiven")) == (False, True)
    assert again == original
    assert again["verdict"] == "PASSED"


def test_replay_at_another_time_and_under_another_policy(stored: Path, policy: Path, tmp_path: Path) -> None:
    later = attest.replay(stored, policy, at=datetime(2030, 1, 1, tzinfo=UTC))
    assert (later.verdict, later.at_given, later.replayed) == ("FAILED", True, True)
    (tmp_path / "q.yaml").write_text(document(SIGNED, release=(2,)), encoding="utf-8")
    assert attest.replay(stored, tmp_path / "q.yaml").verdict == "FAILED"
    with pytest.raises(InputError, match="has no time zone"):
        attest.replay(stored, policy, at=datetime(2030, 1, 1))


def test_evidence_is_deterministic(stored: Path, model: Path, policy: Path, tmp_path: Path) -> None:
    write_evidence(attest.verify(model, policy=policy, at=NOW), tmp_path / "f.json")
    assert stored.read_bytes() == (tmp_path / "f.json").read_bytes()


def test_evidence_of_what_could_not_be_hashed(model: Path, policy: Path, tmp_path: Path) -> None:
    (model / "out").symlink_to("/etc/hostname")
    write_evidence(attest.verify(model, policy=policy, at=NOW), tmp_path / "e.json")
    assert [item.rule for item in attest.replay(tmp_path / "e.json", policy).failed] == ["files"]


def edit(path: Path, *steps: Any, value: Any = ...) -> None:
    record = json.loads(path.read_bytes())
    place = record
    for step in steps[:-1]:
        place = place[step]
    if value is ...:
        del place[steps[-1]]
    else:
        place[steps[-1]] = value
    path.write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize(
    ("steps", "value", "message"),
    [
        (["format"], "attest/evidence/v2", "is not of format attest/evidence/v1"),
        (["format"], ..., "is not of format"),
        (["more"], 1, "has an unknown member 'more'"),
        (["at"], "yesterday", "is no time"),
        (["at"], "2026-09-01T00:00:00", "is no time"),
        (["at"], 5, "at is not a string"),
        (["evidence"], None, "evidence is not an object"),
        (["evidence", "gaps"], ..., "evidence.gaps is missing"),
        (["evidence", "manifest", "digest"], "0" * 64, "the artifact's digest is not that of its files"),
        (["evidence", "manifest", "files", 0, 1], "00" * 32, "the artifact's digest is not that of its files"),
        (["evidence", "manifest", "files", 0, 0], "other", "the artifact's digest is not that of its files"),
        (["evidence", "manifest", "files", 0, 0], "../x", "names that cannot be written down"),
        (["evidence", "manifest", "files"], [], "holds no file"),
        (["evidence", "attestations", 1, "statement"], "{}", "does not have its digest"),
        (["evidence", "attestations", 1, "statementDigest"], "0" * 64, "does not have its digest"),
    ],
)
def test_evidence_that_was_changed(stored: Path, policy: Path, steps: list[Any], value: Any, message: str) -> None:
    edit(stored, *steps, value=value)
    with pytest.raises(InputError, match=message):
        attest.replay(stored, policy)


@pytest.mark.parametrize("change", [list.reverse, lambda files: files.append(files[-1])])
def test_a_list_of_files_that_no_artifact_has(stored: Path, policy: Path, change: Any) -> None:
    """Files are sorted and distinct; a list that is not was never written by us, even with a digest that fits."""
    record = json.loads(stored.read_bytes())
    files = record["evidence"]["manifest"]["files"]
    change(files)
    lines = "".join(f"{item[1]}  {item[0]}\n" for item in sorted(files))
    record["evidence"]["manifest"]["digest"] = hashlib.sha256(lines.encode()).hexdigest()
    stored.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError):
        attest.replay(stored, policy)


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"format":"x","format":"y"}', b"[" * 100])
def test_what_is_no_evidence(tmp_path: Path, policy: Path, data: bytes) -> None:
    (tmp_path / "e.json").write_bytes(data)
    with pytest.raises(DocumentError):
        attest.replay(tmp_path / "e.json", policy)


def test_no_evidence(tmp_path: Path, policy: Path) -> None:
    with pytest.raises(InputError, match="there is no evidence at"):
        attest.replay(tmp_path / "none", policy)


# Policies as files


def pinned(tmp_path: Path, name: str, scalar: int = 2) -> Path:
    path = tmp_path / "pinned.yaml"
    text = document(SIGNED).replace("rules:", f"      - file: {name}\n        id: {signer(scalar).id}\nrules:")
    path.write_text(text, encoding="utf-8")
    return path


def test_key_files_lie_beside_the_policy(tmp_path: Path) -> None:
    write(tmp_path, {"k.pub": pem(2).encode(), "sub/k.pub": pem(2).replace("\n", "\r\n").encode()})
    for name in ("k.pub", "sub/k.pub"):
        found = load_policy(str(pinned(tmp_path, name)))
        assert [key.id for key in found.trust.keys] == [signer(1).id, signer(2).id]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pem(3).encode(), "and the policy pins"),
        (b"", "is no PEM public key"),
        (b"\xff\xfe", "is no PEM public key"),
        (pem(2).replace("PUBLIC", "PRIVATE").encode(), "is a private key"),
        (b"x" * 100_000, "is too long for a key"),
        (None, "there is no key at"),
    ],
)
def test_key_files_that_do_not_fit(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "k.pub").write_bytes(content)
    with pytest.raises(KeyFileError, match=message):
        load_policy(str(pinned(tmp_path, "k.pub")))


def test_a_key_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "k.pub").mkdir()
    with pytest.raises(KeyFileError, match="there is no key at"):
        load_policy(str(pinned(tmp_path, "k.pub")))


def test_a_key_that_cannot_verify_refuses_the_policy(tmp_path: Path) -> None:
    compressed = (
        "-----BEGIN PUBLIC KEY-----\n"
        "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpY=\n"
        "-----END PUBLIC KEY-----\n"
    )
    block = "      - pem: |\n" + "".join(f"            {line}\n" for line in compressed.splitlines())
    (tmp_path / "p.yaml").write_text(document(SIGNED).replace("rules:", f"{block}rules:"), encoding="utf-8")
    with pytest.raises(KeyFileError, match="the key of signer 'release' is not in the usual encoding"):
        load_policy(str(tmp_path / "p.yaml"))


def test_a_null_byte_in_the_name_of_a_key_file(tmp_path: Path) -> None:
    with pytest.raises(AttestError):
        load_policy(str(pinned(tmp_path, '"a\\0b"')))


def test_a_huge_policy(tmp_path: Path) -> None:
    with (tmp_path / "p.yaml").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(DocumentError, match="the limit is 1048576"):
        load_policy(str(tmp_path / "p.yaml"))


def test_a_policy_from_a_key(keys: Path, tmp_path: Path) -> None:
    today = datetime(2026, 9, 1, tzinfo=UTC)
    text = init_policy(str(keys / "1.pub"), today=today)
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    found = load_policy(str(tmp_path / "p.yaml")).policy
    assert found.expires == datetime(2027, 9, 1, tzinfo=UTC)
    definition = found.signers["release"]
    assert isinstance(definition, KeyDefinition)
    assert [key.id for key in definition.keys] == [read_public_key(str(keys / "1.pub")).id]


@pytest.mark.parametrize(
    "options",
    [{"signer": "Big Name"}, {"signer": "a: b"}, {"signer": ""}, {"expires": "tomorrow"}, {"expires": "x\nrules: []"}],
)
def test_policies_that_are_not_made(keys: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        init_policy(str(keys / "1.pub"), **options)
