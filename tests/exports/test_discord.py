from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.exports import Tally, read
from moderation.model import ChannelRef, MemberJoined, Role
from tests.exports.helpers import DATA, channel, edits, messages, notes, printed, row, skipped, spoken, table, texts

GENERAL = DATA / "discord" / "Harbour - Talk - general [700000000000000010].json"
HELP = DATA / "discord" / "Harbour - help [700000000000000011].csv"
OLD = DATA / "discord" / "old"


def test_a_json_export_becomes_events_in_order() -> None:
    """A join, messages and an edit stand in the order in which they happened; pins are counted and left out."""
    reading = read(GENERAL)
    kinds = [type(event).__name__ for event in reading]
    assert kinds == ["MessagePosted", "MemberJoined", "MessagePosted", "MessagePosted", "MessageEdited"]
    assert reading.formats == {"DiscordChatExporter JSON": Tally(files=1, messages=3)}
    assert reading.notices == 1
    assert reading.skipped == ()


def test_a_discord_message_keeps_its_facts() -> None:
    """Author, channel, reply, distinct mentions, files and the call on everyone come through."""
    first, reply, forwarded = messages(read(GENERAL))
    assert first.at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert first.ref.channel == ChannelRef("discord", "700000000000000001", "700000000000000010")
    assert first.ref.channel.name == "general"
    assert first.author.name == "Ana"
    assert first.mentions_everyone
    assert [(file.name, file.type, file.size) for file in first.attachments] == [("harbour.png", "image/png", 2048)]
    assert reply.reply_to is not None
    assert reply.reply_to.id == first.ref.id
    assert reply.mentions == ("1212000000000000000", "700000000000000021")
    assert forwarded.text == "tide table for March"
    assert forwarded.reply_to is None
    assert forwarded.author.is_bot


def test_an_account_is_as_old_as_its_id_says() -> None:
    """Discord ids carry the moment of creation, so rules about young accounts can be tried on a history."""
    created = messages(read(GENERAL))[0].author.account_created
    assert created is not None
    assert (created.year, created.month) == (2024, 2)


def test_a_moderator_in_the_export_is_staff() -> None:
    """A role called Moderator keeps its name and also counts as Sereno's own role."""
    author = messages(read(GENERAL))[1].author
    assert author.roles == {"Moderator", "Sailor", Role.MODERATOR}
    assert author.is_staff


def test_here_since_is_known_only_after_a_join_was_seen() -> None:
    """Before the join line, and for people whose join the export does not show, the fact stays unknown."""
    joined = next(event for event in read(GENERAL) if isinstance(event, MemberJoined))
    before, other, _ = messages(read(GENERAL))
    after = edits(read(GENERAL))[0].message
    assert before.author.here_since is None
    assert other.author.here_since is None
    assert after.author.here_since == joined.at
    assert after.author.messages is None


def test_an_edit_keeps_the_time_of_posting() -> None:
    """The event has the time of the change, its message the time it was posted; their keys differ."""
    posted, edit = messages(read(GENERAL))[0], edits(read(GENERAL))[0]
    assert edit.message.ref == posted.ref
    assert edit.message.at == posted.at
    assert edit.at == datetime(2024, 3, 1, 10, 20, 0, 500_000, tzinfo=UTC)
    assert edit.key == "discord:msg:1213000000000000002:1709288400500"


def test_a_csv_export_keeps_quotes_lines_and_files() -> None:
    """Quoted quotes, line breaks, commas and several attachments in one cell come through."""
    reading = read(HELP)
    first, second = messages(reading)
    assert first.text == 'one "quoted" word,\nand a second line'
    assert first.at == datetime(2024, 3, 2, 8, tzinfo=UTC)
    assert first.author.name == "leo"
    assert first.ref.channel == ChannelRef("discord", "Harbour", "700000000000000011")
    assert second.mentions == ("700000000000000020", "@bo")
    assert [file.name for file in second.attachments] == ["map 1.pdf", "sea.png"]
    assert [event.member.name for event in reading if isinstance(event, MemberJoined)] == ["cy"]
    assert reading.notices == 1


