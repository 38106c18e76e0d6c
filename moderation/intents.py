"""An intent: one action to be taken once, written down before it is tried.

pending ──► sending ──► applied | refused | failed | unknown
   │  ▲        │
   │  └────────┘ (to be tried again, not before `due_at`)
   ├──► waiting        a brake stopped it; a person lets it go or drops it
   └──► cancelled      undone before it was tried

A row that still says `sending` after a restart may or may not have been done. What happens then depends on its class.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from moderation.actions.base import Action, Order, Target
from moderation.model import ChannelRef, MemberRef, MessageRef


class IntentState(StrEnum):
    """How far an intent is."""

    PENDING = "pending"
    SENDING = "sending"
    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


SETTLED: Final = frozenset(
    {IntentState.APPLIED, IntentState.REFUSED, IntentState.FAILED, IntentState.UNKNOWN, IntentState.CANCELLED}
)


class IntentClass(StrEnum):
    """Why repeating an intent is harmless, or that it is not."""

    NATURAL = "natural"
    """The state afterwards is the same: delete, ban, a time-out with an absolute end."""
    KEYED = "keyed"
    """The platform knows the key of what was sent and shows it once."""
    AT_LEAST_ONCE = "at least once"
    """The platform cannot tell, and it is worse not to be told why than to be told twice."""
    ONCE = "once"
    """The platform cannot tell: whether it was sent is a question for people."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One action, its order, and what the enforcer must know to decide whether it may go out.

    `step` orders the intents of one case; a higher `priority` goes first between cases. `protected` says that the
    person was staff or a bot when it was decided; `unbraked` that no brake
    holds it: the person came with a declared raid, or somebody let it go.
    `undoes` is the key of the intent this one takes back. `simulated` was decided where rules only watch: it is carried
    out as if.
    """

    key: str
    action: Action
    order: Order
    step: int
    priority: int
    due_at: datetime
    state: IntentState = IntentState.PENDING
    rules: tuple[str, ...] = ()
    brake: str = ""
    protected: bool = False
    unbraked: bool = False
    undoes: str = ""
    tries: int = 0
    decision: int | None = None
    simulated: bool = False

    @property
    def community(self) -> str:
        """Where it acts."""
        return self.order.target.community

    @property
    def platform(self) -> str:
        """Through which chat it acts."""
        return self.order.target.platform


def intent_key(decision: str, action: str, target: Target) -> str:
    """`sha256(decision|action|target)`, in hexadecimal: the same decision never asks for the same thing twice."""
    member = target.member.id if target.member else ""
    channel = target.channel.id if target.channel else ""
    messages = ",".join(f"{ref.channel.id}/{ref.id}" for ref in target.messages)
    words = f"{decision}|{action}|{target.platform}|{target.community}|{member}|{channel}|{messages}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def write_action(action: Action) -> dict[str, Any]:
    """The action as JSON, its name, arguments and what to do where a platform cannot."""
    row: dict[str, Any] = {
        "name": action.name,
        "with": action.model_dump(mode="json", by_alias=True, exclude={"otherwise"}),
    }
    if action.otherwise is not None:
        row["else"] = write_action(action.otherwise)
    return row


def read_action(row: Mapping[str, Any], kinds: Mapping[str, type[Action]]) -> Action:
    """The action that `write_action` wrote; KeyError when this program has no such action any more."""
    action = kinds[row["name"]].model_validate(row["with"])
    if "else" in row:
        return action.model_copy(update={"otherwise": read_action(row["else"], kinds)})
    return action


def write_target(target: Target) -> dict[str, Any]:
    """The target as JSON."""
    return {
        "platform": target.platform,
        "community": target.community,
        "member": target.member.id if target.member else None,
        "channel": [target.channel.id, target.channel.name] if target.channel else None,
        "messages": [[ref.channel.id, ref.channel.name, ref.id] for ref in target.messages],
    }


def read_target(row: Mapping[str, Any]) -> Target:
    """The target that `write_target` wrote."""
    platform, community = row["platform"], row["community"]

    def channel(id_: str, name: str) -> ChannelRef:
        return ChannelRef(platform, community, id_, name)

    return Target(
        platform,
        community,
        MemberRef(platform, community, row["member"]) if row["member"] is not None else None,
        channel(*row["channel"]) if row["channel"] else None,
        tuple(MessageRef(channel(where, name), id_) for where, name, id_ in row["messages"]),
    )
