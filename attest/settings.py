"""Settings from the environment, read once into one frozen value; never from a model's or the working directory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from attest.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says.

    `key_password` opens encrypted keys (`ATTEST_KEY_PASSWORD`), `token_pin` PKCS#11 tokens (`ATTEST_PKCS11_PIN`);
    `identity_token` is an OIDC token to sign as (`SIGSTORE_ID_TOKEN`), `upload_token` lets evidence into a store
    (`ATTEST_UPLOAD_TOKEN`); `source_date` is the timestamp for documents
    (`SOURCE_DATE_EPOCH`, https://reproducible-builds.org/specs/source-date-epoch/); `color` is off under `NO_COLOR`.
    """

    key_password: str | None = None
    token_pin: str | None = None
    identity_token: str | None = None
    upload_token: str | None = None
    source_date: datetime | None = None
    color: bool = True

    def document_time(self, text: str) -> datetime | None:
        """The time of a document: as given, the clock's when that is `now`, else the environment's or none.

        Raises InputError when the text is no time.
        """
        if not text:
            return self.source_date
        if text == "now":
            return datetime.now(UTC)
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise InputError(
                f"--timestamp {text!r} is no time", hint="Write it as 2026-11-24T12:00:00Z, or say now."
            ) from None

    def __repr__(self) -> str:
        """Shown without the secrets."""
        secrets = ("key_password", "token_pin", "identity_token", "upload_token")
        hidden = ", ".join(f"{name}={'***' if getattr(self, name) else None}" for name in secrets)
        return f"Settings({hidden}, source_date={self.source_date})"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises InputError when SOURCE_DATE_EPOCH is no time."""
    epoch = environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else None
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, which is no time",
            hint="Give whole seconds since 1970, or unset it.",
        ) from None
    return Settings(
        key_password=environ.get("ATTEST_KEY_PASSWORD"),
        token_pin=environ.get("ATTEST_PKCS11_PIN"),
        identity_token=environ.get("SIGSTORE_ID_TOKEN"),
        upload_token=environ.get("ATTEST_UPLOAD_TOKEN"),
        source_date=moment,
        color=not environ.get("NO_COLOR"),
    )
