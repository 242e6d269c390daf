"""What other implementations of OMS got wrong, tried on this one: one section for each of their areas.

The bugs are those of model-signing 1.1.1 that people reported or that were reproduced with it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x25519

import attest
from attest.operations.expected import Expected
from tests.attacks.world import (
    FILES,
    IGNORED,
    Json,
    World,
    bundle_of,
    encoded,
    oms,
    reasons,
    root_of,
    write_model,
)
from tests.conftest import Run
from tests.simulators import keys, pki
from tests.simulators.softhsm import PIN, SoftHsm, softhsm

PAYLOAD = encoded(oms())
LEGACY_TYPE = "https://model_signing/Digests/v0.1"


def by_key(world: World, *options: object) -> tuple[int, str]:
    """Verify with the key alone; returns the exit code and everything that was said."""
    result = world.run("verify", world.model, "--key", world.folder / "key.pub", *options)
    return result.code, result.out + result.err


def signed_by_cli(world: World, *options: object) -> int:
    """Sign with the command line and the trusted key."""
    private = world.folder / "key.pem"
    if not private.exists():
        pki.write_key(private, world.key)
    return world.run("sign", world.model, "--key", private, *options).code


# Installation: an import that is not declared


def test_no_library_is_needed_that_is_not_declared(world: World) -> None:
    """pyOpenSSL comes with none of the dependencies; everything works where it cannot be imported."""
    world.put(world.by_certificate(PAYLOAD))
    code = (
        "import sys; sys.modules['OpenSSL'] = None\n"
        "from attest.cli.app import main\n"
        "sys.argv = ['attest', *sys.argv[1:]]\nmain()\n"
    )
    command = [sys.executable, "-c", code, "verify", str(world.model), "--policy", str(world.policy())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Certificates: expired ones sign and verify, nobody is named, the web's authorities count


def test_an_expired_certificate_does_not_sign(world: World) -> None:
    leaf = world.authority.leaf(world.leaf_key, "release", not_before=pki.days(-9), not_after=pki.days(-1))
    pki.write_pem(world.folder / "leaf.pem", leaf)
    private = pki.write_key(world.folder / "leaf.key", world.leaf_key)
    result = world.run("sign", world.model, "--key", private, "--certificate", world.folder / "leaf.pem")
    assert result.code == 2
    assert "expired" in result.err
    assert not (world.model / "model.sig").exists()


def test_an_authority_alone_names_nobody(world: World) -> None:
    world.put(world.by_certificate(PAYLOAD))
    root = world.folder / "root.pem"
    result = world.run("verify", world.model, "--ca", root)
    assert result.code == 2
    assert "whom you mean" in result.err
    assert world.run("verify", world.model, "--ca", root, "--san", "email:release@example.com").code == 0
    assert world.run("verify", world.model, "--ca", root, "--san", "email:other@example.com").code == 1


# Empty models


def test_an_empty_model_is_not_signed(world: World, tmp_path: Path) -> None:
    private = pki.write_key(tmp_path / "some.key", world.key)
    for name in (None, ".gitignore", ".git/config"):
        folder = tmp_path / f"empty{name and len(name)}"
        folder.mkdir()
        if name:
            write_model(folder, {name: b"x"})
        result = world.run("sign", folder, "--key", private)
        assert result.code == 2
        assert not (folder / "model.sig").exists()


# Traversal: a signed name is read outside the model when unsigned files are ignored


@pytest.mark.parametrize("name", ["../outside", "weights/../../outside"])
def test_no_option_reads_outside_the_model(world: World, name: str) -> None:
    (world.folder / "outside").write_bytes(b"outside")
    world.put(world.by_key(encoded(oms({**FILES, name: b"outside"}))))
    for options in ((), ("--ignore-unsigned-files",), ("--allow-ignored", "any")):
        code, said = by_key(world, *options)
        assert code == 1
        assert "'..'" in said or ".." in said


# Links: a planted folder is invisible, and the recorded setting is not applied


@pytest.mark.parametrize("links", [False, True])
@pytest.mark.parametrize("options", [(), ("--ignore-unsigned-files",)])
def test_a_planted_link_to_a_folder_is_seen(world: World, links: bool, options: tuple[str, ...]) -> None:
    world.put(world.by_key(encoded(oms(links=links))))
    write_model(world.folder / "evil", {"x.py": b"evil"})
    (world.model / "evil").symlink_to(world.folder / "evil")
    code, said = by_key(world, *options)
    assert code == 1
    assert "evil" in said


def test_the_recorded_setting_decides(world: World) -> None:
    (world.model / "z.json").symlink_to("config.json")
    files = {**FILES, "z.json": FILES["config.json"]}
    world.put(world.by_key(encoded(oms(files, links=True))))
    assert by_key(world)[0] == 0
    world.put(world.by_key(encoded(oms(files))))
    assert by_key(world, "--ignore-unsigned-files")[0] == 1


# Ignore lists: what one bundle ignores leaks into the next verification


def test_what_one_signature_ignores_is_forgotten(world: World, tmp_path: Path) -> None:
    expected = Expected(keys=(str(world.folder / "key.pub"),), allow_ignored=("any",))
    world.put(world.by_key(encoded(oms(ignore=[*IGNORED, "logs"]))))
    write_model(world.model, {"logs/x.py": b"x"})
    assert attest.verify(world.model, expected=expected).passed
    other = write_model(tmp_path / "other")
    write_model(other, {"logs/x.py": b"x"})
    (other / "model.sig").write_bytes(encoded(world.by_key(PAYLOAD)))
    assert not attest.verify(other, expected=expected).passed
    assert attest.verify(world.model, expected=expected).passed


# Shards and other hashes: own bundles fail to verify, names with colons do not parse, empty files are not protected


@pytest.mark.parametrize("algorithm", ["sha256", "blake2b", "blake3"])
@pytest.mark.parametrize("size", [0, 7])
def test_every_serialization_that_is_written_is_read(world: World, algorithm: str, size: int) -> None:
    write_model(world.model, {"a:b": b"colon", "0:3": b"numbers", "x:0:7": b"like a shard"})
    place = world.folder / "out.sig"
    assert signed_by_cli(world, "--hash", algorithm, "--shard-size", size, "--signature", place) == 0
    assert by_key(world, "--signature", place)[0] == 0
    write_model(world.model, {"x:0:7": b"like a shord"})
    code, said = by_key(world, "--signature", place)
    assert code == 1
    assert "x:0:7" in said


def shards(files: dict[str, bytes], size: int, recorded: object) -> Json:
    """An OMS statement over ranges of files."""
    resources = [
        {
            "name": f"{name}:{start}:{min(start + size, len(data))}",
            "algorithm": "sha256",
            "digest": hashlib.sha256(data[start : start + size]).hexdigest(),
        }
        for name, data in sorted(files.items())
        for start in range(0, len(data), size)
    ]
    statement = oms(files)
    statement["predicate"]["resources"] = resources
    statement["subject"][0]["digest"]["sha256"] = root_of(resources)
    statement["predicate"]["serialization"] |= {"method": "shards", "shard_size": recorded}
    return statement


def test_shard_size_as_other_tools_write_it(world: World) -> None:
    """`3.0` is three; three and a half, or a text, is nothing."""
    files = dict(FILES)
    for recorded, code in ((3, 0), (3.0, 0), (3.5, 1), ("3", 1), (0, 1), (-3, 1), (None, 1), (True, 1), (4, 1)):
        world.put(world.by_key(encoded(shards(files, 3, recorded))))
        assert by_key(world)[0] == code, recorded


def test_an_empty_file_that_no_shard_protects(world: World) -> None:
    write_model(world.model, {"weights/__init__.py": b""})
    world.put(world.by_key(encoded(shards(dict(FILES), 3, 3))))
    code, said = by_key(world)
    assert code == 1
    assert "weights/__init__.py" in said


def test_what_lies_past_the_last_shard(world: World) -> None:
    world.put(world.by_key(encoded(shards(dict(FILES), 7, 7))))
    assert by_key(world)[0] == 0
    for more in (b"x", b"x" * 7, b"x" * 100):
        write_model(world.model, {"config.json": FILES["config.json"] + more})
        assert by_key(world)[0] == 1
    write_model(world.model, {"config.json": FILES["config.json"][:7]})
    assert by_key(world)[0] == 1


# Single files: the conforming base name is rejected


@pytest.mark.parametrize("options", [(), ("--compat-single-file",)])
def test_a_single_file_under_either_name(world: World, options: tuple[str, ...]) -> None:
    world.model = world.folder / "single.bin"
    world.model.write_bytes(b"weights")
    assert signed_by_cli(world, *options) == 0
    assert by_key(world)[0] == 0
    world.model.write_bytes(b"weighty")
    assert by_key(world)[0] == 1


# Encrypted keys: the password does not work


def test_an_encrypted_key_signs_and_its_password_is_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    private = pki.write_key(world.folder / "locked.pem", world.key, b"correct horse")
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "wrong horse")
    code = "import sys; from attest.cli.app import main\nsys.argv = ['attest', *sys.argv[1:]]\nmain()\n"

    def sign(password: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, "sign", str(world.model), "--key", str(private)]
        environment = {**os.environ, "ATTEST_KEY_PASSWORD": password}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    wrong = sign("wrong horse")
    assert wrong.returncode == 2
    assert "horse" not in wrong.stdout + wrong.stderr
    assert not (world.model / "model.sig").exists()
    right = sign("correct horse")
    assert right.returncode == 0, right.stderr
    assert "horse" not in right.stdout + right.stderr
    assert by_key(world)[0] == 0


# PKCS#11 certificates, and certificates without a chain: signing fails


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """A SoftHSM with one key."""
    with softhsm(tmp_path_factory.mktemp("softhsm")) as found:
        found.make_token("release")
        found.make_key("release", "EC:prime256v1", "signer", "01")
        yield found


def test_a_certificate_for_a_key_on_a_token(
    world: World, hsm: SoftHsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTEST_PKCS11_PIN", PIN)
    uri = hsm.uri("token=release;object=signer")
    public = tmp_path / "public.der"
    hsm.tool("release", "--read-object", "--type", "pubkey", "--label", "signer", "-o", str(public))
    hsm.unload()
    key = keys.supported(serialization.load_der_public_key(public.read_bytes()))
    leaf = world.authority.leaf(key, "release", emails=["release@example.com"])
    pki.write_pem(tmp_path / "chain.pem", leaf, *world.authority.intermediates)
    result = world.run("sign", world.model, "--signer", uri, "--certificate", tmp_path / "chain.pem")
    assert result.code == 0, result.err
    assert PIN not in result.out + result.err
    world.accepted(policy=world.policy("  - {id: signed, signature: {signers: [certificate]}}\n"))


def test_a_certificate_without_a_chain(world: World) -> None:
    root = pki.Authority.create("Flat root")
    pki.write_pem(world.folder / "root.pem", root.certificate)
    leaf = root.leaf(world.leaf_key, "release", emails=["release@example.com"])
    pki.write_pem(world.folder / "leaf.pem", leaf)
    private = pki.write_key(world.folder / "leaf.key", world.leaf_key)
    result = world.run("sign", world.model, "--key", private, "--certificate", world.folder / "leaf.pem")
    assert result.code == 0, result.err
    world.accepted()


# Key types: an AttributeError instead of an answer


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "ed25519", "rsa"])
def test_every_kind_of_key_signs_and_verifies(world: World, kind: str) -> None:
    world.key = keys.generate(kind)
    (world.folder / "key.pub").write_bytes(keys.public_pem(world.key.public_key()))
    assert signed_by_cli(world) == 0
    code, said = by_key(world)
    assert code == 0, said
    assert ("OMS knows no" in said) == (kind in ("ed25519", "rsa"))
    write_model(world.model, {"config.json": b"changed"})
    assert by_key(world)[0] == 1


def test_keys_that_cannot_sign_here_say_so(world: World) -> None:
    world.put(world.by_key(PAYLOAD))
    for key in (
        ec.generate_private_key(ec.SECP256K1()),
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
    ):
        private, public = world.folder / "odd.pem", world.folder / "odd.pub"
        private.touch(mode=0o600)
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        public.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        for verb in (("sign", world.model, "--key", private), ("verify", world.model, "--key", public)):
            result = world.run(*verb)
            assert result.code == 2
            assert "Error" not in result.err
            assert "Traceback" not in result.err


# Output: other bytes each time, warnings among the results, digests as Python writes them, two exit codes


def test_the_same_model_gives_the_same_payload(world: World) -> None:
    payloads = set()
    for _ in range(2):
        assert signed_by_cli(world, "--signature", world.folder / "out.sig") == 0
        payloads.add(json.loads((world.folder / "out.sig").read_bytes())["dsseEnvelope"]["payload"])
    assert len(payloads) == 1


def test_old_bundles_do_not_disturb_the_output(world: World) -> None:
    """A bundle that brings its key, as those before OMS 1.1 do, is read like any other, and its key is not trusted."""
    bundle = world.by_key(PAYLOAD)
    bundle["verificationMaterial"]["publicKey"]["rawBytes"] = base64.b64encode(
        keys.spki(keys.generate().public_key())
    ).decode()
    world.put(bundle)
    result, report = world.verify()
    assert (result.code, result.err) == (0, "")
    assert report["verdict"] == "PASSED"


def test_digests_are_hexadecimal_and_exit_codes_tell_apart(world: World) -> None:
    world.put(world.by_key(PAYLOAD))
    write_model(world.model, {"config.json": b"changed"})
    code, said = by_key(world)
    assert code == 1
    assert "b'" not in said
    assert "\\x" not in said
    assert hashlib.sha256(b"changed").hexdigest()[:12] in said
    assert world.run("verify", world.model, "--key", world.folder / "missing").code == 2
    assert world.run("verify", world.folder / "missing", "--key", world.folder / "key.pub").code in (1, 2)


# Legacy: the broken encoding is tried for new statements


def legacy(world: World, payload: bytes, kind: str = "key") -> Json:
    """A bundle signed as OMS v0.2 was: over Python's spelling of the payload."""
    key = world.key if kind == "key" else world.leaf_key
    bundle = world.by_key(payload) if kind == "key" else world.by_certificate(payload)
    kind_text = "application/vnd.in-toto+json"
    message = f"DSSEV1 {len(kind_text)} {kind_text} {len(payload)} {payload!r}".encode()
    signed = keys.sign(key, message, keys.HASHES["sha256"])
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(signed).decode()
    return bundle


