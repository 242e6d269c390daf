"""Prints the classes, members and vocabularies of the SPDX project's generated bindings as JSON, in the peers'
environment."""

from __future__ import annotations

import inspect
import json
from typing import Any

from spdx_python_model.bindings.v3_0_1 import model  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    """Every class with what it extends, its members by their names in JSON-LD, and those that it cannot be without."""
    told = {}
    found: list[tuple[str, Any]] = inspect.getmembers(model, inspect.isclass)
    for name, kind in found:
        if issubclass(kind, model.SHACLObject) and kind not in (model.SHACLObject, model.SHACLExtensibleObject):
            told[name] = {
                "parents": [one.__name__ for one in kind.__mro__ if issubclass(one, model.SHACLObject)],
                "abstract": bool(kind.IS_ABSTRACT),
                "members": {name: prop.min_count or 0 for name, prop in kind._OBJ_COMPACT_PROPS.items()},
                "many": sorted(
                    name for name, prop in kind._OBJ_COMPACT_PROPS.items() if isinstance(prop.reg(), model.ListProp)
                ),
                "words": sorted(getattr(kind, "NAMED_INDIVIDUALS", {})),
            }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
