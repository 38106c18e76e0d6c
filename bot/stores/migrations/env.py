"""How Alembic runs here: on the connection, and in the transaction, that `bot.stores.migrate` gives it."""

from alembic import context

from bot.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
