"""From a verdict to what shall be written down: the case, the intents in their order, the strikes, the reasons.

Pure: the same event and verdict give the same plan, so that deciding again after a crash writes the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from moderation.actions.ask import Ask
from moderation.actions.base import Action, Aim, Order, Target
from moderation.actions.warn import Warn
from moderation.case import CaseState, case_id
from moderation.intents import Intent, intent_key
from moderation.model import (
    Capability,
    ChannelRef,
    Event,
    Member,
    MessageRef,
    ReportFiled,
    author_of,
    message_of,
)
from moderation.ports import Accepted
from moderation.reasons import StatementOfReasons, narrowed, notice, statement
from moderation.verdict import Because, Planned, Verdict

STEPS: Final[Mapping[str, int]] = {
    "delete": 0,
    "hold": 0,
    "lock": 1,
    "slowmode": 1,
    "pause_invites": 1,
    "warn": 3,
    "timeout": 4,
    "take_role": 5,
    "give_role": 5,
    "kick": 6,
    "ban": 6,
}
"""The order inside a case: first what members see goes away, and a person hears why before they are removed."""
OTHER_STEP: Final = 2
LAST_STEP: Final = 9


class Rulebook(Protocol):
    """What a plan must know about the rules in force."""

    def why(self, rule: str) -> Mapping[str, str]:
        """The rule's words to the person, by language."""
        ...

    def brake(self, rule: str) -> str:
        """The full name of the rule's brake; empty when it has none."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A case as it will be opened."""

    id: str
    state: CaseState
    member: Member | None
    community: str
    platform: str
    channel: ChannelRef | None
    rules: tuple[str, ...]
    severity: int
    queue: str = ""
    urgent: bool = False
    due_at: datetime | None = None
    enforced: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one decision writes, in one transaction. `case` is None when nothing is to be done."""

    accepted: Accepted
    verdict: Verdict
    decided_at: datetime
    case: Draft | None = None
    intents: tuple[Intent, ...] = ()
    reasons: StatementOfReasons | None = None
    evidence: tuple[MessageRef, ...] = ()


def make_plan(
    accepted: Accepted,
    verdict: Verdict,
    *,
    rulebook: Rulebook,
    can: frozenset[Capability],
    language: str,
    protected: bool,
    unbraked: bool,
    decided_at: datetime,
    simulated: bool = False,
) -> Plan:
    """The plan for one verdict. `can` is what the platform can do; `protected` says that the person is staff or a bot;
    `simulated` that nothing of it is really done."""
    if not verdict.actions:
        return Plan(accepted, verdict, decided_at)
    event = accepted.event
    actions = [_possible(plan.action, can) for plan in verdict.actions]
    aims = {action.aim for action in actions}
    person = _person(event) if Aim.PERSON in aims or Aim.COMMUNITY not in aims else None
    case = _draft(event, verdict, person)
    reasons = _reasons(event, verdict, actions, case, rulebook, decided_at)
    spoken = _spoken(reasons, verdict, actions, case, rulebook)
    maker = _Maker(
        event=event,
        seq=accepted.seq,
        case=case,
        decided_at=decided_at,
        notice=notice(spoken, actions, language, _messages(verdict, actions)),
        protected=protected,
        unbraked=unbraked,
        simulated=simulated,
        rulebook=rulebook,
    )
    planned = list(verdict.actions)
    if person is not None and _must_be_told(actions):
        planned.append(Planned(Warn(), case.rules))
    intents = sorted((intent for plan in planned for intent in maker.intents(plan)), key=lambda intent: intent.step)
    return Plan(accepted, verdict, decided_at, case, tuple(intents), reasons, _evidence(event, verdict))


def _messages(verdict: Verdict, actions: Sequence[Action]) -> Mapping[str, int]:
    """How many messages each action is about; one that names none is about the message that caused it."""
    return {action.name: len(plan.messages) or 1 for action, plan in zip(actions, verdict.actions, strict=True)}


def _must_be_told(actions: Sequence[Action]) -> bool:
    """Something is done to the person, and no action of the rules tells them."""
    return any(action.aim is Aim.PERSON and action.severity >= 10 for action in actions) and not any(
        isinstance(action, Warn) for action in actions
    )


def _evidence(event: Event, verdict: Verdict) -> tuple[MessageRef, ...]:
    own = message_of(event)
    refs = [ref for match in verdict.matched for ref in match.messages]
    return tuple(dict.fromkeys([*refs, own.ref] if own else refs))


def _person(event: Event) -> Member | None:
    """The person sanctions would be aimed at: who was reported, else who caused the event."""
    if isinstance(event, ReportFiled):
        return Member(event.about) if event.about else None
    return author_of(event)


def _possible(action: Action, can: frozenset[Capability]) -> Action:
    """The action itself, or what stands in for it where the platform cannot."""
    chosen: Action | None = action
    while chosen is not None and chosen.capability is not None and chosen.capability not in can:
        chosen = chosen.otherwise
    return chosen or action


def _draft(event: Event, verdict: Verdict, person: Member | None) -> Draft:
    asks = [plan.action for plan in verdict.actions if isinstance(plan.action, Ask)]
    names = {plan.action.name for plan in verdict.actions}
    spans = [ask.span for ask in asks if ask.span is not None]
    where = _where(event)
    author = person or author_of(event)
    platform, community = (where.platform, where.community) if where else ("", "")
    if author is not None:
        platform, community = author.ref.platform, author.ref.community
    state = CaseState.HELD if "hold" in names else CaseState.OPEN if asks else CaseState.DECIDED
    return Draft(
        id=case_id(event.key),
        state=state,
        member=person,
        platform=platform,
        community=community,
        channel=where,
        rules=_deciding(verdict),
        severity=max(plan.action.severity for plan in verdict.actions),
        queue=asks[0].who if asks else "moderators" if state is CaseState.HELD else "",
        urgent=any(ask.urgent for ask in asks),
        due_at=event.at + min(spans) if spans else None,
        enforced=any(plan.action.severity >= 10 for plan in verdict.actions),
    )


def _deciding(verdict: Verdict) -> tuple[str, ...]:
    """The rules a case is about, weightiest first. One that only labels has nothing to say beside one that acts."""
    by_weight = sorted(verdict.actions, key=lambda plan: -plan.action.severity)
    acting = [rule for plan in by_weight if plan.action.severity or isinstance(plan.action, Ask) for rule in plan.rules]
    return tuple(dict.fromkeys(acting or [rule for plan in by_weight for rule in plan.rules]))


def _where(event: Event) -> ChannelRef | None:
    message = message_of(event)
    if message is not None:
        return message.ref.channel
    about = getattr(event, "message", None)
    return about.channel if isinstance(about, MessageRef) else None


def _reasons(
    event: Event,
    verdict: Verdict,
    actions: Sequence[Action],
    case: Draft,
    rulebook: Rulebook,
    decided_at: datetime,
) -> StatementOfReasons:
    own = message_of(event)
    return statement(
        case=case.id,
        actions=actions,
        why={rule: rulebook.why(rule) for rule in case.rules},
        because=_because(verdict, case.rules),
        decided_at=decided_at,
        content_date=own.at if own else None,
        reported=isinstance(event, ReportFiled),
        asks_people=case.state is not CaseState.DECIDED,
        place=f"{case.platform}:{case.community}",
    )


def _because(verdict: Verdict, rules: Sequence[str]) -> Sequence[Because]:
    """Everything that decided for these rules, each thing once."""
    return tuple(dict.fromkeys(one for match in verdict.matched if match.rule in rules for one in match.because))


def _spoken(
    reasons: StatementOfReasons, verdict: Verdict, actions: Sequence[Action], case: Draft, rulebook: Rulebook
) -> StatementOfReasons:
    """The statement in the voice of the gravest rules, for the person; staff read all of them in the case."""
    grave = _gravest(verdict, actions, case)
    asking = [
        plan for plan in verdict.actions if isinstance(plan.action, Ask) and not set(grave).isdisjoint(plan.rules)
    ]
    return narrowed(
        reasons,
        why={rule: rulebook.why(rule) for rule in grave},
        because=_because(verdict, grave),
        asks_people=bool(asking) or case.state is CaseState.HELD,
    )


def _gravest(verdict: Verdict, actions: Sequence[Action], case: Draft) -> tuple[str, ...]:
    """The rules that asked for the severest of what is done to the person; all of the case where none touches them."""
    pairs = [(action.severity, plan.rules) for action, plan in zip(actions, verdict.actions, strict=True)]
    touching = [pair for pair, action in zip(pairs, actions, strict=True) if action.aim is not Aim.COMMUNITY] or pairs
    worst = max(severity for severity, _ in touching)
    decided = {rule for severity, rules in touching if severity == worst for rule in rules}
    return tuple(rule for rule in case.rules if rule in decided) or case.rules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Turns planned actions into intents."""

    event: Event
    seq: int
    case: Draft
    decided_at: datetime
    notice: str
    protected: bool
    unbraked: bool
    simulated: bool
    rulebook: Rulebook

    def intents(self, plan: Planned) -> list[Intent]:
        """The intent of one planned action, and the one that ends it where it ends by itself."""
        intent = self._intent(plan, self._target(plan), "|".join(plan.action.slot))
        if plan.action.lasts is None:
            return [intent]
        key = intent_key(self.event.key, f"end|{intent.key}", intent.order.target)
        order = replace(intent.order, key=key)
        due = self.decided_at + plan.action.lasts
        return [intent, replace(intent, key=key, order=order, step=LAST_STEP, due_at=due, undoes=intent.key)]

    def _intent(self, plan: Planned, target: Target, what: str) -> Intent:
        key = intent_key(self.event.key, what, target)
        brakes = [self.rulebook.brake(rule) for rule in plan.rules]
        return Intent(
            key=key,
            action=plan.action,
            order=Order(key, target, self.decided_at, self.case.id, self._text(plan.action)),
            step=STEPS.get(plan.action.name, OTHER_STEP),
            priority=plan.action.severity,
            due_at=self.decided_at,
            rules=plan.rules,
            brake=brakes[0] if brakes and all(brakes) else "",
            protected=self.protected and target.member is not None,
            unbraked=self.unbraked,
            decision=self.seq,
            simulated=self.simulated,
        )

    def _target(self, plan: Planned) -> Target:
        member = self.case.member.ref if self.case.member and plan.action.aim is not Aim.COMMUNITY else None
        messages = plan.messages
        own = message_of(self.event)
        if not messages and own is not None:
            messages = (own.ref,)
        return Target(self.case.platform, self.case.community, member, self.case.channel, messages)

    def _text(self, action: Action) -> str:
        if action.name == "warn":
            return self.notice
        if action.name in ("kick", "ban"):
            return f"{', '.join(self.case.rules)} ({self.case.id})"
        text = getattr(action, "text", "")
        return text if isinstance(text, str) else ""
