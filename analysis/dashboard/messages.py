"""The texts of the interface, gathered from the code into the catalogues (`make messages`)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from analysis.config import ROOT
from analysis.dashboard.language import FOLDER, LANGUAGES

KEYWORDS = {"tr": None, "trn": (1, 2), "mark": None}
SOURCE = "en"
"""The language of the texts in the code: it needs no catalogue."""


def gathered() -> Catalog:
    """Every text that the code shows, with the files it stands in."""
    catalog = Catalog()
    for path in (ROOT / "app.py", *sorted((ROOT / "analysis").rglob("*.py"))):
        with path.open("rb") as file:
            for _, message, _, _ in extract("python", file, KEYWORDS):
                catalog.add(message, None, [(path.relative_to(ROOT).as_posix(), 0)])
    return catalog


def read(lang: str) -> Catalog:
    """A language's catalogue as it is."""
    path = FOLDER / f"{lang}.po"
    with io.BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=lang)


def main() -> None:
    """Brings the catalogues up to date: new texts come in empty, old ones go."""
    for lang in sorted(LANGUAGES.keys() - {SOURCE}):
        catalog = read(lang)
        catalog.update(gathered(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.project, catalog.fuzzy = "Earshot", False
        catalog.header_comment = "# Texts of Earshot's interface (make messages)."
        with (FOLDER / f"{lang}.po").open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
        missing = sum(bool(m.id) and not translated(m.string) for m in catalog)
        print(f"{lang}: {len(catalog)} texts, {missing} to translate")


def translated(string: str | Sequence[str] | None) -> bool:
    """Whether every plural form of a text has a translation."""
    return bool(string) if isinstance(string, str | None) else all(string)


if __name__ == "__main__":
    main()
