from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bot.exports import Tally, read
from moderation.model import ChannelRef, MemberJoined, MemberLeft, Role
from tests.exports.helpers import DATA, SHARED, edits, messages, notes, skipped, texts

CHAT = DATA / "telegram" / "result.json"
EVERYTHING = DATA / "telegram" / "everything.json"


def test_a_chat_becomes_events_in_order() -> None:
    """Joins, messages, an edit and a departure stand in order; pins are counted and left out."""
    reading = read(CHAT)
    kinds = [type(event).__name__ for event in reading]
    assert kinds == [
        "MemberJoined",
        "MessagePosted",
        "MemberJoined",
        "MemberJoined",
        "MessagePosted",
        "MessagePosted",
        "MessageEdited",
        "MemberLeft",
    ]
    assert reading.formats == {"Telegram": Tally(files=1, messages=3)}
    assert reading.notices == 1


def test_a_hidden_link_stays_visible() -> None:
    """Words that hide a link keep their target, and people called on by handle or name are told apart."""
    message = messages(read(CHAT))[0]
    assert message.text == "look [at this map](https://example.org/map) @Leo_L or Bo!"
    assert message.mentions == ("@leo_l", "500000003")


def test_ids_are_those_that_bots_see() -> None:
    """A supergroup carries -100 and a person just the number, so a backtest and live traffic agree."""
    message = messages(read(CHAT))[0]
    assert message.ref.channel == ChannelRef("telegram", "-1001400000001", "-1001400000001")
    assert message.author.ref.id == "500000001"
    assert message.at == datetime(2024, 3, 1, 10, 1, tzinfo=UTC)
    assert edits(read(CHAT))[0].at == datetime(2024, 3, 1, 10, 5, tzinfo=UTC)


def test_invited_people_get_the_id_under_which_they_wrote() -> None:
    """Service lines only name people; who wrote under that name is that person, who never wrote stays a name."""
    joins = [event.member.ref.id for event in read(CHAT) if isinstance(event, MemberJoined)]
    assert joins == ["500000001", "500000003", "name:Cy"]
    assert [event.member.ref.id for event in read(CHAT) if isinstance(event, MemberLeft)] == ["500000001"]


def test_files_are_known_even_when_they_were_not_saved() -> None:
    """A photo, and a document that the export left out, are attachments with what is known of them."""
    photo, document = messages(read(CHAT))[1:]
    assert [(file.name, file.type) for file in photo.attachments] == [("photo_1.jpg", "image/jpeg")]
    assert photo.reply_to is not None
    assert photo.reply_to.id == "2"
    assert [(file.name, file.type, file.size) for file in document.attachments] == [
        ("tides.pdf", "application/pdf", 5000)
    ]


def test_a_post_in_the_name_of_the_group_is_an_admins() -> None:
    """Anonymous admins write as the group itself."""
    assert messages(read(CHAT))[2].author.roles == {Role.ADMIN}


def test_lines_no_client_can_show_are_counted(tmp_path: Path) -> None:
    """Old exports hold rows of a type `unsupported`: nothing is wrong with the file."""
    chat = json.loads(CHAT.read_text())
    chat["messages"].append({"id": 99, "type": "unsupported"})
    (tmp_path / "result.json").write_text(json.dumps(chat))
    reading = read(tmp_path / "result.json")
    assert reading.rows == 0
    assert reading.notices == 2


def test_a_full_export_gives_its_groups_and_not_the_private_chats() -> None:
    """Private chats are named and left out; times without a zone are taken as UTC, and that is said."""
    reading = read(EVERYTHING)
    assert texts(reading) == ["ahoy"]
    assert messages(reading)[0].ref.channel.id == "-600000001"
    assert list(skipped(reading)) == ["everything.json:Ana"]
    assert any("UTC" in note for note in notes(reading))


def test_a_genuine_chat_is_read_whole() -> None:
    """Where the shared data is at hand: a real supergroup loses no message."""
    genuine = SHARED / "telegram-tech" / "result.json"
    reading = read(genuine if genuine.exists() else CHAT)
    assert reading.rows == 0
    assert reading.messages == (197 if genuine.exists() else 3)
    assert [event.at for event in reading] == sorted(event.at for event in reading)
