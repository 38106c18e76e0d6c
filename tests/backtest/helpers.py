"""What the tests of backtests share: small chats written as exports, and small rule files."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.backtest import Result, backtest, write_json
from bot.wiring import vocabulary

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LINE = re.compile(r"(?:\+(?P<wait>\d+)s )?(?P<name>\w+)(?: \((?P<facts>[^)]*)\))?(?: #(?P<channel>\w+))?: (?P<text>.*)")
GUILD = {"id": "700000000000000001", "name": "Harbour"}
CHANNELS = {"talk": "700000000000000010", "art": "700000000000000011"}


def person(name: str) -> str:
    """The id of a person."""
    return str(800_000_000_000_000_000 + int.from_bytes(name.encode()[:6], "big"))


def export(folder: Path, chat: str) -> Path:
    """A folder with a chat as DiscordChatExporter writes it: `[+5s] name [(facts)] [#channel]: text`, a second apart.

    Facts: `bot`, `edited 30s` (later), and any others are roles.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, object]]] = {}
    at = NOON
    for number, line in enumerate(chat.strip().splitlines()):
        said = LINE.fullmatch(line.strip())
        assert said is not None, line
        at += timedelta(seconds=int(said["wait"] or 1))
        rows.setdefault(said["channel"] or "talk", []).append(_row(number, at, said))
    for name, messages in rows.items():
        whole = {"guild": GUILD, "channel": {"id": CHANNELS[name], "type": "GuildTextChat", "name": name}}
        (folder / f"{name}.json").write_text(json.dumps({**whole, "messages": messages}), encoding="utf-8")
    return folder


def _row(number: int, at: datetime, said: re.Match[str]) -> dict[str, object]:
    facts = [fact.strip() for fact in (said["facts"] or "").split(",") if fact.strip()]
    edits = [int(fact.split()[1].removesuffix("s")) for fact in facts if fact.startswith("edited")]
    roles = [fact for fact in facts if fact != "bot" and not fact.startswith("edited")]
    author = {"id": person(said["name"]), "name": said["name"], "nickname": said["name"], "isBot": "bot" in facts}
    return {
        "id": str(900_000_000_000_000_000 + number),
        "type": "Default",
        "timestamp": at.isoformat(),
        "timestampEdited": (at + timedelta(seconds=edits[0])).isoformat() if edits else None,
        "content": said["text"],
        "author": {**author, "roles": [{"id": str(place), "name": role} for place, role in enumerate(roles)]},
        "attachments": [],
        "embeds": [],
        "reactions": [],
        "mentions": [],
    }


def rules(folder: Path, body: str, *, name: str = "10-house.yaml") -> Path:
    """A rule folder with one file; `body` is all below the lists."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "schema: rules/1\nabout: House rules.\nlanguages: [en]\nlists:\n  bad: |\n    zonkhead\n    blorfface\n"
    (folder / name).write_text(head + body, encoding="utf-8")
    return folder


def rule(name: str, condition: str, actions: str, *, mode: str = "enforce", more: str = "") -> str:
    """One rule; `condition` and `actions` in flow style."""
    extra = f"    {more}\n" if more else ""
    return f"  - id: {name}\n    why:\n      en: Because.\n    mode: {mode}\n{extra}    if: {condition}\n    then: {actions}\n"


NO_ZONK = "rules:\n" + rule("no-zonk", "{says: bad}", "[delete]")
LADDER = "ladders:\n  conduct:\n    forget: 90d\n    steps:\n      3: [timeout: 1h]\n      6: [ask: moderators]\n"


@dataclass
class Told:
    """A result as JSON, and the figures of one rule at hand."""

    all: dict[str, Any]

    def rule(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.all["rules"] if one["rule"] == name)
        return found

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.all["messages"] if message["matched"]]


def told(result: Result) -> Told:
    """What `--json` says."""
    written = io.StringIO()
    write_json(result, written)
    return Told(json.loads(written.getvalue()))


def tried(tmp_path: Path, chat: str, body: str, against: str | None = None) -> Told:
    """What `--json` says about a chat and rules."""
    before = rules(tmp_path / "before", against) if against is not None else None
    where = export(tmp_path / "export", chat)
    with backtest(where, rules(tmp_path / "rules", body), vocabulary(), against=before) as result:
        return told(result)
