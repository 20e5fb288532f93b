import gzip
from datetime import UTC, datetime

import pytest
from scrapy.http import HtmlResponse

from analysis.errors import InputError
from crawler.discovery import Link, clean_url, read_feed, read_listing, read_sitemap
from crawler.outlets import Listing

BASE = "https://gazette.example/feeds/all.xml"
MAX = 1_000_000
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><link>https://gazette.example/tech/1?utm_source=rss&amp;id=7#xtor=RSS-1</link>
<pubDate>Thu, 02 May 2024 08:00:00 +0200</pubDate></item>
<item><link>/tech/2</link></item>
<item><title>no link</title></item>
<item><link>javascript:alert(1)</link></item>
<item><link>http://[::1</link></item></channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><link rel="alternate" href="https://gazette.example/a"/>
<published>2024-05-02T08:00:00+02:00</published><updated>2024-05-03T10:00:00Z</updated></entry>
</feed>"""
SITEMAP = """<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://gazette.example/undated</loc></url>
<url><loc> https://gazette.example/old </loc><lastmod>2024-01-31</lastmod></url>
<url><loc>https://gazette.example/new</loc><news:news>
<news:publication_date>2024-05-02T08:00:00+02:00</news:publication_date></news:news></url>
<url><loc>https://gazette.example/odd</loc><lastmod>May</lastmod></url></urlset>"""
EIGHT = datetime(2024, 5, 2, 6, tzinfo=UTC)


def test_an_rss_feed_gives_its_links_and_dates():
    assert read_feed(RSS.encode(), BASE, MAX) == [
        Link("https://gazette.example/tech/1?id=7", published=EIGHT),
        Link("https://gazette.example/tech/2"),
    ]


def test_an_atom_feed_gives_both_dates():
    (link,) = read_feed(ATOM.encode(), BASE, MAX)
    assert link == Link("https://gazette.example/a", EIGHT, datetime(2024, 5, 3, 10, tzinfo=UTC))
    assert link.touched == link.modified


def test_a_feed_gives_titles_teasers_and_sections_as_plain_text():
    item = (
        "<item><link>/tech/1</link><title>Alexa &amp;amp; &lt;b&gt;vous&lt;/b&gt;</title>"
        "<description>&lt;p&gt;Elle\n entend.&lt;/p&gt;</description>"
        "<category>Vie privée</category><category> </category></item>"
    )
    (link,) = read_feed(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode(), BASE, MAX)
    assert (link.title, link.summary, link.sections) == (
        *("Alexa & vous", "Elle entend."),
        ("Vie privée",),
    )


def test_a_news_sitemap_gives_titles_and_keywords():
    news = "<news:title>Alexa vous entend</news:title><news:keywords>tech, voix</news:keywords>"
    body = SITEMAP.replace("<news:news>", f"<news:news>{news}", 1)
    link = read_sitemap(body.encode(), BASE, MAX)[0][0]
    assert (link.title, link.sections) == ("Alexa vous entend", ("tech", "voix"))


def test_a_sitemap_of_many_thousand_entries_is_read():
    entries = "".join(
        f"<url><loc>{BASE}/{n}</loc><lastmod>2024-01-{n % 28 + 1:02}</lastmod></url>"
        for n in range(50_000)
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    links, _ = read_sitemap(gzip.compress(body.encode()), BASE, 50 * MAX)
    assert len(links) == 50_000
    assert links[0].modified == datetime(2024, 1, 28, tzinfo=UTC)


def test_feeds_and_sitemaps_may_be_gzipped():
    assert len(read_feed(gzip.compress(RSS.encode()), BASE, MAX)) == 2
    assert len(read_sitemap(gzip.compress(SITEMAP.encode()), BASE, MAX)[0]) == 4


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Page not found</body></html>", b"{}", b"\x00\xff", b"\x1f\x8b\x08broken"],
)
@pytest.mark.parametrize("read", [read_feed, read_sitemap])
def test_what_is_neither_feed_nor_sitemap_is_named(read, body):
    with pytest.raises(InputError):
        read(body, BASE, MAX)


@pytest.mark.parametrize("read", [read_feed, read_sitemap])
def test_decompression_is_bounded(read):
    with pytest.raises(InputError, match="exceeded"):
        read(gzip.compress(b"x" * 2 * MAX), BASE, MAX)


def test_a_feed_that_names_a_file_is_not_opened(tmp_path):
    path = tmp_path / "feed.xml"
    path.write_text(RSS)
    with pytest.raises(InputError, match="neither RSS nor Atom"):
        read_feed(str(path).encode(), BASE, MAX)


def test_a_sitemap_gives_the_newest_first_and_the_undated_last():
    links, sitemaps = read_sitemap(SITEMAP.encode(), BASE, MAX)
    assert [(link.url.rpartition("/")[2], link.touched) for link in links] == [
        ("new", EIGHT),
        ("old", datetime(2024, 1, 31, tzinfo=UTC)),
        ("undated", None),
        ("odd", None),
    ]
    assert sitemaps == []


def test_a_sitemap_index_gives_sitemaps():
    index = SITEMAP.replace("urlset", "sitemapindex").replace("url>", "sitemap>")
    links, sitemaps = read_sitemap(index.encode(), BASE, MAX)
    assert links == []
    assert len(sitemaps) == 4


def test_external_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://gazette.example/secret")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{secret}">]>'
        "<urlset><url><loc>&x;</loc></url></urlset>"
    )
    assert read_sitemap(body.encode(), BASE, MAX) == ([], [])


@pytest.mark.parametrize("selector", ["h2 a", "h2 a::attr(href)"])
def test_a_listing_gives_its_links_and_the_next_page(selector):
    response = HtmlResponse(
        "https://gazette.example/tech/",
        body=b'<base href="https://gazette.example/x/"><a href="/nav">n</a><h2><a href="1">a</a>'
        b'<a>no address</a><a href="mailto:x@y">m</a></h2><a rel="next" href="?page=2">n</a>',
        encoding="utf-8",
    )
    listing = Listing(url=response.url, links=selector, next="a[rel=next]")
    words = "" if selector.endswith("(href)") else "a"
    assert read_listing(response, listing) == (
        [Link("https://gazette.example/x/1", title=words)],
        "https://gazette.example/x/?page=2",
    )


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("/a#top", "https://gazette.example/a"),
        ("//other.example/a", "https://other.example/a"),
        (" https://gazette.example/a?utm_medium=x ", "https://gazette.example/a"),
        ("", None),
        (None, None),
        ("ftp://gazette.example/a", None),
        ("http://", None),
        ("http://gazette.example:port/", None),
    ],
)
def test_addresses_are_cleaned(address, url):
    assert clean_url(address, BASE) == url
