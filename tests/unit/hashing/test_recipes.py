"""Other recipes than one SHA-256 per file: vectors, edges of shards, change while reading, threads, and memory."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.manifest import oms_root
from attest.domain.recipe import WHOLE, HashName, Recipe
from attest.errors import ArtifactError, InputError, UnsafeArtifactError, UnstableFileError
from attest.hashing import Hashed, HashOptions, ShardedFiles, engine, hash_artifact, hash_shards, locate
from attest.hashing import recipes as recipes_module
from attest.hashing import shards as shards_module
from attest.hashing import stream as stream_module
from attest.hashing.engine import LARGE
from attest.hashing.pool import run_jobs
from attest.hashing.recipes import MAX_RECIPES, RecipeHash
from attest.hashing.stream import CHUNK, CHUNK_OF_TWO, StoppedError
from tests.unit.conftest import SMALL, child, manifest, write

HASHES: Mapping[HashName, Callable[[bytes], Any]] = {
    "sha256": hashlib.sha256,
    "blake2b": hashlib.blake2b,
    "blake3": blake3,
}
THREE = Recipe(shard_size=3)
SHARDED_VECTOR = {"a:b": b"xyz", "none": b"", "w": b"abcdefghijklm"}


def content(size: int) -> bytes:
    """Bytes in which no two chunks are equal."""
    return b"".join(number.to_bytes(8, "big") for number in range(size // 8 + 1))[:size]


def naive(data: bytes, recipe: Recipe) -> tuple[bytes, ...]:
    """The digests by slicing."""
    new, size = HASHES[recipe.hash_name], recipe.shard_size
    parts = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
    return tuple(new(part).digest() for part in parts)


def both(path: Path, *recipes: Recipe, **options: Any) -> Hashed:
    """The manifest and the digests by these recipes."""
    return hash_artifact(locate(str(path)), HashOptions(recipes=recipes, **options))


def alone(path: Path, recipe: Recipe, **options: Any) -> ShardedFiles:
    """The digests of shards, and no others."""
    return hash_shards(locate(str(path)), HashOptions(recipes=(recipe,), whole=False, **options))


def either(path: Path, recipe: Recipe, **options: Any) -> Mapping[str, tuple[bytes, ...]]:
    """The digests by one sharded recipe, after both ways agreed on them and on everything else."""
    first, second = both(path, recipe, **options), alone(path, recipe, **options)
    found = first.manifest
    assert dict(first.others[recipe]) == dict(second.digests)
    assert second.files == tuple((entry.name, entry.size) for entry in found.files)
    assert (second.kind, second.links, second.hub_links) == (found.kind, found.links, found.hub_links)
    assert (second.hard_links, second.evidence) == (found.hard_links, found.evidence)
    assert second.recipe == recipe
    return second.digests


# Vectors


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("blake2b", "39e766c28b235426ca0ae92171ee542347c60d9000cab6902d8c7819a313ce71"),
        ("blake3", "5d998991cd4522050833fff79d644850e0cd60961f6a3cb367a2b0a16d5da6ee"),
    ],
)
def test_the_small_model(tmp_path: Path, name: HashName, root: str) -> None:
    recipe = Recipe(hash_name=name)
    found = both(write(tmp_path / "m"), recipe)
    assert found.manifest == manifest()
    assert oms_root(found.others[recipe][entry.name][0] for entry in found.manifest.files) == root


def test_shards_of_three_bytes(tmp_path: Path) -> None:
    found = either(write(tmp_path / "m", SHARDED_VECTOR), THREE)
    assert {name: [digest.hex() for digest in digests] for name, digests in found.items()} == {
        "a:b": ["3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282"],
        "none": [],
        "w": [
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34",
            "50ae61e841fac4e8f9e40baf2ad36ec868922ea48368c18f9535e47db56dd7fb",
            "268f277c6d766d31334fda0f7a5533a185598d269e61c76a805870244828a5f1",
            "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a",
        ],
    }


@pytest.mark.parametrize(
    ("name", "data", "digest"),
    [
        # RFC 7693, appendix A.
        (
            "blake2b",
            b"abc",
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        ),
        ("blake3", b"", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        ("blake3", b"abc", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
        # BLAKE3's test vectors: bytes that count to 250 and begin again, one byte past its chunk.
        (
            "blake3",
            bytes(number % 251 for number in range(1025)),
            "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        ),
    ],
)
def test_known_values(tmp_path: Path, name: HashName, data: bytes, digest: str) -> None:
    recipe = Recipe(hash_name=name)
    path = write(tmp_path / "m", {"f": data}) / "f"
    assert both(path, recipe).others[recipe]["f"] == (bytes.fromhex(digest),)


# Edges


@pytest.fixture(params=[1, 2])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many processors the code sees."""
    monkeypatch.setattr(engine, "_cores", lambda: request.param)
    return int(request.param)


