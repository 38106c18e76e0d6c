"""JSON Schema of `playbook/1` for editors, as far as a recipe's parts are fixed."""

from __future__ import annotations

from typing import Any, Final

from playbooks.recipes import COMMON, RECIPES, Recipe
from rules.grammar import DIALECT, DURATION

Schema = dict[str, Any]

_TEXTS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
}


def playbooks_schema() -> Schema:
    """The schema of a playbook file: one branch per recipe."""
    return {
        "$schema": DIALECT,
        "title": "Sereno playbook/1",
        "type": "object",
        "required": ["schema", "recipe"],
        "properties": {"schema": {"const": "playbook/1"}, "recipe": {"enum": sorted(RECIPES)}, "texts": _TEXTS},
        "allOf": [
            {"if": {"properties": {"recipe": {"const": name}}}, "then": _recipe(recipe)}
            for name, recipe in RECIPES.items()
            if recipe.parts is not None
        ],
    }


def _recipe(recipe: Recipe) -> Schema:
    properties: Schema = {name: {} for name in sorted(COMMON | (recipe.parts or frozenset()))}
    for path in recipe.spans:
        inner = properties
        for step in path[:-1]:
            inner = inner.setdefault(step, {}).setdefault("properties", {})
        inner[path[-1]] = DURATION
    return {"properties": properties, "additionalProperties": False}
