"""Evidence beside an artifact: what parses whole is left out of the tree, and everything else counts as a file."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from attest.domain.bundle import CLAIM_LIMITS, MAX_CLAIMS
from attest.domain.manifest import Manifest
from attest.errors import AttestError, InputError, OutputError
from attest.hashing import HashOptions, hash_artifact, locate
from attest.stores import Beside, Found, beside
from tests.unit.conftest import ROOT, SMALL, child, claim, entry, manifest, model_bundle, write

BUNDLE = model_bundle()
PICKLE = b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93."


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path / "small")


def store(path: Path) -> Beside:
    return Beside(artifact=locate(str(path)))


def tree(path: Path, found: Found) -> Manifest:
    return hash_artifact(locate(str(path)), HashOptions(evidence=found.evidence)).manifest


def test_nothing_beside(model: Path) -> None:
    assert store(model).read() == Found()


def test_evidence_that_parses_is_left_out(model: Path) -> None:
    claims = claim(1) + b"\n" + claim(2) + b"\n"
    write(model, {"model.sig": BUNDLE + b"\n", "claims.jsonl": claims})
    found = store(model).read()
    assert [bundle.source for bundle in found.bundles] == ["model.sig", "claims.jsonl:1", "claims.jsonl:2"]
    assert found.rejected == ()
    assert found.evidence == (entry("model.sig", BUNDLE + b"\n"), entry("claims.jsonl", claims))
    assert tree(model, found).files == manifest().files


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_the_last_line_may_end_or_not(model: Path, ending: bytes) -> None:
    write(model, {"claims.jsonl": claim(1) + ending})
    assert len(store(model).read().bundles) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        BUNDLE[:-1],
        BUNDLE[:200],
        PICKLE,
        b"null",
        b"[]",
        b"\xff",
        BUNDLE + b"\n" + BUNDLE,
        b"\xef\xbb\xbf" + BUNDLE,
    ],
)
def test_a_signature_that_does_not_parse_counts_as_a_file_and_is_reported(model: Path, content: bytes) -> None:
    write(model, {"model.sig": content})
    found = store(model).read()
    assert (found.bundles, found.evidence) == ((), ())
    assert [(item.source, item.code, item.signer, item.predicate_type) for item in found.rejected] == [
        ("model.sig", "malformed", None, "")
    ]
    assert found.rejected[0].reason
    assert tree(model, found) == manifest({**SMALL, "model.sig": content})


@pytest.mark.parametrize(
    ("content", "bad"),
    [
        (claim(1) + b"\nnot json\n" + claim(2) + b"\n", "claims.jsonl:2"),
        (claim(1) + b"\n\n" + claim(2) + b"\n", "claims.jsonl:2"),
        (b"\n" + claim(1) + b"\n", "claims.jsonl:1"),
        (claim(1) + b"\n\n", "claims.jsonl:2"),
        (b"\n", "claims.jsonl:1"),
        (claim(1) + b"\n" + claim(2)[:-5], "claims.jsonl:2"),
        (claim(1) + b"\n" + claim(1) + claim(2) + b"\n", "claims.jsonl:2"),
        (PICKLE, "claims.jsonl:1"),
        (claim(1) + b"\n" + PICKLE, "claims.jsonl:2"),
    ],
)
def test_claims_with_one_bad_line_count_as_a_file(model: Path, content: bytes, bad: str) -> None:
    write(model, {"claims.jsonl": content, "model.sig": BUNDLE})
    found = store(model).read()
    assert [(item.source, item.code, item.signer) for item in found.rejected] == [(bad, "malformed", None)]
    assert found.evidence == (entry("model.sig", BUNDLE),)
    assert "claims.jsonl" in tree(model, found).by_name()


def test_the_good_lines_beside_a_bad_one_are_still_looked_at(model: Path) -> None:
    write(model, {"claims.jsonl": claim(1) + b"\nx\n" + claim(2)})
    assert [item.source for item in store(model).read().bundles] == ["claims.jsonl:1", "claims.jsonl:3"]


def test_more_lines_than_are_read(model: Path) -> None:
    write(model, {"claims.jsonl": b"".join(claim(number % 3) + b"\n" for number in range(MAX_CLAIMS + 1))})
    found = store(model).read()
    assert [(item.source, item.reason) for item in found.rejected] == [
        ("claims.jsonl", "it has 1001 lines; at most 1000 are read")
    ]
    assert found.evidence == ()
    assert len(found.bundles) == MAX_CLAIMS


def test_nothing_hides_behind_the_bound_of_the_claims(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read up to a bound; where the bound falls on the end of a line, the rest must not go unseen."""
    first = claim(1) + b"\n" + claim(2) + b"\n"
    write(model, {"claims.jsonl": first + PICKLE})
    for bound in range(len(first) - 3, len(first) + 2):
        monkeypatch.setattr(beside, "MAX_CLAIMS_SIZE", bound)
        found = store(model).read()
        assert found.evidence == ()
        assert any(item.source.startswith("claims.jsonl") for item in found.rejected)


