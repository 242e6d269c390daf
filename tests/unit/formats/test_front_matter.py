"""Model cards: what they declare, and YAML that is refused."""

from __future__ import annotations

import pytest

from attest.errors import DocumentError
from attest.formats.card import Card, Emissions, Passage
from attest.formats.front_matter import MAX_FRONT_MATTER, MAX_ITEMS, parse_front_matter, read_card


def card(front_matter: str, body: str = "") -> Card:
    return read_card(f"---\n{front_matter}\n---\n{body}".encode())


def test_reads_what_a_card_declares() -> None:
    read = card(
        """
language:
- en
- no
license: apache-2.0
license_name: Acme terms
license_link: https://example.org/terms
base_model: acme/base
base_model_relation: finetune
datasets: [snli, acme/pairs, snli]
tags:
- embeddings
- 2024-01-01
pipeline_tag: text-generation
library_name: transformers
model-index:
- name: acme-tiny
  results: []
""",
        "# Title\n\nA tiny model that was made for tests.\n",
    )
    assert read == Card(
        licenses=("apache-2.0",),
        license_name="Acme terms",
        license_link="https://example.org/terms",
        base_models=("acme/base",),
        base_model_relation="finetune",
        datasets=("snli", "acme/pairs"),
        languages=("en", "no"),
        tags=("embeddings", "2024-01-01"),
        pipeline_tag="text-generation",
        library_name="transformers",
        model_name="acme-tiny",
        description="A tiny model that was made for tests.",
    )


def test_scalars_stay_as_written() -> None:
    read = card("language: no\nlicense: 2024-05-01\ntags: [1e3, true, 0x10, 'null', \"~\"]")
    assert read.languages == ("no",)
    assert read.licenses == ("2024-05-01",)
    assert read.tags == ("1e3", "true", "0x10", "null", "~")


def test_nothing_declared_is_nothing() -> None:
    assert read_card(b"") == Card()
    assert card("license:\ndatasets: ~\ntags: []") == Card()
    assert read_card(b"# Title only\n") == Card()


def test_a_card_without_front_matter_still_has_prose() -> None:
    assert read_card(b"This model sorts apples from oranges.\n").description == "This model sorts apples from oranges."


def test_windows_line_ends_and_byte_order_marks_are_fine() -> None:
    data = "\ufeff---\r\nlicense: mit\r\n---\r\nThis model sorts apples from oranges.\r\n".encode()
    assert read_card(data).licenses == ("mit",)
    assert read_card(data).description == "This model sorts apples from oranges."


@pytest.mark.parametrize(
    "member", ["license: {a: b}", "license: [[mit]]", f"license: {'x' * 600}", "pipeline_tag: [a]"]
)
def test_a_member_of_another_shape_is_named_and_left_out(member: str) -> None:
    read = card(f"{member}\nlibrary_name: peft")
    assert read.ignored == (member.partition(":")[0],)
    assert read.licenses == ()
    assert read.pipeline_tag == ""
    assert read.library_name == "peft"


def test_lists_are_bounded() -> None:
    read = card("datasets:\n" + "".join(f"- d{index}\n" for index in range(MAX_ITEMS + 1)))
    assert len(read.datasets) == MAX_ITEMS
    assert read.ignored == ("datasets",)


def test_several_models_in_the_index_name_none() -> None:
    assert card("model-index:\n- name: a\n- name: b").model_name == ""


REFUSED = {
    "anchor": ("a: &x 1", "anchor"),
    "alias": ("a: &x [1]\nb: *x", "anchor"),
    "alias alone": ("b: *x", "alias"),
    "billion laughs": ("a: &a [x,x]\nb: &b [*a,*a]", "anchor"),
    "tag": ("a: !!python/object/apply:os.system [x]", "tag"),
    "core tag": ("a: !!str 1", "tag"),
    "local tag": ("a: !x 1", "tag"),
    "merge key": ("<<: {license: mit}", "no plain text"),
    "key is a list": ("? [a]\n: 1", "no plain text"),
    "duplicate key": ("license: mit\nlicense: gpl", "twice"),
    "duplicate key below": ("a:\n  b: 1\n  b: 2", "twice"),
    "directive": ("%YAML 1.1", "not YAML"),
    "list": ("- a", "not a mapping"),
    "scalar": ("just words", "not a mapping"),
    "syntax": ("a: [1", "not YAML"),
    "tabs": ("a:\n\t- b", "not YAML"),
    "control character": ("a: \x07", "not YAML"),
    "deep flow": ("a: " + "[" * 20 + "]" * 20, "deeper than 16"),
    "very deep flow": ("a: " + "[" * 100_000, "deeper than 16"),
    "deep block": ("\n".join("  " * depth + "a:" for depth in range(20)), "deeper than 16"),
    "half a surrogate": ('a: "\\ud800"', "surrogate"),
    "half a surrogate in a key": ('"\\ud800": a', "surrogate"),
    "no such character": ('a: "\\U00110000"', "not YAML"),
    "next line": ("# a comment\x85license: mit", "only some readers"),
    "line separator": ("# a comment\u2028license: mit", "only some readers"),
    "paragraph separator": ("a: b # c\u2029license: mit", "only some readers"),
    "too many values": ("a: [" + "x," * 60_000 + "]", "more than"),
}


