"""A message of Telegram as Sereno reads it: its words, its files, whom it calls, where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from telegram import Message, MessageEntity

from bot.adapters.telegram_names import Names
from bot.adapters.telegram_text import piece, replaced
from moderation.model import Attachment

_FILES: Final = ("animation", "audio", "document", "video", "voice", "video_note")
_ENDINGS: Final = {"audio": "mp3", "voice": "ogg", "video": "mp4", "video_note": "mp4", "animation": "mp4"}
_THINGS: Final = ("contact", "location", "venue", "dice", "game", "story", "invoice", "giveaway", "paid_media")


def entities(message: Message) -> Sequence[MessageEntity]:
    """What is marked in the words, wherever they stand."""
    return message.entities or message.caption_entities


def words(message: Message) -> str:
    """What somebody wrote: text or caption, with addresses hidden behind words and buttons spelled out; the lines of a
    poll or a list."""
    text = message.text or message.caption or ""
    links = [(each, f"[{piece(text, each)}]({each.url})") for each in entities(message) if each.url]
    return "\n".join([line for line in (replaced(text, links), *_lines(message)) if line])


def _lines(message: Message) -> Iterator[str]:
    if message.poll is not None:
        yield message.poll.question
        yield from (option.text for option in message.poll.options)
    if message.checklist is not None:
        yield message.checklist.title
        yield from (task.text for task in message.checklist.tasks)
    if message.venue is not None:
        yield f"{message.venue.title}, {message.venue.address}"
    if message.reply_markup is not None:
        for row in message.reply_markup.inline_keyboard:
            yield from (f"[{button.text}]({button.url})" for button in row if button.url)


def attachments(message: Message) -> tuple[Attachment, ...]:
    """The files and things somebody posted, described. Telegram tells no hash."""
    found = [Attachment(name) for name in _THINGS if getattr(message, name)]
    if message.photo:
        largest = message.photo[-1]
        found.append(Attachment("photo.jpg", "image/jpeg", largest.file_size))
    if message.sticker is not None:
        moving = "application/x-tgsticker" if message.sticker.is_animated else "image/webp"
        type_ = "video/webm" if message.sticker.is_video else moving
        found.append(Attachment("sticker", type_, message.sticker.file_size))
    for name in _FILES:
        file = getattr(message, name)
        if file is None or (name == "document" and message.animation is not None):
            continue  # an animation is told twice, for apps that do not know animations
        ending = _ENDINGS.get(name)
        called = getattr(file, "file_name", None) or (f"{name}.{ending}" if ending else name)
        found.append(Attachment(called, getattr(file, "mime_type", None) or "", file.file_size))
    return tuple(found)


def mentions(message: Message, names: Names) -> tuple[str, ...]:
    """The distinct people a message calls: by id where they are known, else by `@name`."""
    text = message.text or message.caption or ""
    called: dict[str, None] = {}
    for entity in entities(message):
        if entity.user is not None:
            called[str(entity.user.id)] = None
        elif entity.type == MessageEntity.MENTION:
            name = piece(text, entity)
            called[names.id_of(name) or name.lower()] = None
    return tuple(called)


def says_something(message: Message) -> bool:
    """Whether a person wrote it; Telegram also tells as messages who came, what was pinned and the like."""
    return bool(message.text or message.caption or message.poll or message.checklist or attachments(message))
