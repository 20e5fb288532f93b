"""Whose answers the paragraphs of an interview are."""

from __future__ import annotations

import pytest

from analysis.codebook import Codebook, load_codebook
from analysis.config import Settings
from analysis.interviews import find_interview
from analysis.sources import SourceClassifier
from tests.analysis.reading import read

ENGLISH = [
    '"It remembers more than you do": a conversation about kitchen speakers',
    "Leah Brandvold, a computer scientist in Bergen, spent a winter with Alexa and Siri.",
    "What did you look for?",
    "I wanted to know when they talk. Amazon keeps the recordings.",
    "And who listens?",
    "People do. Apple told me that it keeps the recordings.",
    "Would you have one at home?",
    "My mother has two. I water her plants and say nothing.",
    "Brandvold's report is out in March.",
]
FRENCH = [
    "« La nuit, elles parlent entre elles » : entretien sur les enceintes",
    "Nolwenn Scouarnec, chercheuse à Brest, démonte Alexa et Siri depuis dix ans.",
    "Par quoi avez-vous commencé ?",
    "J'ai écouté le réseau. Google conserve les enregistrements.",
    "Cela vous a étonnée ?",
    "Non, et je l'avais écrit. Amazon assure qu'elle conserve les enregistrements.",
    "Votre voisine a raison de se méfier.",
    "Ma voisine a surtout un chien. Apple conserve les enregistrements.",
    "Que faut-il en retenir ?",
    "Rien, sinon que j'ai débranché la mienne.",
    "Propos recueillis par la rédaction.",
]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(Settings().codebook)


def interview(
    codebook: Codebook, lang: str, blocks: list[str]
) -> tuple[list[int], str, str] | None:
    found = find_interview(blocks, SourceClassifier(codebook, lang, blocks), codebook, lang)
    if found is None:
        return None
    return sorted(found.answers), blocks[found.block][slice(*found.name)], found.kind


def test_answers_are_those_of_the_person_introduced_before(codebook: Codebook) -> None:
    assert interview(codebook, "en", ENGLISH) == ([3, 5, 7], "Leah Brandvold", "researcher")


def test_a_question_may_lack_its_mark(codebook: Codebook) -> None:
    assert interview(codebook, "fr", FRENCH) == ([3, 5, 7, 9], "Nolwenn Scouarnec", "researcher")


@pytest.mark.parametrize("label", ["Leah Brandvold: ", "L. B. "])
def test_a_label_says_who_answers(codebook: Codebook, label: str) -> None:
    blocks = [*ENGLISH]
    blocks[1] += " With her came Tove Aasen, a former Amazon contractor."
    assert (interview(codebook, "en", blocks) or ("", ""))[1] == "Tove Aasen"
    blocks[3] = label + blocks[3]
    assert (interview(codebook, "en", blocks) or ("", ""))[1] == "Leah Brandvold"


def test_quoted_answers_are_told_from_what_the_newsroom_adds(codebook: Codebook) -> None:
    quoted = [f'"{text}"' if number in (3, 5, 7) else text for number, text in enumerate(ENGLISH)]
    quoted.insert(6, "Amazon told us that nobody listens at night.")
    assert (interview(codebook, "en", quoted) or ([],))[0] == [3, 5, 8]


@pytest.mark.parametrize(
    "change",
    [
        {1: "We put your questions to Leah Brandvold, our technology reporter."},
        {1: "We put your questions to those who know."},
        {3: "Amazon keeps all of it.", 7: "That is for everybody to decide."},
        {2: "They begin at night.", 4: "People listen."},
    ],
    ids=["a journalist answers", "nobody is named", "nobody says I", "too few questions"],
)
def test_what_is_no_interview(codebook: Codebook, change: dict[int, str]) -> None:
    blocks = [change.get(number, text) for number, text in enumerate(ENGLISH)]
    assert interview(codebook, "en", blocks) is None


@pytest.mark.parametrize(("lang", "blocks"), [("en", ENGLISH), ("fr", FRENCH)])
def test_an_answer_is_its_speakers_word_unless_it_passes_on_anothers(
    lang: str, blocks: list[str]
) -> None:
    name = blocks[1].partition(",")[0]
    found = {c.paragraph: (c.source_type, c.source) for c in read(lang, *blocks[1:])}
    assert found[2] == ("researcher", name)
    assert found[4][0] == "vendor"
    if lang == "fr":
        assert found[6] == ("researcher", name)
