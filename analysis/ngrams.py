"""A linear model of word-piece n-grams, which votes beside the encoder.

What an encoder generalises, a linear model knows by the letter, and the two err on different
sentences. Every run of one to three pieces of a sentence is a feature, found by its hash
(Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

BITS = 16
"""A feature is one of two to the power of this."""
ORDER = 3
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads neighbours far (Knuth 1973, 6.4)

Floats = npt.NDArray[np.float32]


def features(ids: Sequence[int]) -> npt.NDArray[np.intp]:
    """The features of a sentence, each once; they weigh one over the root of their number.

    Args:
        ids: identifiers of its word pieces.
    """
    pieces = np.asarray(ids, np.uint64)
    runs, found = np.zeros(len(pieces) + 1, np.uint64), []
    for order in range(min(ORDER, len(pieces))):
        runs = (runs[:-1] ^ (pieces[order:] + np.uint64(1))) * _ODD
        found.append(runs >> np.uint64(64 - BITS))
    return np.unique(np.concatenate(found)).astype(np.intp) if found else np.zeros(0, np.intp)


class NGrams:
    """The fitted model.

    Args:
        weights: (features, practices) integers of eight bits.
        scale, bias: (practices,) what a weight is multiplied by, and the offset.

    Raises:
        ValueError: the arrays do not fit each other.
    """

    def __init__(self, weights: npt.NDArray[np.int8], scale: Floats, bias: Floats) -> None:
        if weights.shape != (2**BITS, len(bias)) or scale.shape != bias.shape:
            raise ValueError(f"{weights.shape} weights, {scale.shape} scales, {bias.shape} offsets")
        self._weights, self._scale, self._bias = weights, scale, bias

    @classmethod
    def load(cls, path: Path) -> NGrams:
        """Reads what `save` wrote; runs no code of the file.

        Raises:
            OSError, KeyError, ValueError: it is not there, or is something else.
        """
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["weights"], arrays["scale"], arrays["bias"])

    def save(self, path: Path) -> None:
        """Writes the model."""
        with path.open("wb") as file:
            np.savez_compressed(file, weights=self._weights, scale=self._scale, bias=self._bias)

    def log_odds(self, ids: Sequence[int]) -> Floats:
        """Log-odds that a sentence states each practice."""
        found = features(ids)
        total = self._weights[found].sum(axis=0, dtype=np.float32)
        odds: Floats = total * self._scale / np.float32(max(len(found), 1) ** 0.5) + self._bias
        return odds
