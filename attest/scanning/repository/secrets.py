"""Secrets left in text files: keys and tokens of services, private keys, passwords in addresses.

Most patterns are those of detect-secrets (https://github.com/Yelp/detect-secrets); the others follow what the services
say of their own tokens. Of that library only its patterns are used: not its settings, which are global, not its
checks, which ask the services over the network, and not its measures of entropy, which take vocabularies for secrets.
It is imported when a file holds a mark of one of its kinds, so most files never pay for it.

A finding shows what kind of secret it is, the line, and the beginning of its SHA-256, never the secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from attest.scanning.part import Part

MAX_TEXT = 1 << 20
_MAX_FOUND = 50
_WINDOW = 4096
_OVERLAP = 1024
_SHOWN = 8


class _Kind(NamedTuple):
    """A kind of secret.

    `title` names it with its article. One of `marks` stands in every text that holds one. `patterns` gives its
    patterns; `group` is the group of them that is the secret itself, 0 for all of the match. `whole` asks that no
    letter or digit touches the match. `holds` says whether a match is one indeed.
    """

    title: str
    marks: tuple[bytes, ...]
    patterns: Callable[[], Iterator[re.Pattern[str]]]
    group: int = 0
    whole: bool = True
    holds: Callable[[str], bool] = bool


def _library(module: str, name: str, *which: int) -> Callable[[], Iterator[re.Pattern[str]]]:
    """The patterns of one detector of detect-secrets, or some of them."""

    def patterns() -> Iterator[re.Pattern[str]]:
        found = list(getattr(_plugin(module), name).denylist)
        yield from (found[index] for index in which) if which else found

    return patterns


def _own(*patterns: str) -> Callable[[], Iterator[re.Pattern[str]]]:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda: iter(compiled)


def _plugin(module: str) -> Any:
    return import_module(f"detect_secrets.plugins.{module}")


def _is_web_token(text: str) -> bool:
    """Whether head and body of a JSON Web Token decode (RFC 7519)."""
    return bool(_plugin("jwt").JwtTokenDetector.is_formally_valid(text))


_PRIVATE_KEY = "a private key"
_KINDS = (
    _Kind(_PRIVATE_KEY, (b"BEGIN", b"PuTTY-User-Key-File"), _library("private_key", "PrivateKeyDetector"), whole=False),
    _Kind(_PRIVATE_KEY, (b"BEGIN ENCRYPTED",), _own("BEGIN ENCRYPTED PRIVATE KEY"), whole=False),
    _Kind("an AWS access key", (b"A3T", b"ABIA", b"ACCA", b"AKIA", b"ASIA"), _library("aws", "AWSKeyDetector", 0)),
    _Kind("an AWS secret key", (b"aws", b"AWS"), _library("aws", "AWSKeyDetector", 1), group=1, whole=False),
    _Kind(
        "an Azure storage key", (b"AccountKey=",), _library("azure_storage_key", "AzureStorageKeyDetector"), whole=False
    ),
    _Kind(
        "a GitHub token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), _library("github_token", "GitHubTokenDetector")
    ),
    _Kind("a GitHub token", (b"github_pat_",), _own(r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}")),
    _Kind(
        "a GitLab token",
        (b"glpat-", b"gldt-", b"glft-", b"glsoat-", b"glrt-", b"GR1348941", b"glcbt-", b"glimt-", b"glptt-", b"gloas-"),
        _library("gitlab_token", "GitLabTokenDetector"),
    ),
    _Kind(
        "a Slack token",
        (b"xoxa-", b"xoxb-", b"xoxp-", b"xoxo-", b"xoxs-", b"xoxr-", b"hooks.slack.com"),
        _library("slack", "SlackDetector"),
    ),
    _Kind("a Stripe key", (b"k_live_",), _library("stripe", "StripeDetector")),
    _Kind("a SendGrid key", (b"SG.",), _library("sendgrid", "SendGridDetector")),
    _Kind("a PyPI token", (b"pypi-AgE",), _library("pypi_token", "PypiTokenDetector")),
    _Kind("a Hugging Face token", (b"hf_", b"api_org_"), _own(r"(?:hf|api_org)_[A-Za-z0-9]{34}")),
    _Kind(
        "an OpenAI key",
        (b"sk-",),
        _own(r"sk-(?:admin|proj|svcacct)-[\w-]{40,200}", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ),
    _Kind("an Anthropic key", (b"sk-ant-",), _own(r"(?<![\w-])sk-ant-[a-z]{3,8}\d\d-[\w-]{80,120}")),
    _Kind("a Google API key", (b"AIza",), _own(r"(?<![\w-])AIza[\w-]{35}(?![\w-])")),
    _Kind("an npm token", (b"npm_",), _own(r"npm_[A-Za-z0-9]{36}")),
    _Kind(
        "an npm token",
        (b":_authToken",),
        _own(r":_authToken\s{0,8}=\s{0,8}([A-Fa-f0-9]{8}(?:-[A-Fa-f0-9]{4,12}){4})"),
        group=1,
    ),
    _Kind(
        "a JSON Web Token",
        (b"eyJ",),
        _own(r"(?<![\w.=-])eyJ[\w=-]{10,2000}\.[\w=-]{4,2000}(?:\.[\w=-]{1,1000})?"),
        holds=_is_web_token,
    ),
    _Kind("a password in an address", (), _library("basic_auth", "BasicAuthDetector"), group=1, whole=False),
)  # fmt: skip
# Marks that common texts hold as well; the library is not imported for them alone.
_LIKELY: dict[str, re.Pattern[bytes]] = {
    _PRIVATE_KEY: re.compile(rb"PRIVATE KEY|PuTTY-User-Key-File"),
    "an AWS access key": re.compile(rb"(?<![0-9A-Za-z])A(?:3T[A-Z0-9]|BIA|CCA|KIA|SIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    "an AWS secret key": re.compile(rb"[\"'][0-9A-Za-z/+]{40}[\"']"),
    "a SendGrid key": re.compile(rb"SG\.[\w-]{22}\."),
    "a JSON Web Token": re.compile(rb"(?<![\w.=-])eyJ[\w=-]{10,2000}\.[\w=-]{4}"),
    "a password in an address": re.compile(rb"://[^\s/:@]{1,200}:[^\s/:@]{1,200}@"),
}
# What stands in examples in place of a secret.
_PLACEHOLDER = re.compile(
    r"example|sample|dummy|placeholder|changeme|change_me|redacted|your|my_?(?:pass|token|secret|key)|\.\.\.|[<>{}$*%]"
    r"|(.)\1{7}|^(?:pass|passwd|password|pw|pwd|secret|token|x+)$|12345678|abcdefgh",
    re.IGNORECASE,
)


def scan_secrets(part: Part) -> None:
    """Look for secrets in a text of at most 1 MiB; a longer part is left alone, which says nothing about it."""
    if part.size > MAX_TEXT:
        return
    data = part.source.read(0, part.size)
    kinds = [kind for kind in _KINDS if _likely(kind, data)]
    if not kinds:
        return
    text = data.decode("latin-1")  # one character a byte, so that places are those of the file
    found = 0
    for kind in kinds:
        for start, secret in _matches(kind, text, part):
            line = data.count(b"\n", 0, start) + 1
            shown = "" if kind.title == _PRIVATE_KEY else f"sha256:{_digest(secret)}…"
            part.report(
                "secret.found", f"{kind.title} in line {line}", offset=start, length=len(secret), value=shown
            )  # fmt: skip
            found += 1
            if found == _MAX_FOUND:
                return


def _likely(kind: _Kind, data: bytes) -> bool:
    if kind.marks and not any(mark in data for mark in kind.marks):
        return False
    likely = _LIKELY.get(kind.title)
    return likely is None or likely.search(data) is not None


def _matches(kind: _Kind, text: str, part: Part) -> Iterator[tuple[int, str]]:
    """Place and text of every secret of a kind, in windows, so that no pattern runs over more than a few KiB."""
    seen: set[int] = set()
    patterns = list(kind.patterns())
    step = _WINDOW - _OVERLAP
    for begin in range(0, len(text), step):
        part.budget.check_time()
        end = min(len(text), begin + _WINDOW)
        for pattern in patterns:
            for match in pattern.finditer(text, begin, end):
                cut = match.end() == end < len(text) and match.start() >= begin + step
                start = match.start(kind.group)
                if not cut and start not in seen and _counts(kind, match, text):
                    seen.add(start)
                    yield start, match[kind.group]


def _counts(kind: _Kind, match: re.Match[str], text: str) -> bool:
    """Whether a match is a secret, and not a piece of a longer word or what stands in place of one."""
    if kind.title == _PRIVATE_KEY:
        return True
    if kind.whole and (
        _touches(text[match.start() - 1 : match.start()]) or _touches(text[match.end() : match.end() + 1])
    ):
        return False
    secret = match[kind.group]
    return not _PLACEHOLDER.search(secret) and kind.holds(secret)


def _touches(neighbour: str) -> bool:
    return neighbour.isascii() and neighbour.isalnum()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("latin-1")).hexdigest()[:_SHOWN]
