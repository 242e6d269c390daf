"""An HTTP server on 127.0.0.1 that answers as it is told, and misbehaves as it is told.

Transport faults, by name: `down` (503), `hang` (takes the request and never answers), `drip` (an answer of which a
byte comes now and then, for ever), `refuse` (closes the connection at once), `garbage` (200 with junk), `huge` (a body
without end), `redirect` and `redirect-307` (to a server that nobody may ask and that counts who does).
stop() ends every connection and every thread, whatever it was waiting for.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

JUNK = b"<html>\xff\x00 not what was asked for"
# So much at full speed; then the connection stays open and silent, so that no client fills the memory.
HUGE = 64 << 20
DRIP_SECONDS = 0.05
TRANSPORT_FAULTS = frozenset({"down", "hang", "drip", "refuse", "garbage", "huge", "redirect", "redirect-307"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: the path without its query, the query's last values, headers by their names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; ValueError for anything else."""
        document = json.loads(self.body)
        if not isinstance(document, dict):
            raise ValueError("the body is not a JSON object")
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: object, status: int = 200) -> Self:
        """A JSON answer."""
        return cls(status=status, body=json.dumps(document).encode())


Answer = Callable[[Request], Reply]
Fault = Callable[[str], str | None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    owner: LoopbackServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what most faults are about; anything else is a mistake in a simulator."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.owner.errors.append(error)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.owner.enter(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.owner.leave(request)


class LoopbackServer:
    """Serves `answer`; `fault` names the transport fault that applies to a path, if any.

    `errors` are exceptions in the simulators themselves, to be raised by the test that caused them.
    """

    def __init__(self, answer: Answer, fault: Fault | None = None, port: int = 0) -> None:
        self._answer = answer
        self._fault: Fault = fault or (lambda path: None)
        self._connections: dict[Any, threading.Thread] = {}
        self._lock = threading.Lock()
        self._elsewhere: LoopbackServer | None = None
        self._thread: threading.Thread | None = None
        self.released = threading.Event()
        self.seen: list[Request] = []
        self.errors: list[BaseException] = []
        self._server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"owner": self}))
        self._server.owner = self
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """(method, path) of every request so far."""
        return [(request.method, request.path) for request in self.seen]

    @property
    def elsewhere(self) -> LoopbackServer:
        """The server that redirects lead to; its `requests` should stay empty."""
        with self._lock:
            if self._elsewhere is None:
                self._elsewhere = LoopbackServer(lambda request: Reply.of({})).start()
            return self._elsewhere

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Close the port, then every connection, and wait for their threads."""
        self.released.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            _shut(connection)
        for thread in connections.values():
            thread.join(5)
        if self._elsewhere is not None:
            self._elsewhere.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def enter(self, connection: Any) -> None:
        """Called by the thread of a new connection."""
        with self._lock:
            self._connections[connection] = threading.current_thread()
        if self.released.is_set():
            _shut(connection)

    def leave(self, connection: Any) -> None:
        """Called by the thread of a connection when it ends."""
        with self._lock:
            self._connections.pop(connection, None)

    def fault(self, path: str) -> str | None:
        """The transport fault that applies to a path."""
        return self._fault(path)

    def answer(self, request: Request) -> Reply:
        """What an honest server says."""
        return self._answer(request)


def _shut(connection: Any) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster


class _Handler(BaseHTTPRequestHandler):
    owner: LoopbackServer

    protocol_version = "HTTP/1.1"
    # Without buffered writes and TCP_NODELAY each call takes about 40 ms (delayed ACK).
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests look at `requests` instead."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        request = Request(
            method=self.command,
            path=url.path,
            query=dict(urllib.parse.parse_qsl(url.query)),
            headers=_lower(self.headers),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        self.owner.seen.append(request)
        fault = self.owner.fault(url.path)
        if fault is None:
            self._send(self.owner.answer(request))
        else:
            self._misbehave(fault)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def _misbehave(self, fault: str) -> None:
        if fault == "down":
            self._send(Reply.of({"code": 14, "message": "unavailable"}, 503))
        elif fault == "garbage":
            self._send(Reply(body=JUNK, content_type="text/html"))
        elif fault.startswith("redirect"):
            status = 307 if fault.endswith("307") else 302
            self._send(Reply(status=status, headers={"Location": self.owner.elsewhere.url + self.path}))
        else:
            self.close_connection = True
            if fault == "hang":
                self.owner.released.wait()
            elif fault != "refuse":
                self._never_end(drip=fault == "drip")

    def _never_end(self, *, drip: bool) -> None:
        """A body without length: slow for ever, or fast and then silent for ever."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        sent = 0
        while not self.owner.released.is_set() and (drip or sent < HUGE):
            sent += self.wfile.write(b" " * (1 if drip else 1 << 16))
            self.wfile.flush()
            if drip:
                self.owner.released.wait(DRIP_SECONDS)
        self.owner.released.wait()


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
