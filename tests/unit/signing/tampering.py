"""The tamper matrix of Sigstore bundles: one change per case, and what the product must say about it.

Each case edits a good DSSE bundle (one log entry, one timestamp); `other` is a second good bundle of the same instance,
by the same signer, over another statement.
"""

from __future__ import annotations

from tests.simulators.sigstore.state import b64
from tests.unit.signing.changes import (
    LOG,
    TIME,
    Tamper,
    also_the_other_stamp,
    borrow,
    certificate_of,
    cosigned,
    drop,
    envelope_of,
    flip,
    forged_note,
    hashes,
    kind_of,
    line,
    lines,
    longer_stamp,
    material_of,
    no_time,
    promise_of,
    put,
    rejected_stamp,
    renote,
    reserialized,
    resigned,
    root_inside,
    short_log_id,
    signature_of,
    signed_twice,
    stamp_of,
    stranger_note,
    twice,
    two_entries,
    unsigned_time,
    v01_with_null,
    v01_without_promise,
)
from tests.unit.signing.material import entry_of, flipped, proof_of, stamps_of

MALFORMED = "a log entry is malformed"

MATRIX: tuple[Tamper, ...] = (
    Tamper(name="unchanged", change=lambda bundle, other, maker: None),
    # The signature
    Tamper(name="payload of another", change=borrow(envelope_of, "payload"), code="bad-signature"),
    Tamper(name="payload flipped", change=flip(envelope_of, "payload"), code="bad-signature"),
    Tamper(name="signature of another", change=borrow(signature_of, "sig"), code="bad-signature"),
    Tamper(name="signature flipped", change=flip(signature_of, "sig"), code="bad-signature"),
    Tamper(name="certificate flipped", change=flip(certificate_of, "rawBytes"), code=LOG, reason="another key or cert"),
    Tamper(
        name="certificate of another",
        change=borrow(certificate_of, "rawBytes"),
        code=LOG,
        reason="holds another key or certificate",
    ),
    # The entry as a whole
    Tamper(name="no entry", change=put(material_of, "tlogEntries", []), code=LOG, reason="no entry"),
    Tamper(name="entries left out", change=drop(material_of, "tlogEntries"), code=LOG, reason="no entry"),
    Tamper(
        name="entry of another artifact",
        change=lambda bundle, other, maker: material_of(bundle).update(tlogEntries=[entry_of(other)]),
        code=LOG,
        reason="about ",
    ),
    Tamper(name="a second entry of another artifact", change=two_entries, code=LOG, reason="about "),
    # The body
    Tamper(name="body of another", change=borrow(entry_of, "canonicalizedBody"), code=LOG, reason="does not lead to"),
    Tamper(name="body flipped", change=flip(entry_of, "canonicalizedBody"), code=LOG, reason="does not lead to"),
    Tamper(name="body spelled anew", change=reserialized, code=LOG, reason="does not lead to"),
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
    Tamper(name="log id cut short", change=short_log_id, code=LOG, reason="of a log that is not trusted"),
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
        change=hashes(lambda h: h.__setitem__(0, flipped(h[0]))),
        code=LOG,
        reason="does not lead to",
    ),
    Tamper(name="hash dropped", change=hashes(lambda h: h.pop()), code=LOG, reason="does not lead to"),
    Tamper(name="hash added", change=hashes(lambda h: h.append(b64(bytes(32)))), code=LOG, reason="does not lead to"),
    Tamper(
        name="hash too short", change=hashes(lambda h: h.__setitem__(0, b64(bytes(31)))), code=LOG, reason="malformed"
    ),
    Tamper(
        name="too many hashes", change=hashes(lambda h: h.extend([b64(bytes(32))] * 65)), code=LOG, reason="malformed"
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
    Tamper(name="checkpoint by a stranger alone", change=stranger_note, code=LOG, reason="not signed by the log"),
    Tamper(name="checkpoint by another key", change=forged_note, code=LOG, reason="signature on the checkpoint"),
    Tamper(
        name="checkpoint signed twice, once by another key",
        change=signed_twice,
        code=LOG,
        reason="signature on the checkpoint",
    ),
    Tamper(
        name="signed checkpoint of another size",
        change=resigned(lambda text: line(text, 1, lambda size: str(int(size) + 1))),
        code=LOG,
        reason="another size",
    ),
    Tamper(
        name="signed checkpoint of another root",
        change=resigned(lambda text: line(text, 2, flipped)),
        code=LOG,
        reason="root of the inclusion proof",
    ),
    Tamper(
        name="signed checkpoint without a size",
        change=resigned(lambda text: line(text, 1, lambda size: "x")),
        code=LOG,
        reason="malformed",
    ),
    Tamper(
        name="signed checkpoint with a padded size",
        change=resigned(lambda text: line(text, 1, lambda size: "0" + size)),
        code=LOG,
        reason="malformed",
    ),
    Tamper(
        name="signed checkpoint of another origin",
        change=resigned(lambda text: line(text, 0, lambda origin: "evil.example")),
        code=LOG,
        reason="checkpoint",
    ),
    Tamper(name="checkpoint with a cosignature besides", change=cosigned),
    # The kind
    Tamper(name="kind of another", change=put(kind_of, "kind", "intoto"), code=LOG, reason="another kind"),
    Tamper(name="version of another", change=put(kind_of, "version", "0.0.3"), code=LOG, reason="another kind"),
    Tamper(name="kind left out", change=drop(entry_of, "kindVersion"), code=LOG, reason=MALFORMED),
    # The promise
    Tamper(
        name="promise flipped",
        change=flip(promise_of, "signedEntryTimestamp"),
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
    Tamper(name="timestamp removed", change=drop(material_of, "timestampVerificationData"), versions=(1,)),
    Tamper(
        name="timestamp removed, no other time",
        change=drop(material_of, "timestampVerificationData"),
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
    Tamper(name="timestamp flipped", change=flip(stamp_of, "signedTimestamp"), code=TIME),
    Tamper(name="timestamp flipped inside", change=flip(stamp_of, "signedTimestamp", 100), code=TIME),
    Tamper(name="timestamp of another", change=borrow(stamp_of, "signedTimestamp"), code=TIME),
    Tamper(name="timestamp of another besides", change=also_the_other_stamp, code=TIME),
    Tamper(name="timestamp twice", change=twice, code=TIME, reason="stands in it twice"),
    Tamper(
        name="timestamp no DER", change=put(stamp_of, "signedTimestamp", "QQ=="), code=TIME, reason="cannot be read"
    ),
    Tamper(name="timestamp with bytes after it", change=longer_stamp, code=TIME, reason="cannot be read"),
    Tamper(name="timestamp not granted", change=rejected_stamp, code=TIME),
    Tamper(
        name="timestamp too long",
        change=put(stamp_of, "signedTimestamp", b64(bytes(256 * 1024 + 1))),
        code=TIME,
        reason="bytes long",
    ),
    Tamper(name="no time at all", change=no_time, code="no-time", reason="nothing trusted says when"),
    Tamper(name="an unsigned time alone", change=unsigned_time, code="no-time", reason="nothing trusted says when"),
    # The form
    Tamper(
        name="v0.1 without promise",
        change=v01_without_promise,
        code=LOG,
        reason="a bundle v0.1 needs the log's promise",
    ),
    Tamper(
        name="v0.1 with a promise of null",
        change=v01_with_null,
        code=LOG,
        reason="a bundle v0.1 needs the log's promise",
    ),
    Tamper(name="root inside", change=root_inside, code="bad-certificate", reason="could vouch for itself"),
)


def cases(version: int) -> list[Tamper]:
    """The cases that make sense with this version of Rekor."""
    return [case for case in MATRIX if version in case.versions]