@pytest.mark.parametrize("fault", sorted(REFUSED))
def test_refuses(fault: str) -> None:
    text, message = REFUSED[fault]
    with pytest.raises(DocumentError, match=message):
        card(text)


def test_depth_at_the_limit_is_read() -> None:
    assert card("a: " + "[" * 15 + "]" * 15 + "\nlicense: mit").licenses == ("mit",)


def test_refuses_front_matter_that_never_ends() -> None:
    with pytest.raises(DocumentError, match="does not end"):
        read_card(b"---\nlicense: mit\n")


def test_refuses_front_matter_past_its_size() -> None:
    text = "license: mit\n# " + "x" * MAX_FRONT_MATTER
    with pytest.raises(DocumentError, match="does not end within"):
        card(text)
    with pytest.raises(DocumentError, match="longer than"):
        parse_front_matter(text)


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_line_feed_ends_the_line_before_the_closing_dashes(mark: str) -> None:
    with pytest.raises(DocumentError, match="does not end"):
        read_card(f"---\nlicense: mit{mark}---".encode())
    with pytest.raises(DocumentError):
        read_card(f"---\nlicense: mit{mark}---\nlicense: other\n---\n".encode())


def test_marks_in_the_prose_are_prose() -> None:
    assert read_card("---\nlicense: mit\n---\nThis model sorts apples\u2028from oranges.".encode()).licenses == ("mit",)


def test_refuses_what_is_not_utf8() -> None:
    with pytest.raises(DocumentError, match="not UTF-8 text \\(byte 4\\)"):
        read_card(b"---\n\xff\n---\n")


def test_refuses_a_second_document() -> None:
    with pytest.raises(DocumentError, match="more than one document"):
        parse_front_matter("a: 1\n--- \nb: 2\n")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text", ["? " * 40_000, "[" * 200_000, "{a: " * 60_000, "- " * 100_000, "a: 'x\n" * 30_000, "&a " * 50_000]
)
def test_hostile_yaml_costs_little(text: str) -> None:
    with pytest.raises(DocumentError):
        parse_front_matter(text)


def test_reads_the_newer_members_of_a_card() -> None:
    read = card("new_version: acme/two\nmetrics: [accuracy, f1, accuracy]\nextra_gated_prompt: Ask.\nthumbnail: x.png")
    assert read.new_version == "acme/two"
    assert read.metrics == ("accuracy", "f1")
    assert read.gated
    assert read.ignored == ()


@pytest.mark.parametrize("member", ["extra_gated_prompt:", "extra_gated_fields: {}", "gated: true", "inference: false"])
def test_a_card_that_asks_for_nothing_is_not_gated(member: str) -> None:
    assert not card(member).gated


def test_emissions_are_a_number_or_a_mapping() -> None:
    assert card("co2_eq_emissions: 0.5160").emissions == Emissions(grams="0.5160", alone=True)
    read = card(
        """
co2_eq_emissions:
  emissions: 1.5e3
  source: CodeCarbon
  training_type: fine-tuning
  geographical_location: Quebec, Canada
  hardware_used: 8 v100 GPUs
"""
    )
    assert read.emissions == Emissions(
        grams="1.5e3",
        source="CodeCarbon",
        training_type="fine-tuning",
        location="Quebec, Canada",
        hardware="8 v100 GPUs",
    )
    assert read.ignored == ()


@pytest.mark.parametrize(
    "value", ["12 kg", "-1", "[1]", "{emissions: [1]}", "{emissions: many}", "1e999", "0x10", "1,5"]
)
def test_emissions_that_are_no_number_of_grams_are_noted(value: str) -> None:
    read = card(f"co2_eq_emissions: {value}")
    assert read.emissions.grams == ""
    assert read.ignored == ("co2_eq_emissions",)


def test_emissions_without_a_number_say_the_rest() -> None:
    read = card("co2_eq_emissions: {source: CodeCarbon}")
    assert read.emissions == Emissions(source="CodeCarbon")
    assert read.ignored == ()


def test_a_text_with_control_characters_is_left_out() -> None:
    read = card('license: "m\\x07it"\ntags: [a, "b\\e", c]\nco2_eq_emissions: {source: "a\\x07"}')
    assert read.licenses == ()
    assert read.tags == ("a", "c")
    assert read.emissions == Emissions()
    assert read.ignored == ("license", "tags")


def test_the_prose_is_read_too() -> None:
    assert card("license: mit", "# M\n## Uses\nSorting.\n").prose.passages == (Passage("use", "Uses", ("Sorting.",)),)
