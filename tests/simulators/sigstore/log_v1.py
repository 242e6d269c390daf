"""Rekor v1: entries of the kinds hashedrekord and dsse 0.0.1 and intoto 0.0.2, with signed entry timestamps.

Faults besides those of every log: `no-set`, `forged-set` (signed by another key).
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature

from tests.simulators import keys
from tests.simulators.sigstore.log import Log, canonical_pem, public_key
from tests.simulators.sigstore.state import State, b64, sha256
from tests.simulators.sigstore.tree import leaf_hash

NAME = "rekor.sigstore.loopback"
TREE_ID = "1193050959916656506"


def pae(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature covers (DSSE 1.0, protocol.md)."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)


def transparency_log_entry(answer: dict[str, Any]) -> dict[str, Any]:
    """The bundle's TransparencyLogEntry (JSON) of a Rekor v1 answer, which holds one entry under its UUID."""
    (entry,) = answer.values()
    body = json.loads(base64.b64decode(entry["body"]))
    verification = entry["verification"]
    proof = verification["inclusionProof"]
    made: dict[str, Any] = {
        "logIndex": str(entry["logIndex"]),
        "logId": {"keyId": b64(bytes.fromhex(entry["logID"]))},
        "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
        "integratedTime": str(entry["integratedTime"]),
        "inclusionProof": {
            "logIndex": str(proof["logIndex"]),
            "rootHash": b64(bytes.fromhex(proof["rootHash"])),
            "treeSize": str(proof["treeSize"]),
            "hashes": [b64(bytes.fromhex(node)) for node in proof["hashes"]],
            "checkpoint": {"envelope": proof["checkpoint"]},
        },
        "canonicalizedBody": entry["body"],
    }
    if "signedEntryTimestamp" in verification:
        made["inclusionPromise"] = {"signedEntryTimestamp": verification["signedEntryTimestamp"]}
    return made


class LogV1(Log):
    """The log with integrated times and signed entry timestamps.

    `index_offset` is the number of leaves in older shards, which an entry's index counts and its proof does not.
    `dsse_hash` fixes the digest of ECDSA and RSA signatures over envelopes, as public logs do; None: by the key.
    """

    def __init__(self, state: State) -> None:
        key = state.key("rekor1")
        key_id = sha256(keys.spki(key.public_key()))
        super().__init__(state, file="rekor1.log", key=key, key_id=key_id, name=NAME, origin=f"{NAME} - {TREE_ID}")
        self.index_offset = 0
        self.dsse_hash: str | None = None

    def reset(self) -> None:
        super().reset()
        self.index_offset = 0
        self.dsse_hash = None

    def own_lines(self) -> tuple[str, ...]:
        return (f"Timestamp: {time.time_ns()}",)

    def add(self, proposed: dict[str, Any]) -> dict[str, Any]:
        """Check and append a proposed entry; returns the answer of `POST /api/v1/log/entries`.

        Raises ValueError, KeyError or InvalidSignature for an entry that the log refuses.
        """
        kind = proposed["kind"]
        if proposed["apiVersion"] != "0.0.1" or kind not in ("hashedrekord", "dsse"):
            raise ValueError("unsupported kind or version of entry")
        spec = proposed["spec"]
        stored = _hashedrekord(spec) if kind == "hashedrekord" else _dsse(spec, self.dsse_hash)
        return self._answer(_body(kind, "0.0.1", stored))

    def add_intoto(self, envelope: dict[str, Any], verifier_pem: bytes) -> dict[str, Any]:
        """Append an intoto 0.0.2 entry for a DSSE envelope; returns its TransparencyLogEntry.

        `verifier_pem` is the certificate or public key, the same for every signature.
        """
        payload = base64.b64decode(envelope["payload"])
        key = public_key(verifier_pem)
        for item in envelope["signatures"]:
            keys.verify(key, base64.b64decode(item["sig"]), pae(envelope["payloadType"], payload))
        verifier = b64(canonical_pem(verifier_pem))
        signatures = [
            # The signature is base64 twice: the entry holds the envelope's text as bytes.
            {"publicKey": verifier, "sig": b64(item["sig"].encode())}
            | ({"keyid": item["keyid"]} if item.get("keyid") else {})
            for item in envelope["signatures"]
        ]
        stored = {
            "content": {
                "envelope": {"payloadType": envelope["payloadType"], "signatures": signatures},
                "hash": _hash(json.dumps(envelope).encode()),
                "payloadHash": _hash(payload),
            }
        }
        return transparency_log_entry(self._answer(_body("intoto", "0.0.2", stored)))

    def _answer(self, body: bytes) -> dict[str, Any]:
        with self.state.lock:
            index = self.append(body)
            if "other-entry" in self.faults:
                index = self.append(self._strange_body())
            return self.entry(index + self.index_offset)

    def entry(self, log_index: int) -> dict[str, Any]:
        """The entry of that index in all shards, with a proof in the present tree, under its UUID."""
        index = log_index - self.index_offset
        with self.state.lock:
            integrated_time, body = self.tree.leaves[index]
            proof = self.proof(index)
        signed: dict[str, Any] = {
            "body": b64(body),
            "integratedTime": integrated_time,
            "logID": self.key_id.hex(),
            "logIndex": log_index,
        }
        verification: dict[str, Any] = {
            "inclusionProof": {
                "checkpoint": proof.checkpoint,
                "hashes": [node.hex() for node in proof.hashes],
                "logIndex": index,
                "rootHash": proof.root.hex(),
                "treeSize": proof.size,
            }
        }
        if "no-set" not in self.faults:
            key = self.forger if "forged-set" in self.faults else self.key
            verification["signedEntryTimestamp"] = b64(keys.sign(key, rfc8785.dumps(signed)))
        return {leaf_hash(body).hex(): {**signed, "verification": verification}}

    def info(self) -> dict[str, Any]:
        """The answer of `GET /api/v1/log`."""
        with self.state.lock:
            return {
                "rootHash": self.tree.root().hex(),
                "treeSize": len(self.tree),
                "treeID": TREE_ID,
                "signedTreeHead": self.checkpoint(),
            }

    def _strange_body(self) -> bytes:
        key, data, signature = self.somebody_else()
        proposed = hashedrekord(data, signature, keys.public_pem(key.public_key()))
        return _body("hashedrekord", "0.0.1", _hashedrekord(proposed["spec"]))


