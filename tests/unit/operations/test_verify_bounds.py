"""What a trusted signer can ask of whoever verifies is bounded, and past the bound the answer is no."""

from __future__ import annotations

from pathlib import Path

import attest
from attest.domain.recipe import Recipe
from attest.hashing.recipes import MAX_RECIPES, MAX_SHARDS


def test_too_many_shards_are_a_gap(model: Path, keys: Path) -> None:
    attest.sign(model, keys / "1.pem", recipe=Recipe(shard_size=1))
    assert attest.verify(model, keys=[keys / "1.pub"]).passed
    with (model / "vast.bin").open("wb") as stream:
        stream.truncate(MAX_SHARDS + 2)
    found = attest.verify(model, keys=[keys / "1.pub"])
    assert found.verdict == "FAILED"
    assert [(gap.needed, gap.about) for gap in found.evidence.gaps] == [("manifest", "vast.bin")]
    assert "too many shards of 1 bytes" in found.evidence.gaps[0].reason


def recorded(model: Path, keys: Path, tmp_path: Path, count: int) -> list[str]:
    """Signatures that ask for this many ways of hashing besides the usual one, in the order that they lie in."""
    lines, sizes = [], range(100, 100 + count)
    for size in sizes:
        done = attest.sign(model, keys / "1.pem", recipe=Recipe(shard_size=size), signature=tmp_path / f"{size}.sig")
        lines.append(Path(done.path).read_bytes())
    (model / "claims.jsonl").write_bytes(b"".join(lines))
    return [f"claims.jsonl:{number}" for number in range(1, count + 1)]


def test_one_way_of_hashing_too_many(model: Path, keys: Path, tmp_path: Path) -> None:
    sources = recorded(model, keys, tmp_path, MAX_RECIPES + 2)
    found = attest.verify(model, keys=[keys / "1.pub"])
    assert [item.source for item in found.evidence.attestations] == sources[:MAX_RECIPES]
    rejected = {item.source: item for item in found.evidence.rejected}
    assert list(rejected) == sources[MAX_RECIPES:]
    for item in rejected.values():
        assert (item.code, "one more way" in item.reason, item.signer is not None) == ("unsupported", True, True)
    assert found.passed


def test_as_many_ways_as_there_may_be(model: Path, keys: Path, tmp_path: Path) -> None:
    sources = recorded(model, keys, tmp_path, MAX_RECIPES)
    attest.sign(model, keys / "1.pem")
    lines = (model / "claims.jsonl").read_bytes().splitlines(keepends=True)
    (model / "claims.jsonl").write_bytes(b"".join([*lines, lines[0][:-1] + b" \n"]))
    found = attest.verify(model, keys=[keys / "1.pub"])
    assert not found.evidence.rejected
    # The usual way is free, and so is a way that was asked for before.
    assert len(found.evidence.attestations) == len(sources) + 2


def test_the_only_signature_is_past_the_bound(model: Path, keys: Path, tmp_path: Path) -> None:
    """Signatures by somebody who is trusted for nothing else use the bound up; that fails, and never passes."""
    for number in range(MAX_RECIPES):
        attest.sign(model, keys / "2.pem", recipe=Recipe(shard_size=100 + number), signature=tmp_path / f"{number}.sig")
    done = attest.sign(model, keys / "1.pem", recipe=Recipe(shard_size=7), signature=tmp_path / "last.sig")
    claims = [(tmp_path / f"{number}.sig").read_bytes() for number in range(MAX_RECIPES)]
    (model / "claims.jsonl").write_bytes(b"".join([*claims, Path(done.path).read_bytes()]))
    both = attest.verify(model, keys=[keys / "1.pub", keys / "2.pub"])
    assert [item.code for item in both.evidence.rejected] == ["unsupported"]
    # Somebody who is not trusted at all uses nothing up.
    assert attest.verify(model, keys=[keys / "1.pub"]).passed
