"""What tensors show of two models, what they do not, and what nobody can make them show."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.kinship import compare
from attest.bom.tensor_sizes import size_of
from attest.domain.bom import TensorRecord
from attest.domain.kinship import Evidence, Kinship, Verdict, percent
from tests.unit.bom.toys import (
    HIDDEN,
    ROWS,
    Tensors,
    as_gguf,
    constant,
    digest,
    gguf_name,
    listed,
    made,
    recast,
    renamed,
    retrained,
    toy,
)

BASE = toy()


def against(after: Tensors, before: Tensors = BASE) -> Kinship:
    return compare(listed(before), listed(after))


def judged(found: Kinship) -> tuple[Verdict, Evidence]:
    return found.verdict, found.evidence


def without(tensors: Tensors, part: str) -> Tensors:
    return {name: record for name, record in tensors.items() if part not in name}


def of_layers(*numbers: int) -> Callable[[str], bool]:
    return lambda name: any(f"layers.{number}." in name for number in numbers)


# --- what people do to models -----------------------------------------------------------------------------------------


def test_the_same_tensors_are_identical_in_any_order() -> None:
    found = compare(listed(BASE), listed(BASE)[::-1])
    assert judged(found) == ("identical", "shown")
    assert found.unchanged == found.before == found.after
    assert found.changes == ()
    assert found.message == "The same tensors, by name and byte for byte: 39."


def test_a_fine_tune_names_its_layers() -> None:
    found = against(retrained(BASE, of_layers(2, 3)))
    assert judged(found) == ("fine-tune-partial", "shown")
    assert (found.changed_layers, found.unchanged_layers) == ("2–3", "0–1")
    assert found.changed_modules == ("attention", "mlp", "norm")
    assert (found.unchanged.tensors, found.changed.tensors) == (21, 18)
    assert found.message == (
        "Consistent with a fine-tune that changed layers 2–3. Unchanged: 21 of 39 tensors, 53.6 % of the bytes. "
        "B was made from A, A from B, or both from a third model."
    )


def test_a_new_head_on_the_same_body() -> None:
    body = without(BASE, "lm_head")
    found = against(body | {"score.weight": made("score.weight", (2, HIDDEN), "head")})
    assert judged(found) == ("fine-tune-partial", "shown")
    assert "changed the output head and left out 1 tensor" in found.message
    assert (found.only_before.tensors, found.only_after.tensors) == (1, 1)


def test_a_frozen_embedding_alone_shows_kinship() -> None:
    found = against(retrained(BASE, lambda name: "embed_tokens" not in name))
    assert judged(found) == ("fine-tune-partial", "shown")
    assert found.changed_layers == "0–3"


@pytest.mark.parametrize("modules", [("q_proj", "v_proj"), ("_proj",), ("down_proj",)])
def test_a_merged_adapter_changes_its_matrices_alone(modules: tuple[str, ...]) -> None:
    found = against(retrained(BASE, lambda name: any(module in name for module in modules)))
    assert judged(found) == ("adapter-merged", "shown")
    assert "consistent with a merged LoRA adapter" in found.message
    assert "A fine-tune of just these matrices looks the same" in found.message


@pytest.mark.parametrize(
    "wanted",
    [
        lambda name: "q_proj" in name or "layernorm" in name,
        lambda name: "q_proj" in name or "lm_head" in name,
        lambda name: "0.self_attn.q_proj" in name or "1.self_attn.v_proj" in name,
    ],
)
def test_what_no_adapter_does_is_no_merged_adapter(wanted: Callable[[str], bool]) -> None:
    assert judged(against(retrained(BASE, wanted))) == ("fine-tune-partial", "shown")


def test_other_names_for_the_same_weights_are_seen() -> None:
    found = against(renamed(BASE.values(), lambda name: f"net_{digest(name.encode())}"))
    assert judged(found) == ("renamed", "shown")
    assert found.moved.tensors == len(BASE)
    assert found.shared == found.weighed_before == found.weighed_after


def test_names_without_their_wrapper_and_those_of_gguf_are_the_same_names() -> None:
    assert judged(against(renamed(BASE.values(), lambda name: name.removeprefix("model.")))) == ("renamed", "shown")
    found = against(as_gguf(BASE))
    assert judged(found) == ("renamed", "shown")
    assert found.unchanged.tensors == len(BASE)
    assert "names were compared in one spelling, after the tables that convert models to GGUF" in found.notes


def test_a_larger_and_a_smaller_vocabulary_are_seen() -> None:
    grown = dict(BASE)
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        grown[name] = made(name, (ROWS + 16, HIDDEN), "grown")
    found = against(grown)
    assert judged(found) == ("vocabulary-extended", "shown")
    assert found.message == "The vocabulary grew from 100 to 116 rows; everything else is the same."
    assert judged(against(BASE, grown)) == ("vocabulary-reduced", "shown")
    assert judged(against(as_gguf(grown))) == ("vocabulary-extended", "shown")
    assert judged(against(retrained(grown, of_layers(1)))) == ("fine-tune-partial", "shown")


def test_another_width_is_no_vocabulary() -> None:
    name = "model.embed_tokens.weight"
    assert against({**BASE, name: made(name, (ROWS, 2 * HIDDEN), "wide")}).verdict == "fine-tune-partial"


def test_layers_that_were_left_out_are_seen_whatever_the_others_are_called_then() -> None:
    found = against(without(BASE, "layers.1."))
    assert judged(found) == ("layers-dropped", "shown")
    assert "B has 3 of A's 4 layers" in found.message
    closed = renamed(without(BASE, "layers.1.").values(), lambda name: shifted(name, {2: 1, 3: 2}))
    assert judged(against(closed)) == ("layers-dropped", "shown")


def test_layers_that_stand_twice_are_seen() -> None:
    deeper = renamed(BASE.values(), lambda name: shifted(name, {3: 4}))
    found = against({**BASE, **deeper})
    assert judged(found) == ("layers-repeated", "shown")
    assert "B has 5 layers where A has 4" in found.message


def shifted(name: str, places: dict[int, int]) -> str:
    for old, new in places.items():
        if f"layers.{old}." in name:
            return name.replace(f"layers.{old}.", f"layers.{new}.")
    return name


def test_what_was_added_and_what_is_missing_is_said() -> None:
    more = {**BASE, "tower.weight": made("tower.weight", (HIDDEN, HIDDEN), "tower")}
    assert judged(against(more)) == ("extended", "shown")
    assert judged(against(BASE, more)) == ("reduced", "shown")


def test_computed_tensors_that_a_program_leaves_out_are_no_difference() -> None:
    other = renamed(BASE.values(), lambda name: f"net.{name.upper()}")
    other["net.position_ids"] = made("net.position_ids", (1, 4096), "ids", "I64")
    found = against(other)
    assert judged(found) == ("renamed", "shown")
    assert "small, constant or computed tensors that only B has: 1, 32,768 bytes" in found.notes


def test_another_type_is_no_proof() -> None:
    for other in (recast(BASE, "BF16"), as_gguf(recast(BASE, "Q8_0"))):
        found = against(other)
        assert judged(found) == ("requantised", "structure")
        assert "cannot be compared" in found.message
        assert "that B comes from A is not shown" in found.message
        assert found.shared.tensors == 0


def test_norms_that_stay_what_they_were_show_where_a_quantisation_comes_from() -> None:
    wide = {name: replace(record, shape=(512,)) for name, record in BASE.items() if "norm" in name}
    before = BASE | {name: made(name, (512,), "norm") for name in wide}
    quantised = as_gguf(recast(before, "Q8_0"))
    for name in wide:
        quantised[gguf_name(name)] = replace(before[name], name=gguf_name(name))
    found = against(quantised, before)
    assert judged(found) == ("requantised", "shown")
    assert "9 tensors are the same byte for byte" in found.message
    stranger = {
        name: replace(record, sha256="f" * 63 + str(len(name) % 10)) if "norm" in name else record
        for name, record in quantised.items()
    }
    assert judged(against(stranger, before)) == ("same-architecture", "structure")


def test_what_converters_to_gguf_reorder_is_no_fine_tune() -> None:
    found = against(retrained(as_gguf(BASE), lambda name: "attn_q." in name or "attn_k." in name))
    assert judged(found) == ("requantised", "shown")
    assert "whether more happened to them is not told" in found.message


def test_training_every_weight_leaves_one_architecture_and_no_proof() -> None:
    found = against(retrained(BASE, lambda name: True))
    assert judged(found) == ("same-architecture", "structure")
    assert "Kinship is not shown" in found.message


def test_strangers_have_nothing_in_common_and_that_proves_nothing() -> None:
    found = against(toy("stranger", layers=1))
    assert judged(found) == ("unrelated", "none")
    assert "leaves no equal bytes" in found.message


def test_parts_of_two_models_put_together() -> None:
    mixed = {name: record for name, record in BASE.items() if of_layers(0)(name)}
    mixed |= renamed(toy("other", layers=4).values(), lambda name: f"other.{name}")
    assert judged(against(mixed)) == ("partly-shared", "shown")


def test_without_digests_or_tensors_nothing_is_claimed() -> None:
    bare = {name: replace(record, sha256="") for name, record in BASE.items()}
    assert judged(against(bare)) == ("undecided", "structure")
    assert judged(against(bare, toy(layers=1))) == ("undecided", "none")
    assert judged(against({})) == ("undecided", "none")
    assert judged(compare((), ())) == ("undecided", "none")
    half = {
        name: replace(record, sha256="") if number % 3 else record for number, (name, record) in enumerate(BASE.items())
    }
    assert judged(against(half)) == ("fine-tune-partial", "shown")
    assert any("a digest is missing" in note for note in against(half).notes)


# --- attacks: strangers that look like kin, kin that look like strangers ----------------------------------------------

OTHER = toy("other", layers=3)


@pytest.mark.parametrize(
    ("dtype", "pattern"),
    [("F32", bytes(4)), ("F32", b"\0\0\x80\x3f"), ("BF16", b"\x80\x3f"), ("F16", b"\0\x3c"), ("U8", b"\0")],
)
def test_constant_tensors_make_no_kin(dtype: str, pattern: bytes) -> None:
    pads = {f"pad.{n}": constant(f"pad.{n}", (64, 64 + n), pattern, dtype) for n in range(20)}
    found = against({**OTHER, **pads}, {**BASE, **pads})
    assert found.shared.tensors == 0
    assert found.evidence != "shown"


def test_small_tensors_that_agree_make_no_kin() -> None:
    small = {f"b.{n}": made(f"b.{n}", (255,), "small") for n in range(500)}
    assert against({**OTHER, **small}, {**BASE, **small}).evidence != "shown"


def test_computed_tensors_that_agree_make_no_kin() -> None:
    computed = [
        made(f"l.{n}.{name}", (4096,), "same", dtype)
        for n in range(5)
        for name, dtype in (("position_ids", "I64"), ("attn.bias", "BOOL"), ("rotary_emb.inv_freq", "F32"))
    ]
    same = {record.name: record for record in computed}
    assert against({**OTHER, **same}, {**BASE, **same}).shared.tensors == 0


def test_weights_do_not_hide_behind_the_name_of_a_buffer_or_another_type() -> None:
    hidden = renamed(BASE.values(), lambda name: f"{name.removesuffix('.weight')}.position_ids")
    assert judged(against(hidden)) == ("renamed", "shown")
    viewed = {
        name: replace(record, dtype="I64", shape=((size_of(record) or 0) // 8,)) for name, record in hidden.items()
    }
    assert judged(against(viewed)) == ("renamed", "shown")


def test_a_copied_tensor_is_too_little_and_is_named() -> None:
    copied = {**OTHER, "copied": replace(BASE["model.layers.0.self_attn.q_proj.weight"], name="copied")}
    found = against(copied)
    assert found.evidence != "shown"
    assert any("too little to conclude anything: copied" in note for note in found.notes)


def test_copies_of_one_tensor_count_once() -> None:
    one = BASE["model.layers.0.self_attn.q_proj.weight"]
    copies = {f"copy.{n}": replace(one, name=f"copy.{n}") for n in range(500)}
    found = against({**OTHER, **copies})
    assert (found.shared.tensors, found.evidence == "shown") == (1, False)
    assert found.shared.size == size_of(one)


def test_renaming_everything_and_adding_a_cover_does_not_hide_it() -> None:
    hidden = renamed(BASE.values(), lambda name: f"h{digest(name.encode())}.w")
    cover = {f"cover.{n}": made(f"cover.{n}", (512, 512), "cover") for n in range(3)}
    found = against({**hidden, **cover})
    assert judged(found) == ("extended", "shown")
    assert found.shared == found.weighed_before


def test_a_digest_with_two_sizes_counts_for_neither() -> None:
    one = BASE["model.layers.0.self_attn.q_proj.weight"]
    liar = {f"big.{n}": replace(BASE[name], name=f"big.{n}", shape=(10**6, 10**6)) for n, name in enumerate(BASE)}
    found = against(liar)
    assert (found.shared.tensors, found.evidence) == (0, "none")
    assert any("two different sizes" in note for note in found.notes)
    twice = {**OTHER, "a": replace(one, name="a"), "b": replace(one, name="b", shape=(HIDDEN, 2 * HIDDEN))}
    assert against(twice).shared.tensors == 0


def test_shapes_beyond_any_file_do_not_count_and_do_not_take_long() -> None:
    huge = {
        f"h.{n}": TensorRecord(name=f"h.{n}", dtype="F32", shape=(2**62,) * 64, sha256=f"{n:064x}") for n in range(9)
    }
    found = against(huge, huge)
    assert found.verdict == "identical"
    assert (found.shared.tensors, found.evidence) == (0, "none")


# --- properties -------------------------------------------------------------------------------------------------------


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_tensors_does_not_matter(chance: random.Random) -> None:
    before, after = list(BASE.values()), list(retrained(BASE, of_layers(1, 2)).values())
    expected = compare(before, after)
    chance.shuffle(before)
    chance.shuffle(after)
    assert replace(compare(before, after), changes=expected.changes) == expected


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_any_new_names_leave_the_same_weights(chance: random.Random) -> None:
    names = list(BASE)
    chance.shuffle(names)
    other = dict(zip(BASE, names, strict=True))
    assert judged(against(renamed(BASE.values(), lambda name: f"t.{other[name]}.x"))) == ("renamed", "shown")


RECORDS = st.builds(
    TensorRecord,
    name=st.text(max_size=20) | st.sampled_from(list(BASE)),
    dtype=st.sampled_from(["F32", "BF16", "Q4_K", "I64", "?"]),
    shape=st.lists(st.integers(0, 64) | st.just(2**62), max_size=3).map(tuple),
    sha256=st.sampled_from(["", "0" * 64, "1" * 64, BASE["lm_head.weight"].sha256]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORDS, max_size=6), st.lists(RECORDS, max_size=6))
def test_any_tensors_can_be_compared(one: list[TensorRecord], other: list[TensorRecord]) -> None:
    found = compare(one, other)
    assert found.message
    assert found.shared.size <= min(found.weighed_before.size, found.weighed_after.size)
    counted = (found.unchanged, found.moved, found.changed, found.recast, found.resized, found.uncompared)
    assert sum(tally.tensors for tally in counted) + found.only_after.tensors == len(other)


def test_shares_are_never_rounded_to_what_they_are_not() -> None:
    assert [percent(part, 10_000) for part in (0, 1, 10, 9_999, 10_000)] == [
        "0 %", "less than 0.1 %", "0.1 %", "99.9 %", "100 %"
    ]  # fmt: skip
    assert percent(0, 0) == "0 %"
