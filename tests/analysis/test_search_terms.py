"""How a search is read, which words it finds, and what of an article it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records import Article
from analysis.search_terms import (
    MAX_LENGTH,
    Query,
    QueryError,
    Run,
    Term,
    highlighted,
    key,
    keys,
    parse,
    snippets,
)
from analysis.store.search import fts5, tsquery


def marked(runs: list[Run]) -> str:
    return "".join(f"[{run.text}]" if run.hit else run.text for run in runs)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "écoute écoutent écoutes écouté écoutées ECOUTE ecoutees"),
        ("fr", "enregistrement enregistrements enregistrer Enregistrés"),
        ("fr", "confidentialité confidentialite"),
        ("en", "listen listens listening Listened"),
        ("en", "recording recordings record"),
        ("de", "Straße STRASSE strasse"),
        (None, "œuvre OEUVRE"),
    ],
)
def test_words_that_are_found_as_one(lang: str | None, words: str) -> None:
    assert len({key(word, lang) for word in words.split()}) == 1


def test_the_languages_words_are_kept_apart() -> None:
    assert key("siri", "fr") != key("sir", "en")


def test_the_words_of_a_text() -> None:
    assert keys("L’enceinte, dit-on : « 3,5 ½ » _", None) == [
        f"x{word}" for word in ("l", "enceinte", "dit", "on", "3", "5", "12")
    ]


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("voice recordings", [["voice"], ["recordings"]], []),
        ('"voice recordings" alexa', [["voice recordings"], ["alexa"]], []),
        ("« vie privée »", [["vie privée"]], []),
        ("alexa -siri -“voice search”", [["alexa"]], ["siri", "voice search"]),
        ("alexa NOT siri AND echo", [["alexa"], ["echo"]], ["siri"]),
        ("alexa OR siri OR cortana echo", [["alexa", "siri", "cortana"], ["echo"]], []),
        ("OR alexa OR", [["alexa"]], []),
        ("l’assistant e-mail", [["l assistant"], ["e mail"]], []),
        ("alexa - echo", [["alexa"], ["echo"]], []),
        ("alexa\x00* <b>", [["alexa"], ["b"]], []),
    ],
)
def test_a_search_as_it_is_read(typed: str, wanted: list[list[str]], unwanted: list[str]) -> None:
    query = parse(typed)
    assert [[" ".join(term.words) for term in group] for group in query.wanted] == wanted
    assert [" ".join(term.words) for term in query.unwanted] == unwanted


def test_a_quotation_mark_without_its_second_one_is_noted() -> None:
    assert parse('alexa "voice recordings') == Query(
        ((Term(("alexa",)),), (Term(("voice", "recordings")),)), unclosed=True
    )


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "empty"),
        ('AND OR NOT "" * - -- () ^ : ½-'.replace("½", ""), "empty"),
        ("-alexa NOT siri", "only_unwanted"),
        ("al*", "short_prefix"),
        ("word " * 60, "too_many_words"),
        ("a" * 10_000, "too_long"),
    ],
)
def test_what_cannot_be_searched_for_is_named(typed: str, problem: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(typed)
    assert refused.value.problem == problem


@given(st.text(max_size=MAX_LENGTH))
def test_whatever_is_typed_gives_a_search_or_a_named_problem(typed: str) -> None:
    try:
        query = parse(typed)
    except QueryError:
        return
    text = f"{typed} Amazon {typed[::-1]}"
    assert "".join(run.text for run in highlighted(text, "fr", query)) == text
    for written in (fts5(query), tsquery(query)):
        assert "\x00" not in written
        assert written.count("(") == written.count(")")


@pytest.mark.parametrize(
    ("typed", "text", "shown"),
    [
        ("écoute", "Des salariés ÉCOUTENT l’assistant.", "Des salariés [ÉCOUTENT] l’assistant."),
        (
            '"vie privée"',
            "La vie est privée ; la vie privée.",
            "La vie est privée ; la [vie privée].",
        ),
        ("surveil*", "On surveille. Surveillance !", "On [surveille]. [Surveillance] !"),
        ("enregistrem*", "Un enregistrement.", "Un [enregistrement]."),
        ("l'assistant -alexa", "Alexa, l’assistant.", "Alexa, [l’assistant]."),
        ('"a b" "b c"', "a b c", "[a b][ c]"),
    ],
)
def test_what_was_looked_for_is_marked(typed: str, text: str, shown: str) -> None:
    assert marked(highlighted(text, "fr", parse(typed))) == shown


def test_the_passage_with_most_of_the_words_is_shown_then_one_with_the_rest() -> None:
    article = Article(
        id="a",
        title="Alexa",
        paragraphs=(
            "Alexa, again.",
            "Nothing. " * 60 + "Staff listen to Alexa." + " More." * 60,
            "Recorded, Alexa.",
        ),
        lang="en",
    )
    first, second = map(marked, snippets(article, parse("alexa staff listens records"), length=60))
    assert "[Staff] [listen] to [Alexa]." in first
    assert first.startswith("… ")
    assert first.endswith(" …")
    assert len(first) < 120
    assert second == "[Recorded], [Alexa]."


def test_a_word_of_the_title_alone_leaves_the_beginning_to_show() -> None:
    article = Article(id="a", title="Alexa", paragraphs=("It listens.",), lang="en")
    assert snippets(article, parse("alexa")) == [[Run("It listens.")]]
    assert snippets(Article(id="a", title="Alexa", paragraphs=()), parse("alexa")) == []
