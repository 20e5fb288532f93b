"""Addresses of one host that are asked for at the same moment, before its robots.txt is known."""

from __future__ import annotations


def test_all_that_wait_for_robots_txt_obey_it(run, site):  # type: ignore[no-untyped-def]
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed", delay=0.5)
    paths = [f"/closed/{number}" for number in range(6)]
    for path in paths:
        site.put_article(path)
    outlets = run.outlets(site.outlet("gazette"))
    run.crawl("urls", "-", "--outlets", outlets, stdin="\n".join(map(site.url, paths)))
    assert run.stats() == {"gazette": {"robots": 6}}
    assert [path for path, _ in site.requests] == ["/robots.txt"]
