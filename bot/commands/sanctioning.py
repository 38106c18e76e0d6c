"""What a moderator does to a person by a command: decided by them, carried out and recorded like anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.commands.call import Call, Reply
from bot.commands.elsewhere import NOT_DONE, NOWHERE, WAITS, Account, giver_on, linked_to, platform_name
from bot.commands.permission import Denied, may_be_sanctioned
from bot.commands.shared import EVERYWHERE
from moderation.actions.base import Action
from moderation.actions.warn import Warn
from moderation.by_hand import Decision, elsewhere, plan_of
from moderation.case import case_id
from moderation.errors import ChatError, Gone
from moderation.intents import IntentState
from moderation.model import Capability, Member, MemberRef
from moderation.ports import Chat

if TYPE_CHECKING:
    from bot.stores.cases import CaseView, Step

PATIENCE: Final = 8.0
"""Seconds that an answer waits for what it tells about."""
_NOT_DONE: Final = frozenset({IntentState.FAILED, IntentState.REFUSED, IntentState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: the actions, the reason in the moderator's words, and what a success is called.

    `needs` is what the moderator must be able to do natively wherever it is done; `absent` says that it can be done to
    somebody who is not here; `told` that the person hears of it.
    """

    actions: tuple[Action, ...]
    reason: str
    done: str
    needs: Capability | None = None
    absent: bool = False
    told: bool = True


async def sanction(call: Call, wish: Wish) -> Reply:
    """Do it once, however often this is called for the same event, and tell what became of it.

    With `everywhere` also to the person's linked accounts, unless a second person must look at it first.
    """
    target = MemberRef(call.caller.ref.platform, call.community, call.arguments.text("member"))
    others = await linked_to(call, target) if call.arguments.text(EVERYWHERE.name) else None
    here = Account(call.chat, call.caller, target, call.event)
    if await call.services.cases.get(case_id(call.event.key)) is None:
        await _begin(call, wish, here)
    told = await _told(call, wish, call.event.key)
    if others is None:
        return Reply(told.text)
    if not others or told.waits:
        return Reply(f"{told.text}\n{call.in_words(WAITS if told.waits and others else NOWHERE)}")
    return Reply("\n".join([told.text, *[await _elsewhere(call, wish, other) for other in others]]))


async def _elsewhere(call: Call, wish: Wish, target: MemberRef) -> str:
    """Do it to another account of the person, by the right the caller has there; what became of it, in one line or two.

    Whatever speaks against it speaks for that platform alone.
    """
    event = elsewhere(call.event, target)
    try:
        if await call.services.cases.get(case_id(event.key)) is None:
            chat, giver = await giver_on(call, target.platform, wish.needs)
            await _begin(call, wish, Account(chat, giver, target, event))
        text = (await _told(call, wish, event.key)).text
    except Denied as denied:
        text = call.in_words(NOT_DONE).format(why=denied)
    return f"{platform_name(target.platform)}: {text}"


async def _begin(call: Call, wish: Wish, account: Account) -> None:
    """Open the case, if nothing speaks against it; from then on it is carried out whatever happens here."""
    member = await _target(call, wish, account)
    _possible(call, wish.actions, account.chat)
    plan = plan_of(_decision(call, wish, account, member))
    await call.services.by_hand.open(plan, account.by)
    call.services.wake()


async def _target(call: Call, wish: Wish, account: Account) -> Member:
    """Whom it is about, as they are now, if it may be done to them. Somebody nobody can see is not touched."""
    say, is_me = call.say, call.services.is_me(account.ref)
    try:
        target = await account.chat.who(account.ref)
    except Gone:
        if not wish.absent:
            raise Denied(say("That person is not here.")) from None
        target = Member(account.ref)
    except ChatError as error:
        raise Denied(
            say("It cannot be seen at the moment who that is, so nothing was done. Try again soon.")
        ) from error
    may_be_sanctioned(account.giver, target, is_me=is_me, say=say)
    return target


def _possible(call: Call, actions: Sequence[Action], chat: Chat) -> None:
    can, say = chat.capabilities(call.community), call.say
    for action in actions:
        if action.capability is not None and action.capability not in can:
            words = say("{platform} cannot do that here ({missing}).")
            raise Denied(words.format(platform=chat.platform, missing=action.capability))


def _decision(call: Call, wish: Wish, account: Account, target: Member) -> Decision:
    """What was written here, and where, is no part of a case on another platform."""
    event, here = call.event, account.ref.platform == call.caller.ref.platform
    place = event.message.channel if event.message is not None else event.channel
    return Decision(
        event=account.event,
        by=account.by,
        target=target,
        actions=wish.actions,
        reason=wish.reason,
        language=call.services.language(call.community, target.ref),
        decided_at=call.services.clock.now(),
        channel=place if here else None,
        messages=(event.message,) if here and event.message is not None and event.about == target.ref else (),
        told=wish.told,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of one case; `waits` when a second person must look first."""

    text: str
    waits: bool = False


async def _told(call: Call, wish: Wish, key: str) -> _Told:
    """What became of the case that an order opened, waiting a little for it."""
    say, case = call.say, case_id(key)
    in_time = await call.services.by_hand.done(case, PATIENCE)
    view = await call.services.cases.get(case)
    if view is None:
        raise Denied(say("There is no such case any more."))
    number = say("(case {number})").format(number=view.case.number)
    deed, word = _steps(view, wish)
    if any(step.state == IntentState.WAITING for step in view.steps):
        waits = say("That many removals in so short a time need a second person: it waits for one.")
        return _Told(f"{waits} {number}", waits=True)
    if deed.state in _NOT_DONE:
        return _Told(say("That did not work: {why}").format(why=deed.note) + f" {number}")
    if deed.state != IntentState.APPLIED or not in_time:
        return _Told(say("That is under way.") + f" {number}")
    name = view.name or (view.case.member.id if view.case.member else "")
    lines = [f"{wish.done.format(name=name)} {number}"]
    if word is not None and word.state in _NOT_DONE:
        lines.append(say("{name} could not be told: {why}").format(name=name, why=word.note))
    return _Told("\n".join(lines))


def _steps(view: CaseView, wish: Wish) -> tuple[Step, Step | None]:
    """The step that the command is about, and the one that tells the person where that is another."""
    first = [step for step in view.steps if not step.undoes]
    words = [step for step in first if step.action == Warn.name]
    if not wish.actions:
        return words[0], None
    return next(step for step in first if step.action == wish.actions[-1].name), words[0] if words else None
