"""`then:` and the steps of ladders → enforcement actions."""

from __future__ import annotations

from dataclasses import replace

from moderation.actions.base import Action
from moderation.actions.nothing import Nothing
from rules.load_context import LoadContext
from rules.loading.file import File
from rules.loading.plugins import build
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, kind_of

_HOW = "write one action a line, as in `- delete` or `- timeout: 1h`"


def actions(file: File, node: Node | None, what: str) -> tuple[Action, ...] | None:
    """The actions of a list; None after its problems were noted."""
    items = _items(file, node, what)
    if items is None:
        return None
    made = [_action(file, item) for item in items]
    known = tuple(action for action in made if action is not None)
    return known if len(known) == len(made) else None


def _items(file: File, node: Node | None, what: str) -> tuple[Node, ...] | None:
    if isinstance(node, SequenceNode) and node.items:
        return node.items
    if isinstance(node, ScalarNode) and node.value is not None:
        return (node,)
    if node is not None:
        wrong = isinstance(node, MappingNode)
        said = f"`{what}` needs a list, and this is {kind_of(node)}" if wrong else f"`{what}` names no action"
        file.report.say(node, "E104" if wrong else "E113", said, _HOW)
    return None


def _action(file: File, node: Node) -> Action | None:
    if isinstance(node, ScalarNode) and node.value is not None:
        return _named(file, node.text, node, None)
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        name, key, value = next(node.items())
        return _named(file, name, key, value)
    if isinstance(node, MappingNode) and len(node.entries) > 1:
        second = list(node.items())[1][1]
        file.report.say(second, "E140", "two actions share one entry of the list", "start each action with `- `")
        return None
    file.report.say(node, "E140", f"an action is expected here, and this is {kind_of(node)}", _HOW)
    return None


def _named(file: File, name: str, key: Node, value: Node | None) -> Action | None:
    plugin = file.plugins.actions.get(name)
    if plugin is None:
        file.report.say(key, "E141", f"there is no action `{name}`", suggest(name, file.plugins.actions))
        return None
    if not isinstance(value, MappingNode) or "else" not in value.entries:
        return build(file.report, plugin, name, value, key, file.context)
    rest = {inner: entry for inner, entry in value.entries.items() if inner != "else"}
    main = MappingNode(value.source, value.line, value.column, rest) if rest else None
    made = build(file.report, plugin, name, main, key, file.context)
    otherwise = _otherwise(file, value.entries["else"][1])
    return made.model_copy(update={"otherwise": otherwise}) if made and otherwise else None


def _otherwise(file: File, node: Node) -> Action | None:
    if isinstance(node, ScalarNode) and node.text == Nothing.name:
        return Nothing()
    return _action(file, node)


def without_ladders(context: LoadContext) -> LoadContext:
    """Inside a ladder there is none to strike on."""
    return replace(context, ladders=None)
