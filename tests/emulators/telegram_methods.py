"""The methods of the emulated Bot API, with the rights and errors of Telegram's documentation."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.emulators.telegram_state import PERMISSIONS, ApiError, Chat, Json, Message, Place, State, User

Method = Callable[["Methods", Mapping[str, str]], object]
LIMIT: Final = 4096
_TOO_OLD: Final = 48 * 3600
_MENTION: Final = re.compile(r"@([A-Za-z0-9_]{3,})")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Methods:
    """Everything but getUpdates. `tell` puts an update into the bot's queue."""

    def __init__(self, state: State, tell: Callable[[str, Json], None]) -> None:
        self.state = state
        self.tell = tell

    def call(self, name: str, given: Mapping[str, str]) -> object:
        """Do it; ApiError is what Telegram answers when it does not."""
        return METHODS[name](self, given)

    def get_me(self, given: Mapping[str, str]) -> object:
        return self.state.bot.json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": False,
        }

    privacy = False

    def get_webhook_info(self, given: Mapping[str, str]) -> object:
        return {"url": self.state.webhook, "has_custom_certificate": False, "pending_update_count": 0}

    def delete_webhook(self, given: Mapping[str, str]) -> object:
        self.state.webhook = ""
        return True

    def send_message(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        text = self._text(given)
        topic = int(given["message_thread_id"]) if "message_thread_id" in given else None
        if topic is not None and topic not in chat.topics:
            raise ApiError(400, "Bad Request: message thread not found")
        if chat.type == "private":
            self._may_write_to(self.state.user(chat.id))
        elif not chat.may_write(self.state.bot.id, topic):
            raise ApiError(400, "Bad Request: not enough rights to send text messages to the chat")
        reply = json.loads(given["reply_parameters"])["message_id"] if "reply_parameters" in given else None
        body: Json = {"text": text}
        entities = json.loads(given.get("entities", "[]"))
        if entities:
            body["entities"] = entities
        pinged = [each["user"]["id"] for each in entities if "user" in each]
        pinged += [id_ for name in _MENTION.findall(text) if (id_ := self._by_username(name))]
        markup = self._markup(given)
        message = self.state.add(
            chat, self.state.bot.id, body, topic=topic, reply_to=reply, markup=markup, pinged=pinged
        )
        return self.state.json(message)

    def edit_message_text(self, given: Mapping[str, str]) -> object:
        message = self._own(given)
        text, markup = self._text(given), self._markup(given)
        if message.text == text and message.markup == markup:
            raise ApiError(400, "Bad Request: message is not modified: specified new message content is the same")
        message.body, message.markup, message.edited = {"text": text}, markup, self.state.now()
        return self.state.json(message)

    def edit_message_reply_markup(self, given: Mapping[str, str]) -> object:
        message = self._own(given)
        message.markup = self._markup(given)
        return self.state.json(message)

    def delete_message(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        message = chat.messages.get(int(given["message_id"]))
        if message is None or message.deleted:
            raise ApiError(400, "Bad Request: message to delete not found")
        own = message.sender == self.state.bot.id
        if not own and not self._has(chat, "can_delete_messages"):
            raise ApiError(400, "Bad Request: message can't be deleted")
        if self.state.now() - message.date > _TOO_OLD:
            raise ApiError(400, "Bad Request: message can't be deleted")
        message.deleted = True
        return True

    def restrict_chat_member(self, given: Mapping[str, str]) -> object:
        chat, user, place = self._target(given, "restrict/unrestrict chat member")
        if chat.type != "supergroup":
            raise ApiError(400, "Bad Request: method is available only for supergroups")
        permissions = {name: bool(json.loads(given["permissions"]).get(name)) for name in PERMISSIONS}
        if all(permissions.values()):
            after = Place("member" if place.here else "left") if place.status != "kicked" else place
        else:
            after = Place("restricted", set(), permissions, self._until(given), place.here)
        self._change(chat, user, after)
        return True

    def ban_chat_member(self, given: Mapping[str, str]) -> object:
        chat, user, _ = self._target(given, "restrict/unrestrict chat member")
        self._change(chat, user, Place("kicked", until=self._until(given)))
        return True

    def unban_chat_member(self, given: Mapping[str, str]) -> object:
        chat, user, place = self._target(given, "restrict/unrestrict chat member")
        if place.status == "kicked" or given.get("only_if_banned") != "true":
            self._change(chat, user, Place("left"))
        return True

    def ban_chat_sender_chat(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        self._need(chat, "can_restrict_members", "restrict/unrestrict chat member")
        chat.banned_channels.add(int(given["sender_chat_id"]))
        return True

    def unban_chat_sender_chat(self, given: Mapping[str, str]) -> object:
        self._chat(given).banned_channels.discard(int(given["sender_chat_id"]))
        return True

    def set_chat_permissions(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        self._need(chat, "can_restrict_members", "change chat permissions")
        wanted = {name: bool(json.loads(given["permissions"]).get(name)) for name in PERMISSIONS}
        if wanted == chat.permissions:
            raise ApiError(400, "Bad Request: CHAT_NOT_MODIFIED")
        chat.permissions = wanted
        return True

    def close_forum_topic(self, given: Mapping[str, str]) -> object:
        return self._topic(given, closed=True)

    def reopen_forum_topic(self, given: Mapping[str, str]) -> object:
        return self._topic(given, closed=False)

    def get_chat(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        about = chat.json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
        if chat.type != "private":
            about["permissions"] = {name: value for name, value in chat.permissions.items() if name != "can_edit_tag"}
        return about | ({"linked_chat_id": chat.linked} if chat.linked else {})

    def get_chat_member(self, given: Mapping[str, str]) -> object:
        chat, user = self._chat(given), self.state.user(int(given["user_id"]))
        return chat.place(user.id).json(user)

    def get_chat_administrators(self, given: Mapping[str, str]) -> object:
        chat = self._chat(given)
        people = [(id_, chat.place(id_)) for id_ in list(chat.people)]
        return [
            place.json(self.state.user(id_))
            for id_, place in people
            if place.status in ("creator", "administrator")
            and (id_ == self.state.bot.id or not self.state.user(id_).is_bot)
        ]

    def get_chat_member_count(self, given: Mapping[str, str]) -> object:
        return sum(place.here for place in self._chat(given).people.values())

    def answer_callback_query(self, given: Mapping[str, str]) -> object:
        who = self.state.queries.pop(given["callback_query_id"], None)
        if who is None:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        text = given.get("text", "")
        if len(text) > 200:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
        if text:
            self.state.alerts.setdefault(who, []).append(text)
        return True

    def set_my_commands(self, given: Mapping[str, str]) -> object:
        commands = json.loads(given["commands"])
        for each in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(each["description"]) <= 256:
                raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.state.commands[self._scope(given)] = commands
        return True

    def get_my_commands(self, given: Mapping[str, str]) -> object:
        return self.state.commands.get(self._scope(given), [])

    def approve_chat_join_request(self, given: Mapping[str, str]) -> object:
        return self._decide(given, let_in=True)

    def decline_chat_join_request(self, given: Mapping[str, str]) -> object:
        return self._decide(given, let_in=False)

    def leave_chat(self, given: Mapping[str, str]) -> object:
        self._chat(given).people[self.state.bot.id] = Place("left")
        return True

    def _decide(self, given: Mapping[str, str], *, let_in: bool) -> object:
        chat, user = self._chat(given), self.state.user(int(given["user_id"]))
        self._need(chat, "can_invite_users", "manage chat join requests")
        if user.id not in chat.asking:
            raise ApiError(400, "Bad Request: HIDE_REQUESTER_MISSING")
        chat.asking.discard(user.id)
        if let_in:
            self._change(chat, user, Place("member"), via_join_request=True)
        return True

    def _topic(self, given: Mapping[str, str], *, closed: bool) -> object:
        chat, topic = self._chat(given), int(given["message_thread_id"])
        self._need(chat, "can_manage_topics", "close the topic")
        if topic not in chat.topics:
            raise ApiError(400, "Bad Request: message thread not found")
        if (topic in chat.closed) == closed:
            raise ApiError(400, "Bad Request: TOPIC_NOT_MODIFIED")
        (chat.closed.add if closed else chat.closed.discard)(topic)
        return True

    def _chat(self, given: Mapping[str, str]) -> Chat:
        return self.state.chat(int(given["chat_id"]))

    def _own(self, given: Mapping[str, str]) -> Message:
        message = self._chat(given).messages.get(int(given["message_id"]))
        if message is None or message.deleted:
            raise ApiError(400, "Bad Request: message to edit not found")
        if message.sender != self.state.bot.id:
            raise ApiError(400, "Bad Request: message can't be edited")
        return message

    def _text(self, given: Mapping[str, str]) -> str:
        text = given.get("text", "").strip()
        if not text.strip("\u200b\u2060\u202e"):
            raise ApiError(400, "Bad Request: message text is empty")
        if units(text) > LIMIT:
            raise ApiError(400, "Bad Request: message is too long")
        return text

    def _markup(self, given: Mapping[str, str]) -> Json | None:
        markup: Json | None = json.loads(given["reply_markup"]) if "reply_markup" in given else None
        for row in (markup or {}).get("inline_keyboard", ()):
            if len(row) > 8 or any(len(each.get("callback_data", "").encode()) > 64 for each in row):
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        return markup if markup and markup.get("inline_keyboard") else None

    def _may_write_to(self, user: User) -> None:
        if user.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not user.started and user.may_be_asked_until < time.time():
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")

    def _by_username(self, name: str) -> int | None:
        return next((u.id for u in self.state.users.values() if u.username.lower() == name.lower()), None)

    def _has(self, chat: Chat, right: str) -> bool:
        place = chat.place(self.state.bot.id)
        return place.status == "administrator" and right in place.rights

    def _need(self, chat: Chat, right: str, what: str) -> None:
        if not self._has(chat, right):
            raise ApiError(400, f"Bad Request: not enough rights to {what}")

    def _target(self, given: Mapping[str, str], what: str) -> tuple[Chat, User, Place]:
        chat = self._chat(given)
        user = self.state.user(int(given["user_id"]))
        self._need(chat, "can_restrict_members", what)
        place = chat.place(user.id)
        if place.status == "creator":
            raise ApiError(400, "Bad Request: can't remove chat owner")
        if place.status == "administrator":
            raise ApiError(400, "Bad Request: user is an administrator of the chat")
        return chat, user, place

    def _until(self, given: Mapping[str, str]) -> int:
        """Nearer than 30 seconds or further than 366 days is for ever, which Telegram writes 0."""
        until = int(given.get("until_date", "0"))
        return until if 30 <= until - self.state.now() <= 366 * 86400 else 0

    def _change(self, chat: Chat, user: User, after: Place, *, by: User | None = None, **more: Any) -> None:
        before = chat.place(user.id).json(user)
        chat.people[user.id] = after
        if before != after.json(user):
            update = {"chat": chat.json(), "from": (by or self.state.bot).json(), "date": self.state.now(), **more}
            kind = "my_chat_member" if user.id == self.state.bot.id else "chat_member"
            if kind == "my_chat_member" or chat.place(self.state.bot.id).status == "administrator":
                self.tell(kind, update | {"old_chat_member": before, "new_chat_member": after.json(user)})

    def change(self, chat: Chat, user: User, after: Place, by: User, **more: Any) -> None:
        """Somebody's place changed by a person's hand."""
        self._change(chat, user, after, by=by, **more)

    @staticmethod
    def _scope(given: Mapping[str, str]) -> tuple[str, str]:
        return json.loads(given.get("scope", '{"type": "default"}'))["type"], given.get("language_code", "")


GIFTS: Final = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
METHODS: Final[Mapping[str, Method]] = {
    "getMe": Methods.get_me,
    "getWebhookInfo": Methods.get_webhook_info,
    "deleteWebhook": Methods.delete_webhook,
    "sendMessage": Methods.send_message,
    "editMessageText": Methods.edit_message_text,
    "editMessageReplyMarkup": Methods.edit_message_reply_markup,
    "deleteMessage": Methods.delete_message,
    "restrictChatMember": Methods.restrict_chat_member,
    "banChatMember": Methods.ban_chat_member,
    "unbanChatMember": Methods.unban_chat_member,
    "banChatSenderChat": Methods.ban_chat_sender_chat,
    "unbanChatSenderChat": Methods.unban_chat_sender_chat,
    "setChatPermissions": Methods.set_chat_permissions,
    "closeForumTopic": Methods.close_forum_topic,
    "reopenForumTopic": Methods.reopen_forum_topic,
    "getChat": Methods.get_chat,
    "getChatMember": Methods.get_chat_member,
    "getChatAdministrators": Methods.get_chat_administrators,
    "getChatMemberCount": Methods.get_chat_member_count,
    "answerCallbackQuery": Methods.answer_callback_query,
    "setMyCommands": Methods.set_my_commands,
    "getMyCommands": Methods.get_my_commands,
    "approveChatJoinRequest": Methods.approve_chat_join_request,
    "declineChatJoinRequest": Methods.decline_chat_join_request,
    "leaveChat": Methods.leave_chat,
}
