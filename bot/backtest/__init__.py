"""What rules would have done to a chat that has already happened, on the same pure engine as live traffic.

with backtest(Path("export"), Path("rules"), vocabulary, against=Path("rules-before")) as result:
    print(as_text(result))
    write_json(result, sys.stdout)
    write_html(result, Path("report.html"))
"""

from __future__ import annotations

from pathlib import Path

from bot.backtest.given import BadRules, given
from bot.backtest.html_report import write_html
from bot.backtest.json_report import write_json
from bot.backtest.run import Progress, Result, run
from bot.backtest.text_report import as_text
from bot.exports import read
from moderation.errors import UserError
from moderation.toxicity.port import Toxicity
from rules.loader import Vocabulary

__all__ = ["BadRules", "Result", "as_text", "backtest", "write_html", "write_json"]


def _silently(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def backtest(
    export: Path,
    rules: Path,
    vocabulary: Vocabulary,
    *,
    against: Path | None = None,
    reading: Progress = _silently,
    judging: Progress = _silently,
    model: Toxicity | None = None,
) -> Result:
    """Judge a chat export with the rules of a folder, and with those of another one when `against` names it.

    `reading` is told bytes, `judging` events. With a `model`, rules may ask for its scores. Raises BadRules when a rule file has errors, and UserError when there is
    nothing at a path or nothing that can be read.
    """
    now = given(rules, vocabulary)
    before = given(against, vocabulary) if against is not None else None
    history = read(export, reading)
    if not history.entries:
        reasons = "; ".join(f"{skipped.path}: {skipped.reason}" for skipped in history.skipped[:3])
        raise UserError(f"{export}: no messages could be read{f' ({reasons})' if reasons else ''}")
    return run(export, history, now, before, vocabulary.actions, judging, model)
