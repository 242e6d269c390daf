"""Licence documents of an artifact: what may be concluded, what is evidence alone, and what contradicts the card."""

from __future__ import annotations

import hashlib
from typing import Literal

import pytest

from attest.bom.license_evidence import LicenseEvidence, license_conflicts, license_evidence
from attest.bom.licenses import classify, license_name, scancode_ref
from attest.domain.bom import License, Value
from attest.formats import license_text
from attest.formats.license_words import words_of
from tests.conftest import ROOT
from tests.unit.formats.test_license_text import GPL_GRANT, MIT, TABLE

APACHE = (ROOT / "LICENSE").read_bytes()
MIT_BYTES = MIT.encode()
GPL = b"the words of a licence that leaves later versions open\n"


@pytest.fixture
def gpl(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short text in place of the long one of GPL-3.0."""
    digest = hashlib.sha256(" ".join(words_of(GPL.decode())).encode()).hexdigest()
    changed = TABLE | {"digests": TABLE["digests"] | {digest: "GPL-3.0"}}
    monkeypatch.setattr(license_text, "_table", lambda: changed)


def told(evidence: LicenseEvidence) -> list[tuple[str, str, str, str]]:
    return [(item.kind, item.value.text, item.acknowledgement, item.value.source) for item in evidence.licenses]


def test_a_known_text_is_concluded_and_its_copyright_kept() -> None:
    found = license_evidence({"LICENSE": MIT_BYTES})
    value = Value(text="MIT", origin="observed", source="LICENSE")
    assert found.licenses == (License(kind="id", value=value, acknowledgement="concluded"),)
    assert found.copyright == (
        Value(text="Copyright (c) 2024 Acme, Inc. and contributors", origin="observed", source="LICENSE"),
    )


def test_the_same_licence_twice_is_still_one() -> None:
    found = license_evidence({"LICENSE": APACHE, "COPYING": APACHE, "NOTICE": b"Copyright 2024 Acme\n"})
    assert told(found) == [
        ("id", "Apache-2.0", "concluded", "COPYING"),
        ("id", "Apache-2.0", "concluded", "LICENSE"),
    ]
    assert [value.source for value in found.copyright] == ["NOTICE"]


def test_nothing_is_concluded_from_nothing() -> None:
    assert license_evidence({}) == LicenseEvidence()
    assert license_evidence({"LICENSE": b""}).licenses == ()
    assert license_evidence({"LICENSE": b"All rights reserved.\n"}).licenses == ()


@pytest.mark.parametrize(
    "others",
    [
        {"LICENSE-APACHE": APACHE},
        {"LICENSE.model": b"You may not use this model for anything.\n"},
        {"USE_POLICY.md": b"Do not use this for anything bad.\n"},
        {"COPYING": b""},
        {"COPYING": MIT_BYTES + b"\nNo commercial use.\n"},
    ],
)
def test_what_stands_beside_a_licence_keeps_it_from_being_concluded(others: dict[str, bytes]) -> None:
    found = license_evidence({"LICENSE": MIT_BYTES} | others)
    assert "concluded" not in {item.acknowledgement for item in found.licenses}
    assert ("name", "MIT", "evidence", "LICENSE") in told(found)


def test_a_policy_beside_a_licence_that_comes_with_one_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Llama 3.1 Community License Agreement"
    digest = hashlib.sha256(" ".join(words_of(GPL.decode())).encode()).hexdigest()
    changed = TABLE | {"digests": {digest: name}}
    monkeypatch.setattr(license_text, "_table", lambda: changed)
    found = license_evidence({"LICENSE": GPL, "USE_POLICY.md": b"Do no harm.\n"})
    assert told(found) == [("name", name, "concluded", "LICENSE")]


def test_a_document_below_the_root_is_evidence_of_itself_alone() -> None:
    found = license_evidence({"LICENSE": MIT_BYTES, "third_party/x/LICENSE": APACHE})
    assert told(found) == [
        ("id", "MIT", "concluded", "LICENSE"),
        ("name", "Apache-2.0", "evidence", "third_party/x/LICENSE"),
    ]


def test_a_notice_is_no_licence() -> None:
    assert told(license_evidence({"NOTICE": MIT_BYTES})) == [("name", "MIT", "evidence", "NOTICE")]


def test_a_changed_text_is_evidence_alone() -> None:
    changed = MIT_BYTES + b"\nThe Software shall be used for Good, not Evil.\n"
    assert told(license_evidence({"LICENSE": changed})) == [("name", "MIT", "evidence", "LICENSE")]
    both = license_evidence({"LICENSE": APACHE + MIT_BYTES})
    assert told(both) == [("name", "Apache-2.0", "evidence", "LICENSE"), ("name", "MIT", "evidence", "LICENSE")]


@pytest.mark.usefixtures("gpl")
def test_a_gnu_text_alone_concludes_nothing() -> None:
    assert told(license_evidence({"COPYING": GPL})) == [("name", "GPL-3.0", "evidence", "COPYING")]


@pytest.mark.usefixtures("gpl")
@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"SPDX-License-Identifier: GPL-3.0-only\n", ("id", "GPL-3.0-only", "concluded", "COPYING")),
        (b"// SPDX-License-Identifier: GPL-3.0-or-later\n", ("id", "GPL-3.0-or-later", "concluded", "COPYING")),
        (GPL_GRANT.encode(), ("id", "GPL-3.0-or-later", "concluded", "COPYING")),
        (b"SPDX-License-Identifier: GPL-3.0\n", ("name", "GPL-3.0", "evidence", "COPYING")),
        (b"SPDX-License-Identifier: MIT\n", ("name", "GPL-3.0", "evidence", "COPYING")),
        (
            b"SPDX-License-Identifier: GPL-3.0-only\n" + GPL_GRANT.encode(),
            ("name", "GPL-3.0-or-later", "evidence", "COPYING"),
        ),
    ],
)
def test_a_header_tells_about_later_versions(head: bytes, expected: tuple[str, str, str, str]) -> None:
    assert told(license_evidence({"COPYING": head + GPL}))[0] == expected


def test_an_identifier_alone_is_a_statement() -> None:
    statement = b"SPDX-License-Identifier: MIT OR Apache-2.0\n"
    assert told(license_evidence({"LICENSE": statement})) == [
        ("expression", "MIT OR Apache-2.0", "concluded", "LICENSE"),
    ]
    assert told(license_evidence({"LICENSE": b"SPDX-License-Identifier: nonsense of mine\n"})) == [
        ("name", "nonsense of mine", "evidence", "LICENSE"),
    ]
    assert told(license_evidence({"LICENSE": statement + b"Ask us first.\n"})) == [
        ("name", "MIT OR Apache-2.0", "evidence", "LICENSE"),
    ]
    two = b"SPDX-License-Identifier: MIT\nSPDX-License-Identifier: Apache-2.0\n"
    assert {item.acknowledgement for item in license_evidence({"LICENSE": two}).licenses} == {"evidence"}


def test_an_identifier_that_contradicts_its_text_concludes_nothing() -> None:
    found = license_evidence({"LICENSE": b"SPDX-License-Identifier: Apache-2.0\n\n" + MIT_BYTES})
    assert told(found) == [("name", "MIT", "evidence", "LICENSE"), ("name", "Apache-2.0", "evidence", "LICENSE")]


def test_documents_and_copyright_lines_are_bounded() -> None:
    many = {f"LICENSE-{number:03}": MIT_BYTES for number in range(100)}
    found = license_evidence(many)
    assert len(found.licenses) == 64
    assert {item.acknowledgement for item in found.licenses} == {"evidence"}
    lines = "\n".join(f"Copyright (c) 2024 Acme {number}" for number in range(60)).encode()
    assert len(license_evidence({"COPYING": lines, "LICENSE": lines}).copyright) == 64


def test_names_that_spdx_does_not_list() -> None:
    assert license_name("llama3.1") == license_name("Llama 3.1 Community License Agreement")
    assert license_name("acme") == ""
    assert scancode_ref("gemma") == "LicenseRef-scancode-gemma-tou-2024-04-01"
    assert scancode_ref("llama3") == ""
    assert scancode_ref("MIT") == ""


def declared(text: str, source: str = "README.md#/license") -> License:
    kind, spelled = classify(text)
    return License(kind=kind, value=Value(text=spelled, origin="declared", source=source))


def found(text: str, how: Literal["concluded", "evidence"] = "concluded", source: str = "LICENSE") -> License:
    kind = classify(text)[0] if how == "concluded" else "name"
    return License(kind=kind, value=Value(text=text, origin="observed", source=source), acknowledgement=how)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("apache-2.0", found("Apache-2.0")),
        ("gpl-3.0", found("GPL-3.0-or-later")),
        ("gpl-3.0-or-later", found("GPL-3.0", "evidence")),
        ("GPL-2.0-only", found("GPL-2.0", "evidence")),
        ("gpl", found("GPL-3.0", "evidence")),
        ("bsd", found("BSD-3-Clause")),
        ("cc", found("CC-BY-4.0")),
        ("openrail", found("CreativeML Open RAIL-M")),
        ("llama3.1", found("Llama 3.1 Community License Agreement", "evidence")),
        ("gemma", found("Gemma Terms of Use")),
        ("MIT OR Apache-2.0", found("MIT")),
        ("mit", found("MIT OR Apache-2.0")),
        ("other", found("MIT")),
        ("acme_terms", found("Acme-Terms", "evidence")),
        ("mit", found("Apache-2.0", source="NOTICE")),
        ("mit", found("Apache-2.0", source="third_party/LICENSE")),
    ],
)
def test_what_is_no_conflict(said: str, shown: License) -> None:
    assert license_conflicts((declared(said),), (shown,)) == ()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("apache-2.0", found("MIT")),
        ("gpl-3.0", found("GPL-2.0", "evidence")),
        ("gpl", found("LGPL-3.0", "evidence")),
        ("lgpl-3.0", found("GPL-3.0-or-later")),
        ("bsd", found("MIT")),
        ("cc-by-4.0", found("CC-BY-NC-4.0")),
        ("llama3", found("Llama 3.1 Community License Agreement", "evidence")),
        ("MIT OR Apache-2.0", found("GPL-3.0-only")),
        ("mit", found("Apache-2.0", "evidence")),
    ],
)
def test_what_is_a_conflict(said: str, shown: License) -> None:
    (conflict,) = license_conflicts((declared(said),), (shown,))
    assert conflict.about == "license"
    assert conflict.values == (declared(said).value, shown.value)


def test_three_sources_are_compared_and_all_that_disagree_are_told() -> None:
    card, header = declared("apache-2.0"), declared("gemma", "model.gguf#/general.license")
    (conflict,) = license_conflicts((card, header), (found("Apache-2.0"),))
    assert [value.source for value in conflict.values] == [
        "README.md#/license",
        "model.gguf#/general.license",
        "LICENSE",
    ]
    assert license_conflicts((card, declared("Apache-2.0", "model.gguf#/general.license")), ()) == ()


def test_documents_are_not_compared_with_each_other() -> None:
    assert license_conflicts((), (found("MIT"), found("Apache-2.0", source="LICENSE-APACHE"))) == ()


def test_a_source_that_agrees_in_part_agrees() -> None:
    both = (declared("mit", "README.md#/license/0"), declared("apache-2.0", "README.md#/license/1"))
    assert license_conflicts(both, (found("MIT"), found("Apache-2.0", source="LICENSE-APACHE"))) == ()
    (conflict,) = license_conflicts(both, (found("MIT"), found("Zlib", source="LICENSE-ZLIB")))
    assert [value.text for value in conflict.values] == ["MIT", "Apache-2.0", "Zlib"]
