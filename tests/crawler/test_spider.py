"""Whole crawls, by the real command, of sites that behave well and badly."""

import gzip
import signal
import socket
import time
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import Press

SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
)
INDEX = (
    '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<sitemap><loc>{}</loc></sitemap></sitemapindex>"
)


@pytest.fixture(scope="module")
def misbehaviour(new_site, new_run):
    """One crawl of many troublesome outlets; the sites by outlet, the run, the output."""
    run = new_run()
    names = (
        "pages robots503 robotsdown robotsslow robotshtml forbids notxml empty nolinks "
        "sitemaps private named redirects scope crawldelay"
    )
    sites = {name: new_site() for name in names.split()}
    elsewhere = new_site()
    elsewhere.put_article("/secret")
    for name, site in sites.items():
        site.put_feed("/feed", [site.url("/a")])
        site.put_article("/a", more=name)

    pages = sites["pages"]
    pages.put_article("/nodate", date="")
    pages.put_article("/three-megabytes", more="<!--" + "x" * 3_000_000 + "-->")
    pages.put_article("/english", "en")
    pages.put_article("/german", "de")
    pages.put_article("/off", "off")
    pages.put("/nothing", "")
    pages.put("/bare", "<html><body></body></html>")
    pages.put("/pdf", b"%PDF-1.4 ...", headers={"Content-Type": "application/pdf"})
    pages.put("/huge", b"x" * 11_000_000)
    html = {"Content-Type": "text/html"}
    bomb = zlib.compress(b"<p>x</p>" * 3_000_000)
    pages.put("/bomb", bomb, headers=html | {"Content-Encoding": "deflate"})
    pages.put("/500", "sorry", status=500)
    pages.put("/gone", "gone", status=410)
    pages.put_article("/late", delay=8)
    pages.put_article("/latin")
    pages.put(
        "/latin",
        pages.answers["/latin"].body.decode().replace("’", "'").encode("latin-1"),
        headers={"Content-Type": "text/html; charset=ISO-8859-1"},
    )
    paths = [path for path in pages.answers if path != "/feed"] + ["/404"]
    pages.put_feed("/feed", [*map(pages.url, paths), "javascript:void(0)", "http://[::1", ""])

    sites["robots503"].put("/robots.txt", "busy", status=503)
    sites["robotsslow"].put("/robots.txt", "User-agent: *\nAllow: /", delay=8)
    sites["robotshtml"].put("/robots.txt", "Disallow: /", status=404)
    sites["forbids"].put("/robots.txt", "User-agent: earshot\nDisallow: /private/\n")
    sites["forbids"].put_article("/private/b")
    sites["forbids"].put_feed("/feed", list(map(sites["forbids"].url, ("/a", "/private/b"))))
    sites["crawldelay"].put("/robots.txt", "User-agent: *\nCrawl-delay: 1\n")
    sites["notxml"].put("/feed", "<html><body><h1>Subscribe to our feed</h1></body></html>")
    sites["notxml"].put("/map.xml", "<html><body>No map</body></html>")
    sites["empty"].put("/feed", "")
    sites["nolinks"].put("/list", "<html><body><p>Redesigned</p></body></html>")

    maps = sites["sitemaps"]
    maps.put("/index.xml", INDEX.format(maps.url("/map.xml.gz")))
    news = (
        '<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        "<news:publication_date>2024-05-02</news:publication_date></news:news>"
    )
    listed = f"<url><loc>{maps.url('/a')}</loc>{news}</url>"
    xml = SITEMAP.format(listed).encode()
    maps.put("/map.xml.gz", gzip.compress(xml), headers={"Content-Type": "application/gzip"})

    redirects = sites["redirects"]
    targets = {
        "/inside": elsewhere.url("/secret"),
        "/metadata": "http://169.254.169.254/latest/meta-data/",
        "/away": "http://news.example/",
        "/file": "file:///etc/passwd",
        "/moved": "/a",
        "/loop": "/loop",
    }
    for path, target in targets.items():
        redirects.put(path, status=302, headers={"Location": target})
    redirects.put_feed("/feed", list(map(redirects.url, targets)))

    scope = sites["scope"]
    scope.put_article("/video/1")
    scope.put_article("/tech/1")
    scope.put_article("/local/1")
    there = map(scope.url, ("/video/1", "/tech/1", "/tech/1#comments", "/local/1"))
    scope.put_feed("/feed", [*there, elsewhere.url("/secret"), scope.url("/tech/1?utm_source=rss")])

    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    named = sites["named"]
    special = {
        "robotsdown": {"home": closed, "feeds": [f"{closed}feed"]},
        "notxml": {
            "feeds": [sites["notxml"].url("/feed")],
            "sitemaps": [sites["notxml"].url("/map.xml")],
        },
        "nolinks": {"listings": [{"url": sites["nolinks"].url("/list"), "links": "h2 a"}]},
        "sitemaps": {"sitemaps": [maps.url("/index.xml")]},
        "private": {"private_addresses": False},
        "named": {
            "private_addresses": False,
            "home": f"http://localhost:{named.port}/",
            "feeds": [f"http://localhost:{named.port}/feed"],
        },
        "scope": {"patterns": {"allow": ["/tech/", "/video/"], "deny": ["/video/"]}},
    }
    entries = [site.outlet(name, **special.get(name, {})) for name, site in sites.items()]
    process = run.start(
        *("scrapy", "crawl", "news", "-s", "DOWNLOAD_TIMEOUT=3", "-s", "BACKOFF_FIRST_WAIT=0.1"),
        *("-a", f"outlets={run.outlets(*entries)}", "-a", "contact=desk@newsroom.example"),
    )
    out, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors
    return {**sites, "elsewhere": elsewhere}, run, out + errors


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/a", "kept"),
        ("/nodate", "kept"),
        ("/three-megabytes", "kept"),
        ("/english", "kept"),
        ("/latin", "kept"),
        ("/german", "unknown_language:de"),
        ("/off", "off_topic:no_assistant"),
        ("/nothing", "no_body"),
        ("/bare", "no_body"),
        ("/pdf", "not_html"),
        ("/huge", "too_large"),
        ("/bomb", "too_large"),
        ("/500", "http_500"),
        ("/gone", "http_410"),
        ("/404", "http_404"),
        ("/late", "timeout"),
    ],
)
def test_each_page_has_its_outcome(misbehaviour, path, outcome):
    sites, run, _ = misbehaviour
    page = run.page(sites["pages"].url(path))
    assert page.outcome == outcome
    assert (page.article_id is not None) == (outcome == "kept")


