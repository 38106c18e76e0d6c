"""Whether an intent is carried out only as if: decided where rules watch and do nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One column; what is there was meant in earnest."""
    op.add_column("intent", sa.Column("simulated", sa.Boolean(), server_default=sa.false(), nullable=False))
