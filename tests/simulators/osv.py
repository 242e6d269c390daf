"""A server with OSV's interface (`/v1/query`, `/v1/querybatch`, `/v1/vulns/{id}`) and PyPI's
(`/pypi/<name>/<version>/json`), honest or as its faults say.

Faults of the content, by name: `status-429`, `status-500`, `truncated` (half of the JSON), `array` (in place of the
object), `records-text` (a text in place of the records), `record-text` (a text in place of a record), `token-number`,
`endless-pages`, `deep` (nested without end), `twice` (a member that stands twice), `no-list` (PyPI's answer without its
list of vulnerabilities); those of the transport are in `loopback`. Each may apply to some packages alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request

OsvDocument = dict[str, Any]
_PYPI = re.compile(r"/pypi/([^/]+)/([^/]+)/json")
_REPLACED = {
    "array": b"[]",
    "records-text": b'{"vulns":"none"}',
    "record-text": b'{"vulns":["GHSA-1"],"vulnerabilities":["GHSA-1"]}',
    "token-number": b'{"vulns":[],"next_page_token":7}',
    "deep": b'{"vulns":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "twice": b'{"vulns":[],"vulns":[],"vulnerabilities":[],"vulnerabilities":[]}',
    "no-list": b'{"info":{"name":"x"}}',
}


@dataclass(slots=True, kw_only=True)
class OsvSimulator:
    """What the server knows: records by (name, version), in the spelling in which they are asked for.

    `releases` are PyPI's answers. `page` is how many records come at once. `only` limits the faults to some packages;
    faults of the transport know no package and apply to all.
    """

    records: Mapping[tuple[str, str], list[OsvDocument]] = field(default_factory=dict)
    releases: Mapping[tuple[str, str], OsvDocument] = field(default_factory=dict)
    page: int = 1000
    faults: Collection[str] = ()
    only: Collection[str] = ()
    server: LoopbackServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address, while serve() runs."""
        assert self.server is not None
        return self.server.url

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Name and version of every query so far, and path of every other request."""
        assert self.server is not None
        return [_asked(request) for request in self.server.seen]

    @contextmanager
    def serve(self) -> Iterator[OsvSimulator]:
        """Answer HTTP on a free port of 127.0.0.1."""
        with LoopbackServer(self._answer, self._transport_fault) as self.server:
            yield self
            for error in self.server.errors:
                raise error

    def _transport_fault(self, path: str) -> str | None:
        return next((name for name in self.faults if name in TRANSPORT_FAULTS), None)

    def _answer(self, request: Request) -> Reply:
        name, _ = _asked(request)
        fault = next(iter(self.faults), "") if not self.only or name in self.only else ""
        reply = self._honest(request)
        if fault.startswith("status-"):
            return Reply.of({"code": 8, "message": "no"}, int(fault.removeprefix("status-")))
        if fault == "truncated":
            return Reply(body=reply.body[: len(reply.body) // 2])
        if fault == "endless-pages":
            return Reply.of({"vulns": [], "next_page_token": "1"})
        return Reply(body=_REPLACED[fault]) if fault in _REPLACED else reply

    def _honest(self, request: Request) -> Reply:
        if request.path == "/v1/query":
            return Reply.of(self._query(request.json()))
        if request.path == "/v1/querybatch":
            return Reply.of({"results": [_brief(self._query(query)) for query in request.json()["queries"]]})
        if request.path.startswith("/v1/vulns/"):
            return self._record(request.path.rpartition("/")[2])
        if match := _PYPI.fullmatch(request.path):
            release = self.releases.get((match[1], match[2]))
            return Reply.of({"message": "Not Found"}, 404) if release is None else Reply.of(release)
        return Reply.of({"code": 5, "message": "not found"}, 404)

    def _query(self, query: OsvDocument) -> OsvDocument:
        found = self.records.get((query["package"]["name"], query["version"]), [])
        start = int(query.get("page_token", 0))
        answer: OsvDocument = {"vulns": found[start : start + self.page]} if found else {}
        more = {"next_page_token": str(start + self.page)} if start + self.page < len(found) else {}
        return answer | more

    def _record(self, identity: str) -> Reply:
        known = (record for records in self.records.values() for record in records if record["id"] == identity)
        record = next(known, None)
        return Reply.of({"code": 5, "message": "Bug not found."}, 404) if record is None else Reply.of(record)


def _brief(answer: OsvDocument) -> OsvDocument:
    brief = [{key: record[key] for key in ("id", "modified")} for record in answer.get("vulns", [])]
    return answer | {"vulns": brief} if brief else answer


def _asked(request: Request) -> tuple[str, str]:
    if request.path == "/v1/query":
        query = json.loads(request.body)
        return query["package"]["name"], query["version"]
    match = _PYPI.fullmatch(request.path)
    return (match[1], match[2]) if match else (request.path, "")


def record(identity: str, name: str, *events: tuple[str, str], **members: Any) -> OsvDocument:
    """An OSV record about one package of PyPI, with one range of versions."""
    affected = {
        "package": {"ecosystem": "PyPI", "name": name, "purl": f"pkg:pypi/{name}"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in events]}],
    }
    return {
        "schema_version": "1.7.3",
        "id": identity,
        "modified": "2024-05-02T10:00:00Z",
        "published": "2024-05-01T10:00:00Z",
        "affected": [affected],
        **members,
    }
