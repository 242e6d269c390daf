"""Names of models and datasets as the Hugging Face Hub forms them: `owner/name`, or a bare name for the oldest
ones."""

from __future__ import annotations

import re

# huggingface_hub `validate_repo_id`: 96 characters at most, letters, digits, '-', '_' and '.', no '..' and no
# '--'.
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,94}[A-Za-z0-9_])?"
_HUB_ID = re.compile(rf"(?:({_PART})/)?({_PART})")


def hub_id(name: str) -> tuple[str, str] | None:
    """Owner (may be empty) and bare name, or None when the Hub could not have such a name."""
    match = _HUB_ID.fullmatch(name)
    if match is None or ".." in name or "--" in name or name.endswith((".git", ".ipynb")):
        return None
    return match[1] or "", match[2]


def owned(name: str) -> bool:
    """Whether `name` has the form `owner/name`."""
    parts = hub_id(name)
    return parts is not None and parts[0] != ""
