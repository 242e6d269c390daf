"""The verdict is about the bytes that will be used, all of them and no others, under their names; what the artifact or
its evidence says of itself decides nothing about what is covered.

Each attack is tried on all three kinds of signers under one policy that trusts them all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

import attest
from tests.attacks.world import (
    CYCLONEDX,
    FILES,
    IGNORED,
    KINDS,
    Json,
    World,
    about,
    encoded,
    failed_rules,
    oms,
    reasons,
    root_of,
    tree_digest,
    write_model,
)

every_kind = pytest.mark.parametrize("kind", KINDS)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 1000\n"
BOM = {"bomFormat": "CycloneDX", "specVersion": "1.6"}


def sign(world: World, kind: str, statement: Json | None = None) -> None:
    """The model's signature by the signer of this kind."""
    world.put(world.signed(kind, encoded(statement or oms())))


def write(model: Path, name: str, data: bytes = b"x\n") -> None:
    """Write one file, with the folders above it."""
    (model / name).parent.mkdir(parents=True, exist_ok=True)
    (model / name).write_bytes(data)


def swap(model: Path) -> None:
    """Exchange two files."""
    first, second = (model / "weights" / name for name in ("a.safetensors", "b.safetensors"))
    first.rename(model / "between")
    second.rename(first)
    (model / "between").rename(second)


def become_folder(path: Path) -> None:
    """Replace a file by a folder that holds one."""
    path.unlink()
    write(path, "x")


# Files on disk

CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda model: write(model, "config.json", b'{"layers": 3}\n'), "config.json"),
    "same-size": (lambda model: write(model, "config.json", b'{"layers": 9}\n'), "config.json"),
    "appended": (lambda model: write(model, "config.json", FILES["config.json"] + b"\n"), "config.json"),
    "emptied": (lambda model: write(model, "config.json", b""), "config.json"),
    "removed": (lambda model: (model / "config.json").unlink(), "config.json"),
    "renamed": (lambda model: (model / "config.json").rename(model / "config2.json"), "config.json"),
    "other-case": (lambda model: (model / "config.json").rename(model / "Config.json"), "config.json"),
    "moved": (lambda model: (model / "weights").rename(model / "weight"), "weights/a.safetensors"),
    "swapped": (swap, "weights/a.safetensors"),
    "replaced-by-folder": (lambda model: become_folder(model / "README.md"), "README.md"),
    "pointer": (lambda model: write(model, "weights/a.safetensors", POINTER), "weights/a.safetensors"),
}


@every_kind
@pytest.mark.parametrize("change", CHANGES)
def test_file_is_not_as_it_was_signed(world: World, kind: str, change: str) -> None:
    """One file that matches helps no other; names are bound as well as bytes."""
    sign(world, kind)
    world.accepted()
    edit, name = CHANGES[change]
    edit(world.model)
    world.refused("changed-files", "signed files are changed or missing", signer=kind)
    assert name in "\n".join(reasons(world.failed()))


@every_kind
@pytest.mark.parametrize(
    "name",
    [
        "modeling_custom.py",
        "weights/c.safetensors",
        ".git/hooks/post-checkout",
        ".github/workflows/x.yml",
        ".gitignore",
        ".gitattributes",
        "sub/.git/config",
        "sub/model.sig",
        "sub/claims.jsonl",
        "model.sig.bak",
        "MODEL.SIG",
        "claims.jsonl~",
        ".cache/huggingface/download/x.metadata",
        "__pycache__/x.pyc",
        ".DS_Store",
        "config.json ",
        "config.json.",
        "\u200bconfig.json",
    ],
)
def test_extra_file(world: World, kind: str, name: str) -> None:
    """Wherever it lies: nothing is left out because of what it is called."""
    sign(world, kind)
    write(world.model, name)
    report = world.failed()
    assert name.replace("\u200b", "\\u200b") in "\n".join(reasons(report)) or name in "\n".join(reasons(report))
    assert failed_rules(report) == {"coverage"}


@every_kind
def test_extra_file_that_looks_like_a_signed_one(world: World, kind: str) -> None:
    """Composed and decomposed letters are two names."""
    name = "é.txt"
    files = {**FILES, unicodedata.normalize("NFC", name): b"1\n"}
    write_model(world.model, files)
    sign(world, kind, oms(files))
    world.accepted()
    write(world.model, unicodedata.normalize("NFD", name), b"1\n")
    world.failed()


