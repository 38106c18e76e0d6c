"""What the suites share: rules from YAML text as an admin would load them, and events from a corpus."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.wiring import vocabulary
from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef
from rules.compile import Engine, compile_rules
from rules.loader import SHIPPED, load_folder
from rules.model import RuleSet
from rules.stream import Stream

START = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORS = 400
CHANNELS = 12


def rule_set(files: Mapping[str, str]) -> RuleSet:
    """The rules of these files (name → text), read and checked as the bot does."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return loaded(Path(folder))


def word_list_files(name: str, words: Sequence[str]) -> dict[str, str]:
    """A rule file whose list stands in a file of its own, as lists too long for a rule file do."""
    text = (
        "schema: rules/1\nabout: Generated for measuring.\nlists:\n  words: {file: words.txt}\nrules:\n"
        "  - id: phrases\n    why:\n      en: Measured.\n      es: Medido.\n    mode: enforce\n"
        "    if:\n      says: words\n    then:\n      - label: measured\n"
    )
    return {f"{name}.yaml": text, "words.txt": "\n".join(words)}


def loaded(folder: Path) -> RuleSet:
    """The rules of a folder; what is wrong with them ends the run."""
    result = load_folder(folder, vocabulary())
    if result.rule_set is None:
        raise SystemExit("\n".join(str(problem) for problem in result.errors))
    return result.rule_set


def shipped() -> Engine:
    """The packs that ship with Sereno, compiled."""
    return compile_rules(loaded(SHIPPED))


def events(texts: Sequence[str], *, platform: str = "twin", apart: float = 0.5) -> Iterator[MessagePosted]:
    """The texts as messages of several hundred people in a dozen channels, one after the other."""
    channels = [ChannelRef(platform, "bench", str(n), f"channel-{n}") for n in range(CHANNELS)]
    people = [
        Member(
            MemberRef(platform, "bench", f"p{n}"),
            f"person {n}",
            account_created=START - timedelta(days=400),
            here_since=START - timedelta(days=90),
            messages=500,
        )
        for n in range(AUTHORS)
    ]
    for number, text in enumerate(texts):
        at = START + timedelta(seconds=number * apart)
        ref = MessageRef(channels[number * 7 % CHANNELS], f"m{number}")
        message = Message(ref, people[number * 31 % AUTHORS], text, at)
        yield MessagePosted(key=f"{platform}:msg:m{number}:0", at=at, message=message)


def decide_all(engine: Engine, posted: Sequence[MessagePosted]) -> int:
    """Every event through a new stream: the whole decision, counters included; how many messages matched a rule."""
    stream = Stream(engine)
    return sum(1 for event in posted if stream.feed(event).matched)
