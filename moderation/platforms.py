"""What each chat platform can do at all; what it can do in one community, its adapter knows (`Chat.capabilities`).

From the platforms' own documentation: Discord timeouts and role edits; Slack has neither timeouts nor bans, and deletes
a member's message only with an admin's token; Telegram has no roles of its own, and no bot sets a group's slow mode
(core.telegram.org/bots/api: `slow_mode_delay` is only read); Matrix works by power levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from moderation.model import Capability

_EVERYTHING: Final = frozenset(Capability)
_SLACK: Final = frozenset({Capability.DELETE, Capability.HOLD, Capability.KICK, Capability.REPLY, Capability.DM})

CAN: Final[Mapping[str, frozenset[Capability]]] = {
    "discord": _EVERYTHING,
    "slack": _SLACK,
    "telegram": _EVERYTHING - {Capability.ROLES, Capability.SLOWMODE},
    "matrix": _EVERYTHING - {Capability.SLOWMODE, Capability.ROLES},
    "plaza": _EVERYTHING,
}
"""Platform → capabilities. `plaza` is the local room."""
