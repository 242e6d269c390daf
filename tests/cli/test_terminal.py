"""What only a terminal sees: the progress line, colours, and the question for a password."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE_PUB, FIXTURES

CODE = "from attest.cli import main; main()"


def in_terminal(*argv: object, typed: str = "", prompts: int = 0) -> tuple[int, str]:
    """Run the command line with a terminal for all three streams, answering `prompts` questions with `typed`."""
    environment = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "ATTEST_KEY_PASSWORD"}}
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *map(str, argv)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment | {"TERM": "xterm"},
        start_new_session=True,
    )
    os.close(slave)
    seen = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            data = os.read(master, 4096)
        except OSError:  # the other side closed
            break
        seen += data
        if prompts and seen.rstrip().endswith(b":"):
            prompts -= 1
            time.sleep(0.1)  # the terminal must have stopped echoing
            os.write(master, typed.encode() + b"\n")
            seen += b"\n"
    os.close(master)
    return process.wait(timeout=30), seen.decode("utf-8", "replace")


def test_colours_in_a_terminal_only() -> None:
    code, seen = in_terminal("verify", FIXTURES / "models" / "tiny", "--key", EXAMPLE_PUB)
    assert code == 0
    assert "\033[32mPASSED\033[0m" in seen
    piped = subprocess.run(
        [sys.executable, "-c", CODE, "verify", FIXTURES / "models" / "tiny", "--key", EXAMPLE_PUB],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\033" not in piped.stdout
    assert piped.stderr == ""


@pytest.mark.slow
def test_progress_line_for_long_work(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    for number in range(2):
        with (tmp_path / "model" / f"weights-{number}.bin").open("wb") as stream:
            stream.truncate(1_500_000_000)
    code, seen = in_terminal("digest", tmp_path / "model")
    assert code == 0
    assert "hashing: " in seen
    assert "GB" in seen
    assert seen.rstrip().splitlines()[-1].startswith("OMS root")
    piped = subprocess.run(
        [sys.executable, "-c", CODE, "digest", tmp_path / "model"], capture_output=True, text=True, check=True
    )
    assert piped.stderr == ""


def test_password_is_asked_for_and_never_shown(tmp_path: Path, tiny: Path) -> None:
    code, seen = in_terminal("key", "generate", "--out", tmp_path / "k.pem", typed="s3cret-word", prompts=2)
    assert code == 0, seen
    assert b"ENCRYPTED" in (tmp_path / "k.pem").read_bytes()
    code, more = in_terminal("sign", tiny, "--key", tmp_path / "k.pem", typed="s3cret-word", prompts=1)
    assert code == 0, more
    assert "s3cret-word" not in seen + more
    code, wrong = in_terminal("sign", tiny, "--key", tmp_path / "k.pem", typed="other", prompts=1)
    assert code == 2
    assert "the password is wrong" in wrong


def test_a_document_in_a_terminal_steers_nothing(tmp_path: Path) -> None:
    model = tmp_path / "m"
    model.mkdir()
    (model / "a\x9b31m\u202eb.txt").write_text("x", encoding="utf-8")
    code, seen = in_terminal("bom", "model", model)
    assert code == 0
    assert "\x9b" not in seen
    assert "\u202e" not in seen
    assert "a\\u009b31m\\u202eb.txt" in seen
