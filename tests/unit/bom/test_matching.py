"""A stranger's model against known ones: the ranking, and what it makes of the base models that are declared."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from attest.bom.matching import CONTRADICTED, UNCONFIRMED, UNDECLARED, base_findings, match, same_model
from attest.domain.bom import Relative, TensorRecord
from attest.domain.finding import Finding
from attest.domain.kinship import Match
from tests.unit.bom.toys import Tensors, as_gguf, constant, digest, listed, made, recast, renamed, retrained, toy

BASE, OTHER = toy(), toy("other")
MINE = retrained(BASE, lambda name: "layers.3." in name)


def matched(model: Tensors, **bases: Tensors) -> tuple[Match, ...]:
    return match(listed(model), {name: listed(tensors) for name, tensors in bases.items()})


def claim(name: str, relation: str = "finetune") -> Relative:
    return Relative(name=name, relation=relation, origin="declared", source="README.md#/base_model")


def found(model: Tensors, *claims: Relative, itself: str = "", **bases: Tensors) -> list[tuple[str, str]]:
    result = base_findings(claims, matched(model, **bases), {name: f"acme/{name}" for name in bases}, itself=itself)
    return [(finding.rule, finding.severity) for finding in result]


def test_matches_are_ranked_by_what_they_have_of_the_model() -> None:
    cousin = retrained(BASE, lambda name: "layers.0." not in name)
    result = matched(MINE, stranger=toy("x", layers=1), cousin=cousin, base=BASE)
    assert [(one.name, one.evidence) for one in result] == [("base", "shown"), ("cousin", "shown")]
    assert (result[0].shared.size, result[0].same_names) == (542_720, 23)
    assert result[0].message == "76.8 % of the model's bytes are the base's, and 76.8 % of the base's are in the model."
    assert result[0].model == result[0].base


def test_new_names_do_not_hide_a_base() -> None:
    hidden = renamed(MINE.values(), lambda name: digest(name.encode()))
    result = matched(hidden, base=BASE)
    assert (result[0].evidence, result[0].same_names, result[0].same_structure) == ("shown", 0, False)


def test_the_same_names_and_shapes_alone_are_said_to_show_nothing() -> None:
    for model in (OTHER, recast(BASE, "BF16"), as_gguf(recast(BASE, "Q8_0"))):
        result = matched(model, base=BASE)
        assert [(one.evidence, one.same_structure, one.shared.tensors) for one in result] == [("structure", True, 0)]
        assert "possible and not shown" in result[0].message


def test_a_single_tensor_in_common_is_too_little() -> None:
    one = BASE["model.layers.0.self_attn.q_proj.weight"]
    result = matched({**toy("x", layers=2), "w": replace(one, name="w")}, base=BASE)
    assert [(found.evidence, found.shared.tensors) for found in result] == [("none", 1)]
    assert "too little" in result[0].message


def test_padding_with_zeros_and_copies_makes_no_base() -> None:
    pads = {f"p.{n}": constant(f"p.{n}", (64, 64 + n)) for n in range(9)}
    copies = {f"c.{n}": replace(BASE["lm_head.weight"], name=f"c.{n}") for n in range(99)}
    result = matched({**toy("x", layers=2), **pads}, base={**BASE, **pads})
    assert result == ()
    copied = matched({**toy("x", layers=2), **copies}, base=BASE)[0]
    assert copied.shared.tensors == 1


def test_a_shape_that_lies_about_the_size_does_not_count() -> None:
    liars = {name: replace(record, shape=(10**6, 10**6)) for name, record in BASE.items()}
    assert all(one.shared.tensors == 0 for one in matched(liars, base=BASE))


def test_a_declared_base_that_the_bytes_confirm_makes_no_finding() -> None:
    assert found(MINE, claim("acme/base"), base=BASE, other=OTHER) == []
    assert found(MINE, claim("base"), base=BASE) == []


def test_a_base_that_nobody_declares() -> None:
    assert found(MINE, base=BASE) == [(UNDECLARED, "warning")]
    assert found(MINE, claim("acme/unknown"), base=BASE) == [(UNDECLARED, "note")]
    assert found(MINE, claim("acme/other", "adapter"), base=BASE, other=OTHER) == [(UNDECLARED, "warning")]


def test_a_base_that_is_closer_than_the_declared_one() -> None:
    old = retrained(BASE, lambda name: "layers.1." in name or "layers.2." in name)
    assert found(MINE, claim("acme/old"), base=BASE, old=old) == [(UNDECLARED, "note")]


def text_of(finding: Finding) -> str:
    return finding.message


def test_a_declared_base_that_the_bytes_contradict() -> None:
    assert found(MINE, claim("acme/other"), base=BASE, other=OTHER) == [(CONTRADICTED, "error")]
    less = {**renamed(OTHER.values(), lambda name: f"o.{name}"), **{n: MINE[n] for n in list(MINE)[:12]}}
    assert found(less, claim("acme/third"), base=BASE, third=toy("third")) == [(CONTRADICTED, "warning")]
    result = base_findings(
        [claim("acme/other")], matched(MINE, base=BASE, other=OTHER), {"base": "acme/base", "other": "acme/other"}
    )
    assert text_of(result[0]) == (
        "declares acme/other, but shares no tensor with it, whose digests are known, and has 76.8 % of its bytes in "
        "common with base; what is missing alone would show nothing: a fine-tune of all layers, a merge by averaging "
        "or a quantisation leaves no equal bytes"
    )


def test_a_tensor_in_common_with_the_declared_base_is_not_called_none() -> None:
    faint = {**OTHER, "w": replace(MINE["model.layers.3.mlp.up_proj.weight"], name="w")}
    result = base_findings(
        [claim("acme/other")], matched(MINE, base=BASE, other=faint), {"base": "acme/base", "other": "acme/other"}
    )
    assert "shares too little to count with it" in text_of(result[0])


def test_a_few_tensors_of_the_declared_base_do_not_excuse_silence_about_another() -> None:
    some, one = (
        {name: record for name, record in MINE.items() if part in name}
        for part in ("layers.3.mlp", "layers.3.self_attn.q_proj")
    )
    assert found(MINE, claim("acme/other"), base=BASE, other={**OTHER, **some}) == [(UNDECLARED, "note")]
    assert found(MINE, claim("acme/other"), base=BASE, other={**OTHER, **one}) == [(UNDECLARED, "warning")]


def test_silence_is_no_contradiction() -> None:
    assert found(MINE, claim("acme/other"), other=OTHER) == [(UNCONFIRMED, "note")]
    assert found(MINE, claim("acme/other", "adapter"), other=OTHER) == []
    assert found(MINE, claim("acme/unknown"), other=OTHER) == []


def test_a_model_is_no_base_of_itself() -> None:
    assert found(MINE, itself="acme/mine", mine=MINE, other=OTHER) == []
    assert found(MINE, claim("acme/mine"), itself="acme/mine", mine=MINE) == []


def test_a_small_part_in_common_makes_a_match_and_no_finding() -> None:
    part = {name: record for name, record in BASE.items() if "layers.0.self_attn" in name}
    big = {f"own.{n}": made(f"own.{n}", (512, 512), "own") for n in range(3)}
    assert matched({**big, **part}, base=BASE)[0].evidence == "shown"
    assert found({**big, **part}, base=BASE) == []


def test_padding_does_not_hide_a_base_that_is_there_whole() -> None:
    big = {f"own.{n}": made(f"own.{n}", (2048, 2048), "own") for n in range(2)}
    hidden = renamed(BASE.values(), lambda name: digest(name.encode()))
    assert matched({**big, **hidden}, base=BASE)[0].message.startswith(
        "2.0 % of the model's bytes are the base's, and 100"
    )
    assert found({**big, **hidden}, base=BASE) == [(UNDECLARED, "warning")]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("a/b", "A/B", True), ("a/b", "c/b", False), ("b", "c/b", True), ("b", "b", True), ("b", "c", False)],
)
def test_names_of_one_model(left: str, right: str, same: bool) -> None:
    assert same_model(left, right) is same


def test_a_thousand_known_models_are_looked_through_in_one_go() -> None:
    known = {
        f"m{number}": [
            TensorRecord(name=f"{n}.w", dtype="F32", shape=(64, 64), sha256=f"{number:032x}{n:032x}") for n in range(50)
        ]
        for number in range(1000)
    }
    start = time.process_time()
    assert match(listed(MINE), known) == ()
    assert time.process_time() - start < 5
