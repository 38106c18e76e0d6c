"""What people say about the rules behind cases, and the thresholds that this moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables; nothing that was there changes."""
    op.create_table(
        "opinion",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("taken_back_at", sa.BigInteger()),
        sa.Column("taken_back_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index("ix_opinion_case_id", "opinion", ["case_id"], unique=False)
    op.create_table(
        "threshold_move",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("opinion", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("became", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("taken_back_at", sa.BigInteger()),
        sa.Column("taken_back_by", sa.Text()),
        sa.Column("back_from", sa.Integer()),
        sa.Column("back_to", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_move")),
    )
    op.create_index("ix_threshold_move_case_id", "threshold_move", ["case_id"], unique=False)
    op.create_index("ix_threshold_move_rule", "threshold_move", ["community", "rule"], unique=False)
