"""Finding a recorded case beside a running bot, for `sereno explain`."""

from __future__ import annotations

from bot.config import Settings
from bot.stores.cases import Cases, CaseView
from bot.stores.opening import open_journal
from bot.stores.standing import Standing, standing
from bot.stores.times import SystemClock
from moderation.errors import UserError


def recorded(settings: Settings, case: str) -> CaseView:
    """The case with this id or number; UserError when there is none, or no database to look in."""
    found = standing(settings.data)
    if found is Standing.ABSENT:
        raise UserError(f"there is no case {case}: {settings.data} holds no database yet (see SERENO_DATA_DIR)")
    if found is not Standing.CURRENT:
        raise UserError(f"the database is {found} than this version of Sereno; start the bot that fits it first")
    journal = open_journal(settings.data, SystemClock())
    try:
        with journal.engine.connect() as connection:
            view = Cases(journal).view(connection, case)
    finally:
        journal.engine.dispose()
    if view is None:
        raise UserError(f"there is no case {case}; the console and the moderators' cards show the numbers")
    return view
