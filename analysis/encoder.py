"""The fine-tuned encoder that reads practices, run by ONNX Runtime.

A multilingual sentence encoder (multilingual-e5-small) reads some sentences of an article
together, with its title and the end of the sentence before them. It gives for each sentence
and practice how probable it is that the sentence states it, denies it, hedges it, in whose
words, and the words that weighed most (label-wise attention, Mullenbach et al. 2018).
A linear model (`analysis.ngrams`) votes with it on what is stated.
`analysis.training` makes both; docs/extraction.md measures them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from pydantic import BaseModel, ConfigDict, ValidationError
from tokenizers import Tokenizer

from analysis.errors import ModelError
from analysis.ngrams import NGrams
from analysis.records import SourceType
from analysis.text import straight

FILES = ("model.onnx", "tokenizer.json", "ngrams.npz")
CARD = "model.json"
PREFIX = "query:"
"""What the encoder's own training put before every text."""
TITLE_PIECES = 24
CONTEXT_PIECES = 28
SENTENCE_PIECES = 120
WINDOW_PIECES = 192
_BOUND = 7.0
_REMEDY = "restore it from the repository or run `make train`; --rules-only does without it"

Floats = npt.NDArray[np.float32]


class Calibration(BaseModel):
    """Log-odds that a sentence states a practice, fitted on held-out texts (Platt 1999).

    Attributes:
        bias: offset.
        encoder: factor of the encoder's own log-odds.
        ngrams: factor of the linear model's.
        before: factor of the encoder's for the sentence before: a matter is seldom told in one.
        expression: what an expression of the codebook that matches adds.
    """

    model_config = ConfigDict(frozen=True)

    bias: float
    encoder: float
    ngrams: float
    before: float
    expression: float

    def log_odds(self, encoder: Floats, ngrams: Floats, before: Floats) -> Floats:
        """All but the expressions joined; arrays of one shape, each of log-odds."""
        odds: Floats = self.encoder * encoder + self.ngrams * ngrams + self.before * before
        return odds + np.float32(self.bias)


class ModelCard(BaseModel):
    """What `model.json` says of a model.

    Attributes:
        version: names the model in the version of what it extracted.
        practices, sources: what its outputs stand for, in order.
        calibration: makes probabilities of its outputs.
        digests: SHA-256 of each file.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: str
    practices: tuple[str, ...]
    sources: tuple[SourceType, ...]
    calibration: Calibration
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Token identifiers of some sentences of an article, and where each sentence stands.

    Attributes:
        ids: identifiers, the context's first.
        spans: for each sentence, first and one past the last of its tokens.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the encoder says of one sentence; arrays are over the practices.

    Attributes:
        stated: calibrated log-odds that the sentence states the practice.
        denied, uncertain: probabilities, given that it does.
        sources: (practices, kinds of source) probabilities, given that it does.
        focus: (practices, 2) character offsets in the sentence of the words that weighed most.
    """

    stated: Floats
    denied: Floats
    uncertain: Floats
    sources: Floats
    focus: npt.NDArray[np.int32]

    def practice(self, column: int) -> PracticeReading:
        """What it says of one practice."""
        start, end = self.focus[column]
        return PracticeReading(
            float(self.denied[column]),
            float(self.uncertain[column]),
            tuple(map(float, self.sources[column])),
            (int(start), int(end)),
        )


@dataclass(frozen=True, slots=True)
class PracticeReading:
    """What the encoder says of one practice in one sentence, as `SentenceReading`."""

    denied: float
    uncertain: float
    sources: tuple[float, ...]
    focus: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Pieces:
    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