def digests(files: dict[str, bytes]) -> bytes:
    """A statement of OMS v0.2."""
    return encoded(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {"name": name, "digest": {"sha256": hashlib.sha256(data).hexdigest()}}
                for name, data in sorted(files.items())
            ],
            "predicateType": LEGACY_TYPE,
            "predicate": {"unused": "Unused, just passed due to API requirements"},
        }
    )


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_the_old_form_counts_only_when_the_caller_says_so(world: World, kind: str) -> None:
    world.put(legacy(world, digests(dict(FILES)), kind))
    world.refused("legacy", "--allow-legacy admits such signatures")
    allowed = world.policy(trust="{allowLegacy: true}")
    report = world.accepted(policy=allowed)
    assert report["attestations"][0]["notes"]
    write_model(world.model, {"config.json": b"changed"})
    world.refused("changed-files", policy=allowed, signer=kind)


@pytest.mark.parametrize("kind", ["key", "certificate"])
@pytest.mark.parametrize("allowed", [False, True])
def test_the_broken_encoding_is_for_the_old_form_alone(world: World, kind: str, allowed: bool) -> None:
    policy = world.policy(trust=f"{{allowLegacy: {str(allowed).lower()}}}")
    world.put(legacy(world, PAYLOAD, kind))
    world.refused("bad-signature", policy=policy)
    # Even when the mark of the old form stands somewhere in a new statement.
    statement = oms()
    statement["subject"][0]["name"] = LEGACY_TYPE
    world.put(legacy(world, encoded(statement), kind))
    world.refused("bad-statement" if allowed else "legacy", policy=policy, signer=kind if allowed else "")


