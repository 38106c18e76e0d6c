"""The settings of a running bot: sereno.yaml (optional) and the environment, checked.

    settings = settings_from(Path("sereno.yaml"), os.environ)     UserError with every problem rendered
    read = read_configuration(Path("sereno.yaml"))                 the same problems as data

Environment variables win over the file, and over the tokens that the set-up page kept in the data folder. Paths in the
file are relative to it. Where there is no file, the one that the set-up page wrote into the data folder counts:

    settings = settings_at_home(os.environ)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import SecretStr

from bot.configuration.consistent import consistent, without_secrets
from bot.configuration.environment import Environment, environment
from bot.configuration.kept import kept_in
from bot.configuration.models import Community, Configuration
from moderation.errors import UserError
from moderation.platforms import CAN
from rules.load_context import LoadContext
from rules.loader import Given, Names
from rules.loading.documents import document
from rules.loading.plugins import build
from rules.loading.report import Report
from rules.problems import Problem, errors, render

__all__ = [
    "FILE",
    "Community",
    "Configuration",
    "Role",
    "Settings",
    "names_of",
    "read_configuration",
    "settings_at_home",
    "settings_from",
]

FILE: Final = "sereno.yaml"
Role = Literal["all", "gateway", "worker"]
"""What a process does: everything, everything but scoring, or scoring alone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the bot was told. `folder` is what relative paths of the file start from; `home` is the data folder
    when the file lies in it, whatever else the file says about where data belong."""

    configuration: Configuration
    environment: Environment
    folder: Path
    file: Path | None = None
    home: Path | None = None
    role: Role = "all"

    @property
    def communities(self) -> tuple[Community, ...]:
        """At least one: without any configured, the local room's."""
        return self.configuration.communities

    @property
    def data(self) -> Path:
        """The folder of the database and everything else that is kept."""
        if self.home is not None:
            return self.home
        given = self.environment.data_dir
        return self.path(Path(given.get_secret_value()) if given else self.configuration.data)

    @property
    def own_file(self) -> Path:
        """The file that the set-up page writes: the one in use, else one in the data folder."""
        return self.data / FILE if self.file is None else self.file

    @property
    def database_url(self) -> SecretStr | None:
        """A PostgreSQL address; None for SQLite in the data folder."""
        if self.environment.database_url is not None:
            return self.environment.database_url
        return None if self.configuration.database == "sqlite" else SecretStr(self.configuration.database)

    @property
    def redis_url(self) -> SecretStr | None:
        """Redis, where one is used."""
        if self.environment.redis_url is not None:
            return self.environment.redis_url
        return None if self.configuration.redis == "off" else SecretStr(self.configuration.redis)

    def path(self, path: Path) -> Path:
        """A path of the file as it is meant from here."""
        return self.folder / path.expanduser()

    def rule_folders(self, community: Community) -> tuple[Path, ...]:
        """Where a community's rules lie; none means the shipped packs."""
        return tuple(self.path(folder) for folder in community.rules)

    def playbook_folders(self, community: Community) -> tuple[Path, ...]:
        """Where a community's playbooks lie."""
        return tuple(self.path(folder) for folder in community.playbooks)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of reading sereno.yaml."""

    configuration: Configuration | None
    problems: tuple[Problem, ...] = ()


def read_configuration(given: Given | Path) -> Read:
    """sereno.yaml with every problem at its place; an empty file is the local room."""
    given = Given(str(given), given) if isinstance(given, Path) else given
    report = Report()
    root = document(report, given, "sereno/1", needs_schema=False, may_be_empty=True)
    if root is None:
        return Read(None, report.problems)
    clean = without_secrets(report, root)
    made = build(report, Configuration, FILE, clean, clean, LoadContext())
    if made is not None:
        consistent(report, clean, made)
    return Read(None if report.has_errors() else made, report.problems)


def settings_from(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings; UserError carries every problem as an admin reads it. No path means that there is no file."""
    found = environment(environ)
    if path is None:
        return _with_kept(Settings(Configuration(), found, Path.cwd()), environ)
    read = read_configuration(path)
    if read.configuration is None:
        raise UserError(render(errors(read.problems)))
    return _with_kept(Settings(read.configuration, found, path.resolve().parent, path), environ)


def settings_at_home(environ: Mapping[str, str]) -> Settings:
    """The settings where nobody named a file: sereno.yaml of the data folder, or none. UserError as above."""
    bare = settings_from(None, environ)
    path = bare.data / FILE
    if not path.is_file():
        return bare
    return replace(settings_from(path, environ), environment=bare.environment, home=bare.data)


def _with_kept(settings: Settings, environ: Mapping[str, str]) -> Settings:
    return replace(settings, environment=environment(environ, kept_in(settings.data)))


def names_of(community: Community, folder: Path = Path()) -> Names:
    """What the rules of a community may name. `folder` is where sereno.yaml lies."""
    playbooks = (path for part in community.playbooks for path in (folder / part.expanduser()).glob("*.y*ml"))
    return Names(
        roles=frozenset(community.roles),
        channels=frozenset(community.channels),
        queues=frozenset(community.teams) | frozenset(community.on_call),
        playbooks=frozenset(path.stem for path in playbooks),
        languages=community.languages,
        platforms={platform: CAN[platform] for platform in community.places},
    )
