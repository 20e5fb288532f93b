from collections import Counter

import pytest

from analysis.config import Settings
from crawler.outlets import Outlet, load_outlets

OUTLETS = load_outlets(Settings().outlets)


def test_there_are_outlets_in_both_languages() -> None:
    languages = Counter(outlet.language for outlet in OUTLETS)
    assert languages.keys() == {"fr", "en"}
    assert min(languages.values()) >= 10
    assert len(OUTLETS) >= 25


def test_ids_and_names_stand_for_one_outlet() -> None:
    assert len({outlet.id for outlet in OUTLETS}) == len(OUTLETS)
    assert len({outlet.name for outlet in OUTLETS}) == len(OUTLETS)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_an_outlet_is_read_politely(outlet: Outlet) -> None:
    addresses = [outlet.home, *outlet.sources]
    assert [address for address in addresses if not address.startswith("https://")] == []
    assert outlet.private_addresses is False
    assert outlet.politeness.delay >= 2
    assert outlet.politeness.concurrency == 1


@pytest.mark.parametrize(
    ("key", "url", "published"),
    [
        ("lemonde-pixels", "https://www.lemonde.fr/pixels/article/2019/04/11/x_1_2.html", True),
        ("lemonde-pixels", "https://www.lemonde.fr/pixels/live/2019/04/11/x_1_2.html", False),
        ("franceinfo", "https://www.francetvinfo.fr/internet/x_1.html", True),
        ("rts", "https://www.rts.ch/info/sciences-tech/14581852-les-arnaques.html", True),
        ("rts", "https://www.rts.ch/info/sciences-tech/", False),
        ("guardian-technology", "https://www.theguardian.com/technology/2019/jul/26/x", True),
        ("guardian-technology", "https://www.theguardian.com/technology/apple", False),
        ("bbc-technology", "https://www.bbc.co.uk/news/technology-47893082", True),
        ("bbc-technology", "https://www.bbc.com/news/articles/c8rk7x5v0z9o", True),
        ("consumer-reports", "https://www.consumerreports.org/privacy/x-a1234567890/", True),
        ("techcrunch", "https://techcrunch.com/2025/03/15/x/", True),
        ("the-verge", "https://www.engadget.com/x.html", False),
    ],
)
def test_patterns_tell_articles_from_other_pages(key: str, url: str, published: bool) -> None:
    (outlet,) = (outlet for outlet in OUTLETS if outlet.id == key)
    assert outlet.publishes(url) is published
