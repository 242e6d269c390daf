"""The upload of a release: the evidence files, each put below one web address, the signature last.

The token travels in one header only: never in an argument, an address, an error or a log.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from attest.domain.artifact import Artifact
from attest.domain.bundle import SIGNATURE_LIMITS
from attest.errors import InputError, UndecidedError
from attest.stores.beside import MAX_CLAIMS_SIZE, read_bounded

_TOKEN = re.compile(r"[\x21-\x7e]*")
_WHAT = "the evidence store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where evidence goes: `url` is the address above the files, `timeout` bounds each file, in seconds."""

    url: str
    token: str = field(default="", repr=False)
    timeout: float = 30.0


def destination(url: str, token: str = "", timeout: float = 30.0) -> Destination:
    """A destination that may be used: https (or http to this machine), without credentials, query and fragment.

    Raises InputError; the token and an address that may hold secrets are not quoted.
    """
    from attest.signing.services.http import check_url

    check_url(url, _WHAT, secret=True)
    if urlsplit(url).query or urlsplit(url).fragment or url.endswith(("?", "#")):
        raise InputError(
            f"the address of {_WHAT} has a query or a fragment, and file names are put behind it",
            hint="Give the folder's address alone; a secret goes into ATTEST_UPLOAD_TOKEN.",
        )
    if not _TOKEN.fullmatch(token):
        raise InputError(
            "ATTEST_UPLOAD_TOKEN holds a blank, a line break or another character that no token has",
            hint="Store the token without the line break at its end.",
        )
    return Destination(url=url.rstrip("/"), token=token, timeout=timeout)


def send(artifact: Artifact, to: Destination) -> tuple[str, ...]:
    """Put the evidence files of `artifact` to `to`, in place of older ones there; returns their addresses.

    Raises UndecidedError when the store is out of reach, too slow, redirects or refuses; the local files stay.
    """
    # As when they are written: an upload that was cut short has no new signature.
    places = ((artifact.claims_path, MAX_CLAIMS_SIZE), (artifact.signature_path, SIGNATURE_LIMITS.size))
    # Another signer's signature may be all that lies at the signature's place, or none at all.
    found = [(path, limit, data) for path, limit in places if (data := read_bounded(path, limit)) is not None]
    if large := next((path for path, limit, data in found if len(data) > limit), ""):
        raise UndecidedError(f"{large!r} is too large to be uploaded", hint="Remove claims about earlier states.")
    return tuple(_put(path, data, to) for path, _, data in found)


def _put(path: str, data: bytes, to: Destination) -> str:
    from attest.signing.services.http import ask

    address = f"{to.url}/{quote(os.path.basename(path), safe='')}"
    kind = "application/jsonl" if path.endswith(".jsonl") else "application/json"
    again = f"The evidence is written and stays beside the model ({path}); run the same command to upload it again."
    try:
        answer = ask(
            "PUT", address, f"{_WHAT} {to.url}", body=data, content_type=kind, timeout=to.timeout, token=to.token
        )
    except UndecidedError as error:
        raise UndecidedError(error.message, hint=f"{error.hint} {again}".strip()) from error
    if not 200 <= answer.status < 300:
        # Not what it says: a store may repeat the request, token and all.
        reason = "refuses the token" if answer.status in {401, 403} else "does not take the file"
        hint = f"Check ATTEST_UPLOAD_TOKEN. {again}" if answer.status in {401, 403} else again
        raise UndecidedError(f"{_WHAT} {to.url} {reason}: status {answer.status}", hint=hint)
    return address
