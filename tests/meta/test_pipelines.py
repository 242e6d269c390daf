"""The steps for pipelines do what they promise: each script is read from its file and really run, as a runner would,
and nothing that a user of it writes is taken for a command.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from attest import __version__
from tests.conftest import EXAMPLE_KEY, ROOT
from tests.simulators.loopback import LoopbackServer, Reply
from tests.simulators.sigstore.identity import GITHUB_REQUEST_TOKEN
from tests.simulators.sigstore.instance import LoopbackSigstore

CI = ROOT / "docs" / "ci"
ACTIONS = {name: CI / "github" / name / "action.yml" for name in ("release", "verify")}
TEMPLATE = CI / "gitlab" / "attest.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
POLICY = ROOT / "policies" / "release.yaml"
BIN = Path(sys.executable).parent
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
HOSTILE = [
    "x; touch pwned",
    "$(touch pwned)`touch pwned`",
    "x\ntouch pwned",
    "x' ; touch pwned ; '",
    'x" ; touch pwned ; "',
    "*",
    "--help",
    "",
]


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


# Stands in for python3: it writes down what is installed, and is itself otherwise.
STUB = """#!/bin/sh
printf '%s\\n' "$0" "$@" END >>"$STUB_CALLS"
case "$1 $2 $3" in
  "-I -m venv")
    for last; do :; done
    mkdir -p "$last/bin"
    cp "$0" "$last/bin/python"
    ln -sf "$STUB_ATTEST" "$last/bin/attest" ;;
  "-I -m pip") ;;
  *) exec "$STUB_PYTHON" "$@" ;;
