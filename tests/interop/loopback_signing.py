"""What the tests of signing services share: signers of a loopback instance, statements, and trust in what they make."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bundle import Bundle, parse_bundle
from attest.signing import Signer, SignerOptions, Trust, open_signer
from attest.signing.keyless import KeylessSigner
from attest.signing.material.trusted_root import TrustedRoot, parse_trusted_root
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.conftest import claim_payload, whole

PAYLOAD = claim_payload([whole()])
"""A statement about the small model."""
CI_VARIABLES = (
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "BUILDKITE",
    "CIRCLECI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "GOOGLE_SERVICE_ACCOUNT_NAME",
    "SIGSTORE_ID_TOKEN",
)


def keyless(instance: LoopbackSigstore, folder: Path, **options: Any) -> KeylessSigner:
    """An identity's signer at a loopback instance, with a fresh token unless `options` say otherwise."""
    given = {"trust_config": str(instance.write_trust(folder)), "identity_token": instance.mint(), **options}
    signer = open_signer("sigstore:", SignerOptions(**given))
    assert isinstance(signer, KeylessSigner)
    return signer


def key_signer(path: Path, **options: Any) -> Signer:
    """A signer with the key in a file."""
    return open_signer(str(path), SignerOptions(**options))


def root_of(instance: LoopbackSigstore) -> TrustedRoot:
    """The trusted root as a verifier reads it from a file."""
    return parse_trusted_root(json.dumps(instance.trusted_root()).encode())


def identities(instance: LoopbackSigstore) -> Trust:
    """Trust in whomever the instance certifies."""
    return Trust(identity_roots=(root_of(instance),))


def read(bundle: bytes) -> Bundle:
    """A new bundle, parsed."""
    return parse_bundle(bundle, "model.sig")


@contextmanager
def clock(instance: LoopbackSigstore, seconds: float) -> Iterator[None]:
    """Shift the instance's clock, and the one that the client holds a certificate's validity against."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Shifted:
            return cls.fromtimestamp(time.time() + seconds, tz)

    instance.clock = lambda: time.time() + seconds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sigstore.sign.datetime", Shifted)
        yield
    instance.clock = time.time


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
