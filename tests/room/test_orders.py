"""Commands and buttons in the local room: typed like words, answered to one person alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.plaza import Plaza
from bot.adapters.plaza_people import Author, People
from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.stores.opening import open_journal
from bot.stores.room import Line
from bot.wiring import COMMANDS
from moderation.errors import Forbidden, Gone
from tests.pipeline.stage import ACTIONS, RULES, SteppingClock, WordStream, rule_set


@dataclass
class Room:
    """A bot, its room and the people in it."""

    app: App
    people: People
    plaza: Plaza
    clock: SteppingClock

    async def says(self, who: str, text: str, channel: str = "general", **more: str) -> str:
        line = await self.people.say(Author(who), channel, text, **more)
        await self.app.settled()
        await self.app.cards.look()
        return line

    async def reads(self, who: str | None, channel: str = "general") -> list[str]:
        return [line.text for line in await self.people.read(channel, reader=who)]

    async def card(self) -> Line:
        return (await self.people.read("mod-room"))[-1]


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Room]:
    clock = SteppingClock()
    journal = open_journal(data, clock)
    plaza = Plaza(journal, clock, "room", [one.spec for one in COMMANDS])
    stream = WordStream(RULES)
    parts = Parts(journal, stream, RulesInForce(rule_set(RULES)), {"plaza": plaza}, ACTIONS, clock, (), COMMANDS)
    app = App(parts, AppSettings(data=data, own={"plaza": frozenset({"sereno"})}, pauses=(0.0,) * 4))
    plaza.connect(app.accept)
    await app.start()
    app.cards.hang({"plaza": plaza.hall.channel_ref("mod-room")})
    try:
        yield Room(app, People(plaza), plaza, clock)
    finally:
        plaza.feed.close()
        await app.stop()


async def test_a_command_is_no_message_and_its_answer_is_for_one(tmp_path: Path) -> None:
    """Nobody sees what was typed; the moderator reads the answer, Eve reads the warning, Ana nothing."""
    async with opened(tmp_path) as room:
        await room.says("mod", "/warn @Eve be kind")
        assert await room.reads("mod") == ["Eve was warned. (case 1)"]
        (warning,) = await room.reads("eve")
        assert warning.startswith("be kind\nA moderator decided this.")
        assert await room.reads("ana") == [] and await room.reads(None) == []


async def test_members_call_what_is_theirs(tmp_path: Path) -> None:
    """Help lists what Eve may call; the moderators' commands are not hers."""
    async with opened(tmp_path) as room:
        await room.says("eve", "/help")
        (listed,) = await room.reads("eve")
        assert "/report: Ask moderators to look at something" in listed and "/ban" not in listed
        await room.says("eve", "/ban @ana")
        assert (await room.reads("eve"))[-1] == "This is for moderators only."


async def test_what_only_looks_like_a_command_is_said(tmp_path: Path) -> None:
    """Paths, fractions and commands of other bots are words."""
    async with opened(tmp_path) as room:
        for text in ("/etc/hosts", "/rank", "1/2", "/ help", "look: /help"):
            await room.says("ana", text)
        assert await room.reads(None) == ["/etc/hosts", "/rank", "1/2", "/ help", "look: /help"]


async def test_an_answer_to_a_message_reports_it(tmp_path: Path) -> None:
    """Replying with /report puts that message on the desk, with its words on the card."""
    async with opened(tmp_path) as room:
        bad = await room.says("eve", "you fools")
        await room.says("ana", "/report rude", reply_to=bad)
        card = await room.card()
        assert card.card is not None and card.card["title"] == "Case 1: Eve in #general"
        assert card.text.splitlines() == ["“you fools”", "Reported by members", "– “rude”"]


async def test_a_button_on_a_card_works_and_the_card_shows_it(tmp_path: Path) -> None:
    """The moderator presses in the mod-room and reads the answer there; the message is decided."""
    async with opened(tmp_path) as room:
        await room.says("eve", "a link")
        card = await room.card()
        assert card.card is not None
        (_, token), *_ = card.card["buttons"]
        await room.people.press("ana", card.id, token)
        await room.app.settled()
        assert (await room.reads("ana", "mod-room"))[-1] == "This is for moderators only."
        await room.people.press("mod", card.id, token)
        await room.app.settled()
        assert (await room.reads("mod", "mod-room"))[-1] == "Case 1 is decided."
        after = await room.card()
        assert after.card is not None and [words for words, _ in after.card["buttons"]] == ["Undo"]
        assert after.text.splitlines()[-1] == "Decided by Mod, 2026-03-02 12:00 UTC"


async def test_whoever_is_silenced_may_still_appeal(tmp_path: Path) -> None:
    """A command is not a message: the way to object stays open."""
    async with opened(tmp_path) as room:
        await room.says("mod", "/timeout @eve 1h")
        with pytest.raises(Forbidden):
            await room.says("eve", "but")
        await room.says("eve", "/appeal 1 I was quoting")
        said = "Your appeal of case 1 is noted. Somebody who did not decide it will look at it."
        assert (await room.reads("eve"))[-1] == said


async def test_nobody_presses_what_is_no_card(tmp_path: Path) -> None:
    """Neither a message of somebody's nor as the bot."""
    async with opened(tmp_path) as room:
        line = await room.says("ana", "hola")
        with pytest.raises(Gone):
            await room.people.press("mod", line, "v1:up:AAAAAAAAAAA")
        with pytest.raises(Forbidden):
            await room.people.press("sereno", line, "v1:up:AAAAAAAAAAA")


async def test_cards_stay_while_unflagged_words_are_forgotten(tmp_path: Path) -> None:
    """An hour later the room has forgotten what was said, and the card can still be pressed."""
    async with opened(tmp_path) as room:
        await room.says("ana", "hola")
        await room.says("eve", "a link")
        room.clock.pass_(minutes=60)
        await room.plaza.sweep()
        assert await room.reads(None) == [] and (await room.card()).card is not None


async def test_the_same_call_sent_twice_is_one(tmp_path: Path) -> None:
    """A page that sends again after a lost answer warns nobody twice."""
    async with opened(tmp_path) as room:
        for _ in range(2):
            await room.says("mod", "/warn @eve be kind", key="k1")
        assert len(await room.reads("eve")) == 1 and len(await room.reads("mod")) == 1
