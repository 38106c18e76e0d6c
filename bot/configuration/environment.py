"""Secrets and overrides from the environment. `NAME_FILE` reads the value of `NAME` from a file.

What the environment does not say, the tokens kept in the data folder do (bot/configuration/kept.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import SecretStr

from moderation.errors import UserError

VARIABLES: Final[Mapping[str, str]] = {
    "SERENO_DATA_DIR": "data_dir",
    "SERENO_DATABASE_URL": "database_url",
    "SERENO_REDIS_URL": "redis_url",
    "SERENO_DISCORD_TOKEN": "discord_token",
    "SERENO_DISCORD_API": "discord_api",
    "SERENO_SLACK_BOT_TOKEN": "slack_bot_token",
    "SERENO_SLACK_APP_TOKEN": "slack_app_token",
    "SERENO_SLACK_SIGNING_SECRET": "slack_signing_secret",
    "SERENO_SLACK_USER_TOKEN": "slack_user_token",
    "SERENO_SLACK_API": "slack_api",
    "SERENO_TELEGRAM_TOKEN": "telegram_token",
    "SERENO_TELEGRAM_API": "telegram_api",
    "SERENO_MATRIX_HOMESERVER": "matrix_homeserver",
    "SERENO_MATRIX_USER": "matrix_user",
    "SERENO_MATRIX_TOKEN": "matrix_token",
}
"""Every variable Sereno reads → the field it fills."""

_LARGEST: Final = 64 * 1024
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says; None where it says nothing. Printing it shows no secret.

    `given` are the variables that have a value, `kept` those of them whose value lies in the data folder.
    """

    data_dir: SecretStr | None = None
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    discord_token: SecretStr | None = None
    discord_api: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_user_token: SecretStr | None = None
    slack_api: SecretStr | None = None
    telegram_token: SecretStr | None = None
    telegram_api: SecretStr | None = None
    matrix_homeserver: SecretStr | None = None
    matrix_user: SecretStr | None = None
    matrix_token: SecretStr | None = None
    given: frozenset[str] = field(default=frozenset())
    kept: frozenset[str] = field(default=frozenset())

    @property
    def platforms(self) -> frozenset[str]:
        """The platforms the bot has credentials for."""
        ready = {
            "discord": self.discord_token,
            "slack": self.slack_bot_token and self.slack_app_token,
            "telegram": self.telegram_token,
            "matrix": self.matrix_token and self.matrix_homeserver and self.matrix_user,
        }
        return frozenset(name for name, secret in ready.items() if secret is not None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never appear in a log."""
        hidden = (
            getattr(self, field) for name, field in VARIABLES.items() if name.endswith(("TOKEN", "SECRET", "URL"))
        )
        return tuple(value.get_secret_value() for value in hidden if value is not None)

    def value(self, name: str) -> str:
        """What a variable says; empty where it says nothing."""
        secret = getattr(self, VARIABLES[name])
        return "" if secret is None else str(secret.get_secret_value())

    def with_values(self, values: Mapping[str, str]) -> Environment:
        """The same with other values, as if the data folder kept them."""
        fields = {VARIABLES[name]: SecretStr(value) for name, value in values.items()}
        return replace(self, **fields, given=self.given | values.keys(), kept=self.kept | values.keys())

    def without(self, names: Collection[str]) -> Environment:
        """The same without these variables."""
        gone = frozenset(names)
        fields = dict.fromkeys((VARIABLES[name] for name in gone), None)
        return replace(self, **fields, given=self.given - gone, kept=self.kept - gone)


def environment(environ: Mapping[str, str], kept: Mapping[str, str] = _NOTHING) -> Environment:
    """The variables that are set, and what is kept of the others; UserError names the one that cannot be read."""
    values = {name: value for name in VARIABLES if (value := _value(environ, name)) is not None}
    fields = {VARIABLES[name]: SecretStr(value) for name, value in values.items()}
    found = Environment(**fields, given=frozenset(values), kept=frozenset())
    return found.with_values({name: value for name, value in kept.items() if name not in values})


def _value(environ: Mapping[str, str], name: str) -> str | None:
    direct, path = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if direct and path:
        raise UserError(f"{name} and {name}_FILE are both set; keep one of them")
    if not path:
        return direct or None
    try:
        with Path(path).open(encoding="utf-8") as file:
            value = file.read(_LARGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserError(f"{name}_FILE names {path}, which cannot be read: {why}") from error
    if not value:
        raise UserError(f"{name}_FILE names {path}, which is empty")
    return value
