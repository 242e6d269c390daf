"""The hook for pre-commit: `attest verify` for each of several models, through the same door as the command line.

Called as `python -I -m attest.cli.commit_hook OPTIONS -- MODEL...`; exits with the worst outcome of all, so one FAILED
or undecided model stops the commit.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from attest.cli.app import main as attest
from attest.cli.show import fail
from attest.errors import InputError


def main() -> None:
    """Verify every model that stands behind `--` and exit with the highest exit code."""
    options, separator, models = _split(sys.argv[1:])
    # --help would end well and verify nothing.
    if not separator or not options or not models or "--help" in options:
        error = InputError(
            "the hook has no options or no models to verify",
            hint="Write args as [--policy, policies/release.yaml, --, models/first, models/second].",
        )
        sys.exit(fail(error))
    sys.exit(max(_verify(options, model) for model in models))


def _split(argv: Sequence[str]) -> tuple[Sequence[str], bool, Sequence[str]]:
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], at < len(argv), argv[at + 1 :]


def _verify(options: Sequence[str], model: str) -> int:
    sys.argv = ["attest", "verify", *options, "--", model]
    try:
        attest()
    except SystemExit as stop:
        # No code is success to the interpreter, and a text is a failure.
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 3


if __name__ == "__main__":
    main()