@pytest.mark.parametrize(
    ("outlet", "counts"),
    [
        ("robots503", {"feed:robots_unreachable": 1}),
        ("robotsdown", {"feed:robots_unreachable": 1}),
        ("robotsslow", {"feed:robots_unreachable": 1}),
        ("robotshtml", {"feed:read": 1, "new": 1}),
        ("forbids", {"feed:read": 1, "new": 1, "robots": 1}),
        ("notxml", {"feed:not_xml": 1, "sitemap:not_xml": 1}),
        ("empty", {"feed:not_xml": 1}),
        ("nolinks", {"listing:no_links": 1}),
        ("sitemaps", {"sitemap:index": 1, "sitemap:read": 1, "new": 1}),
        ("private", {"feed:private_address": 1}),
        ("named", {"feed:private_address": 1}),
        (
            "redirects",
            {
                "feed:read": 1,
                "private_address": 2,
                "offsite": 1,
                "http_302": 1,
                "redirects": 1,
                "new": 1,
            },
        ),
        ("scope", {"feed:read": 1, "new": 1}),
    ],
)
def test_each_outlet_has_its_counts(misbehaviour, outlet, counts):
    _, run, _ = misbehaviour
    assert run.stats()[outlet] == counts


@pytest.mark.parametrize("outlet", ["robots503", "robotsslow"])
def test_nothing_but_an_unreadable_robots_txt_is_asked_for(misbehaviour, outlet):
    sites, _, _ = misbehaviour
    assert {path for path, _ in sites[outlet].requests} == {"/robots.txt"}


