"""When an article is read again, so that silent edits are noticed.

Most edits come soon after publication, so the visits thin out: after an hour, six hours, a day,
and so on for a month. The moments depend on the article's date alone; how often the crawler runs
decides how soon after each it comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from analysis.outcomes import class_of
from analysis.store import Page
from crawler.discovery import Link
from crawler.visits import is_rejected

SCHEDULE = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
)
"""Times after publication."""
HORIZON = timedelta(days=60)
"""Age up to which an article gets its last visit, if the crawler did not run for a while."""
_GONE = ("http_404", "http_410")


def is_due(published: datetime, page: Page, now: datetime) -> bool:
    """Whether a moment of the schedule has passed since the page was last read.

    A visit that failed is made up for by the next crawl; a page that is gone is let go.
    """
    if is_rejected(page.outcome) or page.outcome in _GONE:
        return False
    if class_of(page.outcome) == "failed":
        return now - published <= HORIZON
    return any(page.fetched < published + after <= now for after in SCHEDULE)


def is_newer(link: Link, page: Page) -> bool:
    """Whether the source dates the page later than when it was last asked for."""
    return link.touched is not None and link.touched > (page.dated or page.fetched)


def is_settled(page: Page) -> bool:
    """Whether the page is not asked for again unless its source says that it changed."""
    return page.article_id is not None or is_rejected(page.outcome) or page.outcome in _GONE
