"""Serves a running Sereno over HTTP until somebody asks it to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
import uvicorn

from bot.adapters.plaza import Plaza
from bot.app import App
from bot.cards import Cards
from bot.config import Settings
from bot.connecting import Connections, State
from bot.console.address import Address
from bot.console.app import Parts, create
from bot.console.desk import StoredDesk, Verbs
from bot.console.keys import Keys
from bot.console.setup import SetUp
from bot.health import Health
from bot.log import hide
from bot.metrics import Metrics
from bot.setting_up import looks, slack_manifest
from bot.stores.queue import Queue
from bot.stores.times import SystemClock
from moderation.errors import SerenoError, UserError

if TYPE_CHECKING:
    from bot.wiring import Bot

GRACE: Final = 3.0
"""Seconds for answers under way; the app has its own after that, and both together stay under ten."""
APP_GRACE: Final = 6.0
SWEEP: Final = 240.0
LOOK: Final = 1.0
COUNT: Final = 10.0
"""Seconds between two sweeps of the room, two looks for cases that need a card, two counts of cases."""
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


class Announce(Protocol):
    """Where the address is shown once it can be opened."""

    def __call__(self, text: str, /) -> None:
        """Show a line to whoever started Sereno."""
        ...


def say(text: str) -> None:
    """Print it."""
    print(text, flush=True)  # noqa: T201 - the one line a person started this program for


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: who stops what, in which order, is decided here."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, and say when it is done."""
        await super().startup(sockets)
        self.answering.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def listen_on(host: str, port: int) -> socket.socket:
    """A listening socket; UserError, in words, when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's delay off only for sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        why = "the port is taken" if error.errno == 98 else str(error.strerror or error)
        raise UserError(f"cannot listen on {host}:{port}: {why}; choose another with --host and --port") from error
    listener.settimeout(0)
    return listener


@dataclass(slots=True)
class Round:
    """One run of a bot behind one address. `again` is set when somebody asks for fresh settings to be taken over, `over`
    when the program shall end.

    `trouble` says why fresh settings could not be used, when this round goes on with those of the last.
    """

    bot: Bot
    settings: Settings
    keys: Keys
    trouble: str = ""
    again: bool = False
    over: bool = False
    _stop: Callable[[], None] | None = None

    def restart(self) -> None:
        """End this round; the next one starts with the settings as they are then, behind the same address and key."""
        self.again = not self.over
        if self._stop is not None:
            self._stop()

    def end(self) -> None:
        """End this round, and let no other follow, not even one that was asked for a moment ago."""
        self.again, self.over = False, True
        if self._stop is not None:
            self._stop()

    def stops_by(self, stop: Callable[[], None]) -> None:
        """How to end it, from the moment it can be ended."""
        self._stop = stop


async def serve(round_: Round, listener: socket.socket, host: str, announce: Announce | None = say) -> None:
    """Start the app, the connections and the HTTP, print the address, and stop all on SIGTERM or SIGINT, or when the
    round is over, within ten seconds. The listener stays open."""
    bot, app = round_.bot, round_.bot.app
    plaza = app.chats.get("plaza")
    if not isinstance(plaza, Plaza):
        raise UserError("the local room is not among the platforms of this bot")
    address = Address(host, listener.getsockname()[1], round_.settings.configuration.public_url or "")
    parts = replace(parts_of(app, plaza, address), keys=round_.keys, setup=setup_of(round_))
    watch_connections(parts.metrics, bot.connections)
    plaza.connect(app.accept)
    await app.start()
    queue = Queue(app.journal)
    app.cards.hang(bot.moderators)
    bot.connections.start()
    try:
        await _serving(round_, parts, listener, announce, app.cards, queue)
    finally:
        await bot.connections.stop()
        await app.stop(APP_GRACE)
        await bot.connections.close()


def setup_of(round_: Round) -> SetUp:
    """What the set-up page works on."""
    app, settings, connections = round_.bot.app, round_.settings, round_.bot.connections.all
    return SetUp(
        settings,
        looks(settings, {platform: one.adapter for platform, one in connections.items()}),
        rules=lambda: app.rules.rule_set,
        restart=round_.restart,
        hide=hide,
        connections=connections,
        manifest=slack_manifest,
        trouble=round_.trouble,
    )


def parts_of(app: App, plaza: Plaza, address: Address) -> Parts:
    """What the HTTP stands on, from a running app."""
    clock = SystemClock()
    desk = StoredDesk(
        app.cases,
        Queue(app.journal),
        lambda: app.rules.rule_set,
        clock,
        Verbs(app.undo, app.desk.uphold, app.desk.not_a_problem, app.desk.retract),
    )
    tally: dict[str, int] = {}
    metrics = metrics_of(app, plaza, tally)
    return Parts(plaza, desk, clock, address, health=health_of(app), metrics=metrics, tally=tally)


def health_of(app: App) -> Health:
    """Alive while the journal can write; ready once the past is remembered."""

    async def journal() -> str | None:
        return app.trouble

    async def started() -> str | None:
        return None if app.ready else "still starting"

    return Health(alive={"journal": journal}, ready={"start": started})


def metrics_of(app: App, plaza: Plaza, tally: Mapping[str, int]) -> Metrics:
    """What is worth a graph. `tally` has the cases by state, as they were counted last."""
    metrics = Metrics()
    one: Callable[[float], dict[tuple[str, ...], float]] = lambda value: {(): float(value)}  # noqa: E731
    metrics.watch("sereno_up", "1 while the journal can write", (), lambda: one(app.trouble is None))
    metrics.watch("sereno_ready", "1 once events are accepted", (), lambda: one(app.ready))
    metrics.watch("sereno_undecided", "Events accepted and not yet decided", (), lambda: one(app.intake.undecided))
    metrics.watch("sereno_rules", "Rules in force", (), lambda: one(len(app.rules.rule_set.rules)))
    metrics.watch("sereno_cases", "Cases by state", ("state",), lambda: {(state,): n for state, n in tally.items()})
    metrics.watch("sereno_room_listeners", "Open live streams", (), lambda: one(plaza.feed.listeners))
    return metrics


def watch_connections(metrics: Metrics, connections: Connections) -> None:
    """A graph per platform: whether it is connected."""

    def connected() -> dict[tuple[str, ...], float]:
        return {(name,): float(one.state is State.CONNECTED) for name, one in connections.all.items()}

    metrics.watch("sereno_connected", "1 while a platform is connected", ("platform",), connected)


async def _serving(
    round_: Round, parts: Parts, listener: socket.socket, announce: Announce | None, cards: Cards, queue: Queue
) -> None:
    config = uvicorn.Config(
        create(parts),
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        log_level="warning",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=int(GRACE),
        limit_concurrency=1000,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        parts.plaza.feed.close()
        server.should_exit = True

    round_.stops_by(stop)
    for number in _STOPPING:
        loop.add_signal_handler(number, round_.end)
    beside = [
        asyncio.create_task(_every(SWEEP, parts.plaza.sweep), name="room-sweep"),
        asyncio.create_task(_every(LOOK, cards.look), name="cards"),
        asyncio.create_task(_every(COUNT, lambda: _count(queue, parts.tally)), name="tally"),
    ]
    serving = asyncio.create_task(server.serve([listener.dup()]), name="http")
    try:
        answering = asyncio.create_task(server.answering.wait())
        await asyncio.wait({serving, answering}, return_when=asyncio.FIRST_COMPLETED)
        answering.cancel()
        if announce is not None and server.answering.is_set():
            announce(f"{parts.address.url}/?key={parts.keys.key}")
        await serving
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _count(queue: Queue, tally: dict[str, int]) -> None:
    tally.update(await queue.tally())


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do it again and again, until cancelled; a store that cannot is tried again the next time."""
    log: Any = structlog.get_logger(__name__)
    while True:
        try:
            await work()
        except SerenoError as error:
            log.warning("something beside the traffic did not work", why=str(error))
        await asyncio.sleep(seconds)
