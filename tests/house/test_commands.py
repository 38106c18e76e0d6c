"""The commands, end to end in a process of their own: what they print, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.config import settings_from
from bot.wiring import build
from tests.house.programs import ROOT, sereno
from tests.house.test_wiring import RULE, said

EXPORT = ROOT / "examples/export"


@pytest.fixture
def club(tmp_path: Path) -> Path:
    """What `sereno init` writes."""
    assert sereno("init", tmp_path / "club").returncode == 0
    return tmp_path / "club"


def judged(*lines: dict[str, Any] | str, rules: Path) -> subprocess.CompletedProcess[str]:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return sereno("judge", "--rules", rules, stdin=text)


def message(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "kind": "message", "text": text, "author": {"id": "eve"}, **more}


def test_the_shipped_packs_and_the_examples_are_green() -> None:
    """What comes with Sereno passes its own checks: no error, no warning, no red example, no gap."""
    checked = sereno("check", "--json", "rules/packs", "examples/rules")
    assert (checked.returncode, json.loads(checked.stdout)["problems"]) == (0, [])
    tested = sereno("test", "rules/packs", "examples/rules")
    assert tested.returncode == 0, tested.stdout


def test_check_says_every_mistake_for_machines_too(tmp_path: Path) -> None:
    """An editor gets file, line, column, code, message and hint of each."""
    (tmp_path / "bad.yaml").write_text(RULE.format(word="blarg", hit="blarg").replace("enforce", "enforced"))
    checked = sereno("check", "--json", tmp_path / "bad.yaml")
    assert checked.returncode == 2
    (problem,) = json.loads(checked.stdout)["problems"]
    assert problem["code"] == "E102"
    assert (problem["line"], problem["hint"]) == (10, "did you mean `enforce`?")


def test_a_red_example_ends_with_1_and_its_place(tmp_path: Path) -> None:
    """Scripts can tell a rule that does not work from a file that cannot be read."""
    (tmp_path / "red.yaml").write_text(RULE.format(word="blarg", hit="nothing of the kind"))
    tested = sereno("test", "--json", tmp_path / "red.yaml")
    assert tested.returncode == 1
    answer = json.loads(tested.stdout)
    red = [example for example in answer["examples"] if not example["ok"]]
    assert [(example["kind"], example["line"]) for example in red] == [("hit", 16)]
    assert f"{tmp_path / 'red.yaml'}:16:7: E300" in sereno("test", tmp_path / "red.yaml").stdout


def test_a_gap_in_the_examples_is_reported(tmp_path: Path) -> None:
    """A condition that no example would miss is found, and the command ends with 1."""
    rule = RULE.format(word="blarg", hit="blarg").replace("says: words", "says: words\n      links: any")
    (tmp_path / "gap.yaml").write_text(
        rule.replace("      blarg\n    misses", "      blarg https://x.example\n    misses")
    )
    tested = sereno("test", tmp_path / "gap.yaml")
    assert tested.returncode == 1
    assert "no example of `no-blarg` notices when" in tested.stdout


def test_a_file_that_cannot_be_read_ends_test_with_2(tmp_path: Path) -> None:
    """Nothing was tested, which is not the same as red."""
    (tmp_path / "bad.yaml").write_text("schema: rules/1\nrules: nothing\n")
    assert sereno("test", tmp_path / "bad.yaml").returncode == 2


def test_judge_answers_line_by_line_and_remembers(club: Path) -> None:
    """Each event gets one verdict in its order, and what was said before counts."""
    (club / "rules/20-flood.yaml").write_text(
        "schema: rules/1\nabout: x\nrules:\n  - id: flood\n    why: {en: x, es: x}\n    mode: enforce\n"
        "    if: {flood: {messages: 3, within: 10s}}\n    then: [hold]\n"
    )
    answered = judged(*(message(number, f"line {number}") for number in range(1, 5)), rules=club / "rules")
    verdicts = [json.loads(line) for line in answered.stdout.splitlines()]
    assert answered.returncode == 0
    assert [verdict["id"] for verdict in verdicts] == ["1", "2", "3", "4"]
    assert [verdict["actions"] for verdict in verdicts] == [[], [], ["hold"], ["hold"]]


def test_judge_names_a_bad_line_and_goes_on(club: Path) -> None:
    """One broken line of a long file costs that line alone, and the exit code says so."""
    answered = judged(message(1, "hello"), "not json", "", message(2, "easy money from home"), rules=club / "rules")
    assert answered.returncode == 2
    assert answered.stderr.startswith("sereno: line 2: ")
    assert [json.loads(line)["id"] for line in answered.stdout.splitlines()] == ["1", "2"]


def test_judge_leaves_nothing_behind(club: Path, tmp_path: Path) -> None:
    """No database, no file, no trace."""
    before = sorted(tmp_path.rglob("*"))
    judged(message(1, "easy money from home"), rules=club / "rules")
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path(os.environ["HOME"]).exists()


def test_backtest_says_what_would_have_happened(club: Path, tmp_path: Path) -> None:
    """In words, as JSON and as a page."""
    page = tmp_path / "report.html"
    told = sereno("backtest", EXPORT, "--rules", club / "rules", "--html", page)
    assert told.returncode == 0, told.stderr
    assert "no-pushy-offers" in told.stdout
    assert "no-pushy-offers" in page.read_text(encoding="utf-8")
    answer = json.loads(sereno("backtest", EXPORT, "--rules", club / "rules", "--json").stdout)
    assert {rule["rule"]: rule["messages"] >= 2 for rule in answer["rules"]}["no-pushy-offers"]


def test_backtest_with_bad_rules_ends_with_their_places(tmp_path: Path) -> None:
    """The same message as `sereno check`, and 2."""
    (tmp_path / "bad.yaml").write_text("schema: rules/1\nabout: x\nrules: nothing\n")
    ended = sereno("backtest", EXPORT, "--rules", tmp_path / "bad.yaml")
    assert ended.returncode == 2
    assert f"{tmp_path / 'bad.yaml'}:3:8: E" in ended.stderr


def test_progress_is_shown_in_a_terminal_only(club: Path) -> None:
    """A bar helps a person; a log file stays clean."""
    arguments = [sys.executable, "-m", "bot", "backtest", str(EXPORT), "--rules", str(club / "rules")]
    assert sereno(*arguments[3:]).stderr == ""
    leader, follower = pty.openpty()
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=follower) as watched:
        os.close(follower)
        shown = _all_of(leader)
    assert watched.returncode == 0
    assert b"judging" in shown


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


@pytest.mark.parametrize(
    ("which", "files"),
    [
        ("rules", sorted((ROOT / "rules/packs").glob("*.yaml")) + sorted((ROOT / "examples/rules").glob("*.yaml"))),
        ("config", [ROOT / "bot/init/en/sereno.yaml", ROOT / "bot/init/es/sereno.yaml"]),
    ],
)
def test_the_schema_for_editors_accepts_what_sereno_accepts(which: str, files: list[Path]) -> None:
    """Nobody sees red lines under a file that loads."""
    schema = json.loads(sereno("schema", which).stdout)
    for file in files:
        jsonschema.validate(json.loads(json.dumps(yaml.load(file.read_text(), yaml.BaseLoader))), _textual(schema))


def _textual(schema: Any) -> Any:
    """The schema for a file of which every scalar was read as text, which no reader of YAML 1.1 can spoil."""
    if isinstance(schema, list):
        return [_textual(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in ("integer", "number", "boolean"):
        return {"type": "string"}
    return {
        key: value if key in ("enum", "const", "default", "required", "pattern") else _textual(value)
        for key, value in schema.items()
        if key not in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default")
    }


def test_explain_tells_a_recorded_case_in_words(tmp_path: Path) -> None:
    """Days later somebody asks why: the message, the rule, the word, what was done."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/10-word.yaml").write_text(RULE.format(word="blarg", hit="blarg"))
    (tmp_path / "sereno.yaml").write_text(
        "schema: sereno/1\ndata: data\ncommunities:\n  - id: club\n    languages: [en]\n    rules: rules/\n"
    )
    asyncio.run(_one_removal(tmp_path / "sereno.yaml"))
    told = sereno("explain", "1", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "you blarg" in told.stdout
    assert "no-blarg (enforce) asks for delete" in told.stdout
    assert "says a word of words: blarg (characters 4 to 9)" in told.stdout
    as_json = json.loads(sereno("explain", "1", "--json", cwd=tmp_path).stdout)
    assert as_json["case"]["rules"] == ["no-blarg"]


async def _one_removal(config: Path) -> None:
    app = build(settings_from(config, {}))
    await app.start()
    await app.accept(said("you blarg"))
    await app.settled()
    await app.stop()


def test_an_empty_folder_does_not_look_green(tmp_path: Path) -> None:
    """Whoever tests the wrong folder is told that nothing was there to be tested."""
    shown = sereno("test", tmp_path).stdout
    assert "W105 the folder holds nothing to check" in shown
    assert "0 rules, 0 examples" in shown
