"""The artifact: files under one root, or one file, and the names of the evidence that lies with it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

SIGNATURE_NAME = "model.sig"
CLAIMS_NAME = "claims.jsonl"
Kind = Literal["directory", "file"]


# What OMS leaves out at the top level of every model unless told otherwise (OMS 1.0, exclusions).
OMS_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
_CLAIM = re.compile(r"(?:.*\.)?claims\.jsonl(?::[0-9]+)?", re.DOTALL)


def ignored_by_default(name: str) -> bool:
    """True for the names that every OMS implementation leaves out unless told otherwise."""
    return below(name, OMS_IGNORED)


def below(name: str, paths: Collection[str]) -> bool:
    """True when `name` is one of `paths` or lies below one of them."""
    if name in paths:
        return True
    at = name.find("/")
    while at >= 0:
        if name[:at] in paths:
            return True
        at = name.find("/", at + 1)
    return False


def is_claim_source(source: str) -> bool:
    """True when a bundle's source is a claims file or a line of one, not a signature."""
    return _CLAIM.fullmatch(source) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A model or dataset on disk.

    `root` is an absolute path without links; `name` is its base name as the caller wrote it.
    `hub_repository` and `hub_revision` are set when the root is a snapshot in the Hugging Face cache layout.
    """

    root: str
    kind: Kind
    name: str
    hub_repository: str = ""
    hub_revision: str = ""
    hub_blobs: str = ""

    @property
    def signature_path(self) -> str:
        """Where the OMS bundle lies: `model.sig` inside a directory, `F.sig` beside a file."""
        return f"{self.root}/{SIGNATURE_NAME}" if self.kind == "directory" else f"{self.root}.sig"

    @property
    def claims_path(self) -> str:
        """Where the attestations lie: `claims.jsonl` inside a directory, `F.claims.jsonl` beside a file."""
        return f"{self.root}/{CLAIMS_NAME}" if self.kind == "directory" else f"{self.root}.{CLAIMS_NAME}"
