"""The cases of the OMS conformance suite, rebuilt under its names and put to `scripts/conformance_oms.py`.

Nothing of the suite is here: models, keys and bundles are made by the tests, the old forms of bundles by hand. Cases
that end in `_fail` are to be refused, as are the models that no signature may be made for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from scripts.conformance_oms import main
from tests.conftest import ROOT
from tests.interop.conftest import make_model
from tests.interop.loopback_signing import CI_VARIABLES
from tests.simulators import keys, pki
from tests.simulators.sigstore.identity import PERSON
from tests.simulators.sigstore.instance import LoopbackSigstore

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE = {"signme-1": b"one\n", "signme-2": b"two", "ignore-me": b""}
MULTI = {"config.json": b"{}", "weights.bin": b"\xab" * 1024, "subdir/adapter.bin": b"\xcd" * 512}
MODELS: Mapping[str, Mapping[str, bytes]] = {
    "simple": SIMPLE,
    "multi-file": MULTI,
    "single-file": {"model.bin": b"\xef" * 256},
    "binary-content": {"header.bin": b"\x00\x01\xff\xfe\x00\x00\x89PNG", "weights.bin": bytes(range(256)) * 4},
    "empty": {".gitignore": b"*\n"},
    "with-dotfiles": {".config": b"1", ".env.example": b"2", "model.bin": b"3"},
    "with-empty-file": {"empty.bin": b"", "signme-1": b"1"},
    "with-git-dir": {
        ".gitattributes": b"",
        ".gitignore": b"",
        ".git/HEAD": b"1",
        ".github/ci.yml": b"2",
        "model.bin": b"3",
    },
    "hidden-subdir": {"model.bin": b"1", ".cache/weights.bin": b"2", ".local/share/data.bin": b"3"},
    "with-nested-gitignore": {"model.bin": b"1", "subdir/.gitignore": b"2"},
    "with-nested-ignore": {"ignore-me": b"1", "signme-1": b"2", "subdir/ignore-me": b"3"},
    "unicode-names": {"weights.bin": b"1", "模型.bin": b"2"},
    "special-chars": {"file (copy).bin": b"1", "normal.bin": b"2", "path with spaces/model.bin": b"3"},
    "deeply-nested": {"a/very/deep/directory/tree/weights.bin": b"1"},
    "deeply-nested-with-git": {"a/very/deep/directory/tree/weights.bin": b"1", ".git/HEAD": b"2"},
    "multi-git-dirs": {"model.bin": b"1", ".git/HEAD": b"2", "sub/model.bin": b"3", "sub/.git/HEAD": b"4"},
    "multi-gitignore": {"model.bin": b"1", ".gitignore": b"", "subdir/data.bin": b"2", "subdir/.gitignore": b"3"},
    "with-git-and-ignore": {
        "model.bin": b"1",
        ".git/HEAD": b"2",
        ".gitignore": b"",
        ".gitattributes": b"",
        "x.tmp": b"3",
    },
    "with-assets-subdir": {"weights.bin": b"1", "assets/vocab.txt": b"2", "assets/tokenizer.bin": b"\xaa" * 128},
}
LONG_AGO, NOT_SO_LONG_AGO, SOON, LATER = pki.days(-2000), pki.days(-1000), pki.days(365), pki.days(730)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The files of one signer: what signs, and what is to be trusted."""

    key: keys.PrivateKey
    private: Path
    public: Path
    certificate: Path
    chain: tuple[Path, ...]
    roots: tuple[Path, ...]

    def signs(self, method: str) -> list[object]:
        if method == "key":
            return ["--private-key", self.private]
        chain = [item for path in self.chain for item in ("--cert-chain", path)]
        return ["--private-key", self.private, "--signing-cert", self.certificate, *chain]

    def trusted(self, method: str) -> list[object]:
        return ["--public-key", self.public] if method == "key" else ["--cert-chain", *self.roots]


