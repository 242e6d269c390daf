"""Deriving names from installed packages and from wheels, and merging them into the list."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts import derive_pickle_allowlist as script
from scripts import derive_pickle_allowlist_source as source
from scripts.derive_pickle_allowlist_classes import derive, load
from scripts.derive_pickle_allowlist_wanted import WANTED, Wanted

FILES = {
    "flowers/__init__.py": "from .base import Flower\n",
    "flowers/base.py": "class Flower:\n    pass\n",
    "flowers/kinds.py": (
        "import flowers\nfrom flowers.base import Flower as F\nfrom flowers.tools import *\n"
        "class Rose(F): pass\n"
        "class Tulip(flowers.Flower): pass\n"
        "class Wild(Rose):\n    def __setstate__(self, state): pass\n"
        "class Stone(Tool): pass\n"
        "class Other: pass\n"
    ),
    "flowers/tools.py": "class Tool: pass\n",
    "flowers/tests/test_kinds.py": "from flowers import Flower\nclass Fake(Flower): pass\n",
    "flowers/broken.py": "class (:\n",
}
FLOWERS = Wanted(
    "garden",
    "flowers",
    bases=("flowers.base:Flower",),
    modules=("flowers.tools",),
    new=("flowers.kinds:Other", "flowers.kinds:Missing"),
    ref=("flowers.base:Flower",),
)
FOUND = {
    ("flowers.base", "Flower"),
    ("flowers.kinds", "Other"),
    ("flowers.kinds", "Rose"),
    ("flowers.kinds", "Tulip"),
    ("flowers.tools", "Tool"),
}
LEFT_OUT = {"flowers.kinds:Wild": ["flowers.kinds:Wild.__setstate__"]}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "flowers-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    return path


def test_an_installed_package_gives_classes_that_nothing_speaks_against(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        found = derive(FLOWERS)
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "flowers"]:
            del sys.modules[name]
    assert found.new == FOUND
    assert found.ref == {("flowers.base", "Flower")}
    assert found.left_out == LEFT_OUT


def test_a_package_that_is_not_installed_gives_nothing() -> None:
    assert load("no_such_package_at_all") is None
    assert derive(Wanted("x", "no_such_package_at_all")) == (set(), set(), {})


def test_the_source_of_a_wheel_gives_the_same_classes(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "WANTED", (FLOWERS,))
    found = source.read(str(wheel))["garden"]
    assert found.new == FOUND
    assert found.left_out == LEFT_OUT
    assert "flowers" not in sys.modules


def test_modules_of_torch_are_known_by_the_names_other_packages_give_them(tmp_path: Path) -> None:
    path = tmp_path / "timm-1.0-py3-none-any.whl"
    text = (
        "import torch.nn as nn\nfrom torch import nn as other\nfrom torch.nn import Parameter\n"
        "class A(nn.Module): pass\nclass B(other.Conv2d): pass\nclass C(nn.Parameter): pass\nclass D(Parameter): pass\n"
        "class E(A):\n    def __getattr__(self, name): pass\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("timm/__init__.py", "")
        archive.writestr("timm/models/net.py", text)
    found = source.read(str(path))["timm"]
    assert found.new == {("timm.models.net", "A"), ("timm.models.net", "B")}
    assert found.left_out == {"timm.models.net:E": ["timm.models.net:E.__getattr__"]}


def small_list() -> dict[str, Any]:
    return {
        "derivation": {"environments": []},
        "profiles": {
            "garden": {"ref": {"flowers": ["seed"]}, "new": {"flowers": ["Rose"]}, "call": {"flowers": ["grow"]}},
            "shed": {"ref": {}, "new": {"flowers": ["Tool"]}, "call": {}},
        },
        "excluded": [{"module": "flowers", "name": "Poison", "why": "kills"}],
    }


def test_merging_takes_the_union_but_for_what_is_excluded_or_stands_elsewhere() -> None:
    document = {
        "environment": {"flowers": "2"},
        "profiles": {
            "garden": {"new": {"flowers": ["Aster", "Poison", "Tool", "grow"]}, "ref": {"flowers": ["Rose", "leaf"]}}
        },
    }
    merged = script.merge(small_list(), [document, document])
    assert merged["profiles"]["garden"]["new"] == {"flowers": ["Aster", "Rose"]}
    assert merged["profiles"]["garden"]["ref"] == {"flowers": ["leaf", "seed"]}
    assert merged["profiles"]["shed"]["new"] == {"flowers": ["Tool"]}
    assert merged["derivation"]["environments"] == [{"flowers": "2"}]


def test_a_profile_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError):
        script.merge(small_list(), [{"environment": {}, "profiles": {"barn": {"new": {"flowers": ["Aster"]}}}}])


def test_the_file_is_written_as_merging_writes_it() -> None:
    text = script.ALLOWLIST.read_text("utf-8")
    assert script.written(json.loads(text)) + "\n" == text
    assert script.main(["check"]) == 0


def test_every_wanted_profile_is_in_the_list() -> None:
    profiles = json.loads(script.ALLOWLIST.read_text("utf-8"))["profiles"]
    assert {wanted.profile for wanted in WANTED} <= set(profiles)
