"""The one place that chooses a signer backend from a URI."""

from __future__ import annotations

from attest.errors import InputError
from attest.signing.key_signer import KeySigner
from attest.signing.options import SCHEMES, SignerOptions, file_of, scheme_of
from attest.signing.signer import KeyHolder, Password, Signer

MAX_TIMEOUT = 3_600


def open_signer(uri: str, options: SignerOptions | None = None) -> Signer:
    """Open the signer that `uri` names; `SCHEMES` lists them.

    Raises KeyFileError when the key or certificate cannot be used, InputError when the scheme is unknown or an option
    does not go with it, UndecidedError when a service is out of reach.
    """
    options = options or SignerOptions()
    if not 0 < options.timeout <= MAX_TIMEOUT:
        raise InputError(f"{options.timeout:g} seconds are no useful time limit", hint="Give some, up to an hour.")
    if scheme_of(uri) == "sigstore":
        from attest.signing.keyless import open_keyless

        return open_keyless(uri, options)
    _check_for_keys(options)
    holder = open_holder(uri, options.password, options.timeout)
    if not (options.certificates or options.timestamps or options.log):
        return KeySigner(holder=holder)
    from attest.signing.accompany import accompanied

    return accompanied(holder, uri, options)


def _check_for_keys(options: SignerOptions) -> None:
    """Refuse what a key would leave aside silently; a token may lie in the environment of any command."""
    if options.signing_config or options.trust_config or options.interactive:
        raise InputError(
            "--signing-config, --trust-config and --interactive go with a Sigstore identity, not with a key",
            hint="Leave them out, or sign with sigstore:",
        )
    if options.timestamp_roots and not options.timestamps:
        raise InputError("--timestamp-root goes with --timestamp", hint="Give the service's address too.")
    if options.trusted_root and not (options.timestamps or options.log):
        raise InputError("--trusted-root goes with --timestamp or --log", hint="Give a service's address too.")


def open_holder(uri: str, password: Password | None = None, timeout: float = 30.0) -> KeyHolder:
    """Open whatever holds the private key that `uri` names; `timeout` bounds each call of a key service, in seconds.

    Raises what `open_signer` does.
    """
    match scheme_of(uri):
        case "file":
            from attest.signing.holders.key_file import open_key_file

            return open_key_file(file_of(uri), password)
        case "pkcs11":
            from attest.signing.holders.pkcs11_token import open_pkcs11

            return open_pkcs11(uri, password)
        case "awskms":
            from attest.signing.holders.kms_aws import open_aws

            return open_aws(uri, limit=timeout)
        case "gcpkms":
            from attest.signing.holders.kms_gcp import open_gcp

            return open_gcp(uri, limit=timeout)
        case "azurekms":
            from attest.signing.holders.kms_azure import open_azure

            return open_azure(uri, limit=timeout)
        case "hv":
            from attest.signing.holders.kms_vault import open_vault

            return open_vault(uri, limit=timeout)
        case unknown:
            known = "; ".join(SCHEMES.values())
            raise InputError(f"there is no signer for {unknown!r}", hint=f"Give one of {known}.")
