"""Two bills or models compared, and one model against known ones, from files to findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from attest.bom.cyclonedx import to_cyclonedx
from attest.domain.bom import Bom, FileRecord, Relative, Value
from attest.errors import ArtifactError, DocumentError, InputError
from attest.operations.compare import diff_boms, match_model
from tests.unit.bom.toys import Tensors, content, listed, retrained, toy
from tests.unit.formats.tensor_builder import safetensors


def bill(path: Path, name: str, tensors: Tensors, *bases: str, version: str = "") -> Path:
    """Write a bill of a model with these tensors."""
    weights = FileRecord(
        name="model.safetensors", sha256="5" * 64, sha512="", size=9, format="safetensors", tensors=listed(tensors)
    )
    claims = [Relative(name=base, relation="finetune", origin="declared", source="README.md") for base in bases]
    bom = Bom(
        name=Value(text=name, origin="declared", source="x"),
        group="acme",
        version=version,
        digest="d" * 64,
        digest_kind="file",
        files=(weights,),
        base_models=tuple(claims),
    )
    path.write_bytes(to_cyclonedx(bom, tool_version="1"))
    return path


def model(folder: Path, seeds: Mapping[str, str]) -> Path:
    """Write a model whose tensors have the contents that a seed makes, by the part of their name."""
    folder.mkdir()
    tensors = {}
    for name, record in toy().items():
        seed = next((seed for part, seed in seeds.items() if part in name), "base")
        tensors[name] = (record.dtype, record.shape, content(record, seed))
    (folder / "model.safetensors").write_bytes(safetensors(tensors))
    (folder / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    return folder


MINE = retrained(toy(), lambda name: "layers.3." in name)


def test_models_are_described_with_their_tensors_and_compared(tmp_path: Path) -> None:
    before = model(tmp_path / "before", {})
    after = model(tmp_path / "after", {"layers.2.": "tuned", "layers.3.": "tuned"})
    found = diff_boms(before, after)
    assert found.kinship is not None
    assert (found.kinship.verdict, found.kinship.changed_layers) == ("fine-tune-partial", "2–3")
    assert diff_boms(after, after).changes == ()


def test_a_single_file_and_a_bill_are_compared_with_a_model(tmp_path: Path) -> None:
    folder = model(tmp_path / "m", {})
    document = bill(tmp_path / "b.json", "m", toy())
    for one in (folder, folder / "model.safetensors"):
        kinship = diff_boms(document, one).kinship
        assert kinship is not None
        assert kinship.verdict == "identical"
    plain = document.rename(tmp_path / "bill")
    assert diff_boms(plain, plain).changes == ()


def test_an_undeclared_and_a_false_base_model_are_found(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.mkdir()
    bill(known / "base.cdx.json", "base", toy())
    bill(known / "claimed.cdx.json", "claimed", toy("claimed"))
    (known / "notes.json").write_text('{"not": "a bill"}', encoding="utf-8")
    (known / "README.md").write_text("# known models", encoding="utf-8")
    mine = bill(tmp_path / "mine.json", "mine", MINE, "acme/claimed")
    found = match_model(mine, [known])
    assert [(one.name, one.evidence, one.declared) for one in found.matches] == [
        ("acme/base", "shown", False),
        ("acme/claimed", "structure", True),
    ]
    assert [(finding.rule, finding.severity) for finding in found.findings] == [("lineage.contradicted-base", "error")]
    assert (found.name, found.known, found.passed_over) == ("acme/mine", 2, (str(known / "notes.json"),))
    assert found.matches[0].source == str(known / "base.cdx.json")


def test_models_are_matched_as_they_lie_there(tmp_path: Path) -> None:
    found = match_model(model(tmp_path / "mine", {"layers.0.": "x"}), [model(tmp_path / "base", {})])
    assert [one.evidence for one in found.matches] == ["shown"]
    assert [finding.rule for finding in found.findings] == ["lineage.undeclared-base"]


def test_known_models_of_one_name_stay_apart(tmp_path: Path) -> None:
    paths = [bill(tmp_path / f"{n}.json", "base", toy(), version=n[0]) for n in ("1", "2", "2b")]
    found = match_model(bill(tmp_path / "mine.json", "mine", MINE, "acme/base"), paths)
    assert {one.name for one in found.matches} == {"acme/base@1", "acme/base@2", f"acme/base@2 ({paths[2]})"}
    assert all(one.declared for one in found.matches)
    assert found.findings == ()


def test_tensors_that_are_hidden_from_sight_are_a_finding(tmp_path: Path) -> None:
    mine = bill(tmp_path / "mine.json", "mine", MINE, "acme/base")
    document = json.loads(mine.read_bytes())
    document["metadata"]["component"]["components"][0]["properties"].append(
        {"name": "attest:file:tensors", "value": "1000"}
    )
    mine.write_text(json.dumps(document), encoding="utf-8")
    found = match_model(mine, [bill(tmp_path / "base.json", "base", toy())])
    assert [finding.rule for finding in found.findings] == ["lineage.hidden-tensors"]
    assert "961 tensors besides 39" in found.findings[0].message


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    bare = bill(tmp_path / "bare.json", "bare", {})
    without = bill(tmp_path / "w.json", "w", {name: replace(record, sha256="") for name, record in toy().items()})
    good = bill(tmp_path / "good.json", "good", toy())
    for path in (bare, without):
        with pytest.raises(InputError, match="lists no digest of a tensor"):
            match_model(path, [good])
        with pytest.raises(InputError, match="no known bill lists tensors"):
            match_model(good, [path])
    other = tmp_path / "other.json"
    other.write_text('{"@graph": []}', encoding="utf-8")
    for call in (
        lambda: diff_boms(good, other),
        lambda: match_model(other, [good]),
        lambda: match_model(good, [other]),
    ):
        with pytest.raises(DocumentError, match="no CycloneDX document"):
            call()
    with pytest.raises(DocumentError, match="cannot be read"):
        diff_boms(tmp_path / "missing.json", good)
    with pytest.raises(ArtifactError):
        diff_boms(tmp_path / "missing", good)
