"""The words of a search: how articles are indexed by them, and how a search is read.

An article is indexed by the keys of its words. The key of a word is its stem in the article's
language, without accents or case, so that "écoutées" and "ECOUTE" are found as one word. It
begins with a letter for the language: "siri" is not to find English articles that say "sir",
which is its French stem. The stemmers are those of Snowball (https://snowballstem.org). They
know French words by their accents; a stem that has lost them is stemmed three times more. On
French press text, 98 % of the accented words then have the key that they have when they are typed
without accents (80 % after one pass).

A search is the words that must occur, in any order:

| written | meaning |
|---|---|
| `listen recordings` | both words |
| `"voice recordings"` | these words in this order |
| `-police` | not this word (or phrase) |
| `surveil*` | words that begin so |
| `alexa OR siri` | one of the two |

The keys are in every store's index: a change of them, or of the stemmers' version, asks for a
migration that indexes anew.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from Stemmer import Stemmer  # type: ignore[import-not-found]

from analysis.errors import InputError
from analysis.records import Article
from analysis.text import straight

LANGUAGES = {"en": "english", "fr": "french"}
"""Languages whose words are stemmed, with the name of the stemmer."""
ANY = (*LANGUAGES, None)
"""Under one of these languages each article is indexed; None: as its words stand."""
_MARKS = {"en": "e", "fr": "f"}
_NO_MARK = "x"
MAX_LENGTH = 1000
"""Characters that a search may have."""
MAX_WORDS = 40
SHORTEST_PREFIX = 3
SNIPPET = 300
"""Characters of a passage that a result shows."""
PASSAGES = 2

_Hit = tuple[int, int, int]
"""Where a term stands, and the number of its group."""
Problem = Literal["empty", "only_unwanted", "too_long", "too_many_words", "short_prefix"]

_WORD = re.compile(r"[^\W_]+")
_LONGEST_KEY = 40
_PASSES = 3
_SHORTEST_VERB = 7
_PART = re.compile(
    r'(?P<minus>(?<!\S)[-−–]+)?(?:"(?P<phrase>[^"]*)(?P<close>"?)|(?P<word>[^\s"]+))'
)
_SHORTEST_STEM, _ENDING = 5, 3


class QueryError(InputError):
    """A search that cannot be made; `problem` says why, for the interface to put in words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"this search cannot be made: {problem.replace('_', ' ')}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Term:
    """Consecutive words, as they were typed, in lower case.

    Attributes:
        prefix: whether the last word is only the beginning of one.
    """

    words: tuple[str, ...]
    prefix: bool = False

    def sequences(self, lang: str | None) -> list[tuple[Key, ...]]:
        """The keys, one after the other, under which an article of a language has the term."""
        if not self.prefix:
            return [tuple(Key(key(word, lang)) for word in self.words)]
        head = tuple(Key(key(word, lang)) for word in self.words[:-1])
        return [(*head, last) for last in dict.fromkeys(_beginnings(self.words[-1], lang))]


@dataclass(frozen=True, slots=True)
class Key:
    """What a word of an article is compared with."""

    text: str
    prefix: bool = False

    def matches(self, other: str) -> bool:
        """Whether the key of a word of an article is this one, or begins so."""
        return other.startswith(self.text) if self.prefix else other == self.text


@dataclass(frozen=True, slots=True)
class Query:
    """A search that was read.

    Attributes:
        wanted: of each group, one term must occur.
        unwanted: none of these may.
        unclosed: whether a quotation mark had no second one; its phrase then runs to the end.
    """

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...] = ()
    unclosed: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters of an article, and whether the search found them."""

    text: str
    hit: bool = False


def keys(text: str, lang: str | None) -> list[str]:
    """The keys of a text's words, in order."""
    return [found for found, _, _ in _located(text, lang)]


@lru_cache(maxsize=500_000)
def key(word: str, lang: str | None) -> str:
    """The key of one word; empty where nothing of it is a letter or a digit."""
    if lang not in LANGUAGES:
        stem = _bare(word)
    else:
        stemmer = _STEMMERS.of[lang]
        stem = _bare(stemmer.stemWord(word.casefold()))
        for _ in range(_PASSES):
            stem = stemmer.stemWord(stem)
        # Snowball leaves "écoutent" and "conservent" as they are.
        if lang == "fr" and stem.endswith("ent") and len(stem) >= _SHORTEST_VERB:
            stem = stem.removesuffix("ent")
    return _mark(lang) + stem if stem else ""


