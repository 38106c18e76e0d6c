"""Every trouble the emulator can make, as the genuine discord.py meets it."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import aiohttp
import discord
import pytest

from tests.discord.genuine import Bot, intents, running
from tests.emulators.common import eventually, fails, held, late, reset
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_eyes import text_of

POST = "POST /channels/*/messages"


def _seen(emulator: DiscordEmulator) -> list[str]:
    return [text_of(each) for each in emulator.eyes.channel()]


# Connecting


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_identify_is_refused_for_good(emulator: DiscordEmulator, code: int) -> None:
    """A wrong token, unknown or disallowed intents close with Discord's codes, and discord.py gives up."""
    wanted, token = intents(), emulator.token
    if code == 4013:
        wanted.value |= 1 << 22
    if code == 4014:
        emulator.state.application.flags = 0
    if code == 4004:
        emulator.gateway.on_identify.append(4004)
    with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)) as no:
        async with running(emulator, token=token, wanted=wanted):
            pass
    if isinstance(no.value, discord.ConnectionClosed):
        assert no.value.code == code
    assert emulator.gateway.identifies == 1


async def test_a_wrong_token_is_told_over_rest(emulator: DiscordEmulator) -> None:
    """401 to whoever does not have the token, and counted against them."""
    with pytest.raises(discord.LoginFailure):
        async with running(emulator, token="wrong"):
            pass
    assert emulator.limits.invalid == 1 and emulator.gateway.identifies == 0


async def test_the_first_connect_is_refused(emulator: DiscordEmulator) -> None:
    """Nobody listens: discord.py's login fails with the socket's own error."""
    await emulator.server.refuse()
    with pytest.raises(aiohttp.ClientConnectorError):
        async with running(emulator):
            pass
    await emulator.server.start()
    async with running(emulator) as bot:
        assert bot.is_ready()


async def test_without_the_intent_what_people_write_is_empty(emulator: DiscordEmulator) -> None:
    """Content is for bots that may read it, or that are named."""
    wanted = discord.Intents.default()
    async with running(emulator, wanted=wanted) as bot:
        emulator.people.join("eve")
        emulator.people.say("eve", "secret")
        emulator.people.say("eve", f"hey <@{emulator.state.bot.id}>")
        await bot.hears("message", 2)
        assert [each.content for each in bot.all("message")] == ["", f"hey <@{emulator.state.bot.id}>"]
        assert "member_join" not in bot.names()


# Losing the connection


@pytest.mark.parametrize("how", ["op7", "op9 resumable", "4000", "1006"])
async def test_what_was_missed_is_told_again(bot: Bot, emulator: DiscordEmulator, how: str) -> None:
    """A session that goes on tells everything in order, nothing twice."""
    emulator.people.join("eve")
    emulator.people.say("eve", "before")
    await bot.hears("message")
    held_back = asyncio.Event()
    emulator.desk.faults.add("GET /ws/", held(held_back))
    match how:
        case "op7":
            emulator.gateway.ask_to_reconnect()
        case "op9 resumable":
            emulator.gateway.invalidate(resumable=True)
        case _:
            emulator.gateway.close(int(how))
    await eventually(lambda: emulator.gateway.connected == 0)
    for text in ("missed one", "missed two"):
        emulator.people.say("eve", text)
    held_back.set()
    await bot.hears("resumed")
    emulator.people.say("eve", "after")
    await bot.hears("message", 4)
    assert [each.content for each in bot.all("message")] == ["before", "missed one", "missed two", "after"]
    assert (emulator.gateway.identifies, emulator.gateway.resumed) == (1, 1)


@pytest.mark.parametrize("how", ["op9", "4009", "forgotten"])
async def test_a_session_that_is_over_starts_anew_with_a_gap(bot: Bot, emulator: DiscordEmulator, how: str) -> None:
    """A new IDENTIFY, and what happened in between is told to nobody."""
    emulator.people.join("eve")
    held_back = asyncio.Event()
    emulator.desk.faults.add("GET /ws/", held(held_back))
    match how:
        case "op9":
            emulator.gateway.invalidate(resumable=False)
        case "4009":
            emulator.gateway.close(4009)
        case _:
            emulator.gateway.forget()
            emulator.gateway.close(4000)
    await eventually(lambda: emulator.gateway.connected == 0)
    emulator.people.say("eve", "in the gap")
    held_back.set()
    await bot.hears("ready", 2)
    emulator.people.say("eve", "after")
    await bot.hears("message")
    assert [each.content for each in bot.all("message")] == ["after"] and emulator.gateway.identifies == 2


async def test_an_unacknowledged_heartbeat_makes_the_bot_come_back(emulator: DiscordEmulator) -> None:
    """Without ACKs discord.py closes with 4000 and resumes."""
    emulator.gateway.interval = 0.1
    async with running(emulator) as bot:
        bot._connection.heartbeat_timeout = 0.3
        assert bot.ws._keep_alive is not None
        bot.ws._keep_alive.heartbeat_timeout = 0.3
        emulator.gateway.acks = False
        await eventually(lambda: 4000 in emulator.gateway.closes)
        emulator.gateway.acks = True
        await bot.hears("resumed")
        assert emulator.gateway.beats > 1


# Odd events


