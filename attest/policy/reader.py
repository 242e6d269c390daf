"""Reading a policy so that every problem is reported at once, each with its line and place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from attest.errors import Problem
from attest.policy.yaml_subset import Node

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
MAX_ITEMS = 1_000
MAX_EXACT = 2_000


@dataclass(slots=True, kw_only=True)
class Reader:
    """Takes values out of nodes. A wrong value is noted as a problem and replaced by an empty one of its type."""

    problems: list[Problem] = field(default_factory=list)
    signers: Collection[str] = ()

    def problem(self, node: Node, where: str, message: str) -> None:
        """Note one problem at a node."""
        place = f"line {node.line}" + (f", {where}" if where else "")
        self.problems.append(Problem(where=place, message=message))

    def mapping(
        self, node: Node, where: str, *, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """The members of a mapping; unknown keys and missing ones are problems."""
        if node.kind != "mapping":
            self.problem(node, where, "a mapping is needed here")
            return {}
        known = [*required, *optional]
        for key, value in node.members.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                guess = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
                self.problem(value, where, f"unknown key {key!r}{guess}")
        for key in required:
            if key not in node.members:
                self.problem(node, where, f"the key {key!r} is missing")
        return {key: value for key, value in node.members.items() if key in known}

    def text(self, node: Node | None, where: str) -> str:
        """A text that is not empty."""
        if node is None:
            return ""
        if node.kind != "scalar" or not isinstance(node.scalar, str) or not node.scalar.strip():
            self.problem(node, where, "a text is needed here")
            return ""
        return node.scalar

    def exact(self, node: Node | None, where: str) -> str:
        """A text that is compared whole with what a certificate says: printable, and nothing before or after it."""
        if node is not None and isinstance(node.scalar, int):
            self.problem(node, where, "a text is needed here; put quotes around it")
            return ""
        text = self.text(node, where)
        if node is not None and text and (text != text.strip() or not text.isprintable() or len(text) > MAX_EXACT):
            # Verified names are printable, so this one would never be found.
            self.problem(node, where, f"no certificate says this: a printable text of up to {MAX_EXACT} is needed")
            return ""
        return text

    def choice(self, node: Node | None, where: str, known: Sequence[str], *, default: str = "") -> str:
        """One of the known words."""
        if node is None:
            return default
        if node.kind == "scalar" and isinstance(node.scalar, str) and node.scalar in known:
            return node.scalar
        self.problem(node, where, f"one of {', '.join(known)} is needed here")
        return default

    def boolean(self, node: Node | None, where: str) -> bool:
        """`true` or `false`; false when absent."""
        if node is not None and not isinstance(node.scalar, bool):
            self.problem(node, where, "true or false is needed here")
        return node is not None and node.scalar is True

    def integer(self, node: Node | None, where: str, *, low: int, high: int, default: int = 0) -> int:
        """An integer within bounds."""
        if node is None:
            return default
        value = node.scalar
        if node.kind != "scalar" or not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.problem(node, where, f"an integer from {low} to {high} is needed here")
            return low
        return value

    def texts(self, node: Node | None, where: str, *, empty: bool = False) -> tuple[str, ...]:
        """A list of distinct texts."""
        if node is None:
            return ()
        if node.kind != "list" or not (node.items or empty) or len(node.items) > MAX_ITEMS:
            self.problem(node, where, f"a list of 1 to {MAX_ITEMS} texts is needed here")
            return ()
        values = tuple(self.text(item, f"{where}[{at}]") for at, item in enumerate(node.items))
        if len(set(values)) != len(values):
            self.problem(node, where, "one text stands twice in the list")
        return values

    def name(self, node: Node | None, where: str) -> str:
        """A short name in lower case, as rules and policies have."""
        text = self.text(node, where)
        if node is not None and text and not _NAME.fullmatch(text):
            self.problem(node, where, "a name has lower-case letters, digits, '-' and '.' only, 64 at most")
        return text

    def signer_names(self, node: Node | None, where: str) -> tuple[str, ...]:
        """A list of names that the policy defines under `signers`."""
        names = self.texts(node, where)
        for name in names:
            if node is not None and name and name not in self.signers:
                known = ", ".join(self.signers) or "none"
                self.problem(node, where, f"there is no signer {name!r} in this policy; known are {known}")
        return names
