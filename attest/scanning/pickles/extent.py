"""What a pickle would build, taken as a whole: how deep it is nested, and how large it would be written out.

Values may be shared. A few that hold one another twice are small in memory and endless for whatever walks them:
hashing, comparing, printing, saving again.
"""

from __future__ import annotations

from attest.scanning.pickles.values import Call, Global, LongBytes, PickledArray, Value

MAX_DEPTH = 1000
MAX_SIZE = 1_000_000_000
MAX_RATIO = 10_000
_RECORDS = (Global, LongBytes, PickledArray)


def extent_problem(root: Value) -> tuple[str, str]:
    """A rule and a message when values are nested too deeply or doubled too often; two empty texts otherwise.

    A value that holds itself counts once. Loops, without recursion; the cost is linear in what the pickle built.
    """
    known: dict[int, tuple[int, int]] = {}
    waiting: list[tuple[Value, bool]] = [(root, False)]
    items = 0
    while waiting:
        value, ready = waiting.pop()
        if ready:
            known[id(value)] = measured = _measured(value, known)
            depth, size = measured
            if depth > MAX_DEPTH:
                return "scan.budget", f"values are nested more than {MAX_DEPTH} deep"
            if size > MAX_SIZE and size > MAX_RATIO * (items + 1):
                return "pickle.resource-use", "shared values would be endless if they were written out"
        elif id(value) not in known:
            known[id(value)] = (0, 1)
            inside = _containers(value)
            items += len(inside) + 1
            if inside:
                waiting.append((value, True))
                waiting += [(item, False) for item in inside]
    return "", ""


def _containers(value: Value) -> list[Value]:
    """The values directly inside one that can hold values themselves."""
    if isinstance(value, Call):
        held: list[Value] = [value.args, value.state, value.appended, value.items]
    elif isinstance(value, dict):
        held = list(value.values())
    elif isinstance(value, list | tuple) and not isinstance(value, _RECORDS):
        held = list(value)
    else:
        return []
    return [item for item in held if isinstance(item, list | tuple | dict | Call) and not isinstance(item, _RECORDS)]


def _measured(value: Value, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    depth, size = 0, 1
    for item in _containers(value):
        below, inner = known.get(id(item), (0, 1))
        depth, size = max(depth, below), size + inner
    # What a call holds beside values does not nest deeper than the call.
    return depth + (0 if isinstance(value, Call) else 1), min(size, 1 << 62)
