"""Matrix through matrix-nio: a token, a homeserver, the rooms of the communities that live there."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bot.adapters.ground import Adapter, Ground
from bot.adapters.matrix_cards import Cards
from bot.adapters.matrix_chat import MatrixChat
from bot.adapters.matrix_commands import Calls
from bot.adapters.matrix_errors import TurnedDown, refused
from bot.adapters.matrix_events import Translator
from bot.adapters.matrix_private import Private
from bot.adapters.matrix_rooms import Room, Rooms
from bot.adapters.matrix_sync import Reader
from bot.adapters.matrix_wire import PACES, Wire
from bot.adapters.turns import Turns, Urgency
from bot.configuration.environment import Environment
from moderation.errors import Forbidden, Gone, UserError

NOT_CONNECTED: Final = "Matrix is not connected yet."


def client(environment: Environment) -> Any:
    """Nio's client for the account the environment names, which waits and repeats nothing by itself."""
    try:
        import nio  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise UserError(f"Matrix needs `{error.name}`: pip install 'sereno[matrix]'") from error
    if environment.matrix_homeserver is None or environment.matrix_token is None:
        raise UserError("Matrix needs SERENO_MATRIX_HOMESERVER and SERENO_MATRIX_TOKEN")
    user = environment.matrix_user.get_secret_value() if environment.matrix_user else ""
    config = nio.AsyncClientConfig(max_limit_exceeded=0, max_timeouts=0, encryption_enabled=False)
    made = nio.AsyncClient(environment.matrix_homeserver.get_secret_value().rstrip("/"), user, config=config)
    made.access_token = environment.matrix_token.get_secret_value()
    made.user_id = user
    return made


def adapter(environment: Environment, ground: Ground) -> Adapter:
    """The Matrix adapter; UserError when nio is not installed or the environment says too little."""
    made = client(environment)
    return Matrix(Wire(lambda: made, Turns(PACES)), ground)


class Matrix:
    """Connected while `connect` runs."""

    def __init__(self, wire: Wire, ground: Ground) -> None:
        self.trouble: str | None = NOT_CONNECTED
        self._wire = wire
        self._ground = ground
        self._rooms = Rooms(ground.homes)
        self._translator = Translator(self._rooms)
        self._cards = Cards(wire, ground)
        self._private = Private(wire, self._rooms, ground)
        calls = Calls(ground.commands, self._cards, self._translator)
        self._reader = Reader(wire, self._rooms, self._translator, calls, self._private, ground, self._enter)
        self._chat = MatrixChat(wire, self._rooms, self._cards, self._private, ground)

    @property
    def chat(self) -> MatrixChat:
        """What Sereno can do on Matrix."""
        return self._chat

    async def connect(self) -> None:
        """Catch up from the stored token, then read until cancelled. Refused for a token nobody takes."""
        ends: asyncio.Task[None] | None = None
        try:
            since = await self._begin()
            ends = asyncio.create_task(self._chat.people.ends(), name="ends of sanctions")
            async for _ in self._reader.read(since):
                self.trouble = None
                if ends.done():
                    ends.result()
        except TurnedDown as error:
            raise refused(error) from error
        finally:
            self.trouble = NOT_CONNECTED
            if ends is not None:
                ends.cancel()
                await asyncio.gather(ends, return_exceptions=True)

    async def aclose(self) -> None:
        """Let go of the sockets."""
        await self._wire.aclose()

    async def _begin(self) -> str:
        """Know who we are, which rooms are ours and who is in them; the token to read from."""
        self._rooms.me = str((await self._wire.get("account", "whoami"))["user_id"])
        self._ground.me(self._rooms.me)
        self._rooms.settle(await self._aliases())
        since = await self._reader.start()
        await self._cards.load()
        await self._private.load()
        joined = set((await self._wire.get("joined_rooms")).get("joined_rooms", ()))
        for room in self._rooms.by_id.values():
            if room.id in joined or await self._enter(room):
                await self._reader.learn(room, since)
        self._chat.ready = True
        return since

    async def _aliases(self) -> dict[str, str]:
        found = {}
        for alias in self._rooms.wanted:
            if alias.startswith("#"):
                try:
                    found[alias] = str((await self._wire.get("directory", "room", alias))["room_id"])
                except Gone:
                    await self._tell(alias, f"there is no room {alias} on Matrix: correct its name in the settings")
        return found

    async def _enter(self, room: Room) -> bool:
        """Join a room of ours; whether that was possible."""
        try:
            await self._wire.do(Urgency.TELL, "join", room.id)
        except (Forbidden, Gone) as error:
            about = f"Sereno is not in the room {room.id} on Matrix ({error}): invite {self._rooms.me} to it"
            await self._tell(room.id, about)
            return False
        return True

    async def _tell(self, what: str, about: str) -> None:
        for home in self._ground.homes:
            if what in {*home.places, *home.channels.values()} or self._rooms.by_id.get(what):
                await self._ground.gaps.tell(f"matrix|room|{what}", about, "matrix", home.community)
                return
