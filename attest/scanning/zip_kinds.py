"""What lies in a zip archive: torch, Keras, skops, NumPy, or any members. An archive may be several at once; what no
layout explains is scanned for what it is.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.extensions import split_name
from attest.scanning.archives.zip import Zip, ZipMember, open_member, open_zip
from attest.scanning.part import Part


def scan(part: Part) -> None:
    """Scan an archive. Raises DocumentError when nothing in it can be listed."""
    # TFLite keeps its metadata in an archive behind the model.
    archive = open_zip(part, embedded=part.source.up_to(4, 4) == b"TFL3")
    _, extension = split_name(part.name)
    done: frozenset[ZipMember] = frozenset()
    names = frozenset(member.name for member in archive.members)
    from attest.scanning.pickles.torch_zip import is_torch, scan_torch

    if is_torch(archive):
        done |= scan_torch(part, archive)
    from attest.scanning.keras.archive import is_keras_archive, scan_keras_archive
    from attest.scanning.pickles.skops import is_skops, scan_skops

    if extension == ".keras" or is_keras_archive(names):
        scan_keras_archive(part, archive)
        return
    if extension == ".skops" or is_skops(part, archive):
        part.format("skops")
        scan_skops(part, archive)
        return
    for member in archive.members:
        if member not in done and not member.directory:
            _member(part, archive, member)


def _member(part: Part, archive: Zip, member: ZipMember) -> None:
    try:
        source = open_member(part, archive, member)
    except DocumentError as error:
        part.report("archive.unsupported", error.message, value=member.name)
        return
    part.inside(member.name, source)
