"""Makes moto's KMS honour `MessageType=DIGEST`; import it before `moto.server.ThreadedMotoServer` starts.

moto 5.2.5 hashes the message again when the request says that it is a digest already, so that no signature over a
digest verifies. The patch reaches into moto's internals: check it whenever its version changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from moto.kms import responses
from moto.kms import utils as kms_utils

from tests.simulators.keys import HASHES, Hash

_request = threading.local()


def _hash(algorithm: str) -> Hash:
    return HASHES[f"sha{algorithm[-3:]}"]


def _padding(algorithm: str) -> padding.AsymmetricPadding:
    if "PSS" in algorithm:
        return padding.PSS(padding.MGF1(_hash(algorithm)), padding.PSS.DIGEST_LENGTH)
    return padding.PKCS1v15()


def _arguments(algorithm: str) -> tuple[Any, ...]:
    prehashed = utils.Prehashed(_hash(algorithm))
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(prehashed),)
    return (_padding(algorithm), prehashed)


def _remember_message_type(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def wrapped(self: Any) -> Any:
        _request.digest = self._get_param("MessageType") == "DIGEST"
        try:
            return method(self)
        finally:
            _request.digest = False

    return wrapped


def _patch_key_class(key_class: Any) -> None:
    original_sign, original_verify = key_class.sign, key_class.verify

    def sign(self: Any, message: bytes, algorithm: str) -> Any:
        if not getattr(_request, "digest", False):
            return original_sign(self, message, algorithm)
        return self.private_key.sign(message, *_arguments(algorithm))

    def verify(self: Any, message: bytes, signature: bytes, algorithm: str) -> Any:
        if not getattr(_request, "digest", False):
            return original_verify(self, message, signature, algorithm)
        try:
            self.private_key.public_key().verify(signature, message, *_arguments(algorithm))
        except InvalidSignature:
            return False
        return True

    key_class.sign, key_class.verify = sign, verify


def _patch() -> None:
    kms: Any = responses.KmsResponse
    kms.sign = _remember_message_type(kms.sign)
    kms.verify = _remember_message_type(kms.verify)
    _patch_key_class(kms_utils.ECDSAPrivateKey)
    _patch_key_class(kms_utils.RSAPrivateKey)


_patch()
