"""The documents that tell a client what to trust and whom to ask, and a TUF repository that distributes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.simulators import keys
from tests.simulators.sigstore.state import OPERATOR, b64

TRUSTED_ROOT_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
SIGNING_CONFIG_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json"
TRUST_CONFIG_TYPE = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
START = "2020-01-01T00:00:00Z"


def authority(uri: str, chain: Iterable[x509.Certificate]) -> dict[str, Any]:
    """A CertificateAuthority; the chain ends with the root."""
    return {
        "subject": {"organization": OPERATOR, "commonName": "loopback"},
        "uri": uri,
        "validFor": {"start": START},
        "certChain": {"certificates": [{"rawBytes": b64(item.public_bytes(Encoding.DER))} for item in chain]},
    }


def log(key: keys.PublicKey, key_id: bytes, name: str) -> dict[str, Any]:
    """A TransparencyLogInstance.

    `baseUrl` carries the log's name, not its address: sigstore-js requires that the name of the checkpoint's signature
    occurs in it.
    """
    return {
        "baseUrl": "http://" + name,
        "hashAlgorithm": "SHA2_256",
        "logId": {"keyId": b64(key_id)},
        "publicKey": {
            "rawBytes": b64(keys.spki(key)),
            "keyDetails": keys.key_details(key),
            "validFor": {"start": START},
        },
    }


def service(url: str, version: int = 1) -> dict[str, Any]:
    """A Service of a signing config."""
    return {"url": url, "majorApiVersion": version, "validFor": {"start": START}, "operator": OPERATOR}


def build_tuf(
    folder: Path, key: keys.PrivateKey, documents: dict[str, dict[str, Any]], *, days: float = 7, version: int = 1
) -> Path:
    """Write a TUF repository with consistent snapshots, one key for all roles; returns the bootstrap root.json.

    `days` until all metadata expire; `version` of the targets, snapshot and timestamp. The root stays at version 1.
    """
    from securesystemslib.signer._crypto_signer import CryptoSigner
    from tuf.api._payload import MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
    from tuf.api.metadata import Metadata

    (folder / "targets").mkdir(parents=True, exist_ok=True)
    signer = CryptoSigner(key)
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    root = Root(expires=expires, consistent_snapshot=True)
    for role in ("root", "timestamp", "snapshot", "targets"):
        root.add_key(signer.public_key, role)
    targets = Targets(version=version, expires=expires)
    for name, document in documents.items():
        data = json.dumps(document).encode()
        target = TargetFile.from_data(name, data, ["sha256"])
        targets.targets[name] = target
        (folder / "targets" / f"{target.hashes['sha256']}.{name}").write_bytes(data)
    snapshot = Snapshot(version=version, expires=expires, meta={"targets.json": MetaFile(version)})
    timestamp = Timestamp(version=version, expires=expires, snapshot_meta=MetaFile(version))
    for file_name, metadata in (
        ("1.root.json", Metadata(root)),
        (f"{version}.targets.json", Metadata(targets)),
        (f"{version}.snapshot.json", Metadata(snapshot)),
        ("timestamp.json", Metadata(timestamp)),
    ):
        metadata.sign(signer)
        metadata.to_file(str(folder / file_name))
    return folder / "1.root.json"
