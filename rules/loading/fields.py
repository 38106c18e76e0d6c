"""Reading the value of one key: each function gives the value, or None after saying what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

from moderation.units import duration, share
from rules.loading.report import Report
from rules.model import Line
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, kind_of

T = TypeVar("T")


def mapping(
    report: Report, node: Node | None, what: str, hint: str = "write `key: value`, indented"
) -> MappingNode | None:
    """Keys with values."""
    if isinstance(node, MappingNode):
        return node
    if node is not None:
        report.say(node, "E104", f"{what} needs keys with values, and this is {kind_of(node)}", hint)
    return None


def known_keys(report: Report, node: MappingNode, known: Collection[str], what: str) -> None:
    """Every key must be one of the known ones."""
    for name, key, _ in node.items():
        if name not in known:
            report.say(key, "E101", f"{what} has no key `{name}`", suggest(name, known))


def required(report: Report, node: MappingNode, key: str, what: str, hint: str) -> Node | None:
    """The value of a key that must be there."""
    value = node.get(key)
    if value is None:
        report.say(node, "E103", f"{what} needs `{key}`", hint)
    return value


def text(report: Report, node: Node | None, what: str, hint: str = "") -> str | None:
    """Words; a number is taken as it was written."""
    if isinstance(node, ScalarNode) and node.value is not None and node.text.strip():
        return node.text
    if node is not None:
        report.say(node, "E104", f"{what} is a text, and this is {kind_of(node)}", hint or "write it after the colon")
    return None


def choice(report: Report, node: Node | None, known: Collection[str], what: str) -> str | None:
    """One of a few words."""
    found = text(report, node, what)
    if node is not None and found is not None and found not in known:
        report.say(node, "E102", f"`{found}` is not {what}", suggest(found, known, "use one of"))
        return None
    return found


def boolean(report: Report, node: Node | None, what: str) -> bool | None:
    """Yes or no, written `true` or `false`."""
    if node is None:
        return None
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool):
        return value
    shown = f"`{node.text}`" if isinstance(node, ScalarNode) and node.text else kind_of(node)
    meant = "false" if isinstance(value, str) and value.casefold() in {"no", "off", "n"} else "true"
    report.say(node, "E105", f"`{what}` is true or false, and this is {shown}", f"write `{meant}`")
    return None


def span(report: Report, node: Node | None, what: str) -> timedelta | None:
    """A duration such as `10m`."""
    return _unit(report, node, duration, "E106", what, "write it like `30s`, `10m`, `1h`, `3d` or `2w`")


def proportion(report: Report, node: Node | None, what: str) -> float | None:
    """A share such as `97%`."""
    return _unit(report, node, share, "E107", what, "write it like `10%`")


def _unit(report: Report, node: Node | None, read: Callable[[object], T], code: str, what: str, hint: str) -> T | None:
    if node is None:
        return None
    written = node.text if isinstance(node, ScalarNode) else ""
    try:
        return read(written)
    except ValueError as error:
        shown = f"`{written}`" if written else kind_of(node)
        report.say(node, code, f"`{what}` cannot be {shown}: {error}", hint)
        return None


def whole(report: Report, node: Node | None, what: str, least: int, most: int) -> int | None:
    """A whole number in a range."""
    if node is None:
        return None
    value: Any = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int):
        shown = f"`{node.text}`" if isinstance(node, ScalarNode) and node.text else kind_of(node)
        report.say(
            node, "E108", f"`{what}` is a whole number, and this is {shown}", f"write a number from {least} to {most}"
        )
        return None
    if not least <= value <= most:
        report.say(node, "E109", f"`{what}` cannot be {value}", f"write a number from {least} to {most}")
        return None
    return value


def day(report: Report, node: Node | None, what: str) -> date | None:
    """A day of the calendar."""
    if node is None:
        return None
    written = node.text if isinstance(node, ScalarNode) else ""
    try:
        return date.fromisoformat(written)
    except ValueError:
        report.say(node, "E115", f"`{what}` is a day, and `{written}` is none", "write it like `2026-12-31`")
        return None


def names(report: Report, node: Node | None, what: str) -> Iterator[tuple[str, Node]]:
    """One name or a list of names, each with its node."""
    if node is None:
        return
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        report.say(node, "E114", f"`{what}` is empty", "name at least one, or remove the key")
    for item in items:
        name = text(report, item, f"each of `{what}`", "write names, as in `[one, two]`")
        if name is not None:
            yield name, item


def lines(report: Report, node: Node | None, what: str) -> tuple[Line, ...]:
    """A block with one entry a line, or a list of texts."""
    if node is None:
        return ()
    if isinstance(node, SequenceNode):
        return tuple(Line(name, item.place) for name, item in names(report, node, what))
    if not isinstance(node, ScalarNode) or (node.value is not None and node.style != "|" and not _one_line(node)):
        report.say(node, "E116", f"`{what}` has one entry a line", "write `|` after the colon and each entry below it")
        return ()
    found = tuple(Line(entry, place) for entry, place in node.lines())
    if not found:
        report.say(node, "E114", f"`{what}` is empty", "write at least one line, or remove the key")
    return found


def _one_line(node: ScalarNode) -> bool:
    return node.style != ">" and "\n" not in node.text
