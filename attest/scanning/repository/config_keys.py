"""Members of configuration files that make a loader import, call or render something, wherever they stand.

A name that a data file chooses is judged like any other name: it stands on a list, or it is a finding.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import NamedTuple

from attest.formats.document_tree import Pairs, Tree
from attest.formats.extensions import split_name
from attest.formats.source import Source
from attest.scanning.part import Part
from attest.scanning.repository import config_names as names
from attest.scanning.repository.config_tree import Link, mappings, pointer, texts
from attest.scanning.repository.templates import judge_hidden_template, judge_template

_TRUE = frozenset({"true", "yes", "on", "1"})
_PICKLED = re.compile(
    r"py/(?!(?:tuple|set|id|ref|b64|b85|bytes)$).*|__(?:reduce|reduce_ex|setstate|getattr|import|lambda|call|exec)__"
)
_KINDS = frozenset({"instance", "stateful", "type", "partial"})
_IMPLEMENTATION = re.compile(r"_?(?:attn|attention|experts|kernel)_implementation\w*")
_RENDERED = frozenset({"chat_template", "chat_templates", "default_chat_template", "additional_chat_templates"})


class Member(NamedTuple):
    """A member of a mapping: the part it stands in, its key and value, the mapping, and the way to that."""

    part: Part
    key: str
    value: Tree
    siblings: Pairs
    link: Link

    @property
    def where(self) -> str:
        """The way to it."""
        return pointer(self.link, self.key)

    def report(self, rule: str, message: str, value: str = "") -> None:
        """Report it under a rule."""
        self.part.report(rule, f"{self.where} {message}", value=value or next(texts(self.value), self.key))


def judge_tree(part: Part, tree: Tree) -> None:
    """Report what any member of a document makes a loader do."""
    for mapping, link in mappings(part, tree):
        for key, value in mapping:
            # Vocabularies and statistics map whatever text to numbers.
            if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
                if key == "trust_remote_code" and value:
                    _trust(Member(part, key, True, mapping, link))
                continue
            rule = _RULES.get(key) or _by_shape(key)
            if rule is not None:
                rule(Member(part, key, value, mapping, link))


def _by_shape(key: str) -> Callable[[Member], None] | None:
    if _PICKLED.fullmatch(key):
        return _pickled
    if _IMPLEMENTATION.fullmatch(key):
        return _kernel
    return _other_template if "template" in key or "prompt" in key else None


def _remote(member: Member) -> None:
    if member.value:
        member.report("hf.remote-code", "makes the loader run Python that comes with the model")


def _trust(member: Member) -> None:
    value = member.value
    if value is True or (isinstance(value, str) and value.lower() in _TRUE):
        member.report("hf.remote-code", "lets the loader run Python that comes with a model", "trust_remote_code")


def _kernel(member: Member) -> None:
    """A name with a slash is a repository of kernels, which is downloaded and loaded."""
    for text in texts(member.value):
        if "/" in text:
            member.report("hf.remote-code", "makes the loader fetch and run a kernel", text)


def _pickled(member: Member) -> None:
    member.report("config.names-code", "rebuilds an object by a name in the file")


def _import(member: Member) -> None:
    """Anything that could be an import path, and nothing is on the list."""
    for text in texts(member.value):
        if text:
            member.report("config.names-code", "names what is imported and called", text)


def _dotted(member: Member) -> None:
    value = member.value
    if isinstance(value, str) and "." in value:
        member.report("config.names-code", "names what is imported and called", value)


def _target(member: Member) -> None:
    value = member.value
    if not isinstance(value, str) or not names.IMPORT_PATH.fullmatch(value.strip()):
        return
    base, _ = split_name(member.part.name)
    called = any(key == "params" for key, _ in member.siblings) or base.startswith("model_config")
    if called and value not in names.DIFFUSION_TARGETS:
        member.report("config.names-code", "names what is imported and called", value)


def _loader(member: Member) -> None:
    if isinstance(member.value, str) and member.value not in names.MLFLOW_LOADERS:
        member.report("config.names-code", "names a loader that is on no list", member.value)


def _class(member: Member) -> None:
    module = member.siblings.last("__module__")
    if isinstance(member.value, str) and (isinstance(module, str) or "." in member.value):
        member.report("config.names-code", "names a class", f"{module or ''}.{member.value}")


def _kind(member: Member) -> None:
    named = member.siblings.last("class") or member.siblings.last("func")
    if isinstance(member.value, str) and member.value in _KINDS and named:
        member.report("config.names-code", "rebuilds an object by a name in the file", next(texts(named), ""))


def _constructor(member: Member) -> None:
    if member.value == "constructor" and member.siblings.last("lc") is not None:
        path = ".".join(texts(member.siblings.last("id")))
        member.report("config.names-code", "rebuilds an object by a name in the file", path)
    value = member.value
    initialised = any(key == "init_parameters" for key, _ in member.siblings)
    if initialised and isinstance(value, str) and names.IMPORT_PATH.fullmatch(value):
        member.report("config.names-code", "names what is imported and called", value)


def _library(member: Member) -> None:
    value = member.value
    if not isinstance(value, str) or not names.PARENT_LIBRARY.fullmatch(value):
        member.report("config.names-code", "names a module that is imported")


def _megatron(member: Member) -> None:
    """PEFT imports the module that stands here."""
    for text in texts(member.value):
        if text != "megatron.core":
            member.report("config.names-code", "names a module that is imported", text)


def _script(member: Member) -> None:
    """A script beside the weights that a loader runs."""
    for text in texts(member.value):
        if text.lower().endswith((".py", ".pyc", ".so")):
            member.report("hf.remote-code", "makes the loader run Python that comes with the model", text)


def _serialized(member: Member) -> None:
    """A pickle in base64, as stable-baselines3 and others write it."""
    for text in texts(member.value):
        try:
            data = base64.b64decode(text, validate=True)
        except ValueError:
            member.report("config.names-code", "holds a pickle in a form that is not followed", text)
            continue
        name = f"{member.where}.pkl"
        member.part.inside(name, Source.of_bytes(name, data))


def _activation(member: Member) -> None:
    value = member.value
    if isinstance(value, str) and "." in value and value not in names.ACTIVATIONS:
        member.report("config.names-code", "names what is imported and called", value)


def _native(member: Member) -> None:
    for text in texts(member.value):
        member.report("config.names-code", "names a native library that is loaded", text)


def _template(member: Member) -> None:
    for text in _templates(member.value):
        judge_template(member.part, text, member.where)


def _templates(value: Tree) -> list[str]:
    """A template, or several: by name, or as a list of names and templates."""
    if isinstance(value, Pairs):
        return [text for key, item in value if key != "name" for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _templates(item)]
    return [value] if isinstance(value, str) else []


def _other_template(member: Member) -> None:
    """Text of some template engine, perhaps Jinja."""
    for text in texts(member.value):
        judge_hidden_template(member.part, text, member.where)


_RULES: dict[str, Callable[[Member], None]] = {
    **dict.fromkeys(("auto_map", "custom_pipelines", "custom_pipeline", "custom_generate"), _remote),
    "trust_remote_code": _trust,
    **dict.fromkeys(("_target_", "__target__", "custom_imports", "_import_"), _import),
    **dict.fromkeys(("class_path", "python_class", "import_path", "callable_path"), _dotted),
    "target": _target,
    "loader_module": _loader,
    "__class__": _class,
    "__kind__": _kind,
    "type": _constructor,
    "parent_library": _library,
    "megatron_core": _megatron,
    **dict.fromkeys(("model_file", "modeling_file", "code_file", "script_file", "handler", "entry_point"), _script),
    **dict.fromkeys((":serialized:", "pickled", "cloudpickle", "cloudpickled", "pickle_b64"), _serialized),
    **dict.fromkeys(("activation_function", "activation_fn", "sbert_ce_default_activation_function"), _activation),
    **dict.fromkeys(("custom_ops_library", "custom_op_library", "custom_ops_libraries"), _native),
    **dict.fromkeys(_RENDERED, _template),
}
