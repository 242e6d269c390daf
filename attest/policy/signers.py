"""Who may sign, as a policy says it: public keys, certificates of a private PKI, or Sigstore identities.

Invariants: a definition is closed (all that it says must hold, and nothing outside the policy's bytes decides); an
identity always has an issuer, a certificate always a root and a pin; no two names stand for one signer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from attest.domain.attestation import Signer
from attest.domain.claims import CLAIMS
from attest.domain.public_key import parse_public_key
from attest.errors import DocumentError, KeyFileError
from attest.policy.anchors import PRODUCTION, Pinned, SigstoreRoot, read_roots, read_sigstore_root
from attest.policy.patterns import Pattern, read_pattern
from attest.policy.reader import Reader
from attest.policy.yaml_subset import Node

MAX_KEYS = 100
MAX_SHOWN = 200
SUBJECT_TYPES = ("email", "uri", "username", "other")
CERTIFICATE_NAMES = ("email", "uri", "dns")
_KEY_ID = re.compile(r"sha256:[0-9a-f]{64}")
_KEY_ID_SHAPE = "a key id is sha256: and 64 lower-case hexadecimal digits"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """One key of a signer: its id, and its PEM text or the name of a file beside the policy that must hold it."""

    id: str
    pem: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDefinition:
    """Any of these public keys, used as such: a certificate for the same key is another matter."""

    keys: tuple[SignerKey, ...]
    kind: Literal["key"] = "key"

    def stands_for(self, signer: Signer) -> bool:
        """True when `signer` is one of these keys."""
        return signer.kind == self.kind and any(key.id == signer.id for key in self.keys)

    def mismatch(self, signer: Signer) -> str:
        """What keeps a signer of this kind from being meant, in a few words, or an empty string."""
        return "" if self.stands_for(signer) else "it is none of its keys"

    def at_most(self) -> tuple[Signer, ...] | None:
        """One signer for each whom this can stand for, holding what they have in common; None for any number."""
        return tuple(Signer(kind="key", id=key.id) for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDefinition:
    """Whoever holds a certificate under one of `roots` for which every pin that is given holds, compared whole.

    `subject` and `issuer` are RFC 4514 texts, `names` typed alternative names, `key` the id of the certified key.
    """

    roots: tuple[Pinned, ...]
    subject: str = ""
    issuer: str = ""
    names: tuple[tuple[str, str], ...] = ()
    key: str = ""
    kind: Literal["certificate"] = "certificate"

    def stands_for(self, signer: Signer) -> bool:
        """True when `signer` chains to one of the roots and every pin holds."""
        return signer.kind == self.kind and not self.mismatch(signer)

    def mismatch(self, signer: Signer) -> str:
        """What keeps a certificate from being meant, in a few words, or an empty string."""
        missing = [f"{kind}:{value}" for kind, value in self.names if (kind, value) not in signer.names]
        if not any(f"sha256:{root.sha256}" in signer.anchors for root in self.roots):
            return "it chains to none of its roots"
        if self.key and signer.id != self.key:
            return f"its key is {signer.id[:19]}…"
        if self.subject and signer.subject != self.subject:
            return f"its subject is {_shown(signer.subject)}"
        if self.issuer and signer.issuer != self.issuer:
            return f"its issuer is {_shown(signer.issuer)}"
        if missing:
            return f"it has not the name {missing[0]}"
        return "" if self.key or self.subject or self.names else "nothing of it is pinned"

    def at_most(self) -> tuple[Signer, ...] | None:
        """One: whatever this stands for shares a key, a subject or a name."""
        anchors = tuple(sorted(root.sha256 for root in self.roots))
        return (Signer(kind="certificate", id=self.key, subject=self.subject, names=self.names, anchors=anchors),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreDefinition:
    """The identity that `issuer` vouched for: exactly `subject`, or whatever `pattern` describes, of one type.

    All `claims` about the run must hold, and the identity must have been verified against `trust_root`.
    """

    issuer: str
    subject_type: str
    subject: str = ""
    pattern: Pattern | None = None
    claims: tuple[tuple[str, str], ...] = ()
    trust_root: SigstoreRoot = PRODUCTION
    kind: Literal["sigstore"] = "sigstore"

    def stands_for(self, signer: Signer) -> bool:
        """True when issuer, subject, claims and trusted root are those of `signer`."""
        return signer.kind == self.kind and not self.mismatch(signer)

    def mismatch(self, signer: Signer) -> str:
        """What keeps an identity from being meant, in a few words, or an empty string."""
        if self.trust_root.label not in signer.anchors:
            return f"it was not verified against {self.trust_root.label[:26]}"
        if signer.issuer != self.issuer:
            return f"its issuer is {_shown(signer.issuer)}"
        if not any(kind == self.subject_type and self._says(value) for kind, value in signer.names):
            return f"its identity is not {self.subject_type} {self.subject or 'of its pattern'}"
        for claim, value in self.claims:
            found = [text for name, text in signer.claims if name == claim]
            if found != [value]:
                return f"its claim {claim} is {_shown(found[0])}" if found else f"it has no claim {claim}"
        return ""

    def _says(self, value: str) -> bool:
        return self.pattern.matches(value) if self.pattern else bool(value) and value == self.subject

    def at_most(self) -> tuple[Signer, ...] | None:
        """One for an exact subject, any number for a pattern."""
        if self.pattern:
            return None
        return (
            Signer(
                kind="sigstore",
                id="",
                names=((self.subject_type, self.subject),),
                issuer=self.issuer,
                claims=self.claims,
                anchors=(self.trust_root.label,),
            ),
        )


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")


SignerDefinition = KeyDefinition | CertificateDefinition | SigstoreDefinition


def read_signers(reader: Reader, node: Node | None) -> dict[str, SignerDefinition]:
    """Read the top-level member `signers`; a definition that cannot be understood is left out."""
    if node is None:
        return {}
    if node.kind != "mapping" or not node.members:
        reader.problem(node, "signers", "a mapping from names to signers is needed here")
        return {}
    signers: dict[str, SignerDefinition] = {}
    for name, value in node.members.items():
        where = f"signers.{name}"
        reader.name(Node(kind="scalar", line=value.line, scalar=name), where)
        if definition := _signer(reader, value, where):
            signers[name] = definition
    _check_owners(reader, node, signers)
    return signers


def _signer(reader: Reader, node: Node, where: str) -> SignerDefinition | None:
    if node.kind != "mapping":
        reader.problem(node, where, "a mapping is needed here")
        return None
    if "kind" not in node.members:
        reader.problem(node, where, "the key 'kind' is missing")
        return None
    kind = reader.choice(node.members["kind"], f"{where}.kind", tuple(_READERS))
    return _READERS[kind](reader, node, where) if kind else None


def _check_owners(reader: Reader, node: Node, signers: Mapping[str, SignerDefinition]) -> None:
    """Two names for one signer would let one person stand for two."""
    owners: dict[str | Signer, str] = {}
    for name, definition in signers.items():
        for signer in definition.at_most() or ():
            what = f"the key {signer.id[:19]}…" if signer.id else "this signer"
            # A key is one key, with a certificate or without.
            mark = signer.id or signer
            if (other := owners.setdefault(mark, name)) != name:
                reader.problem(node.members[name], f"signers.{name}", f"{what} belongs to {other!r} already")


def _read_keys(reader: Reader, node: Node, where: str) -> KeyDefinition:
    members = reader.mapping(node, where, required=("kind", "keys"))
    listed, where = members.get("keys"), f"{where}.keys"
    if listed is None:
        return KeyDefinition(keys=())
    if listed.kind != "list" or not 1 <= len(listed.items) <= MAX_KEYS:
        reader.problem(listed, where, f"a list of 1 to {MAX_KEYS} keys is needed here")
        return KeyDefinition(keys=())
    keys = tuple(_key(reader, item, f"{where}[{at}]") for at, item in enumerate(listed.items))
    known = [key.id for key in keys if key.id]
    if len(set(known)) != len(known):
        reader.problem(listed, where, "one key stands twice in the list")
    return KeyDefinition(keys=keys)


def _key(reader: Reader, node: Node, where: str) -> SignerKey:
    members = reader.mapping(node, where, required=(), optional=("pem", "file", "id"))
    pem, file = (
        reader.text(members.get("pem"), f"{where}.pem"),
        reader.text(members.get("file"), f"{where}.file"),
    )
    pinned = _key_id(reader, members.get("id"), f"{where}.id")
    if ("pem" in members) == ("file" in members):
        reader.problem(node, where, "a key has either `pem` (its text) or `file` with `id`")
    if file and "id" not in members:
        # The policy's digest must fix who is trusted, so a key outside the document is pinned by its id.
        reader.problem(node, where, "a key in a file needs its `id`; `attest key show FILE` prints it")
    if not pem:
        return SignerKey(id=pinned, file=file)
    try:
        key = parse_public_key(pem, "the key")
    except KeyFileError as error:
        reader.problem(members["pem"], f"{where}.pem", error.message)
        return SignerKey(id=pinned)
    if pinned and pinned != key.id:
        reader.problem(members["id"], f"{where}.id", f"the key's id is {key.id}")
    return SignerKey(id=key.id, pem=key.pem)


def _key_id(reader: Reader, node: Node | None, where: str) -> str:
    text = reader.text(node, where)
    if node is not None and text and not _KEY_ID.fullmatch(text):
        reader.problem(node, where, _KEY_ID_SHAPE)
    return text


def _read_certificate(reader: Reader, node: Node, where: str) -> CertificateDefinition:
    members = reader.mapping(node, where, required=("kind", "roots"), optional=("subject", "issuer", "names", "key"))
    if not members.keys() & {"subject", "names", "key"}:
        reader.problem(
            node,
            where,
            "an authority certifies many, so one of `subject`, `names` or `key` must say whom you mean",
        )
    return CertificateDefinition(
        roots=read_roots(reader, members.get("roots"), f"{where}.roots"),
        subject=reader.exact(members.get("subject"), f"{where}.subject"),
        issuer=reader.exact(members.get("issuer"), f"{where}.issuer"),
        names=_pairs(reader, members.get("names"), f"{where}.names", CERTIFICATE_NAMES),
        key=_key_id(reader, members.get("key"), f"{where}.key"),
    )


def _read_sigstore(reader: Reader, node: Node, where: str) -> SigstoreDefinition:
    optional = ("subject", "subjectPattern", "subjectType", "claims", "trustRoot")
    members = reader.mapping(node, where, required=("kind", "issuer"), optional=optional)
    if ("subject" in members) == ("subjectPattern" in members):
        reader.problem(node, where, "an identity has either `subject` (the whole text) or `subjectPattern`")
    subject = reader.exact(members.get("subject"), f"{where}.subject")
    kind = reader.choice(members.get("subjectType"), f"{where}.subjectType", SUBJECT_TYPES)
    if "subjectPattern" in members and "subjectType" not in members:
        reader.problem(node, where, f"a pattern needs its `subjectType`: one of {', '.join(SUBJECT_TYPES)}")
    return SigstoreDefinition(
        issuer=reader.exact(members.get("issuer"), f"{where}.issuer"),
        subject_type=kind or _type_of(subject),
        subject=subject,
        pattern=_pattern(reader, members.get("subjectPattern"), f"{where}.subjectPattern", kind),
        claims=_pairs(reader, members.get("claims"), f"{where}.claims", tuple(CLAIMS)),
        trust_root=read_sigstore_root(reader, members.get("trustRoot"), f"{where}.trustRoot"),
    )


def _type_of(subject: str) -> str:
    return "uri" if "://" in subject else "email" if "@" in subject else "username"


def _pattern(reader: Reader, node: Node | None, where: str, subject_type: str) -> Pattern | None:
    text = reader.text(node, where)
    if node is None or not text:
        return None
    try:
        return read_pattern(text, subject_type)
    except DocumentError as error:
        reader.problem(node, where, error.message)
        return None


def _pairs(reader: Reader, node: Node | None, where: str, known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """A mapping from known names to exact texts, in the order of the names."""
    if node is None:
        return ()
    if node.kind != "mapping" or not node.members:
        reader.problem(node, where, f"a mapping with some of {', '.join(known)} is needed here")
        return ()
    for name, value in node.members.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            guess = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            reader.problem(value, where, f"there is no {name!r} here; {guess}")
    pairs = [(name, reader.exact(value, f"{where}.{name}")) for name, value in node.members.items() if name in known]
    return tuple(sorted(pairs))


_READERS: Mapping[str, Callable[[Reader, Node, str], SignerDefinition]] = {
    "keys": _read_keys,
    "certificate": _read_certificate,
    "sigstore": _read_sigstore,
}
