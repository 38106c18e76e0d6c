"""What people do in a workspace, and what Sereno hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.model import (
    Attachment,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
    ReactionAdded,
)
from tests.slack.bench import Bench, connected
from tests.slack.world import opened


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened() as world, connected(world, tmp_path) as one:
        yield one


async def test_a_message_arrives_with_its_author_and_channel(bench: Bench) -> None:
    """Who, where and what, by our names."""
    bench.people.here("eve")
    row = bench.people.says("eve", "hola")
    (event,) = await bench.heard(MessagePosted)
    said = event.message
    assert (said.text, said.author.name, said.ref.id) == ("hola", "eve", row["ts"])
    assert said.ref.channel.name == "general" and said.author.ref == bench.member("eve")
    assert event.key == f"slack:msg:T0001:{bench.general.id}:{row['ts']}:0"


@pytest.mark.parametrize(
    ("on_the_wire", "read"),
    [
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;", "&lt;"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("<http://x.example|x.example>", "x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<http://bad.example|bank.example>", "<http://bad.example|bank.example>"),
        ("see <#C02|general>", "see #general"),
        ("<!subteam^S1|@mods> help", "@mods help"),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        ("&lt;@U1&gt;", "<@U1>"),
    ],
)
async def test_text_reads_as_it_was_typed(bench: Bench, on_the_wire: str, read: str) -> None:
    """Entities and markup of the wire are gone; an address shown as another keeps both."""
    bench.people.says("eve", on_the_wire)
    (event,) = await bench.heard(MessagePosted)
    assert event.message.text == read and event.message.mentions == ()


async def test_mentions_are_ids(bench: Bench) -> None:
    """Each person once, in order; everybody is everybody."""
    eve, bo = bench.people.here("eve").id, bench.people.here("bo").id
    bench.people.says("eve", f"<@{bo}> <@{eve}|eve> <@{bo}> <!here>")
    (event,) = await bench.heard(MessagePosted)
    assert event.message.mentions == (bo, eve) and event.message.mentions_everyone
    assert event.message.text == f"<@{bo}> <@{eve}> <@{bo}> @here"


async def test_an_edit_is_a_new_version(bench: Bench) -> None:
    """With a key of its own, the time of the edit, and the message's own time kept."""
    row = bench.people.says("eve", "hola")
    bench.people.edits("eve", row["ts"], "adiós")
    (event,) = await bench.heard(MessageEdited)
    assert event.message.text == "adiós" and event.at > event.message.at
    assert event.key.startswith(f"slack:msg:T0001:{bench.general.id}:{row['ts']}:") and not event.key.endswith(":0")


async def test_a_preview_that_unfolds_is_no_edit(bench: Bench) -> None:
    """Slack calls it a change; nobody edited anything."""
    row = bench.people.says("eve", "<https://x.example>")
    bench.people.unfolds(row["ts"])
    bench.people.says("eve", "next")
    await bench.heard(MessagePosted, 2)
    await bench.settled()
    assert bench.of(MessageEdited) == []


async def test_a_removed_message_is_told(bench: Bench) -> None:
    """Whoever removed it; one that begins a thread leaves a tombstone, which is the same."""
    first, second = bench.people.says("eve", "one"), bench.people.says("eve", "two")
    bench.people.says("bo", "answer", thread_ts=second["ts"])
    bench.people.deletes(first["ts"])
    bench.people.deletes(second["ts"])
    events = await bench.heard(MessageRemoved, 2)
    assert {event.message.id for event in events} == {first["ts"], second["ts"]}


async def test_threads_files_and_shared_messages(bench: Bench) -> None:
    """An answer knows its thread, files are described, words from elsewhere are read and marked."""
    parent = bench.people.says("eve", "question")
    bench.people.says("bo", "answer", thread_ts=parent["ts"])
    file = {"id": "F1", "name": "cat.png", "mimetype": "image/png", "size": 12}
    bench.people.says("eve", "", subtype="file_share", files=[file, {"id": "F2", "mode": "tombstone"}])
    shared = {"is_share": True, "text": "from &lt;elsewhere&gt;", "fallback": "x", "author_name": "bo"}
    bench.people.says("eve", "look", attachments=[shared])
    bench.people.says("bo", "also here", subtype="thread_broadcast", thread_ts=parent["ts"], root=parent)
    by_text = {event.message.text: event.message for event in await bench.heard(MessagePosted, 5)}
    assert by_text["answer"].reply_to is not None and by_text["answer"].reply_to.id == parent["ts"]
    assert by_text[""].attachments == (Attachment("cat.png", "image/png", 12),)
    assert by_text["look\nfrom <elsewhere>"].forwarded and not by_text["question"].forwarded
    assert by_text["also here"].reply_to == by_text["answer"].reply_to


async def test_what_nobody_wrote_is_no_message(bench: Bench) -> None:
    """Somebody joined, a topic changed, a mention that comes a second time, a private conversation."""
    eve = bench.people.here("eve").id
    general = bench.world.slack.space.channels[bench.general.id]
    for subtype in ("channel_join", "channel_topic", "pinned_item", "an_unknown_one"):
        bench.world.slack.put(general, eve, {"text": "x", "subtype": subtype})
    said = bench.people.says("eve", "hola")
    bench.world.slack.tell({**said, "type": "app_mention", "channel": general.id})
    bench.world.slack.put(bench.world.slack.space.direct(eve, bench.world.slack.bot), eve, {"text": "private"})
    await bench.settled()
    assert [event.message.text for event in bench.of(MessagePosted)] == ["hola"]


