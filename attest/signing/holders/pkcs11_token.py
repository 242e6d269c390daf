"""Key holder: a private key on a PKCS#11 token (a smart card, a YubiKey, an HSM, SoftHSM).

Invariants: the hash is made here and the token signs the digest; what it answers is verified at once; every call has a
session of its own, which it closes; exactly one token and one key match, or none is used; no error holds the PIN.
Sources: PKCS #11 v2.40, current mechanisms 2.1.4 (CKM_RSA_PKCS) and 2.3.1 (CKM_ECDSA); RFC 7512 for the URI.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from attest.errors import AttestError, InputError, KeyFileError, UndecidedError
from attest.signing.holders.pkcs11_uri import Pkcs11Uri, checked_pin, parse_pkcs11_uri, read_pin
from attest.signing.keys import AnyPublicKey, PublicKey, as_public_key
from attest.signing.signer import Password

try:
    import pkcs11
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
    from pkcs11 import exceptions as p11
    from pkcs11.types import SignMixin
except ImportError:
    raise InputError(
        "a key on a PKCS#11 token needs the package python-pkcs11, which is not installed",
        hint="Install it: pip install 'attest-ml[pkcs11]'",
    ) from None

if TYPE_CHECKING:
    from pkcs11 import Object, PrivateKey, Session, Token

MAX_OBJECTS = 256
MAX_SHOWN = 16
MAX_ATTRIBUTE = 64 * 1024
# DER of CKA_EC_PARAMS: the named curve's object identifier.
_CURVES: dict[bytes, ec.EllipticCurve] = {
    bytes.fromhex("06082a8648ce3d030107"): ec.SECP256R1(),
    bytes.fromhex("06052b81040022"): ec.SECP384R1(),
    bytes.fromhex("06052b81040023"): ec.SECP521R1(),
}
# DER of a DigestInfo up to the digest (RFC 8017 section 9.2, note 1).
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
# A login holds for all sessions of a process with a token, so that one call's end would log another out.
_ONE_AT_A_TIME = threading.RLock()
_GONE = (p11.TokenNotPresent, p11.DeviceRemoved, p11.SessionHandleInvalid, p11.SessionClosed, p11.SlotIDInvalid)
_MEANINGS: dict[type[p11.PKCS11Error], str] = {
    p11.PinIncorrect: "the PIN is wrong",
    p11.PinInvalid: "the PIN is wrong",
    p11.PinLenRange: "the PIN is wrong: it is too short or too long",
    p11.PinLocked: "the token is locked after too many wrong PINs; unlock it with its own tool",
    p11.PinExpired: "the PIN has expired; set a new one with the token's own tool",
    p11.UserPinNotInitialized: "the token has no PIN yet; set one with its own tool",
    p11.UserAlreadyLoggedIn: "this program is already logged in to the token",
    p11.UserNotLoggedIn: "the token wants a PIN",
    p11.TokenNotRecognised: "the token is not recognised",
    p11.MechanismInvalid: "the token cannot sign digests with this key",
    p11.KeyTypeInconsistent: "the token cannot sign digests with this key",
    p11.KeySizeRange: "the token cannot sign digests with this key",
    p11.DataLenRange: "the token cannot sign digests of this size",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Key:
    """A key on a token; see `attest.signing.signer.KeyHolder`. `certificates` are what the token has for it, in DER."""

    public: PublicKey
    certificates: tuple[bytes, ...]
    uri: Pkcs11Uri
    pin: str | None = field(repr=False)

    def certificate(self) -> bytes | None:
        """The one certificate, None when there is none. Raises KeyFileError when there are several."""
        if len(self.certificates) > 1:
            raise KeyFileError(
                f"the token has {len(self.certificates)} certificates for the key that the PKCS#11 URI names",
                hint="Leave one with the key's id, or give the certificate as a file.",
            )
        return self.certificates[0] if self.certificates else None

    def sign(self, data: bytes) -> bytes:
        """See `KeyHolder.sign`. Raises UndecidedError when the token is gone, or its answer does not verify."""
        with _session(self.uri, lambda _: self.pin) as session:
            signature = _sign(_private_key(session, self.uri), self.public, data, self.pin)
        if not self.public.verifies(signature, data):
            raise UndecidedError(
                f"the token's signature does not verify with its public key {self.public.id}",
                hint="The public key or certificate beside the private key is another's: give them one id.",
            )
        return signature


def open_pkcs11(uri: str, password: Password | None = None) -> Pkcs11Key:
    """Find the one private key that a PKCS#11 URI names, and its public half.

    The PIN comes from the URI's pin-source, else `password` is asked with the token's label. Raises InputError for the
    URI, KeyFileError when the module, token, key or PIN cannot be used, UndecidedError when the token is gone or fails.
    """
    where = parse_pkcs11_uri(uri)
    pins: list[str] = []

    def pin_for(label: str) -> str | None:
        pin = _pin(where, password, label)
        if pin is not None:
            pins.append(pin)
        return pin

    with _session(where, pin_for) as session:
        private = _private_key(session, where)
        certificates = _certificates(session, private)
        public = _public_key(session, private, certificates)
    return Pkcs11Key(public=public, certificates=certificates, uri=where, pin=pins[0] if pins else None)


def certificate_of(uri: str, password: Password | None = None) -> bytes | None:
    """The DER certificate that the token keeps for the key, None when there is none.

    Raises what `open_pkcs11` does, and KeyFileError when there are several.
    """
    return open_pkcs11(uri, password).certificate()


def _pin(where: Pkcs11Uri, password: Password | None, label: str) -> str | None:
    if where.pin_source is not None:
        return read_pin(where.pin_source)
    if password is None:
        raise KeyFileError(
            f"the token {label!r} wants a PIN and none was given",
            hint="Set ATTEST_PKCS11_PIN, add pin-source=file:PATH to the URI, or run in a terminal to be asked.",
        )
    return checked_pin(password(label), f"the PIN for the token {label!r}")


@contextmanager
def _session(where: Pkcs11Uri, pin_for: Callable[[str], str | None]) -> Iterator[Session]:
    """A session, logged in where the token wants it; the module's own exceptions become ours."""
    with _ONE_AT_A_TIME:
        module = _load(where.module)
        label = ""
        try:
            token = _token(module, where)
            label = token.label
            pin = pin_for(label) if TokenFlag.LOGIN_REQUIRED in token.flags else None
            with token.open(user_pin=pin) as session:
                yield session
        except p11.PKCS11Error as error:
            raise _explained(error, f"the token {label!r}" if label else f"the module {where.module!r}") from error


