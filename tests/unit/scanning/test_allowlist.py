"""The list of names that pickles may refer to keeps its own rules, and the document about it tells the truth."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from attest.errors import InputError
from attest.scanning.allowlist import OPERATIONS, Pair, allowed, allowlist
from attest.scanning.pickles.grammar import read_rule

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "attest/scanning/data/pickle_allowlist.json").read_text("utf-8"))
PROFILES: dict[str, dict[str, Any]] = DOCUMENT["profiles"]
CALLS: dict[Pair, dict[str, str]] = {(rule["module"], rule["name"]): rule for rule in DOCUMENT["call_rules"]}
STATES: dict[Pair, dict[str, str]] = {(rule["module"], rule["name"]): rule for rule in DOCUMENT["state_rules"]}

STANDARD = {
    "__builtin__",
    "_codecs",
    "argparse",
    "builtins",
    "collections",
    "copy_reg",
    "copyreg",
    "datetime",
    "decimal",
    "exceptions",
    "fractions",
    "functools",
    "pathlib",
    "pathlib._local",
    "types",
    "typing",
    "uuid",
}
"""The modules of the standard library that any pair may stand in."""
LIBRARIES = {
    "_loss",
    "accelerate",
    "catboost",
    "imblearn",
    "joblib",
    "lightgbm",
    "lightning",
    "lightning_fabric",
    "numpy",
    "omegaconf",
    "pandas",
    "pytorch_lightning",
    "pytz",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "timm",
    "torch",
    "torchvision",
    "transformers",
    "trl",
    "ultralytics",
    "xgboost",
}
"""Every other package that a pair may stand in."""
BUILTINS = {
    *("Ellipsis", "NotImplemented", "DeprecationWarning", "FutureWarning", "UserWarning"),
    *("bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "long", "object", "range"),
    *("set", "slice", "str", "tuple", "unicode", "xrange"),
}
CHOOSERS = {
    ("_codecs", "encode"): "(str, 'latin1')",
    ("functools", "partial"): "(ref(sklearn.utils.validation:check_array))",
}
"""Calls that would do anything with other arguments, with the only form that each has."""
OPEN_WORD = re.compile(r"\b(any|class|ref)\b(?!\()")
"""Kinds that do not say which names they mean."""
OPEN = {
    ("copy_reg", "_reconstructor"),
    ("copyreg", "_reconstructor"),
    ("sklearn.impute._iterative", "_ImputerTriplet"),
    ("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"),
    ("torch._utils", "_rebuild_device_tensor_from_numpy"),
    ("torch._utils", "_rebuild_meta_tensor_no_storage"),
    ("torch._utils", "_rebuild_tensor_v3"),
    ("torch._utils", "_rebuild_wrapper_subclass"),
}
"""The only calls whose rule uses such a kind: constructions, named tuples, and torch's own dtypes."""


def pairs(profile: str, operation: str) -> list[Pair]:
    return [(module, name) for module, names in PROFILES[profile][operation].items() for name in names]


def all_pairs(*operations: str) -> set[Pair]:
    return {pair for profile in PROFILES for operation in operations for pair in pairs(profile, operation)}


def mentioned(rule: str) -> set[Pair]:
    found = re.findall(r"(?:ref|instance)\(([^()]*)\)", rule)
    return {
        (module, name)
        for text in found
        for module, _, name in (part.strip().partition(":") for part in text.split(","))
    }


def test_a_name_is_a_plain_module_and_a_plain_name_in_it() -> None:
    for module, name in all_pairs(*OPERATIONS):
        assert all(part.isidentifier() and part.isascii() for part in module.split(".")), module
        assert name.isidentifier(), name
        assert name.isascii(), name


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_pair_stands_in_one_profile(operation: str) -> None:
    count = Counter(pair for profile in PROFILES for pair in pairs(profile, operation))
    assert [pair for pair, times in count.items() if times > 1] == []


