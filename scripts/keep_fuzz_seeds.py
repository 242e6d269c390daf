"""Keep what fuzzing found: a small set of inputs as fixtures/scan/fuzz.tar.xz, which a test scans for ever.

Run `python scripts/keep_fuzz_seeds.py FOLDER` on the folder that `scripts/fuzz` wrote to. It takes small inputs first,
and all that failed.
"""

from __future__ import annotations

import io
import lzma
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "fixtures" / "scan" / "fuzz.tar.xz"
MOST = 600
MAX_SIZE = 2048


def main() -> None:
    """Write the archive: names are digests, times are zero, so the same inputs give the same bytes."""
    folder = Path(sys.argv[1])
    failed = sorted(folder.glob("failed-*"))
    kept = sorted((folder / "kept").iterdir(), key=lambda path: (path.stat().st_size, path.name))
    chosen = failed + [path for path in kept if path.stat().st_size <= MAX_SIZE][:MOST]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(chosen, key=lambda path: path.name):
            data = path.read_bytes()
            entry = tarfile.TarInfo(path.name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    TARGET.write_bytes(lzma.compress(stream.getvalue(), preset=9))
    print(f"{len(chosen)} inputs, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
