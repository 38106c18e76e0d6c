"""The guide for Discord says what the code does."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.discord_backfill import PAGE, PAGES
from bot.adapters.discord_budget import IDENTIFIES
from bot.adapters.discord_intake import FULL
from bot.adapters.discord_rights import INVITE, RIGHTS
from bot.adapters.discord_setup import invite

GUIDE = Path(__file__).parents[2] / "docs" / "platforms" / "discord.md"


def test_the_invite_link_and_its_integer_are_the_codes() -> None:
    """Whoever follows the guide by hand gets the same rights as by the set-up page."""
    text = GUIDE.read_text(encoding="utf-8")
    assert f"integer is `{INVITE}`" in text
    assert invite(123).replace("client_id=123", "client_id=YOUR_APPLICATION_ID") in text


def test_every_right_is_explained() -> None:
    """By the name it has in the server's settings."""
    text = GUIDE.read_text(encoding="utf-8")
    assert [right.name["en"] for right in RIGHTS if right.name["en"] not in text] == []


def test_the_numbers_are_the_codes() -> None:
    """Limits in the guide are those that are kept."""
    text = GUIDE.read_text(encoding="utf-8")
    assert f"up to {PAGES * PAGE:,} messages" in text and f"with {FULL:,} waiting" in text
    assert f"{IDENTIFIES} new connections in 24 hours" in text
