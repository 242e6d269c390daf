"""Programs that the tests start and that are no Python packages."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(tool: str, message: str) -> NoReturn:
    """Fail for want of a tool, or skip when scripts/test has told the developer that it is not installed."""
    if tool in os.environ.get("ATTEST_TESTS_WITHOUT", "").split():
        pytest.skip(message)
    pytest.fail(message)
