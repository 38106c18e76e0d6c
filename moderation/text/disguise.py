"""The second look at a suspicious message: who spells a listed word with other letters, signs, gaps or pieces.

The automaton over the letters a reader sees proposes; everything here is the check of one proposal. A disguise needs
evidence: a look-alike, a digit or sign used as a letter, or a word taken apart that is no accident (see common.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from moderation.text.alphabets import genuine, in_its_script
from moderation.text.common import common
from moderation.text.letters import FOREIGN, LEET, MEANT, OWN, plain_letter
from moderation.text.patterns import Pattern
from moderation.text.pieces import Word, put_together, taken_apart
from moderation.text.rows import alone, is_row, row_of
from moderation.text.spelling import BETWEEN_PARTS, Letters, Source, Spelling

_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG_LETTERS: Final = 2
_DOUBTFUL: Final = frozenset(LEET) - frozenset("@$")
_BARS: Final = frozenset("!¡|+")
_HEX: Final = frozenset("abcdefABCDEF")
_TOKEN: Final = re.compile(r"[\w:-]+")
_JOINTS: Final = frozenset("-:")
_NO_DIGITS: Final = str.maketrans("", "", "0123456789-:")
_CODE: Final = 20
_PATHS: Final = frozenset("/\\")
_CALLS: Final = frozenset("([{=")
_CHAIN: Final = frozenset("-_./\\@~")
_LONG: Final = 5
_ADDRESS: Final = 300
"""Characters of a word that are looked at to see whether it is an address."""
_LINK: Final = re.compile(
    r"://|^\W*www\.|^\W{0,2}/[\w.-]+/|(?:^|[^\w.-])(?:[a-z0-9-]+\.)+(?:com|org|net|info|io|gov|edu|app|dev|gg|tv|me|co|es|mx|ar|cl|br|uk|de|fr|"
    r"it|pt|eu|ru|cn|xyz|shop|site|online|link|example)(?=[/:?#]|\W*$)",
    re.IGNORECASE,
)


class Judge:
    """Decides on proposals for one text; the entry is known to be spelt."""

    __slots__ = ("letters", "text")

    def __init__(self, letters: Letters) -> None:
        self.letters = letters
        self.text = letters.text

    def disguised(self, pattern: Pattern, entry: str, spelling: Spelling, breaks: frozenset[int]) -> bool:
        """Whether the spelling is a disguise of the pattern and no accident."""
        text = self.text
        if not self._enough_letters(entry, spelling) or not self._edges(entry, spelling):
            return False
        words, between = self._words(spelling, breaks)
        first, last = spelling.sources[0].place, spelling.sources[-1].place
        if all(word.whole for word in words):
            if (
                self._in_code(first, last)
                or not self._any_strange(entry, spelling)
                or genuine(self._written(spelling), text)
                or _known(words)
            ):
                return False
        elif row := row_of(words, between):
            if not is_row(row) or not alone(text, first, last, row, entry):
                return False
        elif not all(map(taken_apart, words)) or self._in_chain(first, last):
            return False
        if pattern.inside and any(char.isspace() for word in words for gap in word.gaps for char in gap):
            return False
        return not in_link(text, first, last + 1)

    def honest(self, entry: str, spelling: Spelling, breaks: frozenset[int]) -> bool:
        """Whether the entry stands there openly: the first look at the words is the one to judge it."""
        words, _ = self._words(spelling, breaks)
        return all(word.whole for word in words) and not self._any_strange(entry, spelling)

    def split(self, entry: str, spelling: Spelling, breaks: frozenset[int]) -> bool:
        """Whether a spelling over several messages is that word and no accident.

        Messages of nothing but a piece of it are no accident, unless two everyday words meet.
        """
        if not self._enough_letters(entry, spelling) or not self._edges(entry, spelling):
            return False
        words, between = self._words(spelling, breaks)
        if row := row_of(words, between):
            return is_row(row) or self._only_pieces(spelling)
        if all(map(taken_apart, words)):
            return True
        return self._only_pieces(spelling) and all(map(put_together, words))

    def _only_pieces(self, spelling: Spelling) -> bool:
        """Whether the messages hold nothing else; before the first of three pieces or more there may be other words."""
        first, last = spelling.sources[0].place, spelling.sources[-1].place
        text = self.text
        if any(map(self.letters.solid, range(last + 1, _part_end(text, last)))):
            return False
        if text.count(BETWEEN_PARTS, first, last) > 1:
            return True
        return not any(map(self.letters.solid, range(text.rfind(BETWEEN_PARTS, 0, first) + 1, first)))

    def _enough_letters(self, entry: str, spelling: Spelling) -> bool:
        """Half of the entry must be written in letters of some kind, two fifths of a long one; `$` and `@` will do.

        Of six letters or more two are enough, if no hexadecimal number has them.
        """
        real = {
            place: self.text[source.place]
            for source, place in zip(spelling.sources, spelling.spelt, strict=True)
            if self.text[source.place] == entry[place] or not self._doubtful(source.place)
        }
        share = 0.4 if len(entry) >= _LONG else 0.5
        if len(real) >= share * len(entry):
            return True
        return len(entry) > _LONG and len(real) > 1 and not _HEX.issuperset(real.values())

    def _doubtful(self, place: int) -> bool:
        """Whether the character is a digit or a sign that numbers and codes have too; a mark inside a word is not."""
        char = self.text[place]
        inside = self.text[place - 1 : place].isalnum() and self.text[place + 1 : place + 2].isalnum()
        return char in _DOUBTFUL and not (char in "!¡|" and inside)

    def _edges(self, entry: str, spelling: Spelling) -> bool:
        """Signs at the edges: `z0nkhead!` ends before the mark, `$hit` begins with its s, a mention is a mention.

        Where what is left would be no word, as in `!diot`, a sign at the edge is a letter.
        """
        known = common().plain
        start, end = spelling.sources[0].place, spelling.sources[-1].place
        first, last = self.text[start], self.text[end]
        if last in _BARS and (last != "+" or entry[:-1] in common().everyday):
            return False
        if first in _BARS and (entry[1:] in known or self.text[max(start - 1, 0) : start] in _BARS):
            return False
        second = self.text[start + 1 : start + 2]
        return first != "@" or not second.isalnum() or len(entry) >= _LONG - 1

    def _words(self, spelling: Spelling, breaks: frozenset[int]) -> tuple[list[Word], list[str]]:
        """The words of the entry in the pieces they are written in, and what stands between the words."""
        words = [Word([""], [])]
        between: list[str] = []
        before = spelling.sources[0].place
        for index, (source, place) in enumerate(zip(spelling.sources, spelling.spelt, strict=True)):
            if index and place in breaks and spelling.spelt[index - 1] != place:
                words.append(Word([""], []))
                between.append(self.text[before + 1 : source.place])
            elif source.gap:
                words[-1].gaps.append(self.text[before + 1 : source.place])
                words[-1].pieces.append("")
            words[-1].pieces[-1] += self.text[source.place]
            before = source.place
        return words, between

    def _accents(self, place: int) -> bool:
        """Whether another letter of the same word has a mark that makes no letter of its own."""
        start = max(self.text.rfind(" ", 0, place), self.text.rfind("\n", 0, place)) + 1
        word = self.text[start : place + 16].split()[0].replace(self.text[place], "")
        return any(char > "\x7f" and char.isalpha() and char.casefold() not in OWN for char in word)

    def _written(self, spelling: Spelling) -> list[str]:
        return [self.text[source.place] for source in spelling.sources]

    def _in_code(self, first: int, last: int) -> bool:
        """Whether this is part of a number: of goods or papers, as `SH17-4T`, or of hexadecimal groups."""
        begin = max(first - _CODE, 0)
        reach = self.text[begin : last + 1 + _CODE]
        token = next((one.group() for one in _TOKEN.finditer(reach) if one.start() <= first - begin < one.end()), "")
        if _JOINTS.isdisjoint(token.strip("-:")):
            return False
        digits = sum(map(str.isdigit, token))
        return (token.isupper() or _HEX.issuperset(token.translate(_NO_DIGITS))) and 3 * digits >= len(token)

    def _in_chain(self, first: int, last: int) -> bool:
        """Whether more is joined to the pieces, as in a path, a long compound or a program."""
        before, after = self.text[max(first - 2, 0) : first], self.text[last + 1 : last + 3]
        if before[-1:] in _PATHS or after[:1] in _PATHS or after[:1] in _CALLS:
            return True
        return (before[-1:] in _CHAIN and before[:-1].isalnum()) or (after[:1] in _CHAIN and after[1:].isalnum())

    def _any_strange(self, entry: str, spelling: Spelling) -> bool:
        """Whether any letter is strange; a number behind the whole word, as in `line3`, and a flag beside it are not."""
        letters = list(zip(spelling.sources, spelling.spelt, strict=True))
        while len(letters) > 1 and letters[-1][1] == letters[-2][1] and self.text[letters[-1][0].place].isdigit():
            letters.pop()
        flags = [_FLAG.fullmatch(self.text[source.place]) is not None for source, _ in letters]
        if sum(flags) == _FLAG_LETTERS and not all(flags):
            letters = [letter for letter, flag in zip(letters, flags, strict=True) if not flag]
        return any(self._strange(source, entry[place]) for source, place in letters)

    def _strange(self, source: Source, letter: str) -> bool:
        """Whether the character is none that an honest writer would take for this letter."""
        char = self.text[source.place]
        if char.isascii():
            if char == "I":
                return letter == "l" and self.text[max(source.place - 1, 0)].islower()
            return char in MEANT and char != letter
        after = self.text[source.place + 1 : source.place + 2]
        plain = plain_letter(char)
        if plain == letter or letter == char.casefold() or in_its_script(char, self.text):
            return False
        if plain in OWN:
            return (bool(after) and plain_letter(after) is None) or (char in "çÇ" and self._accents(source.place))
        if plain is not None and not FOREIGN.isdisjoint(plain):
            return not any(other > "\x7f" and other.isalpha() for other in self.text if other != char)
        return plain is None or plain not in (letter, letter * 2)


def _known(words: Sequence[Word]) -> bool:
    return all(word.pieces[0].casefold() in common().plain for word in words)


def _part_end(text: str, place: int) -> int:
    end = text.find(BETWEEN_PARTS, place)
    return len(text) if end < 0 else end


def in_link(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a clean text lies in the address of a link."""
    left = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    rights = [place for place in (text.find(" ", end), text.find("\n", end)) if place >= 0]
    return _LINK.search(text[left : min(rights, default=len(text))][:_ADDRESS]) is not None


def crosses(spelling: Spelling, text: str) -> bool:
    """Whether a spelling goes over from one message to another."""
    first, last = spelling.sources[0].place, spelling.sources[-1].place
    return BETWEEN_PARTS in text[first:last]


def broken_only_between(spelling: Spelling, breaks: frozenset[int], text: str) -> bool:
    """Whether every gap inside a word is a change of message, or stands between single letters."""
    sources = spelling.sources
    for index, (before, after) in enumerate(pairwise(sources)):
        inner = after.gap and spelling.spelt[index + 1] not in breaks
        if not inner or BETWEEN_PARTS in text[before.place : after.place]:
            continue
        alone = index == 0 or before.gap
        next_alone = index + 2 >= len(sources) or sources[index + 2].gap
        if not (alone or next_alone):
            return False
    return True
