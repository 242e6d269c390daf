"""The official JSON schemas of CycloneDX, applied to documents of any size in linear time.

The schemas are those that cyclonedx-python-lib ships (Apache-2.0). References are resolved here, by name and only
among these files: nothing is ever fetched. `uniqueItems` compares by hash, and every subschema is prepared once, which
is what makes a document of ten thousand components take seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from attest.bom.places import escaped
from attest.bom.schema_formats import is_date, is_email, is_iri_reference, is_time
from attest.bom.shown import brief, excerpt
from attest.domain.bom_result import Fault

Json = dict[str, Any]
Errors: TypeAlias = "Iterator[Any]"

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
_OTHERS = ("spdx", "jsf-0.82", "cryptography-defs")
_FORMATS = {"date-time": is_time, "date": is_date, "iri-reference": is_iri_reference, "idn-email": is_email}
_MAX_CONTEXT = 20
MAX_ERRORS = 100_000


def schema_faults(document: Json, version: str) -> Iterator[Fault]:
    """What the schema of `version` (one of `VERSIONS`) refuses, at most 100,000 faults, in words of our own."""
    from jsonschema.exceptions import best_match

    for error in islice(_schemas(version).root().iter_errors(document), MAX_ERRORS):
        told = best_match([error]) if error.context else error
        where = "".join(f"/{escaped(str(step))}" for step in told.absolute_path)
        yield Fault(where=where, message=_words(told), severity="error")


class _Schemas:
    """The schemas of one version: a validator for each subschema that is reached, made once."""

    def __init__(self, version: str) -> None:
        from jsonschema import Draft7Validator, FormatChecker
        from jsonschema.validators import extend

        self.roots = {f"{name}.SNAPSHOT.schema.json": _load(name) for name in (f"bom-{version}", *_OTHERS)}
        self.main = f"bom-{version}.SNAPSHOT.schema.json"
        self.prepared: dict[int, Any] = {}
        self.named: dict[str, Any] = {}
        keywords = {
            "$ref": self._ref,
            "properties": self._properties,
            "items": self._items,
            "oneOf": self._one_of,
            "anyOf": self._any_of,
            "uniqueItems": _unique_items,
        }
        self.library = Draft7Validator.VALIDATORS
        types = Draft7Validator.TYPE_CHECKER.redefine("integer", _is_integer)
        self.kind = extend(Draft7Validator, keywords, type_checker=types)  # type: ignore[no-untyped-call]
        self.checker = FormatChecker(formats=())
        for name, holds in _FORMATS.items():
            self.checker.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
        for name, root in self.roots.items():
            _absolute(root, name)

    def root(self) -> Any:
        """The validator of a whole document."""
        return self.of(self.roots[self.main])

    def of(self, schema: object) -> Any:
        """The validator of a subschema of these files, which live as long as this does."""
        if (known := self.prepared.get(id(schema))) is None:
            known = self.prepared[id(schema)] = self.kind(schema, format_checker=self.checker)
        return known

    def _target(self, ref: str) -> Any:
        name, _, path = ref.partition("#")
        node: Any = self.roots[name]
        for step in path.split("/")[1:]:
            node = node[step]
        return node

    def _ref(self, _validator: object, ref: str, instance: object, _schema: object) -> Errors:
        if (known := self.named.get(ref)) is None:
            known = self.named[ref] = self.of(self._target(ref))
        return known.iter_errors(instance)  # type: ignore[no-any-return]

    def _properties(self, _validator: object, members: Json, instance: object, _schema: object) -> Errors:
        if not isinstance(instance, dict):
            return
        for name, subschema in members.items():
            if name in instance:
                for error in self.of(subschema).iter_errors(instance[name]):
                    error.path.appendleft(name)
                    yield error

    def _items(self, validator: Any, subschema: object, instance: object, schema: Json) -> Errors:
        if isinstance(subschema, list):
            yield from self.library["items"](validator, subschema, instance, schema)
            return
        if not isinstance(instance, list):
            return
        prepared = self.of(subschema)
        for index, item in enumerate(instance):
            for error in prepared.iter_errors(item):
                error.path.appendleft(index)
                yield error

    def _one_of(self, _validator: object, forms: list[object], instance: object, _schema: object) -> Errors:
        yield from self._choice(forms, instance, most=1)

    def _any_of(self, _validator: object, forms: list[object], instance: object, _schema: object) -> Errors:
        yield from self._choice(forms, instance, most=len(forms))

    def _choice(self, forms: list[object], instance: object, most: int) -> Errors:
        """One form, or at least one; of those that do not fit, only the first errors are kept."""
        from jsonschema import ValidationError

        context: list[Any] = []
        fits = 0
        for form in forms:
            errors = list(islice(self.of(form).iter_errors(instance), _MAX_CONTEXT))
            context += errors
            fits += not errors
        if not 1 <= fits <= most:
            many = "several" if fits else "none"
            message = f"fits {many} of the forms that the schema allows here"
            yield ValidationError(message, context=() if fits else context)


@cache
def _schemas(version: str) -> _Schemas:
    return _Schemas(version)


def _load(name: str) -> Json:
    from cyclonedx.schema import _res

    found = Path(_res.__file__).with_name(f"{name}.SNAPSHOT.schema.json")
    loaded: Json = json.loads(found.read_bytes())
    return loaded


def _absolute(node: object, name: str) -> None:
    """Write the file's name into references that have none."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.startswith("#"):
            node["$ref"] = name + ref
        for key, item in node.items():
            if key not in ("enum", "examples", "const"):
                _absolute(item, name)
    elif isinstance(node, list):
        for item in node:
            _absolute(item, name)


