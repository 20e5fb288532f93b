"""Run by Alembic inside the transaction that `analysis.store` has opened."""

from alembic import context

from analysis.store.connection import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
