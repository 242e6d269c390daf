"""Keys in AWS KMS, against moto's server and servers that misbehave; and what is said when packages are missing."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from attest.errors import InputError, KeyFileError, UndecidedError
from attest.signing.holders.kms_aws import open_aws
from attest.signing.key_signer import KeySigner
from tests.interop.holders import signs
from tests.simulators import keys, moto_digest
from tests.simulators.loopback import LoopbackServer, Reply

assert moto_digest.__doc__  # imported for what it does to moto
SHORT = 1.5
"""Seconds that a call may take where the service is silent."""
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIASIMULATED",
    "AWS_SECRET_ACCESS_KEY": "simulated-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of moto's server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    assert server._server is not None
    server._server.server_close()


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An environment in which boto3 speaks to moto and to nothing else; gives moto's address."""
    for name, value in AWS_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    # The session of an earlier test would remember its environment.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return moto


def make_aws_key(spec: str, usage: str = "SIGN_VERIFY") -> str:
    client = boto3.client("kms")
    made: str = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    client.close()
    return made


@pytest.mark.parametrize(
    ("spec", "kind"), [("ECC_NIST_P256", "ECDSA P-256"), ("ECC_NIST_P384", "ECDSA P-384"), ("RSA_2048", "RSA 2048")]
)
def test_aws_signs(aws: str, spec: str, kind: str) -> None:
    signs(open_aws(f"awskms:{make_aws_key(spec)}"), kind)


def test_aws_takes_aliases_and_arns(aws: str) -> None:
    client = boto3.client("kms")
    made = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    client.create_alias(AliasName="alias/release/2026", TargetKeyId=made["KeyId"])
    client.close()
    for name in (made["Arn"], "alias/release/2026"):
        signs(open_aws(f"awskms:{name}"), "ECDSA P-256")


def test_the_name_of_the_key_is_in_no_bundle(aws: str) -> None:
    name = make_aws_key("ECC_NIST_P256")
    signer = KeySigner(holder=open_aws(f"awskms:{name}"))
    bundle = signer.bundle(b'{"_type":"https://in-toto.io/Statement/v1"}')
    assert name.encode() not in bundle
    assert b"awskms" not in bundle
    assert name not in signer.id


def test_aws_has_no_such_key(aws: str) -> None:
    with pytest.raises(KeyFileError, match=r"AWS KMS has no key 'alias/nobody' \(NotFoundException\)"):
        open_aws("awskms:alias/nobody")


@pytest.mark.parametrize(
    ("spec", "usage", "reason"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "cannot sign here"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "cannot sign here"),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", "secp256k1"),
    ],
)
def test_aws_keys_of_another_kind(aws: str, spec: str, usage: str, reason: str) -> None:
    name = make_aws_key(spec, usage)
    with pytest.raises(KeyFileError, match=reason) as caught:
        open_aws(f"awskms:{name}")
    assert name in caught.value.message


def test_aws_without_credentials(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(KeyFileError, match="AWS KMS has no credentials") as caught:
        open_aws("awskms:alias/a")
    assert "AWS_PROFILE" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "status", "error", "reason"),
    [
        ("AccessDeniedException", 400, KeyFileError, "does not permit"),
        ("UnrecognizedClientException", 400, KeyFileError, "no credentials that it accepts"),
        ("ExpiredTokenException", 400, KeyFileError, "no credentials that it accepts"),
        ("DisabledException", 400, KeyFileError, "cannot sign here"),
        ("KMSInvalidStateException", 400, KeyFileError, "cannot sign here"),
        ("KMSInternalException", 500, UndecidedError, "failed for the key"),
        ("ThrottlingException", 400, UndecidedError, "failed for the key"),
    ],
)
def test_aws_says_no(
    aws: str, monkeypatch: pytest.MonkeyPatch, code: str, status: int, error: type[KeyFileError], reason: str
) -> None:
    answer = {"__type": code, "message": "told with simulated-secret"}
    with LoopbackServer(lambda _: Reply.of(answer, status)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(error, match=reason) as caught:
            open_aws("awskms:alias/a")
    assert code in caught.value.message
    assert "simulated-secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("fault", ["down", "refuse", "garbage"])
def test_aws_is_broken(aws: str, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    with LoopbackServer(lambda _: Reply(), lambda _: fault) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(UndecidedError, match=r"AWS KMS .* the key 'alias/a'"):
            open_aws("awskms:alias/a")


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_aws_is_silent(aws: str, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    with LoopbackServer(lambda _: Reply(), lambda _: fault) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(UndecidedError, match=r"AWS KMS, .*alias/a.* did not answer within 1\.5 seconds"):
            open_aws("awskms:alias/a", limit=SHORT)


def test_aws_goes_down_before_it_signs(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = keys.spki(keys.supported(keys.generate().public_key()))
    answer = {"PublicKey": base64.b64encode(public).decode(), "SigningAlgorithms": ["ECDSA_SHA_256"]}
    with LoopbackServer(lambda _: Reply.of(answer)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        holder = open_aws("awskms:alias/a")
    with pytest.raises(UndecidedError, match="AWS KMS cannot be reached"):
        holder.sign(b"data")


def test_aws_answers_with_anothers_signature(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = keys.spki(keys.supported(keys.generate().public_key()))
    answer = {
        "PublicKey": base64.b64encode(public).decode(),
        "SigningAlgorithms": ["ECDSA_SHA_256"],
        "Signature": base64.b64encode(keys.sign(keys.generate(), b"data")).decode(),
    }
    with LoopbackServer(lambda _: Reply.of(answer)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        holder = open_aws("awskms:alias/a")
        with pytest.raises(UndecidedError, match="does not verify with the key 'alias/a'"):
            holder.sign(b"data")


@pytest.mark.parametrize("uri", ["awskms:", "awskms://host/a", "awskms:a b", "awskms:a?b", "awskms:a\n", "aws:a"])
def test_aws_uris(uri: str) -> None:
    with pytest.raises(InputError, match="no URI of a key there"):
        open_aws(uri)


@pytest.mark.parametrize(
    ("module", "call", "missing", "extra"),
    [
        ("kms_aws", "open_aws('awskms:a')", "boto3", "awskms"),
        (
            "kms_gcp",
            "open_gcp('gcpkms:projects/a/locations/b/keyRings/c/cryptoKeys/d/cryptoKeyVersions/1')",
            "google.cloud.kms",
            "gcpkms",
        ),
        ("kms_azure", "open_azure('azurekms://acme.vault.azure.net/keys/release')", "azure.identity", "azurekms"),
        ("kms_vault", "open_vault('hv:a/1')", "hvac", "vault"),
        ("kms_aws", "open_aws('awskms:a')", "securesystemslib.signer", "awskms"),
    ],
)
def test_a_missing_package_says_what_to_install(module: str, call: str, missing: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
from attest.errors import InputError
from attest.signing.holders.{module} import *
try:
    {call}
except InputError as error:
    print(error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert f"pip install 'attest-ml[{extra}]'" in done.stdout
