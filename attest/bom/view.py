"""Anybody's CycloneDX document → what people look at. Members of unexpected shapes are passed over: a view is no check.

The subject is `metadata.component`, or the first machine-learning model or dataset among the components when that is a
thin root (the inventory layout).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attest.bom.cyclonedx.vocabulary import Json
from attest.domain.bom_view import BomView, Edge, FileRow, Node, NodeKind, Row, Section, VulnerabilityRow
from attest.errors import DocumentError

_SUBJECTS = ("machine-learning-model", "data")
_NOTICES = {
    "conflict": "sources disagree",
    "unreadable": "could not be read",
    "finding": "noticed",
    "gap": "could not be had",
}
_FILE_TYPES = ("file", "data", "library")
_SHOWN_PROPERTIES = 400


def view(document: Json) -> BomView:
    """What to show of a BOM in JSON. Raises DocumentError when it is neither CycloneDX nor SPDX 3."""
    if document.get("bomFormat") == "CycloneDX":
        return _View(document).made()
    if "@graph" in document:
        from attest.bom.view_spdx import view_spdx

        return view_spdx(document)
    raise DocumentError("this is neither a CycloneDX nor an SPDX 3 document in JSON", hint="Name another document.")


class _View:
    def __init__(self, document: Json) -> None:
        self.document = document
        self.metadata = _object(document.get("metadata"))
        root = _object(self.metadata.get("component"))
        components = _objects(document.get("components"))
        typed = [item for item in (root, *components) if item.get("type") in _SUBJECTS]
        self.subject = root if root.get("type") in _SUBJECTS or not typed else typed[0]
        rest = [item for item in components if item is not self.subject]
        self.loose = [item for item in rest if item.get("type") == "file" or _property(item, "attest:file:size")]
        files = set(map(id, self.loose))
        self.others = [item for item in rest if id(item) not in files]
        self.properties = [
            (_text(item.get("name")), _text(item.get("value"))) for item in _objects(self.subject.get("properties"))
        ]
        self.origins: dict[str, list[str]] = {}
        for name, value in self.properties:
            if name.startswith("attest:origin:"):
                self.origins.setdefault(name.removeprefix("attest:origin:"), []).append(value)

    def made(self) -> BomView:
        """The view."""
        group, name = _text(self.subject.get("group")), _text(self.subject.get("name"))
        sections = [
            Section(title=title, rows=tuple(row for row in rows if row.text)) for title, rows in self._sections()
        ]
        nodes, edges = self._lineage()
        return BomView(
            title=f"{group}/{name}" if group else name or "(without a name)",
            kind=_text(self.subject.get("type")),
            form=f"CycloneDX {_text(self.document.get('specVersion'))}",
            sections=tuple(section for section in sections if section.rows),
            files=tuple(self._files()),
            vulnerabilities=tuple(self._vulnerabilities()),
            nodes=tuple(nodes),
            edges=tuple(edges),
            notices=tuple(self._notices()),
        )

    def _row(self, label: str, text: str, field: str = "") -> Row:
        return Row(label=label, text=text, origin="; ".join(dict.fromkeys(self.origins.get(field or label, ()))))

    def _sections(self) -> Iterator[tuple[str, Iterable[Row]]]:
        yield "identity", self._identity()
        yield "model", self._model()
        yield "inputs and outputs", self._ports()
        yield "evaluation", self._metrics()
        yield "considerations", self._considerations()
        yield "hyperparameters", self._named("cdx:ai-ml:model:hyperparameter:", self._card_properties())
        yield "tokenizer", self._named("cdx:ai-ml:tokenizer:hyperparameter:", self._card_properties())
        yield "dataset", self._data()
        yield "other facts", self._facts()
        yield "made from", self._relatives()
        yield "software", self._software()
        yield "document", self._about()

    def _identity(self) -> Iterator[Row]:
        subject = self.subject
        yield self._row("version", _text(subject.get("version")))
        yield self._row("description", _text(subject.get("description")))
        yield self._row("licence", ", ".join(_licenses(subject)), "licenses")
        evidence = _object(subject.get("evidence"))
        yield self._row("licence evidence", ", ".join(_licenses(evidence)))
        yield self._row("copyright", _text(subject.get("copyright")))
        for role in ("manufacturer", "supplier"):
            yield self._row(role, _text(_object(subject.get(role)).get("name")))
        yield self._row("authors", ", ".join(_text(item.get("name")) for item in _objects(subject.get("authors"))))
        yield self._row("purl", _text(subject.get("purl")))
        for item in _objects(subject.get("hashes")):
            yield Row(label=_text(item.get("alg")), text=_text(item.get("content")))
        for name, value in self.properties:
            if name in ("attest:model:digest", "attest:dataset:digest"):
                yield Row(label="digest of the artifact", text=value)
        for item in _objects(subject.get("externalReferences")):
            yield Row(label=_text(item.get("type")), text=_text(item.get("url")), origin=_text(item.get("comment")))

    def _card(self) -> Json:
        return _object(self.subject.get("modelCard"))

    def _card_properties(self) -> list[tuple[str, str]]:
        return [(_text(p.get("name")), _text(p.get("value"))) for p in _objects(self._card().get("properties"))]

    def _model(self) -> Iterator[Row]:
        parameters = _object(self._card().get("modelParameters"))
        yield self._row("task", _text(parameters.get("task")))
        yield self._row("architecture", _text(parameters.get("modelArchitecture")), "modelArchitecture")
        yield self._row("family", _text(parameters.get("architectureFamily")), "architectureFamily")
        yield self._row("approach", _text(_object(parameters.get("approach")).get("type")))
        for name, value in self._card_properties():
            if name.startswith(("cdx:ai-ml:model:parameter:", "attest:model:parameters:", "cdx:ai-ml:model:languages")):
                yield Row(label=name.rpartition("cdx:ai-ml:model:")[2].removeprefix("attest:model:"), text=value)

    def _ports(self) -> Iterator[Row]:
        named = {"input": {}, "output": {}}  # type: dict[str, dict[str, str]]
        for name, value in self._card_properties():
            for side, known in named.items():
                if name.startswith(f"attest:model:{side}:"):
                    known[name.removeprefix(f"attest:model:{side}:")] = value
        parameters = _object(self._card().get("modelParameters"))
        for side, ports in named.items():
            if ports:
                yield from (self._row(f"{side} {name}", text, f"{side}s") for name, text in ports.items())
            else:
                formats = [_text(item.get("format")) for item in _objects(parameters.get(f"{side}s"))]
                yield self._row(side, ", ".join(formats), f"{side}s")

    def _metrics(self) -> Iterator[Row]:
        analysis = _object(self._card().get("quantitativeAnalysis"))
        for item in _objects(analysis.get("performanceMetrics")):
            part = f" on {_text(item.get('slice'))}" if _text(item.get("slice")) else ""
            yield Row(label=f"{_text(item.get('type'))}{part}", text=_text(item.get("value")))

    def _considerations(self) -> Iterator[Row]:
        found = _object(self._card().get("considerations"))
        for key, label in (
            ("users", "users"),
            ("useCases", "use"),
            ("technicalLimitations", "limits"),
            ("performanceTradeoffs", "trade-offs"),
        ):
            for text in _texts(found.get(key)):
                yield self._row(label, text, key)
        for item in _objects(found.get("ethicalConsiderations")):
            yield self._row("risks", _text(item.get("name")), "ethicalConsiderations")
        for item in _objects(found.get("fairnessAssessments")):
            yield self._row(
                "fairness", _text(item.get("harms")) or _text(item.get("groupAtRisk")), "fairnessAssessments"
            )
        environment = _object(found.get("environmentalConsiderations"))
        for item in _objects(environment.get("properties")):
            yield Row(label=_text(item.get("name")).removeprefix("attest:model:"), text=_text(item.get("value")))

    def _data(self) -> Iterator[Row]:
        for item in _objects(self.subject.get("data")):
            yield self._row("classification", _text(item.get("classification")))
            yield self._row("sensitive data", "; ".join(_texts(item.get("sensitiveData"))), "sensitiveData")
            contents = _objects(_object(item.get("contents")).get("properties"))
            for found in contents[:_SHOWN_PROPERTIES]:
                yield Row(
                    label=_text(found.get("name")).removeprefix("attest:dataset:"), text=_text(found.get("value"))
                )

    def _named(self, prefix: str, pairs: Iterable[tuple[str, str]]) -> Iterator[Row]:
        for name, value in [pair for pair in pairs if pair[0].startswith(prefix)][:_SHOWN_PROPERTIES]:
            if value:
                yield Row(label=name.removeprefix(prefix), text=value)

    def _facts(self) -> Iterator[Row]:
        shown = (
            "cdx:ai-ml:model:",
            "cdx:ai-ml:tokenizer:",
            "attest:model:parameters:",
            "attest:model:input:",
            "attest:model:output:",
        )
        for name, value in self._card_properties()[:_SHOWN_PROPERTIES]:
            if not name.startswith(shown):
                yield Row(label=name, text=value)
        for name, value in self.properties[:_SHOWN_PROPERTIES]:
            if not name.startswith(
                ("attest:origin:", *(f"attest:{kind}:" for kind in _NOTICES), "attest:model:digest")
            ):
                yield Row(label=name, text=value)

    def _relatives(self) -> Iterator[Row]:
        for item in _objects(_object(self.subject.get("pedigree")).get("ancestors")):
            label = "made from" if item.get("type") == "data" else "base model"
            yield Row(label=label, text=_full(item), origin=_origin(item))
        for item in self.others:
            if item.get("type") == "data":
                yield Row(label="dataset", text=_full(item), origin=_origin(item))
            elif item.get("type") == "machine-learning-model":
                yield Row(label="model", text=_full(item), origin=_origin(item))

    def _software(self) -> Iterator[Row]:
        for item in self.others:
            if item.get("type") not in ("data", "machine-learning-model", "file"):
                version = _text(item.get("version")) or "(no version)"
                licenses = ", ".join(_licenses(item))
                yield Row(label=_full(item), text=f"{version} {licenses}".strip(), origin=_origin(item))

    def _about(self) -> Iterator[Row]:
        yield Row(label="serial number", text=_text(self.document.get("serialNumber")))
        yield Row(label="time", text=_text(self.metadata.get("timestamp")))
        authors = [_text(item.get("name")) for item in _objects(self.metadata.get("authors"))]
        yield Row(label="made for", text=", ".join(authors))
        tools = self.metadata.get("tools")
        found = _objects(tools.get("components")) if isinstance(tools, dict) else _objects(tools)
        for tool in found:
            yield Row(label="made by", text=f"{_text(tool.get('name'))} {_text(tool.get('version'))}".strip())

    def _files(self) -> Iterator[FileRow]:
        nested = _objects(self.subject.get("components"))
        for item in nested or self.loose:
            if item.get("type") in _FILE_TYPES:
                yield _file(item)

    def _vulnerabilities(self) -> Iterator[VulnerabilityRow]:
        names = {_text(item.get("bom-ref")): _full(item, version=True) for item in self.others}
        for item in _objects(self.document.get("vulnerabilities")):
            affected = [_text(one.get("ref")) for one in _objects(item.get("affects"))]
            ratings = [_text(one.get("severity")) for one in _objects(item.get("ratings"))]
            analysis = _object(item.get("analysis"))
            yield VulnerabilityRow(
                id=_text(item.get("id")),
                severity=ratings[0] if ratings else "unknown",
                affects=", ".join(names.get(ref, ref) for ref in affected),
                text=_text(item.get("recommendation")) or _text(item.get("description")),
                analysis=" ".join(filter(None, (_text(analysis.get("state")), _text(analysis.get("justification"))))),
            )

    def _notices(self) -> Iterator[Row]:
        for name, value in self.properties:
            for kind, words in _NOTICES.items():
                if name.startswith(f"attest:{kind}:"):
                    yield Row(label=f"{words}: {name.removeprefix(f'attest:{kind}:')}", text=value)

    def _lineage(self) -> tuple[list[Node], list[Edge]]:
        """The subject, what it was made from, and the software that it names."""
        me = _text(self.subject.get("bom-ref")) or "subject"
        nodes = [Node(ref=me, label=_full(self.subject), kind="subject", note=_text(self.subject.get("version")))]
        edges = []
        pedigree = _object(self.subject.get("pedigree"))
        relation = _property(self.subject, "attest:model:base-model-relation") or "base model"
        related: list[tuple[Json, NodeKind, str]] = [
            (item, "dataset", "made from") if item.get("type") == "data" else (item, "base-model", relation)
            for item in _objects(pedigree.get("ancestors"))
        ]
        for item in self.others:
            if item.get("type") == "data":
                related.append((item, "dataset", _property(item, "attest:relation") or "dataset"))
            elif item.get("type") == "framework":
                related.append((item, "software", "software"))
        for number, (item, kind, label) in enumerate(related):
            ref = _text(item.get("bom-ref")) or f"related-{number}"
            nodes.append(Node(ref=ref, label=_full(item), kind=kind, note=_origin(item)))
            edges.append(Edge(source=ref, target=me, label=label))
        return nodes, edges


def _file(item: Json) -> FileRow:
    notes = [
        f"{name.removeprefix('attest:')} {value}"
        for name, value in _pairs(item)
        if name.startswith(("attest:pickle:", "attest:file:title", "attest:file:framework"))
    ]
    digests = {_text(one.get("alg")): _text(one.get("content")) for one in _objects(item.get("hashes"))}
    return FileRow(
        name=_text(item.get("name")),
        size=_property(item, "attest:file:size"),
        format=_property(item, "attest:file:format"),
        digest=digests.get("SHA-256", next(iter(digests.values()), "")),
        notes=tuple(notes[:20]),
    )


def _full(item: Json, *, version: bool = False) -> str:
    group, name = _text(item.get("group")), _text(item.get("name"))
    full = f"{group}/{name}" if group else name
    return f"{full} {_text(item.get('version'))}".strip() if version else full


def _origin(item: Json) -> str:
    return "; ".join(value for name, value in _pairs(item) if name == "attest:origin")


def _pairs(item: Json) -> list[tuple[str, str]]:
    return [(_text(one.get("name")), _text(one.get("value"))) for one in _objects(item.get("properties"))]


def _property(item: Json, wanted: str) -> str:
    return next((value for name, value in _pairs(item) if name == wanted), "")


def _licenses(item: Json) -> list[str]:
    found = []
    for choice in _objects(item.get("licenses")):
        licence = _object(choice.get("license"))
        text = _text(choice.get("expression")) or _text(licence.get("id")) or _text(licence.get("name"))
        how = _text(choice.get("acknowledgement")) or _text(licence.get("acknowledgement"))
        if text:
            found.append(f"{text} ({how})" if how else text)
    return found


def _object(node: Any) -> Json:
    return node if isinstance(node, dict) else {}


def _objects(node: Any) -> list[Json]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def _texts(node: Any) -> list[str]:
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


def _text(node: Any) -> str:
    return node if isinstance(node, str) else ""
