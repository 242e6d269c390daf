"""What a policy trusts beside signers' keys: root certificates, timestamp authorities, Sigstore trusted roots.

Invariant: the policy's digest fixes who is trusted, so a file beside the policy is always pinned by its own digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from attest.errors import DocumentError
from attest.policy import pem
from attest.policy.reader import Reader
from attest.policy.yaml_subset import Node

MAX_ANCHORS = 20
INSTANCES = ("production", "staging")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """An anchor in the policy's own text (`pem`), or in the file of that name beside the policy.

    `sha256` is hexadecimal: of the DER certificate for a root of `kind: certificate`, else of the file's (or the
    text's) bytes.
    """

    sha256: str
    pem: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreRoot:
    """A Sigstore trusted root: the `instance` that ships with the verifier (`production`, `staging`), or a file."""

    instance: str = ""
    file: Pinned | None = None

    @property
    def label(self) -> str:
        """How evidence names this root among a signer's `anchors`."""
        return f"sha256:{self.file.sha256}" if self.file else f"sigstore:{self.instance}"


PRODUCTION = SigstoreRoot(instance="production")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustSection:
    """Where the time of, and the log entries for, key and certificate signatures may come from.

    `timestamp_authorities` are PEM chains; `allow_legacy` accepts signatures of OMS v0.2, which say less than later
    ones.
    """

    timestamp_authorities: tuple[Pinned, ...] = ()
    trusted_roots: tuple[SigstoreRoot, ...] = ()
    allow_legacy: bool = False


def read_trust(reader: Reader, node: Node | None) -> TrustSection:
    """Read the top-level member `trust`."""
    if node is None:
        return TrustSection()
    members = reader.mapping(
        node, "trust", required=(), optional=("timestampAuthorities", "trustedRoots", "allowLegacy")
    )
    authorities = _items(reader, members.get("timestampAuthorities"), "trust.timestampAuthorities")
    roots = _items(reader, members.get("trustedRoots"), "trust.trustedRoots")
    section = TrustSection(
        timestamp_authorities=tuple(_pinned(reader, item, where, _chain_digest) for item, where in authorities),
        trusted_roots=tuple(read_sigstore_root(reader, item, where) for item, where in roots),
        allow_legacy=reader.boolean(members.get("allowLegacy"), "trust.allowLegacy"),
    )
    _distinct(reader, members, "timestampAuthorities", [item.sha256 for item in section.timestamp_authorities])
    _distinct(reader, members, "trustedRoots", [item.label for item in section.trusted_roots])
    return section


def read_roots(reader: Reader, node: Node | None, where: str) -> tuple[Pinned, ...]:
    """Read the root certificates of a private PKI."""
    roots = tuple(_pinned(reader, item, place, _root_digest) for item, place in _items(reader, node, where))
    known = [root.sha256 for root in roots if root.sha256]
    if node is not None and len(set(known)) != len(known):
        reader.problem(node, where, "one root stands twice in the list")
    return roots


def read_sigstore_root(reader: Reader, node: Node | None, where: str) -> SigstoreRoot:
    """Read a trusted root: `production` (the default), `staging`, or `{file: …, sha256: …}`."""
    if node is None:
        return PRODUCTION
    if node.kind != "mapping":
        return SigstoreRoot(instance=reader.choice(node, where, INSTANCES, default=INSTANCES[0]))
    members = reader.mapping(node, where, required=("file", "sha256"))
    return SigstoreRoot(
        file=Pinned(
            file=reader.text(members.get("file"), f"{where}.file"),
            sha256=_hex(reader, members.get("sha256"), f"{where}.sha256"),
        )
    )


def _items(reader: Reader, node: Node | None, where: str) -> list[tuple[Node, str]]:
    if node is None:
        return []
    if node.kind != "list" or not 1 <= len(node.items) <= MAX_ANCHORS:
        reader.problem(node, where, f"a list of 1 to {MAX_ANCHORS} anchors is needed here")
        return []
    return [(item, f"{where}[{at}]") for at, item in enumerate(node.items)]


def _pinned(reader: Reader, node: Node, where: str, digest: Callable[[str], str]) -> Pinned:
    members = reader.mapping(node, where, required=(), optional=("pem", "file", "sha256"))
    text = reader.text(members.get("pem"), f"{where}.pem")
    file = reader.text(members.get("file"), f"{where}.file")
    pinned = _hex(reader, members.get("sha256"), f"{where}.sha256")
    if node.kind == "mapping" and ("pem" in members) == ("file" in members):
        reader.problem(node, where, "this is either `pem` (the text itself) or `file` with `sha256`")
    if file and "sha256" not in members:
        reader.problem(node, where, "a file needs its `sha256`, so that the policy fixes what is trusted")
    if not text:
        return Pinned(file=file, sha256=pinned)
    try:
        found = digest(text)
    except DocumentError as error:
        reader.problem(members["pem"], f"{where}.pem", error.message)
        return Pinned(sha256=pinned)
    if pinned and pinned != found:
        reader.problem(members["sha256"], f"{where}.sha256", f"the digest is {found}")
    return Pinned(pem=text, sha256=found)


def _root_digest(text: str) -> str:
    found = pem.certificates(text)
    if len(found) != 1:
        raise DocumentError("a root is one certificate; make one entry of each")
    return hashlib.sha256(found[0]).hexdigest()


def _chain_digest(text: str) -> str:
    pem.certificates(text)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _hex(reader: Reader, node: Node | None, where: str) -> str:
    text = reader.text(node, where)
    if node is not None and text and not _HEX.fullmatch(text):
        reader.problem(node, where, "a digest is 64 lower-case hexadecimal digits")
        return ""
    return text


def _distinct(reader: Reader, members: dict[str, Node], name: str, values: list[str]) -> None:
    known = [value for value in values if value]
    if name in members and len(set(known)) != len(known):
        reader.problem(members[name], f"trust.{name}", "one anchor stands twice in the list")
