"""What a project declares."""

from __future__ import annotations

import pytest

from attest.errors import DocumentError
from attest.formats.environment import pyproject
from attest.formats.environment.packages import Packages
from tests.conftest import ROOT


def read(text: str) -> Packages:
    return pyproject.read(text.encode(), "pyproject.toml")


def rows(found: Packages) -> list[tuple[str, str, str, str]]:
    return [(one.name, one.version, one.constraint, dict(one.details).get("groups", "")) for one in found.packages]


def test_reads_a_project_with_extras_and_groups() -> None:
    found = read("""
[project]
name = "trainer"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["torch==2.3.0", "requests[socks]>=2,<3; sys_platform != 'win32'", "foo @ git+https://t@x.test/foo@1"]

[project.optional-dependencies]
gpu = ["triton"]

[dependency-groups]
test = ["pytest>=8", {include-group = "Lint"}]
lint = ["ruff"]
""")
    assert (found.project, found.version, found.gaps) == ("trainer", "0.1.0", ())
    assert rows(found) == [
        ("python", "", ">=3.11", ""),
        ("torch", "2.3.0", "", "main"),
        ("requests", "", "<3,>=2", "main"),
        ("foo", "", "", "main"),
        ("triton", "", "", "extra gpu"),
        ("pytest", "", ">=8", "group test"),
        ("ruff", "", "", "group lint"),
    ]
    assert found.packages[2].marker == 'sys_platform != "win32"'
    assert (found.packages[3].install, found.packages[3].address, found.packages[3].commit) == (
        "vcs",
        "https://x.test/foo",
        "1",
    )
    assert found.packages[2].where == "pyproject.toml#/project/dependencies/1"


def test_reads_what_poetry_declares() -> None:
    found = read("""
[tool.poetry]
name = "trainer"
version = "0.2.0"

[tool.poetry.dependencies]
python = "^3.11"
torch = "2.3.0"
requests = "^2.31"
exact = "==1.0"
any = "*"
many = [{version = "<2", python = "<3.9"}, {version = ">=2", python = ">=3.9"}]
marked = {version = ">=1", markers = "sys_platform == 'linux'", optional = true}
gitdep = {git = "https://x.test/gitdep.git", tag = "v1"}
local = {path = "libs/local", develop = true}
web = {url = "https://x.test/web-1.0.tar.gz"}

[tool.poetry.group.test.dependencies]
pytest = ">=8"

[tool.poetry.dev-dependencies]
black = "*"
""")
    assert (found.project, found.version, found.gaps) == ("trainer", "0.2.0", ())
    assert rows(found) == [
        ("python", "", "^3.11", ""),
        ("torch", "2.3.0", "", "main"),
        ("requests", "", "^2.31", "main"),
        ("exact", "1.0", "", "main"),
        ("any", "", "*", "main"),
        ("many", "", "<2", "main"),
        ("many", "", ">=2", "main"),
        ("marked", "", ">=1", "main"),
        ("gitdep", "", "", "main"),
        ("local", "", "", "main"),
        ("web", "", "", "main"),
        ("black", "", "*", "dev"),
        ("pytest", "", ">=8", "group test"),
    ]
    by_name = {package.name: package for package in found.packages}
    assert by_name["marked"].details == (("groups", "main"), ("optional", "true"))
    assert (by_name["gitdep"].install, by_name["gitdep"].commit) == ("vcs", "v1")
    assert (by_name["local"].install, by_name["local"].address) == ("editable", "libs/local")
    assert (by_name["web"].install, by_name["web"].address) == ("url", "https://x.test/web-1.0.tar.gz")


def test_where_the_project_lists_dependencies_poetry_repeats_them() -> None:
    found = read("""
[project]
name = "trainer"
dependencies = ["torch>=2"]

[tool.poetry.dependencies]
torch = {source = "pytorch"}
""")
    assert rows(found) == [("torch", "", ">=2", "main")]


def test_what_is_dynamic_is_a_gap() -> None:
    found = read("[project]\nname = 'x'\ndynamic = ['version', 'dependencies']\n")
    assert [(gap.about, "dynamic" in gap.reason) for gap in found.gaps] == [
        ("pyproject.toml#/project/dependencies", True)
    ]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("[project]\nname = 'x'\ndependencies = ['not a requirement']", "#/project/dependencies/0"),
        ("[project]\nname = 'x'\ndependencies = [1]", "#/project/dependencies/0"),
        ("[project]\nname = 'x'\ndependencies = 'torch'", "#/project/dependencies"),
        ("[dependency-groups]\na = [{include-group = 'b'}]", "#/dependency-groups/a/0"),
        ("[dependency-groups]\na = [{other = 'b'}]", "#/dependency-groups/a/0"),
        ("[dependency-groups]\na = [1]", "#/dependency-groups/a/0"),
        ("[tool.poetry.dependencies]\n'not a name' = '1'", "#/tool/poetry/dependencies/not a name"),
    ],
)
def test_an_entry_that_is_no_requirement_is_a_gap(text: str, about: str) -> None:
    found = read(text)
    assert [gap.about for gap in found.gaps] == [f"pyproject.toml{about}"]


@pytest.mark.parametrize("text", ["", "[tool.ruff]\nline-length = 100", "[build-system]\nrequires = ['hatchling']"])
def test_a_file_that_declares_nothing_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="declares no project"):
        read(text)


def test_reads_this_project() -> None:
    found = pyproject.read((ROOT / "pyproject.toml").read_bytes(), "pyproject.toml")
    assert (found.project, found.gaps) == ("attest-ml", ())
    names = {package.name for package in found.packages}
    assert {"python", "PyYAML", "cyclonedx-python-lib", "hvac"} <= names
