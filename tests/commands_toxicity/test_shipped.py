"""The whole command with the model that ships, as a script would call it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moderation.toxicity.labels import LABELS
from tests.house.programs import ROOT, sereno

KIND = [
    "have a nice day, everybody",
    "thanks, that fixed it for me",
    "nos vemos mañana en la reunión",
    "gracias por la ayuda",
]
UNKIND = ["you are a worthless idiot", "I will find you and kill you", "eres un imbécil y un inútil", "te voy a matar"]


def scored(texts: Sequence[str], **more: Any) -> list[dict[str, Any]]:
    lines = "".join(json.dumps({"id": number, "text": text, **more}) + "\n" for number, text in enumerate(texts))
    ended = sereno("score", stdin=lines)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_fresh_machine_tells_insults_and_threats_from_kind_words() -> None:
    """In English and Spanish, with all seven labels, without a download and without settings."""
    answers = scored([*KIND, *UNKIND])
    assert [answer["id"] for answer in answers] == list(range(8))
    assert all(answer["model"] == "shipped" and set(answer["scores"]) == set(LABELS) for answer in answers)
    toxicity = [answer["scores"]["toxicity"] for answer in answers]
    assert max(toxicity[:4]) < 0.5 < min(toxicity[4:]), toxicity


def test_scores_are_probabilities_of_six_digits() -> None:
    """Numbers that a spreadsheet reads, between 0 and 1."""
    for answer in scored(UNKIND, lang="en"):
        for score in answer["scores"].values():
            assert 0 <= score <= 1
            assert round(score, 6) == score


def test_a_text_in_letters_the_model_never_learnt_has_no_scores() -> None:
    """It says nothing rather than that all is well."""
    (answer,) = scored(["こんにちは、元気ですか"])
    assert answer["scores"] == {}


def test_a_bad_line_ends_the_command_with_2_and_harms_no_other() -> None:
    """As `sereno judge` does."""
    ended = sereno("score", stdin='{"id": 1, "text": "hello"}\nnonsense\n\n{"id": 2, "text": "hello"}\n')
    assert ended.returncode == 2
    assert ended.stderr.startswith("sereno: line 2: not JSON")
    assert len(ended.stderr.splitlines()) == 1
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == [1, 2]


def test_a_program_that_waits_for_each_answer_gets_it() -> None:
    """One line in, one line out, while the pipe stays open."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "score"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(3):
            running.stdin.write(json.dumps({"id": number, "text": "hello"}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
        running.stdin.close()
        assert running.wait(30) == 0


def test_a_long_file_shows_how_far_it_is_in_a_terminal_only(tmp_path: Path) -> None:
    """A person sees a bar on stderr, a log file stays clean."""
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"id": number, "text": "hello"}) + "\n" for number in range(2_000)))
    leader, follower = pty.openpty()
    with (
        texts.open() as source,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "score"], cwd=ROOT, stdin=source, stdout=subprocess.DEVNULL, stderr=follower
        ) as watched,
    ):
        os.close(follower)
        shown = _all_of(leader)
    assert watched.returncode == 0
    assert b"scoring" in shown


def _all_of(descriptor: int) -> bytes:
    shown = b""
    try:
        while block := os.read(descriptor, 4096):
            shown += block
    except OSError:  # how a terminal says that the other end is gone
        pass
    finally:
        os.close(descriptor)
    return shown


def test_a_reader_who_goes_away_is_no_error_to_shout_about() -> None:
    """`sereno score < long | head -1` ends quietly."""
    lines = "".join(json.dumps({"id": number, "text": "hello"}) + "\n" for number in range(4_000))
    piped = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot score | head -1"],
        cwd=ROOT,
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert len(piped.stdout.splitlines()) == 1
    assert piped.stderr == ""
