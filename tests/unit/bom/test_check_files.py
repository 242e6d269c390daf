"""Files against the digests of a document: every way in which they differ, and nothing compared in silence."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.check_files import check_files, compare_files
from attest.domain.artifact import Kind
from attest.domain.manifest import FileEntry, Manifest, build_manifest
from tests.unit.bom.documents import CONTEXT, Json

FILES = {"model.safetensors": b"w" * 9, "config.json": b"{}", "sub/config.json": b"[]", "sub/only.txt": b"x"}


def entry(name: str, content: bytes) -> FileEntry:
    return FileEntry(name, hashlib.sha256(content).digest(), len(content), hashlib.sha512(content).digest())


def manifest(
    files: dict[str, bytes] = FILES, kind: Kind = "directory", evidence: dict[str, bytes] | None = None
) -> Manifest:
    beside = [entry(name, content) for name, content in (evidence or {}).items()]
    return build_manifest([entry(name, content) for name, content in files.items()], kind=kind, evidence=beside)


def hashes(content: bytes, *algorithms: str) -> list[Json]:
    made = {"SHA-256": hashlib.sha256, "SHA-512": hashlib.sha512, "SHA-1": hashlib.sha1}
    return [{"alg": alg, "content": made[alg](content).hexdigest()} for alg in algorithms or ("SHA-256", "SHA-512")]


def file(name: str, content: bytes, **members: Any) -> Json:
    size = [{"name": "attest:file:size", "value": str(len(content))}]
    return {"type": "file", "name": name, "hashes": hashes(content), "properties": size, **members}


def bom(*files: Json, properties: list[Json] | None = None, **members: Any) -> Json:
    listed = list(files) or [file(name, content) for name, content in FILES.items()]
    digest = [{"name": "attest:model:digest", "value": manifest().digest},
              {"name": "attest:model:digest-kind", "value": "attest-tree/v1"}]  # fmt: skip
    model = {
        "type": "machine-learning-model",
        "name": "m",
        "hashes": hashes(FILES["model.safetensors"]),
        "properties": digest if properties is None else properties,
        "components": listed,
    }
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": model | members}}


def told(document: Json, found: Manifest | None = None) -> list[tuple[str, str, str]]:
    return [(fault.severity, fault.where, fault.message) for fault in check_files(document, found or manifest())]


def test_a_document_of_these_files_has_no_fault() -> None:
    assert told(bom()) == []
    assert compare_files(bom(), manifest()).compared == 4


def with_one(name: str, /, **changes: Any) -> Json:
    return bom(*(file(one, content) | (changes if one == name else {}) for one, content in FILES.items()))


COMPONENTS = "/metadata/component/components"
FAULTS: dict[str, tuple[Json, list[tuple[str, str, str]]]] = {
    "another SHA-256": (
        with_one("config.json", hashes=hashes(b"other", "SHA-256")),
        [("error", f"{COMPONENTS}/1", "'config.json' has another SHA-256 than the document says")],
    ),
    "another SHA-512 beside the right SHA-256": (
        with_one("config.json", hashes=hashes(b"{}", "SHA-256") + hashes(b"other", "SHA-512")),
        [("error", f"{COMPONENTS}/1", "'config.json' has another SHA-512 than the document says")],
    ),
    "another size": (
        with_one("config.json", properties=[{"name": "attest:file:size", "value": "7"}]),
        [("error", f"{COMPONENTS}/1", "'config.json' has 2 bytes, not 7")],
    ),
    "a file that is not there": (
        bom(*(file(name, content) for name, content in FILES.items()), file("gone.bin", b"")),
        [("error", f"{COMPONENTS}/4", "there is no file 'gone.bin'")],
    ),
    "a file that is not listed": (
        bom(*(file(name, content) for name, content in FILES.items() if name != "sub/only.txt")),
        [("error", "", "the file 'sub/only.txt' is not in the document")],
    ),
    "a file without a digest": (
        with_one("config.json", hashes=[]),
        [("warning", f"{COMPONENTS}/1", "'config.json' was not compared: the document has no digest")],
    ),
    "a file with other digests alone": (
        with_one("config.json", hashes=hashes(b"{}", "SHA-1")),
        [("warning", f"{COMPONENTS}/1", "'config.json' was not compared: the document has SHA-1")],
    ),
    "another digest of the whole": (
        bom(properties=[{"name": "attest:model:digest", "value": "0" * 64}]),
        [
            (
                "error",
                "/metadata/component/properties/0",
                f"the artifact's digest is {manifest().digest}, not what the document says",
            )
        ],
    ),
    "a digest of another kind": (
        bom(
            properties=[
                {"name": "attest:model:digest", "value": "0" * 64},
                {"name": "attest:model:digest-kind", "value": "file"},
            ]
        ),
        [("warning", "/metadata/component/properties/0", "the digest is of the kind 'file', which this is not")],
    ),
    "a model whose own digest no file has": (
        bom(hashes=hashes(b"other")),
        [
            ("error", "/metadata/component/hashes", "no file has the SHA-256 that the document gives to the whole"),
            ("error", "/metadata/component/hashes", "no file has the SHA-512 that the document gives to the whole"),
        ],
    ),
}


@pytest.mark.parametrize("what", sorted(FAULTS))
def test_every_difference_is_told(what: str) -> None:
    document, faults = FAULTS[what]
    assert told(document) == faults


def test_a_document_without_any_digest_is_a_fault() -> None:
    bare = {"bomFormat": "CycloneDX", "metadata": {"component": {"type": "machine-learning-model", "name": "m"}}}
    assert told(bare) == [("error", "", "the document holds no digest of any of these files: nothing was compared")]
    assert compare_files(bare, manifest()).compared == 0


def test_files_without_digests_are_told_and_then_that_nothing_was_compared() -> None:
    document = bom(*({"type": "file", "name": name} for name in FILES), hashes=[], properties=[])
    assert [severity for severity, _, _ in told(document)] == ["warning"] * 4 + ["error"]


def test_digests_that_were_not_computed_are_not_compared() -> None:
    plain = build_manifest(
        [entry(name, content)._replace(sha512=b"") for name, content in FILES.items()], kind="directory"
    )
    document = with_one("config.json", hashes=hashes(b"other", "SHA-512"))
    assert told(document, plain) == [
        ("warning", f"{COMPONENTS}/1", "'config.json' was not compared: the document has SHA-512")
    ]


def test_a_digest_in_capitals_is_the_same() -> None:
    loud = [item | {"content": item["content"].upper()} for item in hashes(b"{}")]
    assert told(with_one("config.json", hashes=loud)) == []


def test_a_model_alone_leaves_the_files_unlisted_and_says_so() -> None:
    model = {"type": "machine-learning-model", "name": "acme/m", "hashes": hashes(FILES["model.safetensors"])}
    document = {"bomFormat": "CycloneDX", "components": [model]}
    message = "the document lists none of the 4 files, and its digest covers one alone"
    assert told(document) == [("error", "", message)]
    changed = {"bomFormat": "CycloneDX", "components": [model | {"hashes": hashes(b"other", "SHA-256")}]}
    assert ("error", "/components/0/hashes", "no file has the SHA-256 that the document gives to the whole") in told(
        changed
    )


def test_a_digest_of_the_whole_covers_files_that_are_not_listed() -> None:
    properties = [{"name": "attest:model:digest", "value": manifest().digest}]
    model = {"type": "machine-learning-model", "name": "m", "properties": properties}
    assert told({"bomFormat": "CycloneDX", "components": [model]}) == []
    one = manifest({"m.onnx": b"m"}, kind="file")
    model = {"type": "machine-learning-model", "name": "acme", "hashes": hashes(b"m", "SHA-256")}
    assert told({"bomFormat": "CycloneDX", "components": [model]}, one) == []


def test_a_model_that_is_called_like_its_file_is_that_file() -> None:
    model = {"type": "machine-learning-model", "name": "model.safetensors", "hashes": hashes(b"x", "SHA-256")}
    faults = told({"bomFormat": "CycloneDX", "components": [model]})
    assert ("error", "/components/0", "'model.safetensors' has another SHA-256 than the document says") in faults


NAMES: dict[str, Json] = {
    "a leading point": {"name": "./sub/only.txt"},
    "the subpath of a purl": {"name": "only", "purl": "pkg:huggingface/a/b@1#sub/only.txt"},
    "an escaped subpath": {"name": "only", "purl": "pkg:huggingface/a/b@1#sub/only%2Etxt"},
    "an absolute path of another machine": {"name": "/home/somebody/m/sub/only.txt"},
    "a path of Windows": {"name": "C:\\models\\sub\\only.txt"},
    "a bare name that only one file has": {"name": "only.txt"},
}


@pytest.mark.parametrize("how", sorted(NAMES))
def test_files_are_found_by(how: str) -> None:
    assert told(with_one("sub/only.txt", **NAMES[how])) == []
    faults = told(with_one("sub/only.txt", **NAMES[how], hashes=hashes(b"other", "SHA-256")))
    assert faults == [("error", f"{COMPONENTS}/3", "'sub/only.txt' has another SHA-256 than the document says")]


def test_a_bare_name_that_two_files_have_names_the_one_at_the_root() -> None:
    files = {"a/x.json": b"1", "b/x.json": b"2"}
    document = bom(file("x.json", b"1"), hashes=[], properties=[])
    messages = [message for _, _, message in told(document, manifest(files))]
    assert messages[0] == "there is no file 'x.json'"
    assert told(with_one("config.json")) == []


def test_a_path_is_not_found_by_its_last_part() -> None:
    assert ("error", f"{COMPONENTS}/3", "there is no file 'elsewhere/only.txt'") in told(
        with_one("sub/only.txt", name="elsewhere/only.txt")
    )


def test_files_beside_their_model_are_compared_too() -> None:
    root = {"type": "application", "name": "m"}
    model = {"type": "machine-learning-model", "name": "m", "bom-ref": "m"}
    files = [file(name, content, **{"bom-ref": f"m#{name}"}) for name, content in FILES.items()]
    document = {"bomFormat": "CycloneDX", "metadata": {"component": root}, "components": [model, *files]}
    assert told(document) == []
    assert compare_files(document, manifest()).compared == 4


def test_libraries_with_digests_are_no_files() -> None:
    library = {"type": "library", "name": "torch", "purl": "pkg:pypi/torch@2", "hashes": hashes(b"wheel", "SHA-256")}
    assert told(bom() | {"components": [library]}) == []


def test_evidence_is_compared_when_listed_and_not_asked_for_when_not() -> None:
    found = manifest(evidence={"model.sig": b"s"})
    assert told(bom(), found) == []
    listed = [file(name, content) for name, content in FILES.items()]
    assert told(bom(*listed, file("model.sig", b"s")), found) == []
    changed = told(bom(*listed, file("model.sig", b"t")), found)
    assert [message for _, _, message in changed] == [
        "'model.sig' has another SHA-256 than the document says",
        "'model.sig' has another SHA-512 than the document says",
    ]


def test_the_document_itself_is_not_asked_for() -> None:
    found = manifest(FILES | {"bom.json": b"the document"})
    comparison = compare_files(bom(), found, own_name="bom.json")
    assert (comparison.faults, comparison.compared) == ((), 4)
    without = bom(properties=[])
    assert told(without, found) == [("error", "", "the file 'bom.json' is not in the document")]


def test_a_single_file_is_compared_by_its_own_digest() -> None:
    content = FILES["model.safetensors"]
    digest = [{"name": "attest:model:digest", "value": hashlib.sha256(content).hexdigest()},
              {"name": "attest:model:digest-kind", "value": "file"}]  # fmt: skip
    document = bom(file("model.safetensors", content), properties=digest)
    assert told(document, manifest({"model.safetensors": content}, kind="file")) == []
    other = told(document, manifest({"model.safetensors": b"other"}, kind="file"))
    assert len(other) == 6


def spdx(*files: Json, package: Json | None = None) -> Json:
    root = {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:m"]}
    model = {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "m"} | (package or {})
    return {"@context": CONTEXT, "@graph": [root, model, *files]}


def spdx_file(name: str, content: bytes, **members: Any) -> Json:
    made = [{"algorithm": "sha256", "hashValue": hashlib.sha256(content).hexdigest(), "type": "Hash"},
            {"algorithm": "sha512", "hashValue": hashlib.sha512(content).hexdigest(), "type": "Hash"}]  # fmt: skip
    comment = f"format: text; size: {len(content)}"
    return {
        "type": "software_File",
        "spdxId": f"urn:f:{name}",
        "name": name,
        "comment": comment,
        "verifiedUsing": made,
    } | members


def test_an_spdx_document_of_these_files_has_no_fault() -> None:
    tree = {"type": "ExternalIdentifier", "identifier": f"attest-tree/v1:sha256:{manifest().digest}"}
    weights = spdx_file("", FILES["model.safetensors"])["verifiedUsing"]
    files = [spdx_file(name, content) for name, content in FILES.items()]
    document = spdx(*files, package={"externalIdentifier": [tree], "verifiedUsing": weights})
    assert told(document) == []
    assert compare_files(document, manifest()).compared == 4


SPDX_FAULTS: dict[str, tuple[Json, str]] = {
    "digest": (spdx(spdx_file("config.json", b"other")), "'config.json' has another sha256 than the document says"),
    "size": (
        spdx(spdx_file("config.json", b"{}", comment="format: json; size: 9")),
        "'config.json' has 2 bytes, not 9",
    ),
    "missing": (spdx(spdx_file("gone", b"")), "there is no file 'gone'"),
    "unlisted": (spdx(spdx_file("config.json", b"{}")), "the file 'sub/only.txt' is not in the document"),
    "whole": (
        spdx(package={"verifiedUsing": [{"algorithm": "sha256", "hashValue": "0" * 64}]}),
        "no file has the sha256 that the document gives to the whole",
    ),
    "tree": (
        spdx(package={"externalIdentifier": [{"identifier": f"attest-tree/v1:sha256:{'0' * 64}"}]}),
        f"the artifact's digest is {manifest().digest}, not what the document says",
    ),
    "nothing": (spdx(), "the document holds no digest of any of these files: nothing was compared"),
}


@pytest.mark.parametrize("what", sorted(SPDX_FAULTS))
def test_every_difference_from_an_spdx_document_is_told(what: str) -> None:
    document, message = SPDX_FAULTS[what]
    assert message in [found for _, _, found in told(document)]


def test_names_are_shown_without_control_characters() -> None:
    messages = [message for _, _, message in told(bom(file("\x1b[31m" + "x" * 1000, b"")))]
    assert all(message.isprintable() and len(message) <= 160 for message in messages)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "type", "hashes", "alg", "content", "properties", "value", "components", "metadata",
                         "component", "purl", "@graph", "verifiedUsing", "algorithm", "hashValue", "spdxId",
                         "externalIdentifier", "identifier", "rootElement", "comment"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(ANY)
@settings(deadline=None, max_examples=100)
def test_any_json_is_compared(value: Any) -> None:
    document = value if isinstance(value, dict) else {"metadata": {"component": value}, "components": value}
    faults = check_files(document, manifest())
    assert faults
