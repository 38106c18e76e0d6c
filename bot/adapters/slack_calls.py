"""Commands, shortcuts, forms and buttons → CommandCalled and ButtonPressed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.adapters.homes import Home
from bot.adapters.slack_events import Events, team_of
from bot.adapters.slack_read import moment
from bot.adapters.slack_text import typed
from bot.commands.spec import WORDS, Kind, Spec
from moderation.model import ButtonPressed, CommandCalled, MessageRef

HELP: Final = "help"
BUTTON: Final = "sereno:"
"""Our buttons' action_id begins so; others' are left alone."""
FORM: Final = "sereno:form"
Row = Mapping[str, Any]


async def slash(events: Events, home: Home, body: Row, now: datetime) -> CommandCalled:
    """`/sereno warn <@U07|eve> be kind`: the first word is the command."""
    name, _, words = typed(str(body.get("text") or "")).text.strip().partition(" ")
    channel = str(body["channel_id"])
    events.names.setdefault(channel, str(body.get("channel_name") or ""))
    return CommandCalled(
        key=f"slack:cmd:{team_of(home)}:{body['trigger_id']}",
        at=now,
        member=await events.people.met(home, str(body["user_id"]), str(body.get("user_name") or "")),
        channel=events.channel(home, channel),
        name=name.lower() or HELP,
        arguments={WORDS: words.strip()},
    )


async def shortcut(events: Events, home: Home, body: Row, spec: Spec, now: datetime) -> CommandCalled:
    """A command from a message's menu, which needs nothing filled in."""
    return await _on_message(events, home, body["user"], spec, form_origin(body), {}, str(body["trigger_id"]), now)


async def submitted(events: Events, home: Home, body: Row, spec: Spec, now: datetime) -> CommandCalled:
    """A form that was opened from a message's menu."""
    view = body["view"]
    origin, values = json.loads(view["private_metadata"]), view["state"]["values"]
    return await _on_message(events, home, body["user"], spec, origin, _filled_in(values), str(view["id"]), now)


async def press(events: Events, home: Home, body: Row) -> Sequence[ButtonPressed]:
    """The buttons of ours that were pressed."""
    container, person = body.get("container") or {}, str(body["user"]["id"])
    channel = str((body.get("channel") or {}).get("id") or container["channel_id"])
    ts = str(container.get("message_ts") or (body.get("message") or {}).get("ts") or "")
    ours = [one for one in body["actions"] if str(one.get("action_id") or "").startswith(BUTTON) and one.get("value")]
    if not ours:
        return ()
    member, where = await events.people.met(home, person), events.channel(home, channel)
    return [
        ButtonPressed(
            key=f"slack:press:{team_of(home)}:{channel}:{ts}:{person}:{one['action_ts']}:{one['action_id']}",
            at=moment(one["action_ts"]),
            member=member,
            channel=where,
            token=str(one["value"]),
            message=MessageRef(where, ts) if ts else None,
        )
        for one in ours
    ]


def form_origin(body: Row) -> dict[str, str]:
    """What a form must bring back: the command, the message it was opened on, and who wrote that."""
    said = body["message"]
    return {
        "command": str(body["callback_id"]),
        "channel": str(body["channel"]["id"]),
        "ts": str(said.get("ts") or body["message_ts"]),
        "author": str(said.get("user") or said.get("bot_id") or ""),
    }


async def _on_message(
    events: Events,
    home: Home,
    user: Row,
    spec: Spec,
    origin: Mapping[str, str],
    filled_in: Mapping[str, str],
    once: str,
    now: datetime,
) -> CommandCalled:
    channel, author = events.channel(home, origin["channel"]), origin["author"]
    people = {one.name: author for one in spec.parameters if one.kind is Kind.MEMBER and author}
    return CommandCalled(
        key=f"slack:cmd:{team_of(home)}:{once}",
        at=now,
        member=await events.people.met(home, str(user["id"])),
        channel=channel,
        name=spec.name,
        arguments={**people, **filled_in},
        message=MessageRef(channel, origin["ts"]),
        about=home.member(author) if author else None,
    )


def _filled_in(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What a person put into each field; empty fields are left out."""
    given = {}
    for block, inputs in values.items():
        for state in inputs.values():
            option = state.get("selected_option") or {}
            value = state.get("value") or state.get("selected_user") or option.get("value")
            if value:
                given[block] = str(value)
    return given
