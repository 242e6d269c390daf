"""Which path belongs to which service, and how its answers look on the wire."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request
from tests.simulators.tsa import REPLY_TYPE

if TYPE_CHECKING:
    from tests.simulators.sigstore.instance import LoopbackSigstore

SERVICES = {
    "/oidc/": "oidc",
    "/gha/": "oidc",
    "/api/v2/signingCert": "fulcio",
    "/api/v2/trustBundle": "fulcio",
    "/api/v1/log": "rekor",
    "/api/v2/log": "rekor",
    "/api/v1/timestamp": "tsa",
    "/tuf/": "tuf",
}


def service_of(path: str) -> str | None:
    """The service that answers a path."""
    return next((service for prefix, service in SERVICES.items() if path.startswith(prefix)), None)


class Router:
    """Answers the requests of one instance."""

    def __init__(self, instance: LoopbackSigstore, port: int) -> None:
        self._instance = instance
        self.server = LoopbackServer(self._answer, self._fault, port)

    def _fault(self, path: str) -> str | None:
        service = service_of(path)
        active = self._instance.state.active(service) if service else ()
        return next((fault for fault in active if fault in TRANSPORT_FAULTS), None)

    def _answer(self, request: Request) -> Reply:
        try:
            match service_of(request.path):
                case "oidc":
                    return self._instance.identity.answer(request)
                case "fulcio":
                    return self._fulcio(request)
                case "rekor":
                    return self._rekor(request)
                case "tsa":
                    return Reply(status=201, body=self._instance.tsa.respond(request.body), content_type=REPLY_TYPE)
                case "tuf":
                    return self._tuf(request)
        except (ValueError, LookupError, TypeError, InvalidSignature, jwt.PyJWTError) as error:
            return Reply.of({"code": 3, "message": f"{type(error).__name__}: {error}"}, 400)
        return _not_found()

    def _fulcio(self, request: Request) -> Reply:
        if request.method == "GET":
            pems = [_pem(item) for item in self._instance.authority.intermediate.chain]
            return Reply.of({"chains": [{"certificates": pems}]})
        asked = request.json()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        # Other clients put the token into the body instead of the header.
        token = token or asked.get("credentials", {}).get("oidcIdentityToken", "")
        csr = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
        chain = self._instance.authority.issue(self._instance.identity.claims(token), csr)
        pems = [_pem(item) for item in chain]
        return Reply.of({"signedCertificateEmbeddedSct": {"chain": {"certificates": pems}}})

    def _rekor(self, request: Request) -> Reply:
        match (request.method, request.path):
            case ("GET", "/api/v1/log"):
                return Reply.of(self._instance.rekor1.info())
            case ("GET", "/api/v1/log/entries"):
                return Reply.of(self._instance.rekor1.entry(int(request.query["logIndex"])))
            case ("POST", "/api/v1/log/entries"):
                return Reply.of(self._instance.rekor1.add(request.json()), 201)
            case ("POST", "/api/v2/log/entries"):
                return Reply.of(self._instance.rekor2.add(request.json()), 201)
        return _not_found()

    def _tuf(self, request: Request) -> Reply:
        folder = (self._instance.state.directory / "tuf").resolve()
        target = (folder / request.path.removeprefix("/tuf/")).resolve()
        if folder in target.parents and target.is_file():
            return Reply(body=target.read_bytes(), content_type="application/octet-stream")
        return _not_found()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _not_found() -> Reply:
    return Reply.of({"code": 5, "message": "not found"}, 404)
