"""What Telegram's errors mean to Sereno.

Telegram tells its errors apart by an English description only; the phrases known here are those of its own server
(github.com/tdlib/telegram-bot-api). A description nobody knows is a plain ChatError: it was certainly not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
from telegram import error as telegram

from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    Unsupported,
)

BAN_USERS: Final = "Ban users"
DELETE_MESSAGES: Final = "Delete messages"
RIGHTS: Final[Mapping[str, str]] = {
    "delete_message": DELETE_MESSAGES,
    "restrict_chat_member": BAN_USERS,
    "ban_chat_member": BAN_USERS,
    "unban_chat_member": BAN_USERS,
    "ban_chat_sender_chat": BAN_USERS,
    "unban_chat_sender_chat": BAN_USERS,
    "set_chat_permissions": BAN_USERS,
    "close_forum_topic": "Manage topics",
    "reopen_forum_topic": "Manage topics",
    "send_message": "to send messages",
    "edit_message_text": "to send messages",
}
"""Method → the administrator's right it takes, as Telegram's apps call it."""

_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Whoever raises these has not sent a byte of the request."""
_GONE: Final = (
    "message to delete not found",
    "message to edit not found",
    "message_id_invalid",
    "message identifier is not specified",
    "user not found",
    "member not found",
    "participant_id_invalid",
    "user_not_participant",
    "user_id_invalid",
    "chat not found",
    "topic_deleted",
    "message thread not found",
    "user is deactivated",
)
_RIGHTS: Final = (
    "not enough rights",
    "chat_admin_required",
    "need administrator rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_restricted",
    "topic_closed",
)
_PROTECTED: Final = (
    "user is an administrator",
    "can't remove chat owner",
    "can't restrict self",
    "user_admin_invalid",
    "can't demote chat creator",
)
_TOO_OLD: Final = ("message can't be deleted", "message can't be edited")
_NEVER: Final = ("available only for supergroups", "for supergroup and channel chats only")
SAME: Final = ("message is not modified", "chat_not_modified", "topic_not_modified")
"""What was asked for is already so."""


class Patience(telegram.TelegramError):
    """Telegram asks to wait. The SDK's own error for it warns of itself whenever it is made."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too many requests")
        self.seconds = seconds


def chat_error(error: telegram.TelegramError, method: str) -> ChatError:
    """The same in Sereno's words; never the SDK's own text of a network error, which may hold an address."""
    match error:
        case Patience():
            return RateLimited(error.seconds)
        case telegram.Forbidden():
            return Forbidden(_forbidden(error.message.lower(), method))
        case telegram.InvalidToken() | telegram.EndPointNotFound():
            return Unavailable("Telegram does not take the bot's token any more")
        case telegram.Conflict():
            return Unavailable("another program uses this bot's token")
        case telegram.BadRequest():
            return _bad_request(error.message, method)
        case telegram.NetworkError() if isinstance(error.__cause__, _UNSENT):
            return Unavailable(f"Telegram cannot be reached ({type(error.__cause__).__name__})")
        case telegram.TimedOut():
            return OutcomeUnknown("Telegram did not answer in time")
    return OutcomeUnknown("Telegram broke off or answered with an error of its own")


def _forbidden(says: str, method: str) -> str:
    if "blocked by the user" in says:
        return "this person has blocked the bot"
    if "can't initiate conversation" in says:
        return "this person has not started a chat with the bot"
    if "kicked" in says or "not a member" in says:
        return "the bot was removed from the group; add it again as an administrator"
    if "deactivated" in says:
        return "this account was deleted"
    return _lacks(method)


def _lacks(method: str) -> str:
    right = RIGHTS.get(method)
    if right is None:
        return "the bot lacks a right in this group; make it an administrator"
    return f"the bot lacks the right “{right}” in this group; grant it under Administrators"


def _bad_request(message: str, method: str) -> ChatError:
    says = message.lower()
    if any(words in says for words in _RIGHTS):
        return Forbidden(_lacks(method))
    if any(words in says for words in _GONE):
        return Gone(message)
    if any(words in says for words in _PROTECTED):
        return Forbidden("Telegram lets nobody do that to an administrator; take their rights away first")
    if any(words in says for words in _TOO_OLD):
        return Forbidden(f"this message is older than 48 hours, or {_lacks(method)}")
    if any(words in says for words in _NEVER):
        return Unsupported("this group is a basic group; Telegram can do that only in supergroups")
    return ChatError(f"Telegram refuses: {message}")
