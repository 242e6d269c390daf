"""Runs model_signing's command line again and again in one interpreter of the peer's own environment.

Reads one JSON request a line, `{"argv": [...], "cwd": "..."}`, and answers `{"code": ..., "output": "..."}`. Importing
the peer takes half a second; each request then runs in a fork of its own, so that no run sees what another one left.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable


def run(main: Callable[..., object], argv: list[str], cwd: str) -> dict[str, object]:
    """One command in a fork: its exit code, and what it said on either stream."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.chdir(cwd)
            os._exit(_command(main, argv))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "output": said.read().decode("utf-8", "replace")}


def _command(main: Callable[..., object], argv: list[str]) -> int:
    """What the installed script does, with the exit code as the result instead of the end of the process."""
    try:
        main(args=argv, prog_name="model_signing")
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - as an interpreter ends: the trace, then code 1
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def serve() -> None:
    """Answer requests until there are no more."""
    main = importlib.import_module("model_signing._cli").main
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(run(main, request["argv"], request["cwd"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
