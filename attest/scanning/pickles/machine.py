"""A pickle run over inert values by the rules that its readers share, and judged opcode by opcode.

It builds on the machine that reads facts, and is stricter: every name must be on the allowlist, every call must have
the form that the list's rule gives, state goes to objects only, items to containers only. What two unpicklers read
differently is a finding. An unpickler acts on each opcode as it reads it, so what was found before a fault stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from attest.formats.pickle_feed import Feed
from attest.formats.pickle_machine import Machine, Opcodes, renamed
from attest.scanning.part import Part
from attest.scanning.pickles.generators import generator_problem
from attest.scanning.pickles.hashing_cost import too_costly_to_hash
from attest.scanning.pickles.native import NEIGHBOURS, TREE, neighbours_problem, tree_state_problem
from attest.scanning.pickles.opcode_names import NAMES
from attest.scanning.pickles.rules import Rules, rules_of
from attest.scanning.pickles.values import (
    Call,
    Global,
    Instance,
    Persistent,
    PickledSet,
    SpelledText,
    Value,
    class_pair,
)

if TYPE_CHECKING:
    from attest.formats.pickle_machine import OnBuild

_MAX_MEMO_INDEX = 1 << 24
_FACTOR = 4
_FREE_INDEX = 1 << 16
_TORCH_NESTED = Global("torch.storage", "_load_from_bytes")
_TYPED = Global("torch._tensor", "_rebuild_from_type_v2")
_SPECIAL = frozenset({_TORCH_NESTED, _TYPED})
"""Functions with rules of their own, to be called and nothing else."""

PersistentId = Callable[["StrictMachine", Value], Value]
"""What a persistent id stands for in a layout, None when it does not explain it; it reports what is wrong with one."""


@dataclass(slots=True, kw_only=True)
class Setting:
    """Where a pickle stands: what its layout explains.

    `names` are further pairs that the layout itself brings, with what may be done with them (TorchScript's classes);
    `persistent` judges persistent ids; `nested` scans bytes that a listed function would load; `on_build` is told of
    every object that got its state.
    """

    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    persistent: PersistentId | None = None
    nested: Callable[[str, Value], None] | None = None
    on_build: OnBuild | None = None


class StrictMachine(Machine):
    """One pickle while it is judged. `part` is where findings go; offsets are those of the opcode at work."""

    def __init__(self, feed: Feed, table: Opcodes, part: Part, setting: Setting, depth: int = 0) -> None:
        super().__init__(feed, table, setting.on_build, depth)
        self.started = feed.position
        self.part = part
        self.setting = setting
        self.rules: Rules = rules_of(part.allowed)

    def again(self) -> StrictMachine:
        """A machine for a pickle inside this one."""
        return StrictMachine(self.feed, self._table, self.part, self.setting, self._depth + 1)

    def report(self, rule: str, message: str, value: str = "", profile: str = "") -> None:
        """A finding at the opcode that is at work."""
        began = self.feed.began
        opcode = NAMES.get(self.feed.source.up_to(began, 1)[0], "an unknown opcode") if began < self.feed.end else ""
        shown = f"{message} ({opcode})" if opcode else message
        self.part.report(rule, shown, offset=began, value=value, profile=profile)

    # Names.

    def named(self, module: str, name: str) -> Global:
        """A name as Python looks it up; what is written and what it becomes must both be listed."""
        written = Global(module, name)
        found = renamed(written) if self._protocol < 3 else written
        for pair in dict.fromkeys((written, found)):
            if not self._listed(pair):
                break
        return found

    def _listed(self, name: Global) -> bool:
        if tuple(name) in self.setting.names or name in _SPECIAL:
            return True
        shown = f"{name.module}:{name.name}"
        listed = self.part.allowed.find(name.module, name.name)
        if listed is None:
            self.report("pickle.name-not-allowed", "the name is on no list of what a pickle may refer to", shown)
            return False
        self.part.found.profiles.add(listed.profile)
        if not self.part.allowed.allows(listed):
            message = f"the name stands in the profile {listed.profile}, which is not allowed here"
            self.report("pickle.name-not-allowed", message, shown, listed.profile)
            return False
        return True

    def good_for(self, name: Global, operation: str) -> bool:
        """Whether a name may be used so; a name that is not listed at all was reported when it was met."""
        brought = self.setting.names.get((name.module, name.name))
        if brought is not None:
            return brought == operation
        allowed = self.part.allowed
        if allowed.find(name.module, name.name) is None:
            return True
        return allowed.good_for(name.module, name.name, "call" if operation == "call" else "new")

    # Calls.

    def reduce(self) -> None:
        """REDUCE: a listed function with arguments that its rule takes."""
        target, args = self.several(2)
        self.push(Instance(target, args, "call"))
        if not self._callable(target):
            return
        if target == _TORCH_NESTED:
            self._nested(args)
        elif target == _TYPED:
            self._typed(args)
        else:
            self.check_call(target, args)

    def _callable(self, target: Value) -> TypeGuard[Global]:
        if isinstance(target, Global):
            return True
        what = "a persistent object" if isinstance(target, Persistent) else "what is no name"
        if isinstance(target, Call):
            what = "the result of another call"
        self.report("pickle.computed-call", f"the pickle calls {what}")
        return False

    def check_call(self, target: Global, args: Value) -> None:
        """Report a call of a listed name in another form than its rule's."""
        shown = f"{target.module}:{target.name}"
        if not self.good_for(target, "call"):
            self.report("pickle.call-form", "the name is listed to be mentioned, not to be called", shown)
        elif (target.module, target.name) not in self.setting.names:
            problem = self.rules.check(target, args)
            if problem:
                self.report("pickle.call-form", problem, shown)
            for item in args if isinstance(args, tuple) and target.module == "torch._utils" else ():
                for table in item if isinstance(item, tuple) and not isinstance(item, Global) else (item,):
                    self._check_state_keys(table)

    def _nested(self, args: Value) -> None:
        shown = f"{_TORCH_NESTED.module}:{_TORCH_NESTED.name}"
        self.report("pickle.nested-load", "bytes in the pickle are loaded by torch as a file of their own", shown)
        if isinstance(args, tuple) and len(args) == 1 and self.setting.nested is not None:
            self.setting.nested(f"bytes@{self.feed.began}", args[0])

    def _typed(self, args: Value) -> None:
        """A tensor with attributes: torch calls the first argument with the third and sets the fourth as state."""
        if not isinstance(args, tuple) or len(args) != 4 or not self._callable(args[0]):
            self.report("pickle.call-form", "a tensor with attributes has not the four arguments that torch writes")
            return
        function, kind, inner, state = args
        self.check_call(function, inner)
        if function in _SPECIAL or not isinstance(kind, Global) or kind.module.split(".")[0] != "torch":
            self.report("pickle.call-form", "a tensor with attributes is made in another way than torch does")
        for table in state if isinstance(state, tuple) else (state,):
            self._check_state_keys(table)

    def new(self, *, keywords: bool = False) -> None:
        """NEWOBJ and NEWOBJ_EX: a listed class without arguments."""
        target, args, *more = self.several(3 if keywords else 2)
        self._make(target, args, plain=not keywords and not more)

    def _make(self, target: Value, args: Value, *, plain: bool) -> None:
        self.push(Instance(target, args, "new"))
        if not self._callable(target):
            return
        shown = f"{target.module}:{target.name}"
        brought = (target.module, target.name) in self.setting.names
        known = brought or self.part.allowed.find(target.module, target.name) is not None
        fits = self.good_for(target, "new") and args == () if brought else not known or self.rules.makes(target, args)
        if not plain or not fits or target in _SPECIAL:
            what = "the class is made with arguments or in an old way, which its writer never does"
            self.report("pickle.call-form", what, shown)

    def inst(self, target: Global) -> None:
        """INST: protocol 0 and 1 made objects of old classes so; no listed class is made in this way."""
        self._make(target, tuple(self.marked()), plain=False)

    def obj(self) -> None:
        """OBJ: as INST, with the class on the stack."""
        items = self.marked()
        if not items:
            raise self.fault("it makes an object without a class")
        self._make(items[0], tuple(items[1:]), plain=False)

    # State and items.

    def build(self) -> None:
        """BUILD: state goes to an object that was made of a listed name, and to nothing else."""
        state, target = self.pop(), self.top()
        self.push(state)
        self._check_target(target)
        self._check_state(target, state)
        super().build()

    def _check_target(self, target: Value) -> None:
        if isinstance(target, Global):
            shown = f"{target.module}:{target.name}"
            self.report("pickle.build-on-global", "state is applied to a name itself, not to an object", shown)
        elif not isinstance(target, Instance):
            self.report("pickle.build-on-global", "state is applied to something that is no object of a listed class")

    def _check_state(self, target: Value, state: Value) -> None:
        pair = class_pair(target)
        if pair is not None and pair not in self.setting.names:
            problem = self.rules.check_state(target, state)
            if problem:
                self.report("pickle.call-form", problem, f"{pair[0]}:{pair[1]}")
            self._check_native(pair, target, state)
        for table in state if isinstance(state, tuple) and not isinstance(state, Global) else (state,):
            self._check_state_keys(table)

    def _check_native(self, pair: tuple[str, str], target: Value, state: Value) -> None:
        shown = f"{pair[0]}:{pair[1]}"
        if pair == TREE and isinstance(target, Call):
            rule, problem = tree_state_problem(target, state, self.feed.source)
        elif pair in NEIGHBOURS:
            rule, problem = neighbours_problem(state, self.feed.source)
        elif pair[0].startswith("numpy.random"):
            rule, problem = "pickle.call-form", generator_problem(state)
        elif self._is_native(pair):
            rule = "pickle.native-state"
            problem = "native memory is filled from the file, and what is used as an index there is not checked"
        else:
            rule, problem = "", ""
        if problem:
            self.report(rule, problem, shown)

    def _is_native(self, pair: tuple[str, str]) -> bool:
        listed = self.part.allowed.find(*pair)
        return listed is not None and listed.profile in self.part.allowed.allowlist.native

    def _check_state_keys(self, state: Value) -> None:
        if not isinstance(state, dict):
            return
        for key in state:
            if not isinstance(key, str):
                self.report("pickle.state-key", "the state of an object has a key that is no text in the file")
            elif key.startswith("__") and key.endswith("__"):
                self.report("pickle.state-key", "the state of an object sets a name that Python acts on", key)

    def set_items(self, pairs: list[Value]) -> None:
        """SETITEM and SETITEMS: for a dictionary or a listed class that is one."""
        target = self.top()
        self.check_keys(pairs[::2])
        if not isinstance(target, dict) and class_pair(target) not in self.rules.setitem:
            self._not_a_container(target, "sets items")
        super().set_items(pairs)

    def append(self, items: list[Value]) -> None:
        """APPEND and APPENDS: for a list or a listed class that is one."""
        target = self.top()
        plain = type(target) is list
        if not plain and class_pair(target) not in self.rules.append:
            self._not_a_container(target, "appends items")
        super().append(items)

    def add(self, items: list[Value]) -> None:
        """ADDITEMS: for a set."""
        self.check_keys(items)
        target = self.top()
        if not isinstance(target, PickledSet) and class_pair(target) not in self.rules.add:
            self._not_a_container(target, "adds items")
        super().append(items)

    def _not_a_container(self, target: Value, what: str) -> None:
        pair = class_pair(target) or (tuple(target) if isinstance(target, Global) else None)
        shown = f"{pair[0]}:{pair[1]}" if pair else ""
        self.report("pickle.container-target", f"the pickle {what} to something that is no plain container", shown)

    def check_keys(self, keys: list[Value]) -> None:
        """Keys are hashed; tuples of shared tuples can make that take for ever, or exhaust the stack."""
        for key in keys:
            if isinstance(key, tuple) and key and too_costly_to_hash(key):
                self.report("pickle.resource-use", "a key or a member of a set is nested so that hashing it exhausts")

    # The memo, frames and what is outside of the file.

    def put(self, key: int) -> None:
        """Keep the topmost value; readers allocate a table as long as the largest number."""
        if key > _FREE_INDEX and (key > _MAX_MEMO_INDEX or key > _FACTOR * (self.feed.position + 1)):
            self.report("pickle.resource-use", f"a value is kept under the number {key}, for which readers make room")
        super().put(key)

    def persistent(self, pid: Value) -> None:
        """PERSID and BINPERSID: only in a layout that says what they mean."""
        found = self.setting.persistent(self, pid) if self.setting.persistent is not None else None
        if found is None:
            self.report("pickle.persistent-id", "the pickle asks for an object by an id that no layout explains")
        self.push(Persistent(pid) if found is None else found)

    def _frame_fault(self, position: int) -> None:
        message = "what stands here crosses the end of its frame, where unpicklers read different things"
        self.part.report("pickle.frame-violation", message, offset=position)

    def frame(self) -> None:
        """FRAME: it lies inside the data and does not begin inside another one."""
        length = int.from_bytes(self.feed.take(8), "little")
        if self.feed.position < self._frame_end or length > self.feed.left:
            self.report("pickle.frame-violation", "a frame begins inside another one or leaves the data")
        self._frame_end = self.feed.position + length

    def protocol(self) -> None:
        """PROTO: once, at the start."""
        if self._protocol or self.feed.began != self.started:
            self.report("pickle.odd-encoding", "the protocol is given twice, or not at the start")
        super().protocol()

    def stack_global(self) -> None:
        """STACK_GLOBAL: both texts must be known in full."""
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            self.report("pickle.unresolved-name", "the name of what is imported is not in the file as it is")
            self.push(Persistent(None))
            return
        if isinstance(name, SpelledText) or isinstance(module, SpelledText):
            self.report("pickle.odd-encoding", "a name is written with escapes", f"{module}:{name}")
        self.push(self.named(str(module), str(name)))
