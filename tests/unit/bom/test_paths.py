"""The path language of the norms: what is taken apart, what is found, and that any JSON may be walked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.paths import Path, Step, found, parse

NODE = {
    "name": "m",
    "licenses": [{"license": {"id": "MIT"}}, {"expression": "A OR B"}, 7],
    "hashes": [{"alg": "SHA-256", "content": "a"}, {"alg": "MD5", "content": "b"}, {"alg": "SHA-512", "content": "c"}],
    "properties": [
        {"name": "cdx:x:one", "value": "1"},
        {"name": "cdx:y", "value": "2"},
        {"name": "cdx:x:two", "value": "3"},
        {"value": "4"},
    ],
    "tags": ["a", "b"],
    "a/b": {"c~d": 1},
    "bom-ref": "r",
    "empty": [],
}


def values(text: str, node: Any = NODE, *, lists: bool = False) -> list[tuple[str, Any]]:
    path = parse(text)
    return [(one.pointer, one.value) for one in found(path.steps, node, "/x", lists=lists)]


def test_a_path_is_taken_apart() -> None:
    assert parse("model.hashes[alg=SHA-256|SHA-512].content") == Path(
        text="model.hashes[alg=SHA-256|SHA-512].content",
        root="model",
        steps=(Step(name="hashes", many=True, key="alg", values=("SHA-256", "SHA-512")), Step(name="content")),
    )
    assert parse("component.mime-type").steps == (Step(name="mime-type"),)
    assert parse("dataset.data[]").steps == (Step(name="data", many=True),)
    assert parse("bom.x[name=a.b:*].value").steps[0] == Step(name="x", many=True, key="name", values=("a.b:*",))
    assert not parse("bom.version").spdx


def test_an_spdx_path_is_taken_apart() -> None:
    path = parse("Relationship[trainedOn].to")
    assert (path.root, path.edge, path.steps, path.spdx) == ("Relationship", "trainedOn", (Step(name="to"),), True)
    path = parse("SpdxDocument>amendedBy")
    assert (path.root, path.edge, path.steps) == ("SpdxDocument", "amendedBy", ())
    assert (parse("ai_AIPackage.ai_domain").edge, parse("ai_AIPackage").steps) == ("", ())


@pytest.mark.parametrize(
    "text",
    [
        "", ".name", "model.", "model..name", "model.a[", "model.a]", "model.a[=b]", "model.a[b=c", "a b.c",
        "tool[x].to", "1.a",
    ],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no path|type of relationship"):
        parse(text)


FINDS: dict[str, list[tuple[str, Any]]] = {
    "model.name": [("/x/name", "m")],
    "model.bom-ref": [("/x/bom-ref", "r")],
    "model.licenses[].license.id": [("/x/licenses/0/license/id", "MIT")],
    "model.licenses[].expression": [("/x/licenses/1/expression", "A OR B")],
    "model.hashes[alg=SHA-256|SHA-512].content": [("/x/hashes/0/content", "a"), ("/x/hashes/2/content", "c")],
    "model.properties[name=cdx:x:*].value": [("/x/properties/0/value", "1"), ("/x/properties/2/value", "3")],
    "model.properties[name=cdx:y].value": [("/x/properties/1/value", "2")],
    "model.tags[]": [("/x/tags/0", "a"), ("/x/tags/1", "b")],
    "model.tags": [("/x/tags", ["a", "b"])],
    "model.empty[]": [],
    "model.name[]": [],
    "model.name.more": [],
    "model.absent[].x": [],
    "model": [("/x", NODE)],
}


@pytest.mark.parametrize("text", sorted(FINDS))
def test_values_are_found_with_their_pointers(text: str) -> None:
    assert values(text) == FINDS[text]


def test_a_list_is_its_items_everywhere_where_json_ld_says_so() -> None:
    node = {"suppliedBy": ["urn:a", "urn:b"], "one": "urn:c", "refs": [{"locator": ["x", "y"]}]}
    assert values("A.suppliedBy", node, lists=True) == [("/x/suppliedBy/0", "urn:a"), ("/x/suppliedBy/1", "urn:b")]
    assert values("A.one[]", node, lists=True) == [("/x/one", "urn:c")]
    assert values("A.refs[].locator", node, lists=True) == [("/x/refs/0/locator/0", "x"), ("/x/refs/0/locator/1", "y")]


def test_pointers_are_escaped() -> None:
    steps = (Step(name="a/b"), Step(name="c~d"))
    assert [one.pointer for one in found(steps, NODE, "")] == ["/a~1b/c~0d"]


def test_the_objects_around_a_value_are_kept_but_not_the_start() -> None:
    (one,) = found(parse("model.licenses[].license.id").steps, NODE, "")
    assert one.holders == ({"license": {"id": "MIT"}}, {"id": "MIT"})


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "licenses", "license", "id", "hashes", "alg", "content"]), inner)
    ),
    max_leaves=20,
)


@given(ANY, st.sampled_from(sorted(FINDS)), st.booleans())
@settings(deadline=None, max_examples=100)
def test_any_json_is_walked(node: Any, text: str, lists: bool) -> None:
    for pointer, value in values(text, node, lists=lists):
        found_value: Any = {"x": node}
        for step in pointer.split("/")[1:]:
            found_value = found_value[int(step)] if isinstance(found_value, list) else found_value[step]
        assert found_value == value
