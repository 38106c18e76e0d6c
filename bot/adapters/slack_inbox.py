"""What arrives in an envelope → the journal. The acknowledgement goes out when `keep` returns, and not when it raises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.slack_answers import Answers, words
from bot.adapters.slack_blocks import form, needs_form
from bot.adapters.slack_calls import FORM, form_origin, press, shortcut, slash, submitted
from bot.adapters.slack_events import Events
from bot.adapters.slack_past import Marks, cursor_name
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from bot.commands.spec import Spec, Words
from moderation.errors import ChatError, StoreError
from moderation.model import ButtonPressed, CommandCalled, Event, MessagePosted

TRIES: Final = 20
"""How often, once a second, the journal is asked to take an event before the socket is given up."""
MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError)
NO_FORM: Final[Words] = {
    "en": "The form could not be opened. Please try again, or type `/sereno {command}`.",
    "es": "No se pudo abrir el formulario. Inténtalo de nuevo o escribe `/sereno {command}`.",
}
Body = Mapping[str, Any]


class Inbox:
    """Reads envelopes. `behind` is set when something must be read from the history."""

    def __init__(
        self,
        ground: Ground,
        events: Events,
        marks: Marks,
        answers: Answers,
        web: Callable[[], Web],
        give_up: Callable[[], None],
        *,
        pause: float = 1.0,
    ) -> None:
        self._ground = ground
        self._events = events
        self._marks = marks
        self._answers = answers
        self._web = web
        self._give_up = give_up
        self._pause = pause
        self._specs: dict[str, Spec] = {spec.name: spec for spec in ground.commands}
        self.me = ""
        self.behind = asyncio.Event()
        self.skipped = 0
        """Envelopes nobody has a use for, or that cannot be read."""
        self._log: Any = structlog.get_logger(__name__)

    async def keep(self, body: Body) -> bool:
        """Keep what a payload says; True when it is a wish to see a form. Raises StoreError: then it must come again."""
        try:
            home = self._ground.homes.at(team_of_body(body))
            if home is None:
                return self._skip(body, "another workspace")
            if self._wants_form(body):
                return True
            events = await self._read(home, body)
        except MALFORMED as error:
            return self._skip(body, f"malformed: {type(error).__name__}")
        for event in events:
            if isinstance(event, (CommandCalled, ButtonPressed)):
                self._answers.remember(event.key, body.get("response_url"))
            await self._accept(event)
        return False

    async def show(self, body: Body) -> None:
        """Open the form of a command from a message's menu; says so when Slack does not."""
        spec = self._specs[str(body["callback_id"])]
        home = self._ground.homes.at(team_of_body(body))
        language = (self._events.people.language(str(body["user"]["id"])) or (home.language if home else "")) or "en"
        view = form(spec, form_origin(body), language)
        try:
            await self._web().call("views.open", Urgency.ANSWER, most=2.0, trigger_id=body["trigger_id"], view=view)
        except ChatError as error:
            self._log.warning("a form did not open", platform="slack", command=spec.name, why=str(error))
            await self._apologise(body, NO_FORM.get(language, NO_FORM["en"]).format(command=spec.name))

    async def _apologise(self, body: Body, text: str) -> None:
        try:
            await self._web().respond(str(body["response_url"]), {"response_type": "ephemeral", **words(text)})
        except (ChatError, KeyError) as error:
            self._log.warning("nobody could be told", platform="slack", why=type(error).__name__)

    async def _read(self, home: Home, body: Body) -> list[Event]:
        """The events in a payload."""
        now = self._ground.clock.now()
        match body.get("type"):
            case "event_callback":
                return await self._happened(home, body)
            case "app_rate_limited":
                self.behind.set()
                return []
            case "block_actions":
                return list(await press(self._events, home, body))
            case "message_action" if str(body.get("callback_id")) in self._specs:
                return [await shortcut(self._events, home, body, self._specs[str(body["callback_id"])], now)]
            case "view_submission" if body["view"].get("callback_id") == FORM:
                return [await submitted(self._events, home, body, self._spec_of(body), now)]
            case None if "command" in body:
                return [await slash(self._events, home, body, now)]
        self._skip(body, "unknown type")
        return []

    async def _happened(self, home: Home, body: Body) -> list[Event]:
        row = body["event"]
        happened = str(row.get("event_ts") or row.get("ts") or body["event_time"])
        if row["type"] == "member_joined_channel" and row.get("user") == self.me:
            self.behind.set()
        return list(await self._events.read(home, row, happened))

    async def _accept(self, event: Event) -> None:
        """Onto the disk; tried again for a while when the store cannot, which holds up what comes behind."""
        posted = event.message.ref if isinstance(event, MessagePosted) else None
        for attempt in range(TRIES):
            flight = self._marks.flight(posted.channel.id, posted.id) if posted else nullcontext(enter_result=False)
            try:
                with flight as clear:
                    mark = self._ground.cursors.setting(cursor_name(posted.channel.id), posted.id) if posted else None
                    await self._ground.accept(event, mark if clear else None)
                    return
            except StoreError as error:
                self._log.warning("the journal does not take an event", platform="slack", why=str(error))
                if attempt == TRIES - 1:
                    self._give_up()
                    raise
                await asyncio.sleep(self._pause)

    def _wants_form(self, body: Body) -> bool:
        spec = self._specs.get(str(body.get("callback_id"))) if body.get("type") == "message_action" else None
        return spec is not None and needs_form(spec)

    def _spec_of(self, body: Body) -> Spec:
        return self._specs[str(json.loads(body["view"]["private_metadata"])["command"])]

    def _skip(self, body: Body, why: str) -> bool:
        """Acknowledged without effect, and said so: Slack would deliver it again and again."""
        self.skipped += 1
        kind = body.get("type") or body.get("command")
        self._log.info("an envelope is left alone", platform="slack", kind=str(kind), why=why, skipped=self.skipped)
        return False


def team_of_body(body: Body) -> str:
    """The workspace in which the app is installed that this is about."""
    installed = body.get("authorizations") or [{}]
    team = body.get("team") or {}
    found = installed[0].get("team_id") or body.get("context_team_id") or body.get("team_id")
    return str(found or (team.get("id") if isinstance(team, Mapping) else "") or "")
