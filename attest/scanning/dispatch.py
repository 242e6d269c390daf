"""Who would read these bytes: every reader that would accept them scans them.

The name never decides. It adds candidates: a file that is called `model.pkl` is given to an unpickler by somebody,
whatever it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from attest.scanning.part import Part
from attest.scanning.sniffing import Glimpse, candidates, unclaimed


class Reader(NamedTuple):
    """Where the scanner of a format stands, and the rule that content breaks when it cannot be read to its end."""

    module: str
    function: str = "scan"
    malformed: str = "file.malformed"


READERS: dict[str, Reader] = {
    # Archives and compressed streams.
    "zip": Reader("zip_kinds", malformed="archive.inconsistent"),
    "tar": Reader("tar_kinds", malformed="archive.inconsistent"),
    "compressed": Reader("archives.compressed"),
    "sevenzip": Reader("archives.others", "scan_sevenzip"),
    "rar": Reader("archives.others", "scan_rar"),
    "ar": Reader("archives.others", "scan_ar"),
    # Pickles.
    "pickle": Reader("pickles.plain", malformed="pickle.malformed"),
    "numpy": Reader("pickles.numpy"),
    # Weights and graphs.
    "safetensors": Reader("graphs.safetensors", malformed="safetensors.malformed"),
    "gguf": Reader("graphs.gguf", malformed="gguf.malformed"),
    "onnx": Reader("graphs.onnx"),
    "saved-model": Reader("graphs.saved_model"),
    "tf-checkpoint": Reader("graphs.tf_checkpoint"),
    "tflite": Reader("graphs.tflite"),
    "coreml": Reader("graphs.coreml"),
    "rds": Reader("graphs.rds"),
    "hdf5": Reader("keras.hdf5"),
    "keras-metadata": Reader("keras.metadata_pb"),
    "keras-json": Reader("keras.json_model"),
    "plain-weights": Reader("graphs.plain_weights"),
    # What lies around the weights.
    "json": Reader("repository.json_files"),
    "yaml": Reader("repository.yaml_files"),
    "config-text": Reader("repository.config_text"),
    "template": Reader("repository.template_files", malformed="template.unparsed"),
    "python": Reader("repository.code", "scan_python"),
    "notebook": Reader("repository.notebook", "scan_notebook"),
    "site-hook": Reader("repository.code", "scan_site_hook"),
    "executable": Reader("repository.code", "scan_executable"),
    "script": Reader("repository.code", "scan_script"),
    "markup": Reader("repository.markup", "scan_markup"),
    "lfs-pointer": Reader("repository.code", "scan_lfs_pointer"),
}
_SECRETS = Reader("repository.secrets", "scan_secrets")
# Containers of which a file can only be one at a time, unless somebody wants it to be two.
CONTAINERS = frozenset({
    "zip", "tar", "compressed", "sevenzip", "rar", "ar", "numpy", "safetensors", "gguf", "hdf5", "tflite", "executable",
    "pickle", "rds",
})  # fmt: skip
_TOGETHER = (frozenset({"tflite", "zip"}),)


def scan_part(part: Part) -> None:
    """Scan a part with every reader that would take it; report when nobody would or when too many would."""
    if part.size == 0:
        part.format("empty")
        return
    glimpse = Glimpse.of(part.source, part.name)
    accepted = candidates(glimpse)
    for name in accepted:
        part.format(name)
        reader = READERS[name]
        part.attempt(_function(reader), reader.malformed)
    containers = frozenset(accepted) & CONTAINERS
    if len(containers) > 1 and containers not in _TOGETHER:
        part.report(
            "file.polyglot", f"readers of {' and of '.join(sorted(containers))} would all take it, and see other things"
        )
    unclaimed(part, glimpse, accepted)
    if glimpse.text:
        part.attempt(_function(_SECRETS))


def _function(reader: Reader) -> Callable[[Part], None]:
    """The scanner, imported when it is first needed."""
    found: Callable[[Part], None] = getattr(import_module(f"attest.scanning.{reader.module}"), reader.function)
    return found
