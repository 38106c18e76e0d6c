"""The genuine discord.py, without our adapter, hears from the emulator what people do, and does what a bot may."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import discord
import pytest
from discord.utils import utcnow

from tests.discord.genuine import Bot
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_eyes import text_of
from tests.emulators.discord_permissions import BOT_NEEDS, P


async def _member(bot: Bot, emulator: DiscordEmulator, name: str) -> discord.Member:
    return await bot.place.fetch_member(emulator.people.user(name).id)


def _seen(emulator: DiscordEmulator) -> list[str]:
    return [text_of(each) for each in emulator.eyes.channel()]


async def test_a_bot_hears_of_a_stay_from_the_door_to_the_way_out(bot: Bot, emulator: DiscordEmulator) -> None:
    """Joining pending, accepting the rules, taking a name and leaving arrive in this order."""
    people = emulator.people
    people.join("eve", pending=True)
    assert (await bot.hears("member_join")).pending and not emulator.eyes.may_write("eve")
    people.accept_rules("eve")
    await bot.hears("member_update")
    before, after = bot.all_args("member_update")[0]
    assert before.pending and not after.pending and emulator.eyes.may_write("eve")
    people.rename("eve", "Eva")
    await bot.hears("member_update", 2)
    assert bot.all_args("member_update")[1][1].nick == "Eva"
    people.leave("eve")
    assert (await bot.hears("raw_member_remove")).user.id == people.user("eve").id


async def test_a_bot_hears_of_a_message_from_its_posting_to_its_end(bot: Bot, emulator: DiscordEmulator) -> None:
    """Posting, editing, reacting and deleting arrive with what was written."""
    people = emulator.people
    people.join("eve")
    said = people.say("eve", "hola <@ana>")
    heard = await bot.hears("message")
    assert heard.content == f"hola <@{people.user('ana').id}>" and [one.name for one in heard.mentions] == ["ana"]
    people.edit("eve", said, "adiós")
    assert (await bot.hears("raw_message_edit")).message.content == "adiós"
    people.react("eve", said, "👍")
    assert str((await bot.hears("raw_reaction_add")).emoji) == "👍"
    people.delete("eve", said)
    assert (await bot.hears("raw_message_delete")).message_id == said.id


async def test_files_forwards_polls_replies_and_threads_are_as_discord_py_expects(
    bot: Bot, emulator: DiscordEmulator
) -> None:
    """What is more than words arrives in discord.py's own shapes."""
    people = emulator.people
    people.join("eve")
    first = people.say("eve", "look", files=[("cat.png", "image/png", b"\x89PNG")])
    people.forward("eve", first)
    people.poll("eve", "Tea?", ["yes", "no"])
    people.say("eve", "indeed", reply_to=first)
    thread = people.thread("eve", "about tea")
    people.say("eve", "in here", thread)
    await bot.hears("message", 5)
    posted, forwarded, poll, reply, threaded = bot.all("message")
    assert await posted.attachments[0].read() == b"\x89PNG" and posted.attachments[0].content_type == "image/png"
    assert forwarded.message_snapshots[0].content == "look"
    assert poll.poll.question == "Tea?" and [answer.text for answer in poll.poll.answers] == ["yes", "no"]
    assert reply.reference.resolved.content == "look"
    assert threaded.channel.name == "about tea" and isinstance(threaded.channel, discord.Thread)


async def test_messages_of_a_banned_person_go_in_one_event(bot: Bot, emulator: DiscordEmulator) -> None:
    """A ban that wipes deletes in bulk, and keeps the person out until it is lifted."""
    emulator.people.join("eve")
    for text in ("one", "two"):
        emulator.people.say("eve", text)
    eve = await _member(bot, emulator, "eve")
    await eve.ban(reason="spam", delete_message_seconds=600)
    assert len((await bot.hears("raw_bulk_message_delete")).message_ids) == 2 and _seen(emulator) == []
    with pytest.raises(CannotDo, match="banned"):
        emulator.people.join("eve")
    assert [entry.reason async for entry in bot.place.audit_logs(action=discord.AuditLogAction.ban)] == ["spam"]
    await bot.place.unban(eve)
    emulator.people.join("eve")
    assert emulator.eyes.is_here("eve")


