import pytest
import yaml

from analysis.records import Article
from crawler.pretence import MISSING, is_markup, leads_home, says_missing

DATA = yaml.safe_load(MISSING.read_text(encoding="utf-8"))


def article(title: str, text: str = "Sorry. Try the search.") -> Article:
    return Article(id="1", title=title, paragraphs=(text,))


@pytest.mark.parametrize("title", DATA["hits"])
def test_headlines_of_missing_pages(title):
    assert says_missing(article(title))
    assert says_missing(article(f"{title} | The Gazette"))
    assert not says_missing(article(title, "An article on error pages. " * 100))


@pytest.mark.parametrize("title", DATA["misses"])
def test_headlines_of_articles(title):
    assert not says_missing(article(title))


@pytest.mark.timeout(60)  # a fraction of a second; minutes where a pattern backtracks
def test_every_headline_comes_to_an_end():
    for word in ("404 ", "page ", "the page n'est pas ", "oops !", "error "):
        assert not says_missing(article(word * 20_000))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!doctype html><p>x", True),
        (b"\xef\xbb\xbf  \n<html>", True),
        (b"\0\0<html>", True),
        (b"Notice: undefined variable<html>", True),
        (b"", True),
        (b'{"title": "<p>"}', False),
        (b"\xef\xbb\xbf [1]", False),
        (b"%PDF-1.7", False),
        (b"\x89PNG\r\n", False),
    ],
)
def test_what_may_be_html(body, expected):
    assert is_markup(body) == expected


@pytest.mark.parametrize(
    ("url", "final_url", "expected"),
    [
        ("https://e.org/a", "https://e.org/", True),
        ("https://e.org/a", "https://www.e.org", True),
        ("https://e.org/a", "https://e.org/b", False),
        ("https://e.org/a", "https://e.org/?id=3", False),
        ("https://e.org/", "https://www.e.org/", False),
    ],
)
def test_redirects_home(url, final_url, expected):
    assert leads_home(url, final_url) == expected
