"""The bill of materials, neutral: what a model is made of, and where each value comes from.

CycloneDX (and later SPDX) are codecs at the edge of the `bom` room; nothing here knows their spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["declared", "observed", "inferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A text with its origin: `source` is a file and the key inside it, or how the value was concluded."""

    text: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """A licence as somebody stated it: an SPDX id, an SPDX expression, or a name that SPDX does not list."""

    kind: Literal["id", "expression", "name"]
    value: Value
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another model or dataset that this one refers to: a name such as `owner/name`, and how they are related."""

    name: str
    relation: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of the artifact: digests in hexadecimal, size in bytes, format as sniffed from its content."""

    name: str
    sha256: str
    sha512: str
    size: int
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What the files say about the model; absent stays absent.

    `parameters` counts parameters by element type as stored; `hyperparameters` are configuration values by name.
    """

    task: Value | None = None
    architecture: Value | None = None
    architecture_family: Value | None = None
    model_type: Value | None = None
    library: Value | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    tensors: int = 0
    hyperparameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sources that disagree about one thing; both are kept."""

    about: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bom:
    """A model's bill of materials. `digest` and `digest_kind` are the artifact's identity, as in the manifest.

    `digests_given` says that the digests were not computed from the files, so what the files say of themselves was read
    from bytes that nobody hashed meanwhile.
    """

    name: Value
    group: str = ""
    version: str = ""
    purl_type: str = "generic"
    digest: str
    digest_kind: str
    description: Value | None = None
    licenses: tuple[License, ...] = ()
    card: ModelCard = ModelCard()
    base_models: tuple[Relative, ...] = ()
    datasets: tuple[Relative, ...] = ()
    files: tuple[FileRecord, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    digests_given: bool = False