@pytest.mark.parametrize("outlet", ["private", "named", "elsewhere"])
def test_nothing_reaches_a_private_address_that_is_not_permitted(misbehaviour, outlet):
    sites, _, _ = misbehaviour
    assert sites[outlet].requests == []


def test_articles_are_asked_for_in_the_order_of_the_feed(three_crawls):
    _, _, results = three_crawls
    assert [path for path, _ in results[0][2]["gazette"]] == [
        *("/robots.txt", "/feed", "/a", "/b", "/c", "/off"),
    ]


def test_forbidden_paths_are_not_asked_for(misbehaviour):
    sites, _, _ = misbehaviour
    assert sites["forbids"].asked("/private/b") == []


def test_the_crawler_says_who_it_is(misbehaviour):
    sites, _, _ = misbehaviour
    assert sites["pages"].agents == {"Earshot/0.1.0 (+desk@newsroom.example)"}


def test_a_crawl_delay_is_kept(misbehaviour):
    sites, _, _ = misbehaviour
    robots, feed, article = sites["crawldelay"].times
    assert article - feed > 0.5
    assert feed - robots > 0.5


def test_an_article_without_a_date_is_kept_without(misbehaviour):
    sites, run, _ = misbehaviour
    with run.store() as store:
        article = store.article(store.page(sites["pages"].url("/nodate")).article_id)
    assert article.published is None
    assert article.outlet == "pages"


def test_the_declared_charset_is_heeded(misbehaviour):
    sites, run, _ = misbehaviour
    with run.store() as store:
        article = store.article(store.page(sites["pages"].url("/latin")).article_id)
    assert "d'Alexa pour améliorer" in article.paragraphs[0]


def test_what_went_wrong_is_said(misbehaviour):
    _, _, output = misbehaviour
    for line in (
        "Warning: Notxml gave no article at all",
        "Warning: Robots503 gave no article at all",
        "11 new, 0 changed, 0 unchanged, ",
    ):
        assert line in output
    assert "Warning: Pages" not in output
    assert "Traceback" not in output


def test_failed_pages_leave_no_traceback_and_rejected_ones_are_not_asked_again(misbehaviour):
    sites, run, _ = misbehaviour
    pages = sites["pages"]
    pages.requests.clear()
    pages.put_article("/500")
    pages.answers["/late"].delay = 0
    outlets = run.folder / "outlets.yml"
    done = run.crawl("crawl", "--outlets", str(outlets), "--outlet", "pages")
    assert done.returncode == 0
    assert pages.asked("/off") == pages.asked("/german") == pages.asked("/huge") == []
    assert pages.asked("/500") == [200]
    assert pages.asked("/a") == []
    assert run.stats()["pages"]["off_topic:no_assistant"] == 1
    assert run.stats()["pages"]["known"] == 5


