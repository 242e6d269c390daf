"""The operations that make things: keys, signatures, statements, bills of materials, releases."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.domain.bundle import parse_bundle
from attest.errors import ArtifactError, DocumentError, InputError, KeyFileError, OutputError, UnsafeArtifactError
from attest.operations.key import generate, show
from attest.operations.sign import read_predicate
from tests.unit.conftest import hashed, manifest, pem, signer, write
from tests.unit.operations.conftest import MODEL


def names(folder: Path) -> set[str]:
    return {item.name for item in folder.iterdir()}


def payload(line: bytes) -> Any:
    return json.loads(parse_bundle(line, "x").payload)


# Keys


@pytest.mark.parametrize(("name", "public"), [("k.pem", "k.pub"), ("k", "k.pub"), ("k.key", "k.key.pub")])
def test_a_new_key(tmp_path: Path, name: str, public: str) -> None:
    os.umask(0)
    made = generate(str(tmp_path / name))
    assert (made.private, made.public, made.encrypted) == (str(tmp_path / name), str(tmp_path / public), False)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert show(made.private).id == show(made.public).id == made.id
    assert show(made.private).pem == (tmp_path / public).read_text(encoding="ascii")


@pytest.fixture(autouse=True)
def usual_umask() -> Any:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("existing", ["k.pem", "k.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_bytes(b"old")
    with pytest.raises(InputError, match=f"{existing}' exists already"):
        generate(str(tmp_path / "k.pem"))
    assert (names(tmp_path) - {"elsewhere"}, (tmp_path / existing).read_bytes()) == ({existing}, b"old")


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "k.pub").symlink_to(tmp_path / "target")
    with pytest.raises(InputError, match="exists already"):
        generate(str(tmp_path / "k.pem"))
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(("curve", "password"), [("P-224", None), ("P-256", "")])
def test_keys_that_are_not_made(tmp_path: Path, curve: str, password: str | None) -> None:
    with pytest.raises(KeyFileError):
        generate(str(tmp_path / "k.pem"), kind=curve, password=password)
    assert names(tmp_path) == {"elsewhere"}


def test_an_encrypted_key_signs_with_its_password_only(model: Path, tmp_path: Path) -> None:
    made = generate(str(tmp_path / "k.pem"), kind="P-384", password="secret")
    assert made.encrypted
    assert attest.sign(model, made.private, password=lambda _: "secret").signer == made.id
    before = (model / "model.sig").read_bytes()
    with pytest.raises(KeyFileError):
        attest.sign(model, made.private)
    with pytest.raises(KeyFileError):
        attest.sign(model, made.private, password=lambda _: "wrong")
    assert (model / "model.sig").read_bytes() == before


def test_showing_a_key(keys: Path) -> None:
    for name in ("1.pem", "1.pub"):
        found = show(str(keys / name))
        assert (found.pem, found.id, found.kind, found.hint) == (pem(1), signer(1).id, "ECDSA P-256", signer(1).hint)


@pytest.mark.parametrize("data", [b"", b"x", b"\xff" * 100])
def test_showing_what_is_no_key(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "k").write_bytes(data)
    with pytest.raises(KeyFileError):
        show(str(tmp_path / "k"))


# Signatures


def test_sign_is_deterministic_and_replaces(model: Path, keys: Path) -> None:
    found = attest.sign(model, keys / "1.pem")
    first = (model / "model.sig").read_bytes()
    assert (found.files, found.signer, found.uncovered) == (len(MODEL), signer(1).id, ())
    assert found.path == str(model / "model.sig")
    attest.sign(model, keys / "1.pem")
    assert (model / "model.sig").read_bytes() == first
    assert names(model) == {"README.md", "config.json", "sub", "model.sig"}


def test_sign_names_what_it_leaves_out(model: Path, keys: Path) -> None:
    write(model, {".gitattributes": b"x"})
    assert attest.sign(model, keys / "1.pem").uncovered == (".gitattributes",)


def test_the_signature_does_not_lie_inside_what_it_signs(model: Path, keys: Path) -> None:
    for target in (model / "other.sig", model / "sub" / ".." / "x.sig", model / "model.sig.2"):
        with pytest.raises(InputError, match="lies inside the artifact"):
            attest.sign(model, keys / "1.pem", signature=target)
    assert names(model) == {"README.md", "config.json", "sub"}


def test_a_signature_elsewhere_may_replace_an_older_one_only_whole(model: Path, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        attest.sign(model, keys / "1.pem", signature=tmp_path / "none" / "x.sig")
    attest.sign(model, keys / "1.pem", signature=tmp_path / "x.sig")
    assert payload((tmp_path / "x.sig").read_bytes())["subject"][0]["name"] == "small"


def test_what_cannot_be_signed(model: Path, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="is a public key"):
        attest.sign(model, keys / "1.pub")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArtifactError, match="holds no file"):
        attest.sign(tmp_path / "empty", keys / "1.pem")
    write(tmp_path / "git", {".git/config": b""})
    with pytest.raises(DocumentError, match="there is no file to sign"):
        attest.sign(tmp_path / "git", keys / "1.pem")
    (model / "again").symlink_to("config.json")
    os.mkfifo(model / "pipe")
    with pytest.raises(UnsafeArtifactError) as caught:
        attest.sign(model, keys / "1.pem")
    assert {item.where for item in caught.value.problems} == {"again", "pipe"}
    assert not (model / "model.sig").exists()


def test_the_other_name_of_a_single_file(model: Path, keys: Path) -> None:
    for compat, name in ((True, "."), (False, "config.json")):
        attest.sign(model / "config.json", keys / "1.pem", compat=compat)
        statement = payload((model / "config.json.sig").read_bytes())
        assert [item["name"] for item in statement["predicate"]["resources"]] == [name]
        assert attest.verify(model / "config.json", keys=[keys / "1.pub"]).passed


# Statements


def test_attest_keeps_the_predicate_as_it_is(model: Path, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b'{"result": "PASSED", "score": 0.10, "n": 1e2}\n')
    found = attest.attest(model, keys / "1.pem", type_name="test-result", predicate=tmp_path / "p.json")
    assert found.added
    statement = parse_bundle((model / "claims.jsonl").read_bytes(), "x").payload
    assert b'"predicate":{"result": "PASSED", "score": 0.10, "n": 1e2},' in statement
    assert payload((model / "claims.jsonl").read_bytes())["subject"][0]["digest"] == {"sha256": found.digest}
    assert found.digest == manifest(MODEL).digest
    again = attest.attest(model, keys / "1.pem", type_name="test-result", predicate=tmp_path / "p.json")
    assert not again.added
    assert (model / "claims.jsonl").read_bytes().count(b"\n") == 1


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b"", "vsa", "is not strict JSON"),
        (b"[]", "vsa", "is not an object"),
        (b'{"a":1,"a":2}', "vsa", "stands twice"),
        (b'{"a":NaN}', "vsa", "NaN is no number"),
        (b"{}{}", "vsa", "is not strict JSON"),
        (b"{}", "cyclonedx", "is no cyclonedx document"),
        (b'{"bomFormat":"SPDX"}', "cyclonedx", "is no cyclonedx document"),
        (b"{}", "spdx", "is no spdx document"),
    ],
)
def test_predicates_that_are_none(
    model: Path, keys: Path, tmp_path: Path, data: bytes, kind: str, message: str
) -> None:
    (tmp_path / "p.json").write_bytes(data)
    with pytest.raises(InputError, match=message):
        attest.attest(model, keys / "1.pem", type_name=kind, predicate=tmp_path / "p.json")
    assert not (model / "claims.jsonl").exists()


@pytest.mark.parametrize("kind", ["nonsense", "", "https://model_signing/signature/v1.0"])
def test_types_that_are_not_attested(model: Path, keys: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "p.json").write_bytes(b"{}")
    with pytest.raises(InputError):
        attest.attest(model, keys / "1.pem", type_name=kind, predicate=tmp_path / "p.json")
    assert not (model / "claims.jsonl").exists()


@pytest.mark.parametrize("make", [lambda path: None, os.mkdir, os.mkfifo])
def test_a_predicate_that_is_no_file(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "p.json")
    with pytest.raises(InputError, match="there is no predicate at"):
        read_predicate(str(tmp_path / "p.json"), "vsa")


def test_the_whole_uri_of_a_type_is_checked_like_its_short_name(model: Path, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"{}")
    with pytest.raises(InputError, match="document"):
        attest.attest(model, keys / "1.pem", type_name="https://cyclonedx.org/bom", predicate=tmp_path / "p.json")


# Releases


def test_release(model: Path, keys: Path, tmp_path: Path) -> None:
    found = attest.release(model, keys / "1.pem", name="org/small", bom=tmp_path / "bom.json")
    assert (found.files, found.digest, found.added) == (len(MODEL), manifest(MODEL).digest, True)
    assert names(model) == {"README.md", "config.json", "sub", "model.sig", "claims.jsonl"}
    document = json.loads((tmp_path / "bom.json").read_bytes())
    bill, scan = (payload(line) for line in (model / "claims.jsonl").read_bytes().splitlines(keepends=True))
    assert bill["predicate"] == document
    assert (scan["predicateType"], scan["predicate"]["outcome"]) == ("urn:attest:scan:v1", found.scan)
    assert found.scan == "INCONCLUSIVE"  # sub/w.bin is no pickle, and loaders would unpickle it
    assert scan["subject"] == bill["subject"]
    assert attest.verify(model, keys=[keys / "1.pub"]).passed
    assert hashed(model).digest != found.digest  # the evidence counts when nobody sets it aside
    assert attest.digest(model).manifest.digest == found.digest


def test_release_twice_gives_the_same_bytes(model: Path, keys: Path) -> None:
    attest.release(model, keys / "1.pem")
    before = {name: (model / name).read_bytes() for name in ("model.sig", "claims.jsonl")}
    assert attest.release(model, keys / "1.pem").added is False
    assert {name: (model / name).read_bytes() for name in before} == before


def test_a_release_that_is_refused_leaves_nothing(model: Path, keys: Path) -> None:
    with pytest.raises(InputError, match="lies inside the artifact"):
        attest.release(model, keys / "1.pem", bom=model / "bom.json")
    os.mkfifo(model / "pipe")
    with pytest.raises(UnsafeArtifactError):
        attest.release(model, keys / "1.pem")
    assert names(model) == {"README.md", "config.json", "sub", "pipe"}


def test_a_release_over_broken_claims_leaves_the_old_signature(model: Path, keys: Path) -> None:
    attest.release(model, keys / "1.pem")
    before = (model / "model.sig").read_bytes()
    (model / "claims.jsonl").write_bytes(b"broken\n")
    (model / "config.json").write_bytes(b"{}")
    with pytest.raises(InputError, match=r"claims\.jsonl:1 is not a bundle"):
        attest.release(model, keys / "1.pem")
    assert (model / "model.sig").read_bytes() == before
    assert not attest.verify(model, keys=[keys / "1.pub"]).passed


def test_a_bill_of_materials_is_deterministic(model: Path) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    assert attest.bom_model(model, timestamp=when) == attest.bom_model(model, timestamp=when)
    assert json.loads(attest.bom_model(model))["bomFormat"] == "CycloneDX"


# Digests


def test_digest(model: Path) -> None:
    found = attest.digest(model, sha512=True)
    assert (found.name, found.manifest.digest, found.findings) == ("small", manifest(MODEL).digest, ())
    assert all(len(item.sha512) == 64 for item in found.manifest.files)
    assert len(found.oms_root) == 64


def test_what_people_should_know(model: Path, tmp_path: Path) -> None:
    write(model, {"Config.json": b"1"})
    (model / "again").symlink_to("config.json")
    os.link(model / "README.md", tmp_path / "outside")
    found = attest.digest(model).findings
    assert [(item.rule, item.severity, item.file) for item in found] == [
        ("files.name-collision", "warning", "Config.json"),
        ("files.hard-link-outside", "note", "README.md"),
        ("files.link", "note", "again"),
    ]
    with pytest.raises(UnsafeArtifactError):
        attest.digest(model, follow_links=False)


def test_no_root_without_files_that_oms_lists(tmp_path: Path) -> None:
    assert attest.digest(write(tmp_path / "m", {".gitattributes": b"1"})).oms_root == ""