def test_old_statement_in_the_new_encoding_is_still_old(world: World) -> None:
    world.put(world.by_key(digests(dict(FILES))))
    world.refused("legacy", signer="key")


# Duplicates: the last of two entries wins


@pytest.mark.parametrize("kind", ["key", "certificate", "identity"])
def test_one_name_twice_in_the_signed_list(world: World, kind: str) -> None:
    statement = oms()
    resources = statement["predicate"]["resources"]
    for extra in (dict(resources[1]), resources[1] | {"digest": "0" * 64}):
        for place in (0, len(resources)):
            listed = [*resources[:place], extra, *resources[place:]]
            statement["predicate"]["resources"] = listed
            statement["subject"][0]["digest"]["sha256"] = root_of(listed)
            world.put(world.signed(kind, encoded(statement)))
            world.refused("bad-statement", "twice", signer=kind)


def test_one_name_twice_in_the_old_form(world: World) -> None:
    payload = json.loads(digests(dict(FILES)))
    payload["subject"].append(payload["subject"][0] | {"digest": {"sha256": "0" * 64}})
    world.put(legacy(world, encoded(payload)))
    world.refused("bad-statement", "twice", policy=world.policy(trust="{allowLegacy: true}"), signer="key")


def test_a_name_as_file_and_as_folder(world: World) -> None:
    world.put(world.by_key(encoded(oms({**FILES, "weights": b"x"}))))
    world.refused("bad-statement", "both as a file and as a directory", signer="key")


