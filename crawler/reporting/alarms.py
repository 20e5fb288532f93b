"""When an outlet needs a look: what it gave, against what it used to give.

Every rule compares a crawl with the earlier ones of `HISTORY` that asked the outlet's sources
and came to their end. What is rare for the outlet raises the alarm, not what is small: with
few pages, or few crawls, chance explains much, and the rules stay silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise, takewhile
from math import exp, lgamma
from operator import itemgetter

from analysis.outcomes import is_answered, is_source
from analysis.store import Crawl

HISTORY = timedelta(days=60)
"""How far back crawls are compared with."""
CHANCE = 0.001
"""An event less likely than this, going by the earlier crawls, is an alarm."""
LEAST_PAGES = 3
"""Fewest pages that lack something, for an alarm."""
LEAST_RISE = 0.2
"""Least rise of the share of pages that lack something, for an alarm."""
WINDOW_PAGES = 10
"""Where a crawl reads fewer pages than this, those of the crawls before it are added."""
QUIET_SPELLS = 10
"""How many earlier spells without anything new must be known, for an alarm on the length of one."""
QUIET_SPAN = timedelta(days=14)
"""The time that these must cover: weekends and nights are quiet."""
QUIET_FACTOR = 2
"""How many times longer than the longest of them a spell must last."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that an outlet used to give, and does not.

    Attributes:
        outlet: its id.
        kind: the rule: sources_fail, no_links, nothing_new, no_page, no_title, no_date,
            no_body or none_kept.
        message: what is the case, and what used to be.
    """

    outlet: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class _Share:
    """A share of pages that may rise: a measure `part` of a measure `whole`."""

    kind: str
    part: str
    whole: str
    words: str


_SHARES = (
    _Share("no_page", "no_page", "requested", "pages asked for did not come"),
    _Share("no_title", "no_title", "read", "pages have no title"),
    _Share("no_date", "no_date", "read", "pages have no date"),
    _Share("no_body", "no_body", "read", "pages have no text"),
)
_KEPT_SHARE = _Share("none_kept", "not_kept", "read", "pages read were not kept")


def alarms(crawl: Crawl, earlier: Sequence[Crawl]) -> list[Alarm]:
    """The alarms of a crawl, by the names of its outlets.

    Args:
        earlier: the crawls before it that count, newest first.
    """
    return [alarm for outlet in sorted(crawl.stats) for alarm in _alarms_of(outlet, crawl, earlier)]


def _alarms_of(outlet: str, crawl: Crawl, earlier: Sequence[Crawl]) -> Iterator[Alarm]:
    if not _sources(crawl, outlet):
        return
    history = [
        past
        for past in earlier
        if past.finished and not past.interrupted and _sources(past, outlet)
    ]
    silence = None
    if not crawl.interrupted:
        silence = (
            _failing_sources(outlet, crawl, history)
            or _no_links(outlet, crawl, history)
            or _nothing_new(outlet, crawl, history)
        )
    if silence:
        yield silence
    risen = [alarm for share in _SHARES if (alarm := _risen(share, outlet, crawl, history))]
    yield from risen or filter(None, [_risen(_KEPT_SHARE, outlet, crawl, history)])


def _failing_sources(outlet: str, crawl: Crawl, history: Sequence[Crawl]) -> Alarm | None:
    sources = _sources(crawl, outlet)
    if any(map(is_answered, sources)) or not any(_gave(past, outlet) for past in history):
        return None
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(sources.items()))
    return Alarm(outlet, "sources_fail", f"none of its sources answers: {reasons}")


def _no_links(outlet: str, crawl: Crawl, history: Sequence[Crawl]) -> Alarm | None:
    """No address of an article, where chance does not explain it.

    The number of addresses in a crawl is taken for Poisson distributed with a Gamma prior
    (Jeffreys'), so that e crawls find none with probability (E / (E + e)) ** (S + 1/2), when E
    earlier ones found S. Outlets do not publish evenly, so the run of crawls without any must
    also be longer than every earlier one.
    """
    crawls = [one for one in (crawl, *history) if _tells_links(one, outlet)]
    if not crawls or crawls[0] is not crawl:
        return None
    found = [_measures(one, outlet).get("links", 0) for one in crawls]
    run = len(list(takewhile(lambda links: links == 0, found)))
    before = found[run:]
    if run == 0 or not before:
        return None
    chance = (len(before) / (len(before) + run)) ** (sum(before) + 0.5)
    if chance >= CHANCE or run <= _longest_run_of_zeros(before):
        return None
    message = f"its sources name no article; before, {sum(before) / len(before):.0f} a crawl"
    return Alarm(outlet, "no_links", message)


def _nothing_new(outlet: str, crawl: Crawl, history: Sequence[Crawl]) -> Alarm | None:
    """No page that is new, for a time longer than nights, weekends and holidays explain."""
    times = [past.started for past in history if _measures(past, outlet).get("first")]
    if _measures(crawl, outlet).get("first") or len(times) <= QUIET_SPELLS:
        return None
    longest = max(later - before for later, before in pairwise(times))
    spell = crawl.started - times[0]
    if times[0] - times[-1] < QUIET_SPAN or spell <= QUIET_FACTOR * longest:
        return None
    message = f"no new article for {_duration(spell)}; before, never over {_duration(longest)}"
    return Alarm(outlet, "nothing_new", message)


def _risen(share: _Share, outlet: str, crawl: Crawl, history: Sequence[Crawl]) -> Alarm | None:
    """A share of pages above its usual one, in this crawl or with the ones right before it.

    Crawls in which it was above are no measure for later ones, so that the alarm stays.
    """
    measured = [_measures(one, outlet) for one in (crawl, *history)]
    pairs = [(counts.get(share.part, 0), counts.get(share.whole, 0)) for counts in measured]
    usual = _Usual(all_of_them=share is _KEPT_SHARE)
    for pair in filter(itemgetter(1), pairs[:0:-1]):
        if usual.exceeded_by(pair) is None:
            usual.add(pair)
    figures = usual.exceeded_by(pairs[0])
    if figures is None:
        return None
    part, whole, before, of = figures
    return Alarm(outlet, share.kind, f"{part} of {whole} {share.words}; before, {before} of {of}")


@dataclass(slots=True)
class _Usual:
    """The pages of earlier crawls, oldest first, as pairs (part, whole).

    Attributes:
        all_of_them: whether only a part that is the whole is above the usual share.
    """

    all_of_them: bool = False
    pairs: list[tuple[int, int]] = field(default_factory=list)
    part: int = 0
    whole: int = 0

    def add(self, pair: tuple[int, int]) -> None:
        """Counts a crawl in."""
        self.pairs.append(pair)
        self.part += pair[0]
        self.whole += pair[1]

    def exceeded_by(self, pair: tuple[int, int]) -> tuple[int, int, int, int] | None:
        """Part and whole that are above the usual, and those that were usual; None: they are not.

        The crawl counts alone, and together with those right before it.
        """
        part, whole = pair
        if part == 0:
            return None
        together = [(part, whole)]
        for before, of in reversed(self.pairs):
            if together[-1][1] >= WINDOW_PAGES:
                break
            together.append((together[-1][0] + before, together[-1][1] + of))
        for recent, of in dict.fromkeys((together[0], together[-1])):
            usual = (self.part + part - recent, self.whole + whole - of)
            if self._is_above(recent, of, *usual):
                return recent, of, *usual
        return None

    def _is_above(self, part: int, whole: int, usual_part: int, usual_whole: int) -> bool:
        usual = usual_part / usual_whole if usual_whole else 0.0
        return (
            part >= LEAST_PAGES
            and part / whole >= usual + LEAST_RISE
            and (part == whole or not self.all_of_them)
            and tail(part, whole, usual_part, usual_whole) < CHANCE
        )


def tail(part: int, whole: int, usual_part: int, usual_whole: int) -> float:
    """How likely `part` or more of `whole` are, where `usual_part` of `usual_whole` were before.

    The tail of the beta-binomial distribution that follows from Jeffreys' prior.
    """
    a, b = usual_part + 0.5, usual_whole - usual_part + 0.5
    return sum(
        exp(
            lgamma(whole + 1)
            - lgamma(count + 1)
            - lgamma(whole - count + 1)
            + _log_beta(a + count, b + whole - count)
            - _log_beta(a, b)
        )
        for count in range(part, whole + 1)
    )


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _sources(crawl: Crawl, outlet: str) -> dict[str, int]:
    counts = crawl.stats.get(outlet, {})
    return {reason: count for reason, count in counts.items() if is_source(reason)}


def _measures(crawl: Crawl, outlet: str) -> Mapping[str, int]:
    return crawl.measures.get(outlet, {})


def _gave(crawl: Crawl, outlet: str) -> bool:
    """Whether an outlet's sources led to pages that could be read."""
    measures = _measures(crawl, outlet)
    return any(map(is_answered, _sources(crawl, outlet))) and bool(
        measures.get("links") or measures.get("fetched")
    )


def _tells_links(crawl: Crawl, outlet: str) -> bool:
    """Whether the sources were read: one that is as it was says nothing about its links."""
    sources = _sources(crawl, outlet)
    is_read = any(is_answered(reason) for reason in sources)
    return is_read and not any(reason.endswith(":unchanged") for reason in sources)


def _longest_run_of_zeros(values: Sequence[int]) -> int:
    longest = run = 0
    for value in values:
        run = 0 if value else run + 1
        longest = max(longest, run)
    return longest


def _duration(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
