"""What people do on the emulated Telegram, and what they see there."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

from tests.emulators.telegram_methods import Methods, units
from tests.emulators.telegram_state import RIGHTS, Chat, Json, Message, Place, State, User

_PERSON = re.compile(r"<@([a-z0-9_]+)>")
_MARKS = (("bot_command", re.compile(r"^/[A-Za-z0-9_]+(@\w+)?")), ("mention", re.compile(r"@[A-Za-z0-9_]{3,}")))


class Folk:
    """People by short names: `eve` is called Eve and `@eve_t`. Whoever acts in a group is a member from then on."""

    def __init__(self, state: State, methods: Methods) -> None:
        self.state, self._methods = state, methods
        self._ids = itertools.count(1001)
        self._queries = itertools.count(1)

    def user(self, name: str, **more: Any) -> User:
        """Somebody, known to Telegram from now on."""
        if name not in self.state.names:
            user = User(next(self._ids), name.capitalize(), f"{name}_t", **more)
            self.state.names[name] = user.id
            self.state.users[user.id] = user
        return self.state.users[self.state.names[name]]

    def joins(self, chat: Chat, name: str) -> bool:
        """Come in by the group's link; whether that was possible."""
        user = self.user(name)
        place = chat.place(user.id)
        if place.status == "kicked":
            return False
        if not place.here:
            after = Place("member")
            if place.status == "restricted":
                after = Place("restricted", set(), place.permissions, place.until, is_member=True)
            self._methods.change(chat, user, after, user)
            self._note(chat, user, {"new_chat_members": [user.json()]})
        return True

    def leaves(self, chat: Chat, name: str) -> None:
        user = self.user(name)
        self._methods.change(chat, user, Place("left"), user)
        self._note(chat, user, {"left_chat_member": user.json()})

    def asks_to_join(self, chat: Chat, name: str) -> None:
        """Use a link that asks administrators first; the bot may write to them for five minutes."""
        user = self.user(name)
        chat.asking.add(user.id)
        user.may_be_asked_until = time.time() + 300
        about = {"chat": chat.json(), "from": user.json(), "user_chat_id": user.id, "date": self.state.now()}
        self._tell(chat, "chat_join_request", about)

    def let_in(self, chat: Chat, name: str, by: str) -> None:
        """An administrator lets somebody in who asked."""
        user = self.user(name)
        chat.asking.discard(user.id)
        self._methods.change(chat, user, Place("member"), self.user(by), via_join_request=True)

    def promotes(self, chat: Chat, name: str, rights: set[str] | None = None) -> None:
        """The owner makes somebody an administrator; of everything, unless rights are named."""
        user = self.user(name)
        self.joins(chat, name)
        given = set(RIGHTS) if rights is None else rights
        self._methods.change(chat, user, Place("administrator", given), self.user("owner"))

    def silences(self, chat: Chat, name: str, by: User) -> None:
        """Somebody with the right takes a member's voice."""
        self._methods.change(chat, self.user(name), Place("restricted", is_member=True), by)

    def unsilences(self, chat: Chat, name: str, by: User) -> None:
        self._methods.change(chat, self.user(name), Place("member"), by)

    def grants(self, chat: Chat, rights: set[str] | None) -> None:
        """The owner sets the bot's rights; None makes it an ordinary member."""
        place = Place("member") if rights is None else Place("administrator", rights)
        self._methods.change(chat, self.state.bot, place, self.user("owner"))

    def throws_out_bot(self, chat: Chat) -> None:
        self._methods.change(chat, self.state.bot, Place("kicked"), self.user("owner"))

    def says(
        self,
        chat: Chat,
        name: str,
        text: str = "",
        *,
        reply_to: int | None = None,
        topic: int | None = None,
        **body: Any,
    ) -> Message:
        """Write; `<@eve>` calls Eve by her name without an @. More of the message's fields may be given."""
        user = self.user(name)
        if chat.type != "private":
            assert self.joins(chat, name), f"{name} is banned"
            assert chat.may_write(user.id, topic), f"{name} may not write here"
        return self.posts(chat, user, text, reply_to=reply_to, topic=topic, **body)

    def posts(self, chat: Chat, user: User, text: str, **more: Any) -> Message:
        """The same for whoever sends it."""
        fields = {key: more.pop(key) for key in ("reply_to", "topic", "sender_chat") if key in more}
        message = self.state.add(chat, user.id, (self._marked(text) if text else {}) | more, **fields)
        self._tell(chat, "message", self.state.json(message))
        return message

    def edits(self, message: Message, text: str) -> None:
        message.body = self._marked(text)
        message.edited = self.state.now()
        self._tell(self.state.chats[message.chat], "edited_message", self.state.json(message))

    def reacts(self, message: Message, name: str, emoji: str) -> None:
        chat, user = self.state.chats[message.chat], self.user(name)
        new = [{"type": "emoji", "emoji": emoji}]
        about = {"chat": chat.json(), "message_id": message.id, "user": user.json(), "date": self.state.now()}
        self._tell(chat, "message_reaction", about | {"old_reaction": [], "new_reaction": new})

    def starts(self, name: str, words: str = "") -> None:
        """Open the bot's private chat and press Start."""
        user = self.user(name)
        user.started, user.blocked = True, False
        chat = self.state.chat(user.id)
        self.says(chat, name, f"/start {words}".strip())

    def blocks(self, name: str) -> None:
        """Block the bot."""
        user = self.user(name)
        user.blocked = True
        chat = self.state.chat(user.id)
        about = {"chat": chat.json(), "from": user.json(), "date": self.state.now()}
        bot = self.state.bot
        places = {"old_chat_member": Place("member").json(bot), "new_chat_member": Place("kicked").json(bot)}
        self._methods.tell("my_chat_member", about | places)

    def presses(self, message: Message, name: str, words: str) -> str:
        """Press the button with these words; the query's id."""
        user = self.user(name)
        button = next(
            each for row in (message.markup or {})["inline_keyboard"] for each in row if each["text"] == words
        )
        if "url" in button:
            self.starts(name, button["url"].partition("start=")[2])
            return ""
        return self.sends_press(message, user, button["callback_data"])

    def sends_press(self, message: Message, user: User, data: str) -> str:
        """A press as a client sends it; nothing stops a client from sending any data."""
        id_ = str(next(self._queries))
        self.state.queries[id_] = user.id
        shown = {
            "id": id_,
            "from": user.json(),
            "chat_instance": "1",
            "data": data,
            "message": self.state.json(message),
        }
        self._methods.tell("callback_query", shown)
        return id_

    def migrates(self, chat: Chat) -> Chat:
        """A basic group becomes a supergroup: a new chat with the same people, messages left behind."""
        new = Chat(chat.id - 1_000_000_000_000, "supergroup", chat.title, dict(chat.people))
        self.state.chats[new.id] = new
        owner = self.user("owner")
        self.posts(chat, owner, "", migrate_to_chat_id=new.id)
        chat.moved_to = new.id
        self.posts(new, owner, "", migrate_from_chat_id=chat.id)
        return new

    def reads(self, chat: Chat, topic: int | None = None) -> list[str]:
        """What a member sees, oldest first; notes of who came and left are not words."""
        shown = (m for m in chat.messages.values() if not m.deleted and m.topic == topic)
        return [message.text for message in shown if message.text]

    def told(self, name: str) -> list[str]:
        """What the bot wrote to somebody in private, and what windows of buttons told them."""
        user = self.user(name)
        chat = self.state.chats.get(user.id)
        said = [m.text for m in chat.messages.values() if m.sender == self.state.bot.id] if chat else []
        return said + self.state.alerts.get(user.id, [])

    def _note(self, chat: Chat, user: User, body: Json) -> None:
        message = self.state.add(chat, user.id, body)
        self._tell(chat, "message", self.state.json(message))

    def _tell(self, chat: Chat, kind: str, about: Json) -> None:
        bot = chat.place(self.state.bot.id)
        if chat.type == "private" or bot.here:
            admin = bot.status == "administrator"
            seen = admin or not self._methods.privacy or str(about.get("text", "")).startswith("/")
            asked = kind != "chat_join_request" or "can_invite_users" in bot.rights
            if chat.type == "private" or (asked and seen and (admin or kind in ("message", "edited_message"))):
                self._methods.tell(kind, about)

    def _marked(self, text: str) -> Json:
        """A text with its entities, in UTF-16 units."""
        marks: list[Json] = []
        while (found := _PERSON.search(text)) is not None:
            user = self.user(found[1])
            text = text[: found.start()] + user.first_name + text[found.end() :]
            at = units(text[: found.start()])
            marks.append({"type": "text_mention", "offset": at, "length": units(user.first_name), "user": user.json()})
        for kind, pattern in _MARKS:
            for hit in pattern.finditer(text):
                inside = any(m["offset"] <= units(text[: hit.start()]) < m["offset"] + m["length"] for m in marks)
                if not inside:
                    marks.append({"type": kind, "offset": units(text[: hit.start()]), "length": units(hit[0])})
        return {"text": text} | ({"entities": sorted(marks, key=lambda mark: mark["offset"])} if marks else {})
