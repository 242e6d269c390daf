"""What the allowlist says of calls, state and containers, ready to be asked; and what no rule can say."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from attest.scanning.allowlist import Allowed, list_bytes
from attest.scanning.pickles.arrays import (
    array_problem,
    dtype_problem,
    dtype_state_problem,
    frombuffer_problem,
    scalar_problem,
)
from attest.scanning.pickles.grammar import Kind, Matcher, Pair, read_rule
from attest.scanning.pickles.native import TREE, tree_call_problem
from attest.scanning.pickles.tensors import tensor_problem
from attest.scanning.pickles.values import Global, Value, class_pair


class _Document(NamedTuple):
    """The parts of the list's file that are rules."""

    calls: Mapping[Pair, str]
    made: Mapping[Pair, str]
    states: Mapping[Pair, str]
    append: frozenset[Pair]
    setitem: frozenset[Pair]
    add: frozenset[Pair]
    slot_state: frozenset[Pair]


@functools.cache
def _document() -> _Document:
    data = json.loads(list_bytes())
    containers = data["containers"]

    def pairs(name: str) -> frozenset[Pair]:
        return frozenset((module, label) for module, label in containers.get(name, ()))

    return _Document(
        calls={(rule["module"], rule["name"]): rule["args"] for rule in data["call_rules"] if "by" not in rule},
        made={(rule["module"], rule["name"]): rule["args"] for rule in data["call_rules"] if "by" in rule},
        states={(rule["module"], rule["name"]): rule["state"] for rule in data["state_rules"]},
        append=pairs("append"),
        setitem=pairs("setitem"),
        add=pairs("add"),
        slot_state=pairs("slot_state"),
    )


@functools.cache
def _forms(rule: str) -> tuple[Kind, ...]:
    return read_rule(rule)


_MULTIARRAY = ("numpy._core.multiarray", "numpy.core.multiarray")
_NUMERIC = ("numpy._core.numeric", "numpy.core.numeric")
_CALL_CHECKS: dict[Pair, Callable[[tuple[Value, ...]], str]] = {
    **{(module, "scalar"): scalar_problem for module in _MULTIARRAY},
    **{(module, "_frombuffer"): frombuffer_problem for module in _NUMERIC},
    **{
        ("torch._utils", name): tensor_problem for name in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_qtensor")
    },
    ("numpy", "dtype"): dtype_problem,
    TREE: tree_call_problem,
}
_STATE_CHECKS: dict[Pair, Callable[[tuple[Value, ...]], str]] = {
    **{(module, "_reconstruct"): array_problem for module in _MULTIARRAY},
    ("numpy", "dtype"): dtype_state_problem,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules under one choice of allowed names."""

    allowed: Allowed
    matcher: Matcher
    append: frozenset[Pair]
    setitem: frozenset[Pair]
    add: frozenset[Pair]
    slot_state: frozenset[Pair]

    def check(self, target: Global, args: Value) -> str:
        """Why a call does not have the form that its rule gives; empty when it has."""
        pair = (target.module, target.name)
        rule = _document().calls.get(pair)
        if rule is None:
            return "" if self.allowed.find(*pair) is None else "no rule says how this name may be called"
        if not isinstance(args, tuple) or isinstance(args, Global):
            return "the arguments of the call are no tuple"
        if not self.matcher.fits(_forms(rule), args):
            return f"the call does not have the form that its writer gives it: {rule[:120]}"
        check = _CALL_CHECKS.get(pair)
        return check(args) if check is not None else ""

    def makes(self, target: Global, args: Value) -> bool:
        """Whether a class may be made an object of with these arguments: none, or those of a named tuple."""
        if args == ():
            return self.allowed.good_for(target.module, target.name, "new")
        pair = (target.module, target.name)
        rule = _document().made.get(pair)
        listed = self.allowed.find(*pair)
        return rule is not None and listed is not None and self.allowed.allows(listed) and self._fits(rule, args)

    def _fits(self, rule: str, args: Value) -> bool:
        return self.matcher.fits(_forms(rule), args)

    def check_state(self, target: Value, state: Value) -> str:
        """Why state does not have the form that an object of this class gets; empty when it has."""
        pair = class_pair(target)
        if pair is None or (self.allowed.find(*pair) is None and pair not in _document().states):
            return ""
        rule = _document().states.get(pair)
        if rule is None:
            plain = isinstance(state, dict) or (
                pair in self.slot_state and isinstance(state, tuple) and len(state) == 2
            )
            return "" if plain or state is None else "the state of the object is no dictionary"
        if not self.matcher.fits(_forms(rule), state):
            return f"the state does not have the form that its writer gives it: {rule[:120]}"
        check = _STATE_CHECKS.get(pair)
        return check(state) if check is not None and isinstance(state, tuple) else ""


@functools.lru_cache(maxsize=8)
def rules_of(allowed: Allowed) -> Rules:
    """The rules for these allowed names."""
    document = _document()
    return Rules(
        allowed=allowed,
        matcher=Matcher(lambda value: allowed.good_for(value.module, value.name, "new")),
        append=document.append,
        setitem=document.setitem,
        add=document.add,
        slot_state=document.slot_state,
    )
