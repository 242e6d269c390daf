"""model-signing 1.1.1 verifies what we sign, we verify what it signs, and both refuse what was tampered with."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, Run
from tests.interop.conftest import need_peers

pytestmark = pytest.mark.peer
Change = Callable[[Path], object]
Peer = Callable[..., bool]


@pytest.fixture
def model_signing() -> Peer:
    """Run the real `model_signing` and say whether it ended well; its output is shown when a test fails."""
    program = need_peers().with_name("model_signing")

    def call(*argv: object) -> bool:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "PYTHON"))}
        command = [str(program), *map(str, argv)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        print(done.stdout, done.stderr)
        return done.returncode == 0

    return call


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A directory in which the two orders of names in use differ, with an empty file and a name beyond ASCII."""
    folder = tmp_path / "small"
    (folder / "sub" / "deep").mkdir(parents=True)
    contents = {
        "config.json": '{"a":1}\n',
        "empty": "",
        "sub-x": "W2\n",
        "sub/w.bin": "w\n",
        "sub/deep/a b.txt": "spaces\n",
        "é.txt": "é\n",
    }
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def key_pair(run: Run, folder: Path, curve: str) -> tuple[Path, Path]:
    assert run("key", "generate", "--out", folder / f"{curve}.pem", "--curve", curve, "--unencrypted").code == 0
    return folder / f"{curve}.pem", folder / f"{curve}.pub"


def peer_verifies(peer: Peer, model: Path, public: Path, signature: Path | None = None, *more: object) -> bool:
    where = signature or model / "model.sig"
    return peer("verify", "key", model, "--signature", where, "--public_key", public, *more)


def peer_signs(peer: Peer, model: Path, private: Path, signature: Path, *more: object) -> None:
    assert peer("sign", "key", model, "--signature", signature, "--private_key", private, *more)


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_both_ways_on_every_curve(run: Run, model_signing: Peer, model: Path, tmp_path: Path, curve: str) -> None:
    private, public = key_pair(run, tmp_path, curve)
    assert run("sign", model, "--key", private).code == 0
    assert peer_verifies(model_signing, model, public)
    (model / "model.sig").unlink()
    peer_signs(model_signing, model, private, model / "model.sig")
    result = run("verify", model, "--key", public)
    assert result.code == 0, result.out


def test_after_a_release(run: Run, model_signing: Peer, model: Path) -> None:
    assert run("release", model, "--key", EXAMPLE_KEY).code == 0
    assert (model / "claims.jsonl").exists()
    assert peer_verifies(model_signing, model, EXAMPLE_PUB)


TAMPERING: dict[str, Change] = {
    "changed": lambda model: (model / "sub" / "w.bin").write_bytes(b"x\n"),
    "added": lambda model: (model / "extra.py").write_bytes(b"import os\n"),
    "removed": lambda model: (model / "empty").unlink(),
    "renamed": lambda model: (model / "sub-x").rename(model / "sub-y"),
}


@pytest.mark.parametrize("change", TAMPERING)
def test_tampering_fails_on_both_sides(run: Run, model_signing: Peer, model: Path, change: str) -> None:
    assert run("sign", model, "--key", EXAMPLE_KEY).code == 0
    TAMPERING[change](model)
    assert not peer_verifies(model_signing, model, EXAMPLE_PUB)
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 1


def test_another_key_fails_on_both_sides(run: Run, model_signing: Peer, model: Path, tmp_path: Path) -> None:
    private, public = key_pair(run, tmp_path, "P-256")
    assert run("sign", model, "--key", private).code == 0
    assert not peer_verifies(model_signing, model, EXAMPLE_PUB)
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 1
    assert run("verify", model, "--key", public).code == 0


def test_encrypted_key(
    run: Run, model_signing: Peer, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "a password")
    assert run("key", "generate", "--out", tmp_path / "locked.pem").code == 0
    assert run("sign", model, "--key", tmp_path / "locked.pem").code == 0
    assert peer_verifies(model_signing, model, tmp_path / "locked.pub")


