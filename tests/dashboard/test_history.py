"""A sentence through the versions of its article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dashboard.history import changes, counterpart, forms
from analysis.store import Version
from tests.dashboard.invented_press import article

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
LISTENS = "Amazon lets staff listen to recordings."


def versions(*texts: str) -> list[Version]:
    return [
        Version(number, article("a", "ledger", "Title", *text.split("\n")), NOON, NOON)
        for number, text in enumerate(texts, start=1)
    ]


def test_the_sentence_through_the_versions() -> None:
    reworded = "Amazon lets hundreds of staff listen to recordings."
    found = forms(
        LISTENS,
        0,
        versions("Nothing.", LISTENS, f"New. {LISTENS}", f"New.\n{reworded}", "New.", "New!"),
    )
    assert [(form.version.number, form.state, form.sentence) for form in found] == [
        (1, "absent", None),
        (2, "appeared", LISTENS),
        (3, "same", LISTENS),
        (4, "reworded", reworded),
        (5, "gone", None),
        (6, "absent", None),
    ]
    assert [form.state for form in forms(LISTENS, 0, versions(LISTENS))] == ["first"]


def test_a_headline_is_compared_with_the_headline() -> None:
    story = article("a", "ledger", "Alexa hears all", "Alexa hears everything, it is said.")
    assert counterpart("Alexa hears everything", -1, story) == "Alexa hears all"
    assert counterpart("Alexa hears all", 0, story) is None
    assert counterpart("Alexa hears all", -1, article("a", "ledger", "", "Alexa hears all")) is None


def test_of_two_like_sentences_the_nearer_is_meant() -> None:
    story = article("a", "ledger", "T", "It keeps 2 files.", "No.", "It keeps 3 files.", "No.")
    assert counterpart("It keeps 9 files.", 3, story) == "It keeps 3 files."


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("It may listen.", "It listens.", "It [-may listen-][+listens+]."),
        ("It listens.", "It listens to all.", "It listens[+ to all+]."),
        ("It never listens.", "It listens.", "It[- never-] listens."),
        ("All the same", "All the same", "All the same"),
        ("l’écoute", "l’enregistre", "l’[-écoute-][+enregistre+]"),
    ],
)
def test_changes_are_shown_by_words(before: str, after: str, shown: str) -> None:
    marks = {"kept": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    pieces = changes(before, after)
    assert "".join(marks[piece.change].format(piece.text) for piece in pieces) == shown


@given(st.text("ab .’é", max_size=30), st.text("ab .’é", max_size=30))
def test_changes_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    pieces = changes(before, after)
    assert "".join(p.text for p in pieces if p.change != "added") == before
    assert "".join(p.text for p in pieces if p.change != "removed") == after
    assert all(p.text for p in pieces)
