"""Key holder: a key in Azure Key Vault, through securesystemslib's signer: EC keys, in the public cloud.

Credentials are those of `DefaultAzureCredential`. The signer reads the newest version of a key; a URI that names
another version is refused, so that a pinned version is never replaced silently.
"""

from __future__ import annotations

import re

from attest.errors import KeyFileError
from attest.signing.holders.kms import LIMIT, KmsKey, Service, Trouble, name_in, needs, opened, public_of

FORM = "azurekms://VAULT.vault.azure.net/keys/NAME/VERSION, where /VERSION may be left out"
_KINDS = "not an EC key on P-256, P-384 or P-521"
_URI = re.compile(
    r"azurekms://(?P<vault>[A-Za-z][A-Za-z0-9-]{2,23})\.vault\.azure\.net"
    r"/keys/(?P<key>[A-Za-z0-9-]{1,127})(?:/(?P<version>[0-9a-f]{32}))?"
)


def open_azure(uri: str, *, limit: float = LIMIT) -> KmsKey:
    """Open the key that `azurekms://…` names; each call to the service takes at most `limit` seconds.

    Raises InputError for the URI or a missing package, KeyFileError when the service says no, the key is of a kind that
    cannot sign here, or the version is not the newest; UndecidedError when the service cannot be reached.
    """
    parts = name_in(uri, _URI, FORM)
    vault, key = parts["vault"], parts["key"]
    with needs("azurekms"):
        import azure.identity
        import azure.keyvault.keys  # noqa: F401 - securesystemslib looks for it only when it is used
        from securesystemslib.signer import AzureSigner
    name = f"{vault}/{key}"
    service = Service(
        name="Azure Key Vault",
        credentials="Run: az login; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.",
        trouble=_trouble,
    )
    newest, imported = service.ask(name, lambda: AzureSigner.import_(vault, key), limit)
    found = _URI.fullmatch(newest)
    if found is None or (found["vault"].lower(), found["key"].lower()) != (vault.lower(), key.lower()):
        raise KeyFileError(f"Azure Key Vault answered with another key than {name!r}")
    if parts["version"] not in (None, found["version"]):
        raise KeyFileError(
            f"the key {name!r} of Azure Key Vault has a newer version than the URI names, and only the newest signs",
            hint=f"Name version {found['version']}, or none.",
        )
    public = public_of(imported, service, name)
    signer = service.ask(name, lambda: AzureSigner.from_priv_key_uri(newest, imported), limit)
    return opened(service, name, signer, public, limit)


def _trouble(error: Exception) -> tuple[Trouble, str]:
    from azure.core import exceptions
    from securesystemslib.exceptions import UnsupportedAlgorithmError

    code = type(error).__name__
    match error:
        case exceptions.ResourceNotFoundError():
            return "unknown", code
        case exceptions.ClientAuthenticationError():
            return "credentials", code
        case exceptions.ServiceRequestError() | exceptions.ServiceResponseError() | OSError():
            return "unreachable", code
        case exceptions.HttpResponseError(status_code=401):
            return "credentials", code
        case exceptions.HttpResponseError(status_code=403):
            return "forbidden", code
        case UnsupportedAlgorithmError():
            return "unusable", _KINDS
        case _:
            # The signer's own class for a wrong kind of key is not exported.
            return ("unusable", _KINDS) if code == "UnsupportedKeyType" else ("failed", code)
