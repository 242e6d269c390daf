"""Our SPDX documents before the SPDX project's own tools: its generated bindings and its conformance checker."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attest.bom.spdx import to_spdx
from attest.bom.spdx.shape import kinds, shapes, words
from attest.domain.bom import Bom
from tests.interop.conftest import need_peers
from tests.unit.bom.spdx_samples import ALL, COMPLETE

HERE = Path(__file__).parent
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

pytestmark = pytest.mark.peer


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Bom], Path]:
    """The document of a Bom, as a file."""

    def write(bom: Bom) -> Path:
        path = tmp_path / "bom.spdx3.json"
        path.write_bytes(to_spdx(bom, timestamp=WHEN, tool_version="1.2"))
        return path

    return write


def run(*argv: object) -> subprocess.CompletedProcess[str]:
    python = need_peers()
    return subprocess.run([python, *map(str, argv)], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", ALL)
def test_the_generated_bindings_read_every_element_and_write_the_same(
    name: str, written: Callable[[Bom], Path]
) -> None:
    path = written(ALL[name])
    done = run(HERE / "spdx_reader.py", path)
    assert done.returncode == 0, done.stderr
    elements = [item for item in json.loads(path.read_bytes())["@graph"] if "spdxId" in item]
    assert json.loads(done.stdout) == {"elements": len(elements), "missing": [], "changed": [], "added": []}


def test_the_generated_bindings_refuse_what_our_check_refuses(written: Callable[[Bom], Path]) -> None:
    """The oracle is no rubber stamp."""
    path = written(COMPLETE)
    document = json.loads(path.read_bytes())
    next(item for item in document["@graph"] if item["type"] == "Tool")["name"] = 7
    path.write_text(json.dumps(document))
    assert run(HERE / "spdx_reader.py", path).returncode != 0


def test_our_tables_say_what_the_generated_bindings_say() -> None:
    done = run(HERE / "spdx_shapes.py")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    classes = {name: item for name, item in told.items() if item["members"] or not item["words"]}
    assert shapes().keys() <= told.keys()
    assert {name for name in classes if name not in shapes()} == set()
    for name, shape in shapes().items():
        item = told[name]
        assert shape.parents == set(item["parents"]) - {"SHACLObject", "SHACLExtensibleObject"}
        assert shape.abstract == item["abstract"]
        assert shape.members == item["members"].keys()
        assert set(shape.required) == {member for member, least in item["members"].items() if least}
        assert {member for member in shape.members if kinds()[member].many} == set(item["many"])
    for vocabulary, known in words().items():
        (names,) = [item["words"] for name, item in told.items() if name.rpartition("_")[2] == vocabulary]
        assert known == set(names)


def conformant(path: Path, standard: str) -> tuple[bool, str]:
    done = run("-m", "ntia_conformance_checker.main", "-s", "spdx3", "-c", standard, path)
    return "Conformant: True" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("standard", ["ntia", "fsct3-min"])
def test_a_complete_model_has_the_minimum_elements(standard: str, written: Callable[[Bom], Path]) -> None:
    concluded = replace(COMPLETE.licenses[0], acknowledgement="concluded")
    known = replace(COMPLETE, licenses=(*COMPLETE.licenses, concluded))
    good, output = conformant(written(known), standard)
    assert good, output
    assert "floating" not in output
    bad, _ = conformant(written(replace(known, supplier=None)), standard)
    assert not bad


def test_datasets_and_software_do_not_float(written: Callable[[Bom], Path]) -> None:
    _, output = conformant(written(replace(ALL["full"], steps=(), base_models=ALL["full"].base_models[:1])), "ntia")
    assert "floating" not in output
