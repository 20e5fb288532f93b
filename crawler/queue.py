"""In which order hosts get their turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from scrapy.crawler import Crawler
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

_AHEAD = 2
"""Requests of a host that are taken from the queue ahead of time, for each one made at once."""


class HostQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue by slot, which leaves alone the slots that have enough in hand.

    Without that, a host that waits (a long Crawl-delay, a back-off) would in time hold all of
    CONCURRENT_REQUESTS, and the other hosts would wait with it.
    """

    def __init__(self, crawler: Crawler, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._downloader_interface = _InHand(crawler)


class _InHand(DownloaderInterface):
    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        """How much is in hand for each slot that may have more; robots.txt awaited included."""
        in_hand = Counter(map(self.get_slot_key, self.downloader.active))
        return [
            (in_hand[slot], slot)
            for slot in possible_slots
            if in_hand[slot] < _AHEAD * self._concurrency(slot)
        ]

    def _concurrency(self, slot: str) -> int:
        settings = self.downloader.per_slot_settings.get(slot, {})
        return int(settings.get("concurrency", self.downloader.domain_concurrency))
