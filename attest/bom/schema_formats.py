"""The formats that the CycloneDX schemas name: date-time and date (RFC 3339), iri-reference (RFC 3987), idn-email.

Written here because the packages that JSON schema validators use for them take longer to import than a document takes
to check. Every test is linear in the length of the text.
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import AddressValueError, IPv6Address

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3987 section 2.2: the planes 1 to 14 without their last two code points each.
_PLANES = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
_UCS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + _PLANES + "\U000e1000-\U000efffd"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_PLAIN = r"A-Za-z0-9\-._~!$&'()*+,;=" + _UCS
_ESCAPE = "%[0-9A-Fa-f]{2}"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_PATH = re.compile(f"(?:[{_PLAIN}:@/]|{_ESCAPE})*")
_QUERY = re.compile(f"(?:[{_PLAIN}:@/?{_PRIVATE}]|{_ESCAPE})*")
_FRAGMENT = re.compile(f"(?:[{_PLAIN}:@/?]|{_ESCAPE})*")
_USER = re.compile(f"(?:[{_PLAIN}:]|{_ESCAPE})*")
_HOST = re.compile(f"(?:[{_PLAIN}]|{_ESCAPE})*")
_PORT = re.compile(r"(?::[0-9]*)?")
_FUTURE = re.compile(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+")


def is_time(text: str) -> bool:
    """Whether this is a date-time of RFC 3339 section 5.6."""
    match = _TIME.fullmatch(text)
    return match is not None and is_date(match[1])


def is_date(text: str) -> bool:
    """Whether this is a full-date of RFC 3339 section 5.6."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_email(text: str) -> bool:
    """Whether this may be an address: JSON schema validators ask for the sign alone."""
    return "@" in text


def is_iri_reference(text: str) -> bool:
    """Whether this is an IRI or a relative reference (RFC 3987 section 2.2)."""
    rest, _, fragment = text.partition("#")
    rest, _, query = rest.partition("?")
    if not (_FRAGMENT.fullmatch(fragment) and _QUERY.fullmatch(query)):
        return False
    if scheme := _SCHEME.match(rest):
        rest = rest[scheme.end() :]
    elif ":" in rest.partition("/")[0]:
        return False
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        return _is_authority(authority) and _PATH.fullmatch(slash + path) is not None
    return _PATH.fullmatch(rest) is not None


def _is_authority(text: str) -> bool:
    user, at, host = text.rpartition("@")
    if at and not _USER.fullmatch(user):
        return False
    if host.startswith("["):
        literal, bracket, port = host[1:].partition("]")
        return bool(bracket) and _is_address(literal) and _PORT.fullmatch(port) is not None
    name, colon, port = host.partition(":")
    return _HOST.fullmatch(name) is not None and _PORT.fullmatch(colon + port) is not None


def _is_address(text: str) -> bool:
    if _FUTURE.fullmatch(text):
        return True
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text
