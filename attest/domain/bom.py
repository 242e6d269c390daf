"""The bill of materials, neutral: what a model, dataset or environment is made of, and where each value comes from.

CycloneDX and SPDX are codecs at the edge of the `bom` room; nothing here knows their spelling. Absent stays absent: an
empty tuple, None or an empty text means that nobody said it, never that it is known to be nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.license import License as License  # noqa: PLC0414 - given on
from attest.domain.license import Origin as Origin  # noqa: PLC0414 - given on
from attest.domain.license import Value as Value  # noqa: PLC0414 - given on

Subject = Literal["model", "dataset", "environment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A named value: a hyperparameter, a property of a format."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or an organisation."""

    name: Value
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A link: `kind` is a CycloneDX external reference type (documentation, distribution, website, vcs, …).

    `sha256` in hexadecimal when what lies there is known byte for byte.
    """

    kind: str
    url: str
    comment: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another model or dataset that this one refers to: a name such as `owner/name`, and how they are related.

    Relations of models: finetune, adapter, merge, quantized, converted, distilled, or empty when unknown. Of datasets:
    trained-on, evaluated-on, derived-from. `version` is a revision and `sha256` a digest when an attestation or a
    header gives one.
    """

    name: str
    relation: str
    origin: Origin
    source: str
    version: str = ""
    sha256: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorRecord:
    """One tensor: element type and shape as stored, and the SHA-256 of its bytes in hexadecimal when asked for."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of the artifact: digests in hexadecimal, size in bytes, format as sniffed from its content.

    `about` are facts of this file alone, such as its variant, its opset or what its pickle imports.
    """

    name: str
    sha256: str
    sha512: str
    size: int
    format: str
    about: tuple[Fact, ...] = ()
    tensors: tuple[TensorRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One input or output of a model. `format` is a type and shape such as `float32[batch,3,224,224]`, or a modality
    such as `text` where only that is known."""

    name: str
    format: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One evaluation result: the metric's name, its value as written, and the dataset, configuration and split."""

    name: str
    value: Value
    dataset: str = ""
    config: str = ""
    split: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What the files say about the model; absent stays absent.

    `parameters` counts parameters by element type as stored; `hyperparameters` are configuration values by name.
    `properties` are facts of a format under names such as `onnx:opset`. `custom_code` names the Python files that
    loading may run. `chat_template` is a known name or `sha256:<hex>`. `environmental` holds `co2eq:grams`, `hardware`,
    `kwh` and their like by name.
    """

    task: Value | None = None
    architecture: Value | None = None
    architecture_family: Value | None = None
    model_type: Value | None = None
    library: Value | None = None
    approach: Value | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    tensors: int = 0
    hyperparameters: tuple[Fact, ...] = ()
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    modalities: tuple[Value, ...] = ()
    metrics: tuple[Metric, ...] = ()
    users: tuple[Value, ...] = ()
    use_cases: tuple[Value, ...] = ()
    limitations: tuple[Value, ...] = ()
    tradeoffs: tuple[Value, ...] = ()
    ethical: tuple[Value, ...] = ()
    fairness: tuple[Value, ...] = ()
    training: Value | None = None
    environmental: tuple[Fact, ...] = ()
    tokenizer: Value | None = None
    tokenizer_settings: tuple[Fact, ...] = ()
    chat_template: Value | None = None
    properties: tuple[Fact, ...] = ()
    custom_code: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part of a dataset, such as `train`; None where a number is not known. `config` may be empty."""

    name: str
    examples: int | None
    size: int | None
    origin: Origin
    source: str
    config: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A column or field of a dataset with its type as its source spells it."""

    name: str
    type: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCard:
    """What the files say about a dataset. `kinds` are modalities (text, image, audio, video, tabular, …).

    `classes` counts examples by label where directories or columns tell. `sensitive` says what personal or sensitive
    data is in it. `classification` is public, gated or private. Times are ISO 8601.
    """

    kinds: tuple[Value, ...] = ()
    splits: tuple[Split, ...] = ()
    features: tuple[Feature, ...] = ()
    rows: Value | None = None
    size_category: Value | None = None
    classes: tuple[tuple[str, int], ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    sensitive: tuple[Value, ...] = ()
    owners: tuple[Party, ...] = ()
    custodians: tuple[Party, ...] = ()
    collection: tuple[Value, ...] = ()
    preprocessing: tuple[Value, ...] = ()
    annotation: tuple[Value, ...] = ()
    biases: tuple[Value, ...] = ()
    limitations: tuple[Value, ...] = ()
    use_cases: tuple[Value, ...] = ()
    social_impact: tuple[Value, ...] = ()
    maintenance: tuple[Value, ...] = ()
    classification: Value | None = None
    created: Value | None = None
    modified: Value | None = None
    properties: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Software: a framework that a model asks for, or a package of an environment.

    `purl` is its identity (a name without a version is one too). `hashes` are CycloneDX algorithm names with values in
    hexadecimal. `depends_on` holds purls of other components of the same bill.
    """

    name: str
    version: str
    purl: str
    origin: Origin
    source: str
    kind: Literal["library", "framework", "application", "operating-system", "device"] = "library"
    hashes: tuple[tuple[str, str], ...] = ()
    licenses: tuple[License, ...] = ()
    depends_on: tuple[str, ...] = ()
    properties: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a VEX statement says of a vulnerability in this subject; `source` names the document.

    `state` and `justification` are CycloneDX's words (not_affected, exploitable, in_triage, resolved, false_positive).
    """

    state: str
    justification: str = ""
    detail: str = ""
    response: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A known vulnerability of a component (OSV). `affects` is a purl of the bill, `fixed` the versions that mend it.

    `severity` is critical, high, medium, low, none or unknown; `vector` a CVSS vector when one is given.
    """

    id: str
    affects: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    severity: str = "unknown"
    vector: str = ""
    fixed: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    published: str = ""
    modified: str = ""
    analysis: Analysis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How the subject came to be, from a SLSA provenance statement: one step with what went in and what came out.

    `kind` is the build type's name (train, finetune, merge, quantize, convert, …). Times are RFC 3339. `verified` says
    that the statement's signature was verified; otherwise the step is only declared.
    """

    kind: str
    build_type: str
    builder: str
    invocation: str
    inputs: tuple[Relative, ...]
    parameters: tuple[Fact, ...] = ()
    started: str = ""
    finished: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sources that disagree about one thing; both are kept."""

    about: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bom:
    """A bill of materials of one subject. `digest` and `digest_kind` are the artifact's identity, as in the manifest;
    both are empty for an environment, which is no artifact.

    `digests_given` says that the digests were not computed from the files, so what the files say of themselves was read
    from bytes that nobody hashed meanwhile. `unreadable` are documents and headers that were refused, with the reason;
    `gaps` is what could not be looked up. `files` stand in the order of
    their names. `made_by` is who had the bill made, which is not
    who made the subject.
    """

    subject: Subject = "model"
    name: Value
    group: str = ""
    version: str = ""
    purl_type: str = "generic"
    digest: str
    digest_kind: str
    description: Value | None = None
    licenses: tuple[License, ...] = ()
    copyright: tuple[Value, ...] = ()
    manufacturer: Party | None = None
    supplier: Party | None = None
    authors: tuple[Party, ...] = ()
    released: Value | None = None
    references: tuple[Reference, ...] = ()
    card: ModelCard = ModelCard()
    data: DataCard = DataCard()
    base_models: tuple[Relative, ...] = ()
    datasets: tuple[Relative, ...] = ()
    components: tuple[Component, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    steps: tuple[Step, ...] = ()
    files: Sequence[FileRecord] = ()
    conflicts: tuple[Conflict, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    made_by: tuple[Party, ...] = ()
    digests_given: bool = False