@pytest.fixture(scope="module")
def three_crawls(new_site, new_run):
    """Three crawls: the first, one with nothing new, one after changes. Sites, run, results."""
    run = new_run()
    # The visit after an hour is due in the second crawl and, put back, again in the third.
    recent = {"date": (datetime.now(UTC) - timedelta(minutes=90)).isoformat()}
    sites = {name: new_site(name != "bare") for name in ("gazette", "bare", "drift", "twin")}
    for name in ("gazette", "bare"):
        site = sites[name]
        for path in ("/a", "/b", "/c"):
            site.put_article(path, **recent)
        site.put_article("/off", "off", **recent)
        site.put_feed("/feed", list(map(site.url, ("/a", "/b", "/c", "/off"))))
    drift, twin = sites["drift"], sites["twin"]
    drift.put_article("/a", **recent)
    drift.put("/flaky", "sorry", status=500)
    drift.put_feed("/feed", list(map(drift.url, ("/a", "/flaky"))))
    canonical = f'<head><link rel="canonical" href="{twin.url("/a")}">'.encode()
    twin.put_article("/a", **recent)
    page = twin.answers["/a"].body.replace(b"<head>", canonical)
    twin.put("/a", page)
    twin.put("/amp/a", page.replace(b"Article", b"AMP"))
    twin.put_feed("/feed", list(map(twin.url, ("/a", "/amp/a"))))
    slowly = {"politeness": {"delay": 0, "concurrency": 1}}
    outlets = run.outlets(*(site.outlet(name, **slowly) for name, site in sites.items()))

    results = []
    for number in range(3):
        for site in sites.values():
            site.requests.clear()
        if number:
            run.put_back(timedelta(hours=1))
        if number == 1:
            drift.put_article("/flaky", **recent)
        if number == 2:
            for name in ("gazette", "bare"):
                sites[name].put_article(
                    "/b", more="La phrase a changé sans que rien ne le dise.", **recent
                )
            drift.put_article("/a", "off", **recent)
        done = run.crawl("crawl", "--outlets", outlets)
        assert done.returncode == 0, done.stderr
        asked = {name: list(site.requests) for name, site in sites.items()}
        results.append((done.stdout + done.stderr, run.stats(), asked))
    return sites, run, results


@pytest.mark.parametrize("outlet", ["gazette", "bare"])
def test_a_second_crawl_asks_only_for_changes(three_crawls, outlet):
    _, _, results = three_crawls
    assert results[0][1][outlet] == {"feed:read": 1, "new": 3, "off_topic:no_assistant": 1}
    _, stats, asked = results[1]
    assert stats[outlet]["unchanged"] == 3
    assert not stats[outlet].keys() & {"new", "changed"}
    paths = dict(asked[outlet])
    assert {paths[path] for path in ("/feed", "/a", "/b", "/c")} == (
        {304} if outlet == "gazette" else {200}
    )
    assert "/off" not in paths


@pytest.mark.parametrize("outlet", ["gazette", "bare"])
def test_a_silent_edit_is_noticed_and_both_versions_kept(three_crawls, outlet):
    sites, run, results = three_crawls
    assert results[2][1][outlet]["changed"] == 1
    assert results[2][1][outlet]["unchanged"] == 2
    with run.store() as store:
        versions = store.versions(store.page(sites[outlet].url("/b")).article_id)
    assert len(versions) == 2
    assert versions[1].paragraphs[-1].endswith("La phrase a changé sans que rien ne le dise.")


def test_a_stored_article_stays_when_its_edit_is_off_topic(three_crawls):
    _, _, results = three_crawls
    assert results[2][1]["drift"]["changed"] == 1


def test_a_feed_is_read_again_until_all_its_articles_came(three_crawls):
    _, _, results = three_crawls
    assert [stats["drift"] for _, stats, _ in results[:2]] == [
        {"feed:read": 1, "new": 1, "http_500": 1},
        {"feed:read": 1, "unchanged": 1, "new": 1},
    ]
    assert [dict(asked["drift"])["/feed"] for _, _, asked in results] == [200, 200, 304]


def test_two_addresses_of_one_article_are_one_article(three_crawls):
    _, _, results = three_crawls
    assert [stats["twin"] for _, stats, _ in results] == [
        {"feed:read": 1, "new": 1, "duplicate": 1},
        {"feed:unchanged": 1, "unchanged": 1},
        {"feed:unchanged": 1, "unchanged": 1},
    ]


def test_outlets_that_gave_nothing_new_raise_no_alarm(three_crawls):
    _, _, results = three_crawls
    assert not any("Warning" in output for output, _, _ in results)


def test_everything_is_asked_for_again_on_demand(run, site):
    site.put_article("/a")
    site.put_article("/off", "off")
    site.put_feed("/feed", list(map(site.url, ("/a", "/off"))))
    outlets = run.outlets(site.outlet("gazette"))
    run.crawl("crawl", "--outlets", outlets)
    done = run.crawl("crawl", "--outlets", outlets, "--refetch")
    assert "0 new, 0 changed, 1 unchanged, 1 passed over" in done.stdout
    assert site.asked("/feed") == site.asked("/a") == site.asked("/off") == [200, 200]


