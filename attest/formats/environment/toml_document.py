"""TOML 1.0 within limits that are checked before it is parsed: size, length of a line, parts of a dotted key."""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

from attest.errors import DocumentError

MAX_TOML = 16 << 20

Table: TypeAlias = "dict[str, object]"

_MAX_LINE = 256 * 1024
_MAX_DEPTH = 64
_MAX_PARTS = 16
# A key of very many parts costs the parser the square of them.
_PARTS = re.compile(rb"(?<![\w\-\"'])(?>[\w\-\"']++[ \t]*+\.[ \t]*+){%d}" % _MAX_PARTS)


def parse_toml(data: bytes, what: str) -> Table:
    """Read one document; `what` names it in errors. Raises DocumentError when it is malformed or past a limit."""
    if len(data) > MAX_TOML:
        raise DocumentError(f"{what} is {len(data)} bytes long; the limit is {MAX_TOML}")
    if any(len(line) > _MAX_LINE for line in data.split(b"\n")):
        raise DocumentError(f"{what} holds a line of more than {_MAX_LINE} bytes")
    if _PARTS.search(data):
        raise DocumentError(f"{what} holds a key of more than {_MAX_PARTS} parts")
    try:
        document: Table = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"{what} is not UTF-8 text (byte {error.start})") from None
    except RecursionError:
        raise DocumentError(f"{what} is nested deeper than {_MAX_DEPTH} levels") from None
    except (ValueError, OverflowError) as error:
        raise DocumentError(f"{what} is not TOML: {str(error)[:200]}") from None
    _check_depth(document, what)
    return document


def _check_depth(document: Table, what: str) -> None:
    level: list[object] = [document]
    for _ in range(_MAX_DEPTH):
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        if not below:
            return
        level = below
    raise DocumentError(f"{what} is nested deeper than {_MAX_DEPTH} levels")


def text(table: Table, key: str) -> str:
    """A member that is a text, or an empty one."""
    value = table.get(key)
    return value if isinstance(value, str) else ""


def table(parent: Table, key: str) -> Table:
    """A member that is a table, or an empty one."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def tables(parent: Table, key: str) -> list[Table]:
    """The tables in a member that is a list."""
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(parent: Table, key: str) -> list[str]:
    """The texts in a member that is a list."""
    value = parent.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
