import pytest

from analysis.errors import ConfigurationError
from crawler.stoplist import load_stop_list

LIST = """
# never
Example.org
www.shop.example
press.example:8080
papers.example/Members/
*/print/
*session=*
"""


@pytest.fixture
def stops(tmp_path):
    path = tmp_path / "stop.txt"
    path.write_text(LIST, encoding="utf-8")
    return load_stop_list(path).stops


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://EXAMPLE.org:8000/a",
        "https://news.example.org/a",
        "https://example.org./",
        "https://shop.example/x",
        "http://press.example:8080/",
        "https://papers.example/members/1",
        "https://www.papers.example/MEMBERS/",
        "https://any.example/2024/print/a",
        "https://any.example/a?x=1&session=abc",
    ],
)
def test_stopped(stops, url):
    assert stops(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://badexample.org/",
        "https://example.org.evil.example/",
        "http://press.example/",
        "https://papers.example/member",
        "https://other.example/members/",
        "https://any.example/printer",
        "https://any.example/?q=papers.example/members/",
        "",
    ],
)
def test_not_stopped(stops, url):
    assert not stops(url)


@pytest.mark.parametrize("line", ["https://example.org/", "two hosts"])
def test_a_wrong_line_is_named(tmp_path, line):
    path = tmp_path / "stop.txt"
    path.write_text(f"fine.example\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"stop\.txt, line 2"):
        load_stop_list(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.txt"):
        load_stop_list(tmp_path / "none.txt")


@pytest.mark.timeout(60)  # a fraction of a second; minutes where a pattern backtracks
def test_long_addresses_come_to_an_end(stops):
    assert not stops("https://any.example/" + "session" * 10_000)
