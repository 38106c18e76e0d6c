"""What the doctor says about the toxicity model: whether its files are as they were made, and whether it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.cascading import InUse, band_for
from bot.detecting import SHIPPED, Chosen, shipped_folder
from moderation.errors import DetectorError

if TYPE_CHECKING:
    from bot.config import Community
    from moderation.toxicity.port import Toxicity

READS: Final = frozenset({"en", "es", "pt", "fr", "de", "it", "ca", "gl", "eu", "nl"})
"""Languages in whose letters the shipped model was trained, or near enough to judge."""
READ_BESIDE: Final = {
    "detoxify:original": frozenset({"en"}),
    "detoxify:unbiased": frozenset({"en"}),
    "detoxify:multilingual": frozenset({"en", "es", "fr", "it", "pt", "ru", "tr"}),
}
"""Languages that Detoxify's models were trained in."""
REINSTALL: Final = "install Sereno again"


def unwell(chosen: Chosen, altered: Callable[[], Sequence[str]] | None = None) -> tuple[str, str] | None:
    """What is wrong with the model and how to mend it; None when it is there, unaltered, and answers."""
    if chosen.make is None:
        return chosen.why, chosen.mend
    if chosen.name == SHIPPED:
        try:
            names = (altered or _altered)()
        except (DetectorError, OSError) as error:
            return str(error), REINSTALL
        if names:
            return f"files of the shipped model are not as they were made: {', '.join(names)}", REINSTALL
    try:
        answers(chosen.make)
    except Exception as error:  # noqa: BLE001 - whatever a model raises, it cannot be used
        words = str(error) or type(error).__name__
        return f"the toxicity model {chosen.name} cannot be used: {words}", REINSTALL if chosen.name == SHIPPED else (
            "look at the file, or write `model: auto` in sereno.yaml"
        )
    return None


def answers(make: Callable[[], Toxicity]) -> float:
    """Seconds until a freshly made model has answered once; raises whatever the model raises."""
    from moderation.toxicity.worker import Closes

    start = time.perf_counter()
    model = make()
    try:
        found = model.score(["Good morning!"])
    finally:
        if isinstance(model, Closes):
            model.close()
    if len(found) != 1:
        raise DetectorError(f"{len(found)} answers for one text")
    return time.perf_counter() - start


def unread(communities: Sequence[Community], second: str = "") -> Iterator[str]:
    """Languages of communities that the shipped model does not judge well, or at all, nor the one beside it."""
    yield from _others(communities, READS | READ_BESIDE.get(second, frozenset()))


def misread(communities: Sequence[Community], second: str) -> Iterator[str]:
    """Languages of communities that the shipped model knows and the one beside it, which has the last word, does not."""
    lost = READS - READ_BESIDE.get(second, READS)
    yield from (tag for tag in _others(communities, frozenset()) if tag.partition("-")[0] in lost)


def band_in_use(second: str, data: Path) -> InUse:
    """What counts as doubtful where the shipped model and this one judge together."""
    return band_for(second, data, shipped_folder() / "model.json")


def _others(communities: Sequence[Community], known: frozenset[str]) -> Sequence[str]:
    return sorted({tag for one in communities for tag in one.languages if tag.partition("-")[0] not in known})


def _altered(folder: Path | None = None) -> Sequence[str]:
    from moderation.toxicity.shipped import verify

    return verify(folder)
