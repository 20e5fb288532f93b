"""The demonstration press over HTTP: what it serves, and how."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from analysis.errors import CrawlError
from crawler.demo.press import PRESS_FOLDER, PressArticle
from crawler.demo.server import HOST, OUTLETS_FILE, Press, readdressed
from crawler.outlets import load_outlets

KEYS = ("lagazette", "courrier", "quotidien", "techledger", "consumerdesk")
HOSTILE = """\
slug: hostile
section: tech
title: 'Tags </title><script>alert("1")</script> & "quotes"'
authors: ['<b>Mallory</b>']
published: 2024-01-02T03:04:05+00:00
caption: '<img src=x onerror=alert(1)>'
paragraphs: ['</script><script>alert(2)</script> & more', {heading: '<i>Heading</i>'}, 'Third.']
"""


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(self.headers.get_content_charset() or "ascii")


def get(url: str, method: str = "GET", **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    query = f"?{parts.query}" if parts.query else ""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, parts.path + query, headers=named)
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read())
    connection.close()
    return answer


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(delay=0.3) as running:
        yield running


def articles(press: Press, outlet: str) -> tuple[PressArticle, ...]:
    return next(room.articles for room in press.newsrooms if room.key == outlet)


def listed(press: Press, outlet: str) -> tuple[PressArticle, ...]:
    return next(room.listed for room in press.newsrooms if room.key == outlet)


def first_with(press: Press, outlet: str, quirk: str) -> PressArticle:
    return next(article for article in articles(press, outlet) if quirk in article.quirks)


def locations(xml: str) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(xml).findall(".//{*}loc")]


@pytest.mark.parametrize("key", KEYS)
def test_every_link_of_a_home_page_leads_somewhere(press: Press, key: str) -> None:
    home = get(press.url(key))
    links = set(re.findall(r'(?:href|src)="(http[^"]+)"', home.text))
    assert len(links) > 10
    assert all(link.startswith(press.url(key)) for link in links)
    assert {link: get(link).status for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("key", KEYS)
def test_every_page_says_that_it_is_a_demonstration(press: Press, key: str) -> None:
    paths = ["/", "/no-such-page", *(article.path for article in articles(press, key)[:2])]
    for path in paths:
        footer = get(press.url(key, path)).text.partition("<footer")[2]
        assert re.search("demonstration|démonstration", footer), path


@pytest.mark.parametrize("key", KEYS)
def test_canonical_link_and_unknown_query(press: Press, key: str) -> None:
    path = articles(press, key)[-1].path
    answer = get(press.url(key, f"{path}?utm_source=feed"))
    assert f'<link rel="canonical" href="{press.url(key, path)}">' in answer.text


@pytest.mark.parametrize(
    ("key", "json_ld", "open_graph", "article_times"),
    [
        ("lagazette", True, True, False),
        ("courrier", False, True, False),
        ("quotidien", False, False, False),
        ("techledger", True, True, False),
        ("consumerdesk", False, True, True),
    ],
)
def test_markup(
    press: Press, key: str, json_ld: bool, open_graph: bool, article_times: bool
) -> None:
    page = get(press.url(key, articles(press, key)[0].path)).text
    assert ("application/ld+json" in page) == json_ld
    assert ('property="og:title"' in page) == open_graph
    assert ('property="article:published_time"' in page) == article_times


@pytest.mark.parametrize("key", ["lagazette", "techledger"])
def test_json_ld_describes_the_article(press: Press, key: str) -> None:
    article = articles(press, key)[0].at_edition(2)
    page = get(press.url(key, article.path)).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    data = json.loads(found)
    nodes = data["@graph"] if key == "techledger" else [data]
    (story,) = (node for node in nodes if node["@type"] == "NewsArticle")
    assert story["headline"] == article.title
    assert [author["name"] for author in story["author"]] == list(article.authors)
    assert story["datePublished"] == article.published.isoformat()
    assert ("@graph" in data) == (key == "techledger")


def test_feeds_list_every_article_even_the_forbidden_ones(press: Press) -> None:
    rss = ElementTree.fromstring(get(press.url("lagazette", "/rss.xml")).body)
    atom = ElementTree.fromstring(get(press.url("courrier", "/atom.xml")).body)
    links = [str(item.findtext("link")) for item in rss.iter("item")]
    entries = [str(link.get("href")) for link in atom.findall("{*}entry/{*}link")]
    for key, found in (("lagazette", links), ("courrier", entries)):
        assert found == [press.url(key, article.path) for article in listed(press, key)]
    assert any("/prive/" in link for link in links)
    assert "Disallow: /prive/" in get(press.url("lagazette", "/robots.txt")).text


def test_news_sitemap_stands_behind_an_index(press: Press) -> None:
    robots = get(press.url("techledger", "/robots.txt")).text
    index = press.url("techledger", "/sitemap-index.xml")
    assert f"Sitemap: {index}" in robots
    years = locations(get(index).text)
    assert len(years) > 1
    pages = [url for year in years for url in locations(get(year).text)]
    expected = [press.url("techledger", article.path) for article in listed(press, "techledger")]
    assert pages == expected
    assert "news:publication_date" in get(years[0]).text


def test_listing_has_three_pages_and_a_dead_link(press: Press) -> None:
    url, pages = press.url("quotidien", "/actualites"), []
    links: list[str] = []
    while url:
        pages.append(url)
        page = get(url).text
        links += re.findall(r'class="headline" href="([^"]+)"', page)
        following = re.search(r'class="next" rel="next" href="([^"]+)"', page)
        url = following[1] if following else ""
    assert len(pages) == 3
    statuses = [get(link).status for link in links]
    assert sorted(statuses) == [200] * len(listed(press, "quotidien")) + [404]


def test_sitemap_beside_the_feed(press: Press) -> None:
    pages = locations(get(press.url("consumerdesk", "/sitemap.xml")).text)
    assert len(pages) == len(listed(press, "consumerdesk"))


def test_consent_layer_lies_over_the_article(press: Press) -> None:
    article = articles(press, "lagazette")[0]
    page = get(press.url("lagazette", article.path)).text
    assert 'role="dialog"' in page
    assert page.index('role="dialog"') < page.index("<article")
    assert 'role="dialog"' not in get(press.url("techledger")).text


def test_latin1_page_is_latin1_and_says_so(press: Press) -> None:
    article = first_with(press, "courrier", "latin1")
    answer = get(press.url("courrier", article.path))
    assert answer.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert '<meta charset="iso-8859-1">' in answer.text
    assert article.title in answer.text
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_slow_page_answers_late(press: Press) -> None:
    article = first_with(press, "techledger", "slow")
    start = time.monotonic()
    assert get(press.url("techledger", article.path)).status == 200
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("lagazette", "/rss.xml"),
        ("courrier", "/atom.xml"),
        ("quotidien", "/actualites"),
        ("techledger", "/sitemap-index.xml"),
        ("consumerdesk", None),
    ],
)
def test_unchanged_documents_are_confirmed(press: Press, key: str, path: str | None) -> None:
    url = press.url(key, path or articles(press, key)[0].path)
    first = get(url)
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for conditions, status in (
        ({"If_None_Match": etag}, 304),
        ({"If_None_Match": f'"other", W/{etag}'}, 304),
        ({"If_Modified_Since": modified}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": modified}, 200),
        ({"If_Modified_Since": "Mon, 02 Jan 2006 15:04:05 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
    ):
        answer = get(url, **conditions)
        assert answer.status == status, conditions
        assert answer.body == (b"" if status == 304 else first.body)


def test_an_undated_page_has_no_last_modified(press: Press) -> None:
    (undated,) = (article for article in articles(press, "quotidien") if not article.published)
    answer = get(press.url("quotidien", undated.path))
    assert "Last-Modified" not in answer.headers
    assert "datetime=" not in answer.text.partition("</main>")[0]


def test_head_sends_no_body(press: Press) -> None:
    answer = get(press.url("courrier"), method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


def test_requests_are_counted_by_outlet_and_path() -> None:
    with Press() as press:
        get(press.url("courrier", "/atom.xml"), User_Agent="Reader/1")
        get(press.url("courrier", "/atom.xml"))
        get(press.url("courrier", "/gone"))
        assert press.requests["courrier", "/atom.xml"] == 2
        assert press.requests["lagazette", "/atom.xml"] == 0
        assert [visit.status for visit in press.visits] == [200, 200, 404]
        assert press.visits[0].user_agent == "Reader/1"


def test_first_edition_and_the_later_one() -> None:
    pages = {}
    for edition in (1, 2):
        with Press(edition=edition) as press:
            (article,) = (a for a in articles(press, "consumerdesk") if a.edited)
            pages[edition] = get(press.url("consumerdesk", article.path))
    assert pages[1].headers["ETag"] != pages[2].headers["ETag"]
    edited = article.edited
    assert edited is not None
    stamp = f'article:modified_time" content="{edited.modified.isoformat()}"'
    assert stamp in pages[2].text
    assert stamp not in pages[1].text


def test_everything_is_escaped(tmp_path: Path) -> None:
    outlets = (PRESS_FOLDER / "outlets.yml").read_text(encoding="utf-8")
    (tmp_path / "outlets.yml").write_text(outlets, encoding="utf-8")
    for key in ("lagazette", "techledger"):
        (tmp_path / key).mkdir()
        (tmp_path / key / "hostile.yml").write_text(HOSTILE, encoding="utf-8")
    with Press(folder=tmp_path) as press:
        for key in ("lagazette", "techledger"):
            for path in ("/", "/tech/", "/tech/hostile", "/rss.xml", "/sitemap-news-2024.xml"):
                text = get(press.url(key, path)).text
                for harmful in ("<script>alert", "<b>Mallory", "<img src=x", "<i>Heading"):
                    assert harmful not in text, path
        ElementTree.fromstring(get(press.url("lagazette", "/rss.xml")).body)
        ElementTree.fromstring(get(press.url("techledger", "/sitemap-news-2024.xml")).body)


def test_a_port_in_use_is_named_and_the_others_are_freed() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CrawlError, match=f"port {port} .*--press-port"):
            Press([0, 0, port, 0, 0]).__enter__()


def test_ports_are_free_again_after_the_end() -> None:
    with Press() as press:
        ports = [int(press.url(key).split(":")[2].strip("/")) for key in KEYS]
    with Press(ports) as press:
        assert press.url("quotidien") == f"http://{HOST}:{ports[2]}/"


def test_outlets_file_of_the_crawler_agrees_with_the_press(press: Press, tmp_path: Path) -> None:
    fixed = {outlet.id: outlet for outlet in load_outlets(OUTLETS_FILE)}
    running = {outlet.id: outlet for outlet in load_outlets(press.outlets_file(tmp_path))}
    for room in press.newsrooms:
        outlet = fixed[room.key]
        assert (outlet.name, outlet.language) == (room.outlet.name, room.outlet.language)
        assert outlet.home == f"http://{HOST}:{room.outlet.port}/"
        assert running[room.key].home == press.url(room.key)
        for source in running[room.key].sources:
            assert source.startswith(press.url(room.key))
            assert get(source).status == 200


def test_new_addresses_may_have_the_ports_of_old_ones() -> None:
    moved = {8641: "http://127.0.0.1:8642/", 8642: "http://127.0.0.1:8641/"}
    text = "a http://127.0.0.1:8641/x b http://127.0.0.1:8642/ c http://127.0.0.1:86411/"
    expected = "a http://127.0.0.1:8642/x b http://127.0.0.1:8641/ c http://127.0.0.1:86411/"
    assert readdressed(text, moved) == expected


def test_newest_articles_come_first(press: Press) -> None:
    for room in press.newsrooms:
        dates = [article.published for article in room.articles if article.published]
        assert all(later >= earlier for later, earlier in pairwise(dates))