@pytest.mark.parametrize("size", [0, 1, CHUNK, LARGE, LARGE + 1, 2 * LARGE + 7, 3 * CHUNK_OF_TWO])
@pytest.mark.parametrize(
    ("name", "shard"),
    [
        ("sha256", CHUNK),
        ("sha256", LARGE),
        ("sha256", LARGE + 1),
        ("sha256", 10**9),
        ("blake2b", CHUNK + 1),
        ("blake3", 1000),
        ("blake3", 10**9),
    ],
)
def test_every_size_of_file_and_shard(tmp_path: Path, size: int, name: HashName, shard: int, cores: int) -> None:
    data, recipe, whole = content(size), Recipe(hash_name=name, shard_size=shard), Recipe(hash_name="blake3")
    write(tmp_path / "m", {"d/file": data})
    for path, found in ((tmp_path / "m", "d/file"), (tmp_path / "m" / "d" / "file", "file")):
        assert either(path, recipe) == {found: naive(data, recipe)}
        with_more = both(path, recipe, whole, sha512=True)
        assert with_more.others == {recipe: {found: naive(data, recipe)}, whole: {found: naive(data, whole)}}
        assert with_more.manifest.files[0].sha256 == hashlib.sha256(data).digest()
        assert with_more.manifest.files[0].sha512 == hashlib.sha512(data).digest()


@pytest.mark.parametrize("base", [5, LARGE, CHUNK_OF_TWO])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_exact_multiples_and_one_byte_beside(tmp_path: Path, base: int, more: int, cores: int) -> None:
    data, recipe = content(3 * base + more), Recipe(shard_size=base)
    digests = either(write(tmp_path / "m", {"f": data}), recipe)["f"]
    assert digests == naive(data, recipe)
    assert len(digests) == {-1: 3, 0: 3, 1: 4}[more]


def test_an_artifact_of_empty_files(tmp_path: Path) -> None:
    write(tmp_path / "m", {"a": b"", "b/c": b""})
    assert either(tmp_path / "m", THREE) == {"a": (), "b/c": ()}


