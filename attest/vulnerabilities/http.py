"""A session for pip-audit's services within limits: a time limit, a size limit, no redirects, no credentials, no cache.

Answers of OSV come in pages (`next_page_token`), of which pip-audit reads one; here all of them are put into one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from attest.domain.strict_json import Json, Limits, as_list, as_object, as_string, parse
from attest.errors import InputError

# OSV's own answers end at 32 MiB, and go on in another page.
MAX_ANSWER = 40 << 20
MAX_TOTAL = 128 << 20
MAX_PAGES = 64
MAX_RECORDS = 20_000
_BLOCK = 64 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LIMITS = Limits(size=MAX_ANSWER, depth=64, nodes=8_000_000, string=4 << 20)
_NOT_FOUND = 404


class FailedError(requests.RequestException):
    """A service that gave no answer that can be used; the text says why, in words for people."""


class _Bounded(HTTPAdapter):
    """Reads each answer whole and no further than the limit, and follows no redirect."""

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
                raise FailedError("it redirects elsewhere, which is not followed")
            body = _read(raw.stream(_BLOCK, decode_content=True))
        finally:
            raw.close()
        if not reply.ok and reply.status_code != _NOT_FOUND:
            raise FailedError(f"it answers with status {reply.status_code}")
        reply.raw = io.BytesIO(body)
        return reply


def _read(blocks: Iterable[bytes]) -> bytes:
    found = bytearray()
    for block in blocks:
        found += block
        if len(found) > MAX_ANSWER:
            raise FailedError(f"it answers without end: more than {MAX_ANSWER} bytes")
    return bytes(found)


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No authentication: without it the library looks for some in ~/.netrc."""
    return request


def _session(timeout: float) -> requests.Session:
    """A session that asks in public and within limits."""
    session = requests.Session()
    session.auth = _anonymous
    session.headers.update({"User-Agent": "attest-ml", "Accept": "application/json", "Accept-Encoding": "identity"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Bounded(timeout))
    return session


class OsvSession:
    """What pip-audit's service for OSV posts with.

    `records` are those of the last answer, None until it is whole. pip-audit gets them without the time of publication,
    which it reads in two forms alone, and fails at any other.
    """

    def __init__(self, timeout: float) -> None:
        self._session = _session(timeout)
        self._left = MAX_TOTAL
        self.records: tuple[Json, ...] | None = None

    def post(self, url: str, data: str, **_: Any) -> requests.Response:
        """Ask for every page, and answer with all of them as one."""
        self.records, self._left = None, MAX_TOTAL
        query: dict[str, Json] = json.loads(data)
        found: list[Json] = []
        token = self._page(url, query, found)
        for _page in range(MAX_PAGES - 1):
            if not token:
                break
            token = self._page(url, query | {"page_token": token}, found)
        if token:
            raise FailedError(f"its answer has more than {MAX_PAGES} pages")
        self.records = tuple(found)
        return _response({"vulns": list(map(_unpublished, found))} if found else {})

    def _page(self, url: str, query: dict[str, Json], found: list[Json]) -> str:
        """Add the records of one page; returns the token of the next one, empty at the end."""
        reply = self._session.post(url, data=json.dumps(query))
        if not reply.ok:
            raise FailedError(f"it answers with status {reply.status_code}")
        self._left -= len(reply.content)
        if self._left < 0:
            raise FailedError(f"it answers with more than {MAX_TOTAL} bytes")
        answer = _answer(reply.content)
        found += as_list(answer.get("vulns", []), "vulns")
        if len(found) > MAX_RECORDS:
            raise FailedError(f"it answers with more than {MAX_RECORDS} records")
        return as_string(answer.get("next_page_token", ""), "next_page_token")


class PypiSession:
    """What pip-audit's service for PyPI gets with, from `base` in place of https://pypi.org.

    `answer` is the last one, empty when the release is not known.
    """

    def __init__(self, timeout: float, base: str) -> None:
        self._session = _session(timeout)
        self._base = base
        self.answer: dict[str, Json] = {}

    def get(self, url: str, **_: Any) -> requests.Response:
        """Ask the server that was named."""
        self.answer = {}
        reply = self._session.get(self._base + urlsplit(url).path)
        if reply.ok:
            self.answer = _answer(reply.content)
        return reply


def _unpublished(record: Json) -> Json:
    return {key: value for key, value in record.items() if key != "published"} if isinstance(record, dict) else record


def _answer(body: bytes) -> dict[str, Json]:
    return as_object(parse(body, _LIMITS, "its answer"), "its answer")


def _response(document: dict[str, Json]) -> requests.Response:
    """A response that was put together here."""
    made = requests.Response()
    made.status_code = 200
    made.encoding = "utf-8"
    made.raw = io.BytesIO(json.dumps(document, default=str).encode())
    return made


def check_url(url: str, what: str) -> str:
    """`url` without a slash at its end. Raises InputError when it is no web address, or holds credentials."""
    hint = "Give it as https://host/path, without credentials."
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        raise InputError(f"the address of {what} is no web address", hint=hint) from None
    if "@" in parts.netloc:  # not quoted: what stands there is a secret
        raise InputError(f"the address of {what} holds credentials", hint=hint)
    sound = parts.scheme in {"http", "https"} and parts.hostname and url.isprintable() and port_is_sound
    if not sound or parts.query or parts.fragment:
        raise InputError(f"{what} {url!r} is no web address", hint=hint)
    return url.rstrip("/")
