"""The composition root knows everybody, and a bot made by it follows the files people edit."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

import moderation.actions
import rules.conditions
from bot.config import Settings, settings_from
from bot.reloading import Reloading
from bot.rulebook import RulesInForce
from bot.sleeping import PatientStream, sleeping
from bot.stores.opening import DATABASE
from bot.wiring import ACTIONS, CONDITIONS, assemble, lived_in, load_rules, vocabulary
from moderation.actions.base import Action
from moderation.actions.nothing import Nothing
from moderation.errors import StoreError, UserError
from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef, Signals
from moderation.verdict import CLEAN
from rules.compile import compile_rules
from rules.loader import Given, load
from rules.model import Condition
from rules.stream import Stream

RULE = """\
schema: rules/1
about: One word.
lists:
  words: |
    {word}
rules:
  - id: no-{word}
    why:
      en: Not here.
    mode: enforce
    if:
      says: words
    then:
      - delete
    hits: |
      {hit}
    misses: |
      hello
"""


def plugins(package: ModuleType, base: type) -> set[type]:
    """Every plug-in that a file of the package defines: those with a name of their own."""
    found = set()
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, base) and "name" in vars(value):
                found.add(value)
    return found


def club(folder: Path, word: str, hit: str | None = None) -> Settings:
    """A community with one rule against one word."""
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules/10-word.yaml").write_text(RULE.format(word=word, hit=hit or word))
    (folder / "sereno.yaml").write_text(
        "schema: sereno/1\ncommunities:\n  - id: club\n    languages: [en]\n    rules: rules/\n"
    )
    return settings_from(folder / "sereno.yaml", {"SERENO_DATA_DIR": str(folder / "data")})


def said(text: str) -> MessagePosted:
    channel = ChannelRef("plaza", "club", "general", "general")
    author = Member(MemberRef("plaza", "club", "eve"))
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return MessagePosted(key=f"test:{text}", at=at, message=Message(MessageRef(channel, text), author, text, at))


def test_every_condition_is_listed() -> None:
    """A condition that nobody lists in bot/wiring.py does not exist for admins."""
    assert plugins(rules.conditions, Condition) == set(CONDITIONS)


def test_every_action_is_listed() -> None:
    """The same for enforcement actions; `nothing` is only ever written after `else`."""
    assert plugins(moderation.actions, Action) == {*ACTIONS, Nothing}


def test_names_are_unique() -> None:
    """One word per idea."""
    for listed in (CONDITIONS, ACTIONS):
        names = [plugin.name for plugin in listed]
        assert len(names) == len(set(names))


def test_without_settings_the_shipped_packs_and_the_room_are_in_force(tmp_path: Path) -> None:
    """`sereno run` with nothing set up is a bot that moderates."""
    settings = settings_from(None, {"SERENO_DATA_DIR": str(tmp_path)})
    loaded = load_rules(settings, lived_in(settings))
    assert loaded.rule_set is not None
    ids = {rule.id for rule in loaded.rule_set.rules}
    assert {"slur", "known-scam-link", "raid-begins", "room-slur"} <= ids


async def test_a_bot_removes_what_its_rules_forbid(tmp_path: Path) -> None:
    """From settings to a removal, with nothing but what `build` puts together."""
    app = assemble(club(tmp_path, "blarg")).app
    await app.start()
    try:
        await app.accept(said("you blarg"))
        await app.settled()
        (case,) = await app.cases.page()
        assert case.rules == ("no-blarg",)
        assert case.community == "club"
    finally:
        await app.stop()


def test_rules_with_errors_keep_the_bot_from_starting(tmp_path: Path) -> None:
    """Starting without the rules an admin wrote would be worse than not starting; every place is said."""
    settings = club(tmp_path, "blarg", hit="nothing of the kind")
    with pytest.raises(UserError, match=r"10-word\.yaml:\d+:\d+: E300"):
        assemble(settings)


def test_postgresql_is_refused_rather_than_ignored(tmp_path: Path) -> None:
    """Nobody believes to be on PostgreSQL who is not."""
    environ = {"SERENO_DATA_DIR": str(tmp_path), "SERENO_DATABASE_URL": "postgresql://sereno@db.example/sereno"}
    with pytest.raises(UserError, match="SQLite"):
        assemble(settings_from(None, environ))


def test_a_broken_database_is_one_clear_line(tmp_path: Path) -> None:
    """Whoever lost half a file to a full disk reads what is wrong, and `sereno doctor` how to mend it."""
    (tmp_path / DATABASE).write_bytes(b"half of something" * 1000)
    with pytest.raises(StoreError, match="the database cannot be opened: file is not a database"):
        assemble(settings_from(None, {"SERENO_DATA_DIR": str(tmp_path)}))


async def test_saved_rules_are_taken_over_and_broken_ones_are_not(tmp_path: Path) -> None:
    """An admin saves a file, and it holds; saves a broken one, and what held before still holds."""
    settings = club(tmp_path, "blarg")
    community = lived_in(settings)
    reloading = Reloading(settings.rule_folders(community), lambda: load_rules(settings, community), every=0.01)
    rule_set, engine = reloading.first()
    stream, in_force = Stream(engine), RulesInForce(rule_set)
    reloading.tell(stream, in_force)
    watching = asyncio.create_task(reloading.run())
    try:
        club(tmp_path, "zonkhead")
        await until(lambda: bool(stream.feed(said("zonkhead")).matched))
        assert in_force.why("no-zonkhead") == {"en": "Not here."}
        (tmp_path / "rules/10-word.yaml").write_text("schema: rules/1\nrules: nothing\n")
        await asyncio.sleep(0.2)
        assert stream.feed(said("zonkhead again")).matched
        club(tmp_path, "blarg")
        await until(lambda: bool(stream.feed(said("blarg")).matched))
        assert not stream.feed(said("zonkhead for the last time")).matched
    finally:
        watching.cancel()


async def until(true: object) -> None:
    """Wait for something that happens soon; the test's own time limit ends a wait in vain."""
    assert callable(true)
    while not true():
        await asyncio.sleep(0.02)


