"""The part of the encoder's vocabulary that French and English use, and its tokenizer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import wordfreq
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from analysis.encoder import PREFIX
from analysis.training.weights import Weights

WORDS = 40_000
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


def tokenizer(weights: Weights) -> Tokenizer:
    """The unigram tokenizer (Kudo 2018) of a vocabulary."""
    pieces = [
        (piece, float(score)) for piece, score in zip(weights.pieces, weights.scores, strict=True)
    ]
    made = Tokenizer(models.Unigram(pieces, unk_id=weights.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return made


def pruned(weights: Weights, texts: Iterable[str]) -> Weights:
    """The weights with only the pieces that French and English words and the texts take."""
    whole = tokenizer(weights)
    keep = {weights.pieces.index(piece) for piece in SPECIAL}
    words = [word for lang in ("fr", "en") for word in wordfreq.top_n_list(lang, WORDS, "best")]
    variants = [
        form
        for word in words
        for form in (word, word.capitalize(), f"l'{word}", word.upper() if len(word) < 6 else word)
    ]
    for encoded in whole.encode_batch([PREFIX, *variants, *texts, *map(str, range(10_000))]):
        keep.update(encoded.ids)
    for index, piece in enumerate(weights.pieces):
        bare = piece.strip("▁")
        if len(bare) <= 1 and all(ord(c) < 0x250 or 0x2000 <= ord(c) < 0x20D0 for c in bare):
            keep.add(index)
    kept = sorted(keep)
    return replace(
        weights,
        pieces=[weights.pieces[index] for index in kept],
        scores=weights.scores[kept],
        unknown=kept.index(weights.unknown),
        tensors={**weights.tensors, "words": weights.tensors["words"][kept]},
    )
