"""Giving back what was deleted: Slack cannot, so it is said again, with the name of who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.slack_answers import words
from bot.adapters.slack_people import People
from bot.adapters.slack_saying import Saying
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from bot.commands.spec import Words
from moderation.errors import ChatError, Gone, StoreError, Unavailable
from moderation.model import Message, MessageRef

BACK: Final[Words] = {
    "en": "Given back. {name} wrote on {at:%Y-%m-%d at %H:%M} UTC:\n{text}",
    "es": "Recuperado. {name} escribió el {at:%Y-%m-%d a las %H:%M} UTC:\n{text}",
}
FILES: Final[Words] = {
    "en": "(its files are gone: {files})",
    "es": "(los archivos adjuntos se han perdido: {files})",
}


@dataclass(slots=True)
class Restoring:
    """Quotes once, and only what is really gone."""

    ground: Ground
    web: Web
    saying: Saying
    people: People

    async def restore(self, home: Home, ref: MessageRef) -> None:
        """Raises Unavailable, RateLimited … as every call; ChatError when its text is no longer kept."""
        try:
            kept = await self.ground.kept.message(ref)
        except StoreError as error:
            raise Unavailable(str(error)) from error
        thread = kept.reply_to.id if kept is not None and kept.reply_to is not None else None
        if await self._there(ref, thread):
            return
        if kept is None:
            raise ChatError("its text is no longer kept, so nobody can give it back")
        text = self._quotation(home, kept)
        body = {**words(text), "thread_ts": thread}
        await self.saying.once(f"restore:{ref.channel.id}:{ref.id}", ref.channel, body, Urgency.ANSWER)

    async def _there(self, ref: MessageRef, thread: str | None) -> bool:
        """Whether the message can still be read."""
        method = "conversations.replies" if thread else "conversations.history"
        one: dict[str, Any] = {"latest": ref.id, "oldest": ref.id, "inclusive": True}
        try:
            page = await self.web.call(method, Urgency.ANSWER, channel=ref.channel.id, ts=thread, **one)
        except Gone:
            return False
        rows = page.get("messages") or ()
        return any(row.get("ts") == ref.id and row.get("subtype") != "tombstone" for row in rows)

    def _quotation(self, home: Home, kept: Message) -> str:
        language = home.language if home.language in BACK else "en"
        name = kept.author.name or kept.author.ref.id
        text = BACK[language].format(name=name, at=kept.at, text=kept.text)
        if kept.attachments:
            files = ", ".join(one.name for one in kept.attachments)
            text += "\n" + FILES[language].format(files=files)
        return text
