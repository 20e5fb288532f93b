"""The words of texts in memory, against looking through the texts."""

from __future__ import annotations

import random

import pytest

from analysis import words
from analysis.words import Spelt, Words

WORDS = ("siri", "sirius", "ecoute", "l'ecoute", "d.", "100_%", "\N{GREEK SMALL LETTER ALPHA}a")
PARTS = ("siri", "s", "ecoute", "'", ".", "00_", "a", "\N{GREEK SMALL LETTER ALPHA}", "zanzibar")


def texts(chance: random.Random, number: int) -> list[str]:
    """Texts of a few lines; some are empty."""
    return [
        "\n".join(" ".join(chance.choices(WORDS, k=chance.randrange(3))) for _ in range(2))
        for _ in range(number)
    ]


def read(given: list[str]) -> Words:
    spelt = Spelt()
    spelt.extend(given)
    return spelt.words()


def having(given: list[str], parts: list[str]) -> list[bool]:
    return [all(part in text for part in parts) for text in given]


@pytest.mark.parametrize("seed", range(3))
def test_what_has_some_letters_is_found_in_every_block(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "AT_ONCE", 8)
    chance = random.Random(seed)
    known, every = Words(), list[str]()
    for number in (3, 4, 20, 1, 0, 8, 9):
        more = texts(chance, number)
        known, every = known.followed_by(read(more)), every + more
        assert len(known) == len(every)
        for part in PARTS:
            assert known.having([part]).tolist() == having(every, [part])
        both = chance.sample(PARTS, k=2)
        assert known.having(both).tolist() == having(every, both)


def test_texts_that_come_in_parts_are_known_as_if_they_came_at_once() -> None:
    given = texts(random.Random(3), 10)
    spelt = Spelt()
    for text in given:
        spelt.extend([text])
    assert spelt.words().having(["siri"]).tolist() == having(given, ["siri"])


def test_where_nothing_is_asked_for_everything_passes() -> None:
    assert read(["siri", ""]).having([]).tolist() == [True, True]
    assert Words().having(["siri"]).tolist() == []
