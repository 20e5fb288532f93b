import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.codebook import Codebook, load_codebook
from analysis.config import load_settings
from crawler.candidates import Candidates, date_in, is_old, words_of
from crawler.discovery import Link

ARTICLES = load_settings({}).codebook / "training" / "articles"
SITE = "https://gazette.example"
FLOORS = {"title": 0.86, "title and teaser": 0.96}
"""Shares of the coded articles with claims that are fetched, by what their source says."""


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(load_settings({}).codebook)


@pytest.mark.parametrize(
    ("path", "title", "reason"),
    [
        ("/a1", "Des salariés d’Amazon écoutent vos enregistrements", None),
        ("/a1", "Coupe de France : Lens passe au bout de la nuit", "off_topic:title"),
        ("/a1", "À Lens, la fête continue", "off_topic:title"),
        ("/a1", "Excuses", None),
        ("/a1", "", None),
        ("/1234567", "", None),
        ("/tech/alexa-ecoute-les-conversations-de-ses-clients", "", None),
        ("/tech/reforme-des-retraites-le-senat-vote-la-motion", "", "off_topic:address"),
        ("/tech/retraites-senat.html", "", None),
        ("/sport/le-president-du-club-visé-par-une-plainte", "", "off_topic:section"),
        ("/sport/alexa-raconte-les-matchs-en-direct", "", None),
        ("/sport/1234567", "", "off_topic:section"),
        ("/vie-privee/la-cuisine-des-lannoy-au-fond-du-jardin", "", "off_topic:address"),
        ("/%C3%A9coutes/conversations-enregistr%C3%A9es-dans-la-cuisine", "", None),
    ],
)
def test_only_what_speaks_against_a_link_counts(codebook, path, title, reason):
    assert Candidates(codebook, "fr").off_topic(Link(SITE + path, title=title)) == reason


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link(SITE, title="Une drôle de dame bleue"), "off_topic:title"),
        (Link(SITE, title="Une drôle de dame bleue", summary="Elle entend tout."), None),
        (Link(SITE, title="Une drôle de dame bleue", sections=("Vie privée",)), None),
        (Link(SITE, title="La dame bleue de l’Ehpad", sections=("Football",)), "off_topic:section"),
    ],
)
def test_teaser_and_sections_count_as_well(codebook, link, reason):
    assert Candidates(codebook, "fr").off_topic(link) == reason


def test_a_language_without_vocabulary_is_not_judged(codebook):
    assert Candidates(codebook, "de").off_topic(Link(SITE, title="Der Ball ist im Tor")) is None


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("/2019/04/11/x", (2019, 4, 11)),
        ("/tech/2019-04-11/x", (2019, 4, 11)),
        ("/tech/20190411/x", (2019, 4, 11)),
        ("/technology/2019/jul/26/x", (2019, 7, 26)),
        ("/2020/02/x", (2020, 2, 29)),
        ("/2019/x", None),
        ("/2019/13/01/x", None),
        ("/2019/02/31/x", None),
        ("/2019/abc/01/x", None),
        ("/article-20190411001/x", None),
        ("/page/2048/1024", None),
    ],
)
def test_a_date_is_read_in_the_address(path, date):
    expected = datetime(*date, 23, 59, 59, tzinfo=UTC) if date else None
    assert date_in(SITE + path) == expected


def test_an_old_article_is_known_by_its_source_or_its_address():
    since = datetime(2024, 5, 1, tzinfo=UTC)
    new = datetime(2024, 5, 2, tzinfo=UTC)
    assert is_old(Link(f"{SITE}/2019/04/11/x"), since)
    assert not is_old(Link(f"{SITE}/2019/04/11/x", published=new), since)
    assert not is_old(Link(f"{SITE}/2024/05/x"), since)
    assert not is_old(Link(f"{SITE}/x"), since)
    assert not is_old(Link(f"{SITE}/2019/04/11/x"), None)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/tech/alexa-vous-ecoute_42.html", "alexa vous ecoute"),
        ("/tech/alexa-vous-ecoute/", "alexa vous ecoute"),
        ("/1-2-3", ""),
        ("", ""),
    ],
)
def test_the_words_of_an_address(url, words):
    assert words_of(SITE + url) == words


def test_few_coded_articles_are_lost_before_they_are_fetched(codebook):
    judges = {lang: Candidates(codebook, lang) for lang in ("fr", "en")}
    kept: dict[str, list[bool]] = {name: [] for name in FLOORS}
    for path in sorted(Path(ARTICLES).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["claims"]:
                teaser = one["paragraphs"][0][:200]
                for name, summary in (("title", ""), ("title and teaser", teaser)):
                    link = Link(SITE, title=one["title"], summary=summary)
                    kept[name].append(judges[one["lang"]].off_topic(link) is None)
    shares = {name: sum(found) / len(found) for name, found in kept.items()}
    assert all(shares[name] >= floor for name, floor in FLOORS.items()), shares
