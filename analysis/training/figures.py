"""What a trained network is worth on held-out texts, and the calibration of its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from analysis.codebook import LANGUAGES, Codebook
from analysis.encoder import Calibration
from analysis.evaluate import Rate
from analysis.practices import PracticeFinder
from analysis.text import straight
from analysis.training.corpus import Text


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Held-out sentences; arrays are (sentences, practices).

    Attributes:
        probabilities: what the network gives.
        coded: whether coders saw the practice.
        counted: whether they agreed on that.
        expressions: whether an expression of the codebook matches.
        langs: language of each sentence.
        fresh: whether no expression was written in view of the sentence.
    """

    probabilities: npt.NDArray[np.float32]
    coded: npt.NDArray[np.bool_]
    counted: npt.NDArray[np.bool_]
    expressions: npt.NDArray[np.bool_]
    langs: npt.NDArray[np.str_]
    fresh: npt.NDArray[np.bool_]


def held_out(
    texts: Sequence[Text],
    probabilities: npt.NDArray[np.float32],
    practices: Sequence[str],
    codebook: Codebook,
    seen: Iterable[str],
) -> HeldOut:
    """Lines the network's outputs up with codes and expressions.

    Args:
        probabilities: (sentences, practices), the sentences of the texts in order.
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
    return HeldOut(
        probabilities,
        coded,
        counted,
        expressions,
        np.array([text.lang for text, _ in rows]),
        np.array([not text.name.startswith(known) for text, _ in rows]),
    )


def calibrate(found: HeldOut) -> Calibration:
    """Fits a logistic regression of the codes on log-odds and expressions (Platt 1999)."""
    chosen = found.counted & found.fresh[:, None]
    inside = np.clip(found.probabilities[chosen].astype(np.float64), 1e-6, 1 - 1e-6)
    x = np.stack(
        [np.ones(inside.size), np.log(inside / (1 - inside)), found.expressions[chosen]], axis=1
    )
    y = found.coded[chosen].astype(np.float64)
    weights = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    given, goal = torch.from_numpy(x), torch.from_numpy(y)
    optimiser = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        found = functional.binary_cross_entropy_with_logits(given @ weights, goal)
        found.backward()
        return found

    optimiser.step(loss)
    bias, encoder, expression = weights.detach().tolist()
    return Calibration(
        bias=round(bias, 3), encoder=round(encoder, 3), expression=round(expression, 3)
    )


def calibrated(found: HeldOut, by: Calibration) -> npt.NDArray[np.float64]:
    """Probabilities by encoder and expressions together."""
    inside = np.clip(found.probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    odds = by.bias + by.encoder * np.log(inside / (1 - inside)) + by.expression * found.expressions
    return 1 / (1 + np.exp(-odds))


def rate(stated: npt.NDArray[np.bool_], found: HeldOut, rows: npt.NDArray[np.bool_]) -> Rate:
    """Practices of sentences, right, read and coded, over some of the sentences."""
    read = stated[rows] & found.counted[rows]
    coded = found.coded[rows] & found.counted[rows]
    return Rate(int((read & coded).sum()), int(read.sum()), int(coded.sum()))
