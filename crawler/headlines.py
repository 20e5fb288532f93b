"""The headline, chosen among the wordings that a page gives it.

JSON-LD, meta elements, the first heading and the window's title often differ: one is cut to a
length, one ends in the site's name, one is written for search engines or for sharing. The
headline is the heading that readers see, where another wording speaks of the same; else what
most of them say, apart from the site's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_SEPARATOR = re.compile(r"\s*[|–—:·•]\s*|\s+--?\s+")
_ENDS_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_OFTEN_CUT = 100
"""Characters from which JSON-LD headlines are cut: Google asked for at most 110."""
_ECHOES = frozenset({"twitter:title", "parsely-title"})
"""Meta elements that repeat another one."""
_MOST_NAME_WORDS = 4
"""Words of a site's or section's name after a headline; more of them are a part of it."""
_MOST_BADGE_WORDS = 2
"""Words that a label inside a heading has ("Abonnés", "Opinion")."""
_MOST_HEADINGS = 60
"""First headings that are compared; pages with more are no articles."""
_LONGEST = 400
"""Characters of a wording that are compared."""
_WORD = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the headline, and where it stands: `json-ld`, `og:title`, `h1`, `title`."""

    text: str
    source: str


def choose_headline(wordings: list[Wording], site: tuple[str, ...], url: str) -> list[Wording]:
    """The wordings without the site's name, the headline first, each once.

    Args:
        wordings: in the order in which they are trusted where they differ.
        site: names of the site.
        url: the page's address, whose host says the site's name too.
    """
    names = {_key(name) for name in (*site, *host_names(url))} - {""}
    bare = [
        Wording(text, wording.source)
        for wording in wordings
        if (text := _without_site(wording.text, names)) and _key(text) not in names
    ] or wordings
    headings = [wording for wording in bare if wording.source == "h1"]
    others = [wording for wording in bare if wording.source != "h1"]
    seen = _best_heading(headings, others)
    voting = [word for word in bare if word.source != "h1" or word is (seen or headings[0])]
    whole = [_whole(wording, voting) for wording in voting]
    votes: dict[str, float] = {}
    for wording, given in zip(whole, voting, strict=True):
        key = _key(wording.text)
        votes[key] = votes.get(key, 0.0) + (0.5 if wording.source in _ECHOES else 1.0)
        if given is seen:
            votes[key] += len(voting)
    shown = {wording.text for wording, given in zip(whole, voting, strict=True) if given is seen}
    ranked = sorted(whole, key=lambda word: (-votes[_key(word.text)], word.text not in shown))
    distinct: dict[str, Wording] = {}
    for wording in ranked:
        distinct.setdefault(_key(wording.text), wording)
    return list(distinct.values())


def _best_heading(headings: list[Wording], others: list[Wording]) -> Wording | None:
    """The heading that speaks of what the other wordings say; logos and sections do not."""
    best: tuple[float, Wording] | None = None
    for heading in headings[:_MOST_HEADINGS]:
        likeness = max((_likeness(heading.text, other.text) for other in others), default=0.0)
        if likeness and (best is None or likeness > best[0]):
            best = (likeness, heading)
    return best[1] if best else None


def _likeness(heading: str, other: str) -> float:
    """The share of words that two wordings have in common; 0 where that is little or chance."""
    if heading[:_LONGEST] == other[:_LONGEST]:
        return 1.0
    ours, theirs = (set(_WORD.findall(text[:_LONGEST].casefold())) for text in (heading, other))
    shared = len(ours & theirs)
    if shared < 2 or 2 * len(ours) < len(theirs) or shared < 0.4 * min(len(ours), len(theirs)):
        return 0.0
    return shared / len(ours | theirs)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def host_names(url: str) -> Iterable[str]:
    """What the address says of the site's name: its host, and the longer parts of that."""
    host = re.sub(r"^(?:www|m|mobile|amp)\.", "", (urlsplit(url).hostname or "").lower())
    return (host, host.rpartition(".")[0], *(label for label in host.split(".") if label[3:]))


def _without_site(title: str, names: set[str]) -> str:
    """The title without the site's name, before or after a separator; sections go with it."""
    parts = [*_SEPARATOR.finditer(title)]
    for cut in parts:
        if _key(title[cut.end() :]) in names and title[: cut.start()].strip():
            return _without_site(title[: cut.start()], names)
    for cut in parts:
        if _key(title[: cut.start()]) in names and title[cut.end() :].strip():
            return _without_site(title[cut.end() :], names)
    return title.strip()


def _whole(wording: Wording, others: list[Wording]) -> Wording:
    """The wording in full: what it was cut from, or what it only adds a name to."""
    text = wording.text
    cut = _ENDS_CUT.sub("", text)
    is_cut = cut != text or len(text) >= _OFTEN_CUT
    for other in others:
        if is_cut and len(other.text) > len(text) and _continues(other.text, cut):
            return Wording(other.text, wording.source)
    if wording.source == "h1" and any(o is not wording and o.text == text for o in others):
        return wording
    for other in others:
        rest = text.removeprefix(other.text)
        bar = _SEPARATOR.match(rest)
        if rest == text or wording.source == other.source or not bar or ":" in bar[0]:
            continue
        if len(rest[bar.end() :].split()) <= _MOST_NAME_WORDS:
            return Wording(other.text, wording.source)
    return _without_badge(wording, others) if wording.source == "h1" else wording


def _without_badge(heading: Wording, others: list[Wording]) -> Wording:
    """The heading without a label inside it: what another wording has before a separator."""
    for other in others:
        bar = _SEPARATOR.search(other.text)
        if bar and ":" not in bar[0]:
            beginning = other.text[: bar.start()]
            badge = heading.text.removeprefix(beginning + " ")
            if badge == heading.text or len(beginning.split()) <= _MOST_NAME_WORDS:
                continue
            if len(badge.split()) <= _MOST_BADGE_WORDS:
                return Wording(beginning, heading.source)
    return heading


def _continues(text: str, beginning: str) -> bool:
    return text.startswith(beginning) and not _SEPARATOR.match(text[len(beginning) :])
