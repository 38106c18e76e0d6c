"""Which detector a process has, by its role and whether there is a Redis; imports redis only where it is used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.cascading import CASCADE
from bot.detecting import AUTO, PATIENCE, SHIPPED, Chosen, LogDiary, detectors, shipped_folder, toxicity_model
from moderation.errors import DetectorError, UserError

if TYPE_CHECKING:
    from bot.config import Settings
    from moderation.ports import Detector
    from moderation.toxicity.port import Toxicity


def needed_url(settings: Settings) -> str:
    """The address of Redis; UserError where a role cannot do without."""
    if settings.redis_url is None:
        raise UserError(
            f"--role {settings.role} needs Redis between gateways and workers: write `redis: redis://…` in sereno.yaml or set "
            "SERENO_REDIS_URL; without Redis one process does everything, and --role is left out"
        )
    return settings.redis_url.get_secret_value()


def model_key(chosen: Chosen) -> str:
    """What gateways and workers must have in common: the model by name, and the version of the one that ships."""
    if chosen.name == SHIPPED or chosen.name.startswith(CASCADE):
        try:
            manifest = json.loads((shipped_folder() / "model.json").read_text(encoding="utf-8"))
            return f"{chosen.name}:{manifest['version']}"
        except (OSError, ValueError, KeyError):
            return chosen.name  # the model is missing or broken, which is told by whoever loads it
    return chosen.name


def model_of(settings: Settings | None) -> Chosen:
    """The model that judges, as bot/detecting.py says; to a gateway the workers have it, so its files need not be here."""
    chosen = toxicity_model(settings)
    if chosen.make is not None or settings is None or settings.role != "gateway":
        return chosen
    if settings.configuration.toxicity.model in (AUTO, SHIPPED):
        return chosen
    return replace(chosen, make=_elsewhere, why="", mend="")


def detectors_for(settings: Settings, chosen: Chosen) -> Sequence[Detector]:
    """The detector of a gateway, or of a process that does everything. UserError for a gateway without Redis."""
    if settings.role != "gateway" and settings.redis_url is None:
        return detectors(chosen)
    url = needed_url(settings)
    if chosen.make is None:
        return ()
    from bot.handout.detector import HandedOut
    from bot.handout.local import OwnWhenAlone
    from bot.handout.redis_gateway import RedisPost
    from bot.handout.waiting import Bounds

    key = model_key(chosen)
    post = RedisPost(url, key)
    if settings.role == "gateway":
        return (HandedOut(post, model=key, bounds=Bounds(PATIENCE), diary=LogDiary()),)
    workers = HandedOut(post, model=key, bounds=Bounds(PATIENCE, grace=1.5, hopeful=False), diary=AloneDiary())
    return (OwnWhenAlone(workers, *detectors(chosen)),)


class AloneDiary:
    """Writes down when a process that does everything has workers, and when it scores itself."""

    def __init__(self) -> None:
        import structlog

        self._log: Any = structlog.get_logger(__name__)

    def up(self, name: str) -> None:
        """See moderation/toxicity/detector.py."""
        self._log.info("scoring workers are there and take the messages", model=name)

    def down(self, why: str) -> None:
        """See moderation/toxicity/detector.py."""
        self._log.info("no scoring worker takes messages; this process scores them itself", why=why)

    def missed(self, why: str) -> None:
        """See moderation/toxicity/detector.py. The message is scored here then, or this model's diary has it."""


def _elsewhere() -> Toxicity:
    raise DetectorError("this model is only on the workers")