def self_signed(key: keys.PrivateKey) -> x509.Certificate:
    """As common tools make it: marked as an authority, and not allowed to sign certificates."""
    return pki.certify(
        subject=pki.name("self-signed"),
        public_key=key.public_key(),
        issuer=pki.name("self-signed"),
        issuer_key=key,
        not_before=pki.days(-1),
        not_after=pki.days(3650),
        extensions=[
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (pki.key_usage(digital_signature=True), False),
            (x509.ExtendedKeyUsage([pki.CODE_SIGNING]), False),
        ],
    )


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Group]:
    """The signer of a name, made once."""
    root = pki.Authority.create()
    issuer = root.intermediate()
    expired_root = pki.Authority.create("old", not_before=LONG_AGO, not_after=NOT_SO_LONG_AGO)
    old = root.intermediate("old", not_before=LONG_AGO, not_after=NOT_SO_LONG_AGO)
    future = root.intermediate("future", not_before=SOON, not_after=LATER)
    past = {"not_before": pki.days(-1500), "not_after": pki.days(-1400)}
    made: dict[str, Group] = {}

    def below(authority: pki.Authority, key: keys.PrivateKey, **knobs: Any) -> tuple[x509.Certificate, ...]:
        return authority.leaf(key, **knobs), *authority.chain

    chains: dict[str, Callable[[keys.PrivateKey], tuple[x509.Certificate, ...]]] = {
        "expired": lambda key: below(issuer, key, **past),
        "not-yet-valid": lambda key: below(issuer, key, not_before=SOON, not_after=LATER),
        "expired-intermediate": lambda key: below(old, key),
        "expired-intermediate-expired-leaf": lambda key: below(old, key, **past),
        "not-yet-valid-intermediate": lambda key: below(future, key),
        "expired-root": lambda key: below(expired_root.intermediate(), key),
        "all-expired": lambda key: below(
            expired_root.intermediate(not_before=LONG_AGO, not_after=NOT_SO_LONG_AGO), key, **past
        ),
        "no-code-signing": lambda key: below(issuer, key, eku=()),
        "web-server": lambda key: below(issuer, key, eku=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        "self-signed": lambda key: (self_signed(key),) * 2,
        # The leaf of the old bundles: marked as an authority, and with the very name of its issuer.
        "template": lambda key: below(
            issuer, key, subject="intermediate", ca=True, usage=pki.key_usage(digital_signature=True)
        ),
        "authority": lambda key: below(issuer, key, ca=True),
        "wrong": lambda key: below(pki.Authority.create("wrong"), key),
    }

    def group(name: str) -> Group:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            key = keys.generate(name if name in keys.KINDS else "p384")
            leaf, *above = chains[name](key) if name in chains else below(issuer, key)
            (folder / "key.pub").write_bytes(keys.public_pem(key.public_key()))
            files = [pki.write_pem(folder / f"{at}.pem", item) for at, item in enumerate([leaf, *above])]
            made[name] = Group(
                key=key,
                private=pki.write_key(folder / "key.pem", key),
                public=folder / "key.pub",
                certificate=files[0],
                chain=tuple(files[1:-1] or files[1:]),
                roots=tuple(files[-1:]),
            )
        return made[name]

    return group


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model in a folder of its own, signed into a bundle outside it."""

    folder: Path
    group: Group
    method: str = "key"

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle.sig"

    def sign(self, *more: object, bundle: Path | None = None) -> int:
        target = bundle or self.bundle
        fixed = ["sign-model", "--method", self.method, "--model-path", self.model, "--output-bundle", target]
        return main([str(item) for item in (*fixed, *self.group.signs(self.method), *more)])

    def verify(self, *more: object, bundle: Path | None = None, trusted: Sequence[object] | None = None) -> int:
        fixed = ["verify-model", "--method", self.method, "--model-path", self.model]
        given = self.group.trusted(self.method) if trusted is None else trusted
        return main([str(item) for item in (*fixed, "--bundle", bundle or self.bundle, *given, *more)])


Make = Callable[..., Case]


@pytest.fixture
def make(tmp_path: Path, groups: Callable[[str], Group]) -> Make:
    """A case with a model of that name; `group` names its signer."""

    def case(model: str = "simple", *, method: str = "key", group: str = "certificate") -> Case:
        make_model(tmp_path / "model", MODELS[model])
        return Case(folder=tmp_path, group=groups(group), method=method)

    return case


def payload_of(bundle: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(json.loads(bundle.read_bytes())["dsseEnvelope"]["payload"]))
    return document


def check_made(bundle: Path, model: Path, expected: Sequence[str]) -> None:
    """What the suite demands of every bundle, read with nothing of ours."""
    document = json.loads(bundle.read_bytes())
    assert document["mediaType"] == MEDIA_TYPE
    assert document.keys() == {"mediaType", "verificationMaterial", "dsseEnvelope"}
    assert "null" not in re.sub(r'"[^"]*"', "", json.dumps(document["verificationMaterial"]))
    (signature,) = document["dsseEnvelope"]["signatures"]
    assert {"sig"} <= signature.keys() <= {"sig", "keyid"}
    assert document["dsseEnvelope"]["payloadType"] == "application/vnd.in-toto+json"
    if "publicKey" in document["verificationMaterial"]:
        assert document["verificationMaterial"]["publicKey"]["hint"]
    statement = payload_of(bundle)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://model_signing/signature/v1.0"
    resources, serialization = statement["predicate"]["resources"], statement["predicate"]["serialization"]
    assert [item["name"] for item in resources] == sorted(expected)
    assert {item["algorithm"] for item in resources} == {serialization["hash_type"]} == {"sha256"}
    assert (serialization["method"], serialization["allow_symlinks"]) == ("files", False)
    assert "shard_size" not in serialization
    root = hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources)).hexdigest()
    assert statement["subject"] == [{"name": model.name, "digest": {"sha256": root}}]


# Round trips

ROUND_TRIPS: dict[str, tuple[str, str, Sequence[str], Sequence[str]]] = {
    # case: group, model, ignored paths, signed files
    "certificate-multi-file": ("certificate", "multi-file", [], list(MULTI)),
    "certificate-self-signed": ("self-signed", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "certificate-simple": ("certificate", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-assets-subdir": ("certificate", "with-assets-subdir", [], list(MODELS["with-assets-subdir"])),
    "key-binary-content": ("certificate", "binary-content", [], ["header.bin", "weights.bin"]),
    "key-deeply-nested": ("certificate", "deeply-nested", [], list(MODELS["deeply-nested"])),
    "key-deeply-nested-with-git": (
        "certificate",
        "deeply-nested-with-git",
        [".git/HEAD"],
        list(MODELS["deeply-nested"]),
    ),
    "key-default-ignores": ("certificate", "with-git-dir", [], ["model.bin"]),
    "key-dotfile-included": ("certificate", "with-dotfiles", [], [".config", ".env.example", "model.bin"]),
    "key-empty-file": ("certificate", "with-empty-file", [], ["empty.bin", "signme-1"]),
    "key-files-in-hidden-dir": ("certificate", "hidden-subdir", [], list(MODELS["hidden-subdir"])),
    "key-git-and-ignore-combined": ("certificate", "with-git-and-ignore", ["x.tmp"], ["model.bin"]),
    "key-ignore-paths": ("certificate", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-ignore-paths-exact-match": (
        "certificate",
        "with-nested-ignore",
        ["ignore-me"],
        ["signme-1", "subdir/ignore-me"],
    ),
    "key-multi-file": ("certificate", "multi-file", [], list(MULTI)),
    "key-multi-git-dirs": (
        "certificate",
        "multi-git-dirs",
        [".git/HEAD", "sub/.git/HEAD"],
        ["model.bin", "sub/model.bin"],
    ),
    "key-multi-gitignore": (
        "certificate",
        "multi-gitignore",
        [".gitignore", "subdir/.gitignore"],
        ["model.bin", "subdir/data.bin"],
    ),
    "key-nested-git-not-excluded": ("certificate", "with-nested-gitignore", [], ["model.bin", "subdir/.gitignore"]),
    "key-p256": ("p256", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-p384": ("p384", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-p521": ("p521", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-simple": ("certificate", "simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "key-single-file": ("certificate", "single-file", [], ["model.bin"]),
    "key-special-chars-path": ("certificate", "special-chars", [], list(MODELS["special-chars"])),
    "key-unicode-filename": ("certificate", "unicode-names", [], ["weights.bin", "模型.bin"]),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_round_trip(make: Make, name: str) -> None:
    group, model, ignored, signed = ROUND_TRIPS[name]
    case = make(model, method=name.partition("-")[0], group=group)
    repeated = [item for path in ignored for item in ("--ignore-paths", case.model / path)]
    assert case.sign(*repeated) == 0
    check_made(case.bundle, case.model, signed)
    assert case.verify(*repeated) == 0
    # What the bundle records, and what everybody leaves out, needs no saying again.
    assert case.verify() == 0
    extra = case.model / "injected.bin"
    extra.write_bytes(b"injected")
    assert case.verify(*repeated) == 1
    assert (
        case.verify("--ignore-unsigned-files", "--ignore-paths", *(case.model / path for path in ignored), extra) == 0
    )
    extra.unlink()
    (case.model / signed[0]).write_bytes(b"tampered")
    assert case.verify(*repeated, "--ignore-unsigned-files") == 1


def test_key_ignore_unsigned(make: Make) -> None:
    case = make()
    assert case.sign("--ignore-paths", case.model / "ignore-me") == 0
    (case.model / "injected.bin").write_bytes(b"injected")
    assert case.verify("--ignore-paths", case.model / "ignore-me") == 1
    assert case.verify("--ignore-paths", case.model / "ignore-me", "--ignore-unsigned-files") == 0


@pytest.mark.parametrize("place", ["bundle.sig", "model.sig", "deep/er/x y.json"])
@pytest.mark.parametrize("method", ["key", "certificate"])
def test_sig_inside_model(make: Make, place: str, method: str) -> None:
    """`key-sig-inside-model`, and at any other place; signing again replaces it."""
    case = make("multi-file", method=method)
    bundle = case.model / place
    bundle.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        assert case.sign(bundle=bundle) == 0
        check_made(bundle, case.model, list(MULTI))
        assert case.verify(bundle=bundle) == 0
    moved = bundle.rename(case.model / "moved.sig")
    assert case.verify(bundle=moved) == 0
    (case.model / "other.sig").write_bytes(moved.read_bytes())
    assert case.verify(bundle=moved) == 1


def test_key_simple_deterministic(make: Make) -> None:
    case = make()
    again = case.folder / "again.sig"
    assert (case.sign(), case.sign(bundle=again)) == (0, 0)
    assert case.bundle.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("method", ["key", "certificate"])
def test_a_file_as_model(make: Make, tmp_path: Path, method: str) -> None:
    case = make("single-file", method=method)
    (tmp_path / "alone").mkdir()
    model = (case.model / "model.bin").rename(tmp_path / "alone" / "model.bin")
    case.model.rmdir()
    model.rename(case.model)
    assert case.sign("--ignore-paths", case.folder / "ignore-me") == 0
    check_made(case.bundle, case.model, ["model"])
    assert case.verify() == 0
    case.model.write_bytes(b"other")
    assert case.verify() == 1


# Models that no signature may be made for


def test_key_empty_model_rejected(make: Make) -> None:
    case = make("empty")
    assert case.sign() == 1
    assert not case.bundle.exists()
    (case.model / "ignored").write_bytes(b"")
    assert case.sign("--ignore-paths", case.model / "ignored") == 1
    assert case.sign() == 0
    (case.model / "ignored").unlink()
    assert case.verify() == 1


@pytest.mark.parametrize(
    ("link", "target"),
    [
        pytest.param("cycle-link", ".", id="key-symlink-cycle"),
        pytest.param("link-to-signme", "signme-1", id="key-symlink-default-rejected"),
        pytest.param("outside-link", "nonexistent-target", id="key-symlink-outside-root"),
        pytest.param("outside-link", os.fspath(ROOT / "README.md"), id="key-symlink-outside-root-to-a-file"),
    ],
)
def test_symlinks_are_refused(make: Make, link: str, target: str) -> None:
    case = make()
    assert case.sign() == 0
    (case.model / link).symlink_to(target)
    assert case.sign(bundle=case.folder / "other.sig") == 1
    assert not (case.folder / "other.sig").exists()
    assert case.verify("--ignore-unsigned-files") == 1


# Bundles that are to be refused


@pytest.mark.parametrize(
    "group",
    [
        "all-expired",
        "authority",
        "expired",
        "expired-intermediate",
        "expired-intermediate-expired-leaf",
        "expired-root",
        "no-code-signing",
        "not-yet-valid",
        "not-yet-valid-intermediate",
        "web-server",
    ],
)
def test_certificate_of_that_kind_fail(make: Make, group: str) -> None:
    """`certificate-<group>_fail`: the suite has the bundle signed first, and wants a no from the verification."""
    case = make(method="certificate", group=group)
    assert case.sign() == 0
    assert case.verify() == 1


def test_certificate_simple_wrong_ca_fail(make: Make, groups: Callable[[str], Group]) -> None:
    """The suite gives every file of the other signer, also those that are not for the method."""
    case = make(method="certificate")
    wrong = groups("wrong")
    assert case.sign() == 0
    assert case.verify(trusted=[*wrong.trusted("key"), *wrong.trusted("certificate")]) == 1
    assert case.verify(trusted=[*wrong.trusted("certificate"), *case.group.trusted("certificate")[1:]]) == 0
    assert case.verify(trusted=[]) == 1


def test_key_simple_wrong_key_fail(make: Make, groups: Callable[[str], Group]) -> None:
    case = make()
    wrong = groups("wrong")
    assert case.sign() == 0
    assert case.verify(trusted=[*wrong.trusted("key"), *wrong.trusted("certificate")]) == 1
    assert case.verify(trusted=[]) == 1


IDENTITY = ("--identity", "test@example.com", "--identity-provider", "https://accounts.example.com")


@pytest.mark.parametrize("signed", ["key", "certificate"])
@pytest.mark.parametrize("asked", ["key", "certificate", "sigstore"])
def test_verify_as_another_method_fail(make: Make, signed: str, asked: str) -> None:
    case = make(method=signed)
    assert case.sign() == 0
    other = Case(folder=case.folder, group=case.group, method=asked)
    trusted = [*case.group.trusted("key"), *case.group.trusted("certificate"), *IDENTITY]
    assert other.verify(trusted=trusted) == int(asked != signed)


def test_missing_and_changed_files_fail(make: Make) -> None:
    """Also with `--ignore-unsigned-files`."""
    case = make()
    assert case.sign("--ignore-paths", case.model / "ignore-me") == 0
    (case.model / "signme-1").write_bytes(b"TAMPERED")
    assert (case.verify(), case.verify("--ignore-unsigned-files")) == (1, 1)
    (case.model / "signme-1").write_bytes(SIMPLE["signme-1"])
    assert case.verify() == 0
    (case.model / "signme-2").unlink()
    assert (case.verify(), case.verify("--ignore-unsigned-files")) == (1, 1)


Change = Callable[[dict[str, Any], dict[str, Any]], object]
MUTATIONS: dict[str, Change] = {
    "key-simple-wrong-mediatype_fail": lambda bundle, _: bundle.update(mediaType="application/json"),
    "key-simple-wrong-mediatype-v0.1_fail": lambda bundle, _: bundle.update(mediaType=MEDIA_TYPE.replace("0.3", "0.1")),
    "key-simple-older-mediatype_fail": lambda bundle, _: bundle.update(
        mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1"
    ),
    "key-simple-wrong-payload-type_fail": lambda bundle, _: bundle["dsseEnvelope"].update(
        payloadType="application/octet-stream"
    ),
    "key-simple-wrong-statement-type_fail": lambda _, statement: statement.update(
        _type="https://in-toto.io/Statement/v0.1"
    ),
    "malformed-wrong-predicate_fail": lambda _, statement: statement.update(
        predicateType="https://example.com/wrong-predicate/v1.0"
    ),
    "malformed-no-predicate_fail": lambda _, statement: statement.pop("predicate"),
    "malformed-no-subject_fail": lambda _, statement: statement.pop("subject"),
    "key-simple-empty-resources_fail": lambda _, statement: statement["predicate"].update(resources=[]),
    "key-simple-missing-serialization_fail": lambda _, statement: statement["predicate"].pop("serialization"),
    "key-simple-no-signature_fail": lambda bundle, _: bundle["dsseEnvelope"].update(signatures=[]),
    "malformed-missing-envelope_fail": lambda bundle, _: bundle.pop("dsseEnvelope"),
}


@pytest.mark.parametrize("resigned", [True, False], ids=["signed again", "as the suite has it"])
@pytest.mark.parametrize("name", MUTATIONS)
def test_mutated_bundle_fail(make: Make, name: str, resigned: bool) -> None:
    case = make()
    assert case.sign() == 0
    bundle, statement = json.loads(case.bundle.read_bytes()), payload_of(case.bundle)
    unchanged = json.dumps(statement)
    MUTATIONS[name](bundle, statement)
    envelope = bundle.get("dsseEnvelope", {})
    if json.dumps(statement) != unchanged:
        envelope["payload"] = encoded(json.dumps(statement).encode())
    if resigned and envelope.get("signatures"):
        message = pae(envelope["payloadType"], base64.b64decode(envelope["payload"]))
        envelope["signatures"][0]["sig"] = encoded(keys.sign(case.group.key, message))
    case.bundle.write_text(json.dumps(bundle), encoding="utf-8")
    assert case.verify() == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda _: b"", id="malformed-empty-bundle_fail"),
        pytest.param(lambda _: b'{"garbage": true}', id="key-simple-corrupted-bundle_fail"),
        pytest.param(lambda _: b"\x00\xff not JSON {", id="key-simple-corrupted-bundle_fail-bytes"),
        pytest.param(lambda whole: whole[:100], id="key-simple-truncated-bundle_fail"),
    ],
)
def test_broken_bundle_fail(make: Make, content: Callable[[bytes], bytes]) -> None:
    case = make()
    assert case.sign() == 0
    case.bundle.write_bytes(content(case.bundle.read_bytes()))
    assert case.verify() == 1
    case.bundle.unlink()
    assert case.verify() == 1


def test_wrong_use_is_an_error(make: Make) -> None:
    case = make()
    with pytest.raises(SystemExit) as stop:
        main(["verify-model", "--method", "key"])
    assert stop.value.code == 2
    other = make("simple", method="certificate", group="p256")
    crossed = Case(folder=case.folder, group=case.group, method="certificate").group.signs("certificate")
    crossed[1] = other.group.private
    fixed = ["sign-model", "--method", "certificate", "--model-path", case.model, "--output-bundle", case.bundle]
    assert main([str(item) for item in (*fixed, *crossed)]) == 1
    assert not case.bundle.exists()


# Old forms of bundles, and those of another implementation


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def pae(kind: str, payload: bytes) -> bytes:
    return f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload


def statement_of(model: Path, names: Mapping[str, str], ignored: Sequence[str] | None) -> bytes:
    """As model-signing writes it: pretty-printed; `names` are files and what they are called."""
    resources = [
        {"algorithm": "sha256", "name": called, "digest": hashlib.sha256((model / file).read_bytes()).hexdigest()}
        for file, called in names.items()
    ]
    root = hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources)).hexdigest()
    serialization: dict[str, Any] = {"hash_type": "sha256", "method": "files", "allow_symlinks": False}
    if ignored is not None:
        serialization["ignore_paths"] = list(ignored)
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {"serialization": serialization, "resources": resources},
    }
    return json.dumps(statement, indent=2).encode()


def material_of(case: Case, form: str) -> dict[str, Any]:
    if case.method == "certificate":
        files = [case.group.certificate, *case.group.chain]
        ders = [x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER) for path in files]
        material: dict[str, Any] = {
            "x509CertificateChain": {"certificates": [{"rawBytes": encoded(der)} for der in ders]}
        }
    elif form in {"v0.3.1", "v1.0.0", "v1.0.1"}:
        details = "PKIX_ECDSA_P384_SHA_384"
        material = {"publicKey": {"rawBytes": encoded(case.group.public.read_bytes()), "keyDetails": details}}
    else:
        material = {"publicKey": {"hint": hashlib.sha256(case.group.public.read_bytes()).hexdigest()}}
    return material | ({"tlogEntries": []} if form == "v1.1.0" else {})


def write_bundle(case: Case, form: str, payload: bytes, signature: bytes) -> None:
    signed: dict[str, Any] = {"sig": encoded(signature)}
    if form != "go":
        signed["keyid"] = "" if form == "v1.1.0" else None
    envelope = {"payload": encoded(payload), "payloadType": "application/vnd.in-toto+json", "signatures": [signed]}
    bundle = {"mediaType": MEDIA_TYPE, "verificationMaterial": material_of(case, form), "dsseEnvelope": envelope}
    case.bundle.write_text(json.dumps(bundle), encoding="utf-8")


SIGNED = {"signme-1": "signme-1", "signme-2": "signme-2"}
# What each release recorded as left out; nothing before v1.1.0.
RECORDED: dict[str, Sequence[str] | None] = {
    "v0.3.1": None,
    "v1.0.0": None,
    "v1.0.1": None,
    "v1.1.0": ["ignore-me", ".gitattributes", "model.sig", ".github", ".gitignore", ".git"],
    # Relative to the working directory of the signer, where they match nothing.
    "go": ["../../home/somebody/model/ignore-me", ".git", ".gitattributes", ".github", ".gitignore"],
}


@pytest.mark.parametrize("form", RECORDED)
@pytest.mark.parametrize(("method", "group"), [("key", "certificate"), ("certificate", "template")])
def test_historical(make: Make, form: str, method: str, group: str) -> None:
    """`historical-<form>-certificate`, `historical-<form>-elliptic-key`, and `go-interop-*`."""
    case = make(method=method, group=group)
    payload = statement_of(case.model, SIGNED, RECORDED[form])
    write_bundle(case, form, payload, keys.sign(case.group.key, pae("application/vnd.in-toto+json", payload)))
    ignored = ("--ignore-paths", case.model / "ignore-me")
    assert case.verify(*ignored) == 0
    assert case.verify() == (0 if form == "v1.1.0" else 1)
    # The suite's copies of these models hold their first bundle, too.
    (case.model / "model.sig").write_bytes(case.bundle.read_bytes())
    assert case.verify(*ignored, "--ignore-paths", case.model / "model.sig") == 0
    (case.model / "signme-2").write_bytes(b"changed")
    assert case.verify(*ignored) == 1


@pytest.mark.parametrize("form", ["v0.3.1", "v1.0.0"])
def test_historical_elliptic_key_of_one_file(make: Make, form: str) -> None:
    """`historical-v0.3.1-elliptic-key`, `historical-v1.0.0-elliptic-key`: the file is called a dot."""
    case = make("single-file")
    payload = statement_of(case.model, {"model.bin": "."}, None)
    (case.model / "model.bin").rename(case.folder / "model.bin")
    case.model.rmdir()
    (case.folder / "model.bin").rename(case.model)
    write_bundle(case, form, payload, keys.sign(case.group.key, pae("application/vnd.in-toto+json", payload)))
    assert case.verify() == 0
    case.model.write_bytes(b"changed")
    assert case.verify() == 1


def legacy_statement(model: Path, kind: str) -> bytes:
    subjects = [
        {
            "name": name,
            "digest": {"sha256": hashlib.sha256((model / name).read_bytes()).hexdigest()},
            "annotations": {"actual_hash_algorithm": "file-sha256"},
        }
        for name in SIGNED
    ]
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": kind,
        "predicate": {"unused": "Unused"},
    }
    return json.dumps(statement, indent=2).encode()


def test_historical_v0_2_0_certificate(make: Make) -> None:
    """Python's spelling of the payload, signed with SHA-256 on every curve."""
    case = make(method="certificate", group="template")
    (case.model / "ignore-me").unlink()
    payload = legacy_statement(case.model, "https://model_signing/Digests/v0.1")
    kind = "application/vnd.in-toto+json"
    message = f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload!r}".encode()
    assert isinstance(case.group.key, ec.EllipticCurvePrivateKey)
    write_bundle(case, "v0.2.0", payload, keys.sign(case.group.key, message, keys.HASHES["sha256"]))
    assert case.verify() == 0
    (case.model / "extra").write_bytes(b"")
    assert case.verify() == 1
    assert case.verify("--ignore-unsigned-files") == 0
    (case.model / "signme-1").write_bytes(b"changed")
    assert case.verify("--ignore-unsigned-files") == 1


