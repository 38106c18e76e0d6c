"""What moderators read and write about cases by commands."""

from __future__ import annotations

from pathlib import Path

from bot.stores.cases import Cases
from moderation.actions.ask import Ask
from moderation.actions.hold import Hold
from tests.commands.club import club
from tests.pipeline.stage import RULES


async def test_a_case_is_told_in_short(tmp_path: Path) -> None:
    """Who, what, why, what was done, and where it stands, in one answer."""
    async with club(tmp_path) as here:
        await here.says("eve", "a slur")
        assert (await here.asks("mod", "/case 1")).splitlines() == [
            "Case 1: Eve in #general",
            "“a slur”",
            "slur: No slur here.",
            "Points now: conduct 3",
            "Decided by rules, 2026-03-02 12:00 UTC",
            "  says: slur",
            "– delete: applied (1 removed)",
            "– strike: applied (3 on conduct)",
            "– warn: applied (warned by direct message)",
        ]
        assert await here.asks("eve", "/case 1") == "This is for moderators only."
        assert await here.asks("mod", "/case 9") == "There is no case 9 here."


async def test_the_queue_has_the_most_pressing_first(tmp_path: Path) -> None:
    """Urgent before old, old before new; what is decided is not in it."""
    rules = {**RULES, "fire": (Hold(), Ask(urgent=True))}
    async with club(tmp_path, rules=rules) as here:
        assert await here.asks("mod", "/queue") == "Nothing waits."
        await here.says("eve", "a link")
        here.clock.pass_(minutes=5)
        await here.says("bo", "fire")
        await here.says("ana", "a link")
        await here.says("ana", "a slur")
        assert (await here.asks("mod", "/queue")).splitlines() == [
            "2 · Bo · fire · held · now",
            "1 · Eve · link · held · 5m",
            "3 · Ana · link · held · now",
        ]


async def test_a_note_stays_with_its_case(tmp_path: Path) -> None:
    """Other moderators read it; the person never does."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/warn <@eve> be kind")
        assert await here.asks("mira", "/note 1 spoke to her in private") == "Noted on case 1."
        view = await Cases(here.app.journal).get("1")
        assert view is not None
        assert [(note.by, note.text) for note in view.notes] == [("twin:mira", "spoke to her in private")]
        assert "“spoke to her in private”" in await here.asks("mod", "/case 1")
        assert not any("private" in text for who, _, text in here.twin.state.told if who == "eve")


async def test_only_admins_check_the_rule_files(tmp_path: Path) -> None:
    """They hear what `sereno check` would say."""
    async with club(tmp_path) as here:
        assert await here.asks("mod", "/config check") == "This is for admins only."
        assert await here.asks("admin", "/config check") == "The rules of this bot lie in no files."
        assert (await here.asks("admin", "/config aply")).startswith("“aply” is none of check.")
