"""Write fixtures/foreign/VERSION/: what earlier releases of model_signing sign, made by these releases themselves.

Run by hand, once: every release gets an environment of its own below .cache, from PyPI, and signs the tiny model with a
throw-away key and certificate. A folder that exists is left alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from tests.simulators import keys, pki

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "fixtures" / "foreign"
VERSIONS = ("0.2.0", "0.3.1", "1.0.0", "1.0.1", "1.1.0")
# What these releases were written against.
WITH = ("pyopenssl", "sigstore<4", "sigstore-protobuf-specs<0.5", "betterproto==2.0.0b6")
OLDEST = """
import sys, pathlib
from model_signing import api, model
from model_signing.signature import key, pki
from model_signing.signing import in_toto, in_toto_signature
from model_signing.hashing import file, memory
from model_signing.serialization import serialize_by_file
folder, bundle, private, certificate, chain = sys.argv[1:]
signer = pki.PKISigner.from_path(private, certificate, [chain]) if certificate else key.ECKeySigner.from_path(private)
serializer = serialize_by_file.ManifestSerializer(lambda path: file.SimpleFileHasher(path, memory.SHA256()))
signature = model.sign(
    model_path=pathlib.Path(folder),
    signer=in_toto_signature.IntotoSigner(signer),
    payload_generator=in_toto.DigestsIntotoPayload.from_manifest,
    serializer=serializer,
)
signature.write(pathlib.Path(bundle))
"""
LATER = """
import sys
from pathlib import Path
from model_signing import hashing, signing
folder, bundle, private, certificate, chain = sys.argv[1:]
# By default a configuration asks Sigstore's repository for its trusted root, whatever it is about to sign with.
signing.Config.use_sigstore_signer = lambda self, **_: self
config = signing.Config()
if certificate:
    config.use_certificate_signer(
        private_key=Path(private), signing_certificate=Path(certificate), certificate_chain=[Path(chain)]
    )
else:
    config.use_elliptic_key_signer(private_key=Path(private))
config.set_hashing_config(hashing.Config().set_ignored_paths(paths=[Path(bundle)], ignore_git_paths=True))
config.sign(Path(folder), Path(bundle))
"""


def environment(version: str) -> Path:
    """The interpreter of an environment with that release."""
    folder = ROOT / ".cache" / "foreign" / version
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", f"model-signing=={version}", *WITH], check=True)
    return python


def sign(version: str, model: Path, bundle: Path, private: Path, certificate: Path | None, chain: Path) -> None:
    """Let a release sign `model`."""
    python = environment(version)
    script = OLDEST if version == "0.2.0" else LATER
    arguments = [model, bundle, private, certificate or "", chain if certificate else ""]
    subprocess.run([str(python), "-c", script, *map(str, arguments)], check=True)


def make(version: str, folder: Path, secrets: Path) -> None:
    """Everything of one release."""
    model = Path(
        shutil.copytree(
            ROOT / "fixtures" / "models" / "tiny",
            folder / "model",
            ignore=shutil.ignore_patterns("model.sig", "*.jsonl"),
        )
    )
    issuing = pki.Authority.create("foreign root").intermediate("foreign intermediate")
    pki.write_pem(folder / "ca.pem", issuing.root)
    chain = pki.write_pem(secrets / "chain.pem", *issuing.intermediates)
    for curve in ("p256", "p384", "p521"):
        key = keys.generate(curve)
        private = pki.write_key(secrets / f"{version}-{curve}.pem", key)
        (folder / f"{curve}.pub").write_bytes(keys.public_pem(key.public_key()))
        leaf = issuing.leaf(key, "release", emails=["release@example.org"], not_after=pki.now() + timedelta(days=36500))
        certificate = pki.write_pem(secrets / f"{curve}.crt", leaf)
        sign(version, model, folder / f"key-{curve}.sig", private, None, chain)
        if version != "0.3.1":  # it cannot sign with a certificate at all
            sign(version, model, folder / f"certificate-{curve}.sig", private, certificate, chain)
    private = secrets / f"{version}-p256.pem"
    if version != "0.2.0":
        sign(version, model / "config.json", folder / "file-p256.sig", private, None, chain)


def main() -> None:
    """Make what is not there yet."""
    for version in VERSIONS:
        if (TARGET / version).exists():
            print(f"{version} exists")
            continue
        TARGET.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as secrets, tempfile.TemporaryDirectory(dir=TARGET) as fresh:
            folder = Path(fresh) / version
            folder.mkdir()
            make(version, folder, Path(secrets))
            folder.rename(TARGET / version)
        print(f"{version} made")


if __name__ == "__main__":
    main()