async def test_the_same_nonce_is_said_once(bot: Bot, emulator: DiscordEmulator) -> None:
    """With enforce_nonce a second request gives the first message; without it, or after a while, it is said again."""

    async def say(**more: object) -> str:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=bot.general.id)
        made = await bot.http.request(route, json={"content": "hi", "nonce": "k1", **more})
        return str(made["id"])

    assert await say(enforce_nonce=True) == await say(enforce_nonce=True)
    assert len(_seen(emulator)) == 1
    await say()
    emulator.state.ahead(600)
    await say(enforce_nonce=True)
    assert len(_seen(emulator)) == 3


async def test_only_what_allowed_mentions_leaves_notifies_anybody(bot: Bot, emulator: DiscordEmulator) -> None:
    """A mention that is not allowed stands there and pings nobody."""
    emulator.people.join("eve")
    eve = f"<@{emulator.people.user('eve').id}>"
    await bot.general.send(f"@everyone {eve}", allowed_mentions=discord.AllowedMentions.none())
    assert emulator.eyes.pinged("eve") == []
    await bot.general.send(eve)
    assert len(emulator.eyes.pinged("eve")) == 1


async def test_a_timeout_silences_until_it_is_over(bot: Bot, emulator: DiscordEmulator) -> None:
    """Nobody writes during a timeout; it ends by itself, by hand, and lasts at most 28 days."""
    emulator.people.join("eve")
    eve = await _member(bot, emulator, "eve")
    await eve.timeout(utcnow() + timedelta(minutes=10))
    with pytest.raises(CannotDo):
        emulator.people.say("eve", "!")
    emulator.people.leave("eve")
    emulator.people.join("eve")
    assert not emulator.eyes.may_write("eve")
    emulator.state.ahead(601)
    assert emulator.eyes.may_write("eve")
    with pytest.raises(discord.HTTPException) as refused:
        await eve.timeout(utcnow() + timedelta(days=29))
    assert refused.value.code == 50035


async def test_who_stands_above_the_bot_is_out_of_its_reach(bot: Bot, emulator: DiscordEmulator) -> None:
    """The owner, and whoever has a role above the bot's, cannot be silenced, kicked or banned."""
    owner = await bot.place.fetch_member(emulator.guild.owner)
    for refused in (owner.timeout(utcnow() + timedelta(hours=1)), owner.kick(), owner.ban()):
        with pytest.raises(discord.Forbidden) as no:
            await refused
        assert no.value.code == 50013
    emulator.people.join("eve")
    emulator.people.give("eve", "moderator")
    emulator.guild.role_named("moderator").position = 9
    with pytest.raises(discord.Forbidden):
        await (await _member(bot, emulator, "eve")).kick()


@pytest.mark.parametrize(
    ("right", "does"),
    [
        (P.MANAGE_MESSAGES, lambda bot, message, eve: message.delete()),
        (P.MODERATE_MEMBERS, lambda bot, message, eve: eve.timeout(utcnow() + timedelta(hours=1))),
        (P.KICK_MEMBERS, lambda bot, message, eve: eve.kick()),
        (P.BAN_MEMBERS, lambda bot, message, eve: eve.ban()),
        (P.SEND_MESSAGES, lambda bot, message, eve: bot.general.send("x")),
        (P.MANAGE_CHANNELS, lambda bot, message, eve: bot.general.edit(slowmode_delay=5)),
        (P.MANAGE_ROLES, lambda bot, message, eve: bot.general.set_permissions(eve, view_channel=True)),
        (P.MANAGE_WEBHOOKS, lambda bot, message, eve: bot.general.create_webhook(name="x")),
        (P.MANAGE_GUILD, lambda bot, message, eve: bot.place.edit(invites_disabled_until=utcnow())),
    ],
    ids=lambda value: value.name if isinstance(value, P) else "",
)
async def test_a_missing_permission_is_refused(bot: Bot, emulator: DiscordEmulator, right: P, does) -> None:  # type: ignore[no-untyped-def]
    """Each right is really asked for: 403 with 50013, and nothing happens."""
    emulator.people.join("eve")
    emulator.people.say("eve", "hm")
    message = await bot.hears("message")
    emulator.guild.roles[emulator.guild.id].permissions &= ~right
    emulator.owner.set_bot_permissions(BOT_NEEDS & ~right)
    with pytest.raises(discord.Forbidden) as no:
        await does(bot, message, message.author)
    assert no.value.code == 50013 and _seen(emulator) == ["hm"] and emulator.eyes.is_here("eve")
    assert emulator.limits.invalid == 1