def test_an_artifact_without_files(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    for way in (both, alone):
        with pytest.raises(ArtifactError, match="holds no file"):
            way(tmp_path / "m", THREE)


def test_without_recipes_there_are_no_others(tmp_path: Path) -> None:
    write(tmp_path / "m")
    assert both(tmp_path / "m").others == {}
    assert both(tmp_path / "m", WHOLE).others == {}


def test_a_recipe_named_twice_counts_once(tmp_path: Path) -> None:
    write(tmp_path / "m", {"f": b"abcd"})
    assert both(tmp_path / "m", THREE, THREE).others == {THREE: {"f": naive(b"abcd", THREE)}}
    assert alone(tmp_path / "m", THREE).digests == {"f": naive(b"abcd", THREE)}


SIZES = st.integers(0, 200)


@given(
    files=st.dictionaries(st.sampled_from(["a", "b:0:3", "d/e", "d/f", "é"]), SIZES, min_size=1),
    recipes=st.lists(
        st.builds(Recipe, hash_name=st.sampled_from(sorted(HASHES)), shard_size=SIZES), min_size=1, max_size=3
    ),
    cores=st.integers(1, 3),
)
def test_equals_slicing_whatever_the_sizes(files: dict[str, int], recipes: list[Recipe], cores: int) -> None:
    """With limits that are small enough for every way of reading to take part."""
    data = {name: content(size) for name, size in files.items()}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_cores", lambda: cores)
        patch.setattr(engine, "LARGE", 50)
        patch.setattr(stream_module, "CHUNK", 16)
        patch.setattr(stream_module, "CHUNK_OF_TWO", 24)
        patch.setattr(shards_module, "CHUNK", 16)
        patch.setattr(shards_module, "RUN", 30)
        path = write(Path(folder) / "m", data)
        expected = {recipe: {name: naive(item, recipe) for name, item in data.items()} for recipe in recipes}
        expected.pop(WHOLE, None)
        found = both(path, *recipes)
        assert found.manifest == manifest(data)
        assert found.others == expected
        for recipe, digests in expected.items():
            if recipe.shard_size:
                assert either(path, recipe) == digests


# The walk is the same


@pytest.mark.parametrize(
    "recipe", [Recipe(shard_size=1000), Recipe(shard_size=LARGE), Recipe(hash_name="blake3", shard_size=10**9)]
)
def test_names_links_and_evidence(tmp_path: Path, recipe: Recipe) -> None:
    files = {**SMALL, "a:0:3": b"colons", "big": content(LARGE + 1), "sub/model.sig": b"no evidence here"}
    model = write(tmp_path / "m", files)
    write(model, {"model.sig": b"evidence"})
    evidence = manifest({"model.sig": b"evidence"}).files
    (model / "again").symlink_to("config.json")
    (model / "sub" / "again").symlink_to("../big")
    os.link(model / "big", tmp_path / "outside")
    found = either(model, recipe, follow_links=True, evidence=evidence)
    files |= {"again": SMALL["config.json"], "sub/again": files["big"]}
    assert found == {name: naive(data, recipe) for name, data in files.items()}
    result = alone(model, recipe, follow_links=True, evidence=evidence)
    assert (result.links, result.evidence) == (("again", "sub/again"), evidence)
    assert result.hard_links == ("big", "sub/again")


@pytest.mark.parametrize("recipe", [Recipe(shard_size=1000), Recipe(shard_size=10**9)])
def test_a_snapshot_of_the_hub(tmp_path: Path, recipe: Recipe) -> None:
    root = tmp_path / "models--org--name"
    write(root / "blobs", {"b1": b"small", "b2": content(LARGE + 1)})
    folder = root / "snapshots" / "abc123"
    folder.mkdir(parents=True)
    (folder / "config.json").symlink_to("../../blobs/b1")
    (folder / "weights").symlink_to("../../blobs/b2")
    found = either(folder, recipe)
    assert found == {"config.json": naive(b"small", recipe), "weights": naive(content(LARGE + 1), recipe)}
    assert alone(folder, recipe).hub_links


@pytest.mark.parametrize("way", [both, alone])
@pytest.mark.parametrize("recipe", [THREE, Recipe(shard_size=10**9)])
def test_what_has_no_digest(tmp_path: Path, way: Callable[..., object], recipe: Recipe) -> None:
    model = write(tmp_path / "m")
    os.mkfifo(model / "pipe")
    (model / "in").symlink_to("config.json")
    (model / "out").symlink_to("/etc/hostname")
    (model / "line\nfeed").write_bytes(b"")
    with pytest.raises(UnsafeArtifactError) as caught:
        way(model, recipe)
    assert {problem.where for problem in caught.value.problems} == {"pipe", "in", "out", "line\\nfeed"}


@pytest.mark.parametrize("way", [both, alone])
def test_a_name_that_cannot_be_written_down(tmp_path: Path, way: Callable[..., object]) -> None:
    write(tmp_path / "m", {"back\\slash": b"x"})
    with pytest.raises(UnsafeArtifactError, match="cannot be written down"):
        way(tmp_path / "m", THREE)


def test_progress_counts_every_file_and_byte(tmp_path: Path, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards_module, "RUN", CHUNK)
    sizes = [0, 5, LARGE, LARGE + 1, 3 * LARGE]
    write(tmp_path / "m", {f"d{number}/{size}": content(size) for number, size in enumerate(sizes)})
    for way in (both, alone):
        calls: list[tuple[int, int]] = []
        way(tmp_path / "m", Recipe(shard_size=100_000), progress=lambda *call, calls=calls: calls.append(call))
        assert (sum(count for count, _ in calls), sum(size for _, size in calls)) == (len(sizes), sum(sizes))


# Limits and wrong use


@pytest.mark.parametrize("way", [both, alone])
def test_the_number_of_shards_is_bounded(
    tmp_path: Path, way: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes_module, "MAX_SHARDS", 6)
    # The first shard of each file is free: files are bounded elsewhere.
    write(tmp_path / "m", {"a": bytes(12), "b": bytes(10), "c": bytes(3), "d": b""})
    way(tmp_path / "m", THREE)
    write(tmp_path / "m", {"c": bytes(4)})
    with pytest.raises(ArtifactError, match=r"shards of 3 bytes are too many .* at most 6"):
        way(tmp_path / "m", THREE)


@pytest.mark.parametrize("way", [both, alone])
def test_tiny_shards_of_a_vast_file_are_refused_before_it_is_read(tmp_path: Path, way: Callable[..., object]) -> None:
    with (tmp_path / "f").open("wb") as stream:
        stream.truncate(1 << 40)

    def progress(_files: int, size: int) -> None:
        assert not size, "it is read"

    with pytest.raises(ArtifactError, match="shards of 1 bytes are too many"):
        way(tmp_path / "f", Recipe(shard_size=1), progress=progress)


def test_all_recipes_share_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes_module, "MAX_SHARDS", 4)
    write(tmp_path / "f", {"f": bytes(9)})
    both(tmp_path / "f", THREE, Recipe(shard_size=4))
    with pytest.raises(ArtifactError, match="shards of 8 bytes are too many"):
        both(tmp_path / "f", THREE, Recipe(hash_name="blake2b", shard_size=4), Recipe(shard_size=8))


