from pathlib import Path

import pytest

from analysis.errors import ConfigurationError, InputError
from crawler.outlets import Outlet, Search, load_outlets, outlets_of, read_urls, select_outlets

ENTRY = """
  - id: gazette
    name: La Gazette
    country: FR
    language: fr
    home: https://www.gazette.example/
    feeds: [https://feeds.example.net/gazette.xml]
"""


def load(tmp_path: Path, text: str) -> tuple[Outlet, ...]:
    path = tmp_path / "outlets.yml"
    path.write_text(text, encoding="utf-8")
    return load_outlets(path)


@pytest.fixture
def outlet(tmp_path: Path) -> Outlet:
    return load(tmp_path, f"outlets:{ENTRY}    hosts: [tech.example.org]")[0]


def test_an_entry_needs_little_and_is_polite(outlet):
    assert outlet.politeness.delay == 2.0
    assert outlet.politeness.concurrency == 1
    assert not outlet.private_addresses
    assert not outlet.verified


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"outlets:{ENTRY}    feed: x", "outlet gazette: unknown key 'feed'; accepted: id, name, "),
        (
            f"outlets:{ENTRY}    politeness: {{wait: 1}}",
            "outlet gazette: unknown key 'wait'; accepted: delay, concurrency",
        ),
        (f"outlets:{ENTRY}\nmore: 1", "unknown key 'more'; accepted: outlets"),
        (f"outlets:{ENTRY}    listings: [{{url: 'https://x.example/'}}]", "'listings.0.links' is"),
        (
            f"outlets:{ENTRY}    listings: [{{url: 'https://x.example/', links: 'a['}}]",
            "'a[' is not a CSS selector",
        ),
        (
            f"outlets:{ENTRY}    patterns: {{deny: ['(']}}",
            "outlet gazette: key 'patterns.deny.0': '(' is not a regular expression",
        ),
        (f"outlets:{ENTRY}    sitemaps: [ftp://x.example/]", "is not a web address"),
        (f"outlets:{ENTRY}    sitemaps: ['http://[::1']", "is not a web address"),
        (f"outlets:{ENTRY}    country: France", "outlet gazette: key 'country'"),
        (f"outlets:{ENTRY.replace('feeds: [', 'note: x #')}", "at least one of feeds, sitemaps"),
        (f"outlets:{ENTRY}    searches: [{{url: 'https://x.example/', links: a}}]", "{query} must"),
        (
            f"outlets:{ENTRY}    listings: [{{url: 'https://x.example/{{seite}}', links: a}}]",
            "holds {seite}; accepted: {page} and {query}",
        ),
        (f"outlets:{ENTRY}    gdelt: {{day: 3}}", "unknown key 'day'; accepted: url, languages"),
        (f"outlets:{ENTRY}    gdelt: {{languages: [de]}}", "key 'gdelt.languages.0'"),
        (f"outlets:{ENTRY}{ENTRY}", "id given twice: gazette"),
        ("outlets:\n  - gazette", "outlet number 1: the entry must be a mapping"),
        ("outlets: []", "no entry"),
        ("", "the file must be a mapping"),
        ("outlets: [", "not a YAML file"),
    ],
)
def test_what_is_wrong_and_accepted_is_said(tmp_path, text, message):
    text = text.replace("    country: FR\n", "") if "France" in text else text
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'outlets.yml'}: ")
    assert message in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nowhere\.yml: cannot read the outlets file"):
        load_outlets(tmp_path / "nowhere.yml")


@pytest.mark.parametrize(
    ("url", "owned", "included"),
    [
        ("https://www.gazette.example/a", True, True),
        ("http://gazette.example/a", True, True),
        ("https://video.gazette.example/a", True, True),
        ("https://tech.example.org/a", True, True),
        ("https://feeds.example.net/b", False, True),
        ("https://evilgazette.example/a", False, False),
        ("https://gazette.example.evil.example/", False, False),
        ("https://gazette.example@evil.example/", False, False),
        ("https://gazette.example:8443/a", False, False),
        ("https://example.org/a", False, False),
    ],
)
def test_an_outlet_owns_its_hosts_only(outlet, url, owned, included):
    assert (outlet.owns(url), outlet.includes(url)) == (owned, included)


def test_patterns_decide_what_an_article_is(tmp_path):
    (outlet,) = load(
        tmp_path, f"outlets:{ENTRY}    patterns: {{allow: [/tech/], deny: ['\\.pdf$']}}"
    )
    addresses = ("tech/a", "tech/a.pdf", "sport/a")
    published = [outlet.publishes(f"https://gazette.example/{path}") for path in addresses]
    assert published == [True, False, False]


def test_outlets_are_chosen_by_id(outlet):
    assert select_outlets((outlet,), ()) == (outlet,)
    with pytest.raises(ConfigurationError, match="no outlet herald; there are: gazette"):
        select_outlets((outlet,), ("herald",))


def test_addresses_go_to_their_outlet_or_their_host(outlet):
    urls = ["https://gazette.example/a", "http://other.example:81/b", "http://other.example:81/c"]
    groups = outlets_of(urls, (outlet,))
    assert {key.id: listed for key, listed in groups.items()} == {
        "gazette": urls[:1],
        "other.example:81": urls[1:],
    }


def test_a_search_has_an_address_for_each_query_and_page():
    search = Search(url="https://x.example/s?q={query}&p={page}", links="a")
    assert search.listing("vie privée").page(2) == "https://x.example/s?q=vie+priv%C3%A9e&p=2"


@pytest.mark.parametrize(
    ("lines", "urls"),
    [
        (["date,url", "1,https://a.example/", '"1,5","https://b.example/?a,b"'], ["a", "b"]),
        (["\ufeffurl;titre", "https://a.example/;A", "", ";B"], ["a"]),
        (["x\turl", "1\thttps://a.example/", "2"], ["a"]),
        (["url"], []),
    ],
)
def test_addresses_are_read_from_a_column(lines, urls):
    found = read_urls([f"{line}\n" for line in lines], "list", "url")
    assert [url.split(".")[0] for url in found] == [f"https://{name}" for name in urls]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["link,title", "x,y"],
            r"list: no column 'url'; the first line must .* it is 'link,title'",
        ),
        ([], "list: no column 'url'"),
        (["url", "https://a.example/", "a.example"], r"list, line 3: 'a\.example' is not a web"),
    ],
)
def test_a_column_that_gives_no_addresses_is_named(lines, message):
    with pytest.raises(InputError, match=message):
        read_urls([f"{line}\n" for line in lines], "list", "url")


def test_a_line_that_is_no_address_is_named():
    lines = ["# articles", "", "https://gazette.example/a", "gazette.example/b"]
    assert read_urls(lines[:3], "list") == ["https://gazette.example/a"]
    with pytest.raises(InputError, match=r"list, line 4: 'gazette\.example/b' is not a web"):
        read_urls(lines, "list")
