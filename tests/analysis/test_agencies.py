import pytest
import yaml

from analysis.agencies import FILE, load_agencies
from analysis.records import Article

AGENCIES = load_agencies()
LISTS = yaml.safe_load(FILE.read_text(encoding="utf-8"))
KEYS = list(AGENCIES.by_key)


@pytest.mark.parametrize("key", KEYS)
def test_an_agency_s_hits_are_credits_and_its_misses_none(key):
    agency = AGENCIES.by_key[key]
    assert agency.hits
    assert agency.misses
    for text in agency.hits:
        assert AGENCIES.named_in_byline(text) == key, text
    for text in agency.misses:
        assert AGENCIES.named_in_line(text) is None, text
        assert AGENCIES.named_in_dateline(text) is None, text


@pytest.mark.parametrize("line", LISTS["credit_hits"])
def test_credit_lines_are_told(line):
    assert AGENCIES.named_in_line(line) in KEYS


@pytest.mark.parametrize("line", LISTS["credit_misses"])
def test_other_short_lines_are_not(line):
    assert AGENCIES.named_in_line(line) is None


@pytest.mark.parametrize(
    ("authors", "paragraphs", "key"),
    [
        (("AFP",), ("Texte.",), "afp"),
        (("Jeanne Morvan", "AFP"), ("Texte.",), "afp"),
        (("Le Courrier avec AFP",), ("Texte.",), "afp"),
        (("By Reuters Staff",), ("Text.",), "reuters"),
        (("Jane Apple",), ("Text.",), None),
        (("Paul Agard",), ("PARIS (Reuters) - Le régulateur a ouvert une enquête.",), "reuters"),
        ((), ("WASHINGTON (AP) — Regulators opened an inquiry.",), "ap"),
        ((), ("Paris, 12 avr 2019 (AFP) - Le régulateur a ouvert une enquête.",), "afp"),
        ((), ("LONDON, April 12 (Reuters) - Regulators opened an inquiry.",), "reuters"),
        ((), ("Berlin (dpa) – Ein Sprecher sagte nichts.",), "dpa"),
        ((), ("Un.", "Deux.", "Le groupe n'a pas répondu. (AFP)"), "afp"),
        ((), ("Un.", "Deux.", "Le groupe n'a pas répondu (avec AFP et Reuters)."), "afp"),
        ((), ("Un.", "Deux.", "Avec Reuters"), "reuters"),
        ((), ("Un.", "L'AFP a appris la nouvelle.", "Le groupe a démenti à l'AFP."), None),
        ((), ("Un.", "Avec AFP", "Trois.", "Quatre.", "Cinq.", "Six."), "afp"),
        ((), ("Un.", "Deux.", "(AFP)", "Quatre.", "Cinq.", "Six."), None),
        ((), ("Selon des documents (AFP), le groupe savait.",), None),
        ((), (), None),
    ],
)
def test_where_an_article_may_credit_an_agency(authors, paragraphs, key):
    article = Article("a", "AFP : le titre ne compte pas", paragraphs, authors=authors)
    assert AGENCIES.credited(article) == key
