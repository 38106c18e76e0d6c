"""Commands, buttons and forms: on disk first, then acknowledged within Discord's three seconds, answered later."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bot.adapters.discord_commands import FORM, asks, filled, form
from bot.adapters.discord_events import Raw, Translator
from bot.adapters.discord_places import PLATFORM, Places
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_text import EPHEMERAL, NO_PREVIEW, SILENT, plain
from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.commands.spec import Spec
from moderation.errors import ChatError, Gone, StoreError
from moderation.model import ButtonPressed, CommandCalled, MemberRef, MessageRef

COMMAND, PRESS, SUBMIT = 2, 3, 5
LATER, UPDATE_LATER, SHOW_FORM = 5, 6, 9
OPEN: Final = 14.5 * 60
"""Seconds an answer is taken; Discord says fifteen minutes."""
REMEMBERED: Final = 2_000
_CALLBACK: Final = "/interactions/{interaction_id}/{interaction_token}/callback"
_ORIGINAL: Final = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_FOLLOW_UP: Final = "/webhooks/{webhook_id}/{webhook_token}"


@dataclass(slots=True)
class Open:
    """An interaction that still takes an answer. `waits` says that the person sees “thinking…”."""

    application: str
    token: str
    member: MemberRef
    waits: bool
    at: float = field(default_factory=time.monotonic)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: bool = False
    answered: bool = False

    @property
    def fresh(self) -> bool:
        """Whether Discord still takes an answer."""
        return time.monotonic() - self.at < OPEN


class Interactions:
    """What people ask of the bot by Discord's own means."""

    def __init__(self, ground: Ground, rest: Rest, places: Places, translator: Translator) -> None:
        self.account = ""
        """The bot's own id; empty until known."""
        self.languages: OrderedDict[MemberRef, str] = OrderedDict()
        self._ground = ground
        self._rest = rest
        self._places = places
        self._translator = translator
        self._open: OrderedDict[str, Open] = OrderedDict()
        self._by_name: Mapping[str, Spec] = {spec.name: spec for spec in ground.commands}
        self._by_menu: Mapping[str, Spec] = {spec.menu["en"][:32]: spec for spec in ground.commands if spec.menu}
        self._log: Any = structlog.get_logger(__name__)

    async def take(self, raw: Raw) -> None:
        """Keep what somebody asks for and acknowledge it; a store that refuses gets no acknowledgement, so that the
        person sees that nothing happened."""
        try:
            where = self._translator.home(raw)
            if where is None:
                return
            event = self._event(*where, raw)
            if event is None:
                return
            if isinstance(event, Spec):
                await self._ask(event, raw)
            else:
                await self._keep(event, raw)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._log.warning("an interaction was malformed", why=type(error).__name__)
        except (ChatError, StoreError) as error:
            self._log.warning("an interaction was not taken", why=str(error))

    def open(self, key: str) -> Open | None:
        """The interaction an event came from, while it takes an answer."""
        found = self._open.get(key)
        return found if found is not None and found.fresh else None

    def last_of(self, member: MemberRef) -> Open | None:
        """The last interaction of a person that takes an answer."""
        mine = (one for one in reversed(self._open.values()) if one.member == member)
        return next((one for one in mine if one.fresh and one.acknowledged), None)

    async def say(self, to: Open, text: str) -> None:
        """Show the person something that nobody else sees; Gone when Discord takes no answer any more."""
        await to.ready.wait()
        if not to.acknowledged:
            raise Gone("this was not acknowledged in time")
        ids = {"webhook_id": to.application, "webhook_token": to.token}
        body = {"content": plain(text), "allowed_mentions": SILENT, "flags": EPHEMERAL | NO_PREVIEW}
        if to.waits and not to.answered:
            await self._rest.reply(_ORIGINAL, ids, method="PATCH", json={**body, "flags": NO_PREVIEW})
        else:
            await self._rest.reply(_FOLLOW_UP, ids, json=body)
        to.answered = True

    async def _keep(self, event: CommandCalled | ButtonPressed, raw: Raw) -> None:
        one = Open(str(raw["application_id"]), str(raw["token"]), event.member.ref, isinstance(event, CommandCalled))
        if event.key in self._open:
            return
        self._remember(event.key, one)
        try:
            accepted = await self._ground.accept(event)
            if accepted is None or not accepted.new:
                return
            kind = LATER if one.waits else UPDATE_LATER
            body = {"type": kind, "data": {"flags": EPHEMERAL}} if one.waits else {"type": kind}
            await self._respond(raw, body)
            one.acknowledged = True
        except StoreError:
            self._open.pop(event.key, None)
            raise
        finally:
            one.ready.set()

    def _remember(self, key: str, one: Open) -> None:
        self._open[key] = one
        while len(self._open) > REMEMBERED:
            self._open.popitem(last=False)

    async def _ask(self, spec: Spec, raw: Raw) -> None:
        target = str(raw["data"]["target_id"])
        author = str(raw["data"]["resolved"]["messages"][target]["author"]["id"])
        language = "es" if str(raw.get("locale", "")).startswith("es") else "en"
        await self._respond(raw, {"type": SHOW_FORM, "data": form(spec, target, author, language)})

    async def _respond(self, raw: Raw, body: Mapping[str, Any]) -> None:
        ids = {"interaction_id": str(raw["id"]), "interaction_token": str(raw["token"])}
        await self._rest.reply(_CALLBACK, ids, json=body)

    def _event(self, home: Home, place: str, raw: Raw) -> CommandCalled | ButtonPressed | Spec | None:
        """What was asked for; a Spec when a form has to ask for more; None for what is none of ours."""
        kind, data = raw.get("type"), raw.get("data") or {}
        part = raw["member"]
        member = self._translator.member(home, place, part["user"], part)
        self._learn(member.ref, str(raw.get("locale") or ""))
        channel = self._places.channel(home, place, str(raw["channel_id"]))
        base: dict[str, Any] = {
            "key": f"{PLATFORM}:act:{raw['id']}",
            "at": self._ground.clock.now(),
            "member": member,
            "channel": channel,
        }
        if kind == PRESS:
            hangs_on = MessageRef(channel, str(raw["message"]["id"])) if raw.get("message") else None
            return ButtonPressed(**base, token=str(data["custom_id"]), message=hangs_on)
        if kind == SUBMIT:
            mark, name, message, author = str(data["custom_id"]).split(":")
            if mark != FORM or name not in self._by_name or not (message.isdigit() and author.isdigit()):
                return None
            ref, answers = MessageRef(channel, message), filled(data.get("components") or ())
            return CommandCalled(**base, name=name, arguments=answers, message=ref, about=home.member(author))
        return self._command(home, base, data) if kind == COMMAND else None

    def _command(self, home: Home, base: Mapping[str, Any], data: Raw) -> CommandCalled | Spec | None:
        if data.get("target_id") is None:
            name, options = str(data["name"]), data.get("options") or ()
            if options and options[0].get("type") == 1:
                name, options = f"{name} {options[0]['name']}", options[0].get("options") or ()
            return CommandCalled(**base, name=name, arguments={str(one["name"]): str(one["value"]) for one in options})
        spec = self._by_menu.get(str(data["name"]))
        if spec is None:
            return None
        if asks(spec):
            return spec
        target = str(data["target_id"])
        author = data["resolved"]["messages"][target]["author"]["id"]
        ref = MessageRef(base["channel"], target)
        return CommandCalled(**base, name=spec.name, message=ref, about=home.member(str(author)))

    def _learn(self, member: MemberRef, locale: str) -> None:
        """Discord tells the language of who uses a command."""
        if locale:
            self.languages.pop(member, None)
            self.languages[member] = locale.partition("-")[0]
            while len(self.languages) > REMEMBERED:
                self.languages.popitem(last=False)
