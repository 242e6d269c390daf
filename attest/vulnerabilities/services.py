"""OSV and PyPI, asked through pip-audit. Its types stay in this file and in `http`.

pip-audit 2.10 says which records are about a release. What it leaves out of them (severity, links, further pages, every
range but the last) is taken from the same answer, and what it leaves out without a word becomes a reason.
"""

from __future__ import annotations

import os
import queue
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from attest.domain.bom import Vulnerability
from attest.domain.strict_json import Json
from attest.errors import AttestError, DocumentError
from attest.vulnerabilities.answers import Answer, Answers
from attest.vulnerabilities.deadline import Late, Patience, each_within
from attest.vulnerabilities.eligible import Asked
from attest.vulnerabilities.known import vulnerabilities_of
from attest.vulnerabilities.osv_record import Record, parse_record

OSV_URL = "https://api.osv.dev"
PYPI_URL = "https://pypi.org"
_QUERY = "/v1/query"
# Nothing can be written below this: pip-audit's cache is never used, and must not appear either.
_NO_CACHE = Path(os.devnull)
_MAX_REASON = 200


class _Service(Protocol):
    def ask(self, release: Asked) -> Answer: ...


def look_up_osv(asked: Iterable[Asked], url: str, patience: Patience) -> Answers:
    """Ask a server with OSV's interface. Raises InputError when `url` is no web address; failures are reasons."""
    from attest.vulnerabilities.http import check_url

    address = check_url(url, "the OSV server")
    address = address if address.endswith(_QUERY) else address + _QUERY
    return _look_up(asked, lambda: _Osv(address, patience.each), patience, "OSV")


def look_up_pypi(asked: Iterable[Asked], url: str, patience: Patience) -> Answers:
    """Ask a server with PyPI's JSON interface. Raises InputError when `url` is no web address; failures are reasons."""
    from attest.vulnerabilities.http import check_url

    address = check_url(url, "PyPI")
    return _look_up(asked, lambda: _Pypi(address, patience.each), patience, "PyPI")


def _look_up(asked: Iterable[Asked], make: Callable[[], _Service], patience: Patience, what: str) -> Answers:
    releases = list(asked)
    idle: queue.LifoQueue[_Service] = queue.LifoQueue()
    if releases:
        idle.put(make())  # here, on this thread: it imports

    def ask(release: Asked) -> Answer:
        try:
            service = idle.get_nowait()
        except queue.Empty:
            service = make()
        answer = _guarded(service, release, what)
        idle.put(service)
        return answer

    found = each_within(releases, ask, patience)
    return Answers(by_release={release: _whole(found[release], what) for release in releases})


def _whole(found: Answer | Late, what: str) -> Answer:
    return Answer(reasons=(f"{what}: {found.reason}",)) if isinstance(found, Late) else found


def _guarded(service: _Service, release: Asked, what: str) -> Answer:
    """The answer, or why there is none; whatever a library raises means that nothing is known."""
    import requests

    from attest.vulnerabilities.http import FailedError

    try:
        return service.ask(release)
    except FailedError as error:
        reason = str(error)
    except requests.RequestException as error:
        reason = f"it cannot be reached ({type(error).__name__})"
    except AttestError as error:
        reason = error.message
    except Exception as error:  # noqa: BLE001 - an answer of another shape breaks pip-audit in many ways
        reason = f"its answer cannot be understood ({type(error).__name__})"
    return Answer(reasons=(f"{what}: {_printable(reason)}",))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:_MAX_REASON]


class _Osv:
    """OSV through pip-audit's OsvService."""

    def __init__(self, url: str, timeout: float) -> None:
        from attest.vulnerabilities.http import OsvSession

        self._session = OsvSession(timeout)
        self._service = _pip_audit().OsvService(cache_dir=_NO_CACHE, osv_url=url)
        self._service.session = self._session

    def ask(self, release: Asked) -> Answer:
        """What the server knows of a release; raises what goes wrong."""
        try:
            results = _query(self._service, release)
        except Exception as error:
            if self._session.records is None:
                raise
            records, reasons = _records(self._session.records, release)
            reasons.append(f"OSV: pip-audit cannot read its answer ({type(error).__name__})")
            return Answer(vulnerabilities=vulnerabilities_of(records, release, "OSV"), reasons=tuple(reasons))
        records, reasons = _records(self._session.records or (), release)
        told = {identity for result in results for identity in (result.id, *result.aliases)}
        kept = [record for record in records if record.withdrawn or record.id in told]
        reasons += [f"OSV: {record.id} is left out by pip-audit" for record in records if record not in kept]
        return Answer(vulnerabilities=vulnerabilities_of(kept, release, "OSV"), reasons=tuple(reasons))


