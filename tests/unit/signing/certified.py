"""Bundles signed under a private authority, and the two verdicts on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from attest.domain.bundle import Bundle, parse_bundle, serialize_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.signing import Trust
from attest.signing.authentic import Authentic, Refused
from attest.signing.authenticate import authenticate
from attest.signing.dsse import pae
from tests.simulators import keys, pki
from tests.unit.signing.material import PAYLOAD, der

NOW = pki.now()
DAY = timedelta(days=1)
ANY_USAGE = x509.ObjectIdentifier("2.5.29.37.0")
KEY = keys.generate()
SIGNS = pki.key_usage(digital_signature=True)
ROOT = pki.Authority.create("root", not_before=NOW - 900 * DAY)


def bundle_of(*chain: x509.Certificate | bytes, key: keys.PrivateKey = KEY, stamps: Sequence[bytes] = ()) -> Bundle:
    """A bundle signed by `key` under these certificates."""
    signature = keys.sign(key, pae(PAYLOAD_TYPE, PAYLOAD))
    ders = [item if isinstance(item, bytes) else der(item) for item in chain]
    return parse_bundle(
        serialize_bundle(payload=PAYLOAD, signature=signature, certificates=ders, timestamps=stamps), "x"
    )


def trusting(*roots: x509.Certificate, at: datetime | None = NOW, **more: Any) -> Trust:
    return Trust(certificate_roots=roots, at=at, **more)


def accepted(*chain: x509.Certificate, root: x509.Certificate = ROOT.root, **more: Any) -> Authentic:
    return authenticate(bundle_of(*chain, **more), trusting(root))


def refused(reason: str, bundle: Bundle, trust: Trust | None = None, code: str = "bad-certificate") -> None:
    with pytest.raises(Refused) as caught:
        authenticate(bundle, trust or trusting(ROOT.root))
    assert (caught.value.code, reason in caught.value.reason) == (code, True), (caught.value.code, caught.value.reason)
