"""Each rule: what passes it, what fails it, and the reasons that it gives."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from attest.domain.attestation import MAX_LISTED, Attestation, Changed, Differences, Rejected, Signer
from attest.domain.bom import License, Value
from attest.domain.evidence import Evidence
from attest.domain.gap import Gap
from attest.domain.statement import LEGACY_PREDICATE, OMS_PREDICATE
from tests.unit.conftest import SMALL, manifest, signer
from tests.unit.policy.build import attested, evidence, judge, messages, rule

BOM = "https://cyclonedx.org/bom"
SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"
COVERED = "  - id: all\n    coverage: {signers: [release], allowUnsigned: [%s]}\n"
OTHER_ID = signer(9).id


def rejected(
    code: str, reason: str, *, source: str = "model.sig", by: int = 0, kind: str = "", **more: Any
) -> Rejected:
    values: dict[str, Any] = {"source": source, "code": code, "reason": reason, "predicate_type": kind, **more}
    return Rejected(**values, signer=Signer(kind="key", id=signer(by).id) if by else None)


# signature


def test_signature_passes() -> None:
    found = rule(judge(SIGNED, evidence(attested())), "signed")
    assert (found.verdict, found.kind, found.reasons) == ("PASSED", "signature", ())
    assert found.summary == "signed by 1 of 1 required signers of release"
    assert found.looked_at == (f"by-1 by {signer(1).id[:19]}… (statement sha256:555555555555…): 5 files as signed",)


def test_no_signature() -> None:
    found = rule(judge(SIGNED, evidence()), "signed")
    assert (found.verdict, messages(found)) == ("FAILED", ["no signature was found"])
    assert "attest sign MODEL --key KEY" in found.reasons[0].mend


def test_a_signature_by_somebody_else() -> None:
    found = rule(judge(SIGNED, evidence(attested(by=9))), "signed")
    assert messages(found) == [f"by-9 is by {OTHER_ID[:19]}…, which does not stand for release"]
    assert found.looked_at == ()


def test_a_signer_of_another_name_does_not_count() -> None:
    found = rule(judge(SIGNED, evidence(attested(by=2)), release=(1,), other=(2,)), "signed")
    assert found.verdict == "FAILED"


@pytest.mark.parametrize(
    "kind",
    [
        BOM,
        "https://model_signing/signature/v2.0",
        "https://model_signing/signature/v1",
        LEGACY_PREDICATE,
        OMS_PREDICATE + "/",
        "",
    ],
)
def test_another_predicate_is_no_signature(kind: str) -> None:
    assert rule(judge(SIGNED, evidence(attested(kind))), "signed").verdict == "FAILED"


THREE = "  - id: signed\n    signature: {signers: [release, other], threshold: 3}\n"


@pytest.mark.parametrize(
    ("keys", "enough"), [((1, 2, 3), True), ((1, 2), False), ((1, 1, 2, 2, 1), False), ((1, 2, 9), False)]
)
def test_a_threshold_counts_distinct_keys(keys: tuple[int, ...], enough: bool) -> None:
    found = rule(judge(THREE, evidence(*(attested(by=key) for key in keys)), release=(1, 2), other=(3, 4)), "signed")
    assert (found.verdict == "PASSED") is enough
    assert len(found.looked_at) == sum(key != 9 for key in keys)


def test_too_few_keys_say_how_many_there_are() -> None:
    found = rule(judge(THREE, evidence(attested(by=1), attested(by=3)), release=(1, 2), other=(3, 4)), "signed")
    assert messages(found) == ["2 of 3 required signers signed"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (rejected("malformed", "it is no JSON"), "model.sig does not count: it is no JSON"),
        (rejected("unknown-signer", "by a stranger"), "model.sig does not count: by a stranger"),
        (rejected("bad-signature", "changed"), "model.sig does not count: changed"),
        (rejected("unsupported", "a chain"), "model.sig does not count: a chain"),
        (rejected("bad-statement", "no list", by=1), "model.sig does not count: no list"),
        (rejected("links", "links", by=1, kind=OMS_PREDICATE), "model.sig does not count: links"),
        (rejected("other-artifact", "another", by=1, kind=OMS_PREDICATE), "model.sig does not count: another"),
    ],
)
def test_what_was_rejected_is_the_reason(item: Rejected, message: str) -> None:
    found = rule(judge(SIGNED, evidence(rejected=(item,))), "signed")
    assert (found.verdict, messages(found)) == ("FAILED", [message])
    assert found.reasons[0].mend
    assert found.looked_at == ()


def test_rejected_claims_are_no_reason_for_a_signature_rule() -> None:
    items = (
        rejected("malformed", "x", source="claims.jsonl:1"),
        rejected("other-artifact", "y", by=1, kind=BOM),
    )
    assert messages(rule(judge(SIGNED, evidence(rejected=items)), "signed")) == ["no signature was found"]


def test_every_difference_is_named() -> None:
    differences = Differences(
        listed=9,
        changed=(Changed(name="weights", signed="a" * 64, found="b" * 64),),
        missing=("gone", "old"),
        changed_count=1,
        missing_count=4,
        renamed=(("old", "new"),),
        unsigned=("new", "extra"),
    )
    item = rejected("changed-files", "x", by=1, kind=OMS_PREDICATE, differences=differences)
    found = rule(judge(SIGNED, evidence(rejected=(item,))), "signed")
    assert messages(found) == [
        "weights: the bytes changed: signed aaaaaaaaaaaa…, found bbbbbbbbbbbb…",
        "gone: the signed file is missing",
        "old: the signed file is missing; its bytes are now named 'new'",
        "extra: the file is not in the signed list",
        "and 2 more signed files are changed or missing",
    ]


def test_reasons_are_bounded() -> None:
    names = tuple(f"f{number}" for number in range(MAX_LISTED))
    differences = Differences(listed=2000, missing=names, missing_count=2000)
    item = rejected("changed-files", "x", by=1, kind=OMS_PREDICATE, differences=differences)
    found = rule(judge(SIGNED, evidence(rejected=(item,))), "signed")
    assert len(found.reasons) == 51
    assert found.reasons[-1].message == "and 951 more"


# coverage


def cover(*items: Attestation, allow: str = "", **more: Any) -> Any:
    return rule(judge(COVERED % allow, evidence(*items, **more)), "all")


def test_coverage_by_a_signature() -> None:
    found = cover(attested())
    assert (found.verdict, found.summary) == ("PASSED", "every file is covered")


@pytest.mark.parametrize("kind", [BOM, BOM + "/v1.6", "https://spdx.dev/Document/v3"])
def test_coverage_by_a_bill_of_materials(kind: str) -> None:
    assert cover(attested(kind)).verdict == "PASSED"
    assert cover(attested(kind), attested(unsigned=("x",))).verdict == "PASSED"


@pytest.mark.parametrize("kind", ["https://slsa.dev/provenance/v1", "https://in-toto.io/attestation/test-result/v0.1"])
def test_other_claims_cover_nothing(kind: str) -> None:
    found = cover(attested(kind))
    assert messages(found) == ["nothing that verified, by release, says which files belong to the artifact"]


def test_nothing_covers_when_nothing_is_there() -> None:
    assert cover().verdict == cover(attested(by=9), attested(BOM, by=9)).verdict == "FAILED"


def test_an_uncovered_file_is_named() -> None:
    found = cover(attested(unsigned=(".git/evil.py", "extra.bin")))
    assert found.verdict == "FAILED"
    assert messages(found) == [
        ".git/evil.py: the file is not covered: OMS signatures leave Git's files out",
        "extra.bin: the file was not there when the artifact was signed",
    ]
    assert "allowIgnored: [.git/evil.py] in the policy, or --allow-ignored .git/evil.py" in found.reasons[0].mend


def test_names_that_the_policy_tolerates() -> None:
    found = cover(attested(unsigned=(".gitattributes",)), allow=".gitattributes, other")
    assert (found.verdict, found.summary) == (
        "PASSED",
        "every file is covered, but for .gitattributes, which the policy tolerates",
    )


@pytest.mark.parametrize("allow", [".git", "'.git/*'", ".git/EVIL.py", "evil.py", "'*'"])
def test_tolerated_names_are_exact(allow: str) -> None:
    found = cover(attested(unsigned=(".git/evil.py",)), allow=allow)
    assert [reason.file for reason in found.reasons] == [".git/evil.py"]


def test_two_signatures_cover_together() -> None:
    assert cover(attested(unsigned=("a",)), attested(unsigned=("b",))).verdict == "PASSED"
    found = cover(attested(unsigned=("a", "c")), attested(unsigned=("b", "c")))
    assert [reason.file for reason in found.reasons] == ["c"]


def test_a_stranger_covers_nothing() -> None:
    found = cover(attested(unsigned=("a",)), attested(by=9, unsigned=()), attested(BOM, by=9))
    assert [reason.file for reason in found.reasons] == ["a"]


def test_coverage_is_checked_although_the_policy_does_not_say_so() -> None:
    result = judge(SIGNED, evidence(attested(unsigned=("evil.py",))))
    assert (result.verdict, rule(result, "signed").verdict) == ("FAILED", "PASSED")
    assert [reason.file for reason in rule(result, "coverage").reasons] == ["evil.py"]


def test_an_earlier_statement_points_at_the_file_that_is_new() -> None:
    differences = Differences(listed=5, unsigned=("new",))
    earlier = rejected("other-artifact", "x", by=1, kind=BOM, differences=differences)
    found = cover(attested(unsigned=("new", "old")), rejected=(earlier,))
    assert [reason.file for reason in found.reasons] == ["new"]
    assert found.summary.startswith("2 files")


def test_an_earlier_statement_by_a_stranger_explains_nothing() -> None:
    earlier = rejected("other-artifact", "x", by=9, kind=BOM, differences=Differences(listed=5, unsigned=("new",)))
    found = cover(attested(unsigned=("new", "old")), rejected=(earlier,))
    assert [reason.file for reason in found.reasons] == ["new", "old"]


# attestation


ATTESTED = "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release]}\n"


def claimed(*items: Attestation, **more: Any) -> Any:
    return rule(judge(ATTESTED, evidence(*items, **more)), "bom")


@pytest.mark.parametrize("kind", [BOM, BOM + "/v1.5"])
def test_an_attestation_passes(kind: str) -> None:
    found = claimed(attested(kind))
    assert (found.verdict, found.summary) == ("PASSED", "cyclonedx attested by 1 of 1 required signers")


@pytest.mark.parametrize("kind", [OMS_PREDICATE, "https://slsa.dev/provenance/v1", BOM + "x", ""])
def test_another_type_is_no_evidence_for_the_question(kind: str) -> None:
    found = claimed(attested(kind))
    assert (found.verdict, messages(found)) == ("FAILED", ["no cyclonedx attestation was found"])


def test_an_attestation_by_somebody_else() -> None:
    assert messages(claimed(attested(BOM, by=9))) == [f"by-9 is by {OTHER_ID[:19]}…, which does not stand for release"]


def test_a_threshold_of_attestations() -> None:
    text = "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release], threshold: 2}\n"
    keys: dict[str, Any] = {"release": (1, 2)}
    one, two = attested(BOM), attested(BOM, by=2)
    assert rule(judge(text, evidence(one, two), **keys), "bom").verdict == "PASSED"
    found = rule(judge(text, evidence(one, one), **keys), "bom")
    assert messages(found) == ["1 of 2 required signers attested it"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (rejected("malformed", "no JSON", source="claims.jsonl:2"), "claims.jsonl:2 does not count: no JSON"),
        (
            rejected("other-artifact", "about x", source="claims.jsonl:1", by=1, kind=BOM),
            "claims.jsonl:1 does not count: about x",
        ),
    ],
)
def test_rejected_claims_are_the_reason(item: Rejected, message: str) -> None:
    assert messages(claimed(rejected=(item,))) == [message]


def test_rejected_signatures_and_other_types_are_no_reason() -> None:
    items = (
        rejected("malformed", "x"),
        rejected("other-artifact", "y", source="claims.jsonl:1", by=1, kind="https://e/x"),
    )
    assert messages(claimed(rejected=items)) == ["no cyclonedx attestation was found"]


def test_an_earlier_state_is_explained_by_file() -> None:
    differences = Differences(
        listed=5, changed=(Changed(name="w", signed="a", found="b"),), missing=("m",), changed_count=1,
        missing_count=1, unsigned=("u", "v"),
    )  # fmt: skip
    item = rejected("other-artifact", "x", source="claims.jsonl:1", by=1, kind=BOM, differences=differences)
    (message,) = messages(claimed(rejected=(item,)))
    assert message.endswith("since then changed: w, m, u and 1 more")


# formats


FORMATS = "  - id: formats\n    formats: {allow: [json, text, empty]}\n"
GOOD_FORMATS = tuple((name, "text") for name in SMALL)


def sniffed(**more: Any) -> Any:
    return rule(judge(FORMATS, evidence(**more)), "formats")


def test_formats_pass() -> None:
    found = sniffed(formats=GOOD_FORMATS)
    assert (found.verdict, found.looked_at) == ("PASSED", ("5 text",))


@pytest.mark.parametrize("kind", ["pickle", "pytorch", "unknown", "lfs-pointer", "zip", "python"])
def test_a_format_that_is_not_allowed_is_named_with_its_file(kind: str) -> None:
    found = sniffed(formats=(*GOOD_FORMATS[:-1], ("é.txt", kind)))
    assert [reason.file for reason in found.reasons] == ["é.txt"]
    assert f"({kind}), which is not allowed" in found.reasons[0].message
    assert found.reasons[0].mend


def test_formats_that_nobody_looked_at() -> None:
    assert messages(sniffed(formats=None)) == ["the formats of the files were not looked at"]
    gap = Gap(needed="formats", about="weights", reason="too large")
    assert messages(sniffed(formats=None, gaps=(gap,))) == ["weights: too large"]


@pytest.mark.parametrize("formats", [(), GOOD_FORMATS[:-1], GOOD_FORMATS[1:], (*GOOD_FORMATS[:-1], ("other", "text"))])
def test_a_file_whose_format_is_missing_fails(formats: tuple[tuple[str, str], ...]) -> None:
    """Withholding what was seen in one file must not help: evidence names the format of every file."""
    found = sniffed(formats=formats)
    assert found.verdict == "FAILED"
    missing = SMALL.keys() - dict(formats).keys()
    assert missing <= {reason.file for reason in found.reasons}


def test_a_format_that_is_in_no_catalogue_fails() -> None:
    found = sniffed(formats=(*GOOD_FORMATS[:-1], ("é.txt", "nonsense")))
    assert [reason.file for reason in found.reasons] == ["é.txt"]


# licenses


LICENSES = (
    "  - id: l\n    licenses: {allow: [MIT, Apache-2.0, 'GPL-2.0-only WITH Classpath-exception-2.0', My Terms]}\n"
)


def licence(text: str, kind: Any = "expression") -> License:
    return License(kind=kind, value=Value(text=text, origin="declared", source="README.md#/license"))


def licensed(*items: License, **more: Any) -> Any:
    return rule(judge(LICENSES, evidence(licenses=items, **more)), "l")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MIT", "id"),
        ("mit", "id"),
        ("My Terms", "name"),
        ("MIT AND Apache-2.0", "expression"),
        ("MIT OR Proprietary", "expression"),
        ("Proprietary OR MIT", "expression"),
        ("(MIT)", "expression"),
        ("(MIT OR X-1.0) AND Apache-2.0", "expression"),
        ("MIT OR X-1.0 AND Y-1.0", "expression"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        ("MIT AND (GPL-2.0-only WITH Classpath-exception-2.0)", "expression"),
        ("MIT AND GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        (" AND ".join(["MIT"] * 60), "expression"),
    ],
)
def test_licences_that_are_allowed(text: str, kind: str) -> None:
    found = licensed(licence(text, kind))
    assert (found.verdict, found.looked_at) == ("PASSED", (f"{text} (declared in README.md#/license)",))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Proprietary", "id"),
        ("MIT2", "id"),
        ("MIT License", "name"),
        ("MIT OR Apache-2.0", "name"),
        ("MIT AND Proprietary", "expression"),
        ("X-1.0 OR Y-1.0", "expression"),
        ("MIT AND (X-1.0 OR Y-1.0)", "expression"),
        ("X-1.0 AND MIT OR Y-1.0", "expression"),
        ("MIT+", "expression"),
        ("GPL-2.0-only", "expression"),
        ("Classpath-exception-2.0", "expression"),
        ("GPL-2.0-only WITH Other-exception", "expression"),
        ("MIT WITH Classpath-exception-2.0", "expression"),
        ("MIT WITH MIT", "expression"),
    ],
)
def test_licences_that_are_not_allowed(text: str, kind: str) -> None:
    found = licensed(licence(text, kind))
    assert (found.verdict, messages(found)) == ("FAILED", [f"the licence {text!r} is not allowed"])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "", "()", "( )", "MIT()", "MIT OR ()", "(MIT", "MIT)", "MIT OR", "OR", "AND MIT", "WITH", "MIT WITH",
        "(MIT) WITH MIT", "( or +", "MIT,MIT", "MIT/MIT", "MIT & MIT", "NOT MIT", "MIT MIT", "MIT\0", "\ud800", "é",
        "(" * 50_000,
        "MIT AND (" * 3_000 + "MIT" + ")" * 3_000, ")" * 1_000, "MIT;", "MIT OR OR MIT", "A" * 100_000,
    ],
)  # fmt: skip
def test_garbage_is_no_licence(text: str) -> None:
    found = licensed(licence(text))
    assert (found.verdict, len(found.reasons)) == ("FAILED", 1)


def test_every_licence_must_be_allowed() -> None:
    found = licensed(licence("MIT", "id"), licence("Proprietary", "id"), licence("X OR Y"))
    assert messages(found) == ["the licence 'Proprietary' is not allowed", "the licence 'X OR Y' is not allowed"]


def test_no_licence() -> None:
    assert messages(licensed()) == ["no licence is declared"]
    found = rule(judge(LICENSES, evidence()), "l")
    assert (found.verdict, messages(found)) == ("FAILED", ["no licence is declared"])


def test_a_licence_that_could_not_be_read() -> None:
    gap = Gap(needed="licenses", about="README.md", reason="it is too long")
    assert messages(licensed(gaps=(gap,))) == ["README.md: it is too long"]


def test_a_manifest_of_its_own_makes_no_difference() -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    found = Evidence(name="x", kind="file", reference=digest, manifest=manifest({"x": b"x"}, kind="file"))
    assert judge(SIGNED, found).verdict == "FAILED"
