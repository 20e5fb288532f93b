import pytest

from analysis.dashboard.frames import outcome, outlets
from analysis.store import Crawl, Facets, Overview
from tests.dashboard.invented_press import NOW


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("kept", "Kept for analysis"),
        ("http_404", "The site answered 404"),
        ("feed:http_503", "Feed: the site answered 503"),
        ("sitemap:unchanged", "Sitemap: unchanged since the visit before"),
        ("unknown_language:de", "Set aside: neither French nor English"),
        ("a_new_one", "a new one"),
    ],
)
def test_outcomes_are_put_into_words(reason: str, words: str) -> None:
    assert outcome(reason) == words


def test_the_last_crawl_is_counted_by_outlet() -> None:
    stats = {
        "a": {
            "feed:read": 1,
            "feed:not_xml": 2,
            "new": 3,
            "changed": 1,
            "unchanged": 4,
            "off_topic:no_privacy": 2,
            "unknown_language:de": 1,
            "robots": 1,
            "something_new": 1,
        }
    }
    figures = Overview(9, 2, 7, 0, 0, {}, None, None, 0, {}, Crawl(1, NOW, NOW, False, stats))
    values = Facets(outlets={"b": 5, "a": 2}, outlet_names={"a": "Ah", "b": "Bé"})
    assert outlets(figures, values).to_numpy().tolist() == [
        ["Ah", 2, 3, 1, 4, 3, 2, 2],
        ["Bé", 5, 0, 0, 0, 0, 0, 0],
    ]
