"""The language of the interface: texts, plural forms, numbers and dates.

English texts stand in the code, as gettext has it; `locale/fr.po` holds the French ones. Babel
reads the catalogues and knows how each language writes numbers, dates and plurals (Unicode CLDR).

`?ui=fr` in an address decides, then what the reader chose on this visit or an earlier one, then
the browser's language.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "fr": "Français"}
"""Languages of the interface, each by its own name."""
PARAMETER = "ui"
COOKIE = "earshot_language"
"""What the browser keeps of a choice, for the next visit."""
FOLDER = Path(__file__).parent / "locale"
_CHOICE = "ui_language"
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_override: ContextVar[str | None] = ContextVar("interface language", default=None)


def current() -> str:
    """The language in use: "en" or "fr"."""
    override = _override.get()
    if override:
        return override
    wanted = (
        st.query_params.get(PARAMETER),
        st.session_state.get(_CHOICE),
        st.context.cookies.get(COOKIE),
        (st.context.locale or "")[:2].lower(),
    )
    return next((lang for lang in wanted if lang in LANGUAGES), "en")


def choose(lang: str) -> None:
    """Keeps the reader's choice for the visit."""
    st.session_state[_CHOICE] = lang
    if PARAMETER in st.query_params:
        st.query_params[PARAMETER] = lang


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Within it, everything here is in this language: for documents, and for tests."""
    token = _override.set(lang)
    try:
        yield
    finally:
        _override.reset(token)


def tr(text: str, **values: object) -> str:
    """A text in the language in use, with what its {fields} stand for filled in."""
    found: str = _catalogue(current()).ugettext(text)
    return found.format(**values) if values else found


def trn(one: str, many: str, count: int, **values: object) -> str:
    """The form for a count, which stands in it as {n}: trn("{n} claim", "{n} claims", 2)."""
    found: str = _catalogue(current()).ungettext(one, many, count)
    return found.format(n=number(count), **values)


def listed(parts: Iterable[str]) -> str:
    """Parts in one line, divided by semicolons."""
    return tr("; ").join(parts)


def mark(text: str) -> str:
    """Marks a text for the catalogues that `tr` shows later; gives it back as it is."""
    return text


def number(value: float) -> str:
    """A number with the separators of the language: 1,204 or 1 204."""
    return _decimal(value, current())


def percent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage: 12% or 12 %."""
    return numbers.format_percent(share, locale=_LOCALES[current()])


def day(moment: date | None) -> str:
    """A date: "12 Apr 2019", « 12 avr. 2019 »; a datetime gives its own day."""
    if moment is None:
        return tr("no date")
    return dates.format_date(moment, "d MMM y", locale=_LOCALES[current()])


def month(moment: date) -> str:
    """A month: "April 2019", « avril 2019 »."""
    return dates.format_date(moment, "MMMM y", locale=_LOCALES[current()])


def minute(moment: datetime) -> str:
    """A moment: "12 Apr 2019, 18:05 UTC"."""
    return f"{day(moment)}, {moment:%H:%M %Z}".rstrip()


@lru_cache(maxsize=10_000)
def _decimal(value: float, lang: str) -> str:
    """Kept, because a table has thousands of numbers and Babel takes its time with each."""
    return numbers.format_decimal(value, locale=_LOCALES[lang])


@cache
def _catalogue(lang: str) -> Any:
    path = FOLDER / f"{lang}.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        read = read_po(file, locale=lang, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)