def test_the_number_of_recipes_is_bounded(tmp_path: Path) -> None:
    write(tmp_path / "m", {"f": b"1"})
    many = [Recipe(shard_size=size) for size in range(1, MAX_RECIPES + 1)]
    assert len(both(tmp_path / "m", *many).others) == MAX_RECIPES
    with pytest.raises(InputError, match=f"in {MAX_RECIPES + 1} ways; the limit is {MAX_RECIPES}"):
        both(tmp_path / "m", *many, Recipe(hash_name="blake2b"))


@pytest.mark.parametrize("way", [both, alone])
def test_a_negative_shard_size(tmp_path: Path, way: Callable[..., object]) -> None:
    write(tmp_path / "m", {"f": b"1"})
    with pytest.raises(InputError, match="at least 1 byte"):
        way(tmp_path / "m", Recipe(shard_size=-1))


@pytest.mark.parametrize(
    "options",
    [
        HashOptions(whole=False),
        HashOptions(whole=False, recipes=(Recipe(hash_name="blake3"),)),
        HashOptions(whole=False, recipes=(THREE, Recipe(shard_size=4))),
        HashOptions(whole=False, recipes=(THREE,), sha512=True),
        HashOptions(whole=False, recipes=(THREE,), wanted=lambda *_: 1),
    ],
)
def test_shards_alone_are_one_recipe(tmp_path: Path, options: HashOptions) -> None:
    write(tmp_path / "m", {"f": b"1"})
    with pytest.raises(ValueError, match="one recipe with shards"):
        hash_shards(locate(str(tmp_path / "m")), options)


def test_a_manifest_has_digests_of_whole_files(tmp_path: Path) -> None:
    write(tmp_path / "m", {"f": b"1"})
    with pytest.raises(ValueError, match="there is no manifest"):
        hash_artifact(locate(str(tmp_path / "m")), HashOptions(whole=False, recipes=(THREE,)))


def test_a_hasher_takes_no_more_than_was_said() -> None:
    made = RecipeHash(THREE, "f", 4)
    made.update(memoryview(b"abcdef"))
    with pytest.raises(UnstableFileError, match="'f' changed"):
        made.update(memoryview(b"g"))


# Change while reading


def overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(b"!")


def overwrite_the_end(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"!")


def overwrite_and_set_the_time_back(path: Path) -> None:
    before = path.stat()
    overwrite(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"!")


def replace(path: Path) -> None:
    """Another file of the same size and times; the old one lives on, so its own status shows nothing."""
    os.link(path, path.with_name("old"))
    other = path.with_name("other")
    other.write_bytes(b"evil".ljust(path.stat().st_size))
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


CHANGES = [
    overwrite,
    overwrite_the_end,
    overwrite_and_set_the_time_back,
    append,
    replace,
    lambda path: os.truncate(path, 0),
    lambda path: os.truncate(path, path.stat().st_size - 1),
]