async def test_events_come_twice_malformed_unknown_or_in_another_order(bot: Bot, emulator: DiscordEmulator) -> None:
    """Each oddity reaches discord.py as it was switched on, once."""
    emulator.people.join("eve")
    emulator.gateway.twice["MESSAGE_CREATE"] = 1
    emulator.people.say("eve", "twice")
    emulator.gateway.send("NOBODY_KNOWS_THIS", {"x": 1})
    emulator.people.say("eve", "once")
    await bot.hears("message", 3)
    assert [each.content for each in bot.all("message")] == ["twice", "twice", "once"]
    emulator.gateway.hold()
    for number in range(20):
        emulator.people.say("eve", str(number))
    emulator.gateway.release(random.Random(1).shuffle)
    await bot.hears("message", 23)
    told = [each.content for each in bot.all("message")][3:]
    assert sorted(told, key=int) == [str(number) for number in range(20)] != told


async def test_a_malformed_event_ends_discord_py(emulator: DiscordEmulator) -> None:
    """One event without its author escapes `start()`: what runs a client must start it again."""
    emulator.people.join("eve")
    async with running(emulator) as bot:
        emulator.gateway.spoil["MESSAGE_CREATE"] = lambda data: data.pop("author") and data
        emulator.people.say("eve", "x")
        await eventually(lambda: bot.running is not None and bot.running.done())
        assert bot.running is not None and isinstance(bot.running.exception(), (AttributeError, KeyError))


# REST


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_limit_is_waited_out(bot: Bot, emulator: DiscordEmulator, scope: str) -> None:
    """discord.py waits as long as it is told, in every scope, and then says it once."""
    emulator.limit(POST, 0.2, scope=scope)  # type: ignore[arg-type]
    await bot.general.send("hi")
    refused, done = emulator.desk.named(POST)
    assert refused.status == 429 and done.at - refused.at >= 0.2 and _seen(emulator) == ["hi"]
    assert emulator.limits.inside == 0 and emulator.limits.invalid == (0 if scope == "shared" else 1)


@pytest.mark.parametrize("form", ["no Via", "html"])
async def test_a_proxys_limit_raises_at_once(bot: Bot, emulator: DiscordEmulator, form: str) -> None:
    """Without a `Via` header, or as a page, discord.py does not wait; trying again at once is counted."""
    emulator.limit(POST, 5, via=form != "no Via", html=form == "html")
    with pytest.raises(discord.HTTPException) as no:
        await bot.general.send("hi")
    assert no.value.status == 429 and no.value.response.headers["Retry-After"] == "5"
    await bot.general.send("at once")
    assert emulator.limits.inside == 1 and emulator.limits.invalid == 1 and _seen(emulator) == ["at once"]


async def test_real_buckets_tell_their_state_and_are_kept(bot: Bot, emulator: DiscordEmulator) -> None:
    """With a real limit discord.py holds itself back and never meets a 429."""
    emulator.limits.rules["POST /channels/{channel}/messages"] = (3, 0.3)
    await asyncio.gather(*(bot.general.send(str(number)) for number in range(7)))
    assert sorted(_seen(emulator)) == [str(number) for number in range(7)] and emulator.limits.limited == 0


async def test_the_global_limit_refuses_the_fifty_first_call_in_a_second(emulator: DiscordEmulator) -> None:
    """50 requests a second, over all routes."""
    emulator.limits.tight()
    headers = {"Authorization": f"Bot {emulator.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask() -> int:
            async with session.get(f"{emulator.api}/users/@me") as answer:
                return answer.status

        statuses = await asyncio.gather(*(ask() for _ in range(60)))
    assert statuses.count(429) == emulator.limits.limited > 0


@pytest.mark.parametrize("html", [False, True])
async def test_a_server_error_is_raised_and_nothing_was_said(bot: Bot, emulator: DiscordEmulator, html: bool) -> None:
    """503 is not tried again by discord.py, in JSON or as a proxy's page."""
    emulator.desk.faults.add(POST, fails(503, html=html))
    with pytest.raises(discord.DiscordServerError):
        await bot.general.send("hi")
    assert _seen(emulator) == [] and len(emulator.desk.named(POST)) == 1


@pytest.mark.parametrize("status", [500, 502])
async def test_discord_py_tries_again_what_may_have_happened(bot: Bot, emulator: DiscordEmulator, status: int) -> None:
    """After a 500 or 502 whose work was done, discord.py asks again; its enforced nonce keeps it from saying it twice."""
    emulator.desk.faults.add(POST, fails(status, html=True, after=True))
    await bot.general.send("hi")
    assert _seen(emulator) == ["hi"]
    assert len(emulator.desk.named(POST)) == 2


@pytest.mark.parametrize("after", [False, True])
async def test_a_cut_connection_leaves_open_what_happened(bot: Bot, emulator: DiscordEmulator, after: bool) -> None:
    """The bot cannot tell whether it was said; the emulator can."""
    emulator.desk.faults.add(POST, reset(after=after))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await bot.general.send("hi")
    assert _seen(emulator) == (["hi"] if after else [])
    assert emulator.desk.named(POST)[-1].status is None


async def test_a_slow_answer_comes_after_the_work(bot: Bot, emulator: DiscordEmulator) -> None:
    """Whoever gives up early does not know that it was done."""
    emulator.desk.faults.add(POST, late(5))
    sending = asyncio.create_task(bot.general.send("hi"))
    await eventually(lambda: _seen(emulator) == ["hi"])
    assert not sending.done()
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