@every_kind
def test_signature_of_another_model(world: World, kind: str) -> None:
    sign(world, kind, oms({"other.bin": b"other"}))
    world.refused("other-artifact", "it is the signature of another artifact", signer=kind)


@every_kind
def test_signature_of_a_part_or_of_more(world: World, kind: str) -> None:
    """The list is compared both ways."""
    part = {name: data for name, data in FILES.items() if name.startswith("weights")}
    sign(world, kind, oms(part))
    report = world.failed("config.json")
    assert failed_rules(report) == {"coverage"}
    sign(world, kind, oms({**FILES, "more.bin": b"more"}))
    world.refused("changed-files", "1 of 5 signed files", signer=kind)


@every_kind
def test_two_signatures_that_cover_half_each(world: World, kind: str) -> None:
    """What two trusted signers list together is covered, and nothing beyond."""
    halves = [{name: FILES[name]} for name in FILES]
    world.put(world.signed(kind, encoded(oms(halves[0]))))
    world.put(*[world.signed(kind, encoded(oms(half))) for half in halves[1:]], name="claims.jsonl")
    world.accepted()
    write(world.model, "extra.py")
    world.failed("extra.py")


@every_kind
def test_statement_about_another_artifact(world: World, kind: str) -> None:
    """Another digest, the OMS root, one file of it, or the digest made in another way."""
    sign(world, kind)
    digest, policy = (
        tree_digest(world.model),
        world.policy("  - {id: bom, attestation: {predicate: cyclonedx, signers: [key, certificate, identity]}}\n"),
    )
    for statement in (
        about("0" * 64, CYCLONEDX, BOM),
        about(root_of(oms()["predicate"]["resources"]), CYCLONEDX, BOM),
        about(hashlib.sha256(FILES["config.json"]).hexdigest(), CYCLONEDX, BOM),
        about(hashlib.sha256(FILES["config.json"]).hexdigest(), CYCLONEDX, BOM, digestKind="file"),
        about(digest, CYCLONEDX, BOM, digestKind="file"),
        about(digest, CYCLONEDX, BOM, digestKind="attest-tree/v2"),
        about(digest, CYCLONEDX, BOM, other="x"),
    ):
        world.put(world.signed(kind, encoded(statement)), name="claims.jsonl")
        world.refused("other-artifact", "its subject is", policy=policy, signer=kind, source="claims.jsonl:1")


@every_kind
def test_bill_of_materials_from_before_a_change(world: World, kind: str) -> None:
    """It covers the files that it was made for, and those alone."""
    world.put(world.signed(kind, encoded(about(tree_digest(world.model), CYCLONEDX, BOM))), name="claims.jsonl")
    policy = world.policy("  - {id: bom, attestation: {predicate: cyclonedx, signers: [key, certificate, identity]}}\n")
    world.accepted(policy=policy)
    write(world.model, "extra.py")
    world.refused("other-artifact", policy=policy, signer=kind, source="claims.jsonl:1")


@every_kind
def test_strangers_statement_covers_nothing(world: World, kind: str) -> None:
    """A signature of a trusted signer, and a bill of materials of an untrusted one over the file that was added."""
    sign(world, kind)
    write(world.model, "extra.py")
    bill = encoded(about(tree_digest(world.model), CYCLONEDX, BOM))
    mallory = world.by_identity(bill, token=world.sigstore.mint("mallory@example.com"))
    complete = world.by_identity(
        encoded(oms({**FILES, "extra.py": b"x\n"})), token=world.sigstore.mint("mallory@example.com")
    )
    world.put(mallory, complete, name="claims.jsonl")
    report = world.failed("extra.py")
    assert failed_rules(report) == {"coverage"}


def test_another_trusted_signer_covers_only_where_the_rule_names_it(world: World) -> None:
    """The key signed some files, the identity the rest: a rule about the key counts the key's files."""
    part = {name: data for name, data in FILES.items() if not name.startswith("weights")}
    world.put(world.by_key(encoded(oms(part))))
    world.put(world.by_identity(encoded(oms())), name="claims.jsonl")
    policy = world.policy("  - {id: signed, signature: {signers: [key]}}\n")
    world.failed("weights/a.safetensors", policy=policy)
    both = world.policy(
        "  - {id: signed, signature: {signers: [key]}}\n  - {id: all, coverage: {signers: [key, identity]}}\n"
    )
    world.accepted(policy=both)