def parse(text: str) -> Query:
    """Reads what was typed.

    Raises:
        QueryError: there is nothing to look for, or too much.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError("too_long")
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    unclosed = is_alternative = is_negated = False
    for part in _PART.finditer(straight(text)):
        if part["word"] in ("AND", "OR", "NOT"):
            is_alternative = part["word"] == "OR" and bool(wanted)
            is_negated = part["word"] == "NOT"
            continue
        term = _term(part["word"] if part["phrase"] is None else part["phrase"])
        unclosed = unclosed or part["close"] == ""
        if term is None:
            continue
        if part["minus"] or is_negated:
            unwanted.append(term)
        elif is_alternative:
            wanted[-1] += (term,)
        else:
            wanted.append((term,))
        is_alternative = is_negated = False
    _check(wanted, unwanted)
    return Query(tuple(wanted), tuple(unwanted), unclosed)


def highlighted(text: str, lang: str | None, query: Query) -> list[Run]:
    """The whole text, cut where words that were looked for begin and end."""
    return _cut(text, 0, len(text), [(start, end) for start, end, _ in _hits(text, lang, query)])


def snippets(article: Article, query: Query, length: int = SNIPPET) -> list[list[Run]]:
    """The passage of an article's body with most of what was looked for, then one with the rest.

    The found words are marked. Where all of them stand in the title: the beginning of the body.
    """
    hits = [(text, list(_hits(text, article.lang, query))) for text in article.paragraphs]
    found: list[list[Run]] = []
    shown: set[int] = set()
    for _ in range(PASSAGES):
        text, place, groups = _best(hits, shown, length)
        if not groups:
            break
        shown |= groups
        found.append(_passage(text, place, dict(hits)[text], length))
    if not found and article.paragraphs:
        text = article.paragraphs[0]
        found.append(_cut(text, 0, _end(text, length), []))
    return found


def _best(
    hits: Sequence[tuple[str, Sequence[_Hit]]], shown: set[int], length: int
) -> tuple[str, int, set[int]]:
    """The paragraph and the place in it from which most groups stand that are not shown yet."""
    best: tuple[str, int, set[int]] = "", 0, set()
    for text, here in hits:
        for number, (start, _, _) in enumerate(here):
            groups = {group for _, end, group in here[number:] if end <= start + length} - shown
            if len(groups) > len(best[2]):
                best = text, start, groups
    return best


def _passage(text: str, place: int, hits: Sequence[_Hit], length: int) -> list[Run]:
    start = _start(text, max(0, place - length // 4))
    end = _end(text, start + length)
    return _cut(text, start, end, [(a, b) for a, b, _ in hits if start <= a and b <= end])


def _located(text: str, lang: str | None) -> Iterator[tuple[str, int, int]]:
    """The keys of a text's words, with where the words stand."""
    for word in _WORD.finditer(straight(text)):
        found = key(word[0], lang)
        if found:
            yield found, word.start(), word.end()


def _bare(word: str) -> str:
    """Letters without accents and digits, in lower case."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if c.isalnum())
    return plain.replace("œ", "oe").replace("æ", "ae")[:_LONGEST_KEY]


def _mark(lang: str | None) -> str:
    return _MARKS.get(lang or "", _NO_MARK)


class _Stemmers(threading.local):
    """The stemmers of a thread, since two threads cannot use the same one at once."""

    def __init__(self) -> None:
        # Words are remembered by `key`.
        self.of = {lang: Stemmer(name, 0) for lang, name in LANGUAGES.items()}


_STEMMERS = _Stemmers()


def _beginnings(word: str, lang: str | None) -> list[Key]:
    """The keys of words that begin so.

    Their stem begins so as well; or it is that of the beginning; or it is shorter, by an ending.
    """
    plain, mark = _bare(word), _mark(lang)
    lengths = range(max(_SHORTEST_STEM, len(plain) - _ENDING), len(plain))
    stems = [mark + plain[:length] for length in lengths]
    return [Key(mark + plain, prefix=True), Key(key(word, lang)), *map(Key, stems)]


def _term(typed: str) -> Term | None:
    """A word or phrase; a word that holds a hyphen or an apostrophe is a phrase."""
    words = tuple(word for word in _WORD.findall(typed) if _bare(word))
    prefix = typed.rstrip().endswith("*")
    if words and prefix and len(_bare(words[-1])) < SHORTEST_PREFIX:
        raise QueryError("short_prefix")
    return Term(words, prefix) if words else None


def _check(wanted: Sequence[tuple[Term, ...]], unwanted: Sequence[Term]) -> None:
    if not wanted:
        raise QueryError("only_unwanted" if unwanted else "empty")
    terms = [*unwanted, *(term for group in wanted for term in group)]
    if sum(len(term.words) for term in terms) > MAX_WORDS:
        raise QueryError("too_many_words")


def _hits(text: str, lang: str | None, query: Query) -> Iterator[_Hit]:
    """Where what was looked for stands: start, end, the number of its group; in reading order."""
    words = list(_located(text, lang))
    looked_for = [
        (number, sequence)
        for number, group in enumerate(query.wanted)
        for term in group
        for sequence in term.sequences(lang)
    ]
    last = 0
    for at, (_, start, _) in enumerate(words):
        for number, sequence in looked_for:
            here = words[at : at + len(sequence)]
            if len(here) == len(sequence) and all(
                wanted.matches(found) for wanted, (found, _, _) in zip(sequence, here, strict=True)
            ):
                end = here[-1][2]
                yield max(start, last), max(end, last), number
                last = max(end, last)
                break


def _cut(text: str, start: int, end: int, hits: Sequence[tuple[int, int]]) -> list[Run]:
    runs = [Run("… ")] if start else []
    at = start
    for first, last in hits:
        runs += [Run(text[at:first]), Run(text[first:last], hit=True)]
        at = last
    runs += [Run(text[at:end]), Run(" …" if end < len(text) else "")]
    return [run for run in runs if run.text]


def _start(text: str, at: int) -> int:
    """The beginning of the word at a place, or the place itself where none begins near."""
    space = text.rfind(" ", max(0, at - _LONGEST_KEY), at)
    return space + 1 if at and space >= 0 else at


def _end(text: str, at: int) -> int:
    """The end of the word at a place."""
    space = text.find(" ", at, at + _LONGEST_KEY)
    return space if space >= 0 else min(len(text), at)
