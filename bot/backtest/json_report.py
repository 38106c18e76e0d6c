"""The result for machines: one JSON object of the schema `backtest/1`. Fields may be added; none changes its meaning.

schema        "backtest/1"
export        path; files, messages (distinct), events, from, to (ISO times or null); formats: name → {files, messages};
              repeated, bad_rows, notices (numbers); skipped: [{path, reason}]; notes: [{text, files, example}]
folder        where the rules come from, as it was written
rules         one object a rule, in order: rule, file, line, mode; messages, events (joins and the like) that made it match;
              acted_on: distinct messages it would have touched, earlier ones of a flood or a split word included; people;
              protected: matches by staff and bots, to whom nothing happens and whom the next two leave out; actions,
              if_enforced: name → times; undecided: messages on which nobody knows; not_judged: null, "off", "score" (an
              export has no scores, and no model that was asked gives them) or "events"; scores: labels it asks for; days: date → matches;
              brake: null, or {name, max, within_seconds, pulled_at: null or time, asked}
people        those who would have been sanctioned, most often first: id, name, community, messages, actions, if_enforced
scored        null when no model was asked, or {model, texts, silent}: distinct texts, and those it could not judge
against       null, or {folder, rules, counts: {new, gone, changed, same}, differences: [{rule, new, gone, changed}]}
assumptions   sentences
messages      every message (or other event) that matched, in order, as in bot/backtest/judged.py; with `--against` those that
              only the other rules match too (`matched` is empty), each with `against` and `change`
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TextIO

from bot.backtest.run import Result
from bot.backtest.tally import Person, RuleTally, Tally
from bot.backtest.words import ASSUMPTIONS

SCHEMA = "backtest/1"


def write_json(result: Result, stream: TextIO) -> None:
    """Write it all; records go through one by one, so that any number of them fits."""
    head = json.dumps(_head(result), ensure_ascii=False, indent=2)
    stream.write(head.removesuffix("\n}"))
    stream.write(',\n  "messages": [')
    for number in range(len(result.archive)):
        stream.write(",\n    " if number else "\n    ")
        stream.write(result.archive.line(number).rstrip(b"\n").decode())
    stream.write("\n  ]\n}\n" if len(result.archive) else "]\n}\n")


def _head(result: Result) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "export": _export(result),
        "folder": str(result.rules.path),
        "rules": list(_rules(result.tally)),
        "people": [_person(person) for person in result.tally.sanctioned()],
        "scored": asdict(result.scored) if result.scored else None,
        "against": _against(result),
        "assumptions": list(ASSUMPTIONS),
    }


def _export(result: Result) -> dict[str, object]:
    reading, span = result.reading, result.reading.span
    return {
        "path": str(result.export),
        "files": reading.files,
        "messages": result.messages,
        "events": len(reading),
        "from": span[0].isoformat() if span else None,
        "to": span[1].isoformat() if span else None,
        "formats": {
            name: {"files": tally.files, "messages": tally.messages} for name, tally in reading.formats.items()
        },
        "repeated": reading.repeated,
        "bad_rows": reading.rows,
        "notices": reading.notices,
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in reading.skipped],
        "notes": [{"text": note.text, "files": note.files, "example": note.example} for note in reading.notes],
    }


def _rules(tally: Tally) -> Iterator[dict[str, object]]:
    return (_rule(rule) for rule in tally.rules.values())


def _rule(counted: RuleTally) -> dict[str, object]:
    rule = counted.rule
    return {
        "rule": rule.id,
        "file": rule.place.file,
        "line": rule.place.line,
        "mode": rule.mode.value,
        "messages": counted.messages,
        "events": counted.events,
        "acted_on": counted.acted_on,
        "people": len(counted.people),
        "protected": counted.protected,
        "actions": dict(counted.actions),
        "if_enforced": dict(counted.if_enforced),
        "undecided": counted.undecided,
        "not_judged": counted.unjudged or None,
        "scores": list(counted.labels),
        "days": dict(sorted(counted.days.items())),
        "brake": _brake(counted),
    }


def _brake(counted: RuleTally) -> dict[str, object] | None:
    braking = counted.braking
    if braking is None:
        return None
    return {
        "name": braking.brake.name,
        "max": braking.brake.most,
        "within_seconds": braking.brake.within.total_seconds(),
        "pulled_at": braking.pulled_at.isoformat() if braking.pulled_at else None,
        "asked": braking.asked,
    }


def _person(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "community": person.community,
        "messages": person.found,
        "actions": dict(person.actions),
        "if_enforced": dict(person.if_enforced),
    }


def _against(result: Result) -> dict[str, object] | None:
    if result.against is None or result.before is None or result.difference is None:
        return None
    return {
        "folder": str(result.against.path),
        "rules": list(_rules(result.before)),
        "counts": result.difference.counts(),
        "differences": [
            {"rule": name, "new": rule.new, "gone": rule.gone, "changed": rule.changed}
            for name, rule in result.difference.rules.items()
        ],
    }
