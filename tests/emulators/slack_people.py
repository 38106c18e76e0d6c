"""What people do in the workspace, and what they see."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.emulators.slack import SlackEmulator
from tests.emulators.slack_socket import Delivery
from tests.emulators.slack_state import Channel, Json, Person, shown


class People:
    """Their hands and eyes. People are called by their display names; channels by theirs."""

    def __init__(self, slack: SlackEmulator) -> None:
        self.slack = slack
        self.space = slack.space

    def here(self, name: str) -> Person:
        """Somebody, who comes in if nobody of that name is here."""
        try:
            person = self.space.person(name)
        except KeyError:
            return self.joins(name)
        return person if not person.deleted else self.returns(name)

    def joins(self, name: str, /, **facts: Any) -> Person:
        person = self.space.add_person(name, **facts)
        self._enters(person)
        self.slack.tell({"type": "team_join", "user": self.space.user_json(person, locale=True)})
        return person

    def returns(self, name: str) -> Person:
        """Somebody who was deactivated is let in again."""
        person = self.changes(name, deleted=False)
        self._enters(person)
        return person

    def leaves(self, name: str) -> None:
        """Deactivated, as the workspace calls it."""
        person = self.changes(name, deleted=True)
        for channel in self.space.channels.values():
            if not channel.is_im and person.id in channel.members:
                channel.members.remove(person.id)

    def changes(self, name: str, /, **facts: Any) -> Person:
        """A new name, a new right, a new status."""
        person = self.space.person(name)
        for fact, value in facts.items():
            setattr(person, fact, value)
        person.updated = time.time()
        self.slack.tell({"type": "user_change", "user": self.space.user_json(person, locale=True)})
        return person

    def says(self, name: str, text: str, channel: str = "general", **row: Any) -> Json:
        """`text` is on the wire as it stands; `row` adds files, a thread, attachments."""
        person, where = self.here(name), self.space.named(channel)
        assert person.id in where.members, f"{name} is not in #{channel}"
        return self.slack.put(where, person.id, {"text": text, **row})

    def edits(self, name: str, ts: str, text: str, channel: str = "general") -> None:
        where = self.space.named(channel)
        row = where.messages[ts]
        assert row["user"] == self.space.person(name).id
        before = dict(row)
        row |= {"text": text, "edited": {"user": row["user"], "ts": self.space.ts()}}
        self.slack.changed(where, row, before)

    def unfolds(self, ts: str, channel: str = "general") -> None:
        """A preview appears below a link: the message changes, and nobody edited it."""
        where = self.space.named(channel)
        row = where.messages[ts]
        before = dict(row)
        row["attachments"] = [{"from_url": "https://x.example", "title": "X", "fallback": "X", "id": 1}]
        self.slack.changed(where, row, before)

    def deletes(self, ts: str, channel: str = "general") -> None:
        where = self.space.named(channel)
        self.slack.remove(where, where.messages[ts])

    def reacts(self, name: str, ts: str, emoji: str, channel: str = "general") -> None:
        self.slack.reacted(self.space.named(channel), self.here(name).id, ts, emoji)

    def types(self, name: str, text: str, channel: str = "general") -> Delivery:
        """`/sereno …`, with `text` as Slack escapes it."""
        person, where = self.here(name), self.space.named(channel)
        body = {
            "command": "/sereno",
            "text": text,
            "team_id": self.space.team,
            "user_id": person.id,
            "user_name": person.name,
            "channel_id": where.id,
            "channel_name": where.name,
            "trigger_id": self._trigger(),
            "response_url": self._way(where, person),
        }
        return self.slack.sockets.push("slash_commands", body, retried=False)

    def picks(self, name: str, callback: str, ts: str, channel: str = "general") -> Delivery:
        """A shortcut from a message's menu."""
        person, where = self.here(name), self.space.named(channel)
        body = self._interaction("message_action", person, where)
        body |= {"callback_id": callback, "message": where.messages[ts], "message_ts": ts}
        return self.slack.sockets.push("interactive", body, retried=False)

    def submits(self, name: str, values: Mapping[str, str]) -> Delivery:
        """The newest form, filled in by field."""
        person, view = self.here(name), self.space.views[-1]
        state: Json = {}
        for block in view["blocks"]:
            value = values.get(block["block_id"])
            assert value or block["optional"], f"Slack does not send a form without {block['block_id']}"
            kind = block["element"]["type"]
            filled: Json = {"type": kind}
            if kind == "static_select":
                filled["selected_option"] = {"value": value} if value else None
            else:
                filled["value"] = value
            state[block["block_id"]] = {block["element"]["action_id"]: filled}
        body = {
            "type": "view_submission",
            "team": {"id": self.space.team},
            "user": {"id": person.id, "name": person.name},
            "trigger_id": self._trigger(),
            "view": {**view, "state": {"values": state}},
        }
        return self.slack.sockets.push("interactive", body, retried=False)

    def presses(self, name: str, ts: str, words: str, channel: str = "moderators") -> Delivery:
        """A button, by its words."""
        person, where = self.here(name), self.space.named(channel)
        button = next(one for one in self.buttons(where.messages[ts]) if shown(one["text"]["text"]) == words)
        body = self._interaction("block_actions", person, where)
        body |= {
            "container": {"type": "message", "message_ts": ts, "channel_id": where.id},
            "message": where.messages[ts],
            "actions": [{**button, "type": "button", "action_ts": self.space.ts()}],
        }
        return self.slack.sockets.push("interactive", body, retried=False)

    def buttons(self, row: Json) -> list[Json]:
        """The buttons of a message."""
        return [one for block in row.get("blocks") or () if block["type"] == "actions" for one in block["elements"]]

    def words(self, row: Json) -> str:
        """What a message with blocks shows."""
        blocks = [shown(one["text"]["text"]) for one in row.get("blocks") or () if "text" in one]
        return "\n".join(blocks) or shown(row["text"])

    def told(self, name: str) -> list[str]:
        """What this person alone reads: notes, answers, direct messages."""
        person = self.space.person(name)
        notes = [shown(one.text) for one in self.space.ephemerals if one.user == person.id]
        return notes + [
            shown(row["text"])
            for channel in self.space.channels.values()
            if channel.is_im and person.id in channel.members
            for row in channel.messages.values()
            if row["user"] == self.slack.bot
        ]

    def _enters(self, person: Person) -> None:
        for channel in self.space.channels.values():
            if not channel.is_private and not channel.is_im and person.id not in channel.members:
                channel.members.append(person.id)

    def _interaction(self, kind: str, person: Person, where: Channel) -> Json:
        return {
            "type": kind,
            "team": {"id": self.space.team, "domain": "club"},
            "user": {"id": person.id, "name": person.name},
            "channel": {"id": where.id, "name": where.name},
            "trigger_id": self._trigger(),
            "response_url": self._way(where, person),
        }

    def _trigger(self) -> str:
        trigger = f"{self.space.number()}.{time.time_ns()}"
        self.space.triggers.add(trigger)
        return trigger

    def _way(self, where: Channel, person: Person) -> str:
        path = f"/response/{self.space.number()}"
        self.space.response_urls[path] = {"channel": where.id, "user": person.id, "uses": 5}
        return f"{self.slack.url.rstrip('/')}{path}"
