"""What goes with a key when it signs: what does not fit is refused before anything is signed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from attest.domain.bundle import MAX_CERTIFICATES, parse_bundle
from attest.errors import AttestError, InputError, KeyFileError
from attest.signing import Signer, SignerOptions, Trust, open_signer, verify_bundle
from tests.simulators import keys, pki
from tests.unit.conftest import accepted, claim_payload, manifest, refused, whole

PAYLOAD = claim_payload([whole()])


@pytest.fixture(scope="module")
def authority() -> pki.Authority:
    return pki.Authority.create("root").intermediate()


@pytest.fixture(scope="module")
def key() -> keys.PrivateKey:
    return keys.generate("p256")


@pytest.fixture
def folder(tmp_path: Path, key: keys.PrivateKey) -> Path:
    pki.write_key(tmp_path / "key.pem", key)
    return tmp_path


def opened(folder: Path, *files: tuple[x509.Certificate, ...] | bytes, **more: Any) -> Signer:
    """The signer with a certificate file of each chain, in this order."""
    paths = []
    for number, content in enumerate(files):
        path = folder / f"{number}.crt"
        path.write_bytes(content if isinstance(content, bytes) else pki.pem(*content))
        paths.append(str(path))
    return open_signer(str(folder / "key.pem"), SignerOptions(certificates=tuple(paths), **more))


def refuses(folder: Path, message: str, *files: tuple[x509.Certificate, ...] | bytes) -> AttestError:
    with pytest.raises(KeyFileError, match=message) as caught:
        opened(folder, *files)
    assert caught.value.exit_code == 2
    return caught.value


# What fits


@pytest.mark.parametrize("kind", keys.KINDS)
def test_a_certificate_and_its_chain(folder: Path, authority: pki.Authority, kind: str) -> None:
    other = keys.generate(kind)
    (folder / "key.pem").unlink()
    pki.write_key(folder / "key.pem", other)
    leaf = authority.leaf(other)
    for files in (((leaf, *authority.intermediates),), ((leaf,), authority.intermediates), ((leaf, *authority.chain),)):
        by = opened(folder, *files)
        bundle = parse_bundle(by.bundle(PAYLOAD), "model.sig")
        sent = [item for chain in files for item in chain]
        assert bundle.material == "x509CertificateChain"
        assert bundle.certificates == tuple(item.public_bytes(Encoding.DER) for item in sent)
        trust = Trust(certificate_roots=(authority.root,), at=pki.now())
        found = accepted(verify_bundle(bundle, manifest(), trust))
        assert (found.signer.kind, found.signer.id) == ("certificate", by.id)
        assert by.made(bundle)
        assert by.complete(bundle)


def test_without_usages_that_could_forbid(folder: Path, authority: pki.Authority, key: keys.PrivateKey) -> None:
    """OMS: usages bind when they are there."""
    leaf = authority.leaf(key, eku=(), without_usage=True, ca=None)
    bundle = parse_bundle(opened(folder, (leaf, *authority.intermediates)).bundle(PAYLOAD), "model.sig")
    accepted(verify_bundle(bundle, manifest(), Trust(certificate_roots=(authority.root,), at=pki.now())))


def test_the_key_alone_is_not_the_certificate(folder: Path, authority: pki.Authority, key: keys.PrivateKey) -> None:
    """With a certificate it is another bundle, which names somebody; neither stands for the other."""
    plain = open_signer(str(folder / "key.pem"))
    by = opened(folder, (authority.leaf(key), *authority.intermediates))
    again = opened(folder, (authority.leaf(key, "renewed"), *authority.intermediates))
    bundle = parse_bundle(by.bundle(PAYLOAD), "x")
    assert not plain.made(bundle)
    assert not again.made(bundle)
    assert not by.made(parse_bundle(plain.bundle(PAYLOAD), "x"))
    refused(verify_bundle(bundle, manifest(), Trust.of_keys([(pem_of(key), "the key")])), "unsupported", "certificate")


def pem_of(key: keys.PrivateKey) -> str:
    return keys.public_pem(key.public_key()).decode()


# What does not


def test_a_certificate_of_another_key(folder: Path, authority: pki.Authority) -> None:
    refuses(folder, "is not that of the signing key", (authority.leaf(keys.generate("p256")),))
    refuses(folder, "is not that of the signing key", (authority.leaf(keys.generate("rsa")),))


def test_a_certificate_of_a_key_that_cannot_sign_here(folder: Path, authority: pki.Authority) -> None:
    public = dsa.generate_private_key(2048).public_key()
    builder = x509.CertificateBuilder(pki.name("root"), pki.name("signer"), public, 7, pki.days(-1), pki.days(1))
    leaf = builder.sign(authority.key, hashes.SHA384())
    refuses(folder, "the certificate's key is of kind", (leaf,))


@pytest.mark.parametrize(("start", "end", "message"), [(-9, -1, "expired at"), (1, 9, "is not valid before")])
def test_out_of_its_time(
    folder: Path, authority: pki.Authority, key: keys.PrivateKey, start: int, end: int, message: str
) -> None:
    times: dict[str, Any] = {"not_before": pki.days(start), "not_after": pki.days(end)}
    refuses(folder, message, (authority.leaf(key, **times),))
    # Nor may what stands above it be.
    above = authority.parent.intermediate("other", **times) if authority.parent else authority
    refuses(folder, message, (above.leaf(key), *above.intermediates))


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"eku": (ExtendedKeyUsageOID.CLIENT_AUTH,)}, "extended key usage does not allow code signing"),
        ({"eku": (ExtendedKeyUsageOID.TIME_STAMPING,)}, "extended key usage does not allow code signing"),
        ({"eku": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, "extended key usage does not allow code signing"),
        ({"usage": pki.key_usage(other=True)}, "key usage does not allow digital signatures"),
        ({"ca": True}, "is that of an authority"),
        ({"unknown_critical": True}, "critical extension"),
    ],
)
def test_not_for_signing_code(
    folder: Path, authority: pki.Authority, key: keys.PrivateKey, knobs: dict[str, Any], message: str
) -> None:
    refuses(folder, message, (authority.leaf(key, **knobs), *authority.intermediates))


def test_the_wrong_order(folder: Path, authority: pki.Authority, key: keys.PrivateKey) -> None:
    leaf = authority.leaf(key)
    refuses(folder, "is not that of the signing key", (*authority.intermediates, leaf))
    refuses(folder, "is not that of the signing key", authority.intermediates, (leaf,))
    refuses(folder, "did not issue", (leaf, authority.root, *authority.intermediates))
    refuses(folder, "is no certificate authority", (leaf, leaf))


@pytest.mark.parametrize("same_name", [True, False])
def test_a_stranger_in_the_chain(folder: Path, authority: pki.Authority, key: keys.PrivateKey, same_name: bool) -> None:
    stranger = pki.Authority.create("root").intermediate("intermediate" if same_name else "stranger")
    refuses(folder, "did not issue", (authority.leaf(key), stranger.certificate))
    refuses(folder, "did not issue", (authority.leaf(key), *authority.intermediates, stranger.root))


def test_an_issuer_that_is_no_authority(folder: Path, key: keys.PrivateKey) -> None:
    """Its signature is good, and it had no right to make it: no verifier takes such a chain."""
    person = pki.Authority.create("root").intermediate("person", ca=False, usage=pki.key_usage(digital_signature=True))
    refuses(folder, "is no certificate authority", (person.leaf(key), person.certificate))


def test_more_than_a_bundle_takes(folder: Path, authority: pki.Authority, key: keys.PrivateKey) -> None:
    leaf = authority.leaf(key)
    for files in ([(leaf,) * (MAX_CERTIFICATES + 1)], [(leaf,)] * (MAX_CERTIFICATES + 1)):
        with pytest.raises(InputError, match=f"{MAX_CERTIFICATES + 1} certificates are given"):
            opened(folder, *files)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"not PEM",
        b"\xff" * 64,
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n",
    ],
)
def test_garbage(folder: Path, data: bytes) -> None:
    refuses(folder, "holds no readable certificate", data)


def test_a_certificate_in_der(folder: Path, authority: pki.Authority, key: keys.PrivateKey) -> None:
    refuses(folder, "holds no readable certificate", authority.leaf(key).public_bytes(Encoding.DER))


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside the certificate"])
def test_a_private_key_by_mistake(folder: Path, authority: pki.Authority, key: keys.PrivateKey, beside: bool) -> None:
    private = keys.private_pem(key)
    data = private + (pki.pem(authority.leaf(key)) if beside else b"")
    error = refuses(folder, "private key", data)
    text = error.message + error.hint + str(error.__cause__)
    assert not any(line in text for line in private.decode().splitlines()[1:-1])


def test_files_that_are_none(folder: Path) -> None:
    for path, message in ((folder / "none", "cannot be read"), (folder, "is no regular file")):
        options = SignerOptions(certificates=(str(path),))
        with pytest.raises(KeyFileError, match=message):
            open_signer(str(folder / "key.pem"), options)


def test_the_certificate_on_a_token_goes_with_a_token(folder: Path) -> None:
    with pytest.raises(InputError, match="goes with a pkcs11 signer only"):
        open_signer(str(folder / "key.pem"), SignerOptions(certificates=("token:",)))


def test_a_certificate_too_large(folder: Path) -> None:
    (folder / "0.crt").write_bytes(b"-----BEGIN CERTIFICATE-----\n" + b"A" * (4 << 20))
    with pytest.raises(KeyFileError, match="is larger than"):
        open_signer(str(folder / "key.pem"), SignerOptions(certificates=(str(folder / "0.crt"),)))


@pytest.mark.parametrize("options", [{"timestamp_roots": ("tsa.pem",)}, {"trusted_root": "trusted_root.json"}])
def test_roots_without_anything_to_check(folder: Path, options: dict[str, Any]) -> None:
    """Whoever names an authority expects a timestamp; without the service there would be none."""
    with pytest.raises(InputError, match="--timestamp"):
        open_signer(str(folder / "key.pem"), SignerOptions(**options))


@pytest.mark.parametrize(
    "options",
    [
        {"interactive": True},
        {"signing_config": "signing_config.json"},
        {"trust_config": "trust_config.json"},
    ],
)
def test_options_of_an_identity_do_not_go_with_a_key(folder: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="go with a Sigstore identity"):
        open_signer(str(folder / "key.pem"), SignerOptions(**options))


@pytest.mark.parametrize("timeout", [0, -1, 3601, float("nan"), float("inf")])
def test_a_time_limit_that_is_none(folder: Path, timeout: float) -> None:
    for uri in (str(folder / "key.pem"), "sigstore:"):
        with pytest.raises(InputError, match="no useful time limit"):
            open_signer(uri, SignerOptions(timeout=timeout))


def test_a_token_in_the_environment_does_not_hinder_a_key(folder: Path) -> None:
    """A job has one whether it signs with it or not."""
    options = SignerOptions(identity_token="x")
    assert open_signer(str(folder / "key.pem"), options).id == open_signer(str(folder / "key.pem")).id


def test_a_key_alone_imports_none_of_it(folder: Path) -> None:
    """Signing with a plain key stays fast."""
    code = (
        "import sys\nfrom attest.signing import open_signer\nopen_signer(sys.argv[1]).bundle(b'{}')\n"
        "heavy = {'requests', 'sigstore', 'rfc3161_client', 'pkcs11', 'securesystemslib', 'boto3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "key.pem")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_what_it_refuses_is_known_before_anything_is_asked() -> None:
    """The order of checks needs no key at all."""
    make: Callable[[], Signer] = lambda: open_signer("sigstore:nowhere", SignerOptions(certificates=("x",)))  # noqa: E731
    with pytest.raises(InputError, match="go with keys"):
        make()
