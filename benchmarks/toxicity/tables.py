"""Tables that are easy to read in a terminal and can be pasted into a page as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown with columns of equal width, figures to the right; empty when there are no rows."""
    lines = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    if not lines:
        return ""
    columns = list(zip(head, *lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(map(_figure, column[1:])) for column in columns]
    rule = "|".join("-" * (width + 1) + (":" if flush else "-") for width, flush in zip(widths, right, strict=True))
    drawn = [_row(line, widths, right) for line in (head, *lines)]
    return "\n".join([title, "", drawn[0], f"|{rule}|", *drawn[1:]])


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    placed = [
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=True)
    ]
    return f"| {' | '.join(placed)} |"


def _figure(cell: str) -> bool:
    return cell == "–" or cell[:1].isdigit() or cell[:1] in "+-−"