def test_a_single_file_has_its_evidence_beside_it(model: Path) -> None:
    write(model, {"sub-x.sig": BUNDLE, "sub-x.claims.jsonl": claim(1), "model.sig": PICKLE})
    found = store(model / "sub-x").read()
    assert [bundle.source for bundle in found.bundles] == ["sub-x.sig", "sub-x.claims.jsonl:1"]
    assert (found.rejected, found.evidence) == ((), ())


def test_a_signature_kept_elsewhere(model: Path, tmp_path: Path) -> None:
    write(model, {"model.sig": BUNDLE, "claims.jsonl": claim(1)})
    other = tmp_path / "other.sig"
    other.write_bytes(model_bundle(by=2))
    found = store(model).read(str(other))
    assert [bundle.source for bundle in found.bundles] == ["other.sig", "claims.jsonl:1"]
    assert found.bundles[0].digest == hashlib.sha256(other.read_bytes()).hexdigest()
    # The one inside is not used, and is still no part of the tree.
    assert [item.name for item in found.evidence] == ["model.sig", "claims.jsonl"]


def test_a_broken_signature_kept_elsewhere_excludes_nothing(model: Path, tmp_path: Path) -> None:
    write(model, {"model.sig": PICKLE})
    (tmp_path / "other.sig").write_bytes(b"x")
    found = store(model).read(str(tmp_path / "other.sig"))
    assert [item.source for item in found.rejected] == ["other.sig"]
    assert found.evidence == ()


