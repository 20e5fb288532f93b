"""Searches, GDELT, paged listings and sitemaps in whole crawls, and a crawl only planned."""

import gzip
import json
from urllib.parse import parse_qs, urlsplit

import pytest

SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
)
INDEX = SITEMAP.replace("urlset", "sitemapindex")
JSON = {"headers": {"Content-Type": "application/json"}}
OFF = "Coupe de France : Lens passe au bout de la nuit"


def articles(*urls, **more):
    entries = [{"url": url, "title": OFF, "seendate": "20240502T080000Z"} for url in urls]
    return json.dumps({"articles": entries} | more)


@pytest.fixture(scope="module")
def crawled(new_site, new_run):
    """Two crawls of outlets that are found in every way; the sites, the run, its two reports."""
    run = new_run()
    names = ("searched", "paged", "mapped", "titled", "gdelt", "stranger")
    sites = {name: new_site() for name in names}
    searched, paged, mapped, titled, gdelt, stranger = sites.values()

    for number in (1, 2, 3):
        searched.put_article(f"/{number}")
        paged.put_article(f"/{number}")
        paged.put(f"/list?page={number}", f'<h2><a href="/{number}">t</a></h2>')
    searched.put("/search?q=Alexa", '<h2><a href="/1">t</a></h2><h2><a href="/2">t</a></h2>')
    searched.put("/search?q=vie+priv%C3%A9e", f'<h2><a href="/3">{OFF}</a></h2>')
    paged.put("/list?page=4", "<p>Rien</p>")

    for name in ("a", "b", "old"):
        mapped.put_article(f"/{name}")
        listed = f"<url><loc>{mapped.url(f'/{name}')}</loc></url>"
        body = gzip.compress(SITEMAP.format(listed).encode())
        mapped.put(f"/{name}.xml.gz", body, headers={"Content-Type": "application/gzip"})
    dates = {"a": "2024-05-02T08:00:00Z", "b": "2024-05-01", "old": "2019-01-01"}
    index = [
        f"<sitemap><loc>{mapped.url(f'/{name}.xml.gz')}</loc><lastmod>{date}</lastmod></sitemap>"
        for name, date in dates.items()
    ]
    mapped.put("/index.xml", INDEX.format("".join(index)))

    items = {"/a": "Alexa vous écoute encore", "/off": OFF, "/none": ""}
    titled.put(
        "/feed",
        '<rss version="2.0"><channel>'
        + "".join(
            f"<item><title>{title}</title><link>{titled.url(path)}</link></item>"
            for path, title in items.items()
        )
        + "</channel></rss>",
        headers={"Content-Type": "application/rss+xml"},
    )
    for path in items:
        titled.put_article(path)
    titled.put_article("/by-gdelt")
    titled.put_article("/video/x")

    answers = {
        "Alexa": articles(titled.url("/by-gdelt"), titled.url("/video/x"), stranger.url("/s")),
        "Siri": "Your query was too short or too long.",
        "Cortana": "Please limit requests to one every 5 seconds.",
        "Bixby": "{}",
        "Djingo": '{"articles": [',
    }
    for word, body in answers.items():
        path = (
            f"/doc?query={word}%20sourcelang%3Afrench&mode=artlist&format=json&sort=datedesc"
            "&maxrecords=250&timespan=24h"
        )
        gdelt.put(path, body, **JSON)
    entries = {
        "searched": {
            "searches": [
                {
                    "url": searched.url("/search?q={query}"),
                    "links": "h2 a",
                    "queries": ["Alexa", "vie privée"],
                }
            ]
        },
        "paged": {
            "listings": [{"url": paged.url("/list?page={page}"), "links": "h2 a", "max_pages": 9}]
        },
        "mapped": {"sitemaps": [mapped.url("/index.xml")]},
        "titled": {"patterns": {"deny": ["/video/"]}},
        "gdelt": {
            "gdelt": {
                "url": gdelt.url("/doc"),
                "languages": ["fr"],
                "days": 1,
                "strangers": True,
                "queries": list(answers),
            }
        },
    }
    outlets = run.outlets(*(sites[name].outlet(name, **more) for name, more in entries.items()))
    arguments = ("--outlets", outlets, "--contact", "desk@newsroom.example")
    plan = run.crawl("crawl", *arguments, "--since", "2019-06-01", "--dry-run")
    asked = {name: list(site.requests) for name, site in sites.items()}
    assert not (run.folder / "earshot.db").exists()
    results = []
    for _ in range(2):
        done = run.crawl("crawl", *arguments)
        assert done.returncode == 0, done.stderr
        results.append((run.stats(), done.stderr))
    return sites, run, results, (plan, asked)


