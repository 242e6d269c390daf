"""The tamper matrix of Sigstore bundles: one change per case, and what the product must say about it.

Each case edits a good DSSE bundle (one log entry, one timestamp); `other` is a second good bundle of the same instance,
by the same signer, over another statement.
"""

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


def _certificate(document: Document) -> Document:
    found: Document = document["verificationMaterial"]["certificate"]
    return found


def _envelope(document: Document) -> Document:
    found: Document = document["dsseEnvelope"]
    return found


def _signature(document: Document) -> Document:
    found: Document = document["dsseEnvelope"]["signatures"][0]
    return found


def _kind(document: Document) -> Document:
    found: Document = entry_of(document)["kindVersion"]
    return found


def _promise(document: Document) -> Document:
    found: Document = entry_of(document)["inclusionPromise"]
    return found


def _material(document: Document) -> Document:
    found: Document = document["verificationMaterial"]
    return found


def _stamp(document: Document) -> Document:
    return stamps_of(document)[0]


def _two_entries(bundle: Document, other: Document, maker: Maker) -> None:
    _material(bundle)["tlogEntries"].append(entry_of(other))


def _twice(bundle: Document, other: Document, maker: Maker) -> None:
    stamps_of(bundle).append(dict(_stamp(bundle)))


def _also_the_other_stamp(bundle: Document, other: Document, maker: Maker) -> None:
    stamps_of(bundle).append(_stamp(other))


def _rejected_stamp(bundle: Document, other: Document, maker: Maker) -> None:
    """A timestamp that its authority did not grant, with a good token."""
    token = asn1.read(asn1.read(base64.b64decode(_stamp(bundle)["signedTimestamp"]))[0].content)[1].whole
    _stamp(bundle)["signedTimestamp"] = b64(asn1.sequence(asn1.sequence(asn1.integer(2)), token))


def _reserialized(bundle: Document, other: Document, maker: Maker) -> None:
    """The same body spelled in another way: other bytes, so another leaf."""
    body = json.loads(base64.b64decode(entry_of(bundle)["canonicalizedBody"]))
    entry_of(bundle)["canonicalizedBody"] = b64(json.dumps(body, indent=1).encode())


def _no_time(bundle: Document, other: Document, maker: Maker) -> None:
    _material(bundle).pop("timestampVerificationData")
    entry_of(bundle).pop("inclusionPromise", None)


def _unsigned_time(bundle: Document, other: Document, maker: Maker) -> None:
    """CVE-2026-48816: an integration time that nobody signed."""
    _no_time(bundle, other, maker)
    entry_of(bundle)["integratedTime"] = str(int(maker.instance.clock()))


def _stranger_note(bundle: Document, other: Document, maker: Maker) -> None:
    """Cosigned by a witness that nobody knows, and by nobody else."""
    text = note_of(bundle).partition("\n\n")[0] + "\n"
    set_note(bundle, f"{text}\n{cosignature_line(text, 'witness.example', 1)}")


def _forged_note(bundle: Document, other: Document, maker: Maker) -> None:
    """Signed by another key under the log's name and key hint."""
    text = note_of(bundle).partition("\n\n")[0] + "\n"
    log = maker.instance.log
    signature = b64(log.key_id[:4] + keys.sign(log.forger, text.encode()))
    set_note(bundle, f"{text}\n\u2014 {log.name} {signature}\n")


def _signed_twice(bundle: Document, other: Document, maker: Maker) -> None:
    """A forged signature before the good one."""
    good = note_of(bundle).partition("\n\n")[2]
    _forged_note(bundle, other, maker)
    set_note(bundle, note_of(bundle) + good)


def _v01_without_promise(bundle: Document, other: Document, maker: Maker) -> None:
    bundle["mediaType"] = V01
    entry_of(bundle).pop("inclusionPromise", None)


def _v01_with_null(bundle: Document, other: Document, maker: Maker) -> None:
    bundle["mediaType"] = V01
    entry_of(bundle)["inclusionPromise"] = None


