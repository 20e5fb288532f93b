"""Entries made of sites that behave like real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.entries import id_for
from crawler.outlets import load_outlets

PAGE = """<!doctype html><html lang="{lang}"><head><title>{title}</title>{head}</head>
<body><h1>{title}</h1><p>{text}</p>{body}</body></html>"""
FRENCH = (
    "La commission nationale a rendu mercredi sa décision sur les enceintes connectées, "
    "que les associations de consommateurs attendaient depuis plusieurs mois. "
) * 3
FEED = '<link rel="alternate" type="application/rss+xml" href="{}">'
NEWS = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{}</loc><news:news>'
    "<news:publication_date>2024-05-02T08:00:00Z</news:publication_date>"
    "<news:title>t</news:title></news:news></url></urlset>"
)
INDEX = (
    '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}'
    "</sitemapindex>"
)


def put_home(site: Any, head: str = "", body: str = "", lang: str = "fr-FR") -> None:
    site.put("/", PAGE.format(lang=lang, title="La Gazette", head=head, body=body, text=FRENCH))


def made(run: Any, site: Any, *more: str) -> Any:
    known = run.outlets(site.outlet("other", home="https://other.example/"))
    return run.crawl(*("new-outlet", site.url(), "--outlets", known, "--private-addresses", *more))


def entry(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    (found,) = yaml.safe_load("outlets:\n" + done.stdout)["outlets"]
    return found


def test_a_site_that_declares_all(run: Any, site: Any):
    head = (
        '<meta property="og:site_name" content="La Gazette: l’info"><meta property="og:locale" '
        'content="fr_CA">' + FEED.format("/flux.xml") + FEED.format("/comments/feed/")
    )
    put_home(site, head)
    site.put_feed("/flux.xml", [site.url("/a"), site.url("/b")])
    robots = f"User-agent: *\nCrawl-delay: 3\nSitemap: {site.url('/maps.xml')}\n"
    site.put("/robots.txt", robots, headers={"Content-Type": "text/plain"})
    maps = [site.url(f"/{name}.xml") for name in ("archive-1", "archive-2", "map-news")]
    site.put("/maps.xml", INDEX.format("".join(f"<sitemap><loc>{m}</loc></sitemap>" for m in maps)))
    site.put("/map-news.xml", NEWS.format(site.url("/a")))
    done = made(run, site)
    assert entry(done) == {
        "id": "127-0-0-1",
        "name": "La Gazette: l’info",
        "country": "CA",
        "language": "fr",
        "home": site.url("/"),
        "feeds": [site.url("/flux.xml")],
        "sitemaps": [site.url("/map-news.xml")],
        "politeness": {"delay": 3, "concurrency": 1},
        "private_addresses": True,
        "verified": False,
    }
    assert "name: 'La Gazette: l’info'  # check: as the page calls itself" in done.stdout
    assert "flux.xml  # check: 2 articles, without dates" in done.stdout
    assert "map-news.xml  # 1 articles, latest 2024-05-02, a news sitemap" in done.stdout
    assert "# as robots.txt asks" in done.stdout
    assert site.asked("/feed/") == site.asked("/comments/feed/") == []
    assert site.agents == {"Earshot/0.1.0"}
    assert not (run.folder / "earshot.db").exists()


def test_a_site_that_declares_nothing_is_asked_in_the_common_places(run: Any, site: Any):
    put_home(site, lang="")
    site.put_feed("/rss.xml", [site.url("/a")])
    found = entry(made(run, site))
    assert found["feeds"] == [site.url("/rss.xml")]
    assert (found["country"], found["language"]) == ("ZZ", "fr")
    assert site.asked("/feed/") == [404]


def test_a_feed_that_is_only_linked_is_found_and_a_dead_one_left_out(run: Any, site: Any):
    put_home(site, body='<a href="/articles/1">a</a><a href="/rss">x</a><a href="/old.rss">y</a>')
    site.put_feed("/rss", [site.url("/a")])
    assert entry(made(run, site))["feeds"] == [site.url("/rss")]
    assert site.asked("/old.rss") == [404]
    assert site.asked("/articles/1") == site.asked("/feed/") == []


def test_links_on_another_host_are_pointed_out(run: Any, site: Any):
    put_home(site, FEED.format("/feed"))
    site.put_feed("/feed", ["https://news.example/a", "https://news.example/b"])
    done = made(run, site)
    assert "check: its 2 links are on news.example; if that is its own" in done.stdout


def test_a_site_without_feeds_is_an_error_that_names_what_was_asked(run: Any, site: Any):
    put_home(site)
    done = made(run, site)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"Error: {site.url('/')}: no feed and no sitemap was found" in done.stderr
    assert f"{site.url('/rss.xml')}: http_404" in done.stderr
    assert "docs/adding-an-outlet.md" in done.stderr


def test_a_site_that_forbids_it_is_asked_nothing_more(run: Any, site: Any):
    put_home(site, FEED.format("/feed"))
    site.put("/robots.txt", "User-agent: Earshot\nDisallow: /\n")
    done = made(run, site)
    assert done.returncode == 1
    assert f"{site.url('/')}: robots: robots.txt forbids it" in done.stderr
    assert [path for path, _ in site.requests] == ["/robots.txt"]


def test_a_feed_that_robots_txt_forbids_is_not_asked_for(run: Any, site: Any):
    put_home(site, FEED.format("/feed") + FEED.format("/open.xml"))
    site.put("/robots.txt", "User-agent: *\nDisallow: /feed\n")
    site.put_feed("/open.xml", [site.url("/a")])
    assert entry(made(run, site))["feeds"] == [site.url("/open.xml")]
    assert site.asked("/feed") == []


@pytest.mark.parametrize(
    ("status", "message"),
    [(403, "HTTP 403: the outlet turns the crawler away"), (500, "HTTP 500: the outlet has")],
)
def test_a_site_that_answers_with_an_error(run: Any, site: Any, status: int, message: str):
    site.put("/", "no", status=status)
    assert message in made(run, site).stderr


def test_a_private_address_is_refused_unless_it_is_said(run: Any, site: Any):
    known = run.outlets(site.outlet("other", home="https://other.example/"))
    done = run.crawl(
        *("new-outlet", site.url(), "--outlets", known, "--contact", "desk@newsroom.example")
    )
    assert done.returncode == 1
    assert "stands in a private network: --private-addresses, if it is yours" in done.stderr
    assert site.requests == []


def test_a_site_that_cannot_be_reached(run: Any, new_site: Any):
    gone = new_site()
    gone.close()
    done = made(run, gone)
    assert done.returncode == 1
    assert f"without a readable {gone.url('/robots.txt')} nothing is asked" in done.stderr


def test_a_redirect_to_another_host_is_named(run: Any, site: Any):
    elsewhere = f"http://localhost:{site.port}/"
    site.put("/", "", status=301, headers={"Location": elsewhere})
    done = made(run, site)
    assert f"leads to another host; if that is the outlet's, give {elsewhere}" in done.stderr


def test_without_a_contact_nothing_is_asked(run: Any, site: Any):
    known = run.outlets(site.outlet("other", home="https://other.example/"))
    done = run.crawl("new-outlet", "www.gazette.example", "--outlets", known)
    assert done.returncode == 1
    assert "set EARSHOT_CONTACT, or --contact" in done.stderr


def test_what_is_no_address_is_named(run: Any, site: Any):
    known = run.outlets(site.outlet("other", home="https://other.example/"))
    done = run.crawl("new-outlet", "ftp://gazette.example", "--outlets", known)
    assert "'ftp://gazette.example' is not a web address: write https://" in done.stderr


def test_an_outlet_that_is_there_already_is_refused(run: Any, site: Any):
    outlets = run.outlets(site.outlet("gazette"))
    done = run.crawl("new-outlet", site.url(), "--outlets", outlets, "--private-addresses")
    assert done.returncode == 1
    assert f"is already in {outlets}, as outlet gazette" in done.stderr
    assert site.requests == []


@pytest.mark.parametrize("text", [None, "  ", "", "last line without end"])
def test_an_entry_is_added_to_a_file_of_any_indentation(
    run: Any, site: Any, tmp_path: Path, text: str | None
):
    put_home(site, FEED.format("/feed"))
    site.put_feed("/feed", [site.url("/a")])
    file = tmp_path / "mine.yml"
    if text is not None:
        fields = {"id": "one", "name": "One", "country": "FR", "language": "fr"}
        fields |= {"home": "https://one.example/", "feeds": "[https://one.example/rss]"}
        indent = text if not text.strip() else ""
        lines = [f"{'- ' if not n else '  '}{k}: {v}" for n, (k, v) in enumerate(fields.items())]
        ending = "" if text.strip() else "\n"
        file.write_text("# ours\noutlets:\n" + "\n".join(indent + li for li in lines) + ending)
    before = file.read_text() if file.exists() else ""
    done = run.crawl("new-outlet", site.url(), "--add", str(file), "--private-addresses")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"check-outlets --outlets {file} --outlet 127-0-0-1" in done.stderr
    assert file.read_text().startswith(before)
    assert load_outlets(file)[-1].home == site.url("/")
    again = run.crawl("new-outlet", site.url(), "--add", str(file), "--private-addresses")
    assert again.returncode == 1
    assert "is already in" in again.stderr


def test_a_file_that_has_no_place_at_its_end_stays_as_it_was(run: Any, site: Any, tmp_path: Path):
    put_home(site, FEED.format("/feed"))
    site.put_feed("/feed", [site.url("/a")])
    file = tmp_path / "mine.yml"
    text = (
        "outlets: [{id: one, name: One, country: FR, language: fr, home: 'https://one.example/', "
        "feeds: ['https://one.example/rss']}]\n"
    )
    file.write_text(text)
    done = run.crawl("new-outlet", site.url(), "--add", str(file), "--private-addresses")
    assert done.returncode == 1
    assert "cannot be put at the end" in done.stderr
    assert file.read_text() == text
    assert [path.name for path in tmp_path.glob(".*.new")] == []


@pytest.mark.parametrize(
    ("url", "taken", "expected"),
    [
        ("https://www.lemonde.fr/", (), "lemonde"),
        ("https://www.bbc.co.uk/", (), "bbc"),
        ("https://tech.gazette.example/", (), "tech-gazette"),
        ("https://www.lemonde.fr/", ("lemonde",), "lemonde-fr"),
        ("https://www.lemonde.fr/", ("lemonde", "lemonde-fr"), "lemonde-fr-2"),
        ("http://127.0.0.1:80/", (), "127-0-0-1"),
    ],
)
def test_keys(url: str, taken: tuple[str, ...], expected: str):
    assert id_for(url, taken) == expected


def test_a_saved_page_is_drafted_as_the_tests_expect_it() -> None:
    saved = Path(__file__).parent / "pages" / "british-daily.html"
    expected = json.loads(saved.with_suffix(".json").read_text(encoding="utf-8"))
    script = Path(__file__).parent / "draft.py"
    done = subprocess.run(
        [sys.executable, str(script), str(saved), expected["read_at"]],
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == expected
