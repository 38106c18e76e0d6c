"""Writes a genuine Detoxify as an ONNX graph with weights in eight bits, and its tokeniser as one file."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.genuine import INSTALL
from moderation.toxicity.manifest import GRAPH, TOKENISER

INPUTS: Final = ("input_ids", "attention_mask")


def write_tokeniser(genuine: Any, folder: Path) -> None:
    """tokenizer.json; UserError for a tokeniser that exists in Python only."""
    backend = getattr(genuine.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UserError("this checkpoint's tokeniser has no fast form; name another in its `tokenizer_name`")
    backend.save(str(folder / TOKENISER))


def write_graph(genuine: Any, folder: Path) -> None:
    """model.onnx: token numbers and their mask in, the logits of all outputs out, for any batch and length."""
    try:
        import onnx
        import onnxscript  # noqa: F401 - torch needs it for the export and says so less clearly
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise UserError(f"the export needs {error.name}: {INSTALL}") from error
    whole, plain = folder / "whole.onnx", folder / "plain.onnx"
    with _quietly():
        _export(genuine, whole)
        graph = onnx.load(whole)
        # The exporter notes shapes of weights that it transposes later; the quantiser would trip over them.
        del graph.graph.value_info[:]
        onnx.save(graph, plain)
        # Seven of the eight bits: on processors without VNNI the eighth overflows, and scores would differ from here.
        quantize_dynamic(plain, folder / GRAPH, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    for path in (whole, plain):
        path.unlink()


def _export(genuine: Any, path: Path) -> None:
    import torch

    class Logits(torch.nn.Module):  # type: ignore[misc] # torch has no types here
        def __init__(self, network: Any) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    pad = genuine.tokenizer.pad_token_id
    rows = torch.tensor([[5, 6, 7, 8, 9], [5, 6, 7, pad, pad]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    any_size = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        Logits(genuine.model).eval(),
        (rows, mask),
        str(path),
        dynamo=True,
        input_names=list(INPUTS),
        output_names=["logits"],
        dynamic_shapes=dict.fromkeys(INPUTS, any_size),
        external_data=False,
        verbose=False,
    )


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the exporter's remarks on its own code, and with the log left as it was found."""
    root, silenced = logging.getLogger(), logging.root.manager.disable
    handlers = list(root.handlers)
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for category in (FutureWarning, DeprecationWarning):
                warnings.filterwarnings("ignore", category=category, module=r"torch|copyreg|onnxscript|transformers")
            yield
    finally:
        logging.disable(silenced)
        root.handlers[:] = handlers