def test_an_old_csv_without_ids_and_zones_is_read_and_said_so() -> None:
    """People are told apart by name and times are taken as UTC, both of which the reading mentions."""
    reading = read(OLD)
    assert texts(reading) == ["first", "second; with a semicolon", "third"]
    assert [message.at.hour for message in messages(reading)] == [0, 0, 23]
    assert messages(reading)[0].author.ref.id == "leo#1234"
    assert messages(reading)[0].author.account_created is None
    assert any("UTC" in note for note in notes(reading))
    assert any("no author ids" in note for note in notes(reading))
    assert skipped(reading) == {"nothing.csv": "an empty file"}


def test_rows_without_ids_get_keys_that_differ_and_last(tmp_path: Path) -> None:
    """Two equal rows are two messages; reading again, or a copy of the file, gives the same keys."""
    (tmp_path / "a.csv").write_text(table(row("hi"), row("hi"), row("ho")))
    first = [event.key for event in read(tmp_path)]
    assert len(set(first)) == 3
    assert [event.key for event in read(tmp_path / "a.csv")] == first


def test_bad_rows_are_named_and_the_good_ones_read(tmp_path: Path) -> None:
    """A short row, a row too long and a broken date each lose only themselves."""
    content = table(row("good"), row("bad", date="yesterday"), row("better"))
    (tmp_path / "a.csv").write_text(content + '"1"\n' + '"1","2","3","4","5","6","7"\n' + table(row("best"))[51:])
    reading = read(tmp_path)
    assert texts(reading) == ["good", "better", "best"]
    assert reading.rows == 3
    assert set(skipped(reading)) == {"a.csv:3", "a.csv:5", "a.csv:6"}


def test_a_file_full_of_bad_rows_names_some_and_counts_all(tmp_path: Path) -> None:
    """The account stays readable however broken a file is."""
    (tmp_path / "a.csv").write_text(table(*(row("x", date="?") for _ in range(40))))
    reading = read(tmp_path)
    assert reading.rows == 40
    assert skipped(reading)["a.csv"] == "35 more bad rows"
    assert len(reading.skipped) == 6


@pytest.mark.parametrize(
    "broken",
    [
        {"id": 5},
        "text",
        None,
        {**spoken(1), "timestamp": "soon"},
        {**spoken(1), "author": None},
        {**spoken(1), "content": ["a"]},
        {**spoken(1), "mentions": [7]},
        {**spoken(1), "attachments": "x"},
    ],
)
def test_a_bad_message_does_not_spoil_its_file(tmp_path: Path, broken: object) -> None:
    """Whatever stands among the messages, the others are read and this one is named."""
    (tmp_path / "a.json").write_text(printed(channel([spoken(1, "one"), broken, spoken(3, "two")])))
    reading = read(tmp_path)
    assert texts(reading) == ["one", "two"]
    assert list(skipped(reading)) == ["a.json:2"]
    assert reading.rows == 1


def test_a_channel_in_two_exports_is_read_once(tmp_path: Path) -> None:
    """A second export of a channel adds only what the first does not have, as JSON or as CSV."""
    rows = [spoken(number, f"text {number}", f"2024-03-01T10:0{number}:30+00:00") for number in range(4)]
    (tmp_path / "a.json").write_text(printed(channel(rows[:3])))
    (tmp_path / "b.json").write_text(printed(channel(rows[1:])))
    copies = [row(f"text {number}", date=f"2024-03-01T10:0{number}:00+00:00") for number in range(5)]
    (tmp_path / "H - room [700000000000000010].csv").write_text(table(*copies))
    reading = read(tmp_path)
    assert texts(reading) == [f"text {number}" for number in range(5)]
    assert reading.repeated == 6


def test_a_file_that_runs_backwards_is_turned_around(tmp_path: Path) -> None:
    """Newest-first exports with minutes only still give the messages of one minute in the order they were written."""
    dates = ["05-Dec-19 12:32 AM", "05-Dec-19 12:31 AM", "05-Dec-19 12:31 AM"]
    content = table(*(row(str(3 - number), date=date) for number, date in enumerate(dates)))
    (tmp_path / "a.csv").write_text(content)
    assert texts(read(tmp_path)) == ["1", "2", "3"]
