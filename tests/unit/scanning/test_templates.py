"""Judging chat templates: those of common models pass, and everything that reaches for Python is found."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import nodes

from attest.errors import DocumentError
from attest.scanning.repository import template_lexer
from attest.scanning.repository.template_parser import MAX_MACROS, MAX_SIZE, parse_template
from attest.scanning.repository.templates import looks_like_template, objections_to
from tests.unit.scanning.chat_templates import ATTACKS, CHAT, COSTLY
from tests.unit.scanning.scans import rules, scan_bytes

_FRAGMENTS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{%-",
    "-%}",
    "{#",
    "#}",
    " ",
    "x",
    "messages",
    "m.role",
    "['a']",
    "[1:]",
    "'s'",
    '"\\x5f"',
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "|trim",
    "|map(attribute='a')",
    " is ",
    " not ",
    " in ",
    " and ",
    " or ",
    " if ",
    " else ",
    "for m in messages",
    "endfor",
    "set a = ",
    "set ns.a = ",
    "endset",
    "macro f(a, b=1)",
    "endmacro",
    "f(1)",
    "if x",
    "elif y",
    "else",
    "endif",
    "~",
    "+",
    "-",
    "*",
    "**",
    "%",
    "//",
    "1",
    "1.5",
    "0x1f",
    ",",
    ":",
    ".",
    "=",
    "==",
    "raw",
    "endraw",
    "generation",
    "endgeneration",
    "do ",
    "call f(1)",
    "endcall",
    "namespace(a=1)",
    "recursive",
    "\\",
]


@pytest.mark.parametrize("name", sorted(CHAT))
def test_a_chat_template_in_the_style_of_a_common_model_passes(name: str) -> None:
    assert objections_to(CHAT[name]) == ((), "")


@pytest.mark.parametrize("template", ATTACKS)
def test_an_attack_is_found(template: str) -> None:
    found, _ = objections_to(template)
    assert found


@pytest.mark.parametrize("template", COSTLY)
def test_a_template_that_exhausts_its_reader_is_found(template: str) -> None:
    found, _ = objections_to(template)
    assert found


@pytest.mark.parametrize(
    "template",
    [
        "{{ x", "{% if x %}", "{% nonsense %}", "{# open", "{{ x[ }}", "{% raw %}x", "{{ 'x }}", "{{ 1 2 }}", "{{ $ }}",
        "{{ x | }}", "{% for in x %}{% endfor %}", "{% endif %}", "{{ '\\x1' }}", "{{ '\\N{NO SUCH}' }}", "{{ ) }}",
        "{{ if }}", "{% set %}", "{{ x[] }}", "{{ }}", "{{ .System }}", "{{ '\\Uffffffff' }}", "{{ x.'a' }}",
    ],
)  # fmt: skip
def test_a_template_that_does_not_parse_is_said_to_be_one(template: str) -> None:
    found, fault = objections_to(template)
    assert fault
    assert not found


@pytest.mark.parametrize("template", ["{{ ''.__class__ ", "{{ x['__class__' }}", "{{ $ }} {{ __import__ }}x{{ __a__ "])
def test_a_broken_template_that_names_python_is_found_as_far_as_it_can_be_read(template: str) -> None:
    found, fault = objections_to(template)
    assert fault
    assert found or template.startswith("{{ $")


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages[i + 1].role }}{% set i = 1 %}",
        "{% for k in tool.parameters %}{{ tool.parameters[k] }}{% endfor %}",
        "{% for k, v in tool.items() %}{{ tool[k] }}{% endfor %}",
        "{% for i in range(messages|length) %}{{ messages[i]['role'] }}{% endfor %}",
        "{% set key = 'content' %}{{ m[key] }}",
        "{% set ns = namespace(i=0) %}{% set ns.i = ns.i + 1 %}{{ messages[ns.i] }}",
        "{% set _ = l.append('x') %}{{ _ }}",
        "{% for _ in range(3) %}x{% endfor %}",
        "{% set t = fn.name.split('.')[0] %}{{ spaces[t] }}",
        "{{ 'a {} b {:>3}'.format(x, y) }}{{ '%s-%5.2f'|format(x, y) }}{{ '%d%%' % 3 }}",
        "{{ messages[-1].content.split('</think>')[-1].lstrip('\\n') }}",
        "{% for m in messages[::-1] %}{{ m.role }}{% endfor %}",
        "{{ x|selectattr('role', 'equalto', 'user')|map(attribute='content')|list|last }}",
        "{{ x is defined and x is not none and x is mapping }}{{ 7 is divisibleby 3 }}",
        "{{ {'a': {'b': 1}}['a'] }}{{ (1, 2)[0] }}{{ x.0 }}",
        "{% if x: %}y{% endif %}",
        "{% raw %}{{ ''.__class__ }}{% endraw %}",
        "{# {{ ''.__class__ }} #}",
        "text only, __class__ and all",
        "{{ 'a word like __init__ in a prompt' }}",
        "{{ strftime_now('%Y') }}{{ raise_exception('no') }}",
        "{% macro f(x) %}{{ x.a }}{% if x.items %}{{ f(x.items) }}{% endif %}{% endmacro %}{{ f(y) }}",
        "{% macro a(x) %}1{% endmacro %}{% set all = [] %}{% set all = all + [a] %}{{ all[0](*l[0]) }}",
    ],
)
def test_what_templates_need_is_no_finding(template: str) -> None:
    assert objections_to(template) == ((), "")


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        (r"\x5f\137\u005f\U0000005f\N{LOW LINE}", "_____"),
        (r"a\nb\t\"\'\\", "a\nb\t\"'\\"),
        (r"\q\é\8", "\\q\\é\\8"),
        ("a\\\nb", "ab"),
        ("\r\n", "\r\n"),
        (r"\0\07\1234", "\x00\x07S4"),
    ],
)
def test_strings_stand_for_what_python_reads(spelled: str, meant: str) -> None:
    assert template_lexer.unescape(spelled, 0) == meant


def test_a_template_file_is_judged_with_its_place() -> None:
    scan = scan_bytes("chat_template.jinja", b"{{ ''.__class__ }}")
    assert rules(scan) == ["template.unsafe"]
    assert scan.outcome == "BLOCK"
    assert scan.findings[0].value == "__class__"
    assert "character 5" in scan.findings[0].message


@pytest.mark.parametrize("name", ["x.jinja", "x.jinja2", "x.j2", "chat_template.txt"])
def test_a_harmless_template_file_passes(name: str) -> None:
    scan = scan_bytes(name, CHAT["chatml"].encode())
    assert (scan.outcome, scan.findings, scan.formats[-1]) == ("PASS", (), "template")


def test_a_template_file_that_is_no_text_is_inconclusive() -> None:
    scan = scan_bytes("x.jinja", b"{{ x }}\xff")
    assert (scan.outcome, rules(scan)) == ("INCONCLUSIVE", ["template.unparsed"])


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 5000 + "x" + ")" * 5000 + " }}",
        "{% if x %}" * 5000 + "{% endif %}" * 5000,
        "{{ " + "not " * 5000 + "x }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{% macro a() %}{% endmacro %}" * (MAX_MACROS + 1),
        "{{ " + "1 + " * 40_000 + "1 }}",
        "x" * (MAX_SIZE + 1),
        "{{ " + "1" * 5000 + " }}",
    ],
)
def test_sizes_and_depths_are_bounded(template: str) -> None:
    assert objections_to(template)[1]


@pytest.mark.parametrize(
    "template",
    [
        "{{ x" + ".a" * 9_000 + " }}",
        "{{ x" + "|trim" * 9_000 + " }}",
        "{{ '' " + "~ x" * 9_000 + " }}",
        "{{ x" + "[0]" * 5_000 + " }}",
        "".join(f"{{% set a{i} = a{i - 1} %}}" for i in range(3_000)),
        "{% set ns = namespace() %}" + "".join(f"{{% set ns.a{i} = ns.a{i - 1} ~ ns.b %}}" for i in range(2_000)),
    ],
)
def test_long_chains_are_judged_in_reasonable_time(template: str) -> None:
    assert objections_to(template)[1] == ""


def test_only_text_with_marks_looks_like_a_template() -> None:
    assert looks_like_template("a {{ b }}")
    assert not looks_like_template("a { b }")


@given(st.text() | st.lists(st.sampled_from(_FRAGMENTS), max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_the_text_it_is_judged_or_said_to_be_unreadable(text: str) -> None:
    found, fault = objections_to(text)
    assert isinstance(fault, str)
    assert len(found) <= 20


# The same tree as Jinja's own parser builds.


def _ours(text: str) -> Counter[tuple[str, str]] | None:
    try:
        tree = parse_template(text)
    except DocumentError:
        return None
    kinds = {"attribute": ".", "item": "[", "slice": "[", "call": "(", "filter": "|", "test": "is", "name": "name"}
    found = Counter((kinds[node.kind], node.text) for node in tree.nodes if node.kind in kinds)
    return found + Counter(("text", node.text) for node in tree.nodes if node.is_text)


def _theirs(text: str) -> Counter[tuple[str, str]] | None:
    environment = jinja2.Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"], autoescape=False)  # noqa: S701
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = environment.parse(text)
    except jinja2.TemplateError:
        return None
    return Counter(_shapes(tree))


def _shapes(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Getattr):
            yield ".", node.attr
        elif isinstance(node, nodes.Getitem):
            yield "[", ""
        elif isinstance(node, nodes.Call):
            yield "(", ""
        elif isinstance(node, nodes.Filter | nodes.Test):
            yield "|" if isinstance(node, nodes.Filter) else "is", node.name
        elif isinstance(node, nodes.Name) and node.ctx == "load":
            yield "name", node.name
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and node.value:
            yield "text", node.value


@pytest.mark.parametrize("text", [text for text in CHAT.values() if "generation %}" not in text])
def test_common_templates_give_the_tree_that_jinja_builds(text: str) -> None:
    assert _ours(text) == _theirs(text) is not None


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_give_the_tree_that_jinja_builds(text: str) -> None:
    ours, theirs = _ours(text), _theirs(text)
    # Tags that are refused by their names are not read any further.
    assert (
        ours is None
        or theirs is None
        or ours == theirs
        or any(word in text for word in ("import", "include", "extend"))
    )


@given(st.lists(st.sampled_from(_FRAGMENTS), min_size=3, max_size=30).map("".join), st.booleans())
@settings(max_examples=250, deadline=None)
def test_whatever_jinja_parses_too_gives_the_same_tree(text: str, wrapped: bool) -> None:
    text = f"{{{{ {text} }}}}" if wrapped else text
    ours, theirs = _ours(text), _theirs(text)
    assert ours is None or theirs is None or ours == theirs
