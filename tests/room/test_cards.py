from __future__ import annotations

from datetime import timedelta

from bot.adapters.plaza import Plaza
from bot.cards import Cards, card_of
from bot.stores.queue import Queue, Queued
from moderation.case import Case, CaseState, Origin
from moderation.errors import Unavailable
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Card
from tests.room.helpers import NIGHT, House

HERE = ChannelRef("plaza", "local", "general", "general")
MOD_ROOM = ChannelRef("plaza", "local", "mod-room", "mod-room")


def case(number: int, state: CaseState = CaseState.OPEN) -> Case:
    return Case(
        id=f"case{number}",
        number=number,
        state=state,
        version=0,
        origin=Origin.RULES,
        platform="plaza",
        community="local",
        opened_at=NIGHT,
        changed_at=NIGHT,
        changed_by="rules",
        member=MemberRef("plaza", "local", "eve"),
        channel=HERE,
        rules=("newcomer-link",),
        due_at=NIGHT + timedelta(minutes=30),
    )


class Waiting(Queue):
    """A queue with these cases in it."""

    def __init__(self, *cases: Case) -> None:
        self.cases = cases

    async def page(self, *_: object, **__: object) -> list[Queued]:
        return [Queued(one, "Eve") for one in self.cases]


async def test_a_waiting_case_is_shown_once(room: House) -> None:
    """However often the queue is looked at, and by however many starts of the program."""
    for _ in range(2):
        cards = Cards(Waiting(case(2), case(1)), {"plaza": room.plaza}, {"plaza": MOD_ROOM})
        assert await cards.look() == 2
        assert await cards.look() == 0
    lines = await room.people.read("mod-room")
    assert [line.card and line.card["case"] for line in lines] == ["case1", "case2"]


async def test_a_card_says_what_and_by_when_but_not_the_words(room: House) -> None:
    """Moderators choose when to look at what was written."""
    card = card_of(Queued(case(7), "Eve"))
    assert (card.title, card.body) == ("Case 7: Eve in #general", "newcomer-link\nAn answer is wanted by 22:30 UTC.")


async def test_a_platform_that_fails_holds_up_nobody(room: House) -> None:
    """The next case is shown all the same."""

    class Broken(Plaza):
        async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
            raise Unavailable("not now")

    broken = Broken(room.journal, room.clock)
    assert await Cards(Waiting(case(1), case(2)), {"plaza": broken}, {"plaza": MOD_ROOM}).look() == 2
    assert await room.texts("mod-room") == []
