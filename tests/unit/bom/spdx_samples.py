"""Bills of materials that use every part of the neutral model, for the tests of the SPDX codec."""

from __future__ import annotations

from attest.domain.bom import (
    Analysis,
    Bom,
    Component,
    Conflict,
    DataCard,
    Fact,
    Feature,
    FileRecord,
    License,
    Metric,
    ModelCard,
    Origin,
    Party,
    Port,
    Reference,
    Relative,
    Split,
    Step,
    TensorRecord,
    Value,
    Vulnerability,
)
from attest.domain.finding import Finding
from attest.domain.gap import Gap


def value(text: str, origin: Origin = "declared", source: str = "README.md#/x") -> Value:
    return Value(text=text, origin=origin, source=source)


def fact(name: str, text: str, origin: Origin = "observed", source: str = "config.json") -> Fact:
    return Fact(name=name, value=value(text, origin, source))


def record(name: str, kind: str, size: int = 3, about: tuple[Fact, ...] = ()) -> FileRecord:
    return FileRecord(name=name, sha256="a" * 64, sha512="b" * 128, size=size, format=kind, about=about)


def relative(name: str, relation: str = "", version: str = "", sha256: str = "", url: str = "") -> Relative:
    return Relative(
        name=name, relation=relation, origin="declared", source="README.md#/r", version=version, sha256=sha256, url=url
    )


SMALL = Bom(name=value("tiny", "inferred", "folder name"), digest="c" * 64, digest_kind="attest-tree/v1")

COMPLETE = Bom(
    name=value("tiny"),
    group="acme",
    version="0123abc",
    purl_type="huggingface",
    digest="c" * 64,
    digest_kind="attest-tree/v1",
    licenses=(License(kind="id", value=value("Apache-2.0")),),
    copyright=(value("Copyright 2024 Acme", "observed", "LICENSE"),),
    manufacturer=Party(name=value("Acme")),
    supplier=Party(name=value("Hugging Face")),
    released=value("2024-05-06T07:08:09Z"),
    files=(record("README.md", "markdown"), record("model.safetensors", "safetensors")),
    made_by=(Party(name=value("Jo"), email="jo@acme.example"),),
)
"""A model with all that the AI profile asks for, and no relatives."""

