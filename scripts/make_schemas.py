"""Write schemas/: JSON Schemas of what attest reads and writes, derived from the code that does so.

Run by hand or by scripts/fixtures; a test fails when the result differs from what is committed. A schema of a released
version is never edited: a change of shape is a new version with a new file.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from attest.domain.attestation import Attestation, Rejected
from attest.domain.evidence import Evidence, Gap
from attest.domain.file_format import FORMATS
from attest.domain.finding import Finding
from attest.domain.record import camel
from attest.domain.statement import PREDICATE_TYPES
from attest.domain.verdict import PolicyReference, RuleResult

DRAFT = "https://json-schema.org/draft/2020-12/schema"
HEX = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TIME = {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"}
COUNT = {"type": "integer", "minimum": 0}
TEXTS = {"type": "array", "items": {"type": "string"}}
Schema = dict[str, Any]


def schema_of(kind: Any) -> Schema:
    """The JSON Schema of a type as `attest.domain.record` encodes it."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        inner = next(arg for arg in args if arg is not type(None))
        return {"anyOf": [schema_of(inner), {"type": "null"}]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        if Ellipsis in args:
            return {"type": "array", "items": schema_of(args[0])}
        return _fixed([schema_of(arg) for arg in args])
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return closed({camel(f.name): schema_of(hints[f.name]) for f in dataclasses.fields(kind)})
    if isinstance(kind, type) and issubclass(kind, tuple):
        return _fixed([schema_of(hint) for hint in get_type_hints(kind).values()])
    return dict(
        {str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}}.get(kind) or {"type": "string"}
    )


def _fixed(items: list[Schema]) -> Schema:
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def closed(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with exactly these members, all required but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def document(title: str, description: str, body: Schema) -> Schema:
    """A whole schema document."""
    return {"$schema": DRAFT, "title": title, "description": description, **body}


def artifact() -> Schema:
    """How reports name an artifact; the digest is missing when its files could not be hashed."""
    return closed(
        {
            "name": {"type": "string"},
            "kind": {"enum": ["directory", "file"]},
            "reference": {"type": "string"},
            "digest": closed({"sha256": HEX}),
            "digestKind": {"enum": ["attest-tree/v1", "file"]},
            "files": COUNT,
            "bytes": COUNT,
        },
        optional=("digest", "digestKind", "files", "bytes"),
    )


def verification() -> Schema:
    """What `attest verify --format json` prints."""
    attestation = schema_of(Attestation)
    del attestation["properties"]["statement"]
    attestation["required"].remove("statement")
    body = closed(
        {
            "format": {"const": "attest/verification/v1"},
            "verdict": {"enum": ["PASSED", "FAILED"]},
            "at": TIME,
            "atGiven": {
                "type": "boolean",
                "description": "true when the caller chose the time; admits nothing",
            },
            "replayed": {
                "type": "boolean",
                "description": "true when judged from stored evidence; admits nothing",
            },
            "policy": schema_of(PolicyReference),
            "artifact": artifact(),
            "rules": {"type": "array", "items": schema_of(RuleResult), "minItems": 1},
            "attestations": {"type": "array", "items": attestation},
            "rejected": {"type": "array", "items": schema_of(Rejected)},
            "findings": {"type": "array", "items": schema_of(Finding)},
            "gaps": {"type": "array", "items": schema_of(Gap)},
        }
    )
    return document("Verification", "A verdict about one artifact under one policy, with every rule's result.", body)


def evidence() -> Schema:
    """What `attest verify --evidence-out` writes."""
    body = closed({"format": {"const": "attest/evidence/v1"}, "at": TIME, "evidence": schema_of(Evidence)})
    return document("Evidence", "All that was known about one artifact when it was verified; replayable.", body)


def digest() -> Schema:
    """What `attest digest --format json` prints."""
    entry = closed(
        {
            "name": {"type": "string"},
            "bytes": COUNT,
            "digest": closed(
                {"sha256": HEX, "sha512": {"type": "string", "pattern": "^[0-9a-f]{128}$"}},
                optional=("sha512",),
            ),
        }
    )
    properties = {
        "format": {"const": "attest/digest/v1"},
        **{name: value for name, value in artifact()["properties"].items() if name != "reference"},
        "omsRoot": HEX,
        "evidence": TEXTS,
        "findings": {"type": "array", "items": schema_of(Finding)},
        "entries": {"type": "array", "items": entry, "minItems": 1},
    }
    body = closed(properties, optional=("omsRoot", "entries"))
    return document("Digest", "The digests of one artifact. The OMS root covers no names and is no identity.", body)


def policy() -> Schema:
    """The trust policy, for editors; the reader of attest checks more (names, thresholds, keys)."""
    name = {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,63}$"}
    key_id = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
    names = {"type": "array", "items": name, "minItems": 1, "uniqueItems": True}
    texts = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "uniqueItems": True}
    threshold = {"type": "integer", "minimum": 1, "maximum": 100}
    predicate = {"anyOf": [{"enum": list(PREDICATE_TYPES)}, {"type": "string", "pattern": "://"}]}
    key = {
        "oneOf": [
            closed({"id": key_id, "pem": {"type": "string"}}, optional=("id",)),
            closed({"id": key_id, "file": {"type": "string", "minLength": 1}}),
        ]
    }
    signer = closed(
        {"kind": {"const": "keys"}, "keys": {"type": "array", "items": key, "minItems": 1, "maxItems": 100}}
    )
    rules = {
        "signature": closed({"signers": names, "threshold": threshold}, optional=("threshold",)),
        "coverage": closed({"signers": names, "allowUnsigned": {**texts, "minItems": 0}}, optional=("allowUnsigned",)),
        "attestation": closed(
            {"predicate": predicate, "signers": names, "threshold": threshold}, optional=("threshold",)
        ),
        "formats": closed({"allow": {**texts, "items": {"enum": list(FORMATS)}}}),
        "licenses": closed({"allow": texts}),
    }
    rule = {"oneOf": [closed({"id": name, kind: shape}) for kind, shape in rules.items()]}
    body = closed(
        {
            "apiVersion": {"const": "attest/policy/v1"},
            "name": name,
            "description": {"type": "string", "minLength": 1},
            "version": {"type": "integer", "minimum": 1},
            "expires": TIME,
            "signers": {
                "type": "object",
                "propertyNames": name,
                "additionalProperties": signer,
                "minProperties": 1,
            },
            "rules": {"type": "array", "items": rule, "minItems": 1, "maxItems": 200},
        },
        optional=("description", "signers"),
    )
    return document("Trust policy", "What a model must show before it may be used.", body)


def main(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(exist_ok=True)
    schemas = {"verification": verification(), "evidence": evidence(), "digest": digest(), "policy": policy()}
    for name, schema in schemas.items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}-v1.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "schemas")
