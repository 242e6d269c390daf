"""Model signatures over other hashes and over shards: the vectors of the reference, and what shards must not omit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from attest.domain.artifact import Kind
from attest.domain.attestation import Attestation, Rejected
from attest.domain.manifest import Manifest, oms_root
from attest.domain.recipe import WHOLE, HashName, Recipe, RecipeDigests
from attest.hashing import HashOptions, hash_artifact, locate
from attest.signing import Trust, verify_bundle
from attest.signing.oms_write import listing_of, oms_payload
from attest.signing.verify import Read, read_bundle, recipes
from tests.unit.conftest import SMALL, accepted, held, manifest, oms_document, refused, sealed, signer, trust, write

SHARDED: Mapping[str, bytes] = {"a:b": b"xyz", "none": b"", "w": b"abcdefghijklm"}
THREE = Recipe(shard_size=3)
SPECIFIED = ["a:b:0:3", "w:0:3", "w:12:13", "w:3:6", "w:6:9", "w:9:12"]
NUMERIC = ["a:b:0:3", "w:0:3", "w:3:6", "w:6:9", "w:9:12", "w:12:13"]
DIGESTS = {
    "a:b:0:3": "3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282",
    "w:0:3": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "w:12:13": "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a",
    "w:3:6": "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34",
    "w:6:9": "50ae61e841fac4e8f9e40baf2ad36ec868922ea48368c18f9535e47db56dd7fb",
    "w:9:12": "268f277c6d766d31334fda0f7a5533a185598d269e61c76a805870244828a5f1",
}
Resource = dict[str, Any]


def on_disk(folder: Path, files: Mapping[str, bytes], *wanted: Recipe) -> tuple[Manifest, RecipeDigests]:
    """The files as the engine hashes them."""
    found = hash_artifact(locate(str(write(folder / "m", files))), HashOptions(recipes=wanted))
    return found.manifest, found.others


def made(files: Mapping[str, bytes], recipe: Recipe) -> RecipeDigests:
    """The digests of files held in memory, by SHA-256 shards."""
    size = recipe.shard_size
    return {
        recipe: {
            name: tuple(hashlib.sha256(data[at : at + size]).digest() for at in range(0, len(data), size))
            for name, data in files.items()
        }
    }


def payload(resources: Sequence[Resource], **serialization: Any) -> bytes:
    """A statement over these resources, with the root that fits."""

    def edit(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"] = list(resources)
        statement["predicate"]["serialization"] |= {"method": "shards", "shard_size": 3, **serialization}
        root = oms_root(bytes.fromhex(item["digest"]) for item in resources)
        statement["subject"][0]["digest"]["sha256"] = root

    return oms_document(edit)


def shards(names: Sequence[str], files: Mapping[str, bytes] = SHARDED, **more: Any) -> list[Resource]:
    """Resources for shards, each with the digest of the bytes that its name speaks of."""
    found = []
    for resource in names:
        name, start, stop = resource.rsplit(":", 2)
        digest = hashlib.sha256(files.get(name, b"")[int(start) : int(stop)]).hexdigest()
        found.append({"name": resource, "algorithm": "sha256", "digest": digest, **more})
    return found


def judged(
    document: bytes, files: Mapping[str, bytes] = SHARDED, *, kind: Kind = "directory", recipe: Recipe = THREE
) -> Attestation | Rejected:
    return verify_bundle(sealed(document), manifest(files, kind=kind), trust(), made(files, recipe))


# The vectors


@pytest.mark.parametrize(
    ("hash_name", "specified", "theirs"),
    [
        (
            "blake2b",
            "39e766c28b235426ca0ae92171ee542347c60d9000cab6902d8c7819a313ce71",
            "19e8d16e2376fb3c82daa1468e5333b9530345e32f2f4c053cd8f3e59c2107bd",
        ),
        (
            "blake3",
            "5d998991cd4522050833fff79d644850e0cd60961f6a3cb367a2b0a16d5da6ee",
            "45b5b1183f639cc5d84771f2528898b4c3c2c6a81d81c702f4dae6752776548a",
        ),
    ],
)
def test_other_hashes(tmp_path: Path, hash_name: HashName, specified: str, theirs: str) -> None:
    recipe = Recipe(hash_name=hash_name)
    found, others = on_disk(tmp_path, SMALL, recipe)
    document = oms_payload(listing_of(found, recipe=recipe, others=others), "small")
    statement = json.loads(document)
    assert statement["subject"][0]["digest"]["sha256"] == specified
    assert accepted(verify_bundle(sealed(document), found, trust(), others)).signed_files == len(SMALL)
    listed = statement["predicate"]["resources"]
    listed[2], listed[3] = listed[3], listed[2]  # the order of model-signing
    statement["subject"][0]["digest"]["sha256"] = theirs
    bundle = sealed(json.dumps(statement).encode())
    assert accepted(verify_bundle(bundle, found, trust(), others)).signed_files == len(SMALL)
    changed, others = on_disk(tmp_path / "x", {**SMALL, "empty": b"!"}, recipe)
    refused(verify_bundle(bundle, changed, trust(), others), "changed-files", "1 of 5")


@pytest.mark.parametrize(
    ("order", "root"),
    [
        (SPECIFIED, "667e53f30faa83fac4edba8bcd68ae26b51d56b59b5f97aabf2f8bf208b2011f"),
        (NUMERIC, "b4e92d8dd0255f15c84f16d47e90dde031737d44d0bc328a084108b616fb3092"),
    ],
)
def test_shards_in_both_orders(tmp_path: Path, order: list[str], root: str) -> None:
    document = payload(shards(order))
    statement = json.loads(document)
    assert {item["name"]: item["digest"] for item in statement["predicate"]["resources"]} == DIGESTS
    assert statement["subject"][0]["digest"]["sha256"] == root
    found, others = on_disk(tmp_path, SHARDED, THREE)
    outcome = accepted(verify_bundle(sealed(document), found, trust(), others))
    assert (outcome.signed_files, outcome.unsigned) == (2, ("none",))  # shards cannot list an empty file


def test_our_own_shards_are_in_the_order_of_the_specification(tmp_path: Path) -> None:
    found, others = on_disk(tmp_path, SHARDED, THREE)
    statement = json.loads(oms_payload(listing_of(found, recipe=THREE, others=others), "m"))
    assert [item["name"] for item in statement["predicate"]["resources"]] == SPECIFIED
    assert statement["predicate"]["serialization"]["shard_size"] == 3


def test_shards_of_other_hashes(tmp_path: Path) -> None:
    for hash_name in ("blake2b", "blake3"):
        recipe = Recipe(hash_name=hash_name, shard_size=4)
        found, others = on_disk(tmp_path / hash_name, SHARDED, recipe)
        document = oms_payload(listing_of(found, recipe=recipe, others=others), "m")
        assert accepted(verify_bundle(sealed(document), found, trust(), others)).signed_files == 2


def test_what_the_files_must_be_hashed_by() -> None:
    """Only an authentic list asks for anything."""
    read = [
        read_bundle(sealed(document, by), trust(1))
        for document, by in (
            (payload(shards(SPECIFIED)), 1),
            (payload(shards(SPECIFIED)), 1),
            (oms_document(lambda s: None), 1),
            (payload(shards(["w:0:7"], {"w": b"1234567"}), shard_size=7), 9),
        )
    ]
    assert recipes(read) == (THREE,)
    assert isinstance(read[2], Read)
    assert read[2].recipe == WHOLE


# Spellings


@pytest.mark.parametrize("size", [b"3.0", b"3.00", b"30e-1"])
def test_an_integral_fraction_is_a_size(size: bytes) -> None:
    """Protobuf writers emit it."""
    document = payload(shards(SPECIFIED)).replace(b'"shard_size": 3', b'"shard_size": ' + size)
    assert size in document
    assert accepted(judged(document)).signed_files == 2


def test_the_algorithm_as_model_signing_writes_it() -> None:
    assert accepted(judged(payload(shards(SPECIFIED, algorithm="sha256-sharded-3")))).signed_files == 2


@pytest.mark.parametrize("algorithm", ["sha256-sharded-4", "sha256-sharded", "blake2b-sharded-3", "sha256-sharded-03"])
def test_other_names_of_algorithms(algorithm: str) -> None:
    refused(
        judged(payload(shards(SPECIFIED, algorithm=algorithm))), "bad-statement", "is not a lower-case sha256 digest"
    )


SINGLE = {"w": SHARDED["w"]}
DOTS = [".:0:3", ".:12:13", ".:3:6", ".:6:9", ".:9:12"]


def test_a_single_file_in_shards() -> None:
    document = payload(shards(DOTS, {".": SHARDED["w"]}))
    assert accepted(judged(document, SINGLE, kind="file")).signed_files == 1
    named = payload(shards([name.replace(".:", "w:") for name in DOTS]))
    assert accepted(judged(named, SINGLE, kind="file")).signed_files == 1
    refused(judged(document, SINGLE), "changed-files", "1 of 1")
    refused(judged(document, {"w": SHARDED["w"][:-1]}, kind="file"), "changed-files", "1 of 1")
    refused(judged(document, {"w": SHARDED["w"] + b"n"}, kind="file"), "changed-files", "1 of 1")


def test_a_single_file_by_another_hash(tmp_path: Path) -> None:
    recipe = Recipe(hash_name="blake3")
    path = tmp_path / "w.bin"
    path.write_bytes(b"weights")
    found = hash_artifact(locate(str(path)), HashOptions(recipes=(recipe,)))
    for compat in (True, False):
        document = oms_payload(listing_of(found.manifest, recipe=recipe, others=found.others), "w", compat=compat)
        assert accepted(verify_bundle(sealed(document), found.manifest, trust(), found.others)).signed_files == 1


# Lists that leave something out


def listed(*names: str, files: Mapping[str, bytes] = SHARDED) -> bytes:
    return payload(shards(names, files))


ODD = "leave a gap, overlap or have odd sizes"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("w:3:6", "w:6:9", "w:9:12", "w:12:13"), ODD),  # does not begin at 0
        (("w:0:3", "w:6:9", "w:9:12", "w:12:13"), ODD),  # a gap
        (("w:0:3", "w:0:3", "w:3:6", "w:6:9", "w:9:12", "w:12:13"), ODD),  # one twice
        (("w:0:3", "w:2:5", "w:5:8", "w:8:11", "w:11:13"), ODD),  # an overlap
        (("w:0:4", "w:4:7"), ODD),  # too long
        (("w:0:2", "w:2:5"), ODD),  # a short one that is not the last
        (("w:0:13",), ODD),
        (("w:0:3", "w:3:3"), ODD),  # an empty one
        (("w:3:0",), "names no shard"),
        (("w:0:0",), "names no shard"),
        (("w",), "names no shard"),
        (("w:0",), "names no shard"),
        (("w:00:3",), "names no shard"),
        (("w:0:03",), "names no shard"),
        (("w:-1:2",), "names no shard"),
        (("w:+0:3",), "names no shard"),
        (("w:0:3 ",), "names no shard"),
        (("w:0: 3",), "names no shard"),
        (("w:0:\u0663",), "names no shard"),
        ((":0:3",), "names no shard"),
        (("w:0:3\n",), "names no shard"),
        (("w:0:" + "9" * 30,), "names no shard"),
        (("../w:0:3",), "'..' component"),
        (("/w:0:3",), "absolute"),
        (("w\\x:0:3",), "backslash"),
        (("a:0:3", "a/b:0:3"), "both as a file and as a directory"),
        ((".:0:3", "w:0:3"), "names '.' beside other files"),
    ],
)
def test_ranges_that_are_none(names: tuple[str, ...], reason: str) -> None:
    found = [
        {"name": name, "algorithm": "sha256", "digest": hashlib.sha256(name.encode()).hexdigest()} for name in names
    ]
    refused(judged(payload(found)), "bad-statement", reason)


def test_a_last_shard_short_of_the_file() -> None:
    """The bytes after it would be unsigned."""
    outcome = judged(listed("a:b:0:3", "w:0:3", "w:3:6", "w:6:9", "w:9:12"))
    found = refused(outcome, "changed-files", "1 of 2").differences
    assert found is not None
    assert [(item.name, item.found) for item in found.changed] == [("w", "another size")]


def test_a_file_that_is_shorter_than_its_shards() -> None:
    document = listed(*SPECIFIED)
    refused(judged(document, {**SHARDED, "w": SHARDED["w"][:12]}), "changed-files", "1 of 2")
    refused(judged(document, {**SHARDED, "w": b""}), "changed-files", "1 of 2")


def test_a_changed_shard() -> None:
    for at in range(13):
        data = bytearray(SHARDED["w"])
        data[at] ^= 1
        refused(judged(listed(*SPECIFIED), {**SHARDED, "w": bytes(data)}), "changed-files", "1 of 2")


def test_swapped_shards_keep_the_root_and_not_the_file() -> None:
    data = SHARDED["w"]
    swapped = data[3:6] + data[:3] + data[6:]
    refused(judged(listed(*SPECIFIED), {**SHARDED, "w": swapped}), "changed-files", "1 of 2")


def test_empty_files_are_reported_as_unsigned() -> None:
    files = {**SHARDED, "__init__.py": b""}
    assert accepted(judged(listed(*SPECIFIED), files)).unsigned == ("__init__.py", "none")


def test_a_missing_file_and_an_extra_one() -> None:
    outcome = judged(listed(*SPECIFIED), {"w": SHARDED["w"], "v": SHARDED["a:b"]})
    found = refused(outcome, "changed-files", "1 of 2").differences
    assert found is not None
    assert (found.missing, found.renamed, found.unsigned) == (("a:b",), (("a:b", "v"),), ("v",))


def test_a_signed_evidence_file_of_another_recipe_is_missing() -> None:
    """Evidence is no part of what is hashed by other recipes, so nothing says that it is as signed."""
    files = {"claims.jsonl": b"abc", "w": b"xyz"}
    document = payload(shards(["claims.jsonl:0:3", "w:0:3"], files))
    whole = manifest({"w": b"xyz"})
    outcome = verify_bundle(sealed(document), whole, trust(), made({"w": b"xyz"}, THREE))
    refused(outcome, "changed-files", "1 of 2")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shard_size": 0}, "shard_size is not positive"),
        ({"shard_size": -3}, "shard_size is not positive"),
        ({"shard_size": "3"}, "shard_size is not an integer"),
        ({"shard_size": True}, "shard_size is not an integer"),
        ({"shard_size": 3.5}, "shard_size is not an integer"),
        ({"shard_size": None}, "shard_size is not an integer"),
        ({"shard_size": 4}, ODD),
        ({"method": "files"}, "the signed list has a shard_size"),
        ({"method": "shard"}, "signed as method 'shard'"),
        ({"method": ["shards"]}, "signed as method"),
        ({"method": {}}, "signed as method"),
        ({"hash_type": "blake2b"}, "is not a lower-case blake2b digest"),
        ({"hash_type": "blake2"}, "with 'blake2'"),
        ({"hash_type": "sha512"}, "with 'sha512'"),
        ({"hash_type": {}}, "with '{}'"),
        ({"chunk_size": 1}, "serialization has an unknown member 'chunk_size'"),
    ],
)
def test_recipes_that_are_none(changes: dict[str, Any], reason: str) -> None:
    refused(judged(payload(shards(SPECIFIED), **changes)), "bad-statement", reason)


def test_a_wrong_root_of_shards() -> None:
    document = json.loads(payload(shards(SPECIFIED)))
    document["predicate"]["resources"].reverse()
    refused(judged(json.dumps(document).encode()), "bad-statement", "the subject is not the root digest")


def test_digests_of_another_recipe_prove_nothing() -> None:
    """The digests of whole files, offered as those of shards."""
    files = {"w": b"xyz"}
    document = payload(shards(["w:0:3"], files))
    wrong: RecipeDigests = {THREE: {"w": (hashlib.sha256(b"other").digest(),)}}
    refused(verify_bundle(sealed(document), manifest(files), trust(), wrong), "changed-files", "1 of 1")


# Keys that OMS does not know


def test_a_signature_outside_of_oms_says_so() -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    from attest.domain.bundle import parse_bundle
    from attest.signing import sign_model, sign_statement
    from tests.unit.conftest import claim_payload, whole

    by = held(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    trusted = Trust(keys=(by.public,))
    found = accepted(verify_bundle(parse_bundle(sign_model(manifest(), "small", by), "s"), manifest(), trusted))
    assert found.notes == ("OMS knows no Ed25519 keys: other OMS tools cannot verify this signature",)
    claim = parse_bundle(sign_statement(claim_payload([whole()]), by), "s")
    assert accepted(verify_bundle(claim, manifest(), trusted)).notes == ()
    ours = parse_bundle(sign_model(manifest(), "small", signer()), "s")
    assert accepted(verify_bundle(ours, manifest(), trust())).notes == ()


def test_without_the_digests_that_it_needs_a_bundle_is_rejected() -> None:
    bundle = sealed(listed(*SPECIFIED))
    refused(verify_bundle(bundle, manifest(SHARDED), trust()), "unsupported", "in a way that was not asked for")
