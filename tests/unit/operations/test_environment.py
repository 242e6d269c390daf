"""`bom environment`: from a lock file or an installed environment to a bill with vulnerabilities, gaps and VEX."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bom import Analysis, Bom
from attest.domain.gap import Gap
from attest.errors import DocumentError, InputError
from attest.formats.environment.packages import normalized
from attest.operations.environment import bom_environment
from tests.conftest import ROOT
from tests.simulators.osv import record
from tests.unit.conftest import child

IDNA = record(
    "GHSA-jjg7-2v4v-x38h",
    "idna",
    ("introduced", "0"),
    ("fixed", "3.7"),
    aliases=["CVE-2024-3651"],
    database_specific={"severity": "MODERATE"},
)


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        place = folder / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    return folder


def project(folder: Path, requirements: str = "idna==3.6\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "requirements.txt").write_text(requirements)
    return folder


def osv_data(folder: Path, *records: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for one in records:
        (folder / f"{one['id']}.json").write_text(json.dumps(one))
    return folder


def openvex(path: Path, product: str = "pkg:pypi/idna@3.6", status: str = "not_affected") -> Path:
    statement = {"vulnerability": {"name": "CVE-2024-3651"}, "products": [{"@id": product}], "status": status}
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2024-07-01T00:00:00Z"}
    path.write_text(json.dumps(document | {"statements": [statement]}))
    return path


def purls(bom: Bom) -> list[str]:
    return [component.purl for component in bom.components]


def test_a_project_its_vulnerabilities_and_what_is_said_of_them(tmp_path: Path) -> None:
    folder = project(tmp_path / "serving", "idna==3.6\nrequests>=2\n-e ./lib\n")
    bom = bom_environment(
        folder,
        audit="data",
        osv_data=osv_data(tmp_path / "osv", IDNA),
        vex=[openvex(tmp_path / "vex.json")],
        offline=True,
    )
    assert (bom.subject, bom.name.text, bom.name.origin) == ("environment", "serving", "inferred")
    assert purls(bom) == ["pkg:pypi/idna@3.6", "pkg:pypi/lib", "pkg:pypi/requests"]
    (found,) = bom.vulnerabilities
    assert (found.id, found.affects, found.severity, found.fixed) == (
        "CVE-2024-3651",
        "pkg:pypi/idna@3.6",
        "medium",
        ("3.7",),
    )
    assert found.analysis == Analysis(state="not_affected", source="vex.json")
    assert [(gap.about, gap.reason) for gap in bom.gaps] == [
        ("pkg:pypi/lib", "it is installed from a folder that can be edited, and advisories are about releases"),
        ("pkg:pypi/requests", "it has no exact version (>=2)"),
    ]


def test_without_an_audit_the_bill_says_so(tmp_path: Path) -> None:
    bom = bom_environment(project(tmp_path))
    assert bom.vulnerabilities == ()
    assert bom.gaps == (
        Gap(needed="vulnerabilities", about="all components", reason="known vulnerabilities were not looked up"),
    )


def test_a_statement_about_another_version_is_not_put_beside_it(tmp_path: Path) -> None:
    bom = bom_environment(
        project(tmp_path / "p"),
        audit="data",
        osv_data=osv_data(tmp_path / "osv", IDNA),
        vex=[openvex(tmp_path / "vex.json", "pkg:pypi/idna@3.5")],
    )
    assert [one.analysis for one in bom.vulnerabilities] == [None]


def test_documents_that_disagree_are_a_conflict(tmp_path: Path) -> None:
    vex = [openvex(tmp_path / "a.json"), openvex(tmp_path / "b.json", status="affected")]
    bom = bom_environment(project(tmp_path / "p"), audit="data", osv_data=osv_data(tmp_path / "osv", IDNA), vex=vex)
    assert [value.text for value in bom.conflicts[0].values] == ["not_affected", "exploitable"]


@pytest.mark.parametrize("kind", ["osv", "pypi"])
def test_offline_forbids_to_ask(tmp_path: Path, kind: Any) -> None:
    with pytest.raises(InputError) as refused:
        bom_environment(project(tmp_path), audit=kind, offline=True)
    assert "--osv-data" in refused.value.hint


def test_a_vex_document_must_be_there_and_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no VEX document at"):
        bom_environment(project(tmp_path), vex=[tmp_path / "missing.json"])
    (tmp_path / "vex.json").write_text("{}")
    with pytest.raises(DocumentError, match=r"vex\.json is no VEX document"):
        bom_environment(tmp_path, vex=[tmp_path / "vex.json"])


def test_the_name_and_the_version_may_be_given(tmp_path: Path) -> None:
    bom = bom_environment(project(tmp_path), name="trainer", version="7")
    assert (bom.name.text, bom.version) == ("trainer", "7")


def test_several_locks_are_not_chosen_among(tmp_path: Path) -> None:
    write(tmp_path, **{"uv.lock": "", "poetry.lock": ""})
    with pytest.raises(InputError, match=r"holds uv\.lock, poetry\.lock") as refused:
        bom_environment(tmp_path)
    assert "Name the one" in refused.value.hint


@pytest.mark.parametrize("path", ["", "missing", "missing.txt"])
def test_a_place_without_an_environment_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(InputError):
        bom_environment(tmp_path / path)


def test_included_files_lie_below_the_folder_whatever_links_say(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret==1.0\n")
    folder = project(tmp_path / "p", "-r inside.txt\n-r link.txt\n-r ../outside.txt\nidna==3.6\n")
    (folder / "inside.txt").write_text("certifi==2024.2.2\n")
    (folder / "link.txt").symlink_to(outside)
    bom = bom_environment(folder)
    assert purls(bom) == ["pkg:pypi/certifi@2024.2.2", "pkg:pypi/idna@3.6"]
    assert [gap.about for gap in bom.gaps] == ["requirements.txt:2", "requirements.txt:3", "all components"]


def venv(folder: Path, python: str = "python3.11", config: str = "version = 3.11.7\n") -> Path:
    info = f"lib__{python}__site-packages__idna-3.6.dist-info"
    return write(
        folder,
        **{
            "pyvenv.cfg": config,
            f"{info}__METADATA": "Name: idna\nVersion: 3.6\nLicense-Expression: BSD-3-Clause\n\n",
            f"{info}__RECORD": "idna/__init__.py,,\nidna-3.6.dist-info/METADATA,,\n",
            f"lib__{python}__site-packages__idna____init__.py": "raise SystemExit('never run')",
            "bin__python": "#!/bin/sh\ntouch ran\n",
        },
    )


def test_a_virtual_environment_is_read_and_never_run(tmp_path: Path) -> None:
    place = venv(tmp_path / "env")
    (place / "lib64").symlink_to("lib")
    os.chmod(place / "bin" / "python", 0o700)
    bom = bom_environment(place)
    assert purls(bom) == ["pkg:generic/python@3.11.7", "pkg:pypi/idna@3.6"]
    assert [component.origin for component in bom.components] == ["observed", "observed"]
    assert bom.components[1].licenses[0].value.text == "BSD-3-Clause"
    assert not list(tmp_path.rglob("ran"))
    assert bom_environment(place / "lib" / "python3.11" / "site-packages").components[1:] == bom.components[1:]


def test_the_name_of_the_folder_stands_in_for_a_version_that_nobody_wrote(tmp_path: Path) -> None:
    bom = bom_environment(venv(tmp_path, config=""))
    assert [(fact.name, fact.value.text) for fact in bom.components[0].properties] == [
        ("environment:constraint", "==3.11.*")
    ]


def test_a_prefix_with_several_interpreters_is_not_chosen_from(tmp_path: Path) -> None:
    venv(venv(tmp_path), python="python3.12")
    with pytest.raises(InputError, match="several site-packages folders"):
        bom_environment(tmp_path)


def test_a_prefix_without_packages_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text("")
    with pytest.raises(InputError, match="no site-packages folder"):
        bom_environment(tmp_path)


def test_a_conda_prefix_without_python(tmp_path: Path) -> None:
    made = {"name": "r-base", "version": "4.3.3", "build": "h_0"}
    write(tmp_path, **{"conda-meta__r-base.json": json.dumps(made)})
    assert purls(bom_environment(tmp_path)) == ["pkg:conda/r-base@4.3.3?build=h_0"]


def test_a_virtual_environment_of_windows_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "pyvenv.cfg": "version = 3.12.1\n",
            "Lib__site-packages__idna-3.6.dist-info__METADATA": "Name: idna\nVersion: 3.6\n\n",
            "Lib__site-packages__idna-3.6.dist-info__RECORD": "idna\\__init__.py,,\n",
        },
    )
    assert purls(bom_environment(tmp_path)) == ["pkg:generic/python@3.12.1", "pkg:pypi/idna@3.6"]


def test_a_conda_prefix_with_what_pip_added(tmp_path: Path) -> None:
    made = {"name": "numpy", "version": "1.26.4", "build": "py311_0", "channel": "conda-forge", "subdir": "linux-64"}
    place = venv(tmp_path)
    (place / "pyvenv.cfg").unlink()
    site = place / "lib" / "python3.11" / "site-packages"
    write(
        place,
        **{
            "conda-meta__numpy-1.26.4-py311_0.json": json.dumps(made),
            "conda-meta__broken.json": "{",
            "conda-meta__history": "not a record",
        },
    )
    write(
        site / "numpy-1.26.4.dist-info",
        METADATA="Name: numpy\nVersion: 1.26.4\n\n",
        RECORD="numpy/__init__.py,,\n",
        INSTALLER="conda\n",
    )
    bom = bom_environment(place)
    assert purls(bom) == [
        "pkg:conda/numpy@1.26.4?build=py311_0&channel=conda-forge&subdir=linux-64",
        "pkg:pypi/idna@3.6",
    ]
    assert [gap.about for gap in bom.gaps] == ["conda-meta/broken.json", "all components"]


def test_the_environment_of_these_tests_is_what_its_interpreter_says() -> None:
    """The interpreter's own view of its packages is the judge."""
    bom = bom_environment(sys.prefix)
    here = importlib.metadata.distributions(path=[sysconfig.get_path("purelib")])
    installed = {(normalized(one.metadata["Name"]), one.version) for one in here}
    found = {(normalized(one.name), one.version) for one in bom.components if one.purl.startswith("pkg:pypi/")}
    assert found == installed
    python = next(one for one in bom.components if one.purl.startswith("pkg:generic/python"))
    assert python.version == ".".join(map(str, sys.version_info[:3]))
    pytest_ = next(one for one in bom.components if one.name == "pytest")
    assert {purl.partition("@")[0] for purl in pytest_.depends_on} >= {"pkg:pypi/iniconfig", "pkg:pypi/pluggy"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", "idna==3.6"),
        ("some.lock", "idna==3.6"),
        ("pylock.toml", "lock-version = '1.0'\n[[packages]]\nname = 'idna'\nversion = '3.6'"),
        ("uv.lock", "version = 1\n[[package]]\nname = 'idna'\nversion = '3.6'"),
        ("poetry.lock", "[metadata]\nlock-version = '2.1'\n[[package]]\nname = 'idna'\nversion = '3.6'"),
        ("pdm.lock", "[metadata]\nlock_version = '4.5.0'\n[[package]]\nname = 'idna'\nversion = '3.6'"),
        ("Pipfile.lock", '{"_meta":{"pipfile-spec":6},"default":{"idna":{"version":"==3.6"}}}'),
        ("pyproject.toml", "[project]\nname = 'x'\ndependencies = ['idna==3.6']"),
        ("environment.yml", "dependencies: [{pip: ['idna==3.6']}]"),
        (
            "conda-lock.yml",
            "version: 1\npackage: [{name: idna, version: '3.6', manager: pip, "
            "url: 'https://files.pythonhosted.org/idna-3.6.whl'}]",
        ),
        ("explicit.txt", "@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/noarch/idna-3.6-pyh_0.conda"),
    ],
)
def test_every_kind_of_file_is_known_by_its_name_or_content(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    bom = bom_environment(tmp_path / name)
    assert [(one.name, one.version) for one in bom.components] == [("idna", "3.6")]


def test_nothing_of_this_machine_is_in_a_bill_of_it() -> None:
    text = repr(bom_environment(sys.prefix))
    assert str(ROOT) not in text
    assert os.path.expanduser("~") + "/" not in text


IMPORTED = """
import sys
import attest.operations.environment
print(sorted({"requests", "pip_audit", "yaml", "packageurl", "cyclonedx", "packaging"} & set(sys.modules)))
"""


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    assert child(IMPORTED) == "[]\n"
