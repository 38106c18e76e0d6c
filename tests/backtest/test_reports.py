"""What people and machines read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from bot.backtest import Result, as_text, backtest, write_html
from bot.backtest.archive import IN_MEMORY, Archive
from bot.backtest.judged import Judged
from bot.backtest.words import pieces, visible
from bot.wiring import vocabulary
from tests.backtest.helpers import NO_ZONK, export, rule, rules, told

HOSTILE = [
    "zonkhead <script>alert(1)</script>",
    'zonkhead " onmouseover="alert(1)',
    "zonkhead </span></td></table><img src=x onerror=alert(1)>",
    "zonkhead {{ 7*7 }} {% raw %} &lt;b&gt;",
    "zonkhead \u202egnp.exe \x1b[31mred\x07",
    "zonkhead \ud83d half",
]
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
SHAPE = {
    "type": "object",
    "required": ["schema", "export", "folder", "rules", "people", "scored", "against", "assumptions", "messages"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "backtest/1"},
        "export": {
            "required": [
                "path",
                "files",
                "messages",
                "events",
                "from",
                "to",
                "formats",
                "repeated",
                "bad_rows",
                "notices",
                "skipped",
                "notes",
            ],
        },
        "folder": {"type": "string"},
        "scored": {"type": ["object", "null"], "required": ["model", "texts", "silent"]},
        "against": {"required": ["folder", "rules", "counts", "differences"]},
        "assumptions": {"items": {"type": "string"}},
        "rules": {
            "items": {
                "required": [
                    "rule",
                    "file",
                    "line",
                    "mode",
                    "messages",
                    "events",
                    "acted_on",
                    "people",
                    "protected",
                    "actions",
                    "if_enforced",
                    "undecided",
                    "not_judged",
                    "scores",
                    "days",
                    "brake",
                ],
                "properties": {"actions": COUNTS, "if_enforced": COUNTS, "days": COUNTS},
            }
        },
        "people": {"items": {"required": ["id", "name", "community", "messages", "actions", "if_enforced"]}},
        "messages": {
            "items": {
                "required": [
                    "key",
                    "id",
                    "kind",
                    "at",
                    "platform",
                    "community",
                    "channel",
                    "author",
                    "protected",
                    "text",
                    "actions",
                    "matched",
                    "against",
                    "change",
                ],
                "properties": {
                    "matched": {"items": {"$ref": "#/$defs/matched"}},
                    "against": {"items": {"$ref": "#/$defs/matched"}},
                    "change": {"enum": ["new", "gone", "changed", "same"]},
                },
            }
        },
    },
    "$defs": {
        "matched": {
            "required": ["rule", "mode", "actions", "if_enforced", "in_full", "because", "together"],
            "properties": {"because": {"items": {"required": ["condition", "saw", "message", "start", "end"]}}},
        }
    },
}


class Tags(HTMLParser):
    """Which elements, attributes and addresses a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def ran(tmp_path: Path, chat: str, body: str = NO_ZONK, against: str | None = None) -> Result:
    before = rules(tmp_path / "before", against) if against is not None else None
    return backtest(export(tmp_path / "export", chat), rules(tmp_path / "rules", body), vocabulary(), against=before)


def page(result: Result, tmp_path: Path) -> str:
    write_html(result, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_what_people_wrote_stays_text_in_the_report(tmp_path: Path) -> None:
    """A report about hostile messages must not carry out what they say."""
    with ran(tmp_path, "\n".join(f"eve: {text}" for text in HOSTILE), NO_ZONK, NO_ZONK) as result:
        html = page(result, tmp_path)
    seen = Tags()
    seen.feed(html)
    assert not seen.tags & {"script", "img", "iframe", "object", "link", "form"}
    assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}
    assert all(link.startswith("#") for link in seen.links)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html
    assert "\u202e" not in html
    assert "\x1b" not in html


def test_hostile_names_stay_text_too(tmp_path: Path) -> None:
    """Whoever chooses a name, a channel or a file name writes into the report."""
    where = export(tmp_path / "export", "eve: zonkhead")
    talk = where / "talk.json"
    talk.write_text(
        talk.read_text()
        .replace('"nickname": "eve"', '"nickname": "<b onclick=x>"')
        .replace('"name": "talk"', '"name": "<i>"')
    )
    (where / "<img src=x>.json").write_text("{")
    with backtest(where, rules(tmp_path / "rules", NO_ZONK), vocabulary()) as result:
        html = page(result, tmp_path)
    seen = Tags()
    seen.feed(html)
    assert not seen.tags & {"img", "i"}
    assert "onclick" not in seen.attributes


def test_the_report_may_load_and_run_nothing(tmp_path: Path) -> None:
    """Its own policy forbids everything but its own style."""
    with ran(tmp_path, "eve: zonkhead") as result:
        html = page(result, tmp_path)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert "http://" not in html
    assert "https://" not in html


