"""Digests by coreutils are signed as they stand, and foreign readers take the mark that says so."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, Run
from tests.interop.conftest import make_model
from tests.interop.test_other_tools import HARD


@pytest.mark.parametrize("options", ["", "--binary", "--text"])
def test_lists_by_sha256sum(run: Run, tmp_path: Path, options: str) -> None:
    model = make_model(tmp_path / "model", HARD)
    command = f"find . -type f -print0 | xargs -0 sha256sum {options}"
    done = subprocess.run(["sh", "-c", command], cwd=model, capture_output=True, check=True)
    (tmp_path / "list").write_bytes(done.stdout)
    signed = run("release", model, "--key", EXAMPLE_KEY, "--digests", tmp_path / "list", "--format", "json")
    assert json.loads(signed.out)["given"] == len(HARD)
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0


def test_names_that_sha256sum_escapes_are_refused(run: Run, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", {"back\\slash": b"1", "line\nfeed": b"2", "plain": b"3"})
    command = "find . -type f -print0 | sort -z | xargs -0 sha256sum"
    done = subprocess.run(["sh", "-c", command], cwd=model, capture_output=True, check=True)
    (tmp_path / "list").write_bytes(done.stdout)
    failed = run("sign", model, "--key", EXAMPLE_KEY, "--digests", tmp_path / "list")
    assert (failed.code, failed.err.count("the name is written with escapes")) == (2, 2)


def test_in_toto_reads_the_marked_statement(run: Run, tiny: Path, tmp_path: Path) -> None:
    from google.protobuf import json_format
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Message

    (tmp_path / "list").write_text(run("digest", tiny, "--files").out, encoding="utf-8")
    assert run("release", tiny, "--key", EXAMPLE_KEY, "--digests", tmp_path / "list").code == 0
    line = (tiny / "claims.jsonl").read_text("utf-8").splitlines()[-1]
    message = json_format.Parse(b64decode(json.loads(line)["dsseEnvelope"]["payload"]), Message())
    Statement.copy_from_pb(message).validate()
    marks = json_format.MessageToDict(message.subject[0].annotations)
    assert marks == {"digestKind": "attest-tree/v1", "digestSource": "given"}