class Windows:
    """Cuts articles into what the encoder reads at once: the same in training and use."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._begin, self._end = (_identifier(tokenizer, piece) for piece in ("<s>", "</s>"))
        self._prefix = tuple(tokenizer.encode(PREFIX, add_special_tokens=False).ids)

    def pieces(self, sentences: Sequence[str]) -> list[_Pieces]:
        """Tokens of each sentence, cut to what the encoder reads of one."""
        encoded = self._tokenizer.encode_batch(
            [straight(sentence) for sentence in sentences], add_special_tokens=False
        )
        return [
            _Pieces(tuple(e.ids[:SENTENCE_PIECES]), tuple(e.offsets[:SENTENCE_PIECES]))
            for e in encoded
        ]

    def cut(self, paragraphs: Sequence[Sequence[_Pieces]], titled: bool) -> Iterator[Window]:
        """The windows of an article, in order; each sentence stands in one.

        A window begins with the start of the title and the end of the sentence before it, so
        that what an article is about and what "it" goes back to are known everywhere.

        Args:
            paragraphs: tokens of the sentences of each.
            titled: whether the first paragraph is the article's title.
        """
        title = paragraphs[0][0].ids[:TITLE_PIECES] if titled and paragraphs[0] else ()
        ids = [self._begin, *self._prefix]
        spans: list[tuple[int, int]] = []
        before: _Pieces | None = None
        for paragraph in paragraphs:
            for sentence in paragraph:
                if spans and len(ids) + len(sentence.ids) >= WINDOW_PIECES:
                    yield Window((*ids, self._end), tuple(spans))
                    ids, spans = [self._begin, *self._prefix], []
                    for context in (title, before.ids[-CONTEXT_PIECES:] if before else ()):
                        if context:
                            ids += [*context, self._end]
                spans.append((len(ids), len(ids) + len(sentence.ids)))
                ids += sentence.ids
                before = sentence
            if paragraph:
                ids.append(self._end)
        if spans:
            yield Window(tuple(ids), tuple(spans))


class Encoder:
    """A loaded model.

    Raises:
        ModelError: a file of the model is missing, damaged or of another format.
    """

    def __init__(self, folder: Path) -> None:
        self.card = load_card(folder)
        for name in FILES:
            _check(folder / name, self.card.digests.get(name, ""))
        options = onnxruntime.SessionOptions()
        # One thread: readers run side by side, one on each core.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._windows = Windows(Tokenizer.from_file(str(folder / "tokenizer.json")))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"),
                options,
                providers=["CPUExecutionProvider"],
                # The fused kernel takes several times as long as the two that it replaces.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
            self._ngrams = NGrams.load(folder / "ngrams.npz")
        except Exception as error:  # whatever the libraries raise for a file of another format
            raise ModelError(f"{folder}: not a model that this program can run: {error}") from error

    def read(self, paragraphs: Iterable[Sequence[str]]) -> list[list[SentenceReading]]:
        """Reads the sentences of an article: those of its title, then of each paragraph."""
        given = [list(sentences) for sentences in paragraphs]
        flat = self._windows.pieces([sentence for sentences in given for sentence in sentences])
        rest = iter(flat)
        pieces = [[next(rest) for _ in sentences] for sentences in given]
        windows = list(self._windows.cut(pieces, titled=True)) if pieces else []
        outputs = list(self._run(windows))
        stated = self._stated([output[0] for output in outputs], flat)
        readings = iter(map(_reading, stated, outputs, flat))
        return [[next(readings) for _ in sentences] for sentences in given]

    def _stated(self, encoded: Sequence[Floats], flat: Sequence[_Pieces]) -> Sequence[Floats]:
        """Calibrated log-odds of the practices of each sentence."""
        if not flat:
            return []
        encoder = log_odds(np.stack(encoded))
        ngrams = np.stack([self._ngrams.log_odds(some.ids) for some in flat])
        return list(self.card.calibration.log_odds(encoder, ngrams, one_before(encoder)))

    def _run(self, windows: Sequence[Window]) -> Iterator[tuple[Floats, ...]]:
        """Outputs for the sentences of all windows, in order.

        One window at a time: several at once would be padded to one length, and take a third
        longer for all of them.
        """
        for window in windows:
            yield from zip(*self._session.run(None, collate([window])), strict=True)


def log_odds(probabilities: Floats) -> Floats:
    """Log-odds within bounds: how sure the encoder is beyond them says nothing more."""
    inside = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    odds: Floats = np.clip(np.log(inside / (1 - inside)), -_BOUND, _BOUND).astype(np.float32)
    return odds


def one_before(odds: Floats) -> Floats:
    """For each sentence of a text the log-odds of the one before; the least for the first.

    Args:
        odds: (sentences, practices).
    """
    return np.concatenate([np.full_like(odds[:1], -_BOUND), odds[:-1]])


def collate(windows: Sequence[Window]) -> dict[str, npt.NDArray[Any]]:
    """The inputs of the network for windows that are read together.

    `ids` and `mask` are (windows, tokens); `rows` names the window of each sentence and
    `inside` (sentences, tokens) marks its tokens.
    """
    length = max(len(window.ids) for window in windows)
    count = sum(len(window.spans) for window in windows)
    ids = np.ones((len(windows), length), np.int64)  # 1: padding
    mask = np.zeros((len(windows), length), np.float32)
    rows = np.zeros(count, np.int64)
    inside = np.zeros((count, length), np.float32)
    sentence = 0
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
        for start, end in window.spans:
            rows[sentence] = row
            inside[sentence, start:end] = 1
            sentence += 1
    return {"ids": ids, "mask": mask, "rows": rows, "inside": inside}


def load_card(folder: Path) -> ModelCard:
    """What a model says of itself, without loading it.

    Raises:
        ModelError: there is no model in the folder, or its description is damaged.
    """
    try:
        return ModelCard.model_validate_json((folder / CARD).read_bytes())
    except OSError as error:
        raise ModelError(f"{folder / CARD}: {error.strerror}; {_REMEDY}") from error
    except ValidationError as error:
        raise ModelError(f"{folder / CARD}: not the description of a model; {_REMEDY}") from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _identifier(tokenizer: Tokenizer, piece: str) -> int:
    found = tokenizer.token_to_id(piece)
    if found is None:
        raise ValueError(f"the vocabulary lacks {piece}")
    return int(found)


def _check(path: Path, expected: str) -> None:
    try:
        found = file_digest(path)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; {_REMEDY}") from error
    if found != expected:
        raise ModelError(f"{path}: damaged (its SHA-256 is not that of {CARD}); {_REMEDY}")


def _reading(stated: Floats, outputs: tuple[Floats, ...], pieces: _Pieces) -> SentenceReading:
    _, denied, uncertain, sources, attention = outputs
    return SentenceReading(stated, denied, uncertain, sources, _focus(attention, pieces))


def _focus(attention: Floats, pieces: _Pieces) -> npt.NDArray[np.int32]:
    """The word that weighed most, for each practice, as offsets in the sentence."""
    offsets = np.array(pieces.offsets or [(0, 0)], np.int32)
    inside = attention[:, attention.sum(axis=0) > 0][:, : len(offsets)]
    if inside.shape[1] == 0:
        return np.zeros((len(attention), 2), np.int32)
    found: npt.NDArray[np.int32] = offsets[inside.argmax(axis=1)]
    return found
