"""The store beside the artifact: `model.sig` and `claims.jsonl` at the root of a model, `F.sig` and `F.claims.jsonl`
beside a single file.

An evidence file at the root is left out of the tree only if it parses whole as evidence; otherwise it counts as one of
the model's files, so nothing can hide under an evidence file's name.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from attest.domain.artifact import CLAIMS_NAME, SIGNATURE_NAME, Artifact
from attest.domain.attestation import Rejected
from attest.domain.bundle import CLAIM_LIMITS, MAX_CLAIMS, SIGNATURE_LIMITS, Bundle, parse_bundle
from attest.domain.manifest import FileEntry, printable
from attest.domain.strict_json import Limits
from attest.errors import DocumentError, InputError, OutputError
from attest.stores.atomic import write_atomic

MAX_CLAIMS_SIZE = 512 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lies beside an artifact: bundles that parse, what does not, and the files to leave out of the tree."""

    bundles: tuple[Bundle, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    evidence: tuple[FileEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The bundles beside one artifact."""

    artifact: Artifact

    def read(self, signature: str = "") -> Found:
        """Read every bundle; `signature` is the path of an OMS bundle kept elsewhere, used instead of the one beside.

        Raises InputError when a file exists and cannot be read, or when `signature` does not exist.
        """
        if signature and not os.path.isfile(signature):
            raise InputError(f"there is no signature at {signature!r}", hint="Check the path given as --signature.")
        own = self._signature(self.artifact.signature_path)
        if not signature:
            return self._with_claims(own)
        other = self._signature(signature)
        return self._with_claims(Found(bundles=other.bundles, rejected=other.rejected, evidence=own.evidence))

    def _signature(self, path: str) -> Found:
        if (data := read_bounded(path, SIGNATURE_LIMITS.size)) is None:
            return Found()
        bundles, rejected = _parse([data], os.path.basename(path), SIGNATURE_LIMITS, numbered=False)
        return Found(bundles=bundles, rejected=rejected, evidence=self._inside(SIGNATURE_NAME, data) if bundles else ())

    def _with_claims(self, found: Found) -> Found:
        if (data := read_bounded(self.artifact.claims_path, MAX_CLAIMS_SIZE)) is None:
            return found
        bundles, rejected = _claims(data, os.path.basename(self.artifact.claims_path))
        return Found(
            bundles=found.bundles + bundles,
            rejected=found.rejected + rejected,
            evidence=found.evidence + (self._inside(CLAIMS_NAME, data) if not rejected else ()),
        )

    def _inside(self, name: str, data: bytes) -> tuple[FileEntry, ...]:
        if self.artifact.kind == "file":
            return ()
        if os.path.islink(f"{self.artifact.root}/{name}") and not self.artifact.hub_blobs:
            return ()  # a link is a matter of the walk, which names those that leave the tree
        return (FileEntry(name, hashlib.sha256(data).digest(), len(data)),)

    def write_signature(self, bundle: bytes, keep: Callable[[Bundle], bool] | None = None) -> bool:
        """Replace the OMS bundle, unless `keep` holds of the one that is there by now; returns whether it was written.

        Raises OutputError; the old one is then still there.
        """
        with self._locked():
            if keep is not None and any(map(keep, self._signature(self.artifact.signature_path).bundles)):
                return False
            write_atomic(self.artifact.signature_path, bundle + b"\n")
            return True

    def append(self, bundle: bytes) -> bool:
        """Add a bundle as one line of the claims; returns False when that very line is there already.

        Raises InputError when the claims do not parse whole, OutputError when they cannot be written; the old claims
        are then still there, whole.
        """
        if len(bundle) > CLAIM_LIMITS.size:  # as a line it could not be read again, and would hide the others
            raise InputError(
                f"the bundle is {len(bundle)} bytes long, and a line of the claims has at most {CLAIM_LIMITS.size}",
                hint="Keep a signature over very many files in a file of its own: attest sign MODEL --signature FILE",
            )
        with self._locked():
            old = read_bounded(self.artifact.claims_path, MAX_CLAIMS_SIZE) or b""
            _, rejected = _claims(old, os.path.basename(self.artifact.claims_path))
            if rejected:
                raise InputError(
                    f"{rejected[0].source} is not a bundle ({rejected[0].reason}), so nothing is added after it",
                    hint="Repair or remove that line first; as it is, the file counts as part of the model.",
                )
            lines = _lines(old)
            if bundle in lines:
                return False
            start = old if not old or old.endswith(b"\n") else old + b"\n"
            if len(lines) >= MAX_CLAIMS or len(start) + len(bundle) >= MAX_CLAIMS_SIZE:
                raise InputError(
                    f"{os.path.basename(self.artifact.claims_path)} is full: {len(lines)} lines, {len(old)} bytes",
                    hint="Remove claims about earlier states of the artifact, or start a new file.",
                )
            write_atomic(self.artifact.claims_path, start + bundle + b"\n")
            return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder while evidence is replaced, so that two writers lose nothing."""
        folder = os.path.dirname(self.artifact.signature_path)
        try:
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise OutputError(f"{folder!r} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)


def _lines(data: bytes) -> list[bytes]:
    """The lines; past the bound the rest stays together, so that counting costs no memory."""
    return data.removesuffix(b"\n").split(b"\n", MAX_CLAIMS) if data else []


def _claims(data: bytes, source: str) -> tuple[tuple[Bundle, ...], tuple[Rejected, ...]]:
    """Every line of a claims file; a file that was not read whole has no bundle at all."""
    if len(data) > MAX_CLAIMS_SIZE:
        reason = f"it is larger than {MAX_CLAIMS_SIZE} bytes"
        return (), (Rejected(source=printable(source), code="malformed", reason=reason),)
    lines = _lines(data)
    bundles, rejected = _parse(lines[:MAX_CLAIMS], source, CLAIM_LIMITS, numbered=True)
    if len(lines) > MAX_CLAIMS:
        count = data.count(b"\n") + (not data.endswith(b"\n"))
        reason = f"it has {count} lines; at most {MAX_CLAIMS} are read"
        rejected += (Rejected(source=printable(source), code="malformed", reason=reason),)
    return bundles, rejected


def _parse(
    documents: list[bytes], source: str, limits: Limits, *, numbered: bool
) -> tuple[tuple[Bundle, ...], tuple[Rejected, ...]]:
    bundles: list[Bundle] = []
    rejected: list[Rejected] = []
    for number, data in enumerate(documents, 1):
        where = f"{printable(source)}:{number}" if numbered else printable(source)
        try:
            bundles.append(parse_bundle(data, where, limits))
        except DocumentError as error:
            rejected.append(Rejected(source=where, code="malformed", reason=error.message))
    return tuple(bundles), tuple(rejected)


def read_bounded(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file up to one past `limit`, or None when there is no such file.

    A file past the limit comes back truncated and one byte too long, so its parser refuses it by size.
    Raises InputError when it exists and cannot be read.
    """
    if "\0" in path:
        return None
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        # A link to itself is no file either; the walk names it.
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            return None
        raise InputError(f"{path!r} cannot be read: {error.strerror}", hint="Check its permissions.") from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    with os.fdopen(fd, "rb") as stream:
        return stream.read(limit + 1)