@pytest.mark.parametrize("name", ["missing.sig", "folder", "pipe", "dangling"])
def test_a_signature_that_is_asked_for_must_be_a_file(model: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(InputError):
        store(model).read(str(tmp_path / name))


def test_the_source_of_a_bundle_is_fit_to_be_shown(model: Path, tmp_path: Path) -> None:
    for name, content in ((b"\xff\x1b[2J.sig", BUNDLE), (b"\n\xff.sig", b"x")):
        path = os.path.join(os.fsencode(tmp_path), name)
        with open(path, "wb") as stream:
            stream.write(content)
        found = store(model).read(os.fsdecode(path))
        sources = [item.source for item in found.bundles] + [item.source for item in found.rejected]
        assert len(sources) == 1
        assert sources[0].isprintable()


def test_special_files_under_the_name_of_evidence(model: Path) -> None:
    os.mkfifo(model / "model.sig")
    (model / "claims.jsonl").mkdir()
    assert store(model).read() == Found()


def test_a_link_under_the_name_of_evidence(model: Path, tmp_path: Path) -> None:
    (model / "model.sig").symlink_to("nowhere")
    assert store(model).read() == Found()
    (tmp_path / "outside").write_bytes(PICKLE)
    (model / "claims.jsonl").symlink_to(tmp_path / "outside")
    found = store(model).read()
    assert (found.evidence, [item.source for item in found.rejected]) == ((), ["claims.jsonl:1"])


def test_a_link_to_itself_under_the_name_of_evidence(model: Path) -> None:
    (model / "model.sig").symlink_to("model.sig")
    assert store(model).read() == Found()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "size"),
    [("model.sig", 100_000_000), ("model.sig", (256 << 20) + 1), ("model.sig", 1 << 40), ("claims.jsonl", 1 << 40)],
)
def test_huge_bundles_are_refused_quickly(model: Path, size: int, name: str) -> None:
    (model / name).touch()
    os.truncate(model / name, size)
    found = store(model).read()
    assert [item.code for item in found.rejected] == ["malformed"]
    assert found.rejected[0].source.startswith(name)
    assert found.evidence == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("start", "filling", "said"),
    [
        (b"", b"[", "more than 20000 members and items"),
        (b'{"mediaType":', b"9", "beyond 2^53 - 1"),
        (b'{"mediaType":"', b"A", "is not strict JSON"),
        (b'{"mediaType":"', b"\\u00e9", "is not strict JSON"),
        (b"", b"\xff", "is not UTF-8 text"),
        (b"{}", b" ", "mediaType 'None' is unknown"),
    ],
    ids=["brackets", "number", "string", "escapes", "bytes", "spaces"],
)
def test_a_hundred_megabytes_of_garbage(model: Path, start: bytes, filling: bytes, said: str) -> None:
    (model / "model.sig").write_bytes(start + filling * (100_000_000 // len(filling)))
    found = store(model).read()
    assert [(item.source, item.code) for item in found.rejected] == [("model.sig", "malformed")]
    assert said in found.rejected[0].reason
    assert len(found.rejected[0].reason) < 300
    assert (found.bundles, found.evidence) == ((), ())


def test_a_whole_bundle_past_the_limit_of_one_line(model: Path) -> None:
    content = BUNDLE.replace(b'"payload":"', b'"payload":"' + b"A" * (96 << 20))
    write(model, {"claims.jsonl": content})
    found = store(model).read()
    assert [item.reason for item in found.rejected] == [
        f"the bundle is {len(content)} bytes long; the limit is {88 << 20}"
    ]
    assert (found.bundles, found.evidence) == ((), ())


LINES = """
import resource, sys
from attest.hashing import locate
from attest.stores import Beside
store = Beside(artifact=locate(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
print(store.read().rejected[-1].reason)
"""


def test_a_file_of_line_feeds_is_no_memory_bomb(model: Path) -> None:
    (model / "claims.jsonl").write_bytes(b"\n" * (100 << 20))
    assert "lines; at most 1000 are read" in child(LINES, model)


# Writing


def claims_of(path: Path) -> bytes:
    return (path / "claims.jsonl").read_bytes()


def names(path: Path) -> set[str]:
    return {item.name for item in path.iterdir()}


def test_append(model: Path) -> None:
    assert store(model).append(claim(1)) is True
    assert store(model).append(claim(2)) is True
    assert claims_of(model) == claim(1) + b"\n" + claim(2) + b"\n"


def test_append_is_idempotent(model: Path) -> None:
    store(model).append(claim(1))
    store(model).append(claim(2))
    before = claims_of(model)
    assert store(model).append(claim(1)) is False
    assert claims_of(model) == before


def test_append_keeps_the_bytes_of_old_lines(model: Path) -> None:
    odd = claim(1).replace(b":", b" : ", 1)
    write(model, {"claims.jsonl": odd})
    store(model).append(claim(2))
    assert claims_of(model) == odd + b"\n" + claim(2) + b"\n"


@pytest.mark.parametrize("content", [PICKLE, b"\n", claim(1) + b"\n\n", claim(1) + b"\n{}"])
def test_nothing_is_added_after_a_line_that_is_none(model: Path, content: bytes) -> None:
    write(model, {"claims.jsonl": content})
    with pytest.raises(InputError, match=r"claims\.jsonl:\d is not a bundle"):
        store(model).append(claim(2))
    assert claims_of(model) == content


def test_no_line_is_added_past_the_number_that_is_read(model: Path) -> None:
    full = b"".join(claim(number % 3) + b"\n" for number in range(MAX_CLAIMS))
    write(model, {"claims.jsonl": full})
    assert store(model).read().rejected == ()
    with pytest.raises(AttestError):
        store(model).append(claim(99))
    assert claims_of(model) == full


def test_no_line_is_added_past_the_size_that_is_read(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(model).append(claim(1))
    before = claims_of(model)
    monkeypatch.setattr(beside, "MAX_CLAIMS_SIZE", len(before) + 10)
    with pytest.raises(AttestError):
        store(model).append(claim(2))
    assert claims_of(model) == before


def test_write_signature_replaces(model: Path) -> None:
    store(model).write_signature(BUNDLE)
    store(model).write_signature(model_bundle(by=2))
    assert (model / "model.sig").read_bytes() == model_bundle(by=2) + b"\n"
    assert names(model) == {"model.sig", "config.json", "empty", "sub-x", "sub", "é.txt"}


def test_a_link_is_replaced_and_its_target_is_not(model: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"keep me")
    (model / "model.sig").symlink_to(tmp_path / "outside")
    store(model).write_signature(BUNDLE)
    assert (tmp_path / "outside").read_bytes() == b"keep me"
    assert not (model / "model.sig").is_symlink()


APPEND = """
import sys
from dataclasses import replace
from attest.hashing import locate
from attest.stores import Beside
from tests.unit.conftest import claim
store = Beside(artifact=locate(sys.argv[1]))
start = int(sys.argv[2])
lines = [claim(number) for number in range(start, start + 5)]
sys.stdin.read()
for line in lines:
    store.append(line)
"""


def test_writers_at_the_same_time_lose_nothing(model: Path) -> None:
    command = [sys.executable, "-c", APPEND, str(model)]
    writers = [
        subprocess.Popen([*command, str(number * 5)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        for number in range(8)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()  # the signal to start
        writer.stdin = None
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert (writer.returncode, errors) == (0, b"")
    lines = claims_of(model).splitlines()
    assert sorted(lines) == sorted(claim(number) for number in range(40))


FULL = """
import resource, sys
from attest.errors import OutputError
from attest.hashing import locate
from attest.stores import Beside
from tests.unit.conftest import claim
store = Beside(artifact=locate(sys.argv[1]))
line = claim(int(sys.argv[3]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    store.append(line) if sys.argv[4] == "append" else store.write_signature(line)
except OutputError as error:
    print(error.message, "|", error.hint)
"""


@pytest.mark.parametrize("verb", ["append", "sign"])
@pytest.mark.parametrize("room", [0, 10, 1500])
def test_a_disk_that_fills_leaves_the_old_file_whole(model: Path, verb: str, room: int) -> None:
    name = "claims.jsonl" if verb == "append" else "model.sig"
    old = b"".join(claim(number) + b"\n" for number in range(3)) if verb == "append" else BUNDLE
    write(model, {name: old})
    before = names(model)
    assert len(old) + len(claim(7)) > room
    if verb == "sign" and room > len(claim(7)):
        room = len(claim(7))
    said = child(FULL, model, room, 7, verb)
    assert f"{name}' could not be written: File too large | Nothing was changed there" in said
    assert (model / name).read_bytes() == old
    assert names(model) == before


READ_ONLY = """
import os, sys, tempfile
from attest.errors import OutputError
from attest.hashing import locate
from attest.stores import Beside
from tests.unit.conftest import claim
with tempfile.TemporaryDirectory() as top:
    os.chmod(top, 0o755)
    model = os.path.join(top, "m")
    os.mkdir(model)
    path = os.path.join(model, sys.argv[1])
    with open(path, "wb") as stream:
        stream.write(claim(1) + b"\\n")
    os.chmod(path, 0o666)
    os.chmod(model, 0o555)
    line = claim(2)
    if (pid := os.fork()) == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        store = Beside(artifact=locate(model))
        try:
            store.append(line) if sys.argv[1] == "claims.jsonl" else store.write_signature(line)
        except OutputError as error:
            print(error.message.replace(model, "."), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    os.chmod(model, 0o755)
    print(os.listdir(model), open(path, "rb").read() == claim(1) + b"\\n")
"""


@pytest.mark.parametrize("name", ["claims.jsonl", "model.sig"])
def test_evidence_in_a_folder_that_is_read_only(name: str) -> None:
    said = child(READ_ONLY, name).splitlines()
    assert said == [f"'./{name}' could not be written: Permission denied", f"['{name}'] True"]


def test_a_folder_that_is_gone(model: Path) -> None:
    single = store(model / "config.json")
    for item in model.iterdir():
        if item.is_file():
            item.unlink()
    (model / "sub" / "w.bin").unlink()
    (model / "sub").rmdir()
    model.rmdir()
    with pytest.raises(OutputError, match="cannot be opened"):
        single.append(claim(1))


def test_a_bundle_too_long_for_a_line_is_not_added(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store(model).append(claim(0))
    before = (model / "claims.jsonl").read_bytes()
    monkeypatch.setattr(beside, "CLAIM_LIMITS", replace(CLAIM_LIMITS, size=len(BUNDLE) - 1))
    with pytest.raises(InputError, match="a line of the claims has at most"):
        store(model).append(BUNDLE)
    assert (model / "claims.jsonl").read_bytes() == before
