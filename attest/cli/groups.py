"""Options that belong together: declared once, read by several verbs, and handed to them as one value.

Typer reads a command's options from its signature, so a decorator replaces the parameter that takes the value by the
options of its group.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def grouped(name: str, options: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace the parameter `name` of a verb by the parameters of `options`, a function that makes its value."""

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        group = _parameters(options)
        own = _parameters(verb, without=name)
        names = {parameter.name for parameter in group}

        @functools.wraps(verb)
        def run(**given: Any) -> None:
            value = options(**{key: item for key, item in given.items() if key in names})
            verb(**{key: item for key, item in given.items() if key not in names}, **{name: value})

        run.__signature__ = inspect.Signature([*own, *group])  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *group)}
        return run

    return decorate


def _parameters(function: Callable[..., Any], *, without: str = "") -> list[inspect.Parameter]:
    """The parameters with their annotations read; the one that is replaced may name a type that is not imported."""
    found = [item for item in inspect.signature(function).parameters.values() if item.name != without]
    plain = type("Plain", (), {"__annotations__": {item.name: item.annotation for item in found}})
    hints = get_type_hints(plain, globalns=function.__globals__, include_extras=True)
    return [item.replace(annotation=hints[item.name], kind=inspect.Parameter.KEYWORD_ONLY) for item in found]
