"""One pass of training: rows in batches of like length, the loss of every exit, a learning rate that rises and falls."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from moderation.toxicity.labels import LABELS
from moderation.toxicity.reading import reading
from moderation.toxicity.shipped import END, START
from moderation.toxicity.training.network import Network
from moderation.toxicity.training.noise import noisy
from moderation.toxicity.training.row import Row

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

EXIT_WEIGHTS: Final = (0.3, 0.3, 1.0)
LABEL_WEIGHTS: Final = (2.0, 0.5, 0.5, 0.7, 0.7, 0.7, 0.5)
"""Toxicity is what most data sets state; the other labels are known for fewer rows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one pass runs. `noise` is the share of texts spelt oddly; `longest` is in pieces."""

    rate: float
    batch: int = 64
    noise: float = 0.15
    longest: int = 48
    warm: float = 0.06
    seed: int = 1


def train_pass(
    network: Network, tokeniser: SentencePieceProcessor, rows: Sequence[Row], plan: Plan, state: Path
) -> None:
    """Changes the network; keeps it in the file `state` now and then and at the end; prints progress to stderr."""
    chance = random.Random(plan.seed)
    torch.manual_seed(plan.seed)
    texts = [noisy(row.text, chance) if chance.random() < plan.noise else row.text for row in rows]
    ids = pieces_of(tokeniser, [reading(text) for text in texts], plan.longest)
    batches = _batches([len(each) for each in ids], plan.batch, chance)
    words = list(network.words.parameters())
    body = [each for name, each in network.named_parameters() if not name.startswith("words.") and ".head." not in name]
    heads = [each for name, each in network.named_parameters() if ".head." in name]
    slow = torch.optim.AdamW([{"params": body}, {"params": heads}], lr=plan.rate, weight_decay=0.01, fused=True)
    sparse = torch.optim.SparseAdam(words, lr=plan.rate)
    network.train()
    started, mean = time.monotonic(), 0.0
    for number, batch in enumerate(batches):
        share = _share(number / len(batches), plan.warm)
        for group, times in ((slow.param_groups[0], 1), (slow.param_groups[1], 10), (sparse.param_groups[0], 1)):
            group["lr"] = plan.rate * times * share  # the heads begin from nothing
        loss = _loss(network, [ids[each] for each in batch], [rows[each] for each in batch])
        loss.backward()
        nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        slow.step()
        sparse.step()
        slow.zero_grad()
        sparse.zero_grad()
        mean += (loss.item() - mean) / min(number + 1, 100)
        if number % 50 == 0:
            left = (time.monotonic() - started) / (number + 1) * (len(batches) - number - 1)
            print(
                f"batch {number}/{len(batches)} loss {mean:.4f}, {left / 60:.0f} min left",
                file=sys.stderr,
                flush=True,
            )
        if number % 250 == 249:
            torch.save(network.state_dict(), state)
    network.eval()
    torch.save(network.state_dict(), state)


def pieces_of(tokeniser: SentencePieceProcessor, readings: Sequence[str], longest: int) -> list[list[int]]:
    """Each text's pieces between start and end, cut to `longest`."""
    return [[START, *ids[: longest - 2], END] for ids in tokeniser.encode(list(readings))]


def padded(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Pieces and mask, texts × the longest of them."""
    longest = max(map(len, ids))
    pieces = torch.ones(len(ids), longest, dtype=torch.long)
    mask = torch.zeros(len(ids), longest, dtype=torch.long)
    for place, each in enumerate(ids):
        pieces[place, : len(each)] = torch.tensor(each)
        mask[place, : len(each)] = 1
    return pieces, mask


def _batches(lengths: Sequence[int], size: int, chance: random.Random) -> list[list[int]]:
    order = sorted(range(len(lengths)), key=lambda place: (lengths[place] + chance.random() * 4, chance.random()))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    chance.shuffle(batches)
    return batches


def _share(done: float, warm: float) -> float:
    return done / warm if done < warm else 0.5 * (1 + math.cos(math.pi * (done - warm) / (1 - warm))) * 0.95 + 0.05


def _loss(network: Network, ids: Sequence[Sequence[int]], rows: Sequence[Row]) -> Tensor:
    pieces, mask = padded(ids)
    wanted = torch.tensor([[row.targets.get(label, math.nan) for label in LABELS] for row in rows])
    known = ~wanted.isnan()
    weights = torch.tensor(LABEL_WEIGHTS)[None] * known
    wanted = wanted.nan_to_num(0.0)
    with torch.autocast("cpu", torch.bfloat16):
        answers = network(pieces, mask)
    final = torch.sigmoid(answers[-1].float()).detach()
    total = torch.zeros(())
    for share, logits in zip(EXIT_WEIGHTS, answers, strict=True):
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), wanted, reduction="none")
        if share < 1:  # the early exits also learn what the last one makes of the text
            taught = nn.functional.binary_cross_entropy_with_logits(logits.float(), final, reduction="none")
            loss = 0.5 * loss + 0.5 * taught
        total = total + share * (loss * weights).sum() / weights.sum()
    return total