# Lists of what is left out


@every_kind
@pytest.mark.parametrize("wide", [".", "./", "", "/", "weights", "weights/", "./weights", "weights/../weights", ".."])
@pytest.mark.parametrize("allowed", [[], [".git", "weight", "weights/b.safetensors"]], ids=["none", "others"])
def test_signed_list_of_ignored_paths_that_is_too_wide(world: World, kind: str, wide: str, allowed: list[str]) -> None:
    """A signer who leaves the weights out has not signed them, whatever the record says about it."""
    part = {name: data for name, data in FILES.items() if not name.startswith("weights")}
    sign(world, kind, oms(part, ignore=[*IGNORED, wide]))
    write(world.model, "weights/a.safetensors", b"evil")
    policy = world.policy(
        "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
        f"  - {{id: all, coverage: {{signers: [key, certificate, identity], allowIgnored: {json.dumps(allowed)}}}}}\n"
    )
    report = world.failed("weights/a.safetensors", policy=policy)
    assert failed_rules(report) == {"all"}


@every_kind
@pytest.mark.parametrize("pattern", ["*", "weights/*", "**", "weights/?.safetensors", "[a-z]"])
def test_patterns_of_ignored_paths(world: World, kind: str, pattern: str) -> None:
    part = {name: data for name, data in FILES.items() if not name.startswith("weights")}
    sign(world, kind, oms(part, ignore=[pattern]))
    world.refused("bad-statement", "is a pattern", signer=kind)


@every_kind
def test_allowing_what_the_signature_does_not_leave_out(world: World, kind: str) -> None:
    """--allow-ignored accepts what the signer left out; a file that came later was not left out by anybody."""
    sign(world, kind)
    write(world.model, "logs/extra.py")
    for allowed in ("[logs]", "any", "[logs/extra.py]"):
        policy = world.policy(
            "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
            f"  - {{id: all, coverage: {{signers: [key, certificate, identity], allowIgnored: {allowed}}}}}\n"
        )
        world.failed("logs/extra.py", policy=policy)
    # With the signer's word for it, and the policy's, it is accepted and named.
    sign(world, kind, oms(ignore=[*IGNORED, "logs"]))
    report = world.accepted(
        policy=world.policy(
            "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
            "  - {id: all, coverage: {signers: [key, certificate, identity], allowIgnored: [logs]}}\n"
        )
    )
    assert any("logs/extra.py" in rule["summary"] for rule in report["rules"])
    world.failed("logs/extra.py")


def test_a_strangers_ignore_list_ignores_nothing(world: World) -> None:
    world.put(world.by_key(encoded(oms())))
    write(world.model, "logs/extra.py")
    mallory = world.sigstore.mint("mallory@example.com")
    world.put(world.by_identity(encoded(oms(ignore=["logs"])), token=mallory), name="claims.jsonl")
    policy = world.policy(
        "  - {id: signed, signature: {signers: [key]}}\n  - {id: all, coverage: {signers: [key], allowIgnored: any}}\n"
    )
    world.failed("logs/extra.py", policy=policy)


@pytest.mark.parametrize("option", ["--allow-ignored", "--allow-unsigned"])
@pytest.mark.parametrize("path", ["weights/*", "../x", "/etc", ""])
def test_options_that_tolerate_by_pattern(world: World, option: str, path: str) -> None:
    world.put(world.by_key(encoded(oms())))
    result = world.run("verify", world.model, "--key", world.folder / "key.pub", option, path)
    if path == "weights/*":  # an exact name that no file has
        assert result.code == 0
        write(world.model, "weights/c.bin")
        assert world.run("verify", world.model, "--key", world.folder / "key.pub", option, path).code == 1
    else:
        assert result.code == 2


@every_kind
def test_evidence_in_the_signed_list(world: World, kind: str) -> None:
    """A signer may list evidence files; then they must be as they were signed."""
    old = world.by_key(encoded(about("0" * 64)))
    world.put(old, name="claims.jsonl")
    data = (world.model / "claims.jsonl").read_bytes()
    sign(world, kind, oms({**FILES, "claims.jsonl": data}, ignore=["model.sig"]))
    world.accepted()
    world.put(old, old, name="claims.jsonl")
    world.refused("changed-files", signer=kind)


