"""TorchScript: which classes its code defines, and which operators it uses.

Source: PyTorch `torch/csrc/jit/serialization/python_print.cpp` (what is written) and
`torch/csrc/jit/frontend/source_importer.cpp` (what is read): operators of ATen are written `torch.name(…)`, others
`ops.namespace.name(…)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.scanning.part import Part
from attest.scanning.pickles.values import Call, Value

_JIT = "torch.jit._pickle"
JIT_NAMES = {
    **{(_JIT, name): "call" for name in (
        "build_boollist", "build_doublelist", "build_intlist", "build_tensorlist", "build_tensor_from_id",
        "restore_type_tag",
    )},
}  # fmt: skip
_CLASS = re.compile(r"^class ([A-Za-z_][A-Za-z0-9_]*)\(", re.MULTILINE)
_WORD = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[A-Za-z_][A-Za-z0-9_]*|\.|\s+|.", re.DOTALL)
_NAMESPACES = frozenset({"aten", "prim", "prims", "quantized", "torchvision", "_quantized", "quantized_decomposed"})
_FORBIDDEN = frozenset({
    "save", "load", "from_file", "_from_file", "jit", "hub", "package", "classes", "_import_ir_module", "ops",
    "_save_for_mobile", "_load_for_mobile",
})  # fmt: skip
_BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "globals", "open"})
_OPERATOR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)::([A-Za-z_][A-Za-z0-9_]*)")
_MAX_VALUES = 1_000_000


def classes_in(text: str) -> tuple[str, ...]:
    """The classes that a file of code defines."""
    return tuple(_CLASS.findall(text))


def judge_code(part: Part, name: str, text: str) -> None:
    """Report operators that reach outside, and spellings that hide which operator is meant."""
    for message, value in sorted(set(_faults(list(_words(text))))):
        part.report("torchscript.operator", f"{message} (in {name[:80]})", value=value)


def _words(text: str) -> Iterator[str]:
    """Names and marks, without texts, comments and space; a line's end stays, since a chain does not cross it."""
    for match in _WORD.finditer(text):
        word = match[0]
        if word[0] in "\"'":
            yield '"'
        elif word[0] not in "#\\" and not word.isspace():
            yield word


def _faults(words: list[str]) -> Iterator[tuple[str, str]]:
    words += [""] * 4
    for at in range(len(words) - 4):
        word, before = words[at], words[at - 1] if at else ""
        if before == ".":
            continue
        if word == "ops":
            yield from _operator_fault(words[at : at + 5])
        elif word == "torch":
            yield from _torch_fault(words[at : at + 3])
        elif word in _BUILTINS and words[at + 1] == "(":
            yield "the code reaches names in another way than TorchScript writes", word


def _operator_fault(words: list[str]) -> Iterator[tuple[str, str]]:
    if words[1] != "." or words[3] != ".":
        yield "the code uses the operators as a value, so it cannot be told which is meant", "ops"
    elif words[2] not in _NAMESPACES:
        yield "the code uses an operator of an extension that torch does not bring", f"{words[2]}::{words[4]}"
    elif words[4] in _FORBIDDEN:
        yield "the code uses an operator that reads or writes files", f"{words[2]}::{words[4]}"


def _torch_fault(words: list[str]) -> Iterator[tuple[str, str]]:
    if words[1] != ".":
        yield "the code uses torch as a value, so it cannot be told which operator is meant", "torch"
    elif words[2] in _FORBIDDEN:
        yield "the code uses an operator that reads or writes files", f"aten::{words[2]}"


def judge_operators(part: Part, value: Value) -> None:
    """The operators that a program for mobile devices lists in its byte code."""
    waiting, seen, left = [value], set[int](), _MAX_VALUES
    while waiting and left:
        left -= 1
        item = waiting.pop()
        if isinstance(item, str):
            match = _OPERATOR.fullmatch(item)
            if match and (match[1] not in _NAMESPACES or match[2] in _FORBIDDEN):
                part.report("torchscript.operator", "the byte code uses an operator that reaches outside", value=item)
        elif isinstance(item, list | tuple | dict | Call) and id(item) not in seen:
            seen.add(id(item))
            if isinstance(item, Call):
                waiting += [item.args, item.state, item.appended, item.items]
            else:
                waiting += item.values() if isinstance(item, dict) else item
    if waiting:
        part.report("scan.budget", "the byte code holds more values than are looked at")
