"""Classes of a folder of pictures or sounds: the names of the folders that hold them.

Source: `datasets`, "ImageFolder" and "AudioFolder": a file's label is the folder it lies in, when all files lie equally
deep and no metadata file says otherwise. Where folder names can be something else (a split, a kind of file, a number
that only spreads files over folders), nothing is concluded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from attest.bom.split_names import is_split_word
from attest.domain.manifest import printable

MAX_CLASSES = 10_000
_MAX_NAME = 128
_NO_CLASS = frozenset(
    {"annotation", "annotations", "audio", "audios", "clip", "clips", "crop", "crops", "data", "dataset", "depth",
     "files", "frame", "frames", "full", "gt", "gts", "high_res", "image", "images", "img", "imgs", "input",
     "inputs", "jpeg", "jpegs", "jpegimages", "jpg", "label", "labels", "left", "low_res", "mask", "masks", "media",
     "mp3", "original", "originals", "output", "outputs", "photo", "photos", "pic", "pics", "picture", "pictures",
     "png", "preview", "previews", "raw", "right", "rgb", "sample", "samples", "segmentation", "small", "sound",
     "sounds", "source", "sources", "speech", "target", "targets", "thumb", "thumbnail", "thumbnails", "thumbs",
     "unlabeled", "unlabelled", "unsupervised", "upload", "uploads", "video", "videos", "wav", "wavs"}
)  # fmt: skip
_DIGITS = "0123456789"
_HEX = frozenset("0123456789abcdef")


@dataclass(slots=True)
class FolderClasses:
    """Counts files by the folder they lie in, until something shows that folders are no classes."""

    counts: dict[str, int] = field(default_factory=dict)
    depth: int = -1
    told: bool = True

    def add(self, folder: str) -> None:
        """One more file in `folder`, which is empty at the root."""
        if not self.told:
            return
        depth, label = folder.count("/"), folder.rpartition("/")[2]
        if not label or (self.depth not in (-1, depth)) or len(self.counts) > MAX_CLASSES:
            self.refuse()
            return
        self.depth = depth
        self.counts[label] = self.counts.get(label, 0) + 1

    def refuse(self) -> None:
        """Folders are no classes here."""
        self.told = False
        self.counts = {}

    def found(self) -> tuple[tuple[str, int], ...]:
        """Classes with the numbers of their files, by name; nothing when folders do not tell them."""
        names = list(self.counts)
        if not self.told or not 2 <= len(names) <= MAX_CLASSES:
            return ()
        if any(name.casefold() in _NO_CLASS or is_split_word(name) or not _plain(name) for name in names):
            return ()
        if _spread(names):
            return ()
        return tuple(sorted(self.counts.items()))


def _plain(name: str) -> bool:
    return len(name) <= _MAX_NAME and printable(name) == name


def _spread(names: list[str]) -> bool:
    """Whether the names only number folders, as of those that keep other folders small: numbers of equal length, or one
    word with numbers."""
    lengths = {len(name) for name in names}
    if len(lengths) == 1 and min(lengths) > 1 and all(_HEX.issuperset(name.lower()) for name in names):
        return True
    stems = {name.rstrip(_DIGITS) for name in names}
    return len(stems) == 1 and stems != {""}
