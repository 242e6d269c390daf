"""The current trusted root of an instance, from its TUF repository, through sigstore-python's client."""

from __future__ import annotations

from pathlib import Path

from attest.errors import InputError
from attest.signing.material.anchors import read_small
from attest.signing.material.trusted_root import INSTANCES, parse_trusted_root
from attest.signing.services.deadline import named_call
from attest.signing.services.http import check_url


def fetch_trusted_root(instance: str, first_root: str, timeout: float) -> bytes:
    """The bytes of a verified `trusted_root.json`. Raises UndecidedError naming the repository."""
    from sigstore.models import ClientTrustConfig

    if instance not in INSTANCES:
        check_url(instance, "the trust repository")
        if not first_root:
            raise InputError(
                f"{instance!r} needs the root metadata to start from",
                hint="Give --root root.json, as the instance's operator hands it out.",
            )
        read_small(first_root)

    def fetch() -> ClientTrustConfig:
        if instance == "production":
            return ClientTrustConfig.production()
        if instance == "staging":
            return ClientTrustConfig.staging()
        return ClientTrustConfig.from_tuf(instance, bootstrap_root=Path(first_root))

    config = named_call(f"the trust repository {instance}", fetch, timeout)
    text: str = config.trusted_root._inner.to_json()  # noqa: SLF001 - the library has no other way to hand it out
    data = text.encode("utf-8")
    parse_trusted_root(data, what="the fetched trusted root")
    return data
