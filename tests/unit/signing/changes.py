"""Changes of Sigstore bundles, each made of one or two small steps, for the tamper matrix."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attest.domain.attestation import RejectCode
from tests.simulators import der as asn1
from tests.simulators import keys
from tests.simulators.sigstore.state import b64
from tests.simulators.sigstore.tree import cosignature_line
from tests.unit.signing.material import (
    V01,
    V02,
    Document,
    Maker,
    der,
    entry_of,
    flipped,
    note_of,
    proof_of,
    set_note,
    stamps_of,
)

Change = Callable[[Document, Document, Maker], object]
LOG: RejectCode = "bad-log-entry"
TIME: RejectCode = "bad-timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamper:
    """One change; `code` and `reason` are what the refusal must say, and both are empty when the bundle still counts.

    `versions` are those of Rekor for which the case makes sense.
    """

    name: str
    change: Change
    code: RejectCode | None = None
    reason: str = ""
    versions: tuple[int, ...] = (1, 2)

    def __str__(self) -> str:
        return self.name


def put(place: Callable[[Document], Document], member: str, value: Any) -> Change:
    """Set one member."""
    return lambda bundle, other, maker: place(bundle).update({member: value})


def drop(place: Callable[[Document], Document], member: str) -> Change:
    """Remove one member."""
    return lambda bundle, other, maker: place(bundle).pop(member)


def borrow(place: Callable[[Document], Document], member: str) -> Change:
    """Take one member from the other bundle."""
    return lambda bundle, other, maker: place(bundle).update({member: place(other)[member]})


def flip(place: Callable[[Document], Document], member: str, at: int = -1) -> Change:
    """Change one bit of base64 text."""
    return lambda bundle, other, maker: place(bundle).update({member: flipped(place(bundle)[member], at)})


def renote(edit: Callable[[str], str]) -> Change:
    """Change the checkpoint's text."""
    return lambda bundle, other, maker: set_note(bundle, edit(note_of(bundle)))


def lines(edit: Callable[[list[str]], object]) -> Change:
    """Change the lines of the checkpoint."""

    def change(note: str) -> str:
        parts = note.split("\n")
        edit(parts)
        return "\n".join(parts)

    return renote(change)


def resigned(edit: Callable[[str], str]) -> Change:
    """Change the text of the checkpoint and have the log sign it, as a log that lies would."""

    def change(bundle: Document, other: Document, maker: Maker) -> None:
        text = edit(note_of(bundle).partition("\n\n")[0] + "\n")
        log = maker.instance.log
        signature = b64(log.key_id[:4] + keys.sign(log.key, text.encode()))
        set_note(bundle, f"{text}\n\u2014 {log.name} {signature}\n")

    return change


def certificate_of(document: Document) -> Document:
    found: Document = document["verificationMaterial"]["certificate"]
    return found


def envelope_of(document: Document) -> Document:
    found: Document = document["dsseEnvelope"]
    return found


def signature_of(document: Document) -> Document:
    found: Document = document["dsseEnvelope"]["signatures"][0]
    return found


def kind_of(document: Document) -> Document:
    found: Document = entry_of(document)["kindVersion"]
    return found


def promise_of(document: Document) -> Document:
    found: Document = entry_of(document)["inclusionPromise"]
    return found


def material_of(document: Document) -> Document:
    found: Document = document["verificationMaterial"]
    return found


def stamp_of(document: Document) -> Document:
    return stamps_of(document)[0]


def two_entries(bundle: Document, other: Document, maker: Maker) -> None:
    material_of(bundle)["tlogEntries"].append(entry_of(other))


def twice(bundle: Document, other: Document, maker: Maker) -> None:
    stamps_of(bundle).append(dict(stamp_of(bundle)))


def also_the_other_stamp(bundle: Document, other: Document, maker: Maker) -> None:
    stamps_of(bundle).append(stamp_of(other))


