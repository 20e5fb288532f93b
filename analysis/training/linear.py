"""Fits the linear model that votes beside the encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from analysis.encoder import Windows
from analysis.ngrams import BITS, NGrams, features
from analysis.training.corpus import Sentence, Text

STRENGTH = 60.0
"""Inverse of the regularisation: the best of 10 to 100 in cross-validation, none far behind."""


def fit(texts: Sequence[Text], windows: Windows, practices: Sequence[str]) -> NGrams:
    """One logistic regression a practice; sentences that coders disagreed on count as without."""
    sentences = _sentences(texts)
    found = [features(pieces.ids) for pieces in windows.pieces([s.text for s in sentences])]
    counts = np.array([len(some) for some in found])
    given = csr_matrix(
        (
            np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts),
            np.concatenate(found),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(len(sentences), 2**BITS),
    )
    weights, bias = np.zeros((2**BITS, len(practices))), np.zeros(len(practices), np.float32)
    for column, practice in enumerate(practices):
        coded = [practice in s.codes and not s.codes[practice].optional for s in sentences]
        fitted = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        fitted.fit(given, coded)
        weights[:, column] = fitted.coef_[0]
        bias[column] = fitted.intercept_[0]
    scale = np.abs(weights).max(axis=0) / 127
    rounded = np.round(weights / np.maximum(scale, 1e-9)).astype(np.int8)
    return NGrams(rounded, scale.astype(np.float32), bias)


def predict(model: NGrams, texts: Sequence[Text], windows: Windows) -> npt.NDArray[np.float32]:
    """Log-odds, (sentences, practices), of the sentences of the texts in order."""
    pieces = windows.pieces([sentence.text for sentence in _sentences(texts)])
    return np.stack([model.log_odds(some.ids) for some in pieces])


def _sentences(texts: Sequence[Text]) -> list[Sentence]:
    return [s for text in texts for paragraph in text.paragraphs for s in paragraph]
