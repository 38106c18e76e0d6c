from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from bot.exports import Reading, Tally, read
from moderation.model import MemberJoined, MessageRemoved, Role
from tests.exports.helpers import DATA, SHARED, edits, messages, skipped, texts

SLACK = DATA / "slack"


def zipped(target: Path, top: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(SLACK.rglob("*.json")):
            archive.write(file, top + file.relative_to(SLACK).as_posix())
    return target


@pytest.fixture(params=["folder", "zip", "zip with a folder inside", "zip inside a folder"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Reading:
    """The same export in every form in which people keep it."""
    if request.param == "folder":
        return read(SLACK)
    if request.param == "zip inside a folder":
        zipped(tmp_path / "Harbour Slack export.zip")
        return read(tmp_path)
    return read(zipped(tmp_path / "Harbour Slack export.zip", "Harbour/" if "with" in request.param else ""))


def test_an_export_reads_the_same_as_folder_and_zip(workspace: Reading) -> None:
    """All forms give the same events under the same keys."""
    assert [(event.key, event.at) for event in workspace] == [(event.key, event.at) for event in read(SLACK)]
    assert workspace.formats == {"Slack": Tally(files=3, messages=5)}


def test_markup_becomes_what_people_see(workspace: Reading) -> None:
    """Mentions and channels by name, entities as characters, links kept whole so that their target stays visible."""
    message = messages(workspace)[0]
    assert message.text == "hello @leo & @channel, see <https://example.org/a?b=1&c=2|the map> in #help"
    assert message.mentions == ("U0000LEO",)
    assert message.mentions_everyone
    assert message.ref.channel.name == "general"
    assert message.ref.channel.id == "C0000GEN"
    assert message.ref.channel.community == "T0000HARB"
    assert messages(workspace)[1].text == "2 < 3"


def test_a_thread_reply_points_at_its_thread(workspace: Reading) -> None:
    """A reply in a thread is a reply to the message that opened it."""
    opening, reply = messages(workspace)[:2]
    assert reply.reply_to == opening.ref
    assert opening.reply_to is None


def test_people_join_once_however_many_channels_they_enter(workspace: Reading) -> None:
    """Only the first line about a person is their coming; rules about joins count people, not channels."""
    joins = [event.member for event in workspace if isinstance(event, MemberJoined)]
    assert [member.ref.id for member in joins] == ["U0000LEO", "U0000ANA"]
    assert joins[0].roles == {Role.OWNER, Role.ADMIN}
    assert [member.name for member in joins] == ["leo", "Ana A"]


def test_messages_are_counted_from_the_join(workspace: Reading) -> None:
    """An export of a workspace is complete, so what a member wrote before is known."""
    by_ana = [message.author for message in messages(workspace) if message.author.ref.id == "U0000ANA"]
    assert [author.messages for author in by_ana] == [0, 1, 2]
    assert all(author.here_since is not None for author in by_ana)


def test_edits_and_removals_are_events_of_their_own(workspace: Reading) -> None:
    """Both a changed message and one that is gone come through, each with its message."""
    changed = edits(workspace)
    assert [edit.message.text for edit in changed][1] == "a better photo"
    assert changed[1].message.at < changed[1].at
    gone = [event for event in workspace if isinstance(event, MessageRemoved)]
    assert [event.message.id for event in gone] == ["1709370000.000001"]


def test_bots_and_files_are_told(workspace: Reading) -> None:
    """An integration is a bot; a file's name, type and size come through in the old and the new form."""
    bot = messages(workspace)[2]
    assert bot.author.is_bot
    assert bot.author.name == "tides"
    files = [(message.text, file.name, file.type) for message in messages(workspace) for file in message.attachments]
    assert files == [("please check", "tides.pdf", "application/pdf"), ("a photo", "sea.jpg", "image/jpeg")]


def test_private_conversations_stay_private(workspace: Reading) -> None:
    """Direct messages in a full export are named and not read."""
    assert "between us" not in texts(workspace)
    assert any(path.endswith("D024BE91L/") for path in skipped(workspace))


def test_guests_and_apps_are_told_from_members(tmp_path: Path) -> None:
    """A guest from another workspace has a name though no list names them; an app that writes as itself is a bot."""
    guest = {"type": "message", "user": "U9GUEST", "user_profile": {"display_name": "gus"}, "text": "ahoy", "ts": "1.1"}
    app = {"type": "message", "user": "U9APP", "bot_id": "B9", "text": "beep", "ts": "1.2"}
    (tmp_path / "general").mkdir()
    (tmp_path / "general" / "2024-03-01.json").write_text(json.dumps([guest, app]))
    authors = [message.author for message in messages(read(tmp_path))]
    assert [(author.name, author.is_bot) for author in authors] == [("gus", False), ("", True)]


def test_one_day_alone_can_be_read() -> None:
    """A single day's file gives its messages, the channel named after its folder."""
    reading = read(SLACK / "help" / "2024-03-01.json")
    assert texts(reading) == ["please check"]
    assert messages(reading)[0].ref.channel.name == "help"


def test_every_row_of_a_workspace_is_accounted_for() -> None:
    """Also in a real export, where the shared data is at hand: each row became an event or was counted."""
    for folder in (SLACK, SHARED / "slack-houston"):
        reading = read(folder) if folder.exists() else read(SLACK)
        days = [json.loads(day.read_text()) for day in folder.glob("[!D]*/*.json") if day.parent.name != "D024BE91L"]
        changes = sum(row.get("subtype") == "message_changed" for day in days for row in day)
        events = sum(isinstance(event, (MemberJoined, MessageRemoved)) for event in reading)
        assert reading.rows == 0
        if folder.exists():
            assert reading.messages + reading.notices + events + changes == sum(map(len, days)) > 0
        assert [event.at for event in reading] == sorted(event.at for event in reading)
