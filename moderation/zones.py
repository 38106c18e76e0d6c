"""Time zones by their IANA names, from the system or the bundled database."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


def is_zone(name: str) -> bool:
    """Whether clocks somewhere follow it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def zones() -> frozenset[str]:
    """All names there are."""
    return frozenset(available_timezones())
