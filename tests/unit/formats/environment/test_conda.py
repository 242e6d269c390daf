"""conda's environments, locks, lists of addresses and records."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.environment import conda
from attest.formats.environment.packages import Need, Package, Packages

MD5, SHA = "d" * 32, "e" * 64
ENVIRONMENT = """name: trainer
channels:
  - conda-forge
dependencies:
  - python=3.11
  - numpy=1.26.4=py311h64a7726_0
  - pandas==2.2.1
  - scipy>=1.10,<2
  - pytorch::pytorch 2.3.0 py3.11_cuda12.1_cudnn8.9.2_0
  - cudatoolkit
  - pip
  - pip:
    - requests==2.31.0
    - transformers>=4.40
"""


def test_reads_an_environment() -> None:
    found = conda.read_environment(ENVIRONMENT.encode(), "environment.yml")
    assert (found.project, found.gaps) == ("trainer", ())
    assert [(one.name, one.ecosystem, one.version, one.constraint, one.details) for one in found.packages] == [
        ("python", "conda", "", "=3.11", (("channel", "conda-forge"),)),
        ("numpy", "conda", "1.26.4", "", (("build", "py311h64a7726_0"), ("channel", "conda-forge"))),
        ("pandas", "conda", "2.2.1", "", (("channel", "conda-forge"),)),
        ("scipy", "conda", "", ">=1.10,<2", (("channel", "conda-forge"),)),
        ("pytorch", "conda", "2.3.0", "", (("build", "py3.11_cuda12.1_cudnn8.9.2_0"), ("channel", "pytorch"))),
        ("cudatoolkit", "conda", "", "", (("channel", "conda-forge"),)),
        ("pip", "conda", "", "", (("channel", "conda-forge"),)),
        ("requests", "pypi", "2.31.0", "", ()),
        ("transformers", "pypi", "", ">=4.40", ()),
    ]
    assert found.packages[1].where == "environment.yml#/dependencies/1"
    assert found.packages[7].where == "environment.yml#/dependencies/7/pip:1"


def test_among_several_channels_none_is_guessed() -> None:
    found = conda.read_environment(b"channels: [a, b]\ndependencies: [numpy]", "environment.yml")
    assert found.packages[0].details == ()


def test_a_channel_is_named_without_what_opens_it() -> None:
    text = b"channels: ['https://conda.test/t/xy-secret-token/acme']\ndependencies: [numpy]"
    found = conda.read_environment(text, "environment.yml")
    assert found.packages[0].details == (("channel", "conda.test/acme"),)


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("numpy=1.26", ""),
        ("numpy=1.26.*", ""),
        ("numpy=1.26.4=*", "1.26.4"),
        ("numpy==1.26.*", ""),
        ("numpy!=1.26", ""),
        ("numpy 1.26", ""),
        ("numpy=1.26.4|=1.27", ""),
        ("NumPy==1.26.4 # why", "1.26.4"),
    ],
)
def test_only_what_allows_no_other_version_is_exact(spec: str, version: str) -> None:
    found = conda.read_environment(json.dumps({"dependencies": [spec]}).encode(), "environment.yml")
    (package,) = found.packages
    assert (package.name, package.version) == ("numpy", version)


@pytest.mark.parametrize(
    "entry", ["[a]", "{conda: [x]}", "{pip: [x], other: []}", "'a b c d[x]'", "~", "'-x'", "{pip: [[x]]}"]
)
def test_an_entry_that_is_not_understood_is_a_gap(entry: str) -> None:
    found = conda.read_environment(f"dependencies:\n- numpy\n- {entry}\n".encode(), "environment.yml")
    assert [package.name for package in found.packages] == ["numpy"]
    assert [gap.about.startswith("environment.yml#/dependencies/1") for gap in found.gaps] == [True]


def test_a_list_for_pip_may_include_files() -> None:
    text = b"dependencies:\n- pip:\n  - -r requirements.txt\n"
    found = conda.read_environment(text, "environment.yml", {"requirements.txt": b"idna==3.6"}.get)
    assert [(package.name, package.version) for package in found.packages] == [("idna", "3.6")]


LOCK = f"""version: 1
metadata:
  content_hash:
    linux-64: ac3ad119a9f9d05b569fd4052b79c20765b7aa28939cd9acd4187bd12f4d0f3a
  channels:
  - url: conda-forge
    used_env_vars: []
  platforms:
  - linux-64
  - osx-64
package:
- name: numpy
  version: 1.26.4
  manager: conda
  platform: linux-64
  dependencies:
    libblas: '>=3.9.0,<4.0a0'
    __glibc: '>=2.17'
  url: https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0.conda
  hash:
    md5: {MD5}
    sha256: {SHA}
  category: main
  optional: false
- name: libblas
  version: 3.9.0
  manager: conda
  platform: linux-64
  dependencies: {{}}
  url: https://conda.anaconda.org/t/secret/pytorch/label/dev/noarch/libblas-3.9.0-22_linux64.tar.bz2
  hash:
    md5: {MD5}
  category: dev
  optional: true
- name: requests
  version: 2.31.0
  manager: pip
  platform: osx-64
  dependencies:
    Typing_Extensions: '*'
  url: https://files.pythonhosted.org/packages/70/requests-2.31.0-py3-none-any.whl
  hash:
    sha256: {SHA}
  category: main
  optional: false