def hashedrekord(data: bytes, signature: bytes, verifier_pem: bytes) -> dict[str, Any]:
    """The proposed entry for a signature over `data`, with the digest that goes with the key."""
    hash_ = keys.natural_hash(public_key(verifier_pem))
    spec = {
        "data": {"hash": {"algorithm": hash_.name, "value": keys.digest(data, hash_).hex()}},
        "signature": {"content": b64(signature), "publicKey": {"content": b64(verifier_pem)}},
    }
    return {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}


def dsse(envelope: dict[str, Any], *verifier_pems: bytes) -> dict[str, Any]:
    """The proposed entry for an envelope; every signature needs a verifier among those given."""
    content = {"envelope": json.dumps(envelope), "verifiers": [b64(pem) for pem in verifier_pems]}
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": content}}


def _body(kind: str, version: str, spec: dict[str, Any]) -> bytes:
    return rfc8785.dumps({"apiVersion": version, "kind": kind, "spec": spec})


def _hash(data: bytes) -> dict[str, Any]:
    return {"algorithm": "sha256", "value": sha256(data).hex()}


def _hashedrekord(spec: dict[str, Any]) -> dict[str, Any]:
    hash_, signature = spec["data"]["hash"], spec["signature"]
    verifier = base64.b64decode(signature["publicKey"]["content"], validate=True)
    content = base64.b64decode(signature["content"], validate=True)
    algorithm = keys.HASHES[hash_["algorithm"]]
    keys.verify_digest(public_key(verifier), content, bytes.fromhex(hash_["value"]), algorithm)
    return {
        "data": {"hash": {"algorithm": hash_["algorithm"], "value": hash_["value"]}},
        "signature": {"content": b64(content), "publicKey": {"content": b64(canonical_pem(verifier))}},
    }


def _dsse(spec: dict[str, Any], hash_name: str | None) -> dict[str, Any]:
    """Each signature goes with the first verifier that verifies it; the entry holds hashes, not the envelope."""
    proposed = spec["proposedContent"]
    envelope = json.loads(proposed["envelope"])
    payload = base64.b64decode(envelope["payload"])
    message = pae(envelope["payloadType"], payload)
    verifiers = [base64.b64decode(verifier, validate=True) for verifier in proposed["verifiers"]]
    signatures = [
        {
            "signature": item["sig"],
            "verifier": b64(canonical_pem(_verifier_of(item["sig"], message, verifiers, hash_name))),
        }
        for item in envelope["signatures"]
    ]
    if not signatures:
        raise ValueError("the envelope has no signature")
    return {
        "envelopeHash": _hash(proposed["envelope"].encode()),
        "payloadHash": _hash(payload),
        "signatures": sorted(signatures, key=lambda item: item["signature"]),
    }


def _verifier_of(signature: str, message: bytes, verifiers: list[bytes], hash_name: str | None) -> bytes:
    hash_ = keys.HASHES[hash_name] if hash_name else None
    for verifier in verifiers:
        try:
            keys.verify(public_key(verifier), base64.b64decode(signature), message, hash_)
        except InvalidSignature:
            continue
        return verifier
    raise InvalidSignature("no verifier verifies a signature of the envelope")
