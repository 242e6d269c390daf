"""Rewrite the parts of the documentation that are made from the code: README's session, the table of formats."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from attest.cli.app import main as attest_main
from attest.domain.file_format import FORMATS

ROOT = Path(__file__).resolve().parents[1]
_RISKS = {
    "data": "carries data only",
    "may-run-code": "can be made to run code",
    "code": "is code",
    "unknown": "cannot be judged",
}


def session() -> str:
    """A real verification of a tampered copy of the tiny model, as a console block."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(ROOT / "fixtures" / "models" / "tiny", place / "tiny")
        shutil.copytree(ROOT / "policies", place / "policies")
        config = (place / "tiny" / "config.json").read_text("utf-8")
        (place / "tiny" / "config.json").write_text(config.replace("TinyModel", "Other"), encoding="utf-8")
        (place / "tiny" / ".git" / "hooks").mkdir(parents=True)
        (place / "tiny" / ".git" / "hooks" / "load.py").write_text("import os\n", encoding="utf-8")
        code, out = _run(place, ["verify", "tiny", "--policy", "policies/release.yaml"])
    out = re.sub(r"at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "at 2026-11-24T12:00:00Z", out)
    return f"```console\n$ attest verify tiny --policy policies/release.yaml\n{out}$ echo $?\n{code}\n```\n"


def _run(place: Path, argv: list[str]) -> tuple[int, str]:
    before, old = Path.cwd(), sys.argv
    data = io.BytesIO()
    out = io.TextIOWrapper(data, encoding="utf-8")
    try:
        os.chdir(place)
        sys.argv = ["attest", *argv]
        with contextlib.redirect_stdout(out):
            attest_main()
    except SystemExit as stop:
        out.flush()
        return int(stop.code or 0), data.getvalue().decode("utf-8")
    finally:
        os.chdir(before)
        sys.argv = old
    raise AssertionError("the command line always exits")


def formats() -> str:
    """The table of formats."""
    rows = [f"| `{name}` | {title} | {_RISKS[risk]} |\n" for name, (title, risk) in FORMATS.items()]
    return "| id | format | when it is loaded |\n|---|---|---|\n" + "".join(rows)


def rendered() -> dict[Path, str]:
    """Every generated document with its whole text."""
    readme, policy = ROOT / "README.md", ROOT / "docs" / "policy.md"
    return {
        readme: _between(readme, "<!-- session: verify -->\n", session(), "<!-- end session -->"),
        policy: _between(policy, "The formats that `formats` knows, told apart by content:\n\n", formats(), ""),
    }


def _between(path: Path, start: str, text: str, end: str) -> str:
    before, found, after = path.read_text("utf-8").partition(start)
    if not found:
        raise ValueError(f"{path.name} has no {start!r}")
    rest = end + after.partition(end)[2] if end else ""
    return before + start + text + rest


if __name__ == "__main__":
    for target, content in rendered().items():
        target.write_text(content, encoding="utf-8")
