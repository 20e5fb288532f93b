"""Stored articles -> stored claims, in as many processes as asked for."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing import connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from analysis.config import Settings
from analysis.errors import ModelError, StoreError
from analysis.records import Article, Claim

if TYPE_CHECKING:  # the processes that read do without SQL
    from analysis.store import Store

logger = logging.getLogger(__name__)

AHEAD = 4
"""Jobs handed out for each process before the first answer is taken."""


class Extractor(Protocol):
    """What reads an article: a pure function and the version that marks its claims."""

    @property
    def version(self) -> str:
        """Changes whenever the same article could give other claims."""
        ...

    def extract(self, article: Article) -> list[Claim]:
        """The claims of one article."""
        ...


ExtractorFactory = Callable[[], Extractor]
Progress = Callable[[int, int], None]
"""Called with the number of articles done and the number of all."""


def load_extractor(settings: Settings) -> Extractor:
    """The extractor of a codebook and its language models."""
    # Only what reads articles waits for spaCy: the other commands start at once.
    from analysis.claims import Extractor as ClaimExtractor
    from analysis.codebook import load_codebook

    return ClaimExtractor(load_codebook(settings.codebook), settings.models)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading an article, or its versions, gave.

    Attributes:
        claims: for each version, its claims.
        error: why there are none, in one line; `trace` says where it was raised.
    """

    claims: tuple[tuple[Claim, ...], ...] = ()
    error: str | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did.

    Attributes:
        extractor: the version that read.
        read: articles read, each in all its versions.
        added, updated, kept, withdrawn: claims, as `Store.save_claims` counts them.
        failed: article id -> why it was passed over. It stays pending.
    """

    extractor: str
    read: int = 0
    added: int = 0
    updated: int = 0
    kept: int = 0
    withdrawn: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def run(
    store: Store,
    extractor_factory: ExtractorFactory,
    jobs: int = 1,
    progress: Progress = lambda done, total: None,
) -> RunSummary:
    """Read every pending article and store its claims, each in its own transaction.

    A run that was cut off is continued by the next one. An article that cannot be
    read is counted and passed over.

    Args:
        store: where the articles are and the claims go.
        extractor_factory: makes the extractor, once in each process; must be
            picklable where `jobs` is more than 1.
        jobs: number of processes; 1 reads in this one.
        progress: called before the first article and after each.

    Raises:
        StoreError: the store cannot be read.
        ModelError: the extractor cannot be made, or lacks the model of a language.
    """
    with Readers(extractor_factory, jobs) as readers:
        extractor = readers.version
        pending = store.pending(extractor)
        progress(0, len(pending))
        counts: Counter[str] = Counter()
        failed: dict[str, str] = {}
        readings = readers.read(store.versions(article_id) for article_id in pending)
        for article_id, (_, reading) in zip(pending, readings, strict=True):
            error = reading.error
            if error is None:
                by_version = dict(enumerate(reading.claims, start=1))
                try:
                    changes = store.save_claims(article_id, by_version, extractor)
                    counts.update(asdict(changes), read=1)
                except StoreError as refused:
                    error = str(refused)
            if error is not None:
                failed[article_id] = error
                logger.error("article %s was passed over: %s", article_id, error)
                logger.debug("%s", reading.trace)
            progress(counts["read"] + len(failed), len(pending))
    return RunSummary(extractor=extractor, failed=failed, **counts)


class Readers:
    """Extractors at work, in this process or in several; a context manager."""

    def __init__(self, factory: ExtractorFactory, jobs: int) -> None:
        self._factory = factory
        self._jobs = jobs
        self._here = factory() if jobs == 1 else None
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def version(self) -> str:
        """The extractor's version; raises ModelError where the processes cannot load it."""
        if self._here is not None:
            return self._here.version
        try:
            version: str = self._submit(_version).result()
        except BrokenProcessPool as error:
            raise ModelError(
                f"a reading process died while it loaded the language models; the machine may "
                f"be short of memory for {self._jobs} of them: try a smaller --jobs"
            ) from error
        return version

    def read(
        self, jobs: Iterable[Sequence[Article]]
    ) -> Iterator[tuple[Sequence[Article], Reading]]:
        """Each job (an article, or all versions of one) with its reading, in their order.

        An article that raises, or that kills the process that reads it, gives a
        reading with an error; no other article suffers from it.
        """
        if self._here is not None:
            for articles in jobs:
                yield articles, _read_with(self._here, articles)
            return
        under_way: deque[tuple[Sequence[Article], Future[Reading]]] = deque()
        for articles in jobs:
            under_way.append((articles, self._submit(_read, articles)))
            if len(under_way) >= self._jobs * AHEAD:
                yield from self._first_of(under_way)
        while under_way:
            yield from self._first_of(under_way)

    def _first_of(
        self, under_way: deque[tuple[Sequence[Article], Future[Reading]]]
    ) -> Iterator[tuple[Sequence[Article], Reading]]:
        articles, future = under_way.popleft()
        try:
            reading = future.result()
        except BrokenProcessPool:
            # Some article under way killed its process. Reading each alone tells which.
            suspects = [articles, *(others for others, _ in under_way)]
            under_way.clear()
            yield from ((suspect, self._read_alone(suspect)) for suspect in suspects)
        else:
            yield articles, reading

    def _read_alone(self, articles: Sequence[Article]) -> Reading:
        try:
            reading: Reading = self._submit(_read, articles).result()
        except BrokenProcessPool:
            return Reading(error="the process that read it died")
        return reading

    def _submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        # Processes are born here. They inherit the blocked signal, so that Ctrl-C
        # reaches this process alone, which ends them in order.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            if self._pool is not None:
                try:
                    return self._pool.submit(function, *arguments)
                except BrokenProcessPool:
                    self._pool.shutdown()
            self._pool = ProcessPoolExecutor(
                self._jobs,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=(self._factory,),
            )
            return self._pool.submit(function, *arguments)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


_factory: ExtractorFactory


def _start(factory: ExtractorFactory) -> None:
    global _factory
    _factory = factory
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@cache
def _extractor() -> Extractor:
    # Made by the first job, not by the initializer, whose errors a pool does not pass on.
    return _factory()


def _version() -> str:
    return _extractor().version


def _read(articles: Sequence[Article]) -> Reading:
    return _read_with(_extractor(), articles)


def _read_with(extractor: Extractor, articles: Sequence[Article]) -> Reading:
    try:
        return Reading(claims=tuple(tuple(extractor.extract(article)) for article in articles))
    except ModelError:  # of no article's making, and the next one would meet it too
        raise
    except Exception as error:  # noqa: BLE001 - whatever an article provokes stops no run
        line = " ".join(f"{type(error).__name__}: {error}".split())
        return Reading(error=line, trace=traceback.format_exc())
