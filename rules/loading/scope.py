"""Where a rule applies and whom it spares: `platforms`, `only_in`, `except_in`, `spare`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from rules.loading import fields
from rules.loading.file import File
from rules.loading.vocabulary import CODED_ROLES
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node

_EVERYBODY: Final = frozenset({"everyone", "@everyone", "everybody", "all", "*", "member", "members"})
_DECLARE: Final = "declare it in sereno.yaml, so that a slip of the pen can be noticed"


def platforms(file: File, node: Node | None) -> frozenset[str]:
    """The platforms a rule is limited to."""
    found: set[str] = set()
    for name, item in fields.names(file.report, node, "platforms"):
        if name not in file.vocabulary.platforms:
            hint = suggest(name, file.vocabulary.platforms)
            file.report.say(item, "E210", f"there is no platform `{name}`", hint)
        found.add(name)
    return frozenset(found)


def channels(file: File, node: Node | None, what: str) -> tuple[str, ...]:
    """Channel names and globs; a leading `#` means nothing."""
    found: list[str] = []
    for written, item in fields.names(file.report, node, what):
        name = written.removeprefix("#")
        if not any(sign in name for sign in "*?["):
            _known_channel(file, name, item)
        found.append(name)
    return tuple(found)


def _known_channel(file: File, name: str, node: Node) -> None:
    declared = file.names.channels if file.names else frozenset()
    if name in declared:
        return
    if declared:
        file.report.say(node, "E205", f"sereno.yaml has no channel `{name}`", suggest(name, declared))
    else:
        file.report.say(node, "W205", f"the channel `{name}` cannot be checked without sereno.yaml", _DECLARE)


def spared(file: File, node: Node | None) -> frozenset[str]:
    """The roles a rule does not touch."""
    found: set[str] = set()
    for name, item in fields.names(file.report, node, "spare"):
        if name.casefold() in _EVERYBODY:
            hint = "name the roles that are spared, or use `mode: off`"
            file.report.say(item, "E230", "a rule that spares everybody never does anything", hint)
        elif name not in CODED_ROLES:
            _known_role(file, name, item)
        found.add(name)
    return frozenset(found)


def _known_role(file: File, name: str, node: Node) -> None:
    if file.names is None:
        file.report.say(node, "W204", f"the role `{name}` cannot be checked without sereno.yaml", _DECLARE)
    elif name not in file.names.roles:
        known = file.names.roles | CODED_ROLES
        file.report.say(node, "E204", f"sereno.yaml has no role `{name}`", suggest(name, known))


def somewhere(file: File, block: MappingNode, only_in: tuple[str, ...], except_in: tuple[str, ...]) -> None:
    """A rule must be left with a channel to apply in."""
    if not only_in and "*" in except_in:
        said, key = "every channel is excepted, so this rule never applies", "except_in"
    elif only_in and except_in and all(any(_covers(wide, name) for wide in except_in) for name in only_in):
        said, key = "`except_in` takes away every channel that `only_in` names", "except_in"
    else:
        return
    file.report.say(block.key(key), "E230", said, "remove one of the two, or use `mode: off`")


def _covers(wide: str, name: str) -> bool:
    return wide == name or fnmatchcase(name, wide)
