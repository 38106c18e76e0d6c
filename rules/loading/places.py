"""Where each key of a rule stands, looked up only when a message needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.model import Place
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]


class KeyPlaces(Mapping[Path, Place]):
    """YAML path → place. A path that goes beyond what was written (a short form) ends at the last thing written."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def __getitem__(self, path: Path) -> Place:
        node, place = self._root, self._root.place
        for step in path:
            if isinstance(node, MappingNode) and isinstance(step, str) and step in node.entries:
                key, node = node.entries[step]
                place = key.place
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                place = node.place
            elif isinstance(node, ScalarNode) and node.is_block and isinstance(step, int):
                lines = [entry for _, entry in node.lines()]
                place = lines[step] if step < len(lines) else place
        return place

    def __iter__(self) -> Iterator[Path]:
        return _paths(self._root, ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _paths(node: Node, path: Path) -> Iterator[Path]:
    if isinstance(node, MappingNode):
        for name, _, value in node.items():
            yield (*path, name)
            yield from _paths(value, (*path, name))
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.items):
            yield (*path, number)
            yield from _paths(item, (*path, number))
