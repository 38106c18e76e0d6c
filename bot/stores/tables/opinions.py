"""What people say about the rules behind cases, and what that moved."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bot.stores.tables.base import Serial, metadata

opinion: Final = Table(
    "opinion",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("taken_back_at", BigInteger),
    Column("taken_back_by", Text),
)
"""A person's word on the rule behind a case (`moderation.leeway.Opinion`); at most one per case is not taken back."""
Index("ix_opinion_case_id", opinion.c.case_id)

threshold_move: Final = Table(
    "threshold_move",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("opinion", BigInteger, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("was", Integer, nullable=False),
    Column("became", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("taken_back_at", BigInteger),
    Column("taken_back_by", Text),
    Column("back_from", Integer),
    Column("back_to", Integer),
)
"""What an opinion moved, in millionths: `points` of the threshold that the rule `asked` of one model, which was `was` and
became `became` by it. Where the threshold stands is the sum of rows that were not taken back, never stored."""
Index("ix_threshold_move_case_id", threshold_move.c.case_id)
Index("ix_threshold_move_rule", threshold_move.c.community, threshold_move.c.rule)
