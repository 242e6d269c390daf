"""Anybody's CycloneDX document → what people look at. Members of unexpected shapes are passed over: a view is no check.

What the subject is and which components are files is decided in `snapshot`, as for comparisons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attest.bom.cyclonedx.vocabulary import Json
from attest.bom.snapshot import full_name, is_file, object_of, objects_in, pairs_of, subject_of, text_of, texts_in
from attest.domain.bom_view import BomView, Edge, FileRow, Node, NodeKind, Row, Section, VulnerabilityRow
from attest.errors import DocumentError

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
        self.metadata = object_of(document.get("metadata"))
        self.subject = subject_of(document)
        rest = [item for item in objects_in(document.get("components")) if item is not self.subject]
        self.loose = [item for item in rest if is_file(item)]
        self.others = [item for item in rest if not is_file(item)]
        self.properties = pairs_of(self.subject)
        self.origins: dict[str, list[str]] = {}
        for name, value in self.properties:
            if name.startswith("attest:origin:"):
                self.origins.setdefault(name.removeprefix("attest:origin:"), []).append(value)

    def made(self) -> BomView:
        """The view."""
        sections = [
            Section(title=title, rows=tuple(row for row in rows if row.text)) for title, rows in self._sections()
        ]
        nodes, edges = self._lineage()
        return BomView(
            title=full_name(self.subject) or "(without a name)",
            kind=text_of(self.subject.get("type")),
            form=f"CycloneDX {text_of(self.document.get('specVersion'))}",
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
        yield self._row("version", text_of(subject.get("version")))
        yield self._row("description", text_of(subject.get("description")))
        yield self._row("licence", ", ".join(_licenses(subject)), "licenses")
        evidence = object_of(subject.get("evidence"))
        yield self._row("licence evidence", ", ".join(_licenses(evidence)))
        yield self._row("copyright", text_of(subject.get("copyright")))
        for role in ("manufacturer", "supplier"):
            yield self._row(role, text_of(object_of(subject.get(role)).get("name")))
        yield self._row("authors", ", ".join(text_of(item.get("name")) for item in objects_in(subject.get("authors"))))
        yield self._row("purl", text_of(subject.get("purl")))
        for item in objects_in(subject.get("hashes")):
            yield Row(label=text_of(item.get("alg")), text=text_of(item.get("content")))
        for name, value in self.properties:
            if name in ("attest:model:digest", "attest:dataset:digest"):
                yield Row(label="digest of the artifact", text=value)
        for item in objects_in(subject.get("externalReferences")):
            yield Row(
                label=text_of(item.get("type")), text=text_of(item.get("url")), origin=text_of(item.get("comment"))
            )

    def _card(self) -> Json:
        return object_of(self.subject.get("modelCard"))

    def _card_properties(self) -> list[tuple[str, str]]:
        return pairs_of(self._card())

    def _model(self) -> Iterator[Row]:
        parameters = object_of(self._card().get("modelParameters"))
        yield self._row("task", text_of(parameters.get("task")))
        yield self._row("architecture", text_of(parameters.get("modelArchitecture")), "modelArchitecture")
        yield self._row("family", text_of(parameters.get("architectureFamily")), "architectureFamily")
        yield self._row("approach", text_of(object_of(parameters.get("approach")).get("type")))
        for name, value in self._card_properties():
            if name.startswith(("cdx:ai-ml:model:parameter:", "attest:model:parameters:", "cdx:ai-ml:model:languages")):
                yield Row(label=name.rpartition("cdx:ai-ml:model:")[2].removeprefix("attest:model:"), text=value)

    def _ports(self) -> Iterator[Row]:
        named = {"input": {}, "output": {}}  # type: dict[str, dict[str, str]]
        for name, value in self._card_properties():
            for side, known in named.items():
                if name.startswith(f"attest:model:{side}:"):
                    known[name.removeprefix(f"attest:model:{side}:")] = value
        parameters = object_of(self._card().get("modelParameters"))
        for side, ports in named.items():
            if ports:
                yield from (self._row(f"{side} {name}", text, f"{side}s") for name, text in ports.items())
            else:
                formats = [text_of(item.get("format")) for item in objects_in(parameters.get(f"{side}s"))]
                yield self._row(side, ", ".join(formats), f"{side}s")

    def _metrics(self) -> Iterator[Row]:
        analysis = object_of(self._card().get("quantitativeAnalysis"))
        for item in objects_in(analysis.get("performanceMetrics")):
            part = f" on {text_of(item.get('slice'))}" if text_of(item.get("slice")) else ""
            yield Row(label=f"{text_of(item.get('type'))}{part}", text=text_of(item.get("value")))

    def _considerations(self) -> Iterator[Row]:
        found = object_of(self._card().get("considerations"))
        for key, label in (
            ("users", "users"),
            ("useCases", "use"),
            ("technicalLimitations", "limits"),
            ("performanceTradeoffs", "trade-offs"),
        ):
            for text in texts_in(found.get(key)):
                yield self._row(label, text, key)
        for item in objects_in(found.get("ethicalConsiderations")):
            yield self._row("risks", text_of(item.get("name")), "ethicalConsiderations")
        for item in objects_in(found.get("fairnessAssessments")):
            yield self._row(
                "fairness", text_of(item.get("harms")) or text_of(item.get("groupAtRisk")), "fairnessAssessments"
            )
        environment = object_of(found.get("environmentalConsiderations"))
        for item in objects_in(environment.get("properties")):
            yield Row(label=text_of(item.get("name")).removeprefix("attest:model:"), text=text_of(item.get("value")))

    def _data(self) -> Iterator[Row]:
        for item in objects_in(self.subject.get("data")):
            yield self._row("classification", text_of(item.get("classification")))
            yield self._row("sensitive data", "; ".join(texts_in(item.get("sensitiveData"))), "sensitiveData")
            contents = objects_in(object_of(item.get("contents")).get("properties"))
            for found in contents[:_SHOWN_PROPERTIES]:
                yield Row(
                    label=text_of(found.get("name")).removeprefix("attest:dataset:"), text=text_of(found.get("value"))
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
        for item in objects_in(object_of(self.subject.get("pedigree")).get("ancestors")):
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
                version = text_of(item.get("version")) or "(no version)"
                licenses = ", ".join(_licenses(item))
                yield Row(label=_full(item), text=f"{version} {licenses}".strip(), origin=_origin(item))

    def _about(self) -> Iterator[Row]:
        yield Row(label="serial number", text=text_of(self.document.get("serialNumber")))
        yield Row(label="time", text=text_of(self.metadata.get("timestamp")))
        authors = [text_of(item.get("name")) for item in objects_in(self.metadata.get("authors"))]
        yield Row(label="made for", text=", ".join(authors))
        tools = self.metadata.get("tools")
        found = objects_in(tools.get("components")) if isinstance(tools, dict) else objects_in(tools)
        for tool in found:
            yield Row(label="made by", text=f"{text_of(tool.get('name'))} {text_of(tool.get('version'))}".strip())

    def _files(self) -> Iterator[FileRow]:
        nested = objects_in(self.subject.get("components"))
        yield from map(_file, [item for item in nested if item.get("type") in _FILE_TYPES] or self.loose)

    def _vulnerabilities(self) -> Iterator[VulnerabilityRow]:
        names = {text_of(item.get("bom-ref")): _full(item, version=True) for item in self.others}
        for item in objects_in(self.document.get("vulnerabilities")):
            affected = [text_of(one.get("ref")) for one in objects_in(item.get("affects"))]
            ratings = [text_of(one.get("severity")) for one in objects_in(item.get("ratings"))]
            analysis = object_of(item.get("analysis"))
            yield VulnerabilityRow(
                id=text_of(item.get("id")),
                severity=ratings[0] if ratings else "unknown",
                affects=", ".join(names.get(ref, ref) for ref in affected),
                text=text_of(item.get("recommendation")) or text_of(item.get("description")),
                analysis=" ".join(
                    filter(None, (text_of(analysis.get("state")), text_of(analysis.get("justification"))))
                ),
            )

    def _notices(self) -> Iterator[Row]:
        for name, value in self.properties:
            for kind, words in _NOTICES.items():
                if name.startswith(f"attest:{kind}:"):
                    yield Row(label=f"{words}: {name.removeprefix(f'attest:{kind}:')}", text=value)

    def _lineage(self) -> tuple[list[Node], list[Edge]]:
        """The subject, what it was made from, and the software that it names."""
        me = text_of(self.subject.get("bom-ref")) or "subject"
        nodes = [Node(ref=me, label=_full(self.subject), kind="subject", note=text_of(self.subject.get("version")))]
        edges = []
        pedigree = object_of(self.subject.get("pedigree"))
        relation = _property(self.subject, "attest:model:base-model-relation") or "base model"
        related: list[tuple[Json, NodeKind, str]] = [
            (item, "dataset", "made from") if item.get("type") == "data" else (item, "base-model", relation)
            for item in objects_in(pedigree.get("ancestors"))
        ]
        for item in self.others:
            if item.get("type") == "data":
                related.append((item, "dataset", _property(item, "attest:relation") or "dataset"))
            elif item.get("type") == "framework":
                related.append((item, "software", "software"))
        for number, (item, kind, label) in enumerate(related):
            ref = text_of(item.get("bom-ref")) or f"related-{number}"
            nodes.append(Node(ref=ref, label=_full(item), kind=kind, note=_origin(item)))
            edges.append(Edge(source=ref, target=me, label=label))
        return nodes, edges


def _file(item: Json) -> FileRow:
    notes = [
        f"{name.removeprefix('attest:')} {value}"
        for name, value in pairs_of(item)
        if name.startswith(("attest:pickle:", "attest:file:title", "attest:file:framework"))
    ]
    digests = {text_of(one.get("alg")): text_of(one.get("content")) for one in objects_in(item.get("hashes"))}
    return FileRow(
        name=text_of(item.get("name")),
        size=_property(item, "attest:file:size"),
        format=_property(item, "attest:file:format"),
        digest=digests.get("SHA-256", next(iter(digests.values()), "")),
        notes=tuple(notes[:20]),
    )


def _full(item: Json, *, version: bool = False) -> str:
    full = full_name(item)
    return f"{full} {text_of(item.get('version'))}".strip() if version else full


def _origin(item: Json) -> str:
    return "; ".join(value for name, value in pairs_of(item) if name == "attest:origin")


def _property(item: Json, wanted: str) -> str:
    return next((value for name, value in pairs_of(item) if name == wanted), "")


def _licenses(item: Json) -> list[str]:
    found = []
    for choice in objects_in(item.get("licenses")):
        licence = object_of(choice.get("license"))
        text = text_of(choice.get("expression")) or text_of(licence.get("id")) or text_of(licence.get("name"))
        how = text_of(choice.get("acknowledgement")) or text_of(licence.get("acknowledgement"))
        if text:
            found.append(f"{text} ({how})" if how else text)
    return found
