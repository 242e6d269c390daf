"""What a safetensors file says of its model: tensors, and the free-form metadata that training programs write.

Sources: the safetensors format description; `format` as transformers, flax and mlx write it; Stability AI's model
metadata standard (`modelspec.*`, version 1.0.0); the keys `ss_*` of kohya-ss sd-scripts (`train_network.py`).
What the metadata says of the model is a claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attest.formats.facts import BaseClaim, Claims, Facts
from attest.formats.header_text import paragraph, plain, property_key
from attest.formats.prefix import MAX_SAFETENSORS_HEADER
from attest.formats.safetensors import read_header
from attest.formats.source import Source

MAX_NAMED = 128
MAX_LISTED = 64
_LENGTH = 8
_FRAMEWORKS = MappingProxyType(
    {"pt": "pytorch", "tf": "tensorflow", "flax": "flax", "np": "numpy", "mlx": "mlx", "paddle": "paddlepaddle"}
)
_CLAIMS = MappingProxyType({"name": "modelspec.title", "license": "modelspec.license"})
_BASES = ("modelspec.merged_from", "ss_base_model_name", "ss_sd_model_name")
_HYPERPARAMETERS = MappingProxyType({"ss_network_dim": "r", "ss_network_alpha": "lora_alpha"})
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
# A whole image as a link.
_LEFT_OUT = ("modelspec.thumbnail",)


def read(source: Source) -> Facts:
    """What the header says; raises DocumentError as `safetensors.read_header` does."""
    length = int.from_bytes(source.up_to(0, _LENGTH), "little")
    header = read_header(source.up_to(0, _LENGTH + min(length, MAX_SAFETENSORS_HEADER)), source.size)
    metadata = dict(header.metadata)
    return Facts(
        format="safetensors",
        title="safetensors",
        architecture=plain(metadata.get("modelspec.architecture", "")),
        framework=_FRAMEWORKS.get(metadata.get("format", ""), ""),
        parameters=header.parameters,
        tensor_count=header.tensors,
        tensors=tuple(tensor for tensor in header.places if plain(tensor.name) == tensor.name),
        hyperparameters=tuple(
            (name, metadata[key]) for key, name in _HYPERPARAMETERS.items() if _NUMBER.fullmatch(metadata.get(key, ""))
        ),
        properties=_properties(metadata),
        claims=_claims(metadata),
    )


def _properties(metadata: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Metadata of one line, under its own keys; no more than 128 of them, and how many more there are."""
    found: dict[str, str] = {}
    for key, value in metadata.items():
        name, text = property_key(key), plain(value)
        if name and text and key not in _LEFT_OUT:
            found.setdefault(f"safetensors:{name}", text)
    chosen = sorted(found.items())[:MAX_NAMED]
    if len(metadata) > len(chosen):
        chosen.append(("safetensors:metadata-keys", str(len(metadata))))
    return tuple(chosen)


def _claims(metadata: Mapping[str, str]) -> Claims:
    texts = {member: plain(metadata.get(key, "")) for member, key in _CLAIMS.items()}
    author, description = plain(metadata.get("modelspec.author", "")), metadata.get("modelspec.description", "")
    tags = tuple(text for item in metadata.get("modelspec.tags", "").split(",") if (text := plain(item)))[:MAX_LISTED]
    bases, base_key = _base_models(metadata)
    keys = {member: key for member, key in _CLAIMS.items() if texts[member]}
    keys |= {"authors": "modelspec.author"} if author else {}
    keys |= {"description": "modelspec.description"} if paragraph(description) else {}
    keys |= {"tags": "modelspec.tags"} if tags else {}
    keys |= {"base_models": base_key} if bases else {}
    return Claims(
        name=texts["name"],
        description=paragraph(description),
        authors=(author,) if author else (),
        license=texts["license"],
        base_models=bases,
        tags=tags,
        keys=tuple(sorted((member, f"__metadata__.{key}") for member, key in keys.items())),
    )


def _base_models(metadata: Mapping[str, str]) -> tuple[tuple[BaseClaim, ...], str]:
    """What the model was trained from or merged of, by the first key that says it; a path on a disk is no name."""
    for key in _BASES:
        names = [item.strip() for item in metadata.get(key, "").split(",")][:MAX_LISTED]
        named = tuple(BaseClaim(name) for name in names if _NAME.fullmatch(name) and name != "None")
        if named:
            return named, key
    return (), ""