# Names in the signed list


@every_kind
@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "weights/../../secret",
        "/etc/hostname",
        "//x",
        "weights//a.safetensors",
        "./config.json",
        "weights/./a.safetensors",
        "weights/",
        "..",
        "",
        "config.json\0",
        "weights\\a.safetensors",
        "C:/x",
        "a/" * 300 + "b",
        "x" * 5_000,
        "\ud800",
        7,
        None,
        ["config.json"],
    ],
)
def test_name_that_is_no_relative_path(world: World, kind: str, name: object, tmp_path: Path) -> None:
    """Refused before any file is opened, whatever lies at that place."""
    (tmp_path / "secret").write_bytes(b"secret")
    statement = oms({**FILES, "zz": b"secret"})
    statement["predicate"]["resources"][-1]["name"] = name
    sign(world, kind, statement)
    policy = world.policy(
        "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
        "  - {id: all, coverage: {signers: [key, certificate, identity], allowUnsigned: any}}\n"
    )
    if name == "C:/x" or len(str(name)) > 4_096:  # names like any others, of files that are not there
        world.refused("changed-files", policy=policy, signer=kind)
    else:
        world.refused("bad-statement", policy=policy, signer=kind)


# Links and special files


@every_kind
@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize(
    "place",
    ["outside", "absolute-inside", "folder-outside", "folder-inside", "nowhere", "itself", "cycle", "proc"],
)
def test_link_that_leads_elsewhere(world: World, kind: str, allowed: bool, place: str, tmp_path: Path) -> None:
    """In the place of a signed file with the very same bytes: only links inside count, when they are signed."""
    sign(world, kind, oms(links=allowed))
    outside = write_model(tmp_path / "outside")
    target = world.model / "config.json"
    target.unlink()
    if place == "outside":
        target.symlink_to(outside / "config.json")
    elif place == "absolute-inside":
        write(world.model, "copy", FILES["config.json"])
        target.symlink_to(world.model / "copy")
    elif place in ("folder-outside", "folder-inside"):
        write(world.model, "config.json", FILES["config.json"])
        where = outside / "weights" if place == "folder-outside" else world.model / "weights"
        if place == "folder-outside":
            shutil.rmtree(world.model / "weights")
            (world.model / "weights").symlink_to(where)
        else:
            (world.model / "more").symlink_to(where)
    elif place == "cycle":
        target.symlink_to("cycle")
        (world.model / "cycle").symlink_to("config.json")
    else:
        target.symlink_to({"nowhere": "nothing", "itself": "config.json", "proc": "/proc/self/cmdline"}[place])
    world.failed()


@every_kind
def test_links_inside_need_the_signers_word(world: World, kind: str) -> None:
    target = world.model / "config.json"
    target.rename(world.model / "z.json")
    target.symlink_to("z.json")
    files = {**FILES, "z.json": FILES["config.json"]}
    sign(world, kind, oms(files, links=True))
    world.accepted()
    sign(world, kind, oms(files))
    world.refused("links", "the signer did not allow links", signer=kind)
    # No option says otherwise.
    assert world.run("verify", world.model, "--key", world.folder / "key.pub", "--allow-symlinks").code == 2
    assert world.run("verify", world.model, "--key", world.folder / "key.pub", "--follow-links").code == 2


@every_kind
@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_links_setting_that_is_no_truth_value(world: World, kind: str, value: object) -> None:
    statement = oms()
    statement["predicate"]["serialization"]["allow_symlinks"] = value
    sign(world, kind, statement)
    world.refused("bad-statement", "allow_symlinks", signer=kind)


