"""Who tests without Detoxify is told so; where it is demanded, its absence is a failure."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

REQUIRED = os.environ.get("SERENO_DETOXIFY") == "1"
MISSING = [name for name in ("torch", "transformers", "detoxify", "onnx", "onnxscript") if find_spec(name) is None]
REASON = f"the genuine Detoxify is not tested: {', '.join(MISSING)} not installed; run `make test DETOXIFY=1`"

needs_detoxify = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=REASON)
"""With SERENO_DETOXIFY=1 the tests run in any case, and fail where something is missing."""
