"""Recording a key's or certificate's signature in a Rekor log, and verifying the answer at once.

`URL` is a Rekor v1 instance; `URL/api/v2` a Rekor v2 log. Sources: Rekor's v1 `dsse` type and v2 API.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from attest.domain.bundle import decode_base64
from attest.domain.canonical import canonical
from attest.domain.statement import PAYLOAD_TYPE
from attest.domain.strict_json import Json, JsonObject, Limits, as_list, as_object, as_string, parse
from attest.errors import DocumentError, InputError, UndecidedError
from attest.signing.dsse import pae
from attest.signing.keys import Message, PublicKey
from attest.signing.material.certificates import pem_certificate
from attest.signing.material.checkpoint import LogFault
from attest.signing.material.log_body import Signed
from attest.signing.material.transparency import verify_entry
from attest.signing.material.trusted_root import LogKey
from attest.signing.services.http import Answer, ask, check_url, said

V2 = "/api/v2"
_LIMITS = Limits(size=16 << 20, depth=16, nodes=10_000, string=16 << 20)
_DETAILS = {
    "ECDSA P-256": "PKIX_ECDSA_P256_SHA_256",
    "ECDSA P-384": "PKIX_ECDSA_P384_SHA_384",
    "ECDSA P-521": "PKIX_ECDSA_P521_SHA_512",
    "RSA 2048": "PKIX_RSA_PKCS1V15_2048_SHA256",
    "RSA 3072": "PKIX_RSA_PKCS1V15_3072_SHA256",
    "RSA 4096": "PKIX_RSA_PKCS1V15_4096_SHA256",
}


class Recorder:
    """One log to record in, for the signatures of one key."""

    def __init__(self, url: str, key: PublicKey, logs: Sequence[LogKey], timeout: float) -> None:
        self._url = check_url(url, "the transparency log").rstrip("/")
        self._what = f"the transparency log {self._url}"
        self._key, self._logs, self._timeout = key, logs, timeout
        if not logs:
            raise InputError(
                "--log needs --trusted-root: what the log answers is verified at once",
                hint="Give the trusted_root.json of the instance that the log belongs to.",
            )
        if self._url.endswith(V2) and key.kind not in _DETAILS:
            raise InputError(f"a Rekor v2 log takes no {key.kind} keys", hint="Use an ECDSA key, or a Rekor v1 log.")

    def __call__(self, payload: bytes, signature: bytes, verifier: bytes) -> JsonObject:
        """The entry of `signature` over `payload`, as bundles hold it; `verifier` is the DER key or certificate.

        Raises UndecidedError naming the log when it fails, or answers something that does not verify.
        """
        try:
            entry = (self._v2 if self._url.endswith(V2) else self._v1)(payload, signature, verifier)
            signed = Signed(
                message=Message(data=pae(PAYLOAD_TYPE, payload)),
                payload=payload,
                signature=signature,
                verifier=verifier,
            )
            verify_entry(entry, signed, self._logs)
        except (LogFault, DocumentError) as fault:
            raise UndecidedError(
                f"{self._what} answered something that does not verify: {fault}",
                hint="Check that --trusted-root is of the instance that this log belongs to.",
            ) from fault
        return entry

    def _v1(self, payload: bytes, signature: bytes, verifier: bytes) -> JsonObject:
        envelope: JsonObject = {
            "payload": _base64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": _base64(signature), "keyid": ""}],
        }
        proposed: JsonObject = {
            "envelope": canonical(envelope).decode(),
            "verifiers": [_base64(self._pem(verifier))],
        }
        request: JsonObject = {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": proposed}}
        path = "/api/v1/log/entries"
        answer = self._ask("POST", self._url + path, canonical(request))
        if answer.status == 409:  # the very same entry is there already, and the log says where
            place = urlsplit(answer.headers.get("location", "")).path
            if not place.startswith(path + "/"):
                raise UndecidedError(f"{self._what} has the entry already and does not say where")
            answer = self._ask("GET", self._url + place)
        return _entry_v1(self._read(answer))

    def _v2(self, payload: bytes, signature: bytes, verifier: bytes) -> JsonObject:
        digest = hashlib.new(self._key.hash_name, pae(PAYLOAD_TYPE, payload)).digest()
        kind = "publicKey" if verifier == self._key.der else "x509Certificate"
        record: JsonObject = {
            "digest": _base64(digest),
            "signature": {
                "content": _base64(signature),
                "verifier": {kind: {"rawBytes": _base64(verifier)}, "keyDetails": _DETAILS[self._key.kind]},
            },
        }
        answer = self._ask("POST", f"{self._url}/log/entries", canonical({"hashedRekordRequestV002": record}))
        return self._read(answer)

    def _pem(self, verifier: bytes) -> bytes:
        if verifier == self._key.der:
            return self._key.text.pem.encode("ascii")
        return pem_certificate(verifier)

    def _ask(self, method: str, url: str, body: bytes | None = None) -> Answer:
        content_type = "application/json" if body is not None else ""
        return ask(method, url, self._what, body=body, content_type=content_type, timeout=self._timeout)

    def _read(self, answer: Answer) -> JsonObject:
        if answer.status not in {200, 201}:
            raise UndecidedError(f"{self._what} refused: {said(answer)}", hint="Check its address, or leave --log out.")
        return as_object(parse(answer.body, _LIMITS, "the log's answer"), "the log's answer")


def _entry_v1(answer: JsonObject) -> JsonObject:
    """A Rekor v1 answer in the form that bundles hold."""
    if len(answer) != 1:
        raise DocumentError(f"the log's answer holds {len(answer)} entries, not one")
    entry = as_object(next(iter(answer.values())), "the entry")
    verification = as_object(entry.get("verification"), "verification")
    proof = as_object(verification.get("inclusionProof"), "inclusionProof")
    body = as_string(entry.get("body"), "body")
    content = as_object(parse(decode_base64(body, "body"), _LIMITS, "the entry's body"), "the entry's body")
    hashes: list[Json] = [_from_hex(item) for item in as_list(proof.get("hashes", []), "hashes")]
    return {
        "logIndex": str(entry.get("logIndex")),
        "logId": {"keyId": _from_hex(entry.get("logID"))},
        "kindVersion": {"kind": content.get("kind"), "version": content.get("apiVersion")},
        "integratedTime": str(entry.get("integratedTime")),
        "inclusionPromise": {"signedEntryTimestamp": verification.get("signedEntryTimestamp")},
        "inclusionProof": {
            "logIndex": str(proof.get("logIndex")),
            "rootHash": _from_hex(proof.get("rootHash")),
            "treeSize": str(proof.get("treeSize")),
            "hashes": hashes,
            "checkpoint": {"envelope": proof.get("checkpoint")},
        },
        "canonicalizedBody": body,
    }


def _from_hex(value: Json) -> str:
    try:
        return _base64(bytes.fromhex(as_string(value, "a hash of the log")))
    except ValueError:
        raise DocumentError("a hash of the log is not hexadecimal") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
