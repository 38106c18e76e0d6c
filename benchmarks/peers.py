"""What Sereno is measured against: better-profanity as installed, and the filter of Red-DiscordBot, its regex rebuilt.

Red (cog `filter`) joins all words of a server into one pattern, `\\bword\\b|\\bword\\b|…` without regard to case, and
collects what it finds; the pattern is rebuilt here from that description, for the same words that Sereno gets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def red_filter(words: Sequence[str]) -> Callable[[str], set[str]]:
    """Red's look at one message: the set of words found."""
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE)

    def found(text: str) -> set[str]:
        return set(pattern.findall(text))

    return found


def better_profanity(words: Sequence[str] | None = None) -> Callable[[str], bool]:
    """better-profanity's yes or no for one message; with its own list of about 835 words unless told otherwise."""
    from better_profanity import Profanity

    peer = Profanity()
    if words is None:
        peer.load_censor_words()
    else:
        peer.load_censor_words(list(words))

    def contains(text: str) -> bool:
        return bool(peer.contains_profanity(text))

    return contains