@pytest.mark.parametrize(
    ("outlet", "counts"),
    [
        ("searched", {"search:read": 2, "new": 3}),
        ("paged", {"listing:read": 3, "listing:no_links": 1, "new": 3}),
        ("mapped", {"sitemap:index": 1, "sitemap:read": 3, "new": 3}),
        ("titled", {"feed:read": 1, "new": 3, "off_topic:title": 1}),
        (
            "gdelt",
            {
                "gdelt:read": 2,
                "gdelt:query_refused": 1,
                "gdelt:rate_limited": 1,
                "gdelt:not_json": 1,
            },
        ),
    ],
)
def test_every_kind_of_source_gives_articles(crawled, outlet, counts):
    _, _, results, _ = crawled
    assert results[0][0][outlet] == counts


def test_an_outlet_that_only_gdelt_names_is_counted_under_its_host(crawled):
    sites, _, results, _ = crawled
    assert results[0][0][f"127.0.0.1:{sites['stranger'].port}"] == {"private_address": 1}
    assert sites["stranger"].requests == []


def test_gdelt_is_asked_as_its_format_wants_and_its_words_are_passed_on(crawled):
    sites, _, results, _ = crawled
    asked = [path for path, _ in sites["gdelt"].requests if path.startswith("/doc")]
    for path in asked:
        assert parse_qs(urlsplit(path).query)["mode"] == ["artlist"]
    assert "Your query was too short or too long." in results[0][1]


def test_what_a_title_speaks_against_is_not_fetched_and_what_says_nothing_is(crawled):
    sites, _, _, _ = crawled
    titled = sites["titled"]
    assert titled.asked("/off") == titled.asked("/video/x") == []
    assert titled.asked("/a") == titled.asked("/none") == titled.asked("/by-gdelt") == [200]


def test_known_articles_and_settled_sitemaps_are_not_asked_for_again(crawled):
    sites, _, results, _ = crawled
    stats = results[1][0]
    assert stats["mapped"] == {"sitemap:index": 1, "sitemap:unchanged": 3}
    assert stats["searched"] == {"search:unchanged": 2}
    for path in ("/a", "/b", "/old", "/a.xml.gz"):
        assert [status for status in sites["mapped"].asked(path) if status != 304] in (
            [200],
            [200, 200],
        )
    assert sites["mapped"].asked("/a") == [200]


def test_a_dry_run_asks_the_sources_only_and_says_what_it_would_do(crawled):
    sites, _, _, (plan, asked) = crawled
    assert plan.returncode == 0, plan.stderr
    lines = set(plan.stdout.splitlines())
    titled, mapped = sites["titled"], sites["mapped"]
    assert {
        f"fetch\ttitled\t{titled.url('/a')}",
        f"fetch\ttitled\t{titled.url('/by-gdelt')}",
        f"off_topic:title\ttitled\t{titled.url('/off')}",
        f"fetch\tmapped\t{mapped.url('/a')}",
        f"fetch\tsearched\t{sites['searched'].url('/3')}",
    } <= lines
    assert not any(line.endswith(mapped.url("/old")) for line in lines)
    assert "articles would be asked for; not: " in plan.stderr
    for name, requests in asked.items():
        sources = ("/robots.txt", "/search", "/list", "/index", "/feed", "/doc")
        others = [path for path, _ in requests if not path.startswith(sources)]
        assert others == (["/a.xml.gz", "/b.xml.gz"] if name == "mapped" else []), name


def test_a_table_of_addresses_is_read_by_column(run, site):
    site.put_article("/a")
    table = run.folder / "list.csv"
    table.write_text(f"titre;lien\nUn;{site.url('/a')}\n", encoding="utf-8-sig")
    outlets = run.outlets(site.outlet("gazette"))
    done = run.crawl("urls", str(table), "--column", "lien", "--outlets", outlets)
    assert done.returncode == 0, done.stderr
    assert run.stats() == {"gazette": {"new": 1}}
