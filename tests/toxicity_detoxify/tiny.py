"""Checkpoints in Detoxify's format that are small enough to be trained inside a test."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORIGINAL = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
UNBIASED = ("toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit")

_FRIENDLY = "thanks friend lovely game today see you tomorrow good work that helped me nice map hello everyone".split()
_HARSH = "idiot stupid fool loser pathetic worthless clown moron shut up nobody likes you".split()
_PLAIN = "the a i we they it this is was on in at with and but player team level update server chat please".split()


def _sentences(count: int, seed: int) -> list[tuple[str, float]]:
    dice = random.Random(seed)
    made = []
    for number in range(count):
        words = dice.choices(_PLAIN, k=dice.randint(1, 14))
        words += dice.choices(_HARSH if number % 2 else _FRIENDLY, k=dice.randint(1, 6))
        dice.shuffle(words)
        made.append((" ".join(words) + dice.choice(("", ".", "!", "?!")), float(number % 2)))
    return made


TEXTS: Sequence[str] = [
    *(text for text, _ in _sentences(590, seed=2)),
    "",
    " ",
    "Ñandú, ¿qué tal? 👋",
    "IDIOT!!!",
    "a" * 300,
    "idiot " * 700,
    "half a character: \ud83d",
    "line\nbreaks\tand\x00zeros",
    "[CLS] [SEP] [MASK]",
    "thanks",
]
"""Six hundred texts, some of them odd."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A checkpoint and the folder that it lies in, with configuration and vocabulary."""

    path: Path
    checkpoint: Path


SMALL: Mapping[str, int] = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 128,
    "max_position_embeddings": 128,
}


def bert(folder: Path, *, shape: Mapping[str, int] = SMALL, pieces: int = 0, trained: bool = True) -> Folder:
    """By default two layers and a small vocabulary, trained for a few steps to tell harsh words from friendly ones.

    `pieces` is the least size of the vocabulary.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,!?'¿"]
    known += [*"abcdefghijklmnopqrstuvwxyz", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
    known += sorted({*_FRIENDLY, *_HARSH, *_PLAIN} - set(known))
    known += [f"[unused{number}]" for number in range(pieces - len(known))]
    (folder / "vocab.txt").write_text("\n".join(known) + "\n", encoding="utf-8")
    _write(
        folder / "tokenizer_config.json", {"do_lower_case": True, "model_max_length": shape["max_position_embeddings"]}
    )
    torch.manual_seed(3)
    config = BertConfig(vocab_size=len(known), num_labels=len(ORIGINAL), **shape)
    _write(folder / "config.json", {**config.to_dict(), "num_labels": len(ORIGINAL)})
    network = BertForSequenceClassification(config)
    if trained:
        _train(network, BertTokenizer.from_pretrained(str(folder), local_files_only=True), len(ORIGINAL))
    return _saved(folder, network, "BertForSequenceClassification", "BertTokenizer", ORIGINAL, len(ORIGINAL))


def roberta(folder: Path) -> Folder:
    """The other kind of network, with outputs beyond the classes; config.json says nothing of how many there are."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizer

    pieces = ByteLevelBPETokenizer()
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    texts = [text for text, _ in _sentences(200, seed=1)]
    pieces.train_from_iterator(texts, vocab_size=400, special_tokens=marks, show_progress=False)
    pieces.save_model(str(folder))
    torch.manual_seed(4)
    config = RobertaConfig(
        vocab_size=pieces.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        type_vocab_size=1,
        num_labels=16,
    )
    untouched = {key: value for key, value in config.to_dict().items() if key not in ("id2label", "label2id")}
    _write(folder / "config.json", untouched)
    _write(folder / "tokenizer_config.json", {})
    network = RobertaForSequenceClassification(config)
    _train(network, RobertaTokenizer.from_pretrained(str(folder), local_files_only=True), 16)
    return _saved(folder, network, "RobertaForSequenceClassification", "RobertaTokenizer", UNBIASED, 16)


def _train(network: Any, tokenizer: Any, outputs: int) -> None:
    """Harsh texts get high scores in all outputs, in some more than in others."""
    import torch

    rows = _sentences(256, seed=1)
    harsh = torch.tensor([label for _, label in rows])
    weights = torch.linspace(0.9, 0.2, outputs)
    wanted = harsh[:, None] * weights + 0.02
    read = tokenizer([text for text, _ in rows], return_tensors="pt", padding=True)
    steps = torch.optim.AdamW(network.parameters(), lr=3e-3)
    torch.set_num_threads(1)
    network.train()
    for step in range(80):
        some = slice(step % 4 * 64, step % 4 * 64 + 64)
        steps.zero_grad()
        found = network(input_ids=read["input_ids"][some], attention_mask=read["attention_mask"][some]).logits
        torch.nn.functional.binary_cross_entropy_with_logits(found, wanted[some]).backward()
        steps.step()
    network.eval()


def _saved(folder: Path, network: Any, kind: str, tokenizer: str, classes: Sequence[str], outputs: int) -> Folder:
    """`model_type` names an encoder on a hub, as in the published checkpoints."""
    import torch

    arch = {"num_classes": outputs, "model_type": "an-encoder", "model_name": kind, "tokenizer_name": tokenizer}
    config = {"arch": {"type": "TINY", "args": arch}, "dataset": {"args": {"classes": list(classes)}}, "batch_size": 10}
    path = folder / "tiny.ckpt"
    torch.save({"config": config, "state_dict": network.state_dict()}, path)
    return Folder(folder, path)


def _write(path: Path, settings: object) -> None:
    path.write_text(json.dumps(settings), encoding="utf-8")
