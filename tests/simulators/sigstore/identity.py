"""An OpenID Connect issuer: tokens for anybody who asks, an authorization endpoint that consents on its own.

It also answers as the endpoint that gives a GitHub Actions job its ambient token. Tokens are signed with ES256.
"""

from __future__ import annotations

import base64
import secrets
import time
import urllib.parse
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.loopback import Reply, Request
from tests.simulators.sigstore import claims
from tests.simulators.sigstore.state import State, sha256

PERSON = "dev@example.com"
ALGORITHM = "ES256"
# The bearer token that a simulated runner of GitHub Actions presents.
GITHUB_REQUEST_TOKEN = "ghs_loopback"


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class IdentityProvider:
    """Mints tokens, and exchanges authorization codes for them. `allowed_issuers` are the `iss` that count."""

    def __init__(self, state: State, issuer: str) -> None:
        self.issuer = issuer
        self.allowed_issuers = {issuer}
        self._key = cast(ec.EllipticCurvePrivateKey, state.key("oidc"))
        self._codes: dict[str, dict[str, str]] = {}

    def reset(self) -> None:
        """Knobs back to their defaults."""
        self.allowed_issuers = {self.issuer}

    def mint(
        self, sub: str = PERSON, aud: str = "sigstore", ttl: int = 600, iss: str | None = None, **extra: Any
    ) -> str:
        """A signed identity token; further keyword arguments become claims."""
        now = int(time.time())
        payload = {"iss": iss or self.issuer, "sub": sub, "aud": aud, "iat": now, "nbf": now, "exp": now + int(ttl)}
        return jwt.encode({**payload, **extra}, self._key, ALGORITHM, headers={"kid": "loopback"})

    def mint_github(
        self,
        repository: str = "acme/models",
        ref: str = "refs/heads/main",
        workflow: str = ".github/workflows/release.yml",
        **overrides: Any,
    ) -> str:
        """A token with the claims of a GitHub Actions run."""
        return self.mint(**{**claims.github(repository, ref, workflow), **overrides})

    def mint_gitlab(self, project: str = "acme/models", ref: str = "main", **overrides: Any) -> str:
        """A token with the claims of a GitLab CI job."""
        return self.mint(**{**claims.gitlab(project, ref), **overrides})

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that counts; raises ValueError or jwt.PyJWTError."""
        found: dict[str, Any] = jwt.decode(
            token,
            self._key.public_key(),
            [ALGORITHM],
            audience="sigstore",
            options={"require": ["iss", "sub", "exp", "iat"]},
        )
        if found["iss"] not in self.allowed_issuers:
            raise ValueError("untrusted issuer")
        return found

    def answer(self, request: Request) -> Reply:
        """Answer a request below /oidc or /gha."""
        match request.path:
            case "/oidc/.well-known/openid-configuration":
                return Reply.of(self._discovery())
            case "/oidc/keys":
                return Reply.of({"keys": [self._jwk()]})
            case "/oidc/auth":
                return self._consent(request.query)
            case "/oidc/token":
                return self._redeem(dict(urllib.parse.parse_qsl(request.body.decode())))
            case "/oidc/mint":
                return Reply.of({"token": self.mint(**cast(dict[str, Any], request.query))})
            case "/gha/token":
                if request.headers.get("authorization") != f"bearer {GITHUB_REQUEST_TOKEN}":
                    return Reply.of({}, 401)
                return Reply.of({"value": self.mint_github(aud=request.query.get("audience", "sigstore"))})
        return Reply.of({"error": "not found"}, 404)

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }

    def _jwk(self) -> dict[str, str]:
        point = self._key.public_key().public_numbers()
        x, y = (b64url(number.to_bytes(32, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "alg": ALGORITHM, "use": "sig", "kid": "loopback", "x": x, "y": y}

    def _consent(self, query: dict[str, str]) -> Reply:
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        answer = urllib.parse.urlencode({"code": code, "state": query["state"]})
        return Reply(status=302, headers={"Location": f"{query['redirect_uri']}?{answer}"})

    def _redeem(self, form: dict[str, str]) -> Reply:
        """Exchange an authorization code for a token, checking PKCE."""
        asked = self._codes.pop(form["code"])
        if b64url(sha256(form["code_verifier"].encode())) != asked["code_challenge"]:
            return Reply.of({"error": "invalid_grant"}, 400)
        token = self.mint(email=PERSON, email_verified=True, nonce=asked.get("nonce"))
        # sigstore-python uses the access token, not the identity token, as the identity token.
        return Reply.of({"access_token": token, "id_token": token, "token_type": "Bearer", "expires_in": 600})
