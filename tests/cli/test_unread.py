"""Signing without reading, at the command line: the options, what is said, and that verification has none of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from attest.operations import reuse
from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, ROOT, Run


@pytest.fixture
def bare(tiny: Path) -> Path:
    """The tiny model without its evidence."""
    for name in ("model.sig", "claims.jsonl"):
        (tiny / name).unlink()
    return tiny


@pytest.fixture
def given(run: Run, bare: Path, tmp_path: Path) -> Path:
    path = tmp_path / "SHA256SUMS"
    path.write_text(run("digest", bare, "--files").out, encoding="utf-8")
    return path


GIVEN = "4 of 4 digests were given, not computed: these files were not hashed\n"


def test_the_digests_that_digest_prints(run: Run, bare: Path, given: Path) -> None:
    signed = run("sign", bare, "--key", EXAMPLE_KEY, "--digests", given)
    released = run("release", bare, "--key", EXAMPLE_KEY, "--digests", given)
    assert (signed.code, released.code) == (0, 0)
    assert signed.out.endswith(GIVEN)
    assert released.out.endswith(GIVEN)
    verified = run("verify", bare, "--key", EXAMPLE_PUB)
    assert verified.code == 0
    assert "its signer was given the digests and did not read the files" in verified.out


def test_the_same_as_json(run: Run, bare: Path, tmp_path: Path) -> None:
    path = tmp_path / "digests.json"
    path.write_text(run("digest", bare, "--files", "--format", "json").out, encoding="utf-8")
    assert run("sign", bare, "--key", EXAMPLE_KEY, "--digests", path).out.endswith(GIVEN)


def test_attest(run: Run, bare: Path, given: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}", encoding="ascii")
    kind = ("--type", "https://example.org/x/v1", "--predicate", tmp_path / "p.json")
    assert run("attest", bare, "--key", EXAMPLE_KEY, *kind, "--digests", given).out.endswith(GIVEN)
    assert "given" not in run("attest", bare, "--key", EXAMPLE_KEY, *kind).out


def test_release_as_json(run: Run, bare: Path, given: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "release-v1.json").read_text("utf-8"))
    for options, count in ((("--digests", given), 4), ((), 0)):
        document = json.loads(run("release", bare, "--key", EXAMPLE_KEY, "--format", "json", *options).out)
        Draft202012Validator(schema).validate(document)
        assert (document["given"], document["reused"], document["notes"]) == (count, 0, [])


def test_pointers(run: Run, bare: Path) -> None:
    (bare / "big.bin").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 99\n", encoding="ascii"
    )
    done = run("sign", bare, "--key", EXAMPLE_KEY, "--digests", "lfs")
    assert done.out.endswith("1 of 5 digests were given, not computed: these files were not hashed\n")


def test_a_list_that_does_not_fit_names_every_file(run: Run, bare: Path, given: Path) -> None:
    (bare / "new\x1b[1m").write_bytes(b"")
    given.write_text(given.read_text("utf-8").replace("config.json", "other.json"), encoding="utf-8")
    failed = run("release", bare, "--key", EXAMPLE_KEY, "--digests", given)
    assert failed.code == 2
    for line in (
        "config.json: the list has no digest",
        "other.json: the list names it",
        "new\\x1b[1m: the list has no",
    ):
        assert line in failed.err
    assert "\x1b" not in failed.err
    assert not (bare / "model.sig").exists()


def test_incremental(run: Run, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = max(path.stat().st_ctime_ns for path in bare.rglob("*")) + 10**13
    monkeypatch.setattr(reuse, "_now", lambda: later)
    first, second = (run("release", bare, "--key", EXAMPLE_KEY, "--incremental", tmp_path / "cache") for _ in range(2))
    assert "not read" not in first.out
    assert second.out.endswith("4 of 4 files were not read: they are as the cache knows them\n")
    (tmp_path / "cache").chmod(0o666)
    third = run("sign", bare, "--key", EXAMPLE_KEY, "--incremental", tmp_path / "cache")
    assert "not read" not in third.out
    assert "was not used: others may write to it" in third.err
    assert third.code == 0


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("sign", ["--hash", "blake2b"]),
        ("sign", ["--hash", "blake3"]),
        ("sign", ["--shard-size", "1000"]),
        ("release", ["--sha512"]),
    ],
)
def test_what_needs_the_bytes(run: Run, bare: Path, given: Path, verb: str, options: list[str]) -> None:
    failed = run(verb, bare, "--key", EXAMPLE_KEY, "--digests", given, *options)
    assert (failed.code, "one SHA-256 per file" in failed.err) == (2, True)


@pytest.mark.parametrize("option", ["--digests", "--incremental"])
def test_verification_always_reads(run: Run, tiny: Path, tmp_path: Path, option: str) -> None:
    assert run("verify", tiny, "--key", EXAMPLE_PUB, option, tmp_path / "x").code == 2
    assert option not in run("verify", "--help").out
