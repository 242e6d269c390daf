"""Signing as a Sigstore identity, through sigstore-python: no key to keep, a certificate that lives for minutes.

The library has no time limits for some services, loses what others say, and takes a missing timestamp for a warning;
so every service is called under a limit and by its name, and the bundle is verified here before it leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from attest.domain.attestation import Signer
from attest.domain.bundle import SIGNATURE_LIMITS, Bundle, parse_bundle
from attest.domain.canonical import canonical
from attest.domain.strict_json import parse
from attest.errors import DocumentError, InputError, UndecidedError
from attest.signing.authentic import Refused
from attest.signing.authenticate import authenticate
from attest.signing.keys import Message
from attest.signing.material.anchors import read_small
from attest.signing.material.certificates import CertificateFault, sigstore_signer
from attest.signing.material.timestamps import read_token
from attest.signing.material.trusted_root import TrustedRoot, parse_trusted_root
from attest.signing.options import SignerOptions
from attest.signing.services.deadline import named_call
from attest.signing.services.http import bounded, check_url
from attest.signing.services.identity_token import obtain_token
from attest.signing.services.recording import V2
from attest.signing.services.timestamping import timestamp
from attest.signing.trust import Trust

if TYPE_CHECKING:
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken

T = TypeVar("T")
_OF_ONE_RUN = {"buildConfigDigest", "buildSignerDigest", "runInvocationUri", "sourceRepositoryDigest"}
TRUST_CONFIG = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"


def open_keyless(uri: str, options: SignerOptions) -> KeylessSigner:
    """A signer for the identity of this CI job, of a given token, or of whoever logs in.

    Raises InputError when there is no identity or an option does not fit, UndecidedError naming the service that fails.
    """
    if options.certificates or options.timestamps or options.log:
        raise InputError(
            "--certificate, --timestamp and --log go with keys; a Sigstore identity brings all three",
            hint="Leave them out.",
        )
    instance = _instance(_config(uri, options))
    signer = KeylessSigner(instance=instance, options=options, token=obtain_token(instance.oidc_url, options))
    signer.certify()
    return signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One Sigstore instance: what to trust, and whom to ask."""

    root: TrustedRoot
    config: ClientTrustConfig
    oidc_url: str
    authority_url: str
    log_url: str
    timestamp_urls: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class KeylessSigner:
    """See `attest.signing.signer.Signer`: one certificate for all bundles that it makes while it is valid."""

    instance: Instance
    options: SignerOptions
    token: IdentityToken
    signer: Any = None
    identity: Signer | None = None

    @property
    def id(self) -> str:
        """See `Signer.id`: the identity that was certified."""
        return self.identity.id if self.identity else ""

    def certify(self) -> None:
        """Get a certificate; a token that ran out meanwhile is asked for again, unless it was given."""
        if not self.token.in_validity_period():
            self.token = obtain_token(self.instance.oidc_url, self.options)
        self.signer = _certified(self.instance, self.token, self.options.timeout)
        what = f"the certificate authority {self.instance.authority_url}"
        try:
            self.identity = sigstore_signer(self.signer._signing_cert(), ())  # noqa: SLF001 - the one just issued
        except CertificateFault as fault:
            raise UndecidedError(
                f"{what} issued a certificate that does not count: {fault}", hint="Ask the instance's operator."
            ) from fault
        except _expired() as error:
            raise UndecidedError(
                f"{what} issued a certificate that has run out by the clock of this machine", hint="Check the clock."
            ) from error

    def bundle(self, payload: bytes) -> bytes:
        """See `Signer.bundle`."""
        from sigstore.dsse import Statement

        try:
            statement = Statement(payload)
        except Exception:  # noqa: BLE001 - the library's reasons are those of its own model
            raise DocumentError("what is to be signed is no in-toto statement") from None
        text, bundle = self._sign(lambda: self.signer.sign_dsse(statement), None)
        if bundle.payload != payload:
            raise UndecidedError("the signed statement is not the one that was to be signed")
        return text

    def message_bundle(self, digest: bytes) -> bytes:
        """A bundle over an artifact's SHA-256 digest instead of a statement (Sigstore `messageSignature`)."""
        from sigstore.hashes import Hashed
        from sigstore_models.common.v1 import HashAlgorithm

        hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest)
        message = Message(data=None, digests={"sha256": digest})
        return self._sign(lambda: self.signer.sign_artifact(hashed), message)[0]

    def _sign(self, call: Callable[[], Any], message: Message | None) -> tuple[bytes, Bundle]:
        """The bytes of a new bundle that verifies, and the bundle."""

        def make() -> Any:
            try:
                return call()
            except _expired():  # hashing a large model takes longer than a certificate lives
                self.certify()
                return call()

        made = named_call("the Sigstore services", make, 4 * self.options.timeout)
        text = canonical(parse(made.to_json().encode("utf-8"), SIGNATURE_LIMITS, "the new bundle"))
        try:
            bundle = parse_bundle(text, "the new bundle", SIGNATURE_LIMITS, messages=message is not None)
            authenticate(bundle, Trust(identity_roots=(self.instance.root,)), message)
        except (DocumentError, Refused) as error:
            raise UndecidedError(
                f"{self._answered(error)} answered something that does not verify: {error}",
                hint="Check that trusted root and signing configuration belong to one instance.",
            ) from error
        return text, bundle

    def _answered(self, error: Exception) -> str:
        """The service that a fault of the new bundle is of."""
        match error.code if isinstance(error, Refused) else "":
            case "bad-log-entry":
                return f"the transparency log {self.instance.log_url}"
            case "bad-certificate":
                return f"the certificate authority {self.instance.authority_url}"
            case _:
                return "the Sigstore services"

    def made(self, bundle: Bundle) -> bool:
        """See `Signer.made`: it verifies, and its certificate is for the same identity in the same circumstances."""
        try:
            other = authenticate(bundle, Trust(identity_roots=(self.instance.root,))).signer
        except Refused:
            return False
        return self.identity is not None and _lasting(other) == _lasting(self.identity)

    def complete(self, bundle: Bundle) -> bool:
        """See `Signer.complete`: one that verifies has all of it."""
        return bool(bundle.log_entries)


