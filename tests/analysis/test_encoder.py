"""The encoder: its windows, its files and their damages."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from analysis.config import Settings
from analysis.encoder import (
    CARD,
    FILES,
    SENTENCE_PIECES,
    WINDOW_PIECES,
    Encoder,
    Windows,
    file_digest,
)
from analysis.errors import ModelError

FOLDER = Settings().encoder or Path()
LIMIT = 40_000_000


@cache
def encoder() -> Encoder:
    return Encoder(FOLDER)


@cache
def windows() -> Windows:
    return Windows(Tokenizer.from_file(str(FOLDER / "tokenizer.json")))


def practice(name: str) -> int:
    return encoder().card.practices.index(name)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Amazon employees listen to what customers tell Alexa.", "human_review"),
        ("Des salariés d'Amazon écoutent ce que les clients disent à Alexa.", "human_review"),
        ("Google keeps the recordings for eighteen months.", "retention"),
        ("Google conserve les enregistrements pendant dix-huit mois.", "retention"),
        ("Siri requests are processed entirely on the iPhone.", "local_processing"),
        ("Les utilisateurs peuvent effacer leurs enregistrements dans l'application.", "deletion"),
    ],
)
def test_a_plain_statement_is_read_and_its_words_are_in_the_sentence(sentence: str, name: str):
    [[reading]] = encoder().read([[sentence]])
    assert reading.stated[practice(name)] > 0
    start, end = reading.focus[practice(name)]
    assert sentence[start:end].strip()


@pytest.mark.parametrize(
    "sentence",
    [
        "The new speaker costs 99 euros and comes in three colours.",
        "Le titre du distributeur a perdu deux pour cent à Wall Street.",
    ],
)
def test_a_sentence_about_something_else_states_nothing(sentence: str):
    [[reading]] = encoder().read([[sentence]])
    assert reading.stated.max() < 0


def test_every_sentence_has_one_reading_in_its_place():
    texts = [["A title"], [], ["One.", "Two two.", ""], ["Three."] * 40]
    readings = encoder().read(texts)
    assert [len(some) for some in readings] == [1, 0, 3, 40]
    assert encoder().read([]) == []


def test_readings_do_not_depend_on_what_is_read_beside():
    alone = encoder().read([["Alexa"], ["Amazon keeps every recording."]])
    again = encoder().read([["Alexa"], ["Amazon keeps every recording."]])
    assert (alone[1][0].stated == again[1][0].stated).all()


def test_the_linear_model_and_the_sentence_before_have_their_say():
    sentence = "They are kept for eighteen months."
    after_nothing = encoder().read([[sentence]])[0][0].stated[practice("retention")]
    told = ["Google keeps the recordings of its speakers.", sentence]
    assert encoder().read([told])[0][1].stated[practice("retention")] > after_nothing


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=400), max_size=4), max_size=5), st.booleans())
def test_windows_hold_every_sentence_once_and_stay_short(texts: list[list[str]], titled: bool):
    pieces = [windows().pieces(sentences) for sentences in texts]
    cut = list(windows().cut(pieces, titled and bool(pieces)))
    flat = [sentence for paragraph in pieces for sentence in paragraph]
    spans = [(window, span) for window in cut for span in window.spans]
    assert [w.ids[start:end] for w, (start, end) in spans] == [sentence.ids for sentence in flat]
    assert all(len(window.ids) <= WINDOW_PIECES + SENTENCE_PIECES for window in cut)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in (*FILES, CARD):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [*FILES, CARD])
def test_a_missing_file_is_named_with_its_remedy(copied: Path, name: str):
    (copied / name).unlink()
    with pytest.raises(ModelError, match=rf"{name}.*No such file.*--rules-only"):
        Encoder(copied)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused_before_it_is_loaded(copied: Path, name: str):
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name}: damaged.*--rules-only"):
        Encoder(copied)


def test_a_description_of_another_format_is_refused(copied: Path):
    (copied / CARD).write_text(json.dumps({"version": 3}), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"{CARD}: not the description of a model"):
        Encoder(copied)


def test_a_file_that_is_no_model_is_refused(copied: Path):
    card = json.loads((copied / CARD).read_text(encoding="utf-8"))
    (copied / "model.onnx").write_bytes(b"not a model")
    card["digests"]["model.onnx"] = file_digest(copied / "model.onnx")
    (copied / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="not a model that this program can run"):
        Encoder(copied)


def test_the_model_is_small_enough_to_be_kept_in_the_repository():
    assert sum((FOLDER / name).stat().st_size for name in FILES) < LIMIT