async def test_bots_are_marked_and_sereno_does_not_hear_itself(bench: Bench) -> None:
    """Integrations speak too; the bot's own words are not events."""
    bench.people.here("helper")
    bench.people.changes("helper", is_bot=True)
    bench.people.says("helper", "beep")
    general = bench.world.slack.space.channels[bench.general.id]
    bench.world.slack.put(
        general,
        "",
        {"text": "", "subtype": "bot_message", "bot_id": "B9", "username": "ci", "attachments": [{"text": "red"}]},
    )
    await bench.chat.post(bench.general, "me", key="k")
    events = await bench.heard(MessagePosted, 2)
    await bench.settled()
    assert {(event.message.text, event.message.author.is_bot) for event in events} == {("beep", True), ("red", True)}
    assert len(bench.of(MessagePosted)) == 2


async def test_people_come_go_and_are_renamed(bench: Bench) -> None:
    """A deactivated account has left; a new status is not a new name."""
    bench.people.joins("eve")
    await bench.heard(MemberJoined)
    bench.people.changes("eve", locale="es-ES")
    bench.people.changes("eve", name="Eva")
    (renamed,) = await bench.heard(MemberRenamed)
    assert (renamed.before, renamed.member.name) == ("eve", "Eva")
    bench.people.leaves("Eva")
    bench.people.changes("Eva", locale="en-US")
    (left,) = await bench.heard(MemberLeft)
    assert left.member.ref == bench.member("Eva")
    bench.people.returns("Eva")
    await bench.heard(MemberJoined, 2)
    await bench.settled()
    assert len(bench.of(MemberRenamed)) == 1 and len(bench.of(MemberLeft)) == 1


async def test_people_of_another_workspace_do_not_join_by_being_seen(bench: Bench) -> None:
    """A shared channel shows strangers; they have not come into the community."""
    bench.people.joins("stranger", team="T0999")
    bench.people.joins("eve")
    await bench.heard(MemberJoined)
    await bench.settled()
    assert [event.member.name for event in bench.of(MemberJoined)] == ["eve"]


async def test_a_reaction_says_who_and_to_what(bench: Bench) -> None:
    """With its name, as Slack spells it."""
    row = bench.people.says("eve", "hola")
    bench.people.reacts("bo", row["ts"], "wave")
    (event,) = await bench.heard(ReactionAdded)
    assert (event.emoji, event.message.id, event.member.name) == ("wave", row["ts"], "bo")


async def test_roles_are_ours_and_slacks(bench: Bench) -> None:
    """User groups by our names; admins and owners are staff though nobody configured them."""
    await bench.world.becomes_moderator("mod")
    bench.people.says("mod", "hi")
    bench.people.says("boss", "hi")
    bench.people.says("eve", "hi")
    await bench.heard(MessagePosted, 3)
    roles = {event.message.author.name: event.message.author.roles for event in bench.of(MessagePosted)}
    assert roles == {"mod": {"moderator", "admin"}, "boss": {"owner"}, "eve": frozenset()}


async def test_the_same_event_twice_is_one(bench: Bench) -> None:
    """Slack delivers again whatever it is not sure about."""
    row = bench.people.says("eve", "hola")
    await bench.heard(MessagePosted)
    bench.world.slack.tell({**row, "channel": bench.general.id, "channel_type": "channel", "event_ts": row["ts"]})
    await bench.settled()
    assert len(bench.of(MessagePosted)) == 1


async def test_another_workspace_is_left_alone(bench: Bench) -> None:
    """The same app may be installed elsewhere; that is acknowledged and not looked at."""
    slack = bench.world.slack
    event = {"type": "message", "user": "U1", "text": "x", "ts": "1.2", "event_ts": "1.2", "channel": "C1"}
    body = {**slack.wrapped(event), "team_id": "T0666", "authorizations": [{"team_id": "T0666"}]}
    delivery = slack.sockets.push("events_api", body)
    await bench.settled()
    assert delivery.took is not None and bench.events == []


async def test_malformed_and_unknown_envelopes_are_acknowledged_and_hold_nobody_up(bench: Bench) -> None:
    """Whatever comes, the next message is heard."""
    slack = bench.world.slack
    for event in (
        {"type": "message", "channel": bench.general.id, "event_ts": "1.0"},
        {"type": "message", "channel": bench.general.id, "user": "U1", "ts": "soon", "event_ts": "soon"},
        {"type": "message", "subtype": "message_changed", "channel": bench.general.id, "event_ts": "1.0"},
        {"type": "reaction_added", "item": None, "event_ts": "1.0"},
        {"type": "team_join", "user": {}, "event_ts": "1.0"},
        {"type": "never_heard_of", "event_ts": "1.0"},
    ):
        slack.sockets.push("events_api", slack.wrapped(event))
    team = {"team_id": slack.space.team}
    for body in (
        {"type": "odd", **team},
        {**team},
        {"type": "block_actions", **team},
        {"type": "view_submission", **team},
    ):
        slack.sockets.push("interactive", body)
    await slack.sockets.raw("not json")
    await slack.sockets.raw('["a list"]')
    await slack.sockets.raw('{"type": "events_api"}')
    bench.people.says("eve", "hola")
    await bench.heard(MessagePosted)
    await bench.settled()
    assert not [one for one in slack.sockets.deliveries if one.given_up]
    assert len(bench.of(MessagePosted)) == 1
