"""Loads the profile of hypothesis that all tests share."""

from __future__ import annotations

import tests.unit.conftest  # noqa: F401 - importing it sets the profile
