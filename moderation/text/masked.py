"""Words with a letter hidden behind a sign: `bl*rg`, `f**l`, `bl-rg`.

First and last letter stay, at least half of the letters are real, and the sign stands for just as many letters as it
has characters. A star or an emoji hides any letter; signs that are common inside honest words hide one vowel only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from moderation.text.common import common
from moderation.text.disguise import in_link
from moderation.text.letters import HIDING, LEET, tables
from moderation.text.patterns import MaskedKey, Pattern
from moderation.text.pieces import is_word
from moderation.text.plain import MOST_HITS

_HIDES_VOWEL: Final = "@$!|+-_.'’&?:;,=/\\`"
_EMOJI: Final = "\u2600-\u27bf\U0001f300-\U0001faff"
_LETTER: Final = r"(?:[^\W_]|[@$])"
_BY_STARS: Final = re.compile(
    rf"(?<![^\W_@$]){_LETTER}++(?:(?:[{re.escape(HIDING)}{_EMOJI}]++|-{{2,}}+|_{{2,}}+){_LETTER}++)+(?![^\W_@$])"
)
_BY_SIGN: Final = re.compile(rf"(?<![^\W_])[^\W\d_]++[{re.escape(_HIDES_VOWEL)}][^\W\d_]++(?![^\W_])")
_CONTRACTION: Final = re.compile("['’](?:s|t|d|m|n|ll|re|ve)$")
_AS_STARS: Final = re.compile(f"-{{2,}}|_{{2,}}|[{_EMOJI}]")
_LEET: Final = re.compile("[0-9@$]")
_MEANT: Final = {char: look for char, look in LEET.items() if char.isdigit() or char in "@$"}
_BESIDE: Final = frozenset(HIDING + "@$|+-_'’/\\")
_VOWELS: Final = "aeiouáéíóúü"
_MOST_WORDS: Final = 500
"""A message with more masked words than this is no speech; the rest of it is not tried."""


class MaskedHit(NamedTuple):
    """A pattern and where its masked word stands in the text."""

    pattern: Pattern
    start: int
    end: int


def _fits(word: str, entry: str) -> bool:
    """Whether each letter that is not hidden is the entry's."""
    for char, letter in zip(word, entry, strict=True):
        if char == letter:
            continue
        if char in HIDING or (char in _HIDES_VOWEL and letter in _VOWELS):
            continue
        return False
    return True


def _hidden(word: str) -> int:
    return sum(not char.isalpha() for char in word)


def _halves_are_words(word: str) -> bool:
    """Whether a soft sign joins two honest words, as in `re-do`."""
    known = common()
    if _CONTRACTION.search(word):
        return True
    return any(
        sign in word and all(half and is_word(half, known) for half in word.split(sign)) for sign in _HIDES_VOWEL
    )


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the word is not a piece of something longer, such as a path or a chain of hyphens."""
    return not (text[max(start - 1, 0) : start] in _BESIDE or text[end : end + 1] in _BESIDE)


def _ambiguous(fitting: Sequence[Pattern]) -> bool:
    """Whether different words of different lists fit: then nobody knows which was meant."""
    return len({pattern.plain for pattern in fitting}) > 1 and len({pattern.source.key for pattern in fitting}) > 1


def _words(written: str) -> Iterator[str]:
    """What a masked word says, hidden letters aside: digits and signs are letters too, `1` is two of them."""
    letters = tables().plain
    plain = "".join((letters[ord(char)] or "") if char.isalpha() else char for char in written)
    hidden = _AS_STARS.sub(lambda run: "*" * len(run.group()), plain)
    yield hidden
    if _LEET.search(hidden):
        for one in "il" if "1" in hidden else "i":
            yield "".join(one if char == "1" else _MEANT.get(char, char) for char in hidden)


def _fitting(word: str, masked: Mapping[MaskedKey, Sequence[Pattern]]) -> Sequence[Pattern]:
    second = word[1] if word[1].isalpha() else ""
    patterns = masked.get((word[0], second, word[-1], len(word)), ())
    return [pattern for pattern in patterns if pattern.plain[1].startswith(second) and _fits(word, pattern.plain)]


def masked_in(text: str) -> list[re.Match[str]]:
    """Words with signs in them, as far as half of their letters are seen and the signs join no two words."""
    return [
        match
        for match in islice(chain(_BY_STARS.finditer(text), _BY_SIGN.finditer(text)), _MOST_WORDS)
        if _hidden(match.group()) * 2 <= len(match.group()) and not _halves_are_words(match.group().casefold())
    ]


def masked_words(
    text: str, found: Iterable[re.Match[str]], masked: Mapping[MaskedKey, Sequence[Pattern]]
) -> Iterator[MaskedHit]:
    """Which of the masked words found in a text are listed; of one entry no more than some twenty."""
    counts: Counter[Pattern] = Counter()
    for match in found:
        fitting = list(dict.fromkeys(pattern for word in _words(match.group()) for pattern in _fitting(word, masked)))
        start, end = match.span()
        counts.update(fitting)
        fitting = [pattern for pattern in fitting if counts[pattern] <= MOST_HITS]
        if fitting and not _ambiguous(fitting) and _whole(text, start, end) and not in_link(text, start, end):
            yield from (MaskedHit(pattern, start, end) for pattern in fitting)


def unmasked(text: str, found: Iterable[re.Match[str]], words: Mapping[MaskedKey, Sequence[str]]) -> str | None:
    """The text with masked words of phrases written out, as long as before; None where there are none."""
    pieces: list[str] = []
    last = 0
    for match in sorted(found, key=re.Match.start):
        start, end = match.span()
        fitting = [
            word
            for written in _words(match.group())
            for word in words.get(
                (written[0], written[1] if written[1].isalpha() else "", written[-1], end - start), ()
            )
            if len(written) == len(word) and _fits(written, word)
        ]
        if fitting and start >= last:
            pieces += (text[last:start], fitting[0])
            last = end
    return "".join([*pieces, text[last:]]) if pieces else None
