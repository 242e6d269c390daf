"""Policies that people start from, or that stand behind options: readable, and valid as they stand.

Invariant: whatever goes into a policy's text is quoted, so that no value becomes structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypedDict, Unpack

from attest.domain.public_key import PublicKeyText
from attest.errors import InputError
from attest.policy import pem
from attest.policy.anchors import PRODUCTION, Pinned, SigstoreRoot, TrustSection

_HEAD = """\
# {title}
# Written by `attest policy init`; change it as you need. `attest verify MODEL --policy FILE` applies it.
apiVersion: attest/policy/v1
name: {name}
version: 1
expires: {expires}
"""

_SIGNED = """\
rules:
  # The files are as {signer} signed them.
  - id: signed
    signature: {{signers: [{signer}]}}
  # Nothing lies beside the signed files, not even below .git/. To accept one, add its exact name.
  - id: all-files
    coverage: {{signers: [{signer}], {allowed}}}
"""

_RELEASE = """\
  # A bill of materials for exactly these bytes, by the same signer.
  - id: bom
    attestation: {{predicate: cyclonedx, signers: [{signer}]}}
  # Told from the content, whatever the file is called. No format here can run code when it is loaded.
  - id: formats
    formats: {{allow: [safetensors, gguf, onnx, json, markdown, text, image, sentencepiece, empty]}}
  # What loading would run: nothing outside the lists, and every file could be read.
  - id: scan
    scan: {{}}
  - id: licence
    licenses: {{allow: [Apache-2.0, MIT, BSD-2-Clause, BSD-3-Clause]}}
"""

_ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"'}


class Options(TypedDict, total=False):
    """What the policies behind options tolerate and trust: members of `coverage`, and the `trust` section.

    `release` makes the policy for a model that went through a release step, by a signer of that name: bill of
    materials, formats and licence besides the signature.
    """

    release: str

    allow_unsigned: tuple[str, ...]
    allow_unsigned_any: bool
    allow_ignored: tuple[str, ...] | Literal["any"]
    trust: TrustSection


def release_policy(key: PublicKeyText, *, signer: str, expires: str) -> str:
    """The policy for a model that went through a release step: signature, coverage, BOM, formats, licence."""
    return key_policy([key], expires=expires, release=signer)


def key_policy(keys: Sequence[PublicKeyText], *, expires: str, **options: Unpack[Options]) -> str:
    """The policy behind `attest verify --key`: signed by one of these keys, and nothing else lies there."""
    lines = ["kind: keys", "keys:"]
    for key in keys:
        lines += [f"  - id: {key.id}", "    pem: |", *_indented(key.pem, "      ")]
    return _document("key", "Signature and files only.", expires, lines, options)


def identity_policy(
    *,
    issuer: str,
    expires: str,
    subject: str = "",
    subject_pattern: str = "",
    subject_type: str = "",
    claims: Mapping[str, str] | None = None,
    trust_root: SigstoreRoot = PRODUCTION,
    **options: Unpack[Options],
) -> str:
    """The policy behind `attest verify --identity`: signed by this Sigstore identity, and nothing else lies there.

    Raises InputError for a value that no certificate can hold.
    """
    members = {
        "issuer": issuer,
        "subject": subject,
        "subjectPattern": subject_pattern,
        "subjectType": subject_type,
    }
    lines = ["kind: sigstore", *_members(members), *_table("claims", claims or {})]
    lines.append(f"trustRoot: {_root(trust_root)}")
    return _document("identity", "Signature of an identity, and files only.", expires, lines, options)


def certificate_policy(
    *,
    roots: Sequence[str],
    expires: str,
    subject: str = "",
    issuer: str = "",
    names: Mapping[str, str] | None = None,
    key: str = "",
    **options: Unpack[Options],
) -> str:
    """The policy behind `attest verify --ca`: signed with a certificate under one of these roots (PEM texts, one
    certificate each) for which every given pin holds, and nothing else lies there.

    Raises InputError for a value that no certificate can hold, or a text that is no certificate.
    """
    lines = ["kind: certificate", "roots:", *(line for text in roots for line in _block(text))]
    lines += [*_members({"subject": subject, "issuer": issuer}), *_table("names", names or {}), *_members({"key": key})]
    return _document("certificate", "Signature with a certificate, and files only.", expires, lines, options)


def _document(name: str, title: str, expires: str, lines: Iterable[str], options: Options) -> str:
    release = options.get("release", "")
    signer = release or name
    if release:
        name, title = "release", "What a released model must show before it runs."
    text = _HEAD.format(title=title, name=name, expires=expires) + _signer(signer, lines)
    text += _trust(options) + _signed(signer, options)
    return text + (_RELEASE.format(signer=signer) if release else "")


def _signer(name: str, lines: Iterable[str]) -> str:
    return "\n".join(["signers:", f"  {name}:", *(f"    {line}" for line in lines)]) + "\n"


def _signed(signer: str, options: Options) -> str:
    ignored = options.get("allow_ignored", ())
    allowed = "allowUnsigned: " + (
        "any" if options.get("allow_unsigned_any") else _list(options.get("allow_unsigned", ()))
    )
    if ignored:
        allowed += ", allowIgnored: " + ("any" if ignored == "any" else _list(ignored))
    return _SIGNED.format(signer=signer, allowed=allowed)


def _trust(options: Options) -> str:
    trust = options.get("trust", TrustSection())
    lines: list[str] = []
    if trust.timestamp_authorities:
        lines.append("timestampAuthorities:")
        for item in trust.timestamp_authorities:
            lines += _block(item.pem) if item.pem else [f"  - {_file(item)}"]
    if trust.trusted_roots:
        lines.append(f"trustedRoots: [{', '.join(_root(root) for root in trust.trusted_roots)}]")
    if trust.allow_legacy:
        lines.append("allowLegacy: true")
    return "\n".join(["trust:", *(f"  {line}" for line in lines)]) + "\n" if lines else ""


def _root(root: SigstoreRoot) -> str:
    return _file(root.file) if root.file else root.instance


def _file(item: Pinned) -> str:
    return f"{{file: {_quoted(item.file)}, sha256: {_quoted(item.sha256)}}}"


def _block(text: str) -> list[str]:
    """An item of a list with a PEM text, written anew, so that it holds certificates and nothing else."""
    plain = "".join(pem.pem_text(der) for der in pem.certificates(text))
    return ["  - pem: |", *_indented(plain, "      ")]


def _indented(text: str, by: str) -> list[str]:
    return [by + line for line in text.strip().splitlines()]


def _members(values: Mapping[str, str]) -> list[str]:
    """One line for each value that is given."""
    return [f"{name}: {_value(value, name)}" for name, value in values.items() if value]


def _table(name: str, values: Mapping[str, str]) -> list[str]:
    lines = [f"  {_quoted(key)}: {_value(value, key)}" for key, value in values.items()]
    return [f"{name}:", *lines] if lines else []


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(name) for name in names)}]"


def _value(text: str, what: str) -> str:
    if not text or not text.isprintable() or text != text.strip():
        raise InputError(
            f"{what} {text!r} is nothing that a certificate says",
            hint="Give the whole text, without line breaks or blanks around it.",
        )
    return _quoted(text)


def _quoted(name: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in name):
        raise InputError(f"{name!r} is not valid text", hint="Give it as UTF-8.")
    # YAML takes some characters beyond ASCII for line breaks, so everything that is not printable is escaped.
    plain = (char if char.isprintable() else f"\\U{ord(char):08x}" for char in name.translate(_ESCAPES))
    return f'"{"".join(plain)}"'