def _load(path: str) -> Any:
    try:
        # One library under two names would be initialised twice, which it refuses.
        return pkcs11.lib(os.path.realpath(path))
    except (p11.PKCS11Error, OSError) as error:
        raise KeyFileError(
            f"{path!r} cannot be loaded as a PKCS#11 module", hint="Check module-path or module-name, and its settings."
        ) from error


def _explained(error: p11.PKCS11Error, what: str) -> AttestError:
    name = type(error).__name__
    if isinstance(error, _GONE):
        return UndecidedError(f"{what} was removed or reset ({name})", hint="Insert it and run this again.")
    meaning = _MEANINGS.get(type(error))
    if meaning is None:
        return UndecidedError(f"{what} fails ({name})", hint="Check the token with its own tool, then run this again.")
    hint = "Wrong PINs lock a token: check it before the next try." if "is wrong" in meaning else ""
    return KeyFileError(f"{what}: {meaning} ({name})", hint=hint)


def _token(module: Any, where: Pkcs11Uri) -> Token:
    tokens = list(_tokens(module))
    matching = [token for token in tokens if _is_meant(token, where)]
    if len(matching) == 1:
        return matching[0]
    found = "no token matches" if not matching else f"{len(matching)} tokens match"
    raise KeyFileError(
        f"{found} the PKCS#11 URI; the module has {_listed([token.label for token in tokens])}",
        hint="Name one with token=, or with serial= where labels are equal.",
    )


def _tokens(module: Any) -> Iterator[Token]:
    for slot in module.get_slots(token_present=True)[:MAX_OBJECTS]:
        try:
            token: Token = slot.get_token()
        except (p11.TokenNotPresent, p11.TokenNotRecognised):
            continue
        if TokenFlag.TOKEN_INITIALIZED in token.flags:
            yield token


def _is_meant(token: Token, where: Pkcs11Uri) -> bool:
    has = {
        "token": token.label,
        "serial": token.serial.decode("utf-8", "replace").rstrip("\0 "),
        "manufacturer": token.manufacturer_id,
        "model": token.model,
        "slot_id": token.slot.slot_id,
    }
    return all(getattr(where, name) in (None, value) for name, value in has.items())


def _listed(labels: list[str]) -> str:
    if not labels:
        return "none"
    shown = ", ".join(repr(label[:64]) for label in sorted(labels)[:MAX_SHOWN])
    return f"{shown} and {len(labels) - MAX_SHOWN} more" if len(labels) > MAX_SHOWN else shown


def _objects(session: Session, template: Mapping[Attribute, Any]) -> list[Object]:
    return list(islice(session.get_objects(dict(template)), MAX_OBJECTS))


def _private_key(session: Session, where: Pkcs11Uri) -> PrivateKey:
    wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    every = _objects(session, wanted)
    if where.object is not None:
        wanted[Attribute.LABEL] = where.object
    if where.id is not None:
        wanted[Attribute.ID] = where.id
    matching = _objects(session, wanted)
    if len(matching) != 1:
        found = "no private key matches" if not matching else f"{len(matching)} private keys match"
        raise KeyFileError(
            f"{found} the PKCS#11 URI; the token {session.token.label!r} has {_listed([_label(key) for key in every])}",
            hint="Name one with object=, or with id=%XX where labels are equal (pkcs11-tool --list-objects shows ids).",
        )
    key = matching[0]
    if not isinstance(key, pkcs11.PrivateKey) or not isinstance(key, SignMixin):
        raise KeyFileError(f"the private key {_label(key)!r} may not sign (CKA_SIGN)", hint="Name another key.")
    return key


