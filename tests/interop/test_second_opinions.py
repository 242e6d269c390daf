"""Second opinions of real scanners: the small ones; `ATTEST_SCANPEERS` names an environment with others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from attest.operations.second_opinion import TOOLS, opinions
from tests.conftest import ROOT

PEERS = Path(os.environ.get("ATTEST_SCANPEERS", ROOT / ".venvs" / "opinions"))
SMALL = ("fickling", "modelaudit-picklescan", "picklescan")
CALL = b"cos\nsystem\n(S'x'\ntR."

pytestmark = pytest.mark.peer


def where() -> dict[str, str]:
    """Every scanner of the environment of peers. A peer that is not there is a failure, never a skip."""
    if not (PEERS / ".attest-setup").is_file():
        pytest.fail(f"there are no scanners at {PEERS}; run `scripts/setup opinions`")
    return {name: str(PEERS / "bin" / ("python" if tool.python else name)) for name, tool in TOOLS.items()}


@pytest.mark.parametrize("name", SMALL)
def test_a_call_of_the_shell_is_flagged_and_a_list_is_not(name: str, tmp_path: Path) -> None:
    programs = where()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.pkl").write_bytes(CALL)
    (tmp_path / "good.pkl").write_bytes(b"(lp0\nI1\na.")
    (tmp_path / "config.json").write_text("{}")
    findings, (version,) = opinions(tmp_path, [name], where=programs)
    assert version.startswith(f"{name} ")
    assert version[-1].isdigit()
    assert {(finding.file, finding.rule) for finding in findings} == {("sub/bad.pkl", "scan.second-opinion")}
    assert {finding.by for finding in findings} == {version}
