"""A complete Sigstore instance on 127.0.0.1: OIDC issuer, Fulcio with SCTs, Rekor v1 and v2, TSA, TUF repository.

It follows what clients send and check, not every rule of the real servers: no issuer configuration, no duplicate
detection, no sharding. Minting needs no authentication, and the private keys lie unencrypted in the state directory.

    with LoopbackSigstore(tmp_path) as instance:
        trust = ClientTrustConfig.from_json(json.dumps(instance.trust_config()))
        with SigningContext.from_trust_config(trust).signer(IdentityToken(instance.mint())) as signer:
            bundle = signer.sign_artifact(b"data")
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.simulators import keys, pki
from tests.simulators.loopback import LoopbackServer
from tests.simulators.sigstore import trust
from tests.simulators.sigstore.authority import CertificateAuthority
from tests.simulators.sigstore.identity import IdentityProvider
from tests.simulators.sigstore.log_v1 import LogV1
from tests.simulators.sigstore.log_v2 import LogV2
from tests.simulators.sigstore.server import Router
from tests.simulators.sigstore.state import VALID_FROM, State

CTLOG_NAME = "ctlog.sigstore.loopback"
TSA_PATH = "/api/v1/timestamp"


class LoopbackSigstore:
    """A Sigstore instance whose keys, certificates and logs live in one state directory.

    - `rekor_version` (1, 2, or None for both) decides which log the signing config lists.
    - `clock` replaces the servers' clock, in seconds since the epoch.
    - `faults` maps `oidc`, `fulcio`, `rekor`, `tsa` or `tuf` to names of faults, several with spaces between them: the
      transport's (see `loopback`) and the service's own (see `authority`, `log`, `log_v1`, `tsa`).
    - `authority.profile`, `tsa`, `rekor1` and `rekor2` hold the knobs of the services; reset() undoes them all.
    """

    def __init__(self, state: Path | str, port: int = 0, rekor_version: int | None = None) -> None:
        self.state = State(Path(state))
        self.rekor_version = rekor_version
        self.authority = CertificateAuthority(self.state)
        self.rekor1 = LogV1(self.state)
        self.rekor2 = LogV2(self.state)
        root_key = self.state.key("tsa-root", "p384")
        root = self.state.certificate(
            "tsa-root",
            lambda: pki.Authority.create("tsa root", key=root_key, path_length=0, not_before=VALID_FROM).certificate,
        )
        self.tsa_authority = pki.Authority(key=root_key, certificate=root)
        self.renew_tsa()
        certificate = self.state.certificate("tsa", lambda: self.tsa.certificate)
        self._tsa_chain = (certificate, root)
        self._router = Router(self, port)
        self.server: LoopbackServer = self._router.server
        self.url = self.server.url
        self.issuer = f"{self.url}/oidc"
        self.tsa_url = f"{self.url}{TSA_PATH}"
        self.tuf_url = f"{self.url}/tuf"
        self.identity = IdentityProvider(self.state, self.issuer)
        self.reset()

    # Lifecycle

    def start(self) -> Self:
        """Serve in threads."""
        self.server.start()
        return self

    def stop(self) -> None:
        """End every connection and close the port; the logs stay on disk."""
        self.server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def reset(self) -> None:
        """All faults off, all knobs back to their defaults, no requests seen; keys and logs stay."""
        self.state.faults.clear()
        self.state.clock = time.time
        self.server.seen.clear()
        self.authority.reset()
        self.identity.reset()
        self.rekor1.reset()
        self.rekor2.reset()
        self.renew_tsa()
        self.tsa.chain = self._tsa_chain

    # Knobs

    @property
    def clock(self) -> Callable[[], float]:
        """The servers' clock, in seconds since the epoch."""
        return self.state.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self.state.clock = clock

    @property
    def faults(self) -> dict[str, str]:
        """Faults by service."""
        return self.state.faults

    @property
    def certificate_minutes(self) -> float:
        """The lifetime of issued certificates."""
        return self.authority.profile.minutes

    @certificate_minutes.setter
    def certificate_minutes(self, minutes: float) -> None:
        self.authority.profile.minutes = minutes

    @property
    def allowed_issuers(self) -> set[str]:
        """The `iss` values that Fulcio accepts."""
        return self.identity.allowed_issuers

    @property
    def requests(self) -> list[tuple[str, str]]:
        """(method, path) of every request since the last reset."""
        return self.server.requests

    @property
    def log(self) -> LogV1 | LogV2:
        """The log that clients use: the highest version that the signing config lists."""
        return self.rekor1 if self.rekor_version == 1 else self.rekor2

    @property
    def fulcio_intermediate(self) -> x509.Certificate:
        """The certificate that issues."""
        return self.authority.intermediate.certificate

    @property
    def fulcio_root(self) -> x509.Certificate:
        """The root of the issued certificates."""
        return self.authority.root.certificate

    def prefill(self, count: int) -> None:
        """Add leaves that are nobody's to the log that clients use."""
        self.log.prefill(count)

    def renew_tsa(
        self,
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        eku: tuple[x509.ObjectIdentifier, ...] = (pki.TIME_STAMPING,),
        eku_critical: bool = True,
    ) -> None:
        """Replace the timestamp authority by one with the same key, another certificate and no knobs turned."""
        self.tsa = self.tsa_authority.timestamp_authority(
            key=self.state.key("tsa"),
            not_before=not_before or VALID_FROM,
            not_after=not_after,
            eku=eku,
            eku_critical=eku_critical,
        )
        self.tsa.clock = self.state.seconds
        self.tsa.faults = self.state.active("tsa")

    # Services

    def mint(
        self, sub: str = "dev@example.com", aud: str = "sigstore", ttl: int = 600, iss: str | None = None, **claims: Any
    ) -> str:
        """A signed identity token; further keyword arguments become claims."""
        return self.identity.mint(sub, aud, ttl, iss, **claims)

    def mint_github(
        self,
        repository: str = "acme/models",
        ref: str = "refs/heads/main",
        workflow: str = ".github/workflows/release.yml",
        **overrides: Any,
    ) -> str:
        """A token with the claims of a GitHub Actions run."""
        return self.identity.mint_github(repository, ref, workflow, **overrides)

    def mint_gitlab(self, project: str = "acme/models", ref: str = "main", **overrides: Any) -> str:
        """A token with the claims of a GitLab CI job."""
        return self.identity.mint_gitlab(project, ref, **overrides)

    def certify(self, key: keys.PrivateKey, token: str | None = None) -> tuple[x509.Certificate, ...]:
        """The leaf that Fulcio issues for a key and a token, the intermediate and the root, without any request."""
        csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        hash_ = None if isinstance(key, ed25519.Ed25519PrivateKey) else keys.natural_hash(key)
        return self.authority.issue(self.identity.claims(token or self.mint()), csr.sign(key, hash_))

    def timestamp(self, request: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp."""
        return self.tsa.respond(request)

    def add_intoto(self, envelope: dict[str, Any], verifier_pem: bytes) -> dict[str, Any]:
        """Append an intoto 0.0.2 entry to the Rekor v1 log; returns its TransparencyLogEntry."""
        return self.rekor1.add_intoto(envelope, verifier_pem)

    # Trust material

    def trusted_root(self) -> dict[str, Any]:
        """The TrustedRoot with both logs; a fresh document that the caller may change."""
        logs = (self.rekor1, self.rekor2)
        ct_key = self.authority.ct_key.public_key()
        return {
            "mediaType": trust.TRUSTED_ROOT_TYPE,
            "tlogs": [trust.log(log.key.public_key(), log.key_id, log.name) for log in logs],
            "certificateAuthorities": [trust.authority(self.url, self.authority.intermediate.chain)],
            "ctlogs": [trust.log(ct_key, self.authority.ct_id, CTLOG_NAME)],
            "timestampAuthorities": [trust.authority(self.tsa_url, self.tsa.chain)],
        }

    def signing_config(self) -> dict[str, Any]:
        """The SigningConfig."""
        versions = [version for version in (1, 2) if self.rekor_version in (None, version)]
        return {
            "mediaType": trust.SIGNING_CONFIG_TYPE,
            "caUrls": [trust.service(self.url)],
            "oidcUrls": [trust.service(self.issuer)],
            "rekorTlogUrls": [trust.service(self.url, version) for version in versions],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaUrls": [trust.service(self.tsa_url)],
            "tsaConfig": {"selector": "ANY"},
        }

    def trust_config(self) -> dict[str, Any]:
        """The ClientTrustConfig: both of them."""
        return {
            "mediaType": trust.TRUST_CONFIG_TYPE,
            "trustedRoot": self.trusted_root(),
            "signingConfig": self.signing_config(),
        }

    def write_trust(self, directory: Path | str) -> Path:
        """Write trust_config.json, trusted_root.json and signing_config.json; returns the path of the first."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        documents = {
            "trust_config.json": self.trust_config(),
            "trusted_root.json": self.trusted_root(),
            "signing_config.json": self.signing_config(),
        }
        for name, document in documents.items():
            (folder / name).write_text(json.dumps(document, indent=1))
        return folder / "trust_config.json"

    def build_tuf(self, days: float = 7, version: int = 1) -> Path:
        """Build the TUF repository that `tuf_url` serves; returns the path of its bootstrap root.json."""
        documents = {"trusted_root.json": self.trusted_root(), "signing_config.v0.2.json": self.signing_config()}
        folder = self.state.directory / "tuf"
        return trust.build_tuf(folder, self.state.key("tuf"), documents, days=days, version=version)
