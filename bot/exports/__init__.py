"""Readers of chat exports: Discord (DiscordChatExporter JSON and CSV), Slack (folder or zip), Telegram Desktop.

`read` takes a file, a folder with any number of files, or a zip, and gives the history as Sereno's events in order.
Exports tell less than a platform does. What follows from that:

- a message that was changed appears twice, when it was posted and when it was changed, both times with its last text;
- reactions are left out, because no export says when they were made;
- when a person joined is known where the export shows it, and their messages are counted from there in exports that
  are complete (Slack, Telegram); otherwise both are unknown, as is the age of an account outside Discord;
- whether a call on everyone was allowed, no export says; the text decides.
"""

from __future__ import annotations

from bot.exports.ledger import Note, Skipped, Tally
from bot.exports.reader import read
from bot.exports.reading import Reading

__all__ = ["Note", "Reading", "Skipped", "Tally", "read"]