FULL = Bom(
    name=value("tiny"),
    group="acme",
    version="0123abc",
    purl_type="huggingface",
    digest="c" * 64,
    digest_kind="attest-tree/v1",
    description=value("A tiny model."),
    licenses=(
        License(kind="id", value=value("Apache-2.0")),
        License(kind="name", value=value("Acme's terms!"), url="https://acme.example/terms"),
        License(kind="id", value=value("MIT", "observed", "LICENSE"), acknowledgement="concluded"),
        License(kind="name", value=value("GPL-3.0", "observed", "COPYING"), acknowledgement="evidence"),
    ),
    copyright=(value("Copyright 2024 Acme", "observed", "LICENSE"), value("Copyright 2023 Jo", "observed", "COPYING")),
    manufacturer=Party(name=value("Acme"), url="https://acme.example", email="info@acme.example"),
    supplier=Party(name=value("Hugging Face")),
    authors=(Party(name=value("Jo")),),
    released=value("2024-05-06"),
    references=(
        Reference(kind="documentation", url="https://acme.example/paper", comment="paper"),
        Reference(kind="distribution", url="https://mirror.example/tiny"),
        Reference(kind="never-heard-of", url="https://acme.example/x"),
        Reference(kind="website", url="javascript:alert(1)"),
    ),
    card=ModelCard(
        task=value("text-classification"),
        architecture=value("BertModel", "observed", "config.json#/architectures/0"),
        architecture_family=value("transformer", "inferred", "config.json#/model_type"),
        model_type=value("bert", "observed", "config.json#/model_type"),
        library=value("transformers"),
        approach=value("supervised"),
        languages=("fr", "en"),
        tags=("arxiv:2001.12345", "rail", "doi:10.1000/182"),
        parameters=(("F16", 4), ("F32", 10)),
        tensors=2,
        hyperparameters=(fact("hidden_size", "2"),),
        inputs=(Port(name="ids", format="int64[batch,512]", origin="observed", source="model.onnx"),),
        outputs=(Port(name="", format="text", origin="inferred", source="README.md#/pipeline_tag"),),
        modalities=(value("text"),),
        metrics=(Metric(name="accuracy", value=value("0.91"), dataset="snli", config="plain", split="test"),),
        users=(value("researchers"),),
        use_cases=(value("sorting letters"),),
        limitations=(value("English only"),),
        tradeoffs=(value("slow"),),
        ethical=(value("may be unfair"),),
        fairness=(value("not tested"),),
        training=value("Trained for a day."),
        environmental=(fact("kwh", "12.5"), fact("co2eq:grams", "300"), fact("hardware", "one CPU")),
        tokenizer=value("BertTokenizer", "observed", "tokenizer_config.json#/tokenizer_class"),
        tokenizer_settings=(fact("do_lower_case", "true"),),
        chat_template=value("chatml", "observed", "tokenizer_config.json#/chat_template"),
        properties=(fact("onnx:opset", "17", "observed", "model.onnx"),),
        custom_code=("model.py",),
    ),
    base_models=(
        relative("acme/base", "adapter", version="1", sha256="d" * 64),
        relative("acme/base", "adapter", version="1"),
        relative("bert", "finetune"),
        relative("a model", ""),
    ),
    datasets=(
        relative("snli", "trained-on"),
        relative("snli", "evaluated-on"),
        relative("Own data", "", url="https://data.example/own"),
    ),
    components=(
        Component(
            name="torch",
            version="2.0",
            purl="pkg:pypi/torch@2.0",
            origin="observed",
            source="requirements.txt",
            kind="framework",
            hashes=(("SHA-256", "e" * 64), ("MD-UNKNOWN", "00")),
            depends_on=("pkg:pypi/numpy@1", "pkg:pypi/absent@1"),
        ),
        Component(
            name="numpy",
            version="1",
            purl="pkg:pypi/numpy@1",
            origin="declared",
            source="requirements.txt",
            licenses=(License(kind="expression", value=value("MIT OR BSD-3-Clause")),),
            properties=(fact("framework:written-with", "true"),),
        ),
    ),
    vulnerabilities=(
        Vulnerability(
            id="GHSA-1",
            affects="pkg:pypi/torch@2.0",
            aliases=("CVE-2024-1",),
            description="It breaks.",
            severity="high",
            vector="CVSS:3.1/AV:N",
            fixed=("2.1",),
            source="OSV",
            url="https://osv.example/GHSA-1",
            published="2024-01-01T00:00:00.123Z",
            modified="2024-01-02T00:00:00Z",
            analysis=Analysis(state="exploitable", source="vex.json"),
        ),
        Vulnerability(
            id="GHSA-2",
            affects="pkg:pypi/numpy@1",
            analysis=Analysis(state="not_affected", justification="code_not_present", detail="It is not there."),
        ),
        Vulnerability(id="GHSA-3", affects="pkg:pypi/numpy@1", analysis=Analysis(state="in_triage")),
        Vulnerability(id="GHSA-4", affects="pkg:pypi/numpy@1", analysis=Analysis(state="resolved")),
        Vulnerability(id="GHSA-5", affects="pkg:pypi/numpy@1", analysis=Analysis(state="exploitable")),
        Vulnerability(id="GHSA-6", affects="pkg:pypi/elsewhere@1", analysis=Analysis(state="false_positive")),
        Vulnerability(
            id="GHSA-7",
            affects="pkg:pypi/numpy@1",
            analysis=Analysis(state="not_affected", justification="requires_environment"),
        ),
        Vulnerability(id="GHSA-8", affects="pkg:pypi/numpy@1"),
    ),
    steps=(
        Step(
            kind="finetune",
            build_type="https://attest.example/finetune/v1",
            builder="https://ci.example",
            invocation="run 1",
            inputs=(relative("acme/base", version="1"), relative("git+https://x.example", sha256="f" * 64)),
            parameters=(fact("lr", "0.1"),),
            started="2024-01-01T00:00:00+02:00",
            finished="2024-01-01T01:00:00Z",
            source="provenance.json",
            verified=True,
        ),
        Step(kind="convert", build_type="no uri", builder="", invocation="", inputs=(), source="provenance.json"),
    ),
    files=(
        record("README.md", "markdown"),
        record("a b.json", "json"),
        record("a-b.json", "json"),
        record("data.jsonl", "json"),
        record("model.py", "python"),
        FileRecord(
            name="model.safetensors",
            sha256="1" * 64,
            sha512="2" * 128,
            size=90,
            format="safetensors",
            about=(fact("variant", "fp16"),),
            tensors=(TensorRecord(name="w", dtype="F32", shape=(2, 3), sha256="3" * 64),),
        ),
        record('\u540d\u524d".bin', "unknown"),
    ),
    conflicts=(Conflict(about="license", values=(value("MIT"), value("Apache-2.0", "observed", "LICENSE"))),),
    unreadable=(("config.json", "it is not strict JSON"),),
    findings=(Finding(rule="bom/license-conflict", severity="warning", file="LICENSE", message="Licences disagree"),),
    gaps=(Gap(needed="vulnerabilities", about="numpy", reason="OSV cannot be reached"),),
    made_by=(Party(name=value("Jo")),),
)
"""A model with everything."""