# Memory: a file is mapped whole


@pytest.mark.parametrize("algorithm", ["sha256", "blake2b", "blake3"])
def test_memory_does_not_grow_with_the_file(world: World, algorithm: str) -> None:
    """A file of 600 MB within 250 MB: not read whole, and not mapped whole either."""
    with (world.model / "weights" / "large.bin").open("wb") as stream:
        stream.truncate(600 << 20)
    private = pki.write_key(world.folder / "key.pem", world.key)
    code = (
        "import sys\nfrom attest.cli.app import main\nsys.argv = ['attest', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        # Of this program alone: the figure of getrusage is handed down by whoever started it.
        "print('peak', next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    place = world.folder / "out.sig"
    for verb in (
        ["sign", str(world.model), "--key", str(private), "--hash", algorithm, "--signature", str(place)],
        ["verify", str(world.model), "--key", str(world.folder / "key.pub"), "--signature", str(place)],
    ):
        done = subprocess.run([sys.executable, "-c", code, *verb], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout.rpartition("peak")[2]) < 250 << 10


# And what no bug report names: a verdict that comes from an error


@pytest.mark.parametrize(
    "edit",
    [
        lambda bundle: bundle | {"dsseEnvelope": None},
        lambda bundle: bundle | {"verificationMaterial": "x"},
        lambda bundle: [bundle],
        lambda bundle: {"bundle": bundle},
        lambda bundle: bundle_of(bundle["dsseEnvelope"], {"publicKey": "x"}),
        lambda bundle: bundle_of(bundle["dsseEnvelope"], {"publicKey": {"hint": 7}}),
        lambda bundle: bundle_of(bundle["dsseEnvelope"], {"publicKey": {"hint": ""}, "tlogEntries": "x"}),
        lambda bundle: bundle_of(bundle["dsseEnvelope"], {"publicKey": {"hint": ""}, "tlogEntries": [7]}),
        lambda bundle: bundle_of(bundle["dsseEnvelope"] | {"payload": 7}, {"publicKey": {"hint": ""}}),
        lambda bundle: bundle_of(bundle["dsseEnvelope"] | {"signatures": "x"}, {"publicKey": {"hint": ""}}),
    ],
)
def test_shapes_that_nobody_writes(run: Run, world: World, edit: Any) -> None:
    world.put(encoded(edit(world.by_key(PAYLOAD))))
    report = world.refused("malformed")
    assert reasons(report)
    assert run("inspect", world.model / "model.sig").code in (0, 1, 2)
