"""An RFC 3161 timestamp authority that answers DER requests, honestly or as its faults say.

Faults, by name: `wrong-imprint`, `wrong-nonce`, `no-nonce`, `wrong-policy`, `rejection` (status 2), `no-token`
(granted, without a token), `wrong-signature`; over HTTP also those of the transport (see `loopback`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.simulators import der, keys
from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request

POLICY = "1.3.6.1.4.1.57264.2"
OTHER_POLICY = "1.3.6.1.4.1.99999.1"
REPLY_TYPE = "application/timestamp-reply"

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_HASHES = {f"2.16.840.1.101.3.4.2.{number}": name for number, name in ((1, "sha256"), (2, "sha384"), (3, "sha512"))}
_HASH_OIDS = {name: dotted for dotted, name in _HASHES.items()}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
_RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a TimeStampReq asks; the imprint and the nonce as DER, to be echoed."""

    imprint: bytes
    policy: bytes | None = None
    nonce: bytes | None = None
    certificates: bool = False


def parse_query(request: bytes) -> Query:
    """Read a DER TimeStampReq (RFC 3161, 2.4.1); ValueError when it is none."""
    outer = der.read(request)
    if len(outer) != 1 or outer[0].tag != der.SEQUENCE:
        raise ValueError("not a TimeStampReq")
    version, imprint, *rest = der.read(outer[0].content)
    if version.content != b"\x01" or imprint.tag != der.SEQUENCE:
        raise ValueError("not a TimeStampReq of version 1")
    found = {item.tag: item for item in rest}
    return Query(
        imprint=imprint.whole,
        policy=found[der.OID].whole if der.OID in found else None,
        nonce=found[der.INTEGER].whole if der.INTEGER in found else None,
        certificates=der.BOOLEAN in found and found[der.BOOLEAN].content != b"\x00",
    )


def imprint_of(data: bytes, hash_name: str = "sha256") -> bytes:
    """The DER MessageImprint of `data`."""
    return _imprint(hash_name, keys.digest(data, keys.HASHES[hash_name]))


def _imprint(hash_name: str, digest: bytes) -> bytes:
    return der.sequence(_algorithm(_HASH_OIDS[hash_name]), der.octets(digest))


def _algorithm(dotted: str) -> bytes:
    return der.sequence(der.oid(dotted))


