"""Where the cards of cases hang, and which state of its case a button was made for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One table, one column, one index; nothing that was there changes."""
    op.create_table(
        "card",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("shows", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "platform", name=op.f("pk_card")),
    )
    op.add_column("button", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_case_changed_at", "case", ["changed_at"], unique=False)