async def test_a_channel_that_cannot_be_seen_is_not_told_of(bot: Bot, emulator: DiscordEmulator) -> None:
    """Without the right to view there are no events, and asking gives 50001."""
    emulator.people.join("eve")
    emulator.owner.hide_from_bot("general")
    emulator.people.say("eve", "between us")
    with pytest.raises(discord.Forbidden) as no:
        await bot.general.send("x")
    assert no.value.code == 50001 and "message" not in bot.names()


async def test_roles_locks_slow_mode_and_invites_change_what_people_may(bot: Bot, emulator: DiscordEmulator) -> None:
    """Each switch is felt by people, and undone by its opposite."""
    emulator.people.join("eve")
    eve = await _member(bot, emulator, "eve")
    trusted = discord.Object(emulator.guild.role_named("trusted").id)
    await eve.add_roles(trusted)
    assert emulator.eyes.roles("eve") == {"trusted"}
    await eve.remove_roles(trusted)
    assert emulator.eyes.roles("eve") == set()
    everyone = bot.place.default_role
    await bot.general.set_permissions(everyone, send_messages=False)
    assert not emulator.eyes.may_write("eve")
    await bot.general.set_permissions(everyone, overwrite=None)
    assert emulator.eyes.may_write("eve")
    await bot.general.edit(slowmode_delay=30)
    emulator.people.say("eve", "one")
    with pytest.raises(CannotDo, match="slow mode"):
        emulator.people.say("eve", "two")
    await bot.place.edit(invites_disabled_until=utcnow() + timedelta(hours=1))
    with pytest.raises(CannotDo, match="paused"):
        emulator.people.join("ana")
    emulator.state.ahead(3601)
    emulator.people.join("ana")


async def test_only_community_servers_pause_invites_for_good(bot: Bot, emulator: DiscordEmulator) -> None:
    """Elsewhere the feature is refused with 50001 whatever the bot may, and there is the pause of at most a day."""
    await bot.place.edit(invites_disabled=True)
    with pytest.raises(CannotDo, match="paused"):
        emulator.people.join("eve")
    await bot.place.edit(invites_disabled=False)
    emulator.guild.features.clear()
    with pytest.raises(discord.Forbidden) as no:
        await bot.http.edit_guild(emulator.guild.id, features=["INVITES_DISABLED"])
    assert no.value.code == 50001
    with pytest.raises(discord.HTTPException):
        await bot.place.edit(invites_disabled_until=utcnow() + timedelta(hours=25))
    emulator.people.join("eve")


async def test_direct_messages_reach_one_person_or_are_refused(bot: Bot, emulator: DiscordEmulator) -> None:
    """Closed direct messages answer 50007, and those to somebody with no server in common 50278."""
    emulator.people.join("eve")
    eve = await _member(bot, emulator, "eve")
    await eve.send("why")
    assert [text_of(each) for each in emulator.eyes.told("eve")] == ["why"] and _seen(emulator) == []
    emulator.people.write_to_bot("eve", "because")
    assert (await bot.hears("message", 2)).content == "because"
    emulator.people.close_dms("eve")
    with pytest.raises(discord.Forbidden) as closed:
        await eve.send("more")
    emulator.people.close_dms("eve", closed=False)
    emulator.people.leave("eve")
    with pytest.raises(discord.Forbidden) as strangers:
        await eve.send("more")
    assert (closed.value.code, strangers.value.code) == (50007, 50278)


async def test_a_webhook_says_it_under_another_name(bot: Bot, emulator: DiscordEmulator) -> None:
    """A restored message shows its author's name, and comes back to the bot as a webhook's."""
    hook = await bot.general.create_webhook(name="restoring")
    said = await hook.send("as it was", username="eve", wait=True, allowed_mentions=discord.AllowedMentions.none())
    assert [(each.author.name, text_of(each)) for each in emulator.eyes.channel()] == [("eve", "as it was")]
    assert (await bot.hears("message")).webhook_id == hook.id and said.author.name == "eve"
    await said.delete()
    with pytest.raises(discord.HTTPException):
        await hook.send("x", username="Discord staff")
    assert _seen(emulator) == []


