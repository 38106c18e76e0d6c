"""Looks at everything around the bot and says, for each thing, whether it is well and how to mend it if not.

Nothing here changes anything: the data folder is made if it is missing, and a file written there is removed again.
"""

from __future__ import annotations

import asyncio
import errno
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.cascading import idle_in
from bot.checks import counted
from bot.config import Settings, names_of
from bot.detecting import AUTO, Chosen, toxicity_model
from bot.detecting import SHIPPED as SHIPPED_MODEL
from bot.findings import Finding, State, note, well, wrong
from bot.heartbeat import health
from bot.model_checks import band_in_use, misread, unread, unwell
from bot.platform_checks import from_settings, looked_at
from bot.setting_up import Looks
from bot.setting_up import looks as all_looks
from bot.sleeping import sleeping
from bot.wiring import vocabulary
from moderation.errors import SerenoError
from rules.loader import SHIPPED, load_folder

__all__ = ["Finding", "State", "examine", "platforms"]

ROOM: Final = 500 * 1024 * 1024
"""Bytes that should be free where the database lives."""
WRITTEN: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""No clock of a machine that runs this can be earlier."""
DRIFT: Final = 5.0
"""Seconds that the clock of a file system may differ from the machine's."""


def examine(settings: Settings, host: str, port: int, looks: Looks | None = None) -> Iterator[Finding]:
    """Everything there is to find, in the order in which it would hurt. `looks` are asked about each platform that
    there are tokens for; every platform's own unless others are given."""
    yield from data_folder(settings.data)
    yield clock(settings.data)
    yield database(settings)
    yield from packs_and_rules(settings)
    yield from model(settings)
    yield from platforms(settings)
    yield from looked_at(settings, all_looks(settings) if looks is None else looks)
    yield from redis(settings)
    yield listening(host, port)


def data_folder(folder: Path) -> Iterator[Finding]:
    """Whether it can be written, and whether there is room."""
    mend = "let the user who runs Sereno write there, or name another folder in SERENO_DATA_DIR"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
    except OSError as trouble:
        yield wrong("data", f"{folder} cannot be written: {trouble.strerror}", mend)
        return
    yield well("data", f"{folder} can be written")
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        yield wrong("disk", f"only {free // 1024**2} MiB are free in {folder}", "make room, or move the data folder")
    else:
        yield well("disk", f"{free // 1024**2:,} MiB are free")


