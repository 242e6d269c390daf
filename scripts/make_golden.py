"""Write fixtures/golden/VERSION/: one bundle of every kind that this release signs, with what verifies it.

A golden bundle is made once, by the release that it is named after, and must verify forever: a folder that exists is
never written again. Keys, identities and services are simulated and thrown away.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from attest import __version__, sign
from attest.domain.recipe import Recipe
from attest.operations.key import generate
from attest.signing import SignerOptions
from tests.simulators import keys, pki
from tests.simulators.sigstore.instance import LoopbackSigstore

ROOT = Path(__file__).resolve().parents[1]
SAN = "uri:https://example.org/release"
WORKFLOW = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"


class Golden:
    """The folder of one release while it is written."""

    def __init__(self, folder: Path, secrets: Path) -> None:
        self.folder, self.secrets = folder, secrets
        self.cases: dict[str, dict[str, Any]] = {}
        self.model = folder / "model"
        shutil.copytree(
            ROOT / "fixtures" / "models" / "tiny",
            self.model,
            ignore=shutil.ignore_patterns("model.sig", "claims.jsonl"),
        )

    def key(self, kind: str) -> tuple[Path, str]:
        """A new key: its private file, and the name of its public one in the folder."""
        name = kind.lower()
        if not (self.secrets / f"{name}.pem").exists():
            made = generate(str(self.secrets / f"{name}.pem"), kind=kind)
            shutil.copy(made.public, self.folder / f"{name}.pub")
        return self.secrets / f"{name}.pem", f"{name}.pub"

    def case(
        self, name: str, signer: str | Path, expected: Mapping[str, Any], *, target: str = "model", **options: Any
    ) -> None:
        """Sign one bundle and note what verifies it; `expected` are members of `Expected`."""
        sign(self.folder / target, signer, signature=self.folder / f"{name}.sig", **options)
        self.cases[name] = {"target": target, "bundle": f"{name}.sig", "expected": dict(expected)}

    def write(self) -> None:
        """Write the list of cases."""
        (self.folder / "cases.json").write_text(json.dumps(self.cases, indent=1, sort_keys=True) + "\n")


def key_cases(golden: Golden) -> None:
    """Every kind of key, every hash, shards, one file."""
    for kind in ("P-256", "P-384", "P-521", "Ed25519", "RSA-3072"):
        private, public = golden.key(kind)
        golden.case(f"key-{kind.lower()}", private, {"keys": [public]})
    private, public = golden.key("P-256")
    for recipe in (Recipe(hash_name="blake2b"), Recipe(hash_name="blake3"), Recipe(shard_size=16)):
        name = f"{recipe.hash_name}-shards" if recipe.shard_size else recipe.hash_name
        golden.case(f"key-{name}", private, {"keys": [public]}, recipe=recipe)
    golden.case("key-file", private, {"keys": [public]}, target="model/config.json")
    golden.case("key-file-compat", private, {"keys": [public]}, target="model/config.json", compat=True)


def certificate_cases(golden: Golden) -> None:
    """A certificate that lives for an hour, with a timestamp that outlives it."""
    issuing = pki.Authority.create("golden root").intermediate("golden intermediate")
    key = keys.generate("p384")
    pki.write_key(golden.secrets / "leaf.pem", key)
    leaf = issuing.leaf(key, "release", uris=[SAN.partition(":")[2]], not_after=pki.now() + timedelta(hours=1))
    pki.write_pem(golden.secrets / "leaf.crt", leaf, *issuing.intermediates)
    pki.write_pem(golden.folder / "ca.pem", issuing.root)
    authority = pki.timestamp_authority(intermediate=True)
    pki.write_pem(golden.folder / "timestamps.pem", *authority.chain)
    stamped = {"timestamp_roots": ["timestamps.pem"]}
    private, public = golden.key("P-256")
    with authority.serve() as url:
        options = SignerOptions(timestamps=(url,), timestamp_roots=(str(golden.folder / "timestamps.pem"),))
        golden.case("key-timestamp", private, {"keys": [public], **stamped}, options=options)
        options = SignerOptions(
            certificates=(str(golden.secrets / "leaf.crt"),),
            timestamps=(url,),
            timestamp_roots=(str(golden.folder / "timestamps.pem"),),
        )
        expected = {"authorities": ["ca.pem"], "names": {"uri": SAN.partition(":")[2]}, **stamped}
        golden.case("certificate-timestamp", golden.secrets / "leaf.pem", expected, options=options)


def sigstore_cases(golden: Golden) -> None:
    """Identities and logged keys, with both generations of the log."""
    private, public = golden.key("P-256")
    for version, suffix in ((1, ""), (2, "/api/v2")):
        with LoopbackSigstore(golden.secrets / f"instance{version}", rekor_version=version) as instance:
            trust_config = instance.write_trust(golden.secrets / f"trust{version}")
            root = f"trusted_root-{version}.json"
            shutil.copy(trust_config.with_name("trusted_root.json"), golden.folder / root)
            options = SignerOptions(log=instance.url + suffix, trusted_root=str(golden.folder / root))
            golden.case(f"key-log-v{version}", private, {"keys": [public], "trusted_root": root}, options=options)
            options = SignerOptions(trust_config=str(trust_config), identity_token=instance.mint_github())
            expected = {
                "identity": WORKFLOW,
                "issuer": instance.issuer,
                "claims": {"runnerEnvironment": "github-hosted", "sourceRepositoryOwnerIdentifier": "99"},
                "trusted_root": root,
            }
            golden.case(f"identity-v{version}", "sigstore:", expected, options=options)


def main(target: Path) -> int:
    """Write the golden bundles of this release unless they exist."""
    folder = target / __version__
    if folder.exists():
        print(f"{folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder} exists; golden bundles stay")
        return 0
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as secrets, tempfile.TemporaryDirectory(dir=target) as fresh:
        golden = Golden(Path(fresh) / __version__, Path(secrets))
        key_cases(golden)
        certificate_cases(golden)
        sigstore_cases(golden)
        golden.write()
        golden.folder.rename(folder)
    print(f"wrote {len(golden.cases)} golden bundles")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "fixtures" / "golden"))