async def test_history_is_paged_in_both_directions(bot: Bot, emulator: DiscordEmulator) -> None:
    """Everything after an id is found, oldest first, and what was deleted meanwhile is not."""
    emulator.people.join("eve")
    said = [emulator.people.say("eve", str(number)) for number in range(230)]
    emulator.people.delete("eve", said[100])
    after = discord.Object(said[9].id)
    found = [each.content async for each in bot.general.history(after=after, limit=None, oldest_first=True)]
    assert found == [str(number) for number in range(10, 230) if number != 100]
    assert [each.content async for each in bot.general.history(limit=2)] == ["229", "228"]


async def test_a_file_is_served_as_it_was_posted(emulator: DiscordEmulator) -> None:
    """The attachment's address gives its bytes."""
    emulator.people.join("eve")
    said = emulator.people.say("eve", files=[("a.txt", "text/plain", b"abc")])
    async with aiohttp.ClientSession() as session, session.get(said.attachments[0]["url"]) as answer:
        assert await answer.read() == b"abc"


async def test_an_unknown_route_fails_loudly() -> None:
    """Whatever the emulator does not know, the test that asked for it fails."""

    async def ask() -> None:
        async with (
            DiscordEmulator().opened() as served,
            aiohttp.ClientSession() as session,
            session.get(f"{served.api}/nowhere", headers={"Authorization": f"Bot {served.token}"}) as answer,
        ):
            assert answer.status == 500 and served.desk.unknown == ["GET /nowhere"]

    with pytest.raises(AssertionError, match="GET /nowhere"):
        await ask()


async def test_a_large_server_is_told_in_chunks(bot: Bot, emulator: DiscordEmulator) -> None:
    """More than a thousand members come in several chunks, all of them."""
    for number in range(1200):
        emulator.people.join(f"p{number}")
    await eventually(lambda: bot.place.member_count == 1202)
    assert len(await bot.place.query_members(query="p", limit=100, cache=False)) == 100
    assert len(await bot.place.chunk(cache=False)) == 1202


async def test_what_the_owner_changes_is_told(bot: Bot, emulator: DiscordEmulator) -> None:
    """Channels and roles come and go, the server has an outage, and the bot is thrown out and invited again."""
    owner = emulator.owner
    owner.add_channel("debate")
    owner.delete_channel("debate")
    owner.delete_role("trusted")
    await bot.hears("guild_role_delete")
    assert [each.name for each in (*bot.all("guild_channel_create"), *bot.all("guild_channel_delete"))] == [
        "debate"
    ] * 2
    owner.outage()
    await bot.hears("guild_unavailable")
    owner.outage_over()
    await bot.hears("guild_available", 2)
    owner.remove_bot()
    await bot.hears("guild_remove")
    emulator.people.join("eve")
    with pytest.raises(discord.Forbidden) as no:
        await bot.http.get_guild(emulator.guild.id)
    assert no.value.code == 50001
    owner.invite_bot()
    assert (await bot.hears("guild_join")).name == "Plaza" and "member_join" not in bot.names()


async def test_discord_speaks_for_itself_where_people_come_in(bot: Bot, emulator: DiscordEmulator) -> None:
    """A system message has its kind, and its words were written by nobody."""
    emulator.people.join("eve")
    emulator.people.system_message("eve")
    heard = await bot.hears("message")
    assert heard.type is discord.MessageType.new_member and heard.content == "" and heard.author.name == "eve"


async def test_threads_that_were_put_away_are_found(bot: Bot, emulator: DiscordEmulator) -> None:
    """A bot opens threads, puts them away and finds them again."""
    thread = await bot.general.create_thread(name="old", type=discord.ChannelType.public_thread)
    await thread.send("in here")
    assert [each.name for each in await bot.place.active_threads()] == ["old"]
    await thread.edit(archived=True, locked=True)
    assert [each.name async for each in bot.general.archived_threads()] == ["old"]
    assert await bot.place.active_threads() == []
    emulator.people.join("eve")
    assert not emulator.eyes.may_write("eve", emulator.guild.channel_named("old"))
