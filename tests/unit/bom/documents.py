"""Documents that are in order, in every section that the formats have, for tests that break them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Json = dict[str, Any]

SHA256, SHA512 = "a" * 64, "b" * 128
TIME = "2026-11-24T12:00:00Z"


def put(document: Json, *path: str | int, value: Any) -> Json:
    """A copy with `value` at the place; a missing member is added, and an item after the last one appended."""
    copy = deepcopy(document)
    node: Any = copy
    for step in path[:-1]:
        node = node[step]
    if isinstance(node, list) and path[-1] == len(node):
        node.append(value)
    else:
        node[path[-1]] = value
    return copy


def drop(document: Json, *path: str | int) -> Json:
    """A copy without what is at the place."""
    copy = deepcopy(document)
    node: Any = copy
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]
    return copy


def model_bom(version: str = "1.6") -> Json:
    """A model with two files, one dataset by reference, a framework, and every section that refers to something.

    `version` is 1.5, 1.6 or 1.7."""
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "metadata": {
            "timestamp": TIME,
            "lifecycles": [{"phase": "post-build"}],
            "tools": {"components": [{"type": "application", "name": "t", "version": "1", "bom-ref": "tool"}]},
            "authors": [{"name": "An Author", "email": "author@example.org"}],
            "component": _model(),
        },
        "components": [
            {
                "type": "data",
                "name": "d",
                "bom-ref": "d",
                "data": [{"bom-ref": "d-data", "type": "dataset", "contents": {"url": "https://example.org/d"}}],
            },
            {
                "type": "framework",
                "name": "torch",
                "version": "2.1",
                "bom-ref": "torch",
                "purl": "pkg:pypi/torch@2.1",
                "licenses": [{"expression": "BSD-3-Clause AND (MIT OR Apache-2.0)"}],
            },
        ],
        "services": [{"name": "s", "bom-ref": "s", "data": [{"flow": "inbound", "classification": "public"}]}],
        "dependencies": [{"ref": "m", "dependsOn": ["d", "torch"]}, {"ref": "d"}, {"ref": "s", "dependsOn": ["m"]}],
        "compositions": [
            {
                "bom-ref": "c",
                "aggregate": "complete",
                "assemblies": ["m"],
                "dependencies": ["m"],
                "vulnerabilities": ["v"],
            }
        ],
        "vulnerabilities": [{"bom-ref": "v", "id": "CVE-2026-1", "affects": [{"ref": "torch"}]}],
        "annotations": [
            {
                "bom-ref": "note",
                "subjects": ["card", "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "s"],
                "annotator": {"component": {"type": "application", "name": "a"}},
                "timestamp": TIME,
                "text": "t",
            }
        ],
        "formulation": [_formula()],
    }
    if version == "1.5":
        del document["metadata"]["component"]["manufacturer"]
    if version in ("1.6", "1.7"):
        document["declarations"] = _declarations()
        document["definitions"] = {
            "standards": [
                {"bom-ref": "std", "name": "S", "requirements": [{"bom-ref": "r1"}, {"bom-ref": "r2", "parent": "r1"}]}
            ]
        }
    if version == "1.7":
        document["citations"] = [
            {
                "bom-ref": "cite",
                "attributedTo": "tool",
                "timestamp": TIME,
                "pointers": ["/metadata/component/name", "/components/0"],
            }
        ]
    return document


def _model() -> Json:
    return {
        "type": "machine-learning-model",
        "bom-ref": "m",
        "group": "acme",
        "name": "m",
        "version": "1",
        "purl": "pkg:huggingface/acme/m@1",
        "description": "A model.",
        "manufacturer": {"name": "Acme"},
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": _hashes(),
        "externalReferences": [{"type": "website", "url": "https://example.org/m"}],
        "pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "b", "bom-ref": "b"}]},
        "modelCard": {
            "bom-ref": "card",
            "modelParameters": {
                "task": "text-classification",
                "architectureFamily": "transformer",
                "modelArchitecture": "BertModel",
                "datasets": [{"ref": "d"}, {"type": "dataset", "name": "inline", "contents": {"url": "https://example.org/i"}}],
                "inputs": [{"format": "text"}],
                "outputs": [{"format": "float32[2]"}],
            },
        },
        "components": [
            {"type": "data", "name": "model.safetensors", "bom-ref": "m#model.safetensors", "hashes": _hashes(),
             "properties": [{"name": "attest:file:size", "value": "5"}]},
            {"type": "file", "name": "sub/config.json", "bom-ref": "m#sub/config.json",
             "hashes": [{"alg": "SHA-256", "content": SHA256}]},
        ],
    }  # fmt: skip


def _hashes() -> list[Json]:
    return [{"alg": "SHA-256", "content": SHA256}, {"alg": "SHA-512", "content": SHA512}]


def _formula() -> Json:
    return {
        "bom-ref": "formula",
        "components": [{"type": "device", "name": "gpu", "bom-ref": "gpu"}],
        "workflows": [
            {
                "bom-ref": "w",
                "uid": "w",
                "name": "train",
                "taskTypes": ["build"],
                "resourceReferences": [{"ref": "gpu"}],
                "tasks": [
                    {"bom-ref": "task", "uid": "t", "taskTypes": ["other"], "inputs": [{"resource": {"ref": "d"}}]}
                ],
                "trigger": {"bom-ref": "trigger", "uid": "tr", "type": "manual"},
                "outputs": [{"type": "artifact", "resource": {"ref": "m"}}],
            }
        ],
    }


def _declarations() -> Json:
    return {
        "assessors": [{"bom-ref": "assessor", "thirdParty": True}],
        "attestations": [
            {
                "assessor": "assessor",
                "map": [
                    {
                        "requirement": "r1",
                        "claims": ["claim"],
                        "conformance": {"score": 1, "mitigationStrategies": ["ev"]},
                    }
                ],
            }
        ],
        "claims": [
            {"bom-ref": "claim", "target": "m", "predicate": "p", "evidence": ["ev"], "counterEvidence": ["ev"]}
        ],
        "evidence": [{"bom-ref": "ev", "propertyName": "p"}],
    }


CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_NS = "https://example.org/doc#"


def spdx_bom() -> Json:
    """A model with one file and one dataset in SPDX 3.0.1."""
    info = "_:info"

    def element(kind: str, suffix: str, /, **members: Any) -> Json:
        return {"type": kind, "spdxId": _NS + suffix, "creationInfo": info, **members}

    def edge(suffix: str, kind: str, source: str, target: str, **members: Any) -> Json:
        ends = {"from": _NS + source, "to": [_NS + target], "relationshipType": kind}
        return element("Relationship", suffix, **ends, **members)

    common = {
        "software_downloadLocation": "https://example.org/m",
        "software_packageVersion": "1",
        "releaseTime": TIME,
    }
    graph = [
        {
            "type": "CreationInfo",
            "@id": info,
            "specVersion": "3.0.1",
            "created": TIME,
            "createdBy": [_NS + "org"],
            "createdUsing": [_NS + "tool"],
        },
        element("Organization", "org", name="Acme"),
        element("Tool", "tool", name="t 1"),
        element(
            "ai_AIPackage",
            "model",
            name="acme/m",
            suppliedBy=_NS + "org",
            software_primaryPurpose="model",
            ai_typeOfModel=["transformer"],
            verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": SHA256}],
            **common,
        ),
        element(
            "dataset_DatasetPackage",
            "data",
            name="d",
            originatedBy=[_NS + "org"],
            software_primaryPurpose="data",
            dataset_datasetType=["text"],
            builtTime=TIME,
            **common,
        ),
        element(
            "software_File",
            "file",
            name="model.safetensors",
            comment="format: safetensors; size: 5",
            software_primaryPurpose="model",
            verifiedUsing=[
                {"type": "Hash", "algorithm": "sha256", "hashValue": SHA256},
                {"type": "Hash", "algorithm": "sha512", "hashValue": SHA512},
            ],
        ),
        element("simplelicensing_LicenseExpression", "mit", simplelicensing_licenseExpression="MIT"),
        edge("r1", "contains", "model", "file", completeness="complete"),
        edge("r2", "trainedOn", "model", "data"),
        edge("r3", "hasDeclaredLicense", "model", "mit"),
        edge("r4", "hasConcludedLicense", "model", "mit"),
        edge("r5", "dependsOn", "model", "data", completeness="complete"),
        element("software_Sbom", "sbom", rootElement=[_NS + "model"], software_sbomType=["analyzed"]),
        element(
            "SpdxDocument",
            "document",
            rootElement=[_NS + "sbom"],
            profileConformance=["core", "software", "simpleLicensing", "ai"],
        ),
    ]
    return {"@context": CONTEXT, "@graph": graph}
