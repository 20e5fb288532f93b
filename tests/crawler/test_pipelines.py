import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from crawler.confined import confined_of
from crawler.outlets import Outlet
from crawler.pipelines import ParsePipeline
from crawler.visits import Visit

OUTLET = Outlet(
    id="gazette",
    name="La Gazette",
    country="FR",
    language="fr",
    home="https://gazette.example/",
    feeds=("https://gazette.example/rss.xml",),
)
URL = "https://gazette.example/a"


def visit(body: bytes) -> Visit:
    return Visit(
        URL, OUTLET, fetched=datetime(2024, 5, 2, tzinfo=UTC), final_url=URL, status=200, body=body
    )


@pytest.fixture(scope="module")
def parse():
    """What the pipeline makes of a visit, with the limits of a crawl."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    crawler = Crawler(Spider, settings)
    pipeline = ParsePipeline(crawler)
    yield lambda item: asyncio.run(pipeline.process_item(item))
    confined_of(crawler).close()


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", "no_body"),
        (b"<html></html>", "no_body"),
        (b"<div>" * 300 + b"x", "too_large"),
        (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_a_page_without_an_article_has_its_reason(parse, body, outcome):
    done = parse(visit(body))
    assert (done.outcome, done.article, done.body) == (outcome, None, b"")


@hypothesis(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"<p>", b"</p>", b"<html>", b"<!--", b"\x00", b"\xff\xfe", b"&#xD800;", b"<script>",
             b'<script type="application/ld+json">{"@type":"NewsArticle","datePublished":[{}]}',
             b"</script>", b'<meta property="article:published_time" content="9999-99-99">',
             b'<link rel="canonical" href="http://[">', b"L'assistant vocal coute. ", b"<article>"]
        ),
        max_size=30,
    ).map(b"".join)
)  # fmt: skip
def test_no_page_can_stop_the_crawl(parse, body):
    done = parse(visit(body))
    assert done.article or done.outcome in {"no_body", "parse_error"}
    assert done.body == b""
