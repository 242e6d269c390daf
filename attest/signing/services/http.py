"""One bounded request to a service that signing needs: a time limit over all of it, a size limit, no redirects."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from attest.errors import InputError, UndecidedError
from attest.signing.services.deadline import within

MAX_ANSWER = 16 << 20
_BLOCK = 64 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _EndlessError(requests.RequestException):
    """An answer larger than any that is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A service's answer: status, body, and the headers in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def check_url(url: str, what: str, *, secret: bool = False) -> str:
    """`url` as it was given. Raises InputError when it is no web address, or would carry a secret in the clear."""
    hint = "Give it as https://host/path, without credentials."
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InputError(f"the address of {what} is no web address", hint=hint) from None
    if "@" in parts.netloc:  # not quoted: what stands there is a secret
        raise InputError(f"the address of {what} holds credentials", hint=hint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise InputError(f"{what} {url!r} is no web address", hint=hint)
    if secret and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(f"{what} {url!r} is not encrypted, and a secret token would travel to it", hint="Use https.")
    return url


def ask(
    method: str,
    url: str,
    what: str,
    *,
    body: bytes | None = None,
    content_type: str = "",
    timeout: float = 30.0,
    token: str = "",
) -> Answer:
    """Send one request to the service `what`, with `token` as its bearer token.

    Raises UndecidedError naming it when it is out of reach, too slow, redirects, or answers without end.
    """
    headers = {"User-Agent": "attest-ml", "Accept-Encoding": "identity"}
    if content_type:
        headers["Content-Type"] = content_type
    # The library's limit is for each read; the outer one is for all of them, headers that dribble in included.
    return within(timeout, what, lambda: _ask(method, url, what, body, headers, timeout, token))


def _ask(
    method: str, url: str, what: str, body: bytes | None, headers: Mapping[str, str], timeout: float, token: str
) -> Answer:
    options: dict[str, Any] = {"data": body, "headers": dict(headers), "timeout": timeout}
    try:
        with (
            _session(url, token) as session,
            session.request(method, url, **options, stream=True, allow_redirects=False) as reply,
        ):
            found = _read(reply.iter_content(_BLOCK))
            status, names = reply.status_code, {name.lower(): value for name, value in reply.headers.items()}
    except requests.Timeout as error:
        raise UndecidedError(
            f"{what} did not answer within {timeout:g} seconds", hint="Try again later, or allow more with --timeout."
        ) from error
    except _EndlessError as error:
        raise UndecidedError(f"{what} failed: {error}", hint="Check its address.") from error
    except requests.RequestException as error:
        raise UndecidedError(
            f"{what} cannot be reached: {type(error).__name__}",
            hint="Check its address and the network, then try again.",
        ) from error
    if 300 <= status < 400:
        raise UndecidedError(f"{what} redirects elsewhere, which is not followed", hint="Give its final address.")
    return Answer(status=status, body=found, headers=names)


def _session(url: str, token: str) -> requests.Session:
    session = requests.Session()
    if token:
        # As `auth`, not as a header, which an entry in a .netrc file would replace.
        session.auth = _Bearer(token)
        # What goes to this machine in the clear passes no proxy.
        session.trust_env = urlsplit(url).scheme == "https"
    return session


class _Bearer(AuthBase):
    """RFC 6750, section 2.1."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read(blocks: Iterable[bytes]) -> bytes:
    found = bytearray()
    for block in blocks:
        found += block
        if len(found) > MAX_ANSWER:
            raise _EndlessError(f"it answers without end: more than {MAX_ANSWER} bytes")
    return bytes(found)


class _Bounded(HTTPAdapter):
    """Reads each answer whole and no further than the limit, follows no redirect, and raises what services refuse."""

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """See HTTPAdapter; the caller's own limits are replaced."""
        if urlsplit(request.url or "").hostname in _LOOPBACK:
            options["proxies"] = {}  # what need not be encrypted stays on this machine
        reply = super().send(request, **{**options, "stream": True, "timeout": self._timeout})
        raw = reply.raw
        try:
            if reply.is_redirect:
                raise requests.TooManyRedirects("it redirects elsewhere, which is not followed")
            body = _read(raw.stream(_BLOCK, decode_content=True))
        finally:
            raw.close()
        if not reply.ok:  # the libraries lose what the service says
            raise requests.HTTPError(said(Answer(status=reply.status_code, body=body, headers={})))
        reply.raw = io.BytesIO(body)
        return reply


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No authentication: without it the library looks for some in ~/.netrc, in place of a token too."""
    return request


def bounded(session: requests.Session, timeout: float) -> requests.Session:
    """A session of another library with the limits that hold here."""
    session.auth = _anonymous
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded(timeout))
    return session


def said(answer: Answer) -> str:
    """What a service said in an error, short and printable."""
    text = answer.body[:300].decode("utf-8", "replace").strip()
    return f"status {answer.status}" + (f": {''.join(c if c.isprintable() else ' ' for c in text)}" if text else "")
