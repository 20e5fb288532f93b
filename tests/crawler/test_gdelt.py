"""GDELT's formats as it answers them; whole crawls with it are in test_sources.py."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.errors import InputError
from crawler.discovery import Link
from crawler.gdelt import (
    MAX_QUERY,
    RefusedListError,
    Window,
    list_url,
    queries,
    read_article_list,
    windows,
)
from crawler.outlets import Gdelt

API = "https://api.gdeltproject.org/api/v2/doc/doc"
NOW = datetime(2024, 5, 2, 10, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ENTRY = {
    "url": "https://www.gazette.example/tech/a?utm_source=x",
    "url_mobile": "",
    "title": "Amazon : des salariés &amp; des micros",
    "seendate": "20240502T081500Z",
    "socialimage": "",
    "domain": "gazette.example",
    "language": "French",
    "sourcecountry": "France",
}


def test_queries_join_the_codebooks_names_to_words_for_privacy():
    found = queries(Gdelt(max_queries=3), load_codebook(load_settings({}).codebook))
    assert len(found) == 6
    first = '("voice assistant" OR "smart speaker" OR Alexa OR Siri OR "Google Home" OR '
    assert found[0].startswith(first)
    for query, language in zip(found, ["french"] * 3 + ["english"] * 3, strict=True):
        assert len(query) <= MAX_QUERY
        assert query.endswith(
            f" (privacy OR eavesdropping OR recordings OR listening OR spying) "
            f"sourcelang:{language}"
        )
        assert query.count("(") == query.count(")") == 2


def test_queries_of_the_entry_come_first():
    own = Gdelt(languages=("en",), queries=('"hot word" recordings',))
    codebook = load_codebook(load_settings({}).codebook)
    assert queries(own, codebook) == ['"hot word" recordings sourcelang:english']


def test_windows_are_the_last_day_and_whole_days_before():
    today = NOW.replace(hour=0, minute=0)
    assert windows(3, None, NOW) == [
        Window(None, NOW),
        Window(today - DAY, today),
        Window(today - 2 * DAY, today - DAY),
    ]
    assert windows(3, today - DAY / 2, NOW) == windows(2, None, NOW)


def test_the_address_of_a_list():
    day = Window(NOW.replace(hour=0, minute=0), NOW)
    asked = parse_qs(urlsplit(list_url(API, '("a b" OR c)', day)).query)
    assert {key: value for key, (value,) in asked.items()} == {
        "query": '("a b" OR c)',
        "mode": "artlist",
        "format": "json",
        "sort": "datedesc",
        "maxrecords": "250",
        "startdatetime": "20240502000000",
        "enddatetime": "20240502103000",
    }
    last = parse_qs(urlsplit(list_url(API, "a", Window(None, NOW))).query)
    assert last["timespan"] == ["24h"]
    assert "startdatetime" not in last


def test_a_window_is_halved_down_to_a_quarter_of_an_hour():
    window, sizes = Window(None, NOW), []
    while halves := window.halves():
        assert halves[0].end == halves[1].start
        window = halves[1]
        sizes.append(window.end - window.start)
    assert sizes[0] == timedelta(hours=12)
    assert sizes[-1] >= timedelta(minutes=15)


def test_a_list_gives_links_with_title_and_date():
    body = json.dumps({"articles": [ENTRY, {"url": "javascript:x"}, None, {"title": "x"}]})
    assert read_article_list(body.encode(), API) == [
        Link(
            "https://www.gazette.example/tech/a",
            published=datetime(2024, 5, 2, 8, 15, tzinfo=UTC),
            title="Amazon : des salariés & des micros",
        )
    ]


@pytest.mark.parametrize("body", ["{}", "{ }\r\n", '{"articles": []}', "\ufeff{}"])
def test_a_list_may_be_empty(body):
    assert read_article_list(body.encode(), API) == []


def test_titles_as_their_pages_had_them_are_read():
    body = r'{"articles": [{"url": "https://a.example/1", "title": "5\% \u00e9 \"x\" \d' + '\t"}]}'
    (link,) = read_article_list(body.encode(), API)
    assert link.title == '5\\% é "x" \\d'


@pytest.mark.parametrize(
    ("body", "is_rate"),
    [
        ("Your query was too short or too long.", False),
        ("Queries containing OR'd terms must be surrounded by ().", False),
        ("The specified phrase is too short.", False),
        ("Please limit requests to one every 5 seconds or contact us for larger queries.", True),
        ("<html><body>502 Bad Gateway</body></html>", False),
        ("", False),
    ],
)
def test_an_answer_in_words_is_told_apart(body, is_rate):
    with pytest.raises(RefusedListError) as error:
        read_article_list(body.encode(), API)
    assert error.value.is_rate is is_rate
    assert body[:20] in str(error.value)


@pytest.mark.parametrize("body", ['{"articles": [', '{"articles": "none"}', '{"a":' * 100_000])
def test_json_that_is_no_list_is_named(body):
    with pytest.raises(InputError):
        read_article_list(body.encode(), API)
