"""Accounts that their owner links by a code: once, soon, privately, and never further than one community."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.stores.budgets import Budgets
from bot.stores.journal import Journal
from bot.stores.links import ALPHABET, LENGTH, MOST_WRONG, Linking, Links, clean, shown
from bot.stores.opening import open_journal
from bot.stores.tables import link, link_code
from moderation.model import MemberRef
from moderation.scope import everywhere
from tests.pipeline.stage import SteppingClock

ANA = MemberRef("discord", "club", "1")
ANNA = MemberRef("telegram", "club", "2")
ANI = MemberRef("matrix", "club", "@ana:x")
EVE = MemberRef("telegram", "club", "666")


class Desk:
    """Links over a journal, and a clock that people move."""

    def __init__(self, journal: Journal, clock: SteppingClock) -> None:
        self.journal = journal
        self.clock = clock
        self.links = Links(journal, Budgets(journal, clock), clock)

    async def links_of(self, *members: MemberRef) -> list[frozenset[MemberRef]]:
        return [await self.links.linked(member) for member in members]

    async def join(self, one: MemberRef, other: MemberRef) -> Linking:
        return (await self.links.redeem(other, await self.links.code(one))).came

    async def kept(self) -> str:
        return await self.journal.read(lambda c: str([*c.execute(select(link_code)), *c.execute(select(link))]))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = SteppingClock()
    journal = open_journal(tmp_path, clock)
    await journal.start()
    yield Desk(journal, clock)
    await journal.stop()


async def test_a_code_links_two_accounts(desk: Desk) -> None:
    """Each is the other's from then on, however the code is typed."""
    code = await desk.links.code(ANA)
    linked = await desk.links.redeem(ANNA, f"  {shown(code).lower()} ")
    assert linked.came is Linking.DONE and linked.other == ANA
    assert await desk.links_of(ANA, ANNA, ANI) == [{ANNA}, {ANA}, frozenset()]


async def test_several_platforms_become_one_person(desk: Desk) -> None:
    """Whoever is linked to either is linked to both."""
    assert await desk.join(ANA, ANNA) is Linking.DONE
    assert await desk.join(ANNA, ANI) is Linking.DONE
    assert await desk.links_of(ANA, ANNA, ANI) == [{ANNA, ANI}, {ANA, ANI}, {ANA, ANNA}]


async def test_two_persons_with_several_accounts_become_one(desk: Desk) -> None:
    """All accounts of both are one person's, unless a platform would come twice."""
    slack = MemberRef("slack", "club", "U1")
    await desk.join(ANA, ANNA)
    await desk.join(ANI, slack)
    assert await desk.join(ANNA, slack) is Linking.DONE
    assert await desk.links_of(slack) == [{ANA, ANNA, ANI}]
    assert await desk.join(ANA, EVE) is Linking.TWICE
    assert await desk.links_of(EVE) == [frozenset()]


async def test_a_code_is_good_once(desk: Desk) -> None:
    """A second account cannot use it; the same one is told the same again, as after a crash."""
    code = await desk.links.code(ANA)
    assert (await desk.links.redeem(ANNA, code)).came is Linking.DONE
    assert (await desk.links.redeem(ANI, code)).came is Linking.WRONG
    assert (await desk.links.redeem(ANNA, code)).came is Linking.DONE
    assert await desk.links_of(ANA) == [{ANNA}]


async def test_a_used_code_links_nothing_again(desk: Desk) -> None:
    """Who has unlinked is not linked again by the old code."""
    code = await desk.links.code(ANA)
    await desk.links.redeem(ANNA, code)
    await desk.links.unlink(ANNA)
    assert (await desk.links.redeem(ANNA, code)).came is Linking.WRONG
    assert await desk.links_of(ANA, ANNA) == [frozenset(), frozenset()]


async def test_a_code_is_good_for_ten_minutes(desk: Desk) -> None:
    """To the second before; then it is worth nothing, and nothing of it is kept."""
    one, two = await desk.links.code(ANA), await desk.links.code(ANI)
    desk.clock.pass_(minutes=10, seconds=-1)
    assert (await desk.links.redeem(ANNA, one)).came is Linking.DONE
    desk.clock.pass_(seconds=1)
    assert (await desk.links.redeem(EVE, two)).came is Linking.WRONG
    desk.clock.pass_(hours=2)
    await desk.links.unlink(ANA)
    await desk.links.code(EVE)
    assert (await desk.kept()).count("matrix") == 0


async def test_nobody_tries_codes_for_long(desk: Desk) -> None:
    """After five wrong ones not even a right one is looked at, for an hour; others are not held back."""
    code = await desk.links.code(ANA)
    for _ in range(MOST_WRONG):
        assert (await desk.links.redeem(EVE, "AAAA-AAAA")).came is Linking.WRONG
    assert (await desk.links.redeem(EVE, code)).came is Linking.ENOUGH
    assert (await desk.links.redeem(ANNA, code)).came is Linking.DONE
    desk.clock.pass_(hours=1, minutes=5)
    code = await desk.links.code(ANI)
    assert (await desk.links.redeem(EVE, code)).came is Linking.DONE


async def test_an_account_is_not_linked_to_itself(desk: Desk) -> None:
    """Nor are two accounts of one platform."""
    assert await desk.join(ANA, ANA) is Linking.SELF
    assert await desk.join(ANA, replace(ANA, id="9")) is Linking.TWICE
    assert await desk.links_of(ANA) == [frozenset()]


async def test_a_link_ends_at_the_communitys_edge(desk: Desk) -> None:
    """A code of one community is worth nothing in another."""
    code = await desk.links.code(ANA)
    elsewhere = replace(ANNA, community="other")
    assert (await desk.links.redeem(elsewhere, code)).came is Linking.WRONG
    assert await desk.links_of(ANA, elsewhere) == [frozenset(), frozenset()]


async def test_a_link_is_taken_back(desk: Desk) -> None:
    """The others stay linked; one account alone is no link; codes that wait are worth nothing."""
    await desk.join(ANA, ANNA)
    await desk.join(ANNA, ANI)
    code = await desk.links.code(ANA)
    assert await desk.links.unlink(ANA)
    assert await desk.links_of(ANA, ANNA) == [frozenset(), {ANI}]
    assert (await desk.links.redeem(ANI, code)).came is Linking.WRONG
    assert await desk.links.unlink(ANI) and not await desk.links.unlink(ANNA)


async def test_codes_are_not_kept_as_they_are(desk: Desk) -> None:
    """Who reads the database cannot use them; at most three wait per account."""
    codes = [await desk.links.code(ANA) for _ in range(5)]
    kept = await desk.kept()
    assert not any(code in kept for code in codes) and kept.count("discord") == 3
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes) and len(set(codes)) == 5


@given(st.text(max_size=40))
def test_what_is_no_code_is_nothing(text: str) -> None:
    """Whatever is typed is a whole code or none."""
    code = clean(text)
    assert code == "" or (len(code) == LENGTH and set(code) <= set(ALPHABET))


def test_a_sanction_everywhere_reaches_the_persons_accounts_here() -> None:
    """The account it was given to first, each once, and never one of another community."""
    elsewhere = replace(ANI, community="other")
    links = {ANA: {ANNA, ANI, elsewhere}, ANNA: {ANA, ANI}}
    assert everywhere([ANA], links) == (ANA, ANI, ANNA)
    assert everywhere([ANNA, ANA], links) == (ANNA, ANA, ANI)
    assert everywhere([EVE], links) == (EVE,) and everywhere([], links) == ()
