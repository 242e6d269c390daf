"""PKCS#11 URIs (RFC 7512), narrower than the standard on purpose: what is not understood is refused.

Invariants: no error of the syntax quotes a value, which may be a PIN in the wrong place; a module is an absolute path
or is found in fixed folders of the system, never in the working directory; a PIN comes from a file or from the caller.
"""

from __future__ import annotations

import os
import re
import stat
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field

from attest.errors import InputError, KeyFileError

SCHEME = "pkcs11:"
MAX_URI = 4_096
MAX_VALUE = 255
MAX_PATH = 1_024
MAX_PIN_FILE = 1_024
MAX_SLOT = 2**64 - 1
EXAMPLE = "pkcs11:token=release;object=signer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin"
# Sizes of the fields of CK_TOKEN_INFO (PKCS #11 v2.40, section 3.2), in bytes.
_PATH_LIMITS = {
    "token": 32,
    "manufacturer": 32,
    "model": 16,
    "serial": 16,
    "object": MAX_VALUE,
    "id": MAX_VALUE,
    "slot-id": 20,
    "type": 20,
}
_QUERY_LIMITS = {"module-path": MAX_PATH, "module-name": 64, "pin-source": MAX_PATH}
_TYPES = ("private", "public")
# RFC 7512 section 2.3: what stands for itself in a value of the path, and in one of the query.
_PLAIN = r"A-Za-z0-9\-._~:\[\]@!$'()*+,="
_PATH_VALUE = re.compile(rf"(?:[{_PLAIN}&]|%[0-9A-Fa-f]{{2}})*\Z")
_QUERY_VALUE = re.compile(rf"(?:[{_PLAIN}/?|]|%[0-9A-Fa-f]{{2}})*\Z")
_NAME = re.compile(r"[a-z][a-z-]{0,31}\Z")
_MODULE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Uri:
    """Which key on which token; a member that is None was not given and matches everything.

    `module` is the absolute path of the module. `id` is the binary CKA_ID. `pin_source` is the absolute path of a file.
    """

    module: str
    token: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    slot_id: int | None = None
    object: str | None = None
    id: bytes | None = None
    pin_source: str | None = field(default=None, repr=False)


def parse_pkcs11_uri(uri: str) -> Pkcs11Uri:
    """Read a PKCS#11 URI and find its module.

    Raises InputError for a URI that is malformed, holds a PIN, or says something that is not understood; KeyFileError
    when there is no such module.
    """
    if not uri.startswith(SCHEME):
        raise InputError(f"a PKCS#11 URI starts with {SCHEME!r}", hint=f"Write it as in {EXAMPLE}")
    if len(uri) > MAX_URI:
        raise InputError(f"the PKCS#11 URI is longer than {MAX_URI} characters")
    path, mark, query = uri.removeprefix(SCHEME).partition("?")
    named = _attributes(path, ";", _PATH_VALUE, _PATH_LIMITS)
    asked = _attributes(query, "&", _QUERY_VALUE, _QUERY_LIMITS) if mark else {}
    _check_type(named)
    return Pkcs11Uri(
        token=_text("token", named),
        manufacturer=_text("manufacturer", named),
        model=_text("model", named),
        serial=_text("serial", named),
        slot_id=_slot(named),
        object=_text("object", named),
        id=named.get("id"),
        pin_source=_pin_source(asked),
        module=_module(asked),
    )