esac
"""


@dataclass
class Runner:
    """A runner of one job: its folders, what the scripts put out, and what they wanted to install; `secrets` are what
    the platform adds to the environment."""

    folder: Path
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    said: str = ""
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("work", "temp", "stub"):
            (self.folder / name).mkdir()
        (self.folder / "stub" / "python3").write_text(STUB, encoding="ascii")
        (self.folder / "stub" / "python3").chmod(0o755)

    @property
    def work(self) -> Path:
        """The working directory of the job."""
        return self.folder / "work"

    @property
    def temp(self) -> Path:
        """The folder for what a job needs and nobody keeps."""
        return self.folder / "temp"

    def calls(self) -> list[list[str]]:
        """The arguments of each call of Python."""
        text = (self.folder / "calls").read_text("utf-8")
        return [call.split("\n")[1:] for call in text.split("\nEND\n") if call]

    def installed(self) -> list[str]:
        """What pip was asked to install, without the options that only make it quiet."""
        (found,) = (call for call in self.calls() if call[:4] == ["-I", "-m", "pip", "install"])
        return [item for item in found[4:] if item not in {"--quiet", "--disable-pip-version-check", "--no-input"}]

    def run(self, shell: list[str], script: str, environment: dict[str, str]) -> int:
        """Run a script; returns its exit code."""
        done = subprocess.run(
            [*shell, "-c", script],
            cwd=self.work,
            env={
                "PATH": f"{self.folder / 'stub'}:/usr/bin:/bin",
                "HOME": str(self.folder),
                "TMPDIR": str(self.temp),
                "STUB_CALLS": str(self.folder / "calls"),
                "STUB_ATTEST": str(BIN / "attest"),
                "STUB_PYTHON": sys.executable,
                **self.secrets,
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.said += done.stdout + done.stderr
        return done.returncode

    def untouched(self) -> bool:
        """True when no hostile text was run."""
        return not list(self.folder.rglob("pwned*"))

    # GitHub

    def action(self, name: str, inputs: dict[str, str]) -> int:
        """Run the scripts of an action one after the other; returns the exit code of the first that fails."""
        document = loaded(ACTIONS[name])
        given = {key: entry.get("default", "") for key, entry in document["inputs"].items()} | inputs
        for step in document["runs"]["steps"]:
            if "run" not in step or not self._wanted(step.get("if", ""), given):
                continue
            environment = {key: self._resolved(text, given) for key, text in step["env"].items()}
            place = self.folder / "output"
            place.write_text("", encoding="utf-8")
            environment |= {"RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(place), "CI": "true"}
            code = self.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"], step["run"], environment)
            self.outputs[step.get("id", "")] = read_outputs(place.read_text("utf-8"))
            if code:
                return code
        return 0

    def _wanted(self, condition: str, given: dict[str, str]) -> bool:
        assert condition in {"", "inputs.upload-artifact == 'true'"}
        return not condition or given["upload-artifact"] == "true"

    def _resolved(self, text: str, given: dict[str, str]) -> str:
        whole = EXPRESSION.fullmatch(text)
        assert whole, text
        kind, name, *rest = whole[1].split(".")
        return given[name] if kind == "inputs" else self.outputs[name][rest[1]]

    # GitLab

    def job(self, name: str, shell: list[str], variables: dict[str, str]) -> int:
        """Run a job of the GitLab template: both scripts in one shell."""
        document = loaded(TEMPLATE)
        job = document[".attest"] | document[name]
        script = "\n".join([*job["before_script"], *job["script"]])
        return self.run(shell, script, document["variables"] | variables)


def read_outputs(text: str) -> dict[str, str]:
    """What the runner reads from $GITHUB_OUTPUT: `name=value`, or `name<<END` and lines up to `END`."""
    found: dict[str, str] = {}
    lines: Iterator[str] = iter(text.splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(\S+)", line):
            value: list[str] = []
            while (following := next(lines)) != match[2]:
                value.append(following)
            found[match[1]] = "\n".join(value)
        else:
            name, separator, rest = line.partition("=")
            assert separator, line
            found[name] = rest
    return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    (tmp_path / "runner").mkdir()
    return Runner(tmp_path / "runner")


@pytest.fixture
def model(runner: Runner, tiny: Path) -> Path:
    """The tiny model without evidence, in the working directory."""
    place = Path(shutil.move(tiny, runner.work / "tiny"))
    (place / "model.sig").unlink()
    (place / "claims.jsonl").unlink()
    return place


def verified(model: Path, instance: LoopbackSigstore, identity: str, root: Path) -> None:
    """Assert that `identity` signed the model."""
    trust: list[str | Path] = ["--issuer", instance.issuer, "--identity", identity, "--trusted-root", root]
    done = subprocess.run([BIN / "attest", "verify", model, *trust], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


RELEASE = {"model": "tiny", "signer": str(EXAMPLE_KEY), "arguments": "--name\nexample/tiny\n\n--model-version=1\n"}
VERIFY = {"model": "tiny", "policy": str(POLICY)}
SHELLS = {"sh": ["sh"], "bash": ["bash", "-e", "-o", "pipefail"]}


# What the files say


@pytest.mark.parametrize("name", ACTIONS)
def test_no_input_reaches_a_script_but_through_the_environment(name: str) -> None:
    document = loaded(ACTIONS[name])
    assert document["runs"]["using"] == "composite"
    for step in document["runs"]["steps"]:
        assert ("run" in step) != ("uses" in step)
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]
            assert step["run"].startswith("set -euo pipefail\n")
            assert all(EXPRESSION.fullmatch(text) for text in step["env"].values())
            # Every use of a variable is quoted, or stands where the shell splits nothing.
            assert not re.search(r'(?<!["=\w\[(])\$ATTEST_\w+', step["run"].replace('"attest-ml${', "")), step["run"]
        else:
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step["uses"])
            assert not [text for text in step["with"].values() if "inputs.model" in str(text)]


@pytest.mark.parametrize("name", ACTIONS)
def test_every_input_is_described_used_and_every_output_is_made(name: str) -> None:
    document, text = loaded(ACTIONS[name]), ACTIONS[name].read_text("utf-8")
    for key, entry in document["inputs"].items():
        assert entry["description"]
        assert ("default" in entry) != entry.get("required", False)
        assert f"inputs.{key}" in text
    steps = {step.get("id") for step in document["runs"]["steps"]}
    for entry in document["outputs"].values():
        assert entry["description"]
        assert EXPRESSION.fullmatch(entry["value"])[1].split(".")[1] in steps  # type: ignore[index]


def test_both_actions_install_in_the_same_way() -> None:
    first, second = (loaded(path)["runs"]["steps"][0] for path in ACTIONS.values())
    assert first == second


def test_the_default_version_is_that_of_this_source() -> None:
    assert [loaded(path)["inputs"]["version"]["default"] for path in ACTIONS.values()] == [__version__] * 2
    assert loaded(TEMPLATE)["variables"]["ATTEST_VERSION"] == __version__


def test_the_gitlab_jobs_have_a_token_and_keep_the_evidence() -> None:
    document = loaded(TEMPLATE)
    release, verify = document["attest-release"], document["attest-verify"]
    assert release["id_tokens"] == {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}
    assert "id_tokens" not in verify
    assert {"${ATTEST_MODEL}/model.sig", "${ATTEST_MODEL}/claims.jsonl"} <= set(release["artifacts"]["paths"])
    assert verify["artifacts"] == {"when": "always", "paths": ["attest-evidence.json"]}
    for job in (release, verify):
        assert job["extends"] == ".attest"
        assert "allow_failure" not in job


def test_the_hook_sees_every_commit() -> None:
    (hook,) = loaded(HOOKS)
    assert (hook["id"], hook["language"]) == ("attest-verify", "python")
    assert (hook["always_run"], hook["pass_filenames"], hook["require_serial"]) == (True, False, True)


# What the documentation says


def examples() -> list[Any]:
    """The YAML of docs/pipelines.md, each block as a document."""
    text = (ROOT / "docs" / "pipelines.md").read_text("utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def test_the_examples_name_what_there_is() -> None:
    blocks = examples()
    jobs = [job for block in blocks if "jobs" in block for job in block["jobs"].values()]
    steps = [step for job in jobs for step in job["steps"]] + [s for b in blocks if isinstance(b, list) for s in b]
    uses = [step for step in steps if "/docs/ci/github/" in step.get("uses", "")]
    assert len(uses) == 3
    for step in uses:
        action = loaded(ROOT / step["uses"].partition("/attest/")[2].partition("@")[0] / "action.yml")
        required = {key for key, entry in action["inputs"].items() if entry.get("required")}
        assert required <= set(step["with"]) <= set(action["inputs"])
    assert not [step for step in steps if "${{" in step.get("run", "")]
    (signing,) = (job for job in jobs if "id-token" in job["permissions"])
    assert signing["permissions"]["id-token"] == "write"
    (gitlab,) = (block for block in blocks if "include" in block)
    template = loaded(TEMPLATE)
    assert set(gitlab["variables"]) <= set(template["variables"])
    assert {"attest-release", "attest-verify"} == {key for key in gitlab if key.startswith("attest")} & set(template)
    (commit,) = (block["repos"][0]["hooks"][0] for block in blocks if "repos" in block)
    assert (commit["id"], "--" in commit["args"]) == (loaded(HOOKS)[0]["id"], True)


# The release and the verification on GitHub


def test_a_release_and_a_verification_on_github(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE | {"upload-artifact": "true"}) == 0, runner.said
    released = runner.outputs["release"]
    assert released["signature"] == str(model / "model.sig")
    assert released["claims"] == str(model / "claims.jsonl")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", released["digest"])
    assert sorted(path.name for path in (runner.temp / "attest-evidence").iterdir()) == ["claims.jsonl", "model.sig"]
    assert runner.action("verify", VERIFY) == 0, runner.said
    assert runner.outputs["verify"]["verdict"] == "PASSED"
    evidence = json.loads(Path(runner.outputs["verify"]["evidence"]).read_text("utf-8"))
    assert evidence["evidence"]["manifest"]["digest"] == released["digest"].removeprefix("sha256:")


def test_releasing_twice_adds_nothing(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE) == 0, runner.said
    before = {name: (model / name).read_bytes() for name in ("model.sig", "claims.jsonl")}
    assert runner.action("release", RELEASE) == 0, runner.said
    assert {name: (model / name).read_bytes() for name in before} == before
    assert not (runner.temp / "attest-evidence").exists()


def test_a_release_that_was_cut_short_goes_on(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE) == 0, runner.said
    before = {name: (model / name).read_bytes() for name in ("model.sig", "claims.jsonl")}
    (model / "model.sig").unlink()
    assert runner.action("release", RELEASE) == 0, runner.said
    assert {name: (model / name).read_bytes() for name in before} == before


def test_the_identity_of_the_job_signs_and_signs_once(
    runner: Runner, model: Path, tmp_path: Path, loopback_rekor2: LoopbackSigstore
) -> None:
    runner.secrets = {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{loopback_rekor2.url}/gha/token?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": GITHUB_REQUEST_TOKEN,
    }
    config = loopback_rekor2.write_trust(tmp_path / "trust")
    for _ in range(2):
        assert runner.action("release", {"model": "tiny", "arguments": f"--trust-config\n{config}"}) == 0, runner.said
    assert len((model / "claims.jsonl").read_bytes().splitlines()) == 2
    assert GITHUB_REQUEST_TOKEN not in runner.said
    identity = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
    verified(model, loopback_rekor2, identity, config.parent / "trusted_root.json")


def test_the_evidence_is_uploaded_and_the_secrets_are_not_shown(runner: Runner, model: Path, tmp_path: Path) -> None:
    key = tmp_path / "signer.pem"
    runner.secrets = {"ATTEST_KEY_PASSWORD": "pass-s3cret", "ATTEST_UPLOAD_TOKEN": "token-s3cret"}
    made = subprocess.run(
        [BIN / "attest", "key", "generate", "--out", key], env=runner.secrets, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    with LoopbackServer(lambda request: Reply(status=201)) as store:
        inputs = {"model": "tiny", "signer": str(key), "arguments": f"--upload\n{store.url}/e"}
        assert runner.action("release", inputs) == 0, runner.said
        assert store.requests == [("PUT", "/e/claims.jsonl"), ("PUT", "/e/model.sig")]
        assert {request.headers["authorization"] for request in store.seen} == {"Bearer token-s3cret"}
    # The store is gone by now.
    assert runner.action("release", inputs) == 3
    assert "is written and stays beside the model" in runner.said
    assert "s3cret" not in runner.said + (runner.folder / "calls").read_text("utf-8")


def test_a_failed_verification_fails_the_step_with_1(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE) == 0, runner.said
    (model / "config.json").write_text("{}", encoding="ascii")
    assert runner.action("verify", VERIFY) == 1
    assert runner.outputs["verify"]["verdict"] == "FAILED"
    assert Path(runner.outputs["verify"]["evidence"]).is_file()


def test_what_could_not_be_decided_is_no_verdict(runner: Runner) -> None:
    assert runner.action("verify", VERIFY) == 2
    assert runner.outputs["verify"]["verdict"] == "UNDECIDED"


@pytest.mark.parametrize("place", ["model", "signer", "arguments"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_inputs_of_a_release_run_nothing(runner: Runner, model: Path, place: str, text: str) -> None:
    code = runner.action("release", RELEASE | {place: text})
    assert runner.untouched()
    if place == "arguments":
        # A model's files are signed or not; a star and an empty text are no commands either way.
        assert code == 0 or not (model / "model.sig").exists()
    else:
        assert code
        assert not runner.outputs["release"]


@pytest.mark.parametrize("place", ["model", "policy", "arguments"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_inputs_of_a_verification_run_nothing(runner: Runner, model: Path, place: str, text: str) -> None:
    code = runner.action("verify", VERIFY | {place: text})
    assert runner.untouched()
    # The model is not signed: whatever the inputs say, there is no yes.
    assert code
    assert runner.outputs["verify"].get("verdict") != "PASSED"


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != ""])
@pytest.mark.parametrize("place", ["version", "extras"])
def test_hostile_versions_are_refused_before_anything_is_installed(runner: Runner, place: str, text: str) -> None:
    assert runner.action("release", RELEASE | {place: text}) == 2
    assert runner.untouched()
    assert not (runner.folder / "calls").exists()


@pytest.mark.parametrize("version", ["", "0.1.0 --index-url=https://example.org", ">=0", "*", "0.*", "x @ file:///x"])
def test_only_one_version_is_installed(runner: Runner, version: str) -> None:
    assert runner.action("verify", VERIFY | {"version": version}) == 2
    assert not (runner.folder / "calls").exists()


def test_a_model_with_a_difficult_name(runner: Runner, model: Path) -> None:
    name = "--a $(touch pwned) \"b' ;`touch pwned`"
    model.rename(runner.work / name)
    assert runner.action("release", RELEASE | {"model": name, "upload-artifact": "true"}) == 0, runner.said
    assert runner.outputs["release"]["signature"] == str(runner.work / name / "model.sig")
    assert runner.action("verify", VERIFY | {"model": name}) == 0, runner.said
    assert runner.untouched()


def test_a_path_cannot_add_an_output(runner: Runner, model: Path) -> None:
    place = runner.work / "a\ndigest=forged"
    place.mkdir()
    model.rename(place / "tiny")
    assert runner.action("release", RELEASE | {"model": "a\ndigest=forged/tiny"}) == 0, runner.said
    assert runner.outputs["release"]["signature"] == f"{place}/tiny/model.sig"
    assert runner.outputs["release"]["digest"] != "forged/tiny"


def test_names_of_files_are_no_commands_to_the_runner(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE) == 0
    (model / "\n::error::forged").write_text("x", encoding="ascii")
    (model / "::error::forged").write_text("x", encoding="ascii")
    runner.said = ""
    assert runner.action("verify", VERIFY)
    start, end = re.search(r"::stop-commands::([0-9a-f]{32})\n", runner.said), runner.said.rfind("::\n")
    assert start
    assert runner.said[:end].endswith(f"\n::{start[1]}")
    assert "forged" in runner.said[start.end() : end]
    assert "forged" not in runner.said[: start.start()] + runner.said[end:]


def test_what_is_installed_and_how(runner: Runner, model: Path) -> None:
    assert runner.action("release", RELEASE) == 0, runner.said
    assert runner.installed() == [f"attest-ml=={__version__}"]
    assert runner.calls()[1] == ["-I", "-m", "venv", "--clear", str(runner.temp / "attest")]
    (runner.folder / "calls").unlink()
    assert runner.action("release", RELEASE | {"version": "1.2.3", "extras": "pkcs11,awskms"}) == 0, runner.said
    assert runner.installed() == ["attest-ml[pkcs11,awskms]==1.2.3"]
    (runner.folder / "calls").unlink()
    assert runner.action("release", RELEASE | {"requirements": "-x $(touch pwned).txt"}) == 0, runner.said
    assert runner.installed() == ["--require-hashes", "--requirement=-x $(touch pwned).txt"]
    assert runner.untouched()


@pytest.mark.parametrize("module", ["venv", "pip", "secrets", "json"])
def test_python_files_in_the_working_directory_are_not_run(runner: Runner, model: Path, module: str) -> None:
    (runner.work / f"{module}.py").write_text("open('pwned', 'w')\n", encoding="ascii")
    assert runner.action("release", RELEASE) == 0, runner.said
    assert all(call[0] == "-I" for call in runner.calls())
    assert runner.untouched()


# GitLab


@pytest.mark.parametrize("shell", SHELLS)
def test_the_jobs_on_gitlab(runner: Runner, model: Path, shell: str) -> None:
    variables = {
        "ATTEST_MODEL": "tiny",
        "ATTEST_SIGNER": str(EXAMPLE_KEY),
        "ATTEST_POLICY": str(POLICY),
        "ATTEST_RELEASE_ARGUMENTS": RELEASE["arguments"],
        "ATTEST_VERIFY_ARGUMENTS": "--format\njson",
    }
    assert runner.job("attest-release", SHELLS[shell], variables) == 0, runner.said
    assert runner.installed() == [f"attest-ml=={__version__}"]
    digest = re.fullmatch(r"ATTEST_DIGEST=sha256:([0-9a-f]{64})\n", (runner.work / "attest.env").read_text("utf-8"))
    assert digest
    assert runner.job("attest-verify", SHELLS[shell], variables) == 0, runner.said
    evidence = json.loads((runner.work / "attest-evidence.json").read_text("utf-8"))
    assert evidence["evidence"]["manifest"]["digest"] == digest[1]
    (model / "config.json").write_text("{}", encoding="ascii")
    assert runner.job("attest-verify", SHELLS[shell], variables) == 1
    assert runner.job("attest-verify", SHELLS[shell], variables | {"ATTEST_POLICY": ""}) == 2


def test_the_identity_of_the_gitlab_job_signs(
    runner: Runner, model: Path, tmp_path: Path, loopback_rekor2: LoopbackSigstore
) -> None:
    config = loopback_rekor2.write_trust(tmp_path / "trust")
    token = loopback_rekor2.mint_gitlab()
    runner.secrets = {"SIGSTORE_ID_TOKEN": token}
    variables = {"ATTEST_MODEL": "tiny", "ATTEST_RELEASE_ARGUMENTS": f"--trust-config\n{config}"}
    assert runner.job("attest-release", SHELLS["sh"], variables) == 0, runner.said
    identity = "https://gitlab.com/acme/models//.gitlab-ci.yml@refs/heads/main"
    verified(model, loopback_rekor2, identity, config.parent / "trusted_root.json")
    assert token not in runner.said


@pytest.mark.parametrize("text", HOSTILE[1:4] + HOSTILE[-2:])
def test_hostile_variables_on_gitlab_run_nothing(runner: Runner, model: Path, text: str) -> None:
    for name in ("MODEL", "SIGNER", "RELEASE_ARGUMENTS", "VERSION", "EXTRAS", "REQUIREMENTS"):
        variables = {"ATTEST_MODEL": "tiny", "ATTEST_SIGNER": str(EXAMPLE_KEY), f"ATTEST_{name}": text}
        code = runner.job("attest-release", SHELLS["sh"], variables)
        assert runner.untouched(), name
        assert code or name in {"RELEASE_ARGUMENTS", "REQUIREMENTS"} or (name, text) == ("EXTRAS", ""), name
    for name in ("MODEL", "POLICY", "VERIFY_ARGUMENTS"):
        variables = {"ATTEST_MODEL": "tiny", "ATTEST_POLICY": "no.yaml", f"ATTEST_{name}": text}
        code = runner.job("attest-verify", SHELLS["sh"], variables)
        assert runner.untouched(), name
        assert code, name


# pre-commit


def hook(work: Path, *args: object) -> subprocess.CompletedProcess[str]:
    """Run the hook as pre-commit does: the words of its entry, then the arguments of the configuration."""
    entry = shlex.split(loaded(HOOKS)[0]["entry"])
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "PRE_COMMIT": "1"}
    return subprocess.run(
        [*entry, *map(str, args)], cwd=work, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_hook_lets_good_models_through(tiny: Path) -> None:
    shutil.copytree(tiny, tiny.parent / "other")
    done = hook(tiny.parent, "--policy", POLICY, "--", "tiny", "other")
    assert (done.returncode, done.stdout.count("PASSED  tiny"), done.stdout.count("PASSED  other")) == (0, 1, 1)


@pytest.mark.parametrize("order", [("tiny", "other"), ("other", "tiny")])
def test_one_changed_model_stops_the_commit(tiny: Path, order: tuple[str, str]) -> None:
    other = Path(shutil.copytree(tiny, tiny.parent / "other"))
    (other / "config.json").write_text("{}", encoding="ascii")
    done = hook(tiny.parent, "--policy", POLICY, "--", *order)
    assert done.returncode == 1
    assert "PASSED  tiny" in done.stdout
    assert "FAILED  other" in done.stdout


def test_a_model_that_is_gone_stops_the_commit(tiny: Path) -> None:
    done = hook(tiny.parent, "--policy", POLICY, "--", "gone", "tiny")
    assert done.returncode == 2
    assert "there is nothing at 'gone'" in done.stderr


HOLLOW = [
    (),
    ("--",),
    ("--policy", "p.yaml"),
    ("--", "tiny"),
    ("--policy", "p.yaml", "--"),
    ("--help", "--", "tiny"),
]


@pytest.mark.parametrize("args", HOLLOW)
def test_a_hook_that_would_look_at_nothing_is_refused(tiny: Path, args: tuple[str, ...]) -> None:
    done = hook(tiny.parent, *args)
    assert done.returncode == 2
    assert "no options or no models" in done.stderr


def test_the_repository_cannot_replace_the_hook(tiny: Path) -> None:
    (tiny.parent / "attest").mkdir()
    (tiny.parent / "attest" / "__init__.py").write_text("raise SystemExit(0)\n", encoding="ascii")
    (tiny / "config.json").write_text("{}", encoding="ascii")
    assert hook(tiny.parent, "--policy", POLICY, "--", "tiny").returncode == 1
