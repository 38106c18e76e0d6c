"""What only shows when the parts of sereno.yaml are put side by side, and what never belongs into it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bot.configuration.environment import VARIABLES
from bot.configuration.models import PLACES, Community, Configuration
from rules.loading.report import Report
from rules.loading.secrets import secrets
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode, follow, plain

_SECRET: Final = re.compile(r"(?i)(?:^|_|-)(?:token|secret|password|passwd|api_?key|signing_secret)$")


def without_secrets(report: Report, node: Node, way: tuple[str, ...] = ()) -> Node:
    """The same file without keys that ask for a secret, each of them told with its environment variable."""
    if isinstance(node, SequenceNode):
        items = tuple(without_secrets(report, item, way) for item in node.items)
        return SequenceNode(node.source, node.line, node.column, items)
    if not isinstance(node, MappingNode):
        return node
    kept = {}
    for name, key, value in node.items():
        if not _SECRET.search(name):
            inner = without_secrets(report, value, (*way, name))
            # A key that held nothing but secrets is not a second mistake.
            if inner is value or plain(inner) or not plain(value):
                kept[name] = (key, inner)
        elif not (isinstance(value, ScalarNode) and any(secrets(value.text))):
            said = f"`{name}` is a secret and never stands in a file"
            report.say(key, "E500", said, f"set the environment variable {_variable((*way, name))} instead")
    return MappingNode(node.source, node.line, node.column, kept)


def _variable(way: tuple[str, ...]) -> str:
    words = {word for step in way for word in re.split(r"[^a-z]+", step.casefold()) if word}
    fits = {name: len(words & set(name.casefold().split("_"))) for name in VARIABLES}
    return max(fits, key=lambda name: fits[name])


def consistent(report: Report, root: Node, configuration: Configuration) -> None:
    """Check every community against itself, the others, and the disk."""
    ids: dict[str, int] = {}
    places: dict[tuple[str, str], str] = {}
    for number, community in enumerate(configuration.communities):
        node = follow(root, ("communities", number))
        first = ids.setdefault(community.id, number)
        if first != number and isinstance(node, MappingNode):
            said = f"there is already a community `{community.id}`"
            report.say(follow(node, ("id",)), "E502", said, "ids stay the same for ever: choose another one")
        _places(report, node, community, places)
        _names(report, node, community)
        _paths(report, node, community)


def _places(report: Report, node: Node, community: Community, taken: dict[tuple[str, str], str]) -> None:
    for platform, place in community.places.items():
        where = follow(node, ("places", platform))
        for key in place.model_fields_set - PLACES[platform]:
            known = PLACES[platform]
            said = f"`{platform}` has no `{key}`"
            report.say(where.key(key) if isinstance(where, MappingNode) else where, "E101", said, suggest(key, known))
        for one in place.ids:
            other = taken.setdefault((platform, one), community.id)
            if other != community.id:
                said = f"`{other}` already lives in {platform} {one}"
                report.say(where, "E502", said, "one place belongs to one community")


def _names(report: Report, node: Node, community: Community) -> None:
    """Channels, roles and people can only be where the community lives."""
    if not community.places:
        return
    named = [("channels", name, tuple(platforms)) for name, platforms in community.channels.items()]
    named += [("roles", name, tuple(platforms)) for name, platforms in community.roles.items()]
    for part, name, platforms in named:
        for platform in platforms:
            if platform not in community.places:
                block = follow(node, (part, name))
                key = block.key(platform) if isinstance(block, MappingNode) else block
                said = f"`{name}` names {platform}, where the community does not live"
                report.say(key, "E503", said, f"add `{platform}` under `places`, or remove it here")


def _paths(report: Report, node: Node, community: Community) -> None:
    folder = node.source.folder or Path()
    for part in ("rules", "playbooks"):
        for number, path in enumerate(getattr(community, part)):
            if not (folder / path.expanduser()).is_dir():
                place = follow(node, (part, number))
                report.say(place, "E505", f"there is no folder `{path}`", "create it, or mend the path")
    for name, path in community.calendars.items():
        if not (folder / path.expanduser()).is_file():
            place = follow(node, ("calendars", name))
            report.say(place, "E505", f"there is no file `{path}`", "create it, or mend the path")
