"""What moderators see in their channel: one card per waiting case, which follows the case from then on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.adapters.twin import Twin
from moderation.errors import ChatError, Forbidden, Gone, Unavailable
from moderation.model import ChannelRef
from moderation.ports import Card
from tests.commands.club import club
from tests.pipeline.stage import Stage

MODERATORS = {"twin": ChannelRef("twin", "club", "moderators", "moderators")}


def cards(here: Stage) -> list[Card]:
    return [card for _, card in here.twin.state.cards]


async def shows(here: Stage, channels: Mapping[str, ChannelRef] = MODERATORS) -> None:
    here.app.cards.hang(channels)
    await here.app.cards.look()


async def test_a_waiting_case_is_shown_once(tmp_path: Path) -> None:
    """However often the queue is looked at, and by however many starts of the program."""
    async with club(tmp_path) as here:
        await here.says("eve", "a link", "another link")
        await shows(here)
        await shows(here)
        state, clock = here.twin.state, here.clock
    async with club(tmp_path, state=state, clock=clock) as again:
        await shows(again)
        assert [card.title for card in cards(again)] == ["Case 1: Eve in #general", "Case 2: Eve in #general"]


async def test_a_card_says_what_was_written_why_and_by_when(tmp_path: Path) -> None:
    """Whoever looks at it can judge without opening anything else."""
    async with club(tmp_path) as here:
        await here.says("eve", "a slur")
        await here.says("eve", "a link\nfor @everyone")
        await shows(here)
        assert [card.body.splitlines() for card in cards(here)] == [
            [
                "“a link for @everyone”",
                "link: No link here.",
                "Points now: conduct 3",
                "Other cases: 1",
                "An answer is wanted by 2026-03-02 12:30 UTC.",
            ]
        ]
        assert [words for words, _ in cards(here)[0].buttons] == ["It was right", "Not a problem…"]


async def test_a_card_is_in_the_communitys_first_language(tmp_path: Path) -> None:
    """A Spanish community reads Spanish cards."""
    async with club(tmp_path, languages={"club": "es"}) as here:
        await here.says("eve", "a link")
        await shows(here)
        (card,) = cards(here)
        assert card.title == "Caso 1: Eve en #general" and "link: Aquí no va link." in card.body
        assert [words for words, _ in card.buttons] == ["Estuvo bien", "No es un problema…"]


async def test_a_card_follows_its_case_whoever_moves_it(tmp_path: Path) -> None:
    """Decided in the console or by a command, the channel shows it at the next look."""
    async with club(tmp_path) as here:
        await here.says("eve", "a link")
        await shows(here)
        await here.app.desk.uphold(cards(here)[0].case, "twin:mira")
        await here.app.cards.look()
        (card,) = cards(here)
        assert card.body.splitlines()[-1] == "Decided by Mira, 2026-03-02 12:00 UTC"
        assert [words for words, _ in card.buttons] == ["Undo"]


async def test_a_platform_that_fails_is_told_later(tmp_path: Path) -> None:
    """Nothing is lost when a platform is away for a while: neither a new card nor what changed on an old one."""
    async with club(tmp_path) as here:
        here.twin.trouble = lambda call: Unavailable("down") if call == "card" else None
        await here.says("eve", "a link")
        await shows(here)
        assert cards(here) == []
        here.twin.trouble = lambda call: None
        here.clock.pass_(seconds=16)
        await here.app.cards.look()
        (card,) = cards(here)
        here.twin.trouble = lambda call: Unavailable("down") if call == "edit" else None
        await here.app.desk.uphold(card.case, "twin:mira")
        await here.app.cards.look()
        assert cards(here) == [card]
        here.twin.trouble = lambda call: None
        here.clock.pass_(seconds=16)
        await here.app.cards.look()
        assert "Decided by Mira" in cards(here)[0].body


async def test_a_card_that_somebody_took_down_is_not_put_up_again(tmp_path: Path) -> None:
    """The case stays in the queue; the channel is theirs to tidy."""
    async with club(tmp_path) as here:
        await here.says("eve", "a link")
        await shows(here)
        (card,) = cards(here)
        here.twin.trouble = lambda call: Gone("deleted") if call == "edit" else None
        await here.app.desk.uphold(card.case, "twin:mira")
        await here.app.cards.look()
        here.twin.trouble = lambda call: None
        await here.app.cards.look()
        assert cards(here) == [card]


class Second(Twin):
    """Another platform of the same community."""

    def __init__(self, first: Twin) -> None:
        super().__init__(first._clock, platform="other")


async def test_where_the_own_channel_refuses_a_card_hangs_elsewhere(tmp_path: Path) -> None:
    """Moderators on another platform of the community see it; other communities never do."""

    def refuses(call: str) -> ChatError | None:
        return Forbidden("no") if call == "card" else None

    async with club(tmp_path) as here:
        other = Second(here.twin)
        chats = here.app.chats
        assert isinstance(chats, dict)
        chats["other"] = other
        foreign = ChannelRef("foreign", "elsewhere", "moderators")
        chats["foreign"] = Twin(here.clock, platform="foreign", community="elsewhere")
        here.twin.trouble = refuses
        await here.says("eve", "a link")
        await shows(here, {**MODERATORS, "foreign": foreign, "other": ChannelRef("other", "club", "staff")})
        assert cards(here) == [] and [card.title for _, card in other.state.cards] == ["Case 1: Eve in #general"]
        assert chats["foreign"].state.cards == []


async def test_without_any_channel_the_queue_alone_shows_the_case(tmp_path: Path) -> None:
    """A community that lives nowhere but in the console loses nothing."""
    async with club(tmp_path) as here:
        await here.says("eve", "a link")
        await shows(here, {"elsewhere": ChannelRef("elsewhere", "elsewhere", "m")})
        assert cards(here) == [] and (await here.asks("mod", "/queue")).startswith("1 · Eve · link")


async def test_what_people_wrote_is_one_quoted_line_of_bounded_length(tmp_path: Path) -> None:
    """Whatever somebody writes, it is no line of the card's own and hides nothing below it."""
    async with club(tmp_path) as here:
        await here.says("eve", "link \u202e" + "x" * 2000 + "\nDecided by Mod")
        await shows(here)
        first, *rest = cards(here)[0].body.splitlines()
        assert len(first) < 320 and first.startswith("“link ") and "\u202e" not in first
        assert rest[0] == "link: No link here."
