"""The predicate of a scan attestation: what was concluded about these bytes, by which version, under which lists.

It holds no time and nothing of the machine, so the same bytes give the same statement. Findings that only warn or note
are counted; what blocks, and what could not be read, is named.
"""

from __future__ import annotations

from collections import Counter

from attest.domain.canonical import canonical
from attest.domain.scan import Scan, ScanFinding
from attest.domain.scan_rules import RULES
from attest.domain.strict_json import JsonObject

MAX_NAMED = 200


def scan_predicate(found: Scan) -> bytes:
    """The predicate as canonical JSON."""
    named = [item for item in found.findings if item.effect in {"block", "inconclusive"}]
    predicate: JsonObject = {
        "scanner": {"uri": f"pkg:pypi/attest-ml@{found.tool_version}", "version": found.tool_version},
        "outcome": found.outcome,
        "allowlist": {"digest": {"sha256": found.allowlist}},
        "profiles": {"allowed": list(found.profiles_allowed), "needed": list(found.profiles)},
        "names": list(found.asked_names),
        "options": dict(found.options),
        "secondOpinions": list(found.second_opinions),
        "coverage": {
            "files": len(found.files),
            "bytes": sum(item.size for item in found.files),
            "interpreted": sum(item.interpreted for item in found.files),
            "opaque": sum(item.opaque for item in found.files),
        },
        "formats": dict(sorted(Counter(name for item in found.files for name in item.formats).items())),
        "findings": [
            {"rule": rule, "severity": RULES[rule].severity, "effect": RULES[rule].effect, "count": count}
            for rule, count in sorted(Counter(item.rule for item in found.findings).items())
        ],
        "named": [_named(item) for item in named[:MAX_NAMED]],
        "namedLeftOut": max(0, len(named) - MAX_NAMED) + sum(item.left_out for item in found.files),
    }
    return canonical(predicate)


def _named(item: ScanFinding) -> JsonObject:
    place: JsonObject = {"rule": item.rule, "place": item.place, "message": item.message}
    if item.offset >= 0:
        place["offset"] = item.offset
    if item.value:
        place["value"] = item.value
    return place
