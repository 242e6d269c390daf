"""Packages → components with purls, licences and dependencies."""

from __future__ import annotations

from typing import Any

import pytest
from packageurl import PackageURL

from attest.bom import to_cyclonedx
from attest.bom.describe_environment import SPDX_BY_CLASSIFIER, describe_environment
from attest.bom.licenses import classify
from attest.domain.bom import Bom, Component
from attest.domain.gap import Gap
from attest.formats.environment import Need, Package, Packages
from attest.vulnerabilities.eligible import eligible
from attest.vulnerabilities.purl import parse_purl


def package(name: str = "idna", version: str = "3.6", **more: Any) -> Package:
    return Package(name=name, version=version, where=f"lock#{name}", **more)


def describe(*packages: Package, **more: Any) -> Bom:
    return describe_environment(Packages(source="lock", packages=packages), **more)


def one(*packages: Package) -> Component:
    (component,) = describe(*packages).components
    return component


def facts(component: Component) -> dict[str, str]:
    return {fact.name: fact.value.text for fact in component.properties}


def test_a_component_says_what_its_source_says() -> None:
    sha = ("SHA-256", "a" * 64)
    component = one(package("Foo.Bar", hashes=(sha,), marker="os_name == 'nt'", details=(("groups", "main"),)))
    assert (component.name, component.version, component.purl) == ("Foo.Bar", "3.6", "pkg:pypi/foo-bar@3.6")
    assert (component.origin, component.source, component.kind) == ("declared", "lock#Foo.Bar", "library")
    assert (component.hashes, component.depends_on, component.licenses) == ((sha,), (), ())
    assert facts(component) == {"environment:groups": "main", "environment:marker": "os_name == 'nt'"}


@pytest.mark.parametrize(
    ("made", "purl"),
    [
        (package("Foo_Bar.baz", "1.0"), "pkg:pypi/foo-bar-baz@1.0"),
        (package("torch", "2.3.0+cu121"), "pkg:pypi/torch@2.3.0%2Bcu121"),
        (package("x", "1!2.0"), "pkg:pypi/x@1%212.0"),
        (package("x", ""), "pkg:pypi/x"),
        (
            package("torch", "2.3.0", address="https://download.pytorch.org/whl/cu121"),
            "pkg:pypi/torch@2.3.0?repository_url=https://download.pytorch.org/whl/cu121",
        ),
        (
            package("x", "1", install="vcs", vcs="git", address="https://git.test/x", commit="abc"),
            "pkg:pypi/x@1?vcs_url=git%2Bhttps://git.test/x%40abc",
        ),
        (package("x", "1", install="vcs", vcs="git"), "pkg:pypi/x@1"),
        (
            package("x", "1", install="url", address="https://x.test/x.whl"),
            "pkg:pypi/x@1?download_url=https://x.test/x.whl",
        ),
        (package("x", "1", install="editable", address="libs/x"), "pkg:pypi/x@1"),
        (
            package(
                "numpy",
                "1.26.4",
                ecosystem="conda",
                details=(("build", "py311_0"), ("channel", "conda-forge"), ("subdir", "linux-64"), ("type", "conda")),
            ),
            "pkg:conda/numpy@1.26.4?build=py311_0&channel=conda-forge&subdir=linux-64&type=conda",
        ),
        (package("_libgcc_mutex", "0.1", ecosystem="conda"), "pkg:conda/_libgcc_mutex@0.1"),
        (package("python", "3.11.7", ecosystem="python"), "pkg:generic/python@3.11.7"),
        (package("python", "", ecosystem="python"), "pkg:generic/python"),
    ],
)
def test_purls_are_those_of_the_specification(made: Package, purl: str) -> None:
    component = one(made)
    assert component.purl == purl
    assert str(PackageURL.from_string(purl)) == purl
    assert parse_purl(purl) is not None


def test_the_interpreter_is_an_application() -> None:
    component = one(package("python", "3.11.7", ecosystem="python", observed=True))
    assert (component.kind, component.origin) == ("application", "observed")


def test_what_does_not_come_from_an_index_says_so_in_the_words_that_an_audit_knows() -> None:
    for install in ("vcs", "url", "path", "editable"):
        component = one(package(install=install, address="libs/x" if install == "editable" else "", commit="abc"))
        assert facts(component)["environment:install"] == install
        assert eligible([component]).releases == {}
    unpinned = one(package(version="", constraint=">=3"))
    assert facts(unpinned) == {"environment:constraint": ">=3"}
    assert eligible([unpinned]).gaps[0].reason == "it has no exact version (>=3)"


def test_one_package_that_is_stated_twice_is_one_component() -> None:
    component = one(
        package("Idna", marker="a", hashes=(("SHA-256", "b" * 64),), details=(("groups", "dev"),)),
        package("idna", marker="b", hashes=(("SHA-256", "a" * 64),), details=(("groups", "main"),)),
    )
    assert component.hashes == (("SHA-256", "a" * 64), ("SHA-256", "b" * 64))
    assert facts(component) == {
        "environment:files": "2: each hash is that of one of them",
        "environment:groups": "dev, main",
        "environment:marker": "a or b",
    }


def test_a_package_that_is_also_asked_for_without_a_marker_has_none() -> None:
    assert "environment:marker" not in facts(one(package(marker="a"), package()))


def test_what_one_place_takes_from_elsewhere_is_not_simply_the_release() -> None:
    component = one(package(), package(install="editable"))
    assert facts(component)["environment:install"] == "editable"


