"""The network, in PyTorch: multilingual-e5-small with one attention head for each practice.

Each practice attends to the words of a sentence by itself (label-wise attention, Mullenbach et
al. 2018), so that the words that weighed most can be shown; polarity, certainty and source
are read from the same weighted words.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.training.weights import Weights

DROPOUT = 0.1
_PRIOR = -3.5
"""Starting bias of a practice: few sentences state it."""


class Layer(nn.Module):
    """One layer of a BERT encoder (Devlin et al. 2019)."""

    def __init__(self, hidden: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(hidden, hidden)
        self.k = nn.Linear(hidden, hidden)
        self.v = nn.Linear(hidden, hidden)
        self.attended = nn.Linear(hidden, hidden)
        self.widen = nn.Linear(hidden, inner)
        self.narrow = nn.Linear(inner, hidden)
        self.norm1 = nn.LayerNorm(hidden, epsilon)
        self.norm2 = nn.LayerNorm(hidden, epsilon)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """`x` is (windows, tokens, hidden), `bias` (windows, 1, 1, tokens)."""
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        weights = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1]) + bias
        mixed = (torch.softmax(weights, -1) @ v).transpose(1, 2).flatten(2)
        x = self.norm1(x + self.dropout(self.attended(mixed)))
        return self.norm2(x + self.dropout(self.narrow(functional.gelu(self.widen(x)))))


class Network(nn.Module):
    """Windows in; for each sentence and practice: stated, denied, uncertain, source, attention."""

    mean: Tensor
    deviation: Tensor

    def __init__(
        self, weights: Weights, practices: int, sources: int, layers: int | None = None
    ) -> None:
        super().__init__()
        hidden, self.count = weights.hidden, practices
        self.words = nn.Embedding(len(weights.pieces), hidden)
        self.positions = nn.Embedding(len(weights.tensors["positions"]), hidden)
        self.norm = nn.LayerNorm(hidden, weights.epsilon)
        self.layers = nn.ModuleList(
            Layer(hidden, weights.heads, weights.inner, weights.epsilon)
            for _ in range(layers or weights.layers)
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.register_buffer("mean", torch.zeros(hidden))
        self.register_buffer("deviation", torch.ones(hidden))
        self.queries = nn.Parameter(torch.zeros(practices, hidden))
        self.stated = nn.Parameter(torch.randn(practices, hidden) * 0.02)
        self.stated_bias = nn.Parameter(torch.full((practices,), _PRIOR))
        self.denied = nn.Parameter(torch.randn(practices, hidden) * 0.02)
        self.denied_bias = nn.Parameter(torch.zeros(practices))
        self.uncertain = nn.Linear(hidden, 1)
        self.source = nn.Linear(hidden, sources)
        self._take(weights)

    def _take(self, weights: Weights) -> None:
        state = self.state_dict()
        for name, tensor in weights.tensors.items():
            key = f"{name}.weight" if name in ("words", "positions") else name
            if key in state:
                state[key] = torch.from_numpy(tensor)
        self.load_state_dict(state)

    def tokens(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors of all tokens, (windows, tokens, hidden)."""
        x = self.words(ids) + self.positions.weight[: ids.shape[1]]
        x = self.dropout(self.norm(x))
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(
        self, ids: Tensor, mask: Tensor, rows: Tensor, inside: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Log-odds (stated, denied, uncertain), logits of sources, attention.

        The first three are (sentences, practices), sources (sentences, practices, kinds),
        attention (sentences, practices, tokens).
        """
        x = self.tokens(ids, mask).float()
        x = self.dropout((x - self.mean) / self.deviation)[rows]
        scores = self.queries @ x.transpose(1, 2) / math.sqrt(x.shape[-1])
        attention = torch.softmax(scores + (1.0 - inside)[:, None, :] * -1e4, -1)
        attention = attention * inside[:, None, :]
        seen = self.dropout(attention @ x)
        stated = (seen * self.stated).sum(-1) + self.stated_bias
        denied = (seen * self.denied).sum(-1) + self.denied_bias
        return stated, denied, self.uncertain(seen)[..., 0], self.source(seen), attention


class Probabilities(nn.Module):
    """The network with probabilities for outputs: what is exported."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, ids: Tensor, mask: Tensor, rows: Tensor, inside: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """As `Network`, each log-odds as a probability."""
        stated, denied, uncertain, source, attention = self.network(ids, mask, rows, inside)
        return (
            torch.sigmoid(stated),
            torch.sigmoid(denied),
            torch.sigmoid(uncertain),
            torch.softmax(source, -1),
            attention,
        )
