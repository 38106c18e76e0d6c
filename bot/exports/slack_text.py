"""Slack's own markup to what its client shows; links keep their markup, so that the real target stays visible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MARK: Final = re.compile(r"<([@#!])([^<>|]*)(?:\|([^<>]*))?>")
BROADCASTS: Final = frozenset({"channel", "everyone", "here", "group"})


def shown(text: str, names: Mapping[str, str]) -> tuple[str, tuple[str, ...], bool]:
    """The text as people see it, the ids of the people it calls on, and whether it calls on everyone.

    `names` maps ids of people to what they are called.
    """
    mentions: dict[str, None] = {}
    everyone = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal everyone
        sign, target, label = match[1], match[2], match[3]
        if sign == "@":
            mentions[target] = None
            return "@" + (label or names.get(target) or target)
        if sign == "#":
            return "#" + (label or target)
        if target in BROADCASTS:
            everyone = True
            return "@" + target
        if label:
            return label
        return "@" + target.removeprefix("subteam^")

    if "<" in text:
        text = MARK.sub(replaced, text)
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text, tuple(mentions), everyone