def test_the_vocabulary_names_every_platform() -> None:
    """Rules may be written for platforms before their adapters are there."""
    assert {"discord", "slack", "telegram", "matrix", "plaza"} == vocabulary().platforms


SCORED = """\
schema: rules/1
about: Scores that nobody gives.
lists:
  words: |
    blarg
rules:
  - id: only-a-score
    why: {en: x}
    mode: enforce
    if:
      score: {toxicity: 90%}
    then: [delete]
  - id: word-or-score
    why: {en: x}
    mode: enforce
    if:
      any:
        - says: words
        - score: {toxicity: 90%}
    then: [delete]
  - id: unless-a-score
    why: {en: x}
    mode: enforce
    if:
      not:
        score: {toxicity: 10%}
    then: [hold]
"""


def test_rules_without_their_model_wait_and_do_what_they_can(tmp_path: Path) -> None:
    """A missing model is unknown, never "no": nothing is held for it, no card is written, and words still count."""
    file = tmp_path / "10-scored.yaml"
    file.write_text(SCORED)
    loaded = load([Given("10-scored.yaml", file)], vocabulary())
    assert loaded.rule_set is not None
    stream = PatientStream(compile_rules(loaded.rule_set), (), {})
    assert stream.decide(stream.note(said("hello"))) == CLEAN
    caught = stream.decide(stream.note(said("you blarg")))
    assert [match.rule for match in caught.matched] == ["word-or-score"]
    assert caught.undecided == ()
    assert sleeping(loaded.rule_set, ()) == ("only-a-score", "word-or-score", "unless-a-score")


NEWCOMERS = """\
schema: rules/1
about: Newcomers, and a score.
rules:
  - id: new-here
    why: {en: x}
    mode: enforce
    if:
      author: {here_less_than: 7d}
    then: [hold]
  - id: a-score
    why: {en: x}
    mode: enforce
    if:
      score: {toxicity: 90%}
    then: [ask]
"""


def test_what_a_platform_tells_nobody_troubles_nobody(tmp_path: Path) -> None:
    """Where no bot learns how long somebody has been here, a rule for newcomers does nothing and asks nobody about it;
    a model that fell silent is still said."""
    file = tmp_path / "10-newcomers.yaml"
    file.write_text(NEWCOMERS)
    rule_set = load([Given("10-newcomers.yaml", file)], vocabulary()).rule_set
    assert rule_set is not None
    stream = PatientStream(compile_rules(rule_set), ("toxicity",), {})
    hello = said("hello")
    assert hello.message.author.here_since is None
    assert stream.decide(stream.note(hello)) == CLEAN
    silent = stream.decide(stream.note(said("hello again")), Signals(silent=frozenset({"toxicity"})))
    assert "a-score" in silent.undecided and not silent.actions


def test_a_rule_whose_model_is_there_and_silent_asks_people(tmp_path: Path) -> None:
    """A detector that broke is another matter: then the rule is undecided and somebody looks."""
    file = tmp_path / "10-scored.yaml"
    file.write_text(SCORED)
    rule_set = load([Given("10-scored.yaml", file)], vocabulary()).rule_set
    assert rule_set is not None
    stream = PatientStream(compile_rules(rule_set), ("toxicity",), {})
    verdict = stream.decide(stream.note(said("hello")), Signals(silent=frozenset({"toxicity"})))
    assert verdict.undecided == ("only-a-score", "word-or-score", "unless-a-score")
