"""What Slack's refusals mean for Sereno, decided once: codes, statuses and broken connections become ChatErrors.

Codes are those of https://docs.slack.dev/reference/methods. An answer that is no JSON (a proxy's page) has no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)

PATIENCE: Final = 30.0
"""Seconds to wait when Slack asks for patience without saying how much."""

_GONE: Final = frozenset(
    "message_not_found user_not_found users_not_found thread_not_found user_disabled no_such_subteam "
    "file_not_found user_not_visible".split()
)
_BUSY: Final = frozenset("service_unavailable team_added_to_org request_timeout accesslimited".split())
_UNCLEAR: Final = frozenset("fatal_error internal_error".split())
_LIMITED: Final = frozenset("ratelimited rate_limited message_limit_exceeded".split())
_NO_CHANNEL: Final = frozenset("channel_not_found not_in_channel is_archived".split())
_TOKEN: Final = frozenset(
    "invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type "
    "ekm_access_denied org_login_required enterprise_is_restricted two_factor_setup_required".split()
)
_RIGHTS: Final[Mapping[str, str]] = {
    "cant_delete_message": "only an admin's user token deletes what members wrote (SERENO_SLACK_USER_TOKEN)",
    "cant_update_message": "Slack lets nobody but its author change that message",
    "edit_window_closed": "the workspace's time for changing messages has passed",
    "cant_kick_from_general": "Slack lets nobody be removed from the workspace's general channel",
    "cant_kick_self": "Sereno cannot remove itself from a channel",
    "restricted_action": "the workspace's settings keep that to admins: Settings → Permissions",
    "restricted_action_read_only_channel": "only some people may post there",
    "restricted_action_thread_only_channel": "only threads may be answered there",
    "not_in_channel": "Sereno is not in that channel: invite it with /invite",
    "channel_not_found": "Slack shows Sereno no such channel: invite it with /invite",
    "is_archived": "that channel is archived",
    "no_permission": "the token lacks the right",
    "access_denied": "the token lacks the right",
    "user_is_restricted": "guests cannot do that",
    "cannot_dm_bot": "bots are sent nothing directly",
    "messages_tab_disabled": "switch on the app's Messages tab: App Home → Show Tabs",
}
_ABOUT_A_PLACE_OR_PERSON: Final = frozenset({"chat.delete", "conversations.kick"})
"""For these a channel that is not there, or a person who is not in it, means the work is done."""
_REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "invalid_auth": (
        "Slack does not take the {which} token",
        "copy it anew from api.slack.com/apps → your app → {page}",
    ),
    "not_authed": ("Slack got no {which} token", "copy it from api.slack.com/apps → your app → {page}"),
    "account_inactive": (
        "the {which} token belongs to an app or person that was removed",
        "install the app again: api.slack.com/apps → your app → Install App, and copy the new token",
    ),
    "token_revoked": (
        "the {which} token was revoked",
        "install the app again: api.slack.com/apps → your app → Install App, and copy the new token",
    ),
    "token_expired": (
        "the {which} token has expired",
        "switch token rotation off (OAuth & Permissions → Advanced token security), install again, copy the new token",
    ),
    "not_allowed_token_type": (
        "that is not the right kind of token for the {which} token",
        "the bot token begins with xoxb- (OAuth & Permissions), the app token with xapp- (Basic Information)",
    ),
    "missing_scope": (
        "the {which} token lacks the scope {needed}",
        "add it at api.slack.com/apps → your app → {page}, and install the app again",
    ),
}
PAGES: Final = {
    "bot": "OAuth & Permissions → Bot User OAuth Token",
    "app": "Basic Information → App-Level Tokens (scope connections:write)",
    "user": "OAuth & Permissions → User OAuth Token",
}


def problem(error: BaseException, method: str) -> ChatError:
    """The port's word for what went wrong with one call of a method."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, SlackApiError):
        return _answered(error, method)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Unavailable(f"Slack cannot be reached for {method}")
    if isinstance(error, TimeoutError):
        return OutcomeUnknown(f"Slack did not answer {method} in time")
    return OutcomeUnknown(f"the connection to Slack broke during {method} ({type(error).__name__})")


def code_of(error: BaseException) -> str:
    """Slack's own code; empty when the answer has none."""
    return str(_body(error).get("error") or "") if isinstance(error, SlackApiError) else ""


def refusal(error: BaseException, which: str) -> Refused | None:
    """The error as a refusal of a token (`bot`, `app`, `user`) as a whole; None when trying again may help."""
    code = code_of(error)
    if not isinstance(error, SlackApiError) or (code not in _REFUSED and code not in _TOKEN):
        return None
    says, mend = _REFUSED.get(code, _REFUSED["invalid_auth"])
    words = {"which": which, "page": PAGES[which], "needed": str(_body(error).get("needed") or "that it needs")}
    return Refused(f"{says.format(**words)} ({code})", mend.format(**words))


def _answered(error: SlackApiError, method: str) -> ChatError:
    code, status = code_of(error), _status(error)
    if status == 429 or code in _LIMITED:
        return RateLimited(_retry_after(error))
    if code in _BUSY or (not code and status == 503):
        return Unavailable(f"Slack is not available for {method} ({code or status})")
    if code in _UNCLEAR or not code:
        return OutcomeUnknown(f"Slack answered {method} with {code or status}")
    if code in _GONE or (code in _NO_CHANNEL and method in _ABOUT_A_PLACE_OR_PERSON and code != "is_archived"):
        return Gone(f"Slack says {code}")
    if code == "missing_scope":
        return Forbidden(f"the app lacks the scope {_body(error).get('needed') or '?'} for {method}")
    if code in _RIGHTS or code in _TOKEN or code.startswith("restricted_action"):
        return Forbidden(f"{_RIGHTS.get(code, 'Slack does not take the token')} ({code})")
    return ChatError(f"Slack refuses {method}: {code}")


def _body(error: SlackApiError) -> Mapping[str, Any]:
    """What Slack answered; the SDK hangs different things on its error, some without a body."""
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, Mapping) else {}


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    value = next((value for name, value in headers.items() if str(name).lower() == "retry-after"), "")
    try:
        return max(1.0, min(float(value), 3600.0))
    except ValueError:
        return PATIENCE
