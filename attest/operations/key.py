"""`key`: making and showing keys, so that nobody needs another tool to start."""

from __future__ import annotations

import os
from dataclasses import dataclass

from attest.errors import InputError, OutputError
from attest.signing.holders.key_file import generate_key, open_key_file, read_key_file
from attest.signing.keys import load_public_key
from attest.signing.signer import Password
from attest.stores import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """A key pair on disk."""

    private: str
    public: str
    id: str
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A public key: its PEM text, its id in evidence and policies, its kind, and the hint that OMS bundles carry."""

    pem: str
    id: str
    kind: str
    hint: str


def generate(path: str, *, kind: str = "P-256", password: str | None = None) -> KeyFiles:
    """Write a new private key to `path` (readable by its owner only) and the public one beside it as `.pub`.

    Raises KeyFileError for an unknown kind, OutputError when either file exists or cannot be written.
    """
    public = f"{path.removesuffix('.pem')}.pub"
    if existing := next((name for name in (path, public) if os.path.lexists(name)), None):
        raise InputError(f"{existing!r} exists already", hint="Choose another name; a key is never overwritten.")
    pem, public_pem, key_id = generate_key(kind, password)
    write_atomic(path, pem, mode=0o600, replace=False)
    try:
        write_atomic(public, public_pem.encode("ascii"), replace=False)
    except OutputError:
        os.unlink(path)  # a pair or nothing
        raise
    return KeyFiles(private=path, public=public, id=key_id, encrypted=password is not None)


def show(path: str, password: Password | None = None) -> ShownKey:
    """The public half of the key at `path`, private or public.

    Raises KeyFileError when it is neither, or locked.
    """
    data = read_key_file(path)
    if b"PRIVATE KEY-----" in data:
        public = open_key_file(path, password).public
    else:
        public = load_public_key(data.decode("ascii", "replace"), repr(path))
    return ShownKey(pem=public.text.pem, id=public.id, kind=public.kind, hint=public.hint)
