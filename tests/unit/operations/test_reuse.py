"""Signing without reading everything again: the same signature, marked; and what is refused or read anyway."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import attest
from attest import reports
from attest.domain.bundle import parse_bundle
from attest.domain.recipe import Recipe
from attest.domain.statement import digests_given, parse_statement, speaks_about
from attest.errors import DocumentError, InputError, UnsafeArtifactError
from attest.operations import reuse
from attest.stores import hash_cache
from tests.unit.conftest import write
from tests.unit.operations.conftest import MODEL
from tests.unit.operations.test_hub import snapshot

# One claim a release is enough here; what the scan adds is tested elsewhere.
release = partial(attest.release, scanned=False)

TB = 1 << 40
EVIDENCE = (".sig", ".jsonl")


@pytest.fixture
def key(keys: Path) -> Path:
    return keys / "1.pem"


@pytest.fixture
def public(keys: Path) -> Path:
    return keys / "1.pub"


def listed(model: Path, path: Path, *, form: str = "text") -> Path:
    """A list of the model's digests."""
    found = attest.digest(model)
    show = reports.digest_json if form == "json" else reports.digest_text
    path.write_text(show(found.name, found.manifest, found.oms_root, (), files=True), encoding="utf-8")
    return path


def payload(path: str | Path) -> bytes:
    return parse_bundle(Path(path).read_bytes().splitlines()[-1], "b").payload


