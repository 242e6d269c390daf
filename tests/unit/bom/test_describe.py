"""Facts in a model's files → its bill of materials, with the origin of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from attest.bom import describe_model, to_cyclonedx
from attest.domain.bom import Bom, FileRecord, ModelCard, Value
from attest.domain.manifest import FileEntry, build_manifest

Describe = Callable[..., Bom]
Files = dict[str, bytes]


def test_describes_the_whole_model(describe: Describe, files: Files) -> None:
    bom = describe(files, name="acme/all-tiny", version="1.0")
    assert (bom.group, bom.name.text, bom.version, bom.purl_type) == ("acme", "all-tiny", "1.0", "huggingface")
    assert bom.description == Value(
        text="This is a sentence-transformers model: it maps sentences to a vector space.",
        origin="declared",
        source="README.md, first paragraph",
    )
    assert [(item.kind, item.value.text) for item in bom.licenses] == [("id", "Apache-2.0")]
    card = bom.card
    assert card.task == Value(text="sentence-similarity", origin="declared", source="README.md#/pipeline_tag")
    assert card.architecture == Value(text="BertModel", origin="observed", source="config.json#/architectures/0")
    assert card.model_type == Value(text="bert", origin="observed", source="config.json#/model_type")
    assert card.architecture_family == Value(text="transformer", origin="inferred", source="config.json#/model_type")
    assert card.library is not None
    assert (card.library.text, card.library.origin) == ("sentence-transformers", "declared")
    assert (card.languages, card.tags) == (("en",), ("sentence-similarity", "rail"))
    assert (card.parameters, card.tensors) == ((("F32", 9), ("I64", 4)), 3)
    assert named(card)["context_length"] == "512"
    assert bom.unreadable == ()


def named(card: ModelCard) -> dict[str, str]:
    """The hyperparameters by name."""
    return {fact.name: fact.value.text for fact in card.hyperparameters}


def test_every_file_has_its_digests_size_and_format(describe: Describe, files: Files) -> None:
    bom = describe(files)
    assert tuple(replace(record, about=()) for record in bom.files) == tuple(
        FileRecord(
            name=name,
            sha256=hashlib.sha256(data).hexdigest(),
            sha512=hashlib.sha512(data).hexdigest(),
            size=len(data),
            format=kind,
        )
        for (name, data), kind in zip(
            sorted(files.items()), ["text", "json", "markdown", "json", "safetensors", "json", "text"], strict=True
        )
    )


def test_digests_that_were_not_computed_stay_empty() -> None:
    manifest = build_manifest([FileEntry("a.txt", bytes(32), 1)], kind="directory")
    assert describe_model(manifest, {"a.txt": b"x"}).files[0].sha512 == ""


IDENTITIES = {
    "caller": ({"name": "acme/x", "hub_repository": "b/c", "folder": "f"}, ("acme", "x", "huggingface", "declared")),
    "caller, bare": ({"name": "x", "hub_repository": "b/c"}, ("", "x", "generic", "declared")),
    "caller, no Hub name": ({"name": "a/b/c"}, ("", "a/b/c", "generic", "declared")),
    "hub": ({"hub_repository": "b/c", "folder": "f"}, ("b", "c", "huggingface", "declared")),
    "hub, oldest": ({"hub_repository": "gpt2"}, ("", "gpt2", "huggingface", "declared")),
    "folder": ({"folder": "f"}, ("", "f", "generic", "inferred")),
    "nothing": ({}, ("", "unnamed", "generic", "inferred")),
}


@pytest.mark.parametrize("case", sorted(IDENTITIES))
def test_identity(case: str, describe: Describe, files: Files) -> None:
    given, (group, name, kind, origin) = IDENTITIES[case]
    bom = describe(files, **given)
    assert (bom.group, bom.name.text, bom.purl_type, bom.name.origin) == (group, name, kind, origin)


def test_the_name_in_the_index_wins_over_the_folder(describe: Describe, files: Files) -> None:
    files["README.md"] = b"---\nmodel-index:\n- name: tiny-v2\n---\n"
    assert describe(files, folder="model").name == Value(
        text="tiny-v2", origin="declared", source="README.md#/model-index/0/name"
    )
    assert describe(files, hub_repository="a/b").name.text == "b"


def test_a_single_file_is_named_after_itself() -> None:
    manifest = build_manifest([FileEntry("model.gguf", bytes(32), 4)], kind="file")
    bom = describe_model(manifest, {"model.gguf": b"GGUF"})
    assert (bom.name.text, bom.name.origin, bom.digest_kind) == ("model.gguf", "inferred", "file")


def test_the_revision_of_the_hub_is_the_version_unless_the_caller_says_otherwise(
    describe: Describe, files: Files
) -> None:
    assert describe(files, hub_repository="a/b", hub_revision="c" * 40).version == "c" * 40
    assert describe(files, hub_repository="a/b", hub_revision="c" * 40, version="2").version == "2"
    assert describe(files).version == ""


def test_a_bare_model_has_an_empty_card(describe: Describe) -> None:
    bom = describe({"x.bin": b"\xff" * 9})
    assert bom.description is None
    assert bom.licenses == ()
    assert (bom.card.task, bom.card.architecture, bom.card.architecture_family, bom.card.library) == (None,) * 4
    assert (bom.base_models, bom.datasets, bom.conflicts, bom.unreadable) == ((), (), (), ())


def test_an_unlisted_model_type_has_no_family(describe: Describe, files: Files) -> None:
    files["config.json"] = b'{"model_type": "brand_new"}'
    card = describe(files).card
    assert card.model_type is not None
    assert card.architecture_family is None


def test_parameters_are_summed_over_shards_and_not_over_variants(describe: Describe, files: Files) -> None:
    files["model.fp16.safetensors"] = files["model.safetensors"]
    card = describe(files).card
    assert (card.parameters, card.tensors) == ((("F32", 9), ("I64", 4)), 3)
    shard = files.pop("model.safetensors")
    del files["model.fp16.safetensors"]
    files |= {"model-00001-of-00002.safetensors": shard, "model-00002-of-00002.safetensors": shard}
    card = describe(files).card
    assert (card.parameters, card.tensors) == ((("F32", 18), ("I64", 8)), 6)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("model.safetensors", b"hello", "cut off"),
        ("model.safetensors", b"\xff" * 20, "claims"),
        ("config.json", b"{", "not strict JSON"),
        ("config.json", b"[]", "not an object"),
        ("adapter_config.json", b"\xff", "UTF-8"),
        ("README.md", b"---\na: &x 1\n---\n", "anchor"),
        ("README.md", b"\xff", "UTF-8"),
        ("README.md", b"x" * ((4 << 20) + 1), "were kept"),
    ],
)
def test_what_cannot_be_read_is_listed_with_its_reason(
    name: str, data: bytes, reason: str, describe: Describe, files: Files
) -> None:
    files[name] = data
    bom = describe(files)
    assert [file for file, _ in bom.unreadable] == [name]
    assert reason in bom.unreadable[0][1]
    assert {record.name for record in bom.files} == set(files)


HOSTILE = {
    "alias bomb": ("README.md", b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nlicense: mit\n---\n"),
    "deep YAML": ("README.md", b"---\na: " + b"[" * 50_000 + b"\n---\n"),
    "YAML with a tag": ("README.md", b"---\nlicense: !!python/object/apply:os.system [x]\n---\n"),
    "endless front matter": ("README.md", b"---\n" + b"a: b\n" * 100_000),
    "wide YAML": ("README.md", b"---\na: [" + b"x," * 60_000 + b"]\n---\n"),
    "duplicate licence": ("README.md", b"---\nlicense: gpl-3.0\nlicense: mit\n---\n"),
    "deep JSON": ("config.json", b'{"a":' * 100_000),
    "wide JSON": ("config.json", b'{"a":[' + b"1," * 300_000 + b"1]}"),
    "duplicate member": ("config.json", b'{"model_type":"a","model_type":"b"}'),
    "huge number": ("config.json", b'{"hidden_size":' + b"9" * 5000 + b"}"),
    "huge exponent": ("config.json", b'{"rope_theta":1e9999999999999999999}'),
    "no JSON": ("adapter_config.json", b"\x80\x04cos\nsystem\n."),
    "deep generation": ("generation_config.json", b"[" * 100_000),
    "pooling that is a list": ("1_Pooling/config.json", b"[1]"),
    "length that is text": ("sentence_bert_config.json", b"256 tokens"),
    "deep header": ("model.safetensors", (100_000).to_bytes(8, "little") + b'{"a":' + b"[" * 99_995),
    "LFS pointer": (
        "model.safetensors",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n",
    ),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_hostile_documents_are_listed_and_give_no_facts(case: str, describe: Describe, files: Files) -> None:
    name, data = HOSTILE[case]
    expected = describe({key: value for key, value in files.items() if key != name})
    bom = describe({**files, name: data})
    assert [file for file, _ in bom.unreadable] == [name]
    assert (bom.licenses, bom.card, bom.datasets) == (expected.licenses, expected.card, expected.datasets)
    assert name.encode() in to_cyclonedx(bom, tool_version="1")


MANY = ", ".join(f"name-{index}" for index in range(600))


@pytest.mark.parametrize("licence", ["[mit, {a: b}]", "[mit, [gpl-3.0]]", f"[mit, {'x' * 600}]", f"[{MANY}]"])
def test_half_a_licence_is_none(licence: str, describe: Describe, files: Files) -> None:
    files["README.md"] = f"---\nlicense: {licence}\n---\n".encode()
    bom = describe(files)
    assert bom.licenses == ()
    assert bom.unreadable == (("README.md#/license", "unexpected shape of license"),)


def test_hyperparameters_come_from_every_configuration(describe: Describe, files: Files) -> None:
    files["generation_config.json"] = b'{"temperature": 0.6, "do_sample": true, "eos_token_id": [1, 2]}'
    files["sentence_bert_config.json"] = b'{"max_seq_length": 256, "do_lower_case": false}'
    files["1_Pooling/config.json"] = b'{"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "x": 1}'
    files["adapter_config.json"] = b'{"peft_type": "LORA"}'
    assert named(describe(files).card) == {
        "context_length": "512",
        "generation:do_sample": "true",
        "generation:temperature": "0.6",
        "hidden_size": "2",
        "max_position_embeddings": "512",
        "max_seq_length": "256",
        "peft_type": "LORA",
        "word_embedding_dimension": "384",
    }


def test_a_broken_header_gives_no_parameters_and_no_format(describe: Describe, files: Files) -> None:
    files["model.safetensors"] += b"x"
    bom = describe(files)
    assert (bom.card.parameters, bom.card.tensors) == ((), 0)
    assert {record.format for record in bom.files if record.name == "model.safetensors"} == {"unknown"}


def test_the_library_is_inferred_from_what_lies_there(describe: Describe) -> None:
    adapter = describe({"adapter_config.json": b'{"peft_type": "LORA", "r": 8}'})
    assert adapter.card.library == Value(text="peft", origin="inferred", source="adapter_config.json")
    assert named(adapter.card) == {"peft_type": "LORA", "r": "8"}
    plain = describe({"config.json": b'{"transformers_version": "4.8.2"}'})
    assert plain.card.library == Value(
        text="transformers", origin="inferred", source="config.json#/transformers_version"
    )


def test_unprintable_names_are_escaped(describe: Describe, files: Files) -> None:
    for identity in ({"name": "x\x1b[1m"}, {"folder": "x\x1b[1m"}):
        assert describe(files, **identity).name.text == "x\\x1b[1m"
    assert describe(files, folder="\udcff").name.text == "\\\\udcff"
    assert describe(files, version="\udcff").version == "\\\\udcff"


def test_nothing_but_the_given_bytes_is_read(describe: Describe, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("describe opened a file")

    first = describe(files)  # imports what it needs
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("os.open", refuse)
    assert describe(files) == first


def test_the_pooling_configuration_is_no_model_configuration(describe: Describe) -> None:
    data = json.dumps({"model_type": "bert"}).encode()
    assert describe({"1_Pooling/config.json": data}).card.model_type is None


def test_results_of_evaluations_beside_the_card_are_metrics(describe: Describe, files: Files) -> None:
    files[".eval_results/mmlu.yaml"] = b"- dataset:\n    id: cais/mmlu\n    task_id: default\n  value: 61.5\n"
    files[".eval_results/broken.yaml"] = b"- [unclosed"
    bom = describe(files)
    assert [(metric.value.text, metric.dataset) for metric in bom.card.metrics] == [("61.5", "cais/mmlu")]
    assert ".eval_results/broken.yaml" in dict(bom.unreadable)
    assert "cais/mmlu" in [kin.name for kin in bom.datasets if kin.relation == "evaluated-on"]
