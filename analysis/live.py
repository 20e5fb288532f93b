"""A table of claims that follows the store, also where other processes write to it."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
import time

from analysis.errors import StoreError
from analysis.store import Store
from analysis.table import ClaimTable

logger = logging.getLogger(__name__)

SMALL_TABLE = 100_000
FEW_ARTICLES = 1_000
"""A table of no more claims, of which no more articles changed, is brought up to date at once."""
REST = 10
"""After a refresh in the background, the next waits for this many times as long as it took."""


class LiveTable:
    """The claims of a store in memory; the articles that change are read anew.

    What changes in a small table is in it when `current` returns. A large one is refreshed in
    the background, while what was read before is shown. Threads may share it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table: ClaimTable | None = None
        self._refreshing = threading.Lock()
        self._rests_until = 0.0

    @property
    def read(self) -> bool:
        """Whether there is a table; if not, `current` waits for one."""
        return self._table is not None

    def current(self) -> ClaimTable:
        """The table; the first call waits until all claims are read.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._table is None:
            with self._refreshing:
                return self._refresh()
        table = self._table
        if self._store.last_change() == table.change:
            return table
        small = len(table) <= SMALL_TABLE
        if small and self._store.changed_since(table.change) <= FEW_ARTICLES:
            with self._refreshing:
                return self._refresh()
        if time.monotonic() >= self._rests_until and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh_behind, daemon=True).start()
        return table

    def _refresh_behind(self) -> None:
        """Refreshes while others are shown the table before; gives the lock back."""
        start = time.monotonic()
        try:
            self._refresh()
        except StoreError as error:
            logger.warning("claims are shown as they were before: %s", error)
        except Exception:  # whatever it is, the next refresh is tried
            logger.exception("claims are shown as they were before")
        finally:
            end = time.monotonic()
            self._rests_until = end + REST * (end - start)
            self._refreshing.release()

    def _refresh(self) -> ClaimTable:
        """Reads what has changed; by one thread at a time."""
        table, change = self._table or ClaimTable.empty(), self._store.last_change()
        if change < table.change or table.worn:  # before: another store is at the address now
            table = ClaimTable.empty()
        if change != table.change:
            table = table.updated(self._store)
        self._table = table
        if len(table) > SMALL_TABLE:
            _give_back()
        return table


def _give_back() -> None:
    """Gives the system the memory that reading has left unused; Linux's C library would keep it."""
    if sys.platform == "linux":
        give = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if give is not None:
            give(0)
