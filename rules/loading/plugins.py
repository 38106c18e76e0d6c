"""What a plug-in's schema refused, as problems with place and hint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from moderation.units import BadDuration, BadShare, written
from rules.load_context import LoadContext, LoadWarning
from rules.loading.refusals import BOUNDS, CUSTOM, EXPECTED, HINTS, KNOWN_ANYWAY, WARNINGS
from rules.loading.report import Report
from rules.problems import Problem, suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, follow, kind_of, plain

_LOOK_UP: Final = "see this key in the rule reference"
M = TypeVar("M", bound=BaseModel)


def build(report: Report, plugin: type[M], name: str, node: Node | None, key: Node, context: LoadContext) -> M | None:
    """The condition or action that an admin wrote under `name`; None after its problems were noted."""
    before = len(context.warnings)
    _no_inner_names(report, plugin, name, node)
    expand: Any = getattr(plugin, "expand", lambda value: value)
    try:
        made = plugin.model_validate(expand(None if node is None else plain(node)), context=context)
    except ValidationError as error:
        for details in _innermost(error.errors(include_url=False)):
            _Refusal(plugin, name, node or key, key, details).tell(report)
        return None
    except (PydanticCustomError, ValueError) as error:
        report.say(node or key, "E132", f"`{name}`: {error}", _LOOK_UP)
        return None
    for warning in context.warnings[before:]:
        _warn(report, warning, follow(node or key, tuple(warning.loc)))
    return made


def _no_inner_names(report: Report, plugin: type[BaseModel], name: str, node: Node | None) -> None:
    """The code may call a field otherwise than admins do (`span`, written `for`); its name is not a second spelling."""
    for inner, field in plugin.model_fields.items():
        spelling = "else" if inner == "otherwise" else field.alias or inner
        if isinstance(node, MappingNode) and spelling != inner and inner in node.entries:
            report.say(node.key(inner), "E101", f"`{name}` has no key `{inner}`", f"did you mean `{spelling}`?")


def _innermost(refused: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without those that only follow from one further inside, as a list that is too short without its bad entry."""
    places = [details["loc"] for details in refused]
    for details in refused:
        loc = details["loc"]
        if not any(len(place) > len(loc) and place[: len(loc)] == loc for place in places):
            yield details


