"""Times as community managers write them: `tuesday 10:00`, `22 dec - 7 jan`, or an RFC 5545 recurrence rule."""

from __future__ import annotations

import re
from typing import Final

_DAY: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekday|day"
_WEEKLY: Final = re.compile(rf"(?:{_DAY}) (?:[01]\d|2[0-3]):[0-5]\d")
_MONTHS: Final = {"jan": 31, "feb": 29, "mar": 31, "apr": 30, "may": 31, "jun": 30} | {
    "jul": 31,
    "aug": 31,
    "sep": 30,
    "oct": 31,
    "nov": 30,
    "dec": 31,
}
_DATE: Final = re.compile(r"(\d{1,2}) ([a-z]{3})")
_CALENDAR: Final = re.compile(r"[a-z][a-z0-9-]*")
_RULE: Final[dict[str, re.Pattern[str]]] = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?"),
    "BYDAY": re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU))*"),
    "BYMONTHDAY": re.compile(r"-?(?:[1-9]|[12]\d|3[01])(?:,-?(?:[1-9]|[12]\d|3[01]))*"),
    "BYMONTH": re.compile(r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2]))*"),
    "BYHOUR": re.compile(r"(?:1?\d|2[0-3])(?:,(?:1?\d|2[0-3]))*"),
    "BYMINUTE": re.compile(r"[1-5]?\d(?:,[1-5]?\d)*"),
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
}


def is_weekly(text: str) -> bool:
    """`tuesday 10:00`, `weekday 09:30` or `day 18:00`."""
    return _WEEKLY.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Whether it is meant as a recurrence rule."""
    return text.upper().startswith(("RRULE:", "FREQ="))


def rule_mistake(text: str) -> str | None:
    """What is wrong with a recurrence rule of RFC 5545, section 3.3.10; None when nothing is."""
    seen: set[str] = set()
    for part in text.removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _RULE:
            return f"`{part}` is not a part of a recurrence rule"
        if not _RULE[name].fullmatch(value):
            return f"`{value}` is not a value of `{name}`"
        if name in seen:
            return f"`{name}` stands twice"
        seen.add(name)
    if "FREQ" not in seen:
        return "`FREQ` is missing"
    return "`COUNT` and `UNTIL` exclude each other" if {"COUNT", "UNTIL"} <= seen else None


def is_skip(text: str) -> bool:
    """The name of a calendar, a day such as `24 dec`, or a span such as `22 dec - 7 jan`."""
    if _CALENDAR.fullmatch(text):
        return True
    return 1 <= len(ends := text.split(" - ")) <= 2 and all(_is_date(end) for end in ends)


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text.strip())
    return match is not None and 1 <= int(match[1]) <= _MONTHS.get(match[2], 0)
