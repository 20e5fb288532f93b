import sqlite3
import time

import pytest

from analysis.errors import ConfigurationError
from crawler.outlets import Outlet
from crawler.politeness import user_agent


def entry(private: bool = False) -> Outlet:
    return Outlet(
        id="gazette",
        name="La Gazette",
        country="FR",
        language="fr",
        home="https://gazette.example/",
        feeds=("https://gazette.example/rss.xml",),
        private_addresses=private,
    )


@pytest.mark.parametrize("contact", ["desk@newsroom.example", "https://newsroom.example/earshot"])
def test_the_user_agent_names_the_contact(contact):
    assert user_agent((entry(),), contact) == f"Earshot/0.1.0 (+{contact})"


def test_outlets_on_this_machine_need_no_contact():
    assert user_agent((entry(private=True),), None) == "Earshot/0.1.0"


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (None, r"no contact address .*\(gazette\): set EARSHOT_CONTACT, or --contact"),
        ("me", "contact 'me': write an e-mail or a web address"),
        ("desk@newsroom.example\r\nX: y", "write an e-mail or a web address"),
    ],
)
def test_a_real_crawl_without_a_contact_is_refused(contact, message):
    with pytest.raises(ConfigurationError, match=message):
        user_agent((entry(),), contact)


def test_errors_are_one_line_and_status_1(run, site):
    outlets = run.outlets(site.outlet("gazette", feedz=[]))
    done = run.crawl("crawl", "--outlets", outlets)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {outlets}: outlet gazette: unknown key 'feedz'; accepted: id,")
    assert not (run.folder / "earshot.db").exists()


def test_a_public_outlet_without_contact_is_refused_before_anything_is_asked(run, site):
    outlets = run.outlets(site.outlet("gazette", private_addresses=False))
    done = run.crawl("crawl", "--outlets", outlets)
    assert done.returncode == 1
    assert "set EARSHOT_CONTACT, or --contact" in done.stderr
    assert site.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--outlet", "herald"), "no outlet herald; there are: gazette"),
        (("--since", "yesterday"), "since 'yesterday': write a day as YYYY-MM-DD"),
    ],
)
def test_wrong_arguments_are_named(run, site, arguments, message):
    done = run.crawl("crawl", "--outlets", run.outlets(site.outlet("gazette")), *arguments)
    assert done.returncode == 1
    assert message in done.stderr


def test_a_list_of_addresses_is_crawled(run, new_site):
    known, stranger = new_site(), new_site()
    known.put_article("/a")
    known.put_article("/off", "off")
    stranger.put_article("/b")
    outlets = run.outlets(known.outlet("gazette"))
    lines = f"# reading list\n{known.url('/a')}\n\n{known.url('/off')}\n{stranger.url('/b')}\n"
    done = run.crawl(
        "urls", "-", "--outlets", outlets, "--contact", "desk@newsroom.example", stdin=lines
    )
    assert done.returncode == 0, done.stderr
    assert run.stats() == {
        "gazette": {"new": 1, "off_topic:no_assistant": 1},
        f"127.0.0.1:{stranger.port}": {"private_address": 1},
    }
    assert known.asked("/feed") == stranger.requests == []


def test_a_line_that_is_no_address_stops_before_anything_is_asked(run, site):
    done = run.crawl(
        *("urls", "-", "--outlets", run.outlets(site.outlet("gazette"))),
        stdin=f"{site.url('/a')}\nnot an address\n",
    )
    assert done.returncode == 1
    assert "standard input, line 2: 'not an address' is not a web address" in done.stderr
    assert site.requests == []


def test_a_store_that_fails_ends_the_crawl_with_its_reason(run, site):
    paths = [f"/{number}" for number in range(60)]
    for path in paths:
        site.put_article(path, delay=0.2)
    site.put_feed("/feed", list(map(site.url, paths)))
    outlets = run.outlets(site.outlet("gazette", politeness={"delay": 0, "concurrency": 1}))
    process = run.start("crawler", "crawl", "--outlets", outlets)
    deadline = time.monotonic() + 60
    while run.kept() < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    with sqlite3.connect(run.folder / "earshot.db", timeout=20) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DROP TABLE versions")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Error: the store sqlite:///" in errors
    assert "no such table" in errors
    assert "Traceback" not in errors
    assert len(site.requests) < 60
