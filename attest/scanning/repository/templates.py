"""What a Jinja template of a model may do, judged by its tree and not by its text.

Allowed are conditions, loops, assignments and macros over what chat templates get, with filters, tests and methods
from closed lists. Refused is everything by which a template could get from its data to Python itself: names with an
underscore at either end in any spelling, names that are put together, calls of anything that is not listed.
The same tree is read as Jinja without a sandbox would run it, since some servers have none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from attest.errors import DocumentError
from attest.scanning.part import Part
from attest.scanning.repository import template_names as names
from attest.scanning.repository.template_bounds import costs
from attest.scanning.repository.template_flow import Flow
from attest.scanning.repository.template_lexer import tokens
from attest.scanning.repository.template_parser import parse_template
from attest.scanning.repository.template_tree import Node, Tree

MAX_FINDINGS = 20
_MARKS = ("{{", "{%", "{#")
_FIELD = re.compile(r"\{([^{}]*)\}")
_PLAIN_FIELD = re.compile(r"[A-Za-z0-9]*(?:![rsa])?(?::[^0-9]?[<>=^]?[-+ ]?#?[0-9]{0,3},?(?:\.[0-9]{1,2})?[a-zA-Z%]?)?")
_PLAIN_PERCENT = re.compile(r"%(?:%|(?:\([A-Za-z0-9]+\))?[-+ #0]{0,2}[0-9]{0,3}(?:\.[0-9]{1,2})?[a-zA-Z])")


_ATTRIBUTE = "the template reads an attribute inside of an object"
_ITEM = "the template reads an item inside of an object"
_OBJECT = "the template uses an object of Jinja or of a web framework"
_PYTHON = "the template names something inside of Python"
_GRAVE = frozenset({_ATTRIBUTE, _ITEM, _PYTHON})


class Objection(NamedTuple):
    """Something that a template must not do: what, the name concerned, and where in characters."""

    message: str
    value: str
    offset: int


def judge_template(part: Part, text: str, where: str, offset: int = -1) -> None:
    """Report what a template at `where` in the part does beyond what templates need, and one that cannot be parsed.

    `offset` is where it stands in the part, in bytes, when that is known.
    """
    part.budget.check_time()
    objections, fault = objections_to(text)
    for objection in objections:
        place = f"at character {objection.offset} of {where}"
        part.report("template.unsafe", f"{objection.message} ({place})", offset=offset, value=objection.value)
    if fault:
        part.report("template.unparsed", f"{where} cannot be read: {fault}", offset=offset)


def judge_hidden_template(part: Part, text: str, where: str) -> None:
    """Report only what reaches into Python, in a text that some engine may take for a Jinja template."""
    if not looks_like_template(text):
        return
    for objection in objections_to(text)[0]:
        if objection.message in _GRAVE:
            place = f"at character {objection.offset} of {where}"
            part.report("template.unsafe", f"{objection.message} ({place})", value=objection.value)


def looks_like_template(text: str) -> bool:
    """Whether a text holds any of Jinja's marks."""
    return any(mark in text for mark in _MARKS)


def objections_to(text: str) -> tuple[tuple[Objection, ...], str]:
    """What is wrong with a template, in the order of the text; and why it cannot be parsed, empty when it can."""
    try:
        tree = parse_template(text)
    except DocumentError as error:
        return _signs(text), error.message
    judge = _Judge(tree)
    judge.run()
    found = sorted({*judge.found, *(Objection(*cost) for cost in costs(tree, judge.flow))}, key=lambda item: item[::-1])
    return tuple(found[:MAX_FINDINGS]), ""


def _signs(text: str) -> tuple[Objection, ...]:
    """Names in a template that does not parse which none needs; another parser may be more lenient."""
    found: list[Objection] = []
    try:
        for token in tokens(text):
            suspicious = token.kind == "name" and names.is_special(token.text)
            if suspicious or (token.kind == "string" and names.is_special(token.text)):
                found.append(Objection(_PYTHON, token.text, token.offset))
    except DocumentError:
        pass
    return tuple(found[:MAX_FINDINGS])


