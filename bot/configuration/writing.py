"""What the set-up page changes in sereno.yaml: only its own keys, with everything else, comments and order, as it was.

    save(settings.own_file, Wanted(name="Our Club", platform="discord", place={"server": "111"}), approve)

The result is read like any sereno.yaml before it takes the old one's place, and the old one stays as `.previous`.
"""

from __future__ import annotations

import io
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.config import Configuration, read_configuration
from bot.configuration.atomic import replace_file
from moderation.errors import UserError
from rules.loader import Given
from rules.problems import errors, render

HEAD: Final = """\
# Written by the set-up page; edit it as you like: what you write stays. After a change: sereno check .
schema: sereno/1
"""
_NUMBER: Final = re.compile(r"-?[1-9][0-9]{0,18}")
_FIRST: Final = ("id", "name", "languages", "time_zone", "mode", "places", "channels", "roles")
"""The order of our keys in a community; what a person added stays where it is."""


_OURS: Final = set(_FIRST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a community shall be, and where it lives on one platform.

    `place` is what stands under `places`; `channels` and `roles` go from our names to the platform's ids, and a name
    with nothing is removed there. Names that are not mentioned stay as they are.
    """

    name: str
    languages: Sequence[str]
    time_zone: str
    mode: str
    platform: str = ""
    place: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    id: str = ""
    """The id of a community that is made now; the first one of the file keeps its own."""


def save(file: Path, wanted: Wanted, approve: Callable[[Configuration], str] = lambda _: "") -> Configuration:
    """Write it, and give back what the file means now.

    UserError, and nothing is changed, when the file has errors, cannot be written, or `approve` finds something wrong
    with what it would mean (in words).
    """
    target = file.resolve()
    try:
        old = target.read_bytes() if target.exists() else b""
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    new = edited(old, wanted, file).encode()
    read = read_configuration(Given(str(file), target, new))
    if read.configuration is None:
        raise UserError(render(errors(read.problems)))
    if old and _others(read.configuration) != _others(_understood(file, old)):
        raise UserError(f"{file} cannot be edited without losing something; add the set-up by hand")
    refused = approve(read.configuration)
    if refused:
        raise UserError(refused)
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if old else 0o644
        target.parent.mkdir(parents=True, exist_ok=True)
        if old:
            replace_file(target.with_name(f"{target.name}.previous"), old, mode)
        replace_file(target, new, mode)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    return read.configuration


def edited(old: bytes, wanted: Wanted, file: Path) -> str:
    """The file as it shall be. UserError when the old one has errors."""
    _understood(file, old)
    text = old.decode("utf-8")
    yaml = _yaml(text)
    try:
        root = yaml.load(text)
    except YAMLError as error:
        raise UserError(f"{file} cannot be edited without losing something; add the set-up by hand") from error
    if not isinstance(root, CommentedMap):
        text = text.rstrip("\n") + "\n" if text.strip() else ""  # comments alone
        root, head = CommentedMap(), text or HEAD
    else:
        head = ""
    _change(root, wanted)
    written = io.StringIO()
    yaml.dump(root, written)
    return head + written.getvalue()


def _understood(file: Path, data: bytes) -> Configuration:
    read = read_configuration(Given(str(file), file, data))
    if read.configuration is None:
        raise UserError(render(errors(read.problems)))
    return read.configuration


def _others(configuration: Configuration) -> object:
    """Everything that is not ours to change."""
    first, *rest = configuration.communities
    return configuration.model_dump(exclude={"communities"}), first.model_dump(exclude=_OURS), rest


def _yaml(text: str) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    flat = re.search(r"^\w+:[^\n]*\n(?:\s*#[^\n]*\n|\s*\n)*- ", text, re.MULTILINE)
    if flat:
        yaml.indent(mapping=2, sequence=2, offset=0)
    else:
        yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _change(root: CommentedMap, wanted: Wanted) -> None:
    communities = root.get("communities")
    if not communities:
        communities = CommentedSeq([CommentedMap(id=wanted.id or "club")])
        root["communities"] = communities
    community = communities[0]
    _put(community, "name", wanted.name)
    _put(community, "languages", list(wanted.languages))
    _put(community, "time_zone", wanted.time_zone)
    if wanted.mode != community.get("mode", "enforce"):
        _put(community, "mode", wanted.mode)
    if not wanted.platform:
        return
    _put(_block(community, "places"), wanted.platform, wanted.place)
    for part, names in (("channels", wanted.channels), ("roles", wanted.roles)):
        block = _block(community, part)
        for ours, theirs in names.items():
            _name(block, ours, wanted.platform, theirs)
        if not block:
            del community[part]


def _name(block: CommentedMap, ours: str, platform: str, theirs: str | Sequence[str]) -> None:
    known = block.get(ours)
    if theirs:
        if known is None:
            known = block[ours] = _flow(CommentedMap())
        _put(known, platform, theirs)
    elif known is not None and platform in known:
        del known[platform]
        if not known:
            del block[ours]


def _block(community: CommentedMap, part: str) -> CommentedMap:
    if community.get(part) is None:
        _insert(community, part, CommentedMap())
    block: CommentedMap = community[part]
    return block


def _put(mapping: CommentedMap, key: str, value: object) -> None:
    """Set a value; one that means the same already is left as a person wrote it."""
    if key in mapping and _plain(mapping[key]) == _plain(value):
        return
    written = _written(value)
    if key in mapping or key not in _FIRST:
        mapping[key] = written
    else:
        _insert(mapping, key, written)


def _insert(mapping: CommentedMap, key: str, value: object) -> None:
    """After those of our keys that come before it, where a person would look for it."""
    before = _FIRST[: _FIRST.index(key)]
    at = max((list(mapping).index(one) + 1 for one in before if one in mapping), default=0)
    mapping.insert(at, key, value)


def _written(value: object) -> Any:
    if isinstance(value, Mapping):
        return _flow(CommentedMap({key: _written(item) for key, item in value.items()}))
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return int(value)
        return value if re.fullmatch(r"[a-z][a-z_]{3,}|[A-Z][a-z]+/[A-Za-z_/]+", value) else _quoted(value)
    if isinstance(value, Sequence):
        items = CommentedSeq([item if _code(item) else _written(item) for item in value])
        items.fa.set_flow_style()
        return items
    return value


def _code(item: object) -> bool:
    """A language code that no reader takes for a truth value (`no` is Norwegian)."""
    return isinstance(item, str) and re.fullmatch(r"[a-z]{2}", item) is not None and item not in ("no", "on")


def _quoted(text: str) -> DoubleQuotedScalarString:
    quoted: DoubleQuotedScalarString = DoubleQuotedScalarString(text)
    return quoted


def _flow(mapping: CommentedMap) -> CommentedMap:
    mapping.fa.set_flow_style()
    return mapping


def _plain(value: object) -> object:
    """What it means: ids are texts whether or not they were written as numbers, one thing is a list of one."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (str, int)):
        return [str(value)]
    return [str(item) for item in value] if isinstance(value, Sequence) else value
