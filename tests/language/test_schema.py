"""JSON Schema for editors, made from the plug-ins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.configuration.schema import configuration_schema
from bot.wiring import vocabulary
from playbooks.schema import playbooks_schema
from rules.loader import SHIPPED, rule_files
from rules.schema import rules_schema
from rules.yaml_nodes import plain
from tests.language.reading import ONE_RULE, read_text
from tests.language.test_loader import WHOLE

INIT = Path(__file__).parents[2] / "bot" / "init"


@pytest.fixture(scope="module")
def rules() -> Draft202012Validator:
    return Draft202012Validator(rules_schema(vocabulary()))


def data(text: str) -> Any:
    root, problems = read_text(text)
    assert root is not None
    assert problems == []
    return plain(root)


@pytest.mark.parametrize("schema", [rules_schema(vocabulary()), configuration_schema(), playbooks_schema()])
def test_each_schema_is_one(schema: dict[str, Any]) -> None:
    """An editor that knows draft 2020-12 can use it."""
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "path", [*rule_files(SHIPPED), *sorted(INIT.rglob("rules/*.yaml"))], ids=lambda path: path.name
)
def test_what_loads_is_valid(rules: Draft202012Validator, path: Path) -> None:
    """Everything we ship passes the schema we hand out."""
    assert [error.message for error in rules.iter_errors(data(path.read_text(encoding="utf-8")))] == []


def test_the_whole_grammar_is_valid(rules: Draft202012Validator) -> None:
    """Every key of the language is known to the schema."""
    assert [error.message for error in rules.iter_errors(data(WHOLE))] == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("rules/1", "rules/2"),
        ("rules:", "rulez:"),
        ("    if:", "    iff:"),
        ("says: spam", "say: spam"),
        ("says: spam", "author: {here_less: 3d}"),
        ("says: spam", "author: {here_less_than: soon}"),
        ("says: spam", "score: 97"),
        ("id: no-spam", "id: No Spam"),
        ("en: Spam is removed.", "en: ''"),
        ("[delete]", "[delet]"),
        ("[delete]", "[]"),
        ("[delete]", "[timeout: soon]"),
        ("[delete]", "[timeout: {for: 1h, otherwise: hold}]"),
        ("[delete]", "[timeout]"),
        ("then:", "mode: enforced\n    then:"),
        ("then:", "stop: yes\n    then:"),
        ("then:", "sample: 0.1\n    then:"),
        ("then:", "on: [mesage]\n    then:"),
        ("then:", "scenes: [{name: x}]\n    then:"),
    ],
)
def test_a_mistake_shows_in_the_editor(rules: Draft202012Validator, good: str, bad: str) -> None:
    """What the loader refuses for its shape, the schema refuses too."""
    assert good in ONE_RULE
    assert rules.is_valid(data(ONE_RULE))
    assert not rules.is_valid(data(ONE_RULE.replace(good, bad)))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("{}", True),
        ("schema: sereno/1", True),
        ("communities: [{id: club, places: {discord: {server: 111}}, rules: rules/}]", True),
        ("communities: [{id: club, roles: {admin: {telegram: administrators}}, keep: {practice_window: off}}]", True),
        ("communities: [{id: club, toxicity: {adjust: {at_most: 5%}}}, {id: pub, toxicity: {adjust: off}}]", True),
        ("communities: [{id: club, toxicity: {adjust: {at_most: 5}}}]", False),
        ("comunities: []", False),
        ("communities: [{id: club, brakes: {deletes: 0}}]", False),
        ("communities: [{id: club, keep: {flagged_text: forever}}]", False),
        ("log: {level: loud}", False),
    ],
)
def test_sereno_yaml_has_a_schema_too(text: str, valid: bool) -> None:
    """The shape of the configuration is checked while it is typed."""
    assert Draft202012Validator(configuration_schema()).is_valid(data(text)) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("schema: playbook/1\nrecipe: welcome\nfirst_post: {nudge_after: 7d}", True),
        ("schema: playbook/1\nrecipe: welcome\nfirst_post: {nudge_after: soon}", False),
        ("schema: playbook/1\nrecipe: welcom", False),
        ("schema: playbook/1\nrecipe: weekly-topic\ngreet: {}", False),
    ],
)
def test_playbooks_have_a_schema_too(text: str, valid: bool) -> None:
    """Each recipe's parts are known."""
    assert Draft202012Validator(playbooks_schema()).is_valid(data(text)) is valid
