"""Plain pickles: any number of them in a row, with joblib's arrays, and torch's layout before 1.6.

Readers call `load` again and again on one file, so after each end the machine starts anew at the next byte.
"""

from __future__ import annotations

from attest.formats.pickle_feed import Feed
from attest.formats.source import Source
from attest.scanning.part import Part
from attest.scanning.pickles.joblib import JoblibArrays
from attest.scanning.pickles.machine import Setting
from attest.scanning.pickles.running import feed_of, run_pickle
from attest.scanning.pickles.torch_legacy import MAGIC, scan_legacy
from attest.scanning.pickles.values import LongBytes, Value

MAX_STREAMS = 10_000
_BLOCK = 64 * 1024
_LINE_ENDS = (b"\n", b"\r\n")
_PICKLE_STARTS = frozenset(b"\x80()]}NIJKMLFGSTUVXBCc")


def scan(part: Part) -> None:
    """Judge every pickle of a part, and what lies behind them."""
    part.report("pickle.present", "the file is a Python pickle")
    feed = feed_of(part)
    setting = setting_of(part)
    value, whole = _stream(part, feed, setting)
    if whole and type(value) is int and value == MAGIC:
        part.format("torch-legacy")
        scan_legacy(part, feed)
        return
    _others(part, feed, setting, whole=whole)


def setting_of(part: Part) -> Setting:
    """How plain pickles stand: joblib's arrays, and nested torch files."""
    return Setting(on_build=JoblibArrays(part).on_build, nested=lambda name, value: scan_nested(part, name, value))


def scan_nested(part: Part, name: str, value: Value) -> None:
    """Scan bytes that a name in the pickle would load."""
    if isinstance(value, LongBytes):
        part.inside(name, part.window(name, value.offset, value.length))
    elif isinstance(value, bytes):
        part.inside(name, Source.of_bytes(name, value))


def _stream(part: Part, feed: Feed, setting: Setting) -> tuple[Value, bool]:
    """Run one pickle, and take what it cost from the budgets."""
    begin, opcodes = feed.position, feed.budget.opcodes
    try:
        return run_pickle(feed, part, setting)
    finally:
        part.budget.opcodes -= opcodes - feed.budget.opcodes
        part.found.interpreted += feed.position - begin
        part.budget.check_time()


def _others(part: Part, feed: Feed, setting: Setting, *, whole: bool) -> None:
    """The pickles behind the first one; or what lies there if it is none."""
    for _ in range(MAX_STREAMS):
        if not whole or not feed.left:
            return
        begin = feed.position
        if not _may_begin(part, begin):
            _behind(part, begin)
            return
        _, whole = _stream(part, feed, setting)
    part.report("scan.budget", f"more than {MAX_STREAMS} pickles follow one another")


def _may_begin(part: Part, at: int) -> bool:
    return part.source.up_to(at, 1)[0] in _PICKLE_STARTS


def _behind(part: Part, begin: int) -> None:
    """Zeros are padding, and a line may end there; anything else is explained by no layout."""
    if part.size - begin <= 2 and part.source.up_to(begin, 2) in _LINE_ENDS:
        return
    at = begin
    while at < part.size:
        block = part.source.up_to(at, _BLOCK)
        part.budget.spend_read(len(block))
        if block.strip(b"\0"):
            part.report("pickle.trailing-data", f"{part.size - begin} bytes follow the last pickle", offset=begin)
            return
        at += len(block)
