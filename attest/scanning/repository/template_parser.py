"""Jinja templates → trees: the statements, with what they bind and where.

Source: Jinja 3.1 `jinja2/parser.py` and `jinja2/ext.py` (`do`, `break`, `continue`); `generation` is the mark that
transformers adds for what an assistant wrote. Nothing is looked up and nothing is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attest.errors import DocumentError
from attest.scanning.repository.template_expressions import Expressions
from attest.scanning.repository.template_tree import Binding, Loop, Macro, Node, Tree

MAX_SIZE = 1 << 20
MAX_MACROS = 500
_UNNEEDED = frozenset({"import", "include", "extends", "from", "debug"})
_SIMPLE = frozenset({"break", "continue"})
_ANONYMOUS = ""


def parse_template(text: str) -> Tree:
    """The tree of a template of at most 2²⁰ characters. Raises DocumentError where Jinja could not compile it."""
    if len(text) > MAX_SIZE:
        raise DocumentError(f"the template is longer than {MAX_SIZE} characters")
    return _Statements(text).template()


class _Statements(Expressions):
    """The statements; each method begins behind the word that names it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._known: dict[str, Callable[[int], None]] = {
            "for": self._for, "if": self._if, "set": self._set, "macro": self._macro, "call": self._call_block,
            "filter": self._filter_block, "with": self._with, "block": self._block, "generation": self._generation,
            "do": self._do, "print": self._do, "autoescape": self._autoescape,
        }  # fmt: skip

    def template(self) -> Tree:
        """The whole template."""
        self._body()
        if self.token.kind != "eof":
            raise self.fail("the end of the template")
        return self.tree

    def _body(self, *ends: str) -> str:
        """Everything up to one of these words in a tag of its own, which is taken and given back."""
        self.enter()
        while True:
            token = self.next()
            if token.kind == "print":
                self.sequence()
                self._close("print-end")
            elif token.kind == "begin":
                word = self.name()
                if word.text in ends:
                    self.leave()
                    return word.text
                self._statement(word.text, word.offset)
            elif token.kind == "eof":
                if ends:
                    raise DocumentError(f"the template ends where {' or '.join(ends)} is expected")
                self.leave()
                return ""

    def _close(self, kind: str = "end") -> None:
        # A colon in front of the end is taken for the sake of people who write Python.
        if kind == "end":
            self.accept(":")
        if self.token.kind != kind:
            raise self.fail("the end of the tag")
        self.next()

    def _statement(self, word: str, offset: int) -> None:
        if word in _UNNEEDED:
            self.tree.refused.append((word, offset))
            while self.token.kind not in {"end", "eof"}:
                self.next()
        elif word in self._known:
            self._known[word](offset)
        elif word not in _SIMPLE:
            raise DocumentError(f"the tag {word[:40]!r} at {offset} is not known")
        self._close()

    def _bind(self, names: Iterable[str], source: Node, *, element: bool, attribute: str = "") -> None:
        for name in names:
            self.tree.names.append((name, source.offset))
            self.tree.bindings.append(Binding(name, attribute, source, element, source.offset, self.loop))

    # Loops and conditions.

    def _for(self, _offset: int) -> None:
        target = self._targets("in")
        self.expect("in", "name")
        source = self.sequence(choice=False)
        outer = self.loop
        self.scopes.append({*target, "loop"})
        self.loop = len(self.tree.loops)
        self.tree.loops.append(Loop(source, outer, False, target))
        self._bind(target, source, element=True)
        if self.accept("if", "name"):
            self.expression()
        if self.accept("recursive", "name"):
            self.tree.loops[self.loop] = Loop(source, outer, True, target)
        self._close()
        ended = self._body("else", "endfor")
        self.scopes.pop()
        self.loop = outer
        if ended == "else":
            self._close()
            self._body("endfor")

    def _targets(self, end: str) -> tuple[str, ...]:
        """The names that a loop or an assignment binds; brackets around them mean nothing."""
        names: list[str] = []
        opened = 0
        while not self.word(end):
            if self.accept("("):
                opened += 1
            elif self.accept(")"):
                opened -= 1
            elif not self.accept(","):
                names.append(self.name().text)
            if self.sees("=", ".") or self.token.kind == "end":
                break
        if opened or not names:
            raise self.fail("a name to bind")
        return tuple(names)

    def _if(self, _offset: int) -> None:
        ended = "elif"
        while ended == "elif":
            self.sequence(choice=False)
            self._close()
            ended = self._body("elif", "else", "endif")
        if ended == "else":
            self._close()
            self._body("endif")

    # Assignments.

    def _set(self, offset: int) -> None:
        names = self._targets("=")
        attribute = ""
        if len(names) == 1 and self.accept("."):
            attribute = self.name().text
            self.tree.names.append((attribute, offset))
        if self.accept("="):
            source = self.sequence()
            self._bind(names, source, element=len(names) > 1, attribute=attribute)
            return
        source = self.node("output", "", (), offset)
        while self.accept("|"):
            source = self.filter(source)
        self._close()
        self._body("endset")
        self._bind(names, source, element=False, attribute=attribute)

    def _with(self, _offset: int) -> None:
        names: set[str] = set()
        while self.token.kind != "end":
            if names:
                self.expect(",")
            target = self._targets("=")
            self.expect("=")
            self._bind(target, self.expression(), element=len(target) > 1)
            names.update(target)
        self.scopes.append(names)
        self._close()
        self._body("endwith")
        self.scopes.pop()

    # Macros and blocks.

    def _macro(self, offset: int) -> None:
        name = self.name().text
        self.tree.names.append((name, offset))
        self._callable(name, offset, "endmacro")

    def _callable(self, name: str, offset: int, end: str, *, caller: bool = False) -> None:
        """Parameters and body of a macro, or of a call block, whose call stands behind the parameters."""
        parameters = self._parameters() if self.sees("(") else ()
        if len(self.tree.macros) >= MAX_MACROS:
            raise DocumentError(f"the template has more than {MAX_MACROS} macros")
        self.tree.macros.append(Macro(name, parameters, offset))
        if caller:
            self.expression()
        outer = self.macro
        self.macro = len(self.tree.macros) if name else outer
        self.scopes.append({*parameters, "varargs", "kwargs", "caller"})
        self._close()
        self._body(end)
        self.scopes.pop()
        self.macro = outer

    def _parameters(self) -> tuple[str, ...]:
        self.expect("(")
        names: list[str] = []
        while not self.accept(")"):
            if names:
                self.expect(",")
                if self.accept(")"):
                    break
            token = self.name()
            names.append(token.text)
            self.tree.names.append((token.text, token.offset))
            if self.accept("="):
                self._bind([token.text], self.expression(), element=False)
        return tuple(names)

    def _call_block(self, offset: int) -> None:
        self._callable(_ANONYMOUS, offset, "endcall", caller=True)

    def _filter_block(self, offset: int) -> None:
        node = self.filter(self.node("output", "", (), offset))
        while self.accept("|"):
            node = self.filter(node)
        self._close()
        self._body("endfilter")

    def _block(self, offset: int) -> None:
        name = self.name().text
        self.tree.names.append((name, offset))
        while self.word("scoped", "required"):
            self.next()
        self._close()
        self._body("endblock")
        self.accept(name, "name")

    def _generation(self, _offset: int) -> None:
        self._close()
        self._body("endgeneration")

    def _autoescape(self, _offset: int) -> None:
        self.expression()
        self._close()
        self._body("endautoescape")

    def _do(self, _offset: int) -> None:
        self.sequence()