def test_the_old_encoding_is_for_the_old_form_alone(make: Make) -> None:
    case = make(method="certificate", group="template")
    payload = statement_of(case.model, SIGNED, ["ignore-me", "https://model_signing/Digests/v0.1"])
    kind = "application/vnd.in-toto+json"
    message = f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload!r}".encode()
    for hash_name in ("sha256", "sha384"):
        write_bundle(case, "v0.2.0", payload, keys.sign(case.group.key, message, keys.HASHES[hash_name]))
        assert case.verify() == 1


# Identities


@pytest.fixture
def identity(
    make: Make, loopback_sigstore: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Identity:
    """Somebody with a token, at a loopback instance."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return Identity(instance=loopback_sigstore, config=loopback_sigstore.write_trust(tmp_path / "trust"))


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The options of the sigstore method; the suite's own instance is the public one, which takes two of them less."""

    instance: LoopbackSigstore
    config: Path

    @property
    def signs(self) -> list[object]:
        return ["--identity-token", self.instance.mint(), "--trust-config", self.config]

    def expects(self, identity: str = PERSON, issuer: str = "") -> list[object]:
        provider = issuer or self.instance.issuer
        root = self.config.with_name("trusted_root.json")
        return ["--identity", identity, "--identity-provider", provider, "--trusted-root", root]


SIGSTORE_TRIPS = {
    "sigstore-ignore-paths": ("simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "sigstore-multi-file": ("multi-file", [], list(MULTI)),
    "sigstore-simple": ("simple", ["ignore-me"], ["signme-1", "signme-2"]),
    "sigstore-single-file": ("single-file", [], ["model.bin"]),
    "sigstore-sig-inside-model": ("simple", ["ignore-me"], ["signme-1", "signme-2"]),
}


@pytest.mark.parametrize("name", SIGSTORE_TRIPS)
def test_sigstore_round_trip(make: Make, identity: Identity, name: str) -> None:
    model, ignored, signed = SIGSTORE_TRIPS[name]
    made = make(model)
    bundle = made.model / "bundle.sig" if "inside" in name else made.bundle
    paths = [item for path in ignored for item in ("--ignore-paths", made.model / path)]
    fixed = ["sign-model", "--method", "sigstore", "--model-path", made.model, "--output-bundle", bundle]
    assert main([str(item) for item in (*fixed, *identity.signs, *paths)]) == 0
    check_made(bundle, made.model, signed)
    case = Case(folder=made.folder, group=made.group, method="sigstore")
    assert case.verify(*paths, bundle=bundle, trusted=identity.expects()) == 0
    # sigstore-wrong-identity_fail, sigstore-wrong-issuer_fail, and neither of them named
    assert case.verify(bundle=bundle, trusted=identity.expects("wrong@example.com")) == 1
    assert case.verify(bundle=bundle, trusted=identity.expects(issuer="https://wrong-issuer.example.com")) == 1
    assert case.verify(bundle=bundle, trusted=identity.expects()[2:]) == 1
    assert case.verify(bundle=bundle, trusted=identity.expects()[:2] + identity.expects()[4:]) == 1
    # The public instance is another one.
    assert case.verify(bundle=bundle, trusted=identity.expects()[:4]) == 1
    # sigstore-verify-as-key_fail
    assert made.verify(bundle=bundle) == 1
    (case.model / signed[0]).write_bytes(b"tampered")  # sigstore-tampered-content_fail
    assert case.verify(*paths, bundle=bundle, trusted=identity.expects()) == 1


# The entry point


@pytest.mark.slow
@pytest.mark.timeout(600)  # it may have to make the environment first
def test_the_entry_point_from_elsewhere(make: Make) -> None:
    """By its absolute path, in another working directory; nothing is said on standard output."""
    case = make()
    entry = ROOT / "scripts" / "conformance-oms"
    signing = ["sign-model", "--method", "key", "--model-path", case.model, "--output-bundle", case.bundle]
    verifying = ["verify-model", "--method", "key", "--model-path", case.model, "--bundle", case.bundle]
    for arguments, code in (
        ([*signing, *case.group.signs("key")], 0),
        ([*verifying, *case.group.trusted("key")], 0),
        (verifying, 1),
    ):
        command = [str(item) for item in (entry, *arguments)]
        done = subprocess.run(command, cwd=case.folder, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
