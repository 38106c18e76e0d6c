"""Writes a DiscordChatExporter folder of any size, the same for the same seed, to measure reading and backtests with.

    python -m benchmarks.make_export build/export --messages 730000 --files 11000
    python -m benchmarks.make_export build/export-json --messages 100000 --files 200 --format json

Messages are made of plain words; `--spam` of them carry a link that returns in several channels, as spam does, so
that rules find something to do. About one file in three hundred is empty, as in real folders.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2021, 1, 1, tzinfo=UTC)
DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
GUILD = {"id": "200000000000000001", "name": "Harbour", "iconUrl": ""}
WORDS = """
the and to of a in is it you that he was for on are with as his they be at one have this from or had
by not but what some we can out other were all there when up use your how said an each she which do
their time if will way about many then them would write like so these her long make thing see him
two has look more day could go come did my sound no most number who over know water than call first
people may down side been now find any new work part take get place made live where after back
little only round man year came show every good me give our under hola que de la el en y los por con
para una pero como más este todo bien gracias cuando hay ya está mi porque server game update build
error fix please thanks lol yeah nice does anyone know why stream tonight patch release
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    at: datetime
    author: int
    text: str


def snowflake(at: datetime, low: int) -> str:
    return str((int((at - DISCORD_EPOCH).total_seconds() * 1000) << 22) | (low & 0x3FFFFF))


def sentence(dice: random.Random, known: list[str]) -> str:
    words = dice.choices(known, k=max(1, min(120, int(dice.expovariate(1 / 11)))))
    text = " ".join(words)
    if dice.random() < 0.06:
        text += f" https://example.org/{dice.choice(known)}"
    if dice.random() < 0.03:
        text = text.replace(" ", "\n", 1) + ' "so they say"'
    return text


def lines(count: int, dice: random.Random, authors: int, spam: float) -> Iterator[Line]:
    known = WORDS.split()
    at = START + timedelta(seconds=dice.uniform(0, 3e7))
    for _ in range(count):
        at += timedelta(seconds=dice.expovariate(1 / 90))
        if dice.random() < spam:
            yield Line(
                at, dice.randrange(authors), "free nitro for everyone https://nitro-gift.example/claim @everyone"
            )
        else:
            yield Line(at, int(authors * dice.random() ** 3), sentence(dice, known))


def write_csv(path: Path, written: list[Line], identities: list[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("AuthorID,Author,Date,Content,Attachments,Reactions\n")
        table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line in written:
            person, name = identities[line.author]
            table.writerow((person, f"{name}#0000", line.at.isoformat(), line.text, "", ""))


def write_json(path: Path, written: list[Line], identities: list[tuple[str, str]], channel: dict[str, str]) -> None:
    messages: list[dict[str, object]] = []
    for number, line in enumerate(written):
        person, name = identities[line.author]
        author = {"id": person, "name": name, "discriminator": "0000", "nickname": name, "color": None, "isBot": False}
        messages.append(
            {
                "id": snowflake(line.at, number),
                "type": "Default",
                "timestamp": line.at.isoformat(),
                "timestampEdited": None,
                "callEndedTimestamp": None,
                "isPinned": False,
                "content": line.text,
                "author": {**author, "roles": [], "avatarUrl": ""},
                "attachments": [],
                "embeds": [],
                "stickers": [],
                "reactions": [],
                "mentions": [],
                "inlineEmojis": [],
            }
        )
    whole: dict[str, object] = {
        "guild": GUILD,
        "channel": channel,
        "dateRange": {"after": None, "before": None},
        "messages": messages,
    }
    whole |= {"messageCount": len(messages)}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False), encoding="utf-8")


def make(folder: Path, messages: int, files: int, kind: str, seed: int, spam: float) -> None:
    dice = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    authors = max(10, messages // 60)
    identities = [(snowflake(START - timedelta(days=dice.uniform(0, 2000)), n), f"member{n}") for n in range(authors)]
    shares = [dice.paretovariate(1.2) for _ in range(files)]
    whole = sum(shares)
    left = messages
    for number, share in enumerate(shares):
        count = left if number == files - 1 else min(left, round(messages * share / whole))
        left -= count
        channel = snowflake(START, number)
        stem = folder / f"Harbour - Talk - room-{number} [{channel}]"
        if number % 300 == 299 and number != files - 1:
            left += count
            stem.with_name(stem.name + f".{kind}").touch()
            continue
        written = list(lines(count, dice, authors, spam))
        if kind == "csv":
            write_csv(stem.with_name(stem.name + ".csv"), written, identities)
        else:
            about = {"id": channel, "type": "GuildTextChat", "category": "Talk", "name": f"room-{number}", "topic": ""}
            write_json(stem.with_name(stem.name + ".json"), written, identities, about)


def main() -> None:
    parser = argparse.ArgumentParser(description="write a DiscordChatExporter folder to measure with")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, default=730_000)
    parser.add_argument("--files", type=int, default=11_000)
    parser.add_argument("--format", choices=("csv", "json"), default="csv")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spam", type=float, default=0.002, help="share of messages that are spam")
    given = parser.parse_args()
    make(given.folder, given.messages, given.files, given.format, given.seed, given.spam)


if __name__ == "__main__":
    main()
