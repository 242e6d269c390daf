"""Rekor v2: entries of the kinds hashedrekord and dsse 0.0.2, without any time of its own."""

from __future__ import annotations

import base64
from typing import Any

import rfc8785

from tests.simulators import keys
from tests.simulators.sigstore.log import Log, public_key
from tests.simulators.sigstore.log_v1 import pae
from tests.simulators.sigstore.state import State, b64, sha256

NAME = "rekor2.sigstore.loopback"
VERSION = "0.0.2"


class LogV2(Log):
    """The tile-based log, signed with Ed25519."""

    def __init__(self, state: State) -> None:
        key = state.key("rekor2", "ed25519")
        # The signed-note rule, with 01 for Ed25519; the raw key is the end of the SPKI.
        key_id = sha256(NAME.encode() + b"\n\x01" + keys.spki(key.public_key())[-32:])
        super().__init__(state, file="rekor2.log", key=key, key_id=key_id, name=NAME, origin=NAME)

    def add(self, request: dict[str, Any]) -> dict[str, Any]:
        """Check and append a proposed entry; returns its TransparencyLogEntry (`POST /api/v2/log/entries`).

        Raises ValueError, KeyError or InvalidSignature for an entry that the log refuses.
        """
        if "hashedRekordRequestV002" in request:
            body = _body("hashedrekord", "hashedRekordV002", _hashedrekord(request["hashedRekordRequestV002"]))
        else:
            body = _body("dsse", "dsseV002", _dsse(request["dsseRequestV002"]))
        kind = "hashedrekord" if "hashedRekordRequestV002" in request else "dsse"
        with self.state.lock:
            index = self.append(body)
            if "other-entry" in self.faults:
                kind, body = "hashedrekord", self._strange_body()
                index = self.append(body)
            return self._entry(kind, index, body)

    def _entry(self, kind: str, index: int, body: bytes) -> dict[str, Any]:
        proof = self.proof(index)
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.key_id)},
            "kindVersion": {"kind": kind, "version": VERSION},
            "integratedTime": "0",
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(proof.root),
                "treeSize": str(proof.size),
                "hashes": [b64(node) for node in proof.hashes],
                "checkpoint": {"envelope": proof.checkpoint},
            },
            "canonicalizedBody": b64(body),
        }

    def _strange_body(self) -> bytes:
        key, data, signature = self.somebody_else()
        request = hashedrekord(data, signature, key.public_key())
        return _body("hashedrekord", "hashedRekordV002", _hashedrekord(request["hashedRekordRequestV002"]))


def hashedrekord(data: bytes, signature: bytes, key: keys.PublicKey) -> dict[str, Any]:
    """The request for a signature over `data` made with a plain key."""
    verifier = {"publicKey": {"rawBytes": b64(keys.spki(key))}, "keyDetails": keys.key_details(key)}
    digest = keys.digest(data, keys.natural_hash(key))
    signed = {"content": b64(signature), "verifier": verifier}
    return {"hashedRekordRequestV002": {"digest": b64(digest), "signature": signed}}


def dsse(envelope: dict[str, Any], *public_keys: keys.PublicKey) -> dict[str, Any]:
    """The request for an envelope, with a key for each of its signatures in the same order."""
    verifiers = [
        {"publicKey": {"rawBytes": b64(keys.spki(key))}, "keyDetails": keys.key_details(key)} for key in public_keys
    ]
    return {"dsseRequestV002": {"envelope": envelope, "verifiers": verifiers}}


def _body(kind: str, member: str, spec: dict[str, Any]) -> bytes:
    return rfc8785.dumps({"apiVersion": VERSION, "kind": kind, "spec": {member: spec}})


def _verifier(verifier: dict[str, Any]) -> tuple[keys.PublicKey, dict[str, Any]]:
    """The key of a verifier and the verifier as stored; the algorithm named must be the key's."""
    (member,) = {"x509Certificate", "publicKey"} & verifier.keys()
    raw = verifier[member]["rawBytes"]
    key = public_key(base64.b64decode(raw, validate=True))
    if verifier["keyDetails"] != keys.key_details(key):
        raise ValueError("keyDetails does not name the key's algorithm")
    return key, {"keyDetails": verifier["keyDetails"], member: {"rawBytes": raw}}


def _hashedrekord(record: dict[str, Any]) -> dict[str, Any]:
    key, verifier = _verifier(record["signature"]["verifier"])
    content = record["signature"]["content"]
    hash_ = keys.natural_hash(key)
    digest = base64.b64decode(record["digest"], validate=True)
    keys.verify_digest(key, base64.b64decode(content, validate=True), digest, hash_)
    return {
        "data": {"algorithm": hash_.name.upper().replace("SHA", "SHA2_"), "digest": record["digest"]},
        "signature": {"content": content, "verifier": verifier},
    }


def _dsse(record: dict[str, Any]) -> dict[str, Any]:
    """One signature per verifier, in the same order."""
    envelope = record["envelope"]
    payload = base64.b64decode(envelope["payload"])
    signatures = []
    for item, given in zip(envelope["signatures"], record["verifiers"], strict=True):
        key, verifier = _verifier(given)
        keys.verify(key, base64.b64decode(item["sig"]), pae(envelope["payloadType"], payload))
        signatures.append({"content": item["sig"], "verifier": verifier})
    if not signatures:
        raise ValueError("the envelope has no signature")
    return {"payloadHash": {"algorithm": "SHA2_256", "digest": b64(sha256(payload))}, "signatures": signatures}
