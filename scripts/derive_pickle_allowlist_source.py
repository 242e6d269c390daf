"""Finds the classes that pickles of a library name in the Python source of its wheel, and imports nothing.

For libraries that cannot be installed beside the others, or whose old releases run on no Python at hand. Only classes
whose bases can be followed to one of the wanted ones are found.
"""

from __future__ import annotations

import ast
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scripts.derive_pickle_allowlist_classes import Found
from scripts.derive_pickle_allowlist_wanted import HAZARDS, REVIEWED, SKIPPED, WANTED, Wanted

if TYPE_CHECKING:
    # Python 3.7, on which the oldest releases run, has no TypeAlias.
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

Pair: TypeAlias = "tuple[str, str]"
TORCH_MODULE = re.compile(r"torch\.nn\.(?:modules\.module\.)?(?!Parameter$|Buffer$|Uninitialized)[A-Z]\w*")
"""Classes of torch.nn as other packages write them: all but these few are modules."""
DEPTH = 20
"""How many imports are followed from one to the next."""


class Class(NamedTuple):
    """A class as it stands in the source: its bases as dotted names, and the special methods of its own."""

    bases: tuple[str, ...]
    hazards: tuple[str, ...]


@dataclass(frozen=True)
class Module:
    """What one module defines and imports."""

    classes: dict[str, Class] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)


def read(wheel: str) -> dict[str, Found]:
    """The names that one wheel gives, by profile."""
    modules: dict[str, Module] = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            name = path[:-3].replace("/", ".")
            package = name.endswith(".__init__")
            if path.endswith(".py") and not any(part.startswith(SKIPPED) for part in name.split(".")):
                name = name[: -len(".__init__")] if package else name
                modules[name] = parsed(archive.read(path), name, package)
    top = min(modules, key=len).split(".", maxsplit=1)[0]
    return {wanted.profile: select(wanted, modules) for wanted in WANTED if wanted.package == top}


def parsed(text: bytes, name: str, package: bool) -> Module:
    """The classes and imports of a module; what cannot be parsed has none."""
    module = Module()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return module
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module.imports[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            source = origin(node, name, package)
            for alias in node.names:
                if alias.name == "*":
                    module.stars.append(source)
                else:
                    module.imports[alias.asname or alias.name] = f"{source}.{alias.name}"
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {item.name for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
            bases = tuple(filter(None, map(dotted, node.bases)))
            module.classes[node.name] = Class(bases, tuple(sorted(methods.intersection(HAZARDS))))
    return module


def origin(node: ast.ImportFrom, name: str, package: bool) -> str:
    """The module that a `from` import names, relative ones resolved."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    up = node.level - 1 if package else node.level
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def dotted(node: ast.expr) -> str:
    """`a.b.c` for such an expression, and an empty text for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def select(wanted: Wanted, modules: Mapping[str, Module]) -> Found:
    """The classes of one profile, and those left out for a special method that nobody reviewed."""
    found = Found(set(), set(), {})
    single = set(wanted.new)
    for name, module in sorted(modules.items()):
        inside = any(name == top or name.startswith(top + ".") for top in wanted.below or (wanted.package,))
        for class_name in sorted(module.classes):
            listed = f"{name}:{class_name}" in single or name in wanted.modules
            if listed or (inside and derives(wanted, modules, (name, class_name))):
                unreviewed = sorted(hazards(modules, (name, class_name)))
                if unreviewed:
                    found.left_out[f"{name}:{class_name}"] = unreviewed
                else:
                    found.new.add((name, class_name))
    return found


def derives(wanted: Wanted, modules: Mapping[str, Module], pair: Pair) -> bool:
    """Whether a class is one of the wanted bases or has one among its own bases, however far up."""
    texts = {":".join(known) for known in ancestors(modules, pair)}
    if texts.intersection(wanted.bases):
        return True
    outside = "torch.nn:Module" in wanted.bases
    return outside and any(TORCH_MODULE.fullmatch(text.replace(":", ".")) for text in texts)


def hazards(modules: Mapping[str, Module], pair: Pair) -> Iterator[str]:
    """Special methods of a class and its bases in the same package that nobody reviewed."""
    for module, name in ancestors(modules, pair):
        known = modules[module].classes.get(name) if module in modules else None
        for method in known.hazards if known else ():
            text = f"{module}:{name}.{method}"
            if text not in REVIEWED:
                yield text


def ancestors(modules: Mapping[str, Module], pair: Pair) -> set[Pair]:
    """A class and all its bases that can be found; a base of another package as its dotted name, split at the end."""
    waiting, found = [pair], set()
    while waiting:
        module, name = waiting.pop()
        if (module, name) in found:
            continue
        found.add((module, name))
        known = modules[module].classes.get(name) if module in modules else None
        waiting += [target(modules, module, base) for base in known.bases] if known else []
    return found


def target(modules: Mapping[str, Module], module: str, text: str) -> Pair:
    """The class that a dotted name means inside a module."""
    for _ in range(DEPTH):
        here = modules.get(module)
        first, _, rest = text.partition(".")
        if here is None or (not rest and first in here.classes):
            break
        if first in here.imports:
            module, text = split(modules, f"{here.imports[first]}.{rest}" if rest else here.imports[first])
        else:
            star = next((s for s in here.stars if first in exported(modules, s, set())), None)
            if star is None:
                break
            module = star
    return module, text


def exported(modules: Mapping[str, Module], name: str, seen: set[str]) -> set[str]:
    """The names that `from name import *` may bring."""
    module = modules.get(name)
    if module is None or name in seen:
        return set()
    seen.add(name)
    return {*module.classes, *module.imports}.union(*(exported(modules, star, seen) for star in module.stars))


def split(modules: Mapping[str, Module], text: str) -> Pair:
    """A dotted path as the longest module of the package it begins with, and what follows; else split at the end."""
    parts = text.split(".")
    for end in range(len(parts) - 1, 0, -1):
        if ".".join(parts[:end]) in modules:
            return ".".join(parts[:end]), ".".join(parts[end:])
    return ".".join(parts[:-1]), parts[-1]
