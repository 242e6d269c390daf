"""Entries of a transparency log: about this signature, included in a tree that a trusted log signed.

Only what is authenticated is returned: the time of an entry counts only with the log's promise over it, and the index
is the one that the inclusion proof proves. Sources: Sigstore client specification; `docs/verification.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from attest.domain.bundle import decode_base64
from attest.domain.canonical import canonical
from attest.domain.strict_json import Json, JsonObject, as_list, as_object, as_string
from attest.errors import DocumentError
from attest.signing.material.checkpoint import LogFault, Proof, check_inclusion
from attest.signing.material.log_body import Signed, check_body
from attest.signing.material.trusted_root import LogKey

MAX_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A verified entry: its log, the index that was proved, and the time that the log promised, if it did."""

    log: LogKey
    index: int
    time: datetime | None


def verify_entry(entry: JsonObject, signed: Signed, logs: Sequence[LogKey]) -> Logged:
    """Verify one entry of a bundle. Raises LogFault."""
    try:
        return _verify(entry, signed, logs)
    except DocumentError as error:
        raise LogFault(f"a log entry is malformed: {error.message}") from error


def _verify(entry: JsonObject, signed: Signed, logs: Sequence[LogKey]) -> Logged:
    key_id = decode_base64(as_object(entry.get("logId"), "logId").get("keyId"), "keyId")
    log = next((log for log in logs if log.key_id == key_id), None)
    if log is None:
        raise LogFault("the log entry is of a log that is not trusted")
    body = decode_base64(entry.get("canonicalizedBody"), "canonicalizedBody")
    proof = _proof(as_object(entry.get("inclusionProof"), "inclusionProof"))
    check_inclusion(body, proof, log)
    kind = as_object(entry.get("kindVersion"), "kindVersion")
    check_body(body, as_string(kind.get("kind"), "kind"), as_string(kind.get("version"), "version"), signed)
    return Logged(log=log, index=proof.index, time=_promised_time(entry, log))


def _promised_time(entry: JsonObject, log: LogKey) -> datetime | None:
    """The integration time, when the log signed it; an unsigned time is no time (CVE-2026-48816)."""
    promise = entry.get("inclusionPromise")
    seconds = _number(entry.get("integratedTime", "0"), "integratedTime")
    if promise is None:
        return None
    signature = decode_base64(
        as_object(promise, "inclusionPromise").get("signedEntryTimestamp"), "signedEntryTimestamp"
    )
    promised: JsonObject = {
        "body": as_string(entry.get("canonicalizedBody"), "canonicalizedBody"),
        "integratedTime": seconds,
        "logID": log.key_id.hex(),
        "logIndex": _number(entry.get("logIndex", "0"), "logIndex"),
    }
    if not log.key.verifies(signature, canonical(promised), "sha256" if log.key.hash_name else ""):
        raise LogFault("the log's promise of inclusion does not verify")
    if not seconds:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise LogFault("the log's time is no time") from None
    if not log.window.holds(moment):
        raise LogFault(f"the log {log.name} is not trusted for the time of its entry")
    return moment


def _proof(table: JsonObject) -> Proof:
    checkpoint = as_object(table.get("checkpoint"), "checkpoint")
    hashes = as_list(table.get("hashes", []), "hashes")
    return Proof(
        index=_number(table.get("logIndex", "0"), "inclusionProof.logIndex"),
        size=_number(table.get("treeSize"), "inclusionProof.treeSize"),
        root=decode_base64(table.get("rootHash"), "inclusionProof.rootHash"),
        hashes=tuple(decode_base64(item, "inclusionProof.hashes[]") for item in hashes),
        checkpoint=as_string(checkpoint.get("envelope"), "checkpoint.envelope"),
    )


def _number(value: Json, where: str) -> int:
    """A protobuf 64-bit integer: a decimal text, or a number."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_NUMBER:
        raise DocumentError(f"{where} is no 64-bit number")
    return value
