"""What a person decided themselves, as a plan like any other: a case, intents in their order, a statement of reasons.

Pure: the same order gives the same plan under the same keys, so that carrying it out again after a crash is once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from moderation.actions.base import Action, Order, Target
from moderation.actions.warn import Warn
from moderation.brakes import REMOVALS
from moderation.case import CaseState, case_id
from moderation.intents import Intent, intent_key
from moderation.model import ChannelRef, CommandCalled, Event, Member, MemberRef, MessageRef
from moderation.plan import LAST_STEP, STEPS, Draft, Plan
from moderation.ports import Accepted
from moderation.reasons import BY_A_PERSON, StatementOfReasons, notice, statement
from moderation.verdict import CLEAN

PRIORITY: Final = 60
"""Before everything automation does."""
REMOVE: Final = frozenset({"kick", "ban"})
GROUND: Final = "moderator"
"""What a statement of reasons names where no written rule decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants done to another. `event` is the call, `language` the target's, `reason` the person's words.

    `messages` are what it rests on; `told` says whether the target hears of it.
    """

    event: Event
    by: str
    target: Member
    actions: tuple[Action, ...]
    reason: str
    language: str
    decided_at: datetime
    channel: ChannelRef | None = None
    messages: tuple[MessageRef, ...] = ()
    told: bool = True


def elsewhere(event: CommandCalled, account: MemberRef) -> CommandCalled:
    """The order as it holds for another account of the same person: a key, and so a case, of its own, the same each
    time."""
    return replace(event, key=f"{event.key}|everywhere|{account.platform}:{account.id}")


def plan_of(decision: Decision) -> Plan:
    """The plan that carries a decision out."""
    case = case_id(decision.event.key)
    reasons = _reasons(decision, case)
    draft = Draft(
        id=case,
        state=CaseState.DECIDED,
        member=decision.target,
        community=decision.target.ref.community,
        platform=decision.target.ref.platform,
        channel=decision.channel,
        rules=(),
        severity=max((action.severity for action in decision.actions), default=Warn.severity),
        enforced=True,
    )
    accepted = Accepted(0, new=True, event=decision.event)
    intents = _braked(_intents(decision, draft, reasons), decision)
    return Plan(accepted, CLEAN, decision.decided_at, draft, intents, reasons, decision.messages)


def _reasons(decision: Decision, case: str) -> StatementOfReasons:
    made = statement(
        case=case,
        actions=[*decision.actions, Warn()] if decision.told else decision.actions,
        why={GROUND: {decision.language: decision.reason} if decision.reason else {}},
        because=(),
        decided_at=decision.decided_at,
        content_date=None,
        reported=False,
        asks_people=False,
        place=f"{decision.target.ref.platform}:{decision.target.ref.community}",
    )
    return replace(made, automated_detection=False, automated_decision=BY_A_PERSON)


def _intents(decision: Decision, draft: Draft, reasons: StatementOfReasons) -> list[Intent]:
    target = Target(draft.platform, draft.community, decision.target.ref, decision.channel, decision.messages)
    actions: Sequence[Action] = [*decision.actions, Warn()] if decision.told else decision.actions
    made = []
    for action in actions:
        key = intent_key(decision.event.key, action.name, target)
        text = notice(reasons, decision.actions, decision.language) if action.name == Warn.name else _noted(decision)
        order = Order(key, target, decision.decided_at, draft.id, text)
        intent = Intent(key, action, order, STEPS.get(action.name, 2), PRIORITY, decision.decided_at, unbraked=True)
        made += [intent, *_end(decision, intent)]
    return sorted(made, key=lambda intent: intent.step)


def _end(decision: Decision, intent: Intent) -> list[Intent]:
    """The intent that ends another, where the platform does not end it itself."""
    if intent.action.lasts is None:
        return []
    key = intent_key(decision.event.key, f"end|{intent.key}", intent.order.target)
    due = decision.decided_at + intent.action.lasts
    order = replace(intent.order, key=key)
    return [replace(intent, key=key, order=order, step=LAST_STEP, due_at=due, undoes=intent.key)]


def _noted(decision: Decision) -> str:
    """What stands in the platform's own log, where it has one."""
    return f"{decision.reason[:300]} ({case_id(decision.event.key)}, {decision.by})".strip()


def _braked(intents: Sequence[Intent], decision: Decision) -> tuple[Intent, ...]:
    """Who removes people counts against a brake of their own. It holds the first of a case, so that nobody is told of
    what has not been done."""
    if not any(action.name in REMOVE for action in decision.actions):
        return tuple(intents)
    return (replace(intents[0], unbraked=False, brake=f"{REMOVALS}{decision.by}"), *intents[1:])