def test_single_file_by_each(run: Run, model_signing: Peer, tmp_path: Path) -> None:
    model = tmp_path / "weights.bin"
    model.write_bytes(b"weights")
    peer_signs(model_signing, model, EXAMPLE_KEY, tmp_path / "weights.bin.sig")
    assert resource_names(tmp_path / "weights.bin.sig") == ["."]
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0
    assert run("sign", model, "--key", EXAMPLE_KEY, "--compat-single-file").code == 0
    assert resource_names(tmp_path / "weights.bin.sig") == ["."]
    assert peer_verifies(model_signing, model, EXAMPLE_PUB, tmp_path / "weights.bin.sig")
    model.write_bytes(b"weightz")
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 1
    assert not peer_verifies(model_signing, model, EXAMPLE_PUB, tmp_path / "weights.bin.sig")


def test_single_file_by_its_name_is_what_the_peer_cannot_read(run: Run, model_signing: Peer, tmp_path: Path) -> None:
    """OMS 1.0 wants the base name; model-signing up to 1.1.1 expects '.'. The README says so."""
    model = tmp_path / "weights.bin"
    model.write_bytes(b"weights")
    assert run("sign", model, "--key", EXAMPLE_KEY).code == 0
    assert resource_names(tmp_path / "weights.bin.sig") == ["weights.bin"]
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0
    assert not peer_verifies(model_signing, model, EXAMPLE_PUB, tmp_path / "weights.bin.sig")


def test_git_files_that_the_peer_leaves_out_are_named(run: Run, model_signing: Peer, model: Path) -> None:
    (model / ".gitattributes").write_text("*.bin filter=lfs\n", encoding="utf-8")
    peer_signs(model_signing, model, EXAMPLE_KEY, model / "model.sig")
    refused = run("verify", model, "--key", EXAMPLE_PUB)
    assert refused.code == 1
    assert "- .gitattributes: the file is not covered" in refused.out
    assert run("verify", model, "--key", EXAMPLE_PUB, "--allow-unsigned", ".gitattributes").code == 0
    (model / ".git").mkdir()
    (model / ".git" / "evil.py").write_text("import os\n", encoding="utf-8")
    assert peer_verifies(model_signing, model, EXAMPLE_PUB)  # the peer does not see it
    assert run("verify", model, "--key", EXAMPLE_PUB, "--allow-unsigned", ".gitattributes").code == 1


def test_paths_that_the_peer_was_told_to_ignore(run: Run, model_signing: Peer, model: Path) -> None:
    ignored = ("--ignore-paths", model / "sub" / "deep")
    peer_signs(model_signing, model, EXAMPLE_KEY, model / "model.sig", *ignored)
    refused = run("verify", model, "--key", EXAMPLE_PUB)
    assert refused.code == 1
    assert "sub/deep/a b.txt: the file is not covered: the signer told the signature to ignore it" in refused.out
    assert run("verify", model, "--key", EXAMPLE_PUB, "--allow-unsigned", "sub/deep/a b.txt").code == 0


def test_links_are_allowed_by_both_or_by_none(run: Run, model_signing: Peer, model: Path) -> None:
    (model / "link.json").symlink_to("config.json")
    assert run("sign", model, "--key", EXAMPLE_KEY, "--allow-symlinks").code == 0
    assert peer_verifies(model_signing, model, EXAMPLE_PUB, None, "--allow_symlinks")
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0
    assert run("sign", model, "--key", EXAMPLE_KEY).code == 2


def test_the_root_is_the_peers_subject(run: Run, model_signing: Peer, model: Path) -> None:
    """`attest digest` shows the root in specification order, which our own bundle carries as its subject."""
    assert run("sign", model, "--key", EXAMPLE_KEY).code == 0
    shown = json.loads(run("digest", model, "--format", "json").out)["omsRoot"]
    assert statement(model / "model.sig")["subject"] == [{"digest": {"sha256": shown}, "name": "small"}]
    assert peer_verifies(model_signing, model, EXAMPLE_PUB)


def statement(signature: Path) -> dict[str, object]:
    bundle = json.loads(signature.read_text("utf-8"))
    parsed: dict[str, object] = json.loads(b64decode(bundle["dsseEnvelope"]["payload"]))
    return parsed


def resource_names(signature: Path) -> list[str]:
    predicate = statement(signature)["predicate"]
    assert isinstance(predicate, dict)
    return [resource["name"] for resource in predicate["resources"]]
