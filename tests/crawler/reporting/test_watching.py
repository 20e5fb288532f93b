"""Crawls of outlets that work, then do not; and outlets on trial."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from crawler.cli import app


@pytest.fixture(scope="module")
def crawls(new_site, new_run):
    """A crawl of three outlets; one after two of them broke; the earlier reports again."""
    run = new_run()
    sites = {name: new_site(name == "quiet") for name in ("empty", "undated", "quiet")}
    paths = [f"/{number}" for number in range(12)]
    for site in sites.values():
        for path in paths:
            site.put_article(path)
    for name, count in (("empty", 12), ("undated", 5), ("quiet", 2)):
        sites[name].put_feed("/feed", list(map(sites[name].url, paths[:count])))
    entries = [site.outlet(name) for name, site in sites.items()]
    outlets = run.outlets(*entries)
    first = run.crawl("crawl", "--outlets", outlets, "--fail-on-alarm")

    sites["empty"].put_feed("/feed", [])
    for path in paths[5:10]:
        sites["undated"].put_article(path, date=False)
    sites["undated"].put_feed("/feed", list(map(sites["undated"].url, paths[5:10])))
    file = run.folder / "given.json"
    second = run.crawl("crawl", "--outlets", outlets, "--fail-on-alarm", "--report", str(file))
    return run, first, second


def test_a_first_crawl_raises_no_alarm_and_leaves_its_report_beside_the_store(crawls):
    run, first, _ = crawls
    assert first.returncode == 0, first.stderr
    assert "Alarm" not in first.stdout
    content = json.loads((run.folder / "earshot-reports" / "crawl-1.json").read_text("utf-8"))
    figures = {one["id"]: (one["requested"], one["fetched"]) for one in content["outlets"]}
    assert figures == {"empty": (12, 12), "undated": (5, 5), "quiet": (2, 2)}
    assert content["outlets"][1]["measures"] == {
        "requested": 5,
        "fetched": 5,
        "first": 5,
        "links": 5,
        "read": 5,
        "no_title": 0,
        "no_date": 0,
        "no_body": 0,
        "not_kept": 0,
    }
    assert content["alarms"] == []


def test_what_stops_working_raises_alarms_and_a_quiet_outlet_none(crawls):
    run, _, second = crawls
    assert second.returncode == 3
    assert "Alarm: Empty: its sources name no article; before, 12 a crawl" in second.stdout
    assert "Alarm: Undated: 5 of 5 pages have no date; before, 0 of 5" in second.stdout
    assert "Alarm: Quiet" not in second.stdout
    content = json.loads((run.folder / "given.json").read_text("utf-8"))
    assert [(alarm["outlet"], alarm["kind"]) for alarm in content["alarms"]] == [
        ("empty", "no_links"),
        ("undated", "no_date"),
    ]
    assert not (run.folder / "earshot-reports" / "crawl-2.json").exists()


def test_earlier_reports_are_printed_from_the_store(crawls, monkeypatch):
    run, _, _ = crawls
    monkeypatch.setenv("EARSHOT_DATABASE_URL", run.database)
    command = CliRunner()
    earlier = command.invoke(app, ["report", "1", "--json", "--fail-on-alarm"])
    assert earlier.exit_code == 0
    written = json.loads((run.folder / "earshot-reports" / "crawl-1.json").read_text("utf-8"))
    for outlet in written["outlets"]:
        outlet["name"] = outlet["id"]  # the store holds no name of an outlet
    assert json.loads(earlier.stdout) == written
    last = command.invoke(app, ["report", "--fail-on-alarm"])
    assert last.exit_code == 3
    assert "Alarm: empty: its sources name no article" in last.stdout


@pytest.fixture(scope="module")
def trial(new_site, new_run):
    """What a check says of outlets that work and that do not, as text and as JSON."""
    run = new_run()
    names = ("fine", "gone", "forbidden", "page", "undated", "strict", "stale")
    sites = {name: new_site() for name in names}
    for site in sites.values():
        for path in ("/a", "/b", "/c"):
            site.put_article(path)
        site.put_feed("/feed", list(map(site.url, ("/a", "/b", "/c"))))
    sites["fine"].put("/robots.txt", "User-agent: *\nCrawl-delay: 0.1")
    sites["fine"].put("/list", f'<h2><a href="{sites["fine"].url("/c")}">t</a></h2>')
    sites["forbidden"].put("/robots.txt", "User-agent: *\nDisallow: /feed")
    sites["page"].put_article("/feed")
    for path in ("/a", "/b"):
        sites["undated"].put_article(path, date=False)
    map_of = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
    old = f"<url><loc>{sites['stale'].url('/a')}</loc><lastmod>2019-04-11</lastmod></url>"
    sites["stale"].put("/map.xml", map_of.format(old))
    entries = {name: {} for name in names} | {
        "fine": {
            "feeds": [sites["fine"].url("/feed")],
            "listings": [{"url": sites["fine"].url("/list"), "links": "h2 a"}],
        },
        "gone": {"feeds": [sites["gone"].url("/rss")]},
        "strict": {"patterns": {"allow": ["/tech/"]}},
        "stale": {"sitemaps": [sites["stale"].url("/map.xml")]},
    }
    outlets = run.outlets(*(site.outlet(name, **entries[name]) for name, site in sites.items()))
    done = run.crawl("check-outlets", "--outlets", outlets, "--json")
    return sites, run, done


def checked(trial, name):
    return next(one for one in json.loads(trial[2].stdout)["outlets"] if one["id"] == name)


def test_an_outlet_that_works_is_reported_with_what_it_gave(trial):
    sites, _, done = trial
    assert done.returncode == 1, done.stderr
    fine = checked(trial, "fine")
    assert (fine["fails"], fine["problems"], fine["crawl_delay"]) == (False, [], 0.1)
    assert list(fine["robots"].values()) == [200]
    assert [(source["kind"], source["articles"]) for source in fine["sources"]] == [
        ("feed", 3),
        ("listing", 1),
    ]
    assert len(fine["pages"]) == 2
    assert {page["outcome"] for page in fine["pages"]} == {"read"}
    assert fine["pages"][0]["published"] == "2024-05-02T08:00:00+02:00"
    assert sum(path in ("/a", "/b", "/c") for path, _ in sites["fine"].requests) == 2


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("gone", "HTTP 404", "find its new address"),
        ("forbidden", "robots", "robots.txt forbids it"),
        ("page", "not_xml", "no feed or sitemap"),
        ("undated", "no date was found", "is it an article?"),
        ("strict", "none of its 3 links is taken", "`hosts` and `patterns`"),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(trial, name, message, remedy):
    check = checked(trial, name)
    assert check["fails"]
    problem = check["problems"][0]
    assert problem["message"] == message
    assert remedy in problem["remedy"]


def test_a_source_that_stands_still_is_worth_a_look_and_no_failure(trial):
    stale = checked(trial, "stale")
    assert not stale["fails"]
    assert [problem["message"] for problem in stale["problems"]] == [
        "none of its 1 dated articles is recent"
    ]


def test_a_check_stores_nothing(trial):
    _, run, _ = trial
    assert [path.name for path in run.folder.iterdir()] == ["outlets.yml"]
