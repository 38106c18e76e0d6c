"""From matched rules to what shall be done: modes, ladders, the limits of a model's word, and one action of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.strike import Strike
from moderation.model import MessageRef
from moderation.strikes import Points, on_ladder
from moderation.verdict import Match, Mode, Planned
from rules.model import Ladder


def with_steps(
    actions: Sequence[Action], strikes: Mapping[str, Points], ladders: Mapping[str, Ladder], *, score_only: bool
) -> tuple[Action, ...]:
    """The actions of a match and the ladder steps its strikes reach, merged; nobody is removed by a score alone."""
    found = [_tamed(action) if score_only else action for action in actions]
    for action in actions:
        if isinstance(action, Strike):
            for name, points in action.points:
                ladder = ladders.get(name)
                if ladder is not None:
                    found += _steps(ladder, on_ladder(strikes, name), points, score_only=score_only)
    return one_of_a_kind(found)


def one_of_a_kind(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Actions of the same slot merged to the strictest, in the order of their first mention."""
    slots: dict[tuple[str, ...], Action] = {}
    for action in actions:
        known = slots.get(action.slot)
        slots[action.slot] = action if known is None else known.stricter(action)
    return tuple(slots.values())


def merged(matches: Sequence[Match], rule_actions: Mapping[str, Sequence[Action]]) -> tuple[Planned, ...]:
    """What all matches together ask for. `rule_actions` has the actions as written, for rules that only ask people."""
    slots: dict[tuple[str, ...], Planned] = {}
    for match in matches:
        for action in _allowed(match, rule_actions):
            plan = slots.get(action.slot)
            if plan is None:
                slots[action.slot] = Planned(action, (match.rule,), match.targets)
            else:
                slots[action.slot] = Planned(
                    plan.action.stricter(action),
                    tuple(dict.fromkeys((*plan.rules, match.rule))),
                    tuple(dict.fromkeys((*plan.messages, *match.targets))),
                )
    return tuple(_without_needless_holds(slots.values()))


def _allowed(match: Match, rule_actions: Mapping[str, Sequence[Action]]) -> Sequence[Action]:
    """What the mode of the rule lets happen. A ban for good is always a question."""
    if match.mode is Mode.ENFORCE:
        return one_of_a_kind(
            Ask() if isinstance(action, Ban) and action.for_good else action for action in match.actions
        )
    if match.mode is Mode.REVIEW:
        return one_of_a_kind(Ask() if action.reviewed else action for action in rule_actions[match.rule])
    return ()


def _steps(ladder: Ladder, old: Points, points: int, *, score_only: bool) -> list[Action]:
    """The steps that new points reach; beyond the last step the last one comes again."""
    total = old.total + points
    reached = [step for step in ladder.steps if old.total < step[0] <= total]
    if not reached and ladder.steps and old.total >= ladder.steps[-1][0]:
        reached = [ladder.steps[-1]]
    firm = old.without_scores + (0 if score_only else points)
    found: list[Action] = []
    for threshold, actions in reached:
        doubtful = score_only or firm < threshold
        found += [_tamed(action) if doubtful else action for action in actions]
    return found


def _tamed(action: Action) -> Action:
    """The action, or a question to people where it would remove somebody, also on platforms that do its `else`."""
    if removes(action):
        return Ask()
    if action.otherwise is not None:
        return action.model_copy(update={"otherwise": _tamed(action.otherwise)})
    return action


def removes(action: Action) -> bool:
    """Whether it takes the person out until somebody lets them in again."""
    return isinstance(action, Kick) or (isinstance(action, Ban) and action.for_good)


def _without_needless_holds(plans: Iterable[Planned]) -> Iterable[Planned]:
    """What is deleted need not be held."""
    plans = list(plans)
    gone: set[MessageRef] = {ref for plan in plans if isinstance(plan.action, Delete) for ref in plan.messages}
    deleting = any(isinstance(plan.action, Delete) for plan in plans)
    for plan in plans:
        if deleting and isinstance(plan.action, Hold):
            left = tuple(ref for ref in plan.messages if ref not in gone)
            if left:
                yield Planned(plan.action, plan.rules, left)
        else:
            yield plan
