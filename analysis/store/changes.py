"""Which articles changed, so that a table in memory reads only those anew.

Every transaction that changes what is shown of an article has a number, one more than the last
one's, and leaves it on the article.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from analysis.store.reading import BATCH
from analysis.store.schema import articles, changes

# Made once: making a statement takes longer than executing it.
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_LOCK = (
    sa.select(articles.c.id)
    .where(articles.c.id.in_(_IDS))
    .order_by(articles.c.id)
    .with_for_update(key_share=True)
)
_NEXT = sa.update(changes).values(number=changes.c.number + 1).returning(changes.c.number)
_MARK = sa.update(articles).where(articles.c.id.in_(_IDS)).values(changed=sa.bindparam("number"))


def last_change(connection: sa.Connection) -> int:
    """The number of the last change."""
    return int(connection.execute(sa.select(changes.c.number)).scalar_one())


def changed_since(connection: sa.Connection, change: int) -> int:
    """How many articles changed after a change of this number."""
    statement = sa.select(sa.func.count()).where(articles.c.changed > change)
    return int(connection.execute(statement).scalar_one())


def note_changes(connection: sa.Connection, article_ids: Collection[str]) -> None:
    """Number this transaction and mark the articles that it changed: its last statements.

    The row with the number stays locked until the transaction ends, so that numbers become
    visible in their order. The articles are locked before it, as other writers do.
    """
    ordered = sorted(set(article_ids))
    batches = [ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH)]
    for batch in batches:
        connection.execute(_LOCK, {"ids": batch})
    if not batches:
        return
    number = connection.execute(_NEXT).scalar_one()
    for batch in batches:
        connection.execute(_MARK, {"ids": batch, "number": number})
