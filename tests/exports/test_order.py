from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports import read
from tests.exports.helpers import channel, printed, row, spoken, table, texts

MINUTES = st.lists(st.integers(0, 5), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(MINUTES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter(rooms: list[list[int]], dice: object) -> None:
    """However the files of an export are named and found, the same events come in the same sequence."""
    sequences = []
    names = [f"{number:02}" for number in range(len(rooms))]
    for _ in range(2):
        with TemporaryDirectory() as folder:
            for number, (name, minutes) in enumerate(zip(names, rooms, strict=True)):
                said = (
                    spoken(100 * number + place, f"{number} {place}", f"2024-03-01T10:0{minute}:00+00:00")
                    for place, minute in enumerate(sorted(minutes))
                )
                Path(folder, f"{name}.json").write_text(printed(channel(said, 10 + number)))
            sequences.append(list(read(Path(folder))))
        dice.shuffle(names)  # type: ignore[attr-defined]
    assert sequences[0] == sequences[1]
    assert [event.at for event in sequences[0]] == sorted(event.at for event in sequences[0])


def test_messages_of_one_moment_keep_the_order_of_their_file(tmp_path: Path) -> None:
    """Dates that only name the minute do not mix up what was said within it."""
    for part, words in (("part 2", "cd"), ("part 10", "ef"), ("part 1", "ab")):
        name = f"H - room [700000000000000010] [{part}].csv"
        (tmp_path / name).write_text(table(*(row(word, date="05-Dec-19 12:31 AM") for word in words)))
    assert texts(read(tmp_path)) == ["a", "b", "c", "d", "e", "f"]


def test_a_reading_can_be_gone_through_again(tmp_path: Path) -> None:
    """Two rule sets can be tried on one reading: each pass gives the same events."""
    (tmp_path / "a.json").write_text(printed(channel([{**spoken(1), "type": "GuildMemberJoin"}, spoken(2)])))
    reading = read(tmp_path)
    assert list(reading) == list(reading)
    assert len(list(reading)) == len(reading) == 2
