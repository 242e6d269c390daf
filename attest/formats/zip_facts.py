"""A zip archive, and which kind of model it is: told from its members, as the programs that load it tell."""

from __future__ import annotations

from attest.formats import keras, numpy_array, torch_archive
from attest.formats.facts import Facts
from attest.formats.source import Source
from attest.formats.zip_directory import Archive, read_archive

_EXPORT = "archive_format"


def read(source: Source) -> Facts:
    """What the archive's own reader finds: PyTorch, TorchScript, Keras 3 or NumPy; of others only how many members.

    Raises DocumentError when the archive or what it must hold cannot be read.
    """
    archive = read_archive(source)
    if torch_archive.is_torch(archive):
        return torch_archive.describe(archive)
    if keras.is_keras(archive):
        return keras.describe(archive)
    if numpy_array.is_npz(archive):
        return numpy_array.describe(archive)
    return _other(archive)


def _other(archive: Archive) -> Facts:
    export = any(member.name == f"{torch_archive.root_of(archive)}/{_EXPORT}" for member in archive.members)
    return Facts(
        format="torch-export" if export else "zip",
        title="PyTorch export" if export else "zip archive",
        framework="pytorch" if export else "",
        properties=(("zip:members", str(len(archive.members))),),
        problems=archive.problems,
    )
