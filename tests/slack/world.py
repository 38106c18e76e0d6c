"""A Slack workspace as people use it, on the emulator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.homes import Home
from moderation.model import ChannelRef, MemberRef, MessageRef
from tests.contract.world import ShownCard
from tests.emulators.common import eventually
from tests.emulators.slack import SlackEmulator
from tests.emulators.slack_people import People
from tests.emulators.slack_state import Json, shown

COMMUNITY = "club"
MODERATORS = "S00001"
TRUSTED = "S00002"


class SlackWorld:
    """`admin` is whether Sereno was given an admin's user token; `forms` the commands whose shortcut opens a form,
    None when the people here do not know."""

    def __init__(self, slack: SlackEmulator, *, admin: bool = True, forms: frozenset[str] | None = None) -> None:
        self.slack = slack
        self.people = People(slack)
        self.admin = admin
        self.forms = forms
        slack.space.groups = {MODERATORS: ("mods", []), TRUSTED: ("trusted", [])}

    @property
    def environment(self) -> Mapping[str, str]:
        return self.slack.environment(admin=self.admin)

    @property
    def home(self) -> Home:
        return Home(
            "slack",
            COMMUNITY,
            frozenset({self.slack.space.team}),
            {"general": self.slack.general, "moderators": self.slack.moderators},
            {"moderator": (MODERATORS,), "trusted": (TRUSTED,)},
        )

    @property
    def general(self) -> ChannelRef:
        return self.home.channel(self.slack.general)

    @property
    def moderators(self) -> ChannelRef:
        return self.home.channel(self.slack.moderators)

    def member(self, name: str) -> MemberRef:
        try:
            id_ = self.slack.space.person(name).id
        except KeyError:
            id_ = f"U0{name.upper()}"
        return self.home.member(id_)

    async def joins(self, name: str) -> None:
        self.people.here(name)

    async def leaves(self, name: str) -> None:
        self.people.leaves(name)

    async def becomes_moderator(self, name: str) -> None:
        person = self.people.here(name)
        self.people.changes(name, is_admin=True)
        self.slack.space.groups[MODERATORS][1].append(person.id)
        moderators = self.slack.space.channels[self.slack.moderators]
        if person.id not in moderators.members:
            moderators.members.append(person.id)
        self.slack.tell({"type": "subteam_members_changed", "subteam_id": MODERATORS})

    async def says(self, name: str, text: str) -> MessageRef:
        return MessageRef(self.general, self.people.says(name, wire(text))["ts"])

    async def edits(self, name: str, message: MessageRef, text: str) -> None:
        self.people.edits(name, message.id, wire(text))

    async def reads(self) -> list[str]:
        return [shown(row["text"]) for row in self.slack.space.visible("general")]

    async def told(self, name: str) -> list[str]:
        return self.people.told(name)

    async def may_write(self, name: str) -> bool:
        person, general = self.slack.space.person(name), self.slack.space.channels[self.slack.general]
        return not person.deleted and person.id in general.members

    async def is_here(self, name: str) -> bool:
        """In the community's channels; from the workspace itself Sereno can remove nobody."""
        return await self.may_write(name)

    async def calls(self, name: str, command: str, words: str = "", *, on: MessageRef | None = None) -> None:
        if on is None:
            self.people.types(name, f"{command} {self._typed(words)}".strip())
            return
        forms = len(self.slack.space.views)
        delivery = self.people.picks(name, command, on.id)
        await eventually(lambda: delivery.took is not None or delivery.given_up, saying="the shortcut is acknowledged")
        if await self._form_opens(command, forms) and words:
            fields = self.slack.space.views[-1]["blocks"]
            field = next((one for one in fields if not one["optional"]), fields[0])
            self.people.submits(name, {field["block_id"]: words})

    async def _form_opens(self, command: str, before: int) -> bool:
        """Whether a form appears; a person who does not know the command waits a moment for one."""
        if self.forms is not None:
            if command in self.forms:
                await eventually(lambda: len(self.slack.space.views) > before, saying="the form opens")
            return command in self.forms
        try:
            await eventually(lambda: len(self.slack.space.views) > before, within=3.0)
        except AssertionError:
            return False
        return True

    async def cards(self) -> list[ShownCard]:
        rows = self.slack.space.visible("moderators")
        return [self._card(row) for row in rows if row["user"] == self.slack.bot and row.get("blocks")]

    async def presses(self, name: str, card: ShownCard, button: str) -> None:
        self.people.presses(name, card.ref.id, button)

    def _card(self, row: Json) -> ShownCard:
        words = tuple(shown(one["text"]["text"]) for one in self.people.buttons(row))
        return ShownCard(MessageRef(self.moderators, str(row["ts"])), self.people.words(row), words)

    def _typed(self, words: str) -> str:
        """`<@eve>` as Slack escapes a person somebody picked from its list."""
        return re.sub(r"<@(\w+)>", lambda match: f"<@{self.member(match[1]).id}|{match[1]}>", words)


def wire(text: str) -> str:
    """Typed words as Slack carries them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@asynccontextmanager
async def opened(*, admin: bool = True, forms: frozenset[str] | None = None) -> AsyncIterator[SlackWorld]:
    """A workspace that is up, and is checked and closed at the end."""
    slack = SlackEmulator()
    await slack.start()
    try:
        yield SlackWorld(slack, admin=admin, forms=forms)
    finally:
        await slack.stop()
    slack.desk.check()
