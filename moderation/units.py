"""Durations and shares as people write them: `30s 10m 1h 3d 2w` and `97%`, the same everywhere in Sereno."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION: Final = re.compile(r"(\d{1,6})([smhdw])")
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%")
LONGEST: Final = timedelta(days=3650)


class BadDuration(ValueError):
    """What somebody wrote is no duration."""


class BadShare(ValueError):
    """What somebody wrote is no share."""


def duration(text: object) -> timedelta:
    """The time span somebody wrote; BadDuration, in words, when it is not one (longest: ten years)."""
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise BadDuration("a duration is a whole number and one of s, m, h, d, w, such as 30s, 10m or 3d")
    span = timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    if not timedelta(0) < span <= LONGEST:
        raise BadDuration("a duration lies between 1s and 3650d")
    return span


def written(span: timedelta) -> str:
    """The shortest exact spelling of a span that `duration` reads back."""
    seconds = int(span.total_seconds())
    for unit in ("w", "d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def share(text: object) -> float:
    """A share between 0 and 1 from `97%`; BadShare, in words, when it is not one."""
    if isinstance(text, float) and 0.0 <= text <= 1.0:
        return text
    match = _SHARE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or float(match[1]) > 100:
        raise BadShare("a share is written with a percent sign, from 0% to 100%")
    return float(match[1]) / 100


def percent(value: float) -> str:
    """The spelling of a share that `share` reads back."""
    return f"{value * 100:.4f}".rstrip("0").rstrip(".") + "%"


Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(written, return_type=str)]
Share = Annotated[float, BeforeValidator(share), PlainSerializer(percent, return_type=str)]
