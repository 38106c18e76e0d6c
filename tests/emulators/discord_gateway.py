"""The gateway of the Discord emulator: sessions, intents, heartbeats, resuming with replay, one compressed stream."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_intents import PRIVILEGED, is_told, known_intents, without_content
from tests.emulators.discord_line import Line, Session, packing
from tests.emulators.discord_state import Channel, Guild, Json, State

DISPATCH, BEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11  # fmt: skip
MOST_A_MINUTE: Final = 120


class Gateway:
    """All sessions, and the switches that make it misbehave.

    `acks` False: heartbeats are not acknowledged. `interval`: seconds between heartbeats, told in HELLO.
    `on_identify` and `on_resume`: answers to the next ones instead of the normal one, a close code or "invalid".
    `twice`: how many of the next events of a type come a second time. `spoil`: what the next event of a type is
    turned into. `hold()` keeps events back; `release(order)` lets them go, in another order if wanted.
    """

    def __init__(self) -> None:
        self.state: State | None = None
        self.interval = 41.25
        self.acks = True
        self.on_identify: list[int | str] = []
        self.on_resume: list[int | str] = []
        self.twice: dict[str, int] = {}
        self.spoil: dict[str, Callable[[Json], object]] = {}
        self.identifies = 0
        self.resumes = 0
        self.resumed = 0
        self.beats = 0
        self.closes: list[int | None] = []
        """The codes with which the bot closed, in order; None where the connection was cut."""
        self.starts_left = 1000
        self.told: list[tuple[str, object]] = []
        """Every event that was told, in order, before intents are looked at."""
        self._sessions: dict[str, Session] = {}
        self._lines: list[Line] = []
        self._held: list[tuple[str, Any, int | None, Channel | None]] | None = None

    @property
    def connected(self) -> int:
        """How many bots are connected and identified."""
        return sum(line.session is not None for line in self._lines)

    # Telling

    def emit(self, event: str, data: Json, guild: int | None, channel: Channel | None) -> None:
        """Tell everybody whom it concerns, now or when they resume."""
        if self._held is not None and event not in ("READY", "RESUMED"):
            self._held.append((event, data, guild, channel))
            return
        self.told.append((event, data))
        change = self.spoil.pop(event, None)
        times = 2 if self.twice.get(event, 0) else 1
        self.twice[event] = max(0, self.twice.get(event, 0) - 1)
        for session in list(self._sessions.values()):
            if self.state is not None and is_told(self.state, session.intents, event, data, guild, channel):
                fit = without_content(self.state, session.intents, event, data)
                for _ in range(times):
                    self.tell(session, event, change(dict(fit)) if change else fit)

    def tell(self, session: Session, event: str, data: object) -> None:
        """One event into one session; the next sequence number is used up whatever is in it."""
        session.seq += 1
        payload = {"op": DISPATCH, "t": event, "s": session.seq, "d": data}
        session.kept.append((session.seq, payload))
        if session.line is not None:
            session.line.send(payload)

    def send(self, event: str, data: object) -> None:
        """Tell every session something no real event would say."""
        for session in self._sessions.values():
            self.tell(session, event, data)

    def raw(self, payload: object) -> None:
        """Put anything on the wire of everybody who is connected."""
        for line in self._lines:
            line.send(payload)  # type: ignore[arg-type]  # the point is that it may be anything

    def hold(self) -> None:
        """Keep events back from now on."""
        self._held = []

    def release(self, order: Callable[[list[Any]], object] = lambda events: None) -> None:
        """Let go what was kept back; `order` may change the list in place (`random.shuffle`, `list.reverse`)."""
        held, self._held = self._held or [], None
        order(held)
        for event, data, guild, channel in held:
            self.emit(event, data, guild, channel)

    # Misbehaving

    def close(self, code: int) -> None:
        """Close every connection with this code; 4004, 4010 to 4014 and 4007, 4009 end the session too."""
        if code in (4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014):
            self._sessions.clear()
        for line in list(self._lines):
            line.close(code)

    def ask_to_reconnect(self) -> None:
        """Op 7: please connect again and resume."""
        for line in list(self._lines):
            line.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9: the session is not valid any more, or (resumable) may be tried again."""
        if not resumable:
            self._sessions.clear()
        for line in list(self._lines):
            line.send({"op": INVALID, "d": resumable})

    def forget(self) -> None:
        """No session can be resumed any more, as hours later."""
        self._sessions.clear()

    # Serving

    async def serve(self, request: web.Request) -> web.StreamResponse:
        assert request.query.get("encoding") == "json", "the emulator knows json only"
        pack = packing(request.query.get("compress"))
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        line = Line(socket, request, pack)
        self._lines.append(line)
        writing = asyncio.create_task(line.write())
        line.send({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": int(self.interval * 1000)}})
        recent: deque[float] = deque(maxlen=MOST_A_MINUTE)
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    line.close(4002)
                    continue
                if len(recent) == MOST_A_MINUTE and time.monotonic() - recent[0] < 60:
                    line.close(4008)
                    continue
                recent.append(time.monotonic())
                self._heard(line, message.data)
        finally:
            self._gone(line, socket.close_code)
            if line.farewell is None:
                writing.cancel()
            await asyncio.wait([writing])
        return socket

    def _gone(self, line: Line, code: int | None) -> None:
        """A bot that says goodbye with 1000 or 1001 ends its session; one that is closed or cut may resume."""
        self._lines.remove(line)
        if line.farewell is None:
            self.closes.append(None if code == 1006 else code)
        if line.session is not None and line.session.line is line:
            line.session.line = None
            if line.farewell is None and code in (1000, 1001):
                self._sessions.pop(line.session.id, None)

    def _heard(self, line: Line, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            line.close(4002)
            return
        if op == BEAT:
            self.beats += 1
            if self.acks:
                line.send({"op": ACK})
        elif op == IDENTIFY:
            self._identify(line, data)
        elif op == RESUME:
            self._resume(line, data)
        elif line.session is None:
            line.close(4003)
        elif op == MEMBERS:
            self._members(line.session, data)
        elif op not in (PRESENCE, VOICE):
            line.close(4001)

    def _instead(self, line: Line, answers: list[int | str]) -> bool:
        if not answers:
            return False
        answer = answers.pop(0)
        if isinstance(answer, int):
            line.close(answer)
        else:
            line.send({"op": INVALID, "d": False})
        return True

    def _identify(self, line: Line, data: Json) -> None:
        assert self.state is not None
        self.identifies += 1
        self.starts_left = max(0, self.starts_left - 1)
        state = self.state
        intents = data.get("intents")
        if self._instead(line, self.on_identify):
            return
        if line.session is not None:
            line.close(4005)
        elif data.get("token") != state.token:
            line.close(4004)
        elif not isinstance(intents, int) or intents & ~known_intents():
            line.close(4013)
        elif any(intents & intent and not state.application.flags & flags for intent, flags in PRIVILEGED.items()):
            line.close(4014)
        else:
            self._ready(line, state, intents)

    def _ready(self, line: Line, state: State, intents: int) -> None:
        session = Session(secrets.token_hex(16), intents, line=line)
        line.session = self._sessions[session.id] = session
        guilds = [each for each in state.guilds.values() if state.bot.id in each.members]
        ready = {
            "v": 10,
            "user": {**shapes.user(state.bot), "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [0, 1],
            "application": {"id": str(state.application.id), "flags": state.application.flags},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": ["emulator"],
        }
        self.tell(session, "READY", ready)
        for each in guilds:
            self.tell(session, "GUILD_CREATE", shapes.guild_created(state, each))

    @property
    def url(self) -> str:
        assert self.state is not None
        return self.state.base.replace("http://", "ws://") + "/ws/"

    def _resume(self, line: Line, data: Json) -> None:
        assert self.state is not None
        self.resumes += 1
        if self._instead(line, self.on_resume):
            return
        session = self._sessions.get(data.get("session_id") or "")
        seq = data.get("seq")
        if data.get("token") != self.state.token:
            line.close(4004)
        elif session is None or not isinstance(seq, int):
            line.send({"op": INVALID, "d": False})
        elif seq > session.seq:
            self._sessions.pop(session.id)
            line.close(4007)
        elif session.kept and session.kept[0][0] > seq + 1:
            self._sessions.pop(session.id)
            line.send({"op": INVALID, "d": False})
        else:
            self._replay(line, session, seq)

    def _replay(self, line: Line, session: Session, seq: int) -> None:
        if session.line is not None:
            session.line.close(4000)
        session.line, line.session = line, session
        self.resumed += 1
        for number, payload in session.kept:
            if number > seq:
                line.send(payload)
        self.tell(session, "RESUMED", {"_trace": ["emulator"]})

    def _members(self, session: Session, data: Json) -> None:
        """REQUEST_GUILD_MEMBERS: everybody needs the members intent; chunks of 1000."""
        assert self.state is not None
        guild = self.state.guilds.get(int(data["guild_id"]))
        if guild is None or (not data.get("query") and not data.get("user_ids") and not session.intents & 2):
            return
        found, missing = _asked(guild, data)
        chunks = [found[at : at + 1000] for at in range(0, len(found), 1000)] or [[]]
        for number, chunk in enumerate(chunks):
            self.tell(
                session,
                "GUILD_MEMBERS_CHUNK",
                {
                    "guild_id": str(guild.id),
                    "members": [shapes.member(guild.members[each]) for each in chunk],
                    "chunk_index": number,
                    "chunk_count": len(chunks),
                    **({"not_found": missing} if missing else {}),
                    **({"nonce": data["nonce"]} if data.get("nonce") else {}),
                },
            )


def _asked(guild: Guild, data: Json) -> tuple[list[int], list[str]]:
    if data.get("user_ids"):
        wanted = data["user_ids"] if isinstance(data["user_ids"], list) else [data["user_ids"]]
        ids = [int(each) for each in wanted]
        return [each for each in ids if each in guild.members], [str(each) for each in ids if each not in guild.members]
    start, limit = str(data.get("query") or "").lower(), int(data.get("limit") or 0)
    found = [each for each, member in guild.members.items() if member.user.name.lower().startswith(start)]
    return (found[:limit] if limit else found), []