def _warn(report: Report, warning: LoadWarning, node: Node) -> None:
    written_as = node.text if isinstance(node, ScalarNode) else ""
    if written_as in KNOWN_ANYWAY.get(warning.type, ()):
        return
    report.say(node, WARNINGS.get(warning.type, "W132"), warning.message, HINTS.get(warning.type, _LOOK_UP))


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One thing the schema refused: under which key of the file, and what pydantic or the plug-in said."""

    model: type[BaseModel]
    name: str
    node: Node
    key: Node
    details: ErrorDetails

    def tell(self, report: Report) -> None:
        """Note it with the caret where the admin must write."""
        kind = self.details["type"]
        code, message, hint = self._words(kind)
        hint = str(self._context.get("hint") or hint)
        if not hint and code == "E132":
            hint = _LOOK_UP
        report.add((self._target(kind, code, message, hint),))

    @property
    def _context(self) -> Mapping[str, Any]:
        return self.details.get("ctx", {})

    @property
    def _loc(self) -> tuple[str | int, ...]:
        return tuple(self.details["loc"])

    @property
    def _field(self) -> str:
        """The key an admin would recognise."""
        name, node = self.name, self.node
        for step in self._loc:
            if isinstance(node, MappingNode) and step in node.entries:
                name = str(step)
            node = follow(node, (step,))
        return name

    def _reads(self, wanted: type) -> bool:
        """Whether the field that was refused holds values of this type."""
        fields = _model_at(self.model, self._loc[:-1]).model_fields.items()
        return any(field.annotation is wanted for name, field in fields if self._loc[-1:] in ((name,), (field.alias,)))

    @property
    def _outer(self) -> str:
        """The key below which something is missing or too much."""
        named = [step for step in self._loc[:-1] if isinstance(step, str)]
        return named[-1] if named else self.name

    def _target(self, kind: str, code: str, message: str, hint: str) -> Problem:
        if kind == "extra_forbidden" or (self._loc and self._loc[-1] == "[key]"):
            loc = self._loc[:-1] if self._loc[-1] == "[key]" else self._loc
            outer = follow(self.node, loc[:-1])
            return (
                outer.key(str(loc[-1])).problem(code, message, hint)
                if isinstance(outer, MappingNode)
                else (outer.problem(code, message, hint))
            )
        if kind == "missing":
            outer = follow(self.node, self._loc[:-1])
            return (self.key if outer is self.node else outer).problem(code, message, hint)
        found = follow(self.node, self._loc)
        line, column = self._inside(found)
        return found.source.problem(code, line, column, message, hint)

    def _inside(self, found: Node) -> tuple[int, int]:
        """The line of a block that the plug-in means: it says so, or the last step counts the entries."""
        if not isinstance(found, ScalarNode):
            return found.line, found.column
        column = int(self._context.get("column", 0))
        if "line" in self._context:
            return found.at(int(self._context["line"]), column)
        last = self._loc[-1] if self._loc else None
        places = [place for _, place in found.lines()] if found.is_block and isinstance(last, int) else []
        if isinstance(last, int) and last < len(places):
            return places[last].line, places[last].column + column
        return found.line, found.column

    def _words(self, kind: str) -> tuple[str, str, str]:
        field = self._field
        found = follow(self.node, self._loc)
        shown = f"`{found.text}`" if isinstance(found, ScalarNode) and found.text else kind_of(found)
        if kind == "missing":
            return "E103", f"`{self._outer}` needs `{self._loc[-1]}`", f"write `{self._outer}: {{{self._loc[-1]}: …}}`"
        if kind == "extra_forbidden":
            known = _keys(_model_at(self.model, self._loc[:-1]))
            return "E101", f"`{self._outer}` has no key `{self._loc[-1]}`", suggest(str(self._loc[-1]), known)
        if kind in EXPECTED:
            code, needs, hint = EXPECTED[kind]
            return code, f"`{field}` is {needs}, and this is {shown}", hint
        if kind in BOUNDS:
            limit = self._context.get(BOUNDS[kind][0])
            bound = written(limit) if isinstance(limit, timedelta) else limit
            return "E109", f"`{field}` cannot be {shown}", f"it must be {BOUNDS[kind][1]} {bound}"
        if kind in {"literal_error", "enum"}:
            known = re.findall(r"'([^']*)'", str(self._context.get("expected", "")))
            return (
                "E102",
                f"{shown} is not a value of `{field}`",
                suggest(str(getattr(found, "text", "")), known, "use one of"),
            )
        if kind in {"too_short", "string_too_short"}:
            return "E114", f"`{field}` is empty", "name at least one, or remove the key"
        return self._other(kind, field, shown)

    def _other(self, kind: str, field: str, shown: str) -> tuple[str, str, str]:
        cause = self._context.get("error")
        if isinstance(cause, BadDuration):
            return "E106", f"`{field}` cannot be {shown}: {cause}", "write it like `30s`, `10m`, `1h`, `3d` or `2w`"
        if isinstance(cause, BadShare):
            return "E107", f"`{field}` cannot be {shown}: {cause}", "write it like `97%`"
        if cause is not None and self._reads(time):
            return "E119", f"`{field}` cannot be {shown}: {cause}", "write it like `22:00`"
        if kind == "string_pattern_mismatch":
            return "E102", f"`{field}` cannot be {shown}", f"it must match `{self._context.get('pattern')}`"
        message = str(cause) if isinstance(cause, ValueError) else self.details["msg"]
        return CUSTOM.get(kind, "E132"), message, ""


def _keys(model: type[BaseModel]) -> list[str]:
    """What an admin may write below the name; `otherwise` is written `else`."""
    names = [field.alias or name for name, field in model.model_fields.items() if not field.exclude]
    return ["else" if name == "otherwise" else name for name in names]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation speaks of, however deep in lists, mappings and options."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _model_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel]:
    """The model that a path below another one leads to."""
    for step in loc:
        named = [field for name, field in model.model_fields.items() if step in (name, field.alias)]
        inner = next(_models_in(named[0].annotation), None) if named else None
        model = inner or model
    return model
