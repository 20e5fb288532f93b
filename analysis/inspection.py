"""What a codebook folder changes, and whether the codebook's own examples hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from analysis.codebook import (
    BUNDLED,
    LANGUAGES,
    Codebook,
    Expression,
    TermList,
    Vendor,
    load_codebook,
    read_folder,
)
from analysis.mentions import MentionFinder
from analysis.practices import PracticeFinder
from analysis.text import straight
from analysis.yamlfile import Origin, Place

Entries = dict[str, object]
_WANTED = ("examples", "hits")
_UNWANTED = ("counter_examples", "misses")


@dataclass(frozen=True, slots=True)
class Change:
    """How one kind of entry differs from the bundled codebook.

    Attributes:
        kind: "vendors", "practices", "terms", ...
        total: entries there are now.
        added, changed, dropped: their names.
    """

    kind: str
    total: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of the codebook that must be found, or must not.

    Attributes:
        file: name of the file that holds it; `place` leads to it there.
        right: whether it is read as it should be.
    """

    file: str
    place: Place
    text: str
    wanted: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """A folder against the bundled codebook.

    Attributes:
        origins: for each file, whether it is missing, adds or replaces.
        changes: for each file, its kinds of entries.
        examples: how many examples and counter-examples were read.
        failures: a message for each that is not read as it should be.
        unread: practices that are neither bundled nor stated by any expression.
    """

    version: str
    origins: dict[str, Origin]
    changes: dict[str, tuple[Change, ...]]
    examples: int
    failures: tuple[str, ...]
    unread: tuple[str, ...]


def inspect(folder: Path) -> Inspection:
    """Reads a codebook folder, compares it with the bundled one and tries its examples.

    Raises:
        ConfigurationError: the folder is not a valid codebook.
    """
    files = read_folder(folder)
    codebook, bundled = load_codebook(folder), load_codebook(BUNDLED)
    tried = list(examples(codebook))
    stated = {practice for by_practice in codebook.expressions.values() for practice in by_practice}
    return Inspection(
        version=codebook.version,
        origins={name: file.origin for name, file in files.items()},
        changes=dict(_changes(codebook, bundled)),
        examples=len(tried),
        failures=tuple(
            str(files[example.file].error(example.place, _failure(example)))
            for example in tried
            if not example.right
        ),
        unread=tuple(p for p in codebook.practices if p not in {*bundled.practices, *stated}),
    )


def examples(codebook: Codebook) -> Iterator[Example]:
    """Every example and counter-example of a codebook, tried."""
    yield from _of_vendors(codebook)
    yield from _of_expressions(codebook)
    yield from _of_lists(codebook)


def _of_vendors(codebook: Codebook) -> Iterator[Example]:
    finders = [MentionFinder(codebook, lang) for lang in LANGUAGES]

    def found(key: str, text: str) -> bool:
        return any(m.vendor == key for finder in finders for m in finder.find(0, text, text))

    for key, vendor in codebook.vendors.items():
        yield from _tried("vendors.yml", ("vendors", key), vendor, partial(found, key))


def _of_expressions(codebook: Codebook) -> Iterator[Example]:
    """Each expression on its own, so that no other one finds its sentences for it."""

    def found(finder: PracticeFinder, text: str) -> bool:
        return bool(finder.find(straight(text)))

    for lang, by_practice in codebook.expressions.items():
        for practice, expressions in by_practice.items():
            for number, expression in enumerate(expressions):
                alone = replace(codebook, expressions={lang: {practice: (expression,)}})
                finder = PracticeFinder(alone, lang)
                place = (lang, "practices", practice, number)
                yield from _tried("expressions.yml", place, expression, partial(found, finder))


def _of_lists(codebook: Codebook) -> Iterator[Example]:
    def found(terms: TermList, text: str) -> bool:
        return terms.pattern.search(text) is not None

    for file, lists in (("cues.yml", codebook.cues), ("relevance.yml", codebook.relevance)):
        for lang, by_name in lists.items():
            for name, terms in by_name.items():
                yield from _tried(file, (lang, name), terms, partial(found, terms))


def _tried(
    file: str,
    place: Place,
    entry: Vendor | Expression | TermList,
    found: Callable[[str], bool],
) -> Iterator[Example]:
    for kind in (*_WANTED, *_UNWANTED):
        for number, text in enumerate(getattr(entry, kind, ())):
            right = found(text) == (kind in _WANTED)
            yield Example(file, (*place, kind, number), text, kind in _WANTED, right)


def _failure(example: Example) -> str:
    if example.wanted:
        return f"{example.text!r} should be found, and is not; change the words or the example"
    return f"{example.text!r} must not be found, and is; narrow the words or drop the example"


def _changes(codebook: Codebook, bundled: Codebook) -> Iterator[tuple[str, tuple[Change, ...]]]:
    before = _entries(bundled)
    for file, kinds in _entries(codebook).items():
        yield file, tuple(_change(kind, now, before[file][kind]) for kind, now in kinds.items())


def _change(kind: str, now: Entries, before: Entries) -> Change:
    return Change(
        kind=kind,
        total=len(now),
        added=tuple(name for name in now if name not in before),
        changed=tuple(name for name in now if name in before and now[name] != before[name]),
        dropped=tuple(name for name in before if name not in now),
    )


def _entries(codebook: Codebook) -> dict[str, dict[str, Entries]]:
    """What each file holds, by kind and name."""
    return {
        "vendors.yml": {
            "vendors": dict(codebook.vendors),
            "names and products": {
                f"{key}: {word}": None
                for key, vendor in codebook.vendors.items()
                for word in (*vendor.names, *vendor.products)
            },
        },
        "practices.yml": {"practices": dict(codebook.practices)},
        "relevance.yml": {"terms": _terms(codebook.relevance)},
        "cues.yml": {"terms": _terms(codebook.cues)},
        "expressions.yml": {
            "expressions": {
                f"{lang} {practice}/{expression.id}": expression
                for lang, by_practice in codebook.expressions.items()
                for practice, expressions in by_practice.items()
                for expression in expressions
            },
            "words of concepts": {
                f"{lang} <{name}>: {word}": None
                for lang, concepts in codebook.concepts.items()
                for name, words in concepts.items()
                for word in words
            },
        },
    }


def _terms(lists: dict[str, dict[str, TermList]]) -> Entries:
    return {
        f"{lang} {name}: {term}": None
        for lang, by_name in lists.items()
        for name, terms in by_name.items()
        for term in terms.terms
    }
