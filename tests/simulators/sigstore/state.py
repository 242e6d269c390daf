"""What the services of one instance share: a directory for keys and logs, a clock, faults, and one lock."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.simulators import keys, pki

OPERATOR = "sigstore.loopback"
VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)


def b64(data: bytes) -> str:
    """Standard base64 as text."""
    return base64.b64encode(data).decode()


def sha256(data: bytes) -> bytes:
    """The SHA-256 digest."""
    return hashlib.sha256(data).digest()


class ServiceFaults(Collection[str]):
    """The faults of one service at this moment; always up to date."""

    def __init__(self, faults: dict[str, str], service: str) -> None:
        self._faults = faults
        self._service = service

    def __iter__(self) -> Iterator[str]:
        return iter(self._faults.get(self._service, "").split())

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, fault: object) -> bool:
        return fault in list(iter(self))


class State:
    """Keys, certificates and log lines in one directory; `faults` maps a service to fault names between spaces."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.clock: Callable[[], float] = time.time
        self.faults: dict[str, str] = {}

    def seconds(self) -> float:
        """The servers' time, in seconds since the epoch."""
        return self.clock()

    def now(self) -> datetime:
        """The servers' time, in whole seconds."""
        return datetime.fromtimestamp(int(self.clock()), UTC)

    def active(self, service: str) -> ServiceFaults:
        """A live view of the faults of a service."""
        return ServiceFaults(self.faults, service)

    def key(self, name: str, kind: str = "p256") -> keys.PrivateKey:
        """The key of that name, made at first use."""
        path = self.directory / f"{name}.key.pem"
        if not path.exists():
            pki.write_key(path, keys.generate(kind))
        return cast(keys.PrivateKey, load_pem_private_key(path.read_bytes(), None))

    def certificate(self, name: str, make: Callable[[], x509.Certificate]) -> x509.Certificate:
        """The certificate of that name, made at first use."""
        path = self.directory / f"{name}.crt.pem"
        if not path.exists():
            pki.write_pem(path, make())
        return x509.load_pem_x509_certificate(path.read_bytes())
