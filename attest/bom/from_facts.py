"""What readers found in the files → the parts of a bill that it belongs to, with the source of every value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attest.bom.licenses import classify
from attest.bom.weights import element_type, parameters_of
from attest.domain.bom import Component, Conflict, Fact, License, Port, Relative, TensorRecord, Value
from attest.domain.finding import Finding
from attest.domain.manifest import printable
from attest.formats.facts import Claims, Facts

MAX_IMPORTS = 200
_GRAPHS = ("onnx", "torchscript", "saved-model", "tflite", "coreml", "keras", "hdf5")
_PYPI = {
    "adapter-transformers": "adapters", "diffusers": "diffusers", "fastai": "fastai", "fasttext": "fasttext",
    "flair": "flair", "joblib": "joblib", "keras": "keras", "lightgbm": "lightgbm", "mlx": "mlx",
    "nemo": "nemo-toolkit", "numpy": "numpy", "open_clip": "open-clip-torch", "peft": "peft",
    "pytorch": "torch", "scikit-learn": "scikit-learn", "sentence-transformers": "sentence-transformers",
    "setfit": "setfit", "sklearn": "scikit-learn", "spacy": "spacy", "speechbrain": "speechbrain",
    "stable-baselines3": "stable-baselines3", "tensorflow": "tensorflow", "timm": "timm", "torch": "torch",
    "transformers": "transformers", "ultralytics": "ultralytics", "xgboost": "xgboost",
}  # fmt: skip
_TYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}


def file_facts(found: Facts, name: str) -> tuple[Fact, ...]:
    """What is said of one file on its own component."""
    pairs = [("file:title", found.title)]
    pairs += [(f"file:parameters:{dtype}", str(count)) for dtype, count in parameters_of([found])]
    pairs += [("file:tensors", str(found.tensor_count))] if found.tensor_count else []
    pairs += found.properties
    pairs += [("pickle:globals", item) for item in found.imports[:MAX_IMPORTS]]
    if len(found.imports) > MAX_IMPORTS:
        pairs.append(("pickle:more-globals", str(len(found.imports) - MAX_IMPORTS)))
    pairs += [("file:refers-to", item) for item in found.refers_to[:MAX_IMPORTS]]
    for side, ports in (("input", found.inputs), ("output", found.outputs)):
        pairs += [(f"file:{side}:{port.name}", port.format) for port in ports]
    if found.format == "tokenizer-config":
        pairs += [
            ("cdx:ai-ml:model:tokenizer", text) for key, text in found.tokenizer_settings if key == "tokenizer_class"
        ]
    if found.framework:
        pairs.append(("file:framework", f"{found.framework} {found.framework_version}".strip()))
    return tuple(_fact(key, text, "observed", name) for key, text in pairs if text)


def tensor_records(found: Facts) -> tuple[TensorRecord, ...]:
    """The tensors of a file whose digests were asked for."""
    digests = dict(found.digests)
    if not digests:
        return ()
    return tuple(
        TensorRecord(
            name=item.name, dtype=element_type(item.dtype), shape=item.shape, sha256=digests.get(item.name, "")
        )
        for item in found.tensors
    )


def problems(facts: Mapping[str, Facts]) -> Iterator[Finding]:
    """What is wrong in files that could be read."""
    for name, found in facts.items():
        for text in found.problems:
            yield Finding(rule="bom.malformed-content", severity="warning", file=printable(name), message=text)


def ports(facts: Mapping[str, Facts]) -> tuple[tuple[Port, ...], tuple[Port, ...], str]:
    """Inputs and outputs of the model, and the file that says so: of the first graph format with one such file."""
    for kind in _GRAPHS:
        graphs = [(name, found) for name, found in facts.items() if found.format == kind and found.inputs]
        if len(graphs) == 1:
            name, found = graphs[0]
            return _ports(found.inputs, name), _ports(found.outputs, name), name
        if graphs:
            return (), (), ""
    return (), (), ""


def _ports(items: Iterable[tuple[str, str]], name: str) -> tuple[Port, ...]:
    return tuple(Port(name=label, format=text, origin="observed", source=name) for label, text in items)


def observed_facts(pairs: Iterable[tuple[str, str]], source: str) -> tuple[Fact, ...]:
    """Named values that stand in a file under their own names; `source` may end in `#/` for a JSON document."""
    mark = "" if source.endswith("/") else "#"
    return tuple(_fact(name, text, "observed", f"{source}{mark}{name}") for name, text in pairs)


def claimed_licenses(facts: Mapping[str, Facts]) -> tuple[License, ...]:
    """Licences that headers declare."""
    made = []
    for name, found in facts.items():
        claims = found.claims
        text = claims.license if claims.license.casefold() != "other" else claims.license_name or claims.license
        if text:
            kind, spelled = classify(text)
            value = Value(text=spelled, origin="declared", source=_source(name, claims, "license"))
            made.append(License(kind=kind, value=value, url=claims.license_link if kind == "name" else ""))
    return tuple(made)


def claimed_bases(facts: Mapping[str, Facts]) -> tuple[Relative, ...]:
    """Base models that headers name."""
    return tuple(
        Relative(
            name=base.name,
            relation="quantized" if found.format == "gguf" else "",
            origin="declared",
            source=_source(name, found.claims, "base_models"),
            version=base.version,
            url=base.url,
        )
        for name, found in facts.items()
        for base in found.claims.base_models
    )


def claimed_datasets(facts: Mapping[str, Facts]) -> tuple[Relative, ...]:
    """Datasets that headers name."""
    return tuple(
        Relative(name=text, relation="trained-on", origin="declared", source=_source(name, found.claims, "datasets"))
        for name, found in facts.items()
        for text in found.claims.datasets
    )


def library_of(facts: Mapping[str, Facts]) -> Value | None:
    """The framework that wrote the files, when all name one that is software and not just the name of a format."""
    named = {found.framework: file for file, found in facts.items() if found.framework.casefold() in _PYPI}
    if len(named) != 1:
        return None
    name, file = next(iter(named.items()))
    return Value(text=name, origin="observed", source=file)


def frameworks(facts: Mapping[str, Facts], library: Value | None, written_with: str) -> tuple[Component, ...]:
    """The software that loading asks for, one component each; the version that wrote a file is no required version."""
    made: dict[str, Component] = {}
    if library is not None and (name := _PYPI.get(library.text.casefold())):
        made[name] = _framework(name, library.origin, library.source, "")
    if written_with:
        made["transformers"] = _framework("transformers", "observed", "config.json#/transformers_version", written_with)
    for file, found in sorted(facts.items()):
        package = _PYPI.get(found.framework.casefold())
        if package and (package not in made or not made[package].properties):
            made[package] = _framework(package, "observed", file, found.framework_version)
    return tuple(made[name] for name in sorted(made))


def _framework(name: str, origin: str, source: str, version: str) -> Component:
    told = (_fact("framework:written-with", version, "observed", source),) if version else ()
    return Component(
        name=name,
        version="",
        purl=f"pkg:pypi/{name}",
        origin="observed" if origin == "observed" else "declared" if origin == "declared" else "inferred",
        source=source,
        kind="framework",
        properties=told,
    )


def hyperparameter_conflicts(first: Iterable[Fact], second: Iterable[Fact]) -> Iterator[Conflict]:
    """Hyperparameters that two sources give differently; how numbers are stored is not one of them."""
    known = {fact.name: fact for fact in first}
    for fact in second:
        other = known.get(fact.name)
        if other is not None and fact.name != "quantization" and not _same(other.value.text, fact.value.text):
            yield Conflict(about=f"hyperparameter:{fact.name}", values=(other.value, fact.value))


def _same(left: str, right: str) -> bool:
    try:
        return left == right or float(left) == float(right)
    except ValueError:
        return False


def _source(name: str, claims: Claims, member: str) -> str:
    key = dict(claims.keys).get(member, "")
    return f"{name}#{key}" if key else name


def _fact(name: str, text: str, origin: str, source: str) -> Fact:
    return Fact(
        name=name, value=Value(text=text, origin="observed" if origin == "observed" else "declared", source=source)
    )
