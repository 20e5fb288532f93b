"""What a trained network is worth on held-out texts, and the calibration of its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from analysis.codebook import LANGUAGES, Codebook
from analysis.encoder import Calibration, log_odds, one_before
from analysis.evaluate import Rate
from analysis.practices import PracticeFinder
from analysis.text import straight
from analysis.training.corpus import Text


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Held-out sentences; arrays are (sentences, practices).

    Attributes:
        encoder, ngrams: log-odds that the network and the linear model give.
        before: those that the network gives to the sentence before.
        coded: whether coders saw the practice.
        counted: whether they agreed on that.
        expressions: whether an expression of the codebook matches.
        langs: language of each sentence.
        fresh: whether no expression was written in view of the sentence.
    """

    encoder: npt.NDArray[np.float32]
    ngrams: npt.NDArray[np.float32]
    before: npt.NDArray[np.float32]
    coded: npt.NDArray[np.bool_]
    counted: npt.NDArray[np.bool_]
    expressions: npt.NDArray[np.bool_]
    langs: npt.NDArray[np.str_]
    fresh: npt.NDArray[np.bool_]


def held_out(
    texts: Sequence[Text],
    probabilities: npt.NDArray[np.float32],
    ngrams: npt.NDArray[np.float32],
    practices: Sequence[str],
    codebook: Codebook,
    seen: Iterable[str],
) -> HeldOut:
    """Lines the network's outputs up with codes and expressions.

    Args:
        probabilities: the network's, (sentences, practices), the sentences of the texts in order.
        ngrams: log-odds of the linear model, likewise.
        seen: prefixes of the names of texts that expressions were written in view of.
    """
    finders = {lang: PracticeFinder(codebook, lang) for lang in LANGUAGES}
    known = tuple(seen)
    rows = [(text, s) for text in texts for paragraph in text.paragraphs for s in paragraph]
    coded, counted, expressions = (np.zeros((len(rows), len(practices)), bool) for _ in range(3))
    counted[:] = True
    for row, (text, sentence) in enumerate(rows):
        for practice, code in sentence.codes.items():
            coded[row, practices.index(practice)] = True
            counted[row, practices.index(practice)] = not code.optional
        for match in finders[text.lang].find(straight(sentence.text)):
            if match.practice in practices:
                expressions[row, practices.index(match.practice)] = True
    encoder = log_odds(probabilities)
    lengths = [sum(map(len, text.paragraphs)) for text in texts]
    by_text = np.split(encoder, np.cumsum(lengths)[:-1])
    return HeldOut(
        encoder,
        ngrams,
        np.concatenate([one_before(some) for some in by_text]),
        coded,
        counted,
        expressions,
        np.array([text.lang for text, _ in rows]),
        np.array([not text.name.startswith(known) for text, _ in rows]),
    )


def calibrate(found: HeldOut) -> Calibration:
    """Fits a logistic regression of the codes on log-odds and expressions (Platt 1999)."""
    chosen = found.counted & found.fresh[:, None]
    given = (found.encoder, found.ngrams, found.before, found.expressions)
    fitted = LogisticRegression(C=np.inf).fit(
        np.stack([array[chosen] for array in given], axis=1), found.coded[chosen]
    )
    encoder, ngrams, before, expression = (round(float(one), 3) for one in fitted.coef_[0])
    return Calibration(
        bias=round(float(fitted.intercept_[0]), 3),
        encoder=encoder,
        ngrams=ngrams,
        before=before,
        expression=expression,
    )


def calibrated(found: HeldOut, by: Calibration) -> npt.NDArray[np.float64]:
    """Probabilities by encoder, linear model and expressions together."""
    odds = by.log_odds(found.encoder, found.ngrams, found.before)
    joined = odds.astype(np.float64) + by.expression * found.expressions
    return 1 / (1 + np.exp(-joined))


def rate(stated: npt.NDArray[np.bool_], found: HeldOut, rows: npt.NDArray[np.bool_]) -> Rate:
    """Practices of sentences, right, read and coded, over some of the sentences."""
    read = stated[rows] & found.counted[rows]
    coded = found.coded[rows] & found.counted[rows]
    return Rate(int((read & coded).sum()), int(read.sum()), int(coded.sum()))