def aged(path: Path) -> Path:
    """A file that is older than the clock's granularity, so that a change shows in its times."""
    os.utime(path, (1, 1))
    ctime, probe = path.stat().st_ctime_ns, path.with_name("probe")
    probe.write_bytes(b"")
    while probe.stat().st_ctime_ns == ctime:
        probe.write_bytes(b"")
    probe.unlink()
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that is read in several runs, when runs are of one chunk."""
    write(tmp_path / "m", {"weights": content(8 * CHUNK)})
    return aged(tmp_path / "m" / "weights")


def after_a_block(change: Callable[[], None], number: int) -> Callable[[int, int], None]:
    """A progress callback that makes one change, after this many blocks of large files."""
    calls = iter(range(number))

    def progress(files: int, size: int) -> None:
        if not files and size and next(calls, None) == number - 1:
            change()

    return progress


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize(("way", "recipe"), [(both, THREE), (alone, THREE), (both, Recipe(hash_name="blake3"))])
def test_a_file_that_changes_while_it_is_read(
    weights: Path, change: Callable[[Path], None], at: int, way: Any, recipe: Recipe, cores: int
) -> None:
    recipe = Recipe(hash_name=recipe.hash_name, shard_size=recipe.shard_size and 100_000)
    if way is both and cores == 2:
        at = 1  # two threads read larger blocks
    with pytest.raises(ArtifactError, match="'weights' changed while it was read"):
        way(weights, recipe, progress=after_a_block(lambda: change(weights), at))


@pytest.fixture
def between_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Callable[[], None]], None]]:
    """Make a change when so many runs of shards were read, and before any other is opened."""
    monkeypatch.setattr(engine, "_cores", lambda: 1)
    monkeypatch.setattr(shards_module, "RUN", CHUNK)
    todo: list[tuple[int, Callable[[], None]]] = []
    read, count = shards_module._read, 0

    def watched(*arguments: Any) -> Any:
        nonlocal count
        done = read(*arguments)
        count += 1
        for number, change in todo:
            if number == count:
                change()
        return done

    monkeypatch.setattr(shards_module, "_read", watched)
    yield lambda number, change: todo.append((number, change))
    assert not todo or count >= todo[0][0], "the change was never made"


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("at", [1, 4, 7])
def test_a_file_that_changes_between_two_runs_of_its_shards(
    weights: Path, change: Callable[[Path], None], at: int, between_runs: Any
) -> None:
    """Each run sees a file at rest; that it is not the same file for all of them must show."""
    between_runs(at, lambda: change(weights))
    with pytest.raises(ArtifactError, match="'weights' changed while it was read"):
        alone(weights, Recipe(shard_size=CHUNK))


def test_digests_are_in_order_whatever_run_ends_first(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(jobs: Any, workers: int, keep: Any) -> None:
        run_jobs(jobs[::-1], 1, keep)

    monkeypatch.setattr(shards_module, "RUN", CHUNK)
    monkeypatch.setattr(shards_module, "run_jobs", backwards)
    recipe = Recipe(shard_size=100_000)
    assert alone(weights, recipe).digests["weights"] == naive(content(8 * CHUNK), recipe)


def test_runs_cover_a_file_at_rest(weights: Path, between_runs: Any) -> None:
    between_runs(8, lambda: None)
    assert alone(weights, Recipe(shard_size=CHUNK)).digests["weights"] == naive(
        content(8 * CHUNK), Recipe(shard_size=CHUNK)
    )


@pytest.mark.parametrize("name", ["/proc/self/status", "/proc/cpuinfo"])
@pytest.mark.parametrize("way", [both, alone])
@pytest.mark.parametrize("recipe", [THREE, Recipe(shard_size=10**9)])
def test_a_file_with_more_bytes_than_its_size(name: str, way: Callable[..., object], recipe: Recipe) -> None:
    with pytest.raises(UnstableFileError, match="changed while it was read"):
        way(Path(name), recipe)


def at_the_walk(change: Callable[[], None]) -> Callable[[int, int], None]:
    """A progress callback that makes one change when the walk reports, before any large file is read."""
    todo = [change]

    def progress(files: int, size: int) -> None:
        if todo:
            todo.pop()()

    return progress


@pytest.mark.parametrize("more", [-1, 1])
@pytest.mark.parametrize("size", [LARGE + 1, 8 * CHUNK])
def test_a_file_that_has_another_size_when_it_is_read(tmp_path: Path, more: int, size: int, cores: int) -> None:
    path = write(tmp_path / "m", {"f": content(size)}) / "f"
    with pytest.raises(UnstableFileError, match="'f' changed"):
        alone(
            tmp_path / "m",
            Recipe(shard_size=CHUNK),
            progress=at_the_walk(lambda: os.truncate(path, size + more)),
        )


def test_a_file_that_outgrows_its_one_shard(tmp_path: Path) -> None:
    """When the walk saw it, its SHA-256 was the digest of its shard."""
    size = LARGE + 1
    path = write(tmp_path / "m", {"f": content(size)}) / "f"
    with pytest.raises(UnstableFileError, match="'f' changed"):
        both(tmp_path / "m", Recipe(shard_size=size), progress=at_the_walk(lambda: append(path)))


def become_a_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def move_its_folder_behind_a_link(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.symlink_to("moved")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Path.unlink, "cannot be read: No such file or directory"),
        (become_a_link, "cannot be read: Too many levels of symbolic links"),
        (become_a_pipe, "stopped being a regular file"),
        (move_its_folder_behind_a_link, "cannot be read: Not a directory"),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_file_that_is_swapped_before_some_thread_opens_it(
    tmp_path: Path, change: Callable[[Path], None], message: str, at: int, between_runs: Any
) -> None:
    path = write(tmp_path / "m", {"d/weights": content(8 * CHUNK)}) / "d" / "weights"
    descriptors = len(os.listdir("/proc/self/fd"))
    calls = 0

    def progress(_files: int, _size: int) -> None:
        # The walk reports once for the root and once for the folder; the large files come after both.
        nonlocal calls
        calls += 1
        if calls == 2 and not at:
            change(path)

    between_runs(at, lambda: change(path))
    with pytest.raises(ArtifactError, match="'d/weights' ") as caught:
        alone(tmp_path / "m", Recipe(shard_size=CHUNK), progress=progress)
    assert message in caught.value.message
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_an_error_stops_the_other_runs(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event that is set tells a run that nobody waits for it."""
    monkeypatch.setattr(shards_module, "RUN", CHUNK)
    monkeypatch.setattr(engine, "_cores", lambda: 1)

    def stopped(*arguments: Any) -> Any:
        arguments[-1].set()
        return read(*arguments)

    read = shards_module._read
    monkeypatch.setattr(shards_module, "_read", stopped)
    with pytest.raises(ArtifactError, match="'weights' was not read to its end") as caught:
        alone(weights, Recipe(shard_size=CHUNK))
    assert isinstance(caught.value.__context__, StoppedError)


