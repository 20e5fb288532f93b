"""The trained network as the files that `analysis.encoder` loads."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from analysis.encoder import CARD, FILES, Calibration, ModelCard, collate, file_digest
from analysis.ngrams import NGrams
from analysis.records import SOURCE_TYPES
from analysis.training.network import Network, Probabilities
from analysis.training.train import Example

_INPUTS = ("ids", "mask", "rows", "inside")
_OUTPUTS = ("stated", "denied", "uncertain", "sources", "attention")
_OPSET = 20


def export(
    network: Network,
    ngrams: NGrams,
    tokenizer: Tokenizer,
    practices: Sequence[str],
    version: str,
    calibration: Calibration,
    sample: Sequence[Example],
    folder: Path,
) -> ModelCard:
    """Writes models, tokenizer and description; weights become integers of eight bits.

    Save for those of the layer whose inputs have the greatest outliers: eight bits for these
    leave next to none for the rest (Dettmers et al. 2022, "LLM.int8()").

    Args:
        sample: windows to trace the network with and to look for outliers in.
        folder: where the files go; those of an earlier model are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    inputs = tuple(
        torch.from_numpy(array) for array in collate([e.window for e in sample]).values()
    )
    windows, tokens, sentences = (torch.export.Dim(name) for name in ("windows", "tokens", "all"))
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        whole = Path(name) / "whole.onnx"
        torch.onnx.export(
            Probabilities(network),
            inputs,
            str(whole),
            input_names=list(_INPUTS),
            output_names=list(_OUTPUTS),
            dynamic_shapes=[
                {0: windows, 1: tokens},
                {0: windows, 1: tokens},
                {0: sentences},
                {0: sentences, 1: tokens},
            ],
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        _forget(whole)
        quantize_dynamic(
            whole,
            folder / "model.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            nodes_to_exclude=_multiplications(whole, _with_outliers(network, inputs)),
        )
    ngrams.save(folder / "ngrams.npz")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    card = ModelCard(
        version=version,
        practices=tuple(practices),
        sources=SOURCE_TYPES,
        calibration=calibration,
        digests={file: file_digest(folder / file) for file in FILES},
    )
    (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return card


def _with_outliers(network: Network, inputs: tuple[Tensor, ...]) -> Tensor:
    """The weights of the layer whose greatest input is farthest from the usual one."""
    found: dict[nn.Linear, float] = {}

    def look(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        if isinstance(layer, nn.Linear):
            found[layer] = float(given[0].abs().max() / given[0].std())

    looks = [
        layer.register_forward_pre_hook(look)
        for layer in network.layers.modules()
        if isinstance(layer, nn.Linear)
    ]
    with torch.no_grad():
        network(*inputs)
    for hook in looks:
        hook.remove()
    return max(found, key=lambda layer: found[layer]).weight


def _multiplications(path: Path, weights: Tensor) -> list[str]:
    """The names of the nodes that multiply by some weights."""
    model = onnx.load(path)
    wanted = weights.detach().numpy().T
    names = {
        one.name
        for one in model.graph.initializer
        if np.array_equal(numpy_helper.to_array(one), wanted)
    }
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in names
    ]


def _forget(path: Path) -> None:
    """Takes out what the exporter notes of this machine: source lines with their paths."""
    model = onnx.load(path)
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, path)