def read_pin(path: str) -> str:
    """The PIN in a file: its first line without the line's end.

    Raises KeyFileError when it is no small regular file, or its first line is empty or no text.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise KeyFileError(
            f"the PIN file {path!r} cannot be read: {error.strerror}", hint="Check pin-source in the PKCS#11 URI."
        ) from error
    try:
        regular = stat.S_ISREG(os.fstat(fd).st_mode)
        data = os.read(fd, MAX_PIN_FILE + 1) if regular else b""
    finally:
        os.close(fd)
    if not regular:
        raise KeyFileError(f"the PIN file {path!r} is no regular file")
    if len(data) > MAX_PIN_FILE:
        raise KeyFileError(f"the PIN file {path!r} is larger than {MAX_PIN_FILE} bytes")
    return checked_pin(data.partition(b"\n")[0].removesuffix(b"\r"), f"the PIN in {path!r}")


def checked_pin(pin: bytes | str, what: str) -> str:
    """A PIN that a token can be given: 1 to 255 bytes of UTF-8 without NUL. Raises KeyFileError without quoting it."""
    try:
        text = pin if isinstance(pin, str) else pin.decode("utf-8")
        size = len(text.encode("utf-8"))
    except UnicodeError:
        raise KeyFileError(f"{what} is not text in UTF-8") from None
    if not size:
        raise KeyFileError(f"{what} is empty")
    if size > MAX_VALUE or "\0" in text:
        raise KeyFileError(f"{what} is no PIN: it is longer than {MAX_VALUE} bytes or holds a NUL")
    return text


def _attributes(text: str, separator: str, pattern: re.Pattern[str], limits: Mapping[str, int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not text:
        return found
    for part in text.split(separator):
        name, equals, value = part.partition("=")
        if name.lower().startswith("pin-value"):
            raise InputError(
                "the PKCS#11 URI holds a PIN (pin-value), and every user of a machine can read a program's arguments",
                hint="Take it out and change that PIN. Then give pin-source=file:PATH, set ATTEST_PKCS11_PIN, "
                "or run in a terminal to be asked.",
            )
        if not equals or name not in limits:
            raise _unknown(name if equals else "", limits)
        if name in found:
            raise InputError(f"the PKCS#11 URI gives {name!r} twice", hint="Give each attribute once.")
        if not pattern.match(value):
            raise InputError(
                f"the PKCS#11 URI's {name!r} holds a character that must be percent-encoded",
                hint="Write other characters than letters, digits and -._~ as %XX.",
            )
        found[name] = _decoded(name, value, limits[name])
    return found


def _unknown(name: str, limits: Mapping[str, int]) -> InputError:
    which = f"the attribute {name!r}" if _NAME.match(name) else "something that is no attribute"
    return InputError(
        f"the PKCS#11 URI holds {which}, which is not understood in that place",
        hint=f"It takes {', '.join(limits)} there. Write it as in {EXAMPLE}",
    )


def _decoded(name: str, value: str, limit: int) -> bytes:
    data = re.sub(rb"%(..)", lambda found: bytes([int(found[1], 16)]), value.encode("ascii"))
    if not data:
        raise InputError(f"the PKCS#11 URI's {name!r} is empty", hint="Leave it out, or give a value.")
    if len(data) > limit:
        raise InputError(f"the PKCS#11 URI's {name!r} is longer than {limit} bytes")
    return data


def _text(name: str, attributes: Mapping[str, bytes]) -> str | None:
    data = attributes.get(name)
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"the PKCS#11 URI's {name!r} is not text in UTF-8") from None
    if not text.isprintable():
        raise InputError(f"the PKCS#11 URI's {name!r} holds a control character")
    return text


def _slot(attributes: Mapping[str, bytes]) -> int | None:
    data = attributes.get("slot-id")
    if data is None:
        return None
    if not re.fullmatch(rb"[0-9]+", data) or int(data) > MAX_SLOT:
        raise InputError("the PKCS#11 URI's 'slot-id' is no decimal number of 64 bits")
    return int(data)


def _check_type(attributes: Mapping[str, bytes]) -> None:
    kind = attributes.get("type")
    if kind is not None and kind not in (name.encode("ascii") for name in _TYPES):
        raise InputError(
            "the PKCS#11 URI's 'type' is no key pair's: signing needs a private key",
            hint=f"Leave it out, or give one of {', '.join(_TYPES)}.",
        )


def _module(attributes: Mapping[str, bytes]) -> str:
    path, name = _text("module-path", attributes), _text("module-name", attributes)
    if path is None and name is None:
        raise InputError(
            "the PKCS#11 URI names no module, the library that speaks to the token",
            hint=f"Add module-path or module-name, as in {EXAMPLE}",
        )
    if path is not None and name is not None:
        raise InputError("the PKCS#11 URI names a module twice", hint="Give either module-path or module-name.")
    if name is not None:
        return _find_module(name)
    assert path is not None  # noqa: S101 - one of the two is given
    if not os.path.isabs(path):
        raise InputError("the PKCS#11 URI's 'module-path' is not absolute", hint="Give the module's whole path.")
    if not os.path.isfile(path):
        raise KeyFileError(f"there is no PKCS#11 module {path!r}", hint="Install the token's driver, or mend the path.")
    return path


def module_folders() -> tuple[str, ...]:
    """Where `module-name` is looked up, in this order: folders that only an administrator writes to."""
    architecture = sysconfig.get_config_var("MULTIARCH")
    folders = [
        "/usr/lib/pkcs11",
        "/usr/lib64/pkcs11",
        "/usr/lib/softhsm",
        "/usr/lib64/softhsm",
        "/usr/lib64",
        "/usr/lib",
    ]
    if isinstance(architecture, str) and architecture:
        own = f"/usr/lib/{architecture}"
        folders[:0] = [f"{own}/pkcs11", f"{own}/softhsm", own]
    return tuple(folders)


def _find_module(name: str) -> str:
    if not _MODULE_NAME.match(name):
        raise InputError(
            "the PKCS#11 URI's 'module-name' is no plain name", hint="Give a name such as softhsm2, or module-path."
        )
    for folder in module_folders():
        for file in (f"lib{name}.so", f"{name}.so"):
            if os.path.isfile(path := os.path.join(folder, file)):
                return path
    raise KeyFileError(
        f"there is no PKCS#11 module {name!r} in {', '.join(module_folders())}",
        hint="Install the token's driver, or give module-path.",
    )


def _pin_source(attributes: Mapping[str, bytes]) -> str | None:
    source = _text("pin-source", attributes)
    if source is None:
        return None
    path = source.removeprefix("file:")
    if source.startswith("file://"):
        # An authority (RFC 8089); one that is not empty is a host, and leaves no absolute path.
        path = source.removeprefix("file://")
    if not path.startswith("/") or path.startswith("//"):
        raise InputError(
            "the PKCS#11 URI's 'pin-source' names no file of this machine; programs and other schemes are not run",
            hint="Give pin-source=file:/absolute/path, a file whose first line is the PIN.",
        )
    return path
