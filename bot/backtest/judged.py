"""What the rules say about one message (or another event) of an archived chat, in the shape of `--json`.

A message that was changed is one record, however many of its versions were judged. Offsets count characters of `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NotRequired, TypedDict, TypeVar

from moderation.actions.base import Action
from moderation.actions.strike import Strike
from moderation.model import Event, MessageRef, author_of, message_of
from moderation.verdict import Because, Match, Verdict
from rules.facts import kind_of

NEW: Final = "new"
GONE: Final = "gone"
CHANGED: Final = "changed"
SAME: Final = "same"
CHANGES: Final = (NEW, GONE, CHANGED, SAME)
"""How one message fares under two rule sets: matched only now, only before, by other rules or with other actions, or
alike."""

One = TypeVar("One")


class Reason(TypedDict):
    """One thing that decided. `message` is the id of the message it stands in; None for what is no text."""

    condition: str
    saw: str
    message: str | None
    start: int | None
    end: int | None


class Elsewhere(TypedDict):
    """Another message, by the ids of its channel and its own."""

    channel: str
    message: str


class Matched(TypedDict):
    """A rule that holds. `actions` is what its mode lets it do, `if_enforced` what it would do at most, ladder steps
    included, and `in_full` the same with all that the admin wrote behind the names. `together` are earlier messages that
    made the match with this one."""

    rule: str
    mode: str
    actions: list[str]
    if_enforced: list[str]
    in_full: list[str]
    because: list[Reason]
    together: list[Elsewhere]


class Named(TypedDict):
    """A channel or a person: the platform's id, and the name people know."""

    id: str
    name: str


class Judged(TypedDict):
    """One message or other event. `protected`: its author is staff or a bot, whom automation never touches.

    `id` is None for what is no message. `actions` is what all rules together would do, as far as their modes go. `against` and `change` are there when two rule sets are compared.
    """

    key: str
    id: str | None
    kind: str
    at: str
    platform: str
    community: str
    channel: Named | None
    author: Named | None
    protected: bool
    text: str
    actions: list[str]
    matched: list[Matched]
    against: NotRequired[list[Matched]]
    change: NotRequired[str]


def begin(event: Event) -> Judged:
    """The record of an event about which nothing has been said yet."""
    message, member = message_of(event), author_of(event)
    where = message.ref.channel if message else None
    home = where or (member.ref if member else None)
    return Judged(
        key=event.key,
        id=message.ref.id if message else None,
        kind=kind_of(event),
        at=(message or event).at.isoformat(),
        platform=home.platform if home else "",
        community=home.community if home else "",
        channel=Named(id=where.id, name=where.name) if where else None,
        author=Named(id=member.ref.id, name=member.name) if member else None,
        protected=member is not None and (member.is_staff or member.is_bot),
        text=message.text if message else "",
        actions=[],
        matched=[],
    )


def add(known: list[Matched], verdict: Verdict, own: MessageRef | None) -> None:
    """What one more verdict on the same message says; a rule that matched before is not told again."""
    told = {matched["rule"]: matched for matched in known}
    for match in verdict.matched:
        matched = _matched(match, verdict, own)
        before = told.get(match.rule)
        if before is None:
            known.append(matched)
        else:
            _unite(before["actions"], matched["actions"])
            _unite(before["if_enforced"], matched["if_enforced"])
            _unite(before["in_full"], matched["in_full"])
            _unite(before["together"], matched["together"])


def change(judged: Judged) -> str:
    """How the message fares under `matched`, compared with `against`."""
    now, before = judged["matched"], judged.get("against", [])
    if not before or not now:
        return NEW if now else GONE
    return SAME if _gist(now) == _gist(before) else CHANGED


def actions_of(judged: Sequence[Matched]) -> list[str]:
    """The names of what all rules together would do, each once, as far as their modes go."""
    return list(dict.fromkeys(name for matched in judged for name in matched["actions"]))


@lru_cache(maxsize=4096)
def in_full(action: Action) -> str:
    """An action as an admin would say it: `timeout 1d`, `ask moderators within 2h urgent`."""
    if isinstance(action, Strike):
        return "strike " + " + ".join(f"{points} {ladder}".rstrip() for ladder, points in action.points)
    fields: dict[str, Any] = action.model_dump(mode="json", exclude={"otherwise"}, exclude_none=True)
    main = fields.pop(action.main, "") if action.main else ""
    words = [action.name, str(main)]
    for field, value in fields.items():
        name = type(action).model_fields[field].alias or field
        words += [] if value is False else [name] if value is True else [name, str(value)]
    return " ".join(word for word in words if word)


def _matched(match: Match, verdict: Verdict, own: MessageRef | None) -> Matched:
    acting = [plan.action for plan in verdict.actions if match.rule in plan.rules]
    return Matched(
        rule=match.rule,
        mode=match.mode.value,
        actions=_names(acting),
        if_enforced=_names(match.actions),
        in_full=list(dict.fromkeys(map(in_full, match.actions))),
        because=[_reason(because) for because in match.because],
        together=[Elsewhere(channel=ref.channel.id, message=ref.id) for ref in match.messages if ref != own],
    )


def _reason(because: Because) -> Reason:
    message = because.message.id if because.message else None
    return Reason(condition=because.condition, saw=because.saw, message=message, start=because.start, end=because.end)


def _names(actions: Iterable[Action]) -> list[str]:
    return list(dict.fromkeys(action.name for action in actions))


def _unite(known: list[One], more: list[One]) -> None:
    known += [one for one in more if one not in known]


def _gist(matched: list[Matched]) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return {(one["rule"], tuple(sorted(one["actions"])), tuple(sorted(one["in_full"]))) for one in matched}
