"""Declared licences → SPDX ids, expressions and names."""

from __future__ import annotations

from importlib.resources import files as resources
from json import loads

import pytest

from attest.bom.licenses import SPDX_BY_HUB_ID, classify, declared_licenses
from attest.domain.bom import License, Value
from attest.formats.card import Card


@pytest.mark.parametrize(
    ("text", "kind", "spelled"),
    [
        ("apache-2.0", "id", "Apache-2.0"),
        ("mit", "id", "MIT"),
        ("MIT", "id", "MIT"),
        ("cc-by-nc-sa-4.0", "id", "CC-BY-NC-SA-4.0"),
        ("odbl", "id", "ODbL-1.0"),
        ("gpl-3.0", "id", "GPL-3.0"),
        ("gpl-3.0-or-later", "id", "GPL-3.0-or-later"),
        ("MIT OR Apache-2.0", "expression", "MIT OR Apache-2.0"),
        ("(MIT AND Zlib) OR Apache-2.0", "name", "(MIT AND Zlib) OR Apache-2.0"),
        ("MIT AND (Zlib OR Apache-2.0)", "expression", "MIT AND (Zlib OR Apache-2.0)"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "expression", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-acme OR MIT", "expression", "LicenseRef-acme OR MIT"),
        ("LicenseRef-acme", "name", "LicenseRef-acme"),
        ("MIT OR nonsense", "name", "MIT OR nonsense"),
        ("MIT AND", "name", "MIT AND"),
        ("apache 2 AND ((", "name", "apache 2 AND (("),
        ("MIT OR " + "(" * 100 + "MIT", "name", "MIT OR " + "(" * 100 + "MIT"),
        ("openrail", "name", "openrail"),
        ("llama3", "name", "llama3"),
        ("gemma", "name", "gemma"),
        ("bsd", "name", "bsd"),
        ("apache-2", "name", "apache-2"),
    ],
)
def test_classify(text: str, kind: str, spelled: str) -> None:
    assert classify(text) == (kind, spelled)


def test_every_id_of_the_table_is_one_that_cyclonedx_accepts() -> None:
    schema = loads((resources("cyclonedx.schema") / "_res" / "spdx.SNAPSHOT.schema.json").read_text("utf-8"))
    assert len(SPDX_BY_HUB_ID) > 50
    assert set(SPDX_BY_HUB_ID.values()) <= set(schema["enum"])


def one(kind: str, text: str, source: str, url: str = "") -> License:
    assert kind in {"id", "expression", "name"}
    value = Value(text=text, origin="declared", source=source)
    return License(kind="id" if kind == "id" else "name", value=value, url=url)


def test_absent_and_placeholder_licences_are_absent() -> None:
    for card in (Card(), Card(licenses=("unknown",)), Card(licenses=("None", "n/a"))):
        assert declared_licenses(card) == ()


def test_a_placeholder_beside_a_licence_is_not_passed_over() -> None:
    assert [item.value.text for item in declared_licenses(Card(licenses=("mit", "unknown")))] == ["MIT", "unknown"]


def test_other_takes_its_name_and_link() -> None:
    card = Card(licenses=("other",), license_name="acme-terms", license_link="https://example.org/terms?a=1")
    assert declared_licenses(card) == (
        one("name", "acme-terms", "README.md#/license_name", "https://example.org/terms?a=1"),
    )
    assert declared_licenses(Card(licenses=("other",), license_link="LICENSE")) == (
        one("name", "other", "README.md#/license", "LICENSE"),
    )


def test_a_name_alone_counts() -> None:
    assert declared_licenses(Card(license_name="acme")) == (one("name", "acme", "README.md#/license_name"),)


def test_several_licences_are_several_entries() -> None:
    assert declared_licenses(Card(licenses=("mit", "gemma"))) == (
        one("id", "MIT", "README.md#/license/0"),
        one("name", "gemma", "README.md#/license/1"),
    )


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "https://a b", "file:///etc/passwd", "//x", "../../x y", "https://x/\x07", "é", "x" * 2000],
)
def test_links_that_are_no_plain_reference_are_dropped(link: str) -> None:
    assert declared_licenses(Card(licenses=("gemma",), license_link=link))[0].url == ""