def _is_integer(_checker: object, instance: object) -> bool:
    if isinstance(instance, Decimal):
        return instance == instance.to_integral_value()
    return isinstance(instance, int) and not isinstance(instance, bool)


def _unique_items(_validator: object, unique: bool, instance: object, _schema: object) -> Errors:
    from jsonschema import ValidationError

    if not unique or not isinstance(instance, list):
        return
    seen: dict[object, int] = {}
    for index, item in enumerate(instance):
        if (first := seen.setdefault(_key(item), index)) != index:
            yield ValidationError(f"items {first} and {index} of the array are equal")
            return


def _key(value: object) -> object:
    """Equal for what JSON schema calls equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, dict):
        return frozenset((name, _key(item)) for name, item in value.items())
    if isinstance(value, list):
        return ("array", *map(_key, value))
    if isinstance(value, bool) or value is None:
        return (value,)
    if isinstance(value, int | Decimal):
        return ("number", *_digits(Decimal(value)))
    return value


def _digits(number: Decimal) -> tuple[object, ...]:
    """Sign, digits and exponent without trailing zeros; not by arithmetic, which exponents may overflow."""
    sign, digits, exponent = number.as_tuple()
    end = len(digits)
    while end and not digits[end - 1]:
        end -= 1
    return (sign, digits[:end], int(exponent) + len(digits) - end) if end else ()


def _words(error: Any) -> str:
    """What is wrong, in one short sentence; the library's own words quote whole documents."""
    write = _TOLD.get(error.validator)
    return brief(write(error) if write else f"{excerpt(error.instance)} is not what the schema allows here")


def _missing(error: Any) -> str:
    return f"the member {error.message.partition(' is a required')[0]} is missing"  # the name is the schema's own


def _unknown(error: Any) -> str:
    known = error.schema.get("properties", {})
    extra = [name for name in error.instance if name not in known]
    return f"there is no member {', '.join(map(excerpt, extra[:3]))} here"


def _of_type(error: Any) -> str:
    kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"{excerpt(error.instance)} is not of type {' or '.join(kinds)}"


def _no_choice(error: Any) -> str:
    return f"{excerpt(error.instance)} {error.message}"


_TOLD: dict[object, Callable[[Any], str]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _of_type,
    "enum": lambda error: f"{excerpt(error.instance)} is none of the values that the schema lists",
    "const": lambda error: f"{excerpt(error.instance)} is not {excerpt(error.validator_value)}",
    "pattern": lambda error: f"{excerpt(error.instance)} does not match {error.validator_value[:90]}",
    "format": lambda error: f"{excerpt(error.instance)} is no {error.validator_value}",
    "minimum": lambda error: f"{excerpt(error.instance)} is less than {error.validator_value}",
    "maximum": lambda error: f"{excerpt(error.instance)} is more than {error.validator_value}",
    "minLength": lambda error: f"{excerpt(error.instance)} is shorter than {error.validator_value} characters",
    "maxLength": lambda error: f"the text is longer than {error.validator_value} characters",
    "minItems": lambda error: f"the array has less than {error.validator_value} items",
    "maxItems": lambda error: f"the array has more than {error.validator_value} items",
    "uniqueItems": lambda error: error.message,
    "oneOf": _no_choice,
    "anyOf": _no_choice,
}
