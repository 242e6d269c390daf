"""Reads an SPDX document with the bindings that the SPDX project generates from its own model, in the peers'
environment: types, words and cardinalities are checked when it is written again. Prints what came of it as JSON."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from spdx_python_model import v3_0_1  # type: ignore[import-not-found, unused-ignore]


def main(path: str) -> None:
    """Read the document at `path`, write it, and tell which elements came out otherwise."""
    data = Path(path).read_bytes()
    objects = v3_0_1.SHACLObjectSet()
    v3_0_1.JSONLDDeserializer().read(io.BytesIO(data), objects)
    written = io.BytesIO()
    v3_0_1.JSONLDSerializer().write(objects, written)
    before, after = (_elements(document) for document in (data, written.getvalue()))
    told = {
        "elements": len(before),
        "missing": sorted(map(str, objects.missing_ids)),
        "changed": sorted(name for name in before if before[name] != after.get(name)),
        "added": sorted(after.keys() - before.keys()),
    }
    print(json.dumps(told))


def _elements(document: bytes) -> dict[str, Any]:
    """Elements by id, without the name of the blank node that the library gives anew."""
    graph = json.loads(document)["@graph"]
    return {item["spdxId"]: {**item, "creationInfo": ""} for item in graph if "spdxId" in item}


if __name__ == "__main__":
    main(sys.argv[1])
