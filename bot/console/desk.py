"""The desk over HTTP: what the stores know about cases, put together for people who must judge quickly."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.console.case_wire import (
    ActionOut,
    AuditOut,
    BecauseOut,
    CaseFileOut,
    CaseOut,
    EvidenceOut,
    PersonOut,
    ReceiptOut,
    RuleOut,
    StandingOut,
    State,
    StepOut,
)
from bot.console.opinions import moves_of, said_of, scores_of, verbs_of
from bot.stores.cases import Cases, CaseView, Step
from bot.stores.queue import Given, Queue
from moderation.actions.base import Action
from moderation.case import WAITING, Case, CaseState
from moderation.errors import Gone
from moderation.leeway import Why
from moderation.ports import Clock
from rules.model import Ladder, RuleSet

Move = Callable[[str, str], Awaitable[object]]
"""Moves a case (its id, by whom)."""


@dataclass(frozen=True, slots=True)
class Verbs:
    """What the app does with cases when somebody says so."""

    undo: Move
    uphold: Move
    not_a_problem: Callable[[str, str, Why], Awaitable[object]]
    retract: Move


_SILENT: Final = frozenset({"raid", "nothing"})
_UNSETTLED: Final = "pending"
_NOT_YET: Final = datetime.max.replace(tzinfo=UTC)


class StoredDesk:
    """The console's `Desk` over the stores. `rules` gives the rules in force; the verbs are the app's."""

    def __init__(self, cases: Cases, queue: Queue, rules: Callable[[], RuleSet], clock: Clock, verbs: Verbs) -> None:
        self._cases = cases
        self._queue = queue
        self._rules = rules
        self._clock = clock
        self._verbs = verbs

    async def cases(self, state: State | None, message: str | None, before: int | None, limit: int) -> list[CaseOut]:
        """Newest first."""
        states = WAITING if state == "waiting" else () if state is None else (CaseState(state),)
        found = await self._queue.page(states, message=message, before=before, limit=limit)
        return [CaseOut(**_summary(one.case, one.name)) for one in found]

    async def case(self, case: str) -> CaseFileOut:
        """Everything about one case."""
        view = await self._view(case)
        given = await self._queue.weighing(view.case.member, self._clock.now()) if view.case.member else ()
        return CaseFileOut(
            **_summary(view.case, view.name),
            messages=_messages(view),
            decided_by=_decided_by(view, self._rules()),
            actions=[_receipt(step) for step in _in_order(view.steps) if step.action not in _SILENT],
            standing=_standing(view, given, self._rules()),
            told=[step.text for step in _in_order(view.steps) if step.action in ("warn", "dm", "reply") and step.text],
            reasons=view.reasons,
            verbs=verbs_of(view),
            said=said_of(view),
            moved=moves_of(view),
        )

    async def undo(self, case: str, by: str) -> None:
        """Take everything back."""
        await self._verbs.undo((await self._view(case)).case.id, by)

    async def uphold(self, case: str, by: str) -> None:
        """Say that it was right."""
        await self._verbs.uphold((await self._view(case)).case.id, by)

    async def not_a_problem(self, case: str, by: str, why: Why) -> None:
        """Take everything back because the rule was wrong."""
        await self._verbs.not_a_problem((await self._view(case)).case.id, by, why)

    async def retract(self, case: str, by: str) -> None:
        """Take back what was said about the rule."""
        await self._verbs.retract((await self._view(case)).case.id, by)

    async def audit(self, after: int, limit: int) -> list[AuditOut]:
        """The audit from a row on."""
        rows = await self._cases.audit_after(after, limit)
        hashes = await self._queue.hashes(after, limit)
        return [
            AuditOut(
                seq=row.seq,
                at=row.at,
                actor=row.actor,
                what=row.what,
                case=row.case,
                detail=json.loads(row.detail or "null"),
                hash=hashes.get(row.seq, ""),
            )
            for row in rows
        ]

    async def _view(self, case: str) -> CaseView:
        view = await self._cases.get(case)
        if view is None:
            raise Gone("There is no such case.")
        return view


def _summary(case: Case, name: str) -> dict[str, Any]:
    member = case.member
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state.value,
        "origin": case.origin.value,
        "about": case.about,
        "rules": list(case.rules),
        "member": None if member is None else PersonOut(id=member.id, name=name or member.id),
        "platform": case.platform,
        "community": case.community,
        "channel": None if case.channel is None else case.channel.name or case.channel.id,
        "queue": case.queue,
        "severity": case.severity,
        "urgent": case.urgent,
        "due_at": case.due_at,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "changed_by": case.changed_by,
        "events": case.events,
    }


def _reasons(view: CaseView) -> Sequence[Mapping[str, Any]]:
    """What each deciding rule saw, from the recorded verdict."""
    matched = view.verdict["matched"] if view.verdict else ()
    return [match for match in matched if match["rule"] in view.case.rules]


def _messages(view: CaseView) -> list[EvidenceOut]:
    spans: dict[str, set[tuple[int, int]]] = {}
    for match in _reasons(view):
        for one in match["because"]:
            if one["message"] and one["start"] is not None and one["end"] is not None:
                spans.setdefault(one["message"][-1], set()).add((one["start"], one["end"]))
    return [
        EvidenceOut(
            id=one.message,
            channel=one.channel,
            author=one.author,
            at=one.at,
            text=one.text,
            spans=sorted(span for span in spans.get(one.message, ()) if span[1] <= len(one.text or "")),
        )
        for one in view.evidence
    ]


def _decided_by(view: CaseView, rules: RuleSet) -> list[RuleOut]:
    """The deciding rules; their words as they were told, or as they stand now for cases nobody was told about."""
    words = {rule.id: rule.why for rule in rules.rules}
    told = dict((view.reasons or {}).get("incompatible_content_explanation", {}))
    matches = _reasons(view)
    return [
        RuleOut(
            id=match["rule"],
            mode=match["mode"],
            why=told if len(matches) == 1 and told else dict(words.get(match["rule"], {})),
            because=_once(match["because"]),
            scores=list(scores_of(match)),
        )
        for match in matches
    ]


def _once(because: Sequence[Mapping[str, Any]]) -> list[BecauseOut]:
    pairs = dict.fromkeys((one["condition"], one["saw"]) for one in because)
    return [BecauseOut(condition=condition, saw=saw) for condition, saw in pairs]


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """As they were done; what is still to be done comes last."""
    return sorted(steps, key=lambda step: step.settled_at or _NOT_YET)


def _receipt(step: Step) -> ReceiptOut:
    return ReceiptOut(
        name=step.action,
        words=_limits(step.arguments),
        outcome=step.outcome or (_UNSETTLED if step.state in ("pending", "sending", "waiting") else step.state),
        note=step.note,
        at=step.settled_at,
        undoes=bool(step.undoes),
    )


def _limits(arguments: Mapping[str, Any]) -> str:
    """How much of an action: a time, points, a name; empty for a bare one."""
    points = arguments.get("points")
    if isinstance(points, Mapping):
        return ", ".join(str(count) for count in points.values())
    for key in ("for", "within", "who", "role", "name"):
        value = arguments.get(key)
        if isinstance(value, str) and value and key != "who":
            return value
    return ""


def _in_words(action: Action) -> ActionOut:
    return ActionOut(name=action.name, words=_limits(action.model_dump(mode="json", by_alias=True)))


def _standing(view: CaseView, given: Sequence[Given], rules: RuleSet) -> list[StandingOut]:
    """The ladders this case gave points on, taken back or not; all that weigh on the person when it gave none."""
    ladders = {name: ladder for policy in rules.policies for name, ladder in policy.ladders.items()}
    policies = {rule.policy for rule in rules.rules if rule.id in view.case.rules}
    for policy in rules.policies:
        if policy.name in policies:
            ladders |= policy.ladders
    asked = [name for step in view.steps if step.action == "strike" for name in step.arguments.get("points", ())]
    names = dict.fromkeys(asked or [one.ladder for one in given])
    return [_on(name, ladders.get(name), view, [one for one in given if one.ladder == name]) for name in names]


def _on(name: str, ladder: Ladder | None, view: CaseView, given: Sequence[Given]) -> StandingOut:
    steps = ladder.steps if ladder is not None else ()
    return StandingOut(
        ladder=name,
        points=sum(one.points for one in given),
        given=sum(one.points for one in given if one.case == view.case.id),
        forgotten_at=min((one.forgotten_at for one in given if one.forgotten_at is not None), default=None),
        steps=[StepOut(points=at, actions=[_in_words(action) for action in actions]) for at, actions in steps],
    )
