"""What hashing a tuple would cost: tuples that hold one another twice take a time that doubles with every level."""

from __future__ import annotations

MAX_DEPTH = 500
MAX_COST = 1_000_000
_MAX_NODES = 100_000


def too_costly_to_hash(value: tuple[object, ...]) -> bool:
    """Whether hashing visits more than a million items, or goes deeper than 500 levels. Loops, without recursion."""
    cost: dict[int, tuple[int, int]] = {}
    waiting: list[tuple[tuple[object, ...], bool]] = [(value, False)]
    while waiting:
        item, ready = waiting.pop()
        if id(item) in cost:
            continue
        inner = [part for part in item if isinstance(part, tuple)]
        if not ready and inner:
            if len(cost) + len(waiting) > _MAX_NODES:
                return True
            waiting.append((item, True))
            waiting.extend((part, False) for part in inner if id(part) not in cost)
            continue
        known = [cost[id(part)] for part in inner if id(part) in cost]
        total = len(item) + sum(count for count, _ in known)
        depth = 1 + max((level for _, level in known), default=0)
        if total > MAX_COST or depth > MAX_DEPTH:
            return True
        cost[id(item)] = (total, depth)
    return False
