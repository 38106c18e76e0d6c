"""Who appears in one line of a scene, by the parser that also runs the scenes."""

from __future__ import annotations

from collections.abc import Collection

from rules.loading.file import SceneMistake


def people_in(line: str) -> Collection[str]:
    """The people named in a line; SceneMistake where it cannot be understood."""
    from rules.examples import SceneError, parse_line

    try:
        found = parse_line(line)
    except SceneError as error:
        raise SceneMistake(error.message, error.column) from error
    return (found.who,) if found.who else ()