@every_kind
@pytest.mark.parametrize("special", ["pipe", "socket", "device"])
def test_special_file(world: World, kind: str, special: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(world, kind)
    monkeypatch.chdir(world.model)
    if special == "pipe":
        os.mkfifo("special")
    elif special == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("special")
    else:
        os.symlink("/dev/zero", "special")
    report = world.failed("special")
    assert not any(rule["verdict"] == "PASSED" and rule["kind"] == "signature" for rule in report["rules"])


@every_kind
def test_hard_link_to_the_outside_is_named(world: World, kind: str, tmp_path: Path) -> None:
    """Its bytes are as they were signed now; the report says who else could change them."""
    sign(world, kind)
    os.link(world.model / "config.json", tmp_path / "elsewhere")
    report = world.accepted()
    assert [(item["rule"], item["file"]) for item in report["findings"]] == [("files.hard-link-outside", "config.json")]
    (tmp_path / "elsewhere").write_bytes(b"changed")
    world.refused("changed-files", signer=kind)


def test_evidence_that_is_a_link(world: World, tmp_path: Path) -> None:
    """A signature that lies elsewhere and is linked to is not beside the model."""
    world.put(world.by_key(encoded(oms())))
    (world.model / "model.sig").rename(tmp_path / "elsewhere")
    (world.model / "model.sig").symlink_to(tmp_path / "elsewhere")
    world.failed("model.sig")


@pytest.mark.parametrize("name", ["model.sig", "claims.jsonl"])
def test_evidence_that_is_no_file(world: World, name: str) -> None:
    world.put(world.by_key(encoded(oms())))
    policy = world.policy()
    (world.model / name).unlink(missing_ok=True)
    os.mkfifo(world.model / name)
    world.failed(name, policy=policy)
    (world.model / name).unlink()
    write(world.model, f"{name}/x")
    world.failed(policy=policy)


# Changes meanwhile


@every_kind
def test_file_replaced_while_it_is_hashed(world: World, kind: str) -> None:
    """Through the Python door, whose progress report comes in the middle of the work."""
    files = {**FILES, "weights/big.bin": bytes(8 << 20)}
    write_model(world.model, files)
    sign(world, kind, oms(files))
    policy = world.policy()
    assert attest.verify(world.model, policy=policy).passed
    changed: list[int] = []

    def attack(done: int, *_: object) -> None:
        if not changed:
            changed.append(done)
            with (world.model / "weights" / "big.bin").open("r+b") as stream:
                stream.write(b"evil")

    verification = attest.verify(world.model, policy=policy, progress=attack)
    assert changed
    assert not verification.passed


@every_kind
def test_evidence_replaced_after_it_was_read(world: World, kind: str) -> None:
    """What was read is what is judged; the next verification reads again."""
    files = {**FILES, "weights/big.bin": bytes(8 << 20)}
    write_model(world.model, files)
    sign(world, kind, oms(files))
    policy = world.policy()

    def attack(*_: object) -> None:
        write(world.model, "model.sig", b"\x80\x04cos\nsystem\n.")

    attest.verify(world.model, policy=policy, progress=attack)
    world.failed("model.sig", policy=policy)


# Content that is not the content


@every_kind
def test_pointer_that_was_signed(world: World, kind: str) -> None:
    """Somebody signed a checkout without its weights: the content of the file is elsewhere."""
    files = {**FILES, "weights/a.safetensors": POINTER}
    write_model(world.model, files)
    sign(world, kind, oms(files))
    policy = world.policy(
        "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
        "  - {id: formats, formats: {allow: [safetensors, json, markdown, text, empty]}}\n"
    )
    report = world.failed("weights/a.safetensors", policy=policy)
    assert failed_rules(report) == {"formats"}


@every_kind
def test_artifact_without_files(world: World, kind: str) -> None:
    """Neither an empty list nor an empty folder is anything to say yes to."""
    empty = oms()
    empty["predicate"]["resources"] = []
    empty["subject"][0]["digest"]["sha256"] = root_of([])
    sign(world, kind, empty)
    policy = world.policy(
        "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
        "  - {id: all, coverage: {signers: [key, certificate, identity], allowUnsigned: any}}\n"
    )
    world.refused("bad-statement", "the signed list of files is empty", policy=policy, signer=kind)
    for name in FILES:
        (world.model / name).unlink()
    result, _ = world.verify(policy=policy)
    assert result.code in (1, 2)
    assert "PASSED" not in result.out
    world.put(world.signed(kind, encoded(about(hashlib.sha256(b"").hexdigest(), CYCLONEDX, BOM))), name="claims.jsonl")
    result, _ = world.verify(policy=policy)
    assert result.code in (1, 2)
    assert "PASSED" not in result.out


@pytest.mark.parametrize("path", ["missing", "small/config.json/x", "small/\0", ""])
def test_artifact_that_is_not_there(world: World, path: str) -> None:
    world.put(world.by_key(encoded(oms())))
    result = world.run("verify", f"{world.folder}/{path}" if path else "", "--policy", world.policy())
    assert result.code in (1, 2)
    assert "PASSED" not in result.out


# Evidence from elsewhere


@every_kind
def test_signature_option_that_points_into_the_model(world: World, kind: str) -> None:
    """A file of the model that serves as evidence is still a file of the model."""
    world.put(world.signed(kind, encoded(oms())), name="weights.sig")
    world.failed("weights.sig", "--signature", world.model / "weights.sig")
    # The one beside it is left out of the tree, whichever one is used.
    world.put(world.by_key(encoded(oms({"other": b"x"}))))
    (world.model / "weights.sig").rename(world.folder / "good.sig")
    world.accepted("--signature", world.folder / "good.sig")
    world.refused("other-artifact", "", "--signature", world.model / "model.sig", signer="key")


@pytest.mark.parametrize("place", ["missing", "folder", "pipe", "weights", "policy"])
def test_signature_option_that_is_none(world: World, place: str) -> None:
    world.put(world.by_key(encoded(oms())))
    os.mkfifo(world.folder / "pipe")
    paths = {
        "missing": world.folder / "missing",
        "folder": world.folder,
        "pipe": world.folder / "pipe",
        "weights": world.model / "weights" / "a.safetensors",
        "policy": world.policy(),
    }
    result, report = world.verify("--signature", paths[place])
    assert result.code in (1, 2)
    assert report.get("verdict") != "PASSED"


@every_kind
def test_single_file_under_another_name_or_form(world: World, kind: str) -> None:
    """The signature of one file is about its name and its bytes; that of a folder is not about a file."""
    single = world.folder / "single.bin"
    single.write_bytes(b"weights")
    policy = world.policy()

    def code(statement: Json) -> int:
        (world.folder / "single.bin.sig").write_bytes(encoded(world.signed(kind, encoded(statement))))
        return world.run("verify", single, "--policy", policy).code

    assert code(oms({"single.bin": b"weights"})) == 0
    assert code(oms({".": b"weights"})) == 0
    assert code(oms({"other.bin": b"weights"})) == 1
    assert code(oms({"folder/single.bin": b"weights"})) == 1
    assert code(oms({"single.bin": b"weights", "more.bin": b"more"})) == 1
    # A folder with that one file in it is another artifact.
    folder = write_model(world.folder / "folder", {"single.bin": b"weights"})
    (folder / "model.sig").write_bytes(encoded(world.signed(kind, encoded(oms({".": b"weights"})))))
    assert world.run("verify", folder, "--policy", policy).code == 1


@every_kind
def test_listing_of_a_folder_as_a_file(world: World, kind: str) -> None:
    """A statement about a tree is not about the file whose content is that tree's listing."""
    from attest.domain.manifest import build_manifest

    manifest = attest.digest(world.model).manifest
    statement = encoded(about(manifest.digest, CYCLONEDX, BOM))
    policy = world.policy("  - {id: bom, attestation: {predicate: cyclonedx, signers: [key, certificate, identity]}}\n")
    single = world.folder / "listing"
    for mark in (b"attest-tree/v1\n", b"attest-tree/v1\0", b""):
        lines = b"".join(b"%s  %s\n" % (entry.sha256.hex().encode(), entry.name.encode()) for entry in manifest.files)
        single.write_bytes(mark + lines)
        (world.folder / "listing.claims.jsonl").write_bytes(encoded(world.signed(kind, statement)) + b"\n")
        assert world.run("verify", single, "--policy", policy).code == 1
    assert build_manifest(manifest.files, kind="directory").digest == manifest.digest


# The real model


@pytest.mark.model
@every_kind
def test_real_model_signed_by_each_kind(world: World, kind: str, minilm: Path, tmp_path: Path) -> None:
    files = {str(path.relative_to(minilm)): path.read_bytes() for path in minilm.rglob("*") if path.is_file()}
    world.model = Path(shutil.copytree(minilm, tmp_path / "minilm"))
    for name in ("model.sig", "claims.jsonl"):
        (world.model / name).unlink(missing_ok=True)
        files.pop(name, None)
    world.put(world.signed(kind, encoded(oms(files))))
    world.accepted()
    with (world.model / "model.safetensors").open("r+b") as stream:
        stream.seek(50_000_000)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))
    world.refused("changed-files", "1 of", signer=kind)
    assert "model.safetensors" in "\n".join(reasons(world.failed()))
