"""What people see on the Discord emulator: messages, direct messages, answers for them alone, cards and their buttons."""

from __future__ import annotations

from tests.emulators.discord_drafts import BUTTON, walk
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_people import People
from tests.emulators.discord_permissions import P, in_channel, may_write, silenced
from tests.emulators.discord_state import DM, LOADING, Channel, Guild, Json, Message, State

_TEXT_DISPLAY = 10


def text_of(message: Message) -> str:
    """All words of a message in reading order: content, embeds, text displays, a forward's, a poll's."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.get("title") or "", embed.get("description") or ""]
        parts += [f"{each['name']}: {each['value']}" for each in embed.get("fields") or []]
        parts += [(embed.get("footer") or {}).get("text") or ""]
    parts += [part["content"] for part in walk(message.components) if part.get("type") == _TEXT_DISPLAY]
    parts += [each["message"]["content"] for each in message.snapshots]
    if message.poll is not None:
        parts += [message.poll["question"]["text"]]
        parts += [each["poll_media"]["text"] for each in message.poll["answers"]]
    parts += [f"[{each['filename']}]" for each in message.attachments]
    return "\n".join(part for part in parts if part)


def buttons_of(message: Message) -> list[Json]:
    """The buttons that can be pressed, in order."""
    return [part for part in walk(message.components) if part.get("type") == BUTTON and not part.get("disabled")]


class Eyes:
    """What somebody sees."""

    def __init__(self, state: State, guild: Guild, people: People) -> None:
        self._state = state
        self._guild = guild
        self._people = people

    def messages(self, name: str, channel: Channel | str = "general") -> list[Message]:
        """What somebody sees in a channel, oldest first, ephemeral answers to them among it."""
        where, user = self._people.channel(channel), self._people.user(name)
        if not in_channel(self._state, where, user.id) & P.VIEW_CHANNEL:
            raise CannotDo(f"{name} cannot see {where.name}")
        mine = [each for each in where.hidden.values() if each.only_for == user.id]
        return sorted([*where.messages.values(), *mine], key=lambda each: each.id)

    def channel(self, channel: Channel | str = "general") -> list[Message]:
        """What everybody who can see the channel sees in it, oldest first."""
        return list(self._people.channel(channel).messages.values())

    def told(self, name: str) -> list[Message]:
        """What somebody alone was told by the bot, oldest first: direct messages and ephemeral answers."""
        user = self._people.user(name)
        found: list[Message] = []
        for channel in self._state.channels.values():
            if channel.kind == DM and channel.recipient == user.id:
                found += [each for each in channel.messages.values() if each.author.id == self._state.bot.id]
            found += [each for each in channel.hidden.values() if each.only_for == user.id and not each.flags & LOADING]
        return sorted(found, key=lambda each: each.id)

    def may_write(self, name: str, channel: Channel | str = "general") -> bool:
        """Whether somebody could write there now: here, not pending, silenced or locked out; slow mode aside."""
        return may_write(self._state, self._people.channel(channel), self._people.user(name).id)

    def is_here(self, name: str) -> bool:
        return self._people.user(name).id in self._guild.members

    def is_banned(self, name: str) -> bool:
        return self._people.user(name).id in self._guild.bans

    def is_silenced(self, name: str) -> bool:
        return silenced(self._state, self._people.member(name))

    def roles(self, name: str) -> set[str]:
        """The names of somebody's roles."""
        return {self._guild.roles[each].name for each in self._people.member(name).roles}

    def pinged(self, name: str) -> list[Message]:
        """The messages that notified somebody, by name, by a role or as everybody, in any channel."""
        user = self._people.user(name)
        member = self._guild.members.get(user.id)
        keys = {str(user.id), "everyone", *(f"role:{each}" for each in (member.roles if member else []))}
        everything = [each for channel in self._guild.channels.values() for each in channel.messages.values()]
        return [each for each in everything if each.pinged & keys]
