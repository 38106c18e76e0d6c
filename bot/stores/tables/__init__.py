"""All tables, on SQLAlchemy Core and with nothing that SQLite or PostgreSQL lacks.

Times are whole milliseconds since 1970 in UTC. Columns named `sealed` hold text encrypted under the key of one subject
(bot/stores/vault.py), everything else is free of what people wrote. Words in state columns are the values of the enums in
`moderation/case.py` and `moderation/intents.py`.
"""

from bot.stores.tables.accepting import cursor, gap, inbox, subject_key
from bot.stores.tables.adapters import button, card, link, link_code, sent
from bot.stores.tables.base import metadata
from bot.stores.tables.cases import appeal, case, evidence, note, strike
from bot.stores.tables.deciding import audit, budget, dead_letter, decision, intent, lease
from bot.stores.tables.opinions import opinion, threshold_move
from bot.stores.tables.room import room_channel, room_member, room_message

__all__ = [
    "appeal",
    "audit",
    "budget",
    "button",
    "card",
    "case",
    "cursor",
    "dead_letter",
    "decision",
    "evidence",
    "gap",
    "inbox",
    "intent",
    "lease",
    "link",
    "link_code",
    "metadata",
    "note",
    "opinion",
    "room_channel",
    "room_member",
    "room_message",
    "sent",
    "strike",
    "subject_key",
    "threshold_move",
]
