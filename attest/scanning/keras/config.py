"""The configuration of a Keras model, judged as a tree: every class and function in it is a name on a list.

Sources: Keras `saving/serialization_lib.py` (Keras 3: `module`, `class_name`, `config`, `registered_name`),
`legacy/saving/serialization.py` and Keras 2 `saving/legacy` (`class_name` and `config` alone, functions as texts). An
object may stand anywhere: in a constructor's arguments, in a call's, in what a model is compiled or built with.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.protobuf import Wire, block
from attest.formats.source import Source
from attest.scanning.keras.document import Json, decode
from attest.scanning.keras.names import (
    ATTRIBUTES,
    CLASS_METHODS,
    CODE,
    OPERATION_MODULES,
    OPERATIONS,
    TYPE_SPEC_MODULES,
    TYPE_SPECS,
    VALUES,
    names,
)
from attest.scanning.part import Part

MAX_DEPTH = 200
_CLASS, _CONFIG, _MODULE, _REGISTERED = "class_name", "config", "module", "registered_name"
_CODE_LAYER, _NOT_ALLOWED, _CUSTOM = "keras.code-layer", "keras.name-not-allowed", "keras.custom-object"
# Arguments that constructors open as a file, a folder or an address when they are texts.
_PATHS = frozenset({
    "vocabulary", "vocabulary_file", "vocabulary_path", "vocab", "vocab_file", "idf_weights", "filepath", "file_path",
    "path", "paths", "file", "filename", "file_name", "fname", "url", "urls", "uri", "origin", "directory",
    "cache_dir", "cache_subdir", "data_dir", "log_dir", "save_path", "model_path", "weights_path", "weights_file",
    "checkpoint", "checkpoint_path", "ckpt_to_load_from", "asset_path", "archive_path", "library",
})  # fmt: skip
# Arguments whose texts are looked up as functions or classes.
_LOOKED_UP = frozenset({
    "activation", "recurrent_activation", "inner_activation", "attention_activation", "loss", "losses", "loss_fn",
    "metrics", "weighted_metrics", "optimizer", "inner_optimizer", "fn",
})  # fmt: skip
_LOOKED_UP_ENDS = ("_initializer", "_regularizer", "_constraint", "_activation")
# Below these, members are outputs of the model by their names, and their texts are looked up all the same.
_BY_OUTPUT = frozenset({"loss", "metrics", "weighted_metrics", "losses"})
_SWITCHES = frozenset({"safe_mode", "allow_pickle", "enable_unsafe_deserialization", "trust_remote_code"})
_OBJECT_MEMBERS = frozenset({
    _CLASS, _CONFIG, _MODULE, _REGISTERED, "build_config", "compile_config", "shared_object_id", "name",
    "inbound_nodes", "outbound_nodes", "items", "value", "spec", "spec_name", "type_spec", "serialized", "tensors",
    "keras_version", "backend", "__passive_serialization__", "dtype", "trainable", "training_config",
})  # fmt: skip
_NODE_OPERATOR = block(2)
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


class _Found(NamedTuple):
    """A value, the name under which it stands, and how deep."""

    value: Json
    key: str
    depth: int


class Place(NamedTuple):
    """Where a configuration stands.

    `members` are further members that objects may have there. `replaced` says that the loader takes the graph's own
    functions for a class that nobody registered, so that a name without a module cannot bring in code.
    """

    members: frozenset[str] = frozenset()
    replaced: bool = False


ANYWHERE = Place()


def judge_text(part: Part, data: bytes, where: str, place: Place = ANYWHERE) -> None:
    """Judge a configuration that is given as JSON text. Raises DocumentError when it is none."""
    document = decode(part, data, where)
    if document is None:
        return
    part.interpreted(len(data))
    judge_config(part, document.value, where, place)
    for value in document.repeated:
        judge_config(part, value, where, place)


def judge_config(part: Part, document: Json, where: str, place: Place = ANYWHERE) -> None:
    """Judge a decoded configuration; `where` says what it is, such as `config.json`."""
    judge = _Judge(part, where, place)
    pending = [_Found(document, "", 0)]
    count = 0
    while pending:
        found = pending.pop()
        count += 1
        if not count % 4096:
            part.budget.check_time()
        if found.depth > MAX_DEPTH:
            part.report("scan.budget", f"{where} is nested deeper than {MAX_DEPTH} levels")
        else:
            pending += judge.below(found)


class _Judge:
    """What is said of the values of one configuration."""

    def __init__(self, part: Part, where: str, place: Place) -> None:
        self.part = part
        self.where = where
        self.members = _OBJECT_MEMBERS | place.members
        # What is said of a name that only a program could have registered.
        self.foreign = _CUSTOM if place.replaced else _NOT_ALLOWED
        self.names = names()

    def below(self, found: _Found) -> list[_Found]:
        """Judge one value, and give what stands below it."""
        value, key, depth = found
        if isinstance(value, dict):
            self.table(value, key)
            inherited = key if key in _BY_OUTPUT and _CLASS not in value else ""
            return [_Found(child, inherited or name, depth + 1) for name, child in value.items() if name != _CLASS]
        if isinstance(value, list):
            return [_Found(child, key, depth + 1) for child in value if isinstance(child, dict | list | str)]
        if isinstance(value, str) and value and (key in _LOOKED_UP or key.endswith(_LOOKED_UP_ENDS)):
            self.text(value, key)
        return []

    def report(self, rule: str, message: str, value: object) -> None:
        """Report a finding about a name."""
        self.part.report(rule, f"{self.where} {message}", value=str(value))

    def text(self, value: str, key: str) -> None:
        """A text that is looked up."""
        if value not in self.names.texts and value not in self.names.registered:
            self.report(self.foreign, f"asks for an object by a name that is not Keras's own, as {key[:40]}", value)

    def table(self, table: dict[str, Json], key: str) -> None:
        """An object, or a table of arguments."""
        if _CLASS in table:
            self.object(table)
        elif _REGISTERED in table or {_MODULE, _CONFIG} <= table.keys():
            self.report("file.malformed", "has an object without a class", table.get(_REGISTERED) or table.get(_MODULE))
        for name, value in table.items():
            if name in _PATHS and isinstance(value, str) and key not in _BY_OUTPUT:
                self.report("keras.external-path", f"gives a place to read from, as {name}", value)
            elif name in _SWITCHES and value not in (None, name == "safe_mode"):
                self.report(_CODE_LAYER, "switches a safeguard off", name)
        called = table.get("name")
        if isinstance(called, str) and _leads_out(called):
            self.report("archive.path-traversal", "has a layer whose name is a path out of its folder", called)

    def object(self, table: dict[str, Json]) -> None:
        """A class, a function, or a value written as an object."""
        name, module, registered = (table.get(member) for member in (_CLASS, _MODULE, _REGISTERED))
        if not all(isinstance(text, str | None) for text in (name, module, registered)) or not name:
            self.report(_NOT_ALLOWED, "names a class by something that is no text", (name, module, registered))
            return
        unknown = sorted(table.keys() - self.members)
        if unknown:
            self.report("file.malformed", "has an object with a member that Keras does not write", unknown[0])
        if {str(text).rpartition(">")[2] for text in (name, registered)} & CODE:
            self.report(_CODE_LAYER, "has a layer or function that carries code", name)
        elif name == "function":
            self.function(table.get(_CONFIG), module, registered)
        elif name in OPERATIONS:
            self.operation(name, module, registered, table.get(_CONFIG))
        elif name in {"TypeSpec", "__typespec__"}:
            self.type_spec(table)
        elif not self.is_listed(name, module, registered):
            full = ":".join(filter(None, (module, name)))
            rule = self.foreign if module is None else _NOT_ALLOWED
            self.report(rule, "names a class that is not Keras's own", registered if registered else full)

    def is_listed(self, name: str, module: str | None, registered: str | None) -> bool:
        """Whether a class is one of Keras's own."""
        if (
            registered
            and registered != name
            and not (registered in self.names.registered and registered.endswith(f">{name}"))
        ):
            return False
        if module is None:
            return name in VALUES or name in self.names.unqualified or name in self.names.registered
        return (module, name) in self.names.classes

    def function(self, name: Json, module: str | None, registered: str | None) -> None:
        """A function: its name is what other objects have as their configuration."""
        known = isinstance(name, str) and (module, name) in self.names.functions
        # Keras 3 writes the class's name for functions that are part of a metric or loss.
        if not known or registered not in {None, "", name, "function"}:
            named = registered if known else f"{module}:{name}"
            rule = self.foreign if module is None else _NOT_ALLOWED
            self.report(rule, "names a function that is not Keras's own", named)

    def operation(self, name: str, module: str | None, registered: str | None, config: Json) -> None:
        """A layer that stands for a part of TensorFlow."""
        config = config if isinstance(config, dict) else {}
        what = config.get("function") if name.endswith("OpLambda") else config.get("attr_name")
        if name == "TensorFlowOpLayer":
            what = _operator(config.get("node_def"))
            allowed = what in self.names.operators if isinstance(what, str) else False
        elif name == "ClassMethod":
            what = (config.get("cls_symbol"), config.get("method_name"))
            allowed = all(isinstance(text, str) for text in what) and what in CLASS_METHODS
        else:
            allowed = isinstance(what, str) and what in (
                self.names.tensorflow if name.endswith("OpLambda") else ATTRIBUTES
            )
        placed = module in OPERATION_MODULES if module is not None else True
        if not allowed or not placed or (registered and registered != name):
            self.report(_NOT_ALLOWED, f"has a {name} for a part of TensorFlow that is not listed", what)

    def type_spec(self, table: dict[str, Json]) -> None:
        """The type of a value, which Keras looks up in TensorFlow."""
        short = table[_CLASS] == "TypeSpec"
        name, module = table.get("type_spec" if short else "spec_name"), table.get(_MODULE)
        listed = TYPE_SPECS if short else self.names.type_specs
        placed = module is None if short else module in TYPE_SPEC_MODULES
        if not isinstance(name, str) or name not in listed or not placed or table.get(_REGISTERED):
            self.report(_NOT_ALLOWED, "names a type that is not listed", name)


def _operator(node: Json) -> Json:
    """The operator of a node, which is written as a table or, up to TensorFlow 2.2, as the bytes of its message."""
    if isinstance(node, dict):
        return node.get("op")
    if not isinstance(node, str):
        return None
    data = node.encode("utf-8", "surrogatepass")
    wire = Wire(Source.of_bytes("node", data))
    try:
        found = [wire.raw(begin, end) for tag, begin, end in wire.fields(0, len(data)) if tag == _NODE_OPERATOR]
    except DocumentError:
        return None
    return found[-1].decode("utf-8", "replace") if found else None


def _leads_out(name: str) -> bool:
    """Whether a name, used as a path, leaves the folder of its model."""
    return name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name or bool(_DRIVE.match(name))
