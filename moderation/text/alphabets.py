"""Letters of other alphabets: look-alikes in a Latin word, or honest words of another language."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from moderation.text.letters import plain_letter, tables

_SYLLABLES: Final = frozenset({"HIRAGANA", "KATAKANA", "CJK", "BOPOMOFO", "HANGUL"})
"""Scripts of languages that put foreign words in Latin letters right beside their own, by the names of characters."""

_JAPANESE: Final = frozenset({"HIRAGANA", "KATAKANA", "CJK"})
"""Scripts that stand together in one word."""

_RARE: Final = frozenset({"CHEROKEE", "YI", "CANADIAN", "LISU", "COPTIC", "DESERET", "WARANG", "OSAGE", "OLD", "RUNIC"})
"""Scripts that are met as decoration a thousand times more often than in their languages."""

_STRAY: Final = frozenset("ѕһԁԛԝӏҽԍ")
"""Cyrillic letters that are met as look-alikes a thousand times more often than in their languages."""

_LONG: Final = 5


def script(char: str) -> str:
    """The script of a letter, as its name begins."""
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


def other_alphabet(char: str) -> bool:
    """Whether the character is a letter of a language, and not a Latin one; small capitals are no language's."""
    if char <= "\u02ff" or not char.isalpha() or (plain_letter(char) or " ").isascii():
        return False
    return script(char) != "LATIN"


def in_its_script(char: str, text: str) -> bool:
    """Whether it is a syllable of Chinese, Japanese or Korean in a text that has others, none of a Latin look."""
    own = script(char) if char > "\u0fff" else ""
    alike = tables().look.alike
    return own in _SYLLABLES and any(script(other) == own and other not in alike for other in text)


def genuine(chars: Sequence[str], text: str) -> bool:
    """Whether letters that spell an entry are an honest word of another alphabet that happens to look like it.

    Such a word is in one script, and the text has letters of it that look like no Latin one, or the word is short.
    """
    if not all(map(other_alphabet, chars)):
        return False
    scripts = set(map(script, chars))
    if not _RARE.isdisjoint(scripts) or (len(scripts) > 1 and not scripts <= _JAPANESE):
        return False
    if not _STRAY.isdisjoint(chars):
        return False
    known = tables()
    expected = known.close if len(chars) < _LONG else known.look.alike.keys()
    return not all(char in expected for char in text if other_alphabet(char))
