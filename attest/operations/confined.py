"""Runs another program with limits on its time, its files and, where the system lets it, its network.

Started as `python -I confined.py SECONDS BYTES PROGRAM ARGUMENT …`, and then replaced by the program.
It imports nothing of attest, so that it starts fast and anywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys

# linux/sched.h: a user namespace, which every user may make on most systems, and in it a network without a way out.
_NEW_USER, _NEW_NETWORK = 0x1000_0000, 0x4000_0000


def limit(seconds: int, size: int) -> None:
    """Bound processor time, the length of every file that is written, and memory dumps; cut off the network."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # In a namespace of its own, root would lose the right to read what belongs to others.
    flags = _NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).unshare(flags)


def main(arguments: list[str]) -> None:
    """Become the program that the arguments name."""
    seconds, size, *program = arguments
    limit(int(seconds), int(size))
    os.execv(program[0], program)  # noqa: S606 - it is the very point, and there is no shell


if __name__ == "__main__":
    main(sys.argv[1:])