def longer_stamp(bundle: Document, other: Document, maker: Maker) -> None:
    """A byte after the timestamp."""
    stamp_of(bundle)["signedTimestamp"] = b64(base64.b64decode(stamp_of(bundle)["signedTimestamp"]) + b"\0")


def short_log_id(bundle: Document, other: Document, maker: Maker) -> None:
    """The four bytes that a checkpoint gives as its key hint."""
    entry_of(bundle)["logId"].update(keyId=b64(maker.instance.log.key_id[:4]))


def rejected_stamp(bundle: Document, other: Document, maker: Maker) -> None:
    """A timestamp that its authority did not grant, with a good token."""
    token = asn1.read(asn1.read(base64.b64decode(stamp_of(bundle)["signedTimestamp"]))[0].content)[1].whole
    stamp_of(bundle)["signedTimestamp"] = b64(asn1.sequence(asn1.sequence(asn1.integer(2)), token))


def reserialized(bundle: Document, other: Document, maker: Maker) -> None:
    """The same body spelled in another way: other bytes, so another leaf."""
    body = json.loads(base64.b64decode(entry_of(bundle)["canonicalizedBody"]))
    entry_of(bundle)["canonicalizedBody"] = b64(json.dumps(body, indent=1).encode())


def no_time(bundle: Document, other: Document, maker: Maker) -> None:
    material_of(bundle).pop("timestampVerificationData")
    entry_of(bundle).pop("inclusionPromise", None)


def unsigned_time(bundle: Document, other: Document, maker: Maker) -> None:
    """CVE-2026-48816: an integration time that nobody signed."""
    no_time(bundle, other, maker)
    entry_of(bundle)["integratedTime"] = str(int(maker.instance.clock()))


def stranger_note(bundle: Document, other: Document, maker: Maker) -> None:
    """Cosigned by a witness that nobody knows, and by nobody else."""
    text = note_of(bundle).partition("\n\n")[0] + "\n"
    set_note(bundle, f"{text}\n{cosignature_line(text, 'witness.example', 1)}")


def forged_note(bundle: Document, other: Document, maker: Maker) -> None:
    """Signed by another key under the log's name and key hint."""
    text = note_of(bundle).partition("\n\n")[0] + "\n"
    log = maker.instance.log
    signature = b64(log.key_id[:4] + keys.sign(log.forger, text.encode()))
    set_note(bundle, f"{text}\n\u2014 {log.name} {signature}\n")


def signed_twice(bundle: Document, other: Document, maker: Maker) -> None:
    """A forged signature before the good one."""
    good = note_of(bundle).partition("\n\n")[2]
    forged_note(bundle, other, maker)
    set_note(bundle, note_of(bundle) + good)


def v01_without_promise(bundle: Document, other: Document, maker: Maker) -> None:
    bundle["mediaType"] = V01
    entry_of(bundle).pop("inclusionPromise", None)


def v01_with_null(bundle: Document, other: Document, maker: Maker) -> None:
    bundle["mediaType"] = V01
    entry_of(bundle)["inclusionPromise"] = None


def root_inside(bundle: Document, other: Document, maker: Maker) -> None:
    chain = [base64.b64decode(certificate_of(bundle)["rawBytes"])]
    chain += [der(maker.instance.fulcio_intermediate), der(maker.instance.fulcio_root)]
    del material_of(bundle)["certificate"]
    material_of(bundle)["x509CertificateChain"] = {"certificates": [{"rawBytes": b64(item)} for item in chain]}
    bundle["mediaType"] = V02


def hashes(edit: Callable[[list[str]], object]) -> Change:
    return lambda bundle, other, maker: edit(proof_of(bundle)["hashes"])


def cosigned(bundle: Document, other: Document, maker: Maker) -> None:
    note = note_of(bundle)
    text = note.partition("\n\n")[0] + "\n"
    set_note(bundle, note + cosignature_line(text, "witness.example", 1))


def line(text: str, number: int, edit: Callable[[str], str]) -> str:
    parts = text.split("\n")
    parts[number] = edit(parts[number])
    return "\n".join(parts)
