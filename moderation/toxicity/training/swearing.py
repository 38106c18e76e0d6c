"""Whether a text swears, for data sets that do not say: a word list, used as a weak label for `obscene` only."""

from __future__ import annotations

import functools
import re
from importlib import resources

from moderation.text.folding import caseless


@functools.cache
def _pattern() -> re.Pattern[str]:
    text = resources.files("moderation.toxicity.corpus").joinpath("swearing.txt").read_text(encoding="utf-8")
    stems = [line for raw in text.splitlines() if (line := raw.split("#")[0].strip())]
    words = "|".join(re.escape(stem).replace(r"\*", r"\w*") for stem in stems)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def swears(text: str) -> bool:
    """One of the listed words stands in it, whole; a star in the list stands for any ending."""
    return _pattern().search(caseless(text)) is not None
