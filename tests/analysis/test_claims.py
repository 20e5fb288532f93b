"""The whole extraction: an article in, claims out, whatever the text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.records import Article
from tests.analysis.gold import GOLD, article, needs_gold
from tests.analysis.reading import extractor, read


def test_a_sentence_can_carry_several_claims():
    claims = read(
        "en",
        "Apple and Google let contractors listen to recordings, and both firms store the "
        "recordings for two years.",
    )
    found = {(c.vendor, c.practice) for c in claims}
    assert {("apple", "human_review"), ("google", "human_review")} <= found
    assert {("apple", "retention"), ("google", "retention")} <= found


def test_the_same_article_gives_the_same_claims():
    text = "Des salariés d’Amazon écoutent les enregistrements, selon Bloomberg."
    assert read("fr", text) == read("fr", text)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("fr", "Lire aussi : Amazon conserve les enregistrements"),
        ("fr", "Amazon reste à l’écoute de ses clients."),
        ("fr", "Une source chez Amazon a parlé sous couvert d’anonymat."),
        ("fr", "La reconnaissance vocale d’Amazon progresse."),
        ("fr", "La formation des salariés d’Amazon dure trois jours."),
        ("en", "Read more: how Amazon keeps recordings"),
        ("en", "An ad for the Amazon Echo ran during the Super Bowl."),
        ("en", "A contractor for Apple spoke on condition of anonymity."),
        ("en", "Amazon sold ten million speakers last year."),
    ],
)
def test_what_is_no_claim(lang, sentence):
    assert read(lang, sentence) == []


def test_an_article_in_a_third_language_has_no_claims():
    text = "Amazon speichert die Aufnahmen der Kunden und lässt sie von Mitarbeitern abhören."
    assert extractor().extract(Article("de", "", (text,), "de")) == []
    assert extractor().extract(Article("de", "", (text,))) == []


def test_vendors_are_named_by_names_products_and_descriptions_with_or_without_a_claim():
    text = "Alexa coûte cher. La firme de Cupertino vend aussi des enceintes. Elle s’en félicite."
    found = extractor().named(Article("x", "Google, le retour", (text,), "fr"))
    assert found == {"amazon", "apple", "google"}
    assert extractor().named(Article("de", "", ("Amazon verkauft viel.",), "de")) == set()


def test_the_language_is_detected_where_it_is_not_given():
    text = "Des milliers de salariés d’Amazon écoutent les enregistrements de ses clients."
    assert [c.practice for c in extractor().extract(Article("x", "", (text,)))] == ["human_review"]


def test_the_version_names_rules_codebook_and_models():
    assert extractor().version.startswith("rules-")


PIECES = st.sampled_from(
    [
        "Amazon conserve les enregistrements", "Siri", "« ", " »", '"', "…", "?!", ". ", "\n",
        "\u00a0",
        "selon", "dit-elle", ", a indiqué", "qui assurent", "ne", "pas", "\u0000", "\ud800", "🎤",
        "l’", "Google’s workers listen to recordings", "said", "", "\u202e", "(", "[", "\t",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["fr", "en"]), st.lists(PIECES | st.text(max_size=12), max_size=14))
def test_any_text_gives_verbatim_claims_and_no_exception(lang, pieces):
    claims = read(lang, " ".join(pieces), "".join(pieces), title="".join(pieces[:3]))
    assert all(claim.vendor and claim.quote.strip() == claim.quote != "" for claim in claims)


def test_a_very_long_paragraph_is_read():
    sentence = "Amazon conserve les enregistrements de ses clients. "
    claims = read("fr", sentence * 400)
    assert len({c.start for c in claims}) == 400


@needs_gold
def test_the_hard_sentences_of_the_article_that_it_started_from():
    seed = article(GOLD / "dev" / "fr-seed.json")
    claims = extractor().extract(seed)

    def found(start: str) -> set[tuple[str, ...]]:
        return {
            (c.vendor, c.practice, c.polarity, c.certainty, c.source_type)
            for c in claims
            if c.quote.startswith(start)
        }

    contrast = found("Contrairement à Apple")
    assert ("apple", "anonymisation", "affirmed", "certain", "vendor") in contrast
    assert ("google", "anonymisation", "affirmed", "certain", "vendor") in contrast
    assert ("amazon", "human_review", "affirmed", "uncertain", "article") in contrast
    assert {c[4] for c in found("Bloomberg rapporte")} == {"media"}
    assert {c[4] for c in found("Des travailleurs ont")} == {"worker"}
    assert ("amazon", "human_review", "affirmed", "certain", "vendor") in found("Pourtant Amazone")
    assert "accidental_activation" in {c[1] for c in found("Sauf qu’il arrive")}
    assert "outsourcing" in {c[1] for c in found("Ce qu’il faut savoir")}
    assert "safeguards" in {c[1] for c in found("Une porte-parole affirme")}
    assert "model_training" in {c[1] for c in found("Amazon précise sur son site")}


@needs_gold
def test_no_quote_of_the_coded_articles_is_not_verbatim():
    for path in sorted(GOLD.glob("*/*.json")):
        blocks = dict(article(path).blocks())
        assert json.loads(path.read_text(encoding="utf-8"))["id"]
        for claim in extractor().extract(article(path)):
            assert blocks[claim.paragraph][claim.start : claim.end] == claim.quote
