"""Groups that Telegram's updates speak of: it tells no bot which groups it is in, so this is how a new one shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

MOST: Final = 100
"""Groups that are remembered, those heard of last; anybody may add a bot to a group."""


def groups_in(updates: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The ids and titles of groups that updates speak of; what cannot be read says nothing."""
    for update in updates:
        for about in update.values() if isinstance(update, dict) else ():
            chat = about.get("chat") if isinstance(about, dict) else None
            if (
                isinstance(chat, dict)
                and chat.get("type") in ("group", "supergroup")
                and isinstance(chat.get("id"), int)
            ):
                yield str(chat["id"]), str(chat.get("title", ""))


class Heard:
    """The groups a running bot was told of since its start, configured or not."""

    def __init__(self) -> None:
        self.groups: dict[str, str] = {}

    def take(self, updates: Sequence[Any]) -> None:
        """Remember the groups these updates speak of, the latest last."""
        for id_, title in groups_in(updates):
            self.groups.pop(id_, None)
            self.groups[id_] = title
            if len(self.groups) > MOST:
                del self.groups[next(iter(self.groups))]
