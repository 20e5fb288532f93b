"""Who says what, whatever it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook import load_codebook
from analysis.config import Settings
from analysis.phrases import Span
from analysis.quotations import quotations
from analysis.quotes import Quote, QuoteFinder, quote_line
from analysis.records import Article

D, I, M, A = "direct", "indirect", "mixed", "according-to"  # noqa: E741 - as columns of a table


@cache
def finder() -> QuoteFinder:
    chosen = Settings()
    return QuoteFinder(load_codebook(chosen.codebook), chosen.models)


def quotes(lang: str, text: str, title: str = "") -> list[Quote]:
    """The quotes of a text, each checked to stand where it says."""
    found = finder().find(Article("test", title, tuple(text.split("\n")), lang))
    for quote in found:
        assert text[quote.quote_start : quote.quote_end] == quote.quote
        if quote.speaker is None:
            assert (quote.speaker_start, quote.speaker_end) == (None, None)
        else:
            assert text[quote.speaker_start : quote.speaker_end] == quote.speaker
    return found


CASES = [
    # "selon" and its like, wherever they stand
    ("fr", "La digue, selon le préfet, tiendra jusqu’à l’été.",
     [("La digue, selon le préfet, tiendra jusqu’à l’été", "le préfet", A)]),
    ("fr", "Le vote, d’après la mairie, aura lieu en mars.",
     [("Le vote, d’après la mairie, aura lieu en mars", "la mairie", A)]),
    ("fr", "D’après Reuters, l’usine fermera.", [("l’usine fermera", "Reuters", A)]),
    ("fr", "Pour Me Lambert, la cour s’est trompée.",
     [("la cour s’est trompée", "Me Lambert", A)]),
    ("fr", "Pour les syndicats, l’offre est une insulte.",
     [("l’offre est une insulte", "les syndicats", A)]),
    ("fr", "Le stade, à en croire le maire, sera prêt en mai.",
     [("Le stade, à en croire le maire, sera prêt en mai", "le maire", A)]),
    ("en", "The levee, according to the governor, will hold until summer.",
     [("The levee, according to the governor, will hold until summer", "the governor", A)]),
    # what depends on something is not said by it
    ("fr", "La durée varie selon les réglages.", []),
    ("fr", "Selon les cas, la remise va de 5 à 10 %.", []),
    ("fr", "Les élèves sont répartis selon leur âge.", []),
    ("fr", "Le guide est traduit pour les touristes, en mai.", []),
    ("en", "Fees vary according to the settings.", []),
    ("en", "Everything went according to plan.", []),
    # denials and infinitives
    ("fr", "Le club dément que son gardien soit blessé.",
     [("son gardien soit blessé", "Le club", I)]),
    ("fr", "La société affirme avoir payé ses impôts.",
     [("avoir payé ses impôts", "La société", I)]),
    ("fr", "Le groupe s’est excusé d’avoir tardé à répondre.",
     [("d’avoir tardé à répondre", "Le groupe", I)]),
    ("fr", "Le ministre dit ne pas avoir lu la lettre.",
     [("ne pas avoir lu la lettre", "Le ministre", I)]),
    ("en", "The treasurer denied taking the money.", [("taking the money", "The treasurer", I)]),
    ("en", "The firm denies that it misled investors.",
     [("it misled investors", "The firm", I)]),
    ("en", "The airline apologised for losing 300 bags.",
     [("losing 300 bags", "The airline", I)]),
    ("en", "The club said sorry. It denied having known.", [("having known", "It", I)]),
    # accusations
    ("fr", "L’ONG accuse la ville d’avoir pollué la rivière.",
     [("la ville d’avoir pollué la rivière", "L’ONG", I)]),
    ("fr", "Le parquet reproche au maire d’avoir menti.",
     [("au maire d’avoir menti", "Le parquet", I)]),
    ("en", "Residents accuse the council of ignoring them.",
     [("the council of ignoring them", "Residents", I)]),
    # noun cues
    ("fr", "L’affirmation du maire selon laquelle la dette diminue est contestée.",
     [("la dette diminue", "maire", I)]),
    ("fr", "La rumeur selon laquelle l’usine fermerait est fausse.",
     [("l’usine fermerait", None, I)]),
    ("en", "The claim that the vote was rigged has no basis.",
     [("the vote was rigged", None, I)]),
    ("en", "The bank’s admission that it lost the files came late.",
     [("it lost the files", "The bank", I)]),
    ("en", "The allegation by two clerks that the books were cooked went nowhere.",
     [("the books were cooked", "two clerks", I)]),
    # documents as sources
    ("en", "A leaked memo says the plant will close in June.",
     [("the plant will close in June", "A leaked memo", I)]),
    ("fr", "Un rapport du Sénat révèle que la digue est fissurée.",
     [("la digue est fissurée", "Un rapport du Sénat", I)]),
    # the clitic is the speaker
    ("fr", "« Rien n’est décidé », affirme-t-il.", [("« Rien n’est décidé »", "il", D)]),
    ("fr", "L’usine fermera, précisent-elles.", [("L’usine fermera", "elles", I)]),
    # who is told is no speaker
    ("fr", "« Nous vendrons », a déclaré Paul Girard à Bloomberg.",
     [("« Nous vendrons »", "Paul Girard", D)]),
    ("fr", "L’accord est proche, a dit la ministre à Reuters.",
     [("L’accord est proche", "la ministre", I)]),
    ("en", "“We will sell,” the chairman told Bloomberg.",
     [("“We will sell,”", "the chairman", D)]),
    ("en", "Two pilots told the BBC that the runway was icy.",
     [("the runway was icy", "Two pilots", I)]),
    ("en", "The panel was told by a nurse that the ward was full.",
     [("the ward was full", "a nurse", I)]),
    # split, run-on and nested quotations, and one source after the other
    ("en", "“The roof,” Ms Hale said, “was never checked.”",
     [("“The roof,” Ms Hale said, “was never checked.”", "Ms Hale", D)]),
    ("fr", "« Le toit, dit Mme Hale, n’a jamais été contrôlé. »",
     [("« Le toit, dit Mme Hale, n’a jamais été contrôlé. »", "Mme Hale", D)]),
    ("en", "“It leaked,” said Ms Hale. “We told them twice.”",
     [("“It leaked,” said Ms Hale. “We told them twice.”", "Ms Hale", D)]),
    ("en", "“He told me ‘go home’ and I went,” the boy said.",
     [("“He told me ‘go home’ and I went,”", "the boy", D),
      ("‘go home’", "He", D)]),
    ("en", "The union says pay fell, but the firm says it rose.",
     [("pay fell", "The union", I), ("it rose", "the firm", I)]),
    ("fr", "Le syndicat dit que les salaires baissent, mais la direction assure qu’ils montent.",
     [("les salaires baissent", "Le syndicat", I), ("ils montent", "la direction", I)]),
    ("en", "The coach said he was tired, adding that he would stay.",
     [("he was tired", "The coach", I), ("he would stay", "The coach", I)]),
    ("en", "The striker called the pitch “a swamp”.",
     [("the pitch “a swamp”", "The striker", M)]),
    ("fr", "Le maire : « Nous n’avons rien caché. »",
     [("« Nous n’avons rien caché. »", "Le maire", D)]),
    # no one is quoted
    ("en", "The “smart” kettle sells well.", []),
    ("fr", "Le film « La Nuit des rois » sort mercredi.", []),
    ("en", "The added charge shows up on the bill.", []),
    ("fr", "Le maire a annoncé sa démission.", []),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "expected"), CASES)
def test_the_quotes_of_a_sentence(lang, text, expected):
    assert [(q.quote, q.speaker, q.kind) for q in quotes(lang, text)] == expected


def test_a_quotation_over_paragraphs_is_one_quote():
    text = (
        "“My family has farmed here since the war.\n"
        "“Now they call it a flood plain,” said Colm Daly.\n"
        "Prices rose."
    )
    [quote] = quotes("en", text, title="“A title” is no text")
    assert quote.quote == text[: text.index(" said")]
    assert (quote.speaker, quote.kind) == ("Colm Daly", D)


def test_a_quotation_without_reporting_words_has_the_speaker_of_the_one_before():
    text = (
        "« Tout a brûlé », raconte Jean Grall, éleveur à Plouay depuis vingt-deux ans et père de "
        "trois enfants. La ferme est vide. « Nous n’avons plus une seule bête. »"
    )
    found = quotes("fr", text)
    assert [(q.quote, q.speaker, q.cue) for q in found] == [
        ("« Tout a brûlé »", "Jean Grall", "raconte"),
        ("« Nous n’avons plus une seule bête. »", "Jean Grall", None),
    ]


def test_a_quotation_of_nobody_has_no_speaker():
    [quote] = quotes("en", "The poster was blunt. “We asked for help and nobody came.”")
    assert (quote.speaker, quote.speaker_start, quote.speaker_end) == (None, None, None)


@pytest.mark.parametrize(
    "marked",
    ['"{}"', "“{}”", "« {} »", "«\u202f{}\u202f»", "«\u00a0{}\u00a0»", "„{}“", "'{}'", "‘{}’"],
)
def test_every_make_of_quotation_marks_is_read(marked):
    said = marked.format("The bridge will close in May,")
    [quote] = quotes("en", f"{said} the mayor said.")
    assert (quote.quote, quote.speaker, quote.kind) == (said, "the mayor", D)


def test_an_article_in_a_third_language_has_no_quotes():
    assert quotes("de", "„Wir kommen“, sagte er.") == []


WORDS = st.sampled_from(
    [
        *("said", "Mr Hale", "affirme-t-il", "selon", "the mayor", "que", "that"),
        *".,:?!…«»“”„\"'‘’‹›—–()",
        *("a", "b", "\ud800", "\u202f", "🎺", "\x00", "é", "\n"),
    ]
)


@given(st.lists(WORDS, max_size=30), st.sampled_from(["fr", "en"]), st.sampled_from(["", " "]))
@settings(max_examples=60, deadline=None)
def test_whatever_the_marks_offsets_are_true_and_nothing_fails(words, lang, glue):
    for quote in quotes(lang, glue.join(words)):
        line = json.loads(quote_line(quote))
        assert line["quote_end"] - line["quote_start"] == len(quote.quote) > 0


def test_a_long_row_of_open_marks_takes_no_time():
    assert quotations(['«“"' * 50_000 + "»" * 1_000]) is not None


@dataclass
class Tally:
    """How quotes that were found pair with those annotated."""

    annotated: int = 0
    found: int = 0
    overlapping: int = 0
    alike: int = 0
    speaker: int = 0

    def f1(self, paired: int) -> float:
        return 2 * paired / (self.annotated + self.found)


def pairs(annotated: list[Span], found: list[Span], least: float) -> list[tuple[int, int]]:
    """One to one, the most alike first, by Jaccard over characters."""
    scored = sorted(
        (
            (max(0, min(a[1], b[1]) - max(a[0], b[0])) / (max(a[1], b[1]) - min(a[0], b[0])), i, k)
            for i, a in enumerate(annotated)
            for k, b in enumerate(found)
        ),
        reverse=True,
    )
    chosen: list[tuple[int, int]] = []
    for score, i, k in scored:
        if score >= least and all(i != left and k != right for left, right in chosen):
            chosen.append((i, k))
    return chosen


def tally(lang: str) -> Tally:
    result = Tally()
    for line in (Path(__file__).parent / "quotes.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["lang"] != lang:
            continue
        text = case["text"]
        found = quotes(lang, text)
        starts = [text.index(q["quote"]) for q in case["quotes"]]
        annotated = [(s, s + len(q["quote"])) for s, q in zip(starts, case["quotes"], strict=True)]
        spans = [(q.quote_start, q.quote_end) for q in found]
        result.annotated += len(annotated)
        result.found += len(found)
        result.alike += len(pairs(annotated, spans, 0.8))
        for i, k in pairs(annotated, spans, 0.3):
            result.overlapping += 1
            want, got = case["quotes"][i]["speaker"], found[k].speaker
            result.speaker += want == got or bool(want and got and (want in got or got in want))
    return result


@pytest.mark.parametrize(("lang", "overlap", "jaccard"), [("en", 0.96, 0.93), ("fr", 0.93, 0.91)])
def test_quotes_of_ordinary_news_do_not_fall_below_their_floor(lang, overlap, jaccard):
    result = tally(lang)
    assert result.f1(result.overlapping) >= overlap
    assert result.f1(result.alike) >= jaccard
    assert result.speaker / result.overlapping >= 0.98
