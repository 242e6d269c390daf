"""The page of a bill in a real browser: what it shows, and that nothing in a hostile bill comes alive."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from attest.bom.cyclonedx import to_cyclonedx
from attest.bom.view import view
from attest.reports.bom_html import bom_html
from tests.simulators.missing import missing
from tests.unit.bom.test_cyclonedx_parts import MODEL

HOSTILE = (
    "</style></title><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "<svg onload=\"document.title='owned'\"><a href=javascript:alert(1)>x</a>"
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--enable-logging=stderr", "--v=0",
)  # fmt: skip


class Browser:
    """A headless Chromium with a profile of its own for every call."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder

    def dom(self, page: str) -> tuple[str, list[str]]:
        """The page's elements after it was loaded, and what its console said."""
        path = self.folder / "page.html"
        path.write_text(page, encoding="utf-8")
        profile = self.folder / "profile"
        done = subprocess.run(
            [
                self.program,
                *FLAGS,
                f"--user-data-dir={profile}",
                "--virtual-time-budget=2000",
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        missing("chromium", "there is no chromium; on Debian, apt-get install chromium")
    return Browser(program, tmp_path)


@pytest.mark.slow
def test_the_page_shows_the_model_its_files_and_its_lineage(browser: Browser) -> None:
    page = bom_html(view(json.loads(to_cyclonedx(MODEL, tool_version="1"))))
    dom, console = browser.dom(page)
    assert console == []
    text = re.sub(r"<[^>]+>", " ", dom)
    for words in ("acme/m", "Tiny", "int64[batch,?]", "English only", "m.pt", "PYSEC-2024-1", "base model"):
        assert words in text
    assert dom.count("<rect") == 4  # the model, its base and two datasets
    assert "<svg" in dom


@pytest.mark.slow
def test_nothing_in_a_hostile_bill_runs(browser: Browser) -> None:
    document = json.dumps(json.loads(to_cyclonedx(MODEL, tool_version="1")))
    for harmless in (
        '"acme"',
        '"A model."',
        '"English only"',
        '"m.pt"',
        '"snli"',
        '"PYSEC-2024-1"',
        '"declared: README.md#/x"',
    ):
        document = document.replace(harmless, json.dumps(HOSTILE))
    dom, _ = browser.dom(bom_html(view(json.loads(document))))
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title is not None
    assert title[1] != "owned"
    assert "<script" not in dom
    assert "<img" not in dom
    assert "onload=" not in re.sub(r"&lt;.*?&gt;", "", dom)


@pytest.mark.slow
def test_the_browser_of_these_tests_would_run_a_script(browser: Browser) -> None:
    dom, _ = browser.dom("<title>x</title><script>document.title='owned'</script>")
    assert "<title>owned</title>" in dom
