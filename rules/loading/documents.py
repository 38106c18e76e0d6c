"""A file → its document, once the file is safe to look at and says what kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rules.loading.decode import decode, read
from rules.loading.parse import parse
from rules.loading.report import Report
from rules.loading.source import Source
from rules.problems import nearest
from rules.yaml_nodes import MappingNode, ScalarNode, kind_of

SCHEMAS: Final = ("rules/1", "playbook/1", "sereno/1")


@dataclass(frozen=True, slots=True)
class Given:
    """A file to be read: how messages call it, where it lies, and its bytes when they are known already."""

    name: str
    path: Path | None = None
    data: bytes | None = None

    def source(self, report: Report) -> Source | None:
        """Its text; None after the problem was noted."""
        if self.data is not None:
            found = decode(self.name, self.data, self.path.parent if self.path else None)
        else:
            found = read(self.path or Path(self.name), self.name)
        if isinstance(found, Source):
            report.know(found)
            return found
        report.add((found,))
        return None


def document(
    report: Report, given: Given, schema: str, *, needs_schema: bool = True, may_be_empty: bool = False
) -> MappingNode | None:
    """The keys and values of a file of one schema; None where nothing more can be said about it."""
    source = given.source(report)
    if source is None:
        return None
    no_secrets(report, source)
    root, problems = parse(source)
    if may_be_empty and [problem.code for problem in problems] == ["E028"]:
        return MappingNode(source, 1, 1, {})
    report.add(problems)
    if root is None:
        return None
    if not isinstance(root, MappingNode):
        report.say(
            root, "E104", f"a file starts with keys, and this is {kind_of(root)}", f"start it with `schema: {schema}`"
        )
        return None
    return root if of_schema(report, root, schema, needs_schema) else None


def of_schema(report: Report, root: MappingNode, schema: str, needed: bool = True) -> bool:
    """Whether the file is of the schema that is wanted here."""
    node = root.get("schema")
    if node is None:
        if needed:
            # Where the key is only misspelt, the unknown key below would be a second message for one mistake.
            slip = next((name for name in root.entries if nearest(name, ("schema",))), None)
            place = root.key(slip) if slip else root
            report.say(place, "E100", "the file does not say its `schema`", f"start it with `schema: {schema}`")
        return True
    written = node.text if isinstance(node, ScalarNode) else ""
    if written == schema:
        return True
    if written in SCHEMAS:
        report.say(node, "E117", f"this is a `{written}` file where `{schema}` is needed", "move it to its own folder")
        return False
    report.say(node, "E117", f"`{written or kind_of(node)}` is not a schema that is known", f"write `schema: {schema}`")
    return True


def no_secrets(report: Report, source: Source) -> None:
    """Tokens belong in the environment, never in a file that people share."""
    for secret, line, column in source.secrets():
        where = f"put it in the environment variable {secret.variable}" if secret.variable else "remove it"
        hint = f"{where}, and renew it: whoever saw this file knows it"
        report.add((source.problem("E404", line, column, f"{secret.kind} stands in the file", hint),))
