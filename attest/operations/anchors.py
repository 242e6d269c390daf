"""From a policy to the trust that verification needs: keys, roots, authorities, logs, each checked against its pin."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attest.domain.public_key import PublicKeyText
from attest.errors import DocumentError, InputError, KeyFileError
from attest.operations.public_keys import read_public_key
from attest.policy import Policy
from attest.policy.anchors import Pinned, SigstoreRoot
from attest.policy.pem import certificates
from attest.policy.signers import CertificateDefinition, KeyDefinition, SignerKey, SigstoreDefinition
from attest.signing import Trust
from attest.signing.trust import read_keys
from attest.stores.beside import read_bounded

if TYPE_CHECKING:
    from attest.signing.material.trusted_root import Authority, TrustedRoot

MAX_ANCHOR = 4 << 20


def trust_of(policy: Policy, folder: str) -> Trust:
    """Everything that `policy` trusts; the files it pins lie in `folder`.

    Raises KeyFileError or DocumentError for an anchor that is missing, damaged, or not the pinned one.
    """
    definitions = policy.signers.items()
    pems = [
        (_key_pem(key, folder), f"the key of signer {name!r}")
        for name, definition in definitions
        if isinstance(definition, KeyDefinition)
        for key in definition.keys
    ]
    keys = Trust(keys=read_keys(pems), legacy=policy.trust.allow_legacy)
    private = [item for _, item in definitions if isinstance(item, CertificateDefinition)]
    identities = [item for _, item in definitions if isinstance(item, SigstoreDefinition)]
    section = policy.trust
    if not (private or identities or section.timestamp_authorities or section.trusted_roots):
        return keys
    return _with_anchors(keys, policy, folder, private, identities)


def _with_anchors(
    keys: Trust,
    policy: Policy,
    folder: str,
    private: Iterable[CertificateDefinition],
    identities: Iterable[SigstoreDefinition],
) -> Trust:
    # Imported here: a verification with keys alone needs none of X.509.
    from attest.signing.material.anchors import authority_of, roots_of

    roots = {root.sha256: root for definition in private for root in definition.roots}
    shared = _roots(policy.trust.trusted_roots, folder)
    authorities: list[Authority] = []
    for pin in policy.trust.timestamp_authorities:
        what = f"the timestamp authority {pin.file or pin.sha256[:12]!r}"
        authorities.append(authority_of(_text(pin, folder, what).encode("utf-8"), what))
    for shared_root in shared:
        authorities += shared_root.timestamp_authorities
    return Trust(
        keys=keys.keys,
        certificate_roots=tuple(
            certificate
            for pin in roots.values()
            for certificate in roots_of(_root_pem(pin, folder), f"the root {pin.file or pin.sha256[:12]!r}")
        ),
        identity_roots=_roots((item.trust_root for item in identities), folder),
        timestamp_authorities=tuple(authorities),
        logs=tuple(log for shared_root in shared for log in shared_root.logs),
        legacy=keys.legacy,
    )


def _roots(wanted: Iterable[SigstoreRoot], folder: str) -> tuple[TrustedRoot, ...]:
    from attest.signing.material.trusted_root import embedded_root, parse_trusted_root

    distinct = {root.label: root for root in wanted}
    return tuple(
        parse_trusted_root(_pinned_bytes(root.file, folder, f"the trusted root {root.file.file!r}"))
        if root.file
        else embedded_root(root.instance)
        for root in distinct.values()
    )


def _pinned_bytes(pin: Pinned, folder: str, what: str) -> bytes:
    data = read_bounded(os.path.join(folder, pin.file), MAX_ANCHOR)
    if data is None:
        raise InputError(f"{what} is missing", hint="It must lie beside the policy, which pins its digest.")
    found = hashlib.sha256(data).hexdigest()
    if found != pin.sha256:
        raise _other(what, found, pin.sha256)
    return data


def _text(pin: Pinned, folder: str, what: str) -> str:
    return pin.pem or _pinned_bytes(pin, folder, what).decode("utf-8", "replace")


def _root_pem(pin: Pinned, folder: str) -> bytes:
    if pin.pem:
        return pin.pem.encode("utf-8")
    what = f"the root certificate {pin.file!r}"
    data = read_bounded(os.path.join(folder, pin.file), MAX_ANCHOR)
    if data is None:
        raise InputError(f"{what} is missing", hint="It must lie beside the policy, which pins its digest.")
    try:
        found = certificates(data.decode("utf-8", "replace"))
    except DocumentError as error:
        raise KeyFileError(f"{what}: {error.message}", hint="Give one PEM certificate.") from error
    digest = hashlib.sha256(found[0]).hexdigest()
    if len(found) != 1 or digest != pin.sha256:
        raise _other(what, digest, pin.sha256)
    return data


def _key_pem(key: SignerKey, folder: str) -> str:
    if key.pem:
        return key.pem
    found: PublicKeyText = read_public_key(os.path.join(folder, key.file))
    if found.id != key.id:
        raise _other(f"the key file {key.file!r}", found.id, key.id)
    return found.pem


def _other(what: str, found: str, pinned: str) -> KeyFileError:
    return KeyFileError(
        f"{what} holds {found}, and the policy pins {pinned}",
        hint="Somebody changed the file beside the policy; ask the policy's owner which one is right.",
    )
