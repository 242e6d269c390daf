"""JSON files that libraries of Hugging Face find by their names: pipelines, modules, and indexes of weights.

Sources: diffusers `pipelines/pipeline_loading_utils.py`, sentence-transformers `base/model.py`, transformers
`utils/hub.py` (sharded checkpoints).
"""

from __future__ import annotations

import posixpath
import re

from attest.formats.document_tree import Pairs, Tree
from attest.scanning.part import Part
from attest.scanning.repository import config_names as names

_CLASS = re.compile(r"[A-Za-z]\w*")
_DRIVE = re.compile(r"[A-Za-z]:")


def judge_pipeline(part: Part, tree: Tree) -> None:
    """`model_index.json`: each component is a library and a class in it."""
    if not isinstance(tree, Pairs):
        return
    for key, value in tree:
        if key == "_class_name":
            if not isinstance(value, str) or not _CLASS.fullmatch(value):
                part.report("hf.remote-code", "the pipeline's own class comes with the model", value=_first(value))
        elif isinstance(value, list) and 2 <= len(value) <= 3:
            _component(part, key, value)


def _component(part: Part, key: str, value: list[Tree]) -> None:
    library, name = value[0], value[1]
    texts = isinstance(library, str) and isinstance(name, str)
    if library is None and name is None:
        return
    if not texts:
        # Numbers and the like are settings of the pipeline, not components.
        if isinstance(library, str) or isinstance(name, str):
            part.report("hf.remote-code", f"the component /{key} is no library with a class", value=_first(value))
    elif library not in names.DIFFUSERS_LIBRARIES or not _CLASS.fullmatch(str(name)):
        part.report("hf.remote-code", f"the component /{key} comes from no listed library", value=f"{library}.{name}")


def judge_modules(part: Part, tree: Tree) -> None:
    """`modules.json`: a list of modules, each with the class that is imported for it."""
    if not isinstance(tree, list):
        return
    for index, item in enumerate(tree):
        if not isinstance(item, Pairs):
            continue
        for key, value in item:
            if key == "type" and not (isinstance(value, str) and value in names.SENTENCE_MODULES):
                part.report("hf.remote-code", f"/{index}/type is no module of the library", value=_first(value))
            elif key == "path" and isinstance(value, str) and value and not is_plain(value):
                part.report("hf.index-path", f"/{index}/path leads out of the model", value=value)


def judge_router(part: Part, tree: Tree) -> None:
    """Routers of sentence-transformers say in `types` what is imported for each of their modules."""
    types = tree.last("types") if isinstance(tree, Pairs) else None
    if not isinstance(types, Pairs) or not isinstance(tree, Pairs) or tree.last("structure") is None:
        return
    modules = names.SENTENCE_MODULES | {name.rpartition(".")[0] for name in names.SENTENCE_MODULES}
    for key, value in types:
        if not isinstance(value, str) or value not in modules:
            part.report("hf.remote-code", f"/types/{key} is no module of the library", value=_first(value))


def judge_index(part: Part, tree: Tree) -> None:
    """An index of weights: every file that it names must lie in the model; all of them are referred to."""
    if not isinstance(tree, Pairs):
        return
    folder = posixpath.dirname(part.file) if not part.members else ""
    seen: set[str] = set()
    for key, weights in tree:
        if key != "weight_map" or not isinstance(weights, Pairs):
            continue
        for name, file in weights:
            if not isinstance(file, str) or not is_plain(file):
                part.report("hf.index-path", f"the file of {name} lies outside of the model", value=_first(file))
            elif file not in seen:
                seen.add(file)
                if not part.members:
                    part.refers_to(posixpath.join(folder, file))


def is_plain(name: str) -> bool:
    """Whether a name of a file is relative and stays below its folder on every system."""
    steps = name.split("/")
    odd = "\\" in name or _DRIVE.match(name) is not None or any(ord(character) < 32 for character in name)
    return not odd and not any(step in {"", ".", ".."} for step in steps) and "://" not in name


def _first(value: Tree) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:3] if not isinstance(item, list | Pairs))
    return "" if isinstance(value, Pairs) else str(value)
