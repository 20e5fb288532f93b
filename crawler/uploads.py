"""Articles from files that a person hands over: saved pages, plain text, PDF.

What the person writes of an article comes before what its file says. Whatever it is about, it is
kept: a person chose it. Nothing is fetched. The file itself goes into the archive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import PurePath

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.errors import InputError
from analysis.records import Article, article_id
from analysis.store import SaveOutcome, Store
from crawler.addresses import plain_url
from crawler.archive.exchange import Exchange
from crawler.archive.writing import Archive
from crawler.confined import Confined, LimitError
from crawler.files import KINDS, read_file
from crawler.outlets import load_outlets, outlet_of
from crawler.pages import NoBodyError, PageTooLargeError
from crawler.pdf import PdfError
from crawler.wording import clean

MAX_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS = 1_000_000
"""Of text: a book of 500 pages. Reading more for claims takes the memory of the machine."""
PARSE_SECONDS = 60.0
PARSE_MEGABYTES = 700


class UploadError(InputError):
    """A file that gave no article.

    Attributes:
        reason: "unknown_kind", "too_large", "over_limits", "no_text", "encrypted", "damaged",
            "too_many_pages", "unknown_language" or "no_outlet".
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Given:
    """What a person wrote of an article; what is empty is read from its file.

    Attributes:
        outlet: the outlet's name, or its key in the outlets file.
    """

    title: str = ""
    outlet: str = ""
    lang: str = ""
    url: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file.

    Attributes:
        outcome: "new", or "duplicate" of a stored article.
        article: the stored article, in case of a duplicate the one that was there.
    """

    outcome: SaveOutcome | str
    article: Article


def add_file(
    name: str, content: bytes, given: Given, store: Store, archive: Archive | None = None
) -> Added:
    """Reads a file and stores its article, unless the store has it.

    Args:
        archive: where the file itself is kept; None keeps it nowhere.

    Raises:
        UploadError: it gives no article; the message says what to do.
        StoreError: the archive cannot be written to.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in KINDS:
        raise UploadError("unknown_kind", f"{name}: not one of {', '.join(KINDS)}")
    if len(content) > MAX_BYTES:
        raise UploadError("too_large", f"{name}: over {MAX_BYTES // 1024**2} MB")
    confined = Confined(PARSE_SECONDS, PARSE_MEGABYTES)
    try:
        article = confined.call(read_file, suffix, content)
    except LimitError as error:
        raise UploadError("over_limits", f"{name}: cannot be read: {error}") from error
    except PageTooLargeError as error:
        raise UploadError(
            "too_large", f"{name}: larger, or deeper nested, than any page"
        ) from error
    except NoBodyError as error:
        raise UploadError("no_text", f"{name}: no text of an article was found in it") from error
    except PdfError as error:
        raise UploadError(error.reason, f"{name}: {error}") from error
    except Exception as error:  # whatever a file holds
        raise UploadError("damaged", f"{name}: cannot be read: {error}") from error
    finally:
        confined.close()
    if sum(map(len, article.paragraphs)) > MAX_CHARACTERS:
        raise UploadError("too_large", f"{name}: over {MAX_CHARACTERS:,} characters of text")
    article = _completed(article, given, name)
    if known := _known(article, store):
        return Added("duplicate", known)
    key, shown, country = _outlet(article, given, name)
    article = replace(article, outlet=key)
    capture = archive.write([_file(article, suffix, content)]) if archive else None
    return Added(store.save_article(article, shown, country, capture), article)


def _completed(article: Article, given: Given, name: str) -> Article:
    """The article with what was written by hand, and with an address of its own."""
    lang = given.lang or article.lang
    known = load_codebook(load_settings().codebook).relevance
    if lang not in known:
        raise UploadError(
            "unknown_language",
            f"{name}: its language could not be told to be one of {', '.join(known)}; choose one",
        )
    published = (
        datetime.combine(given.published, datetime.min.time(), UTC) if given.published else None
    )
    by_hand = {
        field: "hand"
        for field, value in (("title", given.title), ("published", published))
        if value
    }
    url = (plain_url(given.url) if given.url else article.url) or f"upload:{article.content_digest}"
    return replace(
        article,
        id=article_id(url),
        url=url,
        title=clean(given.title) or article.title,
        lang=lang,
        published=published or article.published,
        fetched=datetime.now(UTC),
        provenance={**article.provenance, **by_hand},
    )


def _known(article: Article, store: Store) -> Article | None:
    """The stored article of the same address, or of the same text without one."""
    addresses = (article.url or "", f"upload:{article.content_digest}")
    known = next(filter(None, map(store.identity, addresses)), None)
    return store.article(known[0]) if known else None


def _outlet(article: Article, given: Given, name: str) -> tuple[str, str, str | None]:
    """Key, name and country of the outlet that was named, or that has the address."""
    address = article.url or ""
    listed = load_outlets(load_settings().outlets)
    wanted = clean(given.outlet)
    named = [o for o in listed if wanted and wanted.casefold() in (o.id, o.name.casefold())]
    if named or (not wanted and not address.startswith("upload:")):
        outlet = named[0] if named else outlet_of(address, listed)
        return outlet.id, outlet.name, outlet.country
    if wanted:
        return wanted, wanted, None
    raise UploadError("no_outlet", f"{name}: which outlet published it? Name it, or its address")


def _file(article: Article, suffix: str, content: bytes) -> Exchange:
    return Exchange(
        url=article.url or "",
        fetched=article.fetched or datetime.now(UTC),
        request_line="",
        request_headers=(),
        protocol="",
        status_line="",
        response_headers=(("Content-Type", KINDS[suffix]),),
        body=content,
    )