def _attribute(item: Object, name: Attribute) -> Any:
    """An attribute's value, None when the object has none; token and sizes are not trusted."""
    try:
        value = item[name]
    except (p11.AttributeTypeInvalid, p11.AttributeSensitive, p11.FunctionFailed, ValueError, NotImplementedError):
        return None
    return None if isinstance(value, bytes) and len(value) > MAX_ATTRIBUTE else value


def _label(item: Object) -> str:
    label = _attribute(item, Attribute.LABEL)
    return label if isinstance(label, str) else ""


def _beside(session: Session, private: PrivateKey, kind: ObjectClass) -> list[Object]:
    """The objects of that class that belong to the key: by id, by label only where the key has no id."""
    own_id = _attribute(private, Attribute.ID)
    same = {Attribute.ID: own_id} if own_id else {Attribute.LABEL: _label(private)}
    return _objects(session, {Attribute.CLASS: kind, **same})


def _certificates(session: Session, private: PrivateKey) -> tuple[bytes, ...]:
    values = (_attribute(item, Attribute.VALUE) for item in _beside(session, private, ObjectClass.CERTIFICATE))
    return tuple(value for value in values if value)


def _public_key(session: Session, private: PrivateKey, certificates: tuple[bytes, ...]) -> PublicKey:
    what = f"the private key {_label(private)!r} on the token {session.token.label!r}"
    found = _beside(session, private, ObjectClass.PUBLIC_KEY)
    if len(found) > 1:
        raise KeyFileError(f"{what} has {len(found)} public keys", hint="Leave one with the key's id.")
    if found:
        return as_public_key(_public_object(found[0], what), what)
    if len(certificates) != 1:
        raise KeyFileError(
            f"{what} has no public key beside it, and {len(certificates) or 'no'} certificates",
            hint="Store its public key on the token, with the id of the private key.",
        )
    try:
        public = as_public_key(x509.load_der_x509_certificate(certificates[0]).public_key(), what)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{what} has a certificate that cannot be read") from error
    if not public.hash_name:
        raise _of_another_kind(what)
    return public


def _public_object(item: Object, what: str) -> AnyPublicKey:
    kind = _attribute(item, Attribute.KEY_TYPE)
    try:
        if kind == KeyType.EC:
            curve = _CURVES.get(_attribute(item, Attribute.EC_PARAMS) or b"")
            if curve is not None:
                return _point(curve, _attribute(item, Attribute.EC_POINT) or b"")
        if kind == KeyType.RSA:
            exponent, modulus = (
                int.from_bytes(_attribute(item, name) or b"", "big")
                for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
            )
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise KeyFileError(f"{what} has a public key that cannot be read") from error
    raise _of_another_kind(what)


def _of_another_kind(what: str) -> KeyFileError:
    return KeyFileError(
        f"{what} is of another kind than tokens sign with here", hint="Use ECDSA on P-256, P-384 or P-521, or RSA."
    )


def _point(curve: ec.EllipticCurve, value: bytes) -> ec.EllipticCurvePublicKey:
    """CKA_EC_POINT: an uncompressed point in a DER OCTET STRING; some tokens leave out the wrapping."""
    size = 1 + 2 * ((curve.key_size + 7) // 8)
    header = bytes([4, size]) if size < 0x80 else bytes([4, 0x81, size])
    point = value.removeprefix(header) if len(value) == len(header) + size else value
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)


def _sign(private: PrivateKey, public: PublicKey, data: bytes, pin: str | None) -> bytes:
    assert isinstance(private, SignMixin)  # noqa: S101 - _private_key has checked it
    digest = hashlib.new(public.hash_name, data).digest()
    again = pin if _attribute(private, Attribute.ALWAYS_AUTHENTICATE) else None
    if isinstance(public.key, rsa.RSAPublicKey):
        return private.sign(_SHA256_INFO + digest, mechanism=Mechanism.RSA_PKCS, pin=again)
    plain = private.sign(digest, mechanism=Mechanism.ECDSA, pin=again)
    assert isinstance(public.key, ec.EllipticCurvePublicKey)  # noqa: S101 - no other kind is read from a token
    size = (public.key.curve.key_size + 7) // 8
    if len(plain) != 2 * size:
        raise UndecidedError("the token's answer is no ECDSA signature of this curve")
    return encode_dss_signature(int.from_bytes(plain[:size], "big"), int.from_bytes(plain[size:], "big"))
