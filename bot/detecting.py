"""Which model judges how toxic messages are, and the detector on it. Nothing here loads a model or what models need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import moderation.toxicity
from bot.cascading import CASCADE, SECOND_PATIENCE, joined, second_in
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
    """The model that shall judge. Without `make` it is not there: `why`, and what a person can do about it.

    `pair` has the two models that judge together as one.
    """

    name: str
    make: Callable[[], Toxicity] | None
    why: str = ""
    mend: str = ""
    pair: tuple[Chosen, Chosen] | None = None

    @property
    def names(self) -> frozenset[str]:
        """What rules may call it (rules/scores.py): `detoxify:unbiased` is also `detoxify`."""
        if self.make is None:
            return frozenset()
        parts = self.name.split(":")
        return frozenset(":".join(parts[:count]) for count in range(1, len(parts) + 1))

    @property
    def labels(self) -> frozenset[str]:
        """The labels that somebody will give."""
        return frozenset(LABELS) if self.make is not None else frozenset()


def toxicity_model(settings: Settings | None = None) -> Chosen:
    """What `toxicity: {model: …}` means on this machine; without settings, as with `auto`."""
    model = settings.configuration.toxicity.model if settings is not None else AUTO
    if model == SHIPPED or settings is None:
        return _shipped()
    return _auto(settings.data) if model == AUTO else _other(model, settings)


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


def _auto(data: Path) -> Chosen:
    """The shipped model, alone or with the Detoxify that is in the data folder."""
    first, second = _shipped(), second_in(data)
    if first.make is None or second is None:
        return first
    pair = first, Chosen(second, partial(_make_apart, second, data))
    return Chosen(CASCADE + second, partial(_make_joined, second, data), pair=pair)


def _other(model: str, settings: Settings) -> Chosen:
    """A model that somebody has brought: Detoxify by name, or a file. In a process of its own, and only if it is there."""
    from moderation.errors import UserError
    from moderation.toxicity.catalogue import find

    path = settings.path(Path(model))
    where = str(path) if path.exists() else model
    name = _name_of(path) if path.exists() else model
    try:
        find(where, settings.data)
    except UserError as missing:
        why = f"the toxicity model {model} is not there: {missing}; rules with `score` wait for it"
        return Chosen(name, None, why, "fetch it, or write `model: auto` in sereno.yaml")
    return Chosen(name, partial(_make_apart, where, settings.data))


def _name_of(path: Path) -> str:
    """What a model will call itself that somebody named by its checkpoint or folder (catalogue.py)."""
    from moderation.errors import UserError
    from moderation.toxicity.known import local_place
    from moderation.toxicity.manifest import read_manifest

    checkpoints = sorted(path.glob("*.ckpt")) if path.is_dir() else [path]
    optimised = path if path.is_dir() and (path / "manifest.json").is_file() else None
    if optimised is None and len(checkpoints) == 1 and local_place(checkpoints[0]).optimised:
        optimised = local_place(checkpoints[0]).fast
    try:
        return read_manifest(optimised).name if optimised else checkpoints[0].name if checkpoints else path.name
    except UserError:
        return path.name  # it cannot be loaded either, which is told then


def _make_shipped() -> Toxicity:
    from moderation.toxicity.shipped import ShippedModel

    return ShippedModel()


def _make_joined(second: str, data: Path) -> Toxicity:
    """The first judges here, in the thread of the detector; only the second is in a process of its own."""
    quick = partial(_make_apart, second, data, patience=SECOND_PATIENCE)
    return joined(second, data, shipped_folder() / "model.json", _make_shipped, quick)


def _make_apart(model: str, data: Path, patience: float = 10.0) -> Toxicity:
    from moderation.toxicity.apart import Apart

    return Apart(partial(_make_found, model, data), memory=MEMORY, patience=patience)


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
