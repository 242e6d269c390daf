"""The verbs that make things, their output, and every kind of bad input: a clear error and the right exit code."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, FIXTURES, ROOT, Run

TINY = FIXTURES / "models" / "tiny"


def test_digest_text_and_json(run: Run) -> None:
    text, machine = run("digest", TINY), json.loads(run("digest", TINY, "--format", "json", "--files").out)
    schema = json.loads((ROOT / "schemas" / "digest-v1.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(machine)
    assert f"sha256:{machine['digest']['sha256']}" in text.out
    assert [entry["name"] for entry in machine["entries"]] == [
        "README.md",
        "config.json",
        "model.safetensors",
        "onnx/export.json",
    ]
    assert machine["evidence"] == ["claims.jsonl", "model.sig"]


def test_digest_sha512(run: Run) -> None:
    import hashlib

    entries = json.loads(run("digest", TINY, "--format", "json", "--files", "--sha512").out)["entries"]
    for entry in entries:
        assert entry["digest"]["sha512"] == hashlib.sha512((TINY / entry["name"]).read_bytes()).hexdigest()


def test_signing_twice_gives_the_same_bytes(run: Run, tiny: Path) -> None:
    before = {name: (tiny / name).read_bytes() for name in ("model.sig", "claims.jsonl")}
    again = run("release", tiny, "--key", EXAMPLE_KEY, "--name", "example/tiny", "--model-version", "1")
    assert "already there" in again.out
    assert before == {name: (tiny / name).read_bytes() for name in before}


def test_fixtures_are_what_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make_fixtures.py", tmp_path], check=True)
    subprocess.run([sys.executable, ROOT / "scripts" / "make_schemas.py", tmp_path / "schemas"], check=True)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert len(made) >= 15
    for name, data in made.items():
        assert (ROOT / name).read_bytes() == data, f"{name} differs: run scripts/fixtures"


def test_bom_is_written_and_deterministic(run: Run, tiny: Path, tmp_path: Path) -> None:
    assert run("bom", "model", tiny, "-o", tmp_path / "a.json", "--name", "example/tiny").code == 0
    printed = run("bom", "model", tiny, "--name", "example/tiny")
    assert printed.out.encode() == (tmp_path / "a.json").read_bytes()
    assert json.loads(printed.out)["bomFormat"] == "CycloneDX"


def test_key_generate_and_show(run: Run, tmp_path: Path) -> None:
    made = run("key", "generate", "--out", tmp_path / "k.pem", "--unencrypted", "--curve", "P-384")
    assert made.code == 0
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    shown = run("key", "show", tmp_path / "k.pem")
    assert shown.out == (tmp_path / "k.pub").read_text("ascii")
    both = json.loads(run("key", "show", tmp_path / "k.pub", "--format", "json").out)
    assert both["kind"] == "ECDSA P-384"
    assert both["id"] in made.out


def test_keys_are_never_overwritten(run: Run, tmp_path: Path) -> None:
    run("key", "generate", "--out", tmp_path / "k.pem", "--unencrypted")
    before = (tmp_path / "k.pem").read_bytes()
    result = run("key", "generate", "--out", tmp_path / "k.pem", "--unencrypted")
    assert result.code == 2
    assert "exists already" in result.err
    assert (tmp_path / "k.pem").read_bytes() == before


def test_encrypted_key(run: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "correct horse")
    assert run("key", "generate", "--out", tmp_path / "k.pem").code == 0
    assert b"ENCRYPTED" in (tmp_path / "k.pem").read_bytes()
    assert run("sign", tiny, "--key", tmp_path / "k.pem").code == 0
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "wrong")
    wrong = run("sign", tiny, "--key", tmp_path / "k.pem")
    assert wrong.code == 2
    assert "password is wrong" in wrong.err
    monkeypatch.delenv("ATTEST_KEY_PASSWORD")
    absent = run("sign", tiny, "--key", tmp_path / "k.pem")
    assert absent.code == 2
    assert "ATTEST_KEY_PASSWORD" in absent.err


def test_key_generate_without_password_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("key", "generate", "--out", tmp_path / "k.pem")
    assert result.code == 2
    assert not (tmp_path / "k.pem").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("digest", "no/such/model"), "there is nothing at 'no/such/model'"),
        (("digest", "{empty}"), "holds no file"),
        (("sign", TINY, "--key", EXAMPLE_PUB), "is a public key, and signing needs the private one"),
        (("sign", TINY, "--key", TINY / "config.json"), "no PEM private key"),
        (("sign", TINY, "--key", "no.pem"), "'no.pem' cannot be read"),
        (("sign", TINY, "--key", "pkcs12:x"), "no signer for 'pkcs12'"),
        (("verify", TINY, "--key", EXAMPLE_KEY), "is a private key, and a public one is needed"),
        (("verify", TINY, "--key", TINY / "config.json"), "no PEM public key"),
        (("verify", TINY, "--policy", "no.yaml"), "there is no policy at 'no.yaml'"),
        (("verify", TINY, "--key", EXAMPLE_PUB, "--at", "yesterday"), "is no time"),
        (
            ("attest", TINY, "--type", "nonsense", "--predicate", TINY / "config.json", "--key", EXAMPLE_KEY),
            "no known predicate type",
        ),
        (
            (
                "attest",
                TINY,
                "--type",
                "cyclonedx",
                "--predicate",
                TINY / "config.json",
                "--key",
                EXAMPLE_KEY,
            ),
            "is no cyclonedx document",
        ),
        (
            ("attest", TINY, "--type", "vsa", "--predicate", "no.json", "--key", EXAMPLE_KEY),
            "there is no predicate",
        ),
        (
            ("attest", TINY, "--type", "vsa", "--predicate", TINY / "README.md", "--key", EXAMPLE_KEY),
            "is not strict JSON",
        ),
        (("release", TINY, "--key", EXAMPLE_KEY, "--bom", TINY / "bom.json"), "lies inside the artifact"),
        (
            ("policy", "replay", TINY / "config.json", "--policy", ROOT / "policies" / "signed.yaml"),
            "config.json",
        ),
        (("policy", "init", "--key", EXAMPLE_PUB, "--expires", "soon"), "a time such as"),
    ],
)
def test_wrong_input_is_exit_2_with_what_where_and_next(
    run: Run, tmp_path: Path, argv: tuple[object, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    result = run(*(str(arg).replace("{empty}", str(tmp_path / "empty")) for arg in argv))
    assert result.code == 2, result.out
    assert said in result.err
    assert result.err.startswith("attest: ")
    assert not result.out


def test_refused_names_are_all_listed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "good").touch()
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")).touch()
    result = run("digest", folder)
    assert result.code == 2
    assert "pipe: a device, pipe or socket is no file" in result.err
    (folder / "pipe").unlink()
    result = run("sign", folder, "--key", EXAMPLE_KEY)
    assert result.code == 2
    assert "not valid UTF-8" in result.err
    assert not (folder / "model.sig").exists()


def test_links_are_signed_only_when_asked(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.json").write_text("{}", encoding="utf-8")
    (folder / "b.json").symlink_to("a.json")
    refused = run("sign", folder, "--key", EXAMPLE_KEY)
    assert refused.code == 2
    assert "b.json: a symbolic link" in refused.err
    assert run("sign", folder, "--key", EXAMPLE_KEY, "--allow-symlinks").code == 0
    assert run("verify", folder, "--key", EXAMPLE_PUB).code == 0


def test_disk_that_fills_keeps_the_old_claims(tiny: Path) -> None:
    """RLIMIT_FSIZE makes the kernel refuse the write; what was there stays whole, and nothing half-written stays."""
    before = {p.name: p.read_bytes() for p in tiny.iterdir() if p.is_file()}
    limit = len(before["claims.jsonl"]) - 100
    code = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from attest.cli import main\n"
        f"sys.argv = ['attest', 'release', {str(tiny)!r}, '--key', {str(EXAMPLE_KEY)!r}, '--name', 'example/other']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "claims.jsonl' could not be written: File too large" in done.stderr
    assert {p.name: p.read_bytes() for p in tiny.iterdir() if p.is_file()} == before


def test_help_names_the_exit_codes(run: Run) -> None:
    result = run("--help")
    assert result.code == 0
    assert "1 failed" in result.out
    assert "verify" in result.out


def test_a_bug_is_exit_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import attest.operations.digest

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(attest.operations.digest, "inspect_files", broken)
    result = run("digest", TINY)
    assert result.code == 3
    assert "treat it as no" in result.err


def test_nobody_reading_the_answer_is_not_a_yes() -> None:
    """A closed pipe must not end in exit code 0."""
    code = "import sys; from attest.cli import main; sys.argv[:1] = ['attest', 'verify']; main()"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code, TINY, "--key", EXAMPLE_PUB], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode == 3


@pytest.mark.parametrize(
    "argv",
    [
        ("bom", "model", "{file}", "--output", "{file}"),
        ("bom", "model", "{folder}", "--output", "{folder}/bom.json"),
        ("verify", "{file}", "--key", str(EXAMPLE_PUB), "--evidence-out", "{file}"),
        ("verify", "{file}", "--key", "{key}", "--evidence-out", "{key}"),
        ("verify", "{folder}", "--key", str(EXAMPLE_PUB), "--evidence-out", "{folder}/e.json"),
        ("verify", "{folder}", "--key", str(EXAMPLE_PUB), "--evidence-out", "{folder}/model.sig"),
    ],
)
def test_results_never_go_into_or_over_what_they_are_about(run: Run, tiny: Path, argv: tuple[str, ...]) -> None:
    file, key = tiny.parent / "w.json", tiny.parent / "k.pub"
    file.write_text("{}", encoding="utf-8")
    key.write_bytes(EXAMPLE_PUB.read_bytes())
    before = {path: path.read_bytes() for path in tiny.parent.rglob("*") if path.is_file()}
    result = run(*(arg.format(file=file, folder=tiny, key=key) for arg in argv))
    assert result.code == 2
    assert "would" in result.err
    assert before == {path: path.read_bytes() for path in tiny.parent.rglob("*") if path.is_file()}


def test_a_key_is_made_as_a_pair_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    from attest.errors import OutputError
    from attest.operations import key
    from attest.stores import write_atomic as real

    def full(path: str, data: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
        if path.endswith(".pub"):
            raise OutputError("no space")
        real(path, data, mode=mode, replace=replace)

    monkeypatch.setattr(key, "write_atomic", full)
    assert run("key", "generate", "--out", tmp_path / "k.pem", "--unencrypted").code == 2
    assert not list(tmp_path.iterdir())
