"""An outlet of the demonstration press as the documents it serves, by path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.demo.press import Newsroom, PressArticle

Edition = Literal[1, 2]
LISTING_PAGES = 3
_FEEDS = {
    "rss": ("/rss.xml", "application/rss+xml"),
    "atom": ("/atom.xml", "application/atom+xml"),
}
_FOLDER = Path(__file__).resolve().parent / "templates"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["rfc822"] = format_datetime


@dataclass(frozen=True, slots=True)
class Document:
    """What the outlet serves at one path.

    Attributes:
        content_type: as in the HTTP header, with the charset.
        modified: for the Last-Modified header; None: it has none.
        slow: the server waits before it answers.
    """

    body: bytes
    content_type: str
    modified: datetime | None
    slow: bool = False

    @property
    def etag(self) -> str:
        """A strong validator of the body (RFC 9110, section 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True)
class Site:
    """All documents of one outlet.

    Attributes:
        documents: by path and query ("/tech/a-story", "/actualites?page=2").
        missing: the page for every other path (404).
    """

    documents: Mapping[str, Document]
    missing: Document


def build_site(newsroom: Newsroom, base: str, edition: Edition) -> Site:
    """Renders everything that an outlet serves.

    Args:
        newsroom: the outlet and its articles.
        base: its address, without the slash at the end; every link begins with it.
        edition: 1 serves edited articles as first published, 2 as they became.
    """
    return _Renderer(newsroom, base, edition).site()


@cache
def _labels(language: str) -> dict[str, str]:
    """The words of the page's frame."""
    content = yaml.safe_load((_FOLDER / "labels.yml").read_text(encoding="utf-8"))
    labels: dict[str, str] = content[language]
    return labels


