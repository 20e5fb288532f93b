"""Whose word a claim is."""

from __future__ import annotations

import pytest

from tests.analysis.reading import only, read

CASES = [
    # the journalist
    ("fr", "Amazon conserve les enregistrements.", "article", None),
    ("en", "Amazon keeps the recordings.", "article", None),
    # verb before what is said
    ("fr", "Amazon affirme que les enregistrements sont conservés six mois.", "vendor", "Amazon"),
    ("en", "Amazon said that the recordings are kept for six months.", "vendor", "Amazon"),
    ("fr", "La CNIL constate qu’Amazon conserve les enregistrements.", "regulator", "La CNIL"),
    ("en", "Researchers found that Amazon keeps the recordings.", "researcher", "Researchers"),
    ("fr", "D’anciens employés racontent qu’Amazon conserve les enregistrements.", "worker",
     "D’anciens employés"),
    ("en", "Two former contractors said that Amazon keeps the recordings.", "worker",
     "Two former contractors"),
    # verb after it, with or without inversion
    ("fr", "Amazon conserve les enregistrements, affirme l’association.", "civil_society",
     "l’association"),
    ("fr", "Amazon conserve les enregistrements, a révélé le journal.", "media", "le journal"),
    ("en", "Amazon keeps the recordings, a spokesperson said.", "vendor", "a spokesperson"),
    ("en", '"Amazon keeps the recordings," said the privacy regulator.', "regulator",
     "the privacy regulator"),
    # according to
    ("fr", "Selon Bloomberg, Amazon conserve les enregistrements.", "media", "Bloomberg"),
    ("fr", "D’après des chercheurs, Amazon conserve les enregistrements.", "researcher",
     "des chercheurs"),
    ("en", "Amazon keeps the recordings, according to the lawsuit.", "user", "the lawsuit"),
    ("fr", "La durée varie selon les réglages, mais Amazon conserve les enregistrements.",
     "article", None),
    # the innermost speaker, not the one spoken to
    ("fr", "Des salariés ont déclaré à Bloomberg qu’Amazon conserve les enregistrements.",
     "worker", "Des salariés"),
    ("en", "Workers told Bloomberg that Amazon keeps the recordings.", "worker", "Workers"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "sentence", "kind", "source"), CASES)
def test_the_source_of_a_statement(lang, sentence, kind, source):
    claim = only(lang, "retention", sentence)
    assert (claim.source_type, claim.source) == (kind, source)


def test_a_named_person_is_what_the_article_introduced_them_as():
    claim = only(
        "fr",
        "retention",
        "Paul Lemoine, ancien sous-traitant, a écrit aux autorités.",
        "Lemoine affirme qu’Apple conserve les enregistrements.",
    )
    assert (claim.source_type, claim.source) == ("worker", "Lemoine")


def test_a_spokesman_for_an_authority_is_the_authority():
    claim = only("en", "retention", "A spokesman for the regulator said Amazon keeps recordings.")
    assert claim.source_type == "regulator"


def test_a_quotation_over_several_sentences_keeps_its_speaker():
    claims = read(
        "fr",
        "« Amazon conserve les enregistrements. Les extraits sont conservés six mois », "
        "affirme une chercheuse.",
    )
    retention = [c for c in claims if c.practice == "retention"]
    assert [c.source_type for c in retention] == ["researcher", "researcher"]


def test_two_companies_that_say_it_together_are_each_their_own_source():
    claims = read(
        "fr",
        "Contrairement à Apple ou à Google, qui affirment rendre anonymes les extraits, "
        "Amazon publie un livre.",
    )
    found = {(c.vendor, c.source_type, c.source) for c in claims if c.practice == "anonymisation"}
    assert found == {("apple", "vendor", "Apple"), ("google", "vendor", "Google")}
