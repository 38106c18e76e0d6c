"""`if:`, `unless:` and `conditions:` → a tree of conditions."""

from __future__ import annotations

from typing import Final

from rules.loading import fields
from rules.loading.file import File
from rules.loading.plugins import build
from rules.model import All, AnyOf, Holds, Not, Use
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, SequenceNode, kind_of

COMBINED: Final = ("all", "any", "not", "use")
_HOW: Final = "write a condition such as `says: name-of-a-list`"


class ConditionReader:
    """Reads the conditions of one file; a named one is read once, when it is first used."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._named: dict[str, Holds | None] = {}
        self._reading: list[str] = []
        self.used: set[str] = set()

    def tree(self, node: Node | None, what: str) -> Holds | None:
        """What a block of conditions means; None after its problems were noted."""
        if isinstance(node, SequenceNode):
            hint = "put the list under `any:` or `all:`"
            self._file.report.say(node, "E104", f"`{what}` needs conditions, and this is a list", hint)
            return None
        block = fields.mapping(self._file.report, node, f"`{what}`", _HOW)
        if block is None:
            return None
        if not block.entries and block.broken:
            return None
        if not block.entries:
            self._file.report.say(block, "E131", f"`{what}` holds no condition", _HOW)
            return None
        parts = [self._part(name, key, value) for name, key, value in block.items()]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else All(tuple(known))

    def declared(self) -> dict[str, Holds]:
        """All named conditions, used or not."""
        names = self._file.conditions.entries if self._file.conditions else {}
        found = {name: self._resolve(name) for name in names}
        return {name: part for name, part in found.items() if part is not None}

    def _part(self, name: str, key: Node, value: Node) -> Holds | None:
        if name in ("any", "all"):
            return self._several(name, value)
        if name == "not":
            part = self.tree(value, "not")
            return None if part is None else Not(part)
        if name == "use":
            return self._use(value)
        plugin = self._file.plugins.conditions.get(name)
        if plugin is None:
            hint = suggest(name, [*self._file.plugins.conditions, *COMBINED])
            self._file.report.say(key, "E130", f"there is no condition `{name}`", hint)
            return None
        return build(self._file.report, plugin, name, value, key, self._file.context)

    def _several(self, name: str, node: Node) -> Holds | None:
        if not isinstance(node, SequenceNode):
            hint = "start each condition with `- `"
            self._file.report.say(node, "E104", f"`{name}` needs a list, and this is {kind_of(node)}", hint)
            return None
        if not node.items:
            self._file.report.say(node, "E131", f"`{name}` holds no condition", _HOW)
            return None
        parts = [self.tree(item, name) for item in node.items]
        known = tuple(part for part in parts if part is not None)
        if len(known) < len(parts):
            return None
        return AnyOf(known) if name == "any" else All(known)

    def _use(self, node: Node) -> Holds | None:
        uses: list[Holds] = []
        complete = True
        for name, item in fields.names(self._file.report, node, "use"):
            part = self._named_at(name, item)
            if part is None:
                complete = False
            else:
                uses.append(Use(name, part))
        if not uses or not complete:
            return None
        return uses[0] if len(uses) == 1 else All(tuple(uses))

    def _named_at(self, name: str, node: Node) -> Holds | None:
        declared = self._file.conditions.entries if self._file.conditions else {}
        if name not in declared:
            hint = suggest(name, declared, "declared here") or "declare it under `conditions:`"
            self._file.report.say(node, "E201", f"there is no condition named `{name}`", hint)
            return None
        if name in self._reading:
            way = " → ".join([*self._reading[self._reading.index(name) :], name])
            self._file.report.say(node, "E232", f"this condition uses itself: {way}", "write one of them out")
            return None
        self.used.add(name)
        return self._resolve(name)

    def _resolve(self, name: str) -> Holds | None:
        if name not in self._named and self._file.conditions is not None:
            self._reading.append(name)
            self._named[name] = self.tree(self._file.conditions.get(name), name)
            self._reading.pop()
        return self._named.get(name)


def shadowing(file: File, node: MappingNode) -> None:
    """A named condition must not be called like a key of the language: nobody could tell the two apart."""
    for name, key, _ in node.items():
        if name in file.plugins.conditions or name in COMBINED:
            file.report.say(key, "E133", f"`{name}` is already a condition of the language", "choose another name")
