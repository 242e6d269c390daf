"""Pickles and what joblib makes of them: the names that they ask for, and what a model written so says of itself.

Sources: CPython `Lib/pickle.py`, joblib `numpy_pickle_utils.py` (compression told from the first bytes), scikit-learn
`BaseEstimator.__getstate__` (its version stands in the state). Nothing is unpickled.
"""

from __future__ import annotations

from types import MappingProxyType

from attest.errors import DocumentError
from attest.formats.compressed import compression, unpack
from attest.formats.facts import Facts
from attest.formats.header_text import listing, neighbour, plain
from attest.formats.joblib_arrays import Arrays
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_values import Value
from attest.formats.pickle_walk import walk
from attest.formats.source import Source
from attest.formats.torch_legacy import MAGIC
from attest.formats.torch_legacy import read as read_torch_legacy
from attest.formats.torch_tensors import class_of, is_module

MAX_PICKLES = 1000
_NEAR = 16
_PADDING = 64 * 1024
_FRAMEWORKS = MappingProxyType(
    {
        "sklearn": "scikit-learn",
        "xgboost": "xgboost",
        "lightgbm": "lightgbm",
        "catboost": "catboost",
        "torch": "pytorch",
    }
)


def read(source: Source) -> Facts:
    """What a pickle says; compressed ones are unpacked up to 64 MiB. One with PyTorch's magic number is read as such.

    Raises DocumentError when it does not read as a pickle, or when it is compressed in a way that is not opened.
    """
    kind = compression(source.up_to(0, _NEAR))
    if not kind:
        return _read(source, "", "")
    data, fault = unpack(source, kind)
    return _read(Source.of_bytes(source.name, data), kind, fault)


def _read(source: Source, kind: str, fault: str) -> Facts:
    budget, arrays = Budget(), Arrays()
    feed = Feed(source, 0, source.size, budget)
    value, broken = walk(feed, arrays.on_build)
    if value == MAGIC and not kind:
        return read_torch_legacy(source)
    if broken and not budget.names:
        raise DocumentError(f"it does not read as a pickle: {broken}")
    for text in (fault, f"the pickle breaks off: {broken}" if broken else _others(feed, arrays)):
        if text:
            budget.problems.add(text)
    refers_to = _beside(arrays, budget)
    name = class_of(value)
    framework = _FRAMEWORKS.get(name.module.partition(".")[0], "") if name is not None else ""
    if arrays.versions and not framework:
        framework = "scikit-learn"
    version = _version(arrays, budget) if framework == "scikit-learn" else ""
    joblib = bool(kind or arrays.count or arrays.beside) or source.name.lower().endswith(".joblib")
    return Facts(
        format="joblib" if joblib else "pickle",
        title=_title(source, kind, joblib=joblib),
        architecture=plain(name.name) if name is not None and framework else "",
        framework=framework,
        framework_version=version,
        properties=_properties(value, arrays, budget, kind),
        imports=budget.imports(),
        refers_to=refers_to,
        problems=budget.problems.texts(),
    )


def _others(feed: Feed, arrays: Arrays) -> str:
    """Run the pickles behind the first one, as whoever calls `load` again does; what stands there if it is none."""
    for _ in range(MAX_PICKLES):
        begin, names = feed.position, len(feed.budget.names)
        if not feed.left or _is_padding(feed):
            return ""
        _, fault = walk(feed, arrays.on_build)
        if fault and len(feed.budget.names) > names:
            return f"the pickle at {begin} breaks off: {fault}"
        if fault:
            return f"{feed.end - begin} bytes behind the pickle are no pickle"
    return f"it holds more than {MAX_PICKLES} pickles; the rest is not looked at"


def _is_padding(feed: Feed) -> bool:
    """Whether nothing but zeros follow; zero is no opcode, so they are looked at only when the next byte is one."""
    if feed.left > _PADDING or feed.source.up_to(feed.position, 1) != b"\0":
        return False
    return not feed.source.up_to(feed.position, feed.left).strip(b"\0")


def _title(source: Source, kind: str, *, joblib: bool) -> str:
    first = source.up_to(0, 2)
    protocol = f"protocol {first[1]}" if first[:1] == b"\x80" and len(first) == 2 else "protocol 0 or 1"
    packed = f", {kind}" if kind else ""
    return f"{'joblib' if joblib else 'Python pickle'}, {protocol}{packed}"


def _version(arrays: Arrays, budget: Budget) -> str:
    """The version of scikit-learn that wrote it, when all its parts agree."""
    if len(arrays.versions) > 1:
        found = listing(sorted(arrays.versions)[:8])
        budget.problems.add(f"parts of the model were written by different versions of scikit-learn: {found}")
        return ""
    return next(iter(arrays.versions), "")


def _beside(arrays: Arrays, budget: Budget) -> tuple[str, ...]:
    """Files that joblib's old layout keeps arrays in."""
    paths = [neighbour(name) for name in sorted(arrays.beside) if name]
    if any(not inside for _, inside in paths) or "" in arrays.beside:
        budget.problems.add("an array is in a file outside of the folder, or in one whose name cannot be written down")
    return tuple(path for path, inside in paths if inside)


def _properties(value: Value, arrays: Arrays, budget: Budget, kind: str) -> tuple[tuple[str, str], ...]:
    name = class_of(value)
    properties = [
        ("joblib:arrays", str(arrays.count) if arrays.count else ""),
        ("joblib:elements", listing(f"{code}={count}" for code, count in sorted(arrays.elements.items()))),
        ("joblib:compression", kind),
        ("pickle:class", plain(name.dotted) if name is not None else ""),
    ]
    if is_module(value) or any(dotted.startswith("torch._utils._rebuild_") for dotted in budget.names):
        properties.append(("pytorch:tensors", "not counted: it is a pickle without the storages that torch.save adds"))
    return tuple(pair for pair in properties if pair[1])