def test_what_may_be_built_or_called_is_not_also_listed_as_a_mere_reference() -> None:
    for profile in PROFILES:
        both = set(pairs(profile, "ref")) & {*pairs(profile, "new"), *pairs(profile, "call")}
        assert both == set(), profile


def test_no_package_is_listed_but_those_that_were_reviewed() -> None:
    modules = {module for module, _ in all_pairs(*OPERATIONS)}
    assert {module for module in modules if module.split(".")[0] not in LIBRARIES} <= STANDARD


def test_of_builtins_only_values_and_their_types_are_listed() -> None:
    names = {name for module, name in all_pairs(*OPERATIONS) if module in {"builtins", "__builtin__", "exceptions"}}
    assert names <= BUILTINS


def test_nothing_comes_from_tests_compilers_or_servers() -> None:
    bad = re.compile(
        r"(^|\.)_?(tests?|testing|conftest|mocking|f2py|distutils|jit|package|inductor|cpp_extension|hub)(\.|$)"
    )
    assert [module for module, _ in all_pairs(*OPERATIONS) if bad.search(module)] == []


def test_nothing_that_is_excluded_is_listed() -> None:
    excluded = {(entry["module"], entry["name"]) for entry in DOCUMENT["excluded"]}
    assert excluded & all_pairs(*OPERATIONS) == set()
    assert all(entry["why"] for entry in DOCUMENT["excluded"])


def test_every_call_has_a_rule_and_every_rule_a_call() -> None:
    assert set(CALLS) == all_pairs("call")
    assert len(CALLS) == len(DOCUMENT["call_rules"])
    assert all(rule.get("by", "NEWOBJ") == "NEWOBJ" for rule in CALLS.values())


def test_every_rule_of_state_is_about_something_that_can_be_made() -> None:
    assert set(STATES) <= all_pairs("new", "call")
    assert len(STATES) == len(DOCUMENT["state_rules"])


@pytest.mark.parametrize(
    "text", sorted({rule["args"] for rule in CALLS.values()} | {rule["state"] for rule in STATES.values()})
)
def test_rules_can_be_read_and_name_only_listed_pairs(text: str) -> None:
    assert read_rule(text)
    assert mentioned(text) <= all_pairs(*OPERATIONS)


def test_calls_take_no_name_of_the_files_choice() -> None:
    assert {pair for pair, rule in CALLS.items() if OPEN_WORD.search(rule["args"])} == OPEN
    for pair, form in CHOOSERS.items():
        assert CALLS[pair]["args"] == form
    assert mentioned(CALLS["collections", "defaultdict"]["args"]) <= {
        *((module, name) for module in ("builtins", "__builtin__") for name in BUILTINS),
        ("collections", "OrderedDict"),
    }
    assert all("ndex" in name for _, name in mentioned(CALLS["pandas.core.indexes.base", "_new_Index"]["args"]))


def test_the_ufuncs_of_old_numpy_are_named_one_by_one() -> None:
    rule = CALLS["numpy.core", "_ufunc_reconstruct"]["args"]
    assert re.fullmatch(r"\('[a-z._]+'(/'[a-z._]+')*, '\w+'(/'\w+')+\)", rule)


def test_containers_are_listed_classes() -> None:
    containers = DOCUMENT["containers"]
    assert set(containers) == {"append", "setitem", "add", "slot_state"}
    assert {tuple(pair) for found in containers.values() for pair in found} <= all_pairs("new", "call")


def test_extension_types_stand_in_native_profiles() -> None:
    for profile, content in PROFILES.items():
        if not content["native"]:
            native = [pair for pair in all_of(profile) if is_native(*pair)]
            assert native == [], profile


def all_of(profile: str) -> list[Pair]:
    return [pair for operation in ("new", "call") for pair in pairs(profile, operation)]


def is_native(module: str, name: str) -> bool:
    if module.startswith("numpy."):
        return False
    native = name.startswith("__pyx_unpickle") or name in {"Booster", "ScriptObject", "Tree", "TreePredictor", "newObj"}
    return native or name.startswith("CatBoost") or module.endswith(("sgd_fast", "_loss._loss")) or "tslibs" in module


