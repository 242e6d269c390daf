"""What we write, checked by tools that know nothing of us: coreutils, openssl, in-toto and Sigstore libraries."""

from __future__ import annotations

import hashlib
import json
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from attest.signing.dsse import pae
from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, ROOT, Run
from tests.interop.conftest import AWKWARD, SEPARATOR, make_model, need_peers

# The definition of the tree digest, as docs and design state it.
ONE_LINER = (
    "find . -type f ! -path ./model.sig ! -path ./claims.jsonl -print0 | LC_ALL=C sort -z"
    " | xargs -0 -r sha256sum | LC_ALL=C sed 's,  \\./,  ,' | sha256sum"
)
# What a shell would expand, a name at the limit of file systems, and evidence names anywhere but at the root.
NAMES = {
    "it's": b"19",
    "sub/a": b"20",
    "sub/-": b"21",
    "*": b"22",
    "z" * 255: b"23",
    "sub/model.sig": b"24",
    "sub/claims.jsonl": b"25",
    "model.sig.bak": b"26",
}
HARD = {name: content for name, content in {**SEPARATOR, **AWKWARD, **NAMES}.items() if name != "a"}  # a folder here


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    """Every hard name there is."""
    return make_model(tmp_path / "awkward", HARD)


def coreutils(folder: Path) -> str:
    done = subprocess.run(["sh", "-c", ONE_LINER], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def test_tree_digest_is_the_coreutils_one_liner(run: Run, awkward: Path) -> None:
    shown = json.loads(run("digest", awkward, "--format", "json").out)
    assert shown["files"] == len(HARD)
    assert shown["digest"]["sha256"] == coreutils(awkward)
    assert run("release", awkward, "--key", EXAMPLE_KEY).code == 0
    assert (awkward / "model.sig").exists()
    assert (awkward / "claims.jsonl").exists()
    assert coreutils(awkward) == shown["digest"]["sha256"]
    assert json.loads(run("digest", awkward, "--format", "json").out)["digest"] == shown["digest"]


def test_the_one_liner_of_the_documents_is_this_one() -> None:
    text = (ROOT / "docs" / "adr" / "0001-tree-digest.md").read_text("utf-8")
    assert ONE_LINER in text


def test_sha256sum_checks_our_list(run: Run, awkward: Path, tmp_path: Path) -> None:
    (awkward / "-").unlink()  # sha256sum takes this name for its standard input
    (tmp_path / "SUMS").write_text(run("digest", awkward, "--files").out, encoding="utf-8")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", tmp_path / "SUMS"], cwd=awkward, check=True)
    (awkward / "sub" / "-").write_bytes(b"other")
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", tmp_path / "SUMS"], cwd=awkward, capture_output=True, check=False
    )
    assert done.returncode == 1


def test_openssl_verifies_our_signature(tiny: Path, tmp_path: Path) -> None:
    for line in [(tiny / "model.sig").read_text("utf-8"), *(tiny / "claims.jsonl").read_text("utf-8").splitlines()]:
        envelope = json.loads(line)["dsseEnvelope"]
        (tmp_path / "sig").write_bytes(b64decode(envelope["signatures"][0]["sig"]))
        (tmp_path / "data").write_bytes(pae(envelope["payloadType"], b64decode(envelope["payload"])))
        checked = ["-verify", EXAMPLE_PUB, "-signature", tmp_path / "sig", tmp_path / "data"]
        command = ["openssl", "dgst", "-sha256", *map(str, checked)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout == "Verified OK\n"


def test_openssl_reads_our_keys(run: Run, tmp_path: Path) -> None:
    for curve in ("P-256", "P-384", "P-521"):
        assert run("key", "generate", "--out", tmp_path / f"{curve}.pem", "--curve", curve, "--unencrypted").code == 0
        command = ["openssl", "pkey", "-in", str(tmp_path / f"{curve}.pem"), "-pubout"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == (tmp_path / f"{curve}.pub").read_text("ascii")


def payload(tiny: Path) -> bytes:
    line = (tiny / "claims.jsonl").read_text("utf-8").splitlines()[0]
    return b64decode(json.loads(line)["dsseEnvelope"]["payload"])


def test_in_toto_reads_our_statement(tiny: Path) -> None:
    from google.protobuf import json_format
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Message

    message = json_format.Parse(payload(tiny), Message())
    Statement.copy_from_pb(message).validate()
    assert message.predicate_type == "https://cyclonedx.org/bom"
    assert message.subject[0].digest["sha256"] == coreutils(tiny)
    assert {item.name: item.digest["sha256"] for item in message.subject[1:]} == {
        name: hashlib.sha256((tiny / name).read_bytes()).hexdigest()
        for name in ("README.md", "config.json", "model.safetensors", "onnx/export.json")
    }


@pytest.mark.peer
def test_sigstore_reads_our_statement(tiny: Path) -> None:
    code = (
        "import sys; from sigstore.dsse import Statement\n"
        "s = Statement(sys.stdin.buffer.read())\n"
        "print(s._matches_digest.__name__, s._inner.predicate_type)"
    )
    done = subprocess.run([need_peers(), "-I", "-c", code], input=payload(tiny), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"https://cyclonedx.org/bom" in done.stdout
