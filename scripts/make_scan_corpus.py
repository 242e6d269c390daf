"""Writes the scanner's benign files that only frameworks can make, and a few hostile ones that they make as well.

    scripts/setup scancorpus
    .venvs/scancorpus/bin/python scripts/make_scan_corpus.py [--pack] [FOLDER]

The files go to FOLDER, by default .cache/scan-corpus. With --pack they also go into fixtures/scan/frameworks.tar.xz,
with a manifest of versions and digests beside it, so that tests need no framework. No file is ever loaded again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import lzma
import os
import platform
import sys
import tarfile
import warnings
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "torch", "numpy", "scikit-learn", "joblib", "keras", "h5py", "onnx", "skl2onnx", "safetensors", "skops", "gguf",
    "scipy",
)  # fmt: skip
sys.path.insert(0, str(ROOT))
os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.simplefilter("ignore")


def write_all(folder: Path) -> None:
    """Write every group below the folder, each in its own one."""
    from scripts.scan_corpus import keras_files, numpy_files, onnx_files, sklearn_files, torch_files

    for module in (torch_files, numpy_files, sklearn_files, keras_files, onnx_files):
        module.write(folder)


def manifest(folder: Path) -> dict[str, object]:
    """Versions, and the digest of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "files": {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }


def pack(folder: Path, target: Path) -> None:
    """Put the files into one archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        # By extension first: like next to like packs smaller.
        for path in sorted(folder.rglob("*"), key=lambda path: (path.suffix, path.as_posix())):
            if path.is_file():
                entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
                entry.size = path.stat().st_size
                archive.addfile(entry, io.BytesIO(path.read_bytes()))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(lzma.compress(buffer.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    shown = json.dumps(manifest(folder), indent=1) + "\n"
    target.with_name("frameworks.json").write_text(shown)


def main() -> int:
    """Parse the arguments and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".cache" / "scan-corpus")
    parser.add_argument("--pack", action="store_true", help="also write fixtures/scan")
    options = parser.parse_args()
    write_all(options.folder)
    files = [path for path in options.folder.rglob("*") if path.is_file()]
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files)} bytes in {options.folder}")
    if options.pack:
        target = ROOT / "fixtures" / "scan" / "frameworks.tar.xz"
        pack(options.folder, target)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