def test_profiles_include_known_profiles_and_no_circle() -> None:
    for name, profile in PROFILES.items():
        assert set(profile["extends"]) <= set(PROFILES)
        waiting, above = list(profile["extends"]), set[str]()
        while waiting:
            step = waiting.pop()
            above.add(step)
            waiting += [more for more in PROFILES[step]["extends"] if more not in above]
        assert name not in above


def test_rules_need_only_profiles_that_are_included() -> None:
    """A call of a profile would otherwise never fit without another one."""
    where = {pair: profile for profile in PROFILES for operation in OPERATIONS for pair in pairs(profile, operation)}
    for profile in PROFILES:
        included = allowlist().closure([profile])
        for pair in pairs(profile, "call"):
            named = mentioned(CALLS[pair]["args"])
            assert not named or any(where[other] in included for other in named), pair


def test_the_default_is_the_union_and_weights_are_weights_only() -> None:
    assert allowed().profiles == set(PROFILES)
    weights = allowed(["weights"])
    assert weights.profiles == {"python-data", "numpy", "torch-weights"}
    assert weights.good_for("torch._utils", "_rebuild_tensor_v2", "call")
    assert not weights.good_for("torch.nn.modules.linear", "Linear", "new")
    assert weights.find("torch.nn.modules.linear", "Linear") is not None


def test_names_are_compared_whole() -> None:
    names = allowed()
    assert names.find("collections", "OrderedDict") is not None
    assert names.find("collections.OrderedDict", "") is None
    assert names.find("", "collections.OrderedDict") is None
    assert names.find("torch", "nn.modules.linear.Linear") is None
    assert names.find("torch.nn.modules.linear", "linear") is None
    assert names.find("torch.nn.modules.linear ", "Linear") is None
    assert names.find("os", "system") is None
    assert names.find("sklearn.base", "clone") is None


@pytest.mark.parametrize(
    ("module", "name", "operation", "expected"),
    [
        ("builtins", "list", "new", False),
        ("builtins", "list", "call", False),
        ("torch.nn.modules.linear", "Linear", "new", True),
        ("torch.nn.modules.linear", "Linear", "call", False),
        ("pandas.core.internals.managers", "BlockManager", "new", True),
        ("pandas.core.internals.managers", "BlockManager", "call", True),
        ("numpy", "log1p", "call", False),
    ],
)
def test_a_name_is_good_for_what_it_is_listed_for(module: str, name: str, operation: Any, expected: bool) -> None:
    assert allowed().good_for(module, name, operation) is expected


def test_pairs_of_a_policy_change_the_digest() -> None:
    mine = allowed(extra=[("my_package.layers", "Gate")])
    assert mine.good_for("my_package.layers", "Gate", "new")
    assert not mine.good_for("my_package.layers", "Gate", "call")
    assert mine.digest != allowed().digest
    assert len(mine.digest) == len(allowed().digest) == 64


@pytest.mark.parametrize(
    "pair", [("my_package", "a.b"), ("my package", "Gate"), ("*", "Gate"), ("", "Gate"), ("m", "")]
)
def test_pairs_of_a_policy_are_plain_names(pair: Pair) -> None:
    with pytest.raises(InputError):
        allowed(extra=[pair])


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(InputError, match="no profile"):
        allowed(["sci-kit"])


def test_the_document_tells_the_profiles_as_they_are() -> None:
    text = (ROOT / "docs" / "pickle-allowlist.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9]+ \|[^\n]*) \|$", text, re.MULTILINE))
    expected = {}
    for name, profile in PROFILES.items():
        counts = " | ".join(str(len(pairs(name, operation))) for operation in OPERATIONS)
        above = ", ".join(profile["extends"]) or "–"
        expected[name] = f"{counts} | {'yes' if profile['native'] else 'no'} | {profile['origin']} | {above}"
    assert rows == expected
