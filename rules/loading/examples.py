"""`hits:`, `misses:` and `scenes:`; they are run by the engine, here they are only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.loading import fields
from rules.loading.file import File
from rules.model import Line, Place, Scene
from rules.problems import suggest
from rules.scenes import SceneError, parse_line
from rules.yaml_nodes import MappingNode, Node, SequenceNode, kind_of

COMMUNITY: Final = "community"
"""Who is named in `expect` for actions that are aimed at nobody in particular."""
_HOW: Final = "write `- name: …` with `chat: |` below it"


def scenes(file: File, node: Node | None) -> tuple[Scene, ...]:
    """The scenes of a rule."""
    if node is None:
        return ()
    if not isinstance(node, SequenceNode):
        file.report.say(node, "E104", f"`scenes` needs a list, and this is {kind_of(node)}", _HOW)
        return ()
    found = [_scene(file, item) for item in node.items]
    return tuple(scene for scene in found if scene is not None)


def _scene(file: File, node: Node) -> Scene | None:
    block = fields.mapping(file.report, node, "a scene", _HOW)
    if block is None:
        return None
    fields.known_keys(file.report, block, ("name", "chat", "expect"), "a scene")
    name = fields.required(file.report, block, "name", "a scene", "say in a few words what happens")
    chat = fields.required(file.report, block, "chat", "a scene", "write `chat: |` and one line per message")
    lines = fields.lines(file.report, chat, "chat")
    people = _people(file, lines)
    expect = _expect(file, block.get("expect"), people)
    return Scene(fields.text(file.report, name, "`name`") or "", lines, expect, _begin(block))


def _begin(block: MappingNode) -> Place:
    return block.key("name").place


def _people(file: File, lines: tuple[Line, ...]) -> frozenset[str]:
    people: set[str] = set()
    for line in lines:
        try:
            people.update(parse_line(line.text).people)
        except SceneError as mistake:
            lead = len(line.text) - len(line.text.lstrip())
            column = line.place.column + mistake.column - lead
            hint = "write `name: text`, `name joins`, or `30 people join`"
            file.report.at(Place(line.place.file, line.place.line, column), "E301", mistake.message, hint)
    return frozenset(people)


def _expect(file: File, node: Node | None, people: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    hint = "write `{ana: [delete]}`; people who are not named are left alone"
    block = fields.mapping(file.report, node, "`expect`", hint)
    found: dict[str, tuple[str, ...]] = {}
    for person, key, value in block.items() if block else ():
        if person not in people and person != COMMUNITY:
            said = f"nobody called `{person}` appears in this scene"
            file.report.say(key, "E302", said, suggest(person, [*people, COMMUNITY], "here are"))
        found[person] = tuple(_action_names(file, value))
    return found


def _action_names(file: File, node: Node) -> list[str]:
    if isinstance(node, SequenceNode) and not node.items:
        return []
    names: list[str] = []
    for name, item in fields.names(file.report, node, "expect"):
        if name in file.plugins.actions:
            names.append(name)
        else:
            file.report.say(item, "E141", f"there is no action `{name}`", suggest(name, file.plugins.actions))
    return names
