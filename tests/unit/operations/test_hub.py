"""Models in the Hub's cache, whose files are links into the blobs of their repository."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import attest
from attest.domain.verdict import Verification
from tests.unit.conftest import manifest, write
from tests.unit.operations.conftest import MODEL


def snapshot(folder: Path, files: dict[str, bytes]) -> Path:
    """Lay files out as the Hugging Face cache does."""
    repository = folder / "models--owner--name"
    root = repository / "snapshots" / ("c" * 40)
    for name, data in files.items():
        blob = repository / "blobs" / hashlib.sha256(data).hexdigest()
        write(blob.parent, {blob.name: data})
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(os.path.relpath(blob, (root / name).parent))
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def failed(verification: Verification) -> set[str]:
    return {item.rule for item in verification.failed}


def test_the_evidence_of_the_plain_model_holds_for_its_snapshot(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.release(model, keys / "1.pem")
    found = attest.verify(snapshot(tmp_path, contents(model)), keys=[keys / "1.pub"])
    assert (found.verdict, found.evidence.rejected) == ("PASSED", ())
    assert found.evidence.manifest is not None
    assert (found.evidence.manifest.hub_links, found.evidence.manifest.links) == (True, ())
    assert found.evidence.manifest.digest == manifest(MODEL).digest


def test_a_snapshot_that_is_released_keeps_its_blobs(keys: Path, tmp_path: Path) -> None:
    root = snapshot(tmp_path, MODEL)
    blobs = root.parent.parent / "blobs"
    before = contents(blobs)
    assert attest.release(root, keys / "1.pem").digest == manifest(MODEL).digest
    assert attest.verify(root, keys=[keys / "1.pub"]).passed
    assert contents(blobs) == before


def test_a_release_replaces_the_link_to_the_old_signature_and_not_its_blob(
    model: Path, keys: Path, tmp_path: Path
) -> None:
    attest.release(model, keys / "1.pem")
    root = snapshot(tmp_path, contents(model))
    before = contents(root.parent.parent / "blobs")
    attest.release(root, keys / "2.pem")
    assert contents(root.parent.parent / "blobs") == before
    assert attest.verify(root, keys=[keys / "2.pub"]).passed


def test_a_blob_that_changed(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.release(model, keys / "1.pem")
    root = snapshot(tmp_path, contents(model))
    (root / "config.json").resolve().write_bytes(b"{}")
    found = attest.verify(root, keys=[keys / "1.pub"])
    assert failed(found) == {"signed", "all-files"}
    assert {reason.file for item in found.failed for reason in item.reasons} == {"config.json", ""}


def test_a_file_more_in_the_snapshot(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.sign(model, keys / "1.pem")
    root = snapshot(tmp_path, contents(model))
    (root / "evil.py").symlink_to(os.path.relpath((root / "config.json").resolve(), root))
    found = attest.verify(root, keys=[keys / "1.pub"])
    assert [reason.file for item in found.failed for reason in item.reasons] == ["evil.py"]


def test_a_link_to_the_blob_of_another_repository(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.release(model, keys / "1.pem")
    root = snapshot(tmp_path, contents(model))
    other = write(tmp_path / "models--evil--name" / "blobs", {"b": MODEL["config.json"]})
    (root / "config.json").unlink()
    (root / "config.json").symlink_to(other / "b")
    found = attest.verify(root, keys=[keys / "1.pub"])
    assert failed(found) == {"files"}
    assert [gap.about for gap in found.evidence.gaps] == ["config.json"]
    assert found.evidence.attestations == ()


def test_the_same_links_outside_the_cache_are_links_out(model: Path, keys: Path, tmp_path: Path) -> None:
    attest.release(model, keys / "1.pem")
    root = snapshot(tmp_path, contents(model))
    (root.parent.parent).rename(tmp_path / "owner--name")
    found = attest.verify(tmp_path / "owner--name" / "snapshots" / ("c" * 40), keys=[keys / "1.pub"])
    assert failed(found) == {"files"}


def test_the_name_in_the_bill_of_materials_is_that_of_the_repository(keys: Path, tmp_path: Path) -> None:
    import json

    component = json.loads(attest.bom_model(snapshot(tmp_path, MODEL)))["metadata"]["component"]
    assert (component["group"], component["name"], component["version"]) == ("owner", "name", "c" * 40)
