"""A claim's sentence as a citation: for a French or an English newspaper, or a reference manager.

The language of a citation is that of the text it goes into, whatever the interface speaks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from babel.dates import format_date

from analysis.store import Capture, StoredClaim, Version

Language = Literal["fr", "en"]

NBSP = "\N{NO-BREAK SPACE}"
_BREAKS = re.compile(r"[ \t\r\n\f\v]+")
_WORDS = {
    "en": {
        "no date": "no date",
        "accessed": "accessed on {day}",
        "archive": "Archived copy: {file}, byte {offset}, {digest}",
    },
    "fr": {
        "no date": "sans date",
        "accessed": "consulté le {day}",
        "archive": f"Copie archivée{NBSP}: {{file}}, octet {{offset}}, {{digest}}",
    },
}
_BIBLATEX_LANGUAGES = {"fr": "french", "en": "english"}
# Braces are spelt out: BibTeX counts them, also after a backslash.
_BIBTEX = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        **{character: f"\\{character}" for character in "$&#%_"},
    }
)
_BIBTEX_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a citation says.

    Attributes:
        key: identifies the claim in a bibliography.
        quote: the sentence, verbatim.
        published: the day of publication (UTC), None where the page gives none.
        accessed: the last day on which the sentence was seen at the address.
        archive: where the page is archived; None where it is not.
    """

    key: str
    quote: str
    authors: tuple[str, ...]
    title: str
    outlet: str
    published: date | None
    url: str
    accessed: date
    lang: str | None
    archive: Capture | None


def reference(stored: StoredClaim, version: Version) -> Reference:
    """What is needed to cite a claim; `version` is the one that holds it."""
    outlet = re.sub(r"[^a-z0-9]", "", stored.outlet.lower())
    published = stored.published
    return Reference(
        key=f"{outlet}{published.year if published else ''}-{stored.id[:6]}",
        quote=_line(stored.claim.quote),
        authors=tuple(_line(author) for author in version.article.authors),
        title=_line(stored.title),
        outlet=_line(stored.outlet_name),
        published=published.date() if published else None,
        url=stored.url,
        accessed=version.last_seen.date(),
        lang=stored.lang,
        archive=version.capture,
    )


def sentence(cited: Reference, lang: Language) -> str:
    """The citation in the style of the press: the sentence, then where it comes from."""
    words = _WORDS[lang]
    published = words["no date"] if cited.published is None else _day(cited.published, lang)
    title = quoted(cited.title, lang) if cited.title else ""
    where = [", ".join(cited.authors), title, cited.outlet, published]
    accessed = words["accessed"].format(day=_day(cited.accessed, lang))
    parts = [
        f"{quoted(cited.quote, lang)} — {', '.join(filter(None, where))}.",
        f"{cited.url} ({accessed}).",
    ]
    if cited.archive is not None:
        archive = cited.archive
        place = words["archive"].format(
            file=archive.file, offset=archive.offset, digest=archive.digest
        )
        parts.append(f"{place}.")
    return " ".join(parts)


def quoted(text: str, lang: Language) -> str:
    """A text in the language's quotation marks; those inside it become the second kind."""
    if lang == "fr":
        inner = re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", text))
        return f"«{NBSP}{inner}{NBSP}»"
    return f"“{text.replace('“', '‘').replace('”', '’')}”"


def bibtex(cited: Reference) -> str:
    """An entry for BibLaTeX, which Zotero reads too."""
    fields = {
        "author": " and ".join(f"{{{_escaped(author)}}}" for author in cited.authors),
        "title": f"{{{_escaped(cited.title)}}}" if cited.title else "",
        "organization": _escaped(cited.outlet),
        "date": cited.published.isoformat() if cited.published else "",
        "url": cited.url.translate(_BIBTEX_ADDRESS),
        "urldate": cited.accessed.isoformat(),
        "langid": _BIBLATEX_LANGUAGES.get(cited.lang or "", ""),
        "note": _escaped(_archive(cited)),
        "annotation": _escaped(cited.quote),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{cited.key},", *lines, "}"])


def csl_json(cited: Reference) -> str:
    """An item of CSL-JSON, which Zotero, pandoc and word processors' add-ons read."""
    item = {
        "id": cited.key,
        "type": "article-newspaper",
        "title": cited.title,
        "author": [{"literal": author} for author in cited.authors],
        "container-title": cited.outlet,
        "issued": _date_parts(cited.published) if cited.published else None,
        "accessed": _date_parts(cited.accessed),
        "URL": cited.url,
        "language": cited.lang,
        "archive_location": _archive(cited),
        "note": cited.quote,
    }
    return json.dumps(
        [{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2
    )


def permanent_address(claim_id: str, here: str | None) -> str:
    """The claim's address on the server that shows it, without the rest of the query."""
    parts = urlsplit(here or "/claim")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, f"id={claim_id}", ""))


def _day(moment: date, lang: Language) -> str:
    """The date in full: "1 March 2025", « 1er mars 2025 »."""
    if lang == "fr" and moment.day == 1:
        return f"1er {format_date(moment, 'MMMM y', locale='fr')}"
    return format_date(moment, "d MMMM y", locale=lang)


def _date_parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _archive(cited: Reference) -> str:
    archive = cited.archive
    return f"{archive.file}, byte {archive.offset}, {archive.digest}" if archive else ""


def _line(text: str) -> str:
    """The text on one line; no-break spaces stay."""
    return _BREAKS.sub(" ", text).strip()


def _escaped(text: str) -> str:
    return text.translate(_BIBTEX)
