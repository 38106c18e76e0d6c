"""Writes a trained network as the files that ship: eight-bit ONNX stages, eight-bit word vectors, the tokeniser."""

from __future__ import annotations

import copy
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor, nn

from moderation.toxicity.training.network import HEADS, Network, Stage

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

_OPSET: Final = 17


class _Merged(nn.Module):
    """A layer with the three projections of its attention in one product, which a CPU does faster."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer
        parts = [layer.get_submodule(name) for name in "qkv"]
        self.qkv = nn.Linear(parts[0].weight.shape[1], 3 * parts[0].weight.shape[0])
        scale = 1 / math.sqrt(parts[0].weight.shape[0] // HEADS)
        with torch.no_grad():
            weights = [parts[0].weight * scale, parts[1].weight, parts[2].weight]
            offsets = [parts[0].bias * scale, parts[1].bias, parts[2].bias]
            self.qkv.weight.copy_(torch.cat(weights))
            self.qkv.bias.copy_(torch.cat(offsets))

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        width = x.shape[-1]
        merged = self.qkv(x).view(x.shape[0], x.shape[1], 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(merged[0] @ merged[1].transpose(2, 3) + bias, dim=-1)
        seen = (weights @ merged[2]).transpose(1, 2).reshape(x.shape[0], x.shape[1], width)
        layer = self.layer
        x = layer.aln(x + layer.ao(seen))
        normal: Tensor = layer.oln(x + layer.fo(nn.functional.gelu(layer.fi(x))))
        return normal


class _Stage(nn.Module):
    """A stage as it runs: vectors and mask in, vectors and logits out. The first adds places to the word vectors."""

    def __init__(self, stage: Stage, network: Network | None) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Merged(layer) for layer in stage.layers)
        self.head = stage.head
        self.places = network.places if network else None
        self.norm = network.norm if network else None

    def forward(self, seen: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if self.places is not None and self.norm is not None:
            seen = self.norm(seen + self.places.weight[: seen.shape[1]][None])
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            seen = layer(seen, bias)
        return seen, self.head(seen, mask)


def write_model(network: Network, tokeniser: SentencePieceProcessor, folder: Path) -> Sequence[str]:
    """The files' names; the manifest (model.json) is written by whoever knows the calibration."""
    folder.mkdir(parents=True, exist_ok=True)
    network = copy.deepcopy(network).eval()
    (folder / "tokeniser.model").write_bytes(tokeniser.serialized_model_proto())
    words = network.words.weight.detach().numpy()
    scales = np.abs(words).max(axis=1) / 127
    np.save(folder / "words.npy", np.round(words / scales[:, None]).astype(np.int8), allow_pickle=False)
    np.save(folder / "scales.npy", scales.astype(np.float32), allow_pickle=False)
    names = ["tokeniser.model", "words.npy", "scales.npy"]
    for number, stage in enumerate(network.stages, 1):
        name = f"stage-{number}.onnx"
        _write_stage(_Stage(stage, network if number == 1 else None).eval(), words.shape[1], folder / name)
        names.append(name)
    return names


def _write_stage(stage: _Stage, width: int, path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    texts = {0: "texts", 1: "pieces"}
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "stage.onnx"
        torch.onnx.export(
            stage,
            (torch.randn(2, 8, width), torch.ones(2, 8)),
            str(whole),
            input_names=["seen", "mask"],
            output_names=["read", "logits"],
            dynamic_axes={"seen": texts, "mask": texts, "read": texts, "logits": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(str(whole), str(path), weight_type=QuantType.QInt8, per_channel=True)