def test_the_report_marks_what_decided(tmp_path: Path) -> None:
    """The eye finds the words, in the page and in the terminal."""
    with ran(tmp_path, "eve: oh you zonkhead there") as result:
        assert "<mark>zonkhead</mark>" in page(result, tmp_path)
        assert "oh you >>zonkhead<< there" in as_text(result)


def test_the_terminal_is_not_steered_by_messages(tmp_path: Path) -> None:
    """Escape sequences and direction marks become visible signs."""
    with ran(tmp_path, "\n".join(f"eve: {text}" for text in HOSTILE)) as result:
        shown = as_text(result, most=10)
    assert not {character for character in shown if not character.isprintable()} - {"\n"}


def test_a_long_list_is_cut_and_its_length_named(tmp_path: Path) -> None:
    """Nobody reads a thousand messages in a terminal; that there are more is said, and where they are."""
    with ran(tmp_path, "\n".join(["+60s eve: zonkhead"] * 12)) as result:
        shown = as_text(result, most=3)
        assert "12 messages by 1 person" in shown
        assert shown.count(">>zonkhead<<") == 3
        assert "9 more; all are in --json" in shown
        assert len(told(result).all["messages"]) == 12


def test_the_json_has_its_documented_shape(tmp_path: Path) -> None:
    """Others script it: fields may be added, none may go."""
    body = NO_ZONK + rule("loud", "{shape: {capitals: 80%, longer_than: 5}}", "[{label: loud}]", mode="shadow")
    with ran(tmp_path, "eve: zonkhead\nana: HELLO THERE\nbo: hi", body, NO_ZONK) as result:
        whole = told(result).all
    jsonschema.Draft202012Validator(SHAPE).validate(whole)
    assert len(whole["messages"]) == 2


def test_the_text_says_what_cannot_be_known(tmp_path: Path) -> None:
    """Score rules are named once, and the assumptions stand at the end."""
    body = NO_ZONK + rule("toxic", "{score: {toxicity: 90%}}", "[delete]")
    with ran(tmp_path, "eve: zonkhead", body) as result:
        shown = as_text(result)
    assert "Score rules were not judged, because an export has no scores: toxic" in shown
    assert "Brakes and a platform's limits are not applied." in shown


def test_the_text_shows_the_difference(tmp_path: Path) -> None:
    """What is newly matched, no longer matched, and treated differently."""
    plain = "rules:\n" + rule("no-zonk", "{says: {lists: bad, disguised: false}}", "[delete]")
    with ran(tmp_path, "eve: zonkhead\nbo: z0nkhead", NO_ZONK, plain) as result:
        shown, html = as_text(result), page(result, tmp_path)
    assert "1 message newly matched, 0 no longer matched, 0 with different actions, 1 the same" in shown
    assert "+ 2024-03-01 12:00 #talk bo: >>z0nkhead<<" in shown
    assert "Newly matched: 1" in html


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("hello you there", [(6, 9)], "hello [you] there"),
        ("hello", [], "hello"),
        ("x" * 100 + "bad" + "y" * 100, [(100, 103)], "…" + "x" * 60 + "[bad]" + "y" * 17 + "…"),
        ("bad" + "y" * 100 + "bad", [(0, 3), (103, 106)], "[bad]" + "y" * 77 + "…"),
        ("y" * 76 + "bad" * 9, [(0, 2), (76, 103)], "[yy]" + "y" * 74 + "[badb]…"),
        ("short", [(2, 99), (-1, 2)], "short"),
    ],
)
def test_a_long_text_is_cut_around_what_decided(text: str, spans: list[tuple[int, int]], shown: str) -> None:
    """Eighty characters are enough when they are the right ones."""
    assert "".join(f"[{piece.text}]" if piece.decided else piece.text for piece in pieces(text, spans, 80)) == shown


def test_emoji_of_several_parts_stay_whole() -> None:
    """The joiner inside a family is no trick; the same character inside a word is."""
    assert visible("👨‍👩‍👧 b\u200dad") == "👨‍👩‍👧 b\ufffdad"


def test_an_archive_finds_and_replaces_records_on_disk() -> None:
    """More than fits in memory goes to disk, and an edited message is still one record."""
    with Archive() as archive:
        for number in range(40):
            archive.put(number, record("x" * (IN_MEMORY // 30)))
        archive.put(3, record("changed"))
        assert len(archive) == 40
        assert archive[3]["text"] == "changed"
        found = archive.get(39)
        assert found is not None
        assert len(found["text"]) == IN_MEMORY // 30
        assert [len(one["text"]) for one in archive].count(7) == 1
        assert archive.get("nobody") is None


def record(text: str) -> Judged:
    return Judged(
        key="k",
        id="1",
        kind="message",
        at="2024-03-01T12:00:00+00:00",
        platform="discord",
        community="c",
        channel=None,
        author=None,
        protected=False,
        text=text,
        actions=[],
        matched=[],
    )
