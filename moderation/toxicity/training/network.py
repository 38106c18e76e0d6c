"""The encoder, as torch trains it: twelve layers, and after some of them a head that may already answer.

A text whose answer is clear after the first layers needs no more reading; the heads at the exits make that possible
(BranchyNet, Teerapittayanon et al. 2016; for transformers DeeBERT, Xin et al. 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from moderation.toxicity.labels import LABELS
from moderation.toxicity.training.seed import Seed

EXITS: Final = (3, 6, 12)
"""Layers after which a head answers."""
HEADS: Final = 12
LONGEST: Final = 128
"""Pieces in one window, start and end included."""


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each normalised after its sum (BERT's order)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.ao = (nn.Linear(width, width) for _ in range(4))
        self.fi, self.fo = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.aln, self.oln = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """`x` is texts × pieces × width; `bias` is 0 where a piece may be looked at, very negative elsewhere."""
        texts, pieces, width = x.shape
        shape = (texts, pieces, HEADS, width // HEADS)
        q, k, v = (part(x).view(shape).transpose(1, 2) for part in (self.q, self.k, self.v))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(width // HEADS) + bias, dim=-1)
        seen = (weights @ v).transpose(1, 2).reshape(texts, pieces, width)
        x = self.aln(x + self.drop(self.ao(seen)))
        normal: Tensor = self.oln(x + self.drop(self.fo(nn.functional.gelu(self.fi(x)))))
        return normal


class Head(nn.Module):
    """Logits of the labels from the mean over a text's pieces and its first piece.

    Sentence vectors of an encoder all point much the same way; without evening them out first (`even`), what tells texts
    apart is too small to be learnt from.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.even = nn.BatchNorm1d(2 * width)
        self.dense, self.out = nn.Linear(2 * width, width), nn.Linear(width, len(LABELS))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`mask` is 1 for pieces, 0 for padding; texts × labels."""
        kept = mask.unsqueeze(-1).to(x.dtype)
        mean = (x * kept).sum(1) / kept.sum(1)
        pooled = self.even(torch.cat([mean, x[:, 0]], dim=1))
        logits: Tensor = self.out(self.drop(nn.functional.gelu(self.dense(pooled))))
        return logits


class Stage(nn.Module):
    """The layers up to the next exit, and the head there."""

    def __init__(self, layers: Sequence[Layer], head: Head) -> None:
        super().__init__()
        self.layers, self.head = nn.ModuleList(layers), head

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What the next stage reads, and this exit's logits."""
        bias = (1.0 - mask.to(x.dtype))[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x, self.head(x, mask)


class Network(nn.Module):
    """Pieces in, logits of every exit out."""

    def __init__(self, pieces: int, width: int = 384) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, width, sparse=True)
        self.places = nn.Embedding(LONGEST, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(0.1)
        borders = (0, *EXITS)
        self.stages = nn.ModuleList(
            Stage([Layer(width) for _ in range(last - first)], Head(width)) for first, last in pairwise(borders)
        )

    def embedded(self, ids: Tensor) -> Tensor:
        """Texts × pieces × width."""
        places = torch.arange(ids.shape[1], device=ids.device)
        vectors: Tensor = self.norm(self.words(ids) + self.places(places)[None])
        return vectors

    def forward(self, ids: Tensor, mask: Tensor) -> list[Tensor]:
        """Logits, one tensor per exit."""
        x = self.drop(self.embedded(ids))
        answers = []
        for stage in self.stages:
            x, logits = stage(x, mask)
            answers.append(logits)
        return answers

    def plant(self, seed: Seed, kept: Sequence[int]) -> None:
        """Start from the seed's weights, with the pieces kept."""
        width = seed.width
        words = seed.tensors["emb.word"].reshape(-1, width)[np.asarray(kept)]
        places = seed.tensors["emb.pos"].reshape(-1, width)[:LONGEST] + seed.tensors["emb.type"][:width]
        with torch.no_grad():
            _set(self.words.weight, words)
            _set(self.places.weight, places)
            _set(self.norm.weight, seed.tensors["emb.ln.w"])
            _set(self.norm.bias, seed.tensors["emb.ln.b"])
            for number, layer in enumerate(layer for stage in self.stages for layer in stage.layers):
                for name, weight in layer.named_parameters():
                    part, _, kind = name.partition(".")
                    _set(weight, seed.tensors[f"l{number}.{part}.{kind[0]}"])


def _set(parameter: Tensor, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    parameter.copy_(torch.from_numpy(np.array(values)).reshape(parameter.shape))
