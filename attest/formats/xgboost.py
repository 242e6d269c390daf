"""XGBoost models: JSON, UBJSON and the binary layout before version 3.

Sources: XGBoost `doc/tutorials/saving_model.rst` and `doc/model.schema`; for the binary layout `src/learner.cc`
(`LearnerModelParamLegacy`) and `src/gbm/gbtree_model.h` (`GBTreeModelParam`). Of a long JSON document only the
beginning and the end are read, which is where everything but the trees stands.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

from attest.domain.strict_json import Json, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.header_text import plain
from attest.formats.source import Source
from attest.formats.ubjson import values

MAX_WHOLE = 1 << 20
_HEAD, _TAIL = 1 << 20, 64 << 10
_LIMITS = Limits(size=MAX_WHOLE + _TAIL, depth=32, nodes=1_000_000, string=MAX_WHOLE)
_PARAM = re.compile(rb'"gbtree_model_param":(\{[^{}]{0,4096}\})')
_END = b',"learner_model_param":'
_BOOSTER = re.compile(rb'"name":"([a-z]{1,32})"(?:,"weight_drop":\[[^\]]{0,65536}\])?\}$')
_LEARNER = struct.Struct("<fIi2i3Ii100x")
_TREES = struct.Struct("<2i")
_MAGIC = b"binf"
_MAX_NAME = 256
_MAX_COUNT = 1 << 28

Learner = Mapping[str, str]
"""What a model says, by these names: version, objective, booster, num_feature, num_class, num_target, num_trees."""


def read(source: Source) -> Facts:
    """What a model says about itself; raises DocumentError when it is in none of the three layouts."""
    first = source.up_to(0, 2)
    if first[:1] != b"{":
        return _facts(_binary(source), "binary")
    if first[1:2] in {b"L", b"l", b"i", b"U", b"I", b"$", b"#"}:
        return _facts(_ubjson(source), "UBJSON")
    if source.size <= MAX_WHOLE:
        document = as_object(parse(source.read(0, source.size), _LIMITS, "the model"), "the model")
        return _facts(_learner(document), "JSON")
    return _facts(_long(source), "JSON")


def _facts(learner: Learner, layout: str) -> Facts:
    version = learner.get("version", "")
    names = ("objective", "num_feature", "num_class", "num_target", "num_trees")
    properties = [("xgboost:layout", layout), ("xgboost:booster", learner.get("booster", ""))]
    missing = [name for name in ("version", "objective", "num_feature") if not learner.get(name)]
    if len(missing) == 3:
        raise DocumentError("it does not say anything that an XGBoost model says")
    if missing:
        properties.append(("xgboost:not-found", ", ".join(missing)))
    return Facts(
        format="xgboost",
        title=f"XGBoost {version}, {layout}" if version else f"XGBoost, {layout}",
        architecture=learner.get("booster", ""),
        framework="xgboost",
        framework_version=version,
        hyperparameters=tuple(sorted((name, learner[name]) for name in names if learner.get(name))),
        properties=tuple(pair for pair in properties if pair[1]),
    )


def _learner(document: Mapping[str, Json]) -> Learner:
    """The names above from a whole document, or from one put together of its end."""
    learner = _table(document, "learner")
    booster = _table(learner, "gradient_booster")
    trees = _table(_table(_table(booster, "gbtree") or booster, "model"), "gbtree_model_param")
    parameters = _table(learner, "learner_model_param")
    version = document.get("version")
    numbers = [str(item) for item in version if type(item) is int] if isinstance(version, list) else []
    return {
        "version": ".".join(numbers) if len(numbers) == 3 else "",
        "objective": _name(_table(learner, "objective").get("name")),
        "booster": _name(booster.get("name")),
        "num_trees": _count(trees.get("num_trees")),
        **{name: _count(parameters.get(name)) for name in ("num_feature", "num_class", "num_target")},
    }


def _table(value: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _name(value: Json) -> str:
    return plain(value, _MAX_NAME) if isinstance(value, str) else ""


def _count(value: Json) -> str:
    """A number, which XGBoost writes as text; one class or none means that there are no classes."""
    text = value if isinstance(value, str) else str(value) if type(value) is int else ""
    return text if text.isascii() and text.isdecimal() and len(text) <= 10 else ""


def _long(source: Source) -> Learner:
    """The end of a document, from the first of the members behind the trees, and the number of trees from its start.

    A quotation mark inside of a text has a backslash before it, so what is looked for is a member and no text.
    """
    tail = source.read(source.size - _TAIL, _TAIL)
    at = tail.rfind(_END)
    if at < 0:
        raise DocumentError("the end of the model does not hold its parameters")
    end = b'{"learner":{' + tail[at + 1 :]
    learner = dict(_learner(as_object(parse(end, _LIMITS, "the end of the model"), "the end of the model")))
    if booster := _BOOSTER.search(tail, 0, at):
        learner["booster"] = booster[1].decode("ascii")
    head = source.up_to(0, _HEAD)
    if trees := _PARAM.search(head):
        table = as_object(parse(trees[1], _LIMITS, "the parameters of the trees"), "the parameters of the trees")
        learner["num_trees"] = _count(table.get("num_trees"))
    return learner


def _ubjson(source: Source) -> Learner:
    found: dict[str, str] = {}
    version: list[str] = []
    for path, value in values(source):
        if path == ("version",):
            version.append(str(value))
        elif path[-1:] == ("num_trees",) and path[-2:-1] == ("gbtree_model_param",) and len(path) <= 6:
            found["num_trees"] = _count(value)
        elif path == ("learner", "objective", "name"):
            found["objective"] = _name(value)
        elif path == ("learner", "gradient_booster", "name"):
            found["booster"] = _name(value)
        elif path[:2] == ("learner", "learner_model_param") and len(path) == 3:
            found[path[2]] = _count(value)
    found["version"] = ".".join(version) if len(version) == 3 else ""
    return found


def _binary(source: Source) -> Learner:
    begin = len(_MAGIC) if source.up_to(0, len(_MAGIC)) == _MAGIC else 0
    _, features, classes, extra, _, major, minor, targets, average = _LEARNER.unpack(source.read(begin, _LEARNER.size))
    sane = extra in {0, 1} and average in {0, 1} and major < 100 and minor < 1000
    if not sane or not 0 <= classes < _MAX_COUNT or features >= _MAX_COUNT:
        raise DocumentError("it does not begin like an XGBoost model")
    objective, at = _text(source, begin + _LEARNER.size)
    booster, at = _text(source, at)
    learner = {
        "version": f"{major}.{minor}" if major else "",
        "objective": objective,
        "booster": booster,
        "num_feature": str(features),
        "num_class": str(classes),
        "num_target": str(targets) if 0 < targets < _MAX_COUNT else "",
    }
    if booster in {"gbtree", "dart"}:
        trees, _ = _TREES.unpack(source.read(at, _TREES.size))
        learner["num_trees"] = str(trees) if 0 <= trees < _MAX_COUNT else ""
    return learner


def _text(source: Source, at: int) -> tuple[str, int]:
    length = int.from_bytes(source.read(at, 8), "little")
    text = plain(source.read(at + 8, length), _MAX_NAME) if length <= _MAX_NAME else ""
    if not text:
        raise DocumentError("it does not begin like an XGBoost model")
    return text, at + 8 + length
