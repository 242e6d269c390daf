"""What the steps of `authenticate` share: the verdict on a bundle's signer, and the reasons against it."""

from __future__ import annotations

from dataclasses import dataclass

from attest.domain.attestation import LogEntry, RejectCode, SignedTime, Signer
from attest.domain.bundle import Bundle
from attest.signing.dsse import legacy_pae
from attest.signing.keys import Message
from attest.signing.trust import Trust

LEGACY_MARK = b"https://model_signing/Digests/v0.1"
LEGACY_NOTE = (
    "OMS v0.2: the signed bytes are Python's spelling of the statement, which nothing else writes, "
    "and neither exclusions nor links are recorded"
)


class Refused(Exception):  # noqa: N818 - a reason, turned into a Rejected by `verify`
    """Why a bundle does not count."""

    def __init__(self, code: RejectCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentic:
    """A bundle whose signature, times and identity hold; see the fields of the same names in `Attestation`.

    `key_kind` is the kind of the signing key, as `PublicKey.kind`.
    """

    bundle: Bundle
    signer: Signer
    key_kind: str
    times: tuple[SignedTime, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def legacy_message(bundle: Bundle, trust: Trust) -> Message | None:
    """What OMS v0.2 signed, when the caller admits it and the payload says that it is such a statement."""
    if not trust.legacy or LEGACY_MARK not in bundle.payload:
        return None
    return Message(data=legacy_pae(bundle.payload_type, bundle.payload))


def legacy_refused() -> Refused:
    """OMS v0.2 without the caller's word."""
    return Refused("legacy", f"it is a signature of an old form ({LEGACY_NOTE}); --allow-legacy admits such signatures")


def bad_signature() -> Refused:
    """The signature is not the signer's over these bytes."""
    return Refused("bad-signature", "the signature does not verify: the signed bytes or the signature were changed")