def _lasting(signer: Signer) -> tuple[str, frozenset[tuple[str, str]]]:
    """Who signed, without what differs from run to run of one job; what policies compare otherwise stays."""
    return signer.id, frozenset(item for item in signer.claims if item[0] not in _OF_ONE_RUN)


def _expired() -> type[Exception]:
    """What the library raises once a certificate has run out."""
    from sigstore._internal.fulcio import ExpiredCertificate

    return ExpiredCertificate


class _NamedLog:
    """The library's client of the log, with a name in its errors, and limits."""

    def __init__(self, client: Any, what: str, timeout: float) -> None:
        self._client, self._what, self._timeout = client, what, timeout

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_entry(self, request: Any) -> Any:
        return named_call(self._what, lambda: self._create(request), self._timeout)

    def _create(self, request: Any) -> Any:
        # The library has a session for each thread, and each call has a thread of its own.
        with bounded(self._client._session, self._timeout):  # noqa: SLF001 - there is no other way to set limits
            return self._client.create_entry(request)


class _VerifiedTimestamps:
    """In place of the library's client, which checks no timestamp and takes an outage for a warning."""

    def __init__(self, url: str, root: TrustedRoot, timeout: float) -> None:
        self.url = url
        self._root, self._timeout = root, timeout

    def request_timestamp(self, signature: bytes) -> Any:
        return read_token(timestamp(signature, self.url, self._root.timestamp_authorities, self._timeout))


