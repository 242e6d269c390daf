"""Runs `attest bom` over hostile files as a process of its own, with little memory and little time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

CODE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (20, 25))
from attest.cli import main
main()
"""
MIB = 1 << 20
Files = Mapping[str, bytes]
Expected = str | tuple[str, ...]
Attack = tuple[str, Callable[[], Files], Expected]


def described(verb: str, folder: Path, files: Files) -> dict[str, Any]:
    """The document that the command writes about these files."""
    for name, data in files.items():
        path = folder / "subject" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    target = folder / "bom.json"
    done = subprocess.run(
        [sys.executable, "-c", CODE, "bom", verb, folder / "subject", "--output", target],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, f"wrote {target}\n")
    document: dict[str, Any] = json.loads(target.read_bytes())
    return document


def said(document: dict[str, Any]) -> Iterator[str]:
    """Properties of the subject and of its components as lines."""
    subject = document["metadata"]["component"]
    for component in (subject, *subject.get("components", ()), *document.get("components", ())):
        for item in component.get("properties", ()):
            yield f"{item['name']}={item['value']}"


def one(name: str, data: Callable[[], bytes]) -> Callable[[], Files]:
    """An attack of one file, built when it is wanted."""
    return lambda: {name: data()}


def pickled(data: Callable[[], bytes]) -> Callable[[], Files]:
    """A pickle of protocol 4."""
    return one("m.pkl", lambda: b"\x80\x04" + data())


def unread(name: str, why: str) -> str:
    """What is said of a file that is refused."""
    return f"attest:unreadable:{name}={why}"


def wrong(name: str, why: str) -> str:
    """What is said of a file in which something is wrong."""
    return f"attest:finding:bom.malformed-content={name}: {why}"
