"""The first paragraph of prose in a README."""

from __future__ import annotations

import pytest

from attest.formats.prose import MAX_DESCRIPTION, first_paragraph, is_placeholder, plain_text, shortened

PROSE = "This model sorts apples from oranges."


@pytest.mark.parametrize(
    "markdown",
    [
        PROSE,
        f"# Title\n{PROSE}\n\nMore.",
        f"Title\n=====\n\n{PROSE}",
        f"A rather long heading with an underline\n-----\n{PROSE}",
        f"[![badge of the build](https://x/y.svg)](https://x)\n\n{PROSE}",
        f"![a picture of an apple that is red](x.png)\n\n{PROSE}",
        f"<p align=center>some centred words here</p>\n\n{PROSE}",
        f"<!-- Provide a quick summary of\n\nwhat the model is. -->\n\n{PROSE}",
        f"| a long table cell | another long cell |\n|---|---|\n\n{PROSE}",
        f"```python\nimport this_is_code_and_not_prose\n\nmore_code_here\n```\n{PROSE}",
        f"~~~\nimport this_is_code_and_not_prose\n~~~\n{PROSE}",
        f"    indented_code_is_not_prose_either()\n\n{PROSE}",
        f"> a quotation is not a description of it\n\n{PROSE}",
        f"- a list item that is long enough\n- another\n\n{PROSE}",
        f"[More Information Needed] about this model\n\n{PROSE}",
        f"Short.\n\n{PROSE}",
        f"This is the model card of a 🤗 transformers model that has been pushed on the Hub.\n\n{PROSE}",
        f"Use the code below to get started with the model.\n\n{PROSE}",
        f"{{{{ model_summary }}}} is what this model is about\n\n{PROSE}",
        "This *model* sorts **apples** from `oranges`.",
        "This [model](https://example.org/a_(b)) sorts\n<b>apples</b> from [oranges][1].",
        "This model ![i](x.png)sorts   apples\n  from oranges.",
    ],
)
def test_finds_the_prose(markdown: str) -> None:
    assert first_paragraph(markdown) == PROSE


@pytest.mark.parametrize("markdown", ["", "# Title", "| a |\n", "```\nnever closed " + PROSE, "<!-- " + PROSE])
def test_absent_stays_absent(markdown: str) -> None:
    assert first_paragraph(markdown) == ""


def test_underscores_inside_words_stay() -> None:
    assert (
        first_paragraph("Uses hidden_size and num_layers as they are.")
        == "Uses hidden_size and num_layers as they are."
    )


def test_long_paragraphs_are_cut() -> None:
    text = first_paragraph("word " * 1000)
    assert len(text) <= MAX_DESCRIPTION
    assert text.endswith("word…")


def test_control_characters_are_dropped() -> None:
    assert (
        first_paragraph("This \x1b[31mmodel\x07 sorts apples from oranges.")
        == "This [31mmodel sorts apples from oranges."
    )


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", ["![", "[a](", "<a", "[![x](", "**", "`", "<!-- x\n", "[[", "_ ", "x\n=\n"])
def test_hostile_markdown_costs_little(piece: str) -> None:
    assert len(first_paragraph(piece * 200_000)) <= MAX_DESCRIPTION
    assert len(first_paragraph("prose and words enough for it " + piece * 200_000)) <= MAX_DESCRIPTION


@pytest.mark.parametrize(
    "text",
    ["", "TODO", "n/a.", "[More Information Needed]", "(coming soon)", "**TBD**", "None", "Needs more information.",
     "{{ uses | default(...) }}", "Carbon emissions can be estimated using the Machine Learning Impact calculator."],
)  # fmt: skip
def test_placeholders_say_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["No.", "Nonetheless useful", "Sorting", "0", "unknown words are split"])
def test_other_texts_say_something(text: str) -> None:
    assert not is_placeholder(text)


def test_long_texts_are_shortened() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("ab cd", 4) == "ab…"


def test_plain_text_is_one_line() -> None:
    assert plain_text(" *a*\n\t`b` ![c](d) [e](f) <b>g</b> ") == "a b e g"