DATASET = Bom(
    subject="dataset",
    name=value("pairs"),
    group="acme",
    version="1",
    purl_type="huggingface",
    digest="c" * 64,
    digest_kind="attest-tree/v1",
    description=value("Pairs of things."),
    licenses=(License(kind="id", value=value("CC-BY-4.0")),),
    manufacturer=Party(name=value("Acme")),
    supplier=Party(name=value("Hugging Face")),
    authors=(Party(name=value("Jo")),),
    released=value("2024-05-06T07:08:09+02:00"),
    data=DataCard(
        kinds=(value("text"), value("tabular"), value("3d")),
        splits=(
            Split(name="train", examples=10, size=100, origin="observed", source="a.parquet"),
            Split(name="test", examples=5, size=None, origin="observed", source="b.parquet"),
        ),
        features=(Feature(name="label", type="int64", origin="observed", source="a.parquet"),),
        size_category=value("n<1K"),
        classes=(("cat", 7), ("dog", 8)),
        languages=("en",),
        tags=("pets",),
        tasks=("text-classification",),
        sensitive=(value("names of people"),),
        owners=(Party(name=value("Acme")),),
        custodians=(Party(name=value("Keeper")),),
        collection=(value("found on the web"),),
        preprocessing=(value("cleaned"),),
        annotation=(value("by hand"),),
        biases=(value("more dogs"),),
        limitations=(value("small"),),
        use_cases=(value("telling cats from dogs"),),
        social_impact=(value("none known"),),
        maintenance=(value("yearly"),),
        classification=value("gated"),
        created=value("2024-01-01"),
        modified=value("2024-02-01"),
        properties=(fact("croissant:conforms-to", "1.1"),),
    ),
    files=(record("a.parquet", "parquet"), record("b.parquet", "parquet"), record("c.json", "json")),
)

ENVIRONMENT = Bom(
    subject="environment",
    name=value("serving"),
    digest="",
    digest_kind="",
    components=FULL.components,
    gaps=(Gap(needed="vulnerabilities", about="numpy", reason="OSV cannot be reached"),),
)

ALL = {"small": SMALL, "complete": COMPLETE, "full": FULL, "dataset": DATASET, "environment": ENVIRONMENT}
