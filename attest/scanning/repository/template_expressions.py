"""Jinja expressions → nodes, with Jinja's precedences, in recursion that is counted.

Source: Jinja 3.1 `jinja2/parser.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from attest.errors import DocumentError
from attest.scanning.repository.template_lexer import Token, TokenKind, tokens
from attest.scanning.repository.template_tree import Kind, Loop, Node, Tree

MAX_DEPTH = 200
MAX_NODES = 30_000
_OR, _AND, _NOT, _COMPARE, _SUM, _CONCAT, _PRODUCT, _POWER = range(1, 9)
_LEVELS = {
    "==": _COMPARE, "!=": _COMPARE, "<": _COMPARE, "<=": _COMPARE, ">": _COMPARE, ">=": _COMPARE,
    "+": _SUM, "-": _SUM, "~": _CONCAT, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT, "**": _POWER,
}  # fmt: skip
_WORDS = {"or": _OR, "and": _AND, "in": _COMPARE}
_RESERVED = frozenset({"and", "or", "not", "in", "is", "if", "else", "elif"})
_LITERALS = {"true": 1, "True": 1, "false": 0, "False": 0, "none": None, "None": None}
_ARGUMENT = frozenset({"name", "string", "integer", "float"})


class Expressions:
    """A parser of expressions over the tokens of a template."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.at = 0
        self.depth = 0
        self.loop = self.macro = 0
        self.scopes: list[set[str]] = [set()]
        self.tree = Tree()
        self.tree.loops.append(Loop(self.node("output", "", ()), 0, False, ()))

    # Tokens.

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def fail(self, wanted: str) -> DocumentError:
        """The error for a token that does not fit."""
        token = self.token
        seen = "the end" if token.kind == "eof" else repr(token.text or token.kind)
        return DocumentError(f"{wanted} is expected in place of {seen} at {token.offset}")

    def next(self) -> Token:
        """Take a token; the last one stays."""
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def sees(self, *texts: str, kind: TokenKind = "operator", ahead: int = 0) -> bool:
        """Whether one of these operators or names comes next."""
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == kind and token.text in texts

    def word(self, *texts: str) -> bool:
        """Whether one of these words comes next."""
        return self.sees(*texts, kind="name")

    def accept(self, text: str, kind: TokenKind = "operator") -> bool:
        """Take a token if it is this one."""
        if self.sees(text, kind=kind):
            self.next()
            return True
        return False

    def expect(self, text: str, kind: TokenKind = "operator") -> Token:
        """Take this token. Raises DocumentError when another one stands there."""
        if not self.sees(text, kind=kind):
            raise self.fail(repr(text))
        return self.next()

    def name(self) -> Token:
        """Take a name."""
        if self.token.kind != "name":
            raise self.fail("a name")
        return self.next()

    def enter(self) -> None:
        """One level of nesting more, until `leave`. Raises DocumentError when there are too many."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise DocumentError(f"the template is nested deeper than {MAX_DEPTH} levels")

    def leave(self) -> None:
        """Back from a level of nesting."""
        self.depth -= 1

    # Nodes.

    def node(self, kind: Kind, text: str, parts: Sequence[Node], offset: int = -1, **more: object) -> Node:
        """Append a node to the tree."""
        nodes = self.tree.nodes
        if len(nodes) >= MAX_NODES:
            raise DocumentError(f"the template has more than {MAX_NODES} expressions")
        node = Node(len(nodes), kind, text, tuple(parts), offset, self.loop, self.macro, **more)  # type: ignore[arg-type]
        nodes.append(node)
        return node

    # Expressions, from the loosest binding to the tightest.

    def expression(self, *, choice: bool = True) -> Node:
        """One expression; without `choice` an `if` behind it is left alone."""
        self.enter()
        node = self._binary(_OR)
        while choice and self.word("if"):
            offset = self.next().offset
            parts = [node, self._binary(_OR)]
            if self.accept("else", "name"):
                parts.append(self.expression())
            node = self.node("choice", "if", parts, offset)
        self.leave()
        return node

    def _level(self) -> tuple[str, int]:
        """The operator that comes next, with its level; 0 when none does."""
        token = self.token
        if token.kind == "operator":
            return token.text, _LEVELS.get(token.text, 0)
        if token.kind != "name":
            return "", 0
        if token.text == "not" and self.sees("in", kind="name", ahead=1):
            return "not in", _COMPARE
        return token.text, _WORDS.get(token.text, 0)

    def _binary(self, least: int) -> Node:
        self.enter()
        if least <= _NOT and self.word("not"):
            offset = self.next().offset
            left = self.node("unary", "not", [self._binary(_NOT)], offset)
        else:
            left = self._unary(filters=True)
        while True:
            operator, level = self._level()
            if level == 0 or level < least:
                break
            offset = self.next().offset
            if operator == "not in":
                self.next()
            kind: Kind = "logic" if level <= _AND else "binary"
            left = self.node(kind, operator, [left, self._binary(level + 1)], offset)
        self.leave()
        return left

    def _unary(self, *, filters: bool) -> Node:
        if self.sees("-", "+"):
            token = self.next()
            self.enter()
            node = self.node("unary", token.text, [self._unary(filters=False)], token.offset)
            self.leave()
        else:
            node = self.primary()
        node = self._postfix(node)
        return self._filters(node) if filters else node

    def primary(self) -> Node:
        """A name, a constant, or something in brackets."""
        token = self.token
        if token.kind == "name":
            return self._named(self.next())
        if token.kind == "string":
            return self._string()
        if token.kind in {"integer", "float"}:
            self.next()
            number = float(token.text) if token.kind == "float" else int(token.text, 0)
            return self.node("const", "", (), token.offset, number=number)
        if self.accept("("):
            node = self.sequence(")")
            self.expect(")")
            return node
        if self.accept("["):
            return self._display(token.offset)
        if self.accept("{"):
            return self._dict(token.offset)
        raise self.fail("an expression")

    def _named(self, token: Token) -> Node:
        if token.text in _LITERALS:
            return self.node("const", "", (), token.offset, number=_LITERALS[token.text])
        if token.text in _RESERVED:
            raise DocumentError(f"the word {token.text!r} at {token.offset} cannot be a name")
        local = any(token.text in scope for scope in self.scopes)
        return self.node("name", token.text, (), token.offset, local=local)

    def _string(self) -> Node:
        """Strings that follow each other are one string."""
        offset = self.token.offset
        pieces = []
        while self.token.kind == "string":
            pieces.append(self.next().text)
        return self.node("const", "".join(pieces), (), offset)

    def sequence(self, *ends: str, choice: bool = True) -> Node:
        """One expression, or several with commas between them."""
        offset = self.token.offset
        items: list[Node] = []
        comma = False
        while not (self.token.kind in {"end", "print-end"} or self.sees(*ends)):
            items.append(self.expression(choice=choice))
            if not self.accept(","):
                break
            comma = True
        if len(items) == 1 and not comma:
            return items[0]
        if not items and ")" not in ends:
            raise self.fail("an expression")
        return self.node("list", "tuple", items, offset)

    def _display(self, offset: int) -> Node:
        items: list[Node] = []
        while not self.accept("]"):
            if items:
                self.expect(",")
                if self.accept("]"):
                    break
            items.append(self.expression())
        return self.node("list", "list", items, offset)

    def _dict(self, offset: int) -> Node:
        items: list[Node] = []
        while not self.accept("}"):
            if items:
                self.expect(",")
                if self.accept("}"):
                    break
            items.append(self.expression())
            self.expect(":")
            items.append(self.expression())
        return self.node("dict", "dict", items, offset)

    def _postfix(self, node: Node) -> Node:
        while True:
            offset = self.token.offset
            if self.accept("."):
                node = self._member(node, offset)
            elif self.accept("["):
                node = self._subscript(node, offset)
            elif self.sees("("):
                node = self._call(node)
            else:
                return node

    def _member(self, node: Node, offset: int) -> Node:
        token = self.next()
        if token.kind == "name":
            return self.node("attribute", token.text, [node], offset)
        if token.kind != "integer":
            raise DocumentError(f"a name or a number is expected at {token.offset}")
        key = self.node("const", "", (), token.offset, number=int(token.text, 0))
        return self.node("item", "", [node, key], offset)

    def _subscript(self, node: Node, offset: int) -> Node:
        keys: list[Node] = []
        while not self.accept("]"):
            if keys:
                self.expect(",")
            bounds, sliced = self._bounds()
            if sliced:
                self.expect("]")
                if keys:
                    raise DocumentError(f"the item at {offset} mixes slices and keys")
                return self.node("slice", "", [node, *bounds], offset)
            keys += bounds
        if not keys:
            raise DocumentError(f"the item at {offset} has no key")
        key = keys[0] if len(keys) == 1 else self.node("list", "tuple", keys, offset)
        return self.node("item", "", [node, key], offset)

    def _bounds(self) -> tuple[list[Node], bool]:
        """A key, or up to three bounds of a slice."""
        bounds: list[Node] = []
        colons = 0
        while True:
            if self.accept(":"):
                colons += 1
            elif self.sees("]", ",") or len(bounds) > colons:
                break
            else:
                bounds.append(self.expression())
        if colons > 2 or (not colons and not bounds):
            raise self.fail("a key")
        return bounds, colons > 0

    def _call(self, node: Node) -> Node:
        offset = self.token.offset
        arguments, keywords, starred = self.arguments()
        return self.node("call", "", [node, *arguments], offset, keywords=keywords, starred=starred)

    def arguments(self) -> tuple[list[Node], tuple[str, ...], bool]:
        """Arguments in parentheses: those without a keyword first, then the keywords' ones."""
        self.expect("(")
        plain: list[Node] = []
        named: list[tuple[str, Node]] = []
        starred = first = False
        while not self.accept(")"):
            if first:
                self.expect(",")
                if self.accept(")"):
                    break
            first = True
            if self.sees("*", "**"):
                self.next()
                starred = True
                plain.append(self.expression())
            elif self.token.kind == "name" and self.sees("=", ahead=1):
                token = self.next()
                self.next()
                self.tree.names.append((token.text, token.offset))
                named.append((token.text, self.expression()))
            else:
                plain.append(self.expression())
        return [*plain, *(node for _, node in named)], tuple(key for key, _ in named), starred

    def _filters(self, node: Node) -> Node:
        while True:
            if self.accept("|"):
                node = self.filter(node)
            elif self.word("is"):
                node = self._test(node)
            elif self.sees("("):
                node = self._call(node)
            else:
                return node

    def dotted(self) -> Token:
        """The name of a filter or test, which may have dots."""
        token = self.name()
        text = token.text
        while self.accept("."):
            text += f".{self.name().text}"
        return token._replace(text=text)

    def filter(self, subject: Node) -> Node:
        """A filter applied to a value, without the mark in front of it."""
        token = self.dotted()
        arguments, keywords, starred = self.arguments() if self.sees("(") else ([], (), False)
        parts = [subject, *arguments]
        return self.node("filter", token.text, parts, token.offset, keywords=keywords, starred=starred)

    def _test(self, subject: Node) -> Node:
        self.next()
        self.accept("not", "name")
        token = self.dotted()
        arguments: list[Node] = []
        keywords: tuple[str, ...] = ()
        starred = False
        if self.sees("("):
            arguments, keywords, starred = self.arguments()
        elif (self.token.kind in _ARGUMENT and not self.word("else", "or", "and")) or self.sees("[", "{"):
            arguments = [self._postfix(self.primary())]
        parts = [subject, *arguments]
        return self.node("test", token.text, parts, token.offset, keywords=keywords, starred=starred)
