"""Reads the dates of a CSV export, whose form depends on the language of the computer that made it.

One file has one form. Where day and month could be swapped, the whole file decides: a number above 12, then which
reading keeps the messages in order, then what is usual with that kind of clock. Dates without a zone are taken as UTC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

NO_ZONE: Final = "dates without a zone: taken as UTC"
DAY_FIRST: Final = "day and month could be swapped: read as day/month"
MONTH_FIRST: Final = "day and month could be swapped: read as month/day"

CLOCK: Final = r"(?:[,\s]+(?:à\s+|um\s+)?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*(?:([ap])\.?\s?m\.?)?)?"
NUMBERS: Final = re.compile(rf"(\d{{1,4}})([./-])\s?(\d{{1,2}})\2\s?(\d{{1,4}})\.?{CLOCK}\s*", re.IGNORECASE)
DAY_NAME_YEAR: Final = re.compile(
    rf"(\d{{1,2}})(?:\.|º)?[-./\s]+(?:de\s+)?([^\W\d_]{{3,12}})\.?[-./,\s]+(?:de\s+)?(\d{{2,4}}){CLOCK}\s*",
    re.IGNORECASE,
)
NAME_DAY_YEAR: Final = re.compile(rf"([^\W\d_]{{3,12}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){CLOCK}\s*", re.IGNORECASE)

LONGEST: Final = 80
"""No date is longer (characters); a broken row may hold a whole page where its date should stand."""

MONTHS: Final = (
    "jan ene gen",
    "feb fev",
    "mar maer",
    "apr abr avr",
    "may mai mag mei",
    "jun juin giu",
    "jul juil lug",
    "aug ago aou",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dic dez",
)
"""How month names begin in English, Spanish, Portuguese, French, German, Italian and Dutch, accents removed."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one file writes its dates: `parse` gives UTC or raises ValueError; `note` is what had to be assumed."""

    parse: Callable[[str], datetime]
    notes: tuple[str, ...] = ()


def style_of(dates: Callable[[], Iterable[str]]) -> Style:
    """Find out how a file writes its dates; `dates` gives all of them, in order, each time it is called."""
    first = next((date for date in dates() if date.strip()), "")
    try:
        zoned = datetime.fromisoformat(first.strip()).tzinfo is not None
    except ValueError:
        match = NUMBERS.fullmatch(tidy(first))
        if match is None or len(match[1]) == 4:
            return Style(lru_cache(4096)(_words), (NO_ZONE,))
        return _swappable(dates)
    return Style(_iso, () if zoned else (NO_ZONE,))


def _iso(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _words(text)
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _words(text: str) -> datetime:
    """A date whose month is a word, or which begins with the year."""
    text = tidy(text)
    if match := DAY_NAME_YEAR.fullmatch(text):
        return _built(match[3], month(match[2]), match[1], match.groups()[3:])
    if match := NAME_DAY_YEAR.fullmatch(text):
        return _built(match[3], month(match[1]), match[2], match.groups()[3:])
    if (match := NUMBERS.fullmatch(text)) and len(match[1]) == 4:
        return _built(match[1], int(match[3]), match[4], match.groups()[4:])
    raise ValueError("a date in no form that is known")


def _swappable(dates: Callable[[], Iterable[str]]) -> Style:
    days, half_clock = _days(dates())
    first, second = any(a > 12 for a, _, _ in days), any(b > 12 for _, b, _ in days)
    if first == second:
        first = _ordered([(year, b, a) for a, b, year in days])
        second = _ordered([(year, a, b) for a, b, year in days])
    if first != second:
        return Style(lru_cache(4096)(_numbers(first)), (NO_ZONE,))
    return Style(lru_cache(4096)(_numbers(not half_clock)), (NO_ZONE, MONTH_FIRST if half_clock else DAY_FIRST))


def _days(dates: Iterable[str]) -> tuple[list[tuple[int, int, int]], bool]:
    """The days of a file in order, both numbers as written, and whether its clock is the American 12-hour one."""
    days: list[tuple[int, int, int]] = []
    half_clock = False
    for date in dates:
        match = NUMBERS.fullmatch(tidy(date))
        if match is None:
            continue
        half_clock = half_clock or (match[2] == "/" and match[8] is not None)
        day = int(match[1]), int(match[3]), int(match[4])
        if not days or days[-1] != day:
            days.append(day)
    return days, half_clock


def _ordered(days: list[tuple[int, int, int]]) -> bool:
    """True when days only go forward, or only back, as messages of one channel do."""
    return all(one <= two for one, two in pairwise(days)) or all(one >= two for one, two in pairwise(days))


def _numbers(day_first: bool) -> Callable[[str], datetime]:
    def parse(text: str) -> datetime:
        match = NUMBERS.fullmatch(tidy(text))
        if match is None:
            return _iso(text)
        day, month = (match[1], match[3]) if day_first else (match[3], match[1])
        return _built(match[4], int(month), day, match.groups()[4:])

    return parse


def _built(year: str, month: int, day: str, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half in "pP" else 0)
    full = int(year) + (2000 if len(year) <= 2 else 0)
    return datetime(full, month, int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC)


def month(name: str) -> int:
    """The number of a month by its name or the beginning of it; ValueError for any other word."""
    plain = name.casefold().replace("ä", "ae")
    plain = "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
    for number, beginnings in enumerate(MONTHS, start=1):
        if plain.startswith(tuple(beginnings.split())):
            return number
    raise ValueError(f"{name} is no month that is known")


def tidy(text: str) -> str:
    """Newer systems put narrow no-break spaces before AM and PM, and marks of direction around numbers."""
    return (
        text[:LONGEST].strip("\ufeff\u200e\u200f \t").replace("\u202f", " ").replace("\xa0", " ").replace("\u200e", "")
    )
