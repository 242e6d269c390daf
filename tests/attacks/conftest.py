"""The world that attacks happen in; see `tests/attacks/world.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.world import World
from tests.conftest import Run
from tests.simulators.sigstore.instance import LoopbackSigstore


@pytest.fixture
def world(tmp_path: Path, run: Run, loopback_rekor1: LoopbackSigstore) -> World:
    """The small model, three signers, and nothing signed yet."""
    return World.create(tmp_path, run, loopback_rekor1)
