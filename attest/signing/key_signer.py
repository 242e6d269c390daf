"""Signing with a key that somebody holds, alone or named by a certificate, with timestamps and a log entry if asked.

Nothing leaves that does not verify: the signature, the certificate's key and validity, every timestamp and the log
entry are checked before the bundle is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attest.domain.bundle import Bundle, serialize_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.domain.strict_json import JsonObject
from attest.errors import UndecidedError
from attest.signing.dsse import pae
from attest.signing.signer import KeyHolder

Stamp = Callable[[bytes], bytes]
"""Signature → DER TimeStampResp that verifies."""
Record = Callable[[bytes, bytes, bytes], JsonObject]
"""Payload, signature, DER key or certificate → a log entry that verifies, as bundles hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySigner:
    """See `attest.signing.signer.Signer`. `certificates` are DER, the leaf first; without them the key stands alone."""

    holder: KeyHolder
    certificates: tuple[bytes, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    record: Record | None = None

    @property
    def id(self) -> str:
        """See `Signer.id`."""
        return self.holder.public.id

    def bundle(self, payload: bytes) -> bytes:
        """See `Signer.bundle`."""
        data = pae(PAYLOAD_TYPE, payload)
        public = self.holder.public
        signature = self.holder.sign(data)
        if not public.verifies(signature, data):
            raise UndecidedError(
                "the signer returned a signature that does not verify", hint="Check the signing device."
            )
        verifier = self.certificates[0] if self.certificates else public.der
        # The timestamps first: a log entry cannot be taken back when one of them fails.
        timestamps = [stamp(signature) for stamp in self.stamps]
        entries = [self.record(payload, signature, verifier)] if self.record else []
        return serialize_bundle(
            payload=payload,
            signature=signature,
            key_hint=public.hint,
            certificates=self.certificates,
            timestamps=timestamps,
            log_entries=entries,
        )

    def made(self, bundle: Bundle) -> bool:
        """See `Signer.made`."""
        if self.certificates:
            same = bundle.certificates == self.certificates
        else:
            same = bundle.material == "publicKey" and bundle.key_hint == self.holder.public.hint
        data = pae(bundle.payload_type, bundle.payload)
        return same and self.holder.public.verifies(bundle.signature, data)

    def complete(self, bundle: Bundle) -> bool:
        """See `Signer.complete`."""
        return len(bundle.timestamps) >= len(self.stamps) and (not self.record or bool(bundle.log_entries))
