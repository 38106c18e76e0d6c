"""What a moderator does to a person by a command: decided by them, carried out and recorded like anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.commands.call import Call, Reply
from bot.commands.permission import Denied, may_be_sanctioned
from moderation.actions.base import Action
from moderation.actions.warn import Warn
from moderation.by_hand import Decision, plan_of
from moderation.case import case_id
from moderation.errors import ChatError, Gone
from moderation.intents import IntentState
from moderation.model import Member, MemberRef

if TYPE_CHECKING:
    from bot.stores.cases import CaseView, Step

PATIENCE: Final = 8.0
"""Seconds that an answer waits for what it tells about."""
_NOT_DONE: Final = frozenset({IntentState.FAILED, IntentState.REFUSED, IntentState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: the actions, the reason in the moderator's words, and what a success is called.

    `absent` says that it can be done to somebody who is not here; `told` that the person hears of it.
    """

    actions: tuple[Action, ...]
    reason: str
    done: str
    absent: bool = False
    told: bool = True


async def sanction(call: Call, wish: Wish) -> Reply:
    """Do it once, however often this is called for the same event, and tell what became of it."""
    known = await call.services.cases.get(case_id(call.event.key))
    if known is None:
        target = await _target(call, wish)
        _possible(call, wish.actions)
        plan = plan_of(_decision(call, wish, target))
        await call.services.by_hand.open(plan, call.by)
        call.services.wake()
    in_time = await call.services.by_hand.done(case_id(call.event.key), PATIENCE)
    return await _outcome(call, wish, in_time=in_time)


async def _target(call: Call, wish: Wish) -> Member:
    """Whom it is about, as they are now, if it may be done to them. Somebody nobody can see is not touched."""
    ref = MemberRef(call.caller.ref.platform, call.community, call.arguments.text("member"))
    say, is_me = call.say, call.services.is_me(ref)
    try:
        target = await call.chat.who(ref)
    except Gone:
        if not wish.absent:
            raise Denied(say("That person is not here.")) from None
        target = Member(ref)
    except ChatError as error:
        raise Denied(
            say("It cannot be seen at the moment who that is, so nothing was done. Try again soon.")
        ) from error
    may_be_sanctioned(call.caller, target, is_me=is_me, say=say)
    return target


def _possible(call: Call, actions: Sequence[Action]) -> None:
    can, say = call.chat.capabilities(call.community), call.say
    for action in actions:
        if action.capability is not None and action.capability not in can:
            words = say("{platform} cannot do that here ({missing}).")
            raise Denied(words.format(platform=call.chat.platform, missing=action.capability))


def _decision(call: Call, wish: Wish, target: Member) -> Decision:
    event = call.event
    return Decision(
        event=event,
        by=call.by,
        target=target,
        actions=wish.actions,
        reason=wish.reason,
        language=call.services.language(call.community, target.ref),
        decided_at=call.services.clock.now(),
        channel=event.message.channel if event.message is not None else event.channel,
        messages=(event.message,) if event.message is not None and event.about == target.ref else (),
        told=wish.told,
    )


async def _outcome(call: Call, wish: Wish, *, in_time: bool) -> Reply:
    say = call.say
    view = await call.services.cases.get(case_id(call.event.key))
    if view is None:
        raise Denied(say("There is no such case any more."))
    name = view.name or (view.case.member.id if view.case.member else "")
    number = say("(case {number})").format(number=view.case.number)
    deed, word = _steps(view, wish)
    if any(step.state == IntentState.WAITING for step in view.steps):
        return Reply(
            say("That many removals in so short a time need a second person: it waits for one.") + f" {number}"
        )
    if deed.state in _NOT_DONE:
        return Reply(say("That did not work: {why}").format(why=deed.note) + f" {number}")
    if deed.state != IntentState.APPLIED or not in_time:
        return Reply(say("That is under way.") + f" {number}")
    lines = [f"{wish.done.format(name=name)} {number}"]
    if word is not None and word.state in _NOT_DONE:
        lines.append(say("{name} could not be told: {why}").format(name=name, why=word.note))
    return Reply("\n".join(lines))


def _steps(view: CaseView, wish: Wish) -> tuple[Step, Step | None]:
    """The step that the command is about, and the one that tells the person where that is another."""
    first = [step for step in view.steps if not step.undoes]
    words = [step for step in first if step.action == Warn.name]
    if not wish.actions:
        return words[0], None
    return next(step for step in first if step.action == wish.actions[-1].name), words[0] if words else None
