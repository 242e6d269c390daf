"""The reproducible key bundle of the OMS reference (section 13.3), byte for byte, and what our own bundles promise."""

from __future__ import annotations

import hashlib
import json

import pytest

from attest.domain.bundle import parse_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.errors import DocumentError, UndecidedError
from attest.signing import sign_model, sign_statement, verify_bundle
from attest.signing.dsse import pae
from attest.signing.holders.key_file import KeyFile
from attest.signing.key_signer import KeySigner
from attest.signing.oms_write import listing_of, oms_payload, signed_entries
from tests.unit.conftest import SMALL, accepted, base64_text, manifest, model_bundle, sealed, signer, trust

SIGNATURE = "MEUCIBnS9qXph9ZWWbz7jmXr4v09QJr4LJGXKdss567OuSrRAiEAybc5bnS566icE8OD63o/Yd5QHzzsXRnJO68ercOjw/I="
PAYLOAD = (
    '{"_type":"https://in-toto.io/Statement/v1","predicate":{"resources":['
    '{"algorithm":"sha256","digest":"e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",'
    '"name":"config.json"},'
    '{"algorithm":"sha256","digest":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",'
    '"name":"empty"},'
    '{"algorithm":"sha256","digest":"b2dbaf376a088e720078d1c245336d66fe6d1be61e1efeb8d21f1747b5bdd358",'
    '"name":"sub-x"},'
    '{"algorithm":"sha256","digest":"cf945b5236e101dbe0471d5200f28b1ae64f21c1f35bf55fcf40cd0fe42cd8e7",'
    '"name":"sub/w.bin"},'
    '{"algorithm":"sha256","digest":"edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2",'
    '"name":"é.txt"}],'
    '"serialization":{"allow_symlinks":false,"hash_type":"sha256",'
    '"ignore_paths":[".git",".gitattributes",".github",".gitignore"],"method":"files"}},'
    '"predicateType":"https://model_signing/signature/v1.0",'
    '"subject":[{"digest":{"sha256":"331bab3bd1be4db83ca7f95d9e94a0e508a562fe76b4ffcb810084d6de7dd329"},'
    '"name":"small"}]}'
).encode()


def test_key_and_hint() -> None:
    assert signer().public.text.pem == (
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
        "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
        "-----END PUBLIC KEY-----\n"
    )
    assert signer().hint == "0bcc8908c3cc5f2c08c1e1963e1b674e76aa2dfb7cd91c437b4081b25b7f9e03"


def test_payload_pae_and_signature() -> None:
    assert len(PAYLOAD) == 966
    assert hashlib.sha256(PAYLOAD).hexdigest() == "7596c1eb822504b8b44137e00b146f013cbb9abc1c9df2bc836560c65e9e2689"
    data = pae(PAYLOAD_TYPE, PAYLOAD)
    assert hashlib.sha256(data).hexdigest() == "b63e327af28f7874c246cde6528c89d79ae9b5f1614f15f90e5054d53b6aabfe"
    assert base64_text(signer().sign(data)) == SIGNATURE


def test_our_payload_is_the_vector_but_for_our_evidence_files() -> None:
    ours = oms_payload(listing_of(manifest()), "small")
    recorded = b'[".git",".gitattributes",".github",".gitignore","claims.jsonl","model.sig"]'
    assert ours.replace(recorded, b'[".git",".gitattributes",".github",".gitignore"]') == PAYLOAD


def test_the_whole_bundle() -> None:
    document = json.loads(sign_statement(PAYLOAD, signer()))
    assert document == {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": signer().hint}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64_text(PAYLOAD),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": SIGNATURE, "keyid": ""}],
        },
    }


def test_the_vector_verifies() -> None:
    found = accepted(verify_bundle(sealed(PAYLOAD), manifest(), trust()))
    assert found.signer.id == signer().id
    assert found.predicate_type == "https://model_signing/signature/v1.0"
    assert found.statement_digest == hashlib.sha256(PAYLOAD).hexdigest()
    assert (found.statement, found.unsigned, found.unchecked, found.signed_files) == ("", (), (), 5)
    assert found.ignore_paths == (".git", ".gitattributes", ".github", ".gitignore")


def test_pae_counts_bytes() -> None:
    assert pae("é", "ü".encode()) == b"DSSEv1 2 \xc3\xa9 2 \xc3\xbc"
    assert pae("", b"") == b"DSSEv1 0  0 "


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_each_curve_signs_deterministically_and_verifies(curve: str) -> None:
    from attest.signing import Trust

    by = signer(7, curve)
    bundle = sign_model(manifest(), "small", by)
    assert bundle == sign_model(manifest(), "small", by)
    keys = Trust.of_keys([(by.public.text.pem, "k")])
    assert accepted(verify_bundle(parse_bundle(bundle, "s"), manifest(), keys)).signer.id == by.id


def test_a_single_file_has_both_names() -> None:
    single = manifest({"config.json": SMALL["config.json"]}, kind="file")
    for compat, name in ((False, "config.json"), (True, ".")):
        payload = oms_payload(listing_of(single), "config.json", compat=compat)
        statement = json.loads(payload)
        assert [item["name"] for item in statement["predicate"]["resources"]] == [name]
        root = "1174e121f6acd43dff812f7365151d33484ab1f2e289999f7341f70df7a659db"
        assert statement["subject"][0]["digest"] == {"sha256": root}
        assert accepted(verify_bundle(sealed(payload), single, trust())).signed_files == 1


def test_the_order_of_the_reference_tool_verifies_too() -> None:
    statement = json.loads(PAYLOAD)
    resources = statement["predicate"]["resources"]
    resources[2], resources[3] = resources[3], resources[2]
    root = "c0d6b9bed4a170b74cc28239360afe57bbbb638e60baaea4621969767d00d230"
    statement["subject"][0]["digest"]["sha256"] = root
    accepted(verify_bundle(sealed(json.dumps(statement, indent=2).encode()), manifest(), trust()))


def test_git_files_are_left_out_and_reported() -> None:
    files = {**SMALL, ".git/config": b"1", ".gitattributes": b"2", "sub/.gitignore": b"3"}
    found = manifest(files)
    assert {item.name for item in signed_entries(found)} == {*SMALL, "sub/.gitignore"}
    bundle = parse_bundle(sign_model(found, "small", signer()), "model.sig")
    assert accepted(verify_bundle(bundle, found, trust())).unsigned == (".git/config", ".gitattributes")


def test_a_single_file_is_signed_whatever_its_name() -> None:
    assert signed_entries(manifest({".gitignore": b"1"}, kind="file"))


def test_nothing_to_sign() -> None:
    with pytest.raises(DocumentError, match="there is no file to sign"):
        sign_model(manifest({".git/config": b"1"}), "small", signer())


def test_links_are_recorded() -> None:
    for options in ({"links": ["empty"]}, {"hub_links": True}):
        statement = json.loads(oms_payload(listing_of(manifest(**options)), "small"))
        assert statement["predicate"]["serialization"]["allow_symlinks"] is True


def test_a_signer_that_returns_nonsense_signs_nothing() -> None:
    class Broken(KeyFile):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data + b"!")

    broken = KeySigner(holder=Broken(public=signer().public, private=signer().private))
    with pytest.raises(UndecidedError, match="does not verify"):
        sign_statement(PAYLOAD, broken)


def test_the_same_model_gives_the_same_bytes() -> None:
    assert model_bundle() == model_bundle(manifest({name: SMALL[name] for name in sorted(SMALL, reverse=True)}))