@dataclass(slots=True, kw_only=True)
class TimestampAuthority:
    """Signs times. `chain` goes from its own certificate to its root.

    `embed` says whether the answer holds the certificate (None: as the request asks); `hash_name` is the digest of the
    signature, not of the imprint, which the request chooses. `clock` gives seconds since the epoch.
    """

    key: keys.PrivateKey
    chain: tuple[x509.Certificate, ...]
    clock: Callable[[], float] = time.time
    faults: Collection[str] = ()
    embed: bool | None = None
    embed_chain: bool = False
    policy: str = POLICY
    hash_name: str = "sha256"
    server: LoopbackServer | None = field(default=None, repr=False)

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate that signs the times."""
        return self.chain[0]

    @property
    def root(self) -> x509.Certificate:
        """The root to trust."""
        return self.chain[-1]

    @property
    def url(self) -> str:
        """The endpoint, while serve() runs."""
        if self.server is None:
            raise RuntimeError("the timestamp authority is not being served")
        return f"{self.server.url}/timestamp"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """(method, path) of every HTTP request since serve() began."""
        return self.server.requests if self.server else []

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Answer HTTP on a free port of 127.0.0.1; gives the endpoint's URL."""
        with LoopbackServer(self._answer, self._transport_fault) as self.server:
            yield self.url

    def _transport_fault(self, path: str) -> str | None:
        return next((name for name in self.faults if name in TRANSPORT_FAULTS), None)

    def _answer(self, request: Request) -> Reply:
        try:
            return Reply(status=201, body=self.respond(request.body), content_type=REPLY_TYPE)
        except ValueError as error:
            return Reply.of({"code": 400, "message": str(error)}, 400)

    def respond(self, request: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp."""
        query = parse_query(request)
        if "rejection" in self.faults:
            failure = der.element(der.BIT_STRING, b"\x05\x20")  # badRequest
            text = der.sequence(der.utf8("the request is refused"))
            return der.sequence(der.sequence(der.integer(2), text, failure))
        if "no-token" in self.faults:
            return der.sequence(der.sequence(der.integer(0)))
        return self._granted(query)

    def stamp(self, data: bytes, hash_name: str = "sha256", *, when: datetime | None = None) -> bytes:
        """A TimeStampResp over `data` without a request, with any digest as imprint and at any time."""
        query = Query(imprint=imprint_of(data, hash_name), certificates=True)
        return self._granted(query, when)

    def _granted(self, query: Query, when: datetime | None = None) -> bytes:
        now = when or datetime.fromtimestamp(int(self.clock()), UTC)
        return der.sequence(der.sequence(der.integer(0)), self._token(self._tst_info(query, now), query, now))

    def _tst_info(self, query: Query, now: datetime) -> bytes:
        """RFC 3161, 2.4.2, with an accuracy of one second."""
        imprint = _imprint("sha256", bytes(32)) if "wrong-imprint" in self.faults else query.imprint
        nonce = query.nonce or b""
        if nonce and "wrong-nonce" in self.faults:
            nonce = der.integer(secrets.randbits(63))
        elif "no-nonce" in self.faults:
            nonce = b""
        asked = query.policy or der.oid(self.policy)
        return der.sequence(
            der.integer(1),
            der.oid(OTHER_POLICY) if "wrong-policy" in self.faults else asked,
            imprint,
            der.integer(secrets.randbits(63)),
            der.generalized_time(now),
            der.sequence(der.integer(1)),
            nonce,
        )

    def _token(self, tst_info: bytes, query: Query, now: datetime) -> bytes:
        """A ContentInfo with SignedData of version 3 and one signer (RFC 5652, 5)."""
        digest_algorithm = _algorithm(_HASH_OIDS[self.hash_name])
        attributes = der.set_of(self._signed_attributes(tst_info, now))
        signature = keys.sign(self.key, attributes, keys.HASHES[self.hash_name])
        if "wrong-signature" in self.faults:
            signature = keys.sign(self.key, attributes + b"\x00", keys.HASHES[self.hash_name])
        signer = der.sequence(
            der.integer(1),
            der.sequence(self.certificate.issuer.public_bytes(), der.integer(self.certificate.serial_number)),
            digest_algorithm,
            der.explicit(0, der.read(attributes)[0].content),
            _algorithm(self._signature_algorithm()),
            der.octets(signature),
        )
        signed_data = der.sequence(
            der.integer(3),
            der.set_of([digest_algorithm]),
            der.sequence(der.oid(_TST_INFO), der.explicit(0, der.octets(tst_info))),
            self._certificates(query),
            der.set_of([signer]),
        )
        return der.sequence(der.oid(_SIGNED_DATA), der.explicit(0, signed_data))

    def _signed_attributes(self, tst_info: bytes, now: datetime) -> list[bytes]:
        leaf = self.certificate
        issuer = der.sequence(der.explicit(4, leaf.issuer.public_bytes()))
        identifier = der.sequence(
            der.octets(keys.digest(leaf.public_bytes(Encoding.DER), keys.HASHES["sha256"])),
            der.sequence(issuer, der.integer(leaf.serial_number)),
        )
        values = {
            _CONTENT_TYPE: der.oid(_TST_INFO),
            _SIGNING_TIME: der.utc_time(now),
            _MESSAGE_DIGEST: der.octets(keys.digest(tst_info, keys.HASHES[self.hash_name])),
            _SIGNING_CERTIFICATE_V2: der.sequence(der.sequence(identifier)),
        }
        return [der.sequence(der.oid(kind), der.set_of([value])) for kind, value in values.items()]

    def _certificates(self, query: Query) -> bytes:
        embed = query.certificates if self.embed is None else self.embed
        if not embed:
            return b""
        chosen = self.chain if self.embed_chain else self.chain[:1]
        return der.explicit(0, b"".join(sorted(item.public_bytes(Encoding.DER) for item in chosen)))

    def _signature_algorithm(self) -> str:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return _ECDSA[self.hash_name]
        if isinstance(self.key, rsa.RSAPrivateKey):
            return _RSA[self.hash_name]
        return "1.3.101.112"
