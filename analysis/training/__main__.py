"""`python -m analysis.training`: makes the encoder out of published weights and coded text.

Trains twice with a fixed seed, side by side: without a tenth of the texts, to measure and to
calibrate, and on all of them, for use.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from analysis.codebook import load_codebook
from analysis.config import ROOT, Settings
from analysis.encoder import Encoder, Windows
from analysis.errors import EarshotError
from analysis.training import linear
from analysis.training.card import model_card
from analysis.training.corpus import Text, load_articles, load_passages, split
from analysis.training.export import export
from analysis.training.figures import HeldOut, calibrate, calibrated, held_out, rate
from analysis.training.train import Example, Recipe, examples, fitted, new_network, predict
from analysis.training.vocabulary import pruned, tokenizer
from analysis.training.weights import load_weights

_DATA = Settings().codebook / "training"
_OUT = ROOT / "analysis" / "data" / "encoder"
FOLDS = 10
SEEN = ("d-", "e-", "f-", "g-", "h-", "en-t-", "fr-t-")
"""Texts that expressions of the codebook were written in view of."""


def main(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the model goes.")] = _OUT,
    data: Annotated[Path, typer.Option(metavar="DIR", help="Coded text.")] = _DATA,
    layers: Annotated[int, typer.Option(min=1, max=12, help="Layers kept of twelve.")] = 12,
    epochs: Annotated[int, typer.Option(min=1)] = Recipe().epochs,
    seed: Annotated[int, typer.Option()] = Recipe().seed,
    threads: Annotated[int, typer.Option(min=1)] = os.cpu_count() or 1,
) -> None:
    """Train the encoder and write it with its description."""
    codebook = load_codebook(Settings().codebook)
    practices = tuple(codebook.practices)
    texts = load_passages(data) + load_articles(data / "articles")
    sentences = [s.text for text in texts for paragraph in text.paragraphs for s in paragraph]
    weights = pruned(load_weights(), sentences)
    recipe = Recipe(epochs=epochs, seed=seed)
    windows = Windows(tokenizer(weights))
    _say(f"{len(texts)} texts, {len(sentences)} sentences, {len(weights.pieces)} pieces of words")

    start = time.monotonic()
    kept, out_texts = split(texts, FOLDS, 0, seed)
    everything = examples(texts, windows)
    # Two trainings of one thread each take less time than one after the other on two.
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:

        def fit(given: list[Example], name: str) -> Future[dict[str, torch.Tensor]]:
            each = max(threads // 2, 1)
            return pool.submit(fitted, weights, layers, practices, recipe, each, given, name)

        to_measure, for_use = fit(examples(kept, windows), "nine tenths"), fit(everything, "all")
        network = new_network(weights, layers, practices)
        network.load_state_dict(to_measure.result())
        probabilities = predict(network, examples(out_texts, windows))[0]
        votes = linear.predict(linear.fit(kept, windows, practices), out_texts, windows)
        found = held_out(out_texts, probabilities, votes, practices, codebook, SEEN)
        calibration = calibrate(found)
        stated = calibrated(found, calibration) >= 0.5
        _say(f"held out: {_line(found, stated)}; {calibration}")
        network.load_state_dict(for_use.result())
    version = f"e5-small-{layers}-{seed}-{len(sentences)}"
    ngrams = linear.fit(texts, windows, practices)
    made = export(
        network, ngrams, tokenizer(weights), practices, version, calibration, everything[:24], out
    )
    given = [text for text in out_texts if text.titled][:20]
    trained = held_out(
        given,
        predict(network, examples(given, windows))[0],
        linear.predict(ngrams, given, windows),
        practices,
        codebook,
        SEEN,
    )
    _say(f"exported and trained model agree on {_agreement(out, given, trained):.1%} of sentences")
    card = model_card(made, texts, found, recipe, layers)
    (out / "README.md").write_text(card, encoding="utf-8")
    _say(f"wrote {out} after {(time.monotonic() - start) / 60:.0f} minutes")


def _line(found: HeldOut, stated: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    every = rate(stated, found, np.ones(len(stated), bool))
    return f"precision {every.precision:.3f}, recall {every.recall:.3f}, F1 {every.f1:.3f}"


def _agreement(folder: Path, given: list[Text], trained: HeldOut) -> float:
    """The share of sentences for which the exported model gives the trained one's practices."""
    encoder = Encoder(folder)
    readings = [
        reading.stated
        for text in given
        for paragraph in encoder.read([[s.text for s in p] for p in text.paragraphs])
        for reading in paragraph
    ]
    by = encoder.card.calibration
    odds = by.log_odds(trained.encoder, trained.ngrams, trained.before)
    return float(((np.stack(readings) >= 0) == (odds >= 0)).all(axis=1).mean())


def _say(message: str) -> None:
    typer.echo(message, err=True)


if __name__ == "__main__":
    try:
        typer.run(main)
    except EarshotError as error:
        _say(f"earshot: {error}")
        sys.exit(1)