class _Renderer:
    """Holds what all pages of one outlet share."""

    def __init__(self, newsroom: Newsroom, base: str, edition: Edition) -> None:
        self.outlet = newsroom.outlet
        self.base = base
        self.labels = _labels(newsroom.outlet.language)
        self.articles = [article.at_edition(edition) for article in newsroom.listed]
        self.features = [article.at_edition(edition) for article in newsroom.articles]

    def site(self) -> Site:
        documents: dict[str, Document] = {}
        documents["/"] = self._html("home.html", articles=self.features)
        for article in self.articles:
            documents[article.path] = self._article(article)
            documents[f"/images/{article.slug}.svg"] = self._photo(article)
        for section in {article.section for article in self.articles}:
            documents[f"/{section}/"] = self._section(section)
        documents.update(self._discovery())
        sitemaps = [path for path in documents if path in {"/sitemap.xml", "/sitemap-index.xml"}]
        documents["/robots.txt"] = self._document("robots.txt", "text/plain", sitemaps=sitemaps)
        return Site(documents, self._html("missing.html"))

    def _discovery(self) -> Iterator[tuple[str, Document]]:
        kinds = self.outlet.discovery
        for kind in kinds:
            if kind in _FEEDS:
                path, content_type = _FEEDS[kind]
                yield path, self._document(f"{kind}.xml", content_type, path=path)
        if "sitemap" in kinds:
            yield "/sitemap.xml", self._sitemap(self.articles, news=False)
        if "news-sitemap" in kinds:
            yield from self._news_sitemaps()
        if "listing" in kinds:
            yield from self._listing()

    def _news_sitemaps(self) -> Iterator[tuple[str, Document]]:
        entries = []
        dated = [article for article in self.articles if article.published]
        for year, group in groupby(dated, key=lambda article: f"{article.published:%Y}"):
            path, document = f"/sitemap-news-{year}.xml", self._sitemap(list(group), news=True)
            entries.append((path, document.modified))
            yield path, document
        yield (
            "/sitemap-index.xml",
            self._document("sitemap-index.xml", "application/xml", sitemaps=entries),
        )

    def _sitemap(self, articles: Sequence[PressArticle], news: bool) -> Document:
        return self._document("sitemap.xml", "application/xml", articles=articles, news=news)

    def _listing(self) -> Iterator[tuple[str, Document]]:
        size = -(-len(self.articles) // LISTING_PAGES) or 1
        paths = ["/actualites"] + [f"/actualites?page={n}" for n in range(2, LISTING_PAGES + 1)]
        for number, path in enumerate(paths):
            yield (
                path,
                self._html(
                    "list.html",
                    path=path,
                    heading=self.labels["all_articles"],
                    articles=self.articles[number * size : (number + 1) * size],
                    newer=paths[number - 1] if number else None,
                    older=paths[number + 1] if number + 1 < len(paths) else None,
                    dead_link=self.outlet.dead_link if number == 1 else None,
                ),
            )

    def _section(self, section: str) -> Document:
        return self._html(
            "list.html",
            path=f"/{section}/",
            heading=self.outlet.sections[section],
            articles=[article for article in self.articles if article.section == section],
            newer=None,
            older=None,
            dead_link=None,
        )

    def _article(self, article: PressArticle) -> Document:
        return self._html(
            "article.html",
            articles=[article],
            charset="iso-8859-1" if "latin1" in article.quirks else "utf-8",
            slow="slow" in article.quirks,
            consent=self.labels["consent_text"] if "consent" in article.quirks else None,
            article=article,
            byline=self._byline(article),
            read_also_links=self._read_also(article),
            json_ld=self._json_ld(article),
        )

    def _byline(self, article: PressArticle) -> str:
        names = f" {self.labels['and']} ".join(article.authors)
        if not names:
            return article.wire or ""
        wire = f", {self.labels['with']} {article.wire}" if article.wire else ""
        return f"{self.labels['by']} {names}{wire}"

    def _read_also(self, article: PressArticle) -> list[tuple[str, str]]:
        paths = {other.title: other.path for other in self.articles}
        return [(title, paths.get(title, "/")) for title in article.read_also]

    def _json_ld(self, article: PressArticle) -> dict[str, Any] | None:
        if self.outlet.markup not in {"json-ld", "json-ld-graph"}:
            return None
        url = f"{self.base}{article.path}"
        publisher = {
            "@type": "NewsMediaOrganization",
            "@id": f"{self.base}/#organization",
            "name": self.outlet.name,
            "url": f"{self.base}/",
        }
        people = [{"@type": "Person", "name": name} for name in article.authors]
        agency = [{"@type": "Organization", "name": article.wire}] if article.wire else []
        story: dict[str, Any] = {
            "@type": "NewsArticle",
            "@id": f"{url}#article",
            "headline": article.title,
            "description": article.teaser,
            "author": [*people, *agency],
            "inLanguage": self.outlet.language,
            "articleSection": self.outlet.sections[article.section],
            "mainEntityOfPage": url,
            "image": [f"{self.base}/images/{article.slug}.svg"],
        }
        if article.published and article.last_modified:
            story["datePublished"] = article.published.isoformat()
            story["dateModified"] = article.last_modified.isoformat()
        if self.outlet.markup == "json-ld":
            return {"@context": "https://schema.org", **story, "publisher": publisher}
        page = {"@type": "WebPage", "@id": url, "url": url, "name": article.title}
        story |= {"isPartOf": {"@id": url}, "publisher": {"@id": publisher["@id"]}}
        return {"@context": "https://schema.org", "@graph": [publisher, page, story]}

    def _photo(self, article: PressArticle) -> Document:
        noise = hashlib.sha256(article.slug.encode()).digest()[:31]
        heights = [20 + byte for byte in noise]
        return self._document("photo.svg", "image/svg+xml", articles=[article], heights=heights)

    def _html(
        self,
        template: str,
        *,
        charset: str = "utf-8",
        slow: bool = False,
        consent: str | None = None,
        **context: Any,
    ) -> Document:
        used = {article.section for article in self.articles}
        return self._document(
            template,
            "text/html",
            charset=charset,
            slow=slow,
            consent=self.outlet.consent or consent,
            sections=[entry for entry in self.outlet.sections.items() if entry[0] in used],
            most_read=sorted(self.features, key=lambda article: article.slug)[:5],
            feeds=[
                {"path": path, "type": content_type}
                for kind, (path, content_type) in _FEEDS.items()
                if kind in self.outlet.discovery
            ],
            **context,
        )

    def _document(
        self,
        template: str,
        content_type: str,
        *,
        charset: str = "utf-8",
        slow: bool = False,
        articles: Sequence[PressArticle] | None = None,
        **context: Any,
    ) -> Document:
        articles = self.articles if articles is None else articles
        times = [article.last_modified for article in articles if article.last_modified]
        modified = max(times, default=None)
        shared = {
            "outlet": self.outlet,
            "base": self.base,
            "labels": self.labels,
            "articles": articles,
            "charset": charset,
            "modified": modified,
        }
        text = _TEMPLATES.get_template(template).render(shared | context)
        # Characters that the charset lacks (’, œ, …) become references, as on real pages.
        body = text.encode(charset, "xmlcharrefreplace")
        return Document(body, f"{content_type}; charset={charset}", modified, slow)
