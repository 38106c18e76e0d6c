"""What each enforcement action does through a chat, and how two of a kind become one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.wiring import ACTIONS
from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action, Order, Target
from moderation.actions.delete import Delete
from moderation.actions.dm import Dm
from moderation.actions.give_role import GiveRole
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.label import Label
from moderation.actions.lock import Lock
from moderation.actions.nothing import Nothing
from moderation.actions.pause_invites import PauseInvites
from moderation.actions.playbook import StartPlaybook
from moderation.actions.raid import Raid
from moderation.actions.reply import Reply
from moderation.actions.slowmode import Slowmode
from moderation.actions.strike import Strike
from moderation.actions.take_role import TakeRole
from moderation.actions.timeout import Timeout
from moderation.actions.warn import Warn
from moderation.errors import Gone, Unsupported
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat
from moderation.simulate import START
from moderation.units import duration
from rules.load_context import LoadContext
from rules.merging import merged, one_of_a_kind
from rules.model import Ladder

CHANNEL = ChannelRef("plaza", "club", "c1", "general")
EVE = MemberRef("plaza", "club", "eve")
MESSAGES = (MessageRef(CHANNEL, "m1"), MessageRef(CHANNEL, "m2"))
ORDER = Order("key", Target("plaza", "club", EVE, CHANNEL, MESSAGES), START, "case", "Because.")
NOBODY = Order("key", Target("plaza", "club"), START)
HOUR = timedelta(hours=1)


class Heard:
    """A chat that only remembers what it was told; the first message is gone already."""

    def __init__(self, *, gone: bool = False) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._gone = gone

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **kwargs: Any) -> str:
            if self._gone and args and args[0] in (MESSAGES[0], EVE):
                raise Gone
            self.calls.append((name, *args, *kwargs.values()))
            return "dm"

        return call


async def told(
    action: Action, order: Order = ORDER, *, gone: bool = False, undo: bool = False
) -> tuple[Any, list[Any]]:
    heard = Heard(gone=gone)
    chat: Chat = heard
    note = await (action.undo(chat, order) if undo else action.apply(chat, order))
    return note, heard.calls


@pytest.mark.parametrize(
    ("action", "call", "inverse"),
    [
        (Timeout(span=duration("1h")), ("timeout", EVE, START + HOUR), ("timeout", EVE, None)),
        (Ban(span=duration("1h")), ("ban", EVE, START + HOUR, "Because."), ("unban", EVE)),
        (Ban(), ("ban", EVE, None, "Because."), ("unban", EVE)),
        (Kick(), ("kick", EVE, "Because."), None),
        (GiveRole(role="x"), ("give_role", EVE, "x"), ("take_role", EVE, "x")),
        (TakeRole(role="x"), ("take_role", EVE, "x"), ("give_role", EVE, "x")),
        (Warn(), ("notify", EVE, "Because.", "key", CHANNEL), None),
        (Dm(text="hello"), ("notify", EVE, "Because.", "key", CHANNEL), None),
        (Reply(text="hello"), ("post", CHANNEL, "Because.", "key", MESSAGES[1]), None),
        (Slowmode(seconds=30), ("slow_mode", CHANNEL, 30), ("slow_mode", CHANNEL, 0)),
        (Lock(span=duration("10m")), ("lock", CHANNEL, True), ("lock", CHANNEL, False)),
        (PauseInvites(), ("pause_invites", "club", True), ("pause_invites", "club", False)),
    ],
)
async def test_an_action_does_its_one_thing_and_its_inverse(
    action: Action, call: tuple[Any, ...], inverse: tuple[Any, ...] | None
) -> None:
    """With the absolute end and the words that were decided; repeated, it is the same call."""
    note, calls = await told(action)
    assert note
    assert calls == [call]
    back, calls = await told(action, undo=True)
    assert (calls, back is None) == (([], True) if inverse is None else ([inverse], False))


@pytest.mark.parametrize(("action", "verb"), [(Delete(), "delete"), (Hold(), "hold")])
async def test_every_message_of_a_match_goes_and_comes_back(action: Action, verb: str) -> None:
    """One that is gone already is no failure."""
    assert (await told(action))[1] == [(verb, ref) for ref in MESSAGES]
    note, calls = await told(action, gone=True)
    assert calls == [(verb, MESSAGES[1])]
    assert "1 already gone" in note
    assert (await told(action, undo=True))[1] == [("restore", ref) for ref in MESSAGES]


async def test_somebody_who_left_is_removed() -> None:
    """The work is already done."""
    assert await told(Kick(), gone=True) == ("had already left", [])


@pytest.mark.parametrize(
    "action",
    [
        Timeout(span=duration("1h")),
        Ban(),
        Kick(),
        Warn(),
        Dm(text="x"),
        GiveRole(role="x"),
        Reply(text="x"),
        Lock(span=duration("1h")),
    ],
)
async def test_an_action_without_a_target_touches_nobody(action: Action) -> None:
    """And the receipt says so."""
    note, calls = await told(action, NOBODY)
    assert calls == []
    assert note.startswith(("nobody", "no channel"))


@pytest.mark.parametrize(
    "action", [Ask(), Label(label="spam"), Strike(points=(("", 2),)), Raid(what="start"), Nothing()]
)
async def test_what_happens_on_the_case_needs_no_platform(action: Action) -> None:
    """The note is all that is left to write."""
    note, calls = await told(action)
    assert note
    assert calls == []


async def test_a_playbook_without_a_runner_is_refused_in_words() -> None:
    """Nothing pretends to have begun."""
    with pytest.raises(Unsupported, match="nothing here runs the playbook welcome"):
        await told(StartPlaybook(playbook="welcome"))


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (Timeout(span=duration("1h")), Timeout(span=duration("1d")), Timeout(span=duration("1d"))),
        (Ban(span=duration("7d")), Ban(), Ban()),
        (
            Strike(points=(("a", 2),)),
            Strike(
                points=(
                    ("a", 1),
                    ("b", 3),
                )
            ),
            Strike(
                points=(
                    ("a", 2),
                    ("b", 3),
                )
            ),
        ),
        (Ask(span=duration("2h")), Ask(urgent=True), Ask(span=duration("2h"), urgent=True)),
        (Ask(span=duration("2h")), Ask(span=duration("30m")), Ask(span=duration("30m"))),
        (PauseInvites(span=duration("30m")), PauseInvites(), PauseInvites()),
        (Slowmode(seconds=10, span=duration("1h")), Slowmode(seconds=30), Slowmode(seconds=30)),
    ],
)
def test_two_of_a_kind_become_the_stricter(one: Any, other: Any, result: Action) -> None:
    """In either order."""
    assert one.stricter(other) == result == other.stricter(one)


def test_what_names_different_things_stays_apart() -> None:
    """Two roles, two queues, two texts are two actions."""
    several = [GiveRole(role="a"), GiveRole(role="b"), Ask(), Ask(who="admins"), Reply(text="a"), Reply(text="b")]
    assert one_of_a_kind(several) == tuple(several)


SPANS = st.sampled_from(["30s", "1h", "1d", "7d"])
SOME: st.SearchStrategy[Action] = st.one_of(
    st.builds(Timeout, span=SPANS, otherwise=st.sampled_from([None, Hold(), Nothing()])),
    st.builds(Ban, span=st.none() | SPANS),
    st.builds(Ask, who=st.sampled_from(["moderators", "admins"]), span=st.none() | SPANS, urgent=st.booleans()),
    st.builds(Strike, points=st.dictionaries(st.sampled_from("ab"), st.integers(1, 9), min_size=1)),
    st.builds(Slowmode, seconds=st.integers(1, 60), span=SPANS),
    st.builds(PauseInvites, span=st.none() | SPANS),
    st.builds(Delete, otherwise=st.sampled_from([None, Hold()])),
    st.builds(GiveRole, role=st.sampled_from("ab")),
)


@given(st.lists(SOME, max_size=6), st.randoms(use_true_random=False))
def test_merging_knows_no_order(actions: list[Action], random: Any) -> None:
    """Commutative and associative: the same actions in any order and grouping give the same result."""
    shuffled = list(actions)
    random.shuffle(shuffled)
    cut = random.randint(0, len(shuffled))
    in_parts = one_of_a_kind([*one_of_a_kind(shuffled[:cut]), *one_of_a_kind(shuffled[cut:])])
    assert set(one_of_a_kind(actions)) == set(in_parts)
    assert one_of_a_kind(in_parts) == in_parts


def test_nothing_matched_nothing_planned() -> None:
    """The empty merge."""
    assert merged((), {}) == ()


def read(kind: type[Action], value: object, **context: Any) -> Action:
    """An action as the loader reads it."""
    return kind.model_validate(kind.expand(value), context=LoadContext(**context))


LADDERS = {"conduct": Ladder("conduct", HOUR, ())}


@pytest.mark.parametrize(
    ("kind", "value", "action"),
    [
        (Timeout, "1h", Timeout(span=duration("1h"))),
        (Timeout, {"for": "1h"}, Timeout(span=duration("1h"))),
        (Ban, None, Ban()),
        (Ask, "moderators", Ask()),
        (Ask, {"who": "moderators", "within": "30m", "urgent": True}, Ask(span=duration("30m"), urgent=True)),
        (Strike, 2, Strike(points=(("conduct", 2),))),
        (Strike, {"conduct": 2}, Strike(points=(("conduct", 2),))),
        (PauseInvites, None, PauseInvites()),
        (PauseInvites, "30m", PauseInvites(span=duration("30m"))),
        (Raid, "start", Raid(what="start")),
        (GiveRole, "quiet", GiveRole(role="quiet")),
        (Lock, "10m", Lock(span=duration("10m"))),
    ],
)
def test_the_short_form_of_an_action_is_its_main_value(kind: type[Action], value: object, action: Action) -> None:
    """The common case is one line."""
    assert read(kind, value, ladders=LADDERS) == action


@pytest.mark.parametrize(
    ("kind", "value", "context", "error"),
    [
        (GiveRole, "quite", {"roles": frozenset({"quiet"})}, "unknown_role"),
        (Ask, "moderator", {"queues": frozenset({"moderators"})}, "unknown_queue"),
        (StartPlaybook, "welcom", {"playbooks": frozenset({"welcome"})}, "unknown_playbook"),
        (Strike, {"condukt": 2}, {"ladders": LADDERS}, "unknown_ladder"),
        (Strike, 2, {"ladders": {}}, "ambiguous_ladder"),
        (Strike, 2, {"ladders": {**LADDERS, "spam": Ladder("spam", HOUR, ())}}, "ambiguous_ladder"),
        (Strike, 0, {"ladders": LADDERS}, "greater_than_equal"),
        (Timeout, "29d", {}, "less_than_equal"),
        (Timeout, None, {}, "missing"),
        (Raid, "stop", {}, "literal_error"),
        (Delete, "now", {}, "model_type"),
        (Slowmode, {"seconds": 0}, {}, "greater_than_equal"),
    ],
)
def test_a_slip_of_the_pen_is_refused(kind: type[Action], value: object, context: Any, error: str) -> None:
    """With its own name, so that the message can say what to do."""
    with pytest.raises(ValidationError) as refused:
        read(kind, value, **context)
    assert error in {details["type"] for details in refused.value.errors()}


def test_without_a_sereno_yaml_a_name_is_only_doubtful() -> None:
    """It cannot be checked, and that is said."""
    context = LoadContext()
    GiveRole.model_validate({"role": "quiet"}, context=context)
    assert [(warning.type, warning.loc) for warning in context.warnings] == [("unchecked_role", ("role",))]


def test_every_action_has_a_name_of_its_own_and_goes_through_json() -> None:
    """Records of years ago must still be readable."""
    kinds: Sequence[type[Action]] = (*ACTIONS, Nothing)
    assert len({kind.name for kind in kinds}) == len(kinds) == 19
    for action in (
        Timeout(span=duration("1h"), otherwise=Hold()),
        Strike(points=(("a", 2),)),
        Ask(span=duration("2h")),
        Ban(),
    ):
        again = type(action).model_validate(action.model_dump(mode="json", exclude={"otherwise"}))
        assert again == action.model_copy(update={"otherwise": None})
