"""Fixtures of the simulators, which every test may ask for: tests/conftest.py names this module as a plugin.

Instances are started once per process of the test run, at first use, and come back with every fault off and every
knob at its default. Nothing heavy is imported before that.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Never, cast

import pytest

if TYPE_CHECKING:
    from tests.simulators.sigstore.instance import LoopbackSigstore


@pytest.fixture(scope="session")
def _instances(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], LoopbackSigstore]]:
    """Gives the running instance whose signing config lists a version of Rekor."""
    from tests.simulators.sigstore.instance import LoopbackSigstore

    running: dict[int, LoopbackSigstore] = {}

    def of(version: int) -> LoopbackSigstore:
        if version not in running:
            folder = tmp_path_factory.mktemp(f"sigstore{version}")
            running[version] = LoopbackSigstore(folder, rekor_version=version).start()
        return running[version]

    yield of
    for each in running.values():
        each.stop()


def _lent(instance: LoopbackSigstore) -> Iterator[LoopbackSigstore]:
    instance.reset()
    yield instance
    instance.reset()
    while instance.server.errors:
        raise instance.server.errors.pop()


@pytest.fixture(params=[1, 2], ids=["rekor1", "rekor2"])
def loopback_sigstore(
    request: pytest.FixtureRequest, _instances: Callable[[int], LoopbackSigstore]
) -> Iterator[LoopbackSigstore]:
    """A Sigstore instance, once with Rekor v1 and once with v2."""
    yield from _lent(_instances(cast(int, request.param)))


@pytest.fixture
def loopback_rekor1(_instances: Callable[[int], LoopbackSigstore]) -> Iterator[LoopbackSigstore]:
    """The Sigstore instance with Rekor v1."""
    yield from _lent(_instances(1))


@pytest.fixture
def loopback_rekor2(_instances: Callable[[int], LoopbackSigstore]) -> Iterator[LoopbackSigstore]:
    """The Sigstore instance with Rekor v2."""
    yield from _lent(_instances(2))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, a connection or the look-up of a name fails the test; ask for it after what needs the network."""

    def refuse(*args: object, **kwargs: object) -> Never:
        raise AssertionError("the offline path opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