def clock(folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Finding:
    """Whether the time can be right: sanctions have absolute ends."""
    mend = "switch on time synchronisation (NTP) on this machine"
    if now() < WRITTEN:
        return wrong("clock", f"the clock says {now():%Y-%m-%d %H:%M} UTC", mend)
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            drift = abs(Path(probe.name).stat().st_mtime - now().timestamp())
    except OSError:
        drift = 0.0  # a folder that cannot be written is a finding of its own
    if drift > DRIFT:
        return wrong("clock", f"the clock of the data folder's file system is {drift:.0f} s off", mend)
    return well("clock", f"{now():%Y-%m-%d %H:%M} UTC")


def database(settings: Settings) -> Finding:
    """Whether it opens, and whether its tables are those of this version."""
    from bot.stores.standing import Standing, standing

    if settings.database_url is not None:
        says = "another database than SQLite is set up, which this version does not work with"
        return wrong("database", says, "write `database: sqlite`, and unset SERENO_DATABASE_URL")
    mend = "restore the data folder from a backup, or name another one in SERENO_DATA_DIR"
    try:
        found = standing(settings.data)
    except SerenoError as trouble:
        return wrong("database", str(trouble), mend)
    if found is Standing.NEWER:
        return wrong("database", "the database was written by a newer version of Sereno", "install that version")
    words = {
        Standing.ABSENT: "there is none yet; the first start makes it",
        Standing.OLDER: "the next start brings its tables up to date",
        Standing.CURRENT: "opens, and its tables are up to date",
    }
    return well("database", words[found])


def packs_and_rules(settings: Settings) -> Iterator[Finding]:
    """Whether the shipped packs and each community's rules can come into force."""
    yield _folder("packs", SHIPPED, settings, None)
    for community in settings.communities:
        for folder in settings.rule_folders(community):
            yield _folder(f"rules of {community.id}", folder, settings, community.id)


def _folder(about: str, folder: Path, settings: Settings, community: str | None) -> Finding:
    if not folder.is_dir():
        return wrong(about, f"there is no folder {folder}", "make it, or correct `rules:` in sereno.yaml")
    names = next((names_of(one, settings.folder) for one in settings.communities if one.id == community), None)
    loaded = load_folder(folder, vocabulary(settings), names)
    if loaded.rule_set is None:
        count = len(loaded.errors)
        return wrong(about, f"{counted(count, 'error')} in {folder}", f"run `sereno check {folder}`")
    waiting = sleeping(loaded.rule_set, toxicity_model(settings).labels)
    note = f"; waiting for a model: {', '.join(waiting)}" if waiting else ""
    return well(about, f"{counted(len(loaded.rule_set.rules), 'rule')} in {folder}{note}")


def model(settings: Settings) -> Iterator[Finding]:
    """Whether the toxicity model, or both of them, are there and answer, and whether they read what people here write."""
    chosen = toxicity_model(settings)
    first, second = chosen.pair or (chosen, None)
    trouble = unwell(first)
    if trouble is not None:
        yield wrong("model", *trouble)
        return
    verified = ", its files are as they were made" if first.name == SHIPPED_MODEL else ""
    yield well("model", f"{first.name} judges messages{verified}")
    if second is not None:
        yield from beside(second, settings)
    if first.name == SHIPPED_MODEL:
        yield from foreign(settings, second.name if second is not None else "")
    for name in idle_in(settings.data) if settings.configuration.toxicity.model == AUTO else ():
        says = f"{name} is there, and not in use: it is not optimised, and torch or detoxify is not installed"
        yield note("model", says, f"run `sereno models optimise {name}` where both are installed")


def beside(second: Chosen, settings: Settings) -> Iterator[Finding]:
    """Whether the model that judges what the first one doubts is of any use, and what counts as doubtful."""
    trouble = unwell(second)
    if trouble is not None:
        says = f"{trouble[0]}; until then the shipped model judges alone"
        yield wrong(
            "model", says, f"run `sereno models verify {second.name}`, or write `model: shipped` in sereno.yaml"
        )
        return
    band = band_in_use(second.name, settings.data)
    yield well("model", f"{second.name} judges what is in doubt, a toxicity of {band.words}")
    if band.trouble:
        yield note("model", band.trouble, f"run `sereno models optimise {second.name}`")


def foreign(settings: Settings, second: str) -> Iterator[Finding]:
    """Languages of the communities for which the models in use were not made."""
    lost = ", ".join(misread(settings.communities, second))
    if lost:
        says = f"{second} reads no {lost}, and has the last word on what is in doubt"
        mend = "run `sereno models fetch detoxify:multilingual`, or write `model: shipped` in sereno.yaml"
        yield note("model", says, mend)
    unknown = ", ".join(unread(settings.communities, second))
    if unknown:
        says = f"the shipped model was not made for {unknown}: rules with `score` say little or nothing there"
        yield note("model", says, "rely on word lists there, or bring Detoxify's multilingual model")


def platforms(settings: Settings) -> Iterator[Finding]:
    """What the settings alone show about the platforms, without asking anybody; the start of the bot logs it."""
    return from_settings(settings)


def redis(settings: Settings) -> Iterator[Finding]:
    """Whether the Redis that is set up can be used, and whether a worker is alive."""
    from bot.handout.choosing import model_key
    from bot.handout.looking import redis_finding

    if settings.redis_url is not None:
        key = model_key(toxicity_model(settings))
        said = asyncio.run(redis_finding(settings.redis_url.get_secret_value(), key))
        yield Finding("redis", State(said.state), said.says, said.mend)


def listening(host: str, port: int) -> Finding:
    """Whether the address is free, or taken by Sereno itself."""
    mend = f"stop the other program, or choose another port with --port (not {port})"
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as trouble:
        if trouble.errno == errno.EADDRINUSE:
            if health(host, port):
                return well("address", f"Sereno is running at {host}:{port}")
            return wrong("address", f"another program listens at {host}:{port}", mend)
        return wrong("address", f"{host}:{port} cannot be listened on: {trouble.strerror}", mend)
    return well("address", f"{host}:{port} is free")
