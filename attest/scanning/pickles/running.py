"""Running one pickle of a part through the strict machine, within what is left of the budgets."""

from __future__ import annotations

from attest.errors import DocumentError, LimitError
from attest.formats.pickle_feed import Budget, Feed
from attest.scanning.budget import BudgetError
from attest.scanning.part import Part
from attest.scanning.pickles.extent import extent_problem
from attest.scanning.pickles.machine import Setting, StrictMachine
from attest.scanning.pickles.opcodes import STRICT
from attest.scanning.pickles.values import Value


def run_pickle(feed: Feed, part: Part, setting: Setting) -> tuple[Value, bool]:
    """Judge the pickle where `feed` stands; afterwards `feed` stands behind it, when it came to its end.

    Returns what it builds and whether it came to its end. Reports what is wrong, a fault in it included.
    """
    machine = StrictMachine(feed, STRICT, part, setting)
    try:
        value = machine.run()
    except LimitError as error:
        part.report("scan.budget", error.message, offset=feed.position)
    except DocumentError as error:
        part.report("pickle.malformed", error.message, offset=feed.began)
    else:
        rule, message = extent_problem(value)
        if rule:
            part.report(rule, message, offset=feed.began)
        if machine.stack or machine.open_marks:
            machine.report("pickle.odd-encoding", "values are left on the stack when the pickle ends")
        return value, True
    return None, False


class _Timed(Budget):
    """A budget of opcodes that also looks at the time for the file, now and then."""

    def __init__(self, part: Part, *, opcodes: int, size: int) -> None:
        super().__init__(opcodes=opcodes, size=size)
        self._check_time = part.budget.check_time

    def spend(self, opcodes: int) -> None:
        """Take note of opcodes that ran. Raises LimitError, or BudgetError when the time is over."""
        super().spend(opcodes)
        self._check_time()


def feed_of(part: Part, begin: int = 0) -> Feed:
    """A feed over a part, within what is left of the budget of its file. Raises BudgetError when nothing is left."""
    budget = part.budget
    if budget.opcodes <= 0:
        raise BudgetError(f"the pickles of the file have more than {budget.limits.opcodes} opcodes")
    opcodes = min(budget.opcodes, budget.limits.stream_opcodes)
    return Feed(part.source, begin, part.size, _Timed(part, opcodes=opcodes, size=budget.read))
