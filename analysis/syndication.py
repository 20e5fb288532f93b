"""Copies of one story: articles whose texts are the same, or nearly.

A text is the set of its runs of three words (shingles). Two articles carry the same story
where most of the shorter one stands in the other (containment), and enough of both together is
common (Jaccard similarity), so that a round-up does not join all that it sums up. Candidates
come from MinHash signatures by locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, chapter 3) and are then compared shingle by shingle.

Stories are what such pairs connect. The same stored texts give the same stories, in whatever
order they came.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]

from analysis.agencies import Agencies
from analysis.records import Article
from analysis.store import Fingerprint, Grouping, Store
from analysis.store.schema import fold

MIN_CONTAINMENT = 0.55
MIN_SIMILARITY = 0.24
"""Both chosen on the pairs of tests/analysis/copies.yml; docs/crawling.md has the table."""
WORDS = 3
MIN_SHINGLES = 20
"""Shorter texts are too common to tell copies by: each is a story of its own."""
METHOD = f"datasketch 2 affine32, 256 permutations, {WORDS} words"
"""Signatures of another method are computed anew."""
_PERMUTATIONS = 256
_BANDS = (128, 2)
"""Bands and rows: a pair at MIN_SIMILARITY is a candidate with a probability of 0.9995."""
_WORD = re.compile(r"\w+")
_LAST = datetime.max.replace(tzinfo=UTC)

Shingles = npt.NDArray[np.uint32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class GroupingSummary:
    """What grouping did: stories in all, those with several articles, articles that moved."""

    stories: int
    shared: int
    moved: int


def group_stories(
    store: Store, agencies: Agencies, progress: Progress = lambda done, total: None
) -> GroupingSummary:
    """Bring the stories of a store up to date with its articles.

    Args:
        store: where the articles are and the stories go.
        agencies: those that articles can credit.
        progress: called with the number of new texts done and of all.
    """
    waiting = store.without_fingerprint(METHOD)
    for done, article_id in enumerate(waiting, start=1):
        versions = store.versions(article_id)
        store.save_fingerprint(_fingerprint(versions, agencies), METHOD)
        progress(done, len(waiting))
    known = store.fingerprints(METHOD)
    found = stories(known, copies(store, known))
    moved = store.save_stories(found)
    return GroupingSummary(len(found), sum(len(story.articles) > 1 for story in found), moved)


def shingles(article: Article) -> Shingles:
    """The hashes of an article's runs of words, sorted; the title does not count.

    Case, accents, punctuation and the borders of paragraphs do not count either.
    """
    words = _WORD.findall(fold(" ".join(article.paragraphs)))
    runs = (" ".join(words[n : n + WORDS]) for n in range(len(words) - WORDS + 1))
    return np.unique(np.fromiter((zlib.crc32(run.encode()) for run in runs), np.uint32))


def overlap(one: Shingles, other: Shingles) -> tuple[float, float]:
    """Jaccard similarity and containment of two texts, 0 to 1 each."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common), common / min(len(one), len(other))


def are_copies(one: Shingles, other: Shingles) -> bool:
    """Whether two texts carry one story."""
    if min(len(one), len(other)) < MIN_SHINGLES:
        return False
    similarity, containment = overlap(one, other)
    return similarity >= MIN_SIMILARITY and containment >= MIN_CONTAINMENT


def signature(text: Shingles) -> bytes:
    """The MinHash of a text; empty for one that is too short to have copies."""
    if len(text) < MIN_SHINGLES:
        return b""
    minhash = MinHash(_PERMUTATIONS, hashfunc=int, scheme="affine32")
    minhash.update_batch(text.tolist())
    return bytes(minhash.hashvalues.astype("<u4").tobytes())


def candidates(known: Sequence[Fingerprint]) -> Iterator[tuple[str, str]]:
    """Pairs of article ids that may be copies, each once."""
    index = MinHashLSH(num_perm=_PERMUTATIONS, params=_BANDS)
    for one in known:
        if not one.minhash:
            continue
        values = np.frombuffer(one.minhash, "<u4").astype(np.uint32)
        minhash = MinHash(_PERMUTATIONS, hashvalues=values, scheme="affine32")
        for other in index.query(minhash):
            yield other, one.article_id
        index.insert(one.article_id, minhash, check_duplication=False)


def copies(store: Store, known: Sequence[Fingerprint]) -> Iterator[tuple[str, str]]:
    """Pairs of article ids that are copies."""
    texts: dict[str, Shingles] = {}
    for pair in sorted(candidates(known)):
        for article_id in pair:
            if article_id not in texts:
                article = store.article(article_id)
                texts[article_id] = np.empty(0, np.uint32) if article is None else shingles(article)
        if are_copies(*map(texts.__getitem__, pair)):
            yield pair


def stories(known: Sequence[Fingerprint], pairs: Iterator[tuple[str, str]]) -> list[Grouping]:
    """What pairs of copies connect; an article without copies is a story of its own.

    A story bears the id of the article that was published first.
    """
    roots = {one.article_id: one.article_id for one in known}

    def root(article_id: str) -> str:
        while roots[article_id] != article_id:
            roots[article_id] = article_id = roots[roots[article_id]]
        return article_id

    for one, other in pairs:
        roots[root(one)] = root(other)
    groups: dict[str, list[Fingerprint]] = defaultdict(list)
    for article in known:
        groups[root(article.article_id)].append(article)
    return sorted(map(_story, groups.values()), key=lambda story: story.id)


def publication_order(published: datetime | None) -> datetime:
    """What tells which of several articles was published first; undated ones come last.

    A day without a time, which is stored as midnight, counts as the end of that day.
    """
    if published is None:
        return _LAST
    is_day = published.timetz() == time(0, tzinfo=UTC)
    return published + timedelta(days=1) if is_day and published.year < _LAST.year else published


def _story(members: list[Fingerprint]) -> Grouping:
    first = min(members, key=lambda one: (publication_order(one.published), one.article_id))
    credits_ = Counter(one.agency for one in members if one.agency)
    agency = min(credits_, key=lambda key: (-credits_[key], key), default=None)
    ids = tuple(sorted(one.article_id for one in members))
    return Grouping(first.article_id, first.article_id, agency, ids)


def _fingerprint(versions: Sequence[Article], agencies: Agencies) -> Fingerprint:
    newest = versions[-1]
    return Fingerprint(
        newest.id, len(versions), signature(shingles(newest)), agencies.credited(newest)
    )
