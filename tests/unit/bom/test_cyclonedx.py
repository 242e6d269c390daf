"""Bom → CycloneDX 1.6: valid, complete, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import uuid
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from attest.bom import to_cyclonedx
from attest.bom.cyclonedx import SERIAL_NAMESPACE
from attest.bom.cyclonedx.vocabulary import rounded
from attest.bom.links import components_of
from attest.domain.bom import Bom, Conflict, Fact, FileRecord, License, ModelCard, Relative, Value
from attest.domain.canonical import canonical
from attest.errors import DocumentError

Describe = Callable[..., Bom]
Files = dict[str, bytes]
Json = dict[str, Any]
WHEN = datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=UTC)


def encode(bom: Bom, **options: Any) -> Json:
    loaded: Json = json.loads(to_cyclonedx(bom, tool_version="1.2.3", **options))
    return loaded


def validate(data: bytes) -> None:
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode(), all_errors=True)
    assert not errors, [f"{error.data.json_path}: {error.data.message[:200]}" for error in errors or ()]


def named(component: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in component["properties"]:
        found.setdefault(item["name"], []).append(item["value"])
    return found


def value(text: str) -> Value:
    return Value(text=text, origin="declared", source="test")


def record(name: str, kind: str = "text", **other: Any) -> FileRecord:
    return FileRecord(name=name, sha256="a" * 64, sha512=other.get("sha512", ""), size=1, format=kind)


def sorted_files(*records: FileRecord) -> tuple[FileRecord, ...]:
    return tuple(sorted(records, key=lambda item: item.name))


SMALL = Bom(name=value("m"), digest="d" * 64, digest_kind="attest-tree/v1", files=(record("f"),))


def small(**fields: Any) -> Bom:
    return replace(SMALL, **fields)


def test_the_validator_of_these_tests_rejects_faults(describe: Describe, files: Files) -> None:
    document = encode(describe(files))
    document["metadata"]["component"]["surprise"] = 1
    with pytest.raises(AssertionError, match="surprise"):
        validate(json.dumps(document).encode())


def test_the_whole_document(describe: Describe, files: Files) -> None:
    bom = describe(files, name="acme/all-tiny", version="c" * 40)
    data = to_cyclonedx(bom, tool_version="1.2.3", timestamp=WHEN)
    validate(data)
    document = json.loads(data)
    ref = f"pkg:huggingface/acme/all-tiny@{'c' * 40}"
    assert (document["specVersion"], document["bomFormat"], document["version"]) == ("1.6", "CycloneDX", 1)
    metadata = document["metadata"]
    assert metadata["timestamp"] == "2026-03-04T05:06:07Z"
    assert metadata["lifecycles"] == [{"phase": "post-build"}]
    assert [(tool["name"], tool["version"]) for tool in metadata["tools"]["components"]] == [("attest", "1.2.3")]
    subject = metadata["component"]
    assert (subject["type"], subject["group"], subject["name"]) == ("machine-learning-model", "acme", "all-tiny")
    assert subject["bom-ref"] == subject["purl"] == ref
    assert subject["manufacturer"] == {"name": "acme"}
    digest = hashlib.sha256(files["README.md"]).hexdigest()
    assert subject["externalReferences"] == [
        {"type": "distribution", "url": "https://huggingface.co/acme/all-tiny"},
        {"type": "model-card", "url": "README.md", "hashes": [{"alg": "SHA-256", "content": digest}]},
        {"type": "vcs", "url": "https://huggingface.co/acme/all-tiny"},
        {"type": "website", "url": "https://huggingface.co/acme/all-tiny"},
    ]
    assert subject["licenses"] == [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}]
    assert subject["tags"] == ["rail", "sentence-similarity"]
    weights = files["model.safetensors"]
    assert subject["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256(weights).hexdigest()},
        {"alg": "SHA-512", "content": hashlib.sha512(weights).hexdigest()},
    ]
    assert document["compositions"] == [
        {"aggregate": "complete", "assemblies": [ref]},
        {"aggregate": "incomplete", "dependencies": [ref]},
    ]


def test_files_are_nested_with_digests_size_and_format(describe: Describe, files: Files) -> None:
    subject = encode(describe(files, folder="m"))["metadata"]["component"]
    components = {component["name"]: component for component in subject["components"]}
    assert set(components) == set(files)
    for name, data in files.items():
        component = components[name]
        assert component["bom-ref"] == f"pkg:generic/m#{name}"
        assert component["hashes"] == [
            {"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()},
            {"alg": "SHA-512", "content": hashlib.sha512(data).hexdigest()},
        ]
        assert named(component)["attest:file:size"] == [str(len(data))]
    assert named(components["model.safetensors"])["attest:file:format"] == ["safetensors"]
    assert components["model.safetensors"]["type"] == "data"
    assert components["config.json"]["type"] == "file"
    media = {name: component.get("mime-type", "") for name, component in components.items()}
    assert media == {
        ".gitattributes": "text/plain",
        "1_Pooling/config.json": "application/json",
        "README.md": "text/markdown",
        "config.json": "application/json",
        "model.safetensors": "",
        "tokenizer.json": "application/json",
        "vocab.txt": "text/plain",
    }
    rows = encode(small(files=(record("rows.jsonl", "json"),)))["metadata"]["component"]["components"][0]
    assert "mime-type" not in rows


def test_a_missing_sha512_is_left_out() -> None:
    component = encode(small())["metadata"]["component"]["components"][0]
    assert [item["alg"] for item in component["hashes"]] == ["SHA-256"]


def test_the_card_and_the_properties_of_the_subject(describe: Describe, files: Files) -> None:
    bom = describe(files, folder="m")
    subject = encode(bom)["metadata"]["component"]
    card = subject["modelCard"]
    assert card["modelParameters"]["task"] == "sentence-similarity"
    assert card["modelParameters"]["modelArchitecture"] == "BertModel"
    assert card["modelParameters"]["architectureFamily"] == "transformer"
    assert card["modelParameters"]["inputs"] == [{"format": "text"}]
    assert named(card) == {
        "attest:model:parameters:F32": ["9"],
        "attest:model:parameters:I64": ["4"],
        "attest:model:tensors": ["3"],
        "cdx:ai-ml:model:hyperparameter:context_length": ["512"],
        "cdx:ai-ml:model:hyperparameter:hidden_size": ["2"],
        "cdx:ai-ml:model:hyperparameter:max_position_embeddings": ["512"],
        "cdx:ai-ml:model:hyperparameter:pooling_mode": ["mean_tokens"],
        "cdx:ai-ml:model:languages": ["en"],
        "cdx:ai-ml:model:parameter:count": ["13"],
        "cdx:ai-ml:tokenizer:hyperparameter:vocab_size": ["2"],
    }
    properties = named(subject)
    assert properties["attest:model:digest"] == [bom.digest]
    assert properties["attest:model:digest-kind"] == ["attest-tree/v1"]
    assert properties["attest:model:model-type"] == ["bert"]
    assert properties["attest:origin:name"] == ["inferred: folder name"]
    assert properties["attest:origin:licenses"] == ["declared: README.md#/license"]
    assert properties["attest:origin:architectureFamily"] == ["inferred: config.json#/model_type"]


@pytest.mark.parametrize("second", ["b.gguf", "pytorch_model.bin"])
def test_several_weight_files_leave_the_subject_without_a_hash(second: str) -> None:
    kind = {"b.gguf": "gguf", "pytorch_model.bin": "pytorch"}[second]
    one = encode(small(files=(record("a.safetensors", "safetensors"), record("t", "json"))))
    two = encode(small(files=sorted_files(record("a.safetensors", "safetensors"), record(second, kind))))
    assert one["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert "hashes" not in two["metadata"]["component"]


def test_the_state_of_a_training_run_is_no_weight_file() -> None:
    files = (
        record("a.safetensors", "safetensors"),
        record("training_args.bin", "pytorch"),
        record("x/optimizer.pt", "pytorch"),
    )
    assert "hashes" in encode(small(files=files))["metadata"]["component"]


def test_base_models_are_ancestors_and_adapters_depend_on_theirs() -> None:
    kin = Relative(name="acme/base", relation="adapter", origin="observed", source="adapter_config.json")
    document = encode(small(base_models=(kin,)))
    subject = document["metadata"]["component"]
    ref = "pkg:huggingface/acme/base"
    ancestor = subject["pedigree"]["ancestors"][0]
    assert (ancestor["bom-ref"], ancestor["purl"], ancestor["group"], ancestor["name"]) == (ref, ref, "acme", "base")
    assert named(ancestor)["attest:origin"] == ["observed: adapter_config.json"]
    assert "adapter" in subject["pedigree"]["notes"]
    assert named(subject)["attest:model:base-model-relation"] == ["adapter"]
    assert {"ref": "pkg:generic/m", "dependsOn": [ref]} in document["dependencies"]
    finetuned = encode(small(base_models=(replace(kin, relation="finetune"),)))
    assert {"ref": "pkg:generic/m"} in finetuned["dependencies"]
    unknown = encode(small(base_models=(replace(kin, relation=""),)))["metadata"]["component"]
    assert "notes" not in unknown["pedigree"]
    assert "attest:model:base-model-relation" not in named(unknown)


def test_an_adapter_says_how_it_was_tuned() -> None:
    card = encode(
        small(
            card=ModelCard(
                hyperparameters=(Fact(name="peft_type", value=value("LORA")), Fact(name="r", value=value("8")))
            )
        )
    )
    assert named(card["metadata"]["component"]["modelCard"]) == {
        "cdx:ai-ml:model:hyperparameter:peft_type": ["LORA"],
        "cdx:ai-ml:model:hyperparameter:r": ["8"],
        "cdx:ai-ml:model:parameter:tune_methods": ["LORA"],
    }


def test_tags_of_papers_are_links_too() -> None:
    tags = (
        "arxiv:1910.10683",
        "arxiv:2401.1v2",
        "arxiv:x",
        "doi:10.57967/hf/0001",
        "doi:10.57967/hf",
        "doi:javascript:x",
    )
    data = to_cyclonedx(small(card=ModelCard(tags=tags)), tool_version="1")
    validate(data)
    subject = json.loads(data)["metadata"]["component"]
    assert [(item["type"], item["url"]) for item in subject["externalReferences"]] == [
        ("documentation", "https://arxiv.org/abs/1910.10683"),
        ("documentation", "https://doi.org/10.57967/hf"),
    ]
    assert subject["tags"] == sorted(tags)


def test_conflicts_and_unreadable_documents_are_written() -> None:
    conflict = Conflict(about="base-model", values=(value("a/b"), Value(text="c/d", origin="inferred", source="x")))
    subject = encode(small(conflicts=(conflict,), unreadable=(("config.json", "not JSON"),)))["metadata"]["component"]
    assert named(subject)["attest:conflict:base-model"] == ["a/b (declared: test)", "c/d (inferred: x)"]
    assert named(subject)["attest:unreadable:config.json"] == ["not JSON"]


def lic(kind: Any, text: str, url: str = "") -> License:
    return License(kind=kind, value=value(text), url=url)


@pytest.mark.parametrize(
    ("licenses", "written"),
    [
        ((), None),
        ((lic("id", "MIT"),), [{"license": {"id": "MIT", "acknowledgement": "declared"}}]),
        ((lic("expression", "MIT OR Zlib"),), [{"expression": "MIT OR Zlib", "acknowledgement": "declared"}]),
        (
            (lic("name", "gemma", "https://example.org/t"),),
            [{"license": {"name": "gemma", "url": "https://example.org/t", "acknowledgement": "declared"}}],
        ),
        (
            (lic("id", "MIT"), lic("expression", "MIT OR Zlib")),
            [
                {"license": {"id": "MIT", "acknowledgement": "declared"}},
                {"license": {"name": "MIT OR Zlib", "acknowledgement": "declared"}},
            ],
        ),
    ],
)
def test_licences(licenses: tuple[License, ...], written: Json | None) -> None:
    bom = small(licenses=licenses)
    validate(to_cyclonedx(bom, tool_version="1"))
    assert encode(bom)["metadata"]["component"].get("licenses") == written


def test_every_purl_parses_and_every_component_has_a_dependency_entry(describe: Describe, files: Files) -> None:
    document = encode(describe(files, name="acme/x"))
    components = list(components_of(document))
    purls = [component["purl"] for component in components if "purl" in component]
    assert len(purls) == 4  # the subject, its base model and two frameworks
    assert [str(PackageURL.from_string(purl)) for purl in purls] == purls
    entries = [entry["ref"] for entry in document["dependencies"]]
    assert sorted(entries) == sorted(component["bom-ref"] for component in components)
    assert len(components) == len(files) + 1 + 1 + 1 + 3 + 2


@pytest.mark.parametrize("name", ["a/b/c", "/", "  x ", "%2F", "a#b?c@d", "ünï", "..", "\x07", "x" * 5000])
def test_odd_names_still_give_a_valid_document(name: str) -> None:
    data = to_cyclonedx(small(name=value(name)), tool_version="1")
    validate(data)
    subject = json.loads(data)["metadata"]["component"]
    assert subject["name"] == name
    if "purl" in subject:
        assert PackageURL.from_string(subject["purl"]).name == name
    else:
        assert subject["bom-ref"].startswith("model:")


def test_odd_file_names_become_references() -> None:
    names = ("modelCard", "a b", "a#b", "100%", "ü", "x/y/z", "attest")
    data = to_cyclonedx(small(files=tuple(map(record, sorted(names)))), tool_version="1")
    validate(data)
    components = json.loads(data)["metadata"]["component"]["components"]
    assert {component["name"]: component["bom-ref"].partition("#")[2] for component in components} == {
        "modelCard": "modelCard",
        "a b": "a%20b",
        "a#b": "a%23b",
        "100%": "100%25",
        "ü": "%C3%BC",
        "x/y/z": "x/y/z",
        "attest": "attest",
    }


def test_relatives_that_are_named_twice_are_one_component_with_both_origins() -> None:
    kin = [
        Relative(name=name, relation="", origin="declared", source="x") for name in ("datasets/snli", "m", "not a name")
    ]
    data = [Relative(name=name, relation="", origin="declared", source="x") for name in ("snli", "snli", "what ever")]
    document = encode(small(base_models=tuple(kin), datasets=tuple(data)))
    refs = [component["bom-ref"] for component in components_of(document)]
    assert len(refs) == len(set(refs)) == 1 + 1 + 3 + 2 + 1
    assert "pkg:huggingface/datasets/snli~2" in refs  # a base model has that name too
    validate(json.dumps(document).encode())


def test_the_same_bom_gives_the_same_canonical_bytes(describe: Describe, files: Files) -> None:
    bom = describe(files)
    data = to_cyclonedx(bom, tool_version="1")
    assert to_cyclonedx(describe(dict(reversed(files.items()))), tool_version="1") == data
    assert canonical(json.loads(data)) + b"\n" == data
    assert b"timestamp" not in data


def serial_of_content(document: Json) -> str:
    """The serial number as the docs define it: over everything but itself and what carries a time."""
    content = {key: part for key, part in document.items() if key not in ("serialNumber", "annotations", "citations")}
    content["metadata"] = {key: part for key, part in document["metadata"].items() if key != "timestamp"}
    return uuid.uuid5(SERIAL_NAMESPACE, hashlib.sha256(canonical(content)).hexdigest()).urn


def test_the_serial_number_follows_the_content_and_not_the_time(describe: Describe, files: Files) -> None:
    bom = describe(files)
    document = encode(bom, timestamp=WHEN)
    later = encode(bom, timestamp=WHEN + timedelta(days=1))
    assert later["metadata"]["timestamp"] != document["metadata"]["timestamp"]
    assert later["serialNumber"] == document["serialNumber"] == encode(bom)["serialNumber"]
    assert encode(replace(bom, version="2"))["serialNumber"] != document["serialNumber"]
    assert serial_of_content(document) == document["serialNumber"]


def test_text_that_looks_like_members_changes_no_serial_number() -> None:
    hostile = f'"serialNumber":"{uuid.UUID(int=0).urn}","timestamp":"2026-03-04T05:06:07Z",'
    bom = small(name=value(hostile), description=value(hostile), version=hostile)
    document = encode(bom, timestamp=WHEN)
    assert document["metadata"]["component"]["name"] == hostile
    assert serial_of_content(document) == document["serialNumber"]


def test_timestamps_are_written_in_utc_and_need_a_zone() -> None:
    east = WHEN.astimezone(timezone(timedelta(hours=5)))
    assert to_cyclonedx(small(), tool_version="1", timestamp=east) == to_cyclonedx(
        small(), tool_version="1", timestamp=WHEN
    )
    with pytest.raises(DocumentError, match="time zone"):
        to_cyclonedx(small(), tool_version="1", timestamp=WHEN.replace(tzinfo=None))


def test_a_bom_that_contradicts_itself_is_refused() -> None:
    for names in ("aa", "ba"):
        with pytest.raises(DocumentError, match="in the order of their names, each once"):
            to_cyclonedx(small(files=tuple(map(record, names))), tool_version="1")
    with pytest.raises(DocumentError, match="name is empty"):
        to_cyclonedx(small(name=value("")), tool_version="1")
    with pytest.raises(DocumentError, match="wrong length"):
        to_cyclonedx(small(files=(record("a", sha512="ab" * 32),)), tool_version="1")


SCRIPT = """
import sys
from attest.bom import to_cyclonedx
from attest.domain.bom import *
kin = lambda *names: tuple(Relative(name=n, relation="finetune", origin="declared", source="x") for n in names)
v = lambda text: Value(text=text, origin="declared", source="x")
bom = Bom(
    name=v("m"), group="acme", purl_type="huggingface", digest="d" * 64, digest_kind="attest-tree/v1",
    licenses=tuple(License(kind="name", value=v(n)) for n in ("b", "a", "c")), base_models=kin("b/b", "a/a", "c/c"),
    datasets=kin("z", "y", "x/x", "w"), card=ModelCard(tags=("t2", "t1"), languages=("en", "de")),
    files=tuple(FileRecord(name=n, sha256="a" * 64, sha512="", size=1, format="text") for n in ("a", "b", "c")),
)
sys.stdout.buffer.write(to_cyclonedx(bom, tool_version="1"))
"""


def test_processes_with_other_hash_seeds_and_folders_give_the_same_bytes(tmp_path: Path) -> None:
    root = str(Path(__file__).resolve().parents[3])
    outputs = []
    for seed, folder in (("1", "/"), ("2", str(tmp_path))):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root, "TZ": f"UTC+{seed}"}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, cwd=folder, capture_output=True, check=True, timeout=60
        )
        outputs.append(done.stdout)
    assert len(outputs[0]) > 1000
    assert outputs[0] == outputs[1]
    validate(outputs[0])


@pytest.mark.timeout(15)
def test_ten_thousand_files_do_not_go_through_the_library() -> None:
    """Its serialiser needs 20 s for as many components, and time grows with their square."""
    bom = small(files=tuple(record(f"d/f{index:05}.txt", sha512="b" * 128) for index in range(10_000)))
    data = to_cyclonedx(bom, tool_version="1")
    assert data.count(b'"attest:file:size"') == 10_000
    assert data.count(b'"ref":"pkg:generic/m#d/f') == 10_000


def test_no_warning_reaches_the_user(describe: Describe) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        to_cyclonedx(describe({"config.json": b"{}"}), tool_version="1")
        to_cyclonedx(
            small(datasets=(Relative(name="d", relation="", origin="declared", source="x"),)), tool_version="1"
        )
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1K"),
        (22_713_728, "22.7M"),
        (7_000_000_000, "7B"),
        (1_049_999_999, "1B"),
        (6 * 10**11, "600B"),
        (10**12, "1T"),
    ],
)
def test_rounded(count: int, text: str) -> None:
    assert rounded(count) == text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.builds(Value, text=TEXT, origin=st.sampled_from(["declared", "observed", "inferred"]), source=TEXT)
KIN = st.lists(
    st.builds(
        Relative, name=TEXT, relation=st.sampled_from(["", "adapter", "merge"]), origin=st.just("declared"), source=TEXT
    ),
    max_size=3,
).map(tuple)
BOMS = st.builds(
    Bom,
    name=VALUES,
    group=TEXT | st.just(""),
    version=TEXT | st.just(""),
    purl_type=st.sampled_from(["generic", "huggingface"]),
    digest=st.just("d" * 64),
    digest_kind=st.just("file"),
    description=st.none() | VALUES,
    licenses=st.lists(st.builds(License, kind=st.just("name"), value=VALUES), max_size=2).map(tuple),
    card=st.builds(ModelCard, task=st.none() | VALUES, tags=st.lists(TEXT, max_size=2, unique=True).map(tuple)),
    base_models=KIN,
    datasets=KIN,
    files=st.lists(TEXT.filter(lambda name: not name.startswith("/")), max_size=3, unique=True).map(
        lambda names: tuple(map(record, sorted(names)))
    ),
)


@settings(max_examples=40, deadline=None)
@given(BOMS)
def test_any_bom_becomes_a_valid_document(bom: Bom) -> None:
    data = to_cyclonedx(bom, tool_version="1", timestamp=WHEN)
    validate(data)
    document = json.loads(data)
    assert document["metadata"]["component"]["name"] == bom.name.text
    assert canonical(document) + b"\n" == data