- name: renamed
  version: '1.0'
  manager: conda
  platform: osx-64
  dependencies: {{}}
  url: https://conda.anaconda.org/conda-forge/osx-64/other-1.0-0.conda
  hash: {{}}
"""


def test_reads_a_conda_lock() -> None:
    found = conda.read_lock(LOCK.encode(), "conda-lock.yml")
    assert found.gaps == ()
    numpy, libblas, requests, renamed = found.packages
    assert numpy == Package(
        name="numpy",
        ecosystem="conda",
        version="1.26.4",
        where="conda-lock.yml#/package/0",
        hashes=(("MD5", MD5), ("SHA-256", SHA)),
        scope="linux-64",
        needs=(Need("libblas"), Need("__glibc")),
        details=(
            ("groups", "main"),
            ("build", "py311h64a7726_0"),
            ("channel", "conda-forge"),
            ("subdir", "linux-64"),
            ("type", "conda"),
        ),
    )
    assert libblas.details == (
        ("groups", "dev"),
        ("optional", "true"),
        ("build", "22_linux64"),
        ("channel", "pytorch/label/dev"),
        ("subdir", "noarch"),
        ("type", "tar.bz2"),
    )
    assert (requests.ecosystem, requests.version, requests.install, requests.needs, requests.hashes) == (
        "pypi",
        "2.31.0",
        "index",
        (Need("typing-extensions"),),
        (("SHA-256", SHA),),
    )
    assert renamed.details == (("subdir", "osx-64"),)


@pytest.mark.parametrize("entry", ["- text", "- {name: x, version: '1', manager: npm}", "- {manager: pip}", "- ~"])
def test_an_entry_of_a_lock_that_is_no_package_is_a_gap(entry: str) -> None:
    found = conda.read_lock(f"version: 1\npackage:\n{entry}\n".encode(), "conda-lock.yml")
    assert (found.packages, [gap.about for gap in found.gaps]) == ((), ["conda-lock.yml#/package/0"])


EXPLICIT = f"""# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: linux-64
@EXPLICIT
https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0.conda#{MD5}
https://repo.anaconda.com/pkgs/main/noarch/tzdata-2024a-h04d1e81_0.conda#{SHA}
https://user:secret@conda.test/t/tk-secret/acme/linux-64/lib-x-1.0-0.tar.bz2
not an address
"""


def test_reads_a_list_of_addresses() -> None:
    found = conda.read_explicit(EXPLICIT.encode(), "explicit.txt")
    assert [(one.name, one.version, one.hashes, dict(one.details)["channel"]) for one in found.packages] == [
        ("numpy", "1.26.4", (("MD5", MD5),), "conda-forge"),
        ("tzdata", "2024a", (("SHA-256", SHA),), "repo.anaconda.com/pkgs/main"),
        ("lib-x", "1.0", (), "conda.test/acme"),
    ]
    assert [gap.about for gap in found.gaps] == ["explicit.txt:8"]
    assert "secret" not in repr(found)


RECORD = {
    "build": "py311h64a7726_0",
    "build_number": 0,
    "channel": "https://conda.anaconda.org/conda-forge/linux-64",
    "depends": ["libblas >=3.9.0,<4.0a0", "python >=3.11,<3.12.0a0", "__glibc >=2.17"],
    "files": ["lib/python3.11/site-packages/numpy/__init__.py"],
    "license": "BSD-3-Clause",
    "md5": MD5,
    "name": "numpy",
    "sha256": SHA,
    "subdir": "linux-64",
    "version": "1.26.4",
}


@pytest.mark.parametrize("channel", ["https://conda.anaconda.org/conda-forge/linux-64", "conda-forge"])
def test_reads_a_record(channel: str) -> None:
    made = conda.read_record(json.dumps(RECORD | {"channel": channel}).encode(), "conda-meta/numpy.json")
    assert made == Package(
        name="numpy",
        ecosystem="conda",
        version="1.26.4",
        where="conda-meta/numpy.json",
        observed=True,
        hashes=(("SHA-256", SHA), ("MD5", MD5)),
        needs=(Need("libblas"), Need("python")),
        license="BSD-3-Clause",
        details=(("build", "py311h64a7726_0"), ("channel", "conda-forge"), ("subdir", "linux-64")),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"dependencies: numpy", "no conda environment"),
        (b"name: x", "no conda environment"),
        (b"- numpy", "not a mapping"),
    ],
)
def test_what_is_no_environment_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        conda.read_environment(data, "environment.yml")


@pytest.mark.parametrize("data", [b"version: 2\npackage: []", b"package: []", b"version: 1\npackage: x", b"version: 1"])
def test_what_is_no_lock_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"is no conda-lock\.yml of version 1"):
        conda.read_lock(data, "conda-lock.yml")


@pytest.mark.parametrize("data", [b"", b"https://x.test/a", b"@EXPLICIT \xff", b"@EXPLICIT\n" * 100_002])
def test_what_is_no_list_of_addresses_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        conda.read_explicit(data, "explicit.txt")


@settings(deadline=None, max_examples=100)
@given(st.sampled_from([ENVIRONMENT, LOCK, EXPLICIT]), st.data())
def test_any_mutation_is_refused_or_read(good: str, data: st.DataObject) -> None:
    mutated = bytearray(good.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated) - 1))
        mutated[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=10))
    for read in (conda.read_environment, conda.read_lock, conda.read_explicit):
        try:
            assert isinstance(read(bytes(mutated), "f"), Packages)
        except DocumentError:
            continue
