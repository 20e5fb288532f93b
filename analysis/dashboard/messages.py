"""The texts of the interface, gathered from the code into the catalogues (`make messages`)."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator, Sequence

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from analysis.config import ROOT
from analysis.dashboard.language import FOLDER, LANGUAGES

TAKEN = {"tr": 1, "mark": 1, "trn": 2}
"""The functions that texts go through, and how many texts each takes."""
SOURCE = "en"
"""The language of the texts in the code: it needs no catalogue."""


def gathered() -> Catalog:
    """Every text that the code shows, with the files it stands in."""
    catalog = Catalog()
    for path in (ROOT / "app.py", *sorted((ROOT / "analysis").rglob("*.py"))):
        for text in texts(path.read_text(encoding="utf-8")):
            catalog.add(text, None, [(path.relative_to(ROOT).as_posix(), 0)])
    return catalog


def texts(code: str) -> Iterator[str | tuple[str, ...]]:
    """The texts in a module; those with a plural come as both forms.

    Babel's own extractor misses a call within an f-string (before Python 3.12).
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = node.args[: TAKEN.get(node.func.id, 0)]
            found = [str(a.value) for a in given if isinstance(a, ast.Constant)]
            if found:
                yield found[0] if len(found) == 1 else tuple(found)


def read(lang: str) -> Catalog:
    """A language's catalogue as it is."""
    path = FOLDER / f"{lang}.po"
    with io.BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=lang)


def main() -> None:
    """Brings the catalogues up to date: new texts come in empty, old ones go."""
    for lang in sorted(LANGUAGES.keys() - {SOURCE}):
        catalog, found = read(lang), gathered()
        found.creation_date = catalog.creation_date  # else each run would change the file
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.project, catalog.fuzzy = "Earshot", False
        catalog.header_comment = "# Texts of Earshot's interface (make messages)."
        with (FOLDER / f"{lang}.po").open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
        missing = sum(bool(m.id) and not translated(m.string) for m in catalog)
        print(f"{lang}: {len(catalog)} texts, {missing} to translate")


def translated(string: str | Sequence[str] | None) -> bool:
    """Whether every plural form of a text has a translation."""
    return all(forms(string))


def forms(string: str | Sequence[str] | None) -> tuple[str, ...]:
    """The forms of a text: one, or one for each number of the language."""
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    main()
