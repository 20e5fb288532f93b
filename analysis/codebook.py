"""The codebook as data: vendors, practices, expressions, cues.

Every list lives in a YAML file of one folder (`analysis/data` unless a newsroom
names its own). Words are regular-expression fragments, so that a list can be
read and extended without knowing the program; each list carries examples that
must match and counter-examples that must not, which a test reads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import ConfigurationError
from analysis.records import Polarity

LANGUAGES = ("fr", "en")
# libyaml reads the expressions ten times faster, where PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Model = TypeVar("_Model", bound=BaseModel)
FILES = ("vendors.yml", "practices.yml", "relevance.yml", "cues.yml", "expressions.yml")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Word(_Entry):
    """A word of a list: a regular-expression fragment and where it counts.

    Attributes:
        word: the fragment, matched between word boundaries.
        needs: a fragment that the whole article must contain.
        unless: a fragment that must not stand within 30 characters.
    """

    word: str
    needs: str | None = None
    unless: str | None = None


def _words(entries: Iterable[str | Word]) -> tuple[Word, ...]:
    return tuple(Word(word=entry) if isinstance(entry, str) else entry for entry in entries)


class Vendor(_Entry):
    """A company, the words that name it and the products that listen for it."""

    label: str
    names: tuple[str | Word, ...]
    products: tuple[str | Word, ...] = ()
    makers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


class Practice(_Entry):
    """What a claim can be about, with its names and definition in each language."""

    label: dict[str, str]
    definition: dict[str, str]
    dpv: tuple[str, ...] = ()


class Anaphora(_Entry):
    """Descriptions of a company that its article has named already."""

    one: tuple[str, ...] = ()
    all: tuple[str, ...] = ()


class TermList(_Entry):
    """Terms that belong together, with examples for the test of the data."""

    terms: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str]:
        """One expression that finds every term, whatever the case."""
        return alternation(self.terms, re.IGNORECASE)


class Expression(_Entry):
    """A way of stating a practice.

    Attributes:
        id: unique in its practice and language; stored with each claim.
        match: fragments over one sentence, whatever the case. `<name>` stands for a
            concept, ` .. ` for up to 60 characters without a colon or semicolon.
        unless: fragments that rule the reading out wherever they stand in the sentence.
        polarity: "denied" where the words themselves deny the practice.
        negation: in the clause, "flips" the polarity; only "before" the words does it flip it;
            or it is "included" in the words already, so that only a denial flips it.
        hits, misses: sentences that must be read so, or must not.
    """

    id: str
    match: tuple[str, ...]
    unless: tuple[str, ...] = ()
    polarity: Polarity = "affirmed"
    negation: Literal["flips", "before", "included"] = "flips"
    hits: tuple[str, ...] = Field(min_length=1)
    misses: tuple[str, ...] = ()


class _Expressions(_Entry):
    concepts: dict[str, tuple[str, ...]]
    practices: dict[str, tuple[Expression, ...]]


class _VendorsFile(_Entry):
    vendors: dict[str, Vendor]
    introductions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    anaphora: dict[str, Anaphora]


class _PracticesFile(_Entry):
    practices: dict[str, Practice]
    source_types: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Codebook:
    """Everything the program knows about vendors, practices and wording.

    Attributes:
        version: identifies the files' content (12 hexadecimal digits).
        introductions: language -> how an article introduces a maker unknown here.
        expressions: language -> practice -> the ways of stating it.
        concepts: language -> name -> fragments.
        cues: language -> name -> terms, for attribution and factuality.
        relevance: language -> "assistant", "device", "voice", "privacy", "handling" -> terms.
    """

    version: str
    vendors: dict[str, Vendor]
    introductions: dict[str, tuple[str, ...]]
    anaphora: dict[str, Anaphora]
    practices: dict[str, Practice]
    source_types: dict[str, dict[str, str]]
    expressions: dict[str, dict[str, tuple[Expression, ...]]]
    concepts: dict[str, dict[str, tuple[str, ...]]]
    cues: dict[str, dict[str, TermList]]
    relevance: dict[str, dict[str, TermList]]

    def vendor_label(self, key: str) -> str:
        """The name to show for a vendor key; "other:genesis toys" gives "Genesis Toys"."""
        if key in self.vendors:
            return self.vendors[key].label
        return " ".join(part[:1].upper() + part[1:] for part in key.removeprefix("other:").split())

    def practice_label(self, practice: str, lang: str = "en") -> str:
        """The name to show for a practice; the identifier where the codebook has none."""
        known = self.practices.get(practice)
        return known.label.get(lang, practice) if known else practice


@cache
def alternation(terms: tuple[str, ...], flags: int = 0) -> re.Pattern[str]:
    """One compiled expression for a list of fragments, whole words only.

    Longer fragments come first, so that "Google Home Mini" wins over "Google".
    An empty list gives an expression that never matches.
    """
    if not terms:
        return re.compile(r"(?!)")
    ordered = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)", flags)


def load_codebook(folder: Path) -> Codebook:
    """Reads and checks a codebook folder.

    Raises:
        ConfigurationError: a file is missing or not valid; the message names the
            file, the place in it and what is accepted.
    """
    raw = {name: _read(folder / name) for name in FILES}
    vendors = _validated(folder / "vendors.yml", raw, _VendorsFile.model_validate)
    practices = _validated(folder / "practices.yml", raw, _PracticesFile.model_validate)
    expressions = {
        lang: _validated(folder / "expressions.yml", raw, _Expressions.model_validate, lang)
        for lang in LANGUAGES
    }
    unknown = {p for e in expressions.values() for p in e.practices} - set(practices.practices)
    if unknown:
        raise ConfigurationError(
            f"{folder / 'expressions.yml'}: unknown practice {sorted(unknown)}; "
            f"practices.yml knows {sorted(practices.practices)}"
        )
    codebook = Codebook(
        version=_version(folder),
        vendors=vendors.vendors,
        introductions=vendors.introductions,
        anaphora=vendors.anaphora,
        practices=practices.practices,
        source_types=practices.source_types,
        expressions={lang: e.practices for lang, e in expressions.items()},
        concepts={lang: e.concepts for lang, e in expressions.items()},
        cues=_term_lists(folder / "cues.yml", raw),
        relevance=_term_lists(folder / "relevance.yml", raw),
    )
    _check_fragments(folder, codebook)
    return codebook


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: no such file; a codebook folder holds {', '.join(FILES)}"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read as YAML: {error}") from error


def _validated(
    path: Path, raw: dict[str, Any], validate: Callable[[Any], _Model], key: str | None = None
) -> _Model:
    content = raw[path.name]
    try:
        return validate(content if key is None else (content or {}).get(key))
    except ValidationError as error:
        raise ConfigurationError(_explain(path, error, key)) from error


def _term_lists(path: Path, raw: dict[str, Any]) -> dict[str, dict[str, TermList]]:
    content = raw[path.name]
    try:
        return {
            lang: {name: TermList.model_validate(terms) for name, terms in content[lang].items()}
            for lang in LANGUAGES
        }
    except ValidationError as error:
        raise ConfigurationError(_explain(path, error, None)) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path}: must map each of {', '.join(LANGUAGES)} to named lists of terms"
        ) from error


def _explain(path: Path, error: ValidationError, key: str | None) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in ((key,) if key else ()) + first["loc"])
    return f"{path}: {place}: {first['msg']}; see analysis/data/{path.name} for the format"


def _check_fragments(folder: Path, codebook: Codebook) -> None:
    """Compiles every fragment once, so that a typing error is found here and named."""
    named: list[tuple[str, str]] = []
    for key, vendor in codebook.vendors.items():
        for word in _words((*vendor.names, *vendor.products)):
            fragments = (word.word, word.needs or "", word.unless or "")
            named += [(f"vendors.yml: {key}", fragment) for fragment in fragments]
        named += [
            (f"vendors.yml: {key}", fragment)
            for terms in vendor.makers.values()
            for fragment in terms
        ]
    for name, lists in (("cues", codebook.cues), ("relevance", codebook.relevance)):
        named += [
            (f"{name}.yml: {lang}.{key}", term)
            for lang, by_name in lists.items()
            for key, terms in by_name.items()
            for term in terms.terms
        ]
    for place, fragment in named:
        try:
            re.compile(fragment)
        except re.error as error:
            raise ConfigurationError(
                f"{folder / place}: {fragment!r} is not a regular expression: {error}"
            ) from error


def _version(folder: Path) -> str:
    joined = hashlib.sha256()
    for name in FILES:
        joined.update((folder / name).read_bytes())
    return joined.hexdigest()[:12]
