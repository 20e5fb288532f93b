"""A large generated press: articles and claims of the shape of real ones, written at once.

The real way (save each article, read it, save its claims) would take hours for a million
claims. Sentences are those that the encoder was trained on.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from analysis.codebook import load_codebook
from analysis.config import ROOT, load_settings
from analysis.records import SOURCE_TYPES, article_id, digest
from analysis.search_terms import keys
from analysis.store import Store
from analysis.store.connection import connect
from analysis.store.rows import VerdictKind
from analysis.store.schema import (
    address_key,
    articles,
    claims,
    crawls,
    fold,
    named_vendors,
    pages,
    versions,
)

TRAINING = ROOT / "analysis" / "data" / "training" / "articles"
OUTLETS = 200
PARAGRAPHS = 14
OTHER_VENDORS = 40
COPIED = 0.3
"""Share of articles that carry a text that others carry too."""
VERDICTS = 300
AT_ONCE = 2_000
searched = sa.table("search_articles")
search_words = sa.table("search_words")
TABLES = (articles, versions, pages, claims, named_vendors, searched, search_words)
FIRST_DAY = datetime(2014, 1, 1, tzinfo=UTC)
DAYS = 4_300


def fill(url: str, article_count: int, claim_count: int, seed: int = 7) -> None:
    """Makes a store at an address and fills it; the same numbers give the same store."""
    press = _Press(random.Random(seed), article_count, claim_count)  # noqa: S311 - no secret
    engine = connect(url)
    with engine.execution_options(writing=True).begin() as connection:
        _insert(connection, crawls, iter([press.crawl()]))
        every = press.articles()
        while batch := list(islice(every, AT_ONCE)):
            for number, table in enumerate(TABLES):
                _insert(connection, table, (row for rows in batch for row in rows[number]))
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    with Store.open(url) as store:
        for claim in store.claims(limit=VERDICTS):
            store.judge(claim.id, press.verdict(), "Ann Example")


class _Press:
    def __init__(self, chance: random.Random, article_count: int, claim_count: int) -> None:
        self._chance = chance
        self._count = article_count
        self._claims = claim_count
        codebook = load_codebook(load_settings().codebook)
        self._vendors = [*codebook.vendors, *(f"other:maker {n}" for n in range(OTHER_VENDORS))]
        self._practices = list(codebook.practices)
        self._sentences = _sentences()

    def verdict(self) -> VerdictKind:
        """What a reviewer says, mostly that the program is right."""
        return "rejected" if self._chance.random() < 0.2 else "accepted"

    def crawl(self) -> dict[str, Any]:
        """The one crawl that found everything."""
        stats = {f"outlet{n}": {"new": self._count // OUTLETS} for n in range(OUTLETS)}
        return {
            "id": 1,
            "started": _moment(FIRST_DAY),
            "finished": _moment(FIRST_DAY + timedelta(hours=5)),
            "interrupted": False,
            "stats": json.dumps(stats),
            "measures": "{}",
        }

    def articles(self) -> Iterator[tuple[list[dict[str, Any]], ...]]:
        """For each article its rows in TABLES."""
        story = ""
        for number in range(self._count):
            # Whole numbers that add up to the number of claims asked for.
            until, after = (self._claims * n // self._count for n in (number, number + 1))
            key = f"https://outlet{number % OUTLETS}.example/{number}"
            if not story or self._chance.random() > COPIED:
                story = digest(key)[:16]
            yield self._article(number, key, story, after - until)

    def _article(
        self, number: int, url: str, story: str, share: int
    ) -> tuple[list[dict[str, Any]], ...]:
        chance = self._chance
        key, outlet = article_id(url), f"outlet{number % OUTLETS}"
        lang = "fr" if number % 5 < 2 else "en"
        texts = chance.choices(self._sentences[lang], k=PARAGRAPHS)
        title, folded_title, title_keys = chance.choice(self._sentences[lang])
        published = None
        if chance.random() > 0.01:
            # Two thirds of the coverage stands in a few years, as it does.
            day = chance.gauss(2_400, 500) if chance.random() < 0.66 else chance.uniform(0, DAYS)
            published = FIRST_DAY + timedelta(days=min(max(day, 0), DAYS), seconds=number % 86_400)
        seen = _moment(FIRST_DAY + timedelta(days=DAYS + 1))
        article = {
            "id": key,
            "url": url,
            "outlet": outlet,
            "outlet_name": f"The Outlet {number % OUTLETS}",
            "country": lang.upper(),
            "first_seen": seen,
            "last_seen": seen,
            "current_version": 1,
            "extractor": "bench",
            "extracted_at": seen,
            "address_key": address_key(url),
            "story": story,
        }
        version = {
            "article_id": key,
            "version": 1,
            "digest": digest(url, title),
            "title": title,
            "paragraphs": json.dumps([text for text, _, _ in texts], ensure_ascii=False),
            "authors": '["Ann Example"]',
            "lang": lang,
            "published": None if published is None else _moment(published),
            "fetched": seen,
            "first_seen": seen,
            "last_seen": seen,
            "marks": "[]",
            "provenance": "{}",
        }
        page = {
            "key": digest(url),
            "url": url,
            "outlet": outlet,
            "outcome": "kept" if number % 9 else "off_topic:no_privacy",
            "status": 200,
            "article_id": key,
            "fetched": seen,
            "crawl_id": 1,
        }
        subjects = [self._vendors[_skewed(chance, len(self._vendors))] for _ in range(3)]
        made = [self._claim(key, n, texts, folded_title, seen, subjects) for n in range(share)]
        named = [{"article_id": key, "vendor": vendor} for vendor in dict.fromkeys(subjects)]
        head = {
            "number": number + 1,
            "article_id": key,
            "outlet": outlet,
            "lang": lang,
            "published": version["published"],
        }
        words = {"title": title_keys, "body": " ".join(found for _, _, found in texts)}
        return [article], [version], [page], made, named, [head], [{"rowid": number + 1, **words}]

    def _claim(
        self,
        article: str,
        number: int,
        texts: Sequence[tuple[str, str, str]],
        folded_title: str,
        seen: str,
        subjects: Sequence[str],
    ) -> dict[str, Any]:
        chance = self._chance
        paragraph = number % PARAGRAPHS
        quote, folded, _ = texts[paragraph]
        practice = self._practices[_skewed(chance, len(self._practices))]
        source_type = SOURCE_TYPES[_skewed(chance, len(SOURCE_TYPES))]
        source = None if source_type == "article" else "a person who knows"
        cue = {"role": "practice", "paragraph": paragraph, "start": 0, "end": 8}
        return {
            "id": digest(article, str(number))[:16],
            "article_id": article,
            "first_version": 1,
            "last_version": 1,
            "paragraph": paragraph,
            "start": 0,
            "end": len(quote),
            "quote": quote,
            "vendor": chance.choice(subjects),
            "practice": practice,
            "polarity": "affirmed" if chance.random() < 0.8 else "denied",
            "certainty": "certain" if chance.random() < 0.85 else "uncertain",
            "source_type": source_type,
            "source": source,
            "rule": "encoder",
            "cues": json.dumps([{**cue, "text": quote[:8], "note": ""}], ensure_ascii=False),
            "folded": "\n".join((folded, folded_title, source or "")),
            "extractor": "bench",
            "extracted_at": seen,
            "confidence": round(chance.uniform(0.5, 1), 4),
        }


def _sentences() -> dict[str, list[tuple[str, str, str]]]:
    """Sentences by language, each also folded and as the search's keys."""
    found: dict[str, list[tuple[str, str, str]]] = {"fr": [], "en": []}
    for file in sorted(TRAINING.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            article = json.loads(line)
            for paragraph in article["paragraphs"]:
                sentence = paragraph.partition(". ")[0].strip()[:300]
                search_keys = " ".join(keys(sentence, article["lang"]))
                found[article["lang"]].append((sentence, fold(sentence), search_keys))
    return found


def _skewed(chance: random.Random, size: int) -> int:
    """A number below `size`, small ones more often."""
    return min(int(chance.expovariate(4 / size)), size - 1)


def _moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f")


def _insert(
    connection: sa.Connection, table: sa.TableClause, rows: Iterator[dict[str, Any]]
) -> None:
    """Rows as they are, past what prepares text from outside."""
    every = list(rows)
    if every:
        columns = ", ".join(f'"{name}"' for name in every[0])
        marks = ", ".join("?" * len(every[0]))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({columns}) VALUES ({marks})",  # noqa: S608 - names of our own
            [tuple(row.values()) for row in every],
        )