def test_dependencies_lead_to_components_of_the_bill() -> None:
    bom = describe(
        package("anyio", needs=(Need("idna"), Need("sniffio", conditional=True), Need("missing"), Need("anyio"))),
        package("idna"),
        package("Sniffio", needs=(Need("idna", conditional=True),)),
    )
    assert [(one.name, one.depends_on, facts(one)) for one in bom.components] == [
        (
            "anyio",
            ("pkg:pypi/idna@3.6", "pkg:pypi/sniffio@3.6"),
            {"environment:depends-under-marker": "sniffio"},
        ),
        ("idna", (), {}),
        ("Sniffio", ("pkg:pypi/idna@3.6",), {"environment:depends-under-marker": "idna"}),
    ]


@pytest.mark.parametrize(
    ("need", "versions"),
    [
        (Need("numpy", "1.26.4"), ["1.26.4"]),
        (Need("numpy", "9"), []),
        (Need("numpy", "", ">=2"), ["2.0.0"]),
        (Need("numpy", "", "<3"), ["1.26.4", "2.0.0"]),
        (Need("numpy", "", ">=3"), ["1.26.4", "2.0.0"]),
        (Need("numpy", "", "^2.0"), ["1.26.4", "2.0.0"]),
        (Need("numpy"), ["1.26.4", "2.0.0"]),
    ],
)
def test_of_several_versions_those_count_that_are_allowed(need: Need, versions: list[str]) -> None:
    bom = describe(package("app", needs=(need,)), package("numpy", "1.26.4"), package("numpy", "2.0.0"))
    assert list(bom.components[0].depends_on) == [f"pkg:pypi/numpy@{version}" for version in versions]


def test_a_dependency_stays_within_its_platform_and_may_cross_from_pip_to_conda() -> None:
    bom = describe(
        package("app", scope="linux-64", needs=(Need("numpy"),)),
        package("numpy", "1", ecosystem="conda", scope="linux-64", details=(("subdir", "linux-64"),)),
        package("numpy", "1", ecosystem="conda", scope="osx-64", details=(("subdir", "osx-64"),)),
    )
    assert bom.components[2].depends_on == ("pkg:conda/numpy@1?subdir=linux-64",)


@pytest.mark.parametrize(
    ("fields", "licenses"),
    [
        ({"license_expression": "MIT", "license": "GPL"}, [("id", "MIT")]),
        ({"license_expression": "MIT OR Apache-2.0"}, [("expression", "MIT OR Apache-2.0")]),
        (
            {"license": "BSD-3-Clause", "classifiers": ("License :: OSI Approved :: BSD License",)},
            [("id", "BSD-3-Clause")],
        ),
        ({"license": "mit"}, [("id", "MIT")]),
        ({"license": "Custom", "classifiers": ("License :: OSI Approved :: MIT License",)}, [("id", "MIT")]),
        ({"license": "Custom", "classifiers": ("License :: OSI Approved",)}, [("name", "Custom")]),
        ({"license": "Custom"}, [("name", "Custom")]),
        (
            {
                "classifiers": (
                    "License :: OSI Approved :: Apache Software License",
                    "License :: Other/Proprietary License",
                )
            },
            [("name", "Apache Software License"), ("name", "Other/Proprietary License")],
        ),
        (
            {"classifiers": ("License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)",)},
            [("id", "GPL-3.0-or-later")],
        ),
        ({}, []),
    ],
)
def test_the_most_exact_licence_field_counts(fields: dict[str, Any], licenses: list[tuple[str, str]]) -> None:
    component = one(package(**fields))
    assert [(item.kind, item.value.text) for item in component.licenses] == licenses
    assert all(item.acknowledgement == "declared" for item in component.licenses)


def test_classifiers_name_licences_that_spdx_lists() -> None:
    assert all(classify(spdx) == ("id", spdx) for spdx in SPDX_BY_CLASSIFIER.values())


def test_the_name_is_the_callers_then_the_projects_then_the_folders() -> None:
    packages = Packages(source="uv.lock", project="trainer", version="0.1.0")
    bom = describe_environment(packages, folder="code")
    assert (bom.name.text, bom.name.origin, bom.name.source, bom.version) == ("trainer", "declared", "uv.lock", "0.1.0")
    bom = describe_environment(packages, name="serving", folder="code")
    assert (bom.name.text, bom.name.source, bom.version) == ("serving", "the caller", "")
    bom = describe_environment(packages, name="serving", version="2")
    assert bom.version == "2"
    bom = describe_environment(Packages(source="uv.lock"), folder="co\nde")
    assert (bom.name.text, bom.name.origin) == ("co\\nde", "inferred")
    assert describe_environment(Packages(source="uv.lock")).name.text == "unnamed"


def test_it_is_a_bill_of_an_environment_that_keeps_the_gaps() -> None:
    gap = Gap(needed="vulnerabilities", about="uv.lock:3", reason="it names no package")
    bom = describe_environment(Packages(source="uv.lock", gaps=(gap,)))
    assert (bom.subject, bom.digest, bom.digest_kind, bom.gaps) == ("environment", "", "", (gap,))


def test_the_order_does_not_depend_on_that_of_the_source() -> None:
    packages = [package(name, needs=(Need("idna"),), hashes=(("MD5", "a" * 32),)) for name in ("c", "a", "b", "idna")]
    assert describe(*packages).components == describe(*reversed(packages)).components


def test_it_can_be_written_as_cyclonedx() -> None:
    bom = describe(
        package("anyio", needs=(Need("idna"),), license="MIT"),
        package(hashes=(("SHA-256", "a" * 64), ("SHA-256", "b" * 64))),
        package("python", "", ecosystem="python", constraint=">=3.10"),
    )
    text = to_cyclonedx(bom, tool_version="0").decode()
    assert '"pkg:pypi/idna@3.6"' in text