class _Judge:
    """The objections to a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.flow = Flow(tree)
        self.found: list[Objection] = []

    def run(self) -> None:
        """Look at every tag, every name and every expression once."""
        for word, offset in self.tree.refused:
            self._object("the template uses a tag that no chat template needs", word, offset)
        for name, offset in self.tree.names:
            if names.is_special(name):
                self._object("the template introduces a name that Python itself acts on", name, offset)
        for binding in self.tree.bindings:
            if binding.attribute and names.reaches_inside(binding.attribute):
                self._object("the template sets an attribute inside of an object", binding.attribute, binding.offset)
        for node in self.tree.nodes:
            self._node(node)

    def _object(self, message: str, value: str, offset: int) -> None:
        self.found.append(Objection(message, value, offset))

    def _node(self, node: Node) -> None:
        kind = node.kind
        if kind == "name":
            self._name(node)
        elif kind == "attribute":
            if names.reaches_inside(node.text):
                self._object(_ATTRIBUTE, node.text, node.offset)
        elif kind == "item":
            self._key(node)
        elif kind == "call":
            self._call(node)
        elif kind in {"filter", "test"}:
            self._applied(node)
        elif kind == "binary" and node.text == "%":
            self._percent(node)

    def _name(self, node: Node) -> None:
        name = node.text
        bound = node.local or (name, "") in self.flow.bindings
        if names.is_special(name) or (names.reaches_inside(name) and not bound):
            self._object("the template reads a variable whose name Python or Jinja keeps for itself", name, node.offset)
        elif name in names.REFUSED and not node.local:
            self._object(_OBJECT, name, node.offset)

    def _key(self, node: Node) -> None:
        """An item is looked up as an attribute too, so its name must stand in the template or come from the data."""
        key = node.parts[1]
        if key.kind == "const":
            if key.is_text and names.reaches_inside(key.text):
                self._object(_ITEM, key.text, node.offset)
        elif self.flow.values[key.index].tainted:
            self._object("the name of an item is put together while the template runs", _shown(key), node.offset)

    # Calls.

    def _call(self, node: Node) -> None:
        callee = node.parts[0]
        if callee.kind == "attribute":
            self._method(node, callee)
        elif callee.kind == "name":
            self._function(node, callee.text)
        elif not self.flow.macros_only(callee):
            self._object("the template calls a value", _shown(callee), node.offset)

    def _method(self, node: Node, callee: Node) -> None:
        if callee.text not in names.METHODS:
            self._object("the template calls a method that is not listed", callee.text, callee.offset)
        if callee.text == "format" and not _plain_format(callee.parts[0]):
            self._object("the template formats with a text that is not plain", "format", callee.offset)
        if node.starred:
            self._object("the template unpacks arguments of a method", callee.text, callee.offset)

    def _function(self, node: Node, name: str) -> None:
        if (name, "") in self.flow.bindings:
            known = self.flow.macros_only(node.parts[0])
        elif name in self.flow.macros:
            known = True
        else:
            known = (name in names.CALLABLES and not node.starred) or (
                name in {"caller", "loop"} and node_is_local(node)
            )
        if not known:
            self._object("the template calls a function that is not listed", name, node.offset)

    # Filters and tests.

    def _applied(self, node: Node) -> None:
        if node.starred:
            self._object("the template unpacks arguments of a filter or test", node.text, node.offset)
        if node.kind == "test":
            if node.text not in names.TESTS:
                self._object("the template uses a test that is not listed", node.text, node.offset)
            return
        self._filter(node.text, node.positional, dict(node.named), node.offset)
        if node.text == "format" and not _plain_percent(node.parts[0]):
            self._object("the template formats with a text that is not plain", "format", node.offset)

    def _filter(self, name: str, positional: tuple[Node, ...], named: dict[str, Node], offset: int) -> None:
        while name == "map" and positional:
            inner, positional = positional[0], positional[1:]
            if not inner.is_text or inner.text == "format":
                self._object("the template applies a filter that is not named plainly", _shown(inner), offset)
                return
            name = inner.text
        if name not in names.FILTERS:
            self._object("the template uses a filter that is not listed", name, offset)
        self._attribute(name, positional, named, offset)
        place = names.TEST_ARGUMENT.get(name, len(positional))
        if place < len(positional):
            test = positional[place]
            if not test.is_text or test.text not in names.TESTS:
                self._object("the template uses a test that is not listed", _shown(test), offset)

    def _attribute(self, name: str, positional: tuple[Node, ...], named: dict[str, Node], offset: int) -> None:
        """The attribute that a filter looks up must be named plainly."""
        place = names.ATTRIBUTE_ARGUMENT.get(name, len(positional))
        looked_up = [node for node in (named.get("attribute"), *positional[place : place + 1]) if node is not None]
        for node in looked_up:
            plain = node.is_text and names.attribute_path_is_plain(node.text)
            if not plain and not (node.kind == "const" and node.number is not None):
                self._object("a filter looks up an attribute that is not named plainly", _shown(node), offset)

    def _percent(self, node: Node) -> None:
        left = self.flow.values[node.parts[0].index]
        if left.number or (node.parts[0].kind != "const" and not left.tainted):
            return
        if not _plain_percent(node.parts[0]):
            self._object("the template formats with a text that is not plain", "%", node.offset)


def node_is_local(node: Node) -> bool:
    """Whether what a call calls is bound by a loop or macro around it."""
    return node.parts[0].local


def _plain_format(node: Node) -> bool:
    """Whether a format for `str.format` is a constant whose fields look nothing up."""
    if node.kind != "const" or node.number is not None:
        return False
    text = node.text.replace("{{", "").replace("}}", "")
    fields = _FIELD.findall(text)
    return all(_PLAIN_FIELD.fullmatch(field) for field in fields) and text.count("{") == len(fields)


def _plain_percent(node: Node) -> bool:
    """Whether a format for `%` is a constant without huge widths."""
    if node.kind != "const" or node.number is not None:
        return False
    return "%" not in _PLAIN_PERCENT.sub("", node.text)


def _shown(node: Node) -> str:
    """A short text for an expression in a finding."""
    if node.kind == "const":
        return node.text
    return node.text or node.kind
