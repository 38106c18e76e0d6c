from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from bot.exports import read, source
from moderation.errors import UserError
from tests.exports.helpers import DATA, channel, messages, notes, printed, row, skipped, spoken, table, texts


def test_nothing_there_is_a_users_mistake(tmp_path: Path) -> None:
    """A path that does not exist is said in one line."""
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "gone")


def test_an_empty_folder_reads_as_nothing(tmp_path: Path) -> None:
    """No files, no events, no complaint."""
    reading = read(tmp_path)
    assert len(reading) == 0
    assert reading.span is None
    assert reading.skipped == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("README.md", b"# Harbour\n", "not a chat export"),
        ("sea.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a chat export"),
        ("talk.html", b"<!DOCTYPE html>\n<html><body>", "web page"),
        ("empty.csv", b"", "empty file"),
        ("blank.json", b"\n \n", "empty file"),
        ("prices.csv", b"item,price\nrope,3\n", "not a chat export"),
        ("settings.json", b'{"theme": "dark"}', "no chat export"),
        ("numbers.json", b"[1, 2, 3]", "no chat export"),
        ("list.json", b"[]", "empty list"),
        ("cut.json", b'{"guild": {"id": "1"', "broken JSON"),
        ("deep.json", b"[" * 100_000, "broken JSON"),
        ("deeper.json", b'{"messages":' + b'[{"a":' * 50_000, "broken JSON"),
        ("fake.zip", b"PK\x03\x04 not really", "not a chat export"),
        ("nul.bin", b"\0" * 5000, "empty file"),
    ],
)
def test_what_is_no_export_is_named(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """Every file that cannot be used is named with the reason, and its neighbours are read."""
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.csv").write_text(table(row("hello")))
    reading = read(tmp_path)
    assert texts(reading) == ["hello"]
    assert reason in skipped(reading)[name]
    assert len(reading.skipped) == 1


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    """Files saved under other endings are recognised."""
    (tmp_path / "a.txt").write_text(table(row("from a table")))
    (tmp_path / "b").write_text(printed(channel([spoken(1, "from JSON", "2024-03-01T11:00:00+00:00")])))
    assert texts(read(tmp_path)) == ["from a table", "from JSON"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, form: str) -> None:
    """The text is right in every encoding; where it had to be guessed, that is said."""
    content = table(row("¡Qué día!")) if form == "csv" else printed(channel([spoken(1, "¡Qué día!")]))
    (tmp_path / f"a.{form}").write_bytes(content.encode(encoding))
    reading = read(tmp_path)
    assert texts(reading) == ["¡Qué día!"]
    assert any("Windows-1252" in note for note in notes(reading)) == (encoding == "cp1252")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_zero_bytes_are_taken_out(tmp_path: Path, form: str) -> None:
    """A file damaged by zero bytes is still read, and that is said."""
    content = table(row("hello")) if form == "csv" else printed(channel([spoken(1)]))
    (tmp_path / f"a.{form}").write_bytes(content.encode().replace(b"hello", b"hel\0lo"))
    reading = read(tmp_path)
    assert texts(reading) == ["hello"]
    assert any("zero bytes" in note for note in notes(reading))


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    """A lone surrogate escape, which some clients write, costs one character and not the file."""
    content = printed(channel([spoken(1, "half HALF whole WHOLE \\\\ud83d")]))
    content = content.replace("HALF", "\\ud83d").replace("WHOLE", "\\ud83d\\ude00")
    (tmp_path / "a.json").write_text(content)
    assert texts(read(tmp_path)) == ["half \ufffd whole 😀 \\\\ud83d"]


def test_names_cannot_play_with_the_terminal(tmp_path: Path) -> None:
    """Control characters in the names of files never reach the person who reads the account."""
    (tmp_path / "a\x1b[2J\n.md").write_text("# sea")
    assert list(skipped(read(tmp_path))) == ["a\ufffd[2J\ufffd.md"]


def test_links_in_a_circle_are_walked_once(tmp_path: Path) -> None:
    """A link back to a folder above ends there; a link to a file is read."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "talk.csv").write_text(table(row("hello")))
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    reading = read(tmp_path)
    assert texts(reading) == ["hello"]
    assert skipped(reading).keys() == {"a/again/", "nowhere"}


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    """Something that is no regular file is named and never opened."""
    os.mkfifo(tmp_path / "pipe")
    assert skipped(read(tmp_path)) == {"pipe": "not a regular file"}


def test_paths_that_leave_an_archive_lead_nowhere(tmp_path: Path) -> None:
    """Entries with such names are refused; nothing is ever written under an entry's name."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("../evil.csv", "/etc/evil.csv", "C:/evil.csv", "a/../../evil.csv", "..\\evil.csv"):
            archive.writestr(name, table(row("evil")))
        archive.writestr("inner.zip", b"PK")
        archive.writestr("talk/good.csv", table(row("good")))
    reading = read(tmp_path)
    assert texts(reading) == ["good"]
    assert sum("out of the archive" in reason for reason in skipped(reading).values()) == 5
    assert "zip inside a zip" in skipped(reading)["x.zip/inner.zip"]
    assert [path.name for path in tmp_path.parent.rglob("evil*")] == []


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """An entry that shrank more than any text does is refused by its declared size alone."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", table(row("a")) + "x" * (20 * 2**20))
        archive.writestr("good.csv", table(row("good")))
    reading = read(tmp_path / "x.zip")
    assert texts(reading) == ["good"]
    assert "far more" in skipped(reading)["bomb.csv"]


def test_a_damaged_archive_loses_only_what_is_damaged(tmp_path: Path) -> None:
    """An entry whose checksum is wrong is named, the others are read."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("bad.csv", table(row("xxxxxxxxxxxx")))
        archive.writestr("good.csv", table(row("good")))
    damaged = (tmp_path / "x.zip").read_bytes().replace(b"xxxxxxxxxxxx", b"xxxxxx??xxxx")
    (tmp_path / "x.zip").write_bytes(damaged)
    reading = read(tmp_path / "x.zip")
    assert texts(reading) == ["good"]
    assert "cannot be read" in skipped(reading)["bad.csv"]


def test_a_file_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    """An export that was interrupted gives the messages that are whole, and the reading says so."""
    whole = printed(channel(spoken(number, f"text {number}") for number in range(10)))
    (tmp_path / "a.json").write_text(whole[: whole.index("text 7")])
    reading = read(tmp_path)
    assert texts(reading) == [f"text {number}" for number in range(7)]
    assert messages(reading)[0].ref.channel.name == "room-10"
    assert any("ends in the middle" in note for note in notes(reading))


def test_one_broken_message_in_broken_json_is_named(tmp_path: Path) -> None:
    """Where the JSON itself is damaged in one message, the others are still read."""
    whole = printed(channel(spoken(number, f"text {number}") for number in range(5)))
    (tmp_path / "a.json").write_text(whole.replace('"text 3"', '"text 3'))
    reading = read(tmp_path)
    assert texts(reading) == ["text 0", "text 1", "text 2", "text 4"]
    assert "broken JSON" in skipped(reading)["a.json:4"]


@pytest.mark.parametrize("form", ["discord", "telegram", "csv", "zip"])
def test_large_files_are_read_in_pieces(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file too large for one piece gives the same events as in one piece."""
    if form == "telegram":
        path = DATA / "telegram" / "everything.json"
    elif form == "csv":
        path = tmp_path / "a.csv"
        path.write_text(table(*(row(f"text {number}\nmore") for number in range(50))))
    else:
        path = tmp_path / "a.json"
        path.write_text(printed(channel(spoken(number, f"text {number}") for number in range(50))))
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(path, "a.json")
        path = tmp_path / "a.zip"
    whole = read(path)
    monkeypatch.setattr(source, "SMALL", 16)
    monkeypatch.setattr("bot.exports.jsonfile.SMALL", 16)
    monkeypatch.setattr("bot.exports.jsonfile.PIECE", 1000)
    pieces = read(path)
    assert list(pieces) == list(whole)
    assert pieces.skipped == whole.skipped
    assert len(pieces) > 0


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    """The callback hears bytes read and bytes in all, never backwards, and ends with all."""
    for number in range(5):
        (tmp_path / f"{number}.csv").write_text(table(row("hello")))
    heard: list[tuple[int, int]] = []
    read(tmp_path, lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard)
    assert heard[-1][0] == heard[-1][1] > 0
