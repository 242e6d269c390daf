"""Real tokens in software: SoftHSM and OpenSC's pkcs11-tool (Debian packages softhsm2 and opensc).

The module reads `SOFTHSM2_CONF` and looks for tokens when it is initialised: a process has one configuration at a time,
and meets a new token only after the module was unloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest

from tests.simulators.missing import missing

PIN = "12345678"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")


@dataclass(frozen=True, kw_only=True)
class SoftHsm:
    """An initialised SoftHSM; `tool` runs pkcs11-tool on it."""

    module: str
    configuration: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment for child processes."""
        return {**os.environ, "SOFTHSM2_CONF": str(self.configuration)}

    def run(self, *command: str) -> str:
        """Run one command, which must succeed; returns its output."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def make_token(self, label: str) -> None:
        """Initialise one more token; every session of this process ends."""
        self.run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321")
        self.unload()

    def unload(self) -> None:
        """Unload the module from this process, if it is loaded."""
        pkcs11.unload(os.path.realpath(self.module))

    def token(self, label: str) -> pkcs11.Token:
        """A token as python-pkcs11 sees it, in the module that attest has loaded."""
        return pkcs11.lib(os.path.realpath(self.module)).get_token(token_label=label)

    def tool(self, token: str, *arguments: str) -> str:
        """Run pkcs11-tool on a token, logged in."""
        return self.run(
            "pkcs11-tool", "--module", self.module, "--login", "--pin", PIN, "--token-label", token, *arguments
        )

    def make_key(self, token: str, kind: str, label: str, key_id: str, *more: str) -> None:
        """Generate a key pair on a token; `kind` is `EC:prime256v1` or `rsa:2048`, `key_id` hexadecimal."""
        self.tool(token, "--keypairgen", "--key-type", kind, "--label", label, "--id", key_id, *more)

    def uri(self, path: str, query: str = "") -> str:
        """A PKCS#11 URI for this module."""
        return f"pkcs11:{path}?module-path={self.module}{query}"


@contextmanager
def softhsm(folder: Path) -> Iterator[SoftHsm]:
    """A SoftHSM without tokens, whose files are in `folder`; also the one of this process while it lasts."""
    module = next((path for path in MODULES if os.path.exists(path)), None)
    if module is None or not shutil.which("softhsm2-util") or not shutil.which("pkcs11-tool"):
        missing("softhsm", "SoftHSM or pkcs11-tool is missing; install the packages softhsm2 and opensc")
    (folder / "tokens").mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        hsm = SoftHsm(module=module, configuration=configuration)
        hsm.unload()
        yield hsm
        hsm.unload()