def test_listings_are_paged_and_dates_and_limits_heeded(run, new_site):
    listed, dated = new_site(), new_site()
    for number in (1, 2, 3, 4):
        listed.put_article(f"/{number}")
        listed.put(
            f"/list/{number}",
            f'<div class="nav"><a href="/nav">x</a></div><h2><a href="/{number}">t</a></h2>'
            f'<a class="next" href="/list/{number + 1}">next</a>',
        )
    listing = {"url": listed.url("/list/1"), "links": "h2 a", "next": "a.next", "max_pages": 3}
    for path in ("/old", "/new", "/newer", "/undated"):
        dated.put_article(path)
    days = {"/old": "2024-01-31", "/new": "2024-02-01", "/newer": "2024-05-01T10:00:00+02:00"}
    urls = [f"<url><loc>{dated.url(p)}</loc><lastmod>{d}</lastmod></url>" for p, d in days.items()]
    urls.append(f"<url><loc>{dated.url('/undated')}</loc></url>")
    dated.put("/map.xml", SITEMAP.format("".join(urls)))
    outlets = run.outlets(
        listed.outlet("listed", listings=[listing]),
        dated.outlet("dated", sitemaps=[dated.url("/map.xml")]),
    )
    done = run.crawl("crawl", "--outlets", outlets, "--since", "2024-02-01", "--max-pages", "2")
    assert done.returncode == 0
    assert run.stats() == {
        "listed": {"listing:read": 3, "new": 2, "limit": 1},
        "dated": {"sitemap:read": 1, "new": 2, "too_old": 1, "limit": 1},
    }
    assert dated.asked("/newer") == dated.asked("/new") == [200]
    assert listed.asked("/list/4") == listed.asked("/nav") == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_crawl_cut_short_goes_on_next_time(run, site, how):
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        site.put_article(path, delay=0.2)
    site.put_feed("/feed", list(map(site.url, paths)))
    entry = site.outlet("gazette", politeness={"delay": 0, "concurrency": 1})
    outlets = run.outlets(entry)
    process = run.start("crawler", "crawl", "--outlets", outlets)
    deadline = time.monotonic() + 60
    while run.kept() < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(how)
    out, errors = process.communicate(timeout=60)

    with run.store() as store:
        crawl = store.overview().last_crawl
        kept = store.overview().articles
    assert 0 < kept < 20
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "Stopping after the pages in hand" in errors
        assert "Interrupted" in errors
        assert crawl.interrupted
        assert crawl.stats["gazette"]["new"] == kept
    assert "Traceback" not in out + errors

    entry["politeness"]["concurrency"] = 8
    for answer in site.answers.values():
        answer.delay = 0
    again = run.crawl("crawl", "--outlets", run.outlets(entry))
    assert again.returncode == 0
    stats = run.stats()["gazette"]
    assert stats["new"] == 20 - kept
    assert stats.get("known", 0) + stats.get("unchanged", 0) == kept
    assert "Nothing changed" not in again.stdout


def test_the_demonstration_press_twice(run):
    with Press(edition=1, delay=0.5) as press:
        ports = [urlsplit(press.url(room.key)).port for room in press.newsrooms]
        outlets = str(press.outlets_file(run.folder))
        first = run.crawl("crawl", "--outlets", outlets)
        assert first.returncode == 0, first.stderr
        assert "Warning" not in first.stderr
        counts = run.stats()
        assert set(counts) == {room.key for room in press.newsrooms}
        assert all(outlet["new"] for outlet in counts.values())
        assert counts["lagazette"]["robots"] > 0
        assert counts["quotidien"]["http_404"] == 1
        second = run.crawl("crawl", "--outlets", outlets)
        assert "Nothing changed since the last crawl." in second.stdout
        assert "0 new, 0 changed" in second.stdout
    with Press(ports=ports, edition=2, delay=0.5):
        third = run.crawl("crawl", "--outlets", outlets)
    assert "0 new, 1 changed" in third.stdout
