"""BibTeX entries that a card asks to be cited."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.bibtex import MAX_ENTRIES, read_bibtex

DOI = "https://doi.org/10.1000/x"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@article{k, title={A {T}itle\n of it}, doi={10.1000/x}}", ("A Title of it", DOI)),
        ('@InProceedings{k,\n  Title = "A {T}itle",\n  DOI = "https://doi.org/10.1000/x",\n}', ("A Title", DOI)),
        ("@misc{k, eprint={1908.10084v2}, archivePrefix={arXiv}}", ("", "https://arxiv.org/abs/1908.10084v2")),
        ("@misc{k, eprint = 1908.10084}", None),
        ("@misc{k, year=2020, url={https://x.org/a?b=c}}", ("", "https://x.org/a?b=c")),
        ("@misc{k, url={javascript:alert(1)}, title={T}}", ("T", "")),
        ('@misc{k, title={G{\\"o}del}, url={https://x.org}}', ("", "https://x.org")),
        ("@misc{k, title={$x$}, url={https://x.org}}", ("", "https://x.org")),
        ('@misc{k, title="A" # "B", url={https://x.org}}', None),
        ("@misc{k, title=macro, url={https://x.org}}", None),
        ("@misc{k, title={never closed, url={https://x.org}", None),
        ("@misc{k, title={A}, title={B}}", ("A", "")),
        ("@misc{k, doi={not one}, url={https://x.org}}", ("", "https://x.org")),
        ("mail me@example.org", None),
        ("@misc{}", None),
        ("", None),
    ],
)
def test_what_stands_plainly_is_read(text: str, found: tuple[str, str] | None) -> None:
    assert list(read_bibtex(text)) == ([] if found is None else [found])


def test_several_entries_up_to_a_bound() -> None:
    entries = "".join(f"@misc{{k{number}, title={{T{number}}}}}\n" for number in range(MAX_ENTRIES + 5))
    assert [title for title, _ in read_bibtex(entries)] == [f"T{number}" for number in range(MAX_ENTRIES)]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["@", "@a{", "@a{b,", "@a{b,c={", "{", "\\", "@a{b, c=1,", '@a{b,c="', "   "])
def test_hostile_entries_cost_little(piece: str) -> None:
    assert len(list(read_bibtex(piece * (64_000 // len(piece))))) <= MAX_ENTRIES


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from(["@misc{", "k,", "title", "url", "=", "{", "}", '"', ",", "#", "\\", "T", "https://x"]))
)
def test_any_text_can_be_read(parts: list[str]) -> None:
    for title, link in read_bibtex("".join(parts)):
        assert title or link
        assert title.isprintable()
        assert link == "" or link.startswith("https://")
