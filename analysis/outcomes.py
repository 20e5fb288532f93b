"""The classes into which the outcomes of visits fall; the one place that knows them.

The crawler gives each visit its outcome (`crawler/visits.py` explains them); its reports and the
dashboard count them.

| class | what became of a page |
|---|---|
| kept | in the store |
| off_topic | not about a voice assistant and privacy, or in another language |
| duplicate | an article that the crawl has already read |
| refused | not asked for or not taken, by a rule of the site or of the crawler |
| failed | no page came, or it could not be read |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

OutcomeClass = Literal["kept", "off_topic", "duplicate", "refused", "failed"]
CLASSES: tuple[OutcomeClass, ...] = get_args(OutcomeClass)
KEPT = ("new", "changed", "unchanged")
SOURCES = ("feed", "sitemap", "listing", "search", "gdelt")
"""Outcomes that begin so are those of lists of articles, not of articles."""
SOURCE_READ = ("read", "unchanged", "index", "split", "full")
UNREADABLE = ("no_body", "parse_error", "parse_limit")
"""Outcomes of pages that came, and in which no article was found."""
_KEPT = (*KEPT, "kept", "known", "superseded")
_OFF_TOPIC = ("off_topic", "unknown_language")
_REFUSED = (
    "robots",
    "stop_list",
    "budget",
    "backed_off",
    "offsite",
    "private_address",
    "scheme",
    "unlisted",
    "too_old",
    "limit",
    "too_large",
    "not_html",
)
_FAILED = (
    *UNREADABLE,
    "robots_unreachable",
    "timeout",
    "dns",
    "connection",
    "tls",
    "truncated",
    "bad_encoding",
    "redirects",
    "download_error",
    "soft_404",
)
_CLASS_OF: dict[str, OutcomeClass] = {
    **dict.fromkeys(_KEPT, "kept"),
    **dict.fromkeys(_OFF_TOPIC, "off_topic"),
    "duplicate": "duplicate",
    **dict.fromkeys(_REFUSED, "refused"),
    **dict.fromkeys(_FAILED, "failed"),
}
_ANSWERED = (*SOURCE_READ, "no_links")


def is_known(outcome: str) -> bool:
    """Whether the outcome of an article has its class here."""
    return outcome.startswith("http_") or outcome.partition(":")[0] in _CLASS_OF


def class_of(outcome: str) -> OutcomeClass:
    """The class of an article's outcome; one that is not known here has failed."""
    return _CLASS_OF.get(outcome.partition(":")[0], "failed")


def is_source(reason: str) -> bool:
    """Whether a reason is that of a feed, sitemap, listing, ... and not of an article."""
    return reason.partition(":")[0] in SOURCES


def is_answered(reason: str) -> bool:
    """Whether a source gave what it should, be it that it names no article today."""
    return reason.partition(":")[2] in _ANSWERED


def by_class(counts: Mapping[str, int]) -> dict[OutcomeClass, int]:
    """How many articles fall into each class, sources aside."""
    found = dict.fromkeys(CLASSES, 0)
    for reason, count in counts.items():
        if not is_source(reason):
            found[class_of(reason)] += count
    return found
