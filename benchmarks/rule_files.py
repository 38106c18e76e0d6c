"""Rule files of any size, as YAML text: what an admin with 100,000 phrases or 500 rules would have."""

from __future__ import annotations

from collections.abc import Sequence

_HEAD = "schema: rules/1\nabout: Generated for measuring.\n"


def _block(lines: Sequence[str], indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _rule(name: str, condition: str) -> str:
    return (
        f"  - id: {name}\n    why:\n      en: Measured.\n      es: Medido.\n    mode: enforce\n    if:\n"
        f"{_block(condition.splitlines(), 6)}    then:\n      - label: measured\n"
    )


def phrases(words: Sequence[str], *, disguised: bool = True) -> str:
    """One list and one rule."""
    long_form = "says: words" if disguised else "says: {lists: [words], disguised: false, split: 0s}"
    return f"{_HEAD}lists:\n  words: |\n{_block(words, 4)}rules:\n{_rule('phrases', long_form)}"


def patterns(count: int) -> str:
    """Rules of ten patterns each, none of which matches ordinary chat."""
    rules = []
    for start in range(0, count, 10):
        lines = [rf"ticket-{number}-[a-z]{{2,5}}\d+" for number in range(start, min(start + 10, count))]
        rules.append(_rule(f"patterns-{start}", "matches: |\n" + _block(lines, 2).rstrip("\n")))
    return f"{_HEAD}rules:\n{''.join(rules)}"


def facts(count: int, *, first: int = 0) -> str:
    """Rules on what is known about author and message, all different, none holding for a person who has been around."""
    shapes = (
        "author: {{account_younger_than: {n}m}}\nshape: {{longer_than: {long}}}",
        "mentions: {{people: {few}}}\nauthor: {{here_less_than: {n}m}}",
        "attachments: {{at_least: {few}}}\nauthor: {{fewer_messages_than: {few}}}",
        "any:\n  - author: {{has_role: role-{n}}}\n  - shape: {{longer_than: {far}}}",
    )
    rules = [
        _rule(f"facts-{n}", shapes[n % len(shapes)].format(n=n + 1, long=n + 500, few=n % 40 + 6, far=n + 5000))
        for n in range(first, first + count)
    ]
    return f"{_HEAD}rules:\n{''.join(rules)}"
