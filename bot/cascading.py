"""`model: auto`: the shipped model first and, where one of Detoxify's is in the data folder, that one for what is in doubt.

Nothing here loads a model or what models need before `joined` is called.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from moderation.toxicity.known import PREFIX, Place, place_of

if TYPE_CHECKING:
    from moderation.toxicity.band import Band
    from moderation.toxicity.port import Toxicity

CASCADE: Final = "cascade:"
PREFERRED: Final = tuple(f"{PREFIX}{name}" for name in ("multilingual", "unbiased", "original"))
"""The one that reads most languages first."""
CAUTIOUS: Final = (0.02, 0.98)
"""The band where none was measured. It has all thresholds of the shipped rules well inside, so that the first model
decides alone only what it is as good as sure of: 30 to 50 of 100 chat messages, which is little. A measured band is
worth having."""
SECOND_PATIENCE: Final = 3.0
"""Seconds one question to the second model may take before its process is ended."""
WITHIN: Final = 1.5
"""Seconds after which it is asked no further about a batch. Both together are less than the five that a message waits
(detecting.py): whatever happens to the second model, the first one's scores come in time."""
QUIET: Final = 60.0
"""Seconds between two log lines about texts that only one of the two could judge."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The band of a cascade, and in words where it is from."""

    band: Band
    words: str
    trouble: str = ""


def second_in(data: Path, torch: Callable[[], bool] | None = None) -> str | None:
    """The name of the Detoxify in the data folder that may judge what is in doubt; None without one.

    Its optimised form is enough. A bare checkpoint needs torch and detoxify: `torch` says whether they are installed.
    """
    installed = torch or torch_installed
    for name in PREFERRED:
        place = place_in(data, name)
        if place.optimised or (place.present and installed()):
            return name
    return None


def idle_in(data: Path, torch: Callable[[], bool] | None = None) -> tuple[str, ...]:
    """Checkpoints that lie in the data folder and cannot judge, as what they need is not installed."""
    places = [(name, place_in(data, name)) for name in PREFERRED]
    bare = [name for name, place in places if place.present and not place.optimised]
    return tuple(bare) if bare and not (torch or torch_installed)() else ()


def place_in(data: Path, name: str) -> Place:
    """Where one of Detoxify's lies, or would."""
    return place_of(data / "models", name)


def torch_installed() -> bool:
    """Whether a checkpoint that is not optimised can be loaded; imports nothing."""
    return all(find_spec(package) is not None for package in ("torch", "detoxify"))


def joined(
    name: str,
    data: Path,
    manifest: Path,
    first: Callable[[], Toxicity],
    second: Callable[[], Toxicity],
    told: Callable[[str], None] | None = None,
) -> Toxicity:
    """The two as one; `manifest` is that of the first. The second joins when it is ready, if ever: until then, and
    whenever it fails, the first one's scores stand."""
    from moderation.toxicity.cascade import Cascade
    from moderation.toxicity.files import DETOXIFY
    from moderation.toxicity.later import Later

    band = band_for(name, data, manifest).band
    return Cascade(
        first(), Later(name, frozenset(DETOXIFY[name].labels), second), band, told or Complaints(), within=WITHIN
    )


def band_for(name: str, data: Path, manifest: Path) -> InUse:
    """The band that was measured with these two, else the cautious one."""
    from moderation.errors import UserError
    from moderation.toxicity.band import Band
    from moderation.toxicity.kept_band import kept_band

    trouble = ""
    try:
        kept = kept_band(place_in(data, name).fast, manifest)
    except UserError as error:
        kept, trouble = None, str(error)
    if kept is None:
        return InUse(Band(*CAUTIOUS), f"{CAUTIOUS[0]:g} to {CAUTIOUS[1]:g}, not measured", trouble)
    words = (
        f"{kept.low:.3f} to {kept.high:.3f}, measured on {kept.texts:,} texts: {kept.settled:.0%} were clear, and at most "
        f"{kept.differs_at_most:.1%} of all are decided otherwise than by {name} alone"
    )
    return InUse(kept.band, words)


class Complaints:
    """Writes to the log what one of the two models could not do: the first time, then once a minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        import structlog

        self._log: Any = structlog.get_logger(__name__)
        self._now = now
        self._times = 0
        self._said: float | None = None

    def __call__(self, why: str) -> None:
        """One call to a model that came to nothing."""
        self._times += 1
        now = self._now()
        if self._said is None or now - self._said >= QUIET:
            self._log.warning(
                "one of two toxicity models did not judge; the other one's scores stand", why=why, times=self._times
            )
            self._said, self._times = now, 0
