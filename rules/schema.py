"""JSON Schema of `rules/1` for editors, made from the plug-ins and the grammar.

It is looser than the loader: it knows no names of lists, roles or channels, and no contradictions.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from moderation.actions.base import Action
from moderation.model import KINDS
from moderation.verdict import Mode
from rules.grammar import DIALECT, DURATION, SHARE, definitions
from rules.loader import Vocabulary
from rules.model import Condition

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
"""What YAML reads from a word: `2024` and `true` are names as well."""
_NAMES: Final[Schema] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_LINES: Final[Schema] = {
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": _TEXT, "minItems": 1}]
}
_PROBES: Final[tuple[tuple[str, tuple[object, ...]], ...]] = (
    ("string", ("word", "everyone", "any")),
    ("array", (["word"],)),
    ("boolean", (True,)),
    ("integer", (3,)),
)
"""Short forms are found by trying them: each kind of value, with the words that some plug-ins reserve."""


def rules_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of a rule file."""
    references, defs = definitions([*vocabulary.conditions, *vocabulary.actions])
    for action in vocabulary.actions:
        _with_else(_model(defs, references[action]))
    for condition in vocabulary.conditions:
        _with_short_values(condition, _model(defs, references[condition]))
    defs["condition"] = _condition(vocabulary, references)
    defs["action"] = _action(vocabulary, references, defs)
    defs["actions"] = {"anyOf": [{"$ref": "#/$defs/action"}, _list({"$ref": "#/$defs/action"})]}
    defs["rule"] = _rule(vocabulary)
    return {
        "$schema": DIALECT,
        "title": "Sereno rules/1",
        "type": "object",
        "required": ["schema"],
        "additionalProperties": False,
        "properties": _file(),
        "$defs": defs,
        "if": {"required": ["extends"]},
        "else": {"required": ["rules"], "properties": {"rules": {"minItems": 1}}},
    }


def _file() -> Schema:
    return {
        "schema": {"const": "rules/1"},
        "about": {"type": "string", "description": "What this file is for, in one sentence."},
        "extends": {"type": "string", "description": "A shipped pack; rules with the same id replace its rules."},
        "languages": _NAMES,
        "lists": _named({"anyOf": [_LINES, _object({"file": {"type": "string"}}, "file")]}),
        "conditions": _named({"$ref": "#/$defs/condition"}),
        "ladders": _named(_object({"forget": DURATION, "steps": _steps()}, "forget", "steps")),
        "brakes": _named(_object({"max": {"type": "integer", "minimum": 1}, "within": DURATION}, "max", "within")),
        "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
    }


def _rule(vocabulary: Vocabulary) -> Schema:
    kind = {"enum": sorted(KINDS)}
    properties: Schema = {
        "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64},
        "why": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 1000},
            "description": "What the member is told, one text per language.",
        },
        "on": {"anyOf": [kind, _list(kind)]},
        "mode": {"enum": [mode.value for mode in Mode], "default": Mode.SHADOW.value},
        "until": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "sample": SHARE,
        "platforms": {"anyOf": [{"enum": sorted(vocabulary.platforms)}, _list({"enum": sorted(vocabulary.platforms)})]},
        "only_in": _NAMES,
        "except_in": _NAMES,
        "spare": _NAMES,
        "if": {"$ref": "#/$defs/condition"},
        "unless": {"$ref": "#/$defs/condition"},
        "then": {"$ref": "#/$defs/actions"},
        "stop": {"type": "boolean"},
        "brake": _TEXT,
        "hits": _LINES,
        "misses": _LINES,
        "scenes": _list(_scene(vocabulary)),
    }
    return _object(properties, "id")


def _scene(vocabulary: Vocabulary) -> Schema:
    name = {"enum": sorted(action.name for action in vocabulary.actions)}
    expected = _named({"anyOf": [name, {"type": "array", "items": name}]})
    return _object({"name": _TEXT, "chat": _LINES, "expect": expected}, "name", "chat")


def _condition(vocabulary: Vocabulary, references: dict[type[BaseModel], Schema]) -> Schema:
    several = _list({"$ref": "#/$defs/condition"})
    properties: Schema = {
        condition.name: _forms(condition, references[condition]) for condition in vocabulary.conditions
    }
    properties |= {"any": several, "all": several, "not": {"$ref": "#/$defs/condition"}, "use": _NAMES}
    return {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": properties}


def _forms(condition: type[Condition], reference: Schema) -> Schema:
    """The long form, and each short form that the plug-in's `expand` understands."""
    reshaped = condition.expand({"probe": "word"})
    long = {"type": "object"} if not isinstance(reshaped, dict) or "probe" not in reshaped else reference
    short = [
        {"type": kind} for kind, probes in _PROBES if any(isinstance(condition.expand(probe), dict) for probe in probes)
    ]
    return {"anyOf": [long, *short], "description": _said(condition)}


def _with_short_values(condition: type[Condition], model: Schema) -> None:
    """Where `expand` makes a list of one word, the word alone is written as often."""
    for name, value in model["properties"].items():
        expanded = condition.expand({name: "word"})
        if isinstance(expanded, dict) and isinstance(expanded.get(name), (list, tuple)):
            model["properties"][name] = {"anyOf": [{"type": "string"}, value]}


def _action(vocabulary: Vocabulary, references: dict[type[BaseModel], Schema], defs: Schema) -> Schema:
    unasked = (action for action in vocabulary.actions if not _model(defs, references[action]).get("required"))
    bare = {"enum": sorted(action.name for action in unasked)}
    long: Schema = {action.name: _values(action, references[action], defs) for action in vocabulary.actions}
    return {
        "anyOf": [
            bare,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": long,
            },
        ]
    }


def _values(action: type[Action], reference: Schema, defs: Schema) -> Schema:
    """The long form, the main value alone, or nothing where nothing is needed."""
    model = _model(defs, reference)
    forms: list[Schema] = [reference]
    if action.main is not None:
        alias = action.model_fields[action.main].alias or action.main
        forms.append(model["properties"][alias])
    if not model.get("required"):
        forms.append({"type": "null"})
    return {"anyOf": forms, "description": _said(action)}


def _model(defs: Schema, reference: Schema) -> Schema:
    found: Schema = defs[reference["$ref"].rpartition("/")[2]]
    return found


def _with_else(model: Schema) -> None:
    """Inside, `else` is a field called `otherwise`; admins never see that name."""
    model["properties"].pop("otherwise", None)
    model["properties"]["else"] = {"anyOf": [{"const": "nothing"}, {"$ref": "#/$defs/action"}]}


def _said(plugin: type[BaseModel]) -> str:
    return (plugin.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _steps() -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": r"^[1-9]\d{0,3}$"},
        "additionalProperties": {"$ref": "#/$defs/actions"},
    }


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _named(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _list(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": item}
