"""The identity token that a Sigstore signature starts from: given, the CI job's own, or of whoever logs in.

A token is a secret until it runs out: it is in no message, and it goes to the services of the instance alone.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urljoin

import requests
from sigstore.oidc import IdentityToken, Issuer, detect_credential

from attest.errors import InputError
from attest.signing.options import SignerOptions
from attest.signing.services.deadline import named_call
from attest.signing.services.http import bounded, check_url

AUDIENCE = "sigstore"
# Three parts of a signed token (RFC 7515, section 7.1); anything else would end up in an error about a header.
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def obtain_token(oidc_url: str, options: SignerOptions) -> IdentityToken:
    """The token to sign with; `oidc_url` is where people log in, empty when nowhere.

    Raises InputError when there is none that can be used, UndecidedError naming the service that fails.
    """
    raw = options.identity_token
    if not raw:
        _check_github()
        # What the service says in an error may repeat the request, and with it the job's secret.
        raw = (
            named_call("the CI provider's identity service", detect_credential, options.timeout, until=", body=") or ""
        )
    if raw:
        return _read_token(raw.strip())
    if not options.interactive:
        raise InputError(
            "there is no identity to sign as: no CI job's, and no token",
            hint="In a CI job allow it to ask for an id token; else set SIGSTORE_ID_TOKEN, give --identity-token-file, "
            "or say --interactive to log in.",
        )
    if not oidc_url:
        raise InputError("the signing configuration names no identity provider to log in at", hint="Give a token.")
    what = f"the identity provider {oidc_url}"
    issuer = named_call(what, lambda: _Issuer(oidc_url, options.timeout), options.timeout)
    # People take their time; the library waits for the browser.
    _close_redirect_servers()
    return named_call(f"the login at {oidc_url}", issuer.identity_token, 10 * options.timeout)


def _close_redirect_servers() -> None:
    """The library stops the server that the browser comes back to, and leaves its port open until it is collected."""
    from sigstore._internal.oidc import oauth

    class Closing(oauth._OAuthRedirectServer):  # noqa: SLF001 - there is no public place to close it
        def shutdown(self) -> None:
            super().shutdown()
            self.server_close()

    if oauth._OAuthRedirectServer.__name__ != Closing.__name__:  # noqa: SLF001
        oauth._OAuthRedirectServer = Closing  # type: ignore[misc]  # noqa: SLF001


def _check_github() -> None:
    """The library sends the job's secret wherever the environment says."""
    url = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    if os.environ.get("GITHUB_ACTIONS") and url:
        check_url(url, "the CI provider's identity service", secret=True)


class _Issuer(Issuer):
    """The library's client, which follows no redirect, and sends secrets to encrypted addresses alone."""

    def __init__(self, url: str, timeout: float) -> None:
        self.session = bounded(requests.Session(), timeout)
        reply = self.session.get(urljoin(f"{url}/", ".well-known/openid-configuration"))
        self.oidc_config = _configuration(reply.json())
        for address in (self.oidc_config.authorization_endpoint, self.oidc_config.token_endpoint):
            check_url(address, "the identity provider's address", secret=True)


def _configuration(document: Any) -> Any:
    from sigstore.oidc import _OpenIDConfiguration

    return _OpenIDConfiguration.model_validate(document)


def _read_token(raw: str) -> IdentityToken:
    fault = InputError(
        "the identity token is malformed, out of its time, or for another audience",
        hint=f"Get a new one for the audience {AUDIENCE!r}; tokens live for minutes.",
    )
    if not _COMPACT.fullmatch(raw):
        raise fault
    try:
        return IdentityToken(raw)
    except Exception:  # noqa: BLE001 - whatever it raises may quote the token
        raise fault from None
