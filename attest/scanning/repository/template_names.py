"""What chat templates may name, as closed lists.

Sources: Jinja 3.1 `jinja2/filters.py`, `jinja2/tests.py`, `jinja2/defaults.py`; transformers
`utils/chat_template_utils.py`. Left out are filters that look something up by a name (`attr`) and those that templates
of prompts do not need.
"""

from __future__ import annotations

import re
import unicodedata


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


TEXT_FILTERS = _words(
    "capitalize center e escape filesizeformat forceescape format from_json fromjson indent join lower replace reverse",
    "safe string striptags title tojson to_json trim truncate upper urlencode wordwrap",
)
"""Filters that give text which the template makes, or that may turn text around."""
NUMBER_FILTERS = _words("abs count float int length round wordcount")
OTHER_FILTERS = _words(
    "batch d default dictsort first groupby items keys last list map max min random reject rejectattr select",
    "selectattr slice sort sum unique values",
)
FILTERS = TEXT_FILTERS | NUMBER_FILTERS | OTHER_FILTERS
ATTRIBUTE_ARGUMENT = {
    "groupby": 0, "join": 1, "max": 1, "min": 1, "rejectattr": 0, "selectattr": 0, "sort": 2, "sum": 0, "unique": 1,
}  # fmt: skip
"""Filters that look up an attribute, with the place of its name among their arguments."""
TEST_ARGUMENT = {"reject": 0, "rejectattr": 1, "select": 0, "selectattr": 1}
"""Filters that take the name of a test, with its place."""
TESTS = _words(
    "== != < <= > >= boolean callable defined divisibleby eq equalto escaped even false float ge greaterthan gt in",
    "integer iterable le lessthan lower lt mapping ne none number odd sameas sequence string true undefined upper",
)
TEXT_METHODS = _words("capitalize casefold format join lower replace strftime swapcase title upper")
CUTTING_METHODS = _words(
    "lstrip partition removeprefix removesuffix rpartition rsplit rstrip split splitlines strip",
)
NUMBER_METHODS = _words(
    "changed count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace istitle isupper",
    "rfind rindex startswith",
)
CHANGING_METHODS = _words("append extend insert setdefault update")
OTHER_METHODS = _words("copy cycle get items keys pop values")
METHODS = TEXT_METHODS | CUTTING_METHODS | NUMBER_METHODS | CHANGING_METHODS | OTHER_METHODS
CALLABLES = _words("dict namespace raise_exception range strftime_now")
"""Functions that every renderer of chat templates has."""
TOKENS = re.compile(r"\w*_tokens?")
"""Variables that hold the special tokens of the model, which its publisher chooses as he chooses the template."""
REFUSED = _words(
    "application config current_app cycler environment get_flashed_messages joiner lipsum request self session super",
    "url_for",
)
"""Objects of Jinja and of web frameworks from which a template can reach out."""
LOOP_NUMBERS = _words("depth depth0 first index index0 last length revindex revindex0")

# Attributes of frames, generators, code, tracebacks, functions and classes that need no underscore at either end.
_INTERNAL = re.compile(
    r"(?:gi|cr|ag|tb|co|func|im)_[a-z_]+|f_(?:back|builtins|code|globals|lasti|lineno|locals|trace\w*)|mro|format_map"
)


def reaches_inside(name: str) -> bool:
    """Whether a name of an attribute or item leads into the insides of Python's objects, in any of its spellings."""
    plain = unicodedata.normalize("NFKC", name)
    return plain.startswith("_") or plain.endswith("_") or _INTERNAL.fullmatch(plain) is not None


def is_special(name: str) -> bool:
    """Whether a name of a variable, macro or argument looks like one that Python itself acts on."""
    plain = unicodedata.normalize("NFKC", name)
    return plain.startswith("__") or (plain.endswith("__") and plain.startswith("_"))


def attribute_path_is_plain(path: str) -> bool:
    """Whether every step of an attribute path, as filters take it (`a.b,c`), is plain."""
    return not any(reaches_inside(step.strip()) for piece in path.split(",") for step in piece.split("."))
