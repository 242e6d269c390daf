"""Write schemas/: JSON Schemas of what attest reads and writes, derived from the code that does so.

Run by hand or by scripts/fixtures; a test fails when the result differs from what is committed. A schema of a released
version is never edited: a change of shape is a new version with a new file.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from attest.domain.attestation import Attestation, Rejected
from attest.domain.claimed import ClaimedBundle
from attest.domain.claims import CLAIMS
from attest.domain.evidence import Evidence
from attest.domain.file_format import FORMATS
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.record import camel
from attest.domain.scan import OUTCOMES
from attest.domain.scan_rule import SEVERITIES
from attest.domain.scan_rules import RULES
from attest.domain.statement import PREDICATE_TYPES
from attest.domain.verdict import PolicyReference, RuleResult
from attest.operations.release import Released
from attest.policy.anchors import INSTANCES, MAX_ANCHORS
from attest.policy.patterns import MAX_PATTERN
from attest.policy.rules.backing import MAX_REQUIRED
from attest.policy.rules.coverage import ANY
from attest.policy.signers import CERTIFICATE_NAMES, MAX_KEYS, SUBJECT_TYPES

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


def release() -> Schema:
    """What `attest release --format json` prints."""
    properties = {"format": {"const": "attest/release/v1"}, **schema_of(Released)["properties"]}
    del properties["size"]
    properties |= {"digest": closed({"sha256": HEX}), "files": COUNT, "bytes": COUNT, "given": COUNT, "reused": COUNT}
    return document("Release", "A release: what was signed, by whom, and where the evidence lies.", closed(properties))


def claims() -> Schema:
    """What `attest inspect --format json` prints."""
    body = closed(
        {
            "format": {"const": "attest/claims/v1"},
            "verified": {"const": False, "description": "nothing here was verified"},
            "bundles": {"type": "array", "items": schema_of(ClaimedBundle)},
            "unreadable": {"type": "array", "items": schema_of(Rejected)},
        }
    )
    return document("Claims", "What bundles say of themselves, before anything is verified.", body)


def scan() -> Schema:
    """What `attest scan --format json` prints."""
    finding = closed(
        {
            "rule": {"enum": sorted(RULES)},
            "severity": {"enum": list(SEVERITIES)},
            "effect": {"enum": sorted({rule.effect for rule in RULES.values()})},
            "members": {**TEXTS, "description": "the way from the file to the part inside it"},
            "message": {"type": "string"},
            "offset": {**COUNT, "description": "bytes from the beginning of the innermost part"},
            "length": COUNT,
            "value": {"type": "string"},
            "profile": {"type": "string", "description": "the profile that would allow it"},
            "by": {"type": "string", "description": "another scanner that found it, with its version"},
        },
        optional=("offset", "length", "value", "profile", "by"),
    )
    read = {
        "interpreted": {**COUNT, "description": "bytes read as structure"},
        "opaque": {**COUNT, "description": "bytes accounted for and not read"},
    }
    file = closed(
        {
            "name": {"type": "string"},
            "bytes": COUNT,
            "outcome": {"enum": list(OUTCOMES)},
            "formats": {**TEXTS, "description": "the readers that would take these bytes"},
            "profilesNeeded": TEXTS,
            **read,
            "refersTo": TEXTS,
            "findings": {"type": "array", "items": finding},
            "leftOut": {**COUNT, "description": "findings that count and were not kept"},
        }
    )
    artifact = closed(
        {"reference": {"type": "string"}, "files": COUNT, "bytes": COUNT, "digest": closed({"sha256": HEX})},
        optional=("digest",),
    )
    body = closed(
        {
            "format": {"const": "attest/scan/v1"},
            "outcome": {"enum": list(OUTCOMES), "description": "PASS says nothing about what no reader here reads"},
            "artifact": artifact,
            "tool": closed({"name": {"const": "attest"}, "version": {"type": "string"}}),
            "allowlist": closed({"sha256": HEX}),
            "profilesAllowed": TEXTS,
            "profilesNeeded": TEXTS,
            "namesAdded": {**TEXTS, "description": "pairs module:name that the caller allowed besides"},
            "options": {"type": "object", "additionalProperties": {"type": "string"}},
            "secondOpinions": TEXTS,
            **read,
            "files": {"type": "array", "items": file},
        }
    )
    return document("Scan", "What could run when the files of one artifact are loaded.", body)


NAME = {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,63}$"}
TEXT = {"type": "string", "minLength": 1}
KEY_ID = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
PEM = {"type": "string"}
PINNED_FILE = {"file": TEXT, "sha256": HEX}


def _list(items: Schema, low: int = 1, high: int | None = None) -> Schema:
    most = {"maxItems": high} if high else {}
    return {"type": "array", "items": items, "minItems": low, "uniqueItems": True, **most}


def _some_of(names: Iterable[str]) -> Schema:
    """An object with at least one of these members, each a text."""
    known = {name: TEXT for name in names}
    return {**closed(known, optional=tuple(known)), "minProperties": 1}


def _anchors() -> Schema:
    """A list of PEM texts and pinned files."""
    items = [closed({"pem": PEM, "sha256": HEX}, optional=("sha256",)), closed(dict(PINNED_FILE))]
    return _list({"oneOf": items}, high=MAX_ANCHORS)


def _trusted_root() -> Schema:
    return {"anyOf": [{"enum": list(INSTANCES)}, closed(dict(PINNED_FILE))]}


def _signers() -> Schema:
    """The three kinds of signers."""
    key = {"oneOf": [closed({"id": KEY_ID, "pem": PEM}, optional=("id",)), closed({"id": KEY_ID, "file": TEXT})]}
    certificate = closed(
        {
            "kind": {"const": "certificate"},
            "roots": _anchors(),
            "subject": TEXT,
            "issuer": TEXT,
            "names": _some_of(CERTIFICATE_NAMES),
            "key": KEY_ID,
        },
        optional=("subject", "issuer", "names", "key"),
    )
    certificate["anyOf"] = [{"required": [pin]} for pin in ("subject", "names", "key")]
    sigstore = closed(
        {
            "kind": {"const": "sigstore"},
            "issuer": TEXT,
            "subject": TEXT,
            "subjectPattern": {"type": "string", "pattern": "^\\^.*\\$$", "maxLength": MAX_PATTERN},
            "subjectType": {"enum": list(SUBJECT_TYPES)},
            "claims": _some_of(CLAIMS),
            "trustRoot": _trusted_root(),
        },
        optional=("subject", "subjectPattern", "subjectType", "claims", "trustRoot"),
    )
    sigstore["oneOf"] = [{"required": ["subject"]}, {"required": ["subjectPattern", "subjectType"]}]
    keys = closed({"kind": {"const": "keys"}, "keys": _list(key, high=MAX_KEYS)})
    return {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": {"oneOf": [keys, certificate, sigstore]},
        "minProperties": 1,
    }


def _trust() -> Schema:
    members = {
        "timestampAuthorities": _anchors(),
        "trustedRoots": _list(_trusted_root(), high=MAX_ANCHORS),
        "allowLegacy": {"type": "boolean"},
    }
    return closed(members, optional=tuple(members))


def _rules() -> Schema:
    """The kinds of rules."""
    count = {"type": "integer", "minimum": 0, "maximum": MAX_REQUIRED}
    backing = {"timestamps": count, "logs": count, "unchecked": {"enum": ["allow", "deny"]}}
    counted = {
        "signers": _list(NAME),
        "threshold": {"type": "integer", "minimum": 1, "maximum": 100},
        **backing,
    }
    names = {"anyOf": [{"const": ANY}, _list(TEXT, low=0)]}
    covering = {"signers": _list(NAME), "allowUnsigned": names, "allowIgnored": names, **backing}
    predicate = {"anyOf": [{"enum": list(PREDICATE_TYPES)}, {"type": "string", "pattern": "://"}]}
    optional = ("threshold", *backing)
    shapes = {
        "signature": closed(counted, optional=optional),
        "coverage": closed(covering, optional=("allowUnsigned", "allowIgnored", *backing)),
        "attestation": closed({"predicate": predicate, **counted}, optional=optional),
        "formats": closed({"allow": _list({"enum": list(FORMATS)})}),
        "licenses": closed({"allow": _list(TEXT)}),
        "scan": _scan_rule(),
    }
    rule = {"oneOf": [closed({"id": NAME, kind: shape}) for kind, shape in shapes.items()]}
    return {"type": "array", "items": rule, "minItems": 1, "maxItems": 200}


def _scan_rule() -> Schema:
    pair = {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$"}
    gaps = [rule.id for rule in RULES.values() if rule.effect == "inconclusive"]
    accepted = _list(closed({"file": TEXT, "rule": {"enum": gaps}}))
    shape = {"profiles": _list(TEXT), "names": _list(pair), "deny": _list({"enum": list(RULES)}), "accept": accepted}
    return closed(shape, optional=tuple(shape))


def policy() -> Schema:
    """The trust policy, for editors; the reader of attest checks more (names, thresholds, keys, patterns)."""
    body = closed(
        {
            "apiVersion": {"const": "attest/policy/v1"},
            "name": NAME,
            "description": TEXT,
            "version": {"type": "integer", "minimum": 1},
            "expires": TIME,
            "signers": _signers(),
            "trust": _trust(),
            "rules": _rules(),
        },
        optional=("description", "signers", "trust"),
    )
    return document("Trust policy", "What a model must show before it may be used.", body)


def main(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(exist_ok=True)
    schemas = {
        "verification": verification(),
        "evidence": evidence(),
        "digest": digest(),
        "claims": claims(),
        "policy": policy(),
        "release": release(),
        "scan": scan(),
    }
    for name, schema in schemas.items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}-v1.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "schemas")
