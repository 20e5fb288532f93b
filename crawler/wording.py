"""Small readings of text, its language and JSON-LD values that the parsing of pages shares."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

from analysis.codebook import TermList

FURNITURE = Path(__file__).parent / "data" / "furniture.yml"
_SAMPLE = 2000
"""Characters that a text's language is told from."""
_SPACES = re.compile(r"[\t\n\r\f\v][ \t\n\r\f\v]*| [ \t\n\r\f\v]+")
"""Runs of white space that are not one space already."""


@cache
def furniture() -> dict[str, TermList]:
    """The lists of `data/furniture.yml`."""
    content = yaml.safe_load(FURNITURE.read_text(encoding="utf-8"))
    return {name: TermList.model_validate(terms) for name, terms in content.items()}


@cache
def words(name: str) -> re.Pattern[str]:
    """One list of `data/furniture.yml` as an expression."""
    return furniture()[name].pattern


def clean(text: str) -> str:
    """Text with runs of white space as one space; no-break spaces inside it are kept."""
    return _SPACES.sub(" ", text).strip()


def text_of(value: Any) -> str:
    """A JSON-LD or meta value as text; entities that were escaped twice are resolved."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else None
    return clean(html.unescape(value)) if isinstance(value, str) else ""


def as_list(value: Any) -> list[Any]:
    """A JSON-LD value that may stand alone or in a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_language(text: str) -> tuple[str, float]:
    """The ISO 639-1 code of the likeliest language, and its probability."""
    language, probability = _identifier().classify(text[:_SAMPLE])
    return str(language), float(probability)
