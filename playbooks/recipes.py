"""What each recipe's file may contain: its parts, its times, and what its texts may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Path = tuple[str, ...]

COMMON: Final = frozenset({"schema", "recipe", "about", "owner", "time_zone", "texts", "scenes"})
"""Keys that every playbook may have."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe as far as its file can be checked without running it; `parts` None means that its keys are open."""

    parts: frozenset[str] | None = None
    spans: tuple[Path, ...] = ()
    repeats: tuple[Path, ...] = ()
    days: tuple[Path, ...] = ()
    within: tuple[tuple[Path, Path], ...] = ()
    """Pairs of durations: the first must end before the second does."""
    placeholders: frozenset[str] | None = None


RECIPES: Final[Mapping[str, Recipe]] = {
    "welcome": Recipe(
        parts=frozenset({"greet", "interests", "first_post", "stop_word"}),
        spans=(("greet", "together", "within"), ("interests", "wait"), ("first_post", "nudge_after")),
        placeholders=frozenset({"community", "name", "names", "channel", "rules_link", "topic_link"}),
    ),
    "weekly-topic": Recipe(
        parts=frozenset({"post", "topics", "poll", "quiet", "close"}),
        spans=(
            ("post", "late", "up_to"),
            ("post", "busy", "quiet_for"),
            ("post", "busy", "wait"),
            ("topics", "rest"),
            ("poll", "open"),
            ("quiet", "after"),
            ("close", "after"),
        ),
        repeats=(("post", "every"),),
        days=(("post", "skip"),),
        within=((("poll", "open"), ("close", "after")), (("quiet", "after"), ("close", "after"))),
        placeholders=frozenset({"community", "channel", "topic", "text", "people", "messages"}),
    ),
    "quiet-channel": Recipe(),
    "announcement": Recipe(),
    "escalation": Recipe(),
}
