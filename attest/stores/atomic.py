"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable

from attest.errors import OutputError


def write_atomic(path: str, data: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
    """Write `data` to `path` through a temporary file beside it and a rename.

    With `replace=False` an existing file is an error. Raises OutputError; whatever was at `path` is then still there.
    """
    write_in_pieces(path, lambda write: write(data), mode=mode, replace=replace)


def write_in_pieces(
    path: str, fill: Callable[[Callable[[bytes], object]], object], *, mode: int = 0o644, replace: bool = True
) -> None:
    """As `write_atomic`, with the content in the pieces that `fill` hands over; what `fill` raises leaves no file."""
    if "\0" in path:
        raise OutputError(f"{path!r} is no path", hint="Choose another name.")
    folder, name = os.path.split(os.path.abspath(path))
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}.tmp")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            with os.fdopen(fd, "wb", buffering=1 << 20) as stream:
                fill(stream.write)
                stream.flush()
                os.fsync(stream.fileno())
            if replace:
                os.replace(temporary, path)
            else:
                os.link(temporary, path)
                os.unlink(temporary)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(folder)
    except FileExistsError as error:
        raise OutputError(f"{path!r} exists already", hint="Choose another name, or remove it first.") from error
    except OSError as error:
        raise OutputError(
            f"{path!r} could not be written: {error.strerror}",
            hint="Nothing was changed there; make room or fix the permissions, and run again.",
        ) from error


def _sync_folder(folder: str) -> None:
    # The file is in place by now: a folder that cannot be opened for this is no reason to say that it is not.
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
