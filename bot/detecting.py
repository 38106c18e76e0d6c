"""Which model judges how toxic messages are, and the detector on it. Nothing here loads a model or what models need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import moderation.toxicity
from moderation.toxicity.labels import LABELS

if TYPE_CHECKING:
    from bot.config import Settings
    from moderation.toxicity.detector import ToxicityDetector
    from moderation.toxicity.port import Toxicity

AUTO: Final = "auto"
SHIPPED: Final = "shipped"
PATIENCE: Final = 5.0
"""Seconds a message waits for its scores. Long enough for a burst of thousands and for a cold start on a small machine;
a model that hangs delays what rules decide without it by so much, and for `Limits.hang` seconds at most."""
MEMORY: Final = 4 * 1024**3
"""Bytes that the process of a model with native code of its own may take."""
QUIET: Final = 60.0
"""Seconds between two log lines about messages that were not judged."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that shall judge. Without `make` it is not there: `why`, and what a person can do about it."""

    name: str
    make: Callable[[], Toxicity] | None
    why: str = ""
    mend: str = ""

    @property
    def names(self) -> frozenset[str]:
        """What rules may call it: `detoxify:unbiased` is also `detoxify`."""
        return frozenset({self.name, self.name.partition(":")[0]}) if self.make is not None else frozenset()

    @property
    def labels(self) -> frozenset[str]:
        """The labels that somebody will give."""
        return frozenset(LABELS) if self.make is not None else frozenset()


def toxicity_model(settings: Settings | None = None) -> Chosen:
    """What `toxicity: {model: …}` means on this machine; without settings, as with `auto`."""
    model = settings.configuration.toxicity.model if settings is not None else AUTO
    if model in (AUTO, SHIPPED) or settings is None:
        return _shipped()
    return _other(model, settings)


def detectors(chosen: Chosen) -> tuple[ToxicityDetector, ...]:
    """The detector on the chosen model; none when it is not there."""
    if chosen.make is None:
        return ()
    from moderation.toxicity.detector import ToxicityDetector

    return (ToxicityDetector(chosen.make, diary=LogDiary()),)


def shipped_folder() -> Path:
    """Where the model that ships lies, without importing what reads it."""
    return Path(moderation.toxicity.__path__[0]) / "shipped_model"


def _shipped() -> Chosen:
    if (shipped_folder() / "model.json").is_file():
        return Chosen(SHIPPED, _make_shipped)
    why = f"the toxicity model is missing from {shipped_folder()}; rules with `score` wait for it"
    return Chosen(SHIPPED, None, why, "install Sereno again: the package is not complete")


def _other(model: str, settings: Settings) -> Chosen:
    """A model that somebody has brought: Detoxify by name, or a file. In a process of its own, and only if it is there."""
    from moderation.errors import UserError
    from moderation.toxicity.catalogue import find

    path = settings.path(Path(model))
    where = str(path) if path.exists() else model
    name = path.stem if path.exists() else model
    try:
        find(where, settings.data)
    except UserError as missing:
        why = f"the toxicity model {model} is not there: {missing}; rules with `score` wait for it"
        return Chosen(name, None, why, "fetch it, or write `model: auto` in sereno.yaml")
    return Chosen(name, partial(_make_apart, where, settings.data))


def _make_shipped() -> Toxicity:
    from moderation.toxicity.shipped import ShippedModel

    return ShippedModel()


def _make_apart(model: str, data: Path) -> Toxicity:
    from moderation.toxicity.apart import Apart

    return Apart(partial(_make_found, model, data), memory=MEMORY)


def _make_found(model: str, data: Path) -> Toxicity:
    """Runs in the child process."""
    from moderation.toxicity.catalogue import find

    return find(model, data)()


class LogDiary:
    """Writes the fate of the model to the log: what changes at once, messages that were missed once a minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        import structlog

        self._log: Any = structlog.get_logger(__name__)
        self._now = now
        self._missed = 0
        self._said: float | None = None

    def up(self, name: str) -> None:
        """See moderation/toxicity/detector.py."""
        self._log.info("the toxicity model answers", model=name)

    def down(self, why: str) -> None:
        """See moderation/toxicity/detector.py."""
        self._log.error("messages are not scored; rules without `score` go on", why=why)

    def missed(self, why: str) -> None:
        """See moderation/toxicity/detector.py."""
        self._missed += 1
        now = self._now()
        if self._said is None or now - self._said >= QUIET:
            self._log.warning("messages were not scored; people are asked", why=why, messages=self._missed)
            self._said, self._missed = now, 0
