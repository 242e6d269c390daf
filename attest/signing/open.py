"""The one place that chooses a signer backend from a URI."""

from __future__ import annotations

from attest.errors import InputError
from attest.signing.signer import Password, Signer


def open_signer(uri: str, password: Password | None = None) -> Signer:
    """Open the signer that `uri` names: a path, or `file:PATH`.

    Raises KeyFileError when the key cannot be used, InputError when the scheme is unknown.
    """
    match _scheme(uri):
        case "file":
            from attest.signing.key_file import open_key_file

            return open_key_file(file_of(uri), password)
        case unknown:
            raise InputError(
                f"there is no signer for {unknown!r}", hint="Give the path of a private key, or file:PATH."
            )


def file_of(uri: str) -> str:
    """The path of a signer that is a file, else an empty text."""
    if _scheme(uri) != "file":
        return ""
    return uri.removeprefix("file:").removeprefix("//") if uri.startswith("file:") else uri


def _scheme(uri: str) -> str:
    scheme, separator, _ = uri.partition(":")
    return scheme if separator and "/" not in scheme else "file"
