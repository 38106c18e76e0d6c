"""What the emulated Telegram knows: people, chats, who is what in them, messages; and how the Bot API shows them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]
RIGHTS: Final = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)
PERMISSIONS: Final = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
)


class ApiError(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(slots=True)
class User:
    """A person, or the bot."""

    id: int
    first_name: str
    username: str = ""
    is_bot: bool = False
    language: str = "en"
    started: bool = False
    blocked: bool = False
    may_be_asked_until: float = 0.0

    def json(self) -> Json:
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        if not self.is_bot:
            shown["language_code"] = self.language
        return shown


@dataclass(slots=True)
class Place:
    """What somebody is in a group."""

    status: str = "left"
    rights: set[str] = field(default_factory=set)
    permissions: dict[str, bool] = field(default_factory=dict)
    until: int = 0
    is_member: bool = False

    @property
    def here(self) -> bool:
        return self.status in ("creator", "administrator", "member") or (self.status == "restricted" and self.is_member)

    def json(self, user: User) -> Json:
        shown: Json = {"user": user.json(), "status": self.status}
        if self.status == "creator":
            shown["is_anonymous"] = False
        elif self.status == "administrator":
            shown |= {"can_be_edited": False, "is_anonymous": False} | {name: name in self.rights for name in RIGHTS}
        elif self.status == "restricted":
            shown |= {name: self.permissions.get(name, False) for name in PERMISSIONS}
            shown |= {"is_member": self.is_member, "until_date": self.until}
        elif self.status == "kicked":
            shown["until_date"] = self.until
        return shown


@dataclass(slots=True)
class Message:
    """A message in a chat; `deleted` ones are seen by nobody."""

    id: int
    chat: int
    sender: int
    body: Json
    date: int
    topic: int | None = None
    reply_to: int | None = None
    sender_chat: Json | None = None
    deleted: bool = False
    edited: int | None = None
    markup: Json | None = None
    pinged: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.body.get("text") or self.body.get("caption") or "")


@dataclass(slots=True)
class Chat:
    """A group or a private chat."""

    id: int
    type: str
    title: str = ""
    people: dict[int, Place] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(PERMISSIONS, True))
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    moved_to: int | None = None
    linked: int | None = None
    asking: set[int] = field(default_factory=set)
    banned_channels: set[int] = field(default_factory=set)
    next_id: int = 1

    def json(self) -> Json:
        if self.type == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": self.type, "title": self.title} | ({"is_forum": True} if self.topics else {})

    def place(self, user: int) -> Place:
        """What somebody is here now; what has ended is over."""
        place = self.people.setdefault(user, Place())
        if place.until and place.until <= time.time():
            if place.status == "kicked":
                self.people[user] = place = Place()
            elif place.status == "restricted":
                self.people[user] = place = Place("member" if place.is_member else "left")
        return place

    def may_write(self, user: int, topic: int | None = None) -> bool:
        """Whether somebody could write here now."""
        place = self.place(user)
        if place.status in ("creator", "administrator"):
            return True
        if not place.here or topic in self.closed:
            return False
        restricted = place.status == "restricted" and not place.permissions.get("can_send_messages", False)
        return not restricted and self.permissions.get("can_send_messages", True)


@dataclass(slots=True)
class State:
    """All of it."""

    bot: User
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    webhook: str = ""
    alerts: dict[int, list[str]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    """Pressed buttons that still wait → who pressed."""
    slept: float = 0.0

    def now(self) -> int:
        return int(time.time() + self.slept)

    def user(self, id_: int) -> User:
        if id_ not in self.users:
            raise ApiError(400, "Bad Request: user not found")
        return self.users[id_]

    def chat(self, id_: int) -> Chat:
        """A chat the bot can reach; raises what Telegram answers otherwise."""
        chat = self.chats.get(id_)
        if chat is None and id_ in self.users:
            chat = self.chats[id_] = Chat(id_, "private", self.users[id_].first_name)
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        if chat.moved_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=chat.moved_to)
        if chat.type != "private" and not chat.place(self.bot.id).here:
            kind = "supergroup" if chat.type == "supergroup" else "group"
            raise ApiError(403, f"Forbidden: bot was kicked from the {kind} chat")
        return chat

    def json(self, message: Message, *, deep: bool = True) -> Json:
        """A message as the Bot API shows it."""
        shown: Json = {
            "message_id": message.id,
            "date": message.date,
            "chat": self.chats[message.chat].json(),
            "from": self.users[message.sender].json(),
            **message.body,
        }
        if message.sender_chat is not None:
            shown["sender_chat"] = message.sender_chat
        if message.topic is not None:
            shown |= {"message_thread_id": message.topic, "is_topic_message": True}
        if message.edited is not None:
            shown["edit_date"] = message.edited
        if message.markup is not None:
            shown["reply_markup"] = message.markup
        answered = self.chats[message.chat].messages.get(message.reply_to or 0)
        if deep and answered is not None and not answered.deleted:
            shown["reply_to_message"] = self.json(answered, deep=False)
        return shown

    def add(self, chat: Chat, sender: int, body: Json, **more: Any) -> Message:
        """A new message in a chat."""
        message = Message(chat.next_id, chat.id, sender, body, self.now(), **more)
        chat.next_id += 1
        chat.messages[message.id] = message
        return message