@pytest.mark.parametrize("way", [both, alone])
def test_an_error_in_the_callback_is_not_swallowed(weights: Path, way: Callable[..., object], cores: int) -> None:
    def progress(files: int, size: int) -> None:
        if size and not files:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        way(weights, Recipe(shard_size=100_000), progress=progress)


def test_an_error_of_the_second_thread_is_not_swallowed(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(engine, "_cores", lambda: 2)
    monkeypatch.setattr(RecipeHash, "update", broken)
    with pytest.raises(MemoryError):
        both(weights, Recipe(shard_size=100_000))


# Cost


def test_each_byte_is_read_once(tmp_path: Path, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = [Recipe(shard_size=100_000), Recipe(hash_name="blake2b"), Recipe(hash_name="blake3", shard_size=7)]
    write(tmp_path / "m", {"small": content(1000), "large": content(3 * LARGE)})
    total = 0
    real = os.readv

    def counted(fd: int, buffers: Any) -> int:
        nonlocal total
        count = real(fd, buffers)
        total += count
        return count

    monkeypatch.setattr(os, "readv", counted)
    both(tmp_path / "m", *recipes)
    assert total == 1000 + 3 * LARGE


PEAK = """
import resource, sys
import blake3, concurrent.futures.thread
from attest.domain.recipe import Recipe
from attest.hashing import HashOptions, engine, hash_artifact, hash_shards, locate
engine._cores = lambda: 2
def peak(path):
    if sys.argv[3] == "alone":
        hash_shards(locate(path), HashOptions(recipes=(Recipe(shard_size=10_000_000),)))
    else:
        recipes = (Recipe(hash_name="blake3"), Recipe(hash_name="blake3", shard_size=10_000_000))
        hash_artifact(locate(path), HashOptions(recipes=recipes))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak(sys.argv[1])
print(peak(sys.argv[2]) - before)
"""


@pytest.mark.parametrize("way", ["alone", "both"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, way: str) -> None:
    write(tmp_path / "small", {"f": b"1"})
    (tmp_path / "large").mkdir()
    with (tmp_path / "large" / "f").open("wb") as stream:
        stream.truncate(1 << 28)
    kibibytes = int(child(PEAK, tmp_path / "small", tmp_path / "large", way))
    assert kibibytes < 20 * 1024


def test_blake3_is_imported_when_it_is_used(tmp_path: Path) -> None:
    code = (
        "import sys; from attest.hashing import *; from attest.domain.recipe import Recipe;"
        "hash_artifact(locate(sys.argv[1]), HashOptions(recipes=(Recipe(hash_name='blake2b'),)));"
        "print('blake3' in sys.modules, 'concurrent.futures' in sys.modules)"
    )
    assert child(code, write(tmp_path / "m")) == "False False\n"
