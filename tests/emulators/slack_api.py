"""The Web API's methods, our reading of https://docs.slack.dev/reference/methods: arguments in, JSON out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.slack_state import Channel, Ephemeral, Json, Token

if TYPE_CHECKING:
    from tests.emulators.slack import SlackEmulator


class Refuses(Exception):
    """`ok: false` with a code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.body = {"ok": False, "error": code, **more}


Method = Callable[["SlackEmulator", Token, Json], Awaitable[Json]]


async def auth_test(slack: SlackEmulator, token: Token, given: Json) -> Json:
    space, person = slack.space, slack.space.people[token.user]
    body = {"url": slack.url, "team": space.name, "team_id": space.team, "user": person.name, "user_id": person.id}
    return {**body, "bot_id": slack.bot_id} if token.kind == "bot" else body


async def connections_open(slack: SlackEmulator, token: Token, given: Json) -> Json:
    return {"url": f"ws://127.0.0.1:{slack.port}/socket?ticket={slack.sockets.ticket()}"}


async def post_message(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, writes=True)
    text, blocks = str(given.get("text") or ""), given.get("blocks") or []
    if not text.strip() and not blocks:
        raise Refuses("no_text")
    _blocks_fit(blocks)
    row = {"text": text[:40_000], "blocks": blocks, "metadata": given.get("metadata"), "bot_id": slack.bot_id}
    row |= {"thread_ts": str(given["thread_ts"])} if given.get("thread_ts") else {}
    row |= {"link_names": given.get("link_names"), "unfurl_links": given.get("unfurl_links")}
    if row.get("thread_ts") and row["thread_ts"] not in channel.messages:
        raise Refuses("thread_not_found")
    said = slack.put(channel, token.user, row)
    return {"channel": channel.id, "ts": said["ts"], "message": said}


async def post_ephemeral(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, writes=True)
    if str(given["user"]) not in channel.members:
        raise Refuses("user_not_in_channel")
    slack.space.ephemerals.append(Ephemeral(channel.id, str(given["user"]), str(given["text"]), "chat.postEphemeral"))
    return {"message_ts": slack.space.ts()}


async def update(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, writes=True)
    row = channel.messages.get(str(given["ts"]))
    if row is None:
        raise Refuses("message_not_found")
    if row["user"] != token.user:
        raise Refuses("cant_update_message")
    _blocks_fit(given.get("blocks") or [])
    before = dict(row)
    row |= {"text": str(given.get("text") or ""), "blocks": given.get("blocks", row.get("blocks"))}
    row["edited"] = {"user": token.user, "ts": slack.space.ts()}
    slack.changed(channel, row, before)
    return {"channel": channel.id, "ts": row["ts"], "text": row["text"]}


