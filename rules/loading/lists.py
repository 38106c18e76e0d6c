"""`lists:` → word lists, written in the rule file or in list files beside it.

In both, a line that starts with `# ` is a comment and a blank line means nothing; `#word` is an entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rules.loading import fields
from rules.loading.decode import read
from rules.loading.file import File
from rules.loading.source import Source
from rules.model import Line, WordList
from rules.yaml_nodes import MappingNode, Node

_COMMENT: Final = re.compile(r"\s*#+(?:\s|$)")
LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a list file: some hundred thousand words."""


def word_lists(file: File, node: Node | None) -> dict[str, WordList]:
    """Every list of a file; those with mistakes are there too, so that naming them is not a second mistake."""
    found: dict[str, WordList] = {}
    block = fields.mapping(file.report, node, "`lists`", "write `name: |` and one entry a line below it")
    for name, key, value in block.items() if block else ():
        lines = _lines(file, name, key, value)
        entries = tuple(dict.fromkeys(_entries(file, lines)))
        if lines and not entries:
            file.report.say(key, "E114", f"the list `{name}` is empty", "write at least one entry, or remove the list")
        found[name] = WordList(name, entries, key.place)
    return found


def _lines(file: File, name: str, key: Node, value: Node) -> tuple[Line, ...]:
    if not isinstance(value, MappingNode):
        return fields.lines(file.report, value, name)
    fields.known_keys(file.report, value, ("file",), f"the list `{name}`")
    node = value.get("file")
    path = fields.text(file.report, node, "`file`", "write the path of a text file in this folder")
    if node is None or path is None:
        if "file" not in value.entries:
            file.report.say(key, "E103", f"the list `{name}` needs `file`", "or write its entries after `|`")
        return ()
    return _from_file(file, node, path)


def _from_file(file: File, node: Node, path: str) -> tuple[Line, ...]:
    folder = node.source.folder
    if Path(path).is_absolute() or ".." in Path(path).parts or "\\" in path or path.startswith("~"):
        hint = "put the list into the folder of the rules and write its path from there"
        file.report.say(node, "E220", f"`{path}` leads out of the folder of the rules", hint)
        return ()
    if folder is None or not (folder / path).is_file():
        file.report.say(node, "E222", f"there is no file `{path}` beside the rules", "create it, or mend the path")
        return ()
    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        hint = "put the file itself into the folder of the rules"
        file.report.say(node, "E221", f"`{path}` is a link that leads out of the folder of the rules", hint)
        return ()
    return _read(file, node, folder / path, path)


def _read(file: File, node: Node, path: Path, name: str) -> tuple[Line, ...]:
    found = read(path, str(Path(node.source.name).parent / name), LARGEST)
    if not isinstance(found, Source):
        said = f"`{name}`, line {found.line}: {found.message}"
        file.report.say(node, "E224", said, found.hint)
        return ()
    file.report.know(found)
    lines = tuple(Line(text, found.place(number, 1)) for number, text in enumerate(found.lines, 1) if text.strip())
    if all(_COMMENT.match(line.text) for line in lines):
        file.report.say(node, "E114", f"the list file `{name}` is empty", "write one entry a line")
        return ()
    return lines


def _entries(file: File, lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        if _COMMENT.match(line.text):
            continue
        entry = line.text.strip()
        if (entry.isascii() and entry.isalnum()) or _says_something(entry):
            yield entry
            continue
        said = f"`{entry}` is nothing but signs that are ignored when texts are compared"
        hint = "an entry needs a letter, a digit or a symbol"
        file.report.at(line.place, "E223", said, hint)


def _says_something(entry: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNS" for character in unicodedata.normalize("NFKC", entry))
