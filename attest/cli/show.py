"""Output and input of the command line: text, errors, progress, passwords, times."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import typer

from attest.domain.manifest import printable
from attest.errors import (
    AttestError,
    DocumentError,
    InputError,
    KeyFileError,
    OutputError,
    UndecidedError,
    UnsafeArtifactError,
)
from attest.settings import Settings, load_settings

MAX_PROBLEMS = 50
_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
T = TypeVar("T")


def echo(text: str) -> None:
    """Write text to standard output as it is."""
    write_bytes(text.encode("utf-8", "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output. An answer that nobody reads is no answer: UndecidedError."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere, or the interpreter would try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UndecidedError("the answer could not be written: whoever read it went away") from None
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def echo_pieces(fill: Callable[[Callable[[bytes], object]], object]) -> None:
    """Write a JSON document to standard output as `fill` hands it over, in pieces of whole characters.

    In a terminal, characters inside its texts that could steer it are written as JSON escapes.
    """
    fill(_write_for_terminal if sys.stdout.isatty() else write_bytes)


def _write_for_terminal(data: bytes) -> None:
    escaped = _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", data.decode("utf-8", "backslashreplace"))
    write_bytes(escaped.encode("utf-8"))


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    sys.stderr.write(f"{text}\n")


def fail(error: AttestError) -> int:
    """Show an error with all its problems and its next step; returns the exit code."""
    lines = [f"attest: {error.message}"]
    if isinstance(error, DocumentError | UnsafeArtifactError):
        lines += [f"  {problem}" for problem in error.problems[:MAX_PROBLEMS]]
        if len(error.problems) > MAX_PROBLEMS:
            lines.append(f"  and {len(error.problems) - MAX_PROBLEMS} more")
    if error.hint:
        lines.append(f"  next: {error.hint}")
    sys.stderr.write("\n".join(map(printable, lines)) + "\n")
    return error.exit_code


def color() -> bool:
    """True when standard output is a terminal that wants colours."""
    return sys.stdout.isatty() and settings().color


def settings() -> Settings:
    """The settings of this run."""
    return load_settings()


def password(path: str) -> str:
    """The password of an encrypted key: from ATTEST_KEY_PASSWORD, or asked for in a terminal; never from argv."""
    if (secret := settings().key_password) is not None:
        return secret
    if not sys.stdin.isatty():
        raise KeyFileError(
            f"{path!r} is encrypted and no password was given",
            hint="Set ATTEST_KEY_PASSWORD, or run in a terminal to be asked.",
        )
    answer: str = typer.prompt(f"Password of {path}", hide_input=True, err=True)
    return answer


def pin(label: str) -> str:
    """The PIN of a token: from ATTEST_PKCS11_PIN, or asked for in a terminal."""
    if secret := settings().token_pin:
        return secret
    if not sys.stdin.isatty():
        raise KeyFileError(
            f"the token {label!r} needs a PIN",
            hint="Set ATTEST_PKCS11_PIN, add pin-source=FILE to the URI, or run in a terminal to be asked.",
        )
    answer: str = typer.prompt(f"PIN of {label}", hide_input=True, err=True)
    return answer


def new_password(path: str) -> str:
    """A password for a new key: from ATTEST_KEY_PASSWORD, or asked for twice in a terminal."""
    if secret := settings().key_password:
        return secret
    if not sys.stdin.isatty():
        raise KeyFileError(
            f"there is no password for the new key {path!r}",
            hint="Set ATTEST_KEY_PASSWORD, run in a terminal to be asked, or say --unencrypted.",
        )
    answer: str = typer.prompt(f"Password for {path}", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def moment(text: str) -> datetime | None:
    """An RFC 3339 time in UTC from an option, or None when it was not given."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"--at {text!r} is no time", hint="Write it as 2026-11-24T12:00:00Z.") from None


class Progress:
    """A line on standard error while much is hashed: only in a terminal, only after half a second."""

    def __init__(self) -> None:
        self._files = self._bytes = 0
        self._start = self._shown = time.monotonic()
        self._visible = False

    def __call__(self, files: int, size: int) -> None:
        """Count what was done and show it now and then."""
        self._files += files
        self._bytes += size
        now = time.monotonic()
        if now - self._start > 0.5 and now - self._shown > 0.1:
            self._shown, self._visible = now, True
            rate = self._bytes / (now - self._start) / 1e6
            text = f"\r\033[Khashing: {self._files:,} files, {self._bytes / 1e9:.2f} GB, {rate:,.0f} MB/s"
            sys.stderr.write(text)
            sys.stderr.flush()

    def done(self) -> None:
        """Take the line away again."""
        if self._visible:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def hashing_progress() -> Progress | None:
    """A progress line when somebody is watching, else None."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Progress()
    return None


def watched(run: Callable[[Progress | None], T]) -> T:
    """Run something that hashes, with a progress line while it does."""
    progress = hashing_progress()
    try:
        return run(progress)
    finally:
        if progress is not None:
            progress.done()
