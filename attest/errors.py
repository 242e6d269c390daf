"""Every error that `attest` raises on purpose.

    AttestError                     what happened, to what, and what to do next
    ├── InputError                  exit 2: wrong use or wrong input
    │   ├── ArtifactError           a path that is no model: missing, empty, unreadable
    │   │   ├── UnsafeArtifactError entries that cannot be named, followed or hashed
    │   │   └── UnstableFileError   a file that changed while it was read
    │   ├── KeyFileError            a key that is missing, of the wrong kind, or locked
    │   ├── DocumentError           a document that does not parse; carries every problem
    │   │   └── LimitError          a limit was reached, and what lies behind was not looked at
    │   └── OutputError             a result that could not be written
    └── UndecidedError              exit 3: no answer could be reached; treat it as "no"

Errors know their exit code; they never print, log or exit.
The command line and the service each have one place that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AttestError(Exception):
    """An error with a next step: `hint` says what to do about it."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(AttestError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2


class ArtifactError(InputError):
    """The artifact is missing, empty or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one place: a file name, a line, or a JSON pointer."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class _ProblemsMixin:
    problems: tuple[Problem, ...]


class UnsafeArtifactError(ArtifactError, _ProblemsMixin):
    """Entries of the artifact that have no digest: links out, special files, names that cannot be written down."""

    def __init__(self, message: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class UnstableFileError(ArtifactError):
    """A file changed while it was being read, so it has no digest."""


class KeyFileError(InputError):
    """A key file is missing, malformed, locked, or of a kind that the task cannot use."""


class DocumentError(InputError, _ProblemsMixin):
    """A document (bundle, statement, policy, evidence) is refused; `problems` lists every reason found."""

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class LimitError(DocumentError):
    """A limit was reached; what lies behind was not looked at."""


class OutputError(InputError):
    """A result could not be written; whatever was there before is still there, whole."""


class UndecidedError(AttestError):
    """No answer could be reached."""