def _root_inside(bundle: Document, other: Document, maker: Maker) -> None:
    chain = [base64.b64decode(_certificate(bundle)["rawBytes"])]
    chain += [der(maker.instance.fulcio_intermediate), der(maker.instance.fulcio_root)]
    del _material(bundle)["certificate"]
    _material(bundle)["x509CertificateChain"] = {"certificates": [{"rawBytes": b64(item)} for item in chain]}
    bundle["mediaType"] = V02


def _hashes(edit: Callable[[list[str]], object]) -> Change:
    return lambda bundle, other, maker: edit(proof_of(bundle)["hashes"])


def _cosigned(bundle: Document, other: Document, maker: Maker) -> None:
    note = note_of(bundle)
    text = note.partition("\n\n")[0] + "\n"
    set_note(bundle, note + cosignature_line(text, "witness.example", 1))


MALFORMED = "a log entry is malformed"

MATRIX: tuple[Tamper, ...] = (
    Tamper(name="unchanged", change=lambda bundle, other, maker: None),
    # The signature
    Tamper(name="payload of another", change=borrow(_envelope, "payload"), code="bad-signature"),
    Tamper(name="payload flipped", change=flip(_envelope, "payload"), code="bad-signature"),
    Tamper(name="signature of another", change=borrow(_signature, "sig"), code="bad-signature"),
    Tamper(name="signature flipped", change=flip(_signature, "sig"), code="bad-signature"),
    Tamper(name="certificate flipped", change=flip(_certificate, "rawBytes"), code=LOG, reason="another key or cert"),
    Tamper(
        name="certificate of another",
        change=borrow(_certificate, "rawBytes"),
        code=LOG,
        reason="holds another key or certificate",
    ),
    # The entry as a whole
    Tamper(name="no entry", change=put(_material, "tlogEntries", []), code=LOG, reason="no entry"),
    Tamper(name="entries left out", change=drop(_material, "tlogEntries"), code=LOG, reason="no entry"),
    Tamper(
        name="entry of another artifact",
        change=lambda bundle, other, maker: _material(bundle).update(tlogEntries=[entry_of(other)]),
        code=LOG,
        reason="about ",
    ),
    Tamper(name="a second entry of another artifact", change=_two_entries, code=LOG, reason="about "),
    # The body
    Tamper(name="body of another", change=borrow(entry_of, "canonicalizedBody"), code=LOG, reason="does not lead to"),
    Tamper(name="body flipped", change=flip(entry_of, "canonicalizedBody"), code=LOG, reason="does not lead to"),
    Tamper(name="body spelled anew", change=_reserialized, code=LOG, reason="does not lead to"),
    Tamper(name="body left out", change=drop(entry_of, "canonicalizedBody"), code=LOG, reason=MALFORMED),
    Tamper(name="body no base64", change=put(entry_of, "canonicalizedBody", "e30"), code=LOG, reason=MALFORMED),
    # The log
    Tamper(
        name="log id unknown",
        change=put(lambda b: entry_of(b)["logId"], "keyId", "QQ=="),
        code=LOG,
        reason="of a log that is not trusted",
    ),
    Tamper(
        name="log id flipped",
        change=flip(lambda b: entry_of(b)["logId"], "keyId", 0),
        code=LOG,
        reason="of a log that is not trusted",
    ),
    Tamper(
        name="log id cut short",
        change=lambda bundle, other, maker: entry_of(bundle)["logId"].update(keyId=b64(maker.instance.log.key_id[:4])),
        code=LOG,
        reason="of a log that is not trusted",
    ),
    Tamper(name="log id left out", change=drop(entry_of, "logId"), code=LOG, reason=MALFORMED),
    Tamper(
        name="log id of the other log",
        change=lambda bundle, other, maker: entry_of(bundle)["logId"].update(
            keyId=b64((maker.instance.rekor2 if maker.version == 1 else maker.instance.rekor1).key_id)
        ),
        code=LOG,
        reason="checkpoint",
    ),
    # The proof
    Tamper(name="proof left out", change=drop(entry_of, "inclusionProof"), code=LOG, reason=MALFORMED),
    Tamper(name="proof empty", change=put(entry_of, "inclusionProof", {}), code=LOG, reason=MALFORMED),
    Tamper(
        name="hash flipped",
        change=_hashes(lambda h: h.__setitem__(0, flipped(h[0]))),
        code=LOG,
        reason="does not lead to",
    ),
    Tamper(name="hash dropped", change=_hashes(lambda h: h.pop()), code=LOG, reason="does not lead to"),
    Tamper(name="hash added", change=_hashes(lambda h: h.append(b64(bytes(32)))), code=LOG, reason="does not lead to"),
    Tamper(
        name="hash too short", change=_hashes(lambda h: h.__setitem__(0, b64(bytes(31)))), code=LOG, reason="malformed"
    ),
    Tamper(
        name="too many hashes", change=_hashes(lambda h: h.extend([b64(bytes(32))] * 65)), code=LOG, reason="malformed"
    ),
    Tamper(name="hashes no list", change=put(proof_of, "hashes", "QQ=="), code=LOG, reason=MALFORMED),
    Tamper(name="root hash flipped", change=flip(proof_of, "rootHash"), code=LOG, reason="does not lead to"),
    Tamper(name="root hash of another", change=borrow(proof_of, "rootHash"), code=LOG, reason="does not lead to"),
    Tamper(name="root hash left out", change=drop(proof_of, "rootHash"), code=LOG, reason=MALFORMED),
    Tamper(name="proof index of another", change=put(proof_of, "logIndex", "0"), code=LOG, reason="does not lead to"),
    Tamper(
        name="proof index beyond",
        change=lambda b, o, m: proof_of(b).update(logIndex=proof_of(b)["treeSize"]),
        code=LOG,
        reason="outside its tree",
    ),
    Tamper(name="proof index negative", change=put(proof_of, "logIndex", "-1"), code=LOG, reason=MALFORMED),
    Tamper(name="proof index beyond 64 bits", change=put(proof_of, "logIndex", str(2**64)), code=LOG, reason=MALFORMED),
    Tamper(name="proof index no number", change=put(proof_of, "logIndex", "1.0"), code=LOG, reason=MALFORMED),
    Tamper(name="proof index true", change=put(proof_of, "logIndex", True), code=LOG, reason=MALFORMED),
    Tamper(
        name="tree size larger",
        change=lambda b, o, m: proof_of(b).update(treeSize=str(2 * int(proof_of(b)["treeSize"]) + 64)),
        code=LOG,
        reason="does not lead to",
    ),
    Tamper(name="tree size zero", change=put(proof_of, "treeSize", "0"), code=LOG, reason="outside its tree"),
    Tamper(name="tree size left out", change=drop(proof_of, "treeSize"), code=LOG, reason=MALFORMED),
    Tamper(name="proof of another", change=borrow(entry_of, "inclusionProof"), code=LOG, reason="does not lead to"),
    # The checkpoint
    Tamper(name="checkpoint left out", change=drop(proof_of, "checkpoint"), code=LOG, reason=MALFORMED),
    Tamper(name="checkpoint empty", change=renote(lambda note: ""), code=LOG, reason="no signed note"),
    Tamper(
        name="checkpoint of another tree head",
        change=borrow(proof_of, "checkpoint"),
        code=LOG,
        reason="root of the inclusion proof",
    ),
    Tamper(
        name="checkpoint size changed",
        change=lines(lambda t: t.__setitem__(1, "9" + t[1])),
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="checkpoint root changed",
        change=lines(lambda t: t.__setitem__(2, flipped(t[2]))),
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="checkpoint line added",
        change=lines(lambda t: t.insert(3, "more")),
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="checkpoint origin changed",
        change=lines(lambda t: t.__setitem__(0, "evil.example")),
        code=LOG,
        reason="checkpoint",
    ),
    Tamper(name="checkpoint origin empty", change=lines(lambda t: t.__setitem__(0, "")), code=LOG, reason="malformed"),
    Tamper(
        name="checkpoint key hint changed",
        change=lines(lambda t: t.__setitem__(-2, t[-2][: t[-2].rindex(" ") + 1] + flipped(t[-2].split(" ")[2], 0))),
        code=LOG,
        reason="not signed by the log",
    ),
    Tamper(
        name="checkpoint signature changed",
        change=lines(lambda t: t.__setitem__(-2, t[-2][: t[-2].rindex(" ") + 1] + flipped(t[-2].split(" ")[2]))),
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="checkpoint signer renamed",
        change=lines(lambda t: t.__setitem__(-2, t[-2].replace("sigstore.loopback", "evil.example"))),
        code=LOG,
        reason="not signed by the log",
    ),
    Tamper(
        name="checkpoint without signatures",
        change=renote(lambda note: note.partition("\n\n")[0] + "\n\n"),
        code=LOG,
        reason="malformed signature line",
    ),
    Tamper(
        name="checkpoint signature line cut", change=renote(lambda note: note[:-1]), code=LOG, reason="no signed note"
    ),
    Tamper(
        name="checkpoint with a hyphen for a dash",
        change=renote(lambda note: note.replace("\u2014", "-")),
        code=LOG,
        reason="malformed signature line",
    ),
    Tamper(
        name="checkpoint with a line of noise",
        change=renote(lambda note: note + "noise\n"),
        code=LOG,
        reason="malformed signature line",
    ),
    Tamper(
        name="checkpoint with another empty line",
        change=renote(lambda note: note + "\n"),
        code=LOG,
        reason="checkpoint",
    ),
    Tamper(
        name="checkpoint with a third part",
        change=renote(lambda note: note + "\n" + note),
        code=LOG,
        reason="no signed note",
    ),
    Tamper(
        name="checkpoint too long",
        change=renote(lambda note: note + "\u2014 w.example QQ==\n" * 5_000),
        code=LOG,
        reason="no signed note",
    ),
    Tamper(
        name="checkpoint with too many signatures",
        change=renote(lambda note: note + "\u2014 w.example QUFBQUFB\n" * 100),
        code=LOG,
        reason="malformed",
    ),
    Tamper(name="checkpoint by a stranger alone", change=_stranger_note, code=LOG, reason="not signed by the log"),
    Tamper(name="checkpoint by another key", change=_forged_note, code=LOG, reason="signature on the checkpoint"),
    Tamper(
        name="checkpoint signed twice, once by another key",
        change=_signed_twice,
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="signed checkpoint of another size",
        change=resigned(lambda text: _line(text, 1, lambda size: str(int(size) + 1))),
        code=LOG,
        reason="another size",
    ),
    Tamper(
        name="signed checkpoint of another root",
        change=resigned(lambda text: _line(text, 2, flipped)),
        code=LOG,
        reason="root of the inclusion proof",
    ),
    Tamper(
        name="signed checkpoint without a size",
        change=resigned(lambda text: _line(text, 1, lambda size: "x")),
        code=LOG,
        reason="malformed",
    ),
    Tamper(
        name="signed checkpoint with a padded size",
        change=resigned(lambda text: _line(text, 1, lambda size: "0" + size)),
        code=LOG,
        reason="malformed",
    ),
    Tamper(
        name="signed checkpoint of another origin",
        change=resigned(lambda text: _line(text, 0, lambda origin: "evil.example")),
        code=LOG,
        reason="checkpoint",
    ),
    Tamper(name="checkpoint with a cosignature besides", change=_cosigned),
    # The kind
    Tamper(name="kind of another", change=put(_kind, "kind", "intoto"), code=LOG, reason="another kind"),
    Tamper(name="version of another", change=put(_kind, "version", "0.0.3"), code=LOG, reason="another kind"),
    Tamper(name="kind left out", change=drop(entry_of, "kindVersion"), code=LOG, reason=MALFORMED),
    # The promise
    Tamper(
        name="promise flipped",
        change=flip(_promise, "signedEntryTimestamp"),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(
        name="promise of another",
        change=borrow(entry_of, "inclusionPromise"),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(name="promise empty", change=put(entry_of, "inclusionPromise", {}), code=LOG, reason=MALFORMED),
    Tamper(
        name="promise of nonsense",
        change=put(entry_of, "inclusionPromise", {"signedEntryTimestamp": "QQ=="}),
        code=LOG,
        reason="promise of inclusion does not verify",
    ),
    Tamper(
        name="promised time changed",
        change=lambda b, o, m: entry_of(b).update(integratedTime=str(int(entry_of(b)["integratedTime"]) - 1)),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(
        name="promised time zero",
        change=put(entry_of, "integratedTime", "0"),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(
        name="promised time left out",
        change=drop(entry_of, "integratedTime"),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(name="promised time negative", change=put(entry_of, "integratedTime", "-1"), code=LOG, reason=MALFORMED),
    Tamper(
        name="promised index changed",
        change=lambda b, o, m: entry_of(b).update(logIndex=str(int(entry_of(b)["logIndex"]) + 1)),
        code=LOG,
        reason="promise of inclusion does not verify",
        versions=(1,),
    ),
    Tamper(name="promise removed", change=drop(entry_of, "inclusionPromise"), versions=(1,)),
    Tamper(name="unsigned index changed", change=put(entry_of, "logIndex", "12345"), versions=(2,)),
    Tamper(name="unsigned time changed", change=put(entry_of, "integratedTime", "1"), versions=(2,)),
    # Timestamps
    Tamper(name="timestamp removed", change=drop(_material, "timestampVerificationData"), versions=(1,)),
    Tamper(
        name="timestamp removed, no other time",
        change=drop(_material, "timestampVerificationData"),
        code="no-time",
        reason="nothing trusted says when",
        versions=(2,),
    ),
    Tamper(
        name="timestamps empty, no other time",
        change=lambda b, o, m: stamps_of(b).clear(),
        code="no-time",
        reason="nothing trusted says when",
        versions=(2,),
    ),
    Tamper(name="timestamp flipped", change=flip(_stamp, "signedTimestamp"), code=TIME),
    Tamper(name="timestamp flipped inside", change=flip(_stamp, "signedTimestamp", 100), code=TIME),
    Tamper(name="timestamp of another", change=borrow(_stamp, "signedTimestamp"), code=TIME),
    Tamper(name="timestamp of another besides", change=_also_the_other_stamp, code=TIME),
    Tamper(name="timestamp twice", change=_twice, code=TIME, reason="stands in it twice"),
    Tamper(name="timestamp no DER", change=put(_stamp, "signedTimestamp", "QQ=="), code=TIME, reason="cannot be read"),
    Tamper(
        name="timestamp with bytes after it",
        change=lambda b, o, m: _stamp(b).update(
            signedTimestamp=b64(base64.b64decode(_stamp(b)["signedTimestamp"]) + b"\0")
        ),
        code=TIME,
        reason="cannot be read",
    ),
    Tamper(name="timestamp not granted", change=_rejected_stamp, code=TIME),
    Tamper(
        name="timestamp too long",
        change=put(_stamp, "signedTimestamp", b64(bytes(256 * 1024 + 1))),
        code=TIME,
        reason="bytes long",
    ),
    Tamper(name="no time at all", change=_no_time, code="no-time", reason="nothing trusted says when"),
    Tamper(name="an unsigned time alone", change=_unsigned_time, code="no-time", reason="nothing trusted says when"),
    # The form
    Tamper(
        name="v0.1 without promise",
        change=_v01_without_promise,
        code=LOG,
        reason="a bundle v0.1 needs the log's promise",
    ),
    Tamper(
        name="v0.1 with a promise of null",
        change=_v01_with_null,
        code=LOG,
        reason="a bundle v0.1 needs the log's promise",
    ),
    Tamper(name="root inside", change=_root_inside, code="bad-certificate", reason="could vouch for itself"),
)


def _line(text: str, number: int, edit: Callable[[str], str]) -> str:
    parts = text.split("\n")
    parts[number] = edit(parts[number])
    return "\n".join(parts)


def cases(version: int) -> list[Tamper]:
    """The cases that make sense with this version of Rekor."""
    return [case for case in MATRIX if version in case.versions]