async def delete(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = slack.space.channels.get(str(given["channel"]))
    if channel is None:
        raise Refuses("channel_not_found")
    row = channel.messages.get(str(given["ts"]))
    if row is None or row.get("subtype") == "tombstone":
        raise Refuses("message_not_found")
    person = slack.space.people[token.user]
    if row["user"] != token.user and not (token.kind == "user" and (person.is_admin or person.is_owner)):
        raise Refuses("cant_delete_message")
    slack.remove(channel, row)
    return {"channel": channel.id, "ts": row["ts"]}


async def kick(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, writes=True)
    user = str(given["user"])
    if user == token.user:
        raise Refuses("cant_kick_self")
    if channel.is_general:
        raise Refuses("cant_kick_from_general")
    if slack.kicks_restricted:
        raise Refuses("restricted_action")
    if user not in channel.members:
        raise Refuses("not_in_channel")
    channel.members.remove(user)
    return {}


async def open_conversation(slack: SlackEmulator, token: Token, given: Json) -> Json:
    person = slack.space.people.get(str(given["users"]))
    if person is None:
        raise Refuses("user_not_found")
    if person.deleted:
        raise Refuses("user_disabled")
    if person.is_bot:
        raise Refuses("cannot_dm_bot")
    return {"channel": {"id": slack.space.direct(person.id, token.user).id}}


async def info(slack: SlackEmulator, token: Token, given: Json) -> Json:
    return {"channel": slack.space.channel_json(_channel(slack, token, given), token.user)}


async def list_channels(slack: SlackEmulator, token: Token, given: Json) -> Json:
    rows = [one for one in slack.space.channels.values() if not one.is_im]
    seen = [one for one in rows if not one.is_private or token.user in one.members]
    page, cursor = _page([slack.space.channel_json(one, token.user) for one in seen], given, slack)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


async def own_channels(slack: SlackEmulator, token: Token, given: Json) -> Json:
    rows = [one for one in slack.space.channels.values() if not one.is_im and token.user in one.members]
    page, cursor = _page([slack.space.channel_json(one, token.user) for one in rows], given, slack)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


async def members(slack: SlackEmulator, token: Token, given: Json) -> Json:
    page, cursor = _page(_channel(slack, token, given).members, given, slack)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


async def history(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, member=True)
    rows = [row for row in channel.messages.values() if row.get("thread_ts") in (None, row["ts"])]
    return _messages(slack, [*reversed(rows)], channel, given)


async def replies(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel, ts = _channel(slack, token, given, member=True), str(given["ts"])
    parent = channel.messages.get(ts)
    if parent is None:
        raise Refuses("thread_not_found")
    return _messages(slack, [parent, *slack.space.replies(channel, ts)], channel, given)


async def user_info(slack: SlackEmulator, token: Token, given: Json) -> Json:
    person = slack.space.people.get(str(given["user"]))
    if person is None:
        raise Refuses("user_not_found")
    return {"user": slack.space.user_json(person, locale=_true(given.get("include_locale")))}


async def list_users(slack: SlackEmulator, token: Token, given: Json) -> Json:
    people = [
        slack.space.user_json(one, locale=_true(given.get("include_locale"))) for one in slack.space.people.values()
    ]
    page, cursor = _page(people, given, slack)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


async def list_groups(slack: SlackEmulator, token: Token, given: Json) -> Json:
    groups = slack.space.groups.items()
    return {"usergroups": [{"id": id_, "handle": handle, "name": handle} for id_, (handle, _) in groups]}


async def people_in_group(slack: SlackEmulator, token: Token, given: Json) -> Json:
    group = slack.space.groups.get(str(given["usergroup"]))
    if group is None:
        raise Refuses("no_such_subteam")
    return {"users": list(group[1])}


async def react(slack: SlackEmulator, token: Token, given: Json) -> Json:
    channel = _channel(slack, token, given, writes=True)
    if str(given["timestamp"]) not in channel.messages:
        raise Refuses("message_not_found")
    slack.reacted(channel, token.user, str(given["timestamp"]), str(given["name"]))
    return {}


async def open_view(slack: SlackEmulator, token: Token, given: Json) -> Json:
    trigger = str(given.get("trigger_id"))
    if trigger not in slack.space.triggers:
        raise Refuses("expired_trigger_id")
    slack.space.triggers.discard(trigger)
    view = {**given["view"], "id": f"V{slack.space.number():05d}", "hash": slack.space.ts(), "trigger": trigger}
    if len(view["title"]["text"]) > 24 or not view["blocks"]:
        raise Refuses("invalid_arguments")
    slack.space.views.append(view)
    return {"view": view}


async def publish_view(slack: SlackEmulator, token: Token, given: Json) -> Json:
    return {"view": {**given["view"], "id": f"V{slack.space.number():05d}"}}


def _blocks_fit(blocks: list[Json]) -> None:
    """Slack's limits, which it enforces with `invalid_blocks`."""
    fits = len(blocks) <= 50
    for block in blocks:
        if block["type"] == "section":
            fits = fits and 1 <= len(block["text"]["text"]) <= 3_000
        elif block["type"] == "header":
            fits = fits and 1 <= len(block["text"]["text"]) <= 150 and block["text"]["type"] == "plain_text"
        elif block["type"] == "actions":
            elements = block["elements"]
            fits = fits and 1 <= len(elements) <= 25 and len({one["action_id"] for one in elements}) == len(elements)
            fits = fits and all(1 <= len(one["text"]["text"]) <= 75 and len(one["value"]) <= 2_000 for one in elements)
    if not fits:
        raise Refuses("invalid_blocks")


def _channel(slack: SlackEmulator, token: Token, given: Json, *, writes: bool = False, member: bool = False) -> Channel:
    channel = slack.space.channels.get(str(given.get("channel")))
    if channel is None or (channel.is_private and token.user not in channel.members):
        raise Refuses("channel_not_found")
    if channel.is_archived and writes:
        raise Refuses("is_archived")
    if token.user not in channel.members and (writes or member):
        raise Refuses("not_in_channel")
    return channel


def _messages(slack: SlackEmulator, rows: list[Json], channel: Channel, given: Json) -> Json:
    oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or 1e12)
    inclusive = _true(given.get("inclusive"))

    def within(row: Json) -> bool:
        at = float(row["ts"])
        return oldest <= at <= latest if inclusive else oldest < at < latest

    kept = [row for row in rows if within(row) or (row["ts"] == given.get("ts"))]
    page, cursor = _page(kept, given, slack)
    metadata = _true(given.get("include_all_metadata"))
    shown = []
    for row in page:
        answers = slack.space.replies(channel, row["ts"])
        more = (
            {"thread_ts": row["ts"], "reply_count": len(answers), "latest_reply": answers[-1]["ts"]} if answers else {}
        )
        shown.append({name: value for name, value in (row | more).items() if metadata or name != "metadata"})
    return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _page(rows: list[Any], given: Mapping[str, Any], slack: SlackEmulator) -> tuple[list[Any], str]:
    start, most = int(given.get("cursor") or 0), min(int(given.get("limit") or 100), slack.space.page)
    end = start + most
    return rows[start:end], str(end) if end < len(rows) else ""


def _true(value: object) -> bool:
    return value in (True, "1", "true", 1)


METHODS: Mapping[str, tuple[Method, str, frozenset[str]]] = {
    "auth.test": (auth_test, "bot user", frozenset()),
    "apps.connections.open": (connections_open, "app", frozenset({"connections:write"})),
    "chat.postMessage": (post_message, "bot user", frozenset({"chat:write"})),
    "chat.postEphemeral": (post_ephemeral, "bot user", frozenset({"chat:write"})),
    "chat.update": (update, "bot user", frozenset({"chat:write"})),
    "chat.delete": (delete, "bot user", frozenset({"chat:write"})),
    "conversations.kick": (kick, "bot user", frozenset({"channels:manage"})),
    "conversations.open": (open_conversation, "bot user", frozenset({"im:write"})),
    "conversations.info": (info, "bot user", frozenset({"channels:read"})),
    "conversations.list": (list_channels, "bot user", frozenset({"channels:read"})),
    "users.conversations": (own_channels, "bot user", frozenset({"channels:read"})),
    "conversations.members": (members, "bot user", frozenset({"channels:read"})),
    "conversations.history": (history, "bot user", frozenset({"channels:history"})),
    "conversations.replies": (replies, "bot user", frozenset({"channels:history"})),
    "users.info": (user_info, "bot user", frozenset({"users:read"})),
    "users.list": (list_users, "bot user", frozenset({"users:read"})),
    "usergroups.list": (list_groups, "bot user", frozenset({"usergroups:read"})),
    "usergroups.users.list": (people_in_group, "bot user", frozenset({"usergroups:read"})),
    "reactions.add": (react, "bot user", frozenset({"reactions:write"})),
    "views.open": (open_view, "bot", frozenset()),
    "views.update": (publish_view, "bot", frozenset()),
    "views.publish": (publish_view, "bot", frozenset()),
}
"""Method → what it does, which tokens it takes, which scopes it needs."""
