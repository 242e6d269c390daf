"""Documentation cannot lie: what is made from code is compared, what is an example runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests.conftest import ROOT


def test_generated_parts_are_current() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "make_docs.py"))["rendered"]()
    assert len(made) == 3
    for path, text in made.items():
        assert Path(path).read_text("utf-8") == text, f"{path} is stale: run scripts/docs"


def test_readme_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own text
    assert capsys.readouterr().out.startswith("PASSED\nattest-tree/v1 ")


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))]
    assert len(links) > 5
    for page, link in links:
        assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_test_named_in_the_threat_model_exists() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    named = re.findall(r"`(…|tests/[\w/]+\.py)(?:::(test_\w+))?`", text)
    assert len(named) > 100
    path = ""
    for place, name in named[1:]:  # the first one explains the mark
        path = path if place == "…" else place
        text_of = (ROOT / path).read_text("utf-8")
        assert not name or f"def {name}(" in text_of, f"{path} has no {name}"
    for folder in re.findall(r"`(tests/[\w/.]+)`", text):
        assert (ROOT / folder).exists()