def _records(documents: Sequence[Json], release: Asked) -> tuple[list[Record], list[str]]:
    """The records that are about the package, and what is wrong with the others."""
    records: list[Record] = []
    reasons: list[str] = []
    for document in documents:
        try:
            record = parse_record(document)
        except DocumentError as error:
            reasons.append(f"OSV: a record cannot be read: {_printable(error.message)}")
            continue
        if record.withdrawn or record.about(release.name):
            records.append(record)
        else:
            reasons.append(f"OSV: it answers with {record.id}, which is not about this package")
    return records, reasons


class _Pypi:
    """PyPI through pip-audit's PyPIService."""

    def __init__(self, url: str, timeout: float) -> None:
        from attest.vulnerabilities.http import PypiSession

        self._session = PypiSession(timeout, url)
        self._service = _pip_audit().PyPIService(cache_dir=_NO_CACHE)
        self._service.session = self._session

    def ask(self, release: Asked) -> Answer:
        """What the server knows of a release; raises what goes wrong."""
        results = _query(self._service, release)
        answer = self._session.answer
        if not answer:
            return Answer(reasons=("PyPI: it does not know this release",))
        reasons = tuple(_pypi_reasons(answer))
        links = dict(_pypi_links(answer))
        return Answer(vulnerabilities=tuple(_of_result(result, release, links) for result in results), reasons=reasons)


def _pypi_reasons(answer: dict[str, Json]) -> Iterator[str]:
    if not isinstance(answer.get("vulnerabilities"), list):
        yield "PyPI: its answer has no list of vulnerabilities"
    info = answer.get("info")
    if isinstance(info, dict) and info.get("yanked") is True:
        why = info.get("yanked_reason")
        yield f"PyPI: the release was yanked{f': {_printable(why)}' if isinstance(why, str) and why else ''}"


def _pypi_links(answer: dict[str, Json]) -> Iterator[tuple[str, str]]:
    listed = answer.get("vulnerabilities")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(identity := entry.get("id"), str):
            link = entry.get("link")
            public = isinstance(link, str) and link.startswith("https://osv.dev/vulnerability/")
            yield identity, f"https://osv.dev/vulnerability/{identity}" if public else ""


def _of_result(result: Any, release: Asked, links: dict[str, str]) -> Vulnerability:
    """One result of pip-audit, checked as a record would be."""
    ids = [result.id, *sorted(result.aliases)]
    url = next((links[identity] for identity in ids if links.get(identity)), "")
    entry: dict[str, Json] = {"package": {"ecosystem": "PyPI", "name": release.name}, "versions": [release.version]}
    record = parse_record(
        {"id": result.id, "aliases": list(ids[1:]), "summary": result.description, "affected": [entry]}
    )
    made = vulnerabilities_of([record], release, "PyPI")[0]
    from dataclasses import replace

    from packaging.version import Version

    later = tuple(str(version) for version in result.fix_versions if version > Version(release.version))
    return replace(made, fixed=later, url=url or made.url)


def _query(service: Any, release: Asked) -> list[Any]:
    """pip-audit's results for a release."""
    from packaging.version import Version

    _, results = service.query(_pip_audit().ResolvedDependency(name=release.name, version=Version(release.version)))
    return list(results)


def _pip_audit() -> Any:
    """The module of pip-audit's services, imported without starting pip.

    pip-audit imports pip-api to find pip's cache, and pip-api runs `python -m pip --version` when it is imported.
    Python looks for `pip` in the working directory first: in a folder with a `pip` of its own, that code would run.
    """
    loaded = sys.modules.get("pip_audit._service")
    if loaded is not None:
        return loaded
    with _stand_in("pip_api", PIP_VERSION="0"):
        from pip_audit import _service
    return _service


@contextmanager
def _stand_in(name: str, **members: str) -> Iterator[None]:
    """A module of constants in place of one that is not imported yet."""
    if name in sys.modules:
        yield
        return
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]
