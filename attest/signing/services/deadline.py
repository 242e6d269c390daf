"""A time limit, and a name in the error, for calls into libraries that have neither."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TypeVar

from attest.errors import AttestError, UndecidedError

T = TypeVar("T")
# A signed token (RFC 7519) begins with the base64 of `{"`.
_SECRET = re.compile(r"eyJ[A-Za-z0-9_.-]+")


def within(seconds: float, what: str, call: Callable[[], T]) -> T:
    """The result of `call`, or UndecidedError naming `what` when it takes longer.

    A call that hangs is left behind on a daemon thread: nothing can stop it, and nothing waits for it.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again, on the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, name=what, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise UndecidedError(
            f"{what} did not answer within {seconds:g} seconds", hint="Try again later, or allow more with --timeout."
        )
    return results[0]


def named_call(what: str, call: Callable[[], T], timeout: float, *, until: str = "") -> T:
    """Run a call of the library under a limit; whatever it raises names the service.

    Of its reason only the part before `until` is shown.
    """
    try:
        return within(timeout, what, call)
    except AttestError:
        raise
    except Exception as error:  # noqa: BLE001 - it becomes an error with a name
        # The library raises errors of many kinds, some without text; none of them may pass for success.
        reason = str(error) or str(error.__cause__ or "") or type(error).__name__
        # What it says may quote a request, and a request holds the token.
        reason = _SECRET.sub("…", reason.partition(until)[0] if until else reason)
        # And it may quote a service, whose words go to a terminal.
        reason = "".join(character if character.isprintable() else " " for character in reason)
        raise UndecidedError(
            f"{what} failed: {reason[:300]}", hint="Check the service and the network, then try again."
        ) from None
