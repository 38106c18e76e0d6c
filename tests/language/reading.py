"""Small rule files for tests, and how to read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.wiring import vocabulary
from rules.loader import Examine, Given, Loaded, Names, load
from rules.loading.decode import decode
from rules.loading.parse import parse
from rules.loading.source import Source
from rules.model import Policy
from rules.problems import Problem
from rules.yaml_nodes import Node

TODAY = date(2026, 11, 21)

ONE_RULE = """\
schema: rules/1
about: Spam.
lists:
  spam: |
    free money
rules:
  - id: no-spam
    why:
      en: Spam is removed.
    if:
      says: spam
    then: [delete]
"""


def read_text(text: str | bytes, *, pure: bool = False) -> tuple[Node | None, list[Problem]]:
    """The nodes of a text, and what is wrong with it."""
    source = decode("a.yaml", text if isinstance(text, bytes) else text.encode())
    return parse(source, pure=pure) if isinstance(source, Source) else (None, [source])


def load_text(*texts: str, names: Names | None = None, examine: Examine | None = None) -> Loaded:
    """Texts as the files a.yaml, b.yaml, … of one folder."""
    given = [Given(f"{name}.yaml", None, text.encode()) for name, text in zip("abcdef", texts, strict=False)]
    return load(given, vocabulary(), names, today=TODAY, examine=examine)


def load_in(folder: Path, names: Names | None = None) -> Loaded:
    """The rule files of a folder, by their bare names."""
    given = [Given(path.name, path) for path in sorted(folder.glob("*.yaml"))]
    return load(given, vocabulary(), names, today=TODAY)


def policy_of(text: str) -> Policy:
    """The policy of a text without mistakes."""
    loaded = load_text(text)
    assert loaded.rule_set is not None, [str(problem) for problem in loaded.problems]
    return loaded.rule_set.policies[0]


def codes(loaded: Loaded) -> list[str]:
    """The codes of all problems, in order."""
    return [problem.code for problem in loaded.problems]
