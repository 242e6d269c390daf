"""Code among a model's files: who would run it, and how it is told from what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.part import Scanner
from attest.scanning.repository.code import (
    scan_executable,
    scan_lfs_pointer,
    scan_python,
    scan_script,
    scan_site_hook,
)
from attest.scanning.repository.programs import is_bytecode, kind_of
from tests.unit.scanning.direct import direct, only, told

BYTECODE = b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(20)


def test_python_source_warns_and_says_who_runs_it() -> None:
    found = direct(scan_python, "modeling_own.py", b"import torch\n")
    assert found.outcome == "PASS"
    assert told(found) == [("hf.code-file", "Python source of 13 bytes")]
    assert "pip runs it" in only(direct(scan_python, "setup.py", b"x = 1\n")).message
    assert "pytest runs it" in only(direct(scan_python, "a/conftest.py", b"x = 1\n")).message
    assert "imported" in only(direct(scan_python, "pkg/__init__.py", b"x = 1\n")).message


@pytest.mark.parametrize("name", ["sitecustomize.py", "a/usercustomize.py", "SiteCustomize.py", "sitecustomize.pyi"])
def test_modules_that_python_runs_at_start_block(name: str) -> None:
    found = direct(scan_python, name, b"x = 1\n")
    assert found.outcome == "BLOCK"
    assert only(found).rule == "file.site-hook"


@pytest.mark.parametrize("name", ["a.pyc", "a.pyo"])
def test_compiled_modules_block_by_name(name: str) -> None:
    assert direct(scan_python, name, b"whatever it is").outcome == "BLOCK"


def test_compiled_modules_block_by_content() -> None:
    assert only(direct(scan_python, "a.py", BYTECODE)).message == "Python bytecode"
    assert kind_of(BYTECODE) == "Python bytecode"


@pytest.mark.parametrize(
    "header",
    [
        b"\xa7\r\r\n" + bytes(12) + b"\xe3\0\0\0\0",  # CPython 3.7 and later
        b"\x33\r\r\n" + bytes(8) + b"\xe3\0\0\0\0",  # CPython 3.3 to 3.6
        b"\x03\xf3\r\n" + bytes(4) + b"c\0\0\0\0",  # CPython 2.7
    ],
)
def test_bytecode_of_every_version_is_known(header: bytes) -> None:
    assert is_bytecode(header)


@pytest.mark.parametrize("text", [b"\r\n\r\nimport collections\r\n", b"a=\r\n" + b"c" * 40, b"", b"\r\n"])
def test_text_with_line_breaks_of_windows_is_no_bytecode(text: bytes) -> None:
    assert not is_bytecode(text)
    assert direct(scan_python, "a.py", text).outcome == "PASS"


def test_a_shell_script_by_the_name_of_python_blocks() -> None:
    found = direct(scan_python, "a.py", b"#!/bin/sh\nrm -rf /\n")
    assert found.outcome == "BLOCK"
    assert found.findings[0].value == "/bin/sh"
    assert direct(scan_python, "a.py", b"#!/usr/bin/env python3\n").outcome == "PASS"


def test_python_that_is_no_text_cannot_be_judged() -> None:
    found = direct(scan_python, "a.py", b"\0\1\2\3" * 50)
    assert found.outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        (b"import os; os.system('id')\n", 0),
        (b"import\tos\n", 0),
        (b"\xef\xbb\xbfimport os\n", 0),
        (b"/usr/lib\nimport os\n", 9),
        (b"/usr/lib\rimport os", 9),
        (b"/usr/lib\r\nimport os", 10),
        (b"# comment\n\n\nimport os", 12),
        (b"a" * 70_000 + b"\nimport os\n", 70_001),
        (b"a\n" * 40_000 + b"import os\n", 80_000),
        (b"import " + b"a" * 200_000, 0),
        (b"b" * 65_530 + b"\nimport os", 65_531),
    ],
)
def test_lines_that_python_executes_block(text: bytes, offset: int) -> None:
    found = direct(scan_site_hook, "a.pth", text)
    assert found.outcome == "BLOCK"
    assert only(found).rule == "file.site-hook"
    assert only(found).offset == offset


@pytest.mark.parametrize(
    "text", [b"/usr/lib/python\n", b" import os\n", b"importlib\n", b"a import os\n", b"x" * 200_000]
)
def test_a_text_of_places_is_no_file_of_weights(text: bytes) -> None:
    found = direct(scan_site_hook, "a.pth", text)
    assert found.outcome == "INCONCLUSIVE"
    assert only(found).rule == "file.unknown-format"


def test_the_end_of_a_long_line_does_not_begin_one() -> None:
    text = b"a" * ((1 << 17) - 3) + b"import os" + b"b" * 100_000
    assert only(direct(scan_site_hook, "a.pth", text)).rule == "file.unknown-format"


def test_a_pickle_in_text_is_left_to_the_unpickler() -> None:
    assert told(direct(scan_site_hook, "a.pth", b"(lp0\nI1\na.")) == []


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"\x7fELF\x02\x01\x01", "an ELF program or library"),
        (b"MZ\x90\0\x03\0", "a Windows or DOS program or library"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\1", "a Mach-O program or library"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "a Mach-O program or library"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41", "a Java class"),
        (b"\0asm\1\0\0\0", "a WebAssembly module"),
        (b"dex\n035\0", "Dalvik code"),
        (b"BC\xc0\xde5\x14\0\0", "LLVM bitcode"),
        (b"\x03\x02\x23\x07\0\0\1\0", "SPIR-V code"),
        (b"\x1bLua\x54\0", "Lua bytecode"),
        (b"MTLB\1\x80\2\0", "a Metal library"),
        (b"\x50\xed\x55\xba\1\0\x10\0", "CUDA code"),
    ],
)
def test_programs_block_with_their_kind(first: bytes, kind: str) -> None:
    found = direct(scan_executable, "weights.bin", first + bytes(64))
    assert found.outcome == "BLOCK"
    assert told(found) == [("file.executable", kind)]


def test_what_is_called_a_program_blocks_without_a_kind() -> None:
    assert told(direct(scan_executable, "a", b"??")) == [("file.executable", "a program")]


def test_scripts_block_by_first_line_or_name() -> None:
    assert only(direct(scan_script, "run", b"#! /bin/bash -x\n")).value == "/bin/bash -x"
    assert only(direct(scan_script, "a.jpg", b"%!PS-Adobe")).message == "a PostScript program"
    assert only(direct(scan_script, "a/RUN.SH", b"echo")).message == "a script, by its name *.sh"
    assert only(direct(scan_script, "Dockerfile", b"FROM x")).message == "a script named dockerfile"
    assert direct(scan_script, "run.sh", b"").outcome == "BLOCK"


def test_a_pointer_says_what_is_missing() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"
    found = direct(scan_lfs_pointer, "model.bin", pointer)
    assert found.outcome == "INCONCLUSIVE"
    assert only(found).message == "the content of 12345 bytes is not here"
    assert only(found).value == "sha256:" + "a" * 64


def test_a_broken_pointer_does_not_pass_either() -> None:
    found = direct(scan_lfs_pointer, "m", b"version https://git-lfs.github.com/spec/v1\noid sha256:xx\n")
    assert found.outcome == "INCONCLUSIVE"
    assert {finding.rule for finding in found.findings} == {"file.lfs-pointer", "file.malformed"}


@pytest.mark.parametrize("scanner", [scan_python, scan_site_hook, scan_executable, scan_script, scan_lfs_pointer])
@given(
    data=st.binary(min_size=1, max_size=300) | st.text(min_size=1).map(str.encode), name=st.sampled_from(["a.py", "b"])
)
@settings(max_examples=60, deadline=None)
def test_nothing_raises_whatever_the_bytes(scanner: Scanner, data: bytes, name: str) -> None:
    assert "scan.internal-error" not in {finding.rule for finding in direct(scanner, name, data).findings}
