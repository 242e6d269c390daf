"""What changed between two bills: nothing is missed, and what lets code in or takes evidence away comes first."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.cyclonedx import to_cyclonedx
from attest.bom.diff import diff
from attest.domain.bom import Bom, FileRecord, License, Relative, Step, TensorRecord, Value, Vulnerability
from attest.domain.bom_diff import BomDiff, Change
from attest.errors import DocumentError
from tests.unit.bom.test_cyclonedx_parts import MODEL, URLLIB, VULNERABLE, fact, value
from tests.unit.bom.toys import Tensors, listed, retrained, toy

Json = dict[str, Any]
Row = tuple[str, str, str, str]


def document(bom: Bom, **options: Any) -> Json:
    loaded: Json = json.loads(to_cyclonedx(bom, tool_version="1", **options))
    return loaded


def compared(after: Bom, before: Bom = MODEL) -> BomDiff:
    return diff(document(before), document(after))


def found(result: BomDiff, kind: str) -> list[Row]:
    return [(c.importance, c.subject, c.before, c.after) for c in result.changes if c.kind == kind]


def messages(changes: tuple[Change, ...]) -> list[str]:
    return [change.message for change in changes]


def edited(name: str, bom: Bom = MODEL, **fields: Any) -> tuple[FileRecord, ...]:
    """The files of a model, one of them with other facts; a new content has both digests new."""
    fields |= {"sha512": fields["sha256"] * 2} if "sha256" in fields else {}
    return tuple(replace(record, **fields) if record.name == name else record for record in bom.files)


def file(name: str, kind: str, digit: str = "9", **fields: Any) -> FileRecord:
    return FileRecord(name=name, sha256=digit * 64, sha512=digit * 128, size=7, format=kind, **fields)


def with_files(*files: FileRecord, **fields: Any) -> Bom:
    ordered = tuple(sorted(files, key=lambda record: record.name))
    return replace(MODEL, files=ordered, **{"digest": "e" * 64, "version": "2", **fields})


@pytest.mark.parametrize("layout", ["subject", "inventory"])
def test_a_bill_does_not_differ_from_itself(layout: str) -> None:
    one = document(MODEL, layout=layout)
    result = diff(one, one)
    assert result.changes == ()
    assert result.kinship is not None
    assert result.kinship.verdict == "identical"
    assert (result.before, result.after) == ("acme/m@1", "acme/m@1")


def test_the_layout_makes_no_difference() -> None:
    assert diff(document(MODEL), document(MODEL, layout="inventory")).changes == ()
    assert diff(document(MODEL), document(MODEL, spec="1.7")).changes == ()


def test_identity_and_digest() -> None:
    result = compared(replace(MODEL, version="2", digest="e" * 64, released=value("2026-02-01T00:00:00Z")))
    assert found(result, "identity") == [
        ("notice", "purl", "pkg:huggingface/acme/m@1", "pkg:huggingface/acme/m@2"),
        ("notice", "version", "1", "2"),
        ("detail", "digest", "d" * 64, "e" * 64),
        ("detail", "time of release", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
    ]
    assert result.alarms == ()


def test_digests_that_were_given_and_not_made_are_said() -> None:
    rows = found(compared(replace(MODEL, digests_given=True)), "evidence")
    assert [(row[0], row[1]) for row in rows] == [("notice", "source of the digests")]


def test_a_version_that_is_not_what_it_was_is_an_alarm() -> None:
    assert messages(compared(replace(MODEL, digest="e" * 64)).alarms) == [
        "version 1 is not what it was: the same name and version, and other bytes"
    ]


def test_the_card() -> None:
    card = replace(
        MODEL.card,
        architecture=value("Other"),
        parameters=(("F32", 2000),),
        hyperparameters=(fact("hidden_size", "4"), fact("generation:top_p", "0.9")),
        limitations=(value("none"),),
        tokenizer_settings=(),
        inputs=(),
        metrics=(replace(MODEL.card.metrics[0], value=value("0.95")),),
        environmental=(),
    )
    result = compared(replace(MODEL, card=card))
    assert found(result, "architecture") == [("notice", "architecture", "Tiny", "Other")]
    assert ("notice", "attest:model:parameters:F32", "1000", "2000") in found(result, "parameters")
    assert ("notice", "attest:model:parameters:I64", "24", "") in found(result, "parameters")
    assert found(result, "hyperparameter") == [
        ("notice", "hidden_size", "2", "4"),
        ("detail", "generation:top_p", "", "0.9"),
    ]
    assert found(result, "tokenizer") == [("notice", "do_lower_case", "true", "")]
    assert found(result, "port") == [("notice", "ids", "int64[batch,?]", "")]
    assert ("notice", "English only", "English only", "") in found(result, "card")
    assert ("detail", "none", "", "none") in found(result, "card")
    assert ("detail", "SNLI (accuracy) on plain, test", "0.91", "0.95") in found(result, "card")
    assert ("detail", "attest:model:co2eq:grams", "12", "") in found(result, "card")


def test_ports_without_names_are_told_by_their_place() -> None:
    port = replace(MODEL.card.outputs[0], format="image")
    assert found(compared(replace(MODEL, card=replace(MODEL.card, outputs=(port,)))), "port") == [
        ("notice", "1", "text", "image")
    ]


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_come_go_and_change() -> None:
    before = with_files(file("a.md", "markdown"), file("w.safetensors", "safetensors"), file("LICENSE", "text"))
    after = with_files(
        file("a.md", "markdown", "8"), file("w.safetensors", "safetensors", "8"), file("z.txt", "text", "7")
    )
    rows = {row[1]: row for row in found(compared(after, before), "file")}
    content = {digit: f"7 bytes, SHA-256:{digit * 64}" for digit in "789"}
    assert rows == {
        "a.md": ("detail", "a.md", content["9"], content["8"]),
        "w.safetensors": ("notice", "w.safetensors", content["9"], content["8"]),
        "LICENSE": ("notice", "LICENSE", content["9"], ""),
        "z.txt": ("detail", "z.txt", "", content["7"]),
    }


def test_a_new_name_for_the_same_content_is_a_new_name() -> None:
    before = with_files(file("a.txt", "text", "1"), file("b.txt", "text", "1"), file("m.gguf", "gguf", "2"))
    after = with_files(file("c.txt", "text", "1"), file("d/m.gguf", "gguf", "2"))
    rows = sorted(found(compared(after, before), "file"))
    assert ("notice", "d/m.gguf", "m.gguf", "d/m.gguf") in rows
    renamed = [row for row in rows if row[1] == "c.txt"]
    assert [row[2] in ("a.txt", "b.txt") for row in renamed] == [True]
    assert len(rows) == 3


def test_code_under_a_new_name_with_an_old_content_is_still_code() -> None:
    before = with_files(file("notes.txt", "text", "1"))
    after = with_files(file("modeling.py", "python", "1"))
    result = compared(after, before)
    assert ("alarm", "modeling.py", "text", "python") in found(result, "format")


Edit = Callable[[Bom], Bom]
ALARMS: dict[str, tuple[Edit, str, str]] = {
    "code comes": (
        lambda bom: with_files(*bom.files, file("x.py", "python")),
        "code",
        "x.py was added: Python source, which loading may run",
    ),
    "code changes": (
        lambda bom: with_files(*edited("a.py", sha256="c" * 64)),
        "code",
        "a.py changed: Python source, which loading may run",
    ),
    "a pickle of a kind that was not there": (
        lambda bom: with_files(*bom.files, file("x.pkl", "pickle")),
        "format",
        "x.pkl was added: Python pickle, whose loader can be made to run code",
    ),
    "a pickle asks for more": (
        lambda bom: with_files(*edited("m.pt", sha256="c" * 64, about=(fact("pickle:globals", "os.system"),))),
        "imports",
        "a pickle asks for os.system, which none did before",
    ),
    "a pickle asks for more than is listed": (
        lambda bom: with_files(*edited("m.pt", about=(*bom.files[1].about, fact("pickle:more-globals", "9")))),
        "imports",
        "m.pt asks for more names than its document lists: new ones may be among them",
    ),
    "another chat template": (
        lambda bom: replace(bom, card=replace(bom.card, chat_template=value("sha256:" + "0" * 64))),
        "chat-template",
        "the chat template changed: it decides what a model is told, so read it",
    ),
    "a base model that is no longer named": (
        lambda bom: replace(bom, base_models=()),
        "base-model",
        "acme/base is no longer named as a base model",
    ),
    "a grave vulnerability": (
        lambda bom: replace(bom, vulnerabilities=(*bom.vulnerabilities, replace(VULNERABLE, id="NEW", analysis=None))),
        "vulnerability",
        "NEW in urllib3 is new (high)",
    ),
    "one version, two contents": (
        lambda bom: replace(
            bom, components=(replace(bom.components[0], hashes=(("SHA-256", "f" * 64),)), *bom.components[1:])
        ),
        "component",
        "requests 2.32.0 is not what it was: the same version, and another digest",
    ),
    "one digest, two contents": (
        lambda bom: with_files(
            *(replace(item, sha256="c" * 64) if item.name == "m.pt" else item for item in bom.files)
        ),
        "contradiction",
        "m.pt: the documents agree on one digest and not on another",
    ),
    "one digest, other tensors": (
        lambda bom: with_files(
            *edited("m.pt", tensors=(TensorRecord(name="w", dtype="F32", shape=(2, 3), sha256="2" * 64),))
        ),
        "contradiction",
        "m.pt: the same digest of the file, and other tensors in it: one of the documents is wrong",
    ),
    "one digest of the whole, other files": (
        lambda bom: replace(bom, files=(*bom.files, file("z.txt", "text"))),
        "contradiction",
        "the same digest of the whole, and other files: one of the documents is wrong",
    ),
}


@pytest.mark.parametrize("case", ALARMS)
def test_what_lets_code_in_or_takes_evidence_away_is_an_alarm_and_comes_first(case: str) -> None:
    edit, kind, message = ALARMS[case]
    result = compared(edit(MODEL))
    assert [(change.kind, change.message) for change in result.alarms] == [(kind, message)]
    assert result.changes[0] == result.alarms[0]


def test_safetensors_that_became_a_pickle_and_custom_code_are_alarms() -> None:
    safe = with_files(file("m.safetensors", "safetensors"), card=replace(MODEL.card, custom_code=()))
    result = compared(with_files(file("m.bin", "pytorch", "8"), version="3", digest="f" * 64), safe)
    assert messages(result.alarms) == [
        "loading the model now needs custom code of its own (trust_remote_code)",
        "m.bin was added: PyTorch archive (holds a pickle), whose loader can be made to run code",
        "weights came as safetensors weights and now come only as PyTorch archive (holds a pickle): "
        "loading may run code",
    ]
    same_name = replace(MODEL, files=edited("m.pt", format="safetensors"))
    assert ("alarm", "m.pt", "safetensors", "pytorch") in found(compared(MODEL, same_name), "format")
    assert compared(safe, with_files(file("m.bin", "pytorch", "8"), version="3", digest="f" * 64)).alarms == ()


def test_a_second_pickle_beside_a_first_is_a_notice() -> None:
    result = compared(with_files(*MODEL.files, file("n.pt", "pytorch")))
    assert [row[0] for row in found(result, "format")] == ["notice"]


def test_formats_of_documents_that_name_none_come_from_names() -> None:
    plain: Json = {"bomFormat": "CycloneDX", "metadata": {"component": {"type": "machine-learning-model", "name": "m"}}}
    after = copy.deepcopy(plain)
    after["metadata"]["component"]["components"] = [
        {"type": "file", "name": "pytorch_model.bin"},
        {"type": "library", "name": "modeling.py"},
        {"type": "data", "name": "x.safetensors"},
    ]
    assert sorted((change.kind, change.subject) for change in diff(plain, after).alarms) == [
        ("code", "modeling.py"),
        ("format", "pytorch_model.bin"),
    ]


def test_a_digest_that_is_gone_is_an_alarm() -> None:
    before, after = document(MODEL), document(MODEL)
    del after["metadata"]["component"]["components"][1]["hashes"]
    assert "m.pt has no digest any more" in messages(diff(before, after).alarms)
    bare = document(replace(MODEL, digest="", digest_kind=""))
    assert messages(diff(before, bare).alarms) == ["the digest of the whole is no longer there"]


def test_digests_of_different_algorithms_cannot_be_compared_and_that_is_said() -> None:
    before, after = document(with_files(file("m.gguf", "gguf"))), document(with_files(file("m.gguf", "gguf")))
    after["metadata"]["component"]["components"][0]["hashes"] = [{"alg": "SHA-384", "content": "9" * 96}]
    assert [change.message for change in diff(before, after).changes if change.kind == "file"] == [
        "m.gguf: the documents use different algorithms, so the contents cannot be compared"
    ]


def test_a_name_that_stands_twice_hides_nothing() -> None:
    before, after = document(MODEL), document(MODEL)
    files = after["metadata"]["component"]["components"]
    files.append({**files[0], "hashes": [{"alg": "SHA-256", "content": "0" * 64}], "bom-ref": "again"})
    result = diff(before, after)
    assert [change.subject for change in result.alarms if change.kind == "code"] == ["a.py (listed again, 2)"]


# --- everything else --------------------------------------------------------------------------------------------------


def test_licences_datasets_components_and_what_could_not_be_read() -> None:
    after = replace(
        MODEL,
        licenses=(License(kind="id", value=value("GPL-3.0-only")),),
        datasets=(
            MODEL.datasets[0],
            replace(MODEL.datasets[1], version="3"),
            Relative(name="more", relation="trained-on", origin="declared", source="x"),
        ),
        components=(MODEL.components[0], replace(URLLIB, version="2.1.0", purl="pkg:pypi/urllib3@2.1.0")),
        vulnerabilities=(),
        unreadable=(("config.json", "not JSON"),),
        gaps=(),
    )
    result = compared(after)
    assert ("notice", "GPL-3.0-only (declared)", "", "GPL-3.0-only (declared)") in found(result, "licence")
    assert ("notice", "MIT (declared)", "MIT (declared)", "") in found(result, "licence")
    assert ("notice", "gemma (evidence)", "gemma (evidence)", "") in found(result, "licence")
    assert found(result, "dataset") == [("notice", "mnli", "2", "3"), ("notice", "more", "", "more")]
    assert found(result, "component") == [("notice", "urllib3", "2.0.0", "2.1.0")]
    assert found(result, "vulnerability") == [("notice", "PYSEC-2024-1 in urllib3", "high", "")]
    assert ("notice", "config.json", "", "not JSON") in found(result, "evidence")
    assert ("detail", "vulnerabilities:pkg:pypi/x", "no version", "") in found(result, "evidence")


@pytest.mark.parametrize(
    ("vulnerability", "importance"),
    [
        (replace(VULNERABLE, id="N", severity="low", analysis=None), "notice"),
        (replace(VULNERABLE, id="N", severity="unknown", analysis=None), "alarm"),
        (replace(VULNERABLE, id="N"), "notice"),
    ],
)
def test_vulnerabilities_weigh_what_is_known_of_them(vulnerability: Vulnerability, importance: str) -> None:
    result = compared(replace(MODEL, vulnerabilities=(*MODEL.vulnerabilities, vulnerability)))
    assert [row[0] for row in found(result, "vulnerability")] == [importance]


def test_a_vulnerability_that_turns_out_to_be_exploitable_is_an_alarm() -> None:
    assert VULNERABLE.analysis is not None
    worse = replace(VULNERABLE, analysis=replace(VULNERABLE.analysis, state="exploitable"))
    rows = found(compared(replace(MODEL, vulnerabilities=(worse,))), "vulnerability")
    assert rows == [("alarm", "PYSEC-2024-1 in urllib3", "not_affected", "exploitable")]


def test_a_package_in_two_versions_is_compared_version_by_version() -> None:
    twice = (*MODEL.components, replace(URLLIB, version="3.0", purl="pkg:pypi/urllib3@3.0"))
    assert found(compared(replace(MODEL, components=twice)), "component") == [
        ("notice", "urllib3", "2.0.0", "2.0.0, 3.0")
    ]


def test_packages_come_and_go() -> None:
    rows = found(compared(replace(MODEL, components=(URLLIB,)), MODEL), "component")
    assert rows == [("notice", "requests", "2.32.0", "")]
    rows = found(compared(MODEL, replace(MODEL, components=(URLLIB,))), "component")
    assert rows == [("notice", "requests", "", "2.32.0")]


def test_steps_and_base_models() -> None:
    step = Step(kind="finetune", build_type="x", builder="https://ci.example", invocation="", inputs=(), source="s")
    base = replace(MODEL.base_models[0], relation="merge", version="abc")
    more = Relative(name="acme/other", relation="merge", origin="declared", source="x")
    result = compared(replace(MODEL, steps=(step,), base_models=(base, more)))
    assert ("notice", "finetune", "", "by https://ci.example (not verified)") in found(result, "step")
    assert ("notice", "acme/other", "", "acme/other") in found(result, "base-model")
    assert ("notice", "acme/base", "", "abc") in found(result, "base-model")
    assert ("notice", "relation to the base model", "finetune", "merge") in found(result, "base-model")


# --- tensors ----------------------------------------------------------------------------------------------------------


def with_tensors(tensors: Tensors, name: str = "m", digit: str = "5", **fields: Any) -> Bom:
    weights = file("model.safetensors", "safetensors", digit, tensors=listed(tensors))
    called = Value(text=name, origin="declared", source="x")
    return Bom(name=called, group="acme", digest=digit * 64, digest_kind="file", files=(weights,), **fields)


def test_a_fine_tune_is_seen_through_the_documents() -> None:
    tuned = retrained(toy(), lambda name: "layers.3." in name)
    result = compared(with_tensors(tuned, digit="6", version="2"), with_tensors(toy(), version="1"))
    assert result.kinship is not None
    assert (result.kinship.verdict, result.kinship.changed_layers) == ("fine-tune-partial", "3")
    change = next(change for change in result.changes if change.kind == "tensors")
    assert change.importance == "notice"
    assert "fine-tune that changed layers 3" in change.message


def test_another_header_around_the_same_tensors_is_said() -> None:
    result = compared(with_tensors(toy(), digit="6"), with_tensors(toy()))
    assert "model.safetensors changed, and its tensors are the same" in messages(result.changes)


def test_strangers_under_one_name_are_an_alarm_and_under_two_are_not() -> None:
    stranger = toy("x", layers=1)
    alarms = compared(with_tensors(stranger, digit="6"), with_tensors(toy())).alarms
    assert any("Both documents give the model one name" in message for message in messages(alarms))
    assert not compared(with_tensors(stranger, "other", digit="6"), with_tensors(toy())).alarms


def test_variants_in_one_folder_are_told_apart_and_copies_are_not() -> None:
    def variants(*seeds: str) -> Bom:
        files = [
            file(f"{n}.safetensors", "safetensors", str(n), tensors=listed(toy(seed, layers=1)))
            for n, seed in enumerate(seeds)
        ]
        return with_files(*files)

    result = compared(variants("a", "b"), variants("a", "b"))
    assert result.kinship is not None
    assert (result.kinship.verdict, result.kinship.after.tensors) == ("identical", 24)
    tuned = compared(variants("a", "c"), variants("a", "b")).kinship
    assert tuned is not None
    assert {change.after.partition(":")[0] for change in tuned.changes} == {"1.safetensors"}
    copies = compared(variants("a", "a"), variants("a")).kinship
    assert copies is not None
    assert (copies.verdict, copies.after.tensors) == ("identical", 12)


def test_tensors_that_are_no_longer_listed_are_said() -> None:
    bare = replace(with_tensors(toy()), files=(file("model.safetensors", "safetensors", "5"),))
    result = compared(bare, with_tensors(toy()))
    assert "the tensors are no longer listed" in messages(result.changes)
    assert diff(document(bare), document(bare)).kinship is None


def test_descriptions_that_cannot_be_read_and_tensors_that_are_left_out_are_counted() -> None:
    before, after = document(with_tensors(toy())), document(with_tensors(toy()))
    properties = after["metadata"]["component"]["components"][0]["properties"]
    properties += [
        {"name": "attest:tensor:x", "value": "F32[1,] sha256:none"},
        {"name": "attest:file:tensors", "value": "50"},
    ]
    assert {change.message for change in diff(before, after).changes if change.kind == "evidence"} == {
        "descriptions of tensors that cannot be read in the second document: 1",
        "tensors of its files that the second document leaves out: 10",
    }


# --- documents of any shape -------------------------------------------------------------------------------------------


def test_other_formats_are_refused() -> None:
    others: list[Json] = [{"@graph": []}, {}, {"bomFormat": "cyclonedx"}]
    for other in others:
        with pytest.raises(DocumentError, match="no CycloneDX document"):
            diff(document(MODEL), other)
        with pytest.raises(DocumentError, match="no CycloneDX document"):
            diff(other, document(MODEL))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.lists(st.integers(0, 30), max_size=7), ANY), max_size=4))
def test_documents_of_any_shape_can_be_compared(edits: list[tuple[list[int], Any]]) -> None:
    broken = copy.deepcopy(document(MODEL))
    for way, item in edits:
        node: Any = broken
        for step in way:
            children = list(node.values()) if isinstance(node, dict) else node
            inner = [child for child in children if isinstance(child, dict | list) and child]
            node = inner[step % len(inner)] if inner else node
        if isinstance(node, dict):
            node[sorted(node)[len(way) % len(node)]] = item
        else:
            node[len(way) % len(node)] = item
    broken["bomFormat"] = "CycloneDX"
    for one, other in ((document(MODEL), broken), (broken, document(MODEL))):
        assert all(change.message for change in diff(one, other).changes)
    assert [change for change in diff(broken, broken).changes if change.kind != "imports"] == []


def test_texts_are_cut_short() -> None:
    long = "x" * 100_000
    result = compared(replace(MODEL, version=long, description=value(long)))
    for change in result.changes:
        assert max(map(len, (change.subject, change.before, change.after, change.message))) <= 1024
    assert len(result.after) <= 512


def test_the_work_is_linear_in_the_number_of_files() -> None:
    def many(count: int, digit: str) -> Json:
        files = [
            {
                "type": "file",
                "name": "same" if n % 2 else f"{digit}{n}",
                "hashes": [{"alg": "SHA-256", "content": f"{n:064x}"}],
            }
            for n in range(count)
        ]
        return {"bomFormat": "CycloneDX", "components": files}

    start = time.process_time()
    diff(many(8_000, "a"), many(8_000, "b"))
    assert time.process_time() - start < 4
