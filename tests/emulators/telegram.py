"""Telegram's Bot API on loopback: our reading of core.telegram.org/bots/api, not Telegram's server.

    emulator = TelegramEmulator()
    await emulator.start()                       # SERENO_TELEGRAM_API=emulator.url, SERENO_TELEGRAM_TOKEN=emulator.token
    emulator.folk.says(emulator.group, "eve", "hola")
    assert emulator.folk.reads(emulator.group) == ["hola"]
    await emulator.stop()

By hand: `python -m tests.emulators.telegram`, then type as people: `eve: hola`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from tests.emulators.common import Call, Desk, Server, answer, eventually, unknown_route
from tests.emulators.telegram_folk import Folk
from tests.emulators.telegram_methods import METHODS, Methods
from tests.emulators.telegram_state import ApiError, Chat, Json, Place, State, User

TOKEN: Final = "4242424242:emulated-token-of-thirty-five-chars"
GROUP: Final = -1001111111111
DESK: Final = -1002222222222
UNASKED: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of updates that come only when they are named."""
_CALLED: Final = {name.lower(): name for name in (*METHODS, "getUpdates")}
BOT_RIGHTS: Final = {
    "can_manage_chat",
    "can_delete_messages",
    "can_restrict_members",
    "can_invite_users",
    "can_manage_topics",
}


class TelegramEmulator:
    """A bot, a group that it administers, and the moderators' group."""

    def __init__(self, *, port: int = 0, token: str = TOKEN) -> None:
        self.token = token
        bot = User(4242424242, "Sereno", "sereno_test_bot", is_bot=True)
        self.state = State(bot, users={bot.id: bot})
        self.methods = Methods(self.state, self.tell)
        self.folk = Folk(self.state, self.methods)
        self.desk = Desk(self._work, name=_method)
        self.server = Server(self.desk, port=port)
        self.updates: list[Json] = []
        self.history: list[Json] = []
        self.asked: list[str] | None = None
        self.served = 0
        """Updates handed out, those handed out again included."""
        self._number = 1000
        self._more = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self.group, self.moderators = self.makes_group(GROUP, "General"), self.makes_group(DESK, "Moderators")

    @property
    def url(self) -> str:
        return self.server.url

    def makes_group(self, id_: int, title: str, type_: str = "supergroup") -> Chat:
        """A group with an owner, where the bot is an administrator."""
        chat = Chat(id_, type_, title)
        chat.people[self.folk.user("owner").id] = Place("creator")
        chat.people[self.state.bot.id] = Place("administrator", set(BOT_RIGHTS))
        self.state.chats[id_] = chat
        return chat

    async def start(self) -> None:
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def tell(self, kind: str, about: Json) -> None:
        """Put an update into the bot's queue, if it asked for such."""
        if kind in self.asked if self.asked else kind not in UNASKED:
            self.raw({kind: about})

    def raw(self, update: Any) -> int:
        """Put anything at all into the queue, numbered."""
        self._number += 1
        numbered = {"update_id": self._number, **update}
        self.updates.append(numbered)
        self.history.append(numbered)
        self._more.set()
        return self._number

    def again(self, number: int) -> None:
        """Deliver an update once more under its number."""
        said = next(each for each in self.history if each["update_id"] == number)
        self.updates.append(said)
        self._more.set()

    async def read(self) -> None:
        """Wait until the bot has confirmed everything that happened so far."""
        last = self._number
        await eventually(lambda: all(each["update_id"] > last for each in self.updates), saying="updates confirmed")

    async def _work(self, call: Call, request: web.Request) -> web.StreamResponse:
        if request.path != f"/bot{self.token}/{request.path.rpartition('/')[2]}":
            return _error(ApiError(401, "Unauthorized"))
        if call.path not in _CALLED.values():
            return unknown_route(self.desk, call)
        given = _given(call)
        try:
            if call.path == "getUpdates":
                return answer({"ok": True, "result": await self._get_updates(given)})
            return answer({"ok": True, "result": self.methods.call(call.path, given)})
        except ApiError as error:
            return _error(error)

    async def _get_updates(self, given: Mapping[str, str]) -> list[Json]:
        if self.state.webhook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        mine = self._poller = asyncio.get_running_loop().create_future()
        if "allowed_updates" in given:
            self.asked = json.loads(given["allowed_updates"]) or None
        offset = int(given.get("offset", "0"))
        self.updates = [each for each in self.updates if each["update_id"] >= offset]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(float(given.get("timeout", "0"))):
                while not self.updates:
                    self._more.clear()
                    more = asyncio.ensure_future(self._more.wait())
                    try:
                        await asyncio.wait({mine, more}, return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        more.cancel()
                    if mine.done():
                        raise ApiError(
                            409,
                            "Conflict: terminated by other getUpdates request; "
                            "make sure that only one bot instance is running",
                        )
        handed = self.updates[: int(given.get("limit", "100"))]
        self.served += len(handed)
        return handed


def _method(request: web.Request) -> str:
    """The method's name, without the token before it."""
    name = request.path.rpartition("/")[2]
    return _CALLED.get(name.lower(), name)


def _given(call: Call) -> dict[str, str]:
    if call.headers.get("Content-Type", "").startswith("application/json"):
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in call.json.items()}
    return dict(call.query) | dict(parse_qsl(call.body.decode(), keep_blank_values=True))


def _error(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return answer(body, status=error.code)


def too_many(seconds: int) -> Json:
    """The body of a 429."""
    description = f"Too Many Requests: retry after {seconds}"
    return {"ok": False, "error_code": 429, "description": description, "parameters": {"retry_after": seconds}}


async def _by_hand(port: int) -> None:
    emulator = TelegramEmulator(port=port)
    await emulator.start()
    emulator.folk.promotes(emulator.group, "mod")
    emulator.folk.promotes(emulator.moderators, "mod")
    say = sys.stdout.write
    say(f"export SERENO_TELEGRAM_API={emulator.url}\nexport SERENO_TELEGRAM_TOKEN={emulator.token}\n")
    say(f"groups: General {GROUP}, Moderators {DESK}; `mod` may moderate\n")
    say(
        "type `eve: hola`, `eve joins`, `eve leaves`, `eve starts`, `eve presses Words`, `reads`, `cards`, `told eve`\n"
    )
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            say(_typed(emulator, line.strip()))
        except (AssertionError, ApiError, StopIteration, KeyError) as error:
            say(f"that is not possible: {error}\n")
    await emulator.stop()


def _typed(emulator: TelegramEmulator, line: str) -> str:
    """Do what a line says; what is to be shown."""
    folk, group = emulator.folk, emulator.group
    name, colon, text = line.partition(":")
    if colon and name.isidentifier():
        folk.says(group, name, text.strip())
        return ""
    who, _, rest = line.partition(" ")
    if line == "reads":
        return "".join(f"  {each}\n" for each in folk.reads(group))
    if line == "cards":
        return "".join(f"  {each}\n" for each in folk.reads(emulator.moderators))
    if who == "told":
        return "".join(f"  {each}\n" for each in folk.told(rest))
    if rest == "joins":
        return "" if folk.joins(group, who) else f"{who} is banned\n"
    if rest == "leaves":
        folk.leaves(group, who)
    elif rest == "starts":
        folk.starts(who)
    elif rest.startswith("presses "):
        card = [each for each in emulator.moderators.messages.values() if each.markup][-1]
        folk.presses(card, who, rest.removeprefix("presses "))
    elif line:
        return "type `eve: hola`\n"
    return ""


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_by_hand(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
