"""Markdown as sections of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.sections import (
    MAX_BLOCKS,
    MAX_CELLS,
    MAX_CODE,
    MAX_ROWS,
    MAX_SECTIONS,
    MAX_TABLES,
    MAX_TITLE,
    Block,
    Grid,
    Section,
    read_sections,
    web_links,
)


def texts(markdown: str) -> list[tuple[str, list[str]]]:
    return [(section.title, [block.text for block in section.blocks]) for section in read_sections(markdown)]


def test_paragraphs_and_items_stand_under_their_headings() -> None:
    assert texts("Before.\n\n# Title\n\nOne\nline.\n\nTwo.\n\n## Uses ##\n\n- a *b*\n  c\n* d\n1. e\n2) f\n") == [
        ("", ["Before."]),
        ("Title", ["One line.", "Two."]),
        ("Uses", ["a b c", "d", "e", "f"]),
    ]


def test_underlined_headings() -> None:
    assert texts("Title\n=====\nText.\n\nPart\n----\nMore.") == [("Title", ["Text."]), ("Part", ["More."])]


def test_sections_know_what_is_around_them() -> None:
    read = read_sections("# A\n## B\n#### C\n### D\n## E\n# F\n")
    assert [(item.title, item.level, item.parents) for item in read] == [
        ("A", 1, ()),
        ("B", 2, (0,)),
        ("C", 4, (0, 1)),
        ("D", 3, (0, 1)),
        ("E", 2, (0,)),
        ("F", 1, ()),
    ]


def test_markup_of_headings_is_taken_away() -> None:
    assert texts("## **Intended** `uses` [here](https://x)\n\nText.")[0][0] == "Intended uses here"
    assert len(texts("# " + "x" * 9000)[0][0]) == MAX_TITLE


@pytest.mark.parametrize(
    "markdown",
    [
        "#Text.",
        "> Text.",
        "> > Text.",
        "> [!NOTE]\n> Text.",
        "<!-- hidden\n\n# Hidden\n-->Text.",
        "Te<!-- hidden -->xt.",
        "```\n# hidden\n```\nText.",
        "~~~~\n~~~\nhidden\n~~~~\nText.",
        "```python\nhidden\n````\nText.",
        "<table>\n<tr><td>hidden</td></tr>\n</table>\nText.",
        "<style>hidden</style>\nText.",
        "<p>Text.</p>",
        "Text.\n***",
        "Text.\n\n---\n",
        "    hidden()\n\nText.",
        "![hidden](x.png)\n\nText.",
    ],
)
def test_only_prose_is_text(markdown: str) -> None:
    found = " ".join(text for _, blocks in texts(markdown) for text in blocks)
    assert found.removeprefix("#") == "Text."


def test_code_in_one_line_opens_nothing() -> None:
    assert texts("```pip install x``` is how.\n\nText.") == [("", ["pip install x is how.", "Text."])]


def test_what_is_never_closed_hides_the_rest() -> None:
    assert texts("# A\n```\nText.\n# B") == [("A", [])]
    assert texts("# A\n<!--\nText.\n# B") == [("A", [])]
    assert texts("# A\n<table>\nText.\n# B") == [("A", [])]


def test_a_line_with_a_bold_label_is_one_of_its_own() -> None:
    assert texts("**Developed by:** Acme\n**License**: MIT\nand more") == [
        ("", ["Developed by: Acme", "License: MIT and more"])
    ]


def test_items_are_told_from_paragraphs() -> None:
    (section,) = read_sections("Text:\n- one\n\n  still text\n\n- two")
    assert [(block.kind, block.text) for block in section.blocks] == [
        ("text", "Text:"),
        ("item", "one"),
        ("text", "still text"),
        ("item", "two"),
    ]


def test_bibtex_in_code_is_kept_as_written() -> None:
    (section,) = read_sections("```bibtex\n@article{a,\n  title={T_x}\n}\n```\n\n```\nno bibtex\n```")
    assert section.blocks == (Block("bibtex", "@article{a,\n  title={T_x}\n}"),)
    assert read_sections("# A\n```\n@a{" + "x\n" * MAX_CODE + "```\n") == (Section(title="A", level=1),)


TABLE = "| Data | Acc *x* |\n|:--|--:|\n| a | 1 |\n| b \\| c | 2 | 3 |\n| d |\n"


def test_tables() -> None:
    (section,) = read_sections(f"Text.\n{TABLE}\nMore.")
    assert section.tables == (Grid(("Data", "Acc x"), (("a", "1"), ("b | c", "2"), ("d", ""))),)
    assert [block.text for block in section.blocks] == ["Text.", "More."]


def test_a_table_without_edges_and_one_at_the_end() -> None:
    (section,) = read_sections("a | b\n--|--\n1 | 2")
    assert section.tables == (Grid(("a", "b"), (("1", "2"),)),)


@pytest.mark.parametrize("markdown", ["a | b\n--|--|--\n1 | 2", "a | b\n1 | 2", "|--|--|", "a\n--|--"])
def test_no_table_without_a_header_of_the_same_width(markdown: str) -> None:
    assert all(not section.tables for section in read_sections(markdown))


def test_a_heading_ends_a_table() -> None:
    first, second = read_sections(f"# A\n{TABLE}# B\nText.")
    assert len(first.tables) == 1
    assert second.blocks[0].text == "Text."


@pytest.mark.parametrize(
    ("markdown", "links"),
    [
        ("[a](https://x.org/a_(b))", ("https://x.org/a_(b)",)),
        ("<https://x.org> and https://y.org/a.", ("https://x.org", "https://y.org/a")),
        ("(https://x.org/a),(https://x.org/a)", ("https://x.org/a",)),
        ("ftp://x.org javascript:alert", ()),
        ("https://x.org/" + "y" * 600, ()),
    ],
)
def test_links(markdown: str, links: tuple[str, ...]) -> None:
    assert web_links(markdown) == links


def test_everything_is_bounded() -> None:
    many = read_sections("".join(f"# {number}\n" for number in range(MAX_SECTIONS + 9)))
    assert len(many) == MAX_SECTIONS
    assert len(read_sections("- a\n" * (MAX_BLOCKS + 9))[0].blocks) == MAX_BLOCKS
    assert len(read_sections(f"{TABLE}\n" * (MAX_TABLES + 9))[0].tables) == MAX_TABLES
    assert len(read_sections("|a|\n|-|\n" + "|1|\n" * (MAX_ROWS + 9))[0].tables[0].rows) == MAX_ROWS
    assert len(read_sections("word " * 1000)[0].blocks[0].text) == 1000
    wide = "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n" + ("|" + "1|" * 60 + "\n") * MAX_ROWS
    cells = sum(len(row) for grid in read_sections(f"{wide}\n" * 9)[0].tables for row in grid.rows)
    assert cells <= MAX_CELLS + 64
    assert texts("a\n" * 30_000)[0][0] == ""
    assert not any("late" in text for _, blocks in texts("\n" * 20_000 + "late") for text in blocks)


def test_control_characters_are_dropped() -> None:
    assert texts("# A\x07\n\nTe\x1b\u202ext.") == [("A", ["Text."])]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    ["![", "[a](", "<a", "**", "`", "<!-- x\n", "[[", "_ ", "x\n=\n", "# a\n", "- a\n", "|a|\n|-|\n", "> ", "```\n",
     "**a:** b\n", "https://a(", "<table>\n", "-->", "<!--"],
)  # fmt: skip
def test_hostile_markdown_costs_little(piece: str) -> None:
    assert len(read_sections("prose " + piece * (400_000 // len(piece)))) <= MAX_SECTIONS


LINES = st.lists(
    st.sampled_from(
        ["# a", "## b ##", "===", "---", "- c", "1. d", "> e", "```", "~~~", "| f | g |", "|---|---|", "<!--", "-->",
         "", "    h", "**i:** j", "<table>", "</table>", "@k{l,", "text"]
    )
    | st.text(max_size=20),
    max_size=40,
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(LINES)
def test_any_lines_give_sections(lines: list[str]) -> None:
    read = read_sections("\n".join(lines))
    for index, section in enumerate(read):
        assert all(parent < index and read[parent].level < section.level for parent in section.parents)
        assert all(len(row) == len(grid.header) for grid in section.tables for row in grid.rows)
        assert all(block.text for block in section.blocks)
        assert all(block.text.isprintable() for block in section.blocks if block.kind != "bibtex")
