"""OMS verification: one case for each row of the procedure, signed with a good key so that only the row can refuse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from attest.domain.attestation import MAX_LISTED, Changed, Rejected, Signer
from attest.domain.bundle import parse_bundle
from attest.domain.manifest import Manifest
from attest.signing import verify_bundle
from tests.unit.conftest import (
    SMALL,
    accepted,
    edited,
    entry,
    manifest,
    model_bundle,
    oms_document,
    refused,
    sealed,
    signer,
    trust,
)

Edit = Callable[[dict[str, Any]], object]
OMS = "https://model_signing/signature/v1.0"
A, B = (hashlib.sha256(letter).hexdigest() for letter in (b"a", b"b"))


def judged(edit: Edit, base: Manifest | None = None) -> Any:
    return verify_bundle(sealed(oms_document(edit)), base or manifest(), trust())


def resources(*items: dict[str, Any]) -> Edit:
    """Replace the list by these entries, with the root that fits them where there is one."""

    def edit(statement: dict[str, Any]) -> None:
        full = [{"algorithm": "sha256", "digest": A, **item} for item in items]
        statement["predicate"]["resources"] = full
        try:
            digests = b"".join(bytes.fromhex(item["digest"]) for item in full)
        except (ValueError, TypeError):
            return
        statement["subject"][0]["digest"]["sha256"] = hashlib.sha256(digests).hexdigest()

    return edit


def serialization(**changes: Any) -> Edit:
    return lambda statement: statement["predicate"]["serialization"].update(changes)


def without(*path: str) -> Edit:
    def edit(statement: dict[str, Any]) -> None:
        place = statement
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return edit


def test_unchanged_it_verifies() -> None:
    assert judged(lambda statement: None).signed_files == len(SMALL)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        # 13
        (lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"), "_type is"),
        (lambda s: s["subject"].append(s["subject"][0]), "exactly one subject"),
        (lambda s: s["subject"][0].update(digest={"sha512": "a" * 128}), "exactly one subject with a sha256 digest"),
        (lambda s: s["subject"][0]["digest"].update(sha256="A" * 64), "is not 64 lower-case"),
        (lambda s: s.update(subject=[]), "0 subjects"),
        (without("predicate"), "predicate is not an object"),
        # 14
        (lambda s: s["predicate"].update(more=1), "predicate has an unknown member 'more'"),
        (serialization(more=1), "serialization has an unknown member 'more'"),
        (without("predicate", "serialization"), "serialization is not an object"),
        (serialization(method="shards", shard_size=3), "names no shard"),
        (serialization(method="shards"), "shard_size is not an integer"),
        (serialization(method="Files"), "signed as method 'Files'"),
        (serialization(method=None), "signed as method 'None'"),
        (serialization(shard_size=3), "the files were signed whole, and the signed list has a shard_size"),
        (serialization(hash_type="blake2b"), "is not a lower-case blake2b digest"),
        (serialization(hash_type="blake3"), "is not a lower-case blake3 digest"),
        (serialization(hash_type=["sha256"]), "with \"['sha256']\""),
        (serialization(method=["files"]), "signed as method"),
        (serialization(hash_type="md5"), "with 'md5'"),
        (without("predicate", "serialization", "hash_type"), "with 'None'"),
        (serialization(allow_symlinks="false"), "allow_symlinks is not true or false"),
        (serialization(allow_symlinks=0), "allow_symlinks is not true or false"),
        (without("predicate", "serialization", "allow_symlinks"), "allow_symlinks is not true or false"),
        # 15
        (resources(), "the signed list of files is empty"),
        (without("predicate", "resources"), "resources is not an array"),
        # 16
        (resources({"name": "../x"}), "'../x': the name has an empty, '.' or '..' component"),
        (resources({"name": "a/../../x"}), "the name has an empty, '.' or '..' component"),
        (resources({"name": "/etc/passwd"}), "'/etc/passwd': the name is absolute"),
        (resources({"name": "a\\b"}), "a backslash"),
        (resources({"name": "a\0b"}), "a zero byte"),
        (resources({"name": "a\nb"}), "a line feed"),
        (resources({"name": "./a"}), "the name has an empty"),
        (resources({"name": "a//b"}), "the name has an empty"),
        (resources({"name": "a/"}), "the name has an empty"),
        (resources({"name": ""}), "the name is empty"),
        (resources({"name": ".."}), "the name has an empty"),
        (resources({"name": 5}), "resources[].name is not a string"),
        (resources({}), "resources[].name is not a string"),
        (resources({"name": "."}, {"name": "a"}), "names '.' beside other files"),
        # 17
        (resources({"name": "a"}, {"name": "a"}), "names 'a' twice"),
        (resources({"name": "a"}, {"name": "a", "digest": B}), "names 'a' twice"),
        (resources({"name": "a"}, {"name": "a/b"}), "names 'a' both as a file and as a directory"),
        (resources({"name": "a/b/c"}, {"name": "x"}, {"name": "a/b"}), "names 'a/b' both"),
        (resources({"name": "a"}, {"name": "a/b/c/d"}), "names 'a' both"),
        # 18
        (resources({"name": "a", "digest": A.upper()}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "digest": A[:-2]}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "digest": A + "00"}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "digest": "sha256:" + A}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "digest": ""}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "digest": None}), "resources[].digest is not a string"),
        (resources({"name": "a", "algorithm": "sha1"}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "algorithm": "SHA256"}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "algorithm": None}), "the signed entry of 'a' is not a lower-case sha256"),
        (resources({"name": "a", "algorithm": "sha256-sharded-3"}), "the signed entry of 'a' is not a lower-case"),
        (resources({"name": "a", "algorithm": "sha256-sharded-0"}), "the signed entry of 'a' is not a lower-case"),
        (lambda s: s["predicate"].update(resources=["a"]), "resources[] is not an object"),
        (lambda s: s["predicate"].update(resources={"a": A}), "resources is not an array"),
        # 20
        (lambda s: s["subject"][0]["digest"].update(sha256=A), "the subject is not the root digest"),
        (lambda s: s["predicate"]["resources"].reverse(), "the subject is not the root digest"),
        (lambda s: s["predicate"]["resources"].pop(), "the subject is not the root digest"),
        (lambda s: s["subject"][0]["digest"].update(sha256=manifest().digest), "the subject is not the root digest"),
        # 21
        (serialization(ignore_paths=["*"]), "the ignored path '*' is a pattern"),
        (serialization(ignore_paths=[".git", "a?"]), "the ignored path 'a?' is a pattern"),
        (serialization(ignore_paths=["[ab]"]), "the ignored path '[ab]' is a pattern"),
        (serialization(ignore_paths=[5]), "ignore_paths[] is not a string"),
        (serialization(ignore_paths=".git"), "ignore_paths is not an array"),
        (serialization(ignore_paths={"a": 1}), "ignore_paths is not an array"),
        (serialization(ignore_paths=["a"] * 10_001), "more than 10000 ignored paths"),
    ],
)
def test_a_statement_that_breaks_a_rule(edit: Edit, reason: str) -> None:
    found = refused(judged(edit), "bad-statement", reason)
    assert found.signer == Signer(kind="key", id=signer().id)  # the signature itself is good
    assert found.differences is None


@pytest.mark.parametrize("value", [False, 0, "", {}])
def test_ignored_paths_of_another_type(value: object) -> None:
    refused(judged(serialization(ignore_paths=value)), "bad-statement", "ignore_paths is not an array")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"method":', b'"method":"shards","method":'),
        (b'"resources":', b'"resources":[],"resources":'),
        (b'"_type":', b'"_type":"x","_type":'),
        (b'"name":"empty"', b'"name":"other","name":"empty"'),
    ],
)
def test_duplicate_members_of_a_signed_statement(old: bytes, new: bytes) -> None:
    payload = oms_document(lambda s: None).replace(b": ", b":")
    assert old in payload
    outcome = verify_bundle(sealed(payload.replace(old, new, 1)), manifest(), trust())
    assert refused(outcome, "bad-statement", "stands twice").predicate_type == ""


@pytest.mark.parametrize("payload", [b"x", b"[]", b"\x80\x04N.", b"\xff", b"{", b'{"a":NaN}', b"[" * 100_000])
def test_a_signed_payload_that_is_no_statement(payload: bytes) -> None:
    assert refused(verify_bundle(sealed(payload), manifest(), trust()), "bad-statement", "").predicate_type == ""


# 25: the list against the files


def test_a_changed_file() -> None:
    outcome = verify_bundle(sealed(oms_document(lambda s: None)), manifest({**SMALL, "empty": b"!"}), trust())
    found = refused(outcome, "changed-files", "1 of 5 signed files are changed or missing")
    assert found.differences is not None
    signed, now = (hashlib.sha256(data).hexdigest() for data in (b"", b"!"))
    assert found.differences.changed == (Changed(name="empty", signed=signed, found=now),)
    assert (found.signer, found.predicate_type) == (Signer(kind="key", id=signer().id), OMS)


def differences(files: dict[str, bytes]) -> Any:
    outcome = verify_bundle(sealed(oms_document(lambda s: None)), manifest(files), trust())
    return refused(outcome, "changed-files", "of 5 signed files are changed or missing").differences


def test_a_missing_file() -> None:
    found = differences({name: data for name, data in SMALL.items() if name != "sub/w.bin"})
    assert (found.missing, found.matched, found.renamed) == (("sub/w.bin",), 4, ())


def test_a_renamed_file() -> None:
    found = differences({("sub/v.bin" if name == "sub/w.bin" else name): data for name, data in SMALL.items()})
    assert (found.missing, found.renamed, found.unsigned) == (
        ("sub/w.bin",),
        (("sub/w.bin", "sub/v.bin"),),
        ("sub/v.bin",),
    )


def test_two_files_that_swapped_names_keep_the_root_but_not_the_list() -> None:
    found = differences({**SMALL, "sub-x": SMALL["sub/w.bin"], "sub/w.bin": SMALL["sub-x"]})
    assert [item.name for item in found.changed] == ["sub-x", "sub/w.bin"]


def test_an_unsigned_file_is_named() -> None:
    files = manifest({**SMALL, "evil.py": b"import os", "a/b": b""})
    outcome = accepted(verify_bundle(sealed(oms_document(lambda s: None)), files, trust()))
    assert outcome.unsigned == ("a/b", "evil.py")
    assert outcome.signed_files == 5


def test_files_below_an_ignored_path_are_named_as_unsigned_too() -> None:
    files = manifest({**SMALL, "weights/evil.bin": b"1", ".git/evil.py": b"2"})
    outcome = accepted(judged(serialization(ignore_paths=["weights", "."]), files))
    assert outcome.unsigned == (".git/evil.py", "weights/evil.bin")
    assert outcome.ignore_paths == ("weights", ".")


def test_another_artifact() -> None:
    outcome = verify_bundle(sealed(oms_document(lambda s: None)), manifest({"other.bin": b"1"}), trust())
    found = refused(outcome, "other-artifact", "none of its 5 files is here")
    assert found.differences is not None
    assert found.differences.unsigned == ("other.bin",)


def test_many_differences_are_counted_and_the_first_are_named() -> None:
    files = {f"{number:04}": b"1" for number in range(MAX_LISTED + 5)}
    bundle = parse_bundle(model_bundle(manifest(files)), "model.sig")
    changed = manifest({name: b"2" for name in files})
    found = refused(verify_bundle(bundle, changed, trust()), "changed-files", "1005 of 1005 signed files")
    assert found.differences is not None
    assert (len(found.differences.changed), found.differences.changed_count) == (MAX_LISTED, MAX_LISTED + 5)
    assert found.differences.matched == 0


def test_a_signed_evidence_file_is_compared_as_well() -> None:
    """Another tool may list `claims.jsonl`; as evidence it is no part of the tree, but its bytes are known."""
    listed = manifest({**SMALL, "claims.jsonl": b"old"})
    bundle = parse_bundle(model_bundle(listed), "model.sig")
    accepted(verify_bundle(bundle, manifest(evidence=[entry("claims.jsonl", b"old")]), trust()))
    outcome = verify_bundle(bundle, manifest(evidence=[entry("claims.jsonl", b"new")]), trust())
    found = refused(outcome, "changed-files", "1 of 6")
    assert found.differences is not None
    assert [item.name for item in found.differences.changed] == ["claims.jsonl"]


def test_a_file_that_is_signed_below_git_must_be_there() -> None:
    edit = resources({"name": ".git/config"}, {"name": "a"})
    outcome = judged(edit, manifest({"a": b"a"}))
    assert refused(outcome, "changed-files", "1 of 2").differences is not None


# 23: links


@pytest.mark.parametrize("allowed", [True, False])
def test_links_count_only_when_the_signer_allowed_them(allowed: bool) -> None:
    outcome = judged(serialization(allow_symlinks=allowed), manifest(links=["empty"]))
    if allowed:
        accepted(outcome)
    else:
        assert refused(outcome, "links", "symbolic links ('empty')").signer is not None


def test_the_cache_of_the_hub_needs_no_permission() -> None:
    accepted(judged(lambda s: None, manifest(hub_links=True)))


# The one name of a single file


def test_the_dot_stands_for_a_single_file_only() -> None:
    single = manifest({"f": b"a"}, kind="file")
    edit = resources({"name": "."})
    accepted(judged(edit, single))
    refused(judged(edit, manifest({"f": b"a"})), "changed-files", "1 of 1")
    refused(judged(edit, manifest({"f": b"b"}, kind="file")), "changed-files", "1 of 1")


def test_a_single_file_under_another_name() -> None:
    outcome = judged(resources({"name": "g"}), manifest({"f": b"a"}, kind="file"))
    found = refused(outcome, "changed-files", "1 of 1")
    assert found.differences is not None
    assert found.differences.renamed == (("g", "f"),)


# Size


def test_a_longer_list_than_a_claim_may_be_is_read() -> None:
    many = manifest({f"{number:05}": b"" for number in range(12_000)})
    outcome = verify_bundle(parse_bundle(model_bundle(many), "model.sig"), many, trust())
    assert accepted(outcome).signed_files == 12_000


# Material that is not a key


@pytest.mark.parametrize(
    ("material", "what"),
    [
        (
            {"certificate": {"rawBytes": "QQ=="}},
            "it is signed by a Sigstore identity, and only public keys are trusted",
        ),
        (
            {"x509CertificateChain": {"certificates": [{"rawBytes": "QQ=="}]}},
            "it is signed by a certificate, and only public keys are trusted",
        ),
    ],
)
def test_certificates_prove_nothing_to_who_trusts_keys(material: dict[str, Any], what: str) -> None:
    data = edited(model_bundle(), lambda bundle: bundle.update(verificationMaterial=material))
    found = refused(verify_bundle(parse_bundle(data, "model.sig"), manifest(), trust()), "unsupported", what)
    assert (found.signer, found.predicate_type) == (None, "")


def test_unchecked_material_is_reported() -> None:
    more = {
        "tlogEntries": [{"logIndex": "1"}, {"logIndex": "2"}],
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": "QQ=="}]},
    }
    data = edited(model_bundle(), lambda bundle: bundle["verificationMaterial"].update(more))
    found = accepted(verify_bundle(parse_bundle(data, "model.sig"), manifest(), trust()))
    assert found.unchecked == ("1 timestamps", "2 log entries")


def test_the_wording_of_a_rejection_does_not_depend_on_hostile_names() -> None:
    outcome = judged(resources({"name": "a\x1b[2J\n"}))
    assert isinstance(outcome, Rejected)
    assert outcome.reason.isprintable()


def test_a_rejected_statement_of_an_unknown_subject_says_so() -> None:
    payload = json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://example.org/x",
            "subject": [{"name": "x", "digest": {"sha512": "a" * 128}}],
            "predicate": {},
        }
    ).encode()
    outcome = verify_bundle(sealed(payload), manifest(), trust())
    refused(outcome, "other-artifact", "without sha256")
