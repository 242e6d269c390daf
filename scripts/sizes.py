"""Holds modules, functions and the README to their sizes, and prints each offender as file:line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 50
README_LINES = 150

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_lines(function: Function) -> int:
    """Count the lines from `def` to the end, without the docstring's: explaining more is no offence."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def module_offenders(path: Path) -> Iterator[str]:
    """Yield what is too long in one module."""
    source = path.read_text(encoding="utf-8")
    length = len(source.splitlines())
    if length > MODULE_LINES:
        yield f"{path}:1: the module has {length} lines, and {MODULE_LINES} is the most. Split it."
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, Function) and (lines := function_lines(node)) > FUNCTION_LINES:
            place = f"{path}:{node.lineno}"
            yield f"{place}: {node.name} has {lines} lines, and {FUNCTION_LINES} is the most. Split it."


def readme_offenders(path: Path) -> Iterator[str]:
    """Yield the README if it is too long."""
    length = len(path.read_text(encoding="utf-8").splitlines())
    if length > README_LINES:
        yield f"{path}:1: it has {length} lines, and {README_LINES} is the most. Move detail to docs/."


def main() -> int:
    """Print all offenders; return 1 if there is one."""
    offenders = [line for path in sorted(Path("attest").rglob("*.py")) for line in module_offenders(path)]
    offenders += readme_offenders(Path("README.md"))
    print(*offenders, sep="\n", end="\n" if offenders else "")
    return 1 if offenders else 0


if __name__ == "__main__":
    sys.exit(main())
