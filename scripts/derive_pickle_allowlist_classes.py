"""Finds the classes that a pickle of an installed library names, and says which of them nobody has reviewed.

It imports the library, so it runs where the installed releases are trusted, never where models are scanned.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from scripts.derive_pickle_allowlist_wanted import HAZARDS, REVIEWED, SCORE_ENDINGS, SKIPPED, Wanted

if TYPE_CHECKING:
    # Python 3.7, on which the oldest releases run, has no TypeAlias.
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import TypeAlias

Pair: TypeAlias = "tuple[str, str]"


class Found(NamedTuple):
    """What one package gives to one profile, and what was left out with the methods that nobody reviewed."""

    new: set[Pair]
    ref: set[Pair]
    left_out: dict[str, list[str]]


def derive(wanted: Wanted) -> Found:
    """The names of one package, as installed. Empty when it is not installed."""
    found = Found(set(), set(), {})
    if load(wanted.package) is None:
        return found
    bases = tuple(base for base in map(resolve, wanted.bases) if base is not None)
    for module in walk(wanted.below or (wanted.package,)):
        for name, value in own_classes(module):
            if issubclass(value, bases) or module.__name__ in wanted.modules:
                add(found, (module.__name__, name), value)
    for text in wanted.new:
        value = resolve(text)
        if inspect.isclass(value):
            add(found, (value.__module__, value.__name__), value)
    for text in wanted.ref:
        value = resolve(text)
        if value is not None:
            found.ref.add((value.__module__, value.__name__))
    if wanted.package == "sklearn":
        found.ref.update(score_functions())
    return found


def load(name: str) -> ModuleType | None:
    """A module, or None when it cannot be imported, such as for want of an optional dependency."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except Exception:  # noqa: BLE001 - a module that fails to load gives no names
        return None


def resolve(text: str) -> Any:
    """What stands at `module:name`, or None."""
    module, _, name = text.partition(":")
    return getattr(load(module), name, None)


def walk(packages: Iterable[str]) -> Iterator[ModuleType]:
    """Every module at and below the packages that can be imported, without tests and vendored code."""
    for package in packages:
        top = load(package)
        if top is None:
            continue
        yield top
        for info in pkgutil.walk_packages(getattr(top, "__path__", ()), package + ".", onerror=lambda _: None):
            if not any(part.startswith(SKIPPED) for part in info.name.split(".")):
                module = load(info.name)
                if module is not None:
                    yield module


def own_classes(module: ModuleType) -> Iterator[tuple[str, type]]:
    """Classes that the module defines under the name that picklers write."""
    for name, value in sorted(vars(module).items()):
        if inspect.isclass(value) and value.__module__ == module.__name__ and value.__qualname__ == name:
            yield name, value


def add(found: Found, pair: Pair, value: type) -> None:
    """Adds a class, unless one of its special methods waits for a review."""
    methods = sorted(unreviewed(value))
    if methods:
        found.left_out[":".join(pair)] = methods
    elif not issubclass(value, BaseException):
        found.new.add(pair)


def unreviewed(value: type) -> Iterator[str]:
    """`module:class.method` of every special method that runs on reading and was not reviewed; None, as for __hash__ of
    what can be changed, is no method."""
    for method in HAZARDS:
        for owner in value.__mro__:
            if method in vars(owner):
                text = f"{owner.__module__}:{owner.__qualname__}.{method}"
                inherited = owner.__module__ == "builtins" or vars(owner)[method] is None
                if not inherited and text not in REVIEWED:
                    yield text
                break


def score_functions() -> Iterator[Pair]:
    """Functions of sklearn.metrics that scorers hold by reference."""
    for package in ("sklearn.metrics", "sklearn.metrics.pairwise"):
        for name, value in sorted(vars(load(package)).items()):
            if (
                inspect.isfunction(value)
                and name.endswith(SCORE_ENDINGS)
                and value.__module__.startswith("sklearn.metrics")
            ):
                yield value.__module__, value.__name__


def ufuncs() -> Iterator[Pair]:
    """NumPy's universal functions under each module name that releases have written for them."""
    numpy = load("numpy")
    if numpy is None:
        return
    for name, value in sorted(vars(numpy).items()):
        if isinstance(value, numpy.ufunc) and value.__name__ == name:
            for module in ("numpy", "numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
                yield module, name