def claim(model: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(payload(model / "claims.jsonl"))
    return document


def sparse(path: Path, size: int = TB) -> None:
    with path.open("wb") as stream:
        stream.truncate(size)


def lines(digests: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items())


# Digests that were given


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_signature_is_the_one_made_by_reading(
    model: Path, key: Path, public: Path, tmp_path: Path, form: str
) -> None:
    given = listed(model, tmp_path / "list", form=form)
    first = attest.sign(model, key, signature=tmp_path / "read.sig")
    second = attest.sign(model, key, digests=given, signature=tmp_path / "given.sig")
    assert payload(first.path) == payload(second.path)
    assert (first.digest, first.given, second.digest, second.given) == (second.digest, 0, first.digest, len(MODEL))
    assert attest.verify(model, keys=[public], signature=second.path).passed
    attest.sign(model, key)
    assert not attest.sign(model, key, digests=given).added


def test_no_content_is_read(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list")
    with given.open("a", encoding="utf-8") as stream:
        stream.write(lines({"vast.safetensors": "ab" * 32, "sub/vast": "cd" * 32}))
    sparse(model / "vast.safetensors")
    sparse(model / "sub" / "vast")
    done = attest.sign(model, key, digests=given)
    assert done.given == done.files == len(MODEL) + 2
    released = release(model, key, digests=given)
    assert released.size > 2 * TB
    assert released.digest == done.digest


def test_a_release_is_marked(model: Path, key: Path, public: Path, tmp_path: Path) -> None:
    done = release(model, key, digests=listed(model, tmp_path / "list"))
    statement = claim(model)
    assert statement["subject"][0]["annotations"] == {"digestKind": "attest-tree/v1", "digestSource": "given"}
    assert not any("annotations" in subject for subject in statement["subject"][1:])
    properties = {item["name"]: item["value"] for item in statement["predicate"]["metadata"]["component"]["properties"]}
    assert properties["attest:model:digest-source"].startswith("given")
    assert (done.given, done.reused) == (len(MODEL), 0)
    found = attest.verify(model, keys=[public])
    assert found.passed
    notes = {item.source: item.notes for item in found.evidence.attestations}
    assert notes == {
        "model.sig": (),
        "claims.jsonl:1": ("its signer was given the digests and did not read the files",),
    }


def test_what_is_read_is_not_marked(model: Path, key: Path) -> None:
    assert release(model, key).given == 0
    statement = parse_statement(payload(model / "claims.jsonl"))
    assert not digests_given(statement)
    assert b"digestSource" not in payload(model / "claims.jsonl")
    assert b"digest-source" not in payload(model / "claims.jsonl")


def test_the_facts_are_those_of_a_release_that_reads(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list")
    release(model, key, digests=given)
    marked = claim(model)["predicate"]
    release(model, key)
    read = claim(model)["predicate"]
    subject = marked["metadata"]["component"]
    subject["properties"] = [item for item in subject["properties"] if item["name"] != "attest:model:digest-source"]
    ignored = ("serialNumber",)
    assert {k: v for k, v in marked.items() if k not in ignored} == {k: v for k, v in read.items() if k not in ignored}


def test_an_attestation_is_marked(model: Path, key: Path, public: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"a": 1}', encoding="ascii")
    more: dict[str, Any] = {"type_name": "https://example.org/x/v1", "predicate": tmp_path / "p.json"}
    done = attest.attest(model, key, digests=listed(model, tmp_path / "list"), **more)
    statement = parse_statement(payload(model / "claims.jsonl"))
    assert (done.given, digests_given(statement)) == (len(MODEL), True)
    assert speaks_about(statement, attest.digest(model).manifest)


def test_releasing_again_adds_nothing(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list")
    release(model, key, digests=given)
    before = (model / "claims.jsonl").read_bytes(), (model / "model.sig").read_bytes()
    again = release(model, key, digests=given)
    assert (again.added, again.signed) == (False, False)
    assert before == ((model / "claims.jsonl").read_bytes(), (model / "model.sig").read_bytes())


@pytest.mark.parametrize("verb", [attest.sign, attest.release])
def test_a_wrong_digest_gives_a_signature_that_does_not_verify(
    model: Path, key: Path, public: Path, tmp_path: Path, verb: Callable[..., object]
) -> None:
    given = listed(model, tmp_path / "list")
    first, _, rest = given.read_text("utf-8").partition("  ")
    given.write_text(f"{'0' * 64}  {rest}", encoding="utf-8")
    assert first != "0" * 64
    verb(model, key, digests=given)
    found = attest.verify(model, keys=[public])
    assert not found.passed
    assert "changed-files" in {item.code for item in found.evidence.rejected}


def test_names_must_be_equal_both_ways(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list")
    text = given.read_text("utf-8")
    given.write_text(text.replace("sub/w.bin", "sub/v.bin"), encoding="utf-8")
    for verb in (attest.sign, attest.release):
        with pytest.raises(DocumentError) as caught:
            verb(model, key, digests=given)
        assert [str(item) for item in caught.value.problems] == [
            "sub/w.bin: the list has no digest of it",
            "sub/v.bin: the list names it, and there is no such file",
        ]
    given.write_text(text + lines({"more": "ab" * 32}), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"1 problem$"):
        attest.sign(model, key, digests=given)
    assert not (model / "model.sig").exists()


def test_many_wrong_names_are_counted(model: Path, key: Path, tmp_path: Path) -> None:
    write(model, {f"new/{number}": b"" for number in range(60)})
    given = tmp_path / "list"
    given.write_text(lines({f"old/{number}": "ab" * 32 for number in range(60)}), encoding="ascii")
    with pytest.raises(DocumentError, match=f"{120 + len(MODEL)} problems, the first 50 are") as caught:
        attest.sign(model, key, digests=given)
    assert len(caught.value.problems) == 50


def test_sizes_must_match_when_they_are_known(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list", form="json")
    (model / "sub" / "w.bin").write_bytes(b"longer\n")
    with pytest.raises(DocumentError) as caught:
        attest.sign(model, key, digests=given)
    assert [str(item) for item in caught.value.problems] == ["sub/w.bin: the list says 2 bytes, and it has 7"]


def test_evidence_is_not_in_the_list(model: Path, key: Path, public: Path, tmp_path: Path) -> None:
    release(model, key)
    given = listed(model, tmp_path / "list")
    assert not attest.sign(model, key, digests=given).added
    with given.open("a", encoding="utf-8") as stream:
        stream.write(lines({"model.sig": "ab" * 32}))
    with pytest.raises(DocumentError, match="1 problem"):
        attest.sign(model, key, digests=given)


def test_a_list_inside_the_model_lacks_itself(model: Path, key: Path) -> None:
    given = listed(model, model / "SHA256SUMS")
    with pytest.raises(DocumentError) as caught:
        attest.sign(model, key, digests=given)
    assert [item.where for item in caught.value.problems] == ["SHA256SUMS"]
    assert "outside the model" in caught.value.hint


def test_the_walk_is_as_safe_as_ever(model: Path, key: Path, tmp_path: Path) -> None:
    given = listed(model, tmp_path / "list")
    (model / "link").symlink_to("config.json")
    os.mkfifo(model / "pipe")
    with given.open("a", encoding="utf-8") as stream:
        stream.write(lines({"link": "ab" * 32, "pipe": "ab" * 32}))
    with pytest.raises(UnsafeArtifactError) as caught:
        attest.sign(model, key, digests=given)
    assert sorted(item.where for item in caught.value.problems) == ["link", "pipe"]
    (model / "pipe").unlink()
    given.write_text(given.read_text("utf-8").replace(f"{'ab' * 32}  pipe\n", ""), encoding="utf-8")
    assert attest.sign(model, key, digests=given, follow_links=True).given == len(MODEL) + 1


def test_one_file(tmp_path: Path, key: Path, public: Path) -> None:
    path = write(tmp_path / "m", {"w.bin": b"w\n"}) / "w.bin"
    for form in ("text", "json"):
        done = attest.sign(path, key, digests=listed(path, tmp_path / "list", form=form))
        assert (done.digest_kind, done.given) == ("file", 1)
        assert attest.verify(path, keys=[public]).passed


@pytest.mark.parametrize("what", ["none", "", "folder", "pipe"])
def test_no_list(model: Path, key: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="there is no list of digests"):
        attest.sign(model, key, digests=tmp_path / what)


def test_a_list_past_the_limit(model: Path, key: Path, tmp_path: Path) -> None:
    sparse(tmp_path / "list")
    with pytest.raises(DocumentError, match="larger than"):
        attest.sign(model, key, digests=tmp_path / "list")


COMBINATIONS: list[tuple[Callable[..., object], dict[str, object]]] = [
    (attest.sign, {"recipe": Recipe(hash_name="blake3")}),
    (attest.sign, {"recipe": Recipe(hash_name="blake2b")}),
    (attest.sign, {"recipe": Recipe(shard_size=1 << 20)}),
    (attest.release, {"sha512": True}),
]


@pytest.mark.parametrize(("verb", "more"), COMBINATIONS)
@pytest.mark.parametrize("option", ["digests", "incremental"])
def test_what_needs_the_bytes_is_refused(
    model: Path, key: Path, tmp_path: Path, option: str, verb: Callable[..., object], more: dict[str, object]
) -> None:
    given = listed(model, tmp_path / "list")
    target = given if option == "digests" else tmp_path / "cache"
    with pytest.raises(InputError, match=f"--{option} knows one SHA-256 per file"):
        verb(model, key, **{option: target}, **more)
    if "recipe" in more:
        with pytest.raises(InputError, match=f"--{option} knows one SHA-256 per file"):
            verb(model, key, signature=tmp_path / "s.sig", **{option: target}, **more)
    assert not (tmp_path / "cache").exists()


def test_both_at_once_are_refused(model: Path, key: Path, tmp_path: Path) -> None:
    for verb in (attest.sign, attest.release):
        with pytest.raises(InputError, match="--incremental has nothing to do"):
            verb(model, key, digests=listed(model, tmp_path / "l"), incremental=tmp_path / "c")


# Git LFS

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


def pointed(real: Path, folder: Path, *names: str) -> Path:
    """A copy of a model, in which pointers stand for the files of these names."""
    for entry in attest.digest(real).manifest.files:
        content = (real / entry.name).read_bytes()
        if entry.name in names:
            content = POINTER.format(entry.sha256.hex(), entry.size).encode()
        write(folder, {entry.name: content})
    return folder


@pytest.mark.parametrize("verb", [attest.sign, attest.release])
def test_pointers_are_signed_for_what_they_stand_for(
    model: Path, key: Path, public: Path, tmp_path: Path, verb: Callable[..., Any]
) -> None:
    write(model, {"model.safetensors": (2).to_bytes(8, "little") + b"{}"})
    working = pointed(model, tmp_path / "working" / "small", "sub/w.bin", "model.safetensors")
    done = verb(working, key, digests="lfs")
    assert (done.given, done.files) == (2, len(MODEL) + 1)
    assert done.digest == attest.digest(model).manifest.digest
    for name in ("model.sig", "claims.jsonl"):
        if (working / name).exists():
            (model / name).write_bytes((working / name).read_bytes())
    assert attest.verify(model, keys=[public]).passed
    assert not attest.verify(working, keys=[public]).passed
    (model / "sub" / "w.bin").write_bytes(b"x\n")
    assert not attest.verify(model, keys=[public]).passed


def test_a_release_of_pointers_says_what_it_could_not_see(model: Path, key: Path, tmp_path: Path) -> None:
    working = pointed(model, tmp_path / "working", "config.json")
    release(working, key, digests="lfs")
    statement = claim(working)
    assert statement["subject"][0]["annotations"]["digestSource"] == "given"
    properties = {item["name"]: item["value"] for item in statement["predicate"]["metadata"]["component"]["properties"]}
    assert "0 of" in properties["attest:unreadable:config.json"]
    assert "attest:model:model-type" not in properties


def test_without_pointers_everything_is_read_and_nothing_is_marked(model: Path, key: Path) -> None:
    assert release(model, key, digests="lfs").given == 0
    assert "digestSource" not in claim(model)["subject"][0]["annotations"]


def test_pointers_that_are_none_are_all_named(model: Path, key: Path, tmp_path: Path) -> None:
    bad = POINTER.format("ab" * 32, "01")
    write(model, {"a": bad.encode(), "sub/b": POINTER.format("AB" * 32, 1).encode(), "c": b"version 1\n"})
    with pytest.raises(UnsafeArtifactError) as caught:
        attest.sign(model, key, digests="lfs")
    assert sorted(item.where for item in caught.value.problems) == ["a", "sub/b"]


def test_a_pointer_is_a_file_unless_asked(model: Path, key: Path, public: Path) -> None:
    write(model, {"a": POINTER.format("ab" * 32, 1).encode()})
    assert attest.sign(model, key).given == 0
    assert attest.verify(model, keys=[public]).passed


def test_a_list_called_lfs(model: Path, key: Path, tmp_path: Path) -> None:
    assert attest.sign(model, key, digests=listed(model, tmp_path / "lfs")).given == len(MODEL)


# Only what changed


class Clock:
    """The time that runs begin at: `ahead` nanoseconds after the last change of any file of the model."""

    def __init__(self, model: Path) -> None:
        self.model = model
        self.ahead = hash_cache.RACY + 1

    def __call__(self) -> int:
        found = [path.stat() for path in self.model.rglob("*") if path.is_file() and path.suffix not in EVIDENCE]
        return max(max(item.st_mtime_ns, item.st_ctime_ns) for item in found) + self.ahead


@pytest.fixture
def clock(model: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(model)
    monkeypatch.setattr(reuse, "_now", made)
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def changed(path: Path, content: bytes) -> None:
    """Change a file's content and nothing else that a caller can set."""
    before = path.stat()
    assert before.st_size == len(content)
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("verb", [attest.sign, attest.release])
def test_the_second_run_reads_nothing_and_signs_the_same(
    model: Path, key: Path, public: Path, cache: Path, clock: Clock, verb: Callable[..., Any]
) -> None:
    first = verb(model, key, incremental=cache)
    before = {path.name: path.read_bytes() for path in model.iterdir() if path.is_file()}
    second = verb(model, key, incremental=cache)
    assert (first.reused, second.reused) == (0, len(MODEL))
    assert (first.given, second.given, first.notes, second.notes) == (0, 0, (), ())
    assert first.digest == second.digest == attest.digest(model).manifest.digest
    assert before == {path.name: path.read_bytes() for path in model.iterdir() if path.is_file()}
    assert attest.verify(model, keys=[public]).passed


def test_it_is_the_evidence_of_a_run_without_a_cache(model: Path, key: Path, cache: Path, clock: Clock) -> None:
    for _ in range(2):
        release(model, key, incremental=cache)
    again = release(model, key)
    assert (again.added, again.signed) == (False, False)


def test_the_cache_really_is_what_is_signed(model: Path, key: Path, public: Path, cache: Path, clock: Clock) -> None:
    """A cache that its owner wrote is trusted, and verification is not taken in."""
    attest.sign(model, key, incremental=cache)
    root = str(model.resolve())
    files = hash_cache.read_cache(str(cache), root).files
    hash_cache.write_cache(str(cache), root, {n: item._replace(sha256=bytes(32)) for n, item in files.items()})
    assert attest.sign(model, key, incremental=cache).reused == len(MODEL)
    assert not attest.verify(model, keys=[public]).passed


def test_changed_files_are_read(model: Path, key: Path, public: Path, cache: Path, clock: Clock) -> None:
    attest.sign(model, key, incremental=cache)
    write(model, {"sub/w.bin": b"longer\n", "new": b"new\n"})
    (model / "README.md").unlink()
    done = attest.sign(model, key, incremental=cache)
    assert (done.reused, done.files) == (1, 3)
    assert attest.verify(model, keys=[public]).passed
    assert attest.sign(model, key, incremental=cache).reused == 3


def test_a_change_with_its_time_put_back_is_read(
    model: Path, key: Path, public: Path, cache: Path, clock: Clock
) -> None:
    attest.sign(model, key, incremental=cache)
    changed(model / "sub" / "w.bin", b"v\n")
    assert attest.sign(model, key, incremental=cache).reused == len(MODEL) - 1
    assert attest.verify(model, keys=[public]).passed


def test_a_file_in_place_of_another_is_read(model: Path, key: Path, public: Path, cache: Path, clock: Clock) -> None:
    attest.sign(model, key, incremental=cache)
    path, new = model / "sub" / "w.bin", model.parent / "new"
    times = path.stat()
    new.write_bytes(b"v\n")
    os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
    new.replace(path)
    assert attest.sign(model, key, incremental=cache).reused == len(MODEL) - 1
    assert attest.verify(model, keys=[public]).passed


def test_two_files_that_change_names_are_read(model: Path, key: Path, public: Path, cache: Path, clock: Clock) -> None:
    write(model, {"a": b"1", "b": b"2"})
    attest.sign(model, key, incremental=cache)
    (model / "a").rename(model / "c")
    (model / "b").rename(model / "a")
    (model / "c").rename(model / "b")
    attest.sign(model, key, incremental=cache)
    assert attest.verify(model, keys=[public]).passed


def test_files_changed_just_before_are_read_again(model: Path, key: Path, cache: Path, clock: Clock) -> None:
    newest = (model / "config.json").stat().st_mtime_ns + 10**12
    os.utime(model / "config.json", ns=(newest, newest))
    clock.ahead = hash_cache.RACY
    assert [attest.sign(model, key, incremental=cache).reused for _ in range(3)] == [0, len(MODEL) - 1, len(MODEL) - 1]
    clock.ahead = hash_cache.RACY + 1
    assert [attest.sign(model, key, incremental=cache).reused for _ in range(2)] == [len(MODEL) - 1, len(MODEL)]


@pytest.mark.parametrize("ahead", [-(10**12), -1, 0, 1, hash_cache.RACY])
def test_a_clock_that_has_not_moved_on(model: Path, key: Path, cache: Path, clock: Clock, ahead: int) -> None:
    """Within two seconds after its change, and with a clock behind it, a file is never taken from the cache."""
    attest.sign(model, key, incremental=cache)
    clock.ahead = ahead
    assert attest.sign(model, key, incremental=cache).reused < len(MODEL)


def test_the_facts_are_read_from_files_that_are_not_hashed(model: Path, key: Path, cache: Path, clock: Clock) -> None:
    release(model, key, incremental=cache)
    (model / "claims.jsonl").unlink()
    assert release(model, key, incremental=cache).reused == len(MODEL)
    assert json.dumps(claim(model)).count("bert") > 0


def noted(model: Path, key: Path, cache: Path, note: str) -> None:
    done = attest.sign(model, key, incremental=cache)
    assert done.reused == 0
    assert len(done.notes) == 1
    assert note in done.notes[0]


def test_a_cache_that_is_not_ours(
    model: Path, key: Path, cache: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attest.sign(model, key, incremental=cache)
    cache.chmod(0o622)
    before = cache.read_bytes()
    mine = os.geteuid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: mine + 1)
        noted(model, key, cache, "belongs to somebody else")
    noted(model, key, cache, "others may write to it")
    assert (cache.read_bytes(), cache.stat().st_mode & 0o777) == (before, 0o622)


def test_a_cache_of_another_model(model: Path, key: Path, cache: Path, clock: Clock, tmp_path: Path) -> None:
    other = write(tmp_path / "other", MODEL)
    attest.sign(other, key, incremental=cache)
    noted(model, key, cache, "is of another artifact")
    assert attest.sign(model, key, incremental=cache).reused == len(MODEL)


def test_a_damaged_cache_is_made_again(model: Path, key: Path, cache: Path, clock: Clock) -> None:
    attest.sign(model, key, incremental=cache)
    cache.write_bytes(cache.read_bytes().replace(b" config.json", b" config.jsom"))
    noted(model, key, cache, "is damaged")
    assert attest.sign(model, key, incremental=cache).reused == len(MODEL)


def test_a_cache_that_cannot_be_written(model: Path, key: Path, public: Path, tmp_path: Path, clock: Clock) -> None:
    noted(model, key, tmp_path / "none" / "cache", "the next run reads everything again")
    assert attest.verify(model, keys=[public]).passed


def test_a_failed_run_leaves_the_cache(model: Path, key: Path, cache: Path, clock: Clock) -> None:
    attest.sign(model, key, incremental=cache)
    before = cache.read_bytes()
    (model / "link").symlink_to("/etc/passwd")
    with pytest.raises(UnsafeArtifactError):
        attest.sign(model, key, incremental=cache)
    assert cache.read_bytes() == before


def test_where_a_cache_must_not_lie(model: Path, key: Path, tmp_path: Path) -> None:
    copy = tmp_path / "key.pem"
    copy.write_bytes(key.read_bytes())
    for path in (model / "cache", model / "sub" / "cache", model / "model.sig", copy):
        with pytest.raises(InputError, match="--incremental"):
            attest.sign(model, copy, incremental=path)
    with pytest.raises(InputError, match="would overwrite"):
        attest.sign(model, copy, incremental=tmp_path / "s", signature=tmp_path / "s")
    with pytest.raises(InputError, match="would overwrite"):
        release(model, copy, incremental=tmp_path / "s", bom=tmp_path / "s")
    with pytest.raises(InputError, match="is no cache"):
        attest.sign(model, key, incremental=copy)
    assert copy.read_bytes() == key.read_bytes()
    assert not (model / "model.sig").exists()


def test_a_cache_beside_one_file(tmp_path: Path, key: Path, public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "m", {"w.bin": b"w\n"}) / "w.bin"
    monkeypatch.setattr(reuse, "_now", Clock(tmp_path / "m"))
    for target in (path, f"{path}.sig", f"{path}.claims.jsonl"):
        with pytest.raises(InputError, match="would overwrite"):
            attest.sign(path, key, incremental=target)
    for reused in (0, 1):
        assert attest.sign(path, key, incremental=tmp_path / "cache").reused == reused
    assert attest.verify(path, keys=[public]).passed


# Blobs of the Hub's cache


def test_blobs_are_signed_by_their_names(key: Path, public: Path, tmp_path: Path) -> None:
    files = {"config.json": b"{}", "model.safetensors": (2).to_bytes(8, "little") + b"{}"}
    root = snapshot(tmp_path / "cache", files)
    small = root.parents[1] / "blobs" / ("a" * 40)  # as the Hub names what is not in LFS
    small.write_bytes(b"text\n")
    (root / "README.md").symlink_to(os.path.relpath(small, root))
    plain = attest.digest(root).manifest.digest
    done = attest.sign(root, key, digests="hub", signature=tmp_path / "out.sig")
    assert (done.given, done.files, done.digest) == (2, 3, plain)
    assert attest.verify(root, keys=[public], signature=tmp_path / "out.sig").passed
    # The name is believed, so a blob that does not hold what it says gives a signature that nothing passes.
    (root / "config.json").resolve().write_bytes(b"[]")
    attest.sign(root, key, digests="hub", signature=tmp_path / "out.sig")
    assert not attest.verify(root, keys=[public], signature=tmp_path / "out.sig").passed


def test_the_hubs_names_are_for_its_cache_alone(model: Path, key: Path) -> None:
    with pytest.raises(InputError, match="is for a snapshot"):
        attest.sign(model, key, digests="hub")
    named = write(model, {"f" * 64: b"not what it is called\n"})
    with pytest.raises(InputError, match="is for a snapshot"):
        attest.sign(named, key, digests="hub")
