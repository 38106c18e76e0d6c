"""Buttons on cards, pressed by the right people and by the wrong ones, twice, late, and with forged tokens."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.stores.cases import Cases, CaseView
from moderation.case import CaseState
from moderation.leeway import Opinion
from moderation.model import Capability, ChannelRef, MemberRef
from moderation.ports import Card
from tests.commands.club import club
from tests.pipeline.stage import Stage

UNKNOWN = "This button means nothing here any more. /queue shows what waits."


async def waits(here: Stage, text: str = "a link") -> Card:
    """Somebody writes what needs a person; the card that shows it."""
    here.app.cards.hang({"twin": ChannelRef("twin", "club", "moderators", "moderators")})
    await here.says("eve", text)
    await here.app.cards.look()
    return card(here)


def card(here: Stage) -> Card:
    return here.twin.state.cards[-1][1]


def token(here: Stage, words: str) -> str:
    return dict(card(here).buttons)[words]


async def case(here: Stage) -> CaseView:
    view = await Cases(here.app.journal).get("1")
    assert view is not None
    return view


async def test_a_moderator_upholds_a_case_and_the_card_says_so(tmp_path: Path) -> None:
    """One press decides; what can be pressed then is Undo."""
    async with club(tmp_path) as here:
        await waits(here)
        assert await here.presses("mod", token(here, "It was right")) == "Case 1 is decided."
        assert card(here).body.endswith("Decided by Mod, 2026-03-02 12:00 UTC")
        assert [words for words, _ in card(here).buttons] == ["Undo"]
        assert await here.presses("mira", token(here, "Undo")) == "Case 1 is taken back."
        assert (await case(here)).case.state is CaseState.OVERTURNED and not card(here).buttons
        assert "a link" in here.twin.visible()


async def test_not_a_problem_asks_why_and_gives_the_message_back(tmp_path: Path) -> None:
    """The first press opens the choice on the card, the second decides; Back closes it."""
    async with club(tmp_path) as here:
        await waits(here)
        ask = token(here, "Not a problem…")
        assert await here.presses("mod", ask) == "Why was it no problem? Choose on the card."
        assert [words for words, _ in card(here).buttons] == [
            "It was a quote",
            "Their own word for themselves",
            "It was a joke",
            "Another language",
            "Another reason",
            "Back",
        ]
        await here.presses("mod", token(here, "Back"))
        assert token(here, "Not a problem…") == ask
        await here.presses("mod", ask)
        assert await here.presses("mod", token(here, "It was a joke")) == "Case 1 is taken back."
        said = (await case(here)).said
        assert said is not None and (said.said, said.why) == (Opinion.NOT_A_PROBLEM, "joke")
        assert "a link" in here.twin.visible()


async def test_of_two_moderators_at_once_the_second_hears_who_was_first(tmp_path: Path) -> None:
    """Both pressed on the card as it was; only the first changes anything."""
    async with club(tmp_path) as here:
        await waits(here)
        right = token(here, "It was right")
        await here.presses("mod", token(here, "Not a problem…"))
        joke = token(here, "It was a joke")
        first, second = here.twin.presses("mod", right), here.twin.presses("mira", joke)
        await here.hear(first, second)
        told = {key: text for _, key, text in here.twin.state.told}
        answers = {told[first.key], told[second.key]}
        winner = "Mod" if (await case(here)).case.changed_by == "twin:mod" else "Mira"
        state = "decided" if winner == "Mod" else "taken back"
        assert answers == {f"Case 1 is {state}.", f"{winner} was first, at 12:00:00 UTC: case 1 is {state}."}


async def test_pressing_twice_is_pressing_once(tmp_path: Path) -> None:
    """A nervous finger is told the same twice."""
    async with club(tmp_path) as here:
        await waits(here)
        right = token(here, "It was right")
        assert {await here.presses("mod", right) for _ in range(2)} == {"Case 1 is decided."}
        assert (await case(here)).case.version == 1


async def test_buttons_are_for_moderators_with_the_right_to_what_they_do(tmp_path: Path) -> None:
    """Members press in vain; a moderator lets nobody come back whom they could not let in themselves."""
    async with club(tmp_path) as here:
        await waits(here)
        assert await here.presses("eve", token(here, "It was right")) == "This is for moderators only."
        assert await here.presses("robo", token(here, "It was right")) == "Bots give no orders here."
        here.twin.state.members["mira"].rights = frozenset({Capability.TIMEOUT})
        await here.presses("mod", token(here, "It was right"))
        said = await here.presses("mira", token(here, "Undo"))
        assert said == "twin does not give you the right to do that yourself (hold)."
        assert (await case(here)).case.state is CaseState.DECIDED


async def test_nobody_judges_their_own_case(tmp_path: Path) -> None:
    """Whoever became a moderator after the fact looks at other cases."""
    async with club(tmp_path) as here:
        await waits(here)
        here.twin.member("eve", roles=frozenset({"moderator"}), name="Eve")
        said = await here.presses("eve", token(here, "It was right"))
        assert said == "This case is about you: another person must look at it."


@pytest.mark.parametrize("forged", ["", "v1:up:AAAAAAAAAAA", "case1", "v1:up:" + "0" * 11, "' OR 1=1 --", "\0" * 32])
async def test_a_forged_token_does_nothing(tmp_path: Path, forged: str) -> None:
    """What we did not make means nothing."""
    async with club(tmp_path) as here:
        await waits(here)
        assert await here.presses("mod", forged) == UNKNOWN
        assert (await case(here)).case.version == 0


async def test_a_token_of_another_community_does_nothing(tmp_path: Path) -> None:
    """Not even in the hands of a moderator there."""
    async with club(tmp_path) as here:
        await waits(here)
        press = here.twin.presses("mod", token(here, "It was right"))
        foreign = replace(press, member=replace(press.member, ref=MemberRef("twin", "elsewhere", "mod")))
        assert await here.answer_to(foreign) == "This button belongs to another community."
        assert (await case(here)).case.version == 0


async def test_an_expired_token_does_nothing(tmp_path: Path) -> None:
    """After thirty days a card is history."""
    async with club(tmp_path) as here:
        await waits(here)
        here.clock.pass_(days=30)
        said = await here.presses("mod", token(here, "It was right"))
        assert said == "This button has expired. /queue shows what waits."
        assert (await case(here)).case.version == 0


async def test_a_press_from_before_an_outage_does_nothing(tmp_path: Path) -> None:
    """Its giver has long looked elsewhere."""
    async with club(tmp_path) as here:
        await waits(here)
        press = here.twin.presses("mod", token(here, "It was right"), at=here.clock.now() - timedelta(hours=1))
        said = await here.answer_to(press)
        assert said == "That was pressed more than 15 minutes ago and was not done. Press again if it still holds."
        assert (await case(here)).case.version == 0


async def test_tokens_fit_every_platform_and_say_nothing(tmp_path: Path) -> None:
    """17 characters of ASCII, each used once, without the case or the person in them."""
    async with club(tmp_path) as here:
        await waits(here)
        tokens = [one for _, one in card(here).buttons]
        assert all(re.fullmatch(r"v1:[a-z]{2}:[0-9A-Za-z]{11}", one) for one in tokens)
        assert len(set(tokens)) == len(tokens) and not any(card(here).case in one for one in tokens)


async def test_what_a_brake_holds_is_let_go_by_a_second_person(tmp_path: Path) -> None:
    """Whoever banned too many does not let the sixth go themselves; somebody else does, and it happens."""
    async with club(tmp_path) as here:
        here.app.cards.hang({"twin": ChannelRef("twin", "club", "moderators", "moderators")})
        for number in range(6):
            here.twin.member(f"spammer{number}")
            await here.asks("mod", f"/ban <@spammer{number}> 2d")
        await here.app.cards.look()
        held = next(one for _, one in here.twin.state.cards if "Let it go" in dict(one.buttons))
        go = dict(held.buttons)["Let it go"]
        assert await here.presses("mod", go) == "You decided this yourself: another person must look at it."
        assert not here.twin.state.members["spammer5"].banned
        assert await here.presses("mira", go) == "What the brake held in case 6 goes out."
        assert here.twin.state.members["spammer5"].banned


async def test_buttons_answer_in_spanish(tmp_path: Path) -> None:
    """The card, its buttons and the answer speak the language of the community."""
    async with club(tmp_path, languages={"club": "es"}) as here:
        await waits(here)
        assert await here.presses("mod", token(here, "Estuvo bien")) == "El caso 1 está decidido."
        assert await here.presses("mod", "v1:up:AAAAAAAAAAA") == (
            "Este botón ya no significa nada aquí. Con /queue ves lo pendiente."
        )