def _certified(instance: Instance, token: IdentityToken, timeout: float) -> Any:
    from sigstore.sign import Signer, SigningContext

    services = instance.config.signing_config
    fulcio = services.get_fulcio()
    log = _NamedLog(services.get_tlogs()[0], f"the transparency log {instance.log_url}", timeout)
    stamps = [_VerifiedTimestamps(url, instance.root, timeout) for url in instance.timestamp_urls]
    context = SigningContext(
        fulcio=fulcio,
        rekor=log,  # type: ignore[arg-type]
        trusted_root=instance.config.trusted_root,
        tsa_clients=stamps,  # type: ignore[arg-type]
    )

    def certify() -> Any:
        with bounded(fulcio.session, timeout):
            return Signer(token, context)

    return named_call(f"the certificate authority {instance.authority_url}", certify, timeout)


def _instance(config: ClientTrustConfig) -> Instance:
    """Read the configuration, and refuse addresses that an identity token must not travel to."""
    services = _read(lambda: config.signing_config, "the signing configuration")
    log: Any = _read(lambda: services.get_tlogs()[0], "the signing configuration")
    stamps = tuple(client.url for client in services.get_tsas())
    if log.url.endswith(V2) and not stamps:
        raise InputError(
            "the signing configuration names a log that knows no time (Rekor v2), and no timestamp authority",
            hint="Ask the instance's operator for one with both.",
        )
    try:
        oidc_url = services.get_oidc_url()
    except Exception:  # noqa: BLE001 - the library's plain Error: none is configured, and a given token needs none
        oidc_url = ""
    instance = Instance(
        root=_root(config),
        config=config,
        oidc_url=oidc_url,
        authority_url=services.get_fulcio().url,
        log_url=log.url,
        timestamp_urls=stamps,
    )
    check_url(instance.authority_url, "the certificate authority", secret=True)
    if oidc_url:
        check_url(oidc_url, "the identity provider", secret=True)
    for url in (instance.log_url, *stamps):
        check_url(url, "the service")
    return instance


def _config(uri: str, options: SignerOptions) -> ClientTrustConfig:
    from sigstore.models import ClientTrustConfig

    instance = uri.partition(":")[2]
    if options.trust_config or options.signing_config or options.trusted_root:
        text = _config_text(instance, options)
        return _read(lambda: ClientTrustConfig.from_json(text), "the trust configuration")
    match instance:
        case "production" | "":
            return named_call("Sigstore's trust repository", ClientTrustConfig.production, options.timeout)
        case "staging":
            return named_call("Sigstore's staging trust repository", ClientTrustConfig.staging, options.timeout)
        case other:
            raise InputError(
                f"there is no Sigstore instance {other!r}",
                hint="Use sigstore:, sigstore:staging, or --trust-config FILE for another instance.",
            )


def _config_text(instance: str, options: SignerOptions) -> str:
    """The configuration from files, which say all that there is to say: nothing of them may be left aside silently."""
    if instance:
        raise InputError(f"sigstore:{instance} and files of another instance do not go together", hint="Say sigstore:")
    if options.trust_config:
        if options.trusted_root or options.signing_config:
            raise InputError("--trust-config holds both --trusted-root and --signing-config", hint="Leave these out.")
        return read_small(options.trust_config).decode("utf-8", "replace")
    if not (options.trusted_root and options.signing_config):
        raise InputError("--trusted-root and --signing-config go together", hint="Give both files of the instance.")
    parts = [json.loads(_json(path)) for path in (options.trusted_root, options.signing_config)]
    return json.dumps({"mediaType": TRUST_CONFIG, "trustedRoot": parts[0], "signingConfig": parts[1]})


def _json(path: str) -> bytes:
    data = read_small(path)
    parse(data, SIGNATURE_LIMITS, repr(path))
    return data


def _read(call: Callable[[], T], what: str) -> T:
    try:
        return call()
    except Exception as error:
        raise InputError(
            f"{what} cannot be read: {str(error)[:300]}", hint="Give the files that the instance's operator hands out."
        ) from error


def _root(config: ClientTrustConfig) -> TrustedRoot:
    text: str = config.trusted_root._inner.to_json()  # noqa: SLF001 - the library has no other way to hand it out
    return parse_trusted_root(text.encode("utf-8"), what="the instance's trusted root")
