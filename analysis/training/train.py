"""Fine-tunes the network on the coded sentences."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.encoder import Window, Windows, collate
from analysis.records import SOURCE_TYPES
from analysis.training.corpus import Sentence, Text
from analysis.training.network import Network, Probabilities
from analysis.training.weights import Weights


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is trained.

    Attributes:
        batch: sentences that one step sees, about.
        rate, head_rate: peak learning rates of the last layer and of the heads.
        decay: factor of the rate from each layer to the one below.
        field_weight: weight of polarity, certainty and source in the loss.
    """

    epochs: int = 4
    batch: int = 16
    rate: float = 2e-4
    head_rate: float = 3e-3
    decay: float = 0.85
    weight_decay: float = 0.01
    warm_up: float = 0.1
    field_weight: float = 0.3
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A window and the sentences that stand in it."""

    window: Window
    sentences: tuple[Sentence, ...]


def examples(texts: Sequence[Text], windows: Windows) -> list[Example]:
    """The texts as windows, cut as in use."""
    found = []
    for text in texts:
        sentences = [sentence for paragraph in text.paragraphs for sentence in paragraph]
        pieces = [windows.pieces([s.text for s in paragraph]) for paragraph in text.paragraphs]
        at = 0
        for window in windows.cut(pieces, text.titled):
            found.append(Example(window, tuple(sentences[at : at + len(window.spans)])))
            at += len(window.spans)
    return found


@dataclass(frozen=True, slots=True)
class _Targets:
    """Codes of sentences as tensors (sentences, practices); -1: not coded."""

    stated: Tensor
    denied: Tensor
    uncertain: Tensor
    source: Tensor


def _targets(
    sentences: Sequence[Sentence], practices: Sequence[str], sources: Sequence[str]
) -> _Targets:
    shape = len(sentences), len(practices)
    stated, denied, uncertain = torch.zeros(shape), -torch.ones(shape), -torch.ones(shape)
    source = torch.full(shape, -1, dtype=torch.long)
    for row, sentence in enumerate(sentences):
        for practice, code in sentence.codes.items():
            column = practices.index(practice)
            stated[row, column] = -1.0 if code.optional else 1.0
            if code.denied is not None:
                denied[row, column] = float(code.denied)
            if code.uncertain is not None:
                uncertain[row, column] = float(code.uncertain)
            if code.source is not None:
                source[row, column] = sources.index(code.source)
    return _Targets(stated, denied, uncertain, source)


def train(
    network: Network,
    given: Sequence[Example],
    practices: Sequence[str],
    sources: Sequence[str],
    recipe: Recipe,
    report: Callable[[str], None],
) -> None:
    """Trains a network in place; one call of `report` for each epoch."""
    rng = random.Random(recipe.seed)  # noqa: S311 - repeatable, not secret
    network.words.weight.requires_grad_(False)
    network.positions.weight.requires_grad_(False)
    _standardise(network, given)
    groups = _groups(network, recipe)
    peaks = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, fused=True)
    batches = list(_batches(given, recipe.batch, rng))
    steps = recipe.epochs * len(batches)
    step, start = 0, time.monotonic()
    network.train()
    for epoch in range(recipe.epochs):
        total = 0.0
        for batch in batches:
            factor = _schedule(step / steps, recipe.warm_up)
            for group, peak in zip(groups, peaks, strict=True):
                group["lr"] = peak * factor
            loss = _loss(network, batch, practices, sources, recipe.field_weight)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            step += 1
            total += float(loss.detach())
        seconds = time.monotonic() - start
        report(f"epoch {epoch + 1}: loss {total / len(batches):.3f} after {seconds:.0f} s")
        batches = list(_batches(given, recipe.batch, rng))


def new_network(weights: Weights, layers: int, practices: Sequence[str]) -> Network:
    """The network before training: published weights, heads at random."""
    return Network(weights, len(practices), len(SOURCE_TYPES), layers)


def fitted(
    weights: Weights,
    layers: int,
    practices: Sequence[str],
    recipe: Recipe,
    threads: int,
    given: Sequence[Example],
    name: str,
) -> dict[str, Tensor]:
    """The state of a network trained on `given`; can be called in a process of its own.

    Args:
        threads: how many the process may use.
        name: what its reports on standard error begin with.
    """

    def report(line: str) -> None:
        print(f"{name}, {line}", file=sys.stderr, flush=True)

    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    network = new_network(weights, layers, practices)
    train(network, given, practices, SOURCE_TYPES, recipe, report)
    state: dict[str, Tensor] = network.state_dict()
    return state


def predict(network: Network, given: Sequence[Example]) -> list[npt.NDArray[np.float32]]:
    """Stated, denied, uncertain, sources and attention of all sentences, in their order.

    Attention is left out: it differs in length.
    """
    network.eval()
    outputs: list[list[npt.NDArray[np.float32]]] = []
    probabilities = Probabilities(network)
    order = sorted(range(len(given)), key=lambda n: len(given[n].window.ids))
    rows: dict[int, list[list[npt.NDArray[np.float32]]]] = {}
    for at in range(0, len(order), 16):
        some = order[at : at + 16]
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = probabilities(*_inputs([given[n].window for n in some]))
        arrays = [tensor.float().numpy() for tensor in found[:4]]
        sentence = 0
        for n in some:
            count = len(given[n].window.spans)
            rows[n] = [[array[sentence + i] for array in arrays] for i in range(count)]
            sentence += count
    outputs = [row for n in range(len(given)) for row in rows[n]]
    return [np.stack([row[part] for row in outputs]) for part in range(4)]


def _inputs(windows: Sequence[Window]) -> list[Tensor]:
    return [torch.from_numpy(array) for array in collate(windows).values()]


def _standardise(network: Network, given: Sequence[Example]) -> None:
    """Sets the scale of the heads' input from the untrained encoder's sentence vectors."""
    network.eval()
    means = []
    for at in range(0, min(len(given), 320), 16):
        ids, mask, rows, inside = _inputs([e.window for e in given[at : at + 16]])
        with torch.no_grad():
            x = network.tokens(ids, mask)[rows]
            means.append((x * inside[..., None]).sum(1) / inside.sum(1, keepdim=True).clamp(1))
    found = torch.cat(means)
    network.mean.copy_(found.mean(0))
    network.deviation.copy_(found.std(0))


def _groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    layers = list(network.layers)
    inside = {id(p) for layer in layers for p in layer.parameters()}
    heads = [
        p
        for name, p in network.named_parameters()
        if id(p) not in inside and p.requires_grad and not name.startswith("norm.")
    ]
    groups: list[dict[str, Any]] = [{"params": heads, "lr": recipe.head_rate}]
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": list(layer.parameters()), "lr": recipe.rate * recipe.decay**depth})
    for group in groups:
        group["weight_decay"] = recipe.weight_decay
    return groups


def _batches(given: Sequence[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Random batches of about `size` sentences whose windows are of about one length."""
    order = list(range(len(given)))
    rng.shuffle(order)
    found: list[list[Example]] = []
    for at in range(0, len(order), 200):
        near = sorted(order[at : at + 200], key=lambda n: len(given[n].window.ids))
        batch: list[Example] = []
        for n in near:
            batch.append(given[n])
            if sum(len(e.sentences) for e in batch) >= size:
                found.append(batch)
                batch = []
        if batch:
            found.append(batch)
    rng.shuffle(found)
    yield from found


def _schedule(progress: float, warm_up: float) -> float:
    """Linear warm-up, then linear decay."""
    if progress < warm_up:
        return max(progress / warm_up, 1e-3)
    return max((1 - progress) / (1 - warm_up), 1e-3)


def _loss(
    network: Network,
    batch: Sequence[Example],
    practices: Sequence[str],
    sources: Sequence[str],
    field_weight: float,
) -> Tensor:
    goal = _targets([s for e in batch for s in e.sentences], practices, sources)
    with torch.autocast("cpu", torch.bfloat16):
        stated, denied, uncertain, source, _ = network(*_inputs([e.window for e in batch]))
    coded = goal.stated >= 0
    losses = functional.binary_cross_entropy_with_logits(
        stated.float(), goal.stated.clamp(0), reduction="none"
    )
    loss = (losses * coded).sum(1).mean()
    for logits, target in ((denied, goal.denied), (uncertain, goal.uncertain)):
        known = target >= 0
        if known.any():
            loss = loss + field_weight * functional.binary_cross_entropy_with_logits(
                logits.float()[known], target[known]
            )
    known = goal.source >= 0
    if known.any():
        loss = loss + field_weight * functional.cross_entropy(
            source.float()[known], goal.source[known]
        )
    return loss
