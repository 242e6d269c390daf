"""One request to a service, and one call of a library that asks one: bounded, named, and quiet about secrets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
import requests

from attest.errors import InputError, UndecidedError
from attest.signing.services.deadline import named_call, within
from attest.signing.services.http import MAX_ANSWER, ask, bounded, check_url
from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply

pytestmark = pytest.mark.timeout(60)


def fails(call: Callable[[], object], message: str) -> UndecidedError:
    """Assert that `call` ends undecided, and that its message begins so."""
    with pytest.raises(UndecidedError) as caught:
        call()
    assert caught.value.message.startswith(message), caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://",
        "https:///path",
        "http://[::1",
        "file:///etc/passwd",
        "https://user:secret@host/",
        "https://host/\n\x1b[2J",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InputError) as caught:
        check_url(url, "the service")
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_loopback_needs_no_encryption(host: str) -> None:
    url = f"http://{host}:8080/x"
    assert check_url(url, "the service", secret=True) == url


@pytest.mark.parametrize("fault", sorted(TRANSPORT_FAULTS - {"down", "garbage"}))
def test_one_request(fault: str) -> None:
    with LoopbackServer(lambda request: Reply.of({}), lambda path: fault) as server:
        fails(
            lambda: ask("GET", server.url, "the service", timeout=1 if fault in {"hang", "drip"} else 10),
            "the service ",
        )
        assert server.elsewhere.requests == []


@pytest.mark.parametrize("size", [0, MAX_ANSWER, MAX_ANSWER + 1])
def test_the_size_of_an_answer(size: int) -> None:
    with LoopbackServer(lambda request: Reply(body=bytes(size))) as server:
        if size > MAX_ANSWER:
            fails(lambda: ask("GET", server.url, "the service"), "the service failed: it answers without end")
            with (
                bounded(requests.Session(), 5) as session,
                pytest.raises(requests.RequestException, match="without end"),
            ):
                session.get(server.url)
        else:
            assert ask("GET", server.url, "the service").body == bytes(size)
            with bounded(requests.Session(), 5) as session:
                assert session.get(server.url).content == bytes(size)


def test_an_address_where_nobody_is() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        fails(lambda: ask("GET", url, "the service", timeout=5), "the service cannot be reached")


def test_a_limit_names_what_took_too_long() -> None:
    release = threading.Event()
    fails(lambda: within(0.05, "the slow one", lambda: release.wait(20)), "the slow one did not answer within 0.05")
    release.set()
    assert within(5, "the fast one", lambda: 7) == 7


def test_what_a_call_raises_is_named_and_holds_no_token() -> None:
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"

    def call() -> None:
        raise ValueError(f"invalid header: 'Bearer {token}'")

    error = fails(lambda: named_call("the service", call, 5), "the service failed: invalid header")
    assert "eyJ" not in error.message
    assert error.__cause__ is None

    def shout() -> None:
        raise ValueError("said by a service:\r\n\x1b[2J\u202e")

    assert fails(lambda: named_call("the service", shout, 5), "the service failed: said by").message.isprintable()

    def refuse() -> None:
        raise InputError("as it is")

    with pytest.raises(InputError, match="as it is"):
        named_call("the service", refuse, 5)
