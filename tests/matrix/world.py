"""A community on Matrix as people use it: accounts and rooms on the real homeserver, driven by plain HTTP."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.adapters.homes import Home
from moderation.model import ChannelRef, MemberRef, MessageRef
from tests.contract.world import ShownCard
from tests.matrix.client import Answer, Person, register, shown
from tests.matrix.synapse import NAME, Synapse, homeserver

COMMUNITY = "club"
_BUTTON = re.compile(r"^([①-⑳]) (.+)$", re.MULTILINE)


@dataclass
class MatrixWorld:
    """`opened` makes accounts for the founder, the bot and, once they are spoken of, everybody else."""

    server: Synapse
    session: aiohttp.ClientSession
    tag: str
    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    _arriving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    @asynccontextmanager
    async def opened(cls, server: Synapse | None = None, *, version: str = "12") -> AsyncIterator[MatrixWorld]:
        """A community with two rooms that the bot is invited to; on a homeserver of its own when none is given."""
        if server is None:
            with homeserver() as own:
                async with cls.opened(own, version=version) as world:
                    yield world
            return
        async with aiohttp.ClientSession() as session:
            world = cls(server, session, uuid.uuid4().hex[:6])
            await world.found(version)
            yield world

    async def found(self, version: str) -> None:
        """The founder makes the rooms and gives the bot power over them."""
        founder, bot = await self.person("founder"), await self.person("sereno")
        powers: dict[str, Any] = {"users": {bot.id: 100}}
        if version != "12":  # where creators are not above all levels, the founder needs one
            powers["users"][founder.id] = 100
        common: dict[str, Any] = {"power_level_content_override": powers, "invite": [bot.id], "room_version": version}
        self.rooms["general"] = await founder.create(name="general", preset="public_chat", **common)
        self.rooms["moderators"] = await founder.create(name="moderators", preset="private_chat", **common)

    async def person(self, name: str) -> Person:
        """Somebody's account and client, made when they are first spoken of."""
        async with self._arriving:
            if name not in self.people:
                self.people[name] = await register(self.session, self.server, self.user(name), admin=name == "founder")
            return self.people[name]

    def user(self, name: str) -> str:
        """The local part of somebody's Matrix id; the same name is somebody else in every world."""
        return f"{name}-{self.tag}"

    @property
    def environment(self) -> Mapping[str, str]:
        bot = self.people["sereno"]
        return {
            "SERENO_MATRIX_HOMESERVER": self.server.url,
            "SERENO_MATRIX_USER": bot.id,
            "SERENO_MATRIX_TOKEN": bot.token,
        }

    @property
    def home(self) -> Home:
        return Home(
            platform="matrix",
            community=COMMUNITY,
            places=frozenset(self.rooms.values()),
            channels=dict(self.rooms),
            roles={"trusted": (f"@{self.user('trusted')}:{NAME}",)},
        )

    @property
    def general(self) -> ChannelRef:
        return ChannelRef("matrix", COMMUNITY, self.rooms["general"], "general")

    @property
    def moderators(self) -> ChannelRef:
        return ChannelRef("matrix", COMMUNITY, self.rooms["moderators"], "moderators")

    def member(self, name: str) -> MemberRef:
        return MemberRef("matrix", COMMUNITY, f"@{self.user(name)}:{NAME}")

    async def joins(self, name: str) -> None:
        await (await self.person(name)).join(self.rooms["general"])

    async def leaves(self, name: str) -> None:
        await (await self.person(name)).leave(self.rooms["general"])

    async def becomes_moderator(self, name: str) -> None:
        founder, person = self.people["founder"], await self.person(name)
        await self.joins(name)
        if person.id not in await founder.joined(self.rooms["moderators"]):
            await founder.invite(self.rooms["moderators"], person.id)
            await person.join(self.rooms["moderators"])
        for room in self.rooms.values():
            await founder.set_power(room, person.id, 50)

    async def says(self, name: str, text: str) -> MessageRef:
        person = await self._here(name)
        return MessageRef(self.general, await person.say(self.rooms["general"], text))

    async def edits(self, name: str, message: MessageRef, text: str) -> None:
        await (await self._here(name)).edit(message.channel.id, message.id, text)

    async def reads(self) -> list[str]:
        events = await self.people["founder"].history(self.rooms["general"])
        return [words for _, words in shown(events) if not words.startswith("!")]  # commands are no talk

    async def told(self, name: str) -> list[str]:
        person, bot = await self.person(name), self.people["sereno"]
        seen = await person.call("GET", "/sync", timeout=0)
        rooms = seen.get("rooms", {})
        for room in rooms.get("invite", {}):
            if room not in self.rooms.values():
                await person.join(room)
        private = {*rooms.get("invite", {}), *rooms.get("join", {})} - set(self.rooms.values())
        return [words for room in sorted(private) for _, words in shown(await person.history(room), bot.id)]

    async def may_write(self, name: str) -> bool:
        """Asked of the homeserver by an event of a kind that no client shows, so that looking again is not talking."""
        person = await self.person(name)
        try:
            await person.send(self.rooms["general"], "org.sereno.may-i", {})
        except Answer as answer:
            if answer.code != "M_FORBIDDEN":
                raise
            return False
        return True

    async def is_here(self, name: str) -> bool:
        return self.member(name).id in await self.people["founder"].joined(self.rooms["general"])

    async def calls(self, name: str, command: str, words: str = "", *, on: MessageRef | None = None) -> None:
        person = await self._here(name)
        typed = re.sub(r"<@([\w-]+)>", lambda found: self.member(found[1]).id, words)
        more: dict[str, Any] = {}
        if on is not None:
            more = {"m.relates_to": {"m.in_reply_to": {"event_id": on.id}}}
        room = on.channel.id if on is not None else self.rooms["general"]
        await person.say(room, f"!{command} {typed}".strip(), **more)

    async def cards(self) -> list[ShownCard]:
        events = await self.people["founder"].history(self.rooms["moderators"])
        bot = self.people["sereno"].id
        return [
            ShownCard(MessageRef(self.moderators, event), words, tuple(word for _, word in _BUTTON.findall(words)))
            for event, words in shown(events, bot)
        ]

    async def presses(self, name: str, card: ShownCard, button: str) -> None:
        person = await self.person(name)
        emoji = next(emoji for emoji, words in _BUTTON.findall(card.text) if words == button)
        await person.react(self.rooms["moderators"], card.ref.id, emoji)

    async def _here(self, name: str) -> Person:
        """Somebody, in the room from now on."""
        person = await self.person(name)
        if person.id not in await self.people["founder"].joined(self.rooms["general"]):
            await person.join(self.rooms["general"])
        return person
