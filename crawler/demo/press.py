"""The demonstration press as data: its outlets and their articles.

`press/outlets.yml` describes the outlets (looks, markup, ways to discover the
articles), `press/<outlet>/<slug>.yml` holds one article each, and
`press/<outlet>/briefs.yml` short items on other matters.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from analysis.errors import ConfigurationError

BRIEFS = "briefs.yml"
PRESS_FOLDER = Path(__file__).resolve().parent / "press"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_T = TypeVar("_T")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Heading(_Entry):
    """A heading between two paragraphs."""

    heading: Text


class LaterEdition(_Entry):
    """What an article became when it was edited after publication."""

    modified: AwareDatetime
    title: Text | None = None
    standfirst: Text | None = None
    paragraphs: tuple[Text | Heading, ...] | None = None


class PressArticle(_Entry):
    """One article of the demonstration press.

    Attributes:
        slug: the last part of its path.
        section: the first part of its path.
        published: None for one whose page gives no date.
        read_also: titles of other articles, shown in a box amid the text.
        wire: credit line of the invented agency that wrote the story.
        quirks: "latin1" is served as ISO-8859-1, "slow" after a delay, "consent" under
            a consent layer.
        off_topic: a crawl must not keep it.
        edited: the later edition, if there is one.
    """

    slug: Name
    section: Name
    title: Text
    standfirst: Text | None = None
    authors: tuple[Text, ...] = ()
    published: AwareDatetime | None = None
    modified: AwareDatetime | None = None
    caption: Text | None = None
    paragraphs: tuple[Text | Heading, ...] = Field(min_length=1)
    read_also: tuple[Text, ...] = ()
    wire: Text | None = None
    quirks: tuple[Literal["latin1", "slow", "consent"], ...] = ()
    off_topic: bool = False
    edited: LaterEdition | None = None

    @property
    def path(self) -> str:
        """Where the outlet serves it."""
        return f"/{self.section}/{self.slug}"

    @property
    def teaser(self) -> str:
        """The standfirst, or the beginning of the first paragraph."""
        opening = next(block for block in self.paragraphs if isinstance(block, str))
        return self.standfirst or textwrap.shorten(opening, 180, placeholder=" …")

    @property
    def last_modified(self) -> datetime | None:
        """When this edition was last changed, as far as its page says."""
        return self.modified or self.published

    def at_edition(self, edition: Literal[1, 2]) -> PressArticle:
        """The article as first published (1) or with its later edition applied (2)."""
        if edition == 1 or self.edited is None:
            return self
        later = {name: value for name, value in self.edited if value is not None}
        return self.model_copy(update=later | {"edited": None})


class Brief(_Entry):
    """A short item that a crawl must not keep; `text` is its one paragraph."""

    slug: Name
    section: Name
    title: Text
    published: AwareDatetime
    text: Text

    @property
    def article(self) -> PressArticle:
        """The same as an article."""
        fields = self.model_dump(exclude={"text"})
        return PressArticle(**fields, paragraphs=(self.text,), off_topic=True)


class Look(_Entry):
    """Colours and type of an outlet's pages, as CSS values."""

    accent: str = Field(pattern=r"^#[0-9a-f]{6}$")
    masthead: str = Field(pattern=r"^#[0-9a-f]{6}$")
    masthead_ink: str = Field(default="#ffffff", pattern=r"^#[0-9a-f]{6}$")
    ink: str = Field(pattern=r"^#[0-9a-f]{6}$")
    paper: str = Field(pattern=r"^#[0-9a-f]{6}$")
    headings: Literal["serif", "sans", "slab"]
    centred: bool = False


class Comment(_Entry):
    """A reader's comment below every article of an outlet."""

    name: Text
    text: Text


class DeadLink(_Entry):
    """A link of the listing whose page is gone (404)."""

    path: str = Field(pattern=r"^/[a-z0-9/-]+$")
    title: Text


class PressOutlet(_Entry):
    """One invented outlet.

    Attributes:
        port: where `make run` serves it.
        markup: what its article pages say about themselves: "json-ld" (and OpenGraph),
            "json-ld-graph", "open-graph", "open-graph-article" (with article:* times
            and authors) or "none".
        discovery: how its articles are found.
        forbidden: paths that its robots.txt disallows.
        consent: text of the consent layer over its pages.
        sections: names of its sections.
        footer: says that it is a demonstration.
    """

    name: Text
    tagline: Text
    language: Literal["fr", "en"]
    port: int = Field(ge=1024, le=65535)
    markup: Literal["json-ld", "json-ld-graph", "open-graph", "open-graph-article", "none"]
    discovery: tuple[Literal["rss", "atom", "listing", "news-sitemap", "sitemap"], ...]
    forbidden: tuple[str, ...] = ()
    consent: Text | None = None
    newsletter: Text
    comments: tuple[Comment, ...] = ()
    dead_link: DeadLink | None = None
    sections: dict[Name, Text]
    footer: Text
    look: Look


@dataclass(frozen=True)
class Newsroom:
    """An outlet with its articles and briefs, the newest first, those without a date last."""

    key: str
    outlet: PressOutlet
    articles: tuple[PressArticle, ...]
    briefs: tuple[PressArticle, ...] = ()

    @property
    def listed(self) -> tuple[PressArticle, ...]:
        """What its feeds, sitemaps and listings name: articles and briefs."""
        return _newest_first((*self.articles, *self.briefs))


_BRIEFS = TypeAdapter(tuple[Brief, ...])
_OUTLETS = TypeAdapter(dict[Name, PressOutlet])
_ARTICLE = TypeAdapter(PressArticle)


def load_press(folder: Path = PRESS_FOLDER) -> tuple[Newsroom, ...]:
    """Reads the outlets and articles of a press folder, in the order of `outlets.yml`.

    Raises:
        ConfigurationError: a file is missing or not valid; the message names the
            file and the place in it.
    """
    outlets = _load(folder / "outlets.yml", _OUTLETS)
    return tuple(
        Newsroom(
            key, outlet, _load_articles(folder / key, outlet), _load_briefs(folder / key, outlet)
        )
        for key, outlet in outlets.items()
    )


def _load_articles(folder: Path, outlet: PressOutlet) -> tuple[PressArticle, ...]:
    articles: dict[str, PressArticle] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == BRIEFS:
            continue
        article = _load(path, _ARTICLE)
        _check_section(path, article, outlet)
        if article.path in articles:
            raise ConfigurationError(f"{path}: another article is already at {article.path}")
        articles[article.path] = article
    return _newest_first(articles.values())


def _load_briefs(folder: Path, outlet: PressOutlet) -> tuple[PressArticle, ...]:
    path = folder / BRIEFS
    briefs = [brief.article for brief in _load(path, _BRIEFS)] if path.exists() else []
    for brief in briefs:
        _check_section(path, brief, outlet)
    return _newest_first(briefs)


def _check_section(path: Path, article: PressArticle, outlet: PressOutlet) -> None:
    if article.section not in outlet.sections:
        known = ", ".join(outlet.sections)
        raise ConfigurationError(
            f"{path}: unknown section {article.section!r}; outlets.yml has: {known}"
        )


def _newest_first(articles: Iterable[PressArticle]) -> tuple[PressArticle, ...]:
    given = tuple(articles)
    dated = [article for article in given if article.published]
    undated = [article for article in given if not article.published]
    return (*sorted(dated, key=attrgetter("published", "slug"), reverse=True), *undated)


def _load(path: Path, kind: TypeAdapter[_T]) -> _T:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not YAML in UTF-8: {error}") from error
    try:
        return kind.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {place or 'the file'}: {first['msg']}") from error
