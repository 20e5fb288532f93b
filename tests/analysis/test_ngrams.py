"""The linear model beside the encoder: its features, its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ngrams import BITS, NGrams, features

IDS = st.lists(st.integers(min_value=0, max_value=40_000), max_size=60)


@given(IDS)
def test_features_are_distinct_places_of_the_table(ids: list[int]):
    found = features(ids)
    assert len(set(found.tolist())) == len(found) <= 3 * len(ids)
    assert all(0 <= place < 2**BITS for place in found)


def test_order_and_neighbours_count():
    assert set(features([5, 6])) != set(features([6, 5]))
    assert set(features([5])) < set(features([5, 6])) < set(features([5, 6, 7]))
    assert len(features([])) == 0


def model(weight: int) -> NGrams:
    weights = np.zeros((2**BITS, 2), np.int8)
    weights[features([5]), 0] = weight
    return NGrams(weights, np.array([0.5, 1.0], np.float32), np.array([-1.0, -2.0], np.float32))


def test_log_odds_add_up():
    assert model(10).log_odds([]).tolist() == [-1.0, -2.0]
    assert model(10).log_odds([5]).tolist() == [4.0, -2.0]
    both = model(10).log_odds([5, 6])  # three features, one of them with a weight
    assert both == pytest.approx([10 * 0.5 / 3**0.5 - 1.0, -2.0])


def test_a_saved_model_is_the_same(tmp_path: Path):
    model(7).save(tmp_path / "ngrams.npz")
    again = NGrams.load(tmp_path / "ngrams.npz")
    assert again.log_odds([5, 6, 7]) == pytest.approx(model(7).log_odds([5, 6, 7]))


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="weights"):
        NGrams(np.zeros((4, 2), np.int8), np.ones(2, np.float32), np.ones(2, np.float32))
