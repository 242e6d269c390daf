"""Policies that people start from: made from their own key, readable, and valid as they stand."""

from __future__ import annotations

from attest.domain.public_key import PublicKeyText

_HEAD = """\
# {title}
# Written by `attest policy init`; change it as you need. `attest verify MODEL --policy FILE` applies it.
apiVersion: attest/policy/v1
name: {name}
version: 1
expires: {expires}
signers:
  {signer}:
    kind: keys
    keys:
      - id: {key_id}
        pem: |
{pem}
rules:
"""

_SIGNED = """\
  # The files are as {signer} signed them.
  - id: signed
    signature: {{signers: [{signer}]}}
  # Nothing lies beside the signed files, not even below .git/. To accept one, add its exact name.
  - id: all-files
    coverage: {{signers: [{signer}], allowUnsigned: [{unsigned}]}}
"""

_RELEASE = """\
  # A bill of materials for exactly these bytes, by the same signer.
  - id: bom
    attestation: {{predicate: cyclonedx, signers: [{signer}]}}
  # Told from the content, whatever the file is called. No format here can run code when it is loaded.
  - id: formats
    formats: {{allow: [safetensors, gguf, onnx, json, markdown, text, image, sentencepiece, empty]}}
  - id: licence
    licenses: {{allow: [Apache-2.0, MIT, BSD-2-Clause, BSD-3-Clause]}}
"""


def release_policy(key: PublicKeyText, *, signer: str, expires: str) -> str:
    """The policy for a model that went through a release step: signature, coverage, BOM, formats, licence."""
    head = _head(
        key,
        title="What a released model must show before it runs.",
        name="release",
        signer=signer,
        expires=expires,
    )
    return head + _SIGNED.format(signer=signer, unsigned="") + _RELEASE.format(signer=signer)


def key_policy(keys: list[PublicKeyText], *, expires: str, allow_unsigned: tuple[str, ...] = ()) -> str:
    """The policy behind `attest verify --key`: signed by one of these keys, and nothing else lies there."""
    head = _head(keys[0], title="Signature and files only.", name="key", signer="key", expires=expires)
    rest = "".join(f"      - id: {key.id}\n        pem: |\n{_indent(key.pem)}\n" for key in keys[1:])
    names = ", ".join(_quoted(name) for name in allow_unsigned)
    return head.replace("rules:\n", rest + "rules:\n") + _SIGNED.format(signer="key", unsigned=names)


def _head(key: PublicKeyText, *, title: str, name: str, signer: str, expires: str) -> str:
    return _HEAD.format(title=title, name=name, expires=expires, signer=signer, key_id=key.id, pem=_indent(key.pem))


def _indent(pem: str) -> str:
    return "\n".join(f"          {line}" for line in pem.strip().splitlines())


def _quoted(name: str) -> str:
    # YAML takes some characters beyond ASCII for line breaks, so everything that is not printable is escaped.
    plain = (char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in name)
    return f'"{"".join(plain)}"'
